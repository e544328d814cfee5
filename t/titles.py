#!/usr/bin/env python3
"""Titles of options and statuses: the right rows, and writes that do what they say, whatever Attio shows of the lists
of options.
"""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import FAST, Workspace, must  # noqa: E402
from cases import case, run, tap  # noqa: E402

LISTS = ("whole", "empty", "cut", "refused", "gone")
CONDITIONS = {
    "deals": ["stage = 'Lead'", "stage = 'Won 🎉'", "stage = 'Nowhere'", "stage IN ('Lead', 'Nowhere')",
              "stage <> 'Lead'", "stage <> 'Nowhere'", "stage NOT IN ('Lead', 'Lost')",
              "NOT (stage = 'Lost' OR value > 1000)", "stage = 'Lead' AND value IS NOT NULL",
              "stage IS DISTINCT FROM 'Lead'",
              "stage = ANY (ARRAY(SELECT DISTINCT stage FROM deals))"],
    "all_types": ["a_select = 'One'", "a_select = 'one'", "a_select <> 'One'", "'Red' = ANY (some_selects)",
                  "some_selects @> '{Red,Blue}'", "some_selects && '{Red,Nowhere}'"],
}


def rows(database, table, condition, setting=""):
    return database.value(f"SET client_min_messages = error; {setting} SELECT count(*), "
                          f"md5(string_agg(record_id::text, ',' ORDER BY record_id)) FROM {table} WHERE {condition}")


def titles(database, sql):
    found = database.psql("SET client_min_messages = notice; " + sql)
    return found.err


WORK = Workspace(options=FAST + ", remote_not_matches_empty 'true'")


@case(WORK)
def conditions(emulator, database):
    right = {(t, c): rows(database, t, c, "SET attio_fdw.push_filter = off;")
             for t, all_ in CONDITIONS.items() for c in all_}
    tap.ok(len(set(right.values())) > 9, "the conditions differ", right)
    for lists in LISTS:
        for unknown in ("none", "error"):
            emulator.switches(option_lists=lists, unknown_title=unknown)
            for (table, condition), wanted in right.items():
                tap.equal(rows(database, table, condition), wanted,
                          f"{table}: {condition}, lists {lists}, unknown titles {unknown}")
    emulator.switches(unknown_title="none", option_lists="whole")


@case(WORK)
def joins(emulator, database):
    """A join that looks titles up."""
    must(database.psql("CREATE TABLE wanted (title text); INSERT INTO wanted "
                       "VALUES ('Lead'), ('Nowhere'), (NULL), ('Lost'); ANALYZE wanted; ALTER FOREIGN TABLE deals "
                       "OPTIONS (ADD estimated_rows '100000')"))
    join = "SELECT count(*) FROM wanted w JOIN deals d ON d.stage = w.title"
    wanted = database.value("SET attio_fdw.enable_batched_join = off; SET attio_fdw.push_filter = off; " + join)
    for lists in LISTS:
        for unknown in ("none", "error"):
            emulator.switches(option_lists=lists, unknown_title=unknown)
            tap.equal(database.value(join), wanted, f"a join by title, lists {lists}, unknown titles {unknown}")
    emulator.switches(unknown_title="none", option_lists="whole")


@case(WORK)
def told(emulator, database):
    """What is said, and what it costs."""
    found = titles(database, "SELECT count(*) FROM deals WHERE stage = 'Leed'")
    tap.ok('has no status "Leed"' in found and 'Perhaps you meant "Lead"' in found, "a misspelt title is told of",
           found)
    emulator.forget()
    must(database.psql("SELECT count(*) FROM deals WHERE stage = 'Leed'"))
    tap.equal([json.loads(e["body"])["filter"] for e in emulator.log() if e["path"].endswith("query")],
              [{"stage": {"status": {"$eq": "Leed"}}}], "and sent")
    emulator.switches(option_lists="refused")
    found = titles(database, "SELECT count(*) FROM deals WHERE stage = 'Leed'")
    tap.equal(found, "", "where Attio shows no list, nothing is said of it")
    emulator.switches(option_lists="empty")
    emulator.forget()
    must(database.psql("SELECT count(*) FROM deals WHERE stage <> 'Lead'"))
    tap.equal({"filter" in json.loads(e["body"]) for e in emulator.log() if e["path"].endswith("query")}, {False},
              "under NOT a title that is in no list is not sent")


@case(WORK)
def writes(emulator, database):
    deal = database.value("SELECT record_id FROM deals WHERE stage = 'Lead' LIMIT 1")
    update = f"UPDATE deals SET stage = '%s' WHERE record_id = '{deal}' RETURNING stage"
    for lists, title, known in (("whole", "Nowhere", True),
                                ("cut", "Nowhere", True),
                                ("empty", "Nowhere", False),
                                ("refused", "Nowhere", False),
                                ("gone", "Nowhere", False)):
        emulator.switches(option_lists=lists)
        emulator.forget()
        result = database.psql(update % title)
        sent = [e["path"] for e in emulator.log() if e["method"] in ("PUT", "PATCH")]
        tap.ok(result.code != 0, f"a title that does not exist is an error, lists {lists}", result)
        tap.equal(bool(sent), not known, "which comes before the write where there is a list")
        tap.ok("Valid values are" in result.err if known else "Attio refused" in result.err, "and says why", result)
    for lists in ("empty", "refused", "gone"):
        emulator.switches(option_lists=lists)
        for title in ("Lost", "Lead"):
            tap.equal(database.value(update % title), title, f"a title is written, lists {lists}")
        emulator.forget()
        must(database.psql("UPDATE deals SET stage = CASE stage WHEN 'Lost' THEN 'Lead' ELSE 'Lost' END "
                           "WHERE record_id IN (SELECT record_id FROM deals ORDER BY record_id LIMIT 8)"))
        asked = [e["path"] for e in emulator.log() if "/statuses" in e["path"]]
        written = [e for e in emulator.log() if e["method"] == "PUT"]
        tap.ok(len(asked) == 1 and len(written) == 8,
               f"many titles are written, and the list asked for once, lists {lists}", (asked, len(written)))


run()
