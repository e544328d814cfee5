#!/usr/bin/env python3
"""The table attribute_history: all values of any attribute of a record or an entry, by one request for each."""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import QUICK, Workspace, count_requests, must  # noqa: E402
from cases import case, run, tap  # noqa: E402

NOBODY = "00000000-0000-4000-8000-000000000000"


def prepare(_emulator, database):
    must(database.psql("""SET attio_fdw.log_writes = off; SET attio_fdw.allow_unqualified_writes = on;
        UPDATE deals SET stage = 'Lost', value = 100.5 WHERE stage = 'Lead';
        UPDATE sales_pipeline SET status = 'Won'"""))


WORK = Workspace("--scale", "40", options=QUICK, before=prepare)


def asked(emulator):
    return [entry["path"] for entry in emulator.log() if "show_historic" in entry["path"]]


def told(emulator, path, ids, attribute):
    """[id, value, from, until, actor, its type] of each value, as the API tells them."""
    found = []
    for ident in ids:
        for value in emulator.get(f"{path}/{ident}/attributes/{attribute}/values?show_historic=true"):
            actor = value["created_by_actor"]
            found.append([ident, value, value["active_from"][:19], (value["active_until"] or "")[:19], actor["id"],
                          actor["type"]])
    return sorted(found, key=json.dumps)


def shown(database, key, where):
    rows = database.value(f"""SELECT json_agg(json_build_array({key}, value,
        to_char(active_from, 'YYYY-MM-DD"T"HH24:MI:SS'), coalesce(to_char(active_until, 'YYYY-MM-DD"T"HH24:MI:SS'), ''),
        created_by, created_by__actor_type)) FROM attribute_history WHERE {where}""")
    return sorted(json.loads(rows) if rows else [], key=json.dumps)


def ordered(rows):
    """The same, whatever the order of members."""
    return sorted(json.dumps(row, sort_keys=True) for row in rows)


def ids_of(database, of, key="record_id"):
    return database.value(f"SELECT {key} FROM {of}").split("\n")


@case(WORK)
def of_records(emulator, database):
    ids = ids_of(database, "deals")
    emulator.forget()
    rows = shown(database, "record_id", "object = 'deals' AND attribute = ANY ('{stage,value}') "
                                        "AND record_id = ANY (ARRAY(SELECT record_id FROM deals))")
    paths = asked(emulator)
    wanted = [row for name in ("stage", "value") for row in told(emulator, "/v2/objects/deals/records", ids, name)]
    tap.equal(ordered(rows), ordered(wanted), "all values of two attributes of all records, as Attio gives them")
    tap.equal((len(paths), len(set(paths))), (2 * len(ids), 2 * len(ids)), "one request for each record and attribute")
    tap.ok(len(rows) > 2 * len(ids), "past values, too")
    one = ids[0]
    emulator.forget()
    row = f"object = 'deals' AND record_id = '{one}' AND attribute = 'stage'"
    tap.equal(ordered(shown(database, "record_id", row)), ordered(told(emulator, "/v2/objects/deals/records", [one], "stage")),
              "of one record")
    tap.equal(database.value(f"SELECT DISTINCT object, record_id, list, entry_id, attribute FROM attribute_history WHERE {row}"),
              f"deals|{one}|||stage", "rows show what was asked for")


@case(WORK)
def of_entries(emulator, database):
    ids = ids_of(database, "sales_pipeline", "entry_id")
    emulator.forget()
    rows = shown(database, "entry_id", "list = 'sales_pipeline' AND attribute = 'status' "
                                       "AND entry_id = ANY (ARRAY(SELECT entry_id FROM sales_pipeline))")
    paths = asked(emulator)
    tap.equal(ordered(rows), ordered(told(emulator, "/v2/lists/sales_pipeline/entries", ids, "status")), "all values of entries")
    tap.equal((len(paths), len(set(paths))), (len(ids), len(ids)), "one request for each")
    tap.ok(all(path.startswith("/v2/lists/sales_pipeline/entries/") for path in paths), "of the list")
    where = f"list = 'sales_pipeline' AND attribute = 'status' AND entry_id = '{ids[0]}'"
    tap.equal(database.value(f"SELECT DISTINCT object, record_id, list, entry_id, attribute FROM attribute_history WHERE {where}"),
              f"||sales_pipeline|{ids[0]}|status", "rows show what was asked for")


@case(WORK)
def joined(emulator, database):
    for of, key, word, name, attribute in (("deals", "record_id", "object", "deals", "stage"),
                                           ("sales_pipeline", "entry_id", "list", "sales_pipeline", "status")):
        sql = f"""FROM {of} d JOIN attribute_history h ON h.{key} = d.{key} AND h.{word} = '{name}'
            AND h.attribute = '{attribute}'"""
        number = int(database.value(f"SELECT count(*) FROM {of}"))
        emulator.forget()
        rows = database.value(f"SELECT d.{key}, h.value_text {sql} WHERE h.active_until IS NULL").split("\n")
        paths = asked(emulator)
        tap.equal((len(paths), len(set(paths))), (number, number), f"{of}: one request for each row of the other side")
        tap.equal(sorted(rows), sorted(database.value(f"SELECT {key}, {attribute} FROM {of}").split("\n")),
                  "present values are those of its column")
        plan = database.value(f"EXPLAIN (COSTS OFF) SELECT {sql}")
        tap.ok(f"Attio Lookup: h.{key} by d.{key}" in plan, "by lookups", plan)
    emulator.forget()
    number = int(database.value("""SELECT count(DISTINCT h.attribute) FROM (SELECT record_id FROM deals LIMIT 1) d
        CROSS JOIN (VALUES ('stage'), ('value')) a (name), LATERAL (SELECT * FROM attribute_history h
        WHERE h.object = 'deals' AND h.record_id = d.record_id AND h.attribute = a.name OFFSET 0) h"""))
    tap.equal((number, len(asked(emulator))), (2, 2), "attributes from a join, too")


@case(WORK)
def of_every_type(emulator, database):
    """What is shown of a value is what the column of the import shows."""
    ids = ids_of(database, "all_types")
    listed = ", ".join(f"'{i}'" for i in ids)
    types = set()
    for attribute in emulator.get("/v2/objects/all_types/attributes?limit=1000"):
        slug = attribute["api_slug"]
        if attribute["type"] == "interaction" or not attribute["is_writable"]:
            continue
        column = f"unnest({slug})" if attribute["is_multiselect"] else slug
        now = f"(SELECT record_id, {column} AS v FROM all_types WHERE record_id IN ({listed}))"
        sql_type = database.value(f"SELECT coalesce(max(pg_typeof(v)::text), 'text') FROM {now} t WHERE v IS NOT NULL")
        # of Attio's nanoseconds a column keeps the microseconds, as they are
        past = f"""(SELECT record_id, regexp_replace(value_text, '(:[0-9]{{2}}[.][0-9]{{6}})[0-9]+', '\\1')::{sql_type} AS v FROM attribute_history WHERE object = 'all_types'
            AND attribute = '{slug}' AND record_id IN ({listed}) AND active_until IS NULL AND value_text IS NOT NULL)"""
        same = database.value(f"""WITH a AS MATERIALIZED (SELECT * FROM {now} t WHERE v IS NOT NULL), b AS MATERIALIZED {past}
            SELECT count(*), (SELECT count(*) FROM (TABLE a EXCEPT ALL TABLE b) t),
            (SELECT count(*) FROM (TABLE b EXCEPT ALL TABLE a) t) FROM a""")
        number, *others = same.split("|")
        tap.equal(others, ["0", "0"], f"{slug}: {number} values, as the column of the import shows them")
        if int(number) > 0:
            types.add(attribute["type"])
    tap.ok(len(types) >= 15, f"{len(types)} types have values", sorted(types))


def refused(database, condition, code, words, name):
    result = database.psql(f"SELECT * FROM attribute_history WHERE {condition}")
    tap.ok(result.refused(code, words), name, result)


@case(WORK)
def what_is_missing(emulator, database):
    emulator.forget()
    record, entry = f"record_id = '{NOBODY}'", f"entry_id = '{NOBODY}'"
    for condition, words in (
            ("true", '"object" and "record_id" and "attribute", or "list" and "entry_id" and "attribute"'),
            ("attribute = 'stage'", 'columns "object" and "record_id", or "list" and "entry_id"'),
            ("object = 'deals'", 'columns "record_id" and "attribute"'),
            (f"object = 'deals' AND {record}", 'column "attribute"'),
            (f"{record} AND attribute = 'stage'", 'column "object"'),
            ("list = 'sales_pipeline'", 'columns "entry_id" and "attribute"'),
            (f"{entry} AND attribute = 'status'", 'column "list"'),
            (f"object = 'deals' AND {entry} AND attribute = 'status'", 'column "record_id"')):
        refused(database, condition, "HV000", words, f"missing: {condition}")
    result = database.psql("SELECT * FROM attribute_history WHERE object = 'deals'")
    query = result.err.split("A query that works: ")[1].split(". A join")[0]
    tap.equal(asked(emulator), [], "nothing is asked")
    must(database.psql(query))
    tap.equal(len(asked(emulator)), 1, "the query that it gives works")


@case(WORK)
def mistakes(emulator, database):
    one = ids_of(database, "deals")[0]
    row = f"record_id = '{one}'"
    tap.equal(database.value(f"SELECT count(*) FROM attribute_history WHERE object = 'deals' AND record_id = '{NOBODY}' "
                             "AND attribute = 'stage'"), "0", "a record that does not exist has no values")
    tap.equal(database.value(f"SELECT count(*) FROM attribute_history WHERE list = 'sales_pipeline' AND entry_id = '{NOBODY}' "
                             "AND attribute = 'status'"), "0", "nor an entry")
    refused(database, f"object = 'deals' AND {row} AND attribute = 'stge'", "HV00R", '"stge" was not found', "unknown attribute")
    refused(database, f"object = 'deal' AND {row} AND attribute = 'stage'", "HV00R", '"deal" was not found', "unknown object")
    entry = f"list = 'sales_pipeline' AND attribute = 'status' AND entry_id = '{NOBODY}'"
    refused(database, f"{entry} AND {row}", "HV000", 'columns "record_id" and "list"', "a record and an entry at once")
    refused(database, f"{entry} AND object = 'deals'", "HV000", "cannot be combined", "or an object and a list")
    refused(database, f"list = 'pipeline' AND entry_id = '{one}' AND attribute = 'stage'", "HV00R", '"pipeline" was not found',
            "unknown list")
    refused(database, f"object = 'deals' AND {row} AND attribute = 'created_at'", "22023", "Historic values cannot be queried",
            "an attribute without history")
    tap.equal(database.value(f"SELECT count(*) FROM attribute_history WHERE object = 'deals' AND {row} AND attribute = 'stage' "
                             f"AND list = 'sales_pipeline' AND entry_id = '{one}'"), "0", "no row is of both")
    emulator.forget()
    tap.equal(database.value("SELECT count(*) FROM attribute_history WHERE object = 'deals' AND record_id = NULL "
                             "AND attribute = 'stage'"), "0", "NULL is no record")
    tap.equal(asked(emulator), [], "and asks nothing")
    for sql in ("INSERT INTO attribute_history (object, attribute, active_from) VALUES ('deals', 'stage', now())",
                f"UPDATE attribute_history SET value = '1' WHERE object = 'deals' AND {row} AND attribute = 'stage'",
                f"DELETE FROM attribute_history WHERE object = 'deals' AND {row} AND attribute = 'stage'"):
        result = database.psql(sql)
        tap.ok(result.refused("55000"), f"it cannot be written: {sql[:6]}", result)
    path = f"/records/{one}/attributes/"
    for body, wanted in (('{"data": [{"active_from": "2024-01-01T00:00:00Z", "moon": {"phase": 1}}]}', "{\"phase\": 1}|t"),
                         ('{"data": [{"active_from": "2024-01-01T00:00:00Z", "value": null, "moon": null}]}', "|t")):
        emulator.faults({"match": {"path": path}, "status": 200, "body": body, "content_type": "application/json"})
        tap.equal(database.value(f"SELECT nullif(value -> 'moon', 'null'), value_text IS NULL FROM attribute_history "
                                 f"WHERE object = 'deals' AND {row} AND attribute = 'stage'"), wanted,
                  f"a value of another form: {body}")
    emulator.faults()


BIG = Workspace("--scale", "1000", "--latency-ms", "50", options=QUICK, name="attio_attribute_history_big")


@case(BIG)
def several_under_way(emulator, database):
    """500 deals at 50 ms: eight at a time."""
    sql = """SELECT count(*) FROM deals d JOIN attribute_history h USING (record_id)
        WHERE h.object = 'deals' AND h.attribute = 'stage'"""
    database.value("SELECT count(*) FROM deals WHERE value > 0")
    rows, *counts, most = count_requests(emulator, lambda: int(database.value(sql)), "show_historic", 0.05)
    tap.equal(counts, [500, 500], "500 requests, no key twice")
    tap.ok(rows >= 500 and 6 <= most <= 8, f"{rows} rows, {most} under way together")


run()
