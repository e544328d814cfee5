#!/usr/bin/env python3
"""Rows behind the usual end: from a begin that is later, and in order among those of other types."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from affinity import Account  # noqa: E402
from attio_test import must  # noqa: E402
from cases import case, run, tap  # noqa: E402

ACCOUNT = Account("--now", "today", "--scale", "24")


def someone(emulator):
    """A person who is not internal, with many interactions."""
    outside = {each["id"] for each in emulator.dump()["persons"] if each["type"] != "internal"}
    found = [ident for each in emulator.dump()["interactions"] for name, ident in each["of"] if name == "person_id" and ident in outside]
    return max(set(found), key=found.count)


@case(ACCOUNT)
def late_begins(emulator, database):
    person = someone(emulator)
    year = int(database.value("SELECT extract(year FROM now())::int"))
    emulator.mutate(*({"do": "insert", "type": 0, "date": f"{year + n}-12-20T10:00:00.000Z", "person_ids": [person]} for n in (2, 3, 4)))
    on = f"FROM interactions WHERE person_id = {person} AND type = 'meeting'"
    for n, right in ((1, 3), (2, 2), (3, 1), (4, 0), (9, 0)):
        tap.equal(database.value(f"SELECT count(*) {on} AND date > '{year + n}-12-31'"), str(right), f"from the end of {year + n} on: {right}")
    tap.equal(database.value(f"SELECT count(*) {on} AND date >= '{year + 3}-12-20 10:00Z'"), "2", "from the moment of a row on")
    emulator.reset()


@case(ACCOUNT)
def in_order(emulator, database):
    """Windows go on behind the newest one of each type, whose rows are not behind those of the other types."""
    person = someone(emulator)
    must(database.psql("ALTER SERVER affinity OPTIONS (ADD latest_after '1d')"))
    emulator.mutate(*({"do": "insert", "type": kind, "date": database.value(f"SELECT to_char(now() + interval '{days} days', 'YYYY-MM-DD')")
                       + "T10:00:00.000Z", "person_ids": [person]} for days in (-20, -10, -5, 300, 700) for kind in (0, 1, 2)))
    for order in ("date", "date DESC"):
        sql = f"""SELECT date, type, id FROM interactions WHERE person_id = {person} AND date > now() - interval '6 years'
            ORDER BY {order}, type, id LIMIT 100000"""
        got, right = database.value(sql), database.value(f"SET attio_fdw.push_sort = off; {sql}")
        tap.ok(got == right and len(got.split("\n")) > 20, f"ORDER BY {order}", (got, right))
        shown = database.value(f"EXPLAIN (COSTS OFF) {sql}")
        tap.ok("window by window" in shown, "each window is sorted alone", shown)
    must(database.psql("ALTER SERVER affinity OPTIONS (DROP latest_after)"))
    emulator.reset()


run()
