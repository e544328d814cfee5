#!/usr/bin/env python3
"""Filters that Attio ignores or refuses: the right rows, or an error with a hint."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import Workspace, must  # noqa: E402
from cases import case, run, tap  # noqa: E402

# Whatever leaves something to Attio; @ stands before a table that is Attio's or a copy of it.
QUERIES = [
    "SELECT count(*), count(DISTINCT record_id) FROM @people WHERE record_id = ANY (ARRAY(SELECT record_id FROM ids))",
    "SELECT count(*), count(DISTINCT record_id) FROM @people WHERE record_id = ANY (ARRAY(SELECT record_id FROM ids)) "
    "AND created_at >= '2024-01-01Z'",
    "SELECT count(*) FROM @people WHERE record_id = ANY (ARRAY(SELECT record_id FROM ids LIMIT 50)) OR company IS NULL",
    "SELECT count(*) FROM (SELECT FROM @deals WHERE value >= 1000 LIMIT 50) t",
    "SELECT count(*) FROM (SELECT FROM @deals WHERE value >= 1000 LIMIT 5 OFFSET 90) t",
    "SELECT count(*) FROM (SELECT FROM @deals WHERE value >= 1000 LIMIT 5 OFFSET 120) t",
    "SELECT string_agg(value::text, ',') FROM (SELECT value FROM @deals WHERE value >= 1000 ORDER BY value DESC "
    "LIMIT 5) t",
    "SELECT string_agg(value::text, ',') FROM (SELECT value FROM @deals WHERE value >= 1000 ORDER BY value DESC "
    "LIMIT 5 OFFSET 40) t",
    "SELECT string_agg(created_at::text, ',') FROM (SELECT created_at FROM @deals WHERE value >= 1000 "
    "ORDER BY created_at LIMIT 5 OFFSET 40) t",
    "SELECT string_agg(coalesce(value::text, '-'), ',') FROM (SELECT value FROM @deals ORDER BY value NULLS LAST "
    "LIMIT 30 OFFSET 3) t",
    "SELECT string_agg(coalesce(value::text, '-'), ',') FROM (SELECT value FROM @deals ORDER BY value NULLS LAST "
    "LIMIT 30 OFFSET 110) t",
    "SELECT max(value), min(value), max(created_at) FROM @deals WHERE value >= 1000",
    "SELECT count(*) FROM @sales_pipeline WHERE parent_record_id = ANY (ARRAY(SELECT record_id "
    "FROM local_companies LIMIT 40))",
    "SELECT count(*) FROM @deals d JOIN @companies c ON c.record_id = d.associated_company WHERE d.value > 1000",
    "SELECT count(*) FROM (SELECT email_addresses[1] AS mail FROM local_people LIMIT 40) l JOIN @people p "
    "ON l.mail = ANY (p.email_addresses)",
    "SELECT count(*) FROM @companies c WHERE NOT EXISTS (SELECT FROM @deals d WHERE d.associated_company = c.record_id "
    "AND d.value > 1000)",
    "SELECT count(*) FROM @deals WHERE value >= 1000",
    "SELECT count(*) FROM @deals WHERE stage = 'Lead' OR value IS NULL",
]
SETTINGS = [{"filters": "followed"}, {"filters": "ignored"}, {"filters": "ignored", "null_order": "first"},
            {"filters": "ignored", "unsorted_order": "hash"},
            {"filters": "ignored", "tie_order": "random"}, {"filters": "refused"},
            {"filters": "refused", "unsorted_order": "creation"}]
SESSIONS = ["", "SET enable_hashjoin = off; SET enable_mergejoin = off;", "SET attio_fdw.push_count = on;"]


def prepare(_emulator, database):
    tables = ("people", "deals", "companies", "sales_pipeline")
    must(database.psql("".join(f"CREATE TABLE local_{t} AS SELECT * FROM {t}; ALTER FOREIGN TABLE {t} "
                               "OPTIONS (ADD page_size '60');" for t in tables)
                       + "CREATE TABLE ids AS SELECT record_id FROM people ORDER BY 1 LIMIT 250"))


WORK = Workspace("--scale", "300", before=prepare)


@case(WORK)
def queries(emulator, database):
    right = [database.value(query.replace("@", "local_")) for query in QUERIES]
    for setting in SETTINGS:
        emulator.switches(**dict({"null_order": "last", "unsorted_order": "id", "tie_order": "id"}, **setting))
        refused = 0
        for query, wanted in zip(QUERIES, right):
            for session in SESSIONS:
                result = database.psql(session + query.replace("@", ""))
                refused += result.code != 0
                if result.code != 0:
                    tap.ok(setting["filters"] == "ignored" and "HINT" in result.err and "attio_fdw." in result.err,
                           f"{query}: an error with a hint, {setting}", result)
                else:
                    tap.equal(result.out, wanted, f"{query}, {setting}")
        tap.ok(refused <= len(QUERIES), f"{refused} of {len(QUERIES) * len(SESSIONS)} are an error, {setting}")


@case(WORK)
def subqueries_of_writes(emulator, database):
    """Of statements that write, subqueries are read before and kept."""
    largest = database.value("SELECT max(value) FROM local_deals WHERE value < 1000")
    deal = database.value("SELECT record_id FROM local_deals WHERE value IS NULL LIMIT 1")
    update = f"UPDATE deals SET name = 'x' WHERE record_id = '{deal}' RETURNING"
    for setting in SETTINGS:
        emulator.switches(**dict({"null_order": "last", "unsorted_order": "id", "tie_order": "id"}, **setting))
        for query in (f"{update} (SELECT max(value) FROM deals WHERE value < 1000)",
                      f"WITH w AS ({update} 1) SELECT (SELECT max(value) FROM deals WHERE value < 1000) FROM w"):
            result = database.psql(query)
            good = (result.out == largest if result.code == 0 else setting["filters"] == "ignored" and "HINT"
                    in result.err)
            tap.ok(good, f"{query}, {setting}", result)


run()
