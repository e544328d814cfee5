#!/usr/bin/env python3
"""count(*) is the right number whatever Attio makes of filters, offsets and limits, and costs what it must.

What Attio ignores, refuses or cuts is a switch of the emulator; a table of more rows than it could hold is a server of
its own.
"""
import http.server
import json
import os
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import FAST, Workspace, must  # noqa: E402
from cases import case, run, tap  # noqa: E402

COUNTING = "SET attio_fdw.push_count = on;"
CONDITIONS = ["true", "value IS NOT NULL", "value >= 1000", "value < -1", "created_at >= '2000-01-01Z'",
              "created_at < '2000-01-01Z'",
              "value IS NOT NULL AND created_at >= '2024-03-01Z'"]


def requests(emulator):
    return [json.loads(entry["body"]) for entry in emulator.log() if entry["path"].endswith("query")]


def explained(database, sql):
    """What EXPLAIN ANALYZE says of the count, by label."""
    out = database.value(f"{COUNTING} EXPLAIN (ANALYZE, FORMAT JSON, COSTS OFF, TIMING OFF) {sql}")
    plan = json.loads(out)[0]["Plan"]
    return {label: plan.get(f"Attio {label}") for label in ("Counted Locally", "Filters Refused", "Requests")}


class Large(http.server.BaseHTTPRequestHandler):
    """The records of an object with very many rows, each of which holds nothing but its id."""

    protocol_version = "HTTP/1.1"
    rows = 1_234_567
    asked = []

    def log_message(self, *_):
        pass

    def answer(self, value):
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):       # the definitions
        self.answer({"data": []})

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if len(self.asked) > 1000:
            raise RuntimeError("so many requests are no count")
        self.asked.append((body["offset"], body["limit"]))
        numbers = range(body["offset"], min(body["offset"] + body["limit"], self.rows))
        self.answer({"data": [{"id": {"record_id": f"{n % 2**32:08x}-0000-4000-8000-000000000000"}, "values": {}}
                              for n in numbers]})


def prepare(_emulator, database):
    must(database.psql("ALTER FOREIGN TABLE deals OPTIONS (ADD estimated_rows '1000000', ADD page_size '500'); "
                       "ALTER FOREIGN TABLE people OPTIONS (ADD estimated_rows '1000000')"))


WORK = Workspace(before=prepare)


def right_counts(database):
    return {c: database.value(f"SELECT count(*) FROM (SELECT * FROM deals OFFSET 0) d WHERE {c}") for c in CONDITIONS}


def same(emulator, database, right, name, sizes=(500, 20, 2), **switches):
    """Each condition, with pages that hold everything and pages that do not."""
    emulator.switches(**switches)
    for size in sizes:
        must(database.psql(f"ALTER FOREIGN TABLE deals OPTIONS (SET page_size '{size}')"))
        counted = {c: database.value(f"{COUNTING} SELECT count(*) FROM deals WHERE {c}") for c in right}
        tap.equal(counted, right, f"{name}, pages of {size}")


@case(WORK)
def costs(emulator, database):
    """What a count costs."""
    right = right_counts(database)
    tap.ok(len(set(right.values())) >= 4, "the conditions differ", right)
    emulator.forget()
    database.value(f"{COUNTING} SELECT count(*) FROM people")
    tap.equal([(r["offset"], r["limit"]) for r in requests(emulator)], [(0, 500), (200, 1)],
              "a table that fits a page: that page, and whether there is a row behind it")
    emulator.forget()
    database.value(f"{COUNTING} SELECT count(*) FROM deals WHERE value < -1")
    tap.equal([r["limit"] for r in requests(emulator)], [500], "no row at all: one request")


@case(WORK)
def followed(emulator, database):
    """An Attio that does as is documented."""
    right = right_counts(database)
    same(emulator, database, right, "as documented")
    found = explained(database, "SELECT count(*) FROM deals WHERE value >= 1000")
    tap.equal(found["Counted Locally"], None, "it says nothing where it counts by offsets")
    emulator.forget()
    database.value(f"{COUNTING} SELECT count(*) FROM deals WHERE value >= 1000")
    tap.equal([r["offset"] for r in requests(emulator) if "filter" not in r], [int(right["value >= 1000"])],
              "at the offset that was found a row is asked for without the filter")
    # true of every row: the number is that of everything, so the rows are read
    found = explained(database, "SELECT count(*) FROM deals WHERE created_at >= '2000-01-01Z'")
    tap.equal(found["Counted Locally"], "counting by offsets gives the number of all rows",
              "a number that is that of everything is counted locally")


@case(WORK)
def ignored(emulator, database):
    """Filters that are ignored."""
    right = right_counts(database)
    same(emulator, database, right, "filters ignored", filters="ignored")
    found = explained(database, "SELECT count(*) FROM deals WHERE value IS NOT NULL")
    tap.equal(found["Counted Locally"], "Attio returned a row that does not meet the conditions",
              "EXPLAIN ANALYZE says that a row did not meet them")
    tap.equal(database.value(f"{COUNTING} SELECT g, (SELECT count(*) FROM deals "
                             "WHERE value >= g * 1000) = (SELECT count(*) FROM (SELECT value FROM deals OFFSET 0) d "
                             "WHERE value >= g * 1000) "
                             "FROM generate_series(0, 2) g"), "0|t\n1|t\n2|t", "each time it is asked for")
    emulator.switches(filters="followed")


@case(WORK)
def refused(emulator, database):
    """Filters that are refused."""
    right = right_counts(database)
    same(emulator, database, right, "filters refused", filters="refused")
    found = explained(database, "SELECT count(*) FROM deals WHERE value IS NOT NULL")
    tap.equal((found["Counted Locally"], found["Filters Refused"]), ("Attio refused the filter", 1),
              "EXPLAIN ANALYZE says that the filter was refused")
    emulator.switches(filters="followed")


@case(WORK)
def offsets_refused(emulator, database):
    """A page may begin at an offset at which no further row may be asked for."""
    everything = int(database.value("SELECT count(*) FROM (SELECT * FROM deals OFFSET 0) d"))
    # a page may begin at an offset at which no further row may be asked for
    tap.ok(everything > 60, f"{everything} deals")
    emulator.switches(max_offset=everything - 10)
    must(database.psql(f"ALTER FOREIGN TABLE deals OPTIONS (SET page_size '{everything // 2}')"))
    tap.equal(database.value(f"{COUNTING} SELECT count(*) FROM deals"), str(everything),
              "offsets refused before the last row")
    tap.equal(explained(database, "SELECT count(*) FROM deals")["Counted Locally"], "Attio refused so large an offset",
              "EXPLAIN ANALYZE says so")
    emulator.switches(max_offset=0)


@case(WORK)
def cut(emulator, database):
    """Fewer rows than were asked for."""
    right = right_counts(database)
    del right["created_at >= '2000-01-01Z'"]
    same(emulator, database, right, "limits cut", max_limit=20, over_limit="clamp")
    emulator.switches(max_limit=500, over_limit="error")


@case(WORK)
def prepared(emulator, database):
    """Plans made before a setting changed."""
    right = right_counts(database)
    must(database.psql("ALTER FOREIGN TABLE deals OPTIONS (SET page_size '20')"))
    out = database.value(f"{COUNTING} PREPARE c AS SELECT count(*) FROM deals WHERE value IS NOT NULL; "
                         "SET plan_cache_mode = force_generic_plan; EXECUTE c;"
                         "SET attio_fdw.push_filter = off; EXECUTE c; SET attio_fdw.push_count = off; EXECUTE c; "
                         "SET attio_fdw.push_filter = on; EXECUTE c")
    tap.equal(out.split(), [right["value IS NOT NULL"]] * 4, "a prepared count holds under each setting")


@case(WORK)
def very_many(emulator, database):
    """More than a million rows."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Large)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    must(database.psql(f"""
        CREATE SERVER large FOREIGN DATA WRAPPER attio_fdw
            OPTIONS (base_url 'http://127.0.0.1:{server.server_port}' {FAST});
        CREATE USER MAPPING FOR CURRENT_USER SERVER large OPTIONS (api_key 'k');
        CREATE FOREIGN TABLE large (record_id uuid OPTIONS (field 'record_id')) SERVER large OPTIONS (object 'large',
            estimated_rows '1000000')"""))
    for rows in (1_000_000, 1_000_001, 999_999_999, 1_234_567):
        Large.rows = rows
        del Large.asked[:]
        tap.equal(database.value(f"{COUNTING} SELECT count(*) FROM large"), str(rows),
                  f"{rows} rows, by {len(Large.asked)} requests")
    tap.ok(len(Large.asked) < 60, f"by {len(Large.asked)} requests")
    Large.rows = 10**12
    found = database.psql(f"{COUNTING} SELECT count(*) FROM large")
    tap.ok("a row of \"large\" at every offset" in found.err, "rows at any offset are an error", found)
    Large.rows = 1_234_567
    del Large.asked[:]
    must(database.psql("SET default_statistics_target = 1; ANALYZE large"))
    tap.equal(database.value("SELECT reltuples::bigint FROM pg_class WHERE relname = 'large'"), "1234567",
              f"ANALYZE knows how many there are, by {len(Large.asked)} requests")
    server.shutdown()


run()
