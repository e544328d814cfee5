#!/usr/bin/env python3
"""Writes that no table of a kind takes: errors of one kind, before any request, that say why and what to do instead."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from affinity import Account  # noqa: E402
from attio_test import QUICK, Workspace, must  # noqa: E402
from cases import case, run, tap  # noqa: E402

ATTIO = Workspace("--scale", "20", options=QUICK)
AFFINITY = Account()
# statement, whether it inserts, updates or deletes
WRITES = (("INSERT INTO {} DEFAULT VALUES", "INSERT"), ("EXPLAIN INSERT INTO {} DEFAULT VALUES", "INSERT"),
          ("INSERT INTO {} DEFAULT VALUES ON CONFLICT DO NOTHING", "INSERT"), ("COPY {} ({}) FROM stdin;\n\\.", "INSERT"),
          ("UPDATE {} SET {} = NULL WHERE {} IS NULL", "UPDATE"), ("DELETE FROM {} WHERE {} IS NULL", "DELETE"))
NOUNS = {"INSERT": "inserts", "UPDATE": "updates", "DELETE": "deletes"}


def tables(database, wrapper):
    """Each table, its first column, and which statements its rows take."""
    listed = database.value(f"""
        SELECT t.table_name, (SELECT attname FROM pg_attribute WHERE attrelid = c.oid AND attnum = 1),
            (SELECT coalesce(string_agg(DISTINCT statement, ','), '') FROM attio_fdw_endpoints('{wrapper}') e WHERE e.table_name = t.table_name)
        FROM (SELECT DISTINCT table_name FROM attio_fdw_tables('{wrapper}')) t JOIN pg_foreign_table f ON f.ftoptions = ARRAY['resource=' || t.table_name]
            JOIN pg_class c ON c.oid = f.ftrelid JOIN pg_namespace n ON n.oid = c.relnamespace ORDER BY 1""")
    return [line.split("|") for line in listed.splitlines()]


def is_told(result, state, words):
    return result.code != 0 and f"ERROR:  {state}:" in result.err and all(word in result.err for word in words)


def check(emulator, database, wrapper):
    """What each table does not take."""
    known = tables(database, wrapper)
    for table, column, taken in known:
        emulator.forget()
        name = database.value(f"SELECT oid::regclass FROM pg_class JOIN pg_foreign_table ON ftrelid = oid WHERE ftoptions = ARRAY['resource={table}']")
        wrong = {}
        for statement, verb in WRITES:
            sql = statement.replace("{}", name, 1).replace("{}", column)
            if verb in taken.split(","):
                continue
            result = database.psql(sql)
            if not is_told(result, "55000", [f"does not allow {NOUNS[verb]}", "DETAIL:", "HINT:"]):
                wrong[sql] = result
        result = database.psql(f"TRUNCATE {name}")
        if not is_told(result, "0A000", ["cannot truncate", "DETAIL:", "HINT:"]):
            wrong["TRUNCATE"] = result
        result = database.psql(f"MERGE INTO {name} USING (SELECT 1) s ON {column} IS NULL WHEN MATCHED THEN DELETE")
        if not is_told(result, "0A000", ["MERGE", "DETAIL:"]):
            wrong["MERGE"] = result
        tap.equal(wrong, {}, f"{table}, which takes {taken}")
        tap.equal(emulator.log(), [], "without a request")
    return known


@case(ATTIO)
def of_attio(emulator, database):
    known = check(emulator, database, "attio_fdw")
    tap.ok(len(known) > 20 and any("INSERT" not in taken for *_, taken in known), f"{len(known)} tables")


@case(AFFINITY)
def of_affinity(emulator, database):
    known = check(emulator, database, "affinity_fdw")
    tap.equal(len(known), 6, "all tables")


@case(ATTIO)
def by_options(emulator, database):
    """Tables that could be written."""
    must(database.psql("""CREATE FOREIGN TABLE viewed (record_id uuid, name text) SERVER attio
        OPTIONS (object 'deals', view '11111111-1111-4111-8111-111111111111');
        CREATE FOREIGN TABLE kept (record_id uuid, name text) SERVER attio OPTIONS (object 'deals', updatable 'false')"""))
    emulator.forget()
    for table, words in (("viewed", ["a saved view", 'without the option "view"']), (
            "kept", ["Option updatable", "ALTER FOREIGN TABLE crm.kept OPTIONS (SET updatable 'true')"])):
        for statement, verb in WRITES:
            sql = statement.replace("{}", table, 1).replace("{}", "record_id")
            tap.ok(is_told(database.psql(sql), "55000", [f"does not allow {NOUNS[verb]}", *words]), sql)
        tap.ok(is_told(database.psql(f"TRUNCATE {table}"), "0A000", ["The table allows SELECT."]), "TRUNCATE")
    tap.ok(is_told(database.psql("TRUNCATE crm.deals"), "0A000", ["DELETE sends a request for each row"]), "a table whose rows can be deleted")
    tap.equal(emulator.log(), [], "without a request")
    # COPY of another table looks at this one
    must(database.psql("COPY (SELECT is_insertable_into FROM information_schema.tables WHERE table_name IN ('viewed', 'kept')) TO stdout"))
    must(database.psql("CREATE TABLE copied (a text CHECK (pg_relation_is_updatable('kept', false) = 0))"))
    must(database.psql("COPY copied FROM PROGRAM 'echo x'"))
    tap.equal(database.value("SELECT a FROM copied"), "x", "it is not asked about by the statement")


@case(ATTIO)
def wrong_targets(emulator, database):
    """Objects and lists are what attributes, options and statuses can be of."""
    emulator.forget()
    for sql in ("INSERT INTO attributes (target, target_slug, api_slug, title, type) VALUES ('{}', 'deals', 'x', 'X', 'text')",
                "INSERT INTO statuses (target, target_slug, attribute_slug, title) VALUES ('{}', 'deals', 'stage', 'X')",
                "INSERT INTO select_options (target, target_slug, attribute_slug, title) VALUES ('{}', 'deals', 'stage', 'X')"):
        for target in ("object", "Objects", "tasks", ""):
            result = database.psql(sql.format(target))
            tap.ok(is_told(result, "22023", ['column "target"', "cannot hold this value", 'Use "objects" or "lists".']), f"{target!r}: {sql}", result)
    tap.equal(emulator.sent(), [], "nothing is sent")
    for table in ("attributes", "select_options", "statuses", "views"):
        tap.equal(database.value(f"SELECT count(*) FROM {table} WHERE target = 'object'"), "0", f"no row of {table} has one")


run()
