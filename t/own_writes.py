#!/usr/bin/env python3
"""A statement does not see its own writes: statements that read what they write, beside a local twin.

First those that are known to have gone wrong, then generated ones (ATTIO_OWN_WRITES says how many): each is run on
foreign tables and on local ones, under the same planner settings, and must return the same rows, count the same, and
leave the same.
"""
import os
import random
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import QUICK, Workspace, must  # noqa: E402
from cases import case, run, tap  # noqa: E402

SEED = int(os.environ.get("ATTIO_SEED", "20261127"))
STATEMENTS = int(os.environ.get("ATTIO_OWN_WRITES", "100"))
CHUNK = 20
REFUSED = "after it has begun to write"

COLUMNS = "(record_id uuid, t text OPTIONS (attribute 'a_text'), n numeric OPTIONS (attribute 'a_number'))"
SCHEMA = f"""
CREATE SCHEMA twin;
CREATE FOREIGN TABLE crm.f {COLUMNS} SERVER attio OPTIONS (object 'all_types', page_size '3');
CREATE FOREIGN TABLE crm.f2 {COLUMNS} SERVER attio OPTIONS (object 'all_types');
CREATE TABLE twin.f (record_id uuid DEFAULT gen_random_uuid(), t text, n numeric);
CREATE VIEW twin.f2 AS SELECT * FROM twin.f;
CREATE TABLE crm.l (t text, n numeric);
CREATE TABLE twin.l (t text, n numeric);
CREATE FUNCTION same() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN coalesce(NEW, OLD); END';
CREATE TRIGGER before BEFORE INSERT OR UPDATE OR DELETE ON crm.f FOR EACH ROW EXECUTE FUNCTION same();
CREATE TRIGGER before BEFORE INSERT OR UPDATE OR DELETE ON twin.f FOR EACH ROW EXECUTE FUNCTION same();
ALTER TABLE crm.f DISABLE TRIGGER before;
ALTER TABLE twin.f DISABLE TRIGGER before;
"""
PREFIX = "SET attio_fdw.allow_unqualified_writes = on; SET attio_fdw.max_rows_written = 0;\n"
BASE = """DELETE FROM @f WHERE t IS NOT NULL OR n IS NOT NULL OR true;
INSERT INTO @f (t, n) VALUES ('a', 1), ('a', 2), ('a', 5), ('b', 1), ('b', 7), ('c', 3), ('d', NULL);
DELETE FROM @l; INSERT INTO @l VALUES ('a', 2), ('b', 4), ('e', 1);
"""
STATE = "SELECT 'f', t, n FROM @f UNION ALL SELECT 'l', t, n FROM @l ORDER BY 1, 2, 3;\n"

KNOWN = (
    ("UPDATE of a correlated subquery",
     "UPDATE @f f SET n = (SELECT max(x.n) + 1 FROM @f x WHERE x.t = f.t) WHERE t = 'a' RETURNING n"),
    ("UPDATE from LATERAL",
     "UPDATE @f f SET n = y.m FROM (VALUES ('a'), ('b')) v (t), LATERAL (SELECT max(x.n) + 1 AS m FROM @f x "
     "WHERE x.t = v.t) y WHERE v.t = f.t RETURNING f.t, f.n"),
    ("UPDATE of a self join", "UPDATE @f f SET n = f.n + x.n FROM @f x WHERE x.record_id = f.record_id RETURNING f.n"),
    ("DELETE where others exist",
     "DELETE FROM @f f WHERE EXISTS (SELECT FROM @f x WHERE x.t = f.t AND x.n > f.n) RETURNING t, n"),
    ("INSERT of a correlated count",
     "INSERT INTO @f (t, n) SELECT 'i', (SELECT count(*) FROM @f x WHERE x.n < i) FROM generate_series(100, 170) i"),
    ("INSERT of a correlated count, one by one",
     "INSERT INTO @f (t, n) SELECT 'i', (SELECT count(*) FROM @f x WHERE x.n < i) "
     "FROM generate_series(100, 105) i RETURNING n"),
    ("INSERT where none exists",
     "INSERT INTO @f (t, n) SELECT v.t, 9 FROM (VALUES ('x'), ('x'), ('a')) v (t) WHERE NOT EXISTS (SELECT FROM @f x "
     "WHERE x.t = v.t) RETURNING t"),
    ("INSERT of several subqueries",
     "INSERT INTO @f (t, n) VALUES ('v', (SELECT count(*) FROM @f)), ('v', (SELECT count(*) FROM @f x WHERE x.n > 0 "
     "OR x.t = 'v')) RETURNING n"),
    ("UPDATE beside an INSERT",
     "WITH w AS (INSERT INTO @f (t, n) VALUES ('x', 1) RETURNING t) UPDATE @f f SET n = 0 FROM w WHERE f.t = w.t"),
    ("DELETE beside an INSERT",
     "WITH w AS (INSERT INTO @f (t, n) VALUES ('x', 1), ('a', 1) RETURNING t) DELETE FROM @f f USING w WHERE f.t = w.t "
     "RETURNING f.t, f.n"),
    ("SELECT beside an INSERT",
     "WITH w AS (INSERT INTO @f (t, n) VALUES ('x', 1) RETURNING t) SELECT w.t, (SELECT count(*) "
     "FROM @f), (SELECT count(*) FROM @f f WHERE f.t = w.t) FROM w"),
    ("SELECT by what is inserted",
     "WITH w AS (INSERT INTO @f (t, n) VALUES ('x', 1), ('b', 1) RETURNING t, n) SELECT f.t, f.n FROM @f f "
     "WHERE n >= (SELECT max(n) FROM w) AND t IN (SELECT t FROM w)"),
    ("SELECT by a number of what is inserted",
     "WITH w AS (INSERT INTO @f (t, n) VALUES ('x', 3) RETURNING n) SELECT f.t, f.n FROM @f f "
     "WHERE f.n >= (SELECT max(n) FROM w)"),
    ("a subquery in RETURNING",
     "INSERT INTO @f AS f (t, n) VALUES ('x', 1), ('x', 2) RETURNING n, (SELECT count(*) FROM @f x "
     "WHERE x.t = f.t), (SELECT count(*) FROM @f)"),
    ("a subquery in RETURNING of a DELETE",
     "DELETE FROM @f f WHERE t = 'a' RETURNING n, (SELECT max(x.n) FROM @f x WHERE x.t = f.t), (SELECT sum(n) "
     "FROM @f)"),
    ("UPDATE beside an UPDATE",
     "WITH w AS (UPDATE @f f SET n = 100 WHERE t = 'a' RETURNING t) UPDATE @f f SET n = (SELECT max(n) "
     "FROM @f x) WHERE t = 'b'"),
    ("an INSERT that nobody reads",
     "WITH w AS (INSERT INTO @f (t, n) SELECT t, n FROM @f RETURNING t) INSERT INTO @f (t, n) SELECT 'y', count(*) "
     "FROM @f RETURNING n"),
    ("a local INSERT beside",
     "WITH w AS (INSERT INTO @f (t, n) VALUES ('x', 1) RETURNING t) INSERT INTO @l SELECT t, count(*) FROM @f "
     "GROUP BY t"),
    ("counts and first rows beside an INSERT",
     "WITH w AS (INSERT INTO @f (t, n) VALUES ('x', 1), ('x', 5) RETURNING n) SELECT w.n, (SELECT count(*) FROM @f x "
     "WHERE x.n > w.n), "
     "(SELECT x.n FROM @f x WHERE x.n <= w.n ORDER BY x.n DESC LIMIT 1), (SELECT max(x.n) FROM @f x "
     "WHERE x.n < w.n), (SELECT count(*) FROM @f WHERE n > 1) FROM w"),
    ("counts and first rows in RETURNING",
     "UPDATE @f f SET n = n + 1 WHERE n IS NOT NULL RETURNING n, (SELECT count(*) FROM @f x "
     "WHERE x.n > f.n), (SELECT max(x.n) FROM @f x WHERE x.n < f.n)"),
    ("scans side by side beside an INSERT",
     "WITH w AS (INSERT INTO @f (t, n) VALUES ('x', 1) RETURNING t) SELECT u.t, u.n FROM (SELECT * FROM @f "
     "UNION ALL SELECT * FROM @f2) u LEFT JOIN w ON w.t = u.t"),
    ("an INSERT of scans side by side",
     "INSERT INTO @f (t, n) SELECT u.t, u.n + 10 FROM (SELECT * FROM @f UNION ALL SELECT * FROM @f2) u RETURNING t, n"),
    ("a recursive query beside an INSERT",
     "WITH RECURSIVE w AS (INSERT INTO @f (t, n) VALUES ('c', 8) RETURNING t, n), r AS (SELECT t, n FROM w "
     "UNION SELECT f.t, f.n FROM r JOIN @f f ON f.n < r.n) SELECT * FROM r"),
    ("DELETE of rows that are updated",
     "WITH w AS (UPDATE @f f SET n = 100 WHERE t = 'a' RETURNING t) DELETE FROM @f f USING (SELECT DISTINCT t "
     "FROM w) s WHERE s.t = f.t RETURNING f.n"),
    ("UPDATE of rows that are deleted",
     "WITH w AS (DELETE FROM @f f WHERE t = 'a' RETURNING t) UPDATE @f f SET n = 0 FROM (SELECT DISTINCT t FROM w) s "
     "WHERE s.t = f.t OR f.t = 'b' RETURNING f.t"),
    ("UPDATE of rows that are updated",
     "WITH w AS (UPDATE @f f SET n = n + 1 WHERE n < 6 RETURNING t) UPDATE @f f SET n = n + 10 "
     "WHERE n > (SELECT count(*) FROM w WHERE false)"),
    ("UPDATE before rows are updated",
     "WITH w AS (UPDATE @f f SET n = n + 1 WHERE t = 'a') UPDATE @f f SET n = n + 10 WHERE n > 1"),
    ("UPDATE by ids of rows that are updated",
     "WITH i AS MATERIALIZED (SELECT array_agg(record_id) AS ids FROM @f WHERE t = 'a'), w AS (UPDATE @f f SET n = 7 "
     "WHERE t <> 'd' RETURNING t), "
     "d AS (SELECT max(t) FROM w) UPDATE @f f SET n = 8 WHERE record_id = ANY ((SELECT ids FROM i, d)::uuid[])"),
    ("the same object by another name",
     "WITH w AS (DELETE FROM @f WHERE t = 'a' RETURNING t) UPDATE @f2 f SET n = (SELECT count(*) FROM @f2) "
     "WHERE t <> 'a' RETURNING n"),
)

# what plans are made: of the joins by lookups, too
SETTINGS = ("enable_hashjoin = off", "enable_mergejoin = off", "enable_nestloop = off", "enable_material = off",
            "enable_memoize = off", "work_mem = '64kB'",
            "attio_fdw.enable_batched_join = off", "attio_fdw.push_filter = off", "attio_fdw.push_count = on",
            "attio_fdw.push_sort = off", "attio_fdw.push_limit = off")
PLANS = (("DISABLE",), ("ENABLE",), ("DISABLE", "enable_hashjoin = off", "enable_mergejoin = off"),
         ("DISABLE", "enable_hashjoin = off", "enable_mergejoin = off", "attio_fdw.enable_batched_join = off"))


class Generator:
    """Statements whose result does not depend on the order in which rows come."""

    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.new = 0

    def pick(self, *choices):
        return self.rng.choice(choices)

    def number(self):
        return str(self.rng.randrange(0, 9))

    def name(self):
        return self.pick("'a'", "'b'", "'c'", "'d'", "'x'")

    def table(self):
        return self.pick("@f", "@f", "@f2")

    def value(self, row):
        """A number made of a row with t and n, and of what the tables hold."""
        t = self.table()
        return self.pick(f"(SELECT max(x.n) + 1 FROM {t} x WHERE x.t = {row}.t)",
                         f"(SELECT count(*) FROM {t} x WHERE x.n <= {row}.n)", f"(SELECT count(*) FROM {t})",
                         f"(SELECT x.n FROM {t} x WHERE x.t = {row}.t ORDER BY x.n DESC NULLS LAST LIMIT 1)",
                         f"(SELECT max(n) FROM @l x WHERE x.t = {row}.t)",
                         f"(SELECT sum(x.n) FROM {t} x JOIN {self.table()} y USING (record_id) WHERE y.t = {row}.t)",
                         f"coalesce({row}.n, 0) + (SELECT count(*) FROM {t} x WHERE x.n > {self.number()})",
                         f"(SELECT max(n) FROM {t})", f"coalesce({row}.n, 0) + 1",
                         f"(SELECT count(*) FROM {t} x WHERE x.n = {row}.n)",
                         f"(SELECT max(x.n) FROM {t} x WHERE x.n < {row}.n)",
                         f"(SELECT x.n FROM {t} x WHERE x.n <= {row}.n ORDER BY x.n DESC LIMIT 1)",
                         f"(SELECT count(*) FROM {t} x WHERE x.n < (SELECT avg(n) FROM @l))")

    def condition(self, row):
        t = self.table()
        return self.pick(f"EXISTS (SELECT FROM {t} x WHERE x.t = {row}.t AND x.n > {row}.n)",
                         f"NOT EXISTS (SELECT FROM {t} x WHERE x.t = {row}.t AND x.n > {row}.n)",
                         f"{row}.n < (SELECT avg(n) FROM {t})",
                         f"{row}.t IN (SELECT t FROM {t} WHERE n > {self.number()})", f"{row}.t IN (SELECT t FROM @l)",
                         f"{row}.t = {self.name()}",
                         f"{row}.n > {self.number()}", f"{row}.n = (SELECT max(n) FROM {t} x WHERE x.t = {row}.t)",
                         f"{row}.t <> {self.name()}",
                         f"(SELECT count(*) FROM {t} x WHERE x.n = {row}.n) > 1")

    def returning(self, row, force=False):
        if not force and self.rng.random() < 0.4:
            return ""
        extra = self.pick("", "", f", {self.value(row)}")
        return f" RETURNING {row}.t, {row}.n{extra}"

    def insert(self, force=False):
        self.new += 1
        target = f"INSERT INTO {self.table()} AS f (t, n) "
        source = self.pick(f"SELECT q.t, {self.value('q')} FROM {self.table()} q WHERE {self.condition('q')} "
                           "AND q.t <> 'z'", f"SELECT q.t, {self.value('q')} FROM @l q WHERE {self.condition('q')}",
                           f"SELECT 'g', {self.value('q')} FROM (SELECT 'a' AS t, i::numeric AS n "
                           f"FROM generate_series(1, {self.pick(3, 40)}) i) q",
                           f"VALUES ({self.name()}, {self.number()}), ('n', (SELECT count(*) FROM {self.table()}))",
                           "SELECT q.t, q.n FROM (VALUES ('x', 1), ('x', 2), ('a', 3)) q (t, n) "
                           f"WHERE NOT EXISTS (SELECT FROM {self.table()} x WHERE x.t = q.t)")
        return target + source + self.returning("f", force)

    def update(self, source="", force=False, where=""):
        joined = self.pick("", "",
                           f" FROM (SELECT t, count(*) AS c FROM {self.table()} GROUP BY t) s WHERE s.t = f.t AND ",
                           f" FROM {self.table()} s WHERE s.record_id = f.record_id AND ",
                           f" FROM @l s, LATERAL (SELECT count(*) AS c FROM {self.table()} x WHERE x.t = s.t) y "
                           "WHERE s.t = f.t AND ") if not source else f" FROM {source} WHERE s.t = f.t AND "
        return (f"UPDATE {self.table()} f SET n = "
                f"{self.value('f')}{joined or ' WHERE '}{self.condition('f')}{where}{self.returning('f', force)}")

    def delete(self, source="", force=False, where=""):
        joined = (f" USING {source} WHERE s.t = f.t AND " if source else
                  self.pick(" WHERE ", " WHERE ", f" USING {self.table()} s WHERE s.record_id = f.record_id AND "))
        return f"DELETE FROM {self.table()} f{joined}{self.condition('f')}{where}{self.returning('f', force)}"

    def main(self, source="", where=""):
        return self.pick(self.insert, lambda: self.update(source, where=where),
                         lambda: self.delete(source, where=where))()

    def with_queries(self):
        """Of two that change rows, often the same ones, the first to change a row counts."""
        writer = self.pick(self.insert(True), self.insert(True), self.update(force=True, where=" AND f.t = 'a'"),
                           self.delete(force=True, where=" AND f.t = 'a'"))
        others = self.pick(" AND f.t <> 'a'", "")
        source = "(SELECT DISTINCT t FROM w) s"
        read = self.pick(f"SELECT w.t, w.n, {self.value('w')} FROM w",
                         f"SELECT f.t, f.n FROM {self.table()} f WHERE {self.condition('f')}",
                         f"SELECT count(*), sum(n) FROM {self.table()}",
                         f"SELECT w.t, f.n FROM w LEFT JOIN {self.table()} f ON f.t = w.t AND f.n > {self.number()}",
                         f"SELECT f.t, f.n FROM {self.table()} f JOIN {source} USING (t)",
                         f"SELECT f.t FROM {self.table()} f WHERE f.n >= (SELECT min(n) FROM w)",
                         f"INSERT INTO @l SELECT f.t, f.n FROM {self.table()} f WHERE {self.condition('f')}",
                         f"INSERT INTO @l SELECT w.t, {self.value('w')} FROM w",
                         f"INSERT INTO @l SELECT f.t, f.n FROM w JOIN {self.table()} f ON f.t = w.t")
        between = self.pick("", "", f", r AS MATERIALIZED (SELECT * FROM {self.table()})",
                            f", v AS ({self.insert(True)})")
        main = self.pick(read, self.main(where=others), self.main(source, others),
                         f"{read}" if "r AS" not in between else f"SELECT r.t, r.n, {self.value('r')} FROM r")
        return f"WITH w AS ({writer}){between} {main}"

    def statement(self):
        return self.pick(self.main, self.main, self.with_queries)()

    def settings(self):
        return [s for s in SETTINGS if self.rng.random() < 0.25]


def outcomes(database, schema, statements):
    """What each of them says, sorted, and what it leaves."""
    script = PREFIX + f"SET search_path = {schema}, public;\n\\set ON_ERROR_STOP off\n\\set QUIET on\n"
    for settings, trigger, statement in statements:
        script += "".join(f"SET {s};\n" for s in settings)
        script += f"ALTER TABLE {schema}.f {trigger} TRIGGER before;\n\\echo @@@\n"
        script += (f"\\set QUIET off\n{statement};\n\\set QUIET on\n\\echo @@\n" + "RESET ALL;\n" + PREFIX
                   + f"SET search_path = {schema}, public;\n" + STATE)
    script = f"SET search_path = {schema}, public;\n{PREFIX}{BASE}{script}".replace("@f", "f").replace("@l", "l")
    result = database.psql(script.replace("\\echo @@@", "\\warn @@@\n\\echo @@@"))
    said = [part.split("\n@@\n") for part in ("\n" + result.out + "\n").split("\n@@@\n")[1:]]
    errors = ("\n" + result.err + "\n").split("@@@\n")[1:]
    if not (len(said) == len(errors) == len(statements)):
        raise RuntimeError(f"{len(statements)} statements, {len(said)} answers, {len(errors)} errors: {result!r}")
    return [(sorted(("\n" + s[0]).split("\n")), s[-1].strip(), e) for s, e in zip(said, errors)]


def has_failed(error):
    return "ERROR:" in error


def compare(database, statements):
    """Run them in order on both; the differences, and how many were refused."""
    differences, refused = [], 0
    foreign = outcomes(database, "crm", statements)
    kept = []
    for (settings, trigger, statement), (_, _, error) in zip(statements, foreign):
        refuse = REFUSED in error
        refused += refuse
        kept.append((settings, trigger, "SELECT 'refused'" if refuse else statement))
    local = outcomes(database, "twin", kept)
    before = None
    for statement, have, want, done in zip(statements, foreign, local, kept):
        if done[2] == "SELECT 'refused'":
            same = before is None or before == have[1]
        else:
            same = have[:2] == want[:2] and has_failed(have[2]) == has_failed(want[2])
        before = have[1]
        if not same:
            differences.append(f"{statement}\nforeign {have}\nlocal   {want}")
            break       # what follows begins from different rows
    return differences, refused


def prepare(_emulator, database):
    # ids and types of the columns: else conditions are checked locally
    must(database.psql(SCHEMA + "SELECT attio_fdw_bind('crm.f'), attio_fdw_bind('crm.f2');"))
    must(database.psql("SET attio_fdw.log_writes = off; SET attio_fdw.allow_unqualified_writes = on; DELETE "
                       "FROM crm.f2"))


WORK = Workspace("--scale", "20", options=QUICK, before=prepare)


@case(WORK)
def known(_emulator, database):
    """Those that are known to have gone wrong."""
    for name, statement in KNOWN:
        for trigger, *plan in PLANS:
            differences, refused = compare(database, [(["attio_fdw.push_count = on", *plan], trigger, statement)])
            tap.ok(not differences and not refused,
                   f"{name}{', with triggers' if trigger == 'ENABLE' else ''} {' '.join(plan)}",
                   "\n".join(differences) or "refused")


@case(WORK)
def on_disk(_emulator, database):
    """Rows that wait on disk."""
    must(database.psql(f"{PREFIX}SET attio_fdw.log_writes = off; {BASE} INSERT INTO @f (t, n) SELECT repeat('long', "
                       "500), i FROM generate_series(1, 120) i".replace("@", "crm.")))
    for name, sql, wanted in (
            ("of a scan that is run again",
             "WITH w AS (INSERT INTO crm.f (t, n) SELECT 'w', i FROM generate_series(1, 3) i RETURNING n) "
             "SELECT string_agg(c::text, ',') FROM (SELECT (SELECT count(*) FROM crm.f "
             "WHERE length(f.t) > w.n * 10) AS c FROM w) x", "120,120,120"),
            ("of a scan that is not",
             "WITH w AS (INSERT INTO crm.f (t, n) VALUES ('w', 1) RETURNING n) SELECT count(*) FROM w, crm.f "
             "WHERE length(f.t) = 2000", "120"),
            ("that are to be written",
             "WITH w AS (INSERT INTO crm.f (t, n) SELECT t, n + 1000 FROM crm.f WHERE length(t) = 2000 "
             "RETURNING t, n) SELECT count(*), sum(n), max(length(t)) FROM w", "120|127260|2000")):
        tap.equal(database.value(f"SET work_mem = '64kB'; {sql}"), wanted, f"rows that wait on disk: {name}")


@case(WORK)
def chain(_emulator, database):
    """WITH queries that each read the one before twice: each is looked at once, else the statement does not end."""
    chain = "a0 AS MATERIALIZED (SELECT t FROM crm.f WHERE t = 'w')" + "".join(
        f", a{i} AS MATERIALIZED (SELECT x.t FROM a{i - 1} x JOIN a{i - 1} y USING (t) LIMIT 1)" for i in range(1, 31))
    started = time.monotonic()
    must(database.psql(f"{PREFIX}WITH {chain} INSERT INTO crm.f (t) SELECT t FROM a30"))
    tap.ok(time.monotonic() - started < 60, "a chain of WITH queries", f"{time.monotonic() - started:.0f} s")


@case(WORK)
def generated(_emulator, database):
    generator = Generator(SEED)
    differences, refused, done = [], 0, 0
    while done < STATEMENTS and len(differences) < 5:
        chunk = [(generator.settings(), generator.pick("DISABLE", "DISABLE", "ENABLE"), generator.statement())
                 for _ in range(CHUNK)]
        new, no = compare(database, chunk)
        differences += new
        refused += no
        done += CHUNK
    tap.ok(not differences, f"{done} generated statements, {refused} of them refused (seed {SEED})",
           "\n\n".join(differences))


run()
