#!/usr/bin/env python3
"""Affinity's limits: 900 requests a minute, the month's, what its answers tell of both."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from affinity import Account  # noqa: E402
from attio_test import must  # noqa: E402
from cases import case, run, tap  # noqa: E402

ACCOUNT = Account(options="")       # with the options as they are
SCAN = "SELECT count(*) > 0 FROM companies;"
MANY = """SELECT count(*) FROM interactions WHERE company_id IN (SELECT id FROM companies) AND type = 'meeting'
    AND date BETWEEN '2024-01-01' AND '2025-12-01';"""


def statuses(emulator):
    found = [entry["status"] for entry in emulator.log()]
    emulator.forget()
    return found


@case(ACCOUNT)
def minute(emulator, database):
    """What is left of the minute is kept to, whatever the case of the headers' names; reads and writes together."""
    for case_of_names in ("mixed", "lower"):
        emulator.reset()
        emulator.switches(requests_per_minute=20, minute_s=1, header_case=case_of_names)
        emulator.forget()
        must(database.psql(f"{SCAN} {MANY} INSERT INTO interactions (type, person_ids, content, date) "
                           "SELECT 'call', '{443}', 'c' || i, '2025-12-01' FROM generate_series(1, 25) i"))
        found = statuses(emulator)
        tap.ok(len(found) > 60 and set(found) == {200}, f"{case_of_names}: of many requests none is refused", found)
    emulator.reset()


@case(ACCOUNT)
def default(emulator, database):
    """Without such headers, 900 requests a minute."""
    emulator.reset()
    emulator.forget()
    result = database.psql("SET statement_timeout = '8s'; " + "SELECT count(*) FROM whoami;" * 1000)
    tap.ok("57014" in result.err, "the 901st request waits", result.err)
    tap.equal(len(statuses(emulator)), 900, "900 are sent at once")


@case(ACCOUNT)
def refused(emulator, database):
    """A 429 waits for the end of the minute, where Retry-After does not say otherwise."""
    for how in ("absent", "seconds", "date"):
        emulator.reset()
        emulator.switches(requests_per_minute=3, minute_s=2, retry_after=how)
        emulator.forget()
        must(database.psql(SCAN))
        must(database.psql(SCAN))
        must(database.psql(SCAN))
        emulator.forget()
        tap.equal(must(database.psql(SCAN)).out, "t", f"{how}: who does not know is refused, and asks again")
        found = statuses(emulator)
        tap.ok(found.count(429) <= 2 and found[-1] == 200, f"{how}: when the minute is over", found)
    emulator.reset()
    emulator.switches(most_at_once=2)
    must(database.psql(MANY))
    emulator.reset()


@case(ACCOUNT)
def month(emulator, database):
    """The month's requests are shown, kept, and never gone below."""
    emulator.reset()
    emulator.switches(requests_per_minute=900, monthly_limit=100, monthly_used=90)
    found = must(database.psql(f"{SCAN} SELECT minute_limit, minute_remaining, month_limit, month_remaining, "
                               "month_reset_at > now() + '1 day' FROM attio_fdw_rate")).out.splitlines()
    tap.equal(found[1], "900|899|100|9|t", "attio_fdw_rate shows both")
    must(database.psql("ALTER SERVER affinity OPTIONS (ADD monthly_reserve '5')"))
    emulator.forget()
    result = database.psql(SCAN * 10)
    tap.ok("53400" in result.err and "monthly_reserve" in result.err and statuses(emulator) == [200] * 4,
           "what is kept is not used", result)
    result = database.psql(f"{SCAN}")
    statuses(emulator)
    result = database.psql(f"\\set ON_ERROR_STOP off\nSELECT user_id > 0, account_month_remaining FROM whoami, rate_limit; {SCAN}\n"
                           "INSERT INTO interactions (type, person_ids, content, date) VALUES ('call', '{443}', 'x', now())")
    tap.ok(result.out == "t|4" and result.err.count("53400") == 2, "whoami and rate_limit, which do not count, are read", result)
    tap.equal(statuses(emulator), [200, 200], "a write is not sent, either")
    result = database.psql(f"ALTER SERVER affinity OPTIONS (DROP monthly_reserve); {SCAN} ALTER SERVER affinity OPTIONS "
                           "(ADD monthly_reserve '5'); SELECT user_id > 0 FROM whoami; SELECT account_month_remaining FROM rate_limit")
    tap.ok(result.out == "t\nt\n3" and statuses(emulator) == [200] * 3, "by a session that knows that nothing else may be", result)
    must(database.psql("ALTER SERVER affinity OPTIONS (DROP monthly_reserve)"))
    emulator.switches(monthly_used=1000)
    emulator.forget()
    result = database.psql("INSERT INTO interactions (type, person_ids, content, date) VALUES ('call', '{443}', 'x', now())")
    tap.ok("53400" in result.err and "Affinity refused the request: this month's requests are used up" in result.err
           and statuses(emulator) == [429], "a 429 of the month is not sent again", result)
    emulator.reset()


run()
