#!/usr/bin/env python3
"""Behind a real front (nginx): HTTP/2, many requests over one connection, compression."""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import FAST, Database, Emulator, must  # noqa: E402
from cases import case, run, tap  # noqa: E402
from front import HAS_NGINX, Front  # noqa: E402


@case
def scan():
    if not HAS_NGINX:
        tap.skip("HTTP/2", "nginx is not installed")
        return
    with Emulator("--scale", "1000") as emulator, Front(emulator, "gzip on;") as front, \
            Database("attio_http2", front, f"{FAST}, ca_file '{front.ca}'", schema=None) as database:
        imported = must(database.psql("IMPORT FOREIGN SCHEMA objects LIMIT TO (people, companies) FROM "
                                      "SERVER attio INTO crm; "
                                      "ALTER FOREIGN TABLE people OPTIONS (ADD page_size '50')"))
        tap.equal(imported.code, 0, "import through the front")
        emulator.faults({"match": {"path": "query"}, "delay_ms": 100})
        front.forget()
        tap.equal(database.value("SELECT count(DISTINCT record_id) FROM people"), "1000",
                  "a scan through the front has every row once")
        lines = front.log()
        tap.ok(len(lines) > 15 and {line[1] for line in lines} == {"HTTP/2.0"}, "it speaks HTTP/2", lines[:5])
        tap.equal(len({line[0] for line in lines}), 1, "all requests of the scan share one connection")
        tap.ok(sum(1 for line in lines if line[-1] == "gzip") >= 15, "the answers are compressed", lines)
        plan = database.value("EXPLAIN (ANALYZE, COSTS OFF, FORMAT YAML) SELECT name FROM people")
        wire = int(re.search(r"Bytes Received: (\d+)", plan).group(1))
        decoded = int(re.search(r"Bytes Decoded: (\d+)", plan).group(1))
        tap.ok(wire * 4 < decoded, f"and counted as they came: {wire} bytes for {decoded}")


run()
