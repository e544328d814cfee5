#!/usr/bin/env python3
"""What writes by accident: a dump that is restored, ON CONFLICT DO NOTHING over an upsert; and what a statement says
that wrote less than it seems.
"""
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import QUICK, Workspace, must, psql  # noqa: E402
from cases import case, run, tap  # noqa: E402

RESTORED = "attio_restored"
GONE = '{"status_code":404,"type":"invalid_request_error","code":"not_found","message":"Record was not found."}'


def program(name):
    beside = os.path.join(os.path.dirname(os.environ.get("PSQL", "")), name)
    return beside if os.path.exists(beside) else shutil.which(name)


def call(*command, settings=""):
    environment = dict(os.environ, PGOPTIONS=settings)
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False, timeout=300)


def restore(folder, kind, database, settings=""):
    """Dump with these flags, restore into a new database; what was said."""
    path = os.path.join(folder, "dump")
    custom = "-Fc" in kind
    dumped = call(program("pg_dump"), "--include-foreign-data=attio", *kind, "-f", path, database)
    if dumped.returncode != 0:
        raise RuntimeError(dumped.stderr)
    psql(f"DROP DATABASE IF EXISTS {RESTORED} WITH (FORCE)", database="postgres")
    must(psql(f"CREATE DATABASE {RESTORED}", database="postgres"))
    if custom:
        return call(program("pg_restore"), "-d", RESTORED, path, settings=settings).stderr
    return call(program("psql"), "-Xq", "-d", RESTORED, "-f", path, settings=settings).stderr


WORK = Workspace("--scale", "20", options=QUICK)
DUMPED = Workspace("--scale", "20", options=QUICK, name="attio_dumped")


@case(DUMPED)
def dumps(emulator, database):
    if not (program("pg_dump") and program("pg_restore")):
        tap.skip("dumps", "no pg_dump")
        return
    must(database.psql("""DROP SCHEMA crm CASCADE; CREATE SCHEMA crm; CREATE TABLE crm.kept (n int);
        INSERT INTO crm.kept VALUES (1);
        CREATE FOREIGN TABLE crm.tags (a_text text, a_number numeric) SERVER attio OPTIONS (object 'all_types');
        INSERT INTO crm.tags (a_text) VALUES ('one'), ('two')"""))
    total = int(database.value("SELECT count(*) FROM crm.tags"))
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        for kind in ([], ["-Fc"], ["--inserts"], ["--column-inserts", "--rows-per-insert=10"], ["-Fc", "--inserts"]):
            name = " ".join(kind) or "plain"
            emulator.forget()
            said = restore(folder, kind, database.name)
            tap.ok("55000" in said or ' into foreign table "tags" is refused' in said, f"{name}: refused", said)
            tap.ok("allow_copy" in said and "create every row again" in said,
                   f"{name}: and says why, and what allows it", said)
            tap.equal(emulator.sent(), [], f"{name}: nothing is written")
            tap.equal(psql("SELECT n FROM crm.kept", database=RESTORED).out, "1", f"{name}: all else is restored")
            tap.equal(int(psql("SELECT count(*) FROM crm.tags", database=RESTORED).out), total,
                      f"{name}: and the table reads as before")
        emulator.forget()
        restore(folder, [], database.name, "-c attio_fdw.allow_copy=on")
        tap.equal(len(emulator.sent()), total, "the setting allows it: all rows are made again")
    psql(f"DROP DATABASE IF EXISTS {RESTORED} WITH (FORCE)", database="postgres")
    copy = "COPY crm.tags (a_text) FROM stdin;\nx\n\\.\n"
    result = database.psql(copy)
    tap.ok("55000" in result.err and 'COPY into foreign table "tags" is refused' in result.err, "COPY is refused",
           result)
    must(database.psql("ALTER FOREIGN TABLE crm.tags OPTIONS (ADD allow_copy 'true')"))
    tap.ok(database.psql(copy).code == 0, "the table's option allows it")
    must(database.psql("ALTER FOREIGN TABLE crm.tags OPTIONS (SET allow_copy 'false'); SET attio_fdw.allow_copy = on; "
                       + copy))
    tap.ok(True, "and the setting")
    must(database.psql("CREATE TABLE parted (a_text text, a_number numeric) PARTITION BY LIST (a_text); "
                       "CREATE FOREIGN TABLE part PARTITION OF parted FOR VALUES IN ('x') SERVER attio "
                       "OPTIONS (object 'all_types')"))
    emulator.forget()
    result = database.psql("COPY parted (a_text) FROM stdin;\nx\n\\.\n")
    tap.ok('COPY into foreign table "part" is refused' in result.err and not emulator.sent(),
           "COPY through a partitioned parent", result)
    result = database.psql("SET check_function_bodies = off; SELECT pg_catalog.set_config('search_path', '', false); "
                           "INSERT INTO crm.parted VALUES ('x', 1)")
    tap.ok('INSERT of a dump into foreign table "part" is refused' in result.err and not emulator.sent(),
           "INSERT of a dump through one", result)
    result = database.psql("SET check_function_bodies = off; INSERT INTO crm.tags VALUES ('x', 1)")
    tap.ok(result.code == 0, "an INSERT under one of the settings of a dump is none of a dump", result)


@case(WORK)
def conflicts(emulator, database):
    must(database.psql("""CREATE FOREIGN TABLE upsert (name text, domains text[], description text) SERVER attio
            OPTIONS (object 'companies', matching_attribute 'domains');
        INSERT INTO companies (name, domains, description) VALUES ('First', '{conflict.com}', 'kept')"""))
    emulator.forget()
    result = database.psql("INSERT INTO upsert (name, domains, description) "
                           "VALUES ('Second', '{conflict.com}', 'lost') ON CONFLICT DO NOTHING")
    tap.ok("0A000" in result.err and "matching_attribute" in result.err,
           "ON CONFLICT DO NOTHING is refused where an INSERT updates", result)
    tap.equal([e["path"] for e in emulator.log()], [], "before any request")
    tap.equal(database.value("SELECT name, description FROM companies WHERE domains = '{conflict.com}'"), "First|kept",
              "and the row is as it was")


@case(WORK)
def counts(emulator, database):
    def tag(sql):
        return database.psql("\\set QUIET off\n" + sql)

    must(database.psql("INSERT INTO all_types (a_text, a_number) SELECT 'gone', i FROM generate_series(1, 29) i"))
    update = "UPDATE all_types SET a_number = a_number + 1 WHERE a_text = 'gone'"
    emulator.faults({"match": {"method": "PUT"}, "status": 404, "body": GONE})
    result = tag(update)
    tap.ok(result.out == "UPDATE 0" and "29 of the rows" in result.err, "rows that were gone do not count", result)
    result = tag(f"WITH w AS ({update}) SELECT 1 AS n")
    tap.ok("29 of the rows" in result.err and result.out.startswith("1"), "nor of a WITH query", result)
    emulator.faults({"match": {"method": "PUT", "nth": [2, 5, 6]}, "status": 404, "body": GONE})
    result = tag(update)
    tap.ok(result.out == "UPDATE 26" and "3 of the rows" in result.err, "those that were there do", result)
    result = tag(f"DO $$ DECLARE n bigint; BEGIN {update}; GET DIAGNOSTICS n = ROW_COUNT; "
                 "RAISE WARNING 'rows: %', n; END $$;")
    tap.ok("rows: 29" in result.err, "in functions, too", result)
    emulator.faults({"match": {"method": "DELETE", "nth": [1]}, "status": 404, "body": GONE})
    result = tag("DELETE FROM all_types WHERE a_text = 'gone' AND a_number > 0")
    tap.ok(result.out == "DELETE 28", "of a DELETE, too", result)
    emulator.faults()
    # a statement that wrote has written when its AFTER STATEMENT triggers run
    must(database.psql("""CREATE TABLE parent (record_id uuid, a_text text, a_number numeric);
        CREATE FOREIGN TABLE child () INHERITS (parent) SERVER attio OPTIONS (object 'all_types');
        CREATE FUNCTION look() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE WARNING 'found %', (SELECT count(*)
            FROM child WHERE a_text = 'seen' AND a_number = 2); RETURN NULL; END $$;
        CREATE TRIGGER look AFTER UPDATE ON parent FOR EACH STATEMENT EXECUTE FUNCTION look();
        INSERT INTO child (a_text, a_number) VALUES ('seen', 1), ('seen', 1)"""))
    result = database.psql("UPDATE parent SET a_number = a_number + 1 WHERE a_text = 'seen'")
    tap.ok("found 2" in result.err, "the parent's AFTER STATEMENT trigger finds the rows written", result)


@case(WORK)
def dry_run(emulator, database):
    ident = database.value("INSERT INTO all_types (a_text, a_number) VALUES ('dry', 1) RETURNING record_id")
    emulator.forget()
    for name, sql, n in (("INSERT", "INSERT INTO all_types (a_text) VALUES ('x')", 1),
                         ("INSERT in batches", "INSERT INTO all_types (a_text) SELECT 'x' FROM generate_series(1, 40)",
                          40),
                         ("INSERT RETURNING", "INSERT INTO all_types (a_text) VALUES ('x'), ('y') RETURNING record_id",
                          2),
                         ("UPDATE", "UPDATE all_types SET a_number = 2 WHERE a_text = 'dry'", 1),
                         ("UPDATE by id", f"UPDATE all_types SET a_number = 2 WHERE record_id = '{ident}'", 1),
                         ("DELETE by id", f"DELETE FROM all_types WHERE record_id = '{ident}'", 1),
                         ("DELETE", "DELETE FROM all_types WHERE a_text = 'dry' AND a_number = 1 RETURNING a_text", 1),
                         ("COPY", "SET attio_fdw.allow_copy = on;\nCOPY all_types (a_text) FROM stdin;\nx\n\\.\n", 1)):
        result = database.psql("SET attio_fdw.dry_run = on; SET client_min_messages = "
                               f"warning;\n{sql}{'' if 'COPY' in sql else ';'}")
        tap.ok(f"WARNING:  01000: {n} write{'s' if n > 1 else ''} to \"all_types\" w{'ere' if n > 1 else 'as'} "
               "shown, not sent" in result.err and result.code == 0, f"dry run: {name} warns", result)
    result = database.psql("SET attio_fdw.dry_run = on; UPDATE all_types SET a_number = 1 WHERE a_text = 'dry'")
    tap.ok("shown" not in result.err, "dry run: a statement that would have written nothing does not", result)
    tap.equal(emulator.sent(), [], "dry run: nothing is written")


run()
