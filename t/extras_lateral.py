#!/usr/bin/env python3
"""Conditions with another table's columns of the same numbers do not say that a guest has dates."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import must  # noqa: E402
from cases import case, run, tap  # noqa: E402
from made_up import World  # noqa: E402

WORLD = World("attio_extras_lateral")
# the placeholder makes the scan of the guests one that the outer row is given to, with the conditions of both
QUERY = """SELECT c.id, s.id, s.first_visit, s.x FROM copy c LEFT JOIN LATERAL (
    SELECT g.id, g.first_visit, coalesce(c.name, 'none') AS x FROM TABLE g
    WHERE c.last_visit > timestamptz '2020-01-01' + g.id * interval '1 minute' AND g.id < c.id + 3 AND g.id > c.id - 3) s ON true ORDER BY 1, 2"""


@case(WORLD)
def another_table(library):
    must(WORLD.query("CREATE TABLE copy AS SELECT id, name, hall, first_visit, last_visit FROM guests"))
    right = WORLD.rows(QUERY.replace("TABLE", "copy"))
    tap.equal(WORLD.rows(QUERY.replace("TABLE", "guests")), right, f"{len(right)} rows of both")
    plan = "\n".join(WORLD.rows("EXPLAIN (COSTS OFF, VERBOSE) " + QUERY.replace("TABLE", "guests")))
    tap.ok("without" in plan, "both listings are read", plan)


run()
