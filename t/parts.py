#!/usr/bin/env python3
"""Interactions by more ids than a filter has: each attribute is a part of several listings, whose rows come once."""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from activity import interactions_of  # noqa: E402
from attio_test import QUICK, Workspace, must  # noqa: E402
from cases import case, run, tap  # noqa: E402

COLUMNS = "object, record_id, attribute, type, interacted_at, owner_member_id, owner_type"
IDS = 230       # of 100 a filter: three listings for each attribute


def prepare(emulator, database):
    rows = [row for listing in interactions_of(emulator).values() for row in listing]
    must(database.psql(f"CREATE TABLE copy AS SELECT {COLUMNS} FROM jsonb_populate_recordset(NULL::interactions, $${json.dumps(rows)}$$);"
                       f"CREATE TABLE wanted AS SELECT DISTINCT ON (md5(record_id::text)) record_id FROM copy ORDER BY md5(record_id::text) LIMIT {IDS}"))


WORK = Workspace("--scale", "200", options=QUICK, before=prepare)
WANTED = "record_id = ANY (ARRAY(SELECT record_id FROM wanted)) %s"
MORE = ("", "AND object = 'people'", "AND object = 'people' AND attribute = 'last_interaction'", "AND type IN ('email', 'meeting')",
        "AND interacted_at > '2025-01-01Z'")


def same(emulator, database, name, settings=""):
    """The rows, each as often as it is there; returns (rows, queries) of each condition."""
    found = []
    for more in MORE:
        emulator.forget()
        sql = f"SELECT {COLUMNS} FROM interactions WHERE {WANTED % more}"
        right = database.value(f"SELECT count(*) FROM copy WHERE {WANTED % more}")
        got = must(database.psql(f"{settings} SELECT count(*), (SELECT count(*) FROM (({sql}) EXCEPT ALL TABLE copy) x) FROM ({sql}) t")).out
        tap.equal(got, f"{right}|0", f"{name}: {right} rows {more}")
        found.append((int(right), len(emulator.queries())))
    return found


@case(WORK)
def once(emulator, database):
    found = same(emulator, database, "as documented")
    tap.ok(all(rows > 30 for rows, _ in found) and found[0][1] > found[2][1] >= 3, "of several listings", found)
    for order in ("interacted_at", "interacted_at DESC", "object, attribute, record_id"):
        sql = f"SELECT md5(string_agg(interacted_at::text, ' ')) FROM (SELECT interacted_at FROM TABLE WHERE {WANTED % ''} ORDER BY {order} LIMIT 90) t"
        tap.equal(database.value(sql.replace("TABLE", "interactions")), database.value(sql.replace("TABLE", "copy")), f"by {order}")


@case(WORK)
def filters_that_are_not_followed(emulator, database):
    """Each listing of a part then has all its rows."""
    for order in ("id", "creation", "hash", "updated"):
        emulator.switches(filters="ignored", unsorted_order=order)
        same(emulator, database, f"filters ignored, rows by {order}")
    emulator.reset()


@case(WORK)
def filters_that_are_refused(emulator, database):
    """The first of a part, one in its midst, the last; each of the others is sent."""
    for nth in range(1, 8):
        emulator.faults({"match": {"path": "/query", "nth": nth}, "times": 1, "status": 400,
                         "body": json.dumps({"status_code": 400, "type": "invalid_request_error", "code": "filter_error", "message": "No."})})
        for more in MORE[:3]:
            emulator.faults({"match": {"path": "/query", "nth": nth}, "times": 1, "status": 400,
                             "body": json.dumps({"status_code": 400, "type": "invalid_request_error", "code": "filter_error", "message": "No."})})
            sql = f"FROM interactions WHERE {WANTED % more}"
            got = must(database.psql(f"SELECT count(*), count(DISTINCT (object, attribute, record_id)) {sql}")).out
            right = database.value(f"SELECT count(*) FROM copy WHERE {WANTED % more}")
            tap.equal(got, f"{right}|{right}", f"the filter of request {nth} is refused: {more}")
    emulator.faults()
    emulator.switches(max_in=40)
    same(emulator, database, "filters of so many ids are refused")
    emulator.reset()


@case(WORK)
def filters_that_are_refused_behind_rows(emulator, database):
    """A listing has given a page when its filter is refused: rows of the part's other listings that it has passed by come, too."""
    emulator.switches(max_limit=70, over_limit="clamp", unsorted_order="hash")     # several pages a listing, by creation
    must(database.psql("ALTER SERVER attio OPTIONS (ADD max_concurrent_requests '1')"))
    people = "object = 'people' AND attribute = 'last_interaction'"
    right = database.value(f"SELECT count(*) FROM copy WHERE {people}")
    tap.ok(int(right) > 120, "of two listings", right)
    for nth in (4, 5, 6, 8):
        emulator.faults({"match": {"path": "/query", "nth": nth}, "times": 1, "status": 400,
                         "body": json.dumps({"status_code": 400, "type": "invalid_request_error", "code": "filter_error", "message": "No."})})
        got = must(database.psql(f"SELECT count(*), count(DISTINCT record_id) FROM interactions WHERE {people} "
                                 f"AND record_id = ANY (ARRAY(SELECT record_id FROM copy WHERE {people}))")).out
        tap.equal(got, f"{right}|{right}", f"the filter of request {nth} is refused")
    emulator.faults()
    must(database.psql("ALTER SERVER attio OPTIONS (DROP max_concurrent_requests)"))
    emulator.reset()


run()
