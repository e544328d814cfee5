#!/usr/bin/env python3
"""Creates over a path that breaks: connections that are let go by count, by reload, killed, reset, forgotten, outages,
loss.

Rows in Attio are the rows that the statement or its error says are written, plus some of those that it names as
unknown; none twice, and none that is called not written. ATTIO_SEEDS (from ATTIO_SEED on) and ATTIO_ROWS make it
longer.
"""
import os
import random
import re
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from world import FAR_ADDRESS, World, missing  # noqa: E402
from attio_test import QUICK, Database, Emulator, start_psql  # noqa: E402
from cases import case, run, tap  # noqa: E402
from front import Front  # noqa: E402

if missing():
    tap.skip_all(missing())
ROWS = int(os.environ.get("ATTIO_ROWS", "2000"))
SEEDS, FIRST = int(os.environ.get("ATTIO_SEEDS", "1")), int(os.environ.get("ATTIO_SEED", "1"))


def seen(emulator):
    """The row of each create, as often as it came."""
    return [int(re.search(r" (\d+)\"", entry["body"]).group(1)) for entry in emulator.log() if entry["method"] == "POST"
            and entry["path"].endswith("/records")]


def told(error):
    """How many rows are written, how many may be, and the rows that are named as those that may be and those that are
    not.
    """
    done = re.search(r"(\d+) rows? of this statement (?:is|are) written", error)
    maybe = re.search(r", (\d+) more may be", error)
    lists = []
    for name in ("may be written", "not written"):
        found = re.search(rf"^{name}: (.*)$", error, re.MULTILINE)
        lists.append({int(each) for each in re.findall(r"row (\d+)", found.group(1))} if found else set())
    return int(done.group(1)) if done else 0, int(maybe.group(1)) if maybe else 0, *lists


def insert(world, emulator, database, name, trouble=None, must_succeed=False):
    emulator.forget()
    emulator.reset()
    ended = threading.Event()
    started = time.time()
    process = start_psql(f"SET attio_fdw.log_writes = off; INSERT INTO all_types (a_text) SELECT '{name} ' || i "
                         f"FROM generate_series(1, {ROWS}) i", database.name)
    if trouble is not None:
        thread = threading.Thread(target=trouble, args=(ended,), daemon=True)
        thread.start()
    error = process.stdout.read() + process.stderr.read()
    code = process.wait()
    took = f"{time.time() - started:.1f} s, {trouble.count if trouble else 0} troubles"
    ended.set()
    world.set()
    time.sleep(2)
    rows = seen(emulator)
    tap.equal(len(rows), len(set(rows)), f"{name}: none is created twice")
    if code == 0:
        tap.equal(len(rows), ROWS, f"{name}: all {ROWS} rows are written")
        tap.note(f"{name}: success, {took}")
    else:
        done, maybe, maybe_rows, undone_rows = told(error)
        tap.ok("08007" in error or "08001" in error or "08006" in error, f"{name}: an error of the connection",
               error[:1500])
        tap.ok(len(set(rows) - maybe_rows) == done and maybe == len(maybe_rows),
               f"{name}: {len(rows)} came, {done} written, {maybe} may be", error[:1500])
        tap.equal(set(rows) & undone_rows, set(), f"{name}: none came that is called not written")
        tap.note(f"{name}: {len(rows)} came, {done} written, {maybe} may be, {took}: {error[:120]}")
    if must_succeed:
        tap.equal((code, error[:800]), (0, ""), f"{name}: it succeeds")


def every(world, seconds, action, seed):
    """Until the statement ends, do it again and again at odd times."""
    rng = random.Random(seed)

    def trouble(ended):
        while not ended.wait(seconds * (0.2 + 1.6 * rng.random())):
            action()
            trouble.count += 1
    trouble.count = 0
    return trouble


def outages(world, seed):
    rng = random.Random(seed)

    def trouble(ended):
        while not ended.wait(0.5 + rng.random()):
            world.set(outage=True)
            ended.wait(0.3 + 2 * rng.random())
            world.set()
            trouble.count += 1
    trouble.count = 0
    return trouble


@case
def bad_paths():
    with World() as world, Emulator("--scale", "5") as emulator:
        for count in (100, 1000):
            with Front(emulator, f"keepalive_requests {count};", address=FAR_ADDRESS) as front, \
                    Database(f"attio_goaway{count}", front, f"{QUICK}, ca_file '{front.ca}'") as database:
                insert(world, emulator, database, f"GOAWAY after {count} requests", must_succeed=True)
        with Front(emulator, "keepalive_requests 1000000;", address=FAR_ADDRESS) as front, \
                Database("attio_creates", front, f"{QUICK}, ca_file '{front.ca}'") as database:
            for seed in range(FIRST, FIRST + SEEDS):
                insert(world, emulator, database, f"reloads, seed {seed}", every(world, 0.7, front.reload, seed))
                insert(world, emulator, database, f"killed workers, seed {seed}",
                       every(world, 1, front.kill_worker, seed))
                insert(world, emulator, database, f"resets, seed {seed}", every(world, 1, world.reset_flows, seed))
                insert(world, emulator, database, f"forgotten flows, seed {seed}",
                       every(world, 1.5, world.forget_flows, seed))
                insert(world, emulator, database, f"outages, seed {seed}", outages(world, seed))
                world.set(delay_ms=10, jitter_ms=10, loss=0.02, seed=seed)
                insert(world, emulator, database, f"loss and reordering, seed {seed}", must_succeed=True)


run()
