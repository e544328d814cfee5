#!/usr/bin/env python3
"""attio_fdw_sync() where hundreds of attributes have taken each other's slugs: in a row, and in a circle."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import Workspace, must  # noqa: E402
from cases import case, run, tap  # noqa: E402

MANY = 400
# What took minutes when each column looked for the others among all of them: this is no measurement, but a bound.
BOUND = "SET statement_timeout = '30s'; "
COLUMNS = ("SELECT attname, o.option_value FROM pg_attribute a, pg_options_to_table(attfdwoptions) o "
           "WHERE attrelid = 'workspaces'::regclass AND o.option_name = 'attribute_id' AND attname LIKE 'more%'")


def rename(attribute, slug):
    return {"do": "rename", "kind": "objects", "slug": "workspaces", "attribute": attribute, "to": slug}


def prepare(emulator, database):
    emulator.mutate(*({"do": "add", "kind": "objects", "slug": "workspaces", "attribute": f"more_{i}", "type": "text"}
                      for i in range(MANY)))
    must(database.psql("IMPORT FOREIGN SCHEMA objects LIMIT TO (workspaces) FROM SERVER attio INTO crm"))


WORK = Workspace("--scale", "3", options="", schema=None, before=prepare)


def follow(emulator, database, what):
    """The columns are called as their attributes are, and a second run says nothing."""
    must(database.psql(f"{BOUND} SELECT FROM attio_fdw_sync('crm', apply => true)"))
    columns = dict(line.split("|") for line in database.value(COLUMNS).split("\n"))
    slugs = {a["api_slug"]: a["id"]["attribute_id"] for page in range(0, 2 * MANY, 50)
             for a in emulator.get(f"/v2/objects/workspaces/attributes?limit=50&offset={page}")}
    tap.equal({name: slugs[name] for name in columns}, columns, what)
    tap.equal(database.value(f"{BOUND} SELECT count(*) FROM attio_fdw_sync('crm')"), "0", "and nothing is left to do")


@case(WORK)
def in_a_row(emulator, database):
    """Each has got the next one's slug, of which only the last was free."""
    emulator.mutate(*(rename(f"more_{i}", f"more_{i + 1}") for i in reversed(range(MANY))))
    follow(emulator, database, f"a row of {MANY}")


@case(WORK)
def in_a_circle(emulator, database):
    """No slug was free: the last has got the first one's."""
    first = 1
    emulator.mutate(rename(f"more_{MANY}", "more_aside"), *(rename(f"more_{i}", f"more_{i + 1}") for i in reversed(range(first, MANY))),
                    rename("more_aside", f"more_{first}"))
    follow(emulator, database, f"a circle of {MANY}")


run()
