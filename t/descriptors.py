#!/usr/bin/env python3
"""Descriptors: many roles, servers and branches in one backend, few descriptors, and sessions that nobody asks for
again.
"""
import os
import re
import sys

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
sys.path.insert(0, os.path.join(ROOT, "test", "lib"))
from attio_test import FAST, KEY, ROOT, Database, Emulator, Sandbox, Workspace, must  # noqa: E402
from cases import case, run, tap  # noqa: E402


# Descriptors of the backend that runs this; and how many sets of connections it has, by psql's shell.
OPEN = "(SELECT count(*) FROM pg_ls_dir('/proc/' || pg_backend_pid() || '/fd'))"
WHO = "SELECT pg_backend_pid() AS pid \\gset\n\\setenv BACKEND :pid\n"
SETS = "\\! ls -l /proc/$BACKEND/fd | grep -c eventpoll\n"


def make_roles(n):
    return "".join(f"""CREATE ROLE "{name}_{i}";
                       GRANT USAGE ON SCHEMA crm TO "{name}_{i}"; GRANT SELECT ON crm.people TO "{name}_{i}";
                       CREATE USER MAPPING FOR "{name}_{i}" SERVER attio OPTIONS (api_key '{KEY}');"""
                   for i in range(n))


def drop_roles(n):
    return "".join(f'DROP OWNED BY "{name}_{i}"; DROP USER MAPPING IF EXISTS FOR "{name}_{i}" SERVER attio; '
                   f'DROP ROLE "{name}_{i}";'
                   for i in range(n))


def elsewhere(sql):
    """In another session, meanwhile."""
    return f"\\! psql -XqAt -d {name} -c '{sql}' 2>/dev/null\n"


def make_servers(url, n):
    return "".join(f"""CREATE SERVER s{i} FOREIGN DATA WRAPPER attio_fdw OPTIONS (base_url '{url}'{FAST});
                       CREATE USER MAPPING FOR CURRENT_USER SERVER s{i} OPTIONS (api_key '{KEY}');
                       CREATE FOREIGN TABLE t{i} (record_id uuid, name text) SERVER s{i} OPTIONS (object 'people');"""
                   for i in range(n))


def side_by_side(n):
    return "SELECT count(*) FROM (" + " UNION ALL ".join(f"SELECT record_id FROM t{i}" for i in range(n)) + ") x"


def branches(n):
    """So many scans below one Append."""
    return ("SELECT count(*), count(DISTINCT record_id) FROM ("
            + " UNION ALL ".join(["SELECT record_id FROM workspaces"] * n) + ") x")


def check(emulator, database, limit, nroles, nservers, nbranches):
    """The same of every limit: what fails where nobody gives way, and what is left open."""
    people = database.value("SELECT count(*) FROM people")
    rows = int(database.value("SELECT count(*) FROM workspaces"))
    must(database.psql(make_roles(nroles)))
    try:
        each = "".join(f'SET ROLE "{name}_{i}"; SELECT count(record_id) FROM people;' for i in range(nroles))
        got = database.value(each + each + f"RESET ROLE; SELECT {OPEN} < {limit};").split("\n")
        tap.equal(got, [people] * (2 * nroles) + ["t"], f"{nroles} roles in one backend, each twice")
    finally:
        must(database.psql(drop_roles(nroles)))
    must(database.psql(make_servers(emulator.url, nservers)))
    one_by_one = "".join(f"SELECT count(record_id) FROM t{i};" for i in range(nservers))
    tap.equal(database.value(one_by_one).split("\n"), [people] * nservers, f"{nservers} servers in one backend")
    tap.equal(database.value(side_by_side(nservers)), str(int(people) * nservers),
              f"{nservers} servers in one statement")
    tap.equal(database.value("SET enable_async_append = off; " + side_by_side(nservers)), str(int(people) * nservers),
              "and one after the other")
    got = database.value(f"{branches(nbranches)}; SELECT {OPEN} < {limit}; SELECT count(*) FROM people")
    tap.equal(got, f"{rows * nbranches}|{rows}\nt\n{people}", f"{nbranches} branches of one Append")
    got = database.value(f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) {branches(nbranches)}")
    tap.equal(len(re.findall(f"Async Foreign Scan on workspaces.*rows={rows}[.0]* loops=1", got)), nbranches,
              "each has counted its rows")
    got = database.value("BEGIN; UPDATE people SET job_title = 'one' WHERE record_id = (SELECT "
                         "min(record_id::text)::uuid FROM people);"
                         "INSERT INTO people (name, email_addresses) VALUES ('New One', '{new@example.com}');"
                         f"COMMIT; SELECT count(*) FROM people; SELECT count(*) FROM t1; {branches(20)}")
    tap.equal(got, f"{int(people) + 1}\n{int(people) + 1}\n{rows * 20}|{rows}", "writes and reads")


name = "attio_descriptors"
WORK = Workspace("--scale", "20", name=name)
DROPPED = Workspace("--scale", "20", name=name, before=lambda emulator,
                    database: must(database.psql(make_servers(emulator.url, 10))))
ELSEWHERE = Workspace("--scale", "20", name=name, before=lambda emulator,
                      database: must(database.psql(make_servers(emulator.url, 2))))


@case(WORK)
def many_sessions(emulator, database):
    check(emulator, database, 330, 100, 100, 1000)


@case(DROPPED)
def dropped(_emulator, database):
    """What nobody asks for again is closed."""
    for what, number, drop in (("mapping", 5, "DROP USER MAPPING FOR CURRENT_USER SERVER s5"),
                               ("server", 6, "DROP SERVER s6 CASCADE")):
        lines = database.value(f"{WHO}SELECT count(*) > 0 FROM people;\n{SETS}SELECT count(*) > 0 "
                               f"FROM t{number};\n{SETS}{drop};\n"
                               f"{SETS}SELECT attio_fdw_disconnect('attio'); SELECT attio_fdw_disconnect()").split("\n")
        tap.equal(int(lines[3]), int(lines[1]) + 1, "a session holds descriptors")
        tap.equal(lines[4], lines[1], f"a dropped {what}'s session is closed when its transaction ends")
        tap.equal(lines[5:], ["1", "0"], "another is still there")
    lines = database.value(f"{WHO}{SETS}SELECT count(*) > 0 FROM t7;\nSET client_min_messages = error; "
                           f"DROP EXTENSION attio_fdw CASCADE;\n{SETS}")
    lines = lines.split("\n")
    tap.equal(lines[2], lines[0], "and so are a dropped extension's")


@case(ELSEWHERE)
def dropped_elsewhere(_emulator, database):
    """Another session drops what this one has used."""
    lines = database.value(f"{WHO}SELECT count(*) > 0 FROM people;\n{SETS}SELECT count(*) > 0 "
                           f"FROM t0;\n{elsewhere('DROP SERVER s0 CASCADE')}"
                           f"SELECT 1;\n{SETS}").split("\n")
    tap.equal(lines[4], lines[1], "a server that another session drops: at the end of the next transaction")
    lines = database.value(f"SELECT count(*) > 0 FROM t1;\n{elsewhere('DROP SERVER s1 CASCADE')}SELECT "
                           "attio_fdw_disconnect('s1');").split("\n")
    tap.equal(lines[1], "1", "attio_fdw_disconnect() closes the session of a dropped server")


@case
def fewest():
    """The fewest that a server may have."""
    with Sandbox("few", "max_files_per_process = 64"):
        with Emulator("--scale", "20") as emulator, Database(name, emulator, FAST) as database:
            check(emulator, database, 64, 10, 10, 100)


run()
