#!/usr/bin/env python3
"""attio_fdw_sync() where other things of the database use the tables, names are held by others, and search_path is odd.
"""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import QUICK, Workspace, must  # noqa: E402
from cases import case, run, tap  # noqa: E402

WORK = Workspace("--scale", "20", options=QUICK)


def again(database, limit="LIMIT TO (deals)"):
    must(database.psql(f"""DROP SCHEMA IF EXISTS crm CASCADE; CREATE SCHEMA crm;
        IMPORT FOREIGN SCHEMA objects {limit} FROM SERVER attio INTO crm"""))


def drift(emulator, *mutations):
    emulator.mutate(*[dict({"kind": "objects", "slug": "deals"}, **each) for each in mutations])


def apply(database, before=""):
    """Statements that were run, and notices."""
    result = must(database.psql(f"""SET client_min_messages = notice; {before}
        SELECT statement FROM attio_fdw_sync('crm', apply => true, new_tables => false)"""))
    return result.out, result.err


IN_USE = [
    ("a parent", "CREATE TABLE crm.parent (value numeric, stage text, priority smallint);"
     "ALTER FOREIGN TABLE crm.deals INHERIT crm.parent", "value stage priority", "parent table crm.parent"),
    ("a child, which has rows", "CREATE TABLE crm.child () INHERITS (crm.deals);"
     "INSERT INTO crm.child (record_id, priority) VALUES (gen_random_uuid(), 1)", "value priority", "child table crm.child"),
    ("a partition", "CREATE TABLE crm.parts (LIKE crm.deals) PARTITION BY LIST (name);"
     "ALTER TABLE crm.parts ATTACH PARTITION crm.deals DEFAULT", "value stage priority added", "parent table crm.parts"),
    ("a column of the row type", "CREATE TABLE crm.rows (deal crm.deals, deals crm.deals[])", "priority",
     "column deal of table crm.rows, column deals of table crm.rows"),
    ("a default", "ALTER FOREIGN TABLE crm.deals ALTER priority SET DEFAULT 1", "priority", "default value for column priority"),
    ("a check", "ALTER FOREIGN TABLE crm.deals ADD CHECK (priority > 0)", "priority", "constraint deals_priority_check"),
    ("a generated column", "ALTER FOREIGN TABLE crm.deals ADD more int GENERATED ALWAYS AS (priority + 1) STORED",
     "priority", "column more"),
    ("a trigger", "CREATE FUNCTION crm.f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';"
     "CREATE TRIGGER t BEFORE UPDATE OF priority ON crm.deals FOR EACH ROW EXECUTE FUNCTION crm.f()", "priority", "trigger t"),
    ("a materialized view", "CREATE MATERIALIZED VIEW crm.m AS SELECT value FROM crm.deals", "value",
     "materialized view crm.m"),
    ("a function", "CREATE FUNCTION crm.g() RETURNS SETOF numeric BEGIN ATOMIC SELECT value FROM crm.deals; END", "value",
     "function crm.g()"),
]


@case(WORK)
def in_use(emulator, database):
    """What cannot be changed is told, and the rest is done."""
    done = {"value": "DROP COLUMN value", "stage": "RENAME COLUMN stage TO phase", "priority": "COLUMN priority TYPE smallint[]",
            "added": "ADD COLUMN added numeric"}
    for name, sql, kept, words in IN_USE:
        again(database)
        must(database.psql(sql))
        drift(emulator, {"do": "archive", "attribute": "value"}, {"do": "rename", "attribute": "stage", "to": "phase"},
              {"do": "change", "attribute": "priority", "multi": True}, {"do": "add", "attribute": "added", "type": "number"})
        out, err = apply(database)
        tap.equal([c for c in done if done[c] not in out], [c for c in done if c in kept.split()], f"{name}: what is kept")
        tap.ok(words in err and "HINT" in err, f"{name}: and why", err)
        emulator.reset()


@case(WORK)
def names_that_are_held(emulator, database):
    """A chain of columns, the first of which cannot get its name: no circle, however long one looks."""
    again(database)
    must(database.psql("ALTER FOREIGN TABLE crm.deals ADD mine text"))
    drift(emulator, {"do": "rename", "attribute": "value", "to": "mine"}, {"do": "rename", "attribute": "stage", "to": "value"})
    for attempt in ("once", "again"):
        out, err = apply(database, "SET statement_timeout = '20s';")
        tap.ok("COLUMN value TO" not in out and "COLUMN stage TO" not in out, f"{attempt}: neither moves", out)
        tap.ok('"value" keeps its name, because another column is called "mine"' in err and
               '"stage" keeps its name, because another column is called "value"' in err, f"{attempt}: and it says so", err)
    must(database.psql("ALTER FOREIGN TABLE crm.deals DROP COLUMN mine"))
    out, err = apply(database)
    tap.ok("RENAME COLUMN value TO mine" in out and "RENAME COLUMN stage TO value" in out and "NOTICE" not in err,
           "when the name is free, they get theirs", out + err)
    tap.equal(apply(database), ("", ""), "and nothing is left")
    emulator.reset()


@case(WORK)
def names_of_tables(emulator, database):
    """Tables whose new names others have: those that will be free, and those that will not."""
    again(database, "LIMIT TO (deals, people, companies)")
    for slug, to in (("deals", "offers"), ("companies", "deals"), ("people", "companies")):
        emulator.mutate({"do": "rename", "kind": "objects", "slug": slug, "to": to})
    must(database.psql("CREATE TABLE crm.offers ()"))
    for attempt in ("once", "again"):
        out, err = apply(database)
        tap.equal((out, err.count("keeps its name")), ("", 3), f"{attempt}: a name that is held stops all three")
    must(database.psql("DROP TABLE crm.offers"))
    out, err = apply(database)
    tap.equal(([line for line in out.split("\n") if "RENAME" in line], err),
              (["ALTER FOREIGN TABLE crm.deals RENAME TO offers", "ALTER FOREIGN TABLE crm.companies RENAME TO deals",
                "ALTER FOREIGN TABLE crm.people RENAME TO companies"], ""), "when it is free, they follow in their order")
    tap.equal(apply(database), ("", ""), "and nothing is left")
    tap.ok(int(database.value("SELECT count(job_title) FROM crm.companies")) > 0, "each table shows what it did")
    emulator.reset()


@case(WORK)
def operators_of_others(emulator, database):
    """Operators that fit better than those of pg_catalog are not called, as whoever looks at tables."""
    again(database)
    must(database.psql("""CREATE SCHEMA IF NOT EXISTS trap;
        CREATE FUNCTION trap.eq(oid, int) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'trapped'; END $$;
        CREATE FUNCTION trap.eq(oid, regclass) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'trapped'; END $$;
        CREATE OPERATOR trap.= (FUNCTION = trap.eq, LEFTARG = oid, RIGHTARG = int);
        CREATE OPERATOR trap.= (FUNCTION = trap.eq, LEFTARG = oid, RIGHTARG = regclass)"""))
    drift(emulator, {"do": "archive", "attribute": "value"})
    for path in ("trap", "trap, pg_catalog"):
        checked = json.loads(database.value(f"""SET search_path = {path};
            SELECT pg_catalog.json_agg(c.meaning) FROM public.attio_fdw_check('attio') c""").split("\n")[-1])
        tap.ok("trapped" not in str(checked) and 'attribute "value" is archived' in str(checked), f"{path}: attio_fdw_check()",
               checked)
        must(database.psql(f"SET search_path = {path}; SELECT public.attio_fdw_comment('crm')"))
        out = database.value(f"SET search_path = {path}; SELECT statement FROM public.attio_fdw_sync('crm', false, false)")
        tap.equal(out.split("\n")[-1], "ALTER FOREIGN TABLE crm.deals DROP COLUMN value", f"{path}: attio_fdw_sync()")
    must(database.psql("DROP SCHEMA trap CASCADE"))
    emulator.reset()


run()
