#!/usr/bin/env python3
"""A scan that has handed out all of its rows gives back what it ran with, and may be run again all the same."""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import FAST, Workspace  # noqa: E402
from cases import case, run, tap  # noqa: E402

BRANCHES = 200
ROWS = 30       # people, in an emulator of this scale
WORK = Workspace("--scale", str(ROWS), options=FAST)
# kB: of all scans of a statement that has not ended, and how many of them hold what they run with
HELD = ("SELECT count(*) FILTER (WHERE name = 'attio_fdw run'), sum(total_bytes) / 1024 FROM pg_backend_memory_contexts "
        "WHERE name LIKE 'attio_fdw %' AND name NOT IN ('attio_fdw known', 'attio_fdw session', 'attio_fdw sessions');")


def held(database, branch):
    """Rows of a UNION ALL of so many branches, read by a cursor that stays open, and what is held then."""
    union = " UNION ALL ".join([branch] * BRANCHES)
    out = database.value(f"SET jit = off; BEGIN; DECLARE c NO SCROLL CURSOR FOR {union};\nMOVE ALL FROM c;\n\\echo :ROW_COUNT\n{HELD}")
    return [int(float(each)) for each in out.replace("\n", "|").split("|")]


@case(WORK)
def branches(_emulator, database):
    """Branches of an Append that have ended, while the statement has not."""
    for name, branch, rows in (("all rows", "SELECT name FROM people", ROWS),
                               ("a condition", "SELECT name FROM people WHERE name <> 'none'", ROWS),
                               ("LIMIT", "(SELECT name FROM people LIMIT 3)", 3)):
        moved, running, size = held(database, branch)
        tap.equal((moved, running), (BRANCHES * rows, 0), f"{name}: all rows, and no branch holds on")
        tap.ok(size < 4 * BRANCHES, "less than 4 kB stay of each", size)


@case(WORK)
def again(emulator, database):
    """A branch that depends on nothing, below a join that runs it again for each row."""
    query = ("SELECT count(*), count(DISTINCT s.name) FROM generate_series(1, 3) g, "
             "LATERAL (SELECT name FROM people UNION ALL SELECT name FROM people WHERE length(name) > g OFFSET 0) s")
    emulator.forget()
    tap.equal(database.value(f"SET jit = off; {query}"), f"{2 * 3 * ROWS}|{ROWS}", "its rows come each time")
    tap.equal(database.value(f"SET jit = off; SET attio_fdw.push_filter = off; {query}"), f"{2 * 3 * ROWS}|{ROWS}", "likewise with local conditions")


@case(WORK)
def explained(_emulator, database):
    """EXPLAIN ANALYZE still tells what ended scans did."""
    union = " UNION ALL ".join(["SELECT name FROM people WHERE name <> 'none'"] * 3)
    out = database.value(f"SET jit = off; EXPLAIN (ANALYZE, VERBOSE, COSTS OFF, TIMING OFF) {union}")
    tap.equal(len(re.findall("Attio Requests: [12]", out)), 3, "requests of each")


@case(WORK)
def held_cursor(_emulator, database):
    """A cursor that outlives its transaction, read to the end before or after."""
    for moved in (0, 7, ROWS + 1):
        out = database.value(f"BEGIN; DECLARE c SCROLL CURSOR WITH HOLD FOR SELECT name FROM people;\nMOVE {moved} FROM c;\nCOMMIT;\n"
                             "MOVE ABSOLUTE 0 FROM c;\nMOVE ALL FROM c;\n\\echo :ROW_COUNT\n")
        tap.equal(out, str(ROWS), f"all rows from its start, after {moved}")


run()
