#!/usr/bin/env python3
"""Foreign children of local parents: what the parent asks of a row is asked before the request, as of local children.

Policies of row security, bounds of partitions, transition tables, triggers of statements, ids at different places,
rows that a MERGE moves.  The same statements run beside local twins, and say the same.
"""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import QUICK, Workspace, must  # noqa: E402
from cases import case, run, tap  # noqa: E402

COLUMNS = "record_id uuid, tag text, a_number numeric"
FOREIGN = "record_id uuid, tag text OPTIONS (attribute 'a_text'), a_number numeric"


def make(database, schema, foreign):
    """Parents whose children are foreign, or local twins of the same shape."""
    def child(name, parent, bound):
        if not foreign:
            return f"CREATE TABLE {name} ({COLUMNS}); ALTER TABLE {parent} ATTACH PARTITION {name} {bound};"
        return (f"CREATE FOREIGN TABLE {name} ({FOREIGN}) SERVER attio OPTIONS (object 'all_types'); "
                f"ALTER TABLE {parent} ATTACH PARTITION {name} {bound};")
    must(database.psql(f"""
        CREATE SCHEMA {schema}; SET search_path = {schema};
        CREATE FUNCTION rekey() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN NEW.tag := 'elsewhere'; RETURN NEW; END$$;
        CREATE FUNCTION pass() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NULL; END$$;
        CREATE TABLE guarded ({COLUMNS}) PARTITION BY LIST (tag);
        {child('guarded_a', 'guarded', "FOR VALUES IN ('a')")}
        ALTER TABLE guarded ENABLE ROW LEVEL SECURITY;
        CREATE POLICY few ON guarded USING (true) WITH CHECK (a_number < 10);
        CREATE TABLE kept ({COLUMNS});
        {"CREATE FOREIGN TABLE" if foreign else "CREATE TABLE"} kept_child ()
            INHERITS (kept) {"SERVER attio OPTIONS (object 'all_types')" if foreign else ""};
        {"ALTER FOREIGN TABLE kept_child ALTER tag OPTIONS (ADD attribute 'a_text');" if foreign else ""}
        ALTER TABLE kept ENABLE ROW LEVEL SECURITY;
        CREATE POLICY few ON kept USING (true) WITH CHECK (a_number < 10);
        CREATE TABLE bounded ({COLUMNS}) PARTITION BY LIST (tag);
        {child('bounded_a', 'bounded', "FOR VALUES IN ('a')")}
        CREATE TRIGGER rekey BEFORE INSERT ON bounded_a FOR EACH ROW EXECUTE FUNCTION rekey();
        CREATE TABLE moved ({COLUMNS}) PARTITION BY LIST (tag);
        {child('moved_a', 'moved', "FOR VALUES IN ('a')")}
        CREATE TABLE moved_b PARTITION OF moved FOR VALUES IN ('b');
        INSERT INTO moved (tag, a_number) VALUES ('b', 1);
        GRANT USAGE ON SCHEMA {schema} TO attio_parents;
        GRANT ALL ON ALL TABLES IN SCHEMA {schema} TO attio_parents;"""))


def words(result):
    """Code and message of an error; names of the schemas' tables are the same."""
    found = re.search(r"ERROR:  (\w+: .*)", result.err)
    return found.group(1) if found else "fine"


STATEMENTS = (
    ("INSERT that the policy allows", "INSERT INTO guarded (tag, a_number) VALUES ('a', 1)"),
    ("INSERT that it does not", "INSERT INTO guarded (tag, a_number) VALUES ('a', 11)"),
    ("INSERT of several, one of which it does not",
     "INSERT INTO guarded (tag, a_number) SELECT 'a', 11 - i FROM generate_series(0, 2) i"),
    ("UPDATE that the policy allows", "UPDATE guarded SET a_number = 2 WHERE tag = 'a'"),
    ("UPDATE that it does not", "UPDATE guarded SET a_number = 12 WHERE tag = 'a'"),
    ("UPDATE of a partition by id",
     "UPDATE guarded SET a_number = 12 WHERE record_id IS NOT DISTINCT FROM record_id AND tag = 'a'"),
    ("UPDATE of an inheritance parent that it does not", "UPDATE kept SET a_number = 12 WHERE tag = 'a'"),
    ("INSERT whose trigger changes the key", "INSERT INTO bounded (tag, a_number) VALUES ('a', 1)"),
    ("INSERT into the partition whose trigger does", "INSERT INTO bounded_a (tag, a_number) VALUES ('a', 1)"),
)


def prepare(_emulator, database):
    database.roles.append("attio_parents")
    must(database.psql("DROP ROLE IF EXISTS attio_parents; CREATE ROLE attio_parents; GRANT USAGE ON FOREIGN "
                       "SERVER attio TO attio_parents; "
                       "CREATE USER MAPPING FOR attio_parents SERVER attio OPTIONS (api_key 'emulator-key')"))
    make(database, "home", False)
    make(database, "abroad", True)


WORK = Workspace("--scale", "60", options=QUICK, before=prepare)


@case(WORK)
def checks(emulator, database):
    must(database.psql("INSERT INTO abroad.kept_child (tag, a_number) VALUES ('a', 1); "
                       "INSERT INTO home.kept_child (tag, a_number) VALUES ('a', 1)"))
    for name, sql in STATEMENTS:
        for more in ("", " RETURNING a_number"):
            said = {}
            for schema in ("home", "abroad"):
                emulator.forget()
                result = database.psql(f"SET search_path = {schema}; SET ROLE attio_parents; "
                                       f"SET attio_fdw.log_writes = off;\n{sql}{more}")
                said[schema] = words(result)
                if schema == "abroad" and said[schema] != "fine":
                    tap.equal(len(emulator.sent()), 0, f"{name}{more}: refused before any request")
            tap.equal(said["abroad"], said["home"], f"{name}{more}: as a local child")


@case(WORK)
def moves(emulator, database):
    move = "MERGE INTO abroad.moved t USING (VALUES ('b')) s (tag) ON t.tag = s.tag AND t.tag = 'b' "
    for name, sql in (("UPDATE", "UPDATE abroad.moved SET tag = 'a' WHERE tag = 'b'"),
                      ("MERGE", move + "WHEN MATCHED THEN UPDATE SET tag = 'a'"),
                      ("MERGE that inserts, too",
                       move
                       + "WHEN MATCHED THEN UPDATE SET tag = 'a' WHEN NOT MATCHED THEN INSERT (tag) VALUES ('a')")):
        emulator.forget()
        result = database.psql(sql)
        tap.ok(result.refused("0A000") and not emulator.sent(),
               f"{name}: moves no row into a foreign partition", result)
        tap.equal(database.value("SELECT count(*) FROM abroad.moved_b"), "1", f"{name}: the row stays")
    must(database.psql("CREATE TABLE abroad.new (tag text, a_number numeric); INSERT INTO abroad.new VALUES ('a', 77)"))
    emulator.forget()
    result = database.psql("MERGE INTO abroad.moved t USING abroad.new s ON t.tag = 'b' "
                           "AND t.a_number = s.a_number WHEN MATCHED THEN UPDATE "
                           "SET tag = 'b' WHEN NOT MATCHED THEN INSERT (tag, a_number) VALUES (s.tag, s.a_number)")
    tap.note(f"a MERGE that only inserts there: {words(result)}, {len(emulator.sent())} writes")
    tap.ok(result.code != 0 and not emulator.sent() or len(emulator.sent()) == 1,
           "a MERGE that inserts into a foreign partition does so, or is refused", result)


@case(WORK)
def names(_emulator, database):
    must(database.psql("""
        CREATE SCHEMA places; SET search_path = places;
        CREATE TABLE parent (tag text, a_number numeric, record_id uuid);
        CREATE FOREIGN TABLE one (tag text OPTIONS (attribute 'a_text'), a_number numeric, record_id uuid) SERVER attio
            OPTIONS (object 'all_types');
        CREATE FOREIGN TABLE two (dropped text, record_id uuid, a_number numeric, more text, tag text
            OPTIONS (attribute 'a_text')) SERVER attio OPTIONS (object 'all_types');
        ALTER FOREIGN TABLE two DROP dropped; ALTER FOREIGN TABLE two DROP more;
        ALTER TABLE one INHERIT parent; ALTER TABLE two INHERIT parent;
        INSERT INTO one (tag, a_number) VALUES ('place', 1), ('place', 2)"""))
    for name, sql in (("UPDATE", "UPDATE places.parent SET a_number = a_number + 10 WHERE tag = 'place'"),
                      ("UPDATE with RETURNING",
                       "UPDATE places.parent SET a_number = 5 WHERE tag = 'place' RETURNING a_number"),
                      ("DELETE", "DELETE FROM places.parent WHERE tag = 'place' AND a_number = 5")):
        result = database.psql(sql)
        tap.equal(result.code, 0, f"{name} of a parent whose children have their ids at different places")
    tap.equal(database.value("SELECT count(*) FROM places.one WHERE tag = 'place'"), "0", "all are gone")


@case(WORK)
def triggers(emulator, database):
    must(database.psql(f"""
        CREATE SCHEMA rooted; SET search_path = rooted;
        CREATE TABLE log (what text, n int8);
        CREATE TABLE parent ({COLUMNS});
        CREATE FOREIGN TABLE child (tag text OPTIONS (attribute 'a_text')) INHERITS (parent) SERVER attio
            OPTIONS (object 'all_types');
        CREATE FUNCTION look() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN
            INSERT INTO rooted.log SELECT TG_OP, count(*) FROM rooted.child WHERE tag = 'rooted' AND a_number = 5;
            RETURN NULL; END$$;
        CREATE TRIGGER look AFTER UPDATE OR DELETE ON parent FOR EACH STATEMENT EXECUTE FUNCTION look();
        INSERT INTO child (tag, a_number) VALUES ('rooted', 1), ('rooted', 2)"""))
    must(database.psql("UPDATE rooted.parent SET a_number = 5 WHERE tag = 'rooted'"))
    tap.equal(database.value("SELECT n FROM rooted.log"), "2",
              "the parent's AFTER STATEMENT trigger sees what was written")
    must(database.psql("DELETE FROM rooted.parent WHERE tag = 'rooted'"))
    tap.equal(database.value("SELECT n FROM rooted.log WHERE what = 'DELETE'"), "0", "and what was deleted")
    must(database.psql("""
        CREATE SCHEMA transition; SET search_path = transition;
        CREATE FUNCTION pass() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NULL; END$$;
        CREATE TABLE parent (record_id uuid, tag text, a_number numeric) PARTITION BY LIST (tag);
        CREATE FOREIGN TABLE child (record_id uuid, tag text OPTIONS (attribute 'a_text'), a_number numeric)
            SERVER attio OPTIONS (object 'all_types');
        INSERT INTO child (tag, a_number) VALUES ('t', 1), ('t', 2);
        ALTER TABLE parent ATTACH PARTITION child FOR VALUES IN ('t');
        CREATE TRIGGER i AFTER INSERT ON parent REFERENCING NEW TABLE AS n FOR EACH STATEMENT EXECUTE FUNCTION pass();
        CREATE TRIGGER u AFTER UPDATE ON parent REFERENCING OLD TABLE AS o NEW TABLE AS n FOR EACH STATEMENT
            EXECUTE FUNCTION pass();
        CREATE TRIGGER d AFTER DELETE ON parent REFERENCING OLD TABLE AS o FOR EACH STATEMENT
            EXECUTE FUNCTION pass()"""))
    ident = database.value("SELECT record_id FROM transition.child WHERE tag = 't' LIMIT 1")
    for sql in ("INSERT INTO transition.parent (tag, a_number) VALUES ('t', 3)",
                "SET attio_fdw.allow_copy = on; COPY transition.parent (tag, a_number) FROM stdin;\nt\t3\n\\.\n",
                "UPDATE transition.parent SET a_number = 9 WHERE tag = 't'",
                "DELETE FROM transition.parent WHERE tag = 't'",
                f"DELETE FROM transition.parent WHERE record_id = '{ident}'"):
        emulator.forget()
        result = database.psql("SET attio_fdw.allow_unqualified_writes = on; " + sql if "COPY" not in sql else sql)
        tap.ok("transition tuples" in result.err and not emulator.sent(),
               f"transition tables on the parent: refused before the write: {sql[:60]}", result)


run()
