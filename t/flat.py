#!/usr/bin/env python3
"""One session stays flat: memory contexts, memory and descriptors, over statements, failures, and rows of one statement.

ATTIO_FLAT=STATEMENTS,FAILURES,ROWS sets how many; 30000,2000,10000 takes some minutes.
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import QUICK, Workspace, must  # noqa: E402
from cases import case, run, tap  # noqa: E402

STATEMENTS, FAILURES, ROWS = (int(n) for n in os.environ.get("ATTIO_FLAT", "600,60,300").split(","))
# kB by which malloc's memory may differ, which keeps some of what it has once given out; after many writes more of it
MARGIN_KB, WRITING_KB = 1024, 8192
# Connections that a session may have more or fewer than before: those that were cut come back when they are needed.
CONNECTIONS = 8

# What a session has: memory contexts, ours among them, bytes in use, descriptors, kB of data.
COUNTS = """SELECT 'counts', count(*), count(*) FILTER (WHERE name LIKE 'attio%'), sum(used_bytes),
    (SELECT count(*) FROM pg_ls_dir('/proc/self/fd')),
    substring(pg_read_file('/proc/self/status') FROM 'VmData:\\s+(\\d+)') FROM pg_backend_memory_contexts;
"""
START = "\\set ON_ERROR_STOP off\nSET client_min_messages = error; SET jit = off;\n"

READS = (
    "SELECT count(name) FROM people;",
    "SELECT name FROM people LIMIT 1;",
    "SELECT count(*) FROM people WHERE name LIKE 'A%' OR created_at > '2024-01-01';",
    "SELECT name FROM people ORDER BY created_at DESC LIMIT 3;",
    "SELECT count(p.name) FROM keys JOIN people p USING (record_id);",
    "EXECUTE by_key;",
    "EXPLAIN (VERBOSE) SELECT count(*) FROM all_types WHERE a_select <> 'one' AND a_number > 5;",
    "UPDATE all_types SET a_number = coalesce(a_number, 0) + 1 WHERE record_id = (SELECT record_id FROM one);",
    "INSERT INTO all_types (a_text) VALUES ('flat') RETURNING record_id \\gset flat_\n",
    "DELETE FROM all_types WHERE record_id = :'flat_record_id';",
)
BAD = (
    "SELECT 1 / (length(name) - length(name)) FROM people;",
    "INSERT INTO all_types (a_select) VALUES ('no such option');",
    "UPDATE all_types SET a_text = repeat('x', 10) WHERE record_id = (SELECT record_id FROM one) "
    "RETURNING 1 / (length(a_text) - 10);",
    "SELECT 1 FROM people WHERE name LIKE 'A%' AND 1 / (length(name) - length(name)) = 1;",
    "BEGIN; DECLARE c CURSOR FOR SELECT name FROM people; FETCH 1 FROM c; SELECT no_such_column FROM people; ROLLBACK;",
    "SET statement_timeout = '2ms'; SELECT count(a.name || b.name) FROM people a, people b; RESET statement_timeout;",
)


def prepare(_emulator, database):
    must(database.psql("""
        CREATE TABLE public.keys AS SELECT record_id FROM crm.people LIMIT 5;
        CREATE TABLE public.one (record_id uuid);
        WITH w AS (INSERT INTO crm.all_types (a_text) VALUES ('one') RETURNING record_id)
        INSERT INTO public.one SELECT record_id FROM w"""))


WORK = Workspace("--scale", "40", options=QUICK, before=prepare)


def counts(out):
    """The figures, in the order in which they were asked for."""
    return [tuple(int(n) for n in line.split("|")[1:]) for line in out.split("\n") if line.startswith("counts|")]


def in_one_session(database, *scripts):
    """Run each, and say what the session has after each."""
    return counts(database.psql(START + "PREPARE by_key AS SELECT name FROM people WHERE record_id = "
                                "(SELECT record_id FROM keys LIMIT 1);\n" + "".join(s + COUNTS for s in scripts)).out)


def repeated(statements, n):
    return "\n".join(statements[i % len(statements)] for i in range(n)) + "\n"


def judge(found, what, margin_kb=MARGIN_KB):
    """Is the last as the first?"""
    if not tap.ok(len(found) >= 2, f"{what}: the session lives", found):
        return
    (contexts, ours, used, descriptors, data), last = found[0], found[-1]
    tap.ok(last[0] <= contexts and last[1] <= ours, f"{what}: no more memory contexts than before", found)
    tap.ok(last[3] - descriptors <= CONNECTIONS, f"{what}: {last[3] - descriptors:+d} descriptors", found)
    tap.ok(last[2] - used < 16 * 1024, f"{what}: {last[2] - used:+d} bytes in them", found)
    tap.ok(last[4] - data < margin_kb, f"{what}: {last[4] - data:+d} kB of data", found)


@case(WORK)
def statements(_emulator, database):
    """The first round fills caches."""
    first = repeated(READS, 20 * len(READS)) + repeated(BAD, 5 * len(BAD))
    judge(in_one_session(database, first, repeated(READS, STATEMENTS)), f"{STATEMENTS} statements")
    judge(in_one_session(database, first, repeated(BAD, FAILURES)), f"{FAILURES} failures")


@case(WORK)
def rows(emulator, database):
    """Many rows written by one statement, whatever it is: the second time nothing more is left than the first time."""
    write = ("INSERT INTO all_types (a_text, a_number) SELECT 'many', i FROM generate_series(1, {0}) i;\n",
             "UPDATE all_types SET a_number = a_number + 1 WHERE a_text = 'many';\n",
             "DELETE FROM all_types WHERE a_text = 'many';\n")
    settings = "SET attio_fdw.max_rows_written = 0;\n"
    emulator.forget()
    found = in_one_session(database, settings + "".join(write).format(20), *(w.format(ROWS) for w in write + write))
    sent = [e for e in emulator.log() if e["method"] in ("PUT", "PATCH", "DELETE")
            or e["path"].endswith("/records")]
    tap.ok(len(sent) >= 6 * ROWS, f"{ROWS} rows written six times", len(sent))
    judge(found[len(write):], f"{ROWS} rows of a statement", WRITING_KB)


run()
