#!/usr/bin/env python3
"""Memory does not grow with the table: 100,000 records against 1,000."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import FAST, Database, Emulator, must  # noqa: E402
from cases import case, run, tap  # noqa: E402

MARGIN_KB = 64 * 1024


def peak(scale):
    """Peak memory of the backend that counts `scale` records, by /proc."""
    with Emulator("--scale", str(scale)) as emulator, \
            Database(f"attio_memory_{scale}", emulator, schema=None) as database:
        out = database.value("""
            CREATE FOREIGN TABLE people (record_id uuid, name text) SERVER attio OPTIONS (object 'people');
            SELECT count(name) FROM people;
            SELECT pg_backend_pid() AS pid \\gset
            \\setenv BACKEND :pid
            \\! grep VmHWM /proc/$BACKEND/status | tr -dc 0-9""")
        count, kb = out.split("\n")[:2]
        tap.equal(count, str(scale), f"{scale} records are counted")
        return int(kb)


def resident(out):
    """The figures of kB among the lines."""
    return [int(line) for line in out.split("\n") if line.isdigit()]


@case
def sessions():
    """A session does not grow with its statements, good, failed or cancelled."""
    if not has_proc():
        return
    statements = {
        "good": "SELECT count(name) FROM people;\nSELECT count(*) FROM people WHERE name LIKE 'A%' "
                "AND record_id = ANY (ARRAY(SELECT record_id FROM people LIMIT 120));\n",
        "failed": "SELECT count(1 / (length(name) - length(name))) FROM people;\n",
        "cancelled": "SET statement_timeout = '3ms';\nSELECT count(a.name) FROM people a, people b "
                     "WHERE a.record_id <> b.record_id;\nSET statement_timeout = 0;\n",
    }
    size = "\\! grep VmRSS /proc/$BACKEND/status | tr -dc 0-9\n\\echo\n"
    with Emulator("--scale", "300") as emulator, Database("attio_flat", emulator, FAST, schema=None) as database:
        must(database.psql("CREATE FOREIGN TABLE people (record_id uuid OPTIONS (field 'record_id'), name text "
                           "OPTIONS (attribute 'name', type 'personal-name', "
                           "multiselect 'false')) SERVER attio OPTIONS (object 'people', page_size '100')"))
        # (a plan that is dear enough is compiled, and the compiler takes memory)
        start = ("SET jit = off;\n\\set ON_ERROR_STOP off\nSELECT pg_backend_pid() AS pid \\gset\n\\setenv BACKEND "
                 ":pid\n\\o /dev/null\n")
        for name, statement in statements.items():
            out = database.psql(start + statement * 400 + size + statement * 400 + size).out
            sizes = resident(out)
            tap.ok(len(sizes) == 2 and sizes[1] - sizes[0] < 2048,
                   f"a session stays flat over 400 rounds of {name} statements", sizes)
            tap.note(f"{name}: {sizes} kB")


def has_proc():
    """Is memory to be seen here?"""
    if os.path.exists("/proc/self/status"):
        return True
    tap.skip("memory", "no /proc here")
    return False


@case
def scans():
    """The peak of a scan does not grow with the table."""
    if not has_proc():
        return
    small = peak(1000)
    large = peak(100000)
    tap.ok(large - small < MARGIN_KB, "the peak is less than 64 MB above that of a small scan",
           f"{small} kB, {large} kB")
    tap.note(f"peak memory: {small} kB for 1,000 records, {large} kB for 100,000 ({large - small:+d} kB)")


run()
