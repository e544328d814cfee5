#!/usr/bin/env python3
"""Definitions that change before a scan that counts on an order: no row is lost, whether it sorts locally before or
from then on.
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import ROOT, Workspace, must  # noqa: E402
from cases import case, run, tap  # noqa: E402

LOCALLY = "SET attio_fdw.push_sort = off; SET attio_fdw.push_filter = off; "


def renamed(slug, *pairs):
    return [{"do": "rename", "kind": "objects", "slug": slug, "attribute": old, "to": new} for old, new in pairs]


WORK = Workspace("--scale", "100")


def after(emulator, database, before, mutations, query):
    """What the query says in a session that has run "before" under the old definitions."""
    texts = " ".join("'" + str(mutation).replace("'", '"') + "'" for mutation in mutations)
    return must(database.psql(f"{before};\n\\! ATTIO_EMULATOR_URL={emulator.url} {ROOT}/scripts/emulate mutate {texts} "
                              f"> /dev/null\n\\echo then\n{query}")).out.split("then\n")[-1]


@case(WORK)
def another_slug(emulator, database):
    """An attribute gets another slug."""
    before = "SELECT FROM deals ORDER BY value DESC NULLS LAST LIMIT 3; SELECT FROM deals ORDER BY created_at LIMIT 3"
    queries = ("SELECT value FROM deals ORDER BY value DESC NULLS LAST LIMIT 5",
               "SELECT value FROM deals WHERE value > 1000 ORDER BY value DESC NULLS LAST LIMIT 5 OFFSET 2",
               "SELECT value FROM deals ORDER BY created_at DESC, record_id LIMIT 5",
               "SELECT created_at FROM deals WHERE value > 1000 ORDER BY created_at",
               "SELECT created_at FROM deals WHERE value > 1000 ORDER BY created_at DESC LIMIT 4",
               "SELECT max(value) FROM deals")
    wanted = [database.value(LOCALLY + query) for query in queries]
    for sorts in ("followed", "ignored", "refused"):
        emulator.switches(sorts=sorts)
        for query, rows in zip(queries, wanted):
            tap.equal(after(emulator, database, before, renamed("deals", ("value", "amount")), query), rows,
                      f"{query}, sorts {sorts}")
            emulator.mutate(*renamed("deals", ("amount", "value")))
    emulator.switches(sorts="followed")


@case(WORK)
def another_type(emulator, database):
    """A column of a table made by hand shows an attribute of another type, so that the order of the plan is not asked
    for.
    """
    must(database.psql("CREATE FOREIGN TABLE hand (record_id uuid, a_number numeric) SERVER attio "
                       "OPTIONS (object 'all_types')"))
    swap = renamed("all_types", ("a_number", "x"), ("a_currency", "a_number"), ("x", "a_currency"))
    for query in ("SELECT a_number FROM hand ORDER BY a_number DESC NULLS LAST LIMIT 5",
                  "SELECT a_number FROM hand ORDER BY a_number LIMIT 5", "SELECT max(a_number) FROM hand"):
        emulator.mutate(*swap)
        rows = database.value(LOCALLY + query)
        emulator.mutate(*swap)
        tap.equal(after(emulator, database, "SELECT count(a_number) FROM hand", swap, query), rows,
                  f"{query}, of another type")
        emulator.mutate(*swap)


run()
