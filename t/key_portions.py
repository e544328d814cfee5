#!/usr/bin/env python3
"""A join asks for as many keys at once as the service takes, and no more than the owner of the server allows."""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import must  # noqa: E402
from cases import case, run, tap  # noqa: E402
from made_up import World  # noqa: E402

WORLD = World("attio_key_portions")
JOIN = """SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_nestloop = off;
    SELECT count(s.id) FROM wanted w JOIN shelves s ON s.id = w.id"""


@case(WORLD)
def portions(library):
    must(WORLD.query("CREATE TABLE wanted AS SELECT g AS id FROM generate_series(1::bigint, 12) g; ANALYZE wanted"))
    for size, most in ((None, 4), (3, 3), (1, 1), (100, 4)):
        if size is not None:
            must(WORLD.query(f"ALTER SERVER library OPTIONS (ADD join_batch_size '{size}')"))
        library.asked()
        tap.equal(WORLD.rows(JOIN), ["12"], f"{size}: all keys")
        found = [len(re.findall("ids=", line)) for line in library.asked() if line.startswith("GET /shelves?")]
        tap.equal((max(found), sum(found)), (most, 12), f"{size}: {most} keys at once, each once")
        if size is not None:
            must(WORLD.query("ALTER SERVER library OPTIONS (DROP join_batch_size)"))


run()
