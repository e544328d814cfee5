#!/usr/bin/env python3
"""What a session knows, read again and again while it is in use: what says the same is kept once."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import FAST, Workspace, must  # noqa: E402
from cases import case, run, tap  # noqa: E402

WORK = Workspace(options=FAST + ", metadata_ttl '0'")

KNOWN = "SELECT count(*) FROM pg_backend_memory_contexts WHERE name = 'attio_fdw known'"
READ = """DO $$ BEGIN FOR i IN 1..20 LOOP
            PERFORM count(*) FROM deals WHERE stage <> 'Lead' AND owner = '00000000-0000-4000-8000-000000000000';
            END LOOP; END $$;"""


@case(WORK)
def in_use(_emulator, database):
    result = must(database.psql(f"""
        BEGIN;
        DECLARE c CURSOR FOR SELECT name FROM people;
        FETCH 1 FROM c;
        {READ}
        {KNOWN};
        COMMIT;"""))
    known = int(result.out.splitlines()[-1])
    tap.ok(0 < known < 10, "what is the same is not kept twice", known)


@case(WORK)
def changed(emulator, database):
    emulator.mutate({"do": "rename", "kind": "objects", "slug": "deals", "attribute": "name", "to": "title"})
    result = must(database.psql(f"""
        {READ}
        SELECT count(name) > 0 FROM deals;"""))
    tap.equal(result.out.splitlines()[-1], "t", "what has changed is known")


run()
