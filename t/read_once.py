#!/usr/bin/env python3
"""A service that cannot be asked for keys: what holds all rows is read once for a scan, not for each batch of keys."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from affinity import FAST, Account  # noqa: E402
from attio_test import QUICK, Workspace, must  # noqa: E402
from cases import case, run, tap  # noqa: E402

WITH = "with_interaction_dates=true"
OFF = "SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_nestloop = off;"
LOOPS = "SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_material = off; SET enable_memoize = off; " \
        "SET attio_fdw.enable_batched_join = off;"


def copy_persons(_emulator, database):
    must(database.psql("CREATE TABLE some_persons AS SELECT id, last_email_date FROM persons; ANALYZE some_persons; "
                       "ALTER FOREIGN TABLE persons OPTIONS (ADD page_size '50', ADD estimated_rows '100000')"))


ACCOUNT = Account("--scale", "300", options=FAST, before=copy_persons, name="attio_read_once_affinity")
WORK = Workspace("--scale", "700", options=QUICK, name="attio_read_once",
                 before=lambda _, database: must(database.psql("CREATE TABLE known AS SELECT record_id, name, email_addresses[1] AS e FROM people; ANALYZE known")))


def lines(database, sql):
    return must(database.psql(sql)).out.splitlines()


def pages(emulator, path):
    """How often each page of the listings of this path was asked for, at most; how many requests these were."""
    asked = [entry["path"] for entry in emulator.log() if entry["path"].startswith(path + "?")]
    return max((asked.count(each) for each in asked), default=0), len(asked)


@case(ACCOUNT)
def joins(emulator, database):
    """Affinity does not tell dates of one person: its listings do."""
    count = int(database.value("SELECT count(*) FROM some_persons"))
    wanted = sorted(lines(database, "SELECT id, last_email_date FROM some_persons"))
    few = database.value("SELECT count(last_email_date) FROM (SELECT * FROM some_persons ORDER BY id LIMIT 9) s")
    join = "SELECT p.id, p.last_email_date FROM some_persons s {} JOIN persons p ON p.id = s.id"
    for how in ("ignored", "refused"):
        emulator.switches(one_entity_dates=how)
        for settings, name in ((OFF, "a join by lookups"), (LOOPS, "a nested loop")):
            for kind in ("", "LEFT"):
                emulator.forget()
                tap.equal(sorted(lines(database, settings + join.format(kind))), wanted, f"{how}: {name} {kind}: the right rows")
                most, total = pages(emulator, "/persons")
                tap.equal(most, 1, f"{how}: {name} {kind}: each page of the listings once, {total} for {count} persons")
        emulator.forget()
        tap.equal(lines(database, f"{LOOPS} SELECT count(x.last_email_date) FROM (SELECT * FROM some_persons ORDER BY id LIMIT 9) s, "
                                  "LATERAL (SELECT p.last_email_date FROM persons p WHERE p.id = s.id LIMIT 1) x"), [few], f"{how}: LATERAL")
        tap.equal(pages(emulator, "/persons")[0], 1, f"{how}: LATERAL: each page once")
        emulator.forget()
        tap.equal(sorted(lines(database, f"SET work_mem = '64kB'; {OFF}" + join.format(""))), wanted, f"{how}: on disk")
        tap.equal(pages(emulator, "/persons")[0], 1, f"{how}: on disk: each page once")
        emulator.forget()
        out = lines(database, f"{LOOPS} BEGIN; DECLARE c SCROLL CURSOR FOR {join.format('')}; MOVE 9 IN c; MOVE ABSOLUTE 0 IN c; FETCH ALL FROM c; COMMIT;")
        tap.equal(sorted(out), wanted, f"{how}: a cursor that goes back")
    emulator.switches(one_entity_dates="shown")


@case(ACCOUNT)
def bounds_that_change(emulator, database):
    """What is asked for beside the keys may change from row to row: then the listing is read anew."""
    emulator.switches(one_entity_dates="ignored")
    sql = ("SELECT v.n, count(p.id), max(p.last_email_date) FROM (VALUES (1, timestamptz '2020-01-01Z'), (2, '2025-01-01Z'), (3, '2025-01-01Z')) v (n, t), "
           "LATERAL (SELECT p.id, p.last_email_date FROM some_persons s JOIN persons p ON p.id = s.id WHERE p.last_email_date >= v.t OFFSET 0) p "
           "GROUP BY 1 ORDER BY 1")
    wanted = lines(database, sql.replace("JOIN persons p", "JOIN some_persons p"))
    for settings, name in ((OFF, "lookups"), (LOOPS, "nested loops")):
        emulator.forget()
        tap.equal(lines(database, settings + sql), wanted, f"{name}: the right rows")
        tap.note(f"{name}: {pages(emulator, '/persons')}")
    emulator.switches(one_entity_dates="shown")


@case(WORK)
def keys_that_are_refused(emulator, database):
    """Attio refuses each filter: the table is read once, whatever keys are wanted."""
    wanted = sorted(lines(database, "SELECT record_id, name, e FROM known"))
    for key, name in (("p.record_id = k.record_id", "ids"), ("k.e = ANY (p.email_addresses)", "e-mail addresses")):
        join = f"SELECT k.record_id, p.name, k.e FROM known k LEFT JOIN people p ON {key}"
        emulator.switches(filters="refused")
        emulator.forget()
        found = sorted(lines(database, OFF + join))
        bodies = [entry["body"] for entry in emulator.queries() if entry["status"] == 200]
        emulator.switches(filters="followed")
        tap.equal(len(found), len(wanted), f"{name}: so many rows")
        tap.ok(bodies and len(bodies) == len(set(bodies)) and len(bodies) < 20, f"{name}: each page once", bodies)
        tap.ok(found == sorted(lines(database, OFF + join)), f"{name}: the right rows")
    # keys that are forgotten meanwhile are asked for twice
    wanted = lines(database, "SELECT count(*) FROM (SELECT * FROM known UNION ALL SELECT * FROM known) k WHERE name < 'V'")
    join = ("SET work_mem = '64kB'; SELECT count(p.name) FROM (SELECT * FROM known UNION ALL SELECT * FROM known) k "
            "JOIN people p ON p.record_id = k.record_id AND p.name < 'V'")
    outcomes = []
    for refused in range(1, 9):
        emulator.faults({"match": {"path": "query", "nth": list(range(3, 3 + refused))}, "status": 400,
                         "body": '{"status_code":400,"type":"invalid_request_error","code":"filter_error","message":"no"}'})
        emulator.forget()
        result = database.psql(OFF + join)
        whole = [entry["body"] for entry in emulator.queries() if entry["status"] == 200 and "filter" not in entry["body"]]
        outcomes.append((refused, result.code == 0, result.out in wanted, len(whole)))
        emulator.faults()
    tap.ok(all(right for _, good, right, _ in outcomes if good) and any(whole for _, good, _, whole in outcomes if good),
           "refused when some rows have been handed out: the right rows, or an error", outcomes)


run()
