#!/usr/bin/env python3
"""attio_fdw.max_requests counts requests for rows: what a session knows of definitions already does not decide."""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import Workspace, must  # noqa: E402
from cases import case, run, tap  # noqa: E402

BUDGET = "SET attio_fdw.max_requests = 1;"
QUERY = "SELECT count(name) FROM deals WHERE value IS NOT NULL;"


WORK = Workspace()


@case(WORK)
def scans(emulator, database):
    """A budget is one of pages; definitions and what came before do not count."""
    rows = database.value(QUERY)
    emulator.forget()
    tap.equal(database.value(BUDGET + QUERY), rows, "a budget of one is enough for a page, in a new session")
    log = [e["path"] for e in emulator.log()]
    tap.ok(any("attributes" in path for path in log) and len(log) > 1, "which asks for definitions, too", log)
    tap.equal(database.value(BUDGET + QUERY + QUERY).split("\n"), [rows] * 2, "and in one that knows them")
    must(database.psql("ALTER FOREIGN TABLE deals OPTIONS (ADD page_size '20')"))
    for before in ("", "SELECT attio_fdw_refresh('attio');", QUERY):
        result = database.psql(before + BUDGET + QUERY)
        tap.ok("53400" in result.err and "more than 1 requests" in result.err,
               f"several pages are beyond it, whatever was before: {before or 'nothing'}", result)


@case(WORK)
def explained(emulator, database):
    """EXPLAIN ANALYZE counts pages and definitions apart."""
    emulator.forget()
    plan = json.loads(database.value("EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) SELECT name FROM deals "
                                     "WHERE stage = 'Lead'"))[0]["Plan"]
    log = [e["path"] for e in emulator.log()]
    queries = sum(path.endswith("query") for path in log)
    tap.equal((plan["Attio Requests"], plan["Attio Requests for Definitions"]), (queries, len(log) - queries),
              "EXPLAIN ANALYZE counts both, apart")


@case(WORK)
def writes(_emulator, database):
    """Each write is a request."""
    result = database.psql(BUDGET + "INSERT INTO companies (name) VALUES ('one') RETURNING name; SELECT 1")
    tap.ok(result.code == 0, "a write is one request", result)
    result = database.psql(BUDGET + "INSERT INTO companies (name) VALUES ('two'), ('three') RETURNING name")
    tap.ok("53400" in result.err, "and two are two", result)


run()
