#!/usr/bin/env python3
"""What Affinity's answers mean beside rows: whose key it is, what an error says, which tables an import names."""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from affinity import FAST, Account  # noqa: E402
from attio_test import must  # noqa: E402
from cases import case, run, tap  # noqa: E402

ACCOUNT = Account(options=FAST + ", max_retries '0'")
ONE = "SELECT count(*) FROM interactions WHERE id = 1 AND type = 'call'"


@case(ACCOUNT)
def whose_key(emulator, database):
    """An answer that names no account is none to the check of the key."""
    check = "SELECT status FROM attio_fdw_check('affinity') WHERE name = 'key'"
    tap.equal(database.value(check), "ok", "an account")
    for body in ({}, {"tenant": "Tenant"}, {"tenant": None, "user": {"id": 1}}, [], "ok"):
        emulator.faults({"match": {"path": "/auth/whoami"}, "status": 200, "body": json.dumps(body)})
        tap.equal(database.value(check), "error", f"no account: {body}")
    emulator.faults()


@case(ACCOUNT)
def a_row_that_is_refused(emulator, database):
    """Only an answer that there is no such row means that there is none."""
    tap.equal(database.value(ONE), "0", "404: no row")
    for status, state in ((400, "22023"), (401, "28000"), (403, "42501"), (413, "54000"), (422, "22023"), (500, "HV000")):
        emulator.faults({"match": {"path": "/interactions"}, "status": status, "body": '{"message": "No."}'})
        wrong = database.psql(ONE)
        tap.ok(state in wrong.err and "No." in wrong.err, f"{status}: an error", wrong)
    emulator.faults()


@case(ACCOUNT)
def messages(emulator, database):
    """Of several messages all are told, of many the first five, and of a long one the beginning."""
    def told(body):
        emulator.faults({"match": {"path": "/interactions"}, "status": 422, "body": json.dumps(body)})
        return database.psql(ONE).err

    some = [{"message": f"Reason {n}.", "param": f"part_{n}"} for n in range(1, 9)]
    for body in (some[:3], {"errors": some[:3]}, {"detail": some[:3]}):
        tap.ok("Reason 1. (part_1); Reason 2. (part_2); Reason 3. (part_3)" in told(body), f"three in {type(body).__name__}", told(body))
    many = told({"errors": some})
    tap.ok("Reason 5. (part_5); and 3 more" in many and "Reason 6" not in many, "of eight the first five", many)
    wrong = told({"message": "x" * 5000})
    tap.ok("x" * 400 in wrong and "x" * 600 not in wrong, "a long one", len(wrong))
    wrong = told({"errors": [{"message": letter * 400} for letter in "abc"]})
    tap.ok("a" * 400 in wrong and "c" * 200 not in wrong, "several that are long together", len(wrong))
    for body, words in (({"error": {"message": "Inside."}}, "Inside."), ({"error": "Alone."}, "Alone."), (["One.", "Two."], "One.; Two."),
                        ({"message": "Both.", "errors": ["More."]}, "Both.; More."), ({"title": "Named."}, "Named.")):
        tap.ok(words in told(body), f"{body}", told(body))
    emulator.faults()


@case(ACCOUNT)
def imported(_emulator, database):
    def tables(clause):
        return database.value(f"DROP SCHEMA IF EXISTS chosen CASCADE; CREATE SCHEMA chosen; IMPORT FOREIGN SCHEMA affinity {clause} FROM SERVER "
                              "affinity INTO chosen; SELECT string_agg(relname, ',' ORDER BY relname) FROM pg_class "
                              "WHERE relnamespace = 'chosen'::regnamespace AND relkind = 'f'")

    everything = tables("")
    tap.equal(everything, "companies,interactions,opportunities,persons,rate_limit,whoami", "all")
    tap.equal(tables("LIMIT TO (persons, whoami)"), "persons,whoami", "some")
    tap.equal(tables("EXCEPT (persons, whoami)"), "companies,interactions,opportunities,rate_limit", "all but some")
    warned = database.psql("SET client_min_messages = warning; IMPORT FOREIGN SCHEMA affinity LIMIT TO (person) FROM SERVER affinity INTO chosen")
    tap.ok('"person" does not exist' in warned.err and 'Perhaps you meant "persons"' in warned.err, "a name that there is not", warned)
    missing = must(database.psql("SELECT string_agg(attname, ',') FROM pg_attribute WHERE attrelid IN ('affinity.persons'::regclass, "
                                 "'affinity.companies'::regclass) AND attname IN ('company_ids', 'person_ids')")).out
    tap.equal(missing, "", "columns that no listing tells are left out")


@case(ACCOUNT)
def more_than_was_sent(emulator, database):
    """A new row that is answered with other persons is told of, whether there are more, fewer or others."""
    new = "INSERT INTO interactions (type, person_ids, content, date) VALUES ('call', '{443,460}', 'x', '2025-12-01')"
    for persons, is_told in (([443, 460], False), ([460, 443], False), ([443, 460, 461], True), ([443], True), ([443, 461], True), ([], True)):
        emulator.faults({"match": {"method": "POST"}, "status": 200, "body": json.dumps(
            {"id": 9, "type": 1, "date": "2025-12-01T00:00:00Z", "persons": [{"id": ident} for ident in persons]})})
        result = must(database.psql(new))
        tap.equal("person_ids" in result.err, is_told, f"{persons} instead of 443 and 460: {result.err}")
    emulator.faults()


run()
