#!/usr/bin/env python3
"""CPU and memory of writes to a table of 200 attributes, over two decades of rows; the log of writes is on.

    bench/writes.py [--sizes 30,300,3000] [--attributes 200] [--before FILE] [--write FOLDER]

Against a server of prepared answers (prepared.py).  CPU is the backend's; memory is how far the statement raises the peak
of the backend above that of reading the table, and what is left of it after the statement.  --before takes another
version's attio_fdw.so, which is measured in the same run, statement by statement in turn.
"""
import argparse
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import Database, must  # noqa: E402
from prepared import Prepared  # noqa: E402
from tables import write_table  # noqa: E402

# Rows up to which another version is measured, too: it may take megabytes a row.
MOST_BEFORE = 300
KINDS = ("'another text of some length'", "4321.5", "false", "'2025-03-01'")
MEASURE = """
CREATE FUNCTION consumed(OUT cpu double precision, OUT now bigint, OUT peak bigint) LANGUAGE plpgsql AS $$
DECLARE stat text[] := string_to_array(pg_read_file('/proc/self/stat'), ' ');
BEGIN
	-- the command's name has blanks: count from the end of what follows it
	cpu := 10 * (stat[cardinality(stat) - 38]::bigint + stat[cardinality(stat) - 37]::bigint);
	now := substring(pg_read_file('/proc/self/status') FROM 'VmRSS:\\s*(\\d+)')::bigint;
	peak := substring(pg_read_file('/proc/self/status') FROM 'VmHWM:\\s*(\\d+)')::bigint;
END $$;
"""
# All rows are read before they are written: what Attio could filter is not what is measured.
SETTINGS = """
SET attio_fdw.max_rows_written = 0;
SET attio_fdw.push_filter = off;
SET jit = off;
SET client_min_messages = error;
"""
RATES = ", read_rate '10000', write_rate '10000'"
ALL_KEYS = "ARRAY(SELECT ('00000070-0000-0000-0000-' || lpad(to_hex(i - 1), 12, '0'))::uuid FROM generate_series(1, :rows) i)"


def statements(attributes):
    """The statements by name; :rows is the number of rows."""
    columns = [f"a{i}" for i in range(attributes)]
    values = [KINDS[i % len(KINDS)] for i in range(attributes)]
    return {
        "UPDATE of 1 attribute": "UPDATE wide SET a0 = 'another text' WHERE a1 > 0",
        f"UPDATE of {attributes} attributes": f"UPDATE wide SET {', '.join(f'{c} = {v}' for c, v in zip(columns, values))} WHERE a1 > 0",
        "UPDATE one by one, RETURNING": "UPDATE wide SET a0 = 'another text' WHERE a1 > 0 RETURNING a0",
        "UPDATE by ids": f"SET attio_fdw.push_filter = on; UPDATE wide SET a0 = 'another text' WHERE record_id = ANY ({ALL_KEYS})",
        "DELETE": "DELETE FROM wide WHERE a1 > 0",
        f"INSERT of {attributes} attributes": f"INSERT INTO wide ({', '.join(columns)}) SELECT {', '.join(values)} FROM generate_series(1, :rows)",
    }


def prepare(database, library=None):
    # small pages, so that what is read does not hide what is written
    must(database.psql("IMPORT FOREIGN SCHEMA objects LIMIT TO (wide) FROM SERVER attio INTO crm;"
                       "ALTER FOREIGN TABLE wide OPTIONS (ADD page_size '20');" + MEASURE))
    if library:
        must(database.psql(f"UPDATE pg_proc SET probin = '{os.path.abspath(library)}' WHERE probin = '$libdir/attio_fdw'"))


def measure(database, statement, rows):
    """Of one session: milliseconds of CPU a row, kB of peak, kB left after the statement."""
    out = database.value(f"""{SETTINGS}
        \\set rows {rows}
        \\o /dev/null
        SELECT count(a1) FROM wide;
        \\o
        SELECT cpu, now, peak FROM consumed() \\gset before_
        \\o /dev/null
        {statement};
        \\o
        \\echo :ROW_COUNT
        SELECT cpu, now, peak FROM consumed() \\gset after_
        SELECT (:after_cpu - :before_cpu)::float / :rows, :after_peak - :before_peak, :after_now - :before_now;""").split("\n")
    if out[-2] != str(rows):
        raise AssertionError(f"{out[-2]} rows were written, not {rows}")
    return [float(each) for each in out[-1].split("|")]


def run(arguments):
    """The lines of the table."""
    versions = ([("before", arguments.before)] if arguments.before else []) + [("now", None)]
    lines = ["| statement, of a table of %d attributes | rows | %s |" % (arguments.attributes, " | ".join(f"{name}: CPU a row | peak, left" for name, _ in versions)),
             "|" + "---|" * (2 + 2 * len(versions))]
    for rows in arguments.sizes:
        with Prepared(arguments.attributes, rows) as prepared:
            databases = [Database(f"attio_writes_{name}", prepared, RATES, schema=None) for name, _ in versions]
            for database, (_, library) in zip(databases, versions):
                prepare(database, library)
            for name, statement in statements(arguments.attributes).items():
                cells = [name, f"{rows:,}"]
                for database, (version, _) in zip(databases, versions):
                    if version == "before" and rows > MOST_BEFORE:
                        cells += ["-", "-"]
                        continue
                    cpu, peak, left = measure(database, statement, rows)
                    cells += [f"{cpu:.2f} ms", f"{peak / 1024:.1f}, {max(left, 0) / 1024:.1f} MB"]
                lines.append(f"| {' | '.join(cells)} |")
                print(lines[-1], flush=True)
            for database in databases:
                database.drop()
    return lines


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--sizes", type=lambda text: [int(each) for each in text.split(",")], default=[30, 300, 3000])
    parser.add_argument("--attributes", type=int, default=200)
    parser.add_argument("--before")
    parser.add_argument("--write")
    arguments = parser.parse_args()
    lines = run(arguments)
    if arguments.write:
        write_table(arguments.write, "writes", lines)


if __name__ == "__main__":
    main()
