#!/usr/bin/env python3
"""Generated writes through odd tables, under odd settings, beside a local twin.

    writes.py --statements N --seed S [--verbose]

Each set makes two objects in an emulator, a shape over them (a table with dropped and moved columns, a partitioned or
inheritance parent with foreign and local children, views, triggers, generated columns, row security), and the same shape over
local tables.  Each statement runs on the twin first, inside a transaction; then on the foreign side; the rows that RETURNING
shows, the number of rows and the tables afterwards must be the same.  A statement may be refused on the foreign side where the
docs say so (REFUSALS), and then must have changed nothing.  What fails locally must fail on the foreign side too.

The environment names the cluster, as `scripts/sandbox env` prints it.
"""
import argparse
import os
import random
import re
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from attio_test import FAST, KEY, Database, Emulator, must, psql_command  # noqa: E402

# What the docs say is refused (docs/writing.md): a pattern of the message.
REFUSALS = (
    r"without WHERE",
    r"without a condition",
    r"cannot move rows",
    r"cannot be moved",
    r"may see its own writes|sees? its own writes|reads .* that it writes|read before the first write|would read .* while",
    r"transition table",
    r"COPY",
    r"system column",
    r"cannot route",
    r"MERGE",
    r"more than \d+ rows",
    r"violates partition constraint",       # a row would move, which a foreign partition cannot
)
# Errors that a local table gives under another code than ours, or for another reason.
COLUMNS = {"txt": "text", "n": "number", "c": "currency", "r": "rating", "flag": "checkbox", "d": "date", "ts": "timestamp", "opts": "select"}
SQL_TYPES = {"tag": "text", "txt": "text", "n": "numeric", "c": "numeric", "r": "smallint", "flag": "boolean", "d": "date", "ts": "timestamptz",
             "opts": "text[]"}
OTHER_TYPES = {"n": ["float8", "numeric(20,4)", "numeric"], "c": ["numeric", "float8"], "r": ["smallint", "integer", "bigint"], "txt": ["text", "varchar", "varchar(60)"]}
SETTINGS = {
    "datestyle": ["ISO, YMD", "SQL, DMY", "German", "Postgres, MDY"], "intervalstyle": ["postgres", "iso_8601", "sql_standard"],
    "timezone": ["UTC", "Asia/Kathmandu", "America/St_Johns", "-12", "+14:00"], "extra_float_digits": ["-15", "0", "3"], "bytea_output": ["escape", "hex"],
    "attio_fdw.push_filter": ["on", "off"], "attio_fdw.push_sort": ["on", "off"], "attio_fdw.push_limit": ["on", "off"],
    "attio_fdw.enable_batched_join": ["on", "off"], "enable_hashjoin": ["on", "off"], "enable_mergejoin": ["on", "off"], "enable_nestloop": ["on", "off"],
    "enable_material": ["on", "off"], "enable_memoize": ["on", "off"], "work_mem": ["64kB", "4MB"], "plan_cache_mode": ["force_generic_plan", "auto"],
    "jit": ["off"], "constraint_exclusion": ["partition", "on"], "xmloption": ["content"],
}


class Session:
    """psql that stays; each statement gives (sqlstate, rows, count)."""

    def __init__(self, database, level="error"):
        environment = dict(os.environ, PGDATABASE=database, PGOPTIONS=f"-c client_min_messages={level} -c attio_fdw.log_writes=off")
        command = [psql_command()[0], "-XqAt", "-v", "VERBOSITY=verbose"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment)
        self.number = 0

    def run(self, sql):
        self.number += 1
        mark = f"--mark-{self.number}--"
        self.process.stdin.write(f"{sql.rstrip().rstrip(';')}\n;\n\\echo {mark} :SQLSTATE :ROW_COUNT\n")
        self.process.stdin.flush()
        lines = []
        for line in self.process.stdout:
            if line.startswith(mark):
                _, state, *count = line.split()
                return state, lines, int(count[0]) if count else 0
            lines.append(line.rstrip("\n"))
        raise RuntimeError("psql ended: " + "\n".join(lines[-20:]))

    def must(self, sql):
        state, lines, count = self.run(sql)
        if state != "00000":
            raise AssertionError(f"{sql}\n" + "\n".join(lines))
        return lines, count

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def make_object(emulator, slug):
    emulator.call("POST", "/v2/objects", {"data": {"api_slug": slug, "singular_noun": slug, "plural_noun": slug}}, key=KEY)
    for column, kind in {"tag": "text", "double_n": "number", **COLUMNS}.items():
        emulator.call("POST", f"/v2/objects/{slug}/attributes", {"data": {
            "title": column, "description": column, "api_slug": column, "type": kind, "is_required": False, "is_unique": False,
            "is_multiselect": column == "opts", "config": {"currency": {"default_currency_code": "EUR", "display_type": "symbol"}} if kind == "currency" else {}}}, key=KEY)
    for title in ("red", "green", "blue"):
        emulator.call("POST", f"/v2/objects/{slug}/attributes/opts/options", {"data": {"title": title}}, key=KEY)


class Shape:
    """Statements that make the same tables over Attio ("f") and locally ("t"); "name" is the target of the statements."""

    def __init__(self, rng):
        self.rng = rng
        self.kind = rng.choice(["plain", "plain", "partitioned", "inheritance", "view"])
        self.types = {c: rng.choice(OTHER_TYPES.get(c, [SQL_TYPES[c]])) for c in SQL_TYPES}
        self.generated = rng.random() < 0.3
        self.security = self.kind in ("partitioned", "inheritance") and rng.random() < 0.5
        self.trigger = rng.choice([None, None, "before", "after", "statement", "skip"])
        self.makes = {"f": [], "t": []}
        self.columns = list(SQL_TYPES)
        self.make()

    def leaf(self, name, slug, extra="", parent=None):
        """A foreign table and its twin, with the columns in some order, and some dropped."""
        order = list(SQL_TYPES)
        self.rng.shuffle(order)
        ghosts = [f"ghost{i}" for i in range(self.rng.randrange(3))]
        listed = []
        for column in order:
            listed.append(f"{column} {self.types[column]}")
        for ghost in ghosts:
            listed.insert(self.rng.randrange(len(listed) + 1), f"{ghost} text")
        listed.insert(self.rng.randrange(len(listed) + 1), "record_id uuid")
        if self.generated and self.kind in ("plain", "view"):
            listed.append("double_n numeric GENERATED ALWAYS AS ((n * 2)::numeric) STORED")
        for side in ("f", "t"):
            own = list(listed)
            if side == "t":
                own = [c.replace("record_id uuid", "record_id uuid DEFAULT gen_random_uuid()").replace("opts text[]", "opts text[] DEFAULT '{}'") for c in own]
                self.makes[side].append(f"CREATE TABLE t.{name} ({', '.join(own)})")
            else:
                self.makes[side].append(f"CREATE FOREIGN TABLE f.{name} ({', '.join(own)}) SERVER attio OPTIONS (object '{slug}')")
            for ghost in ghosts:
                self.makes[side].append(f"ALTER TABLE {side}.{name} DROP COLUMN {ghost}")

    def both(self, sql):
        for side in ("f", "t"):
            self.makes[side].append(sql.replace("@", f"{side}."))

    def make(self):
        declared = ", ".join(f"{c} {self.types[c]}" for c in SQL_TYPES)
        if self.kind in ("plain", "view"):
            self.leaf("target", "shape_a")
            if self.kind == "view":
                self.both("CREATE VIEW @shown AS SELECT * FROM @target WHERE n IS DISTINCT FROM 77 WITH CHECK OPTION")
            self.name = "shown" if self.kind == "view" else "target"
            triggered = ["target"]
        elif self.kind == "partitioned":
            self.leaf("part_a", "shape_a")
            self.leaf("part_b", "shape_b")
            self.both(f"CREATE TABLE @target (record_id uuid, {declared}) PARTITION BY LIST (flag)")
            self.both(f"CREATE TABLE @part_c (record_id uuid, {declared} DEFAULT '{{}}')")      # opts is the last of them
            self.makes["t"].append("ALTER TABLE t.target ALTER record_id SET DEFAULT gen_random_uuid(), ALTER opts SET DEFAULT '{}'")
            self.makes["f"].append("ALTER TABLE f.target ALTER opts SET DEFAULT '{}'")
            for part, bound in (("part_a", "true"), ("part_b", "false"), ("part_c", "NULL")):
                self.both(f"ALTER TABLE @target ATTACH PARTITION @{part} FOR VALUES IN ({bound})")
            self.name, triggered = "target", ["part_a", "part_b"]
        else:
            self.both(f"CREATE TABLE @target (record_id uuid, {declared})")
            self.makes["t"].append("ALTER TABLE t.target ALTER record_id SET DEFAULT gen_random_uuid(), ALTER opts SET DEFAULT '{}'")
            self.makes["f"].append("ALTER TABLE f.target ALTER opts SET DEFAULT '{}'")
            for part, slug in (("part_a", "shape_a"), ("part_b", "shape_b")):
                self.leaf(part, slug)
                self.both(f"ALTER TABLE @{part} INHERIT @target")
            self.name, triggered = "target", ["part_a", "part_b"]
        self.add_triggers(triggered)
        if self.security:
            self.both(f"ALTER TABLE @{self.name} ENABLE ROW LEVEL SECURITY")
            self.both(f"CREATE POLICY p ON @{self.name} USING (r IS DISTINCT FROM 5) WITH CHECK (r IS DISTINCT FROM 4)")
        # rows that stay local get ids on the foreign side, too; a default would be written to Attio
        for table in {"partitioned": ["part_c"], "inheritance": ["target"]}.get(self.kind, []):
            self.makes["f"] += ["CREATE FUNCTION f.give_id() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.record_id := gen_random_uuid(); RETURN NEW; END $$",
                                f"CREATE TRIGGER a_give_id BEFORE INSERT ON f.{table} FOR EACH ROW EXECUTE FUNCTION f.give_id()"]
        self.both("CREATE TABLE @plain_local (tag text, n numeric, txt text)")
        self.both("INSERT INTO @plain_local SELECT 'tag' || i, i, 'local ' || i FROM generate_series(1, 60) i")
        for side in ("f", "t"):
            self.makes[side].append(f"GRANT ALL ON ALL TABLES IN SCHEMA {side} TO twin_writer")

    def add_triggers(self, tables):
        if self.trigger is None:
            return
        body = {"before": "NEW.txt := upper(NEW.txt); RETURN NEW;", "skip": "IF NEW.r = 3 THEN RETURN NULL; END IF; NEW.n := NEW.n; RETURN NEW;",
                "after": "INSERT INTO @log VALUES (TG_OP, coalesce(NEW.tag, OLD.tag)); RETURN NULL;",
                "statement": "INSERT INTO @log VALUES (TG_OP, TG_LEVEL); RETURN NULL;"}[self.trigger]
        when = {"before": "BEFORE INSERT OR UPDATE", "skip": "BEFORE INSERT OR UPDATE", "after": "AFTER INSERT OR UPDATE OR DELETE",
                "statement": "AFTER INSERT OR UPDATE OR DELETE"}[self.trigger]
        self.both("CREATE TABLE @log (op text, what text)")
        self.both(f"CREATE FUNCTION @fire() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$")
        for table in tables:
            self.both(f"CREATE TRIGGER fire {when} ON @{table} FOR EACH {'STATEMENT' if self.trigger == 'statement' else 'ROW'} EXECUTE FUNCTION @fire()")

    def leaves(self):
        return ["part_a", "part_b", "part_c"] if self.kind == "partitioned" else ["target", "part_a", "part_b"] if self.kind == "inheritance" else ["target"]


class Statements:
    """Statements over a shape; "@" stands for the schema."""

    def __init__(self, rng, shape):
        self.rng, self.shape, self.tags, self.numbers = rng, shape, 0, 0

    def number(self):
        """Another one each time: a tag that stood twice would make joins choose."""
        self.numbers += 1
        return self.numbers

    def value(self, column):
        rng = self.rng
        if column != "opts" and rng.random() < 0.12:
            return "NULL"
        return {
            "txt": lambda: rng.choice(["'plain'", "'Zwölf Boxkämpfer'", "'it''s'", "'a \"quoted\" one'", "'back\\slash'", "'line\nbreak'", f"'word{rng.randrange(9)}'"]),
            "n": lambda: rng.choice([str(rng.randrange(-9999, 9999) / 4), "12345678.1234", "0", str(rng.randrange(100))]),
            "c": lambda: str(rng.randrange(0, 99999) / 100), "r": lambda: str(rng.randrange(6)), "flag": lambda: rng.choice(["true", "false"]),
            "d": lambda: rng.choice([f"date '20{rng.randrange(10, 30)}-0{rng.randrange(1, 10)}-11'", "date '2024-03-02'", "date '2024-02-03'"]),
            "ts": lambda: f"timestamptz '2024-0{rng.randrange(1, 10)}-06 07:{rng.randrange(10, 60)}:09.{rng.randrange(100, 999)}Z'",
            "opts": lambda: rng.choice(["'{red}'", "'{red,blue}'", "'{}'", "'{green}'"])}[column]()

    def expression(self, column, alias=""):
        """What an UPDATE assigns; may use the row."""
        rng, a = self.rng, alias
        own = {"txt": [f"{a}txt || '!'", f"lower({a}txt)", f"coalesce({a}txt, 'none')", f"left({a}txt, 3)"], "n": [f"{a}n + 1", f"{a}n * 2", f"0 - {a}n", f"{a}r"],
               "c": [f"{a}c + 1", f"abs({a}n)"], "d": [f"{a}d + 1", f"({a}ts AT TIME ZONE 'UTC')::date"], "ts": [f"{a}ts + interval '1 hour'"], "flag": [f"NOT {a}flag"],
               "r": [f"({a}r + 1) % 6"], "opts": [f"{a}opts"]}[column]
        return rng.choice(own) if rng.random() < 0.5 else self.value(column)

    def condition(self, alias=""):
        rng, a = self.rng, alias
        return rng.choice([
            f"{a}tag = 'tag{rng.randrange(1, self.tags + 2)}'", f"{a}tag LIKE 'tag%{rng.randrange(10)}'", f"{a}n > {rng.randrange(-500, 500)} AND {a}tag LIKE 'tag%{rng.randrange(10)}'",
            f"{a}r = {rng.randrange(6)} AND {a}n < {rng.randrange(500)}", f"{a}flag AND {a}txt LIKE '%o%'", f"{a}d BETWEEN '2012-01-01' AND '20{rng.randrange(13, 30)}-01-01'",
            f"{a}tag IN ('tag{rng.randrange(1, 60)}', 'tag{rng.randrange(1, 60)}')", f"'red' = ANY ({a}opts) AND {a}r > 2", f"{a}ts < '2024-05-01Z'", f"{a}tag IS NOT NULL AND {a}n = 0",
            f"{a}tag = ANY (ARRAY(SELECT l.tag FROM @plain_local l WHERE l.n % 10 = {rng.randrange(10)}))",
            f"{a}record_id = {self.id()}", f"{a}record_id IN ({self.id()}, {self.id()})", f"{a}record_id = ANY (ARRAY[{self.id()}, {self.id()}, NULL]::uuid[])"])

    def id(self):
        """The id of a row, which is another on each side: put in when the statement runs."""
        return f"<id of tag{self.rng.randrange(1, self.tags + 2)}>"

    def returning(self):
        return self.rng.choice(["", "", " RETURNING tag, n", " RETURNING tag, txt, n, c, r, flag, d, ts, opts", " RETURNING tag, n * 2 AS twice"])

    def insert(self):
        rng, name = self.rng, self.shape.name
        chosen = rng.sample([c for c in COLUMNS], rng.randrange(1, 6))
        if self.shape.kind == "partitioned" and "flag" not in chosen and rng.random() < 0.7:
            chosen.append("flag")
        if rng.random() < 0.25:
            return f"INSERT INTO @{name} (tag, n, txt) SELECT l.tag || 'x{self.number()}', l.n, l.txt FROM @plain_local l WHERE l.txt LIKE 'local%' AND l.n BETWEEN {(low := rng.randrange(60))} AND {low + rng.randrange(5)}{self.returning()}"
        rows = []
        for _ in range(rng.choice([1, 1, 2, 5])):
            self.tags += 1
            rows.append("('tag%d', %s)" % (self.tags, ", ".join(self.value(c) for c in chosen)))
        return f"INSERT INTO @{name} (tag, {', '.join(chosen)}) VALUES {', '.join(rows)}{self.returning()}"

    def update(self):
        rng, name = self.rng, self.shape.name
        chosen = rng.sample([c for c in COLUMNS if c != "flag" or self.shape.kind != "partitioned" or rng.random() < 0.2], rng.randrange(1, 4))
        form = rng.random()
        if form < 0.6:
            return f"UPDATE @{name} SET {', '.join(f'{c} = {self.expression(c)}' for c in chosen)} WHERE {self.condition()}{self.returning()}"
        if form < 0.75:
            return f"UPDATE @{name} t SET n = l.n, txt = l.txt FROM @plain_local l WHERE l.tag = t.tag AND l.txt LIKE 'local%' AND l.n % 7 = {rng.randrange(7)}{rng.choice(['', ' RETURNING t.tag, t.n'])}"
        if form < 0.85:
            return f"UPDATE @{name} t SET n = (SELECT count(*) FROM @plain_local l WHERE l.n < t.n) WHERE {self.condition('t.')}{rng.choice(['', ' RETURNING t.tag, t.n'])}"
        if form < 0.93:
            return f"UPDATE @{name} t SET (n, txt) = (SELECT max(l.n), min(l.txt) FROM @plain_local l WHERE l.tag = t.tag) WHERE {self.condition('t.')}"
        return f"UPDATE @{name} t SET n = x.n + 1 FROM @{name} x WHERE x.tag = t.tag AND {self.condition('t.')}{rng.choice(['', ' RETURNING t.tag, t.n'])}"

    def delete(self):
        rng, name = self.rng, self.shape.name
        form = rng.random()
        if form < 0.6:
            return f"DELETE FROM @{name} WHERE {self.condition()} AND tag LIKE '%{rng.randrange(10)}'{self.returning()}"
        if form < 0.8:
            return f"DELETE FROM @{name} t USING @plain_local l WHERE l.tag = t.tag AND l.n = {rng.randrange(60)}{rng.choice(['', ' RETURNING t.tag'])}"
        return f"DELETE FROM @{name} t WHERE EXISTS (SELECT FROM @plain_local l WHERE l.tag = t.tag AND l.n % 20 = {rng.randrange(20)}) AND t.r = {rng.randrange(6)}"

    def nested(self):
        """CTEs that write, beside what reads."""
        rng, name = self.rng, self.shape.name
        self.tags += 1
        made = f"INSERT INTO @{name} (tag, n, flag) VALUES ('tag{self.tags}', {rng.randrange(100)}, {rng.choice(['true', 'false'])}) RETURNING tag, n"
        return rng.choice([
            f"WITH w AS ({made}) SELECT w.tag, w.n FROM w",
            f"WITH w AS ({made}) INSERT INTO @plain_local SELECT tag, n, 'from w' FROM w RETURNING tag",
            f"WITH w AS (DELETE FROM @plain_local WHERE n = {rng.randrange(60)} RETURNING tag, n, txt) INSERT INTO @{name} (tag, n, txt) SELECT tag || 'w{self.number()}', n, txt FROM w RETURNING tag, n",
            f"WITH w AS ({made}) UPDATE @{name} SET txt = 'seen' FROM w WHERE @{name}.tag = w.tag RETURNING @{name}.tag",
            f"WITH w AS (UPDATE @{name} SET r = 2 WHERE tag = 'tag{rng.randrange(1, self.tags + 1)}' RETURNING tag, r) SELECT w.tag, w.r, (SELECT count(*) FROM @plain_local) FROM w"])

    def next(self):
        return self.rng.choices([self.insert, self.update, self.delete, self.nested], [4, 5, 2, 1])[0]()


def shown(rows):
    """The rows in some order; a numeric's trailing zeros are no difference."""
    def plain(field):
        return field.rstrip("0").rstrip(".") if re.fullmatch(r"-?\d+\.\d+", field) else field

    return sorted("|".join(plain(field) for field in row.split("|")) for row in rows)


class Run:
    def __init__(self, arguments):
        self.arguments = arguments
        self.done = self.refused = self.failed_alike = self.differences = 0
        self.why = {}

    def tables(self, session, shape, side):
        """All rows of the leaves, in words that settings do not change."""
        columns = ("double_n, " if self.generated_in(shape) else "") + "tag, txt, n::numeric, c::numeric, r, flag, to_char(d, 'YYYY-MM-DD'), to_char(ts AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'), opts"
        rows = []
        for leaf in shape.leaves():
            only = "ONLY " if shape.kind == "inheritance" and leaf == "target" else ""
            rows += shown(f"{leaf}|{row}" for row in session.must(f"SELECT {columns} FROM {only}{side}.{leaf}")[0])
        for table in ["plain_local"] + (["log"] if shape.trigger in ("after", "statement") else []):
            rows += shown(f"{table}|{row}" for row in session.must(f"SELECT * FROM {side}.{table}")[0])
        return rows

    @staticmethod
    def generated_in(shape):
        return shape.generated and shape.kind in ("plain", "view")

    def report(self, what, statement, seed, detail):
        self.differences += 1
        print(f"DIFFERENCE (seed {seed}): {what}\n  {statement}\n  {detail}", flush=True)

    def run_set(self, seed, count):
        rng = random.Random(seed)
        shape = Shape(rng)
        statements = Statements(rng, shape)
        with Emulator("--scale", "5") as emulator:
            for slug in ("shape_a", "shape_b"):
                make_object(emulator, slug)
            with Database("attio_writes", emulator, FAST + ", write_rate '10000'", schema=None) as database:
                must(database.psql("CREATE SCHEMA f; CREATE SCHEMA t; CREATE ROLE twin_writer; GRANT USAGE ON SCHEMA f, t TO twin_writer; GRANT USAGE ON FOREIGN SERVER attio TO twin_writer;"
                                   f"CREATE USER MAPPING FOR twin_writer SERVER attio OPTIONS (api_key '{KEY}')"))
                try:
                    self.run_statements(seed, count, rng, shape, statements, database)
                finally:
                    database.psql("DROP OWNED BY twin_writer CASCADE; DROP ROLE twin_writer")

    def run_statements(self, seed, count, rng, shape, statements, database):
        reader, twin, foreign = Session(database.name), Session(database.name), Session(database.name, "warning")
        try:
            for side in ("t", "f"):
                for sql in shape.makes[side]:
                    reader.must(sql)
            for session in (twin, foreign):
                if shape.security:
                    session.must("SET ROLE twin_writer")
            for at in range(count):
                if at % 10 == 0:
                    self.set_settings(rng, twin, foreign, shape)
                if not self.compare(seed, shape, statements.next(), reader, twin, foreign):
                    return      # what follows would differ for the same reason
        finally:
            for session in (reader, twin, foreign):
                session.close()

    @staticmethod
    def set_settings(rng, twin, foreign, shape):
        for name in SETTINGS:
            value = rng.choice(SETTINGS[name])
            for session in (twin, foreign):
                session.must(f"SET {name} = '{value}'")

    @staticmethod
    def with_ids(statement, side, shape, reader):
        def find(match):
            found = reader.must(f"SELECT record_id FROM {side}.{shape.name} WHERE tag = '{match.group(1)}' AND record_id IS NOT NULL ORDER BY n, txt LIMIT 1")[0]
            return f"'{found[0] if found else '97052eb9-e65e-443f-a297-f2d9a4a7f795'}'"

        return re.sub(r"<id of (\w+)>", find, statement)

    def compare(self, seed, shape, statement, reader, twin, foreign):
        """Run it on both sides; false ends the set."""
        self.done += 1
        local_sql, remote_sql = (self.with_ids(statement, side, shape, reader).replace("@", f"{side}.") for side in ("t", "f"))
        twin.must("BEGIN")
        state, rows, count = twin.run(local_sql)
        remote = foreign.run(remote_sql)
        if self.arguments.verbose:
            print(f"{state} {count} / {remote[0]} {remote[2]}: {statement}", flush=True)
        if remote[0] != "00000":
            twin.must("ROLLBACK")
            message = next((line for line in remote[1] if line.startswith("ERROR")), "").split("LOCATION")[0]
            known = next((pattern for pattern in REFUSALS if re.search(pattern, "\n".join(remote[1]))), None)
            if state != "00000":
                self.failed_alike += 1
                if re.search(r"WARNING.*writes? to Attio stays?", "\n".join(remote[1])):
                    return False    # what was written before the error stays in Attio, and the error says so: the tables differ from now on
            elif known:
                self.refused += 1
                self.why[known] = self.why.get(known, 0) + 1
                if re.search(r"WARNING.*writes? to Attio stays?", "\n".join(remote[1])):
                    return False    # rows before the refused one are written, as it says
            else:
                self.report("an error on the foreign side alone", statement, seed, message)
                return False
        else:
            if state != "00000":
                twin.must("ROLLBACK")
                self.report(f"an error of the twin alone ({state})", statement, seed, "\n".join(rows[:3]))
                return False
            twin.must("COMMIT")
            if shown(rows) != shown(remote[1]):
                self.report("other rows from RETURNING", statement, seed, f"twin    {rows}\n  foreign {remote[1]}")
                return False
            if count != remote[2] and not statement.startswith("WITH"):
                self.report("another number of rows", statement, seed, f"twin {count}, foreign {remote[2]}")
                return False
        here, there = self.tables(reader, shape, "t"), self.tables(reader, shape, "f")
        if here != there:
            missing, extra = [r for r in here if r not in there], [r for r in there if r not in here]
            self.report("other tables afterwards", statement, seed, f"state {state}/{remote[0]}; only the twin has {missing[:3]}, only Attio {extra[:3]}; {shape.kind}, trigger {shape.trigger}\n  {remote[1][:2]}")
            return False
        return True


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--statements", type=int, default=200)
    parser.add_argument("--per-set", type=int, default=40)
    parser.add_argument("--seed", type=int, default=int(time.strftime("%Y%m%d")))
    parser.add_argument("--verbose", action="store_true")
    arguments = parser.parse_args()
    run = Run(arguments)
    started, seed, sets = time.time(), arguments.seed, 0
    while run.done < arguments.statements and run.differences < 20 and sets < arguments.statements:
        run.run_set(seed + sets, min(arguments.per_set, arguments.statements - run.done))
        sets += 1
    print(f"writes: seed {seed}, {run.done} statements in {sets} shapes, {run.refused} refused as the docs say {run.why}, {run.failed_alike} failed on both sides, "
          f"{run.differences} differences, {time.time() - started:.0f} s")
    return 1 if run.differences else 0


if __name__ == "__main__":
    sys.exit(main())
