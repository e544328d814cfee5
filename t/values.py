#!/usr/bin/env python3
"""Lists of values that one filter cannot hold: in batches, every row once, also where filters are refused or not looked
at.
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import Workspace, must  # noqa: E402
from cases import case, run, tap  # noqa: E402


def prepare(_emulator, database):
    must(database.psql("ALTER FOREIGN TABLE people OPTIONS (ADD page_size '50'); ALTER FOREIGN TABLE companies "
                       "OPTIONS (ADD page_size '50');"
                       "ALTER FOREIGN TABLE deals OPTIONS (ADD page_size '50');"
                       "CREATE TABLE public.p AS SELECT * FROM people; CREATE TABLE public.c AS SELECT * "
                       "FROM companies; CREATE TABLE public.d AS SELECT * FROM deals"))


WORK = Workspace("--scale", "2000", before=prepare)


def check(emulator, database, name, table, twin, condition, requests, tail=""):
    """The same rows as of the twin, each once, for at most so many requests."""
    wanted = database.value("SELECT count(*), md5(string_agg(record_id::text, ',' ORDER BY record_id)) "
                            f"FROM (SELECT record_id FROM public.{twin} WHERE {condition} {tail}) s")
    database.value(f"SELECT count(*) FROM {table} WHERE record_id IS NULL")
    emulator.forget()
    got = database.value("SELECT count(*), md5(string_agg(record_id::text, ',' ORDER BY record_id)) "
                         f"FROM (SELECT record_id FROM {table} WHERE {condition} {tail}) s")
    tap.equal(got, wanted, name)
    tap.ok(int(wanted.split("|")[0]) > 0, f"{name}: there are such rows", wanted)
    if requests:
        tap.ok(len(emulator.queries()) <= requests, f"{name}: at most {requests} requests", len(emulator.queries()))


@case(WORK)
def batches(emulator, database):
    """Many values become several requests."""
    texts = ("ANY (ARRAY(SELECT name FROM public.c WHERE name IS NOT NULL ORDER BY record_id "
             "LIMIT 25) || ARRAY(SELECT 'none ' || g FROM generate_series(1, 300) g))")
    check(emulator, database, "texts", "companies", "c", f"name = {texts}", 24)
    check(emulator, database, "references", "people", "p",
          "company = ANY (ARRAY(SELECT record_id FROM public.c ORDER BY record_id "
          "LIMIT 30) || ARRAY(SELECT gen_random_uuid() FROM generate_series(1, 200)))", 24)
    check(emulator, database, "numbers", "deals", "d",
          "value = ANY (ARRAY(SELECT value FROM public.d WHERE value IS NOT NULL ORDER BY record_id "
          "LIMIT 6) || ARRAY(SELECT -g::numeric FROM generate_series(1, 100) g))", 8)
    mails = ("email_addresses && (ARRAY(SELECT e FROM public.p, unnest(email_addresses) e "
             "WHERE e ~ '^[a-z0-9.]+@[a-z.]+$' ORDER BY e LIMIT 40) || ARRAY(SELECT 'none' || g || '@x.example' "
             "FROM generate_series(1, 100) g))")
    check(emulator, database, "a row that matches values of two batches", "people", "p",
          "email_addresses && (ARRAY(SELECT e FROM public.p, unnest(email_addresses) e ORDER BY e LIMIT 130))", 12)
    check(emulator, database, "addresses", "people", "p", mails, 12)
    check(emulator, database, "in an order", "companies", "c", f"name = {texts}", 30,
          "ORDER BY created_at DESC, record_id LIMIT 7")
    check(emulator, database, "beside another condition", "companies", "c",
          f"name = {texts} AND created_at >= '2000-01-01Z'", 24)
    check(emulator, database, "the same value again and again", "companies", "c",
          "name = ANY (ARRAY(SELECT (SELECT name FROM public.c WHERE name IS NOT NULL LIMIT 1) "
          "FROM generate_series(1, 1000)))", 8)


@case(WORK)
def plans(_emulator, database):
    plan = database.value("EXPLAIN (COSTS OFF) SELECT FROM people WHERE job_title IN ("
                          + ", ".join(f"'t{g}'" for g in range(250)) + ")")
    tap.ok("Attio Value Batches: 3" in plan, "EXPLAIN says so", plan)
    must(database.psql("ALTER FOREIGN TABLE people OPTIONS (ADD estimated_rows '60')"))
    plan = database.value("EXPLAIN (COSTS OFF) SELECT FROM people WHERE job_title IN ("
                          + ", ".join(f"'t{g}'" for g in range(250)) + ")")
    tap.ok("Attio Value Batches" not in plan, "a table of fewer pages is read whole", plan)
    must(database.psql("ALTER FOREIGN TABLE people OPTIONS (DROP estimated_rows)"))


@case(WORK)
def refused(emulator, database):
    """Attio refuses one of the filters: all rows are read, those that were handed out do not come again."""
    titles = ("ANY (ARRAY(SELECT DISTINCT job_title FROM public.p WHERE job_title IS NOT NULL ORDER BY 1 LIMIT 3) || "
              "ARRAY(SELECT 'none ' || g FROM generate_series(1, 300) g))")
    emulator.faults({"match": {"path": "query", "nth": [4]}, "times": 1, "status": 400,
                     "body": '{"code":"invalid_filter","message":"no"}'})
    check(emulator, database, "one filter refused in the middle", "people", "p", f"job_title = {titles}", 0)
    tap.equal([entry["status"] for entry in emulator.queries()].count(400), 1, "which it was")
    emulator.faults()


@case(WORK)
def depth(emulator, database):
    """How deep a filter is."""
    deep = "job_title = 'a'"
    for level in range(200):
        deep = (f"({deep} {'OR' if level % 2 else 'AND'} job_title <> 'b{level}')" if level % 2 == 0
                else f"({deep} OR job_title = 'c{level}')")
    plan = database.value(f"EXPLAIN (COSTS OFF) SELECT FROM people WHERE {deep}")
    tap.ok("Attio Local" in plan and "too deep" in plan, "200 levels are local", plan[:1500])
    check(emulator, database, "200 levels", "people", "p", f"({deep}) OR record_id IS NOT NULL", 0)
    shallow = "job_title = 'a'"
    for level in range(20):
        shallow = f"({shallow} {'AND' if level % 2 else 'OR'} job_title = 'b{level}')"
    plan = database.value(f"EXPLAIN (COSTS OFF) SELECT FROM people WHERE {shallow}")
    tap.ok("Attio Rechecked" in plan, "20 are sent", plan[:1500])


run()
