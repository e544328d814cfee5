#!/usr/bin/env python3
"""Writing beside columns whose attribute is gone, or whose values do not fit their type.

What nobody names does no harm, in each way to write; a value for an attribute that is gone is an error before any
request, and so is everything else that is certain before the write.
"""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import QUICK, Workspace, must  # noqa: E402
from cases import case, run, tap  # noqa: E402

COLUMNS = """record_id uuid, tag text OPTIONS (attribute 'a_text'), a_number numeric,
    gone text OPTIONS (attribute_id '00000000-0000-4000-8000-000000000001', attribute 'gone'), unnamed_gone numeric"""


def sent(emulator):
    """The slugs of what each write holds; writes name attributes by id."""
    slugs = {a["id"]["attribute_id"]: a["api_slug"] for a in emulator.get("/v2/objects/all_types/attributes?limit=500")}
    return [sorted(slugs.get(k, k) for k in json.loads(e["body"])["data"]["values"]) for e in emulator.sent()
            if e["body"]]


def make_tables(database, missing):
    """One table for each way to write."""
    must(database.psql(f"""
        DROP SCHEMA IF EXISTS ways CASCADE; CREATE SCHEMA ways; SET search_path = ways;
        CREATE FUNCTION pass() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN coalesce(NEW, OLD); END';
        CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN NEW.gone := 'filled'; RETURN NEW; END$$;
        CREATE FOREIGN TABLE plain ({COLUMNS}) SERVER attio OPTIONS (object 'all_types', missing_attribute '{missing}');
        CREATE FOREIGN TABLE passing ({COLUMNS}) SERVER attio OPTIONS (object 'all_types',
            missing_attribute '{missing}');
        CREATE TRIGGER pass BEFORE INSERT OR UPDATE OR DELETE ON passing FOR EACH ROW EXECUTE FUNCTION pass();
        CREATE FOREIGN TABLE filling ({COLUMNS}) SERVER attio OPTIONS (object 'all_types',
            missing_attribute '{missing}');
        CREATE TRIGGER fill BEFORE INSERT OR UPDATE ON filling FOR EACH ROW EXECUTE FUNCTION fill();
        CREATE FOREIGN TABLE filled (gone text OPTIONS (attribute 'gone') DEFAULT 'by default', tag text
            OPTIONS (attribute 'a_text'))
            SERVER attio OPTIONS (object 'all_types', missing_attribute '{missing}');
        CREATE TABLE parent (record_id uuid, tag text, a_number numeric, gone text, unnamed_gone numeric);
        CREATE FOREIGN TABLE child ({COLUMNS}) INHERITS (parent) SERVER attio OPTIONS (object 'all_types',
            missing_attribute '{missing}');
        CREATE VIEW seen AS SELECT record_id, tag, a_number, gone FROM plain;
        CREATE TABLE parted (record_id uuid, tag text, a_number numeric, gone text, unnamed_gone numeric)
            PARTITION BY LIST (tag);
        CREATE FOREIGN TABLE part ({COLUMNS}) SERVER attio OPTIONS (object 'all_types', missing_attribute '{missing}');
        ALTER TABLE parted ATTACH PARTITION part FOR VALUES IN ('x', 'y', 'z')"""))


INSERTS = (
    ("INSERT", "INSERT INTO ways.plain (tag, a_number{c}) VALUES ('x', 1{v})"),
    ("INSERT of several", "INSERT INTO ways.plain (tag, a_number{c}) SELECT 'x', 1{v} FROM generate_series(1, 3)"),
    ("INSERT RETURNING",
     "INSERT INTO ways.plain (tag, a_number{c}) VALUES ('x', 1{v}) RETURNING record_id IS NOT NULL"),
    ("INSERT with a trigger", "INSERT INTO ways.passing (tag, a_number{c}) VALUES ('x', 1{v})"),
    ("INSERT through a view", "INSERT INTO ways.seen (tag, a_number{c}) VALUES ('x', 1{v})"),
    ("INSERT through a partitioned parent", "INSERT INTO ways.parted (tag, a_number{c}) VALUES ('x', 1{v})"),
    ("EXPLAIN ANALYZE INSERT",
     "EXPLAIN (ANALYZE, COSTS OFF, SUMMARY OFF, TIMING OFF) INSERT INTO ways.plain (tag, a_number{c}) "
     "VALUES ('x', 1{v})"),
    ("a CTE that inserts",
     "WITH w AS (INSERT INTO ways.plain (tag, a_number{c}) VALUES ('x', 1{v}) RETURNING tag) SELECT tag FROM w"),
)
UPDATES = (
    ("UPDATE of a column", "UPDATE ways.plain SET a_number = a_number + 1{s} WHERE tag = 'x'"),
    ("UPDATE by a literal id", "UPDATE ways.plain SET a_number = @n{s} WHERE record_id = '@id'"),
    ("UPDATE RETURNING", "UPDATE ways.plain SET a_number = a_number + 1{s} WHERE record_id = '@id' RETURNING a_number"),
    ("UPDATE with a BEFORE trigger", "UPDATE ways.passing SET a_number = a_number + 1{s} WHERE tag = 'x'"),
    ("UPDATE of an inheritance parent", "UPDATE ways.parent SET a_number = a_number + 1{s} WHERE tag = 'x'"),
    ("UPDATE through a view", "UPDATE ways.seen SET a_number = a_number + 1{s} WHERE tag = 'x'"),
    ("UPDATE of a partitioned parent", "UPDATE ways.parted SET a_number = a_number + 1{s} WHERE tag = 'x'"),
    ("EXPLAIN ANALYZE UPDATE",
     "EXPLAIN (ANALYZE, COSTS OFF, SUMMARY OFF, TIMING OFF) UPDATE ways.plain SET a_number = a_number + 1{s} "
     "WHERE tag = 'x'"),
)


def check_values(emulator, database, missing):
    ident = database.value("INSERT INTO crm.all_types (a_text, a_number) VALUES ('x', 1) RETURNING record_id")
    number = 1000
    for name, sql in INSERTS + UPDATES:
        for what, column, value in (("not named", "", None), ("NULL", "gone", "NULL"), ("a value", "gone", "'v'")):
            if missing == "error" and what == "NULL":
                continue
            filled = sql.format(c=f", {column}" if column else "", v=f", {value}" if column else "",
                                s=f", {column} = {value}" if column else "").replace("@id", ident)
            number += 1
            filled = filled.replace("@n", str(number))
            emulator.forget()
            result = database.psql(filled)
            # a trigger looks at all columns of the old row
            if what == "a value" or (missing == "error" and "BEFORE" in name):
                tap.ok("HV005" in result.err and "has no attribute in Attio" in result.err and not emulator.sent(),
                       f"{missing}: {name}: a value for a column whose attribute is gone is an error before any write",
                       result)
            else:
                tap.ok(result.code == 0 and sent(emulator)
                       and not [s for s in sent(emulator) if "gone" in s or "a_number" not in s],
                       f"{missing}: {name}: {what}: the others are written", f"{result} {sent(emulator)}")
        emulator.forget()
        result = database.psql("SET attio_fdw.dry_run = on; SET client_min_messages = notice;\n"
                               + sql.format(c="", v="", s="").replace("@id", ident).replace("@n", "0"))
        if missing == "null" or "BEFORE" not in name:
            tap.ok(result.code == 0 and not emulator.sent() and "dry run" in result.err, f"{missing}: {name}: dry run",
                   result)


def check_others(emulator, database, missing):
    emulator.forget()
    result = database.psql("SET attio_fdw.allow_copy = on; COPY ways.plain (tag, a_number) "
                           "FROM stdin;\nx\t1\nx\t2\n\\.\n")
    tap.ok(result.code == 0 and sent(emulator) == [["a_number", "a_text"]] * 2, f"{missing}: COPY",
           f"{result} {sent(emulator)}")
    emulator.forget()
    result = database.psql("SET attio_fdw.allow_copy = on; COPY ways.parted (tag, a_number) FROM stdin;\nx\t1\n\\.\n")
    tap.ok(result.code == 0 and sent(emulator) == [["a_number", "a_text"]],
           f"{missing}: COPY through a partitioned parent", result)
    result = database.psql("UPDATE ways.parent SET a_number = 1 WHERE tag = 'none'")
    tap.ok(result.code == 0, f"{missing}: UPDATE of an inheritance parent where no row matches", result)
    for name, sql in (("a BEFORE INSERT trigger", "INSERT INTO ways.filling (tag) VALUES ('x')"),
                      ("a default", "INSERT INTO ways.filled (tag) VALUES ('x')"),
                      ("a BEFORE UPDATE trigger", "UPDATE ways.filling SET a_number = 3 WHERE tag = 'x'"),
                      ("COPY",
                       "SET attio_fdw.allow_copy = on; COPY ways.plain (tag, gone) FROM stdin;\nx\tvalue\n\\.\n")):
        emulator.forget()
        result = database.psql(sql)
        tap.ok("has no attribute in Attio" in result.err and not emulator.sent(),
               f"{missing}: a value by {name} is an error before any write", result)
    emulator.forget()
    for sql in ("DELETE FROM ways.plain WHERE tag = 'x' AND a_number > 100",
                "DELETE FROM ways.plain WHERE tag = 'x' AND a_number = 2",
                "DELETE FROM ways.plain WHERE tag = 'x' AND a_number = 1 RETURNING tag"):
        result = database.psql(sql)
        tap.ok(result.code == 0, f"{missing}: {sql}", result)


WORK = Workspace("--scale", "60", options=QUICK)


@case(WORK)
def shown_as_null(emulator, database):
    make_tables(database, "null")
    check_values(emulator, database, "null")
    check_others(emulator, database, "null")


@case(WORK)
def an_error(emulator, database):
    make_tables(database, "error")
    check_values(emulator, database, "error")
    check_others(emulator, database, "error")


@case(WORK)
def unfit(emulator, database):
    """A column nobody asks for, whose values do not fit its type."""
    make_tables(database, "error")
    must(database.psql("""
        CREATE FOREIGN TABLE unfit (record_id uuid, tag text OPTIONS (attribute 'a_text', type 'text',
            multiselect 'false'),
            a_number integer OPTIONS (attribute 'a_number'), wrong integer OPTIONS (attribute 'a_text'), worse text
                OPTIONS (attribute 'a_number', property 'none'))
            SERVER attio OPTIONS (object 'all_types');
        CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NULL; END$$;
        CREATE FOREIGN TABLE looked_at (record_id uuid, tag text OPTIONS (attribute 'a_text'), gone text) SERVER attio
            OPTIONS (object 'all_types');
        CREATE TRIGGER looks AFTER INSERT ON looked_at FOR EACH ROW EXECUTE FUNCTION nothing();
        ALTER FOREIGN TABLE unfit DROP worse"""))
    for sql in ("INSERT INTO unfit (tag, a_number) VALUES ('unfit', 1) RETURNING record_id IS NOT NULL, tag",
                "UPDATE unfit SET a_number = 2 WHERE tag = 'unfit' RETURNING tag, a_number",
                "UPDATE unfit SET a_number = a_number + 1 WHERE tag = 'unfit'",
                "DELETE FROM unfit WHERE tag = 'unfit' AND a_number < 2",
                "DELETE FROM unfit WHERE tag = 'unfit' RETURNING tag, a_number"):
        result = database.psql(sql)
        tap.equal((result.code, result.err), (0, ""), f"a column whose values do not fit, and that nobody names: {sql}")
    for sql in ("INSERT INTO ways.plain (tag) VALUES ('x') RETURNING gone",
                "INSERT INTO ways.plain (tag) VALUES ('x') RETURNING plain",
                "UPDATE ways.plain SET tag = 'y' WHERE tag = 'x' RETURNING *",
                "DELETE FROM ways.plain WHERE tag = 'x' RETURNING gone",
                "INSERT INTO looked_at (tag) VALUES ('x')",
                "UPDATE ways.plain SET tag = 'y' WHERE record_id = '@id' RETURNING gone"):
        ident = database.value("INSERT INTO crm.all_types (a_text) VALUES ('x') RETURNING record_id")
        emulator.forget()
        result = database.psql(sql.replace("@id", ident))
        tap.ok("has no attribute in Attio" in result.err and not emulator.sent(),
               f"what is looked at after the write is bound before it: {sql}", result)
    must(database.psql("DELETE FROM ways.plain WHERE tag IN ('x', 'y')"))


@case(WORK)
def multiexpr(emulator, database):
    """The value of SET (a) = (SELECT ...) stands in the plan's target list, which a write without reading does not
    evaluate.
    """
    must(database.psql("CREATE TABLE names (record_id uuid, name text)"))
    ident = database.value("INSERT INTO crm.all_types (a_text, a_number) VALUES ('before', 5) RETURNING record_id")
    must(database.psql(f"INSERT INTO names VALUES ('{ident}', 'after')"))
    for sql, wanted in (("SET (a_text) = (SELECT 'x' || n.name FROM names n WHERE n.record_id = c.record_id)",
                         "xafter|5"),
                        ("SET (a_text) = (SELECT 'y' || max(n.name) FROM names n)", "yafter|5"),
                        ("SET (a_text, a_number) = (SELECT n.name, 6 FROM names n WHERE n.record_id = c.record_id)",
                         "after|6"),
                        ("SET (a_text) = ROW ('plain')", "plain|6"),
                        ("SET a_text = (SELECT 'z' || n.name FROM names n LIMIT 1)", "zafter|6"),
                        ("SET (a_text) = (SELECT lower(upper(n.name)) FROM names n "
                         "WHERE n.record_id = c.record_id), a_number = 7", "after|7")):
        must(database.psql(f"UPDATE all_types c {sql} WHERE record_id = '{ident}'"))
        tap.equal(database.value(f"SELECT a_text, a_number FROM all_types WHERE record_id = '{ident}'"), wanted,
                  f"UPDATE ... {sql}")
    must(database.psql("PREPARE u (text) AS UPDATE all_types SET (a_text) = (SELECT $1 || name FROM names) "
                       f"WHERE record_id = '{ident}'; SET plan_cache_mode = force_generic_plan; EXECUTE u ('p')"))
    tap.equal(database.value(f"SELECT a_text FROM all_types WHERE record_id = '{ident}'"), "pafter",
              "the same with a parameter")


run()
