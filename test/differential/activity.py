"""Differential test of what people did: every query runs on the foreign tables and on local twins; the rows must be the same.

The twins are loaded from the emulator by Python (test/lib/activity.py).  Each set of queries runs under another set of
the emulator's switches: parameters and sorts that are ignored, other orders, other pages; and with other page sizes.

    activity.py --seed N --sets N --queries N (of each set) [--seconds N] [--stop (at the first difference)]
                [--tables NAME,... (only of these, and joins with them)]
"""
import argparse
import decimal
import json
import os
import random
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from activity import Activity, interactions_of, load_twin  # noqa: E402
from attio_test import FAST, Database, Emulator, must  # noqa: E402
from expected import all_rows  # noqa: E402

SWITCHES = {
    "parameters": ["followed", "followed", "ignored"], "sort_parameter": ["followed", "followed", "ignored"],
    "listing_order": ["told", "reversed", "hash"], "cursor_pages": ["full", "full", "short", "empty"],
    # of interactions, which are values of records
    "filters": ["followed", "followed", "followed", "ignored", "refused"], "sorts": ["followed", "followed", "followed", "ignored", "refused", "refused_by_id"],
    "several_conditions": ["same_value", "any_value"], "not_matches_empty": [True, False],
    "owner_member_id": ["members", "any_actor"], "plan_gated": ["shown", "shown", "shown", "missing", "empty"],
    "time_precision": ["ns", "us", "ms"], "null_order": ["first", "last", "smallest", "largest"],
    "unsorted_order": ["id", "creation", "hash", "updated"], "tie_order": ["id", "reverse_id", "random"],
    "max_in": [0, 0, 40], "max_or": [0, 0, 3],
}
# what an owner of the server could have measured
MEASURED = {"remote_nulls": ("null_order", "last"), "remote_not_matches_empty": ("not_matches_empty", True)}
# tables, each with the columns that a listing must be given, and its largest page
TABLES = {
    "attio_notes": ((), 50), "tasks": ((), 500), "task_records": ((), 500), "meetings": ((), 200),
    "meeting_participants": ((), 200), "meeting_records": ((), 200), "call_recordings": ((), 200),
    "transcripts": (("meeting_id", "call_recording_id"), None), "files": (("object", "record_id"), 200),
    "threads": (("object", "record_id"), 50), "comments": (("object", "record_id"), 50), "interactions": ((), 500),
}
# columns of the same values, by which tables are joined
JOINS = [
    ("meetings", "meeting_participants", ("meeting_id",)), ("meetings", "meeting_records", ("meeting_id",)),
    ("meetings", "call_recordings", ("meeting_id",)), ("call_recordings", "transcripts", ("meeting_id", "call_recording_id")),
    ("meeting_records", "files", ("object", "record_id")), ("meeting_records", "comments", ("object", "record_id")),
    ("tasks", "task_records", ("task_id",)), ("task_records", "files", ("object", "record_id")),
    ("task_records", "threads", ("object", "record_id")), ("threads", "comments", ("object", "record_id", "thread_id")),
    ("meetings", "attio_notes", ("meeting_id",)),
    ("meeting_records", "interactions", ("object", "record_id")), ("task_records", "interactions", ("object", "record_id")),
    ("meeting_records", "interactions", ("record_id",)), ("interactions", "interactions", ("record_id",)),
    ("interactions", "interactions", ("object", "record_id", "attribute")),
]
PLANS = ["", "", "SET enable_hashjoin = off; SET enable_mergejoin = off;", "SET enable_nestloop = off;",
         "SET enable_material = off; SET enable_hashjoin = off; SET enable_mergejoin = off;",
         "SET plan_cache_mode = force_generic_plan;", "SET attio_fdw.push_count = on;"]

# NULL: the same rows; else what differs.
DIFFER = r"""
CREATE FUNCTION differ(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE here text[]; there text[];
BEGIN
	BEGIN
		EXECUTE 'SELECT array_agg(r ORDER BY r) FROM (' || replace(query, '@', 'twin.') || ') q (r)' INTO here;
	EXCEPTION WHEN OTHERS THEN
		RETURN NULL;	-- no query then: both refuse it
	END;
	BEGIN
		EXECUTE 'SELECT array_agg(r ORDER BY r) FROM (' || replace(query, '@', 'crm.') || ') q (r)' INTO there;
	EXCEPTION WHEN OTHERS THEN
		-- of two places of a thread one can be asked for: an error that says so is right
		-- an object that Attio does not know is named by an error, too
		RETURN CASE WHEN SQLERRM NOT LIKE '%cannot be combined' AND SQLERRM NOT LIKE '%Object with slug/ID "%" was not found.' THEN 'error ' || SQLSTATE || ': ' || SQLERRM END;
	END;
	IF here IS NOT DISTINCT FROM there THEN RETURN NULL; END IF;
	RETURN format('%s rows instead of %s', coalesce(cardinality(there), 0), coalesce(cardinality(here), 0));
END $$;
"""


def quote(value):
    text = json.dumps(value) if isinstance(value, (dict, list)) else str(value)
    return "'" + text.replace("'", "''").replace("@", "'||chr(64)||'") + "'"


class Generator:
    """Queries over the tables, with values that stand in them."""

    def __init__(self, rng, database, tables):
        self.rng, self.tables = rng, tables
        self.joins = [join for join in JOINS if join[0] in tables or join[1] in tables]
        self.columns, self.samples = {}, {}
        for table in TABLES:
            self.columns[table] = json.loads(database.value(
                "SELECT jsonb_object_agg(attname, format_type(atttypid, -1)) FROM pg_attribute "
                f"WHERE attrelid = 'twin.{table}'::regclass AND attnum > 0"))
            self.samples[table] = json.loads(database.value(f"SELECT jsonb_agg(t) FROM twin.{table} t"),
                                             parse_float=decimal.Decimal)

    def pick(self, *items):
        return self.rng.choice(items)

    def value(self, table, column, kind):
        """A literal of the type: mostly one that stands there."""
        if self.rng.random() < 0.03:
            return f"NULL::{kind}"
        if kind.startswith("timestamp") and self.rng.random() < 0.1:
            return f"(now() - interval '{self.pick(30, 200, 500)} days')"
        found = [row[column] for row in self.samples[table] if row[column] not in (None, [])]
        if not found or self.rng.random() < 0.07:
            found = {"uuid": ["00000000-0000-4000-8000-000000000000"], "text": ["", "nothing", "a,b"], "boolean": [True],
                     "timestamp with time zone": ["2025-04-01T00:00:00Z", "infinity"], "date": ["2025-03-08"],
                     "interval": ["5 s"]}.get(kind, ["1"])
        value = self.rng.choice(found)
        if isinstance(value, list):
            value = self.rng.choice(value)
        shift = self.pick("", "", "", " + interval '1 microsecond'", " - interval '1 day'", " + interval '3 days'") \
            if kind.startswith("timestamp") else ""
        return f"({quote(value)}::{kind}{shift})" if value is not None else f"NULL::{kind}"

    def leaf(self, table, alias):
        column, kind = self.rng.choice(list(self.columns[table].items()))
        name = f'{alias}."{column}"'
        if kind.endswith("[]"):
            one = self.value(table, column, kind[:-2])
            some = f"ARRAY[{', '.join(self.value(table, column, kind[:-2]) for _ in range(self.pick(1, 1, 2, 3)))}]::{kind}"
            return self.pick(f"{one} = ANY ({name})", f"{one} = ANY ({name})", f"{name} && {some}", f"{name} @> {some}",
                             f"{one} <> ALL ({name})", f"{name} = '{{}}'", f"NOT {name} && {some}",
                             f"cardinality({name}) > 1", f"{name} IS NULL", f"{name} IS NOT NULL", f"{name} <> '{{}}'")
        if kind == "jsonb" or self.rng.random() < 0.08:
            return f"{name} IS {self.pick('', 'NOT ')}NULL"
        if kind == "boolean":
            return self.pick(name, f"NOT {name}", f"{name} IS NOT TRUE", f"{name} = {self.value(table, column, kind)}")
        if self.rng.random() < 0.2:
            some = ", ".join(self.value(table, column, kind) for _ in range(self.pick(1, 2, 3, 8, 8 if table != "interactions" else 130)))
            return self.pick(f"{name} IN ({some})", f"{name} = ANY (ARRAY[{some}])", f"{name} NOT IN ({some})")
        if kind == "text" and self.rng.random() < 0.2:
            return f"{name} LIKE '%{self.pick('1', 'e', 'M', '_')}%'"
        op = self.pick("=", "=", "=", "<>") if kind in ("uuid", "text") else self.pick("=", "<", "<=", ">", ">=", "<>")
        return f"{name} {op} {self.value(table, column, kind)}"

    def tree(self, table, alias, depth):
        if depth == 0 or self.rng.random() < 0.4:
            return self.leaf(table, alias)
        kind = self.pick("AND", "AND", "AND", "OR", "NOT")
        if kind == "NOT":
            return f"NOT ({self.tree(table, alias, depth - 1)})"
        return "(" + f" {kind} ".join(self.tree(table, alias, depth - 1) for _ in range(self.pick(2, 2, 3))) + ")"

    def given(self, table, alias):
        """Conditions that a listing of the table must have."""
        columns = TABLES[table][0]
        if not columns:
            return "true"
        row = self.rng.choice([r for r in self.samples[table] if all(r[c] is not None for c in columns)])
        parts = [f"{alias}.{c} = {quote(row[c])}" for c in columns[:-1]]
        same = [r[columns[-1]] for r in self.samples[table] if all(r[c] == row[c] for c in columns[:-1])]
        some = [quote(self.rng.choice(same)) for _ in range(self.pick(1, 1, 2, 3))]
        last = f"{alias}.{columns[-1]}"
        parts.append(f"{last} = {some[0]}" if len(some) == 1 else f"{last} IN ({', '.join(some)})")
        return " AND ".join(parts)

    def conditions(self, table, alias):
        return f"{self.given(table, alias)} AND {self.pick('true', self.tree(table, alias, self.rng.randrange(3)))}"

    def narrow(self, table, alias):
        """Few rows of a table that others are looked up for."""
        key = next(iter(c for c in self.columns[table] if c.endswith("_id")))
        some = ", ".join(self.value(table, key, "uuid") for _ in range(self.pick(1, 3, 9)))
        return self.pick(f"{alias}.{key} IN ({some})", self.conditions(table, alias))

    def join(self):
        left, right, columns = self.rng.choice(self.joins)
        on = " AND ".join(f"r.{c} = l.{c}" for c in columns)
        where = f"{self.given(left, 'l')} AND {self.narrow(left, 'l')}"
        shape = self.rng.random()
        if shape < 0.15:
            return f"SELECT l::text FROM @{left} l WHERE {self.pick('', 'NOT ')}EXISTS (SELECT FROM @{right} r WHERE {on}) AND {where}"
        if shape < 0.3:
            return f"SELECT l::text || coalesce(r::text, '-') FROM @{left} l LEFT JOIN @{right} r ON {on} WHERE {where}"
        if shape < 0.4:
            return (f"SELECT l::text || n FROM @{left} l, LATERAL (SELECT count(*) n FROM @{right} r WHERE {on} "
                    f"AND {self.tree(right, 'r', 1)}) x WHERE {where}")
        return f"SELECT l::text || r::text FROM @{left} l JOIN @{right} r ON {on} WHERE {where} AND {self.pick('true', self.tree(right, 'r', 1))}"

    def query(self):
        """A query of one column, which tells its rows apart; @ stands for the schema."""
        shape = self.rng.random()
        if shape < 0.25 and self.joins:
            return self.join()
        table = self.rng.choice(self.tables)
        where = self.conditions(table, "t")
        if table == "interactions" and self.rng.random() < 0.3:
            return self.of_interactions(where)
        if shape < 0.45:        # of ties only what is sorted by is compared
            column = self.rng.choice([c for c, k in self.columns[table].items() if k.startswith("timestamp")] or ["position"])
            return (f"SELECT coalesce(x.k::text, '-') FROM (SELECT t.{column} AS k FROM @{table} t WHERE {where} ORDER BY 1 "
                    f"{self.pick('ASC', 'DESC')} {self.pick('', 'NULLS FIRST', 'NULLS LAST')} LIMIT {self.pick(1, 3, 20, 80)} "
                    f"OFFSET {self.pick(0, 0, 2, 30)}) x")
        if shape < 0.5:
            return f"SELECT count(*)::text FROM (SELECT FROM @{table} t WHERE {where} LIMIT {self.pick(0, 1, 7, 60)}) x"
        if shape < 0.55:
            column = self.rng.choice([c for c, k in self.columns[table].items() if k.startswith("timestamp")] or ["position"])
            return f"SELECT {self.pick('min', 'max')}({column})::text FROM @{table} t WHERE {where}"
        return f"SELECT t::text FROM @{table} t WHERE {where}"

    def of_interactions(self, where):
        """What the merge of listings in order, and choices among them, could get wrong."""
        shape = self.rng.random()
        few = f"{self.pick('', '', '', 'object = ' + quote(self.pick('people', 'companies')) + ' AND ')}{where}"
        if shape < 0.2:
            return f"SELECT object || attribute || count(*) FROM @interactions t WHERE {where} GROUP BY object, attribute"
        if shape < 0.3:
            return f"SELECT count(*)::text || count(type) || count(owner_member_id) FROM @interactions t WHERE {where}"
        ascent = self.pick("ASC", "DESC", "DESC")
        return (f"SELECT (t.*)::text FROM (SELECT * FROM @interactions t WHERE {few} ORDER BY interacted_at {ascent}, object, attribute, "
                f"record_id LIMIT {self.pick(1, 3, 10, 60)} OFFSET {self.pick(0, 0, 2, 30)}) t")


def load_interactions(emulator, database):
    """A twin for each way in which plans show them."""
    for shown in sorted(set(SWITCHES["plan_gated"])):
        emulator.switches(plan_gated=shown)
        rows = [row for listing in interactions_of(emulator).values() for row in listing]
        load_twin(database, "interactions", rows)
        database.value(f"DROP TABLE IF EXISTS twin.interactions_{shown}; ALTER TABLE twin.interactions RENAME TO interactions_{shown}")
    emulator.reset()
    database.value("CREATE TABLE twin.interactions AS TABLE twin.interactions_shown")


def load(emulator, database):
    wanted = Activity(emulator)
    places = [("objects", slug, row["id"]["record_id"]) for slug in ("people", "companies")
              for row in all_rows(emulator, "objects", slug)]
    recordings = wanted.call_recordings()
    rows = {"attio_notes": wanted.notes(), "call_recordings": recordings, "transcripts": wanted.transcripts(recordings),
            "files": wanted.files([place[1:] for place in places])}
    for table in TABLES:
        if table in ("threads", "comments"):
            rows[table] = getattr(wanted, table)(places)
        if table != "interactions":
            load_twin(database, table, rows[table] if table in rows else getattr(wanted, table)())
    load_interactions(emulator, database)


def run_set(rng, generator, emulator, database, count, settings):
    """Differences of one set of queries under these settings."""
    emulator.switches(**settings)
    sizes = {table: rng.choice([most, most, 7, 30]) for table, (_, most) in TABLES.items() if most}
    options = {name: rng.choice(["unknown", str(settings.get(*truth)).lower()]) for name, truth in MEASURED.items()}
    must(database.psql("".join(f"ALTER FOREIGN TABLE crm.{t} OPTIONS (SET page_size '{n}');" for t, n in sizes.items()) +
                       "".join(f"ALTER SERVER attio OPTIONS (SET {name} '{value}');" for name, value in options.items()) +
                       f"TRUNCATE twin.interactions; INSERT INTO twin.interactions TABLE twin.interactions_{settings['plan_gated']}"))
    queries = [generator.query() for _ in range(count)]
    # threads do not say what they are about: where Attio ignores what is asked for, nobody can tell
    if settings["parameters"] == "ignored":
        queries = [query for query in queries if "@threads" not in query]
    plan = rng.choice(PLANS)
    # a session that has seen what Attio does trusts it no more
    anew = "SELECT FROM attio_fdw_disconnect('attio');\n"
    script = [plan] + [f"{anew if i % 10 == 0 else ''}SELECT {i}, differ($query${q}$query$);" for i, q in enumerate(queries)]
    found = []
    for line in must(database.psql("\n".join(script))).out.split("\n"):
        number, _, difference = line.partition("|")
        if difference:
            found.append((difference, queries[int(number)], f"{plan} {json.dumps(settings)} {json.dumps(options)} {json.dumps(sizes)}"))
    return len(queries), found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=20261128)
    parser.add_argument("--sets", type=int, default=20)
    parser.add_argument("--queries", type=int, default=50)
    parser.add_argument("--seconds", type=int, default=3600)
    parser.add_argument("--stop", action="store_true")
    parser.add_argument("--tables", default=",".join(TABLES))
    arguments = parser.parse_args()
    rng, started, done, differences = random.Random(arguments.seed), time.time(), 0, []
    print(f"activity: seed {arguments.seed}, {arguments.sets} sets of {arguments.queries} queries")
    with Emulator("--scale", "40", "--activity", "130") as emulator, \
            Database(f"attio_activity_{os.getpid()}", emulator, FAST) as database:
        load(emulator, database)
        must(database.psql("".join(f"ALTER FOREIGN TABLE crm.{t} OPTIONS (ADD page_size '{most}');"
                                   for t, (_, most) in TABLES.items() if most) + DIFFER +
                           "".join(f"ALTER SERVER attio OPTIONS (ADD {name} 'unknown');" for name in MEASURED)))
        generator = Generator(rng, database, arguments.tables.split(","))
        for number in range(arguments.sets):
            if time.time() - started > arguments.seconds or (differences and arguments.stop):
                break
            settings = {name: values[0] if number == 0 else rng.choice(values) for name, values in SWITCHES.items()}
            count, found = run_set(rng, generator, emulator, database, arguments.queries, settings)
            done += count
            for difference, query, setting in found:
                print(f"activity: {difference}\n  {query}\n  {setting}", flush=True)
            differences += found
        requests = len(emulator.log())
    print(f"activity: {done} queries, {requests} requests, {len(differences)} differences, {time.time() - started:.0f} s")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
