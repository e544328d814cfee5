#!/usr/bin/env python3
"""Pages asked for ahead, batches and tables side by side: more requests under way at once, the same rows.

That requests overlap is read from the emulator's log: the next one came before the answer to the one before it.
"""
import json
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import Workspace, must  # noqa: E402
from cases import case, run, tap  # noqa: E402

DELAY_S = 0.4
TABLES = ("people", "companies", "deals", "workspaces")
UNION = " UNION ALL ".join(f"SELECT record_id FROM {t}" for t in TABLES)


def overlapping(entries):
    """How many requests came before the one before them could be answered."""
    times = sorted(entry["at"] for entry in entries)
    return sum(1 for a, b in zip(times, times[1:]) if b - a < DELAY_S * 0.9)


def prepare(_emulator, database):
    must(database.psql("ALTER FOREIGN TABLE people OPTIONS (ADD page_size '100')"))


WORK = Workspace("--scale", "1200", before=prepare)


def all_rows(database):
    """How many rows the tables of the UNION have, and how many different ones."""
    return database.value(f"SET enable_async_append = off; SELECT count(*), count(DISTINCT record_id) FROM ({UNION}) s")


def slow(emulator):
    """Answers that take long enough for others to be asked for meanwhile."""
    emulator.faults({"match": {"path": "query"}, "delay_ms": int(DELAY_S * 1000)})
    emulator.forget()


def both(database, name, query):
    """The same rows with scans side by side as one after another."""
    there = database.value("SET enable_async_append = off; " + query)
    tap.equal(database.value(query), there, name)


@case(WORK)
def pages(emulator, database):
    """A scan asks for pages ahead; where few rows are wanted, for no more than those."""
    people = database.value("SELECT count(DISTINCT record_id) FROM people")
    slow(emulator)
    tap.equal(database.value("SELECT count(DISTINCT record_id) FROM people"), people,
              "a scan with pages ahead has every row once")
    tap.ok(overlapping(emulator.queries()) >= 5, "its requests overlap", emulator.queries())
    emulator.forget()
    must(database.psql("SELECT record_id FROM people LIMIT 10"))
    tap.equal(len(emulator.queries()), 1, "LIMIT 10 asks for one page")
    emulator.forget()
    must(database.psql("SELECT record_id FROM people LIMIT 250"))
    tap.equal(len(emulator.queries()), 3, "LIMIT 250 asks for three pages of 100")
    emulator.forget()
    must(database.psql("SELECT record_id FROM people ORDER BY created_at DESC, record_id LIMIT 10"))
    tap.equal([json.loads(e["body"])["limit"] for e in emulator.queries()], [30],
              "ORDER BY created_at and more, LIMIT 10, asks for thirty rows")
    emulator.forget()
    must(database.psql("BEGIN; DECLARE c CURSOR FOR SELECT record_id FROM people; FETCH 30 FROM c; COMMIT;"))
    tap.equal(len(emulator.queries()), 1, "a cursor closed early asks for no second page")
    emulator.forget()
    must(database.psql("BEGIN; DECLARE c CURSOR FOR SELECT record_id FROM people; FETCH 130 FROM c; CLOSE c; "
                       "SELECT pg_sleep(1); COMMIT;"))
    seen = len(emulator.queries())
    tap.ok(seen <= 7, f"a cursor closed later cancels what was asked ahead: {seen} requests")


@case(WORK)
def batches_of_keys(emulator, database):
    must(database.psql("CREATE TABLE ids AS SELECT record_id FROM people LIMIT 900"))
    slow(emulator)
    tap.equal(database.value("SELECT count(DISTINCT record_id) FROM people "
                             "WHERE record_id = ANY (ARRAY(SELECT record_id FROM ids))"), "900",
              "batches of keys side by side have every row once")
    tap.ok(len(emulator.queries()) == 10 and overlapping(emulator.queries()) >= 3,
           "ten requests of 99 keys at most, overlapping",
           [(entry["at"], len(entry["body"])) for entry in emulator.queries()])


@case(WORK)
def tables(emulator, database):
    """Tables below an Append are read side by side."""
    everything = all_rows(database)
    slow(emulator)
    plan = database.value(f"EXPLAIN (COSTS OFF) {UNION}")
    tap.equal(plan.count("Async Foreign Scan"), len(TABLES), "all scans below an Append are asynchronous")
    emulator.forget()
    tap.equal(database.value(f"SELECT count(*), count(DISTINCT record_id) FROM ({UNION}) s"), everything,
              "side by side they have the same rows")
    tap.ok(overlapping(sorted(emulator.queries(), key=lambda e: e["at"])[: len(TABLES)]) == len(TABLES) - 1,
           "their first requests overlap", emulator.queries())
    must(database.psql("ALTER FOREIGN TABLE deals OPTIONS (ADD async_capable 'false')"))
    tap.equal(database.value(f"EXPLAIN (COSTS OFF) {UNION}").count("Async Foreign Scan"), len(TABLES) - 1,
              "async_capable of a table")
    must(database.psql("ALTER FOREIGN TABLE deals OPTIONS (DROP async_capable); ALTER SERVER attio "
                       "OPTIONS (ADD async_capable 'false')"))
    tap.equal(database.value(f"EXPLAIN (COSTS OFF) {UNION}").count("Async Foreign Scan"), 0,
              "async_capable of the server")
    must(database.psql("ALTER SERVER attio OPTIONS (DROP async_capable)"))
    emulator.faults()


@case(WORK)
def shapes(emulator, database):
    """What stands above, below and beside scans that are read side by side."""
    both(database, "a LIMIT above", f"SELECT count(*) FROM (SELECT * FROM ({UNION}) s LIMIT 700) t")
    both(database, "conditions that no row meets",
         "SELECT count(*) FROM (SELECT name FROM companies WHERE upper(name) = 'X' UNION ALL SELECT name FROM deals "
         "WHERE upper(name) = 'X') s")
    both(database, "conditions that are checked here",
         "SELECT count(*) FROM (SELECT name FROM companies WHERE upper(name) > 'N' UNION ALL SELECT name FROM deals "
         "WHERE upper(name) > 'N') s")
    both(database, "a rescan for each row",
         "SELECT sum(n) FROM generate_series(1, 3) g, LATERAL (SELECT count(*) AS n FROM (SELECT name FROM companies "
         "WHERE length(name) > g "
         "UNION ALL SELECT name FROM deals WHERE length(name) > g) s) t")
    both(database, "the same table twice",
         "SELECT count(*) FROM (SELECT name FROM deals UNION ALL SELECT name FROM deals) s")
    both(database, "no rows at all from one",
         "SELECT count(*) FROM (SELECT name FROM deals WHERE record_id IS NULL UNION ALL SELECT name FROM companies) s")
    must(database.psql("CREATE TABLE named (record_id uuid, name text) PARTITION BY LIST (name); "
                       "IMPORT FOREIGN SCHEMA objects LIMIT TO (deals) FROM SERVER attio INTO public;"
                       "CREATE FOREIGN TABLE p1 (record_id uuid, name text) SERVER attio OPTIONS (object 'deals');"
                       "CREATE FOREIGN TABLE p2 (record_id uuid, name text) SERVER attio OPTIONS (object 'companies');"
                       "CREATE TABLE p3 (record_id uuid, name text); INSERT INTO p3 "
                       "VALUES (gen_random_uuid(), 'local');"
                       "CREATE TABLE parent (record_id uuid, name text); ALTER FOREIGN TABLE p1 INHERIT parent; "
                       "ALTER FOREIGN TABLE p2 INHERIT parent; ALTER TABLE p3 INHERIT parent;"))
    both(database, "children of a table, one of them local", "SELECT count(*), count(name) FROM parent")


@case(WORK)
def too_large(emulator, database):
    # pages that turn out too large beside others that were asked for ahead: asked again in halves, side by side with
    # another table
    must(database.psql("ALTER SERVER attio OPTIONS (ADD max_response_size '200kB')"))
    result = database.psql("SET statement_timeout = '30s'; SELECT count(*), count(DISTINCT record_id) "
                           "FROM (SELECT record_id, name FROM people UNION ALL SELECT record_id, name FROM deals) s", )
    must(database.psql("ALTER SERVER attio OPTIONS (DROP max_response_size)"))
    tap.equal(result.out,
              database.value("SELECT count(*), count(DISTINCT record_id) FROM (SELECT record_id FROM people "
                             "UNION ALL SELECT record_id FROM deals) s"),
              "pages that are too large, side by side")


@case(WORK)
def errors(emulator, database):
    everything = all_rows(database)
    emulator.faults({"match": {"path": "query", "nth": list(range(2, 60))}, "status": 400,
                     "body": '{"code":"x","message":"no"}'})
    result = database.psql(f"SELECT count(*) FROM ({UNION}) s")
    tap.ok(result.refused("22023"), "an error in one of them is the statement's", result)
    emulator.faults({"match": {"path": "query", "nth": [3, 5]}, "times": 2, "status": 502})
    tap.equal(database.value(f"SELECT count(*), count(DISTINCT record_id) FROM ({UNION}) s"), everything,
              "what breaks on the way is asked again")
    # a rate refuses several in succession: never one query alone, which would look like a query that is too dear by
    # itself
    emulator.faults({"match": {"path": "query", "nth": [n for n in range(1, 60) if n % 8 in (1, 2)]}, "status": 429,
                     "headers": {"Retry-After": "0"}})
    tap.equal(database.value(f"SELECT count(*), count(DISTINCT record_id) FROM ({UNION}) s"), everything,
              "a quarter of the requests refused: right rows")
    # one query that is refused again and again while the others pass: its score, and waiting does not help
    deals = emulator.get("/v2/objects/deals")["id"]["object_id"]
    must(database.psql("ALTER FOREIGN TABLE companies OPTIONS (ADD page_size '5')"))
    emulator.faults({"match": {"path": deals + "/records/query"}, "status": 429, "headers": {"Retry-After": "0"},
                     "body": '{"code":"rate_limit_exceeded","message":"no"}'})
    result = database.psql("SELECT count(*) FROM (SELECT name FROM deals UNION ALL SELECT name FROM companies) s")
    tap.ok("53400" in result.err and "too expensive" in result.err, "a query too dear by itself is an error that says so",
           result)


@case(WORK)
def cancels(emulator, database):
    emulator.faults({"match": {"path": "query"}, "silence": True})
    started = time.time()
    result = database.psql(f"SET statement_timeout = '300ms'; SELECT count(*) FROM ({UNION}) s")
    took = time.time() - started
    tap.ok("57014" in result.err and took < 15, "a cancel ends the wait of an Append", result)
    tap.note(f"statement_timeout 300 ms in an Append: {took * 1000:.0f} ms in all")
    emulator.faults({"match": {"path": "query", "nth": list(range(2, 20))}, "silence": True})
    started = time.time()
    result = database.psql("SET statement_timeout = '300ms'; SELECT count(*) FROM people")
    took = time.time() - started
    tap.ok("57014" in result.err and took < 15, "and the wait with many requests under way", result)
    tap.note(f"statement_timeout 300 ms with requests ahead: {took * 1000:.0f} ms in all")
    emulator.faults()


@case(WORK)
def errors_beyond_limit(emulator, database):
    # what is asked ahead may come to nothing: errors behind the rows that are wanted do no harm
    emulator.faults({"match": {"path": "query", "nth": list(range(4, 20))}, "status": 400, "body": "{}"})
    tap.equal(len(must(database.psql("SELECT record_id FROM people LIMIT 250")).out.split("\n")), 250,
              "an error beyond LIMIT is none")


run()
