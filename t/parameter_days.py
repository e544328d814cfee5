#!/usr/bin/env python3
"""Conditions on the day or the month of a time are no bounds of the time: they are checked locally."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from affinity import Account  # noqa: E402
from attio_test import must  # noqa: E402
from cases import case, run, tap  # noqa: E402

ACCOUNT = Account("--scale", "24")
ON = "company_id = 64779194 AND type = 'email' AND date >= '2025-01-01' AND date < '2026-01-01'"
# of the last day, or month, as a bound of the time would have it, there would be no rows
CONDITIONS = ("{}::date <= '{day}'", "{}::date = '{day}'", "{}::date < '{day}'", "{}::date >= '{day}'", "{}::date > '{day}'",
              "'{day}' >= {}::date", "date_trunc('month', {}) <= '{month}'", "date_trunc('month', {}) = '{month}'",
              "date_trunc('year', {}) = '2025-01-01'", "date_trunc('day', {}) <= '{day}'")


@case(ACCOUNT)
def days(emulator, database):
    day = must(database.psql(f"SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY date)::date FROM interactions WHERE {ON}")).out
    for zone in ("UTC", "Asia/Kolkata"):
        for condition in CONDITIONS:
            emulator.forget()
            # that which nobody takes apart
            shown, hidden = (condition.format(column, day=day, month=day[:8] + "01") for column in ("date", "(date + interval '0')"))
            got, right = must(database.psql(f"SET timezone = '{zone}'; SELECT count(*) FROM interactions WHERE {ON} AND {shown}; "
                                            f"SELECT count(*) FROM interactions WHERE {ON} AND {hidden}")).out.split("\n")
            tap.ok(got == right and int(got) > 0, f"{zone}: {shown}", (got, right))


run()
