#!/usr/bin/env python3
"""What grows with the size of a workspace or of a query, over two decades of sizes: branches, columns, values, scans.

    bench/limits.py [--only NAME] [--before FILE] [--write FOLDER]

Against a server of prepared answers (prepared.py).  Each case has figures for each of its sizes, and the exponent of their
growth from the smallest size to the largest: 0 = the same, 1 = in proportion.  --before takes another version's
attio_fdw.so, which is measured in the same run, in turn.
"""
import argparse
import math
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import Database, must  # noqa: E402
from pairs import MEASURE as TIMED  # noqa: E402
from prepared import Prepared, ident  # noqa: E402
from writes import MEASURE as CONSUMED, RATES  # noqa: E402
from tables import write_table  # noqa: E402

FAST = "SET jit = off; SET attio_fdw.push_count = off;"
TYPES = ("text", "numeric", "boolean", "date")
COUNTED = """
-- a figure of EXPLAIN, summed over the plan
CREATE FUNCTION counted(plan jsonb, figure text) RETURNS numeric LANGUAGE sql AS $$
	SELECT coalesce(sum(each::numeric), 0) FROM jsonb_path_query(plan, format('strict $.**.%I', figure)::jsonpath) each
$$;
CREATE FUNCTION explained(query text) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE plan jsonb;
BEGIN
	EXECUTE 'EXPLAIN (ANALYZE, FORMAT JSON) ' || query INTO plan;
	RETURN plan;
END $$;
"""


def branches(database, size):
    """Peak memory of a UNION ALL of many branches, each of one page."""
    def union(count):
        return "SELECT count(a1) FROM (" + " UNION ALL ".join(["SELECT a1 FROM wide"] * count) + ") s"
    out = database.value(f"{FAST}\n\\o /dev/null\n{union(2)};\n\\o\nSELECT peak FROM consumed() \\gset before_\n{union(size)};\nSELECT peak - :before_peak FROM consumed();").split("\n")
    return {"MB of peak memory": float(out[-1]) / 1024}


def by_hand(database, size):
    """CPU of a statement on a table that was made by hand, without options of columns."""
    columns = ", ".join(f"a{i} {TYPES[i % len(TYPES)]}" for i in range(size))
    query = "$q$SELECT * FROM hand LIMIT 1$q$"
    out = database.value(f"{FAST} CREATE FOREIGN TABLE hand (record_id uuid, {columns}) SERVER attio OPTIONS (object 'wide');"
                         f"SELECT * FROM timed({query}, 1); SELECT cpu FROM timed({query}, {max(1, 1000 // size)});")
    return {"ms of CPU": float(out.split("\n")[-1])}


def by_id(database, size):
    """CPU of statements on an imported table, whose columns name their attributes by id."""
    every = "SELECT cpu FROM timed($q$%s$q$, 5)"
    kinds = ("'another text'", "4321.5", "false", "'2025-03-01'")
    update = f"UPDATE wide SET {', '.join(f'a{i} = {kinds[i % 4]}' for i in range(size))} WHERE record_id = '{ident(0)}'"
    scan, write, sync = (every % query for query in ("SELECT * FROM wide LIMIT 1", update, "SELECT * FROM attio_fdw_sync('crm')"))
    out = database.value(f"{FAST}\nSET client_min_messages = error; SET attio_fdw.log_writes = off;\n\\o /dev/null\n{scan};{write};{sync};\n\\o\n"
                         f"{scan};{write};{sync};")
    return dict(zip(("ms of CPU, scan", "ms of CPU, UPDATE of all", "ms of CPU, attio_fdw_sync"), map(float, out.split("\n"))))


def texts(database, size):
    """Requests and time of IN with many texts."""
    query = "$q$SELECT count(*) FROM wide WHERE a0 IN (%s)$q$" % ", ".join(f"'text {i}'" for i in range(size))
    out = database.value(f"{FAST}\n\\o /dev/null\nSELECT a0 FROM wide LIMIT 1;\n\\o\nSELECT ms FROM timed({query}, 1); SELECT counted(explained({query}), 'Attio Requests')")
    ms, requests = out.split("\n")
    return {"requests": float(requests), "ms": float(ms)}


def definitions(database, _):
    """What a first statement waits for before it asks for rows."""
    return {"requests in a row": float(database.value(f"{FAST} SELECT ms FROM timed('SELECT a0 FROM wide LIMIT 1', 1)")) / LATENCY - 1}


def pages(database, _):
    """Bytes of a page, and what a scan of all columns takes."""
    query = "$q$SELECT * FROM wide$q$"
    out = database.value(f"{FAST}\n\\o /dev/null\nSELECT a0 FROM wide LIMIT 1;\n\\o\nSELECT peak FROM consumed() \\gset before_\n"
                         f"SELECT cpu FROM timed({query}, 1); SELECT peak - :before_peak FROM consumed();"
                         f"SELECT counted(p, 'Attio Bytes Received') / counted(p, 'Attio Pages') FROM explained({query}) p")
    cpu, peak, size = [float(each) for each in out.split("\n")]
    return {"MB a page": size / 1e6, "MB of peak memory": peak / 1024, "microseconds of CPU a row": cpu * 1000 / PAGED}


def beside(database, size):
    """A lookup beside scans that read ahead side by side, at the default rate, in one session."""
    lookup = f"$q$SELECT a0 FROM few WHERE record_id = '{ident(7)}'$q$"
    scans = "DECLARE c CURSOR FOR " + " UNION ALL ".join(["SELECT a1 FROM few"] * size) + f"; FETCH {160 * size} FROM c;"
    out = database.value(f"{FAST}\nSELECT ms FROM timed({lookup}, 1);\n\\o /dev/null\nBEGIN; {scans}\n\\o\nSELECT ms FROM timed({lookup}, 1); ROLLBACK;")
    return {"ms": float(out.split("\n")[-1])}


def scan(database, size):
    """What a row takes of a scan, of one column and of all."""
    cpu = "SELECT cpu FROM timed('SELECT %s FROM wide', 1)"
    out = database.value(f"{FAST} SELECT a0 FROM wide LIMIT 1; {cpu % 'a1'}; {cpu % '*'}").split("\n")
    one, every = [float(each) * 1000 / size for each in out[-2:]]
    return {"microseconds of CPU a row, 1 column": one, "microseconds of CPU a row, all": every}


def another_order(database, size):
    """What a row takes whose attributes come in another order than the columns stand in."""
    columns = ", ".join(f"a{i} {TYPES[i % len(TYPES)]}" for i in reversed(range(size)))
    out = database.value(f"{FAST} CREATE FOREIGN TABLE turned (record_id uuid, {columns}) SERVER attio OPTIONS (object 'wide');"
                         "SELECT a0 FROM turned LIMIT 1; SELECT cpu FROM timed('SELECT * FROM turned', 1)")
    return {"microseconds of CPU a row": float(out.split("\n")[-1]) * 1000 / PAGED}


LATENCY = 100
PAGED = 1000
# name, what is sized, sizes, up to which another version is measured, attributes and records of the server (None = so many as
# the size), latency, rates, measure
CASES = (
    ("branches", "branches of UNION ALL", (12, 120, 1200), 120, 20, 250, 0, RATES, branches),
    ("by hand", "columns of a table made by hand", (10, 100, 1000), 1000, None, 1, 0, RATES, by_hand),
    ("by id", "columns of an imported table", (10, 100, 1000), 1000, None, 1, 0, RATES, by_id),
    ("texts", "texts in IN, of 10,000 records", (10, 100, 1000), 1000, 10, 10000, 0, RATES, texts),
    ("definitions", "attributes, first statement", (20, 200, 1000), 1000, None, 1, LATENCY, RATES, definitions),
    ("pages", "attributes, all columns", (10, 100, 1000), 1000, None, PAGED, 0, RATES, pages),
    ("scan", "records of 20 attributes", (1000, 10000, 100000), 100000, 20, None, 0, RATES, scan),
    ("order", "attributes in another order than columns, all columns", (10, 100, 1000), 1000, None, PAGED, 0, RATES, another_order),
    ("beside", "scans beside a lookup", (1, 10, 50), 50, 4, 100000, 0, "", beside),
)


def prepare(database, library):
    must(database.psql("IMPORT FOREIGN SCHEMA objects LIMIT TO (wide) FROM SERVER attio INTO crm;"
                       "CREATE FOREIGN TABLE few (record_id uuid, a0 text, a1 numeric) SERVER attio OPTIONS (object 'wide', page_size '20');"
                       + CONSUMED + TIMED + COUNTED))
    if library:
        must(database.psql(f"UPDATE pg_proc SET probin = '{os.path.abspath(library)}' WHERE probin = '$libdir/attio_fdw'"))


def measure(case, versions):
    """The figures of a case: by version, a dictionary for each size."""
    _, _, sizes, most_before, attributes, records, latency, rates, function = case
    results = {version: [] for version, _ in versions}
    for size in sizes:
        with Prepared(attributes or size, records or size, latency) as prepared:
            for version, library in versions:
                if version == "before" and size > most_before:
                    continue
                with Database(f"attio_limits_{version}", prepared, rates, schema=None) as database:
                    prepare(database, library)
                    results[version].append(function(database, size))
    return results


def number(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def exponent(sizes, values):
    if len(values) < 2:
        return "-"
    first, last = max(values[0], 0.1), max(values[-1], 0.1)
    return f"{math.log(last / first) / math.log(sizes[len(values) - 1] / sizes[0]):.2f}"


def run(arguments):
    """The lines of the table."""
    versions = ([("before", arguments.before)] if arguments.before else []) + [("now", None)]
    lines = ["| growing | sizes | figure | " + " | ".join(f"{version} | exponent" for version, _ in versions) + " |", "|" + "---|" * (3 + 2 * len(versions))]
    print("\n".join(lines), flush=True)
    for case in CASES:
        if arguments.only and arguments.only != case[0]:
            continue
        results, sizes = measure(case, versions), case[2]
        for figure in results["now"][0]:
            cells = [case[1], ", ".join(f"{size:,}" for size in sizes), figure]
            for version, _ in versions:
                values = [each[figure] for each in results[version]]
                cells += [", ".join([*map(number, values), *["-"] * (len(sizes) - len(values))]), exponent(sizes, values)]
            lines.append(f"| {' | '.join(cells)} |")
            print(lines[-1], flush=True)
    return lines


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--only")
    parser.add_argument("--before")
    parser.add_argument("--write")
    arguments = parser.parse_args()
    lines = run(arguments)
    if arguments.write:
        write_table(arguments.write, "limits", lines)


if __name__ == "__main__":
    main()
