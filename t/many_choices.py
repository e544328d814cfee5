#!/usr/bin/env python3
"""An attribute with as many options as one may have: conditions, and values that hold many of them."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import QUICK, Workspace, must  # noqa: E402
from cases import case, run, tap  # noqa: E402

MANY = 1000
TITLES = [f"title {i}" for i in range(MANY)]
SUGGESTIONS = 20    # unknown titles of a filter for which the nearest one is named
ONE = "record_id = (SELECT min(record_id::text)::uuid FROM workspaces)"


def prepare(emulator, database):
    emulator.mutate(*({"do": "add", "kind": "objects", "slug": "workspaces", "attribute": slug, "type": "select", "multi": multi,
                       "choices": TITLES} for slug, multi in (("one", False), ("several", True))))
    must(database.psql("IMPORT FOREIGN SCHEMA objects LIMIT TO (workspaces) FROM SERVER attio INTO crm"))


WORK = Workspace("--scale", "3", options=QUICK, schema=None, before=prepare)


def listed(texts):
    return ", ".join(f"'{text}'" for text in texts)


@case(WORK)
def unknown_titles(_emulator, database):
    """Each title that does not exist is told of; the nearest one is looked for of the first ones only."""
    wrong = [f"titel {i}" for i in range(MANY)]
    result = must(database.psql(f"SET client_min_messages = notice; SELECT count(*) FROM workspaces WHERE one IN ({listed(wrong)})"))
    told = [line for line in result.err.split("\n") if "has no option" in line]
    tap.equal((result.out, len(told), result.err.count("Perhaps you meant")), ("0", MANY, SUGGESTIONS), "of many at once")


@case(WORK)
def many_values(_emulator, database):
    """A value of all options is stored as it was sent, whatever the order: nothing is said."""
    for order in (TITLES, TITLES[::-1]):
        result = must(database.psql(f"UPDATE workspaces SET several = ARRAY[{listed(order)}] WHERE {ONE}"))
        tap.equal(result.err, "", "all options are stored")
        tap.equal(database.value("SELECT several = ARRAY[%s] FROM workspaces WHERE cardinality(several) > 0" % listed(order)), "t",
                  "and are read in that order")
    tap.equal(database.value(f"SELECT count(*) FROM workspaces WHERE several @> ARRAY[{listed(TITLES)}]"), "1", "a condition on all of them")
    tap.equal(database.value(f"SELECT count(*) FROM workspaces WHERE several && ARRAY['none', {listed(TITLES[::-1])}]"), "1",
              "and on any of them")


run()
