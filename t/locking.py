#!/usr/bin/env python3
"""FOR UPDATE of a local table joined with a foreign one, while another session changes the local row.

The server then checks the join again with the new local row and the foreign row it had read
(EvalPlanQual): a row that no longer joins or no longer meets a condition must go.
"""
import os
import sys


sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import Workspace, must, start_psql  # noqa: E402
from cases import case, run, tap  # noqa: E402

PLANS = {
    "lookups": "SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_material = off; "
               "SET attio_fdw.enable_batched_join = off;",
    "lookups in batches": "SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_nestloop = off;",
    "hash join": "SET enable_nestloop = off; SET enable_mergejoin = off;",
}


# The other session commits when somebody waits for it.
UNTIL_WAITED_FOR = """DO $$ BEGIN
    FOR i IN 1 .. 6000 LOOP
        EXIT WHEN EXISTS (SELECT FROM pg_locks WHERE NOT granted AND transactionid = pg_current_xact_id()::xid);
        PERFORM pg_sleep(0.02);
    END LOOP;
END $$"""


def locked_rows(database, plan, change, condition, update=False):
    """What a waiting SELECT ... FOR UPDATE answers once the other session has made its change."""
    must(database.psql("DROP TABLE IF EXISTS watched; CREATE TABLE watched (id int PRIMARY KEY, person uuid, "
                       "floor int);"
                       "INSERT INTO watched SELECT row_number() OVER (), record_id, 0 FROM (SELECT record_id "
                       "FROM crm.people ORDER BY record_id LIMIT 2) s;"
                       "ANALYZE watched;"))
    writer = start_psql(f"BEGIN; {change}; SELECT 'changed'; {UNTIL_WAITED_FOR}; COMMIT;", database.name)
    database.backend("pg_current_xact_id")
    answer = must(database.psql(f"{PLANS[plan]} SELECT w.id FROM watched w JOIN crm.people p ON p.record_id = w.person "
                                f"WHERE {condition} ORDER BY w.id FOR UPDATE OF w;" if not update else
                                f"{PLANS[plan]} WITH u AS (UPDATE watched w SET floor = -1 FROM crm.people p "
                                f"WHERE p.record_id = w.person AND {condition} RETURNING w.id) SELECT id FROM u "
                                "ORDER BY id;"))
    writer.wait()
    return [line for line in answer.out.split("\n") if line]


WORK = Workspace("--scale", "50", options="")


def by_plan(database, plan):
    tap.equal(locked_rows(database, plan, "UPDATE watched SET floor = floor WHERE id = 1", "true"), ["1", "2"],
              f"{plan}: a row that was only touched stays")
    tap.equal(locked_rows(database, plan, "UPDATE watched SET person = gen_random_uuid() WHERE id = 1", "true"), ["2"],
              f"{plan}: a row that now points elsewhere goes")
    tap.equal(locked_rows(database, plan, "UPDATE watched SET floor = 100000 WHERE id = 1", "length(p.name) > w.floor"),
              ["2"],
              f"{plan}: a row whose condition on both tables fails now goes")
    tap.equal(locked_rows(database, plan, "DELETE FROM watched WHERE id = 1", "p.created_at > '2000-01-01'"), ["2"],
              f"{plan}: a row that was deleted goes")
    tap.equal(locked_rows(database, plan, "UPDATE watched SET person = gen_random_uuid() WHERE id = 1",
                          "length(p.name) > w.floor", update=True), ["2"],
              f"{plan}: nor is one updated that now points elsewhere")


@case(WORK)
def lookups(_emulator, database):
    by_plan(database, "lookups")


@case(WORK)
def lookups_in_batches(_emulator, database):
    by_plan(database, "lookups in batches")
    plan = database.value(f"{PLANS['lookups in batches']} EXPLAIN SELECT FROM watched w "
                          "JOIN crm.people p ON p.record_id = w.person FOR UPDATE OF w")
    tap.ok("Attio Join" in plan, "it is a join by lookups", plan)


@case(WORK)
def hash_join(_emulator, database):
    by_plan(database, "hash join")


run()
