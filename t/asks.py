#!/usr/bin/env python3
"""What scans ask for, written without a request: parameters of a made-up endpoint, rules, Attio's filters."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import MODULES, ROOT, Workspace, must  # noqa: E402
from cases import case, run, tap  # noqa: E402


def prepare(_emulator, database):
    must(database.psql(f"\\set module '{MODULES}/attio_fdw_test.so'\n\\i {ROOT}/test/module/functions.sql"))


WORK = Workspace(options="", before=prepare)


@case(WORK)
def asks(emulator, database):
    before = len(emulator.log())
    result = must(database.psql("SELECT name, wanted, got FROM attio_test_asks()"))
    rows = [line.split("|") for line in result.out.splitlines()]
    for name, wanted, got in rows:
        tap.equal(got, wanted, name)
    tap.ok(len(rows) > 30, "all cases came", len(rows))
    tap.equal(len(emulator.log()), before, "no request was made")


run()
