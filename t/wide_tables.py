#!/usr/bin/env python3
"""Tables of as many columns as PostgreSQL allows: made by hand, and imported.  Virtual generated columns, where there are."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import Workspace, must  # noqa: E402
from cases import case, run, tap  # noqa: E402

MANY = 1400
ROWS = 1         # of workspaces, in an emulator of this scale
SCALE = 3
# What took 44 seconds of CPU when each column was looked for among all: this is no measurement, but a bound.
BOUND = "SET jit = off; SET statement_timeout = '30s'; "


def prepare(emulator, _database):
    emulator.mutate(*({"do": "add", "kind": "objects", "slug": "workspaces", "attribute": f"more_{i}", "type": "text"}
                      for i in range(MANY)))


WORK = Workspace("--scale", str(SCALE), before=prepare)


@case(WORK)
def by_hand(_emulator, database):
    """A column without options is found by its name, one of many."""
    columns = ", ".join(f"more_{i} text" for i in range(MANY))
    must(database.psql(f"CREATE FOREIGN TABLE hand (record_id uuid, {columns}) SERVER attio OPTIONS (object 'workspaces')"))
    filled = ", ".join(f"more_{i} = 'text {i}'" for i in (0, 7, MANY - 1))
    must(database.psql(f"{BOUND} UPDATE hand SET {filled} WHERE record_id = (SELECT min(record_id::text)::uuid FROM hand)"))
    tap.equal(database.value(f"{BOUND} SELECT count(*), count(h.more_0), max(h.more_7), max(h.more_{MANY - 1}) FROM hand h "
                             "WHERE NOT (h IS NULL)"), f"{ROWS}|1|text 7|text {MANY - 1}", f"{MANY} columns made by hand")
    tap.equal(database.value(f"{BOUND} SELECT count(*) FROM hand WHERE more_{MANY - 1} = 'text {MANY - 1}'"), "1",
              "a condition on the last one")


@case(WORK)
def imported(_emulator, database):
    """A column with the id of its attribute is found among as many."""
    must(database.psql("CREATE SCHEMA whole; IMPORT FOREIGN SCHEMA objects LIMIT TO (workspaces) FROM SERVER attio INTO whole "
                       "OPTIONS (columns 'all')"))
    tap.equal(database.value(f"{BOUND} SELECT count(*) FROM (SELECT DISTINCT w.* FROM whole.workspaces w) s"), str(ROWS),
              f"more than {MANY} imported columns")


@case(WORK)
def virtual(_emulator, database):
    """A virtual generated column is PostgreSQL's own: neither read nor written."""
    if int(database.value("SHOW server_version_num")) < 180000:
        tap.skip("virtual generated columns", "they came with PostgreSQL 18")
        return
    must(database.psql("CREATE FOREIGN TABLE shown (record_id uuid, name text, louder text GENERATED ALWAYS AS (upper(name)) "
                       "VIRTUAL) SERVER attio OPTIONS (object 'companies'); SELECT attio_fdw_bind('shown'); ANALYZE shown"))
    tap.equal(database.value("SELECT bool_and(louder = upper(name)) FROM shown"), "t", "it is computed")
    row = "record_id = (SELECT record_id FROM shown ORDER BY name LIMIT 1)"
    tap.equal(database.value(f"UPDATE shown SET name = 'new name' WHERE {row} RETURNING louder"), "NEW NAME", "after an UPDATE")
    tap.equal(database.value("INSERT INTO shown (name) VALUES ('one more') RETURNING louder"), "ONE MORE", "after an INSERT")
    tap.equal(database.value("DELETE FROM shown WHERE name = 'one more' RETURNING louder"), "ONE MORE", "of a deleted row")


run()
