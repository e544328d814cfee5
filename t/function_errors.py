#!/usr/bin/env python3
"""What the functions say to who may not call them, of what they are not for, and where nothing can be written."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from affinity import BothServices  # noqa: E402
from attio_test import KEY, must  # noqa: E402
from cases import case, run, tap  # noqa: E402

# each function, as its caller writes it; those of one table, those of one server
OF_TABLE = ("attio_fdw_bind('{}')", "attio_fdw_time_in_status('{}', 'stage')")
OF_SERVER = ("attio_fdw_ddl('{}', 'deals')", "attio_fdw_refresh('{}')", "attio_fdw_check('{}')", "attio_fdw_measure('{}')",
             "attio_fdw_behaviour('{}')")


def prepare(database):
    """Relations of all kinds, and a server of another wrapper."""
    must(database.psql("""
        CREATE VIEW a_view AS SELECT * FROM crm.deals;
        CREATE TABLE a_table (record_id uuid);
        CREATE INDEX an_index ON a_table (record_id);
        CREATE SEQUENCE a_sequence;
        CREATE MATERIALIZED VIEW a_copy AS SELECT 1 AS one;
        CREATE TABLE a_root (record_id uuid) PARTITION BY LIST (record_id);
        CREATE FOREIGN DATA WRAPPER another_fdw;
        CREATE SERVER another FOREIGN DATA WRAPPER another_fdw;
        CREATE FOREIGN TABLE of_another (record_id uuid) SERVER another;
        CREATE SCHEMA empty"""))


BOTH = BothServices("--scale", "20", before=prepare)


def refused(database, sql, state, words, name):
    """An error of this kind that has all these words, before any request."""
    result = database.psql(sql)
    tap.ok(result.refused(f"ERROR:  {state}:", *words), name, result)


def each_refused(database, calls, state, words, name, before=""):
    """The same of several calls."""
    told = {call: database.psql(f"{before} SELECT {call}") for call in calls}
    wrong = {call: result for call, result in told.items()
             if result.code == 0 or f"ERROR:  {state}:" not in result.err or not all(word in result.err for word in words)}
    tap.equal(wrong, {}, name)


@case(BOTH)
def relations_of_other_kinds(attio, _affinity, database):
    attio.forget()
    for relation in ("a_view", "a_table", "an_index", "a_sequence", "a_copy", "a_root", "pg_class"):
        each_refused(database, [call.format(relation) for call in OF_TABLE], "42809", [f'{relation}" is not a foreign table'], relation)
    refused(database, "SELECT attio_fdw_bind('of_another')", "42809", ['"another" is not a server of attio_fdw'], "of another wrapper")
    refused(database, "SELECT attio_fdw_time_in_status('of_another', 'stage')", "42809", ['of_another"', "object or a list"],
            "the same without a server")
    refused(database, "SELECT attio_fdw_bind('affinity.persons')", "0A000", ["servers of Affinity", "attio_fdw_bind()", "HINT"],
            "columns that need no options")
    refused(database, "SELECT attio_fdw_time_in_status('affinity.persons', 'type')", "42809", ['"affinity.persons"'], "of the other service")
    each_refused(database, [call.format("999999") for call in OF_TABLE], "42P01", ["relation with OID 999999 does not exist"],
                 "a relation that is gone")
    tap.equal(attio.log(), [], "without a request")


@case(BOTH)
def servers_and_schemas(_attio, _affinity, database):
    calls = [*OF_SERVER, "attio_fdw_disconnect('{}')"]
    each_refused(database, [call.format("another") for call in calls], "42809", ['"another" is not a server of attio_fdw'],
                 "of another wrapper")
    each_refused(database, [call.format("nowhere") for call in calls], "42704", ['server "nowhere" does not exist'], "a server that is not there")
    each_refused(database, ["attio_fdw_measure('affinity')", "attio_fdw_behaviour('affinity')"], "42809",
                 ['server "affinity" is not a server of Attio'], "of the other service")
    each_refused(database, ["attio_fdw_sync('affinity')", "attio_fdw_sync('affinity', apply => true)"], "0A000",
                 ["servers of Affinity do not support attio_fdw_sync()", 'schema "affinity"'], "a schema with nothing to bring up to date")
    each_refused(database, ["attio_fdw_comment('affinity')"], "0A000", ["servers of Affinity do not support attio_fdw_comment()"],
                 "and nothing to comment")
    each_refused(database, [f"attio_fdw_{name}('empty')" for name in ("sync", "comment")], "42P01",
                 ['schema "empty" has no foreign table of attio_fdw'], "a schema without tables")
    must(database.psql("""CREATE SCHEMA mixed; CREATE FOREIGN TABLE mixed.persons (id bigint) SERVER affinity OPTIONS (resource 'persons');
        IMPORT FOREIGN SCHEMA objects LIMIT TO (deals) FROM SERVER attio INTO mixed"""))
    must(database.psql("SELECT attio_fdw_sync('mixed', new_tables => false)"))
    tap.ok(int(database.value("SELECT attio_fdw_comment('mixed')")) > 0, "a schema with tables of both services")
    tap.ok("CREATE FOREIGN TABLE persons" in database.value("SELECT attio_fdw_ddl('affinity', 'persons')"), "a statement for a table of it")
    tap.equal(database.value("SELECT string_agg(status, ' ' ORDER BY status) FROM attio_fdw_check('affinity') WHERE name = 'key'"), "ok",
              "its checks")


@case(BOTH)
def null_arguments(_attio, _affinity, database):
    """As of PostgreSQL's own functions: nothing comes of it."""
    rows = ("check(NULL)", "sync(NULL)", "sync('crm', NULL)", "time_in_status(NULL, 'stage')", "time_in_status('crm.deals', NULL)",
            "measure(NULL)", "options(NULL)", "tables(NULL)", "endpoints(NULL)")
    tap.equal([database.value(f"SELECT count(*) FROM attio_fdw_{call}") for call in rows], ["0"] * len(rows), "no rows")
    values = ("ddl(NULL, 'deals')", "ddl('attio', NULL)", "bind(NULL)", "comment(NULL)", "comment('crm', NULL)", "behaviour(NULL)")
    tap.equal([database.value(f"SELECT attio_fdw_{call} IS NULL") for call in values], ["t"] * len(values), "or NULL")


@case(BOTH)
def who_has_no_rights(attio, _affinity, database):
    """One right after the other: each error names the next one that is lacking."""
    role = database.role("nobody")
    as_role = f"SET ROLE {role};"
    stays = "attio_fdw_time_in_status('crm.deals', 'stage')"
    of_server = [call.format("attio") for call in OF_SERVER]
    attio.forget()
    each_refused(database, [call.format("crm.deals") for call in OF_TABLE] + ["attio_fdw_sync('crm')", "attio_fdw_comment('crm')"], "42501",
                 ["permission denied for schema crm"], "without USAGE on the schema", as_role)
    each_refused(database, of_server, "42501", ["permission denied for foreign server attio"], "without USAGE on the server", as_role)
    must(database.psql(f"GRANT USAGE ON SCHEMA crm TO {role}"))
    each_refused(database, ["attio_fdw_bind('crm.deals')"], "42501", ["must be owner of foreign table deals"], "a table of others", as_role)
    each_refused(database, [stays], "42501", ["permission denied for foreign table deals"], "which it may not read", as_role)
    each_refused(database, ["attio_fdw_sync('crm')", "attio_fdw_comment('crm')"], "42501", ["permission denied for foreign server attio"],
                 "its tables' server", as_role)
    must(database.psql(f"GRANT SELECT ON crm.deals TO {role}"))
    each_refused(database, [stays], "42501", ['the history of foreign table "crm.deals"', role, 'USAGE on foreign server "attio"', "attribute_history"],
                 "no table of histories, nor the server", as_role)
    must(database.psql(f"GRANT USAGE ON FOREIGN SERVER attio TO {role}"))
    each_refused(database, [call for call in [*of_server, stays, "attio_fdw_sync('crm')", "attio_fdw_comment('crm')"] if "check" not in call],
                 "42704", [f'role "{role}" has no user mapping for server "attio"', "HINT:  Run: CREATE USER MAPPING"], "without a user mapping",
                 as_role)
    told = database.value(f"{as_role} SELECT name, status, meaning, action FROM attio_fdw_check('attio')")
    tap.ok(told.startswith("session|error|") and "no user mapping" in told and "CREATE USER MAPPING" in told, "which is a finding of the check", told)
    tap.equal(attio.log(), [], "without a request")
    must(database.psql(f"CREATE USER MAPPING FOR {role} SERVER attio OPTIONS (api_key '{KEY}')"))
    attio.forget()
    each_refused(database, ["attio_fdw_measure('attio', apply => true)"], "42501", ["must be owner of foreign server attio"],
                 "to set options of a server of others", as_role)
    tap.equal(attio.log(), [], "before it measures")
    must(database.psql(f"{as_role} SELECT * FROM {stays}; SELECT attio_fdw_check('attio'); SELECT attio_fdw_measure('attio')"))
    must(database.psql(f"REVOKE TEMPORARY ON DATABASE {database.name} FROM PUBLIC"))
    each_refused(database, [stays], "42501", ['the history of foreign table "crm.deals"', f'TEMPORARY on database "{database.name}"'],
                 "no temporary tables", as_role)
    must(database.psql(f"""GRANT TEMPORARY ON DATABASE {database.name} TO PUBLIC; REVOKE SELECT ON crm.deals FROM {role};
        GRANT SELECT (name) ON crm.deals TO {role}"""))
    each_refused(database, [stays], "42501", ["permission denied for foreign table deals"], "nor its ids", as_role)
    must(database.psql(f"DROP USER MAPPING FOR {role} SERVER attio"))
    each_refused(database, of_server[0:1], "42704", ["no user mapping"], "a mapping that was dropped", as_role)
    refused(database, f"{as_role} SELECT attio_fdw_stats_reset()", "42501", ["permission denied for function"], "totals of others")


@case(BOTH)
def transactions_that_only_read(attio, _affinity, database):
    begin = "BEGIN READ ONLY;"
    attio.forget()
    for call, name in (("attio_fdw_bind('crm.deals')", "attio_fdw_bind()"), ("attio_fdw_comment('crm')", "attio_fdw_comment()"),
                       ("attio_fdw_sync('crm', apply => true)", "attio_fdw_sync() with apply"),
                       ("attio_fdw_measure('attio', apply => true)", "attio_fdw_measure() with apply")):
        each_refused(database, [call], "25006", [f"cannot execute {name} in a read-only transaction"], name, begin)
    tap.equal(attio.log(), [], "before any request")
    must(database.psql("ALTER FOREIGN TABLE crm.attribute_history RENAME TO histories; DROP FOREIGN TABLE crm.histories"))
    each_refused(database, ["attio_fdw_time_in_status('crm.deals', 'stage')"], "25006",
                 ['the history of foreign table "crm.deals"', "in a read-only transaction", "attribute_history"], "a temporary table", begin)
    must(database.psql("IMPORT FOREIGN SCHEMA attio LIMIT TO (attribute_history) FROM SERVER attio INTO crm"))
    must(database.psql(f"""{begin} SELECT * FROM attio_fdw_time_in_status('crm.deals', 'stage'); SELECT attio_fdw_sync('crm');
        SELECT attio_fdw_check('attio'); SELECT attio_fdw_ddl('attio', 'deals'); SELECT attio_fdw_refresh('attio');
        SELECT attio_fdw_disconnect('attio'); SELECT attio_fdw_measure('attio'); SELECT attio_fdw_behaviour('attio')"""))


run()
