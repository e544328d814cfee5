#!/usr/bin/env python3
"""attio_fdw_measure() names the setting of every switch it asks about, says unknown where the workspace has nothing to
measure it with, and writes nothing.
"""
import json
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import KEY, Database, Emulator, Workspace, must  # noqa: E402
from cases import case, run, tap  # noqa: E402

SETTINGS = {
    "null_order": ["first", "last", "smallest", "largest"], "text_equality": ["exact", "ignore_case"],
    "trimming": ["none", "both"],
    "starts_with_case": ["ignore", "exact"], "ends_with_case": ["ignore", "exact"], "not_matches_empty": [True, False],
    "empty_string_is_empty": [False, True], "unknown_title": ["none", "error"], "time_precision": ["ns", "us", "ms"],
    "unsorted_order": ["id", "creation", "hash", "updated"], "max_limit": [500, 200], "over_limit": ["error", "clamp"],
    "sorts": ["followed", "ignored", "refused", "refused_by_id", "as_text"],
    "filters": ["followed", "ignored", "refused"],
}


def measured(database):
    """What it says, by switch."""
    rows = json.loads(database.value("SELECT json_agg(m) FROM attio_fdw_measure('attio') m"))
    return {row["switch"]: row for row in rows}


def text(value):
    return str(value).lower() if isinstance(value, bool) else str(value)


DEFAULTS = {name: values[0] for name, values in SETTINGS.items()}


def prepare(emulator, _database):
    """Rows of which the order by the last change is neither that by id nor that by creation."""
    for offset in (0, 500, 1000):
        rows = emulator.call("POST", "/v2/objects/people/records/query", {"limit": 500, "offset": offset},
                             key=KEY)["data"]
        emulator.mutate(*[{"do": "set", "kind": "objects", "slug": "people", "ids": [row["id"]["record_id"]],
                           "attribute": "job_title",
                           "values": [{"value": "changed"}]} for row in rows[::-1]])


WORK = Workspace("--scale", "1100", before=prepare)
FEW = Workspace("--scale", "3", name="attio_few")


@case(WORK)
def switches(emulator, database):
    """Each switch, as it is set."""
    for name, values in SETTINGS.items():
        for value in values:
            emulator.switches(**dict(DEFAULTS, **{name: value}))
            emulator.forget()
            found = measured(database)
            log = emulator.log()
            wanted = "other" if value in ("hash", "updated") else text(value)
            tap.ok(found[name]["answer"] == wanted, f"{name} is {value}", found[name])
            tap.ok(len(log) <= 30 and all(e["method"] == "GET" or e["path"].endswith("/query")
                   for e in log), f"by {len(log)} requests, all of which read", [e["path"] for e in log])


@case(WORK)
def statements(emulator, database):
    """The statements that make it known, and their application."""
    emulator.switches(**DEFAULTS)
    found = measured(database)
    tap.equal(sorted(found), sorted(SETTINGS), "all of them are asked for")
    tap.ok(all("HTTP" in row["evidence"] or "rows" in row["evidence"] for row in found.values()),
           "each with its evidence", found)
    # the statements, and their application
    tap.equal(sorted(row["statement"] for row in found.values() if row["statement"]), [
        "ALTER SERVER attio OPTIONS (ADD remote_max_limit '500')",
        "ALTER SERVER attio OPTIONS (ADD remote_not_matches_empty 'true')",
        "ALTER SERVER attio OPTIONS (ADD remote_nulls 'first')",
        "ALTER SERVER attio OPTIONS (ADD remote_text_equality 'exact')"], "the statements that make it known")
    tap.ok("Attio Sorts" not in database.value("EXPLAIN SELECT name FROM deals ORDER BY value NULLS FIRST LIMIT 5"),
           "before, an order with NULLs is made here")
    must(database.psql("SELECT FROM attio_fdw_measure('attio', apply => true); SELECT "
                       "FROM attio_fdw_measure('attio', apply => true)"))
    tap.ok("Attio Sorts" in database.value("EXPLAIN SELECT name FROM deals ORDER BY value NULLS FIRST LIMIT 5"),
           "afterwards Attio sorts")
    emulator.switches(trimming="both")
    tap.equal([r["statement"] for r in measured(database).values() if "equality" in (r["statement"] or "")], [],
              "text that is trimmed is no equality of SQL's")


@case(WORK)
def behaviour(emulator, database):
    """A behaviour file for the emulator; who may measure, and where."""
    emulator.switches(**dict(DEFAULTS, null_order="smallest", not_matches_empty=False, text_equality="ignore_case",
                             time_precision="us", max_limit=200))
    behaviour = database.value("SELECT attio_fdw_behaviour('attio')")
    guest = database.role("guest")
    result = database.psql(f"SET ROLE {guest}; SELECT attio_fdw_measure('attio')")
    tap.ok("42501" in result.err, "it needs the right to use the server", result)
    result = database.psql("BEGIN READ ONLY; SELECT count(*) FROM attio_fdw_measure('attio'); SELECT count(*) "
                           "FROM attio_fdw_measure('attio', true)")
    tap.ok(result.out == str(len(SETTINGS)) and result.code != 0, "it works in a read-only transaction, but for apply",
           result)
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        file.write(behaviour)
        file.flush()
        with Emulator("--scale", "1100", "--behaviour", file.name) as other, Database("attio_behaves", other) as there:
            tap.equal(json.loads(there.value("SELECT attio_fdw_behaviour('attio')")), json.loads(behaviour),
                      "an emulator with that file behaves so")


@case(FEW)
def few_rows(_emulator, database):
    """Little data: unknown, not a guess."""
    must(database.psql("SET attio_fdw.allow_unqualified_writes = on; SET attio_fdw.max_rows_written = 0; DELETE "
                       "FROM people; DELETE FROM companies; DELETE FROM deals; DELETE FROM all_types; DELETE "
                       "FROM users; DELETE FROM workspaces"))
    found = measured(database)
    tap.ok(sum(row["answer"] == "unknown" for row in found.values()) >= 8,
           "where there is nothing to measure with, it says so", {k: v["answer"] for k, v in found.items()})
    tap.ok(all(row["statement"] is None for row in found.values() if row["answer"] == "unknown"), "and sets nothing",
           found)


run()
