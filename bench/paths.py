"""Scans over bad paths beside bare libcurl that asks for the same pages on the same schedule, over the same link: ratios of one run.

    bench/paths.py [--rounds N] [--paths "50 ms,..."] [--write FOLDER]

PostgreSQL and nginx with TLS are in two network namespaces with a link between them (test/network).  The definitions are
read and a connection is open before the time begins, in both.  Needs root and /dev/net/tun; else it says that it is skipped.
"""
import argparse
import math
import os
import statistics
import sys

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
sys.path[:0] = [os.path.join(ROOT, "test", "lib"), os.path.dirname(os.path.abspath(__file__))]
from world import FAR_ADDRESS, World, missing  # noqa: E402
from attio_test import KEY, Database, Emulator, must  # noqa: E402
from front import Front, certificates  # noqa: E402
from scan import MEASURE  # noqa: E402
from tables import write_table  # noqa: E402

# name, the link, what attio_fdw may take of curl's time over HTTP/2 and 1.1 (None = whatever it is)
PATHS = (
    ("200 ms", {"delay_ms": 100}, (1.15, 1.25)),
    ("50 ms", {"delay_ms": 25}, (1.15, 1.25)),
    ("50 ms, 1 % lost", {"delay_ms": 25, "loss": 0.01}, None),
    ("50 ms, reordered", {"delay_ms": 20, "jitter_ms": 10}, None),
)
# with compression, records: without it so many fewer that a round does not take minutes
SIZES = ((True, 10000), (False, 2500))
WINDOW = 8


def fdw(database):
    return float(database.value("SET jit = off; SELECT FROM crm.bench LIMIT 1; SELECT ms FROM timed('SELECT record_id, name FROM crm.bench')"))


def curl(database, front, pages, http2, compressed):
    return float(database.value(f"SELECT attio_test_curl('{front.url}/v2/objects/bench/records/query', '{KEY}', {pages}, 500, {WINDOW}, '{front.ca}', {http2}, {compressed})"))


def measure(world, database, front, paths, http2, compressed, records, rounds):
    """A row of the table for each path: the two by turns, so that a busy machine is so for both."""
    pages = math.ceil((records - 1) / 499)
    for name, link, goals in paths:
        world.set(**link)
        ours, theirs = [], []
        for _ in range(rounds):
            ours.append(fdw(database))
            theirs.append(curl(database, front, pages, http2, compressed))
        world.set()
        ratio = statistics.median(ours) / statistics.median(theirs)
        goal = goals[0 if http2 else 1] if goals else None
        yield {"path": name, "protocol": "HTTP/2" if http2 else "HTTP/1.1", "compressed": "gzip" if compressed else "none", "records": records,
               "ours": statistics.median(ours), "theirs": statistics.median(theirs), "ratio": ratio, "goal": goal,
               "spread": max((max(times) - min(times)) / statistics.median(times) for times in (ours, theirs))}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--paths", help="names of some paths, with semicolons between them")
    parser.add_argument("--write")
    arguments = parser.parse_args()
    if missing():
        print(f"paths: SKIPPED, {missing()}")
        return
    paths = [path for path in PATHS if not arguments.paths or path[0] in arguments.paths.split(";")]
    results = []
    with World() as world:
        keys = certificates(os.path.join(world.folder, "tls"), (FAR_ADDRESS,))
        for compressed, records in SIZES:
            for http2 in (True, False):
                directives = f"gzip {'on' if compressed else 'off'}; gzip_comp_level 1; http2_max_concurrent_streams 128;"
                with Emulator("--bench", str(records)) as emulator, Front(emulator, directives, address=FAR_ADDRESS, keys=keys, http2=http2, workers=2) as front, \
                        Database("attio_paths", front, f", read_rate '10000', ca_file '{front.ca}', remote_max_limit '500'", schema=None) as database:
                    must(database.psql("IMPORT FOREIGN SCHEMA objects LIMIT TO (bench) FROM SERVER attio INTO crm"))
                    must(database.psql(MEASURE + f"\\set module {os.path.join(ROOT, 'test', 'module', 'attio_fdw_test.so')}\n"
                                       + open(os.path.join(ROOT, "test", "module", "functions.sql"), encoding="utf-8").read()))
                    fdw(database)       # everything is warm
                    for result in measure(world, database, front, paths, http2, compressed, records, arguments.rounds):
                        results.append(result)
                        print("{path}, {protocol}, compression {compressed}: attio_fdw {ours:.0f} ms, curl {theirs:.0f} ms, ratio {ratio:.2f}, spread {spread:.0%}".format(**result), flush=True)
    head = ["| path | protocol | compression | records | attio_fdw | curl | ratio | goal | spread |", "|---|---|---|---|---|---|---|---|---|"]
    rows = ["| {path} | {protocol} | {compressed} | {records:,} | {ours:.0f} ms | {theirs:.0f} ms | {ratio:.2f} | {shown} | {spread:.0%} |"
            .format(shown=f"at most {r['goal']}" if r["goal"] else "", **r) for r in results]
    print("\n".join(head + rows))
    if arguments.write:
        write_table(arguments.write, "paths", [*head, *rows])


if __name__ == "__main__":
    main()
