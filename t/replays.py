#!/usr/bin/env python3
"""What costs a request for each row of a guess that was wrong: the inner side of a nested loop, lookups, LIMIT 0."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import QUICK, Workspace  # noqa: E402
from cases import case, run, tap  # noqa: E402

NESTED = ("SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_material = off; "
          "SET attio_fdw.enable_batched_join = off; ")
NEEDY = ("attribute_history", "comments", "files", "record_entries", "search", "threads", "transcripts")


def prepare(_emulator, database):
    """A table of several pages, and a copy of it."""
    database.value("""
        CREATE FOREIGN TABLE small_pages (record_id uuid, name text, created_at timestamptz)
            SERVER attio OPTIONS (object 'people', page_size '20');
        CREATE SCHEMA twin;
        CREATE TABLE twin.small_pages AS TABLE small_pages;
        CREATE TABLE twin.attributes AS TABLE attributes;
        CREATE TABLE twin.numbers AS SELECT g AS n FROM generate_series(1, 12) g""")


WORK = Workspace("--scale", "80", options=QUICK, before=prepare)


def compare(emulator, database, label, sql, part, most):
    """The query on the copies as on the tables ("@"), which takes so many requests at most with this in their path."""
    wanted = database.value("SET search_path = twin; " + sql.replace("@", "twin."))
    emulator.forget()
    tap.equal(database.value(NESTED + sql.replace("@", "crm.").replace("crm.numbers", "twin.numbers")), wanted, label)
    sent = [entry["path"] for entry in emulator.log() if part in entry["path"]]
    tap.ok(0 < len(sent) <= most, f"{label}: {len(sent)} requests", sent[:20])


@case(WORK)
def inner_side(emulator, database):
    pages = "/records/query"
    compare(emulator, database, "several pages, for each of twelve rows",
            "SELECT n, count(*), min(p.name) FROM @numbers LEFT JOIN @small_pages p ON length(p.name) > n "
            "GROUP BY n ORDER BY n", pages, 8)
    compare(emulator, database, "several listings",
            "SELECT n, count(*), min(a.api_slug) FROM @numbers LEFT JOIN @attributes a ON length(a.api_slug) > n "
            "GROUP BY n ORDER BY n", "/attributes", 24)
    compare(emulator, database, "of which each row needs another part",
            "SELECT n FROM @numbers WHERE EXISTS (SELECT FROM @small_pages p "
            "WHERE length(p.name) > n OR p.created_at IS NULL) ORDER BY n", pages, 8)
    compare(emulator, database, "sorted, with LIMIT",
            "SELECT n, p.name FROM @numbers JOIN (SELECT name FROM @small_pages "
            "ORDER BY created_at DESC, record_id LIMIT 30) p ON length(p.name) > n ORDER BY 1, 2", pages, 12)
    compare(emulator, database, "a rescan within a rescan",
            "SELECT count(*), sum(a.n + length(q.name)) FROM @numbers a JOIN (SELECT b.n, p.name FROM @numbers b "
            "LEFT JOIN @small_pages p ON length(p.name) > b.n) q ON q.n >= a.n", pages, 16)


@case(WORK)
def stops_early(emulator, database):
    """What is not read yet is asked for when it is wanted, not before."""
    emulator.forget()
    database.value(NESTED + "SELECT n, p.name FROM twin.numbers "
                   "JOIN crm.small_pages p ON length(p.name) > n - 20 LIMIT 3")
    sent = len(emulator.queries())
    tap.ok(0 < sent <= 3, f"LIMIT above a nested loop: {sent} pages of the table's, not all")
    got = database.value(NESTED + """
        BEGIN; DECLARE c CURSOR FOR SELECT n, p.name FROM twin.numbers JOIN crm.small_pages p ON true;
        FETCH 30 FROM c; MOVE 100 FROM c; FETCH 30 FROM c; MOVE ALL FROM c; COMMIT""").split("\n")
    tap.equal((len(got), len(set(got))), (60, 60), "a cursor that stops within a page and goes on")


@case(WORK)
def own_rows(emulator, database):
    """What the statement's own conditions depend on is not kept."""
    compare(emulator, database, "a row's own condition, which is sent",
            "SELECT t.n, count(q.name), min(q.name) FROM @numbers t, LATERAL (SELECT p.name FROM @small_pages p "
            "WHERE p.created_at > timestamptz '2024-01-01' + t.n * interval '60 days') q GROUP BY 1 ORDER BY 1",
            "/records/query", 200)
    compare(emulator, database, "and one that is not sent",
            "SELECT t.n, (SELECT count(*) FROM @small_pages p WHERE length(p.name) > t.n) FROM @numbers t ORDER BY 1",
            "/records/query", 200)


@case(WORK)
def counts(emulator, database):
    sql = "SELECT n, c FROM @numbers JOIN (SELECT count(*) AS c FROM @small_pages OFFSET 0) q ON q.c > n ORDER BY n"
    database.value(f'ALTER DATABASE "{database.name}" SET attio_fdw.push_count = on')
    compare(emulator, database, "a count, for each of twelve rows", sql, "/records/query", 24)
    database.value(f'ALTER DATABASE "{database.name}" SET attio_fdw.push_count = off')


@case(WORK)
def wrong_guesses(emulator, database):
    """Two conditions on a table that was never analyzed let the planner expect one row."""
    plan = database.value("EXPLAIN SELECT p.name FROM people p JOIN interactions i ON i.record_id = p.record_id "
                          "WHERE i.object = 'people' AND i.type IN ('email', 'call')")
    tap.ok("rows=1 " in plan and "Nested Loop" not in plan, "one row is expected, and no nested loop", plan)
    emulator.forget()
    rows = int(database.value("SELECT count(*) FROM people p JOIN interactions i ON i.record_id = p.record_id "
                              "WHERE i.object = 'people' AND i.type IN ('email', 'call')"))
    sent = len(emulator.queries())
    tap.ok(rows > 60 and sent < 20, f"{rows} rows take {sent} requests")
    emulator.forget()
    rows = int(database.value("""SELECT count(*) FROM objects o
        JOIN attributes a ON a.target_slug = o.api_slug AND a.target = 'objects'
        JOIN attributes b ON b.target_slug = o.api_slug AND b.target = 'objects'"""))
    sent = len(emulator.log())
    tap.ok(rows > 1000 and sent < 60, f"{rows} rows of definitions take {sent} requests")


@case(WORK)
def probes(emulator, database):
    """What tools send to learn the columns of a table takes no request, and no condition."""
    for table in NEEDY:
        for sql in (f"SELECT * FROM {table} LIMIT 0", f"SELECT * FROM {table} WHERE false",
                    f"WITH x AS (SELECT * FROM {table}) SELECT * FROM x LIMIT 0"):
            emulator.forget()
            got = database.psql(sql)
            asked = [entry["path"] for entry in emulator.log()]
            tap.equal((got.code, got.out, got.err, asked), (0, "", "", []), sql)
    got = database.psql("SET plan_cache_mode = force_generic_plan; "
                        "PREPARE p (int) AS SELECT * FROM search LIMIT $1; EXECUTE p (0)")
    tap.equal((got.code, got.out, got.err), (0, "", ""), "LIMIT 0 by a parameter")
    got = database.psql("SELECT * FROM search LIMIT 1")
    tap.ok(got.code != 0 and "cannot be read without" in got.err, "LIMIT 1 needs the condition", got)


run()
