"""Generated queries on foreign tables (crm) and their local twins (twin), for the differential tests of what are not records."""
import argparse
import collections
import datetime
import decimal
import json
import os
import re
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from attio_test import must  # noqa: E402

# The rows of a query of one text column, in order, asked for in one of the ways of WAYS.
ROWS_OF = r"""
CREATE FUNCTION public.in_order(found text[]) RETURNS text[] LANGUAGE sql AS $$ SELECT array_agg(r ORDER BY r) FROM unnest(found) r $$;
CREATE FUNCTION public.rows_of(query text, way jsonb) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE told text[]; again text[]; r text; other text; c refcursor;
BEGIN
	CASE way->>'way'
	WHEN 'loop' THEN
		FOR r IN EXECUTE query LOOP
			told := array_append(told, r);
		END LOOP;
	WHEN 'cursor' THEN
		OPEN c SCROLL FOR EXECUTE query;
		LOOP
			FETCH NEXT FROM c INTO r;
			EXIT WHEN NOT FOUND;
			told := array_append(told, r);
			IF cardinality(told) % 7 = 0 THEN
				MOVE BACKWARD 3 FROM c;
				MOVE FORWARD 2 FROM c;
				FETCH NEXT FROM c INTO other;
				IF other IS DISTINCT FROM r THEN RAISE 'a cursor went back to another row'; END IF;
			END IF;
		END LOOP;
		LOOP
			FETCH PRIOR FROM c INTO r;
			EXIT WHEN NOT FOUND;
			again := array_prepend(r, again);
		END LOOP;
		CLOSE c;
		IF again IS DISTINCT FROM told THEN RAISE 'a cursor has other rows backwards'; END IF;
	WHEN 'prepared' THEN
		DEALLOCATE ALL;
		EXECUTE format('PREPARE anew%s AS SELECT array_agg(r) FROM (%s) q (r)', way->>'types', replace(way->>'query', '@', way->>'schema'));
		EXECUTE 'EXECUTE anew' || (way->>'values') INTO told;
		EXECUTE 'EXECUTE anew' || (way->>'values') INTO again;
		IF in_order(again) IS DISTINCT FROM in_order(told) THEN RAISE 'a prepared statement has other rows the second time'; END IF;
	WHEN 'function' THEN
		EXECUTE format('CREATE OR REPLACE FUNCTION pg_temp.asks() RETURNS SETOF text LANGUAGE sql %s AS %L', way->>'volatility', query);
		EXECUTE 'SELECT array_agg(r) FROM pg_temp.asks() q (r)' INTO told;
	ELSE
		EXECUTE 'SELECT array_agg(r) FROM (' || query || ') q (r)' INTO told;
	END CASE;
	RETURN in_order(told);
END $$;
ALTER FUNCTION public.rows_of SET search_path = public;
"""

# NULL: the same rows; else what differs.  The rows that are compared come from the tables of this schema.
DIFFER = ROWS_OF + r"""
CREATE FUNCTION public.differ(query text, way jsonb, rightly text[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE here text[]; there text[];
BEGIN
	BEGIN
		here := public.rows_of(replace(query, '@', 'twin.'), '{}');
	EXCEPTION WHEN OTHERS THEN
		RETURN NULL;	-- no query then: both refuse it
	END;
	BEGIN
		there := public.rows_of(replace(query, '@', way->>'schema'), way);
	EXCEPTION WHEN OTHERS THEN
		-- views have no system columns, and what is not pulled up into the query gets no conditions of a join
		RETURN CASE WHEN SQLERRM LIKE ANY (rightly) OR (way->>'schema' = 'odd.' AND
			SQLERRM LIKE ANY ('{%t.tableoid does not exist,%cannot be read without%}')) THEN 'refused' ELSE 'error ' || SQLSTATE || ': ' || SQLERRM END;
	END;
	IF here IS NOT DISTINCT FROM there THEN RETURN NULL; END IF;
	RETURN format('%s rows instead of %s', coalesce(cardinality(there), 0), coalesce(cardinality(here), 0));
END $$;
"""

# How the rows are asked for: in a subquery of an aggregate, in a loop (of which the portal is suspended), ...
WAYS = ["plain", "plain", "plain", "plain", "loop", "cursor", "prepared", "prepared", "function"]
# What a session may have set, each with values.
SETTINGS = {
    **{f"enable_{name}": ["off"] for name in (
        "hashjoin", "mergejoin", "nestloop", "material", "memoize", "sort", "hashagg", "incremental_sort", "async_append",
        "parallel_append", "gathermerge")},
    "enable_partitionwise_join": ["on"], "work_mem": ["'64kB'"], "TimeZone": ["'Asia/Kathmandu'", "'America/St_Johns'"],
    "DateStyle": ["German", "'SQL, DMY'", "'Postgres, MDY'"], "IntervalStyle": ["sql_standard", "iso_8601", "postgres_verbose"],
    "extra_float_digits": ["-15", "3"], "bytea_output": ["escape"], "search_path": ["''", "pg_temp", "twin"],
    "plan_cache_mode": ["force_generic_plan", "force_custom_plan"], "jit_above_cost": ["0"], "cursor_tuple_fraction": ["0", "1"],
    "constraint_exclusion": ["on", "off"], "from_collapse_limit": ["1"], "join_collapse_limit": ["1"], "geqo_threshold": ["2"],
    "default_transaction_isolation": ["serializable"], "default_transaction_deferrable": ["on"],
    "attio_fdw.push_filter": ["off"], "attio_fdw.push_limit": ["off"], "attio_fdw.push_sort": ["off"],
    "attio_fdw.push_count": ["on", "off"], "attio_fdw.enable_batched_join": ["off"],
}
PARALLEL = """SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0;
DO $$ BEGIN PERFORM set_config(name, 'on', false) FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query'); END $$;"""
# what a server may have, each with its default
SERVER_OPTIONS = {"async_capable": ["true", "false"], "join_batch_size": ["100", "1", "3"], "max_concurrent_requests": ["8", "1", "3"]}


def session(rng):
    """Settings of a session, drawn at random."""
    some = rng.sample(sorted(SETTINGS), rng.choice([0, 0, 1, 3, 6]))
    return (PARALLEL if rng.random() < 0.15 else "") + "".join(f"SET {name} = {rng.choice(SETTINGS[name])}; " for name in some)


def add_server_options(server):
    return f"ALTER SERVER {server} OPTIONS (" + ", ".join(f"ADD {name} '{values[0]}'" for name, values in SERVER_OPTIONS.items()) + ");"


def set_server_options(rng, server):
    return f"ALTER SERVER {server} OPTIONS (" + ", ".join(
        f"SET {name} '{rng.choice([values[0], *values])}'" for name, values in SERVER_OPTIONS.items()) + ");"


# literals that can be parameters
LITERAL = re.compile(r"'((?:[^']|'')*)'::(uuid|text|boolean|timestamp with time zone|date|interval|bigint|integer)\b(?!\[)"
                     r"|(timestamptz) '([^']*)'|(?<=_id = )(\d+)\b")


def way_of(rng, query, schemas):
    """A way to ask for the rows of the query, as rows_of() takes it."""
    way = {"way": rng.choice(WAYS), "schema": rng.choice(schemas) + "."}
    if way["way"] == "function":
        way["volatility"] = rng.choice(["STABLE", "VOLATILE"])
    if way["way"] == "prepared":
        types, values = [], []

        def take(match):
            text, kind, of_affinity, moment, number = match.groups()
            if rng.random() < 0.25:
                return match.group()
            types.append(kind or of_affinity or "bigint")
            values.append(f"'{text}'" if kind else f"'{moment}'" if moment is not None else number)
            return f"${len(types)}"
        way["query"] = LITERAL.sub(take, query)
        way["types"], way["values"] = (f"({', '.join(some)})" if some else "" for some in (types, values))
    return way


# texts without which some listing cannot be read
GIVEN = ("object", "list", "attribute", "query", "type")


def odd_definitions(rng, database, tables, schema):
    """Schemas whose tables show the same as those of this one: views over foreign tables of other columns, types and
    names; and parents and partitioned tables above foreign tables.  Tables: each with its options in SQL."""
    script = "CREATE SCHEMA raw; CREATE SCHEMA odd; CREATE SCHEMA heirs; CREATE DOMAIN raw.words AS text; "
    for table, options in tables.items():
        columns = json.loads(database.value(
            "SELECT jsonb_agg(jsonb_build_array(attname, format_type(atttypid, -1), attfdwoptions[1])) FROM pg_attribute "
            f"WHERE attrelid = '{schema}.{table}'::regclass AND attnum > 0 AND NOT attisdropped"))
        script += odd_view(rng, table, columns, options) + heirs(rng, table, columns, options)
    must(database.psql(script))


def odd_view(rng, table, columns, options):
    """A view with these columns over a foreign table with others."""
    parts, shown = [], {}
    for name, kind, option in columns:
        field, other = option.partition("=")[2] if option else name, f"c {rng.randrange(10**6)} {name[:20]}" if option else name
        # where a type can hold less or other values, conditions on it are not sent, and a listing that needs them is not read
        texts = ["text", "varchar"] if name in GIVEN else ["text", "varchar", "varchar(9000)", "raw.words"]
        declared = {"text": texts, "bigint": ["bigint"],
                    "integer": ["integer", "bigint"]}.get(kind, [kind])
        word = (option or "field=").partition("=")[0]
        declared = rng.choice(declared)
        parts.append(f"\"{other}\" {declared}" + (f" OPTIONS ({word} '{field}')" if option else ""))
        shown[name] = f"\"{other}\"{'' if declared == kind else '::' + kind} AS \"{name}\""
    rng.shuffle(parts)
    gone = "gone integer, "
    barrier = rng.choice(["", " WITH (security_barrier)"])
    return (f"CREATE FOREIGN TABLE raw.\"{table}\" ({gone}{', '.join(parts)}) {options}; ALTER FOREIGN TABLE raw.\"{table}\" DROP gone; "
            f"CREATE VIEW odd.\"{table}\"{barrier} AS SELECT {', '.join(shown.values())} FROM raw.\"{table}\"; ")


def heirs(rng, table, columns, options):
    """A parent with a foreign child, whose columns are in another order; or a partitioned table with a foreign partition."""
    declared = [f"\"{name}\" {kind}" for name, kind, _ in columns]
    with_options = [f"\"{name}\" {kind} OPTIONS ({word} '{field}')" if option else f"\"{name}\" {kind}"
                    for name, kind, option in columns for word, _, field in [(option or "").partition("=")]]
    rng.shuffle(with_options)
    child = f"CREATE FOREIGN TABLE heirs.\"{table} child\" ({', '.join(with_options)}) {options}; "
    key = rng.choice([name for name, kind, _ in columns if kind in ("text", "uuid", "bigint", "timestamp with time zone")])
    if rng.random() < 0.5:
        return (f"CREATE TABLE heirs.\"{table}\" ({', '.join(declared)}); {child}"
                f"ALTER FOREIGN TABLE heirs.\"{table} child\" INHERIT heirs.\"{table}\"; ")
    return (f"CREATE TABLE heirs.\"{table}\" ({', '.join(declared)}) PARTITION BY {rng.choice(['LIST', 'RANGE'])} (\"{key}\"); {child}"
            f"ALTER TABLE heirs.\"{table}\" ATTACH PARTITION heirs.\"{table} child\" DEFAULT; ")


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


def outcomes(database, plan, queries, ways, *more):
    """(what differ() returns, query) for each, in one session under this plan; more: further arguments of differ()."""
    # a session that has seen what the service does trusts it no more
    anew = f"SELECT FROM public.attio_fdw_disconnect('{database.server}');\n"
    rest = "".join(f", {each}" for each in more)
    script = [plan] + [f"{anew if i % 10 == 0 else ''}SELECT {i}, public.differ($query${q}$query$, {as_text(ways[i])}{rest});"
                       for i, q in enumerate(queries)]
    lines = [line.partition("|") for line in must(database.psql("\n".join(script))).out.split("\n")]
    found = [(outcome, f"{queries[int(number)]}\n  {json.dumps(ways[int(number)])}") for number, _, outcome in lines if number]
    assert len(found) == len(queries), f"{len(found)} of {len(queries)} queries were compared"
    return found


def rightly(patterns, pages):
    """Errors that are right, as differ() takes them: these, and where pages come again that they do."""
    if pages in ("repeating", "circle"):
        patterns = (*patterns, "the data changed in % while it was read%", "% returned the same cursor twice%")
    return "ARRAY[" + ", ".join(map(quote, patterns)) + "]"


def as_text(way):
    return f"$way${json.dumps(way)}$way$"


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


def shaped(pick, table, columns, where, leaf):
    """A query of one column over one table: where(alias) are conditions that it can be read by, leaf(alias) is another one."""
    c, d = (f't."{pick(*columns)}"' for _ in range(2))
    e = f'x."{pick(*columns)}"'
    of = f"@{table} t WHERE {where('t')}"
    rows = f"(SELECT * FROM {of})"
    return pick(
        lambda: f"WITH w AS {pick('', 'MATERIALIZED', 'NOT MATERIALIZED')} (SELECT * FROM {of}) SELECT w::text FROM w WHERE {leaf('w')}",
        lambda: f"WITH w AS (SELECT * FROM {of}) SELECT w::text FROM w UNION ALL SELECT w::text FROM w WHERE {leaf('w')}",
        lambda: f"SELECT {c}::text FROM {of} {pick('UNION', 'UNION ALL', 'INTERSECT', 'INTERSECT ALL', 'EXCEPT', 'EXCEPT ALL')} "
                f"SELECT {d}::text FROM @{table} t WHERE {where('t')}",
        lambda: f"SELECT concat_ws('|', x.k, x.n) FROM (SELECT {c}::text AS k, {pick('count(*)', 'max(%s::text)' % d)} OVER "
                f"(PARTITION BY {d}::text) AS n FROM {of}) x",
        lambda: f"SELECT concat_ws('|', x.k, x.n) FROM (SELECT {c}::text AS k, {pick('rank()', 'dense_rank()', 'ntile(3)')} OVER "
                f"(ORDER BY {c}::text) AS n FROM {of}) x WHERE x.n < 5 AND x.k IS NOT NULL" if pick(0, 0, 1) else
                f"SELECT concat_ws('|', x.k, x.n) FROM (SELECT {c}::text AS k, rank() OVER (ORDER BY {c}::text) AS n FROM {of}) x WHERE x.n < 5",
        lambda: f"SELECT concat_ws('|', x.a, x.b) FROM (SELECT DISTINCT ON ({c}::text) {c}::text AS a, {d}::text AS b FROM {of} "
                f"ORDER BY {c}::text, {d}::text) x",
        lambda: f"SELECT concat_ws('|', {c}::text, {d}::text, count(*), count(*) FILTER (WHERE {leaf('t')})) FROM {of} "
                f"GROUP BY {pick('GROUPING SETS ((%s::text), (%s::text), ())', 'CUBE (%s::text, %s::text)', 'ROLLUP (%s::text, %s::text)') % (c, d)}",
        lambda: f"SELECT concat_ws('|', count(*) FILTER (WHERE {leaf('t')}), min({c}::text), string_agg({d}::text, ',' ORDER BY {d}::text) "
                f"FILTER (WHERE {leaf('t')}), count(DISTINCT {d}::text), count({c})) FROM {of}",
        lambda: f"SELECT count(*)::text FROM (SELECT {c} FROM {of} OFFSET {pick(0, 1, 5)} LIMIT {pick(1, 4, 50)}) x",
        lambda: f"SELECT concat_ws('|', a::text, b::text) FROM {rows} a {pick('FULL', 'RIGHT', 'LEFT', 'FULL')} JOIN (SELECT * FROM @{table} t "
                f"WHERE {where('t')}) b ON a::text = b::text",
        lambda: f"SELECT t::text FROM {of} AND {c}::text {pick('IN', 'NOT IN')} (SELECT {c}::text FROM {of} AND {c} IS NOT NULL)",
        lambda: f"SELECT t::text FROM {of} AND {pick('', 'NOT ')}EXISTS (SELECT FROM @{table} x WHERE {where('x')} AND {e}::text = {c}::text)",
        lambda: f"SELECT concat_ws('|', {c}, (SELECT {pick('count(*)::text', 'max(%s::text)' % e)} FROM @{table} x WHERE {where('x')} "
                f"AND {e}::text = {d}::text)) FROM {of}",
        lambda: f"SELECT concat_ws('|', {c}, y.k) FROM @{table} t {pick(', ', 'CROSS JOIN ')} LATERAL (SELECT {e}::text AS k FROM @{table} x "
                f"WHERE {where('x')} AND {e}::text <= {d}::text ORDER BY 1 {pick('', 'DESC ')}LIMIT {pick(1, 2)}) y WHERE {where('t')}",
        lambda: f"SELECT concat_ws('|', t.tableoid IS NULL, t.ctid IS NULL, t IS NULL, {c}) FROM {of}",
        lambda: f"SELECT (x.w).{c[2:]}::text || (x.w IS NOT NULL) FROM (SELECT t AS w FROM {of}) x",
        lambda: f"SELECT to_jsonb(t)::text FROM {of}",
        lambda: f"SELECT t::text FROM {of} AND CASE WHEN {leaf('t')} THEN {leaf('t')} ELSE coalesce({leaf('t')}, true) END",
        lambda: f"SELECT t::text FROM {of} AND ({leaf('t')}) IS {pick('TRUE', 'NOT TRUE', 'UNKNOWN', 'NOT FALSE')}",
        lambda: f"SELECT CASE WHEN {leaf('t')} THEN t::text ELSE {c}::text END FROM {of}",
        lambda: f"SELECT coalesce({c}::text, {d}::text, '-') FROM {of} ORDER BY {c}::text {pick('', 'DESC')} NULLS FIRST, {d}::text LIMIT 5",
    )()


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
        if shape < 0.5:
            return shaped(self.pick, table, list(self.columns[table]), lambda alias: self.conditions(table, alias),
                          lambda alias: self.leaf(table, alias))
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
