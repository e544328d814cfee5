#!/usr/bin/env python3
"""Memory does not grow with the table: 100,000 records against 1,000."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import Database, Emulator, Tap, memory_kb  # noqa: E402

tap = Tap()
MARGIN_KB = 64 * 1024


def peak(scale):
    """Peak memory of the backend that counts `scale` records, by /proc."""
    with Emulator("--scale", str(scale)) as emulator, Database(f"attio_memory_{scale}", emulator, schema=None) as database:
        out = database.value("""
            CREATE FOREIGN TABLE people (record_id uuid, name text) SERVER attio OPTIONS (object 'people');
            SELECT count(name) FROM people;
            SELECT pg_backend_pid() AS pid \\gset
            \\setenv BACKEND :pid
            \\! grep VmHWM /proc/$BACKEND/status | tr -dc 0-9""")
        count, kb = out.split("\n")[:2]
        tap.equal(count, str(scale), f"{scale} records are counted")
        return int(kb)


if os.path.exists("/proc/self/status"):
    small = peak(1000)
    large = peak(100000)
    tap.ok(large - small < MARGIN_KB, "the peak is less than 64 MB above that of a small scan", f"{small} kB, {large} kB")
    tap.note(f"peak memory: {small} kB for 1,000 records, {large} kB for 100,000 ({large - small:+d} kB)")
else:
    tap.skip("peak memory", "no /proc here")
tap.done()
