#!/usr/bin/env python3
"""Where rows and cursors stand in an answer, how ids compare, and what walks make of pages; nothing is asked for."""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import MODULES, ROOT, Workspace, must  # noqa: E402
from cases import case, run, tap  # noqa: E402


def prepare(_emulator, database):
    must(database.psql(f"\\set module '{MODULES}/attio_fdw_test.so'\n\\i {ROOT}/test/module/functions.sql"))


WORK = Workspace(options="", before=prepare)


def literal(value):
    return "NULL" if value is None else "$q$" + value + "$q$"


def rows(database, answer, fields, rows_path="data", each=None, following=None):
    """The lines that attio_test_rows() makes of an answer."""
    text = answer if isinstance(answer, str) else json.dumps(answer)
    listed = ", ".join(literal(field) for field in fields)
    result = database.psql(f"SELECT attio_test_rows({literal(text)}, {literal(rows_path)}, {literal(each)}, "
                           f"{literal(following)}, ARRAY[{listed}]::text[])")
    return (result.out or result.err).split("\n")


def walk(database, way, pages):
    """The lines that attio_test_walk() makes of pages."""
    result = database.psql(f"SELECT attio_test_walk({literal(way)}, {literal(json.dumps(pages))})")
    return (result.out or result.err).split("\n")


def compare(database, kind, one, other):
    return must(database.psql(f"SELECT attio_test_rowid('{kind}', {literal(one)}, {literal(other)})")).out


@case(WORK)
def places(_emulator, database):
    answer = {"pagination": {"next_cursor": "abc"}, "data": [{"id": 1}, {"id": 2}], "rest": []}
    tap.equal(rows(database, answer, ["id"], following="pagination.next_cursor"), ["1", "2", "next abc"],
              "a cursor before the rows")
    answer = {"data": [{"id": 1}], "next_page_token": 17}
    tap.equal(rows(database, answer, ["id"], following="nextPageToken|next_page_token"), ["1", "next 17"],
              "a cursor behind the rows, under its second name, a number")
    for empty in ({"data": []}, {"data": [], "next": None}, {"data": [], "next": ""}):
        tap.equal(rows(database, empty, ["id"], following="next"), ["next -"], f"no cursor: {empty}")
    both = {"data": [{"id": 1}], "events": [{"id": 2}, {"id": 3}]}
    tap.equal(rows(database, both, ["id"], "events|data"), ["2", "3", "next -"], "the better of two places, behind the other")
    tap.equal(rows(database, both, ["id"], "data|events"), ["1", "next -"], "the better of two places, before the other")
    tap.equal(rows(database, {"a": {"b": [{"id": 4}]}}, ["id"], "a.b"), ["4", "next -"], "a place inside an object")
    tap.equal(rows(database, [{"id": 5}], ["id"], ""), ["5", "next -"], "an answer that is an array of rows")
    tap.equal(rows(database, '{"data":[{"id":1}],"data":[{"id":2}]}', ["id"]), ["1", "next -"],
              "of two members of one name the first")
    for other in ('{"other":[]}', '{"data":{}}', '{"data":null}', "[]", "7"):
        tap.equal(rows(database, other, ["id"]), ["shape"], f"no rows: {other}")


@case(WORK)
def inside_documents(_emulator, database):
    threads = {"data": [{"id": "t1", "comments": [{"id": "c1"}, {"id": "c2", "by": {"name": "x"}}], "object": "o1"},
                        {"id": "t2", "comments": [], "object": "o2"},
                        {"id": "t3", "object": "o3"},
                        {"id": "t4", "comments": None, "object": "o4"},
                        {"object": "o5", "comments": [{"id": "c5"}]}],
               "next": "n"}
    tap.equal(rows(database, threads, ["id", "by.name", "../id", "../object"], each="comments", following="next"),
              ["c1,-,t1,o1", "c2,x,t1,o1", "c5,-,-,o5", "next n"],
              "rows share the fields of their document, before and behind them")
    tap.equal(rows(database, {"data": [{"a": {"b": [{"id": 1}, {"id": 2}]}}]}, ["id"], each="a.b"), ["1", "2", "next -"],
              "rows deep inside a document")
    tap.equal(rows(database, {"data": [{"comments": {"id": 1}}]}, ["id"], each="comments"), ["shape"],
              "a document whose rows are not an array")
    both = {"data": [{"comments": [{"id": 1}]}], "threads": [{"comments": [{"id": 2}]}]}
    tap.equal(rows(database, both, ["id"], "threads|data", "comments"), ["2", "next -"], "documents in the better place")
    tap.ok("no document around the rows" in rows(database, {"data": [{"id": 1}]}, ["../id"])[0],
           "no document, no field of it")


@case(WORK)
def ids(_emulator, database):
    numbers = ["-9223372036854775808", "-10", "-9", "0", "9", "10", "9223372036854775807"]
    for one, other in zip(numbers, numbers[1:]):
        tap.equal(compare(database, "bigint", one, other), "-1", f"{one} before {other}")
    tap.equal(compare(database, "bigint", "007", "7"), "0", "one number, one id")
    for wrong in ("", "-", "1.5", "1e3", "9223372036854775808", "-9223372036854775809", "abc"):
        tap.equal(compare(database, "bigint", wrong, "1"), "", f"not a bigint: {wrong!r}")
    uuid = "97052eb9-e65e-443f-a297-f2d9a4a7f795"
    tap.equal(compare(database, "uuid", uuid, uuid.upper()), "0", "a uuid in capitals")
    tap.equal(compare(database, "uuid", uuid, uuid[:-1]), "", "not a uuid")
    tap.equal(compare(database, "text", "a", "ab"), "-1", "a text before a longer one")
    tap.equal(compare(database, "text", "x" * 80, "x" * 80), "0", "a long text is itself")
    tap.ok(compare(database, "text", "x" * 80, "x" * 79 + "y") in ("-1", "1"), "and no other")


@case(WORK)
def by_cursor(_emulator, database):
    pages = [{"ids": [1, 2], "next": "a"}, {"ids": [], "next": "b"}, {"ids": [3], "next": "c"}, {"ids": [4]}]
    tap.equal(walk(database, "by cursor", pages),
              ["on 1 2 | by cursor 2 a", "on | by cursor 2 b", "on 3 | by cursor 3 c", "end 4 | by cursor 4 c"],
              "to the page without a cursor, over an empty one")
    pages = [{"ids": [1], "next": "a"}, {"ids": [2], "next": "b"}, {"ids": [3], "next": "a"}]
    tap.equal(walk(database, "by cursor", pages)[2].split(" ")[0], "circle", "a cursor that came before")
    for again in ([{"ids": [1, 2], "next": "a"}, {"ids": [3, 2]}], [{"ids": [1], "next": "a"}, {"ids": [2, 3, 2]}]):
        tap.equal(walk(database, "by cursor", again)[1].split(" ")[0], "lost", f"a row that comes again: {again}")
    apart = [{"ids": [1], "next": "a"}, {"ids": [2], "next": "b"}, {"ids": [1]}]
    tap.equal(walk(database, "by cursor", apart)[2].split(" |")[0], "end 1", "two pages apart nobody remembers it")


@case(WORK)
def by_offset(_emulator, database):
    tap.equal(walk(database, "once", [{"ids": [3, 1, 2]}]), ["end 3 1 2 | once 0 -"], "all in one answer, in any order")
    pages = [{"ids": [1, 2, 3], "limit": 3}, {"ids": [3, 4], "limit": 3}]
    tap.equal(walk(database, "as listed", pages), ["on 1 2 3 | as listed 2 -", "end 4 | as listed 3 -"],
              "pages overlap by a row")
    pages = [{"ids": [1, 2, 3], "limit": 3}, {"ids": [4], "limit": 3}]
    tap.equal(walk(database, "as listed", pages)[1].split(" ")[0], "lost", "without the overlap rows moved")
    pages[1]["ids"] = []
    tap.equal(walk(database, "as listed", pages)[1].split(" ")[0], "lost", "and an empty page is no end behind others")
    many = list(range(100))
    pages = [{"ids": many, "limit": 100}, {"ids": [101], "limit": 100}, {"ids": [50, 99, 101], "limit": 100}]
    tap.equal([line.split(" |")[0].split(" ")[0] + " " + line.split(" |")[0].split(" ")[-1]
               for line in walk(database, "by id", pages)], ["on 99", "again again", "end 101"],
              "in id order a page that does not overlap is asked for again, further back")
    pages = [{"ids": many, "limit": 100}, {"ids": [99, 98], "limit": 100}, {"ids": [1, 2, 98, 200], "limit": 100}]
    tap.equal([line.split(" ")[0] for line in walk(database, "by id", pages)], ["on", "other", "end"],
              "out of id order: another walk")
    tap.equal(walk(database, "by id", pages)[2], "end 200 | by creation 3 -", "which leaves out what was handed out")
    pages = [{"ids": [9, 4], "limit": 2}, {"ids": [4, 5, 9], "limit": 64}]
    tap.equal(walk(database, "one page", pages), ["on 9 4 | by id 0 -", "end 5 | by id 2 -"],
              "one page, and then all others in earnest")
    tap.equal(walk(database, "by creation", [{"ids": [2, 1], "limit": 9}])[0].split(" ")[0], "broken",
              "not in the order that was asked for")


run()
