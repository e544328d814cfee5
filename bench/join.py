#!/usr/bin/env python3
"""Joins, filters by interactions, and counts at a latency of 50 ms, beside PostgreSQL's own plans over the same tables.

    join.py --rounds N [--records N] [--write FOLDER]    the table goes into performance.md of that folder
"""
import argparse
import os
import statistics
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import Database, Emulator, must  # noqa: E402
from tables import write_table  # noqa: E402

LATENCY = 50
OWN = "SET attio_fdw.enable_batched_join = off; SET attio_fdw.push_count = off;"
LOOP = OWN + "SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_material = off; SET enable_memoize = off;"
HASH = OWN + "SET enable_nestloop = off; SET enable_mergejoin = off;"
WHOLE = "SET attio_fdw.push_filter = off;"
# name, query, the server's own plans to compare with: name, settings, rounds
CASES = (
    # first: the emulator keeps what it selected for 64 queries, and the lookups below are more
    ("with whom one member was in touch within 30 days", "SELECT count(b.name) FROM crm.bench b WHERE b.last_interaction__owner_member_id = '73cd6f98-da1e-4e72-8044-3bb7fd73c5b2' "
     "AND b.last_interaction >= '2025-12-02Z'", (("reading all rows", WHOLE, 0),)),
    ("not contacted for a year, or never", "SELECT count(b.name) FROM crm.bench b WHERE b.last_interaction < '2025-01-01Z' OR b.last_interaction IS NULL",
     (("reading all rows", WHOLE, 0),)),
    ("1,000 local rows with records by id", "SELECT count(b.name) FROM public.outer_keys o JOIN crm.bench b ON b.record_id = o.key",
     (("nested loop over single lookups", LOOP, 1), ("hash over a whole scan", HASH, 0))),
    ("the same, LEFT", "SELECT count(*) FROM public.outer_keys o LEFT JOIN crm.bench b ON b.record_id = o.key", (("hash over a whole scan", HASH, 0),)),
    ("the same, NOT EXISTS", "SELECT count(*) FROM public.outer_keys o WHERE NOT EXISTS (SELECT FROM crm.bench b WHERE b.record_id = o.key)", (("hash over a whole scan", HASH, 0),)),
    ("20 local rows with records by id", "SELECT count(b.name) FROM public.outer_keys o JOIN crm.bench b ON b.record_id = o.key WHERE o.id <= 20",
     (("nested loop over single lookups", LOOP, 0), ("hash over a whole scan", HASH, 0))),
    ("count(*)", "SELECT count(*) FROM crm.bench", (("reading all rows", OWN, 0),)),
)
TIMED = """CREATE FUNCTION timed(query text) RETURNS double precision LANGUAGE plpgsql AS $$
DECLARE start timestamptz := clock_timestamp();
BEGIN
    EXECUTE query;
    RETURN extract(epoch FROM clock_timestamp() - start) * 1000;
END $$;"""


def measure(database, emulator, settings, query, rounds):
    """The median time in ms, and the requests of one run."""
    emulator.forget()
    times = [float(database.value(f"SET jit = off; SET attio_fdw.push_count = on; {settings} SELECT timed($q${query}$q$)")) for _ in range(rounds)]
    requests = sum(1 for entry in emulator.log() if entry["path"].endswith("query")) // rounds
    return statistics.median(times), requests


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--records", type=int, default=20000)
    parser.add_argument("--write")
    arguments = parser.parse_args()
    lines = [f"| of {arguments.records:,} records, {LATENCY} ms latency | requests | time | beside | requests | time | ratio |", "|---|---|---|---|---|---|---|"]
    with Emulator("--bench", str(arguments.records)) as emulator, Database("attio_bench_join", emulator, ", read_rate '10000', remote_not_matches_empty 'true'", schema=None) as database:
        must(database.psql("IMPORT FOREIGN SCHEMA objects LIMIT TO (bench) FROM SERVER attio INTO crm;" + TIMED
                           + "CREATE TABLE public.outer_keys AS SELECT row_number() OVER () AS id, record_id AS key FROM (SELECT record_id FROM crm.bench ORDER BY md5(record_id::text) LIMIT 1000) s;"
                           f"ANALYZE public.outer_keys; ALTER FOREIGN TABLE crm.bench OPTIONS (ADD estimated_rows '{arguments.records}')"))
        emulator.faults({"match": {"path": "query"}, "delay_ms": LATENCY})
        for name, query, others in CASES:
            measure(database, emulator, "", query, 1)
            mine, asked = measure(database, emulator, "", query, arguments.rounds)
            for other, settings, rounds in others:
                slow, slow_asked = measure(database, emulator, settings, query, rounds or arguments.rounds)
                lines.append(f"| {name} | {asked} | {mine:.0f} ms | {other} | {slow_asked} | {slow:.0f} ms | {slow / mine:.1f} |")
                print(lines[-1], flush=True)
    if arguments.write:
        write_table(arguments.write, "joins", lines)


if __name__ == "__main__":
    main()
