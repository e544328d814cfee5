#!/usr/bin/env python3
"""Slow links: while data flow no request is given up, and a bad server or a hole in the path is an error in time."""
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from world import FAR_ADDRESS, World, missing  # noqa: E402
from attio_test import FAST, Database, Emulator, must  # noqa: E402
from cases import case, run, tap  # noqa: E402
from front import Front  # noqa: E402

if missing():
    tap.skip_all(missing())


@case
def slow_lines():
    with World() as world, Emulator("--scale", "1500") as emulator, \
            Front(emulator, "gzip off;", address=FAR_ADDRESS) as front, \
            Database("attio_slow", front,
                     f"{FAST}, request_timeout '5s', max_retries '0', ca_file '{front.ca}'") as database:
        must(database.psql("ALTER FOREIGN TABLE people OPTIONS (ADD page_size '100')"))
        must(database.psql("SELECT count(name) FROM people"))
        world.set(rate_kbit=2000, delay_ms=20, queue_ms=2000)
        started = time.time()
        result = database.psql("SELECT count(DISTINCT record_id) FROM people")
        took = time.time() - started
        tap.equal((result.out, result.err), ("1500", ""),
                  "a scan over 2 Mbit/s, where a window of pages takes longer than request_timeout, with nothing "
                  "sent again")
        tap.ok(took > 6, "which it did", f"{took:.1f} s")
        tap.note(f"{took:.1f} s")
        # a path that swallows large packets: an error, not a wait for ever
        world.set(mtu_hole=600)
        started = time.time()
        result = database.psql("SET statement_timeout = '100s'; SELECT count(DISTINCT record_id) FROM people")
        tap.ok(result.code != 0 and ("08006" in result.err or "08001" in result.err),
               "a hole for large packets is an error", result)
        tap.note(f"after {time.time() - started:.1f} s")
        world.set()
        tap.equal(database.value("SELECT count(DISTINCT record_id) FROM people"), "1500",
                  "and the next statement works")


run()
