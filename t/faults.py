#!/usr/bin/env python3
"""Answers that break: at every class of byte position, on the first page and on a later one.

The result is the right rows or an error, never fewer rows, never a crash.
"""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import Workspace, must  # noqa: E402
from cases import case, run, tap  # noqa: E402

RIGHT = "200"
COUNT = "SELECT count(name) FROM people"

MANY_ROWS = [{"id": {"record_id": f"00000000-0000-4000-8000-{i:012d}"}, "values": {}} for i in range(101)]


def positions(size):
    """Both ends byte by byte, and places all over: inside keys, strings, escapes, characters, brackets."""
    return sorted({*range(0, 12), *range(size - 12, size), *range(12, size, max(size // 40, 1))})


def prepare(_emulator, database):
    must(database.psql("ALTER FOREIGN TABLE people OPTIONS (ADD page_size '100')"))


WORK = Workspace(options=", max_retries '0', max_concurrent_requests '1'", before=prepare)


@case(WORK)
def cut_pages(emulator, database):
    emulator.forget()
    must(database.psql(COUNT))
    sizes = [entry["bytes"] for entry in emulator.log() if entry["path"].endswith("query")]
    tap.ok(len(sizes) == 3, "three pages", sizes)

    for nth in (1, 2):
        for name, more in (("with its length said", {}), ("without a length", {"no_length": True})):
            outcomes = []
            for position in positions(sizes[nth - 1]):
                emulator.faults({"match": {"path": "query", "nth": nth}, "truncate": position, **more})
                result = database.psql(COUNT)
                outcomes.append((position, result.code, result.err.split("\n")[0]))
            fewer = [o for o in outcomes if o[1] == 0]
            tap.ok(not fewer, f"page {nth} cut at {len(outcomes)} places {name}: an error each time", fewer[:5])


@case(WORK)
def odd_answers(emulator, database):
    for nth in (1, 2):
        for name, fault in (
                ("a reset in the headers", {"reset": "headers"}),
                ("a reset in the body", {"reset": "body"}),
                ("broken gzip", {"gzip_broken": True}),
                ("HTML", {"body": "<html></html>", "content_type": "text/html"}),
                ("nothing", {"body": ""}),
                ("null", {"body": "null"}),
                ("an array", {"body": "[]"}),
                ("no data", {"body": "{}"}),
                ("data that is null", {"body": '{"data":null}'}),
                ("data cut inside a string", {"body": '{"data":[{"id":{"record_id":"3a4da5ae'}),
                ("something behind the end", {"body": '{"data":[]} x'}),
                ("more rows than asked for", {"body": json.dumps({"data": MANY_ROWS})}),
                ("a row without id", {"body": '{"data":[{"values":{}}]}'}),
                ("an id that is none", {"body": '{"data":[{"id":{"record_id":"x"},"values":{}}]}'}),
                ("rows that are no objects", {"body": '{"data":[1]}'}),
                ("deep nesting", {"body": '{"data":[' + "[" * 5000 + "]" * 5000 + "]}"}),
                ("HTTP 500", {"status": 500, "body": "{}"}),
                ("HTTP 204", {"status": 204, "body": ""}),
                ("HTTP 302", {"status": 302, "body": "", "headers": {"Location": "/v2/self"}}),
                ("a huge header", {"headers": {"X-Big": "x" * 60000, "X-Bigger": "y" * 60000}}),
        ):
            emulator.faults({"match": {"path": "query", "nth": nth}, **fault})
            result = database.psql(COUNT)
            tap.ok(result.code != 0 and "emulator-key" not in result.err, f"page {nth}: {name}: an error", result)


@case(WORK)
def dead_connections(emulator, database):
    """libcurl asks again by itself when a kept-alive connection dies before the first byte: right rows, or an error."""
    for times in (1, 2, 10):
        emulator.faults({"match": {"path": "query"}, "reset": "before", "times": times})
        result = database.psql(COUNT)
        tap.ok(result.code != 0 or result.out == RIGHT, f"{times} resets before the answer: the right rows or an error",
               result)


@case(WORK)
def invalid_utf8(emulator, database):
    """It matters where the column is asked for."""
    for column, code in (("name", 3), ("job_title", 0)):
        emulator.faults({"match": {"path": "query"}, "body_bytes":
                         '{"data":[{"id":{"record_id":"3a4da5ae-862e-4a96-8241-ce4687fb4237"},"values":'
                         '{"name":[{"full_name":"\u00ff"}],"job_title":[{"value":"x"}]}}]}'})
        result = database.psql(f"SELECT {column} FROM people")
        tap.ok((result.code != 0) == (code != 0), f"invalid UTF-8 in name, {column} asked for", result)
        if code:
            tap.ok("22021" in result.err and 'column "name"' in result.err, "it says which column", result.err)


@case(WORK)
def slow_answers(emulator, database):
    """A slow but whole answer is right, and a connection that died while it was idle is replaced."""
    emulator.faults({"match": {"path": "query"}, "trickle": [20000, 5]})
    tap.equal(database.value(COUNT), RIGHT, "a trickled answer is whole")
    emulator.faults({"match": {"path": "query"}, "body_delay_ms": 300})
    tap.equal(database.value(COUNT), RIGHT, "a delay before the body")
    emulator.faults({"match": {"path": "query"}, "no_length": True})
    tap.equal(database.value(COUNT), RIGHT, "an answer without a length")

    # a connection that died while it was idle is replaced
    emulator.faults({"match": {"path": "query", "nth": 1}, "no_length": True})
    tap.equal(database.value(f"{COUNT}; {COUNT}"), f"{RIGHT}\n{RIGHT}", "a closed connection is replaced")
    emulator.faults()
    tap.equal(database.value(COUNT), RIGHT, "after all of that")


run()
