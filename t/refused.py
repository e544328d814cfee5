#!/usr/bin/env python3
"""A session that finds no connection again and again: the same error each time, no descriptor is lost, and the server
is found when it is back.
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import FAST, Workspace, must  # noqa: E402
from cases import case, run, tap  # noqa: E402
from front import free_port  # noqa: E402

TIMES = 1500        # more than max_files_per_process


WORK = Workspace(options=FAST + ", max_retries '0'")


@case(WORK)
def again_and_again(emulator, database):
    must(database.psql("""
        CREATE FUNCTION again(n int, OUT state text, OUT times bigint) RETURNS SETOF record LANGUAGE plpgsql AS $$
        BEGIN
            CREATE TEMP TABLE states (state text) ON COMMIT DROP;
            FOR i IN 1 .. n LOOP
                DECLARE ended text := '00000';
                BEGIN
                    BEGIN
                        PERFORM record_id FROM companies LIMIT 1;
                    EXCEPTION WHEN OTHERS THEN ended := SQLSTATE;
                    END;
                    INSERT INTO states VALUES (ended);
                END;
            END LOOP;
            RETURN QUERY SELECT s.state, count(*) FROM states s GROUP BY 1;
        END $$"""))
    nobody = f"http://127.0.0.1:{free_port()}"
    must(database.psql(f"ALTER SERVER attio OPTIONS (SET base_url '{nobody}')"))
    tap.equal(database.value(f"SELECT * FROM again({TIMES})"), f"08001|{TIMES}",
              f"{TIMES} times refused: the same error")
    must(database.psql(f"ALTER SERVER attio OPTIONS (SET base_url '{emulator.url}')"))
    result = database.psql(f"SELECT * FROM again(1); ALTER SERVER attio OPTIONS (SET base_url '{nobody}'); SELECT * "
                           f"FROM again({TIMES}); "
                           f"ALTER SERVER attio OPTIONS (SET base_url '{emulator.url}'); SELECT * FROM again(3)")
    tap.equal(result.out.split(), ["00000|1", f"08001|{TIMES}", "00000|3"],
              "before, between and after a server that answers, in one session")


run()
