#!/usr/bin/env python3
"""attio_fdw_sync(): after each kind of drift the tables are what an import would make now, and a second run says nothing.
"""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import KEY, QUICK, Emulator, Database, Workspace, must  # noqa: E402
from cases import case, run, tap  # noqa: E402

WORK = Workspace("--scale", "20", options=QUICK)


def sync(database, more="", schema="crm"):
    """What it returns: tables, causes, statements."""
    return json.loads(database.value(f"SELECT coalesce(json_agg(s), '[]') FROM attio_fdw_sync('{schema}'{more}) s"))


def columns(database, schema):
    """Tables and columns with their types and options, without their order."""
    return database.value(f"""
        SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
               (SELECT array_agg(o ORDER BY o) FROM unnest(a.attfdwoptions) o), f.ftoptions
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid JOIN pg_foreign_table f ON f.ftrelid = c.oid
        WHERE c.relnamespace = '{schema}'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
        ORDER BY c.relname COLLATE "C", a.attname COLLATE "C" """).split("\n")


def again(database, columns_option="default", what="attio"):
    must(database.psql(f"""DROP SCHEMA IF EXISTS crm, fresh CASCADE; CREATE SCHEMA crm; CREATE SCHEMA fresh;
        IMPORT FOREIGN SCHEMA {what} FROM SERVER attio INTO crm OPTIONS (columns '{columns_option}')"""))


def same(database, name, columns_option="default", what="attio"):
    """Applied, it is as if it were imported now; and once is enough."""
    shown = sync(database)
    applied = sync(database, ", apply => true")
    tap.equal(applied, shown, f"{name}: what it does is what it has said")
    tap.equal(sync(database, ", apply => true"), [], f"{name}: a second run has nothing to say")
    must(database.psql(f"""DROP SCHEMA fresh CASCADE; CREATE SCHEMA fresh;
        IMPORT FOREIGN SCHEMA {what} FROM SERVER attio INTO fresh OPTIONS (columns '{columns_option}')"""))
    synced, fresh = columns(database, "crm"), columns(database, "fresh")
    tap.ok(synced == fresh, f"{name}: tables and columns are those of an import",
           "\n".join(sorted(set(synced) ^ set(fresh))))
    return [row["statement"] for row in shown]


def same_rows(database, table, fresh=None):
    """Both show the same rows, column by column."""
    names = database.value(f"""SELECT string_agg(quote_ident(attname), ', ' ORDER BY attname) FROM pg_attribute
        WHERE attrelid = 'fresh.{fresh or table}'::regclass AND attnum > 0 AND NOT attisdropped""")
    rows = [database.value(f"SELECT t FROM (SELECT {names} FROM {schema}.{of}) t ORDER BY 1::text")
            for schema, of in (("crm", table), ("fresh", fresh or table))]
    tap.ok(rows[0] == rows[1] and rows[0], f"{table} shows the same rows")


def drift(emulator, *mutations):
    emulator.mutate(*[dict({"kind": "objects", "slug": "deals"}, **each) for each in mutations])


@case(WORK)
def nothing(emulator, database):
    for option in ("default", "all", "raw"):
        again(database, option)
        tap.equal(same(database, option, option), [], f"columns {option}: nothing to do after an import")
    again(database)
    emulator.forget()
    sync(database)
    tap.ok(all(entry["method"] == "GET" for entry in emulator.log()), "it only reads", emulator.log())


@case(WORK)
def new_attributes(emulator, database):
    again(database)
    drift(emulator, {"do": "add", "attribute": "probability", "type": "number"},
          {"do": "add", "attribute": "phase", "type": "status"},
          {"do": "add", "attribute": "contact mails", "type": "email-address", "multi": True})
    statements = same(database, "new attributes")
    tap.ok(any("ADD COLUMN probability numeric" in each for each in statements), "ADD COLUMN", statements)
    tap.ok(any('ADD COLUMN "contact mails__first" text' in each for each in statements), "companions, too", statements)
    same_rows(database, "deals")
    emulator.reset()


@case(WORK)
def renamed_attributes(emulator, database):
    again(database)
    must(database.psql("""CREATE VIEW fresh.seen AS SELECT record_id, stage FROM crm.deals;
        ALTER FOREIGN TABLE crm.deals RENAME COLUMN value TO worth"""))
    drift(emulator, {"do": "rename", "attribute": "stage", "to": "phase"},
          {"do": "rename", "attribute": "value", "to": "amount"})
    shown = sync(database)
    tap.ok([row["statement"] for row in shown if "RENAME" in row["statement"]] ==
           ["ALTER FOREIGN TABLE crm.deals RENAME COLUMN stage TO phase",
            "ALTER FOREIGN TABLE crm.deals RENAME COLUMN stage__active_from TO phase__active_from"],
           "columns are renamed, but one that has a name of the user's own", shown)
    tap.ok(shown[0]["table_name"] == "crm.deals" and 'attribute "stage" has another slug: "phase"' in shown[0]["cause"],
           "with the cause", shown)
    must(database.psql("SELECT FROM attio_fdw_sync('crm', apply => true)"))
    tap.equal(sync(database), [], "a second run has nothing to say")
    tap.equal(database.value("SELECT count(DISTINCT stage) > 1 FROM fresh.seen; SELECT count(worth) > 1 FROM crm.deals"),
              "t\nt", "a view of a renamed column, and the own name, still work")
    emulator.reset()


@case(WORK)
def names_in_circles(emulator, database):
    again(database)
    drift(emulator, {"do": "rename", "attribute": "name", "to": "x"}, {"do": "rename", "attribute": "stage", "to": "name"},
          {"do": "rename", "attribute": "value", "to": "stage"}, {"do": "rename", "attribute": "x", "to": "value"})
    statements = same(database, "exchanged slugs")
    tap.ok(any("attio_fdw_renamed_1" in each for each in statements), "by a name in passing", statements)
    same_rows(database, "deals")
    emulator.reset()


def named(database, *tables):
    """The object that each table of the schema shows, by its options."""
    return [database.value(f"SELECT option_value FROM information_schema.foreign_table_options WHERE option_name = 'object' "
                           f"AND foreign_table_schema = 'crm' AND foreign_table_name = '{table}'") for table in tables]


@case(WORK)
def objects_in_circles(emulator, database):
    """Two and three objects that exchange their slugs: tables follow at once, and a second run prints nothing."""
    for circle in (("users", "workspaces"), ("users", "deals", "workspaces")):
        again(database)
        must(database.psql(f"CREATE SCHEMA IF NOT EXISTS seen; CREATE VIEW seen.rows_of AS SELECT record_id FROM crm.{circle[0]}"))
        ids = [database.value(f"SELECT record_id FROM crm.{slug} ORDER BY 1 LIMIT 1") for slug in circle]
        seen = database.value("SELECT count(*) FROM seen.rows_of")
        emulator.mutate(*({"do": "rename", "kind": "objects", "slug": slug, "to": f"passing_{slug}"} for slug in circle),
                        *({"do": "rename", "kind": "objects", "slug": f"passing_{slug}", "to": circle[i - 1]}
                          for i, slug in enumerate(circle)))
        statements = same(database, f"{len(circle)} objects exchange their slugs")
        tap.ok(any("attio_fdw_renamed_1" in each for each in statements[:1]), "by a name in passing", statements)
        told = must(database.psql("SET client_min_messages = notice; SELECT * FROM attio_fdw_sync('crm', apply => true)"))
        tap.equal((told.out, told.err), ("", ""), "a second run prints nothing")
        tap.equal(named(database, *circle), list(circle), "each table shows the object of its name")
        moved = [database.value(f"SELECT count(*) FROM crm.{circle[i - 1]} WHERE record_id = '{ids[i]}'") for i in range(len(circle))]
        tap.equal(moved, ["1"] * len(circle), "with its records")
        tap.equal(database.value("SELECT count(*) FROM seen.rows_of"), seen, "a view shows the same as before")
        emulator.reset()


@case(WORK)
def archived_attributes(emulator, database):
    again(database)
    must(database.psql("CREATE SCHEMA views; CREATE VIEW views.by_stage AS SELECT stage, record_id FROM crm.deals"))
    drift(emulator, {"do": "archive", "attribute": "stage"}, {"do": "archive", "attribute": "value"})
    statements = [row["statement"] for row in sync(database)]
    tap.equal(statements, ["ALTER FOREIGN TABLE crm.deals DROP COLUMN value",
                           "ALTER FOREIGN TABLE crm.deals DROP COLUMN stage__active_from"]
              if statements[0].endswith("value") else
              ["ALTER FOREIGN TABLE crm.deals DROP COLUMN stage__active_from",
               "ALTER FOREIGN TABLE crm.deals DROP COLUMN value"], "columns are dropped, but none that a view uses")
    result = must(database.psql("SET client_min_messages = notice; SELECT FROM attio_fdw_sync('crm', apply => true)"))
    tap.ok('Column "stage" is kept, because it is used by view views.by_stage.' in result.err, "and it says so", result)
    tap.ok("Drop or change what uses it" in result.err, "and what can be done", result)
    tap.equal(sync(database, ", apply => true"), [], "a second run changes nothing")
    must(database.psql("DROP SCHEMA views CASCADE"))
    same(database, "archived attributes")
    emulator.reset()


@case(WORK)
def one_slug_of_two_attributes(emulator, database):
    """Archived, and made again with the same slug and another type: another attribute."""
    again(database)
    drift(emulator, {"do": "rename", "attribute": "stage", "to": "old stage"}, {"do": "archive", "attribute": "old stage"},
          {"do": "add", "attribute": "stage", "type": "number"})
    statements = same(database, "the same slug again")
    tap.ok(statements[0].endswith("DROP COLUMN stage") and any("ADD COLUMN stage numeric" in s for s in statements),
           "the column is another one", statements)
    emulator.reset()


@case(WORK)
def several_values(emulator, database):
    """Attributes that hold several values now, or one."""
    for before, after, option in ((False, True, "default"), (True, False, "default"), (False, True, "all")):
        name = f"multiselect {before} to {after}, {option}"
        mail = {"email_address": "ada@example.com", "original_email_address": "Ada@example.com"}
        added = {"do": "add", "attribute": "mails", "type": "email-address", "multi": before}
        drift(emulator, added, {"do": "add", "attribute": "kind", "type": "select", "multi": before},
              {"do": "set", "positions": [0, 3], "attribute": "mails", "values": [mail]})
        again(database, option)
        drift(emulator, {"do": "change", "attribute": "mails", "multi": after},
              {"do": "change", "attribute": "kind", "multi": after})
        statements = same(database, name, option)
        tap.ok(any("ALTER COLUMN mails TYPE text" in each for each in statements), f"{name}: the type follows", statements)
        same_rows(database, "deals")
        emulator.reset()


@case(WORK)
def types_of_ones_own(emulator, database):
    drift(emulator, {"do": "add", "attribute": "kind", "type": "select"},
          {"do": "add", "attribute": "sort", "type": "select"})
    again(database)
    must(database.psql("""ALTER FOREIGN TABLE crm.deals ALTER COLUMN kind TYPE varchar(30);
        CREATE VIEW fresh.sorts AS SELECT sort FROM crm.deals"""))
    drift(emulator, {"do": "change", "attribute": "kind", "multi": True}, {"do": "change", "attribute": "sort", "multi": True})
    result = must(database.psql("SET client_min_messages = notice; SELECT statement FROM attio_fdw_sync('crm', true)"))
    tap.ok("kind" not in result.out.replace("kind__", "") and "COLUMN sort " not in result.out,
           "a type of one's own stays, and so does one that a view uses", result)
    tap.ok('Column "sort" keeps its type, because it is used by view fresh.sorts' in result.err, "and it says so", result)
    must(database.psql("DROP VIEW fresh.sorts"))
    tap.equal([row["statement"] for row in sync(database)],
              ["ALTER FOREIGN TABLE crm.deals ALTER COLUMN sort TYPE text[]",
               "ALTER FOREIGN TABLE crm.deals ALTER COLUMN sort OPTIONS (SET multiselect 'true')"], "it follows afterwards")
    emulator.reset()


@case(WORK)
def another_type(emulator, database):
    drift(emulator, {"do": "add", "attribute": "score", "type": "number"})
    again(database)
    drift(emulator, {"do": "change", "attribute": "score", "type": "text"})
    statements = same(database, "another type")
    tap.equal(statements, ["ALTER FOREIGN TABLE crm.deals ALTER COLUMN score TYPE text",
                           "ALTER FOREIGN TABLE crm.deals ALTER COLUMN score OPTIONS (SET type 'text')"], "by two statements")
    emulator.reset()


def create(emulator, path, **data):
    return emulator.call("POST", path, {"data": data}, key=KEY)["data"]


@case(WORK)
def new_objects_and_lists(emulator, database):
    again(database)
    create(emulator, "/v2/objects", api_slug="projects", singular_noun="Project", plural_noun="Projects")
    create(emulator, "/v2/lists", api_slug="projects", name="Projects", parent_object="companies",
           workspace_access="full-access", workspace_member_access=[])
    tap.equal(sync(database, ", new_tables => false"), [], "not where they are not wanted")
    statements = same(database, "new objects and lists")
    tap.ok(len(statements) == 2 and statements[0].startswith("CREATE FOREIGN TABLE crm.projects (")
           and statements[1].startswith("CREATE FOREIGN TABLE crm.projects_list ("), "two tables", statements)
    again(database, what="lists")
    create(emulator, "/v2/objects", api_slug="plans", singular_noun="Plan", plural_noun="Plans")
    tap.equal(sync(database), [], "an object is none of a schema of lists")
    must(database.psql("DROP FOREIGN TABLE crm.hiring; CREATE TABLE crm.hiring (mine int)"))
    result = must(database.psql("SET client_min_messages = notice; SELECT statement FROM attio_fdw_sync('crm', true)"))
    tap.ok(result.out == "" and 'because "hiring" exists' in result.err, "a name that is used already", result)
    emulator.reset()


@case(WORK)
def renamed_objects_and_lists(emulator, database):
    again(database)
    emulator.mutate({"do": "rename", "kind": "objects", "slug": "deals", "to": "bargains"},
                    {"do": "rename", "kind": "lists", "slug": "hiring", "to": "staffing"})
    statements = same(database, "renamed objects and lists")
    tap.ok("ALTER FOREIGN TABLE crm.deals RENAME TO bargains" in statements, "the table's name follows", statements)
    same_rows(database, "bargains")
    emulator.mutate({"do": "rename", "kind": "objects", "slug": "bargains", "to": "trades"})
    must(database.psql("ALTER FOREIGN TABLE crm.bargains RENAME TO mine; ALTER FOREIGN TABLE crm.mine DROP COLUMN value"))
    statements = [row["statement"] for row in sync(database)]
    tap.equal(statements, ["ALTER FOREIGN TABLE crm.mine OPTIONS (SET object 'trades')"],
              "a table with a name of one's own keeps it, and its columns")
    emulator.reset()


@case(WORK)
def objects_that_are_gone(emulator, database):
    again(database)
    emulator.switches(disabled_objects=["deals"])
    result = must(database.psql("SET client_min_messages = notice; SELECT statement FROM attio_fdw_sync('crm', true)"))
    tap.ok(result.out == "" and 'Foreign table "deals" is kept' in result.err, "a table is never dropped", result)
    emulator.switches(disabled_objects=[])


@case(WORK)
def tables_by_hand(emulator, database):
    again(database)
    must(database.psql("""CREATE SCHEMA own; SET search_path = own, public;
        CREATE FOREIGN TABLE my_deals (record_id uuid, name text, stage text) SERVER attio OPTIONS (object 'deals');
        CREATE FOREIGN TABLE bound (record_id uuid, name text, stage text) SERVER attio OPTIONS (object 'deals');
        SELECT attio_fdw_bind('bound')"""))
    drift(emulator, {"do": "rename", "attribute": "stage", "to": "phase"}, {"do": "archive", "attribute": "name"})
    tap.equal([row["statement"] for row in sync(database, schema="own")],
              ["ALTER FOREIGN TABLE own.bound DROP COLUMN name",
               "ALTER FOREIGN TABLE own.bound RENAME COLUMN stage TO phase",
               "ALTER FOREIGN TABLE own.bound ALTER COLUMN phase OPTIONS (SET attribute 'phase')"],
              "what is bound follows; nothing is added")
    must(database.psql("DROP SCHEMA own CASCADE"))
    emulator.reset()


@case(WORK)
def mistakes(emulator, database):
    again(database)
    result = database.psql("SELECT * FROM attio_fdw_sync('nowhere')")
    tap.ok(result.refused("3F000"), "a schema that does not exist", result)
    result = database.psql("SELECT * FROM attio_fdw_sync('public')")
    tap.ok(result.refused("42P01"), "a schema without foreign tables", result)
    role = database.role("reader", "GRANT USAGE ON SCHEMA crm TO %; GRANT USAGE ON FOREIGN SERVER attio TO %;"
                         "CREATE USER MAPPING FOR % SERVER attio OPTIONS (api_key 'emulator-key')")
    drift(emulator, {"do": "archive", "attribute": "value"})
    result = database.psql(f"SET ROLE {role}; SELECT statement FROM attio_fdw_sync('crm')")
    tap.ok("DROP COLUMN value" in result.out, "whoever may use the schema may look", result)
    result = database.psql(f"SET ROLE {role}; SELECT statement FROM attio_fdw_sync('crm', apply => true)")
    tap.ok(result.refused("42501"), "and only the owner may change it", result)
    result = database.psql("BEGIN READ ONLY; SELECT statement FROM attio_fdw_sync('crm'); "
                           "SELECT statement FROM attio_fdw_sync('crm', apply => true)")
    tap.ok("DROP COLUMN value" in result.out and "25006" in result.err, "in a transaction that only reads", result)
    must(database.psql(f"DROP USER MAPPING FOR {role} SERVER attio; DROP OWNED BY {role}"))
    emulator.reset()


@case
def two_servers():
    """Tables of each server are compared with its own workspace."""
    with Emulator("--scale", "20") as one, Emulator("--scale", "20", "--seed", "7") as other, \
            Database("attio_sync_two", one, QUICK, schema=None) as database:
        must(database.psql(f"""CREATE SERVER second FOREIGN DATA WRAPPER attio_fdw OPTIONS (base_url '{other.url}');
            CREATE USER MAPPING FOR CURRENT_USER SERVER second OPTIONS (api_key '{KEY}');
            IMPORT FOREIGN SCHEMA objects LIMIT TO (deals) FROM SERVER attio INTO crm;
            IMPORT FOREIGN SCHEMA objects LIMIT TO (people) FROM SERVER second INTO crm"""))
        drift(other, {"do": "archive", "attribute": "job_title", "slug": "people"})
        tap.equal([row["statement"] for row in sync(database, ", new_tables => false")],
                  ["ALTER FOREIGN TABLE crm.people DROP COLUMN job_title"], "the drift of its own workspace")


run()
