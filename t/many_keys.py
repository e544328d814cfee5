#!/usr/bin/env python3
"""Many keys that each take a request, and many windows of time: what is to be asked for takes little memory."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from affinity import Account  # noqa: E402
from attio_test import Workspace, must  # noqa: E402
from cases import case, run, tap  # noqa: E402

MANY = 20000
WORK = Workspace("--scale", "20")
ACCOUNT = Account("--now", "today", "--scale", "20", options=", requests_per_minute '100000'")
BUSY = 64779194     # the organization with the most interactions
HELD = "SELECT sum(total_bytes) FROM pg_backend_memory_contexts WHERE name LIKE 'attio_fdw%'"


def held(database, query):
    """Rows of the first page, and the bytes that the scan holds then."""
    out = must(database.psql(f"BEGIN; DECLARE c CURSOR FOR {query}; FETCH 1 FROM c;\n{HELD}; COMMIT")).out.split("\n")
    return len(out) - 1, int(out[-1])


@case(WORK)
def keys(_emulator, database):
    """The first of many keys has a row, so that no more than a few of the others are asked for."""
    task = database.value("SELECT task_id FROM tasks ORDER BY 1 LIMIT 1")
    rows, size = held(database, f"SELECT deadline_at FROM tasks WHERE task_id = ANY (ARRAY(SELECT '{task}'::uuid UNION ALL "
                      f"SELECT ('ffffffff-0000-4000-8000-' || lpad(i::text, 12, '0'))::uuid FROM generate_series(1, {MANY}) i))")
    tap.equal(rows, 1, f"a row of the first of {MANY} keys")
    tap.ok(size < MANY * 1000, f"each key takes less than a kilobyte: {size // MANY} bytes", size)


@case(WORK)
def listings(_emulator, database):
    """What was asked for one by one."""
    keys = 500
    out = must(database.psql("BEGIN; DECLARE c CURSOR FOR SELECT deadline_at FROM tasks WHERE task_id = ANY (ARRAY(SELECT "
                             f"gen_random_uuid() FROM generate_series(1, {keys})));\n\\o /dev/null\nFETCH ALL FROM c;\n\\o\n"
                             "SELECT sum(used_bytes) FROM pg_backend_memory_contexts WHERE name = 'attio_fdw listings'")).out
    tap.ok(int(out) < keys * 600, f"each listing takes less than 600 bytes: {int(out) // keys}", out)


@case(ACCOUNT)
def windows(_emulator, database):
    """Of each company and each type there are eleven windows in ten years."""
    companies = MANY // 40
    rows, size = held(database, f"SELECT date FROM interactions WHERE date >= now() - interval '10 years' AND company_id = ANY "
                      f"(ARRAY(SELECT {BUSY} UNION ALL SELECT i FROM generate_series(1, {companies}) i)) ORDER BY date DESC")
    tap.equal(rows, 1, f"the newest row of {companies} companies")
    tap.ok(size < companies * 44 * 500, f"each window takes less than 500 bytes: {size // companies // 44}", size)


run()
