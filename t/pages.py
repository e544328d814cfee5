#!/usr/bin/env python3
"""How many rows a page has: fewer where rows are large, by what the first page shows."""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import QUICK, Workspace, must  # noqa: E402
from cases import case, run, tap  # noqa: E402

ROWS = 1100


def limits(emulator):
    """The limits asked for, without the look behind a page."""
    return [limit for entry in emulator.log() if entry["path"].endswith("query")
            for limit in [json.loads(entry["body"])["limit"]] if limit > 1]


QUERY = "SELECT count(*), count(DISTINCT record_id), count(DISTINCT description) - 1 FROM bench"
WANTED = f"{ROWS + 1}|{ROWS + 1}|{ROWS}"


def prepare(_emulator, database):
    must(database.psql("IMPORT FOREIGN SCHEMA objects LIMIT TO (bench) FROM SERVER attio INTO crm;"
                       "SET attio_fdw.log_writes = off; INSERT INTO bench (description) SELECT repeat('x', 20000) || "
                       f"g FROM generate_series(1, {ROWS}) g"))


WORK = Workspace("--bench", "1", options=QUICK, schema=None, before=prepare)


@case(WORK)
def large_rows(emulator, database):
    emulator.forget()
    tap.equal(database.value(QUERY), WANTED, "every row of large pages")
    asked = limits(emulator)
    tap.equal(asked[0], 500, "the first page is what the table says")
    tap.ok(all(100 <= limit <= 200 for limit in asked[1:]), "the others have 2 to 4 MB", asked)
    tap.ok(len(set(asked)) <= 2, "all of one size", asked)
    emulator.forget()
    tap.equal(database.value("SELECT count(*) FROM (SELECT record_id FROM bench ORDER BY created_at, record_id "
                             "LIMIT 700) s"), "700", "in an order")
    tap.ok(max(limits(emulator)[1:]) <= 200, "likewise", limits(emulator))


@case(WORK)
def too_large(emulator, database):
    """Where the first page is too large."""
    must(database.psql("ALTER SERVER attio OPTIONS (ADD max_response_size '4MB')"))
    emulator.forget()
    tap.equal(database.value(QUERY), WANTED, "every row where the first page is too large")
    asked = limits(emulator)
    tap.equal(asked[0], 500, "the first page is what the table says")
    tap.ok(100 <= asked[1] <= 200, "the answer that was cut says at once what fits", asked)
    tap.ok(len(set(asked)) <= 2, "and the others follow", asked)
    must(database.psql("ALTER SERVER attio OPTIONS (SET max_response_size '1MB')"))
    emulator.forget()
    tap.equal(database.value(QUERY), WANTED, "every row where few fit")
    sorts = ["sorts" in json.loads(entry["body"]) for entry in emulator.queries() if json.loads(entry["body"])["limit"] > 1]
    tap.ok(not sorts[0] and all(sorts[1:]), "too few to prove the order of the ids are not asked for by it", sorts)


@case(WORK)
def few_wanted(emulator, database):
    emulator.forget()
    must(database.psql("SELECT record_id FROM bench LIMIT 3"))
    tap.equal(limits(emulator), [3], "LIMIT 3 asks for three rows")


run()
