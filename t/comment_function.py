#!/usr/bin/env python3
"""attio_fdw_comment(): titles, descriptions, types, allowed titles and currencies become comments; those of others stay."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import KEY, QUICK, Workspace, must  # noqa: E402
from cases import case, run, tap  # noqa: E402

WORK = Workspace("--scale", "20", options=QUICK)


def comment(database, more=""):
    return int(database.value(f"SELECT attio_fdw_comment('crm'{more})"))


def said(database, table, column=None):
    """The comment on a table or column."""
    if column is None:
        return database.value(f"SELECT obj_description('crm.{table}'::regclass)")
    return database.value(f"""SELECT col_description(attrelid, attnum) FROM pg_attribute
        WHERE attrelid = 'crm.{table}'::regclass AND attname = '{column}'""")


def attributes(emulator, slug):
    found = emulator.get(f"/v2/objects/{slug}/attributes")
    return {each["api_slug"]: each for each in found}


@case(WORK)
def what_attio_tells(emulator, database):
    written = comment(database)
    shown = int(database.value("""SELECT count(*) FROM pg_description d JOIN pg_foreign_table f ON f.ftrelid = d.objoid
        WHERE d.classoid = 'pg_class'::regclass"""))
    tap.equal(written, shown, "it says how many it has written")
    tap.equal(int(database.value("""SELECT count(*) FROM pg_attribute a JOIN pg_foreign_table f ON f.ftrelid = a.attrelid
        WHERE a.attnum > 0 AND a.attfdwoptions::text LIKE '%attribute_id=%'
        AND col_description(a.attrelid, a.attnum) IS NULL""")), 0, "no column of an attribute is without")
    deals = attributes(emulator, "deals")
    titles = [status["title"] for status in emulator.get("/v2/objects/deals/attributes/stage/statuses")]
    tap.equal(said(database, "deals"), 'Deals (Attio object "deals")', "a table")
    tap.equal(said(database, "hiring"), 'Hiring (Attio list "hiring")', "a list")
    stage = said(database, "deals", "stage")
    tap.ok(stage.startswith(deals["stage"]["title"]) and "(Attio status" in stage, "title and type", stage)
    tap.ok(stage.endswith("; one of: " + ", ".join(titles) + ")"), "the titles of a status", stage)
    tap.equal(said(database, "deals", "stage__active_from"), f"{deals['stage']['title']}, active_from (Attio status)",
              "another property")
    tap.ok("; in " + deals["value"]["config"]["currency"]["default_currency_code"] in said(database, "deals", "value"),
           "the currency", said(database, "deals", "value"))
    tap.ok("several values" in said(database, "people", "email_addresses"), "several values")
    tap.ok("read-only" in said(database, "deals", "created_at"), "what cannot be written")
    tap.equal(said(database, "deals", "record_id"), "", "a field has none")


@case(WORK)
def once_is_enough(emulator, database):
    comment(database)
    tap.equal(comment(database), 0, "a second run writes nothing")
    found = emulator.call("PATCH", "/v2/objects/all_types/attributes/a_text",
                          {"data": {"title": "It's a text", "description": "of \"any\" kind\nin two lines"}}, key=KEY)
    tap.equal(found["data"]["title"], "It's a text", "a title is changed")
    tap.equal(comment(database), 1, "what differs is written")
    tap.equal(said(database, "all_types", "a_text"), "It's a text: of \"any\" kind\nin two lines (Attio text)", "as it is now")


@case(WORK)
def comments_of_others(_emulator, database):
    comment(database)
    must(database.psql("COMMENT ON COLUMN crm.deals.name IS 'my own words'; COMMENT ON COLUMN crm.deals.value IS 'in EUR';"
                       "COMMENT ON FOREIGN TABLE crm.people IS 'my people'"))
    tap.equal(comment(database), 1, "only the comment of attio_fdw_bind() is replaced")
    tap.equal((said(database, "deals", "name"), said(database, "people")), ("my own words", "my people"), "others stay")
    tap.equal(comment(database, ", replace => true"), 2, "unless they shall not")
    tap.ok("(Attio" in said(database, "deals", "name") and "(Attio" in said(database, "people"), "then they are replaced")


@case(WORK)
def many_and_archived_titles(emulator, database):
    emulator.mutate({"do": "add", "kind": "objects", "slug": "deals", "attribute": "color", "type": "select"})
    for i in range(53):
        emulator.call("POST", "/v2/objects/deals/attributes/color/options", {"data": {"title": f"color {i}"}}, key=KEY)
    emulator.call("PATCH", "/v2/objects/deals/attributes/color/options/color%200", {"data": {"is_archived": True}}, key=KEY)
    must(database.psql("ALTER FOREIGN TABLE crm.deals ADD COLUMN color text"))      # without options
    comment(database)
    words = said(database, "deals", "color")
    tap.ok("one of: color 1, color 2" in words and words.endswith("color 50 and 2 more)"), "the first fifty", words)
    must(database.psql("ALTER FOREIGN TABLE crm.deals DROP COLUMN color"))
    emulator.reset()


@case(WORK)
def several_at_once(emulator, database):
    """Options and statuses are asked for side by side."""
    must(database.psql("SELECT attio_fdw_disconnect()"))
    emulator.forget()
    comment(database)
    asked = [entry["path"] for entry in emulator.log() if "show_archived" in entry["path"]]
    tap.ok(len(asked) == len(set(asked)) and asked, "each once", asked)


@case(WORK)
def mistakes(emulator, database):
    result = database.psql("SELECT attio_fdw_comment('public')")
    tap.ok(result.refused("42P01"), "a schema without foreign tables", result)
    role = database.role("reader", "GRANT USAGE ON SCHEMA crm TO %; GRANT USAGE ON FOREIGN SERVER attio TO %;"
                         "CREATE USER MAPPING FOR % SERVER attio OPTIONS (api_key 'emulator-key')")
    must(database.psql("COMMENT ON FOREIGN TABLE crm.deals IS NULL"))
    result = database.psql(f"SET ROLE {role}; SELECT attio_fdw_comment('crm')")
    tap.ok(result.refused("42501"), "only the owner may comment", result)
    must(database.psql(f"DROP USER MAPPING FOR {role} SERVER attio; DROP OWNED BY {role}"))
    emulator.call("POST", "/_emulator/tokens", {"no-lists": "object_configuration:read"})
    must(database.psql("ALTER USER MAPPING FOR CURRENT_USER SERVER attio OPTIONS (SET api_key 'no-lists')"))
    tap.equal(comment(database), 1, "without the scope of lists, objects get theirs")
    must(database.psql("ALTER USER MAPPING FOR CURRENT_USER SERVER attio OPTIONS (SET api_key 'emulator-key')"))


run()
