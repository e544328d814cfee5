#!/usr/bin/env python3
"""Tables about the workspace: the key, saved views, and which lists a record is on."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import KEY, QUICK, Workspace, must  # noqa: E402
from cases import case, run, tap  # noqa: E402

WORK = Workspace("--scale", "40", options=QUICK)


def key(database, value):
    must(database.psql(f"ALTER USER MAPPING FOR CURRENT_USER SERVER attio OPTIONS (SET api_key '{value}')"))


@case(WORK)
def self(emulator, database):
    told = emulator.call("GET", "/v2/self", key=KEY)
    emulator.forget()
    row = database.value("SELECT active, workspace_id, workspace_name, workspace_slug, workspace_logo_url, scope, "
                         "authorized_by, client_id, token_type FROM self")
    wanted = ["t"] + [told[name] or "" for name in ("workspace_id", "workspace_name", "workspace_slug",
              "workspace_logo_url", "scope", "authorized_by_workspace_member_id", "client_id", "token_type")]
    tap.equal(row.split("|"), wanted, "the key and its workspace, in one row")
    tap.equal([entry["path"] for entry in emulator.log()], ["/v2/self"], "by one request")
    key(database, "no-such-key")
    tap.equal(database.value("SELECT active, workspace_id IS NULL FROM self"), "f|t", "a dead key is not active")
    key(database, KEY)


@case(WORK)
def views(emulator, database):
    wanted = []
    for kind in ("objects", "lists"):
        for target in emulator.get(f"/v2/{kind}"):
            ident = target["id"]["object_id" if kind == "objects" else "list_id"]
            for view in emulator.get(f"/v2/{kind}/{ident}/views"):
                wanted.append(f"{view['id']['view_id']}|{kind}|{ident}|{target['api_slug']}|{view['title']}")
    rows = database.value("SELECT view_id, target, target_id, target_slug, title FROM views").split("\n")
    tap.equal(sorted(rows), sorted(wanted), "the views of all objects and lists")
    emulator.switches(disabled_objects=["deals"])
    tap.equal(database.value("SELECT count(*) FROM views WHERE target_slug = 'deals'"), "0",
              "an object that is switched off has none")
    emulator.switches(disabled_objects=[])


def entries_of(emulator, ident):
    return [f"{ident}|{each['list_id']}|{each['list_api_slug']}|{each['entry_id']}"
            for each in emulator.get(f"/v2/objects/companies/records/{ident}/entries")]


@case(WORK)
def record_entries(emulator, database):
    ids = database.value("SELECT record_id FROM companies").split("\n")
    emulator.forget()
    rows = database.value("""SELECT r.record_id, r.list_id, r.list, r.entry_id FROM companies c
        JOIN record_entries r USING (record_id) WHERE r.object = 'companies'""").split("\n")
    asked = [entry["path"] for entry in emulator.log() if "/entries?" in entry["path"]]
    tap.equal((len(asked), len(set(asked))), (len(ids), len(ids)), "joined: one request for each record")
    wanted = [row for ident in ids for row in entries_of(emulator, ident)]
    tap.equal(sorted(rows), sorted(wanted), "the lists that each is on")
    one = wanted[0].split("|")[0]
    tap.equal(sorted(database.value(f"""SELECT record_id, list_id, list, entry_id FROM record_entries
        WHERE object = 'companies' AND record_id = '{one}'""").split("\n")), sorted(entries_of(emulator, one)),
              "of one record")
    tap.equal(database.value(f"""SELECT count(*) = count(e.entry_id), min(r.object) FROM record_entries r
        LEFT JOIN sales_pipeline e ON e.entry_id = r.entry_id
        WHERE r.object = 'companies' AND r.record_id = '{one}' AND r.list = 'sales_pipeline'"""), "t|companies",
              "its ids are those of the entries")
    for where, words in (("", 'columns "object" and "record_id"'), ("WHERE object = 'companies'", 'column "record_id"')):
        result = database.psql(f"SELECT * FROM record_entries {where}")
        tap.ok(result.refused("without", words), f"a record must be named: {where}",
               result)
    nobody = "00000000-0000-4000-8000-000000000000"
    tap.equal(database.value(f"""SELECT count(*) FROM record_entries WHERE object = 'companies' AND record_id = '{nobody}';
        SELECT count(*), count(r.entry_id) > 0 FROM (VALUES ('{one}'::uuid), ('{nobody}'), (NULL)) v (id)
        LEFT JOIN record_entries r ON r.object = 'companies' AND r.record_id = v.id GROUP BY v.id ORDER BY 2, 1""")
              .split("\n")[:3], ["0", "1|f", "1|f"], "a record that does not exist, or is deleted, is on no list")
    result = database.psql(f"SELECT * FROM record_entries WHERE object = 'compnies' AND record_id = '{one}'")
    tap.ok(result.refused("HV00R"), "an object that does not exist", result)


@case(WORK)
def scopes(emulator, database):
    emulator.call("POST", "/_emulator/tokens", {"few": "record_permission:read object_configuration:read"})
    key(database, "few")
    result = database.psql("SELECT * FROM record_entries WHERE object = 'companies' AND record_id = "
                           "'00000000-0000-4000-8000-000000000000'")
    tap.ok(result.refused("42501", "list_entry:read"), "a scope that it lacks", result)
    tap.equal(database.value("SELECT active, scope FROM self"), "t|record_permission:read object_configuration:read",
              "the key itself can be read with any scope")
    key(database, KEY)
    for name in ("self", "views", "record_entries"):
        result = database.psql(f"DELETE FROM {name} WHERE true")
        tap.ok(result.refused("55000"), f"{name} cannot be written", result)


run()
