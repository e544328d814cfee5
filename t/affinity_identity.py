#!/usr/bin/env python3
"""A row of interactions is its id and its type: whatever names rows that were written, or not, says both."""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from affinity import Account  # noqa: E402
from attio_test import ServerLog, must  # noqa: E402
from cases import case, run, tap  # noqa: E402

ACCOUNT = Account()


def many(database):
    """A person, and the interactions that can be written, of several types: each as messages name it."""
    by_person = {}
    for line in database.value("""SELECT person_id, id, type FROM interactions WHERE type <> 'email' AND date >= '2025-01-01'
            AND date < '2026-01-01' AND person_id = ANY (ARRAY(SELECT id FROM persons WHERE type = 'external' LIMIT 15))""").splitlines():
        person, ident, kind = line.split("|")
        by_person.setdefault(person, set()).add(f"{ident} ({kind})")
    return max(by_person.items(), key=lambda found: (len({name.split(" ")[1] for name in found[1]}), len(found[1])))


def where(person):
    return f"WHERE person_id = {person} AND date >= '2025-01-01' AND date < '2026-01-01' AND type <> 'email'"


def named(text, label):
    """The rows behind a label."""
    found = re.search(rf"^{label}: +(.*)$", text, re.M)
    return set(found.group(1).split(", ")) if found else set()


def warned(result):
    """The rows that the warning of an abort names."""
    found = re.search(r"rolled back\n(DETAIL: .*)$", result.err, re.M)
    return named(found.group(1), "DETAIL") if found else set()


@case(ACCOUNT)
def after_an_error(emulator, database):
    emulator.reset()
    person, names = many(database)
    tap.ok(len({name.split(" ")[1] for name in names}) > 1 and len(names) > 3, f"{len(names)} interactions of several types")
    for settings in ("", "SET work_mem = '64kB';"):
        emulator.faults({"match": {"method": "PUT", "nth": 3}, "status": 422, "body": '{"message": "no"}'})
        result = database.psql(f"{settings} UPDATE interactions SET content = repeat('x', 20000) {where(person)}")
        done, not_done = named(result.err, "written"), named(result.err, "not written")
        tap.ok(result.code != 0 and done and not_done, "some are written", result)
        tap.equal(done | not_done, names, f"all are named by id and type {settings}")
        tap.ok(warned(result) and warned(result) <= done | {"..."}, "so does the warning", result)
        emulator.reset()
    emulator.faults({"match": {"method": "DELETE", "nth": 2}, "status": 422, "body": '{"message": "no"}'})
    result = database.psql(f"DELETE FROM interactions {where(person)}")
    tap.equal(named(result.err, "written") | named(result.err, "not written"), names, "a DELETE")
    emulator.reset()


@case(ACCOUNT)
def of_a_transaction_that_aborts(emulator, database):
    emulator.reset()
    person, names = many(database)
    log = ServerLog(database)
    result = must(database.psql(f"""BEGIN;
        INSERT INTO interactions (type, person_ids, content, date) VALUES ('call', '{{443}}', 'a', now()), ('meeting', '{{443}}', 'b', now());
        UPDATE interactions SET content = 'x' {where(person)} AND id = {sorted(names)[0].split()[0]};
        ROLLBACK"""))
    told = warned(result)
    tap.equal(sorted(name.split(" ")[1] for name in told - names), ["(call)", "(meeting)"], "new rows, by what was answered")
    tap.ok(sorted(names)[0] in told, "and one that was there", result)
    tap.ok(all(re.search(r", id \d+ \((call|meeting|chat-message)\),", line) for line in log.writes()), "the log says it, too", log.writes())
    emulator.reset()


run()
