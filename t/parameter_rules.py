#!/usr/bin/env python3
"""Conditions that say something else than the parameter of their column are not sent."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import must  # noqa: E402
from cases import case, run, tap  # noqa: E402
from made_up import World  # noqa: E402

WORLD = World("attio_parameter_rules")
ON = "shelf_id = 7 AND kind = 'lent'"


@case(WORLD)
def equality_of_another_kind(library):
    """Equal without regard to case is less than the service compares, so that it would leave rows out."""
    must(WORLD.query("CREATE COLLATION caseless (provider = icu, locale = 'und-u-ks-level2', deterministic = false); "
                     f"CREATE TABLE copy AS SELECT * FROM loans WHERE {ON}"))
    for condition, is_sent in (("note = 'red'", True), ("note IN ('red', 'blue')", True), ("lower(note) = 'red'", False),
                               ("note = 'RED' COLLATE caseless", False), ("note COLLATE caseless IN ('RED', 'BLUE')", False),
                               ("note < 'red'", False), ("note <> 'red'", False), ("note LIKE 'red'", False)):
        wanted = WORLD.rows(f"SELECT id FROM copy WHERE {condition} ORDER BY id")
        library.asked()
        tap.equal(WORLD.rows(f"SELECT id FROM loans WHERE {ON} AND {condition} ORDER BY id"), wanted, condition)
        tap.equal(any("note=" in line for line in library.asked()), is_sent, "is sent" if is_sent else "is not sent")


run()
