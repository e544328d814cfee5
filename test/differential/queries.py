"""Generated queries on foreign tables (crm) and their local twins (twin), for the differential tests of what are not records."""
import argparse
import collections
import datetime
import decimal
import json
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from attio_test import must  # noqa: E402

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
		-- an object, list or attribute that Attio does not know is named by an error, too
		RETURN CASE WHEN SQLERRM NOT LIKE '%cannot be combined' AND SQLERRM NOT LIKE '%with slug/ID "%not found.' THEN 'error ' || SQLSTATE || ': ' || SQLERRM END;
	END;
	IF here IS NOT DISTINCT FROM there THEN RETURN NULL; END IF;
	RETURN format('%s rows instead of %s', coalesce(cardinality(there), 0), coalesce(cardinality(here), 0));
END $$;
"""


def quote(value):
    text = json.dumps(value) if isinstance(value, (dict, list)) else str(value)
    return "'" + text.replace("'", "''").replace("@", "'||chr(64)||'") + "'"


def argument_parser(tables):
    """Of the command line; the caller may add further arguments."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=20261128)
    parser.add_argument("--sets", type=int, default=20)
    parser.add_argument("--queries", type=int, default=50)
    parser.add_argument("--seconds", type=int, default=3600)
    parser.add_argument("--stop", action="store_true")
    parser.add_argument("--tables", default=",".join(tables))
    return parser


def outcomes(database, plan, queries, *more):
    """(what differ() returns, query) for each, in one session under this plan; more: further arguments of differ()."""
    # a session that has seen what the service does trusts it no more
    anew = f"SELECT FROM attio_fdw_disconnect('{database.server}');\n"
    rest = "".join(f", {quote(each)}" for each in more)
    script = [plan] + [f"{anew if i % 10 == 0 else ''}SELECT {i}, differ($query${q}$query${rest});" for i, q in enumerate(queries)]
    lines = [line.partition("|") for line in must(database.psql("\n".join(script))).out.split("\n")]
    found = [(outcome, queries[int(number)]) for number, _, outcome in lines if number]
    assert len(found) == len(queries), f"{len(found)} of {len(queries)} queries were compared"
    return found


def compare(name, arguments, rng, switches, emulator, run_set):
    """Run all sets, each under switches of its own (the first under the usual ones), and tell what differs; returns the exit code.

    run_set(settings) returns (outcome, query, what it was asked under) for each query; "" is a query without a
    difference, and so are "empty" and "refused"."""
    started, counts, differences = time.time(), collections.Counter(), 0
    print(f"{name}: seed {arguments.seed}, {arguments.sets} sets of {arguments.queries} queries, {datetime.date.today()}")
    for number in range(arguments.sets):
        if time.time() - started > arguments.seconds or (differences and arguments.stop):
            break
        settings = {switch: values[0] if number == 0 else rng.choice(values) for switch, values in switches.items()}
        for outcome, query, setting in run_set(settings):
            counts[outcome] += 1
            if outcome not in ("", "empty", "refused"):
                print(f"{name}: {outcome}\n  {query}\n  {setting}", flush=True)
                differences += 1
    told = f" ({counts['empty']} without rows, {counts['refused']} rightly refused)" if counts["empty"] else ""
    print(f"{name}: {sum(counts.values())} queries{told}, {len(emulator.log())} requests, {differences} differences, "
          f"{time.time() - started:.0f} s")
    return 1 if differences else 0


class Generator:
    """Queries over the tables, with values that stand in them."""

    def __init__(self, rng, database, known, joins, tables):
        """Known: of each table the columns that a listing must be given, or several ways to give some; of these tables queries are."""
        self.rng, self.known, self.tables = rng, known, tables
        self.joins = [join for join in joins if join[0] in tables or join[1] in tables]
        self.columns, self.samples = {}, {}
        for table in known:
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
        if kind.startswith("timestamp") and self.rng.random() < 0.1:
            return f"{name}::date {self.pick('<', '<=', '=', '>')} {self.value(table, column, kind)}::date"
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
        columns = self.known[table]
        if columns and not isinstance(columns[0], str):
            columns = self.rng.choice(columns)
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
        left, right, columns, *more = self.rng.choice(self.joins)
        on = " AND ".join([f"r.{c} = l.{c}" for c in columns] + more)
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
        return self.single(table, self.conditions(table, "t"))

    def ordered(self, table):
        """A column to sort by."""
        columns = self.columns[table]
        some = [c for c, kind in columns.items() if kind.startswith("timestamp")] or [c for c in columns if c == "position"]
        return self.rng.choice(some or list(columns)[:1])

    def single(self, table, where):
        """A query of one table."""
        shape = self.rng.uniform(0.25, 1)
        if shape < 0.45:        # of ties only what is sorted by is compared
            column = self.ordered(table)
            return (f"SELECT coalesce(x.k::text, '-') FROM (SELECT t.{column} AS k FROM @{table} t WHERE {where} ORDER BY 1 "
                    f"{self.pick('ASC', 'DESC')} {self.pick('', 'NULLS FIRST', 'NULLS LAST')} LIMIT {self.pick(1, 3, 20, 80)} "
                    f"OFFSET {self.pick(0, 0, 2, 30)}) x")
        if shape < 0.5:
            return f"SELECT count(*)::text FROM (SELECT FROM @{table} t WHERE {where} LIMIT {self.pick(0, 1, 7, 60)}) x"
        if shape < 0.55:
            column = self.ordered(table)
            return f"SELECT {self.pick('min', 'max')}({column})::text FROM @{table} t WHERE {where}"
        return f"SELECT t::text FROM @{table} t WHERE {where}"
