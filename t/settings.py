#!/usr/bin/env python3
"""A session's settings change nothing of what is stored, compared, logged and found: each type under each setting.

What is in Attio is read from the emulator's own API, not through the extension.
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import QUICK, ServerLog, Workspace, must  # noqa: E402
from cases import case, run, tap  # noqa: E402


SETTINGS = (
    "extra_float_digits = -15", "extra_float_digits = 0", "datestyle = 'SQL, DMY'", "datestyle = 'German'",
    "datestyle = 'Postgres, YMD'", "intervalstyle = 'iso_8601'",
    "intervalstyle = 'sql_standard'", "timezone = 'Asia/Kolkata'", "timezone = '100'", "timezone = 'America/New_York'",
    "lc_monetary = 'de_DE.UTF-8'", "lc_monetary = 'en_US.UTF-8'",
    "bytea_output = 'escape'", "xmloption = 'document'", "quote_all_identifiers = on", "array_nulls = off",
    "search_path = crm, public",
    "datestyle = 'SQL, DMY'; SET intervalstyle = 'postgres_verbose'; SET timezone = '-100'; "
    "SET extra_float_digits = -3; SET bytea_output = 'escape'",
)
MOMENT = "'2024-02-03 04:05:06.789+00'::timestamptz"
# attribute, declared type, a value whose meaning no setting changes
CELLS = (
    ("a_text", "date", "make_date(2024, 2, 3)"),
    ("a_text", "timestamptz", MOMENT),
    ("a_text", "timestamp", "make_timestamp(2024, 2, 3, 4, 5, 6.789)"),
    ("a_text", "time", "make_time(4, 5, 6.789)"),
    ("a_text", "timetz", "'04:05:06+02'::timetz"),
    ("a_text", "interval", "make_interval(1, 2, 0, 3, -4, 5, 6.5)"),
    ("a_text", "float8", "12345678.1234::float8"),
    ("a_text", "float4", "0.1::float4"),
    ("a_text", "numeric", "12345678.1234"),
    ("a_text", "money", "1234.5::numeric::money"),
    ("a_text", "bytea", "decode('01ff5c', 'hex')"),
    ("a_text", "point", "point(0.1, 12345678.1234)"),
    ("a_text", "tstzrange", f"tstzrange({MOMENT}, NULL)"),
    ("a_text", "t.pair",
     f"ROW(12345678.1234, {MOMENT}, make_interval(days => 1, hours => 2), ARRAY['a', NULL])::t.pair"),
    ("a_text", "regclass", "'crm.companies'::regclass"),
    ("a_text", "t.day", "make_date(2024, 2, 3)"),
    ("a_text", "bool", "true"),
    ("a_text", "xml", "xmlparse(CONTENT '<a/>b')"),
    ("a_text", "t.mood", "'so so'::t.mood"),
    ("a_number", "float8", "12345678.1234::float8"),
    ("a_number", "float4", "0.1::float4"),
    ("a_number", "numeric", "12345678.1234"),
    ("a_number", "money", "1234.5::numeric::money"),
    ("a_number", "int8", "12345678"),
    ("a_currency", "float8", "12345678.1234::float8"),
    ("a_date", "date", "make_date(2024, 2, 3)"),
    ("a_date", "timestamp", "make_timestamp(2024, 2, 3, 0, 0, 0)"),
    ("a_date", "timestamptz", "'2024-02-03 00:00+00'::timestamptz"),
    ("a_timestamp", "timestamptz", MOMENT),
    ("a_timestamp", "timestamp", "make_timestamp(2024, 2, 3, 4, 5, 6.789)"),
    ("a_timestamp", "timestamptz(1)", MOMENT),
    ("a_timestamp", "timestamp(0)", "make_timestamp(2024, 2, 3, 4, 5, 6.789)"),
    ("a_location__latitude", "float8", "12.3456789012::float8"),
)
# found with filters as without them
CONDITIONS = [f"{column} {op} {operand}" for op in ("=", "<=", ">") for column, operand in (
    ("a_date", "make_date(2024, 2, 3)"),
    ("a_date", "'2024-02-29 12:00+00'::timestamptz"),
    ("a_date", "'2024-02-29'::timestamptz"),
    ("a_date", "make_timestamp(2024, 2, 3, 4, 5, 6)"),
    ("a_timestamp", MOMENT),
    ("a_timestamp", "make_timestamp(2024, 2, 29, 12, 0, 0)"),
    ("a_timestamp", "make_date(2024, 2, 3)"),
    ("created_at::date", "make_date(2024, 3, 1)"),
    ("a_number", "12345678.1234"),
    ("a_number", "0.1::float8"),
    ("a_currency", "99.95000001"),
    ("date_trunc('month', created_at)", "make_date(2024, 3, 1)"))]


def stored(emulator, ident, column):
    """The value's own members, as the API shows them."""
    values = emulator.get("/v2/objects/all_types/records/" + ident)["values"][column.split("__")[0]]
    return [{k: v for k, v in value.items() if k not in ("active_from", "active_until", "created_by_actor")}
            for value in values]


def prepare(_emulator, database):
    must(database.psql("""CREATE SCHEMA t; CREATE TYPE t.pair AS (n float8, at timestamptz, span interval,
            words text[]);
        CREATE DOMAIN t.day AS date CHECK (VALUE > '1999-01-01'); CREATE TYPE t.mood AS ENUM ('so so', 'fine')"""))
    for i, (column, kind, _) in enumerate(CELLS):
        options = "" if "__" not in column else " OPTIONS (attribute 'a_location', property 'latitude')"
        must(database.psql(f"CREATE FOREIGN TABLE t.c{i} (record_id uuid, {column} {kind}{options}) SERVER attio "
                           "OPTIONS (object 'all_types')"))


WORK = Workspace("--scale", "20", options=QUICK, before=prepare)


def usual_settings(database):
    """Those that this server takes."""
    usual = ["timezone = 'UTC'"] + [s for s in SETTINGS if database.psql(f"SET {s}").code == 0]
    tap.note(f"settings that this server does not take: {set(SETTINGS) - set(usual)}")
    return usual


@case(WORK)
def filters(_emulator, database):
    usual = usual_settings(database)
    for condition in CONDITIONS:
        count = f"SELECT count(*) FROM crm.all_types WHERE {condition};"
        result = must(database.psql("".join(f"RESET ALL; SET {setting}; {count} SET attio_fdw.push_filter = "
                                            f"off; {count}" for setting in usual)))
        lines = result.out.split("\n")
        bad = [(setting, lines[2 * i], lines[2 * i + 1])
               for i, setting in enumerate(usual) if lines[2 * i] != lines[2 * i + 1]]
        tap.ok(not bad, f"{condition}: as many rows with a filter as without", bad[:2])


@case(WORK)
def types(emulator, database):
    """What is stored of each type is what the usual settings store, and it is found again."""
    usual = usual_settings(database)
    has_xml = database.psql("SELECT xmlparse(CONTENT 'x')").code == 0
    for i, (column, kind, value) in enumerate(CELLS):
        if kind == "xml" and not has_xml:
            tap.skip(f"{kind} on {column}", "this server is built without libxml")
            continue
        must(database.psql("SET attio_fdw.allow_unqualified_writes = on; DELETE FROM crm.all_types"))
        same = f"({column})::text IS NOT DISTINCT FROM (({value})::{kind})::text"
        here = f"FROM t.c{i} WHERE record_id = :'id'"
        emulator.forget()
        result = database.psql("".join(f"""RESET ALL; SET {setting};
            INSERT INTO t.c{i} ({column}) VALUES ({value}) RETURNING record_id AS id \\gset
            SELECT :'id', {same} {here}; SELECT count(*) {here} AND {same}; SET attio_fdw.push_filter = off;
            SELECT count(*) {here} AND {same};
            UPDATE t.c{i} SET {column} = {value} WHERE record_id = :'id' AND {column}::text IS DISTINCT FROM 'x';
            """ for setting in usual))
        lines = result.out.split("\n")
        bad = [] if len(lines) == 3 * len(usual) and result.code == 0 and not result.err else [result]
        wanted = stored(emulator, lines[0].split("|")[0], column) if not bad else None
        for place, setting in enumerate(usual if not bad else ()):
            (ident, equal), *counts = lines[3 * place].split("|"), *lines[3 * place + 1:3 * place + 3]
            have = stored(emulator, ident, column)
            # the old value is the new one: nothing is sent
            sent = [e for e in emulator.log() if e["method"] == "PUT" and ident in e["path"]]
            if have != wanted or equal != "t" or counts != ["1", "1"] or (sent and kind not in ("xml", "point")):
                bad.append((setting, have, equal, counts, len(sent)))
        tap.ok(not bad, f"{kind} on {column}: stored as {wanted}", "\n".join(str(b)[:1000] for b in bad[:3]))


@case(WORK)
def log_of_writes(_emulator, database):
    usual = usual_settings(database)
    log = ServerLog(database)
    if log.there:
        lines = set()
        for setting in usual:
            ident = database.value("INSERT INTO crm.all_types (a_number, a_timestamp, a_date) "
                                   f"VALUES (12345678.1234, {MOMENT}, make_date(2024, 2, 3)) RETURNING record_id")
            log.start = os.path.getsize(log.path)
            must(database.psql(f"SET {setting}; UPDATE crm.all_types SET a_number = 1, a_timestamp = now(), a_date = "
                               f"make_date(2025, 2, 3) WHERE record_id = '{ident}' AND a_number > 3"))
            lines |= {line.split("before ")[1].split(", after")[0] for line in log.writes()}
        tap.equal(sorted(lines),
                  ["a_number: 12345678.1234, a_date: 2024-02-03, a_timestamp: 2024-02-03 04:05:06.789+00"],
                  "the log shows old values alike")
    else:
        tap.skip("the log shows old values alike", "the server's log is not at hand")


@case(WORK)
def digits(_emulator, database):
    """Digits that Attio's numbers do not hold are told of; those that they hold are not."""
    for value, told in (("1.000000000000000000001", True),
                        ("9007199254740993", True),
                        ("0.12345", True),
                        ("1.0000", False),
                        ("100000000000000000000", False),
                        ("-0.0001", False),
                        ("1e20", False),
                        ("100000000000000000001", True)):
        result = database.psql(f"INSERT INTO crm.all_types (a_number) VALUES ({value})")
        tap.ok(result.code == 0 and ("did not store" in result.err) == told,
               f"{value}: {'a warning' if told else 'no warning'}", result)


@case(WORK)
def errors(_emulator, database):
    """An error inside of an input function leaves the settings as they were, caught or not."""
    must(database.psql("INSERT INTO crm.all_types (a_text) VALUES ('no date at all')"))
    result = database.psql("""SET timezone = 'Asia/Kolkata'; SET datestyle = 'SQL, DMY';
        DO $$ BEGIN PERFORM a_text FROM t.c0; EXCEPTION WHEN others THEN NULL; END $$;
        SHOW timezone; SHOW datestyle; SAVEPOINT s; SELECT a_text FROM t.c0; SHOW timezone; SHOW datestyle; BEGIN;
        SAVEPOINT s; SELECT a_text FROM t.c0; ROLLBACK TO s; SHOW timezone; SHOW datestyle; COMMIT;""",
                           "-v", "ON_ERROR_STOP=0")
    tap.equal(result.out, "\n".join(["Asia/Kolkata", "SQL, DMY"] * 3),
              "after an error the session's settings are its own")


run()
