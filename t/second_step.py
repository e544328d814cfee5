#!/usr/bin/env python3
"""ORDER BY ... NULLS LAST LIMIT n with fewer rows that have a value: the others come in a second step, in whatever order
Attio shows its pages.
"""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import KEY, Workspace, must  # noqa: E402
from cases import case, run, tap  # noqa: E402

ORDERS = ("id", "creation", "hash", "updated", "updated_desc")
# 50 of 200 people have one: a page of 64 rows holds these, but not all rows.
COLUMN = "twitter_follower_count"
QUERIES = [f"SELECT {COLUMN} FROM people ORDER BY {COLUMN} {way} NULLS LAST LIMIT 60 OFFSET {offset}"
           for way in ("ASC", "DESC") for offset in (0, 4)]
EACH_ONCE = f"SELECT count(DISTINCT record_id) FROM (SELECT * FROM people ORDER BY {COLUMN} NULLS LAST LIMIT 64) s"


def answers(database, before=""):
    return [(lambda result: result.out if result.code == 0 else result.err)(database.psql(before + query))
            for query in QUERIES + [EACH_ONCE]]


def sorted_requests(emulator):
    """What the sorts of the requests for rows begin with."""
    asked = [json.loads(e["body"]) for e in emulator.log() if e["path"].endswith("/query")]
    return [b["sorts"][0].get("attribute") for b in asked if "sorts" in b and b["limit"] > 1]


def small_pages(_emulator, database):
    must(database.psql("ALTER FOREIGN TABLE people OPTIONS (ADD page_size '64')"))


def no_values(emulator, database):
    """Nobody has a value any more."""
    small_pages(emulator, database)
    rows = emulator.call("POST", "/v2/objects/people/records/query", {"limit": 500}, key=KEY)["data"]
    emulator.mutate({"do": "set", "kind": "objects", "slug": "people", "ids": [r["id"]["record_id"] for r in rows],
                     "attribute": COLUMN, "values": []})


SOME = Workspace("--scale", "200", before=small_pages)
NONE = Workspace("--scale", "200", before=no_values, name="attio_second_step_none")


@case(SOME)
def any_order(emulator, database):
    """The second step goes by id, or by created_at where pages are in another order: no reason to mistrust the sort."""
    right = answers(database, "SET attio_fdw.push_sort = off; ")
    for order in ORDERS:
        for nulls in ("last", "first"):
            emulator.switches(unsorted_order=order, null_order=nulls)
            tap.equal(answers(database), right, f"pages in the order {order}, NULLs {nulls}")
    emulator.switches(unsorted_order="hash")
    emulator.forget()
    must(database.psql(f"{QUERIES[0]}; {QUERIES[0]}"))
    tap.equal(sorted_requests(emulator).count(COLUMN), 2, "the session goes on to ask for sorts")
    tap.ok("created_at" in sorted_requests(emulator), "the second step is sorted by created_at", emulator.log())


@case(NONE)
def no_value(emulator, database):
    """The second step is all there is."""
    right = answers(database, "SET attio_fdw.push_sort = off; ")
    tap.equal(right[-1], "64", "rows without a value")
    for order in ORDERS:
        emulator.switches(unsorted_order=order)
        tap.equal(answers(database), right, f"no row has a value, pages in the order {order}")


@case(NONE)
def no_order(emulator, database):
    """An Attio that sorts by nothing, and whose pages are in no order: an error that says so, not fewer rows."""
    emulator.switches(unsorted_order="hash", sorts="ignored")
    result = database.psql(QUERIES[0])
    tap.ok("could not prove" in result.err and "HINT" in result.err, "neither sorted nor by id is an error", result)


run()
