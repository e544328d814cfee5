#!/usr/bin/env python3
"""Scans over a path that breaks: every row once, or an error."""
import os
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from world import FAR_ADDRESS, World, missing  # noqa: E402
from attio_test import FAST, Database, Emulator, must, start_psql  # noqa: E402
from cases import case, run, tap  # noqa: E402
from front import Front  # noqa: E402

if missing():
    tap.skip_all(missing())
ROWS = int(os.environ.get("ATTIO_ROWS", "4000"))
COUNT = "SELECT count(DISTINCT record_id), count(*) FROM people"


def scan(world, database, name, trouble, must_succeed=False):
    ended = threading.Event()
    process = start_psql(COUNT, database.name)
    if trouble is not None:
        threading.Thread(target=trouble, args=(ended,), daemon=True).start()
    out, error = process.stdout.read().strip(), process.stderr.read()
    code = process.wait()
    ended.set()
    world.set()
    tap.ok(out == f"{ROWS}|{ROWS}" if code == 0 else not out and "ERROR" in error,
           f"{name}: every row once, or an error", (out, error[:500]))
    if must_succeed:
        tap.equal((code, error[:500]), (0, ""), f"{name}: it succeeds")


def again(seconds, action):
    def trouble(ended):
        while not ended.wait(seconds):
            action()
    return trouble


def once(seconds, action):
    def trouble(ended):
        if not ended.wait(seconds):
            action()
    return trouble


@case
def bad_paths():
    with World() as world, Emulator("--scale", str(ROWS)) as emulator:
        for http2 in (True, False):
            words = "HTTP/2" if http2 else "HTTP/1.1"
            with Front(emulator, "keepalive_requests 10;", address=FAR_ADDRESS, http2=http2) as front, \
                    Database("attio_scans", front, f"{FAST}, ca_file '{front.ca}'") as database:
                must(database.psql("ALTER FOREIGN TABLE people OPTIONS (ADD page_size '50')"))
                world.set(delay_ms=5)
                scan(world, database, f"{words}: connections of ten requests", None, must_succeed=True)
                world.set(delay_ms=20)
                scan(world, database, f"{words}: reloads", again(0.4, front.reload), must_succeed=True)
                world.set(delay_ms=20)
                scan(world, database, f"{words}: killed workers", again(1, front.kill_worker))
                world.set(delay_ms=20)
                scan(world, database, f"{words}: a killed worker", once(0.5, front.kill_worker), must_succeed=True)
                world.set(delay_ms=20)
                scan(world, database, f"{words}: resets", again(1.5, world.reset_flows))
                world.set(delay_ms=20)
                scan(world, database, f"{words}: a reset", once(0.5, world.reset_flows), must_succeed=True)
                world.set(delay_ms=20, jitter_ms=20, loss=0.03)
                scan(world, database, f"{words}: loss and reordering", None, must_succeed=True)

                def outage():
                    world.set(outage=True)
                    time.sleep(5)
                    world.set()
                world.set(delay_ms=20)
                scan(world, database, f"{words}: an outage of five seconds", once(0.5, outage), must_succeed=True)


run()
