#!/usr/bin/env python3
"""How values changed: tables with the option history, one request for each record, several under way."""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import KEY, QUICK, Workspace, count_requests, must  # noqa: E402
from cases import case, run, tap  # noqa: E402

NOBODY = "00000000-0000-4000-8000-000000000000"


def table(database, name, of, attribute, columns="default"):
    """A foreign table of an attribute's history, as attio_fdw_ddl() writes it."""
    ddl = database.value(f"SELECT attio_fdw_ddl('attio', '{of}', '{columns}', history => '{attribute}')")
    must(database.psql(f"DROP FOREIGN TABLE IF EXISTS crm.{name};"
                       + ddl.replace(ddl.split(" (")[0], f"CREATE FOREIGN TABLE crm.{name}", 1)))
    return ddl


def prepare(_emulator, database):
    must(database.psql("""SET attio_fdw.log_writes = off;
        UPDATE deals SET stage = 'Lost', value = 100.5 WHERE stage = 'Lead';
        UPDATE deals SET stage = 'In Progress', value = value + 1 WHERE stage = 'Lost'"""))
    table(database, "stages", "deals", "stage")


def expected(emulator, path, ids, attribute, pick):
    """(id, value, from, until) of each value, as the API tells them."""
    found = []
    for ident in ids:
        for value in emulator.get(f"{path}/{ident}/attributes/{attribute}/values?show_historic=true"):
            found.append([ident, pick(value), value["active_from"][:19], (value["active_until"] or "")[:19]])
    return sorted(found)


def shown(database, name, column, key="record_id", where=""):
    return sorted(json.loads(database.value(f"""SELECT json_agg(json_build_array({key}, {column},
        to_char(active_from, 'YYYY-MM-DD"T"HH24:MI:SS'), coalesce(to_char(active_until, 'YYYY-MM-DD"T"HH24:MI:SS'), '')))
        FROM crm.{name} WHERE {key} IS NOT NULL {where}""")))


WORK = Workspace("--scale", "40", options=QUICK, before=prepare)


def ids_of(database, of="deals", key="record_id"):
    return database.value(f"SELECT {key} FROM crm.{of}").split("\n")


@case(WORK)
def each_value(emulator, database):
    ids = ids_of(database)
    emulator.forget()
    rows = shown(database, "stages", "stage", where="AND record_id = ANY (ARRAY(SELECT record_id FROM crm.deals))")
    asked = [entry["path"] for entry in emulator.log() if "show_historic=true" in entry["path"]]
    tap.equal(rows, expected(emulator, "/v2/objects/deals/records", ids, "stage", lambda v: v["status"]["title"]),
              "all values of all records, with their times")
    tap.ok(len(asked) == len(ids) == len(set(asked)), f"{len(asked)} requests, one for each record")
    tap.ok(len(rows) > len(ids) and all(any(row[0] == i and row[3] == "" for row in rows) for i in ids),
           "the present one, too")
    one = next(row[0] for row in rows if row[3])
    emulator.forget()
    tap.equal(shown(database, "stages", "stage", where=f"AND record_id = '{one}'"),
              [row for row in rows if row[0] == one], "of one record")
    tap.equal(len([e for e in emulator.log() if "show_historic" in e["path"]]), 1, "by one request")
    tap.equal(shown(database, "stages", "stage", where=f"AND record_id IN ('{one}', '{one}', '{ids[0]}')"),
              [row for row in rows if row[0] in (one, ids[0])], "a key twice is a key")


@case(WORK)
def joined(emulator, database):
    emulator.forget()
    rows = database.value("""SELECT d.record_id, s.stage, s.created_by__actor_type FROM crm.deals d
        JOIN crm.stages s USING (record_id) WHERE d.value > 0 AND s.active_until IS NOT NULL""").split("\n")
    wanted = database.value("SELECT count(*) FROM crm.deals WHERE value > 0")
    asked = [entry["path"] for entry in emulator.log() if "show_historic" in entry["path"]]
    tap.equal((len(asked), len(set(asked))), (int(wanted), int(wanted)), "one request for each record of the other side")
    tap.ok(rows and all(line.split("|")[1] in ("Lead", "Lost") for line in rows), "past values only", rows)
    plan = database.value("EXPLAIN (COSTS OFF) SELECT FROM crm.deals d JOIN crm.stages s USING (record_id)")
    tap.ok("Attio Lookup: s.record_id by d.record_id" in plan, "by lookups", plan)


@case(WORK)
def of_every_type(emulator, database):
    """Each attribute that has a history, by the column of the import."""
    ids = ids_of(database, "all_types")
    must(database.psql(f"""SET attio_fdw.log_writes = off;
        UPDATE all_types SET a_text = 'other', a_number = 2.5, a_checkbox = true, a_rating = 3, a_date = '2024-02-03',
        a_timestamp = '2024-02-03 04:05:06+00' WHERE record_id IN ('{ids[0]}', '{ids[1]}')"""))
    for attribute in emulator.get("/v2/objects/all_types/attributes"):
        slug = attribute["api_slug"]
        if attribute["type"] == "interaction" or not attribute["is_writable"]:
            continue
        table(database, "history", "all_types", slug, "all")
        number = int(database.value(f"SELECT count(*) FROM crm.history WHERE record_id = ANY ('{{{','.join(ids)}}}')"))
        wanted = sum(len(emulator.get(f"/v2/objects/all_types/records/{i}/attributes/{slug}/values?show_historic=true"))
                     for i in ids)
        tap.equal(number, wanted, f"{slug}: a row for each value")
        arrays = attribute["is_multiselect"]
        listed = ", ".join(f"'{i}'" for i in ids)
        now = database.value(f"""SELECT count(*) FROM (SELECT record_id, {'unnest(' + slug + ')' if arrays else slug} AS v
            FROM crm.all_types WHERE record_id IN ({listed})) t WHERE v IS NOT NULL""")
        same = database.value(f"""SELECT count(*) FROM crm.history h JOIN crm.all_types a USING (record_id)
            WHERE record_id IN ({listed}) AND h.active_until IS NULL
            AND h.{slug} {'= ANY (a.' + slug + ')' if arrays else '= a.' + slug}""")
        tap.equal(same, now, f"{slug}: present values are those of the table")


@case(WORK)
def of_entries(emulator, database):
    must(database.psql("SET attio_fdw.log_writes = off; SET attio_fdw.allow_unqualified_writes = on;"
                       "UPDATE sales_pipeline SET status = 'Won'"))
    ddl = table(database, "entry_stages", "sales_pipeline", "status")
    tap.ok("entry_id uuid OPTIONS (field 'entry_id') NOT NULL" in ddl and "history 'status'" in ddl, "its statement", ddl)
    ids = ids_of(database, "sales_pipeline", "entry_id")
    tap.equal(shown(database, "entry_stages", "status", "entry_id",
                    "AND entry_id = ANY (ARRAY(SELECT entry_id FROM crm.sales_pipeline))"),
              expected(emulator, "/v2/lists/sales_pipeline/entries", ids, "status", lambda v: v["status"]["title"]),
              "values of entries")


@case(WORK)
def by_hand(_emulator, database):
    must(database.psql("""CREATE FOREIGN TABLE crm.deal_stages (record_id uuid, stage text, active_from timestamptz,
        active_until timestamptz) SERVER attio OPTIONS (object 'deals', history 'stage')"""))
    where = "AND record_id = ANY (ARRAY(SELECT record_id FROM crm.deals))"
    tap.equal(shown(database, "deal_stages", "stage", where=where), shown(database, "stages", "stage", where=where),
              "a table without options of columns")
    must(database.psql("""CREATE FOREIGN TABLE crm.deal_values (record_id uuid, value jsonb, amount numeric OPTIONS (attribute
        'value'), currency text OPTIONS (attribute 'value', property 'currency_code'), created_by uuid)
        SERVER attio OPTIONS (object 'deals', history 'value')"""))
    tap.equal(database.value("""SELECT bool_and((value ->> 'currency_value')::numeric = amount AND currency = value ->>
        'currency_code' AND value ->> 'attribute_type' = 'currency'), count(*) > 2 FROM crm.deal_values
        WHERE record_id = ANY (ARRAY(SELECT record_id FROM crm.deals))"""), "t|t", "jsonb, own names, other properties")
    tap.equal(database.value("SELECT attio_fdw_bind('crm.deal_stages') > 0"), "t", "it can be bound")
    tap.equal(shown(database, "deal_stages", "stage", where=where), shown(database, "stages", "stage", where=where),
              "and reads the same")


@case(WORK)
def what_follows_a_rename(emulator, database):
    where = "AND record_id = ANY (ARRAY(SELECT record_id FROM crm.deals))"
    before = shown(database, "stages", "stage", where=where)
    emulator.mutate({"do": "rename", "kind": "objects", "slug": "deals", "attribute": "stage", "to": "phase"})
    tap.equal(shown(database, "stages", "stage", where=where), before, "the attribute is known by its id")
    emulator.mutate({"do": "rename", "kind": "objects", "slug": "deals", "attribute": "phase", "to": "stage"})
    tap.equal(database.value("SELECT count(*) FROM attio_fdw_sync('crm') WHERE table_name ~ 'stages'"), "0",
              "attio_fdw_sync() leaves it alone")
    tap.ok(int(database.value("SELECT attio_fdw_comment('crm')")) > 0, "attio_fdw_comment() does its columns")
    tap.ok(database.value("""SELECT col_description('crm.stages'::regclass, 2)""").startswith("Stage (Attio status"),
           "with their titles")


def refused(database, sql, code, words, name):
    result = database.psql(sql)
    tap.ok(result.refused(code, words), name, result)


@case(WORK)
def mistakes(emulator, database):
    refused(database, "SELECT * FROM crm.stages", "HV000", 'cannot be read without a condition on column "record_id"',
            "not without records")
    tap.equal(database.value(f"SELECT count(*) FROM crm.stages WHERE record_id = '{NOBODY}'"), "0",
              "a record that does not exist has no values")
    refused(database, "SELECT attio_fdw_ddl('attio', 'deals', history => 'stagee')", "HV005", 'Perhaps you meant "stage"',
            "an attribute that does not exist, in the function")
    refused(database, "SELECT attio_fdw_ddl('attio', 'notes_of', history => 'stage')", "HV00R", "does not exist",
            "a table that does not exist")
    refused(database, "SELECT attio_fdw_ddl('attio', 'workspace_members', history => 'stage')", "HV005", "does not exist",
            "a table that has no attributes")
    must(database.psql("CREATE FOREIGN TABLE crm.wrong (record_id uuid) SERVER attio OPTIONS (object 'deals', history 'stge')"))
    refused(database, f"SELECT * FROM crm.wrong WHERE record_id = '{NOBODY}'", "HV005", "history of an unknown attribute",
            "and in a table")
    must(database.psql("ALTER FOREIGN TABLE crm.wrong OPTIONS (SET history 'stage'); ALTER FOREIGN TABLE crm.wrong ADD name "
                       "text; ALTER FOREIGN TABLE crm.wrong ADD stage text[]"))
    refused(database, f"SELECT name FROM crm.wrong WHERE record_id = '{NOBODY}'", "HV005",
            "shows the history of one attribute", "a column of another attribute")
    refused(database, f"SELECT stage FROM crm.wrong WHERE record_id = '{NOBODY}'", "HV004", "cannot be an array",
            "a column that is an array")
    for options, words in (("resource 'notes', history 'x'", "requires"), ("object 'deals', history_id '" + NOBODY + "'",
                           "requires"), ("object 'deals', history 'x', view '" + NOBODY + "'", "exclude"),
                           ("object 'deals', history 'x', matching_attribute 'y'", "exclude")):
        refused(database, f"CREATE FOREIGN TABLE crm.odd (record_id uuid) SERVER attio OPTIONS ({options})", "HV", words,
                f"options that do not fit: {options}")
    for sql in (f"INSERT INTO crm.stages (record_id, stage, active_from) VALUES ('{NOBODY}', 'Lead', now())",
                f"UPDATE crm.stages SET stage = 'Lead' WHERE record_id = '{NOBODY}'",
                f"DELETE FROM crm.stages WHERE record_id = '{NOBODY}'"):
        refused(database, sql, "55000", "does not allow", f"it cannot be written: {sql[:6]}")
    ident = ids_of(database)[0]
    table(database, "created", "deals", "created_at")
    refused(database, f"SELECT * FROM crm.created WHERE record_id = '{ident}'", "22023", "Historic values cannot be queried",
            "an attribute without history")
    path = f"/records/{ident}/attributes/"
    for body in ('{"data": [{"active_from": "2024-01-01T00:00:00Z", "status": 7}]}',
                 '{"data": [{"active_from": "2024-01-01T00:00:00Z", "status": {}}]}', '{"data": ["Lead"]}', '{"data": {}}'):
        emulator.faults({"match": {"path": path}, "status": 200, "body": body, "content_type": "application/json"})
        refused(database, f"SELECT * FROM crm.stages WHERE record_id = '{ident}'", "HV000", "", f"odd values: {body}")
    emulator.faults({"match": {"path": path}, "status": 200, "body":
                     '{"data": [{"active_from": "2024-01-01T00:00:00Z", "status": null}]}', "content_type": "application/json"})
    tap.equal(database.value(f"SELECT stage IS NULL FROM crm.stages WHERE record_id = '{ident}'"), "t", "null is NULL")
    emulator.faults()


@case(WORK)
def many_values(emulator, database):
    """More than a page of them."""
    ident = ids_of(database, "all_types")[-1]
    for i in range(120):
        emulator.call("PUT", f"/v2/objects/all_types/records/{ident}", {"data": {"values": {"a_number": i}}}, key=KEY)
    table(database, "numbers", "all_types", "a_number")
    emulator.forget()
    rows = database.value(f"SELECT a_number FROM crm.numbers WHERE record_id = '{ident}' ORDER BY active_from, a_number")
    tap.equal([int(each) for each in rows.split("\n")[-120:]], list(range(120)), "none is lost, none comes twice")


BIG = Workspace("--scale", "1000", "--latency-ms", "50", options=QUICK, name="attio_history_big", schema="objects")


@case(BIG)
def several_under_way(emulator, database):
    """500 deals at 50 ms: eight at a time."""
    table(database, "stages", "deals", "stage")
    sql = "SELECT count(*) FROM crm.deals d JOIN crm.stages s USING (record_id)"
    database.value("SELECT count(*) FROM crm.deals WHERE value > 0")
    rows, *counts, most = count_requests(emulator, lambda: int(database.value(sql)), "show_historic", 0.05)
    tap.equal(counts, [500, 500], "500 requests, no key twice")
    tap.ok(rows >= 500 and 6 <= most <= 8, f"{rows} rows, {most} under way together")


run()
