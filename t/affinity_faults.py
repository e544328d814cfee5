#!/usr/bin/env python3
"""Answers of Affinity that break, pages that lead nowhere, rows that come or go meanwhile, and statements that are
cancelled: the right rows or an error, never fewer rows.
"""
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from affinity import FAST, KEY, Account  # noqa: E402
from attio_test import must, start_psql  # noqa: E402
from cases import case, run, tap  # noqa: E402

COUNT = "SELECT count(subject) FROM interactions WHERE company_id = 64779194 AND type = 'email' " \
        "AND date >= '2025-03-01' AND date < '2026-01-01'"
LIMIT_S = 10        # requests have 60 s


def prepare(_emulator, database):
    must(database.psql("ALTER FOREIGN TABLE interactions OPTIONS (ADD page_size '50')"))


ACCOUNT = Account("--scale", "24", options=FAST + ", max_retries '0', max_concurrent_requests '1'", before=prepare)
LISTING = {"path": "/interactions"}


def positions(size):
    """Both ends byte by byte, and places all over."""
    return sorted({*range(0, 8), *range(size - 60, size), *range(8, size, max(size // 40, 1))})


@case(ACCOUNT)
def cut_pages(emulator, database):
    emulator.forget()
    right = database.value(COUNT)
    sizes = [entry["bytes"] for entry in emulator.log()]
    tap.ok(len(sizes) > 3, "several pages", sizes)
    for nth in (1, 2):
        for name, more in (("with its length said", {}), ("without a length", {"no_length": True})):
            outcomes = []
            for position in positions(sizes[nth - 1]):
                emulator.faults({"match": {**LISTING, "nth": nth}, "truncate": position, **more})
                result = database.psql(COUNT)
                outcomes.append((position, result.code, result.out, result.err.split("\n")[0]))
            fewer = [o for o in outcomes if o[1] == 0 and o[2] != right]
            tap.ok(not fewer and outcomes[3][1] != 0, f"page {nth} cut at {len(outcomes)} places {name}: an error each time", fewer[:5])
    emulator.faults()


@case(ACCOUNT)
def odd_answers(emulator, database):
    row = '{"id": 1, "type": 3, "date": "2025-06-01T00:00:00Z", "subject": "x"}'
    for nth in (1, 2):
        for name, fault in (
                ("a reset in the headers", {"reset": "headers"}), ("a reset in the body", {"reset": "body"}),
                ("broken gzip", {"gzip_broken": True}),
                ("HTML", {"body": "<html></html>", "content_type": "text/html"}), ("nothing", {"body": ""}),
                ("null", {"body": "null"}), ("no rows", {"body": "{}"}),
                ("rows that are null", {"body": '{"emails": null}'}),
                ("rows under another name", {"body": '{"people": []}'}),
                ("rows cut inside a string", {"body": '{"emails": [{"id": 1, "subject": "a'}),
                ("something behind the end", {"body": '{"emails": []} x'}),
                ("a row without id", {"body": '{"emails": [{"type": 3, "date": "2025-06-01T00:00:00Z"}]}'}),
                ("an id that is none", {"body": '{"emails": [' + row.replace('"id": 1', '"id": "x"') + "]}"}),
                ("a date that is none", {"body": '{"emails": [' + row.replace("2025-06-01T", "soon") + "]}"}),
                ("rows that are no objects", {"body": '{"emails": [1]}'}),
                ("deep nesting", {"body": '{"emails": [' + "[" * 5000 + "]" * 5000 + "]}"}),
                ("HTTP 500", {"status": 500, "body": "{}"}), ("HTTP 204", {"status": 204, "body": ""}),
                ("HTTP 302", {"status": 302, "body": "", "headers": {"Location": "/auth/whoami"}}),
                ("a token that repeats", {"cursor": "again"}), ("a token that is a list", {"cursor": ["x"]})):
            emulator.faults({"match": {**LISTING, "nth": nth}, **fault})
            result = database.psql(COUNT)
            tap.ok(result.code != 0 and KEY not in result.err, f"page {nth}: {name}: an error", result)
    emulator.faults()


@case(ACCOUNT)
def pages(emulator, database):
    right = database.value(COUNT)
    for how in ("short", "empty", "trailing"):
        emulator.switches(pages=how)
        tap.equal(database.value(COUNT), right, f"{how} pages")
    for how, code, words in (("repeating", "40001", "changed in Affinity"), ("circle", "HV000", "the same cursor twice")):
        emulator.switches(pages=how)
        wrong = database.psql(COUNT)
        tap.ok(code in wrong.err and words in wrong.err, f"{how} pages are an error", wrong)
    emulator.reset()


@case(ACCOUNT)
def rows_that_come_meanwhile(emulator, database):
    """A row that comes before the place of a page makes the next page begin with a row that was returned already."""
    person = emulator.dump()["persons"][0]["id"]
    firm = [each["id"] for each in emulator.dump()["persons"] if 64779194 in each["organization_ids"]]
    insert = {"do": "insert", "type": 3, "id": 999999, "date": "2025-12-31T23:00:00Z", "person_ids": [person, firm[0]]}
    emulator.faults({"match": {**LISTING, "nth": 2}, "before": [insert]})
    wrong = database.psql(COUNT)
    tap.ok("40001" in wrong.err and "changed in Affinity" in wrong.err, "an error that says to run it again", wrong)
    emulator.reset()


@case(ACCOUNT)
def what_libcurl_repeats(emulator, database):
    right = database.value(COUNT)
    for times in (1, 2, 10):
        emulator.faults({"match": LISTING, "reset": "before", "times": times})
        result = database.psql(COUNT)
        tap.ok(result.code != 0 or result.out == right, f"{times} resets before the answer: the right rows or an error", result)
    emulator.faults({"match": LISTING, "trickle": [20000, 5]})
    tap.equal(database.value(COUNT), right, "a trickled answer is whole")
    emulator.faults()


@case(ACCOUNT)
def errors(emulator, database):
    """What an answer says stands in the error, in whatever form it comes."""
    for how in ("message", "errors", "texts", "list", "detail", "error", "error_text"):
        emulator.switches(error_body=how, plan="other")
        wrong = database.psql(COUNT)
        tap.ok("does not include the Interactions API" in wrong.err and "42501" in wrong.err, f"error body {how}", wrong)
    for how in ("empty", "html"):
        emulator.switches(error_body=how)
        wrong = database.psql(COUNT)
        tap.ok("403" in wrong.err and "<html" not in wrong.err, f"error body {how}", wrong)
    emulator.reset()
    must(database.psql("ALTER USER MAPPING FOR CURRENT_USER SERVER affinity OPTIONS (SET api_key 'wrong')"))
    wrong = database.psql(COUNT)
    tap.ok("28000" in wrong.err or "28P01" in wrong.err, "a wrong key", wrong)
    must(database.psql(f"ALTER USER MAPPING FOR CURRENT_USER SERVER affinity OPTIONS (SET api_key '{KEY}')"))


@case(ACCOUNT)
def cancelled(emulator, database):
    right = database.value(COUNT)
    for name, fault in (("waiting for the first byte", {"silence": True}), ("reading a trickle", {"trickle": [20, 20]})):
        emulator.faults({"match": {**LISTING, "nth": 2}, **fault})
        started = time.monotonic()
        result = database.psql(f"SET statement_timeout = '500ms'; {COUNT}")
        took = time.monotonic() - started
        tap.ok(took < LIMIT_S and "57014" in result.err, f"statement_timeout while {name}", f"{took:.1f} s {result}")
        emulator.faults({"match": {**LISTING, "nth": 2}, **fault})
        process = start_psql(COUNT, database.name)
        pid = database.backend("SELECT count(subject)", "Extension")
        started = time.monotonic()
        must(database.psql(f"SELECT pg_cancel_backend({pid})"))
        process.wait(60)
        took = time.monotonic() - started
        tap.ok(took < LIMIT_S and "57014" in process.stderr.read(), f"pg_cancel_backend while {name}", f"{took:.1f} s")
    emulator.faults()
    tap.equal(database.value(COUNT), right, "after all of that")


run()
