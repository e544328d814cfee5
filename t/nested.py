#!/usr/bin/env python3
"""Fields that are more than one member, and rows that stand in documents: crates of books, by offset."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from cases import case, run, tap  # noqa: E402
from made_up import World  # noqa: E402

WORLD = World("attio_nested")
query = WORLD.query
rows = WORLD.rows


def stock(library, **change):
    library.call("PUT", "/stock", change, "emulator-key")
    library.asked()


def all_books(sizes):
    return [f"{crate}|{i + 1}|{crate}.{i}" for crate, size in enumerate(sizes) for i in range(size)]


@case(WORLD)
def offsets(library):
    """The number of crates, not of books, says where the next page begins and which page is the last."""
    for sizes in ([1] * 4, [0] * 4, [3, 0, 0, 0, 0, 0, 0, 0, 0, 2, 1], [0] * 9, [9, 9], [5] * 13, [0, 0, 0, 7], [],
                  [0] * 12 + [1], [1] + [0] * 12):
        stock(library, sizes=sizes)
        tap.equal(rows('SELECT crate, "position", title FROM stock'), all_books(sizes), f"all books of crates {sizes}")
    stock(library, sizes=[0] * 9)
    rows("SELECT * FROM stock")
    tap.equal(library.asked(), [f"GET /stock?limit=4&offset={at}" for at in (0, 3, 6)],
              "pages overlap by a crate, though it is empty")
    stock(library, sizes=[1] * 20)
    tap.equal(rows("SELECT count(*) FROM stock WHERE crate < 10"), ["10"], "ten crates")
    must_not = query("SELECT count(*) FROM stock WHERE title = '3.0'; SELECT * FROM stock LIMIT 0")
    tap.equal(must_not.out.splitlines()[:1], ["1"], "one by its title")


@case(WORLD)
def moving(library):
    """The overlap is checked by the crate's id, whether or not books stand in it."""
    for sizes in ([1] * 9, [0] * 9, [2, 0] * 5):
        stock(library, sizes=sizes, moves=True)
        lost = query("SELECT count(*) FROM stock")
        tap.ok("the data changed in Library while it was read" in lost.err, f"crates {sizes} that move are noticed", lost)


@case(WORLD)
def twice(library):
    """A crate that several listings return counts once, with all its books."""
    stock(library, sizes=[3, 2, 0, 4])
    found = rows("SELECT crate, \"position\", title FROM stock WHERE title IN ('0.0', '0.2', '3.1') ORDER BY 1, 2")
    tap.equal(found, ["0|1|0.0", "0|3|0.2", "3|2|3.1"], "each row that was asked for, once")
    tap.equal(sorted(library.asked()), [f"GET /stock?keyword={title}&limit=4&offset=0" for title in ("0.0", "0.2", "3.1")],
              "by a listing for each")
    found = rows("SELECT s.title FROM (VALUES ('0.0'), ('0.1'), ('0.1'), ('1.1'), ('x')) v (t) JOIN stock s ON s.title = v.t "
                 "ORDER BY 1")
    tap.equal(found, ["0.0", "0.1", "0.1", "1.1"], "likewise in a join")


@case(WORLD)
def fields(library):
    stock(library, sizes=[0, 0, 5])
    tap.equal(rows("SELECT title, authors, labels FROM stock"),
              ["2.0||{L0,L1}", "2.1|{A0}|{L0,L1}", "2.2|{A0,A1}|{L0,L1}", "2.3|{A0,A1,A2}|{L0,L1}",
               "2.4|{A0,A1,A2,A3}|{L0,L1}"],
              "a member of each element of an array, of the row and of its document")
    tap.equal(rows("SELECT coalesce(author_list, '0') FROM stock WHERE title IN ('2.0', '2.1')"),
              ["0", '[{"name": {"last": "A0"}}]'],
              "the whole array as jsonb")
    tap.equal(rows("SET timezone = 'America/New_York'; SELECT title, published AT TIME ZONE 'UTC' FROM stock"),
              ["2.0|2024-02-29 00:00:00", "2.1|2024-03-01 12:00:00.123456", "2.2|", "2.3|2024-02-29 00:00:00",
               "2.4|2024-03-01 12:00:00.123456"],
              "the first of two members that has a value; a date is midnight UTC")
    tap.equal(rows("SET intervalstyle = sql_standard; SELECT extract(epoch FROM reading_time) FROM stock"),
              ["90.000000", "2.500000", "", "0.000000", "-3600.250000"], "seconds")
    tap.equal(rows("SELECT crate FROM stock WHERE 'A3' = ANY (authors)"), ["2"], "conditions are checked")


@case(WORLD)
def odd_elements(library):
    stock(library, sizes=[1])
    for authors, wanted in (([], "{}"), ([{"name": {"last": None}}, {"name": {}}, {}, {"name": None}], "{NULL,NULL,NULL,NULL}"),
                            ([{"name": {"last": "a,b"}}, None], '{"a,b",NULL}')):
        stock(library, book={"authors": authors})
        tap.equal(rows("SELECT authors FROM stock"), [wanted], f"authors {authors}")
    for authors, word in ((["x"], 'an element of field "authors" is not an object'), ({"name": 1}, "not an array"),
                          ("x", "not an array"), ([{"name": {"last": "a"}}, 7], "is not an object")):
        stock(library, book={"authors": authors})
        wrong = query("SELECT authors FROM stock")
        tap.ok(word in wrong.err and 'column "authors"' in wrong.err, f"authors {authors} are refused", wrong)
    stock(library, book={"authors": None, "seconds": "1 day"})
    tap.equal(rows("SELECT reading_time FROM stock"), ["1 day"], "a text is read as an interval, too")
    stock(library, book={"seconds": 1e300})
    wrong = query("SELECT reading_time FROM stock")
    tap.ok("ERROR" in wrong.err and "reading_time" in wrong.err, "more seconds than an interval holds", wrong)
    stock(library, crate={"books": [{"title": "a"}]})
    wrong = query("SELECT * FROM stock")
    tap.ok("returned a row without its id" in wrong.err and '"books"' in wrong.err, "a crate without its id", wrong)
    stock(library, crate={"crate": 1, "books": {}})
    wrong = query("SELECT * FROM stock")
    tap.ok("ERROR" in wrong.err, "books that are no array", wrong)


@case(WORLD)
def scalar_column(library):
    """Over an array of objects a column that is no array shows the array itself."""
    stock(library, sizes=[0, 2])
    tap.equal(rows("CREATE FOREIGN TABLE s (a jsonb OPTIONS (field 'authors')) SERVER library OPTIONS (resource 'stock'); "
                   "SELECT coalesce(a, '0') FROM s; DROP FOREIGN TABLE s"), ["0", '[{"name": {"last": "A0"}}]'], "as it came")


run()
