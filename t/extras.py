#!/usr/bin/env python3
"""Members that come only where they are asked for, while rows without them stay away: of guests of a made-up service."""
import importlib.util
import json
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import ROOT, must  # noqa: E402
from cases import case, run, tap  # noqa: E402
from made_up import World  # noqa: E402

WORLD = World("attio_extras")
query = WORLD.query
rows = WORLD.rows
ALL = "id, name, hall, first_visit, last_visit, loans"
WITH = "GET /guests?with_dates=true"
WITHOUT = "GET /guests?"
SINGLE = ("told", "refused", "ignored", "gone")


def guests():
    """What the service knows, from its own file."""
    spec = importlib.util.spec_from_file_location("library", os.path.join(ROOT, "test", "module", "made_up.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.all_guests().values()


def prepare():
    """A local copy, in a table of the same columns."""
    text = json.dumps([{**guest, **{f"{name}_visit": (guest["dates"] or {}).get(name) for name in ("first", "last")}}
                       for guest in guests()])
    must(query(f"CREATE TABLE copy AS SELECT {ALL}, shelves FROM json_to_recordset('{text}') AS g(id bigint, name text, "
               "hall text, first_visit timestamptz, last_visit timestamptz, loans bigint[], shelves bigint[])"))


def listings(library):
    """What was asked, each listing once, without its pages."""
    found = []
    for line in library.asked():
        line = re.sub(r"&?(page_size|page_token)(=[^&]*)?", "", line).replace("?&", "?")
        if line not in found:
            found.append(line)
    return found


def same(library, sql, asked, name):
    """The same rows of the guests as of the copy, by these listings, in any order; None: whatever was asked."""
    library.asked()
    got = rows(sql.replace("TABLE", "guests"))
    log = listings(library)
    tap.equal(got, rows(sql.replace("TABLE", "copy")), name)
    if asked is not None:
        tap.equal(sorted(log), sorted(asked), f"{name}: the listings")
    return got


def habits(library, **change):
    library.call("PUT", "/habits", change, "emulator-key")
    library.asked()


@case(WORLD)
def which_listings(library):
    prepare()
    same(library, "SELECT id, name FROM TABLE ORDER BY 1", [WITHOUT], "what nobody wants is not asked for")
    same(library, "SELECT count(*) FROM TABLE", [WITHOUT], "nor to count rows")
    same(library, "SELECT id, loans FROM TABLE ORDER BY 1", ["GET /guests?with_loans=true"],
         "what leaves no row out is asked for in one listing")
    same(library, "SELECT id, first_visit, last_visit FROM TABLE ORDER BY 1", [WITH, WITHOUT],
         "rows without it are read as well")
    same(library, f"SELECT {ALL} FROM TABLE ORDER BY 1", ["GET /guests?with_loans=true&with_dates=true",
                                                         "GET /guests?with_loans=true"], "both kinds together")
    same(library, "SELECT id FROM TABLE WHERE last_visit > '2026-02-01' ORDER BY 1",
         ["GET /guests?from=2026-02-01T00:00:00Z&with_dates=true".replace(":", "%3A")], "a bound leaves no row without it")
    for where in ("first_visit IS NOT NULL", "first_visit + '1 day' > '2026-01-10'", "last_visit = first_visit",
                  "last_visit > '2026-01-10' OR first_visit IS NOT NULL", "NOT (last_visit <> first_visit)",
                  "coalesce(last_visit, first_visit) < '2026-01-20'", "last_visit IS DISTINCT FROM first_visit", "extract(day FROM last_visit) IN (4, 7)",
                  "last_visit > (SELECT min(last_visit) FROM copy)"):
        same(library, f"SELECT id, first_visit FROM TABLE WHERE {where} ORDER BY 1", None, where)
        rows(f"SELECT id, first_visit FROM guests WHERE {where}")
        tap.equal([line for line in listings(library) if "with_dates" not in line], [], f"{where}: alone")
    for where in ("last_visit IS NULL", "last_visit > '2026-01-10' OR name LIKE '%3'", "(last_visit > '2026-01-10') IS NOT TRUE",
                  "coalesce(last_visit, '2026-01-01') < '2026-01-20'", "last_visit IS NOT DISTINCT FROM first_visit",
                  "first_visit IS NULL AND hall = 'south'"):
        same(library, f"SELECT id, first_visit FROM TABLE WHERE {where} ORDER BY 1", None, where)
        rows(f"SELECT id, first_visit FROM guests WHERE {where}")
        tap.equal(len({"with_dates" in line for line in listings(library)}), 2, f"{where}: both")


@case(WORLD)
def explained(_library):
    plan = "\n".join(rows("EXPLAIN (COSTS OFF) SELECT id, last_visit FROM guests"))
    tap.ok("Library Listings: with dates, without" in plan and "Library Parameters: with_dates=true" in plan,
           "EXPLAIN tells which listings are read", plan)
    plan = "\n".join(rows("EXPLAIN (COSTS OFF) SELECT id FROM guests WHERE last_visit > '2026-02-01'"))
    tap.ok("Library Listings: with dates\n" in plan and "Value Batches" not in plan, "and where one is enough", plan)
    plan = "\n".join(rows("EXPLAIN (COSTS OFF) SELECT id FROM guests"))
    tap.ok("Listings" not in plan and "Parameters" not in plan, "and nothing where none of it is wanted", plan)


@case(WORLD)
def limits_and_rescans(library):
    tap.equal(len(rows("SELECT id, last_visit FROM guests LIMIT 2")), 2, "a limit")
    tap.ok(all("with_dates" in line for line in library.asked()), "that the first listing meets")
    same(library, "SELECT count(*), count(first_visit), count(last_visit) FROM TABLE", [WITH, WITHOUT], "counts of a column")
    same(library, "SELECT id, last_visit FROM TABLE ORDER BY last_visit DESC NULLS LAST, id LIMIT 20", [WITH, WITHOUT],
         "an order with NULLs")
    same(library, "SELECT id, last_visit FROM TABLE ORDER BY id OFFSET 3 LIMIT 4", [WITH, WITHOUT], "an offset")
    off = "SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_material = off; SET enable_memoize = off;"
    same(library, f"{off} SELECT n, (SELECT count(*) FROM TABLE g WHERE g.last_visit IS NULL AND g.id > n) FROM "
         "generate_series(1, 4) n ORDER BY 1", [WITH, WITHOUT], "a subquery that runs again")
    same(library, f"{off} SELECT c.id, g.last_visit FROM copy c LEFT JOIN TABLE g ON g.name = c.name AND g.id < c.id + 1 "
         "ORDER BY 1", [WITH, WITHOUT], "an inner side that runs again")


@case(WORLD)
def by_id(library):
    wanted = "SELECT id, first_visit, last_visit FROM TABLE WHERE id IN (1, 3, 5, 6, 99) ORDER BY 1"
    same(library, "SELECT id, name FROM TABLE WHERE id = 3", ["GET /guests/3"], "one guest without dates")
    same(library, "SELECT id, shelves FROM TABLE WHERE id = 3", ["GET /guests/3"], "what only one guest tells")
    for single in SINGLE:
        habits(library, single=single)
        same(library, wanted, None, f"several guests, dates {single}")
        same(library, "SELECT id, last_visit FROM TABLE WHERE id = 3", None, f"a guest without dates, {single}")
        same(library, "SELECT id, last_visit FROM TABLE WHERE id = 4", None, f"one with dates, {single}")
        same(library, "SELECT id, last_visit FROM TABLE WHERE id = 4 AND last_visit > '2026-01-02'", None, f"a bound, {single}")
        same(library, "SELECT id, last_visit FROM TABLE WHERE id = 3 AND last_visit IS NULL", None, f"none, {single}")
        same(library, "SELECT id, last_visit FROM TABLE WHERE id = 99", None, f"a guest that there is not, {single}")
    habits(library)
    same(library, wanted, [f"GET /guests/{i}?with_dates=true" for i in (1, 3, 5, 6, 99)] + ["GET /guests/99"],
         "who has come is not asked for again")
    habits(library, single="gone")
    same(library, wanted, [f"GET /guests/{i}?with_dates=true" for i in (1, 3, 5, 6, 99)] +
         [f"GET /guests/{i}" for i in (3, 6, 99)], "who stays away with dates is")
    same(library, "SELECT id, last_visit FROM TABLE WHERE id = 3", ["GET /guests/3?with_dates=true", "GET /guests/3"],
         "alone, too, and then has none")
    habits(library, single="refused")
    same(library, "SELECT id, last_visit FROM TABLE WHERE id = 3", ["GET /guests/3?with_dates=true", WITH, WITHOUT],
         "where one guest cannot be asked the listings tell")
    habits(library)


@case(WORLD)
def joins(library):
    must(query("CREATE TABLE wanted AS SELECT g AS id FROM unnest(ARRAY[2, 3, 5, 9, 30]::bigint[]) g"))
    off = "SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_nestloop = off;"
    for single in SINGLE:
        habits(library, single=single)
        same(library, f"{off} SELECT w.id, g.last_visit, g.name FROM wanted w LEFT JOIN TABLE g ON g.id = w.id ORDER BY 1", None,
             f"a join by id, dates {single}")
    habits(library)
    plan = "\n".join(rows(f"{off} EXPLAIN (COSTS OFF) SELECT w.id, g.last_visit FROM wanted w LEFT JOIN guests g ON g.id = w.id"))
    tap.ok("Keys per Request: 1" in plan and "GET /guests/{guest}" in plan, "it looks each up", plan)
    same(library, "SELECT a.id, b.last_visit FROM TABLE a JOIN TABLE b ON b.id = a.id + 1 AND b.hall <> a.hall ORDER BY 1", None,
         "a join of both")


@case(WORLD)
def untold(library):
    library.asked()
    wrong = query("SELECT id, shelves FROM guests")
    tap.ok('Library does not tell column "shelves" of foreign table "guests" in a listing' in wrong.err
           and 'look the rows up by column "id"' in wrong.err, "what no listing tells is no NULL", wrong)
    same(library, "SELECT g.id, d.shelves FROM TABLE g JOIN TABLE d ON d.id = g.id WHERE g.hall = 'north' ORDER BY 1", None,
         "a join tells it")


@case(WORLD)
def analyzed(library):
    library.asked()
    must(query("ANALYZE guests"))
    tap.equal(sorted(listings(library)), ["GET /guests?with_loans=true", "GET /guests?with_loans=true&with_dates=true"],
              "ANALYZE reads both listings")
    tap.equal(rows("SELECT round(null_frac::numeric, 2) FROM pg_stats WHERE tablename = 'guests' AND attname = 'first_visit'"),
              ["0.30"], "and knows how many rows have none")


run()
