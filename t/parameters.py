#!/usr/bin/env python3
"""Conditions and orders become parameters of a made-up service: groups, arrays, missing values, bounds, orders, keys."""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import must  # noqa: E402
from cases import case, run, tap  # noqa: E402
from made_up import World  # noqa: E402

WORLD = World("attio_parameters")
query = WORLD.query
rows = WORLD.rows

DELAY = 0.15
LENT = "kind = 'lent'"
# Where reading all would cost less.
LOOKUPS = "SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_nestloop = off;"


def habits(library, **change):
    library.call("PUT", "/habits", change, "emulator-key")
    library.asked()


def first_pages(library, path="/loans"):
    """The listings that were asked for, without what says which page."""
    log = [re.sub(r"&?(limit|offset|page_size|page_token)(=[^&]*)?", "", line) for line in library.asked()]
    found = []
    for line in log:
        if line not in found:
            found.append(line)
    return [line[len(f"GET {path}?"):].lstrip("&") for line in found]


def local(where, columns="id"):
    """What PostgreSQL says of a local copy of the loans that these conditions leave."""
    return rows(f"SELECT {columns} FROM copy WHERE {where} ORDER BY 1, 2" if "," in columns
                else f"SELECT {columns} FROM copy WHERE {where} ORDER BY 1")


def same(where, name, table="loans", columns="id"):
    order = "ORDER BY 1, 2" if "," in columns else "ORDER BY 1"
    got = rows(f"SELECT {columns} FROM {table} WHERE {where} {order}")
    tap.equal(got, local(where, columns), name)
    return got


def plan(sql):
    return "\n".join(rows(f"EXPLAIN (COSTS OFF) {sql}"))


def prepare():
    """A local copy of all loans, which are asked for by all shelves."""
    must(query("CREATE TABLE copy AS SELECT * FROM loans WHERE kind = 'lent' AND "
               "shelf_id = ANY (ARRAY(SELECT generate_series(1, 300)))"))


@case(WORLD)
def groups(library):
    prepare()
    library.asked()
    same(f"shelf_id = 7 AND {LENT}", "one group is given")
    tap.equal(first_pages(library), ["shelf=7&kind=lent"], "and sent")
    got = rows("SELECT id, kind FROM loans WHERE desk_id = 3 AND hall = 'south' ORDER BY id")
    tap.equal([line.split("|")[0] for line in got], local("desk_id = 3 AND hall = 'south'"), "or the other")
    tap.equal(first_pages(library), ["desk=3&hall=south"], "and sent")
    same(f"shelf_id = 7 AND {LENT} AND desk_id = 23 AND hall = 'south'", "of both one is sent, the other is checked locally")
    tap.equal(first_pages(library), ["shelf=7&kind=lent"], "the first")
    same(f"shelf_id = 7 AND {LENT} AND desk_id = 23", "half a group behind a whole one is checked locally")
    tap.equal(first_pages(library), ["shelf=7&kind=lent"], "and the whole one sent")
    told = plan(f"SELECT id FROM loans WHERE shelf_id = 7 AND {LENT} AND desk_id = 23")
    tap.ok("Library Local: (desk_id = 23) [not sent with the other conditions]" in told
           and "Library Rechecked: (shelf_id = 7), (kind = 'lent'::text)" in told, "EXPLAIN says so", told)
    for where, missing in (("shelf_id = 7", 'a condition on column "kind"'), (LENT, 'a condition on column "shelf_id"'),
                           ("day > 3", 'conditions on columns "desk_id" and "hall", or "shelf_id" and "kind"')):
        wrong = query(f"SELECT * FROM loans WHERE {where}")
        tap.ok(f'foreign table "loans" cannot be read without {missing}' in wrong.err, f"{where}: what is missing", wrong)
        hint = re.search(r"A query that works: (.*)\. A join", wrong.err)
        tap.ok(hint is not None and not query(hint.group(1)).err, "and a query that works", wrong)
    tap.equal([line for line in first_pages(library) if "shelf=7&" in line], [], "nothing was asked for these")


@case(WORLD)
def both_or_neither(library):
    on = f"shelf_id = 7 AND {LENT}"
    library.asked()
    same(f"{on} AND place = 'attic'", "one of two that go together is checked locally")
    tap.equal(first_pages(library), ["shelf=7&kind=lent"], "and not sent")
    same(f"{on} AND place = 'attic' AND floor = 1", "both together")
    tap.equal(first_pages(library), ["shelf=7&kind=lent&place=attic&floor=1"], "are sent")
    told = plan(f"SELECT id FROM loans WHERE {on} AND place = 'attic'")
    tap.ok("Library Local: (place = 'attic'::text) [not sent with the other conditions]" in told, "EXPLAIN says so", told)
    got = rows(f"{LOOKUPS} SELECT l.id FROM (VALUES (0), (1), (1), (NULL), (9)) f (n) JOIN loans l ON l.floor = f.n AND "
               f"l.place = 'attic' AND {on} ORDER BY 1")
    tap.equal(sorted(got), sorted(local(f"{on} AND place = 'attic' AND floor = 0")
                                  + local(f"{on} AND place = 'attic' AND floor = 1") * 2), "one by a join")
    tap.equal(sorted(first_pages(library)), [f"shelf=7&kind=lent&place=attic&floor={n}" for n in (0, 1, 9)],
              "is looked up with the other")


@case(WORLD)
def arrays(library):
    on = f"shelf_id = 7 AND {LENT}"
    library.asked()
    for condition, sent in (("'r1' = ANY (readers)", ["readers=r1"]), ("readers && ARRAY['r1', 'r2']", ["readers=r1,r2"]),
                            ("readers && ARRAY['r1', 'r2', 'r3', NULL]", ["readers=r1,r2", "readers=r3"]),
                            ("readers @> ARRAY['r1', 'r3']", ["readers=r1"]), ("readers @> '{}'", [""]),
                            ("readers && '{}'", []), ("readers = ARRAY['r4', 'r2']", ["readers=r4"]),
                            ("readers && ARRAY['r1', 'x,y']", [""]), ("NOT 'r1' = ANY (readers)", [""]),
                            ("'r1' = ANY (readers) AND 'r2' = ANY (readers)", ["readers=r1"]),
                            ("keepers = '{}'", ["keeper="]), ("'k1' = ANY (keepers)", ["keeper=k1"]),
                            ("'' = ANY (keepers)", [""]), ("keepers && ARRAY['k1', 'k2']", ["keeper=k1", "keeper=k2"]),
                            ("note IS NULL", ["note=none"]), ("note IS NOT NULL", [""]), ("note = 'none'", [""]),
                            ("note IN ('red', 'blue')", ["note=red", "note=blue"]), ("keepers IS NULL", ["keeper="])):
        same(f"{on} AND {condition}", condition)
        tap.equal(first_pages(library), [f"shelf=7&kind=lent&{text}".rstrip("&") for text in sent], f"sent of {condition}")
    got = rows(f"SELECT r.n, l.id FROM (VALUES ('r1'), ('r2'), ('r2'), (NULL), ('none')) r (n) JOIN loans l "
               f"ON r.n = ANY (l.readers) AND {on} ORDER BY 1, 2")
    wanted = [f"{n}|{each}" for n in ("r1", "r2", "r2") for each in local(f"{on} AND '{n}' = ANY (readers)")]
    tap.equal(got, sorted(wanted), "a join by a value of an array")


@case(WORLD)
def bounds(library):
    on = f"shelf_id = 7 AND {LENT}"
    library.asked()
    for condition, sent in (("until >= 500", "until_from=500"), ("day >= 500", "until_from=500"), ("day < 500", "day_before=500"),
                            ("until <= 500", "day_before=501"), ("day > 300 AND until < 700", "until_from=300&day_before=700"),
                            ("day BETWEEN 300 AND 700", "until_from=300&day_before=701"), ("day = 500", "")):
        same(f"{on} AND {condition}", condition)
        tap.equal(first_pages(library), [f"shelf=7&kind=lent&{sent}".rstrip("&")], f"sent of {condition}")


@case(WORLD)
def ignored(library):
    """A service that does not look at parameters returns everything: the rows are right all the same, each once."""
    habits(library, ignored=["shelf", "kind", "readers", "keeper", "note", "until_from", "sort", "place"])
    for table in ("loans", "loan_notes"):
        for condition in (f"shelf_id = 7 AND {LENT}", f"shelf_id IN (7, 9) AND {LENT} AND note IN ('red', 'blue')",
                          f"shelf_id IN (7, 9) AND {LENT} AND note IS NULL", f"shelf_id = 7 AND {LENT} AND readers && ARRAY['r1', 'r2', 'r3']",
                          f"shelf_id = 7 AND {LENT} AND day > 500"):
            same(condition, f"{table}: {condition}", table)
    got = rows(f"SELECT l.id FROM (VALUES (7), (9), (7), (NULL)) s (n) JOIN loan_notes l ON l.shelf_id = s.n AND {LENT} ORDER BY 1")
    tap.equal(got, local("shelf_id = 7", "id, id") and sorted(local("shelf_id = 7") * 2 + local("shelf_id = 9"), key=int),
              "and in a join of rows without ids")
    habits(library)


@case(WORLD)
def orders(library):
    on = f"shelf_id = 7 AND {LENT}"
    library.asked()
    for table in ("loans", "loans_by_cursor"):
        for order, word in (("day", "day_asc"), ("day DESC", "day_desc"), ("day DESC NULLS LAST", "day_desc")):
            for where in (on, f"{on} AND readers[1] <> 'r1'"):
                sql = f"SELECT id, day FROM %s WHERE {where} ORDER BY {order} LIMIT 4"
                tap.equal(rows(sql % table), rows(sql % "copy"), f"{table} by {order}")
                tap.equal(first_pages(library, f"/{table}"), [f"shelf=7&kind=lent&sort={word}"], "is asked for")
    told = plan(f"SELECT id FROM loans WHERE {on} ORDER BY day DESC LIMIT 3")
    tap.ok("Sort" not in told.replace("Library Sorts: day desc", "") and "sort=day_desc" in told, "EXPLAIN says so", told)
    sql = f"SELECT id, day FROM %s WHERE {on} ORDER BY day, note DESC, id LIMIT 5"
    tap.equal(rows(sql % "loans"), rows(sql % "copy"), "keys behind the first")
    library.asked()
    rows(f"SELECT id FROM loans WHERE {on} ORDER BY day")
    tap.equal(first_pages(library), ["shelf=7&kind=lent"], "who reads all sorts locally")
    sql = "SELECT id, day FROM %s WHERE shelf_id IN (7, 9, 11) AND kind = 'lent' ORDER BY day, id LIMIT 5"
    tap.equal(rows(sql % "loans"), rows(sql % "copy"), "of several listings")
    tap.equal([line for line in first_pages(library) if "sort" in line], [], "none is asked for an order")
    counted = rows(f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) {sql % 'loans'}")
    tap.ok(any("Library Sorted Locally: the rows need several listings" in line for line in counted), "EXPLAIN says why",
           counted)


@case(WORLD)
def orders_not_followed(library):
    on = f"shelf_id = 7 AND {LENT}"
    for table in ("loans", "loans_by_cursor"):
        for direction in ("", "DESC"):
            habits(library, ignored=["sort"])
            sql = f"SELECT id, day FROM %s WHERE {on} ORDER BY day {direction} LIMIT 6"
            tap.equal(rows(sql % table), rows(sql % "copy"), f"{table}: an order that is ignored {direction}")
        habits(library, late=5)
        sql = f"SELECT id, day FROM %s WHERE {on} ORDER BY day LIMIT %d"
        tap.equal(rows(sql % (table, 5)), rows(sql % ("copy", 5)), f"{table}: rows of a page in order")
        wrong = query(sql % (table, 7))
        tap.ok("in another order than requested" in wrong.err, "a later page that is not is an error", wrong)
        again = query(f"DO $$ BEGIN PERFORM id FROM {table} WHERE {on} ORDER BY day LIMIT 7; EXCEPTION WHEN OTHERS THEN NULL; "
                      f"END $$; {sql % (table, 7)}")
        tap.equal(again.out.splitlines(), rows(sql % ("copy", 7)), "and then sorted locally")
    habits(library)
    rescan = (f"SELECT x.n, l.id FROM (VALUES (1), (2), (3)) x (n), LATERAL (SELECT id, x.n + 0 FROM %s WHERE {on} "
              "ORDER BY day LIMIT 7) l ORDER BY 1, 2")
    tap.equal(rows(rescan % "loans"), rows(rescan % "copy"), "a scan that begins again")


def at_once(log):
    """The most that were under way together."""
    times = sorted(entry["at"] for entry in log)
    return max(sum(1 for other in times if at <= other < at + DELAY) for at in times)


@case(WORLD)
def keys(library):
    """200 keys joined, 20 of them again: a listing for each, eight at a time."""
    must(query("CREATE TABLE k AS SELECT n::bigint FROM generate_series(1, 200) n UNION ALL SELECT generate_series(1, 20); "
               "INSERT INTO k VALUES (NULL), (999); ANALYZE k"))
    for table in ("loans", "loans_by_cursor"):
        for join, name in (("JOIN", "inner"), ("LEFT JOIN", "left")):
            sql = f"SELECT k.n, l.id FROM k {join} %s l ON l.shelf_id = k.n AND l.kind = 'lent' ORDER BY 1, 2"
            library.asked()
            got = rows(sql % table)
            asked = library.asked()
            tap.equal(got, rows((sql % "copy")), f"{table}, {name} join")
            listings = [line for line in asked if "offset=0" in line or (table != "loans" and "page_token" not in line)]
            tap.equal(len(listings), 201, "a listing for each key")
            tap.equal(len(asked), len(set(asked)) if table == "loans" else len(asked), "no page twice")
            tap.ok("Library Join" in plan(sql % table), "by lookups")
    sql = "SELECT n FROM k WHERE EXISTS (SELECT FROM %s l WHERE l.shelf_id = k.n AND l.kind = 'lent' AND l.day > 500) ORDER BY 1"
    tap.equal(rows(sql % "loans"), rows(sql % "copy"), "semijoin")
    sql = sql.replace("EXISTS", "NOT EXISTS")
    tap.equal(rows(sql % "loans"), rows(sql % "copy"), "antijoin")
    for table in ("loans", "loans_by_cursor"):
        library.forget()
        library.faults({"delay_ms": int(DELAY * 1000)})
        must(query(f"SELECT count(l.id) FROM (SELECT n FROM k WHERE n < 60) k JOIN {table} l ON l.shelf_id = k.n AND l.{LENT}"))
        library.faults()
        together = at_once([entry for entry in library.log() if entry["path"].startswith(f"/{table}")])
        tap.ok(6 <= together <= 8, f"{table}: {together} under way together")
    library.asked()
    loop = ("SET enable_hashjoin = off; SET enable_mergejoin = off; SELECT count(*), count(l.id) FROM k LEFT JOIN loans l ON "
            "l.shelf_id = k.n AND l.kind = 'lent' AND l.day + 0 > k.n WHERE k.n < 30")
    tap.equal(rows(loop), rows(loop.replace("loans", "copy")), "nested loops")


@case(WORLD)
def walks(library):
    library.asked()
    tap.equal(rows("SELECT shelf_id, count(*) FROM visits GROUP BY 1 ORDER BY 1"), ["1|5", "2|10", "3|15", "4|20"],
              "without a shelf all that are known are walked, though ids are the same in each")
    told = plan("SELECT * FROM visits")
    tap.ok("Library Walks: visits over shelves" in told, "EXPLAIN says what is walked", told)
    library.asked()
    tap.equal(rows("SELECT shelf_id, count(*) FROM visits WHERE shelf_id IN (2, 7, 99) GROUP BY 1 ORDER BY 1"), ["2|10", "7|35"],
              "those that are named, and none of one that is not there")
    tap.equal(sorted({line.split("/")[2] for line in library.asked()}), ["2", "7", "99"], "no other is asked for")
    tap.ok("Walks" not in plan("SELECT * FROM visits WHERE shelf_id = 2"), "EXPLAIN says nothing then")
    tap.equal(rows("SELECT shelf_id, count(*) FROM visits WHERE who = 'Bo' GROUP BY 1 ORDER BY 1"), ["1|2", "2|5", "3|7", "4|10"],
              "walked with another parameter")
    asked = library.asked()
    tap.ok(all("who=Bo" in line for line in asked), "which is sent to each", asked)
    span = "came_at >= '2026-01-03' AND came_at < '2026-02-01'"
    got = rows(f"SELECT shelf_id, count(*) FROM visits WHERE {span} GROUP BY 1 ORDER BY 1")
    tap.equal(got, ["1|4", "2|9", "3|14", "4|15"], "windows of a span, of each shelf")
    tap.equal(len({re.sub("limit.*", "", line) for line in library.asked()}), 12, "three windows of four shelves")
    got = rows("SELECT n, count(v.id) FROM (VALUES (1), (3), (3), (77), (NULL)) k (n) LEFT JOIN visits v ON v.shelf_id = k.n "
               "GROUP BY 1 ORDER BY 1")
    tap.equal(got, ["1|5", "3|30", "77|0", "|0"], "a join by the shelf")
    tap.equal(sorted({line.split("/")[2] for line in library.asked()}), ["1", "3", "77"], "walks nothing")
    library.asked()
    tap.equal(rows("SELECT id, shelf_id FROM visits WHERE shelf_id = 4 ORDER BY came_at DESC LIMIT 3"), ["19|4", "18|4", "17|4"],
              "an order of one shelf")
    tap.equal([line for line in library.asked() if "sort" not in line], [], "is asked for")
    tap.equal(rows("SELECT id, shelf_id FROM visits ORDER BY came_at DESC LIMIT 3"), ["19|4", "18|4", "17|4"], "of all shelves")
    tap.equal([line for line in library.asked() if "sort" in line], [], "is not")


@case(WORLD)
def writes(library):
    """A scan that must be read before the statement writes is asked for with the parameters that stay the same."""
    library.asked()
    sql = ("UPDATE shelves SET places = 10 WHERE id = 1 RETURNING "
           "(SELECT count(*) FROM books b WHERE b.shelf_id = 3 AND b.id > shelves.places)")
    tap.equal(rows(sql), ["10"], "books of one shelf, whatever the row")
    tap.ok(any(line.startswith("GET /shelves/3/books") for line in library.asked()), "are asked for by it")
    wrong = query(sql.replace("b.shelf_id = 3", "b.shelf_id = shelves.id"))
    tap.ok('would read foreign table "books" after it has begun to write' in wrong.err,
           "books of the row's shelf are an error", wrong)


run()
