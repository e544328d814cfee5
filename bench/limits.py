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
from typing import Callable, NamedTuple, Optional

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import Database, must  # noqa: E402
from pairs import MEASURE as TIMED  # noqa: E402
from prepared import Prepared, ident  # noqa: E402
from writes import MEASURE as CONSUMED, RATES  # noqa: E402
from tables import write_table  # noqa: E402

PEAK = "SELECT peak FROM consumed() \\gset before_"
SINCE = "SELECT peak - :before_peak FROM consumed()"
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


def branches(database, size, _):
    """Peak memory of a UNION ALL of many branches, each of one page."""
    def union(count):
        return "SELECT count(a1) FROM (" + " UNION ALL ".join(["SELECT a1 FROM wide"] * count) + ") s"
    out = database.value(f"{FAST}\n\\o /dev/null\n{union(2)};\n\\o\nSELECT peak FROM consumed() \\gset before_\n{union(size)};\nSELECT peak - :before_peak FROM consumed();").split("\n")
    return {"MB of peak memory": float(out[-1]) / 1024}


def by_hand(database, size, _):
    """CPU of a statement on a table that was made by hand, without options of columns."""
    columns = ", ".join(f"a{i} {TYPES[i % len(TYPES)]}" for i in range(size))
    query = "$q$SELECT * FROM hand LIMIT 1$q$"
    out = database.value(f"{FAST} CREATE FOREIGN TABLE hand (record_id uuid, {columns}) SERVER attio OPTIONS (object 'wide');"
                         f"SELECT * FROM timed({query}, 1); SELECT cpu FROM timed({query}, {max(1, 1000 // size)});")
    return {"ms of CPU": float(out.split("\n")[-1])}


def by_id(database, size, _):
    """CPU of statements on an imported table, whose columns name their attributes by id."""
    every = "SELECT cpu FROM timed($q$%s$q$, 5)"
    kinds = ("'another text'", "4321.5", "false", "'2025-03-01'")
    update = f"UPDATE wide SET {', '.join(f'a{i} = {kinds[i % 4]}' for i in range(size))} WHERE record_id = '{ident(0)}'"
    scan, write, sync = (every % query for query in ("SELECT * FROM wide LIMIT 1", update, "SELECT * FROM attio_fdw_sync('crm')"))
    out = database.value(f"{FAST}\nSET client_min_messages = error; SET attio_fdw.log_writes = off;\n\\o /dev/null\n{scan};{write};{sync};\n\\o\n"
                         f"{scan};{write};{sync};")
    return dict(zip(("ms of CPU, scan", "ms of CPU, UPDATE of all", "ms of CPU, attio_fdw_sync"), map(float, out.split("\n"))))


def texts(database, size, _):
    """Requests and time of IN with many texts."""
    query = "$q$SELECT count(*) FROM wide WHERE a0 IN (%s)$q$" % ", ".join(f"'text {i}'" for i in range(size))
    out = database.value(f"{FAST}\n\\o /dev/null\nSELECT a0 FROM wide LIMIT 1;\n\\o\nSELECT ms FROM timed({query}, 1); SELECT counted(explained({query}), 'Attio Requests')")
    ms, requests = out.split("\n")
    return {"requests": float(requests), "ms": float(ms)}


def definitions(database, *_):
    """What a first statement waits for before it asks for rows."""
    return {"requests in a row": float(database.value(f"{FAST} SELECT ms FROM timed('SELECT a0 FROM wide LIMIT 1', 1)")) / LATENCY - 1}


def pages(database, *_):
    """Bytes of a page, and what a scan of all columns takes."""
    query = "$q$SELECT * FROM wide$q$"
    out = database.value(f"{FAST}\n\\o /dev/null\nSELECT a0 FROM wide LIMIT 1;\n\\o\nSELECT peak FROM consumed() \\gset before_\n"
                         f"SELECT cpu FROM timed({query}, 1); SELECT peak - :before_peak FROM consumed();"
                         f"SELECT counted(p, 'Attio Bytes Received') / counted(p, 'Attio Pages') FROM explained({query}) p")
    cpu, peak, size = [float(each) for each in out.split("\n")]
    return {"MB a page": size / 1e6, "MB of peak memory": peak / 1024, "microseconds of CPU a row": cpu * 1000 / PAGED}


def beside(database, size, server):
    """A lookup beside scans that read ahead side by side, at the default rate, in one session, and after they were closed; and
    how the scans share the rate: the pages of each are told apart by their sizes."""
    must(database.psql("".join("CREATE FOREIGN TABLE few_%d (record_id uuid, a0 text, a1 numeric) SERVER attio OPTIONS (object 'wide', page_size '%d');"
                               % (i, 20 + i) for i in range(size))))
    lookup = f"SELECT ms FROM timed($q$SELECT a0 FROM few_0 WHERE record_id = '{ident(7)}'$q$, 1);"
    cursor = "BEGIN; DECLARE c CURSOR FOR " + " UNION ALL ".join(f"SELECT a1 FROM few_{i}" for i in range(size)) + "; "
    out = database.value(f"{FAST}\n\\o /dev/null\n{lookup}\n{cursor} FETCH {160 * size} FROM c;\n\\o\n{lookup} CLOSE c; {lookup} ROLLBACK").split("\n")
    server.counts()
    ms = float(database.value(f"{FAST}\n{cursor}\n\\o /dev/null\nFETCH 1 FROM c;\n\\o\nSELECT clock_timestamp() AS since \\gset\n\\o /dev/null\n"
                              f"FETCH {20 * sum(20 + i for i in range(size))} FROM c;\n\\o\n"
                              "SELECT extract(epoch FROM clock_timestamp() - :'since') * 1000; ROLLBACK"))
    asked = server.counts()["limits"]
    # the first page of each has 64 rows, which prove an order; no more than 24 are read side by side
    pages = [count for limit, count in asked.items() if 20 <= int(limit) < 20 + size and limit != "64"]
    return {"ms of the lookup": float(out[0]), "ms of one when they are closed": float(out[1]), "requests a second": sum(asked.values()) * 1000 / ms,
            "% between most and fewest pages of scans side by side": (max(pages) - min(pages)) * 100 * len(pages) / sum(pages)}


def alone(database, *_):
    """A scan whose pages take time."""
    out = database.value(f"{FAST} SELECT a0 FROM wide LIMIT 1; SELECT ms FROM timed('SELECT a1 FROM wide', 1)")
    return {"ms": float(out.split("\n")[-1])}


def imported(database, size, server):
    """What an import waits for, and a query of the options of all selects."""
    must(database.psql("CREATE SCHEMA whole; IMPORT FOREIGN SCHEMA workspace FROM SERVER attio INTO whole"))
    server.counts()
    must(database.psql("IMPORT FOREIGN SCHEMA objects FROM SERVER attio INTO whole; IMPORT FOREIGN SCHEMA lists FROM SERVER attio INTO whole"))
    of_import = server.counts()["in_a_row"]
    rows = database.value("SELECT count(*) FROM whole.select_options")
    if rows != str(3 * size):
        raise AssertionError(f"{rows} options were read")
    return {"requests in a row, import": of_import, "requests in a row, select_options": server.counts()["in_a_row"]}


def large(database, size, _):
    """What is received for rows of so many kilobytes."""
    query = "$q$SELECT count(a0) FROM wide$q$"
    out = database.value(f"{FAST}\n\\o /dev/null\nSELECT a1 FROM wide LIMIT 1;\n\\o\n{PEAK}\n"
                         f"SELECT counted(explained({query}), 'Attio Bytes Received'); {SINCE}").split("\n")
    return {"MB received for each MB of rows": float(out[0]) / (1000 * size * LARGE), "MB of peak memory": float(out[1]) / 1024}


def tasks(database, size, _):
    """What a row takes of a listing that has no columns of attributes."""
    must(database.psql("IMPORT FOREIGN SCHEMA workspace LIMIT TO (tasks) FROM SERVER attio INTO crm"))
    out = database.value(f"{FAST} SELECT task_id FROM tasks LIMIT 1;\n{PEAK}\nSELECT cpu FROM timed('SELECT * FROM tasks', 1); {SINCE}").split("\n")
    return {"microseconds of CPU a row": float(out[-2]) * 1000 / size, "MB of peak memory": float(out[-1]) / 1024}


def keys(database, size, _):
    """What a key takes that takes a request."""
    must(database.psql("IMPORT FOREIGN SCHEMA workspace LIMIT TO (tasks) FROM SERVER attio INTO crm"))
    query = f"SELECT * FROM tasks WHERE task_id = ANY (ARRAY(SELECT gen_random_uuid() FROM generate_series(1, {size})))"
    out = database.value(f"{FAST} SELECT task_id FROM tasks LIMIT 1;\n{PEAK}\nSELECT cpu FROM timed('{query}', 1); {SINCE}").split("\n")
    return {"microseconds of CPU a key": float(out[-2]) * 1000 / size, "MB of peak memory": float(out[-1]) / 1024}


def connect_affinity(database, server):
    must(database.psql(f"CREATE SERVER affinity FOREIGN DATA WRAPPER affinity_fdw OPTIONS (base_url '{server.url}', requests_per_minute '100000');"
                       "CREATE USER MAPPING FOR CURRENT_USER SERVER affinity OPTIONS (api_key 'key'); CREATE SCHEMA affinity;"
                       "IMPORT FOREIGN SCHEMA affinity LIMIT TO (interactions) FROM SERVER affinity INTO affinity"))


def interactions(database, size, server):
    """What a row takes of a listing by cursor: the e-mails of a company in one window of Affinity's."""
    connect_affinity(database, server)
    query = "SELECT * FROM affinity.interactions WHERE company_id = 7 AND type = ''email'' AND date > ''2024-01-01Z'' AND date < ''2025-01-01Z''"
    out = database.value(f"{FAST} SELECT count(*) FROM affinity.interactions WHERE company_id = 7 AND type = 'call' AND date > '2024-01-01Z' AND date < '2024-02-01Z';\n{PEAK}\nSELECT cpu FROM timed('{query}', 1); {SINCE}").split("\n")
    return {"microseconds of CPU a row": float(out[-2]) * 1000 / size, "MB of peak memory": float(out[-1]) / 1024}


def windows(database, size, server):
    """What is held for windows before there is a row: all types of so many companies, ten years, eleven windows of each."""
    connect_affinity(database, server)
    query = (f"SELECT date FROM affinity.interactions WHERE date > '2014-06-15Z' AND date < '2024-06-15Z' AND company_id = ANY "
             f"(ARRAY(SELECT i FROM generate_series(1, {size}) i)) ORDER BY date DESC")
    out = database.value(f"{FAST} SELECT count(*) FROM affinity.interactions WHERE company_id = 7 AND type = 'call' AND date > '2024-01-01Z' AND date < '2024-02-01Z';\n{PEAK}\nBEGIN; DECLARE c CURSOR FOR {query};\n\\o /dev/null\nFETCH 1 FROM c;\n\\o\n{SINCE}; ROLLBACK").split("\n")
    return {"MB of peak memory": float(out[-1]) / 1024}


def scan(database, size, _):
    """What a row takes of a scan, of one column and of all."""
    cpu = "SELECT cpu FROM timed('SELECT %s FROM wide', 1)"
    out = database.value(f"{FAST} SELECT a0 FROM wide LIMIT 1; {cpu % 'a1'}; {cpu % '*'}").split("\n")
    one, every = [float(each) * 1000 / size for each in out[-2:]]
    return {"microseconds of CPU a row, 1 column": one, "microseconds of CPU a row, all": every}


def another_order(database, size, _):
    """What a row takes whose attributes come in another order than the columns stand in."""
    columns = ", ".join(f"a{i} {TYPES[i % len(TYPES)]}" for i in reversed(range(size)))
    out = database.value(f"{FAST} CREATE FOREIGN TABLE turned (record_id uuid, {columns}) SERVER attio OPTIONS (object 'wide');"
                         "SELECT a0 FROM turned LIMIT 1; SELECT cpu FROM timed('SELECT * FROM turned', 1)")
    return {"microseconds of CPU a row": float(out.split("\n")[-1]) * 1000 / PAGED}


LATENCY = 100
PAGED = 1000
LARGE = 300


class Case(NamedTuple):
    """Attributes and records of the server: None = so many as the size; "more" are further flags of it, {} stands for the size."""
    name: str
    what: str
    sizes: tuple
    measure: Callable
    most_before: int = 1000         # up to which another version is measured
    attributes: Optional[int] = 4
    records: Optional[int] = 1
    latency: int = 0
    rates: str = RATES
    more: dict = {}


CASES = (
    Case("branches", "branches of UNION ALL", (12, 120, 1200), branches, 120, 20, 250),
    Case("by hand", "columns of a table made by hand", (10, 100, 1000), by_hand, attributes=None),
    Case("by id", "columns of an imported table", (10, 100, 1000), by_id, attributes=None),
    Case("texts", "texts in IN, of 10,000 records", (10, 100, 1000), texts, attributes=10, records=10000),
    Case("definitions", "attributes, first statement", (20, 200, 1000), definitions, attributes=None, latency=LATENCY),
    Case("import", "objects and lists", (10, 100, 1000), imported, latency=20, more={"things": "{}"}),
    Case("pages", "attributes, all columns", (10, 100, 1000), pages, attributes=None, records=PAGED),
    Case("large", f"kilobytes of a record, {LARGE} records", (10, 100, 1000), large, attributes=2, records=LARGE, more={"size": "{}000"}),
    Case("scan", "records of 20 attributes", (1000, 10000, 100000), scan, 100000, 20, None),
    Case("alone", "records, 200 ms latency", (1000, 10000, 100000), alone, 100000, 4, None, 200),
    Case("order", "attributes in another order than columns, all columns", (10, 100, 1000), another_order, attributes=None, records=PAGED),
    Case("beside", "scans beside a lookup", (1, 10, 50), beside, records=100000, rates=""),
    Case("tasks", "tasks", (1000, 10000, 100000), tasks, 0, records=None),
    Case("keys", "keys that take a request each", (100, 1000, 10000), keys, 0),
    Case("interactions", "Affinity's interactions of a company", (1000, 10000, 100000), interactions, 0, records=None),
    Case("windows", "companies, ten years of windows", (10, 100, 1000), windows, 0),
)


def prepare(database, library):
    must(database.psql("IMPORT FOREIGN SCHEMA objects LIMIT TO (wide) FROM SERVER attio INTO crm;"
                       + CONSUMED + TIMED + COUNTED))
    if library:
        must(database.psql(f"UPDATE pg_proc SET probin = '{os.path.abspath(library)}' WHERE probin = '$libdir/attio_fdw'"))


def measure(case, versions):
    """The figures of a case: by version, a dictionary for each size."""
    results, failed = {version: [] for version, _ in versions}, False
    for size in case.sizes:
        with Prepared(case.attributes or size, case.records or size, case.latency, **{name: text.format(size) for name, text in case.more.items()}) as server:
            for version, library in versions:
                if version == "before" and (failed or size > case.most_before):
                    continue
                with Database(f"attio_limits_{version}", server, case.rates, schema=None) as database:
                    prepare(database, library)
                    try:
                        results[version].append(case.measure(database, size, server))
                    except AssertionError as error:
                        if version != "before":
                            raise
                        failed = True
                        print(f"limits: {case.name}: the other version fails at {size:,}: {str(error).splitlines()[0]}", flush=True)
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
        if arguments.only and arguments.only != case.name:
            continue
        results, sizes = measure(case, versions), case.sizes
        for figure in results["now"][0]:
            cells = [case.what, ", ".join(f"{size:,}" for size in sizes), figure]
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
