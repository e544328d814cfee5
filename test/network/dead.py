#!/usr/bin/env python3
"""A connection that died without a word, with the defaults: what may be repeated succeeds, a create is unknown, the
next statement works; each long before request_timeout.
"""
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from world import FAR_ADDRESS, World, missing  # noqa: E402
from attio_test import Database, Emulator, start_psql  # noqa: E402
from cases import case, run, tap  # noqa: E402
from front import Front  # noqa: E402

if missing():
    tap.skip_all(missing())
LONG_BEFORE = 25        # request_timeout is 30 s, and a dead connection is given up after half of it


def under_way(world, emulator, database, sql):
    """The statement's outcome where the flow is forgotten while its answer is waited for."""
    emulator.faults({"match": {"path": "records"}, "times": 1, "delay_ms": 3000})
    emulator.forget()
    started = time.time()
    process = start_psql("SET attio_fdw.log_writes = off; SELECT record_id IS NULL FROM people LIMIT 0; "
                         "SELECT count(*) FROM workspace_members;" + sql, database.name)
    while not any("/records" in entry["path"] for entry in emulator.log()):
        time.sleep(0.05)
    world.forget_flows()
    out, error = process.stdout.read().strip(), process.stderr.read()
    emulator.faults()
    return process.wait(), out, error, time.time() - started


@case
def dead_connections():
    for http2 in (True, False):
        words = "HTTP/2" if http2 else "HTTP/1.1"
        with World() as world, Emulator() as emulator, Front(emulator, address=FAR_ADDRESS, http2=http2) as front, \
                Database("attio_dead", front, f", ca_file '{front.ca}'") as database:
            ident = database.value("INSERT INTO all_types (a_text) VALUES ('one') RETURNING record_id")
            other = database.value("INSERT INTO all_types (a_text) VALUES ('two') RETURNING record_id")
            for name, sql in (("SELECT", "SELECT count(name) FROM people"),
                              ("UPDATE", f"UPDATE all_types SET a_text = 'new' WHERE record_id = '{ident}'"),
                              ("DELETE", f"DELETE FROM all_types WHERE record_id = '{other}'")):
                code, out, error, took = under_way(world, emulator, database, sql)
                tap.equal((code, error), (0, ""), f"{words}: a {name} under way succeeds")
                tap.ok(took < LONG_BEFORE, f"{words}: long before request_timeout", f"{took:.1f} s")
                tap.note(f"{words}, {name}: {took:.1f} s")
            left = database.value("SELECT count(*), min(a_text) FROM all_types WHERE a_text IN ('one', 'two', 'new')")
            tap.equal(left, "1|new", f"{words}: and both are done")
            code, out, error, took = under_way(world, emulator, database,
                                               "INSERT INTO all_types (a_text) VALUES ('three')")
            sent = [entry for entry in emulator.log() if entry["method"] == "POST"
                    and entry["path"].endswith("/records")]
            tap.ok(code != 0 and "08007" in error, f"{words}: an INSERT under way is unknown", error)
            tap.equal(len(sent), 1, f"{words}: and is not sent again")
            tap.ok(took < LONG_BEFORE, f"{words}: long before request_timeout", f"{took:.1f} s")
            # a session whose connection died while it was idle
            started = time.time()
            process = start_psql("SELECT count(name) FROM people;\nSELECT pg_sleep(2);\nSELECT count(name) "
                                 "FROM people;\nSELECT count(name) FROM companies", database.name)
            time.sleep(1.5)
            world.forget_flows()
            out, error = process.stdout.read().split(), process.stderr.read()
            process.wait()
            tap.equal((out, error), (["200", "200", "50"], ""), f"{words}: the next statements of a session work")
            tap.ok(time.time() - started < LONG_BEFORE, f"{words}: long before request_timeout",
                   f"{time.time() - started:.1f} s")
            tap.note(f"{words}, after the connection died while nothing was asked: {time.time() - started:.1f} s with "
                     "a sleep of 2 s")


run()
