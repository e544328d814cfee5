#!/usr/bin/env python3
"""Where memory is shared (here: the library is preloaded) all backends keep one rate, and see each other's activity."""
import os
import sys

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
sys.path.insert(0, os.path.join(ROOT, "test", "lib"))
from attio_test import ROOT, Sandbox, Workspace, must, refused_at_rate, start_psql, wait_until  # noqa: E402
from cases import case, run, tap  # noqa: E402


WORK = Workspace("--scale", "2000", options="", sandbox=Sandbox("preloaded", "shared_preload_libraries = 'attio_fdw'"))


@case(WORK)
def one_rate(emulator, database):
    """All backends keep one rate, and see each other."""
    tap.equal(database.value("SELECT count(name) FROM companies; SELECT bool_and(shared) FROM attio_fdw_rate"),
              "500\nt", "memory is shared")
    must(database.psql("ALTER FOREIGN TABLE people OPTIONS (ADD page_size '20')"))
    emulator.switches(reads_per_second=100)
    running = "SELECT count(*) FROM attio_fdw_progress WHERE \"table\" = 'people'::regclass"
    seen, outs = [], set()

    def ten_at_once():
        processes = [start_psql("SELECT count(DISTINCT record_id) FROM people", database.name) for _ in range(10)]
        # meanwhile another session sees them
        seen.append(wait_until(lambda: int(database.value(running)), "running scans"))
        outs.update(p.stdout.read().strip() for p in processes)

    log, refused = refused_at_rate(emulator, ten_at_once)
    tap.equal(outs, {"2000"}, "ten backends at once count the same")
    tap.ok(refused * 100 < len(log), f"{len(log)} requests, {refused} refused: less than one in a hundred")
    took = max(entry["at"] for entry in log) - min(entry["at"] for entry in log)
    tap.note(f"ten backends: {len(log)} requests in {took:.1f} s: {len(log) / took:.0f} a second, {refused} refused")
    tap.ok(min(seen) > 0, "another session sees the running scans", seen)
    tap.equal(database.value("SELECT count(*) FROM attio_fdw_progress"), "0", "and none when they have ended")
    tap.ok(int(database.value("SELECT count(DISTINCT pid) FROM attio_fdw_requests")) > 5,
           "requests of all sessions are seen")
    tap.ok(int(database.value("SELECT sum(requests) FROM attio_fdw_stats")) >= len(log), "and counted")


@case(WORK)
def cancelled(emulator, database):
    """A scan that was cancelled leaves nothing behind."""
    emulator.faults({"match": {"path": "query"}, "silence": True})
    database.psql("SET statement_timeout = '300ms'; SELECT name FROM deals")
    tap.equal(database.value("SELECT count(*) FROM attio_fdw_progress"), "0", "a cancelled scan is no longer shown")
    emulator.faults()


@case(WORK)
def drained(emulator, database):
    """A 429 drains the line for all."""
    emulator.faults({"match": {"path": "query"}, "times": 1, "status": 429, "headers": {"Retry-After": "2"}})
    first = start_psql("SELECT count(name) FROM companies", database.name)
    waits = wait_until(lambda: max(300.0, float(database.value("SELECT max(read_wait_ms) FROM attio_fdw_rate"))) - 300,
                       "the 429") + 300
    tap.ok(waits > 300 and first.wait() == 0, f"one backend's 429 makes the others wait: {waits:.0f} ms", waits)
    emulator.faults()


run()
