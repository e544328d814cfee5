#!/usr/bin/env python3
"""Turns of the rate limit: a scan waits for one at a time, and what is not sent gives its turn back.

Read from the order of requests in the emulator's log and from the governor's view, not from a clock.
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import Workspace, must  # noqa: E402
from cases import case, run, tap  # noqa: E402


def queries(emulator):
    return [entry["path"].split("/")[3] for entry in emulator.log() if entry["path"].endswith("query")]


def prepare(_emulator, database):
    must(database.psql("ALTER FOREIGN TABLE people OPTIONS (ADD page_size '100')"))


WORK = Workspace("--scale", "1500", options=", read_rate '10'", before=prepare)
AHEAD = "SELECT coalesce(max(read_wait_ms), 0) / 1000 FROM attio_fdw_rate;"


def ids_of(emulator):
    """The ids of the objects people and companies."""
    return [emulator.get(f"/v2/objects/{slug}")["id"]["object_id"] for slug in ("people", "companies")]


def warm(database):
    """A company, and statements after which a session knows its tables."""
    one = database.value("SELECT record_id FROM companies LIMIT 1")
    return one, (f"SELECT count(*) FROM companies WHERE record_id = '{one}'; "
                 f"SELECT count(*) FROM people WHERE record_id = '{one}';")


@case(WORK)
def short_behind_long(emulator, database):
    """A short query behind a long one that reads ahead."""
    _, companies = ids_of(emulator)
    one, warming = warm(database)
    emulator.forget()
    must(database.psql(f"{warming} BEGIN; DECLARE c CURSOR FOR SELECT record_id FROM people; FETCH 450 FROM c;"
                       f"SELECT count(*) FROM companies WHERE record_id = '{one}'; FETCH 450 FROM c; COMMIT;"))
    order = queries(emulator)
    place = len(order) - 1 - order[::-1].index(companies)
    warmed = place - 1 - order[:place][::-1].index(companies)
    before = place - warmed - 2     # between the two, without the other that warmed up
    # 5 pages are read; all 8 places ahead would make it 13, and a slow machine lets some turns come free meanwhile
    tap.ok(before <= 5 + 5,
           f"a lookup waits for a turn of the scan, not for all pages that it reads ahead: {before} of them came first",
           order)


@case(WORK)
def side_by_side(emulator, database):
    """All rows of several scans, in turns."""
    people, companies = ids_of(emulator)
    emulator.forget()
    got = database.value("SELECT count(*), count(DISTINCT record_id) FROM (SELECT record_id FROM people "
                         "UNION ALL SELECT record_id FROM companies) s")
    tap.equal(got.split("|")[0], got.split("|")[1], "scans side by side have every row once")
    must(database.psql("ALTER FOREIGN TABLE companies OPTIONS (ADD page_size '100')"))
    emulator.forget()
    database.value("SELECT count(*) FROM (SELECT record_id FROM people UNION ALL SELECT record_id FROM companies) s")
    order = queries(emulator)
    both = order[: 2 * min(order.count(people), order.count(companies))]
    tap.ok(abs(both.count(people) - both.count(companies)) <= max(3, 0.2 * len(both)), "and go on evenly", order)


@case(WORK)
def dropped(_emulator, database):
    """What is dropped gives its place back."""
    _, warming = warm(database)
    must(database.psql("ALTER SERVER attio OPTIONS (SET read_rate '1')"))
    out = database.value(f"\\o /dev/null\n{warming} BEGIN; DECLARE c CURSOR FOR SELECT record_id FROM people; "
                         f"FETCH 250 FROM c;\n\\o\n{AHEAD} CLOSE c; {AHEAD} COMMIT;")
    waiting, left = [float(line) for line in out.split("\n")]
    tap.ok(waiting < 2.5, "a scan that reads ahead has one place in the line", out)
    tap.ok(left <= waiting / 2, "a cursor that is closed has none", out)
    tap.note(f"seconds until the next turn at 1 a second: {waiting:.2f} with the cursor open, {left:.2f} after it "
             "was closed")


run()
