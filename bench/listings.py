#!/usr/bin/env python3
"""Scans of many listings with many pages each, beside another version of the library, in one run, at a latency.

    bench/listings.py --before FILE [--latency MS] [--rounds N]

FILE is the other version's attio_fdw.so.  The two take turns; times are medians, requests and how many were under way
together are counted at the emulator.
"""
import argparse
import os
import statistics
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from affinity import FAST as QUICK_AFFINITY, Affinity, AffinityDatabase  # noqa: E402
from attio_test import QUICK, Database, Emulator, most_at_once, must, timed  # noqa: E402

PARENTS, ROWS, PAGE = 20, 100, 10


def fill_affinity(emulator):
    """E-mails of 20 external persons."""
    people = [each["id"] for each in emulator.dump()["persons"] if str(each["type"]) not in ("1", "internal")][:PARENTS]
    emulator.mutate(*({"do": "insert", "type": 3, "id": 900000 + i, "date": f"2025-06-{i % 28 + 1:02}T10:00:00Z",
                       "person_ids": [people[i % PARENTS]]} for i in range(PARENTS * ROWS)))
    return ",".join(map(str, people))


def fill_attio(emulator):
    """Files, whose pages follow cursors, and notes, whose pages are at offsets, of 20 people."""
    rows = emulator.call("POST", "/v2/objects/people/records/query", {"limit": PARENTS}, "emulator-key")["data"]
    records = [row["id"]["record_id"] for row in rows]
    for i in range(PARENTS * ROWS):
        place = {"record_id": records[i % PARENTS], "object": "people"}
        emulator.call("POST", "/v2/files", {"file_type": "folder", "name": f"f{i}", **place}, "emulator-key")
        emulator.call("POST", "/v2/notes", {"data": {"parent_object": "people", "parent_record_id": records[i % PARENTS], "title": "t",
                                                     "format": "plaintext", "content": "x"}}, "emulator-key")
    return ",".join(f"'{each}'" for each in records)


def compare(emulator, databases, latency, rounds, name, sql, part):
    runs = [[], []]
    for turn in range(rounds):
        for which in ((0, 1) if turn % 2 == 0 else (1, 0)):
            emulator.forget()
            (rows, took) = timed(lambda which=which: databases[which].value(sql))
            log = [entry for entry in emulator.log() if part in entry["path"]]
            runs[which].append((took, len(log), most_at_once(log, latency / 1000), rows))
    cells = []
    for run in runs:
        cells.append(f"{run[0][1]} | {max(each[2] for each in run)} | {statistics.median(each[0] for each in run) * 1000:.0f} ms")
    assert len({each[3] for run in runs for each in run}) == 1, runs
    print(f"| {name} | {cells[0]} | {cells[1]} |", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--before", required=True)
    parser.add_argument("--latency", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()

    def both(make, page_sizes):
        databases = [make("before"), make("now")]
        for database, library in zip(databases, (arguments.before, None)):
            for table, size in page_sizes.items():
                must(database.psql(f"ALTER FOREIGN TABLE {table} OPTIONS (ADD page_size '{size}')"))
            if library:
                must(database.psql(f"UPDATE pg_proc SET probin = '{os.path.abspath(library)}' WHERE probin = '$libdir/attio_fdw'"))
        return databases

    print(f"| {PARENTS} listings of {ROWS} rows, {PAGE} a page, {arguments.latency} ms latency | before: requests | at once | time | now: requests | at once | time |")
    print("|---|---|---|---|---|---|---|")
    with Affinity("--scale", "60") as emulator:
        people = fill_affinity(emulator)
        databases = both(lambda word: AffinityDatabase(f"bench_listings_{word}", emulator, QUICK_AFFINITY), {"interactions": PAGE})
        span = "date >= '2025-06-01Z' AND date < '2025-07-01Z'"
        for name, sql in (("Affinity's e-mails of 20 persons", f"SELECT count(date) FROM interactions WHERE person_id IN ({people}) AND type = 'email' AND {span}"),
                          ("the same by a join", f"SELECT count(i.date) FROM (VALUES ({people.replace(',', '),(')})) p (id) JOIN interactions i ON i.person_id = p.id "
                           f"WHERE type = 'email' AND {span}"),
                          ("the first 250 of them", f"SELECT count(date) FROM (SELECT date FROM interactions WHERE person_id IN ({people}) AND type = 'email' AND {span} LIMIT 250) s")):
            emulator.faults({"match": {"path": "/"}, "delay_ms": arguments.latency})
            compare(emulator, databases, arguments.latency, arguments.rounds, name, sql, "/interactions")
        for database in databases:
            database.drop()
    with Emulator("--scale", "60") as emulator:
        records = fill_attio(emulator)
        databases = both(lambda word: Database(f"bench_listings_{word}", emulator, QUICK, schema="workspace"), {"files": PAGE, "attio_notes": PAGE})
        for name, sql, part in (
                ("files of 20 people", f"SELECT count(name) FROM files WHERE object = 'people' AND record_id IN ({records})", "/v2/files"),
                ("notes of 20 people", f"SELECT count(title) FROM attio_notes WHERE parent_object = 'people' AND parent_record_id IN ({records})", "/v2/notes")):
            emulator.faults({"match": {"path": "/"}, "delay_ms": arguments.latency})
            compare(emulator, databases, arguments.latency, arguments.rounds, name, sql, part)
        for database in databases:
            database.drop()


if __name__ == "__main__":
    main()
