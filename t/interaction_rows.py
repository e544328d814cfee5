#!/usr/bin/env python3
"""Rows of interactions are there whatever columns are wanted of them."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import FAST, Workspace  # noqa: E402
from cases import case, run, tap  # noqa: E402

WORK = Workspace("--scale", "20", options=FAST)


@case(WORK)
def counted(_emulator, database):
    rows = database.value("SELECT count(type) FROM interactions WHERE object = 'people'")
    tap.ok(int(rows) > 20, "interactions of people", rows)
    tap.equal(database.value("SELECT count(*) FROM interactions WHERE object = 'people'"), rows, "counted without a column")
    tap.equal(database.value("SELECT count(*) FROM interactions"),
              database.value("SELECT count(record_id) FROM interactions"), "all of them")


run()
