#!/usr/bin/env python3
"""Definitions that come in several pages are whole: with 600 attributes, with pages that are cut, while they move."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import Workspace, must  # noqa: E402
from cases import case, run, tap  # noqa: E402

MANY = 600
FIRST_PAGE = {"path": "/attributes.*offset=0$"}


def prepare(emulator, _database):
    emulator.mutate(*({"do": "add", "kind": "objects", "slug": "workspaces", "attribute": f"more_{i}", "type": "number"}
                      for i in range(MANY)))


WORK = Workspace("--scale", "20", before=prepare)
IMPORT = ("DROP SCHEMA IF EXISTS again CASCADE; CREATE SCHEMA again; IMPORT FOREIGN SCHEMA objects LIMIT TO (workspaces) "
          "FROM SERVER attio INTO again OPTIONS (columns 'all')")
COLUMNS = ("SELECT count(*), count(DISTINCT attname) FROM pg_attribute WHERE attrelid = 'again.workspaces'::regclass "
           "AND attnum > 0 AND attname LIKE 'more%'")


def pages(emulator):
    """The offsets that were asked for, in order."""
    return [int(e["path"].rsplit("offset=", 1)[1]) for e in emulator.log() if "offset=" in e["path"]]


@case(WORK)
def all_of_them(emulator, database):
    """Each attribute is a column, has a value, and can be written."""
    emulator.forget()
    must(database.psql(IMPORT))
    tap.equal(database.value(COLUMNS), f"{MANY}|{MANY}", f"each of {MANY} attributes is one column")
    offsets = pages(emulator)
    tap.equal(sorted(offsets), sorted(set(offsets)), "no page is asked for twice")
    tap.ok(13 <= len(offsets) <= 22, f"{len(offsets)} pages are asked for, at most those of three steps")
    row = "(SELECT record_id FROM again.workspaces ORDER BY record_id LIMIT 1)"
    columns = [f"more_{i}" for i in (0, 48, 49, 50, 255, 256, MANY - 1)]
    must(database.psql(f"UPDATE again.workspaces SET {', '.join(f'{c} = {i + 1}' for i, c in enumerate(columns))} "
                       f"WHERE record_id = {row}"))
    tap.equal(database.value(f"SELECT {', '.join(columns)} FROM again.workspaces WHERE record_id = {row}"),
              "1|2|3|4|5|6|7", "columns of all pages are written and read")
    tap.equal(database.value(f"SELECT count(*) FROM again.workspaces WHERE more_{MANY - 1} = 7"), "1",
              "a condition on the last of them")


@case(WORK)
def cut_pages(emulator, database):
    """Whoever answers fewer than asked for is followed to the end."""
    for most in (10, 30):
        emulator.switches(definition_limit=most)
        must(database.psql(IMPORT))
        tap.equal(database.value(COLUMNS), f"{MANY}|{MANY}", f"each once where pages are cut at {most}")
    emulator.switches(definition_limit=0)


@case(WORK)
def moving(emulator, database):
    """An attribute is archived between two pages: those behind it move up, and none is lost."""
    attributes = [a["api_slug"] for a in emulator.get("/v2/objects/workspaces/attributes?limit=1000")]
    emulator.faults({"match": FIRST_PAGE, "times": 1,
                     "after": [{"do": "archive", "kind": "objects", "slug": "workspaces", "attribute": "more_3"}]})
    must(database.psql(IMPORT))
    emulator.faults()
    tap.equal(database.value(COLUMNS), f"{MANY - 1}|{MANY - 1}", "an archived attribute moves no other out of sight")
    tap.equal(len(emulator.get("/v2/objects/workspaces/attributes?limit=1000")), len(attributes) - 1, "(it is archived)")

    emulator.faults(*({"match": FIRST_PAGE, "times": 1,
                       "after": [{"do": "archive", "kind": "objects", "slug": "workspaces", "attribute": f"more_{i}"}]}
                      for i in range(10, 20)))
    result = database.psql(IMPORT)
    emulator.faults()
    tap.ok("40001" in result.err and "changed in Attio while they were read" in result.err,
           "attributes that move each time are an error", result)


run()
