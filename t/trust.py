#!/usr/bin/env python3
"""Sorts that are ignored, refused or made of text, and pages and listings that are cut: the right rows, or an error
with a hint.
"""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import ROOT, Workspace, must  # noqa: E402
from cases import case, run, tap  # noqa: E402


# Queries that count on an order of Attio's; each is right whatever the order of equals.
SORTED = [
    "SELECT value FROM deals ORDER BY value DESC NULLS LAST LIMIT 3",
    "SELECT value FROM deals ORDER BY value DESC NULLS LAST LIMIT 1",
    "SELECT value FROM deals ORDER BY value LIMIT 3 OFFSET 4",
    "SELECT value FROM deals ORDER BY value LIMIT 95",
    "SELECT value FROM deals WHERE value > 1000 ORDER BY value LIMIT 7",
    "SELECT max(value), min(value) FROM deals",
    "SELECT max(created_at), min(created_at) FROM people",
    "SELECT created_at FROM people ORDER BY created_at DESC LIMIT 3",
    "SELECT created_at FROM people ORDER BY created_at DESC LIMIT 3 OFFSET 20",
    "SELECT created_at FROM people WHERE created_at >= '2024-01-01Z' ORDER BY created_at LIMIT 4",
    "SELECT name FROM people ORDER BY created_at DESC, record_id LIMIT 5",
    "SELECT created_at FROM people WHERE name LIKE '%a%' ORDER BY created_at LIMIT 6",
    "SELECT created_at FROM people ORDER BY created_at",
    "SELECT stage, created_at FROM deals WHERE stage = 'Lead' ORDER BY created_at DESC LIMIT 2",
]


def answers(database, queries, before=""):
    """What each says, in a session of its own."""
    return [(lambda result: result.out if result.code == 0 else result.err)(database.psql(before + query))
            for query in queries]


def explained(database, query, before=""):
    """The scan's properties of EXPLAIN ANALYZE."""
    out = database.value(f"{before}EXPLAIN (ANALYZE, TIMING OFF, SUMMARY OFF, COSTS OFF, FORMAT JSON) {query}")
    found = {}

    def walk(node):
        found.update({k: v for k, v in node.items() if k.startswith("Attio")})
        for child in node.get("Plans", []):
            walk(child)
    walk(json.loads(out[out.index("["):])[0]["Plan"])
    return found


def bodies(emulator):
    return [json.loads(e["body"]) for e in emulator.log() if e["path"].endswith("/query")]


WORK = Workspace("--scale", "200")


def right_answers(database):
    return answers(database, SORTED, "SET attio_fdw.push_sort = off; ")


@case(WORK)
def switches(emulator, database):
    """Whatever an Attio does not do as asked is seen in the first page, and never asked for again."""
    right = right_answers(database)
    tap.equal(answers(database, SORTED), right, "an Attio that sorts as asked")
    emulator.forget()
    answers(database, SORTED)
    asked = [b for b in bodies(emulator) if "sorts" in b and b["limit"] > 1]     # 1: is there a row behind?
    tap.ok(len(asked) >= 14 and all(b["limit"] >= 5 for b in asked), "a sorted page has at least five rows", asked)

    # ignored: seen in the first page, and never asked for again
    for switches in ({"sorts": "ignored"}, {"sorts": "ignored", "unsorted_order": "creation"}, {"sorts": "as_text"},
                     {"sorts": "refused"},
                     {"sorts": "refused_by_id"}, {"sorts": "refused_by_id", "tie_order": "random"}, {"max_or": 1},
                     {"max_offset": 2},
                     {"sorts": "refused_by_id", "max_or": 1, "max_offset": 2},
                     {"max_limit": 100, "over_limit": "clamp"},
                     {"max_limit": 100, "over_limit": "clamp", "sorts": "ignored"}, {"filters": "refused"},
                     {"filters": "refused", "sorts": "refused"}, {"null_order": "first"},
                     {"null_order": "smallest", "sorts": "as_text"}):
        emulator.switches(**switches)
        if "max_offset" in switches:    # it refuses to say as well whether there is a row behind a page
            must(database.psql("ALTER SERVER attio OPTIONS (ADD remote_max_limit '500')"))
        found = answers(database, SORTED)
        wrong = [(q, g, w) for q, g, w in zip(SORTED, found, right) if g != w]
        tap.equal(wrong, [], f"the right rows under {switches}")
        if "max_offset" in switches:
            must(database.psql("ALTER SERVER attio OPTIONS (DROP remote_max_limit)"))
        emulator.switches(sorts="followed", unsorted_order="id", tie_order="id", max_or=0, max_offset=0, max_limit=500,
                          over_limit="error",
                          filters="followed", null_order="last")


@case(WORK)
def explain(emulator, database):
    """What EXPLAIN ANALYZE says."""
    right = right_answers(database)
    emulator.switches(sorts="ignored")
    seen = explained(database, SORTED[0])
    tap.ok("another order" in seen.get("Attio Sorted Locally", ""),
           "EXPLAIN ANALYZE says that the rows came in another order", seen)
    emulator.forget()
    must(database.psql(SORTED[0] + ";" + SORTED[7] + ";" + SORTED[0]))
    asked = [b for b in bodies(emulator) if "sorts" in b]
    tap.equal(len(asked), 1, "once seen, a session asks for no sort again")
    seen = explained(database, SORTED[0], SORTED[0] + ";")
    tap.ok("earlier answers" in seen.get("Attio Sorted Locally", ""), "and says so", seen)
    tap.equal(answers(database,
                      ["PREPARE q AS SELECT value FROM deals ORDER BY value DESC NULLS LAST LIMIT 3; EXECUTE q; "
                       "EXECUTE q; EXECUTE q"]),
              ["\n".join([right[0]] * 3)], "a prepared statement, again and again")
    tap.equal(answers(database,
                      ["SELECT (SELECT value FROM deals WHERE value > g ORDER BY value LIMIT 1) "
                       "FROM generate_series(0, 2) g"]),
              answers(database,
                      ["SELECT (SELECT value FROM deals WHERE value > g ORDER BY value LIMIT 1) "
                       "FROM generate_series(0, 2) g"], "SET attio_fdw.push_sort = off; "),
              "scanned again with another operand")
    tap.equal(database.value("SET work_mem = '64kB'; SELECT count(*), bool_and(last <= created_at) "
                             "FROM (SELECT created_at, coalesce(lag(created_at) OVER (), created_at) AS last "
                             "FROM (SELECT created_at, repeat(name, 50) FROM people ORDER BY created_at "
                             "LIMIT 100000) a) b"), "200|t", "sorted on disk where work_mem is small")
    emulator.switches(sorts="refused")
    seen = explained(database, SORTED[7])
    tap.ok("refused" in seen.get("Attio Sorted Locally", "") and seen.get("Attio Sorts Refused") == 2,
           "a sort that is refused", seen)
    emulator.switches(sorts="refused_by_id")
    seen = explained(database, SORTED[7])
    tap.ok("Attio Sorted Locally" not in seen and seen.get("Attio Sorts Refused") == 1
           and seen["Attio Rows Received"] == 5, "without the id, one page is enough", seen)
    emulator.forget()
    must(database.psql(SORTED[7] + ";" + SORTED[7] + ";" + SORTED[0]))
    tap.equal([len(b["sorts"]) for b in bodies(emulator) if "sorts" in b], [2, 1, 1, 1], "which the session remembers")
    emulator.switches(sorts="followed")


@case(WORK)
def after_rows(emulator, database):
    """A violation after rows were returned."""
    must(database.psql("ALTER FOREIGN TABLE people OPTIONS (ADD page_size '20')"))
    emulator.forget()
    result = database.psql("BEGIN; DECLARE c CURSOR FOR SELECT created_at FROM people ORDER BY created_at; "
                           "FETCH 3 FROM c;\n"
                           f"\\! ATTIO_EMULATOR_URL={emulator.url} {ROOT}/scripts/emulate switches '{{\"sorts\": "
                           f"\"ignored\"}}'\nFETCH 190 FROM c")
    tap.ok("40001" in result.err and "push_sort" in result.err, "after rows were returned it is 40001, with a hint",
           result)
    must(database.psql("ALTER FOREIGN TABLE people OPTIONS (DROP page_size)"))


@case(WORK)
def any_order(emulator, database):
    """Neither sorted nor in the order of the ids."""
    right = right_answers(database)
    emulator.switches(sorts="ignored", unsorted_order="hash")
    tap.equal(answers(database, SORTED), right, "any order at all, where a page holds the table")
    must(database.psql("ALTER FOREIGN TABLE people OPTIONS (ADD page_size '70')"))
    result = database.psql("SELECT name FROM people")
    tap.ok(result.refused("HINT"), "over several pages, an error with a hint", result)
    emulator.switches(sorts="ignored", unsorted_order="id")
    must(database.psql("ALTER FOREIGN TABLE people OPTIONS (ADD page_order 'created_at')"))
    tap.equal(database.value("SELECT count(name) FROM people"), "200",
              "page_order created_at falls back to unsorted pages")
    emulator.switches(sorts="refused")
    tap.equal(database.value("SELECT count(name) FROM people"), "200", "also where sorts are refused")
    must(database.psql("ALTER FOREIGN TABLE people OPTIONS (DROP page_order, DROP page_size)"))
    emulator.reset()


@case(WORK)
def cut_pages(emulator, database):
    """Pages that are cut."""
    whole = database.value("SELECT count(record_id), count(DISTINCT record_id) FROM people")
    for limit in (10, 20, 60, 100, 200):
        emulator.switches(max_limit=limit, over_limit="clamp")
        tap.equal(database.value("SELECT count(record_id), count(DISTINCT record_id) FROM people"), whole,
                  f"every row once where Attio answers {limit} at once")
    emulator.switches(max_limit=100, over_limit="clamp")
    emulator.forget()
    must(database.psql("SELECT count(record_id) FROM people; SELECT count(record_id) FROM people"))
    tap.equal([b["limit"] for b in bodies(emulator)][-3:], [100, 100, 100], "the limit is kept once it is known")
    tap.equal(database.value("SELECT count(*) FROM (SELECT FROM people LIMIT 150) s"), "150", "LIMIT beyond it")
    emulator.switches(max_limit=500, over_limit="error", definition_limit=20)
    must(database.psql("CREATE SCHEMA again; IMPORT FOREIGN SCHEMA attio FROM SERVER attio INTO again"))
    columns = "SELECT count(*) FROM information_schema.columns WHERE table_schema = '{}'"
    tap.equal(database.value(columns.format("again")), database.value(columns.format("crm")),
              "no column is lost where attributes are listed twenty at a time")
    emulator.switches(definition_limit=0)
    emulator.forget()
    must(database.psql("ALTER SERVER attio OPTIONS (ADD remote_max_limit '500'); SELECT count(name) FROM people"))
    tap.equal(len(bodies(emulator)), 1, "nothing more is asked where the limit is said to be known")
    must(database.psql("ALTER SERVER attio OPTIONS (SET remote_max_limit '40')"))
    emulator.switches(max_limit=40)
    tap.equal(database.value("SELECT count(record_id), count(DISTINCT record_id) FROM people"), whole,
              "and no page is larger than what is said")
    must(database.psql("ALTER SERVER attio OPTIONS (DROP remote_max_limit)"))


@case(WORK)
def refused_offset(emulator, database):
    """An OFFSET that is refused."""
    emulator.switches(max_limit=500, max_offset=50)
    must(database.psql("ALTER SERVER attio OPTIONS (ADD remote_max_limit '500')"))
    far = "SELECT record_id FROM people LIMIT 10 OFFSET 100"
    tap.equal(database.value(far), database.value("SET attio_fdw.push_limit = off; " + far),
              "an OFFSET that Attio refuses is counted by the scan")
    tap.equal(database.value("SELECT created_at FROM people ORDER BY created_at LIMIT 2 OFFSET 100"),
              database.value("SET attio_fdw.push_sort = off; SELECT created_at FROM people ORDER BY created_at "
                             "LIMIT 2 OFFSET 100"), "of sorted rows as well")


run()
