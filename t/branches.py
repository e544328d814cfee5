#!/usr/bin/env python3
"""Many scans in one statement: those that have ended hold no page, unless it is to be shown again."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import Workspace, must  # noqa: E402
from cases import case, run, tap  # noqa: E402

BRANCHES = 120
HWM = "\\! grep VmHWM /proc/$BACKEND/status | tr -dc 0-9\n\\echo\n"


def growth(database, setting, branch):
    """Peak memory of many branches above that of one, in kB, and what they counted."""
    many = " UNION ALL ".join([branch] * BRANCHES)
    out = database.value(f"SET jit = off; {setting}; SELECT pg_backend_pid() AS pid \\gset\n\\setenv BACKEND :pid\n"
                         f"SELECT count(*) FROM ({branch} UNION ALL {branch}) s;\n{HWM}SELECT count(*) "
                         f"FROM ({many}) s;\n{HWM}").split("\n")
    one, before, rows, after = [int(line) for line in out]
    tap.equal(rows, one * BRANCHES // 2, f"{setting}: every row of every branch")
    return after - before


WORK = Workspace("--bench", "499", schema="objects")


def has_proc():
    """Is memory to be seen here?"""
    if os.path.exists("/proc/self/status"):
        return True
    tap.skip("memory of branches", "no /proc here")
    return False


@case(WORK)
def memory(_emulator, database):
    """Branches hold the pages that they need, not those of all."""
    if not has_proc():
        return
    grown = growth(database, "SET enable_async_append = off", "SELECT record_id, name FROM bench")
    tap.note(f"{BRANCHES} branches one after another: {grown} kB more than two")
    tap.ok(grown < 24 * 1024, "branches one after another hold one page", grown)
    grown = growth(database, "SET enable_async_append = on", "SELECT record_id, name FROM bench")
    tap.note(f"{BRANCHES} branches side by side: {grown} kB more than two")
    tap.ok(grown < 120 * 1024, "branches side by side hold a page each of some, not of all", grown)
    grown = growth(database, "SET enable_async_append = off", "(SELECT record_id, name FROM bench LIMIT 400)")
    tap.note(f"{BRANCHES} branches with a LIMIT: {grown} kB more than two")
    tap.ok(grown < 24 * 1024, "and those with a LIMIT", grown)


@case(WORK)
def given_back(_emulator, database):
    """A branch that has ended keeps nothing of its page."""
    union = " UNION ALL ".join(["SELECT name FROM bench"] * 40)
    kept = "SELECT count(*), coalesce(sum(total_bytes), 0) FROM pg_backend_memory_contexts WHERE name = 'attio_fdw %s'"
    out = must(database.psql(f"BEGIN; DECLARE c CURSOR FOR SELECT name FROM ({union}) s;\n\\o /dev/null\nFETCH ALL FROM c;\n\\o\n"
                             f"{kept % 'pages'};\n{kept % 'scan'}; COMMIT")).out.split("\n")
    pages, scans = ([int(each) for each in line.split("|")] for line in out)
    tap.equal(pages, [0, 0], "40 branches have ended, and none keeps anything of its pages")
    tap.ok(scans[0] == 40 and scans[1] <= 40 * 2 * 1024, "what is left of each is small", scans)


@case(WORK)
def kept_pages(emulator, database):
    """A page that is shown again is kept."""
    emulator.forget()
    must(database.psql("SET enable_material = off; SET enable_hashjoin = off; SET enable_mergejoin = off; "
                       "SET attio_fdw.enable_batched_join = off;"
                       "SELECT count(*) FROM generate_series(1, 5) g, bench b WHERE g <> length(b.name)"))
    tap.equal(len(emulator.queries()), 1, "a page that is to be shown again is kept")
    emulator.forget()
    must(database.psql("SELECT g, (SELECT count(*) FROM (SELECT name FROM bench WHERE length(name) > g "
                       "UNION ALL SELECT name FROM bench) s) FROM generate_series(1, 5) g"))
    tap.ok(len(emulator.queries()) <= 4, "and one that was shown again without a word, from then on",
           len(emulator.queries()))


run()
