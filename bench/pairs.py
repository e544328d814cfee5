#!/usr/bin/env python3
"""Scans, joins and counts beside another version of the library, in one run: has anything got slower?

    bench/pairs.py --before FILE [--rounds N] [--records N] [--write FOLDER]

FILE is the other version's attio_fdw.so.  The two take turns, in sessions of their own whose definitions are read before;
time and CPU time of the backend are medians.  The emulator answers both, without latency.
"""
import argparse
import os
import statistics
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import Database, Emulator, must  # noqa: E402
from tables import write_table  # noqa: E402

# name, how often it is run to be measured once, query; {all} stands for the columns that both versions import
CASES = (
    ("2 columns", 5, "SELECT record_id, name FROM crm.bench"),
    ("all columns", 5, "SELECT {all} FROM crm.bench"),
    ("first row", 200, "SELECT {all} FROM crm.bench LIMIT 1"),
    ("top 10 by created_at", 200, "SELECT {all} FROM crm.bench ORDER BY created_at DESC LIMIT 10"),
    ("rows 5,001 to 5,010", 200, "SELECT {all} FROM crm.bench LIMIT 10 OFFSET 5000"),
    ("one month of created_at", 50, "SELECT {all} FROM crm.bench WHERE created_at >= '2024-02-01Z' AND created_at < '2024-03-01Z'"),
    ("1,000 keys", 20, "SELECT {all} FROM crm.bench WHERE record_id = ANY (ARRAY(SELECT key FROM public.outer_keys))"),
    ("1,000 local rows with records by id", 20, "SELECT count(b.name) FROM public.outer_keys o JOIN crm.bench b ON b.record_id = o.key"),
    ("the same, LEFT", 20, "SELECT count(*) FROM public.outer_keys o LEFT JOIN crm.bench b ON b.record_id = o.key"),
    ("the same, NOT EXISTS", 20, "SELECT count(*) FROM public.outer_keys o WHERE NOT EXISTS (SELECT FROM crm.bench b WHERE b.record_id = o.key)"),
    ("count(*), pushed", 30, "SELECT count(*) FROM crm.bench"),
    ("200 lookups of one key", 2, "SELECT count(b.name) FROM (SELECT key FROM public.outer_keys LIMIT 200) o, LATERAL (SELECT name FROM crm.bench b WHERE b.record_id = o.key OFFSET 0) b"),
)
MEASURE = """
-- milliseconds, and milliseconds of CPU time of this backend, of one of several runs
CREATE FUNCTION timed(query text, times int, OUT ms double precision, OUT cpu double precision) LANGUAGE plpgsql AS $$
DECLARE plan json; before bigint := split_part(pg_read_file('/proc/self/schedstat'), ' ', 1); start timestamptz := clock_timestamp();
BEGIN
	FOR i IN 1 .. times LOOP
		EXECUTE 'EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ' || query INTO plan;
	END LOOP;
	ms := extract(epoch FROM clock_timestamp() - start) * 1000 / times;
	cpu := (split_part(pg_read_file('/proc/self/schedstat'), ' ', 1)::bigint - before) / 1e6 / times;
END $$;
"""


def prepare(database, library, records):
    if library:
        must(database.psql(f"UPDATE pg_proc SET probin = '{os.path.abspath(library)}' WHERE probin = '$libdir/attio_fdw'"))
    must(database.psql(f"""IMPORT FOREIGN SCHEMA objects LIMIT TO (bench) FROM SERVER attio INTO crm; {MEASURE}
        CREATE TABLE public.outer_keys AS SELECT record_id AS key FROM (SELECT record_id FROM crm.bench ORDER BY md5(record_id::text) LIMIT 1000) s;
        ANALYZE public.outer_keys; ALTER FOREIGN TABLE crm.bench OPTIONS (ADD estimated_rows '{records}')"""))


def shared_columns(databases):
    """The columns that both tables have: a later version may import more of them."""
    names = [database.value("SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute WHERE attrelid = 'crm.bench'::regclass"
                            " AND attnum > 0 AND NOT attisdropped").split(", ") for database in databases]
    return ", ".join(name for name in names[0] if name in names[1])


def measure(database, times, query):
    """Time and CPU time (ms) of a query whose session has run it once."""
    timed = f"SELECT * FROM timed($q${query}$q$, "
    out = database.value(f"SET jit = off; SET attio_fdw.push_count = on; {timed} 1); {timed} {times});")
    return [float(each) for each in out.split("\n")[-1].split("|")]


def compare(name, times, query, databases, rounds):
    """The line of a query: medians of both, and their ratios."""
    runs = [[], []]
    for turn in range(rounds):
        for which in ((0, 1) if turn % 2 == 0 else (1, 0)):
            runs[which].append(measure(databases[which], times, query))
    (time, cpu), (time_now, cpu_now) = [[statistics.median(each) for each in zip(*run)] for run in runs]
    return f"| {name} | {time:.2f} ms | {time_now:.2f} ms | {time_now / time:.2f} | {cpu:.2f} ms | {cpu_now:.2f} ms | {cpu_now / cpu:.2f} |"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--before", required=True)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--records", type=int, default=10000)
    parser.add_argument("--write")
    arguments = parser.parse_args()
    lines = [f"| of {arguments.records:,} records, no latency | before: time | now | ratio | before: CPU | now | ratio |", "|---|---|---|---|---|---|---|"]
    print("\n".join(lines), flush=True)
    with Emulator("--bench", str(arguments.records)) as emulator, \
            Database("attio_pairs_before", emulator, ", read_rate '10000'", schema=None) as before, \
            Database("attio_pairs_now", emulator, ", read_rate '10000'", schema=None) as now:
        prepare(before, arguments.before, arguments.records)
        prepare(now, None, arguments.records)
        columns = shared_columns((before, now))
        for name, times, query in CASES:
            lines.append(compare(name, times, query.format(all=columns), (before, now), arguments.rounds))
            print(lines[-1], flush=True)
    if arguments.write:
        write_table(arguments.write, "pairs", lines)


if __name__ == "__main__":
    main()
