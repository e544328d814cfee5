#!/usr/bin/env python3
"""Rows that are none of Attio's: an error that names the row, never NULLs in the place of what is not understood."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import KEY, QUICK, Workspace, must  # noqa: E402
from cases import case, run, tap  # noqa: E402


COLUMNS = ["a_text", "a_number", "a_date", "a_select", "a_select__option_id", "some_selects", "a_status", "a_reference",
           "some_actors", "some_emails__first", "a_phone", "a_name", "a_name__last_name",
           "a_location", "a_location__region", "an_interaction", "an_interaction__owner_member_id",
           "a_select__active_from", "attio__changed_at"]
CHOICES = ("a_select", "a_select__option_id", "some_selects", "a_status")


def prepare(_emulator, database):
    must(database.psql("CREATE FOREIGN TABLE crm.as_they_come (record_id uuid, a_select jsonb, _raw jsonb) "
                       "SERVER attio OPTIONS (object 'all_types')"))


WORK = Workspace("--scale", "20", options=QUICK + ", max_retries '0'", columns="all", before=prepare)
WHOLE = "SELECT count(*), count(a_select), count(a_text), count(a_location) FROM all_types"


def last_row(emulator):
    return emulator.call("POST", "/v2/objects/all_types/records/query", {}, key=KEY)["data"][-1]


def refused(database, ident, query, what):
    """Nothing if it is refused with these words and the row's id, or else the outcome."""
    result = database.psql(query)
    return None if result.refused(what, ident, "HV000") else result


def all_refused(database, ident, name, what, asked):
    bad = [(c, result) for c in asked for result in [refused(database, ident, f"SELECT {c} FROM all_types", what)]
           if result]
    tap.ok(asked and not bad, f"{name}: an error that names the row, for {len(asked)} columns", bad[:2])


@case(WORK)
def scans(emulator, database):
    last = last_row(emulator)
    ident = last["id"]["record_id"]
    for shape in ("no_values", "null_values", "list_values", "text_values"):
        emulator.switches(row_shape=shape)
        all_refused(database, ident, shape, 'has no object "values"', COLUMNS)
        tap.ok(database.psql("SELECT record_id, web_url FROM all_types").code == 0,
               f"{shape}: what is no value is shown")
    filled = [c for c in COLUMNS if c != "attio__changed_at" and last["values"][c.split("__")[0]]]
    emulator.switches(row_shape="texts_for_values")
    all_refused(database, ident, "texts_for_values", "is not an object", filled)
    emulator.switches(row_shape="bare_options")
    all_refused(database, ident, "bare_options", "has no member", [c for c in CHOICES if c in filled])
    tap.ok(database.psql("SELECT a_select__active_from, a_text FROM all_types").code == 0,
           "bare_options: other columns are shown")
    tap.ok(database.psql("SELECT * FROM as_they_come").code == 0, "bare_options: jsonb shows what came")
    emulator.switches(row_shape="texts_for_options")
    all_refused(database, ident, "texts_for_options", "is not an object", [c for c in CHOICES if c in filled])
    emulator.switches(row_shape="null_options")
    tap.equal(database.value("SELECT a_select IS NULL, a_select__option_id IS NULL, a_status IS NULL, some_selects "
                             f"FROM all_types WHERE record_id::text = '{ident}'"),
              "t|t|t|" + "{" + ",".join("NULL" for _ in last["values"]["some_selects"]) + "}",
              "null_options: null is NULL")
    emulator.switches(row_shape="whole")


@case(WORK)
def by_id_and_writes(emulator, database):
    """Of a row by its id, and of a write's answer."""
    ident = last_row(emulator)["id"]["record_id"]
    whole = database.value(WHOLE)
    for shape in ("no_values", "texts_for_values"):
        emulator.switches(row_shape=shape)
        result = database.psql(f"SELECT a_text FROM all_types WHERE record_id = '{ident}'")
        tap.ok(result.refused(ident), f"{shape}: by id", result)
        result = database.psql("INSERT INTO all_types (a_text) VALUES ('x') RETURNING a_text")
        tap.ok(result.refused("row"), f"{shape}: RETURNING", result)
    emulator.switches(row_shape="whole")
    must(database.psql("DELETE FROM all_types WHERE a_text = 'x'"))
    tap.equal(database.value(WHOLE), whole, "and all is well again")


run()
