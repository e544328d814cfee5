#!/usr/bin/env python3
"""A key that lacks one scope: the tables that need it say so by name, and every other table is read as before.

Which table needs what is said here once more, by docs/attio-api.md 4 and 11, and not taken from the code.
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import FAST, Workspace, must  # noqa: E402
from cases import case, run, tap  # noqa: E402

RECORD = ("record_permission:read", "object_configuration:read")
BOTH = ("object_configuration:read", "list_configuration:read")
MEETING = ("meeting:read", "record_permission:read")

# what each resource needs; tables of objects and lists are told apart by their options
NEEDS = {
    "records": RECORD,
    "entries": ("list_entry:read", "list_configuration:read"),
    "workspace_members": ("user_management:read",),
    "objects": ("object_configuration:read",),
    "lists": ("list_configuration:read",),
    "attributes": BOTH, "select_options": BOTH, "statuses": BOTH, "views": BOTH,
    "record_entries": (*RECORD, "list_entry:read"),
    "attribute_history": RECORD, "search": RECORD,
    "self": (), "webhooks": ("webhook:read",),
    "interactions": RECORD,
    "meetings": MEETING, "meeting_participants": MEETING, "meeting_records": MEETING,
    "call_recordings": (*MEETING, "call_recording:read"),       # the meetings are walked
    "transcripts": ("meeting:read", "call_recording:read"),
    "files": ("file:read", *RECORD),
    "threads": ("comment:read",), "comments": ("comment:read",),
    "notes": ("note:read", *RECORD),
    "tasks": ("task:read", *RECORD, "user_management:read"),
    "task_records": ("task:read", *RECORD, "user_management:read"),
}

SOME = "00000000-0000-4000-8000-000000000000"

# of tables that need a condition: one that no row meets, as what counts is whether it may be asked
CONDITIONS = {
    "record_entries": "object = 'people' AND record_id = (SELECT record_id FROM persons LIMIT 1)",
    "attribute_history": "object = 'people' AND attribute = 'name' AND record_id = (SELECT record_id FROM persons LIMIT 1)",
    "search": "query = 'a' AND object = 'people'",
    "files": f"object = 'people' AND record_id = '{SOME}'",
    "threads": f"object = 'people' AND record_id = '{SOME}'",
    "comments": f"object = 'people' AND record_id = '{SOME}'",
    "transcripts": "call_recording_id = (SELECT call_recording_id FROM recordings LIMIT 1) "
                   "AND meeting_id = (SELECT meeting_id FROM recordings LIMIT 1)",
}

WORK = Workspace("--scale", "20", options=FAST)


def tables(database):
    """(table, resource) of all that was imported."""
    rows = database.value("""
        SELECT string_agg(format('%s %s', foreign_table_name, coalesce(
            (SELECT option_value FROM information_schema.foreign_table_options o WHERE option_name = 'resource'
             AND (o.foreign_table_schema, o.foreign_table_name) = (t.foreign_table_schema, t.foreign_table_name)),
            (SELECT CASE option_name WHEN 'object' THEN 'records' ELSE 'entries' END
             FROM information_schema.foreign_table_options o WHERE option_name IN ('object', 'list')
             AND (o.foreign_table_schema, o.foreign_table_name) = (t.foreign_table_schema, t.foreign_table_name)))),
            E'\\n' ORDER BY foreign_table_name)
        FROM information_schema.foreign_tables t WHERE foreign_table_schema = 'crm'""")
    return [line.split() for line in rows.split("\n")]


def query_of(table, resource):
    condition = CONDITIONS.get(resource)
    return f'SELECT count(t) FROM crm."{table}" t' + (f" WHERE {condition}" if condition else "")


def set_key(database, key):
    must(database.psql(f"ALTER USER MAPPING FOR CURRENT_USER SERVER attio OPTIONS (SET api_key '{key}')"))


def make_key(emulator, name, lacking):
    granted = {scope for scopes in NEEDS.values() for scope in scopes} - {lacking}
    emulator.call("POST", "/_emulator/tokens", {name: " ".join(sorted(granted))})


def prepare(database):
    must(database.psql("CREATE TABLE IF NOT EXISTS recordings AS SELECT call_recording_id, meeting_id FROM crm.call_recordings; "
                       "CREATE TABLE IF NOT EXISTS persons AS SELECT record_id FROM crm.people LIMIT 1"))


@case(WORK)
def each_is_known(_emulator, database):
    unknown = sorted({resource for _, resource in tables(database)} - set(NEEDS))
    tap.equal(unknown, [], "of each resource this test says what it needs")


@case(WORK)
def one_is_lacking(emulator, database):
    prepare(database)
    scopes = sorted({scope for needed in NEEDS.values() for scope in needed})
    for number, lacking in enumerate(scopes):
        make_key(emulator, f"all-but-{number}", lacking)
        set_key(database, f"all-but-{number}")
        wrong = []
        for table, resource in tables(database):
            result = database.psql(query_of(table, resource))
            if lacking not in NEEDS.get(resource, ()):
                if result.code != 0:
                    wrong.append(f"{table} cannot be read: {result.err}")
            elif result.code == 0 or "42501" not in result.err or lacking not in result.err:
                wrong.append(f"{table} does not say that it needs it: {result.err}")
        tap.equal(wrong, [], f"without {lacking}: its tables say so, and all others are read")
    set_key(database, "emulator-key")


@case(WORK)
def import_goes_on(emulator, database):
    whole = {table for table, _ in tables(database)}
    present = {resource for _, resource in tables(database)}
    for number, lacking in enumerate(("comment:read", "note:read", "meeting:read", "file:read", "user_management:read")):
        make_key(emulator, f"import-{number}", lacking)
        set_key(database, f"import-{number}")
        result = must(database.psql("DROP SCHEMA IF EXISTS other CASCADE; CREATE SCHEMA other; "
                                    "IMPORT FOREIGN SCHEMA attio FROM SERVER attio INTO other"))
        found = set(database.value("SELECT string_agg(foreign_table_name, ' ') FROM information_schema.foreign_tables "
                                   "WHERE foreign_table_schema = 'other'").split())
        tap.equal(found, whole, f"without {lacking}: every table is imported")
        expected = any(lacking in NEEDS.get(resource, ()) for resource in present)
        tap.ok(not expected or f"lacks the scope {lacking}" in result.err, "with a warning that names it", result.err)
    set_key(database, "emulator-key")


run()
