#!/usr/bin/env python3
"""Requests are counted where their answers arrive; an error message asks nothing; what takes long can be interrupted
before it writes.
"""
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import QUICK, Workspace, must  # noqa: E402
from cases import case, run, tap  # noqa: E402


WORK = Workspace("--scale", "60", options=QUICK + ", max_retries '0'")


@case(WORK)
def answered_writes(emulator, database):
    """Ten writes are sent, one of which is refused while others are under way."""
    emulator.faults({"match": {"method": "POST", "path": "records$", "nth": 3}, "status": 400,
                     "body": '{"code":"x","message":"no"}'})
    emulator.forget()
    shown = database.value("""
        DO $$BEGIN INSERT INTO all_types (a_text) SELECT 'counted' FROM generate_series(1, 10);
        EXCEPTION WHEN OTHERS THEN NULL; END$$;
        SELECT count(*) FROM attio_fdw_requests() WHERE pid = pg_backend_pid() AND method = 'POST'
            AND path LIKE '%/records'""")
    emulator.faults()
    tap.equal(shown, str(len(emulator.sent())), "every write that was answered is in attio_fdw_requests")


@case(WORK)
def suggestion(_emulator, database):
    """What a 404 suggests is what the session knows: an error asks for nothing."""
    must(database.psql("CREATE FOREIGN TABLE mistyped (name text) SERVER attio OPTIONS (object 'companie')"))
    result = database.psql("SELECT name FROM mistyped")
    tap.ok("HV00R" in result.err and "It may be misspelled" in result.err,
           "an unknown object: what may be the reason", result)
    shown = database.value("""
        DO $$BEGIN PERFORM name FROM mistyped; EXCEPTION WHEN OTHERS THEN NULL; END$$;
        SELECT string_agg(path, ' ' ORDER BY length(path) DESC) FROM attio_fdw_requests()
            WHERE pid = pg_backend_pid()""")
    tap.ok(not shown.endswith("/v2/objects"), "the names of objects are not asked for", shown)
    # a budget suffices that the query fits
    for budget in (1, 2):
        result = database.psql(f"SET attio_fdw.max_requests = {budget}; SELECT name FROM mistyped")
        tap.ok("HV00R" in result.err and "needs more than" not in result.err,
               f"max_requests = {budget}: the error is that of the object", result)


@case(WORK)
def ending(emulator, database):
    """A statement that is to end is not one that writes."""
    must(database.psql("CREATE FOREIGN TABLE hand (entry_id uuid, parent_record_id uuid, parent_object text, status "
                       "text) SERVER attio OPTIONS (list 'sales_pipeline')"))
    company = database.value("SELECT record_id FROM companies LIMIT 1")
    emulator.forget()
    begun = time.time()
    result = database.psql(f"SET statement_timeout = '1s'; INSERT INTO hand (parent_record_id) SELECT '{company}' "
                           "FROM (SELECT pg_sleep(0.3) FROM generate_series(1, 200)) s")
    tap.ok("57014" in result.err and not emulator.sent() and time.time() - begun < 30,
           "a time-out while rows are made comes before the first write", result)


run()
