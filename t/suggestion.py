#!/usr/bin/env python3
"""What an error suggests is what the session knows; /v2/objects and /v2/lists are asked for once, whoever wants them."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import Workspace, must  # noqa: E402
from cases import case, run, tap  # noqa: E402

WORK = Workspace()
FAILS = "DO $$BEGIN PERFORM name FROM mistyped; EXCEPTION WHEN OTHERS THEN NULL; END$$;"


def asked(emulator, path):
    return [entry["path"] for entry in emulator.log() if entry["path"].split("?")[0] == path]


@case(WORK)
def suggestions(emulator, database):
    """The nearest name is one that the session knows; nothing is asked for it."""
    must(database.psql("CREATE FOREIGN TABLE mistyped (name text) SERVER attio OPTIONS (object 'companie');"
                       "CREATE FOREIGN TABLE known_objects (attribute_id uuid) SERVER attio OPTIONS (resource 'attributes')"))
    emulator.forget()
    result = database.psql("SELECT name FROM mistyped")
    tap.ok("HV00R" in result.err and "It may be misspelled" in result.err, "in a new session: what may be the reason", result)
    tap.equal(asked(emulator, "/v2/objects"), [], "and objects are not asked for")
    emulator.forget()
    result = database.psql("SELECT count(*) > 0 FROM known_objects; SELECT name FROM mistyped")
    tap.ok('Perhaps you meant "companies"' in result.err, "one that has read the objects names the nearest", result)
    tap.equal(len(asked(emulator, "/v2/objects")), 1, "of what it has read")


@case(WORK)
def views(emulator, database):
    """Each request of a session is in attio_fdw_requests(), also those of an error."""
    emulator.forget()
    shown = database.value(FAILS + "SELECT count(*) FROM attio_fdw_requests() WHERE pid = pg_backend_pid()")
    tap.equal(shown, str(len(emulator.log())), "as many as the emulator has had")


run()
