#!/usr/bin/env python3
"""What an error says is Attio's reason for it, with the SQLSTATE that PostgreSQL has for the like; what one table is
refused does not stop the others.
"""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import Workspace, must  # noqa: E402
from cases import case, run, tap  # noqa: E402

NOBODY = "00000000-0000-4000-8000-000000000000"
# what one code says with several messages, as Attio words them
SAID = [
    ("missing_value", 'Required value for attribute with ID "41252299" was not provided.', "23502"),
    ("value_not_found", 'Cannot find select option with title "X"', "22P02"),
    ("value_not_found", 'Cannot find select attribute with select option title "X".', "22P02"),
    ("value_not_found", 'Cannot find Status with title "X"', "22P02"),
    ("value_not_found", 'Cannot find status attribute with status option title "X".', "22P02"),
    ("value_not_found", 'Cannot find attribute with slug/ID "x".', "HV005"),
    ("value_not_found", 'No attribute was found for matching_attribute slug/ID "x".', "HV005"),
    ("value_not_found", 'Object with slug/ID "status" not found.', "23503"),
    ("value_not_found", 'Parent record with slug/ID "891dcbfc" not found.', "23503"),
    ("value_not_found", 'Workspace member with ID "50cf242c" not found.', "23503"),
    ("uniqueness_conflict", "The value conflicts with one already in the system.", "23505"),
    ("validation_type", "Body payload validation error.", "22023"),
    ("immutable_value", "The parent record for a list entry cannot be updated once created.", "22023"),
]


def refusal(status, code, message, **more):
    return {"status": status,
            "body": json.dumps(dict(status_code=status, type="invalid_request_error", code=code, message=message,
                                    **more))}


def refused(database, sql, state, *words):
    """Did it fail with this SQLSTATE and these words?"""
    result = database.psql("\\set VERBOSITY verbose\n" + sql)
    return result.refused(state, *words), result


WORK = Workspace()


@case(WORK)
def reasons(emulator, database):
    errors = [{"code": "invalid_type", "path": ["data", "values", "phone_numbers", 0],
               "message": "Invalid phone number, possibly due to missing country information."},
              {"path": ["data", "values", "primary_location", 0, "line_2"], "message": "Required", "expected": "string",
               "received": "undefined"},
              {"code": "unknown"}, {}, 7, None, {"message": 8}]
    emulator.faults({"match": {"method": "POST", "path": "/records$"},
                     **refusal(400, "validation_type",
                               'An invalid value was passed to attribute with slug "phone_numbers".',
                               validation_errors=errors)})
    good, result = refused(database, "INSERT INTO people (name) VALUES ('One')", "22023",
                           "Code: validation_type. data.values.phone_numbers[0]: Invalid phone number, possibly due to "
                           "missing country information. "
                           "data.values.primary_location[0].line_2: Required (expected string, received undefined). "
                           "unknown. And 2 more.")
    tap.ok(good, "DETAIL holds the reasons, with their paths", result)
    emulator.faults({"match": {"path": "query"},
                     **refusal(400, "filter_error", "Error in filter.", path=["filter", "$and", 1, "name"])})
    good, result = refused(database, "SELECT name FROM people", "22023", "Code: filter_error. At: filter.$and[1].name.")
    tap.ok(good, "DETAIL says which part of a filter is meant", result)
    for odd in ({"validation_errors": "x"}, {"validation_errors": {}}, {"path": "x"}, {"path": [None, {}, [], 1e300]},
                {"validation_errors": [{"path": [["x"]] * 99}] * 99}):
        emulator.faults({"match": {"path": "query"}, **refusal(400, "filter_error", "Error in filter.", **odd)})
        good, result = refused(database, "SELECT name FROM people", "22023", "Error in filter.")
        tap.ok(good and len(result.err) < 1000, f"reasons of another shape do no harm: {str(odd)[:60]}", result)
    emulator.faults()


@case(WORK)
def states(emulator, database):
    for code, message, state in SAID:
        emulator.faults({"match": {"method": "POST", "path": "/records$"}, **refusal(400, code, message)})
        good, result = refused(database, "INSERT INTO people (name) VALUES ('One')", state, message)
        tap.ok(good, f"{code} is {state}: {message}", result)
    emulator.faults()
    must(database.psql("INSERT INTO people (name, email_addresses) VALUES ('First', '{one@unique.test}')"))
    again = "INSERT INTO people (name, email_addresses) VALUES ('Second', '{one@unique.test}')"
    tap.equal(database.value(f"DO $$ BEGIN {again}; EXCEPTION WHEN unique_violation THEN CREATE TABLE caught (); "
                             "END $$; SELECT to_regclass('caught')"), "caught", "unique_violation is caught")
    must(database.psql(again + " ON CONFLICT DO NOTHING"))
    tap.equal(database.value("SELECT string_agg(name, ',') FROM people WHERE email_addresses @> '{one@unique.test}'"),
              "First", "ON CONFLICT DO NOTHING skips as before")
    for sql, state in ((f"INSERT INTO people (name, company) VALUES ('Lost', '{NOBODY}')", "23503"),
                       (f"INSERT INTO deals (name, stage, owner) VALUES ('Lost', 'Lead', '{NOBODY}')", "23503"),
                       ("INSERT INTO deals (name) VALUES ('Without stage')", "23502"),
                       ("INSERT INTO deals (name, stage) VALUES ('Wrong', 'None such')", "22P02"),
                       ("INSERT INTO all_types (a_select) VALUES ('None such')", "22P02")):
        good, result = refused(database, sql, state)
        tap.ok(good, f"{state}: {sql}", result)
    emulator.switches(option_lists="refused")
    good, result = refused(database, "INSERT INTO all_types (a_select) VALUES ('None such')", "22P02",
                           "value_not_found")
    tap.ok(good, "22P02, too, where Attio looks at the option itself", result)
    emulator.switches(option_lists="whole")


@case(WORK)
def read_only(_emulator, database):
    must(database.psql("CREATE FOREIGN TABLE locked (name text) SERVER attio "
                       "OPTIONS (object 'people', updatable 'false')"))
    for sql, words in (("UPDATE workspace_members SET last_name = 'x' WHERE last_name = 'y'",
                        ("updates", 'Rows of "workspace_members"')),
                       ("DELETE FROM select_options WHERE title = 'y'", ("deletes", 'Rows of "select_options"')),
                       ("DELETE FROM workspace_members WHERE last_name = 'y'",
                        ("deletes", 'Rows of "workspace_members"')),
                       ("UPDATE locked SET name = 'x' WHERE name = 'y'", ("updates", "updatable")),
                       ("EXPLAIN DELETE FROM locked WHERE name = 'y'", ("deletes", "updatable")),
                       ("INSERT INTO workspace_members (last_name) VALUES ('x')", ("inserts",))):
        good, result = refused(database, sql, "55000", f"does not allow {words[0]}", *words[1:])
        tap.ok(good, f"cannot be written: {sql}", result)


@case(WORK)
def imports(emulator, database):
    again = ("DROP SCHEMA IF EXISTS again CASCADE; CREATE SCHEMA again; IMPORT FOREIGN SCHEMA {} FROM "
             "SERVER attio INTO again;")
    count = "SELECT count(*) FROM information_schema.foreign_tables WHERE foreign_table_schema = 'again'"
    whole = int(database.value(again.format("attio") + count))
    lists = {each["api_slug"]: each["id"]["list_id"] for each in emulator.get("/v2/lists")}
    slug, ident = next(iter(lists.items()))
    for status, code in ((403, "unauthorized"), (404, "not_found")):
        emulator.faults({"match": {"path": f"/v2/lists/{ident}/attributes"}, **refusal(status, code, "Not for you.")})
        result = must(database.psql(again.format("attio") + count))
        tap.ok(result.out.split()[-1] == str(whole - 1) and "WARNING" in result.err and f'list "{slug}" is skipped'
               in result.err and "Not for you." in result.err,
               f"a list that answers HTTP {status} is a warning, and the others are imported", result)
        good, result = refused(database, f"SELECT attio_fdw_ddl('attio', '{slug}')",
                               "42501" if status == 403 else "HV00R", "Not for you.")
        tap.ok(good, "asked for alone it is an error", result)
    objects = emulator.get("/v2/objects")
    emulator.faults({"match": {"path": f"/v2/objects/{objects[0]['id']['object_id']}/attributes"},
                     **refusal(404, "not_found", "Gone.")})
    result = must(database.psql(again.format("attio") + count))
    tap.ok(result.out.split()[-1] == str(whole - 1) and f'object "{objects[0]["api_slug"]}" is skipped' in result.err,
           "an object likewise", result)
    emulator.faults({"match": {"path": f"/v2/lists/{ident}/attributes"}, "status": 403,
                     "body": "<html>Checking your browser</html>", "content_type": "text/html"})
    good, result = refused(database, again.format("attio"), "42501", "did not come from Attio")
    tap.ok(good, "a page of something between is an error", result)
    emulator.faults()


@case(WORK)
def definitions(emulator, database):
    """One definition without what each has: the error says which."""
    people = emulator.get("/v2/objects/people")["id"]["object_id"]
    whole = emulator.get("/v2/objects/people/attributes")
    for member, value in (("api_slug", None), ("type", None), ("api_slug", 7)):
        broken = [dict(each, **({member: value} if each["title"] == whole[3]["title"] else {})) for each in whole]
        emulator.faults({"match": {"path": f"{people}/attributes"}, "body": json.dumps({"data": broken[:49]})})
        name = whole[3]["title"] if member == "api_slug" else whole[3]["api_slug"]
        good, result = refused(database, "SELECT name FROM people", "HV000",
                               f'the attribute "{name}" whose {member} is missing, empty or null')
        tap.ok(good, f"{member} {value!r} of one attribute: the error names it", result)
    emulator.faults()


@case(WORK)
def default_wait(_emulator, database):
    tap.equal(database.value("SELECT \"default\" FROM attio_fdw_options() WHERE name = 'read_after_write_timeout'"),
              "3s",
              "a read waits for what was written as long as queries were seen to lag")


run()
