#!/usr/bin/env python3
"""Answers to writes that are none: empty, cut, without what belongs to them, under each status.

Each way to write meets each of them: no crash, the key in no message, and nothing that was written unnoticed.
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import QUICK, Workspace, must  # noqa: E402
from cases import case, run, tap  # noqa: E402

PATH = "/(records|entries)(/[-0-9a-f]+)?([?].*)?$"
BODIES = (("empty", {"body": ""}), ("cut", {"body": '{"data":{"id":{"record_id":"3a4da5ae'}), ("{}", {"body": "{}"}))
STATUSES = (200, 201, 204, 302, 400, 401, 403, 404, 409, 429, 500, 503)


def prepare(_emulator, database):
    must(database.psql("""
        CREATE FOREIGN TABLE upsert (record_id uuid, an_email text, a_text text) SERVER attio
            OPTIONS (object 'all_types', matching_attribute 'an_email');
        CREATE FUNCTION pass() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN coalesce(NEW, OLD); END';
        CREATE FOREIGN TABLE watched (record_id uuid, a_text text, a_number numeric) SERVER attio
            OPTIONS (object 'all_types');
        CREATE TRIGGER pass BEFORE INSERT OR UPDATE OR DELETE ON watched FOR EACH ROW EXECUTE FUNCTION pass();
        INSERT INTO all_types (a_text, a_number) SELECT 'row', i FROM generate_series(1, 5) i"""))


WORK = Workspace("--scale", "60", options=QUICK + ", max_retries '0'", before=prepare)


def rows(database):
    """The ids of the five rows that are there."""
    return database.value("SELECT record_id FROM all_types WHERE a_text LIKE 'row%'").split("\n")


def some_company(database):
    return database.value("SELECT record_id FROM companies LIMIT 1")


def fresh(database, sql, n):
    """A statement that has something to do: what the last one wrote may have been done."""
    sql = sql.replace("@n", str(n))
    if "DELETE" in sql:
        doomed = database.value("INSERT INTO all_types (a_text) VALUES ('doomed') RETURNING record_id")
        sql = sql.replace("@id", f"'{doomed}'")
    if "@entry" in sql:
        entry = database.value("INSERT INTO sales_pipeline (parent_record_id) "
                               f"VALUES ('{some_company(database)}') RETURNING entry_id")
        sql = sql.replace("@entry", f"'{entry}'")
    return sql


@case(WORK)
def every_way_to_write(emulator, database):
    """Each way to write meets each of them."""
    ids, company = rows(database), some_company(database)
    listed = ",".join(f"'{i}'" for i in ids)
    writes = (
        ("INSERT of one row", "INSERT INTO all_types (a_text) VALUES ('new')", True),
        ("INSERT of six rows", "INSERT INTO all_types (a_text) SELECT 'new' FROM generate_series(1, 6)", True),
        ("INSERT RETURNING",
         "INSERT INTO all_types (a_text) SELECT 'new' FROM generate_series(1, 3) RETURNING record_id", True),
        ("COPY", "SET attio_fdw.allow_copy = on; COPY all_types (a_text) FROM stdin;\nnew\nnew\n\\.\n", True),
        ("INSERT with a trigger", "INSERT INTO watched (a_text) SELECT 'new' FROM generate_series(1, 3)", True),
        ("INSERT of an entry", f"INSERT INTO sales_pipeline (parent_record_id) VALUES ('{company}')", True),
        ("an assert", "INSERT INTO upsert (an_email, a_text) VALUES ('a@example.com', 'new')", False),
        ("UPDATE of one row",
         f"UPDATE all_types SET a_text = a_text || '!', a_number = @n WHERE record_id = '{ids[0]}'", False),
        ("UPDATE of several", "UPDATE all_types SET a_number = a_number + @n WHERE a_text LIKE 'row%'", False),
        ("UPDATE by a literal id", f"UPDATE all_types SET a_number = @n WHERE record_id = '{ids[1]}'", False),
        ("UPDATE by literal ids", f"UPDATE all_types SET a_number = @n WHERE record_id IN ({listed})", False),
        ("UPDATE RETURNING", f"UPDATE all_types SET a_number = @n WHERE record_id IN ({listed}) RETURNING record_id",
         False),
        ("UPDATE with a trigger", f"UPDATE watched SET a_number = @n WHERE record_id IN ({listed})", False),
        ("DELETE by a literal id", "DELETE FROM all_types WHERE record_id = @id", False),
        ("DELETE of several", "DELETE FROM all_types WHERE a_text LIKE 'doomed%'", False),
        ("DELETE RETURNING", "DELETE FROM all_types WHERE record_id IN (@id) RETURNING a_text", False),
        ("DELETE of an entry", "DELETE FROM sales_pipeline WHERE entry_id = @entry", False),
    )
    number = 1000
    for name, sql, creates in writes:
        for body, fault in BODIES:
            wrong = []
            for status in STATUSES:
                number += 1
                ready = fresh(database, sql, number)
                emulator.faults(*({"match": {"method": method, "path": PATH}, "status": status, **fault}
                                  for method in ("POST", "PUT", "DELETE")))
                result = database.psql(ready if "COPY" in ready else ready + ";")
                emulator.faults()
                if "crash" in result.err or "server closed" in result.err or "emulator-key" in result.err:
                    wrong.append((status, result))
                elif result.code == 0:
                    # "{}" says nothing of a row that is known; a new one needs its id
                    if not (status == 200 and body == "{}"
                            and not creates) or "RETURNING" in name and name[0] != "D" or name == "an assert":
                        wrong.append((status, result))
                elif creates and status in (200, 201, 204, 302, 500, 503) and "08007" not in result.err:
                    wrong.append((status, result))
            tap.ok(not wrong, f"{name}: {body} under {len(STATUSES)} statuses: an error that says what is known",
                   wrong[:3])


@case(WORK)
def one_of_many(emulator, database):
    """An error among many says what may be written."""
    listed = ",".join(f"'{i}'" for i in rows(database))
    emulator.faults({"match": {"method": "PUT", "path": PATH}, "status": 200, "body": ""})
    result = database.psql(f"UPDATE all_types SET a_number = 99 WHERE record_id IN ({listed})")
    tap.ok("may be" in result.err and "is not JSON" in result.err, "no body: the outcome is unknown", result)
    emulator.faults()
    tap.equal(database.value("SELECT 1"), "1", "after all of that")


run()
