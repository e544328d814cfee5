#!/usr/bin/env python3
"""The memory of a statement that writes does not grow with its rows: 2,000 against 200 of a table of 200 attributes.

Against prepared answers (bench/prepared.py), as the emulator is slow with rows so wide.
"""
import os
import sys
import tempfile

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
sys.path.insert(0, os.path.join(ROOT, "test", "lib"))
sys.path.insert(0, os.path.join(ROOT, "bench"))
from attio_test import ROOT, Database, ServerLog  # noqa: E402
from cases import case, run, tap  # noqa: E402
from prepared import Prepared  # noqa: E402
from writes import RATES, SETTINGS, prepare, statements  # noqa: E402

ATTRIBUTES = 200
SMALL, LARGE = 200, 2000
# kB: less than 5 kB a row, and that is mostly pages that are read; of each row only which one it is stays in memory
MARGIN = 8 * 1024
PEAK = "\\! grep VmHWM /proc/$BACKEND/status | tr -dc 0-9\n\\echo\n"
SIZE = PEAK.replace("VmHWM", "VmRSS")


def session(database, statement, rows):
    """Rows written, and in kB the peak and the size after the first run of a statement and after another."""
    run = f"\\o /dev/null\n{statement};\n\\o\n"
    out = database.value(f"""SET work_mem = '256kB'; {SETTINGS}
        SELECT pg_backend_pid() AS pid \\gset
        \\setenv BACKEND :pid
        \\set rows {rows}
        SELECT count(a1) FROM wide \\gset
        SET attio_fdw.allow_copy = on;
        {run}\\echo :ROW_COUNT\n{PEAK}{SIZE}{run}{SIZE}""")
    return [int(line) for line in out.split("\n")]


def copied(folder):
    """A COPY as such a statement, from a file of as many rows."""
    for rows in (SMALL, LARGE):
        with open(os.path.join(folder, str(rows)), "w", encoding="utf-8") as file:
            file.write(("\t".join(f"text {i}" for i in range(0, ATTRIBUTES, 4)) + "\n") * rows)
    columns = ", ".join(f"a{i}" for i in range(0, ATTRIBUTES, 4))
    return lambda rows: f"\\copy wide ({columns}) FROM '{os.path.join(folder, str(rows))}'\n"


@case
def memory():
    """The peak of a statement, and the session with another run of it."""
    if not os.path.exists("/proc/self/status"):
        tap.skip("memory of writes", "no /proc here")
        return
    with Prepared(ATTRIBUTES, LARGE) as prepared, Database("attio_write_memory", prepared, RATES,
                                                           schema=None) as database, \
            tempfile.TemporaryDirectory() as folder:
        prepare(database)
        copy = copied(folder)
        log = ServerLog(database)
        cases = {name: lambda rows,
                 s=statement: s.replace("a1 > 0",
                                        "created_at IS NOT NULL AND right(record_id::text, 12) < "
                                        f"lpad(to_hex({rows}), 12, '0')")
                 for name, statement in statements(ATTRIBUTES).items()}
        cases["UPDATE by ids, RETURNING"] = lambda rows: cases["UPDATE by ids"](rows) + " RETURNING a0"
        for name, statement in {**cases, "COPY": copy}.items():
            sizes = {rows: session(database, statement(rows), rows) for rows in (SMALL, LARGE)}
            tap.ok(all(sizes[rows][0] == rows for rows in sizes) or name == "COPY", f"{name}: all rows are written",
                   sizes)    # psql does not count a \\copy
            tap.ok(sizes[LARGE][1] - sizes[SMALL][1] < MARGIN, "the peak does not grow with the rows", sizes)
            tap.ok(sizes[LARGE][3] - sizes[LARGE][2] < MARGIN, "nor does the session with another run of it", sizes)
            tap.note(f"{name}: {sizes}")
        if log.there:
            tap.equal(len(log.writes()), (len(cases) + 1) * 2 * (SMALL + LARGE),
                      "and each write is in the server's log")


run()
