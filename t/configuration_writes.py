#!/usr/bin/env python3
"""Objects, lists, attributes, options and statuses: written as the API has it, archived instead of deleted.

What is in Attio is read from the emulator's own API, not through the extension.
"""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import QUICK, ServerLog, Workspace, must  # noqa: E402
from cases import case, run, tap  # noqa: E402

WORK = Workspace("--scale", "20", options=QUICK)


def writes(emulator):
    """(method, path, data) of each write, in order."""
    return [(e["method"], e["path"], json.loads(e["body"])["data"] if e["body"] else None)
            for e in emulator.log() if e["method"] in ("POST", "PATCH", "PUT", "DELETE") and "/v2/" in e["path"]
            and not e["path"].endswith("/query")]


def reads(emulator):
    return [e["path"] for e in emulator.log() if e["method"] == "GET"]


def ident(emulator, kind, slug):
    key = "object_id" if kind == "objects" else "list_id"
    return next(t["id"][key] for t in emulator.get(f"/v2/{kind}") if t["api_slug"] == slug)


def refused(emulator, database, statement, state, words, what):
    """The statement fails with this SQLSTATE and these words, and writes nothing."""
    emulator.forget()
    result = database.psql(statement)
    tap.ok(result.refused(state, *words) and writes(emulator) == [], what, result)


@case(WORK)
def objects(emulator, database):
    emulator.forget()
    row = must(database.psql("INSERT INTO objects (api_slug, singular_noun, plural_noun) VALUES ('crates', 'Crate', 'Crates') "
                             "RETURNING object_id, api_slug, created_at IS NOT NULL")).out.split("|")
    tap.equal(writes(emulator), [("POST", "/v2/objects", {"api_slug": "crates", "singular_noun": "Crate",
                                                          "plural_noun": "Crates"})], "what is sent")
    tap.equal(row, [ident(emulator, "objects", "crates"), "crates", "t"], "RETURNING")
    emulator.forget()
    must(database.psql("UPDATE objects SET singular_noun = 'Box', plural_noun = plural_noun WHERE api_slug = 'crates'"))
    tap.equal(writes(emulator), [("PATCH", f"/v2/objects/{row[0]}", {"singular_noun": "Box"})], "only what differs")
    again = database.psql("INSERT INTO objects (api_slug, singular_noun, plural_noun) VALUES ('crates', 'C', 'Cs')")
    tap.ok("23505" in again.err, "a slug that is taken", again)
    tap.equal(must(database.psql("INSERT INTO objects (api_slug, singular_noun, plural_noun) VALUES ('crates', 'C', 'Cs') "
                                 "ON CONFLICT DO NOTHING RETURNING 1")).out, "", "ON CONFLICT DO NOTHING skips it")
    refused(emulator, database, "INSERT INTO objects (api_slug) VALUES ('boxes')", "23502", ['"singular_noun"'], "required")
    refused(emulator, database, "DELETE FROM objects WHERE api_slug = 'crates'", "55000",
            ["does not allow deletes", "cannot be deleted", "SELECT, INSERT, UPDATE"], "no DELETE")
    taken = database.psql("UPDATE objects SET api_slug = 'people' WHERE api_slug = 'crates'")
    tap.ok("23505" in taken.err, "a slug that is taken by another", taken)


@case(WORK)
def lists(emulator, database):
    member = emulator.get("/v2/workspace_members")[0]["id"]["workspace_member_id"]
    access = json.dumps([{"workspace_member_id": member, "level": "full-access"}])
    emulator.forget()
    must(database.psql("INSERT INTO lists (api_slug, name, parent_object, workspace_access) VALUES "
                       "('recruiting', 'Hiring', '{people}', 'full-access')"))
    tap.equal(writes(emulator), [("POST", "/v2/lists", {
        "api_slug": "recruiting", "name": "Hiring", "parent_object": "people", "workspace_access": "full-access",
        "workspace_member_access": []})], "a list that all can see")
    emulator.forget()
    told = must(database.psql(f"INSERT INTO lists (api_slug, name, parent_object, workspace_member_access) VALUES "
                              f"('secret', 'Secret', '{{people}}', '{access}') "
                              "RETURNING parent_object, workspace_access IS NULL")).out
    tap.equal((told, writes(emulator)[0][2]["workspace_access"]), ("{people}|t", None), "one that one member can see")
    nobody = database.psql("INSERT INTO lists (api_slug, name, parent_object) VALUES ('x', 'X', '{people}')")
    tap.ok("22023" in nobody.err and "full access" in nobody.err, "one that nobody can see", nobody)
    must(database.psql(f"UPDATE lists SET workspace_access = NULL, workspace_member_access = '{access}', name = 'Hires' "
                       "WHERE api_slug = 'recruiting'"))
    now = next(each for each in emulator.get("/v2/lists") if each["api_slug"] == "recruiting")
    tap.equal((now["workspace_access"], now["workspace_member_access"], now["name"]), (None, json.loads(access), "Hires"),
              "changed")
    refused(emulator, database, "INSERT INTO lists (api_slug, name, parent_object) VALUES ('y', 'Y', '{people,companies}')",
            "22023", ["one element"], "a new list has one parent")
    refused(emulator, database, "UPDATE lists SET parent_object = '{companies}' WHERE api_slug = 'secret'", "HV007",
            ['"parent_object"', "only for new rows"], "which stays")
    unknown = database.psql("INSERT INTO lists (api_slug, name, parent_object, workspace_access) VALUES "
                            "('z', 'Z', '{nothing}', 'full-access')")
    tap.ok(unknown.refused("nothing"), "an object that there is none of", unknown)


def new_attribute(columns, values, returning=""):
    return (f"INSERT INTO attributes (target, target_slug, {columns}) VALUES ('objects', 'deals', {values}) {returning}")


@case(WORK)
def attributes(emulator, database):
    deals = ident(emulator, "objects", "deals")
    emulator.forget()
    row = must(database.psql(new_attribute("api_slug, title, type", "'tier', 'Tier', 'select'", "RETURNING attribute_id"))).out
    tap.equal((writes(emulator), reads(emulator)), ([("POST", "/v2/objects/deals/attributes", {
        "api_slug": "tier", "title": "Tier", "type": "select", "description": None, "is_required": False,
        "is_unique": False, "is_multiselect": False, "config": {}})], []), "one request, with all that the API requires")
    told = must(database.psql(new_attribute("api_slug, title, type", "'level', 'Level', 'rating'",
                                            "RETURNING target, target_id, target_slug, position IS NULL, is_archived"))).out
    tap.equal(told, f"objects|{deals}|deals|t|f", "RETURNING finds what the row does not say")
    told = must(database.psql(f"INSERT INTO attributes (target, target_id, api_slug, title, type) VALUES ('objects', '{deals}', "
                              "'grade', 'Grade', 'number') RETURNING target_slug")).out
    tap.equal(told, "deals", "by the id of the object")
    emulator.forget()
    must(database.psql("UPDATE attributes SET title = 'Class', description = 'of the deal', is_required = is_required "
                       "WHERE target_slug = 'deals' AND api_slug = 'tier'"))
    tap.equal(writes(emulator), [("PATCH", f"/v2/objects/{deals}/attributes/{row}",
                                  {"title": "Class", "description": "of the deal"})], "only what differs")
    tap.equal([path for path in reads(emulator) if path.endswith("offset=0")],
              [f"/v2/objects/{deals}/attributes?show_archived=true&limit=50&offset=0"], "of one object: only its attributes are read")
    emulator.forget()
    must(database.psql("UPDATE attributes SET is_archived = true WHERE target_slug = 'deals' AND api_slug = 'tier'"))
    tap.equal(writes(emulator), [("PATCH", f"/v2/objects/{deals}/attributes/{row}", {"is_archived": True})], "archived")
    tap.equal(database.value("SELECT is_archived FROM attributes WHERE target_slug = 'deals' AND api_slug = 'tier'"), "t",
              "and so it is shown")
    refused(emulator, database, "DELETE FROM attributes WHERE api_slug = 'tier'", "55000",
            ["cannot be deleted", "UPDATE attributes SET is_archived = true WHERE ..."], "DELETE says what to do instead")
    taken = database.psql(new_attribute("api_slug, title, type", "'tier', 'Again', 'text'"))
    tap.ok("23505" in taken.err, "an archived attribute keeps its slug", taken)
    system = database.psql("UPDATE attributes SET title = 'Naam' WHERE target_slug = 'deals' AND api_slug = 'name'")
    tap.ok("42501" in system.err and "System attribute" in system.err, "a system attribute", system)
    gone = database.psql("INSERT INTO attributes (target, target_slug, api_slug, title, type) "
                         "VALUES ('objects', 'dealz', 'a', 'A', 'text')")
    tap.ok("HV00R" in gone.err and "dealz" in gone.err, "an object that there is none of", gone)


@case(WORK)
def attributes_refused(emulator, database):
    for columns, values, state, words in (
            ("api_slug, title", "'a', 'A'", "23502", ['"type"']),
            ("api_slug, title, type, is_archived", "'a', 'A', 'text', true", "HV007", ['"is_archived"', "UPDATE the row afterwards"]),
            ("api_slug, title, type, is_writable", "'a', 'A', 'text', true", "HV007", ['"is_writable"']),
            ("api_slug, title, type, target_id", f"'a', 'A', 'text', '{ident(emulator, 'objects', 'deals')}'", "HV007",
             ['"target_id"', '"target_slug"'])):
        refused(emulator, database, new_attribute(columns, values), state, words, f"{columns} {values}")
    refused(emulator, database, "INSERT INTO attributes (target, api_slug, title, type) VALUES ('objects', 'a', 'A', 'text')", "23502",
            ['"target_id"', '"target_slug"'], "without an object")
    refused(emulator, database, "UPDATE attributes SET type = 'text' WHERE api_slug = 'value' AND target_slug = 'deals'", "HV007",
            ['"type"', "only for new rows"], "the type stays")
    refused(emulator, database, "UPDATE attributes SET target_slug = 'people' WHERE api_slug = 'value' AND target_slug = 'deals'",
            "HV007", ['"target_slug"'], "an attribute does not move")
    refused(emulator, database, "UPDATE attributes SET is_archived = true", "55000", ["without WHERE"], "all of them")
    must(database.psql(new_attribute("api_slug, title, type", "'nameless', 'Nameless', 'text'")))
    nothing = database.psql("UPDATE attributes SET title = NULL WHERE api_slug = 'nameless'")
    tap.ok("22023" in nothing.err and "data.title" in nothing.err, "no title", nothing)
    must(database.psql("INSERT INTO attributes (target, target_slug, api_slug, title, type, is_multiselect) VALUES "
                       "('lists', 'sales_pipeline', 'tags', 'Tags', 'select', true)"))
    told = must(database.psql("INSERT INTO statuses (target, target_slug, attribute_slug, title) VALUES "
                              "('lists', 'sales_pipeline', 'status', 'Very new'); UPDATE statuses SET title = 'Very old' "
                              "WHERE target = 'lists' AND title = 'Very new' RETURNING title, target_slug, position > 0")).out
    tap.equal(told, "Very old|sales_pipeline|t", "attributes and statuses of a list")
    wrong = database.psql(new_attribute("api_slug, title, type", "'a', 'A', 'domain'"))
    tap.ok("22023" in wrong.err and "type" in wrong.err, "a type that cannot be created", wrong)


@case(WORK)
def configured(emulator, database):
    """Currencies, references, defaults, relationships."""
    companies = ident(emulator, "objects", "companies")
    currency = {"default_currency_code": "EUR", "display_type": "code"}
    emulator.forget()
    must(database.psql(new_attribute("api_slug, title, type, config", f"'fee', 'Fee', 'currency', '{json.dumps({'currency': currency})}'")))
    tap.equal(writes(emulator)[0][2]["config"], {"currency": currency}, "a currency")
    emulator.forget()
    copied = ("INSERT INTO attributes (target, target_slug, api_slug, title, type, config) SELECT 'lists', 'sales_pipeline', "
              "'fee', title, type, config FROM attributes WHERE target_slug = 'deals' AND api_slug = 'fee'")
    must(database.psql(copied))
    tap.equal(writes(emulator)[0][2]["config"], {"currency": currency}, "the configuration of another attribute, as it was read")
    emulator.forget()
    must(database.psql(new_attribute("api_slug, title, type, config", "'firms', 'Firms', 'record-reference', "
                                     "'{\"record_reference\": {\"allowed_objects\": [\"companies\"]}}'")))
    told = database.value("SELECT config->'record_reference'->'allowed_object_ids' FROM attributes WHERE api_slug = 'firms'")
    tap.equal(json.loads(told), [companies], "objects that a reference may point to")
    emulator.forget()
    must(database.psql("INSERT INTO attributes (target, target_slug, api_slug, title, type, config) SELECT 'lists', 'sales_pipeline', "
                       "api_slug, title, type, config FROM attributes WHERE target_slug = 'deals' AND api_slug = 'firms'"))
    tap.equal(writes(emulator)[0][2]["config"], {"record_reference": {"allowed_objects": [companies]}}, "and those copied")
    changed = {"default_currency_code": "USD", "display_type": "symbol"}
    must(database.psql(f"UPDATE attributes SET config = '{json.dumps({'currency': changed})}' "
                       "WHERE target_slug = 'deals' AND api_slug = 'fee'"))
    tap.equal(json.loads(database.value("SELECT config->'currency' FROM attributes WHERE target_slug = 'deals' AND api_slug = 'fee'")),
              changed, "another currency")
    default = {"type": "static", "template": [{"value": 5}]}
    told = must(database.psql(new_attribute("api_slug, title, type, default_value", f"'weight', 'Weight', 'number', '{json.dumps(default)}'",
                                            "RETURNING is_default_value_enabled, default_value"))).out.split("|")
    tap.equal((told[0], json.loads(told[1])), ("t", {"type": "static", "template": [{"value": 5, "attribute_type": "number"}]}),
              "a default")
    told = must(database.psql("UPDATE attributes SET default_value = NULL WHERE api_slug = 'weight' "
                              "RETURNING is_default_value_enabled")).out
    tap.equal(told, "f", "which is taken away")
    back = {"object": "companies", "title": "Bids", "api_slug": "bids", "is_multiselect": True}
    emulator.forget()
    told = must(database.psql(new_attribute("api_slug, title, type, relationship", f"'bidder', 'Bidder', 'record-reference', "
                                            f"'{json.dumps(back)}'", "RETURNING relationship->>'api_slug'"))).out
    tap.equal((told, writes(emulator)[0][2]["relationship"]), ("bids", back), "a relationship")
    tap.equal(database.value("SELECT relationship->>'api_slug' FROM attributes WHERE target_slug = 'companies' AND api_slug = 'bids'"),
              "bidder", "has another side")


@case(WORK)
def options(emulator, database):
    deals = ident(emulator, "objects", "deals")
    must(database.psql(new_attribute("api_slug, title, type", "'size', 'Size', 'select'")))
    attribute = database.value("SELECT attribute_id FROM attributes WHERE target_slug = 'deals' AND api_slug = 'size'")
    path = f"/v2/objects/{deals}/attributes/{attribute}/options"
    titles = [f"Size {n}" for n in range(40)]
    emulator.forget()
    must(database.psql("INSERT INTO select_options (target, target_slug, attribute_slug, title) SELECT 'objects', 'deals', 'size', "
                       "'Size ' || n FROM generate_series(0, 39) n"))
    tap.equal(writes(emulator), [("POST", "/v2/objects/deals/attributes/size/options", {"title": title}) for title in titles],
              "many, one after another")
    tap.equal([each["title"] for each in emulator.get(path)], titles, "in the order of the rows")
    emulator.forget()
    told = must(database.psql(f"INSERT INTO select_options (target, target_id, attribute_id, title) VALUES ('objects', '{deals}', "
                              f"'{attribute}', 'Huge'), ('objects', '{deals}', '{attribute}', 'Tiny') "
                              "RETURNING target_slug, attribute_slug, title")).out
    tap.equal(told, "deals|size|Huge\ndeals|size|Tiny", "RETURNING names what ids were given of")
    tap.equal(len([path for path in reads(emulator) if "offset=" not in path or path.endswith("offset=0")]), 2, "which is read once")
    emulator.forget()
    must(database.psql("UPDATE select_options SET title = title || '!' WHERE target_slug = 'deals' AND attribute_slug = 'size' "
                       "AND title IN ('Huge', 'Tiny')"))
    tap.equal([(method, data) for method, _, data in writes(emulator)], [("PATCH", {"title": "Huge!"}), ("PATCH", {"title": "Tiny!"})],
              "renamed")
    tap.equal([each for each in reads(emulator) if "/options" in each], [f"{path}?show_archived=true"], "of one attribute only")
    must(database.psql("UPDATE select_options SET is_archived = true WHERE attribute_slug = 'size' AND title = 'Huge!'"))
    tap.ok("Huge!" not in [each["title"] for each in emulator.get(path)], "archived")
    tap.equal(database.value("SELECT is_archived FROM select_options WHERE attribute_slug = 'size' AND title = 'Huge!'"), "t", "shown so")
    must(database.psql("UPDATE select_options SET is_archived = false WHERE attribute_slug = 'size' AND title = 'Huge!'"))
    tap.ok("Huge!" in [each["title"] for each in emulator.get(path)], "and restored")
    insert = "INSERT INTO select_options (target, target_slug, attribute_slug, title) VALUES ('objects', 'deals', 'size', '{}') {}"
    taken = database.psql(insert.format("Size 1", ""))
    tap.ok("23505" in taken.err, "a title that is taken", taken)
    tap.equal(must(database.psql(insert.format("Size 1", "ON CONFLICT DO NOTHING"))).out, "", "ON CONFLICT DO NOTHING")
    other = database.psql(insert.replace("'size'", "'value'").format("X", ""))
    tap.ok("22023" in other.err and "not of type" in other.err, "an attribute of another type", other)
    refused(emulator, database, "DELETE FROM select_options WHERE title = 'Tiny!'", "55000",
            ["UPDATE select_options SET is_archived = true WHERE ..."], "DELETE says what to do instead")
    for columns, values in (("target, target_slug, title", "'objects', 'deals', 'x'"), ("target, attribute_slug, title", "'objects', 'size', 'x'"),
                            ("target_slug, attribute_slug, title", "'deals', 'size', 'x'"),
                            ("target, target_slug, attribute_slug", "'objects', 'deals', 'size'")):
        refused(emulator, database, f"INSERT INTO select_options ({columns}) VALUES ({values})", "23502", [], f"only {columns}")


@case(WORK)
def odd_places(emulator, database):
    """What names a place cannot name another one."""
    insert = "INSERT INTO select_options (target, target_slug, attribute_slug, title) VALUES ('{}', '{}', '{}', 'x')"
    for place in (("objects", "..", "a_select"), ("objects", "all_types", ".."), ("objects", "", "a_select"), ("objects", ".", "a_select")):
        refused(emulator, database, insert.format(*place), "22023", ["of a request"], f"{place}")
    for target in ("..", "objects/all_types"):
        refused(emulator, database, insert.format(target, "all_types", "a_select"), "22023", ['"objects" or "lists"'], target)
    for place in (("objects", "a/b?c=d", "a_select"), ("objects", "all_types", "a#b")):
        emulator.forget()
        result = database.psql(insert.format(*place))
        tap.ok("HV00R" in result.err and all(part.replace("/", "%2F").replace("?", "%3F").replace("#", "%23").replace("=", "%3D")
                                             in writes(emulator)[0][1] for part in place), f"escaped: {place}", result)
    must(database.psql("SET attio_fdw.allow_copy = on; COPY select_options (target, target_slug, attribute_slug, title) "
                       "FROM PROGRAM 'printf \"objects\\tall_types\\ta_select\\tcopied\\n\"'"))
    tap.equal(database.value("SELECT count(*) FROM select_options WHERE title = 'copied'"), "1", "COPY")
    told = must(database.psql("""
        WITH o AS (INSERT INTO objects (api_slug, singular_noun, plural_noun) VALUES ('chains', 'Chain', 'Chains') RETURNING api_slug),
             a AS (INSERT INTO attributes (target, target_slug, api_slug, title, type) SELECT 'objects', api_slug, 'kind', 'Kind',
                   'select' FROM o RETURNING target, target_slug, api_slug)
        INSERT INTO select_options (target, target_slug, attribute_slug, title) SELECT target, target_slug, api_slug, 'first' FROM a
        RETURNING target_slug, attribute_slug, attribute_id IS NOT NULL, title""")).out
    tap.equal(told, "chains|kind|t|first", "an object, its attribute, its option, in one statement")
    told = must(database.psql("UPDATE select_options o SET title = o.title || v.more FROM (VALUES ('chains', '!')) v (slug, more) "
                              "WHERE o.target_slug = v.slug RETURNING o.title")).out
    tap.equal(told, "first!", "UPDATE ... FROM")
    told = must(database.psql("""UPDATE attributes SET title = title, api_slug = api_slug, type = type, config = config, target = target,
        target_id = target_id, target_slug = target_slug, "position" = "position", is_archived = is_archived, description = 'd'
        WHERE target_slug = 'chains' AND api_slug = 'kind' RETURNING description, "position" > 0""")).out
    tap.equal(told, "d|t", "a tool that assigns every column")


@case(WORK)
def statuses(emulator, database):
    deals = ident(emulator, "objects", "deals")
    emulator.forget()
    told = must(database.psql("SET intervalstyle = 'sql_standard'; INSERT INTO statuses (target, target_slug, attribute_slug, title, "
                              "celebration_enabled, target_time_in_status) VALUES ('objects', 'deals', 'stage', 'Signed', true, "
                              "'1 year 2 months 3 days 04:05:06.5') RETURNING title, celebration_enabled, target_time_in_status "
                              "= '14 months 3 days 04:05:06.5'")).out
    tap.equal((told, writes(emulator)), ("Signed|t|t", [("POST", "/v2/objects/deals/attributes/stage/statuses", {
        "title": "Signed", "celebration_enabled": True, "target_time_in_status": "P1Y2M3DT4H5M6.5S"})]), "a status")
    emulator.forget()
    must(database.psql("UPDATE statuses SET target_time_in_status = NULL, celebration_enabled = false, title = 'Signed now' "
                       "WHERE target_slug = 'deals' AND title = 'Signed'"))
    tap.equal([data for _, _, data in writes(emulator)],
              [{"title": "Signed now", "celebration_enabled": False, "target_time_in_status": None}], "changed")
    refused(emulator, database, "UPDATE statuses SET target_time_in_status = '-1 day' WHERE title = 'Signed now'", "22023",
            ["not negative"], "no time below zero")
    must(database.psql("UPDATE statuses SET is_archived = true WHERE target_slug = 'deals' AND title = 'Signed now'"))
    tap.ok("Signed now" not in [s["title"] for s in emulator.get(f"/v2/objects/{deals}/attributes/stage/statuses")], "archived")
    must(database.psql("CREATE FOREIGN TABLE some_statuses (status_id uuid, title text, target_time_in_status text) "
                       "SERVER attio OPTIONS (resource 'statuses')"))
    lacking = database.psql("UPDATE some_statuses SET title = 'x' WHERE title = 'Signed now'")
    tap.ok("HV008" in lacking.err and "Add a column" in lacking.err, "a table without what names the attribute", lacking)


@case(WORK)
def known_at_once(emulator, database):
    """The session that has written definitions reads by the new ones."""
    told = must(database.psql("""
        SELECT count(*) FROM deals WHERE stage = 'Lead';
        INSERT INTO attributes (target, target_slug, api_slug, title, type) VALUES ('objects', 'deals', 'colour', 'Colour', 'select');
        INSERT INTO select_options (target, target_slug, attribute_slug, title) VALUES ('objects', 'deals', 'colour', 'red');
        SELECT attio_fdw_sync('crm', apply => true) IS NOT NULL;
        UPDATE deals SET colour = 'red' WHERE record_id = (SELECT record_id FROM deals LIMIT 1) RETURNING colour;
        SELECT count(*) FROM deals WHERE colour = 'red';
        UPDATE select_options SET title = 'crimson' WHERE target_slug = 'deals' AND title = 'red';
        SELECT count(*) FROM deals WHERE colour = 'crimson';
        UPDATE deals SET colour = 'crimson' WHERE colour = 'crimson';""")).out
    tap.ok(told.startswith("10\n") or told[0].isdigit(), "a session that knows the definitions", told)
    tap.equal(told.split("\n")[-3:], ["red", "1", "1"], "writes a new attribute, its option, and reads by them")
    told = must(database.psql("""
        SELECT count(colour) FROM deals;
        UPDATE attributes SET api_slug = 'farbe' WHERE target_slug = 'deals' AND api_slug = 'colour';
        SELECT count(colour) FROM deals;
        INSERT INTO objects (api_slug, singular_noun, plural_noun) VALUES ('vans', 'Van', 'Vans');
        IMPORT FOREIGN SCHEMA objects LIMIT TO (vans) FROM SERVER attio INTO crm;
        INSERT INTO vans DEFAULT VALUES;
        SELECT count(*) FROM vans;""")).out
    tap.equal(told, "1\n1\n1", "a renamed attribute, a new object")
    gone = database.psql("SELECT count(colour) FROM deals; UPDATE attributes SET is_archived = true WHERE target_slug = 'deals' "
                         "AND api_slug = 'farbe'; SELECT count(colour) FROM deals")
    tap.ok(gone.out == "1" and "HV005" in gone.err and '"colour"' in gone.err, "an archived attribute is gone at once", gone)


@case(WORK)
def known_without_sync(emulator, database):
    """What a table shows is looked up among the definitions that the session has written, and not among those it knew."""
    told = must(database.psql("""
        CREATE FOREIGN TABLE names (record_id uuid, name text) SERVER attio OPTIONS (object 'companies');
        SELECT count(name) > 0 FROM names;
        INSERT INTO attributes (target, target_slug, api_slug, title, type) VALUES ('objects', 'companies', 'shade', 'Shade', 'text');
        CREATE FOREIGN TABLE shades (record_id uuid, shade text) SERVER attio OPTIONS (object 'companies');
        SELECT count(shade) FROM shades;
        UPDATE shades SET shade = 'dark' WHERE record_id = (SELECT record_id FROM companies LIMIT 1) RETURNING shade;""")).out
    tap.equal(told.split("\n")[-3:], ["t", "0", "dark"], "a new attribute")


@case(WORK)
def guarded(emulator, database):
    log = ServerLog(database)
    emulator.forget()
    told = database.psql("SET attio_fdw.dry_run = on; SET client_min_messages = notice; "
                         "INSERT INTO select_options (target, target_slug, attribute_slug, title) VALUES ('objects', 'deals', 'x', 'y')")
    tap.ok("dry run: POST /v2/objects/deals/attributes/x/options" in told.err and writes(emulator) == [], "a dry run", told)
    told = database.psql("BEGIN; INSERT INTO objects (api_slug, singular_noun, plural_noun) VALUES ('rolled', 'R', 'Rs'); ROLLBACK")
    tap.ok("WARNING" in told.err and ident(emulator, "objects", "rolled") in told.err, "ROLLBACK undoes nothing, and says so", told)
    tap.ok(any("POST, table objects" in line for line in log.writes()), "each write is logged")
    for path, statement in (("/v2/objects", "INSERT INTO objects (api_slug, singular_noun, plural_noun) VALUES ('lost{}', 'L', 'Ls')"),
                            ("/options", "INSERT INTO select_options (target, target_slug, attribute_slug, title) VALUES "
                                         "('objects', 'all_types', 'a_select', 'lost {}')")):
        for n, fault in enumerate(({"status": 503, "body": "{}"}, {"reset": "body"})):
            emulator.forget()
            emulator.faults({"match": {"method": "POST", "path": path}, "times": 1, **fault})
            lost = database.psql(statement.format(n))
            emulator.faults()
            tap.ok("08007" in lost.err and len(writes(emulator)) == 1, f"{path}, {fault}: an error, and not sent again", lost)
    emulator.call("POST", "/_emulator/tokens", {"reader": "object_configuration:read list_configuration:read"})
    must(database.psql("ALTER USER MAPPING FOR CURRENT_USER SERVER attio OPTIONS (SET api_key 'reader')"))
    lacking = database.psql("INSERT INTO objects (api_slug, singular_noun, plural_noun) VALUES ('no', 'N', 'Ns')")
    tap.ok("42501" in lacking.err and "object_configuration:read-write" in lacking.err, "a scope that the key lacks", lacking)
    must(database.psql("ALTER USER MAPPING FOR CURRENT_USER SERVER attio OPTIONS (SET api_key 'emulator-key')"))


run()
