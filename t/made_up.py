#!/usr/bin/env python3
"""A made-up service is read, filtered, joined and written by SQL; only test/module/made_up.c knows it."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import KEY  # noqa: E402
from cases import case, run, tap  # noqa: E402
from made_up import World  # noqa: E402

WORLD = World("attio_made_up")
query = WORLD.query
rows = WORLD.rows


def quoted(text):
    return "E'" + text.replace("\\", "\\\\").replace("'", "''").replace("\n", "\\n").replace("\t", "\\t") + "'"


@case(WORLD)
def cursors(library):
    library.asked()
    tap.equal(rows("SELECT count(*), sum(id), max(name) FROM shelves"), ["12|78|Shelf 9"], "all pages are read")
    tap.equal(library.asked(), ["GET /shelves?page_size=5"] + ["GET /shelves?page_size=5&page_token"] * 2,
              "each page says where the next one begins")
    tap.equal(rows("SELECT pg_typeof(id), id FROM shelves LIMIT 1"), ["bigint|1"], "an id is a number")


@case(WORLD)
def nested_rows(library):
    library.asked()
    found = rows("SELECT shelf_id, id, title, language FROM books WHERE shelf_id = 3 ORDER BY id")
    tap.equal(len(found), 10, "rows that stand in crates are all there")
    tap.equal(found[3], "3|330|Book 3.0 of 3|en", "and each shows the shelf that was asked for")
    tap.equal(library.asked(), ["GET /shelves/3/books?page_size=2"] + ["GET /shelves/3/books?page_size=2&page_token"] * 2,
              "a page is counted in crates")


@case(WORLD)
def parameters(library):
    library.asked()
    tap.equal(rows("SELECT id FROM books WHERE shelf_id IN (1, 2) AND language = 'fi' AND title LIKE '%1 of%' ORDER BY 1"),
              ["121", "131", "141", "221", "231", "241"], "conditions become parameters, others are checked locally")
    tap.equal([line for line in library.asked() if "page_token" not in line],
              [f"GET /shelves/{i}/books?language=fi&page_size=2" for i in (1, 2)], "one listing for each shelf")
    tap.equal(rows("SELECT id FROM shelves WHERE id IN (1, 2, 7, 8, 9) AND places > 10"), ["2", "7", "8", "9"],
              "of ids, so many in one request")
    tap.equal(library.asked(), ["GET /shelves?ids=1&ids=2&ids=7&ids=8&page_size=5", "GET /shelves?ids=9&page_size=5"],
              "by the parameter that takes them")
    plan = "\n".join(rows("EXPLAIN (COSTS OFF) SELECT * FROM books WHERE shelf_id = 3 AND language = 'fi'"))
    tap.ok("Library Request: GET /shelves/{shelf}/books" in plan and "Library Exact: (shelf_id = 3)" in plan
           and "Library Rechecked: (language = 'fi'::text)" in plan, "EXPLAIN names the service", plan)
    library.asked()
    missing = query("SELECT * FROM books")
    tap.ok('without a condition on column "shelf_id"' in missing.err, "a required parameter is missed by name", missing)
    tap.equal(library.asked(), [], "before anything is asked")


@case(WORLD)
def own_errors(_library):
    wrong = query("SELECT * FROM books WHERE shelf_id = 99")
    tap.ok("Library refused the request: There is no shelf 99." in wrong.err and "P0002" in wrong.err,
           "an error body of the service's own is told in its words", wrong)
    wrong = query("CREATE FOREIGN TABLE t (id bigint) SERVER library OPTIONS (resource 'shelf'); SELECT * FROM t")
    tap.ok('Perhaps you meant "shelves"' in wrong.err, "its resources are suggested", wrong)
    wrong = query("ALTER SERVER library OPTIONS (ADD workspace_id '97052eb9-e65e-443f-a297-f2d9a4a7f795')")
    tap.ok("workspace_id" in wrong.err, "an option of another service's is refused", wrong)


@case(WORLD)
def joins(library):
    library.asked()
    tap.equal(rows("SELECT s.name, count(*), min(b.title) FROM shelves s JOIN books b ON b.shelf_id = s.id "
                   "WHERE s.places < 30 GROUP BY 1 ORDER BY 1"),
              ["Shelf 1|10|Book 1.0 of 1", "Shelf 2|10|Book 1.0 of 2"], "a join gives the required parameter")
    # (both are under way at once)
    tap.equal(sorted(line for line in library.asked() if "books" in line and "page_token" not in line),
              [f"GET /shelves/{i}/books?page_size=2" for i in (1, 2)], "by a lookup for each shelf")


@case(WORLD)
def writes(library):
    library.asked()
    tap.equal(rows("INSERT INTO shelves (name, places) VALUES ('New', 3), ('Other', NULL) RETURNING id, name, places"),
              ["13|New|3", "14|Other|"], "rows are created, and shown as the service made them")
    tap.equal(library.asked(), ["POST /shelves"] * 2, "by a request each")
    tap.equal(rows("UPDATE shelves SET places = places + 1 WHERE id = 13 RETURNING places"), ["4"], "a row is updated")
    tap.equal(rows("DELETE FROM shelves WHERE id IN (13, 14) RETURNING id, name"), ["13|New", "14|Other"],
              "rows are deleted")
    tap.equal([line for line in library.asked() if not line.startswith("GET")],
              ["PUT /shelves/13", "DELETE /shelves/13", "DELETE /shelves/14"], "by their ids")
    tap.equal(rows("SELECT count(*) FROM shelves"), ["12"], "as before")
    wrong = query("UPDATE shelves SET places = -1 WHERE id = 1")
    tap.ok("A shelf has places." in wrong.err, "a refused write is told in the service's words", wrong)
    wrong = query("INSERT INTO books (shelf_id, title) VALUES (1, 'x')")
    tap.ok("does not allow inserts" in wrong.err, "what has no method cannot be written", wrong)


def looked_for(library):
    """What finds were asked for since the last time: shelf, words, how many."""
    told = library.call("GET", "/bodies", key=KEY)["bodies"]
    return sorted((body["where"][0]["shelf"], body["look"]["for"], body["most"]) for body in told)


@case(WORLD)
def bodies(library):
    looked_for(library)
    tap.equal(rows("SELECT shelf_id, position, title FROM finds WHERE shelf_id = 3 AND words = 'red'"),
              [f"3|{i + 1}|3.{i} red" for i in range(6)], "rows show what was asked for, and where they stand")
    tap.equal(looked_for(library), [("3", "red", 6)], "by a body, for all that there can be, whatever the size of a page")
    odd = 'a"b\\{shelf}"{words}"\n\t\u00e9'
    tap.equal(rows(f"SELECT count(*) FROM finds WHERE shelf_id = 1 AND words = {quoted(odd)}"), ["6"], "any text")
    tap.equal(looked_for(library), [("1", odd, 6)], "as JSON writes it; a name in it is no name")
    tap.equal(rows("SELECT count(*) FROM finds WHERE shelf_id IN (1, 2) AND words IN ('red', 'blue')"), ["24"], "of many")
    tap.equal(looked_for(library), [(s, w, 6) for s in "12" for w in ("blue", "red")], "each is a request")
    tap.equal(rows("SELECT count(*) FROM (VALUES (1, 'red'), (2, 'blue')) v (s, w) JOIN finds ON shelf_id = s AND words = w"),
              ["12"], "a join gives them, too")
    tap.equal(looked_for(library), [("1", "red", 6), ("2", "blue", 6)], "by a request for each pair")
    tap.equal(rows("SELECT title FROM finds WHERE shelf_id = 4 AND words = 'x' LIMIT 2"), ["4.0 x", "4.1 x"], "LIMIT")
    tap.equal(rows("SELECT title FROM finds WHERE shelf_id = 4 AND words = 'x' OFFSET 1 LIMIT 2"), ["4.1 x", "4.2 x"],
              "and OFFSET")
    tap.equal(looked_for(library), [("4", "x", 2), ("4", "x", 3)], "are sent as one number")
    tap.equal(rows("SELECT title FROM finds WHERE shelf_id = 4 AND words = 'x' AND title LIKE '%4%' LIMIT 1"), ["4.0 x"],
              "not where rows are checked here")
    tap.equal(looked_for(library), [("4", "x", 6)], "because others may count")
    tap.equal(rows("SELECT shelf_id, count(*) FROM finds WHERE words = 'red' GROUP BY 1 ORDER BY 1"),
              [f"{i}|6" for i in (1, 2, 3, 4)], "what the parents say need not be asked for")
    tap.equal(looked_for(library), [(str(i), "red", 6) for i in (1, 2, 3, 4)], "by a request for each")
    missing = query("SELECT * FROM finds WHERE shelf_id = 1")
    tap.ok('without a condition on column "words"' in missing.err, "what they do not say must be", missing)
    plan = "\n".join(rows("EXPLAIN (COSTS OFF) SELECT * FROM finds WHERE shelf_id = 3 AND words = 'red'"))
    tap.ok('Library Body: {"look":{"for":"red"},"where":[{"shelf":"3"}]}' in plan, "EXPLAIN shows the body", plan)


run()
