#!/usr/bin/env python3
"""Rows that are none of Attio's: an error that names the row, never NULLs in the place of what is not understood."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import FAST, Database, Emulator, Tap, must  # noqa: E402

tap = Tap()

with Emulator("--scale", "20") as emulator, Database("attio_shapes", emulator, FAST + ", write_rate '10000', max_retries '0'", columns="all") as database:
    must(database.psql("CREATE FOREIGN TABLE crm.as_they_come (record_id uuid, a_select jsonb, _raw jsonb) SERVER attio OPTIONS (object 'all_types')"))
    whole = database.value("SELECT count(*), count(a_select), count(a_text), count(a_location) FROM all_types")
    last = emulator.call("POST", "/v2/objects/all_types/records/query", {}, key="emulator-key")["data"][-1]
    ident = last["id"]["record_id"]
    columns = ["a_text", "a_number", "a_date", "a_select", "a_select__option_id", "some_selects", "a_status", "a_reference", "some_actors", "some_emails__first", "a_phone", "a_name", "a_name__last_name",
               "a_location", "a_location__region", "an_interaction", "an_interaction__owner_member_id", "a_select__active_from", "attio__changed_at"]
    choices = ("a_select", "a_select__option_id", "some_selects", "a_status")

    def refused(query, what):
        result = database.psql(query)
        return result if not (result.code != 0 and what in result.err and ident in result.err and "HV000" in result.err) else None

    def all_refused(name, what, asked):
        bad = [(c, result) for c in asked for result in [refused(f"SELECT {c} FROM all_types", what)] if result]
        tap.ok(asked and not bad, f"{name}: an error that names the row, for {len(asked)} columns", bad[:2])

    for shape in ("no_values", "null_values", "list_values", "text_values"):
        emulator.switches(row_shape=shape)
        all_refused(shape, 'has no object "values"', columns)
        tap.ok(database.psql("SELECT record_id, web_url FROM all_types").code == 0, f"{shape}: what is no value is shown")
    filled = [c for c in columns if c != "attio__changed_at" and last["values"][c.split("__")[0]]]
    emulator.switches(row_shape="texts_for_values")
    all_refused("texts_for_values", "is not an object", filled)
    emulator.switches(row_shape="bare_options")
    all_refused("bare_options", "has no member", [c for c in choices if c in filled])
    tap.ok(database.psql("SELECT a_select__active_from, a_text FROM all_types").code == 0, "bare_options: other columns are shown")
    tap.ok(database.psql("SELECT * FROM as_they_come").code == 0, "bare_options: jsonb shows what came")
    emulator.switches(row_shape="texts_for_options")
    all_refused("texts_for_options", "is not an object", [c for c in choices if c in filled])
    emulator.switches(row_shape="null_options")
    tap.equal(database.value(f"SELECT a_select IS NULL, a_select__option_id IS NULL, a_status IS NULL, some_selects FROM all_types WHERE record_id::text = '{ident}'"),
              "t|t|t|" + "{" + ",".join("NULL" for _ in last["values"]["some_selects"]) + "}", "null_options: null is NULL")

    # of a row by its id, and of a write's answer
    for shape in ("no_values", "texts_for_values"):
        emulator.switches(row_shape=shape)
        result = database.psql(f"SELECT a_text FROM all_types WHERE record_id = '{ident}'")
        tap.ok(result.code != 0 and ident in result.err, f"{shape}: by id", result)
        result = database.psql("INSERT INTO all_types (a_text) VALUES ('x') RETURNING a_text")
        tap.ok(result.code != 0 and "row" in result.err, f"{shape}: RETURNING", result)
    emulator.switches(row_shape="whole")
    must(database.psql("DELETE FROM all_types WHERE a_text = 'x'"))
    tap.equal(database.value("SELECT count(*), count(a_select), count(a_text), count(a_location) FROM all_types"), whole, "and all is well again")
tap.done()
