#!/usr/bin/env python3
"""Limits that no clock shows: how deep a filter is, what waits for what, which function is called, how many keys a list
has.
"""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import Workspace, must, start_psql  # noqa: E402
from cases import case, run, tap  # noqa: E402


def nodes(database, query, before=""):
    """All nodes of a plan, from the top down."""
    out = database.value(f"{before}EXPLAIN (FORMAT JSON) {query}")

    def walk(node):
        return [node] + [each for child in node.get("Plans", []) for each in walk(child)]
    return walk(json.loads(out[out.index("["):])[0]["Plan"])


def nested(levels):
    """a AND (b OR (a AND ...)): a row meets it by its number alone."""
    text = "a_number >= 0"
    for level in range(levels, 0, -1):
        text = f"(a_number >= {level} OR {text})" if level % 2 else f"(a_number < {1000 + level} AND {text})"
    return text


def depth(value):
    """Levels of $and and $or."""
    if isinstance(value, list):
        return max(map(depth, value), default=0)
    if not isinstance(value, dict):
        return 0
    return max((depth(each) + (key in ("$and", "$or")) for key, each in value.items()), default=0)


def prepare(_emulator, database):
    must(database.psql("CREATE TABLE wanted AS SELECT gen_random_uuid() AS a, gen_random_uuid() AS b "
                       "FROM generate_series(1, 10000); ANALYZE wanted; "
                       "ALTER FOREIGN TABLE people OPTIONS (ADD estimated_rows '10000000'); "
                       "ALTER FOREIGN TABLE companies OPTIONS (ADD estimated_rows '10000000')"))


WORK = Workspace(before=prepare)
ANEW = Workspace(name="attio_limits_anew", schema=None)


@case(WORK)
def deep_filters(emulator, database):
    for levels, most in ((3, 4), (30, 33), (33, 33), (200, 33), (1500, 33)):
        query = f"SELECT count(*) FROM (SELECT record_id FROM all_types WHERE {nested(levels)} OFFSET 0) s"
        right = database.value("SET attio_fdw.push_filter = off; " + query)
        emulator.forget()
        got = database.value(query)
        filters = [json.loads(e["body"]).get("filter", {}) for e in emulator.log() if e["path"].endswith("/query")]
        tap.equal(got, right, f"{levels} levels: the same rows")
        tap.ok(filters and all((levels if levels < 30 else 1) <= depth(f) <= most
               for f in filters), f"{levels} levels: no more than {most} are sent", [depth(f) for f in filters])


@case(WORK)
def binding(emulator, database):
    must(database.psql("CREATE FOREIGN TABLE hand (name text, record_id uuid) SERVER attio OPTIONS (object 'people'); "
                       "SELECT attio_fdw_bind('hand')"))
    modes = database.value("BEGIN; SELECT attio_fdw_bind('hand'); SELECT string_agg(mode, ',' ORDER BY mode) "
                           "FROM pg_locks WHERE relation = 'hand'::regclass AND pid = pg_backend_pid(); ROLLBACK")
    tap.ok("ShareUpdateExclusiveLock" in modes, "attio_fdw_bind takes a lock that only one holds", modes)
    must(database.psql("DROP FOREIGN TABLE hand; CREATE FOREIGN TABLE hand (name text, record_id uuid) SERVER attio "
                       "OPTIONS (object 'people')"))
    # both are under way before either has an answer
    emulator.faults({"match": {"path": "attributes"}, "delay_ms": 1000, "times": 2})
    sessions = [start_psql("SELECT attio_fdw_bind('hand')", database.name) for _ in range(2)]
    answers = [(process.wait(60), process.stdout.read(), process.stderr.read()) for process in sessions]
    emulator.faults()
    tap.ok(all(code == 0 for code, _, _ in answers), "two sessions that bind one table do not lock each other out",
           answers)
    tap.equal(sorted(out.strip() for _, out, _ in answers), ["0", "2"], "one of them binds it")
    stranger = database.role("stranger", "GRANT USAGE ON FOREIGN SERVER attio TO %; GRANT USAGE ON SCHEMA crm TO %")
    result = database.psql(f"SET ROLE {stranger}; SELECT attio_fdw_bind('hand')")
    tap.ok("must be owner of foreign table hand" in result.err, "who does not own a table takes no lock on it", result)


@case(WORK)
def keys(_emulator, database):
    for item in ("(VALUES (w.a), (w.b)) AS v (k)", "unnest(ARRAY[w.a, w.b]) AS v (k)",
                 "(SELECT DISTINCT k FROM (VALUES (w.a), (w.b)) AS u (k)) AS v"):
        plan = nodes(database,
                     f"SELECT p.name FROM wanted w CROSS JOIN LATERAL {item} JOIN people p ON p.record_id = v.k")
        found = [n for n in plan if n.get("Custom Plan Provider") == "Attio Join"]
        tap.ok(found and found[0]["Total Cost"] > 190 * 40, f"20,000 keys of LATERAL {item} cost 200 requests",
               [(n["Node Type"], n["Total Cost"], n["Plan Rows"]) for n in plan])
    plan = nodes(database,
                 "SELECT p.name FROM (VALUES (gen_random_uuid()), (gen_random_uuid())) AS v (k) JOIN people p "
                 "ON p.record_id = v.k")
    tap.ok(any(n["Total Cost"] < 1000 for n in plan[:1]), "a list of two stays two",
           [(n["Node Type"], n["Total Cost"]) for n in plan])


@case(WORK)
def compiling(_emulator, database):
    """Are expressions of a plan compiled?  EXPLAIN shows it where there is a compiler."""
    if database.value("SELECT pg_jit_available()") != "t":
        tap.skip("waiting is not compiled", "this server has no compiler")
        return

    def is_compiled(query, above):
        return "JIT" in database.value(f"SET jit = on; SET jit_above_cost = {above}; "
                                       f"SET max_parallel_workers_per_gather = 0; EXPLAIN {query}")
    work = "SELECT sum(a.i * b.i) FROM generate_series(1, 10000) a (i), generate_series(1, 10000) b (i)"
    for query in ("SELECT upper(name) FROM people", "SELECT name FROM people UNION ALL SELECT name FROM companies",
                  "SELECT max(job_title) FROM people WHERE upper(name) = 'X'",
                  "SELECT p.name FROM wanted w JOIN people p ON p.record_id = w.a WHERE w.b > w.a",
                  "SELECT (SELECT count(job_title) FROM people)",
                  "SELECT upper(p.name) FROM people p, LATERAL (SELECT p.name OFFSET 0) s LIMIT 9000000"):
        cost = nodes(database, query)[0]["Total Cost"]
        # half of the cost is more than what is work of it
        tap.ok(not is_compiled(query, cost / 2), f"waiting is not compiled: {query}", cost)
        tap.ok(is_compiled(query, 0), "but work is", cost)
    tap.ok(is_compiled(work, 100000), "what needs no request is compiled as before")
    tap.ok(is_compiled(f"{work} UNION ALL SELECT count(name) FROM people", 100000), "beside a scan, too")


@case(ANEW)
def extension(_emulator, database):
    result = must(database.psql("""
        DROP EXTENSION attio_fdw CASCADE;
        CREATE FUNCTION attio_fdw_measure(server name) RETURNS TABLE (mine text) LANGUAGE sql RETURN 'mine';
        CREATE EXTENSION attio_fdw;
        SELECT pg_get_function_sqlbody('attio_fdw_behaviour'::regproc);
        SELECT count(*) FROM pg_depend WHERE objid = 'attio_fdw_behaviour'::regproc
            AND refobjid = 'attio_fdw_measure(name, boolean)'::regprocedure"""))
    tap.ok(result.out.split()[-1] == "1", "CREATE EXTENSION where a function attio_fdw_measure(name) stands", result)


run()
