#!/usr/bin/env python3
"""FOR UPDATE of a local table joined with a foreign one, while another session changes the local row.

The server then checks the join again with the new local row and the foreign row it had read
(EvalPlanQual): a row that no longer joins or no longer meets a condition must go.
"""
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import Database, Emulator, Tap, must, start_psql  # noqa: E402

tap = Tap()
PLANS = {
    "lookups": "SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_material = off; SET attio_fdw.enable_batched_join = off;",
    "lookups in batches": "SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_nestloop = off;",
    "hash join": "SET enable_nestloop = off; SET enable_mergejoin = off;",
}


def locked_rows(database, plan, change, condition, update=False):
    """What a waiting SELECT ... FOR UPDATE answers once the other session has made its change."""
    must(database.psql("DROP TABLE IF EXISTS watched; CREATE TABLE watched (id int PRIMARY KEY, person uuid, floor int);"
                       "INSERT INTO watched SELECT row_number() OVER (), record_id, 0 FROM (SELECT record_id FROM crm.people ORDER BY record_id LIMIT 2) s;"
                       "ANALYZE watched;"))
    writer = start_psql(f"BEGIN; {change}; SELECT 'changed'; SELECT pg_sleep(1.5); COMMIT;", database.name)
    deadline = time.time() + 20
    while time.time() < deadline and database.value(
            "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' AND state = 'active' AND pid <> pg_backend_pid()") == "0":
        time.sleep(0.02)
    answer = must(database.psql(f"{PLANS[plan]} SELECT w.id FROM watched w JOIN crm.people p ON p.record_id = w.person "
                                f"WHERE {condition} ORDER BY w.id FOR UPDATE OF w;" if not update else
                                f"{PLANS[plan]} WITH u AS (UPDATE watched w SET floor = -1 FROM crm.people p WHERE p.record_id = w.person AND {condition} RETURNING w.id) SELECT id FROM u ORDER BY id;"))
    writer.wait()
    return [line for line in answer.out.split("\n") if line]


with Emulator("--scale", "50") as emulator, Database("attio_locking", emulator) as database:
    for plan in PLANS:
        tap.equal(locked_rows(database, plan, "UPDATE watched SET floor = floor WHERE id = 1", "true"), ["1", "2"],
                  f"{plan}: a row that was only touched stays")
        tap.equal(locked_rows(database, plan, "UPDATE watched SET person = gen_random_uuid() WHERE id = 1", "true"), ["2"],
                  f"{plan}: a row that now points elsewhere goes")
        tap.equal(locked_rows(database, plan, "UPDATE watched SET floor = 100000 WHERE id = 1", "length(p.name) > w.floor"), ["2"],
                  f"{plan}: a row whose condition on both tables fails now goes")
        tap.equal(locked_rows(database, plan, "DELETE FROM watched WHERE id = 1", "p.created_at > '2000-01-01'"), ["2"],
                  f"{plan}: a row that was deleted goes")
        tap.equal(locked_rows(database, plan, "UPDATE watched SET person = gen_random_uuid() WHERE id = 1", "length(p.name) > w.floor", update=True), ["2"],
                  f"{plan}: nor is one updated that now points elsewhere")
    tap.ok("Attio Join" in database.value(f"{PLANS['lookups in batches']} EXPLAIN SELECT FROM watched w JOIN crm.people p ON p.record_id = w.person FOR UPDATE OF w"), "one of them is a join by lookups")
tap.done()
