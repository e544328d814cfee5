"""Scans beside what a user would write and beside the floor: ratios of one run, medians of several rounds.

    bench/scan.py [--rounds N] [--records N] [--latencies 0,50,200] [--write FOLDER]

plpython: a generator function over urllib, one page after another, and with eight threads.  floor: the same requests
by bare libcurl with the same window, and the server's JSON lexer over the bytes.  The emulator runs on the same
machine; its time is in all of them.
"""
import argparse
import math
import os
import statistics
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import KEY, Database, Emulator, must  # noqa: E402
from tables import write_table  # noqa: E402

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
MEASURE = """
-- milliseconds, milliseconds of CPU time (user and system) and peak memory in kB of this backend
CREATE FUNCTION timed(query text, OUT ms double precision, OUT cpu double precision, OUT peak bigint) LANGUAGE plpgsql AS $$
DECLARE plan json; before text[]; after text[];
BEGIN
	before := string_to_array(pg_read_file('/proc/self/stat'), ' ');
	EXECUTE 'EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ' || query INTO plan;
	after := string_to_array(pg_read_file('/proc/self/stat'), ' ');
	ms := (plan -> 0 ->> 'Execution Time')::double precision;
	-- the command's name has blanks: count from the end of what follows it
	cpu := 10 * (after[cardinality(after) - 38]::bigint + after[cardinality(after) - 37]::bigint
		- before[cardinality(before) - 38]::bigint - before[cardinality(before) - 37]::bigint);
	peak := substring(pg_read_file('/proc/self/status') FROM 'VmHWM:\\s*(\\d+)')::bigint;
END $$;
"""
COLOURS = {"attio_fdw": "#2563eb", "floor": "#6b7280", "plpython": "#d97706", "plpython, 8 threads": "#b45309"}


def median_of(database, query, rounds):
    """Medians of a query's time (ms), CPU time (ms) and peak memory (kB), and the relative spread of its times."""
    runs = [[float(each) for each in database.value(f"SET jit = off; SELECT * FROM timed($q${query}$q$)").split("|")] for _ in range(rounds)]
    times, cpu, peak = zip(*runs)
    return statistics.median(times), (max(times) - min(times)) / statistics.median(times), statistics.median(cpu), statistics.median(peak)


def chart(results, path):
    """Bars of each case's times, drawn to a common scale within the case."""
    height = 34 + sum(26 + 18 * len(r["times"]) for r in results)
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" width="760" height="{height}" font-family="sans-serif" font-size="12">',
             f'<rect width="760" height="{height}" fill="white"/>', '<text x="10" y="20" font-size="14">Time of a scan, ms (shorter is better)</text>']
    y = 38
    for result in results:
        lines.append(f'<text x="10" y="{y + 10}" font-weight="bold">{result["case"]}</text>')
        y += 18
        longest = max(result["times"].values())
        for name, value in result["times"].items():
            width = max(1, round(480 * value / longest))
            lines.append(f'<text x="150" y="{y + 11}" text-anchor="end">{name}</text><rect x="158" y="{y}" width="{width}" height="14" fill="{COLOURS[name]}"/>'
                         f'<text x="{164 + width}" y="{y + 11}">{value:.0f}</text>')
            y += 18
        y += 8
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n</svg>\n")


# name, query, what is switched off for comparison
CASES = (
    ("top 10 by created_at", "SELECT * FROM crm.bench ORDER BY created_at DESC LIMIT 10", "SET attio_fdw.push_sort = off; SET attio_fdw.push_limit = off;"),
    ("rows 5,001 to 5,010", "SELECT * FROM crm.bench LIMIT 10 OFFSET 5000", "SET attio_fdw.push_limit = off;"),
    ("one month of created_at", "SELECT * FROM crm.bench WHERE created_at >= '2024-02-01Z' AND created_at < '2024-03-01Z'", "SET attio_fdw.push_filter = off;"),
    ("1,000 keys", "SELECT * FROM crm.bench WHERE record_id = ANY (ARRAY(SELECT record_id FROM public.some_keys))", "SET attio_fdw.push_filter = off;"),
    ("first row", "SELECT * FROM crm.bench LIMIT 1", "SET attio_fdw.push_limit = off;"),
    ("four tables in UNION ALL", " UNION ALL ".join(f"SELECT record_id FROM crm.{t}" for t in ("people", "companies", "deals", "workspaces")),
     "SET enable_async_append = off;"),
)


def cases(emulator, database, latency, rounds):
    """Requests and time of single queries, beside the same with what makes them fast switched off."""
    must(database.psql("IMPORT FOREIGN SCHEMA objects LIMIT TO (people, companies, deals, workspaces) FROM SERVER attio INTO crm;"
                       "CREATE TABLE public.some_keys AS SELECT record_id FROM crm.bench LIMIT 1000; ANALYZE public.some_keys;"))
    emulator.faults({"match": {"path": "query"}, "delay_ms": latency})
    lines = ["| query | requests | time | without | ratio |", "|---|---|---|---|---|"]
    for name, query, off in CASES:
        median_of(database, query, 1)
        emulator.forget()
        median_of(database, query, 1)
        requests = sum(1 for entry in emulator.log() if entry["path"].endswith("query"))
        fast = median_of(database, query, rounds)[0]
        slow = statistics.median(float(database.value(f"SET jit = off; {off} SELECT ms FROM timed($q${query}$q$)")) for _ in range(rounds))
        lines.append(f"| {name} | {requests} | {fast:.0f} ms | {slow:.0f} ms | {slow / fast:.1f} |")
    return lines


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--records", type=int, default=10000)
    parser.add_argument("--latencies", default="0,50,200")
    parser.add_argument("--write")
    arguments = parser.parse_args()
    pages = math.ceil((arguments.records - 1) / 499)
    results = []
    with Emulator("--bench", str(arguments.records)) as emulator, \
            Database("attio_bench", emulator, ", read_rate '10000'", schema=None) as database:
        must(database.psql("IMPORT FOREIGN SCHEMA objects LIMIT TO (bench) FROM SERVER attio INTO crm"))
        must(database.psql(MEASURE + f"\\set module {os.path.join(ROOT, 'test', 'module', 'attio_fdw_test.so')}\n"
                           + open(os.path.join(ROOT, "test", "module", "functions.sql"), encoding="utf-8").read()))
        python = database.psql(open(os.path.join(ROOT, "bench", "plpython.sql"), encoding="utf-8").read()).code == 0
        url = f"{emulator.url}/v2/objects/bench/records/query"
        for latency in [int(each) for each in arguments.latencies.split(",")]:
            emulator.faults(*([{"match": {"path": "query"}, "delay_ms": latency}] if latency else []))
            for width, columns in (("2 columns", "record_id, name"), ("all columns", "*")):
                function = "py_narrow" if width == "2 columns" else "py_wide"
                queries = {"attio_fdw": f"SELECT {columns} FROM crm.bench",
                           "floor": f"SELECT attio_test_floor('{url}', '{KEY}', {pages}, 500, 8)"}
                if python:
                    queries["plpython"] = f"SELECT * FROM {function}('{url}', '{KEY}', 1)"
                    queries["plpython, 8 threads"] = f"SELECT * FROM {function}('{url}', '{KEY}', 8)"
                median_of(database, queries["attio_fdw"], 1)    # everything is warm
                rounds = arguments.rounds if latency == 0 else max(2, arguments.rounds // 2)
                measured = {name: median_of(database, query, rounds) for name, query in queries.items()}
                times = {name: m[0] for name, m in measured.items()}
                results.append({"case": f"{arguments.records:,} records, {width}, {latency} ms latency", "times": times,
                                "noise": max(m[1] for m in measured.values()), "cpu": {n: m[2] for n, m in measured.items()},
                                "peak": {n: m[3] for n, m in measured.items()}})
                print(f"{results[-1]['case']}: " + ", ".join(f"{n} {v:.0f} ms" for n, v in times.items()) + f"; spread {results[-1]['noise']:.0%}", flush=True)
        more = cases(emulator, database, 50, max(2, arguments.rounds // 2))
    head = ["| case | attio_fdw | of the floor | plpython / attio_fdw | plpython with 8 threads / attio_fdw | spread | CPU: attio_fdw, floor, plpython | peak memory: the same |",
            "|---|---|---|---|---|---|---|---|"]
    rows = []
    for result in results:
        times, mine = result["times"], result["times"]["attio_fdw"]
        ratios = [f"{times[n] / mine:.1f}" if n in times else "-" for n in ("plpython", "plpython, 8 threads")]
        rows.append(f"| {result['case']} | {mine:.0f} ms | {mine / times['floor']:.2f} | {ratios[0]} | {ratios[1]} | {result['noise']:.0%} | "
                    + ", ".join(f"{result['cpu'][n]:.0f}" for n in times if n != "plpython, 8 threads") + " ms | "
                    + ", ".join(f"{result['peak'][n] / 1024:.0f}" for n in times if n != "plpython, 8 threads") + " MB |")
    print("\n".join(head + rows + [""] + more))
    if arguments.write:
        chart(results, os.path.join(arguments.write, "scan.svg"))
        write_table(arguments.write, "table", [*head, *rows, "", f"Single queries at 50 ms latency ({os.cpu_count()} cores; medians):", "", *more],
                    end="<!-- end -->")


if __name__ == "__main__":
    main()
