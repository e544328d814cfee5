#!/usr/bin/env python3
"""What is refused for the rate limit or breaks on the way is asked again, where that is harmless; the rate is kept.

Times are measured and printed; only "not at once" and "long before" are asserted.
"""
import email.utils
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import Workspace, must, refused_at_rate, start_psql, timed  # noqa: E402
from cases import case, run, tap  # noqa: E402

COUNT = "SELECT count(name) FROM people"
RIGHT = "200"
EXPLAIN = "EXPLAIN (ANALYZE, COSTS OFF, FORMAT YAML) " + COUNT


def busiest_second(times):
    """The most requests in any sliding second."""
    times = sorted(times)
    return max((sum(1 for t in times[i:] if t < start + 1) for i, start in enumerate(times)), default=0)


WORK = Workspace(options="")


def prepare_rate(emulator, database):
    emulator.switches(reads_per_second=100)
    must(database.psql("ALTER FOREIGN TABLE people OPTIONS (ADD page_size '20')"))


RATE = Workspace("--scale", "6000", options="", name="attio_rate", before=prepare_rate)


@case(WORK)
def asked_again(emulator, database):
    """Once each: right rows."""
    must(database.psql(COUNT))
    # once each: right rows
    for name, fault in (("429 with a date",
                         {"status": 429,
                          "headers": {"Retry-After": email.utils.formatdate(time.time() + 1, usegmt=True)}}),
                        ("429 with seconds", {"status": 429, "headers": {"Retry-After": "0"}}),
                        ("429 with an ISO date", {"status": 429, "headers": {"Retry-After": "2020-01-01T00:00:00Z"}}),
                        ("429 with nonsense", {"status": 429, "headers": {"Retry-After": "soon"}}),
                        ("429 alone", {"status": 429}),
                        ("HTTP 502", {"status": 502, "body": "<html>", "content_type": "text/html"}),
                        ("HTTP 503", {"status": 503, "headers": {"Retry-After": "0"}}),
                        ("a reset before the answer", {"reset": "before"}),
                        ("a reset in the headers", {"reset": "headers"}),
                        ("a reset in the body", {"reset": "body"}),
                        ("a cut body", {"truncate": 5000})):
        for path in ("query", "attributes"):
            emulator.faults({"match": {"path": path}, "times": 1, **fault})
            result, took = timed(lambda: database.psql(COUNT))
            tap.ok(result.code == 0 and result.out == RIGHT, f"{name} on {path}: asked again", result)
            tap.note(f"{name} on {path}: {took * 1000:.0f} ms")
    emulator.faults({"match": {"path": "query"}, "times": 2, "status": 429, "headers": {"Retry-After": "0"}})
    plan = database.value(EXPLAIN)
    tap.ok("Attio Retries: 2" in plan, "EXPLAIN ANALYZE counts them", plan)


@case(WORK)
def wrong_for_good(emulator, database):
    """What is wrong for good is an error at once."""
    for status in (400, 401, 403, 404, 409, 413):
        emulator.faults({"match": {"path": "query"}, "status": status, "body": '{"code":"x","message":"no"}'})
        emulator.forget()
        result = database.psql(COUNT)
        asked = len(emulator.queries())
        tap.ok(result.code != 0 and asked == 1, f"HTTP {status} is not asked again", (asked, result))


@case(WORK)
def creates(emulator, database):
    """A create is sent once, whatever becomes of its answer."""
    must(database.psql("ALTER SERVER attio OPTIONS (ADD request_timeout '2s')"))
    for name, fault in (("a reset before the answer", {"reset": "before"}),
                        ("a reset in the headers", {"reset": "headers"}),
                        ("a reset in the body", {"reset": "body"}),
                        ("a cut body", {"truncate": 5}),
                        ("HTTP 502", {"status": 502}),
                        ("silence", {"silence": True})):
        emulator.faults({"match": {"method": "POST", "path": "records$"}, **fault})
        emulator.forget()
        result = database.psql(f"INSERT INTO companies (name) VALUES ('once: {name}')")
        sent = [entry["path"] for entry in emulator.log() if entry["method"] == "POST"
                and entry["path"].endswith("/records")]
        tap.equal(len(sent), 1, f"{name}: the create was sent once")
        tap.equal(result.err.split(":")[1].strip() if result.code else "no error", "08007",
                  f"{name}: the error says that the row may exist")
    emulator.faults()
    must(database.psql("ALTER SERVER attio OPTIONS (DROP request_timeout)"))


@case(WORK)
def end_of_patience(emulator, database):
    """Retries counted, and the deadline."""
    must(database.psql("ALTER SERVER attio OPTIONS (ADD max_retries '2')"))
    emulator.faults({"match": {"path": "query"}, "status": 502})
    emulator.forget()
    result = database.psql(COUNT)
    asked = len(emulator.queries())
    tap.ok("HV000" in result.err and asked == 3, "max_retries ends it with the error", (asked, result))
    must(database.psql("ALTER SERVER attio OPTIONS (SET max_retries '100', ADD retry_deadline '1s')"))
    emulator.faults({"match": {"path": "query"}, "status": 502})
    result, took = timed(lambda: database.psql(COUNT))
    tap.ok(result.code != 0 and took < 40, f"retry_deadline ends it with the error: {took:.1f} s", result)
    emulator.faults({"match": {"path": "query"}, "status": 429, "headers": {"Retry-After": "0"},
                     "body": '{"code":"rate_limit_exceeded","message":"slow"}'})
    emulator.forget()
    result, took = timed(lambda: database.psql(COUNT))
    asked = len(emulator.queries())
    tap.ok("53400" in result.err and asked > 6 and took < 40, f"429s are repeated until then: {asked} times", result)
    emulator.faults({"match": {"path": "query"}, "status": 429, "headers": {"Retry-After": "3600"}})
    result, took = timed(lambda: database.psql(COUNT))
    tap.ok("53400" in result.err and took < 40, "an hour to wait is an error at once", result)
    emulator.faults()
    must(database.psql("ALTER SERVER attio OPTIONS (DROP max_retries, DROP retry_deadline)"))


@case(RATE)
def rate(emulator, database):
    """A long scan keeps the rate."""
    must(database.psql("SELECT count(*) FROM deals"))
    log, refused = refused_at_rate(emulator, lambda: database.value("SELECT count(DISTINCT record_id) FROM people"))
    tap.ok(refused <= len(log) / 100, f"a long scan keeps the rate: {refused} of {len(log)} requests refused")
    took = max(entry["at"] for entry in log) - min(entry["at"] for entry in log)
    tap.note(f"{len(log)} requests in {took:.1f} s: {len(log) / took:.0f} a second")


@case(RATE)
def several_backends(emulator, database):
    """Each on its own where nothing is shared, so some are refused; every count is right."""
    result = database.value("SELECT count(DISTINCT record_id) FROM people")
    emulator.forget()
    processes = [start_psql("SELECT count(DISTINCT record_id) FROM people", database.name) for _ in range(4)]
    outs = [p.stdout.read().strip() + p.stderr.read() for p in processes]
    log = emulator.log()
    refused = sum(1 for entry in log if entry["status"] == 429)
    tap.ok(set(outs) == {result}, "four backends at once count the same", outs)
    tap.note(f"four backends: {len(log)} requests, {refused} refused")


run()
