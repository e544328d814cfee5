#!/usr/bin/env python3
"""A cancel is served by whatever is long in columns: one that is there when it begins ends it, before a request is sent."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import MODULES, ROOT, Workspace, must  # noqa: E402
from cases import case, run, tap  # noqa: E402

# what of a table's columns is done: bound for a scan, for the log, for an UPDATE; named; compared with the import's
WORKS = ("scan", "log", "update", "names", "drift")
HAND = ", ".join(f"{name} text" for name in ("name", "description", "twitter", "linkedin", "team"))


def prepare(_emulator, database):
    must(database.psql(f"\\set module '{MODULES}/attio_fdw_test.so'\n\\i {ROOT}/test/module/functions.sql"))
    must(database.psql(f"CREATE FOREIGN TABLE hand (record_id uuid, {HAND}) SERVER attio OPTIONS (object 'companies', missing_attribute 'null')"))


WORK = Workspace(options="", before=prepare)


@case(WORK)
def pending(emulator, database):
    """The cancel is set where nothing else would serve it, and the work is called."""
    for table in ("companies", "hand"):
        first = f"SELECT attio_test_interrupted('{table}', 'nothing');"
        script = "".join(f"SELECT attio_test_interrupted('{table}', '{work}');\n" for work in WORKS)
        emulator.forget()
        served = database.value(first + script).split("\n")
        tap.equal(served[0], "not served", f"{table}: what does nothing serves nothing")
        for work, answer in zip(WORKS, served[1:]):
            tap.equal(answer, "served", f"{table}: {work}")
        tap.equal(len(served), 1 + len(WORKS), "all were called")
        tap.equal([entry["path"] for entry in emulator.log() if "/attributes" not in entry["path"]], [], "and no row was asked for")


run()
