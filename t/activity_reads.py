#!/usr/bin/env python3
"""Reading what people did in ways that few think of: columns declared as attributes, an order of what has one id,
joins that are switched off.
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import QUICK, Workspace, must  # noqa: E402
from cases import case, run, tap  # noqa: E402

WORK = Workspace("--activity", "130", options=QUICK, schema="workspace")
SWITCHED_OFF = "SET enable_nestloop = off; SET enable_hashjoin = off; SET enable_mergejoin = off; " \
               "SET attio_fdw.enable_batched_join = off;"


def lines(database, sql):
    return must(database.psql(sql)).out.splitlines()


@case(WORK)
def columns_declared_as_attributes(emulator, database):
    """Rows that have no attributes: an error, where the table has nothing of an object or list to name."""
    server = database.value("SELECT srvname FROM pg_foreign_server s JOIN pg_foreign_table t ON t.ftserver = s.oid LIMIT 1")
    for option in ("attribute 'meeting_id'", "attribute_id '00000000-0000-4000-8000-000000000000'"):
        must(database.psql(f"CREATE FOREIGN TABLE odd (id text OPTIONS ({option})) SERVER {server} "
                           "OPTIONS (resource 'meetings')"))
        wrong = database.psql("SELECT * FROM odd LIMIT 1")
        tap.ok('column "id" of foreign table "odd" has no attribute in Attio' in wrong.err and
               'the option "field"' in wrong.err, f"the error says what to declare in the place of {option}", wrong)
        must(database.psql("ALTER FOREIGN TABLE odd OPTIONS (ADD missing_attribute 'null')"))
        tap.equal(lines(database, "SELECT coalesce(id, 'none') FROM odd LIMIT 1"), ["none"], "or NULL is shown")
        must(database.psql("DROP FOREIGN TABLE odd"))


@case(WORK)
def orders_of_one_id(emulator, database):
    """What has one id is read by another listing than all rows, which takes no order."""
    for table, column, key in (("tasks", "created_at", "task_id"), ("task_records", "created_at", "task_id"),
                               ("meetings", "start_at", "meeting_id"), ("meeting_participants", "start_at", "meeting_id"),
                               ("meeting_records", "start_at", "meeting_id")):
        ident = database.value(f"SELECT {key} FROM crm.{table} ORDER BY {key} LIMIT 1")
        wanted = lines(database, f"SELECT {column} FROM crm.{table} WHERE {key} = '{ident}'")
        for order in (column, f"{column} DESC"):
            emulator.forget()
            found = lines(database, f"SELECT {column} FROM crm.{table} WHERE {key} = '{ident}' ORDER BY {order} LIMIT 9")
            tap.equal(found, wanted, f"{table} of one {key}, by {order}")
            tap.ok(all("sort=" not in entry["path"] for entry in emulator.log()), "no order is asked for", emulator.log())


@case(WORK)
def joins_by_places(emulator, database):
    """Comments joined by what they are about and by their ids are the same ones, however they are read."""
    must(database.psql("CREATE TABLE abouts AS SELECT DISTINCT object, record_id FROM crm.meeting_records "
                       "WHERE object = 'people' ORDER BY 2 LIMIT 30"))
    must(database.psql("CREATE TABLE said AS SELECT c.* FROM abouts a JOIN crm.comments c USING (object, record_id)"))
    join = "FROM abouts a JOIN {} c ON c.object = a.object AND c.record_id = a.record_id"
    for what, sql in (
            ("ids", f"SELECT c.comment_id {join} WHERE c.thread_id = ANY (ARRAY(SELECT DISTINCT thread_id FROM said)) "
                    "ORDER BY 1"),
            ("constant ids", f"SELECT c.comment_id, c.object {join} WHERE c.thread_id IN ("
             + ",".join(f"'{line}'" for line in lines(database, "SELECT DISTINCT thread_id FROM said ORDER BY 1 LIMIT 2"))
             + ") ORDER BY 1"),
            ("one id", f"SELECT c.comment_id {join} WHERE c.comment_id = (SELECT min(comment_id::text)::uuid FROM said)"),
            ("ids of a join", f"SELECT c.comment_id, s.comment_id {join} JOIN said s ON s.thread_id = c.thread_id "
                              "ORDER BY 1, 2"),
            ("a semi join", "SELECT a.record_id FROM abouts a WHERE EXISTS (SELECT FROM {} c WHERE c.object = a.object AND "
                            "c.record_id = a.record_id AND c.thread_id IN (SELECT thread_id FROM said)) ORDER BY 1")):
        wanted = lines(database, sql.format("said"))
        tap.ok(wanted, f"{what}: there are rows")
        for settings in ("", "SET enable_nestloop = off;", "SET enable_hashjoin = off; SET enable_mergejoin = off;",
                         "SET attio_fdw.enable_batched_join = off;", SWITCHED_OFF):
            # an error there, since the semi join takes no parameters of its outer side
            if what != "a semi join" or settings != SWITCHED_OFF:
                tap.equal(lines(database, settings + sql.format("crm.comments")), wanted, f"{what}, {settings}")


run()
