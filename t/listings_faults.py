#!/usr/bin/env python3
"""Faults while eight listings of one scan are under way: the right rows or an error, and the session goes on."""
import os
import re
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from affinity import FAST, Account  # noqa: E402
from attio_test import must, start_psql  # noqa: E402
from cases import case, run, tap  # noqa: E402

SPAN = "date >= '2025-05-01Z' AND date < '2025-07-01Z'"
LISTING = {"path": "/interactions"}
PEOPLE = 10


def fill(emulator, database):
    """Between 5 and 50 e-mails of each of ten persons, ten a page."""
    people = [each["id"] for each in emulator.dump()["persons"] if str(each["type"]) not in ("1", "internal")][:PEOPLE]
    emulator.mutate(*({"do": "insert", "type": 3, "id": 900000 + 100 * n + i, "person_ids": [person], "date": f"2025-0{5 + i % 2}-{i % 28 + 1:02}T{i % 24:02}:00:00Z"}
                      for n, person in enumerate(people) for i in range(5 * n + 5)))
    must(database.psql("ALTER FOREIGN TABLE interactions OPTIONS (ADD page_size '10'); "
                       f"CREATE TABLE wanted AS SELECT unnest('{{{','.join(map(str, people))}}}'::bigint[]) AS id; ANALYZE wanted; "
                       f"CREATE VIEW mails AS SELECT person_id, id, date FROM interactions WHERE type = 'email' AND {SPAN} "
                       "AND person_id = ANY (ARRAY(SELECT id FROM wanted))"))


ACCOUNT = Account("--scale", "60", options=FAST + ", max_retries '2'", before=fill)
# what proves that rows came, each once
COUNT = "SELECT count(*), count(DISTINCT (person_id, id)), sum(hashint8(id)) FROM mails"
JOIN = COUNT.replace("mails", f"wanted w JOIN interactions i ON i.person_id = w.id AND i.type = 'email' AND i.{SPAN}").replace("(person_id, id)", "(i.person_id, i.id)").replace("hashint8(id)", "hashint8(i.id)")


def forms(database):
    right = database.value(COUNT)
    tap.ok(int(right.split("|")[0]) > 270, "there are rows", right)
    return right, ((COUNT, "a list"), (JOIN, "a join"))


@case(ACCOUNT)
def mended(emulator, database):
    """What may be sent again is: all rows come."""
    right, ways = forms(database)
    for nth in ([1], [2, 3], list(range(5, 12)), [20], [38]):
        for name, fault in (("reset in the headers", {"reset": "headers"}), ("reset in the body", {"reset": "body"}), ("HTTP 502", {"status": 502, "body": ""}),
                            ("429", {"status": 429, "headers": {"Retry-After": "1"}}), ("cut", {"truncate": 30})):
            sql, how = ways[len(nth) % 2]
            emulator.faults({"match": {**LISTING, "nth": nth}, **fault})
            tap.equal(database.value(sql), right, f"{how}: {name} of request {nth[0]} and {len(nth) - 1} more")
    emulator.faults()


@case(ACCOUNT)
def errors(emulator, database):
    """An error in one listing while others are under way ends the statement; the next one of the session is right."""
    right, ways = forms(database)
    for nth in (1, 2, 9, 25):
        for name, fault in (("HTTP 400", {"status": 400, "body": '{"message": "no"}'}), ("HTTP 500", {"status": 500, "body": "{}"}),
                            ("broken JSON", {"body": '{"emails": [{"id": 1, '}), ("another member", {"body": '{"people": []}'})):
            for sql, how in ways:
                emulator.faults({"match": {**LISTING, "nth": list(range(nth, nth + 1 + 4 * (name == "HTTP 500")))}, **fault})
                out = database.psql(f"\\set ON_ERROR_STOP off\n{sql};\n{COUNT};\nSELECT count(*) FROM persons WHERE id IN (SELECT id FROM wanted)")
                lines = out.out.splitlines()
                tap.ok(lines[-1:] == [str(PEOPLE)] and all(line == right for line in lines[:-1]) and len(lines) >= 2 and
                       ("ERROR" in out.err or len(lines) == 3), f"{how}: {name} of request {nth}: an error or all rows, and then the right ones", out)
    emulator.faults()


@case(ACCOUNT)
def cancelled(emulator, database):
    right, ways = forms(database)
    for sql, how in ways:
        for nth in (3, 14):
            emulator.faults({"match": {**LISTING, "nth": nth}, "silence": True})
            result = database.psql(f"\\set ON_ERROR_STOP off\nSET statement_timeout = '700ms'; {sql};\nSET statement_timeout = 0;\n{COUNT}")
            tap.ok("57014" in result.err and result.out.splitlines() == [right], f"{how}: a statement that is cancelled, and the next one", result)
        emulator.faults({"match": {**LISTING, "nth": 9}, "silence": True})
        process = start_psql(sql, database.name)
        pid = database.backend("count(DISTINCT", "Extension")
        started = time.monotonic()
        must(database.psql(f"SELECT pg_terminate_backend({pid})"))
        process.wait(60)
        tap.ok(time.monotonic() - started < 20, f"{how}: a session that is ended")
    emulator.faults()
    tap.equal(database.value(COUNT), right, "after all of that")


@case(ACCOUNT)
def in_parts(emulator, database):
    """Cursors that are left open, closed and read on, with faults and other queries between."""
    right, _ = forms(database)
    total = int(right.split("|")[0])
    emulator.faults({"match": {**LISTING, "nth": [6, 13]}, "reset": "headers"})
    out = must(database.psql(f"BEGIN; DECLARE a CURSOR FOR SELECT person_id, id FROM mails; DECLARE b CURSOR FOR SELECT person_id, id FROM mails; FETCH 45 FROM a; "
                             f"FETCH 25 FROM b; SELECT count(*) FROM persons WHERE id IN (SELECT id FROM wanted); FETCH 45 FROM a; {COUNT}; CLOSE b; FETCH ALL FROM a; COMMIT")).out.splitlines()
    rows = out[:45] + out[71:116] + out[117:]
    tap.ok(out[70] == str(PEOPLE) and out[116] == right and len(rows) == total == len(set(rows)), "two cursors and two queries of one session", len(rows))
    emulator.faults({"match": {**LISTING, "nth": [10]}, "status": 400, "body": '{"message": "no"}'})
    out = database.psql(f"\\set ON_ERROR_STOP off\nBEGIN; SAVEPOINT s; DECLARE a CURSOR FOR SELECT id FROM mails; FETCH 12 FROM a;\nMOVE FORWARD ALL IN a;\nROLLBACK TO s;\n{COUNT};\nCOMMIT")
    tap.ok(out.out.splitlines()[12:] == [right] and "ERROR" in out.err, "a subtransaction that is rolled back", out)
    emulator.faults()
    union = "SELECT count(*) FROM (SELECT person_id, id FROM mails UNION ALL SELECT person_id, id FROM mails UNION ALL SELECT id, id FROM persons) s"
    wanted = database.value(union)
    for fault in ({"reset": "body"}, {"status": 429, "headers": {"Retry-After": "1"}}):
        emulator.faults({"match": {**LISTING, "nth": [4, 5, 30]}, **fault})
        tap.equal(database.value(union), wanted, "scans below one Append")
    emulator.faults({"match": {**LISTING, "nth": [12]}, "status": 400, "body": '{"message": "no"}'})
    result = database.psql(f"\\set ON_ERROR_STOP off\n{union};\n{COUNT}")
    tap.ok("ERROR" in result.err and result.out == right, "an error in one of them", result)
    emulator.faults()


@case(ACCOUNT)
def memory_and_descriptors(emulator, database):
    """Statements that fail, are cancelled, or stop at a LIMIT leave nothing in their session."""
    right, _ = forms(database)
    sized = "SELECT count(*) FROM pg_ls_dir('/proc/self/fd'); SELECT sum(total_bytes) FROM pg_backend_memory_contexts;"
    one = f"SELECT count(*) FROM (SELECT * FROM mails LIMIT 33) s;\nSET statement_timeout = '150ms';\n{COUNT};\nSET statement_timeout = 0;\nSELECT 1 / (count(*) - 1) FROM (SELECT * FROM mails LIMIT 1) s;\n"
    emulator.faults({"match": {**LISTING}, "delay_ms": 30})
    out = database.psql("\\set ON_ERROR_STOP off\n\\o /dev/null\n" + one * 3 + f"\\o\n{sized}\n\\o /dev/null\n" + one * 15 + f"\\o\n{sized}\n{COUNT}").out.splitlines()
    emulator.faults()
    numbers = [int(line) for line in out if re.fullmatch(r"\d+", line)][-4:]
    tap.ok(out[-1] == right and numbers[2] <= numbers[0] + 2, "descriptors are as before", out)
    tap.ok(numbers[3] < numbers[1] * 1.1 + 200000, "so is memory", out)


run()
