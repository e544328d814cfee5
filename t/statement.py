#!/usr/bin/env python3
"""What holds for a whole statement, whatever parts of it write: how many rows it may write, and rows that nobody comes
for.
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import QUICK, Workspace, must  # noqa: E402
from cases import case, run, tap  # noqa: E402

SETTINGS = "SET attio_fdw.log_writes = off; SET attio_fdw.max_rows_written = 5;"


def prepare(_emulator, database):
    must(database.psql("""
        CREATE TABLE parent (a_text text, a_number numeric, record_id uuid);
        CREATE FOREIGN TABLE one () INHERITS (parent) SERVER attio OPTIONS (object 'all_types');
        CREATE FOREIGN TABLE two () INHERITS (parent) SERVER attio OPTIONS (object 'companies',
            missing_attribute 'null');
        ALTER FOREIGN TABLE two ALTER a_text OPTIONS (ADD attribute 'description')"""))


WORK = Workspace("--scale", "10", options=QUICK, before=prepare)


@case(WORK)
def limit(emulator, database):
    """Four rows in each of two children: neither has too many."""
    must(database.psql("""
        SET attio_fdw.log_writes = off;
        INSERT INTO one (a_text, a_number) SELECT 'limit', i FROM generate_series(1, 4) i;
        INSERT INTO two (a_text) SELECT 'limit' FROM generate_series(1, 4) i"""))
    for name, sql, sent in (
            ("UPDATE of a parent", "UPDATE parent SET a_text = 'more' WHERE a_text = 'limit'", 0),
            ("DELETE of a parent", "DELETE FROM parent WHERE a_text = 'limit'", 0),
            ("DELETE of a parent with RETURNING", "DELETE FROM parent WHERE a_text = 'limit' RETURNING a_number", 5),
            ("two parts",
             "WITH a AS (DELETE FROM one WHERE a_text = 'limit' AND a_number > 2 RETURNING 1), b AS (UPDATE two "
             "SET a_text = 'more' WHERE a_text = 'limit' RETURNING 1) "
             "SELECT (SELECT count(*) FROM a), (SELECT count(*) FROM b)", 5)):
        must(database.psql("SET attio_fdw.log_writes = off; DELETE FROM one WHERE a_text = 'limit'; DELETE FROM two "
                           "WHERE a_text = 'limit' OR a_text = 'more';"
                           "INSERT INTO one (a_text, a_number) SELECT 'limit', i FROM generate_series(1, 4) i; "
                           "INSERT INTO two (a_text) SELECT 'limit' FROM generate_series(1, 4) i"))
        emulator.forget()
        result = database.psql(SETTINGS + sql)
        tap.ok("more than 5 rows" in result.err and len(emulator.sent()) == sent,
               f"{name}: rows of all tables and parts count, {sent} are written", (result, emulator.sent()))
    must(database.psql("SET attio_fdw.log_writes = off; INSERT INTO one (a_text, a_number) SELECT 'anew', i "
                       "FROM generate_series(1, 4) i"))
    emulator.forget()
    result = database.psql(SETTINGS
                           + "UPDATE one SET a_number = 9 WHERE a_text = 'anew'; DELETE FROM one WHERE a_text = 'anew'")
    tap.ok(result.code == 0 and len(emulator.sent()) == 8, "each statement counts anew", result)


@case(WORK)
def left_behind(_emulator, database):
    """Rows on disk that nobody comes for leave no file behind."""
    must(database.psql("SET attio_fdw.log_writes = off; INSERT INTO one (a_text, a_number) SELECT repeat('long', 200), "
                       "100 + i FROM generate_series(1, 150) i"))
    for name, sql in (("rows named by ids",
                       "UPDATE one SET a_number = 5 WHERE record_id = ANY ((SELECT array_agg(record_id) FROM one "
                       "WHERE a_number > 100)::uuid[]) RETURNING a_text"),
                      ("rows that were read",
                       "UPDATE one SET a_number = a_number + 1 WHERE length(a_text) = 800 RETURNING a_text")):
        result = database.psql(f"SET work_mem = '64kB'; SET attio_fdw.log_writes = off; {sql}")
        tap.ok(result.code == 0 and "leak" not in result.err, f"{name}: all of RETURNING", result.err)
        block = f"DECLARE r text; BEGIN {sql} INTO r; EXCEPTION WHEN too_many_rows THEN NULL; END"
        block = block.replace("> 100", "> 0")
        result = database.psql(f"SET work_mem = '64kB'; SET attio_fdw.log_writes = off; DO $$ {block} $$")
        tap.ok(result.code == 0 and "leak" not in result.err, f"{name}: two of RETURNING's rows", result.err)


run()
