#!/usr/bin/env python3
"""attio_fdw_time_in_status(): how long records and entries were in each status, whoever asks."""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import QUICK, Workspace, must  # noqa: E402
from cases import case, run, tap  # noqa: E402

WORK = Workspace("--scale", "40", options=QUICK)


def write(database):
    must(database.psql("""SET attio_fdw.log_writes = off; SET attio_fdw.allow_unqualified_writes = on;
        UPDATE deals SET stage = 'Lost' WHERE stage = 'Lead'; UPDATE deals SET stage = 'In Progress' WHERE stage = 'Lost';
        UPDATE sales_pipeline SET status = 'Won'"""))


def told(emulator, path, ids, attribute):
    """[id, status, from, until] of each value, as the API tells them."""
    return sorted([ident, v["status"]["title"], v["active_from"][:19], (v["active_until"] or "")[:19]]
                  for ident in ids for v in emulator.get(f"{path}/{ident}/attributes/{attribute}/values?show_historic=true"))


def found(database, call, key="record_id", columns=""):
    return sorted(json.loads(database.value(f"""SELECT coalesce(json_agg(json_build_array({key}, status,
        to_char(entered_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS'),
        coalesce(to_char(left_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS'), '') {columns})), '[]')
        FROM attio_fdw_time_in_status({call})""")))


def ids_of(database, table="deals", key="record_id"):
    return database.value(f"SELECT {key} FROM crm.{table}").split("\n")


def histories(emulator):
    paths = [entry["path"] for entry in emulator.log() if "show_historic" in entry["path"]]
    emulator.forget()
    return paths


def refused(database, sql, code, words, name):
    result = database.psql(sql)
    tap.ok(result.refused(code, words), name, result)


@case(WORK)
def of_records(emulator, database):
    write(database)
    ids = ids_of(database)
    wanted = told(emulator, "/v2/objects/deals/records", ids, "stage")
    histories(emulator)
    tap.equal(found(database, "'crm.deals', 'stage'"), wanted, f"{len(wanted)} stays of {len(ids)} deals")
    asked = histories(emulator)
    tap.equal((len(asked), len(set(asked))), (len(ids), len(ids)), "one request for each")
    tap.equal(database.value("""SELECT bool_and(abs(seconds - extract(epoch FROM coalesce(left_at, now()) - entered_at)) < 1
        AND spent = make_interval(secs => seconds::float8) AND entry_id IS NULL AND seconds IS NOT NULL), bool_or(left_at IS NULL), count(left_at) > 0
        FROM attio_fdw_time_in_status('crm.deals', 'stage')"""), "t|t|t", "seconds and an interval; of the present one until now")
    histories(emulator)
    some = ids[3:8]
    tap.equal(found(database, f"'crm.deals', 'stage', ARRAY(SELECT record_id FROM crm.deals WHERE record_id = ANY ('{{{','.join(some)}}}'))"),
              [row for row in wanted if row[0] in some], "of some ids")
    tap.equal(len(histories(emulator)), len(some), "by as many requests")
    tap.equal(found(database, "'crm.deals', 'stage', '{}'"), [], "of no ids")
    tap.equal(found(database, "'crm.deals', NULL") + found(database, "NULL, 'stage'"), [], "of NULL nothing")
    tap.equal(len(histories(emulator)), 0, "without a request")


@case(WORK)
def of_entries(emulator, database):
    ids = ids_of(database, "sales_pipeline", "entry_id")
    wanted = told(emulator, "/v2/lists/sales_pipeline/entries", ids, "status")
    histories(emulator)
    tap.equal(found(database, "'crm.sales_pipeline', 'status'", "entry_id"), wanted, f"{len(wanted)} stays of {len(ids)} entries")
    tap.equal(len(histories(emulator)), len(ids), "one request for each")
    tap.equal(database.value("""SELECT bool_and(t.record_id = e.parent_record_id), count(*) > 5
        FROM attio_fdw_time_in_status('crm.sales_pipeline', 'status') t JOIN crm.sales_pipeline e USING (entry_id)"""), "t|t",
              "with the records that they are about")


@case(WORK)
def by_other_names(emulator, database):
    wanted = found(database, "'crm.deals', 'stage'")
    must(database.psql("""ALTER FOREIGN TABLE crm.deals RENAME stage TO "Phase of it";
        ALTER FOREIGN TABLE crm.deals RENAME record_id TO "The id"; ALTER FOREIGN TABLE crm.deals RENAME TO "Big deals" """))
    tap.equal(found(database, """'crm."Big deals"', 'Phase of it'"""), wanted, "the name of a column")
    tap.equal(found(database, """'crm."Big deals"', 'stage'"""), wanted, "the slug of its attribute")
    emulator.mutate({"do": "rename", "kind": "objects", "slug": "deals", "attribute": "stage", "to": "phase"})
    tap.equal(found(database, """'crm."Big deals"', 'stage'"""), wanted, "which has another one now")
    emulator.mutate({"do": "rename", "kind": "objects", "slug": "deals", "attribute": "phase", "to": "stage"})
    must(database.psql("""ALTER FOREIGN TABLE crm."Big deals" RENAME TO deals; ALTER FOREIGN TABLE crm.deals RENAME "Phase of it" TO stage;
        ALTER FOREIGN TABLE crm.deals RENAME "The id" TO record_id;
        CREATE FOREIGN TABLE hand (record_id uuid) SERVER attio OPTIONS (object 'deals');
        CREATE FOREIGN TABLE hand_entries (entry_id uuid) SERVER attio OPTIONS (list 'sales_pipeline')"""))
    tap.equal(found(database, "'hand', 'stage'"), wanted, "a table made by hand")
    tap.equal(database.value("SELECT count(*) > 5, count(record_id) FROM attio_fdw_time_in_status('hand_entries', 'status')"), "t|0",
              "that does not show the parents")
    tap.equal(database.value("SET search_path = crm; SELECT count(*) FROM public.attio_fdw_time_in_status('deals', 'stage')"),
              str(len(wanted)), "by the search path")
    number = database.value("SELECT count(status), bool_and(status ~ '^[0-9.]+$') FROM attio_fdw_time_in_status('crm.deals', 'value')")
    tap.ok(number.endswith("|t") and number != "0|t", "another type than status, as text", number)


@case(WORK)
def who_asks(emulator, database):
    """With a table of histories, and without one; an owner, an analyst, someone else's table."""
    wanted = found(database, "'crm.deals', 'stage'")
    role = "attio_analyst_" + database.name
    must(database.psql(f"""DO $$ BEGIN CREATE ROLE {role}; EXCEPTION WHEN duplicate_object THEN END $$;
        GRANT USAGE ON SCHEMA crm TO {role}; GRANT SELECT ON ALL TABLES IN SCHEMA crm TO {role};
        CREATE USER MAPPING FOR {role} SERVER attio OPTIONS (api_key 'emulator-key')"""))
    number = f"SET ROLE {role}; SELECT count(*) FROM attio_fdw_time_in_status('crm.deals', 'stage')"
    tap.equal(database.value(number), str(len(wanted)), "who may read both tables")
    must(database.psql(f"REVOKE SELECT ON crm.attribute_history FROM {role}"))
    refused(database, number, "42501", "USAGE on foreign server", "who may not read the histories")
    must(database.psql(f"""REVOKE ALL ON crm.deals FROM {role}; GRANT USAGE ON FOREIGN SERVER attio TO {role};
        GRANT CREATE ON SCHEMA public TO {role}"""))
    refused(database, number, "42501", "permission denied for foreign table deals", "nor the records")
    # what someone else made is not run
    must(database.psql(f"""DROP FOREIGN TABLE crm.attribute_history; SET ROLE {role};
        CREATE FUNCTION public.trap(text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'caught'; END $$;
        CREATE DOMAIN public.bait AS text CHECK (public.trap(VALUE));
        CREATE FOREIGN TABLE public.attribute_history (object text, record_id uuid, list text, entry_id uuid, attribute text,
        value_text public.bait, active_from timestamptz, active_until timestamptz) SERVER attio
        OPTIONS (resource 'attribute_history'); GRANT ALL ON public.attribute_history TO PUBLIC"""))
    tap.equal(found(database, "'crm.deals', 'stage'"), wanted, "without a table of histories, or with someone else's")
    tap.equal(database.value("""SELECT count(*) FROM attio_fdw_time_in_status('crm.deals', 'stage') UNION ALL
        SELECT count(*) FROM attio_fdw_time_in_status('crm.deals', 'stage')"""), f"{len(wanted)}\n{len(wanted)}", "twice in a statement")
    tap.equal(database.value("SELECT count(*) > 0 FROM attio_fdw_time_in_status('crm.deals', 'stage'); "
                             "SELECT count(*) FROM pg_class WHERE relname = 'attio_fdw_histories'"), "t\n0", "what is made is dropped")
    refused(database, "BEGIN READ ONLY; SELECT count(*) FROM attio_fdw_time_in_status('crm.deals', 'stage')", "25006", "in a read-only transaction",
            "not in a transaction that only reads")
    must(database.psql("""IMPORT FOREIGN SCHEMA attio LIMIT TO (attribute_history) FROM SERVER attio INTO crm"""))
    tap.equal(database.value("BEGIN READ ONLY; SELECT count(*) FROM attio_fdw_time_in_status('crm.deals', 'stage')"),
              str(len(wanted)), "unless there is a table")
    must(database.psql(f"DROP OWNED BY {role}; DROP USER MAPPING IF EXISTS FOR {role} SERVER attio; DROP ROLE {role}"))


@case(WORK)
def mistakes(_emulator, database):
    must(database.psql("""CREATE FOREIGN TABLE no_ids (name text) SERVER attio OPTIONS (object 'deals');
        CREATE FOREIGN TABLE stages (record_id uuid) SERVER attio OPTIONS (object 'deals', history 'stage');
        CREATE TABLE local (record_id uuid); CREATE VIEW seen AS SELECT * FROM crm.deals"""))
    for table in ("crm.objects", "stages", "local", "seen"):
        refused(database, f"SELECT attio_fdw_time_in_status('{table}', 'stage')", "42809", "is not a foreign table of an object or a list", table)
    refused(database, "SELECT attio_fdw_time_in_status('no_ids', 'stage')", "42703", "record_id", "a table without ids")
    refused(database, "SELECT attio_fdw_time_in_status('crm.deals', 'stge')", "HV00R", "stge", "an attribute that does not exist")
    refused(database, "SELECT attio_fdw_time_in_status('crm.deals', 'created_at')", "22023", "Historic values", "one without history")


run()
