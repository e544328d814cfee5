#!/usr/bin/env python3
"""What a write promises: the report of an error is what the emulator's log shows; rows named by id are written without
reading; a statement does not see its own writes; what did not take is told; what follows a write shows it.
"""
import json
import os
import re
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import QUICK, ServerLog, Workspace, must, start_psql, wait_until  # noqa: E402
from cases import case, run, tap  # noqa: E402

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")


def listed(text, word):
    """The rows that an error names as written, may be written, not written."""
    found = re.search(rf"^{word}: (.*)$", text, re.M)
    return set(found.group(1).split(", ")) if found else set()


def ids_of(entries):
    return {UUID.findall(e["path"])[-1] for e in entries}


def rows_with(emulator, tag):
    found = emulator.call("POST", "/v2/objects/all_types/records/query", {"filter": {"a_text": tag}, "limit": 500},
                          key="emulator-key")["data"]
    return {row["id"]["record_id"] for row in found}


WORK = Workspace("--scale", "60", options=QUICK)


@case(WORK)
def reports(emulator, database):
    must(database.psql("INSERT INTO all_types (a_text, a_number) SELECT 'hundred', i FROM generate_series(1, 100) i"))
    everything = rows_with(emulator, "hundred")
    tap.equal(len(everything), 100, "a hundred rows")
    for name, sql, method in (("UPDATE", "UPDATE all_types SET a_number = a_number + 1000 WHERE a_text = 'hundred'",
                               "PUT"),
                              ("DELETE", "DELETE FROM all_types WHERE a_text = 'hundred'", "DELETE")):
        emulator.faults({"match": {"method": method, "nth": 50}, "status": 400, "body": '{"code":"x","message":"no"}'})
        emulator.forget()
        result = database.psql(sql)
        done = ids_of(e for e in emulator.sent() if e["status"] == 200)
        emulator.faults()
        tap.equal(listed(result.err, "written"), done,
                  f"{name} of 100 that fails in the middle names the rows that are written")
        tap.equal(listed(result.err, "not written"), everything - done, "and those that are not")
        tap.ok(listed(result.err, "may be written") == set() and f"{len(done)} writes to Attio stay" in result.err,
               "and leaves none in doubt", result)
        everything -= done if method == "DELETE" else set()
    # a failed INSERT: ids of those that exist, numbers of those that do not
    emulator.faults({"match": {"method": "POST", "path": "records$", "nth": 20}, "status": 400,
                     "body": '{"code":"x","message":"no"}'})
    result = database.psql("INSERT INTO all_types (a_text) SELECT 'inserted' FROM generate_series(1, 40)")
    emulator.faults()
    tap.equal(listed(result.err, "written"), rows_with(emulator, "inserted"),
              "INSERT names the ids of the rows that are there")
    tap.ok(all(row.startswith("row ") for row in listed(result.err, "not written")),
           "and the places of those that are not", result)
    # an interrupted one: what was sent and not answered may be written
    emulator.faults({"match": {"method": "PUT", "nth": list(range(12, 200))}, "silence": True})
    emulator.forget()
    result = database.psql("SET statement_timeout = '500ms'; UPDATE all_types SET a_number = 7 "
                           "WHERE a_text = 'hundred'")
    sent = emulator.sent()
    emulator.faults()
    tap.ok("57014" in result.err, "a cancel ends a write", result)
    tap.equal((listed(result.err, "written"), listed(result.err, "may be written")),
              (ids_of(sent[:11]), ids_of(sent[11:])), "and says which rows are written and which may be")
    # a lost answer among many
    emulator.faults({"match": {"method": "POST", "path": "records$", "nth": 5}, "reset": "headers"})
    emulator.forget()
    result = database.psql("INSERT INTO all_types (a_text) SELECT 'lost' FROM generate_series(1, 20)")
    emulator.faults()
    there, known = rows_with(emulator, "lost"), listed(result.err, "written")
    tap.ok("08007" in result.err and known < there
           and len(there - known) == len(listed(result.err, "may be written")) == 1,
           "a lost answer is the one row in doubt", result)
    tap.equal(len(emulator.sent()), len(there), "none was sent twice")


@case(WORK)
def timeouts(emulator, database):
    emulator.faults({"match": {"method": "POST", "path": "records$", "nth": 1}, "delay_ms": 2000})
    emulator.forget()
    result = database.psql("SET attio_fdw.request_timeout = '300ms'; INSERT INTO all_types (a_text) VALUES ('late')")
    tap.ok("08007" in result.err and len(emulator.sent()) == 1,
           "a create that is not answered in time is sent once, and may exist", result)
    ident = database.value("INSERT INTO all_types (a_text) VALUES ('slow') RETURNING record_id")
    emulator.faults({"match": {"method": "PUT", "nth": 1}, "delay_ms": 2000})
    must(database.psql("SET attio_fdw.request_timeout = '300ms'; UPDATE all_types SET a_text = 'quick' "
                       f"WHERE record_id = '{ident}'"))
    emulator.faults()
    tap.equal(rows_with(emulator, "quick"), {ident}, "an UPDATE that is not is sent again")


@case(WORK)
def gone(emulator, database):
    """Rows that others delete between our reading and our writing."""
    for sql, method, wanted in (("UPDATE all_types SET a_number = a_number + 1 WHERE a_text = 'going'", "PUT",
                                 "1 of the rows"),
                                ("DELETE FROM all_types WHERE a_text = 'going'", "DELETE", "1 of the rows"),
                                ("WITH w AS (UPDATE all_types SET a_number = a_number + 1 WHERE a_text = 'going' "
                                 "RETURNING 1) SELECT count(*) FROM w", "PUT", None)):
        must(database.psql("SET client_min_messages = error; DELETE FROM all_types WHERE a_text = 'going'; "
                           "INSERT INTO all_types (a_text, a_number) SELECT 'going', i FROM generate_series(1, 3) i"))
        gone = sorted(rows_with(emulator, "going"))[0]
        emulator.faults({"match": {"method": method, "nth": 1},
                         "before": [{"do": "delete", "kind": "objects", "slug": "all_types", "ids": [gone]}]})
        result = must(database.psql(sql))
        emulator.faults()
        tap.ok((wanted in result.err) if wanted else result.out == "2",
               f"a row that is gone when it is to be written is no error: {sql[:40]}", result)
    tap.equal(database.value("INSERT INTO all_types (a_text) VALUES ('returned') RETURNING a_text"), "returned",
              "INSERT returns the row")
    tap.equal(database.value("UPDATE all_types SET a_phone = '+44 20 7183 8750', an_email = 'Upper@Example.com' "
                             "WHERE a_text = 'returned' RETURNING a_phone, an_email"),
              "+442071838750|upper@example.com",
              "UPDATE of several columns returns what Attio made of them")
    emulator.faults({"match": {"method": "DELETE", "nth": 1}, "reset": "headers"})
    ident = database.value("INSERT INTO all_types (a_text) VALUES ('deleted twice') RETURNING record_id")
    result = must(database.psql(f"DO $$ DECLARE n bigint; BEGIN DELETE FROM crm.all_types WHERE record_id = '{ident}'; "
                                "GET DIAGNOSTICS n = ROW_COUNT; RAISE WARNING 'count %', n; END $$"))
    emulator.faults()
    tap.ok("count 1" in result.err, "a DELETE whose answer was lost counts when it finds nothing the second time",
           result)


@case(WORK)
def answers(emulator, database):
    """An answer that does not say what was done: of a new row it may or may not be there, of others the error does not
    say that it is not.
    """
    must(database.psql("INSERT INTO all_types (a_text, a_number) VALUES ('answered', 1), ('answered', 2), ('gone', 1)"))
    for status, body, kind in ((200, "<html>a proxy</html>", "text/html"),
                               (200, "{broken", "application/json"),
                               (200, "[]", "application/json"),
                               (201, "{}", "application/json"),
                               (204, "", "application/json")):
        fault = {"times": 1, "status": status, "body": body, "content_type": kind}
        emulator.faults({"match": {"method": "POST", "path": "records$", "nth": 2}, **fault})
        result = database.psql("INSERT INTO all_types (a_text) VALUES ('new'), ('new'), ('new')")
        tap.ok("08007" in result.err and "may or may not exist" in result.err
               and len(listed(result.err, "may be written")) == 1 and len(listed(result.err, "written")) == 2,
               f"HTTP {status} {body!r} to a new row", result)
        emulator.faults({"match": {"method": "PUT"}, **fault})
        result = database.psql("UPDATE all_types SET a_number = a_number + 10 WHERE a_text = 'answered'")
        tap.ok(result.code != 0 and len(listed(result.err, "may be written") | listed(result.err, "written")) == 2
               and not listed(result.err, "not written"), "and to a changed one", result)
    emulator.faults()
    must(database.psql("DELETE FROM all_types WHERE a_text IN ('new', 'answered', 'gone')"))


@case(WORK)
def killed(emulator, database):
    server_log = ServerLog(database)
    # the first of eight under way is never answered: nobody has looked at the others' answers when the signal comes
    emulator.faults({"match": {"method": "POST", "path": "records$", "nth": 1}, "silence": True})
    emulator.forget()
    process = start_psql("INSERT INTO all_types (a_text) SELECT 'killed' FROM generate_series(1, 30)", database.name)
    wait_until(lambda: len([e for e in emulator.sent() if e["status"]]) >= 8, "eight answers")
    time.sleep(1)       # to read them
    begun = time.time()
    database.psql(f"SELECT pg_terminate_backend({database.backend('INSERT INTO all_types')})")
    process.wait(30)
    message = process.stderr.read()
    emulator.faults()
    tap.ok("57P01" in message and time.time() - begun < 20,
           "a session that is terminated in the middle of a batch ends", message)
    tap.equal(len(rows_with(emulator, "killed")), len(emulator.sent()), "no row is created twice")
    if server_log.there:
        logged = {UUID.search(line.split(" id ")[1]).group(0) for line in server_log.writes()}
        # the one that arrived first need not be the one that was sent first, so that others may have been sent
        # meanwhile
        created = rows_with(emulator, "killed")
        tap.ok(len(logged) == len(created) - 1 >= 7 and logged <= created,
               "the server's log names those that were answered", logged)


@case(WORK)
def conflicts(emulator, database):
    ident = database.value("INSERT INTO all_types (a_text) VALUES ('busy') RETURNING record_id")
    busy = {"status": 409, "body": '{"code":"concurrent_write_conflict","message":"busy"}'}
    for method, sql in (("PUT", f"UPDATE all_types SET a_text = 'quiet' WHERE record_id = '{ident}'"),
                        ("POST", "INSERT INTO all_types (a_text) VALUES ('after a conflict')")):
        emulator.faults({"match": {"method": method, "path": "records"}, "times": 2, **busy})
        must(database.psql(sql))
    emulator.faults()
    tap.equal((len(rows_with(emulator, "quiet")), len(rows_with(emulator, "after a conflict"))), (1, 1),
              "what conflicts with another write is sent again")
    # ON CONFLICT DO NOTHING
    must(database.psql("INSERT INTO companies (name, domains) VALUES ('Unique', '{unique.com}')"))
    result = must(database.psql("WITH new AS (INSERT INTO companies (name, domains) "
                                "VALUES ('One', '{one-of.com}'), ('Two', '{unique.com}'), ('Three', '{three-of.com}'), "
                                "('Four', '{one-of.com}') "
                                "ON CONFLICT DO NOTHING RETURNING name) SELECT string_agg(name, ',' "
                                "ORDER BY name) FROM new"))
    tap.equal(result.out, "One,Three", "ON CONFLICT DO NOTHING skips rows that conflict, with one another too")
    result = database.psql("DO $$ DECLARE n bigint; BEGIN INSERT INTO crm.companies (name, domains) "
                           "VALUES ('Five', '{unique.com}'), ('Six', '{six-of.com}') ON CONFLICT DO NOTHING; "
                           "GET DIAGNOSTICS n = ROW_COUNT; RAISE WARNING 'count %', n; END $$")
    tap.ok("count 1" in result.err, "and counts those that are written", result)
    tap.ok("one by one" in database.value("EXPLAIN INSERT INTO companies (name) VALUES ('x') ON CONFLICT DO NOTHING"),
           "EXPLAIN says that rows go one by one")
    must(database.psql("DELETE FROM companies WHERE name IN ('Unique', 'One', 'Three', 'Six')"))


@case(WORK)
def direct(emulator, database):
    ids = database.value("INSERT INTO all_types (a_text) VALUES ('direct a'), ('direct b') RETURNING record_id")
    a, b = ids.split("\n")
    gone = "00000000-0000-4000-8000-000000000000"
    emulator.forget()
    tap.equal(database.value(f"UPDATE all_types SET a_number = 42 WHERE record_id = '{a}' RETURNING a_text, a_number"),
              "direct a|42", "UPDATE by id, with RETURNING")
    tap.equal(([e["method"] for e in emulator.sent()], emulator.queries()), (["PUT"], []),
              "is one request, and none that reads")
    emulator.forget()
    result = must(database.psql("UPDATE all_types SET a_number = 1 + length('abc') "
                                f"WHERE record_id = ANY ('{{{a},{gone},{b},{a}}}'); "
                                f"WITH w AS (UPDATE all_types SET a_rating = 3 WHERE record_id IN ('{a}', '{gone}') "
                                "RETURNING 1) SELECT count(*) FROM w"))
    tap.equal((result.out, emulator.queries()), ("1", []),
              "by several ids, of which one is not there: it does not count")
    numbers = f"SELECT string_agg(a_number::text, ',') FROM all_types WHERE record_id IN ('{a}', '{b}')"
    tap.equal(database.value(numbers), "4,4", "the others are written")
    emulator.forget()
    must(database.psql(f"UPDATE all_types SET a_number = a_number + 1 WHERE record_id = '{a}'; UPDATE all_types "
                       f"SET a_name__last_name = 'Part' WHERE record_id = '{a}';"
                       f"UPDATE all_types SET a_text = 'x', a_number = 5 WHERE record_id = '{a}'"))
    tap.equal(len(emulator.queries()), 3,
              "what needs the old row reads it: an expression of it, a part of a name, several columns of which some "
              "may be the same")
    emulator.forget()
    result = must(database.psql(f"PREPARE del(uuid) AS DELETE FROM all_types WHERE record_id = $1; EXECUTE del('{a}'); "
                                f"EXECUTE del('{a}'); EXECUTE del(NULL);"))
    tap.equal([e["method"] for e in emulator.sent()] + emulator.queries(), ["DELETE", "DELETE"],
              "DELETE by id sends one request; for NULL none")
    c = database.value("INSERT INTO all_types (a_text) VALUES ('direct c') RETURNING record_id")
    emulator.forget()
    must(database.psql(f"DELETE FROM all_types WHERE record_id = '{c}'"))
    tap.equal([e["method"] for e in emulator.log()], ["DELETE"],
              "in a new session, too: not even the definitions are asked for")
    emulator.forget()
    result = database.psql("DELETE FROM all_types; SELECT 1")
    tap.ok("without WHERE" in result.err and emulator.log() == [], "and one without WHERE asks nothing at all", result)
    must(database.psql("CREATE FOREIGN TABLE nowhere (record_id uuid) SERVER attio OPTIONS (object 'nowhere')"))
    result = database.psql(f"DELETE FROM nowhere WHERE record_id = '{c}'")
    tap.ok(result.refused("nowhere"), "an object that is not there is no row that is not", result)
    must(database.psql("DROP FOREIGN TABLE nowhere"))
    tap.ok("without reading first" in database.value(f"EXPLAIN DELETE FROM all_types WHERE record_id = '{a}'"),
           "EXPLAIN says so")
    tap.equal(database.value(f"DELETE FROM all_types WHERE record_id = '{b}' RETURNING a_number"), "4",
              "DELETE with RETURNING reads the row first")
    emulator.forget()
    for words, sql in (("more than 2 rows",
                        "SET attio_fdw.max_rows_written = 2; DELETE FROM all_types "
                        "WHERE record_id = ANY (ARRAY(SELECT gen_random_uuid() FROM generate_series(1, 3)))"),
                       ("read_only", f"SET attio_fdw.read_only = on; DELETE FROM all_types WHERE record_id = '{a}'"),
                       ("cannot be written", f"UPDATE all_types SET created_at = now() WHERE record_id = '{a}'"),
                       ("Valid values are", f"UPDATE all_types SET a_select = 'No such' WHERE record_id = '{a}'")):
        result = database.psql(sql)
        tap.ok(result.refused(words), f"refused: {sql.split(';')[-1].strip()[:60]}", result)
    must(database.psql(f"SET attio_fdw.dry_run = on; DELETE FROM all_types WHERE record_id = '{a}'"))
    tap.equal(emulator.sent(), [], "before any request; dry_run sends none either")


@case(WORK)
def default_limit(emulator, database):
    """A thousand rows, as it is set where nobody sets it."""
    must(database.psql("INSERT INTO all_types (a_text, a_number) SELECT 'many', 0 FROM generate_series(1, 1001)"))
    emulator.forget()
    for name, sql in (("UPDATE", "UPDATE all_types SET a_number = 1 WHERE a_text = 'many'"),
                      ("DELETE", "DELETE FROM all_types WHERE a_text = 'many'")):
        result = database.psql(sql)
        tap.ok("more than 1000 rows" in result.err and emulator.sent() == [],
               f"{name} of 1,001 rows is refused before the first write", result)
    must(database.psql("UPDATE all_types SET a_number = 1 WHERE record_id IN (SELECT record_id FROM all_types "
                       "WHERE a_text = 'many' LIMIT 1000)"))
    tap.equal(len(emulator.sent()), 1000, "one of 1,000 rows is not")
    must(database.psql("SET attio_fdw.max_rows_written = 1001; DELETE FROM all_types WHERE a_text = 'many'"))
    tap.equal(len(emulator.sent()), 2001, "nor is what the setting allows")


@case(WORK)
def every_column(emulator, database):
    """Adminer and some ORMs write back every column as they have shown it, read-only ones too."""
    for table, key in (("all_types", "record_id"),
                       ("people", "record_id"),
                       ("companies", "record_id"),
                       ("deals", "record_id"),
                       ("sales_pipeline", "entry_id")):
        names = database.value("SELECT string_agg(quote_ident(attname), ',') FROM pg_attribute "
                               f"WHERE attrelid = 'crm.{table}'::regclass AND attnum > 0 AND NOT attisdropped")
        names = names.split(",")
        shown = " || ', ' || ".join(f"'{name} = ' || quote_nullable({name}::text)" for name in names)
        rows = database.value(f"SELECT json_agg({key} || '|' || {shown}) FROM (SELECT * FROM {table} LIMIT 12) t")
        rows = [line.partition("|") for line in json.loads(rows)]
        emulator.forget()
        must(database.psql("".join(f"UPDATE {table} SET {settings} WHERE {key} = '{ident}';\n"
                                   for ident, _, settings in rows)))
        tap.equal(emulator.sent(), [],
                  f"{table}: to set every column of {len(rows)} rows to what it shows sends nothing")


@case(WORK)
def own_writes(emulator, database):
    must(database.psql("CREATE FOREIGN TABLE small_pages (record_id uuid, a_text text, a_number numeric, a_rating "
                       "smallint) SERVER attio OPTIONS (object 'all_types', page_size '5')"))
    must(database.psql("INSERT INTO all_types (a_text, a_number) SELECT 'own', i FROM generate_series(1, 40) i"))
    for order in ("id", "updated", "creation"):
        emulator.switches(unsorted_order=order)
        result = must(database.psql("WITH w AS (UPDATE small_pages SET a_number = a_number + 100, a_rating = 1 "
                                    "WHERE a_text = 'own' RETURNING record_id) SELECT count(*), count(DISTINCT "
                                    "record_id) FROM w"))
        tap.equal(result.out, "40|40", f"UPDATE ... RETURNING over pages in the order {order} writes each row once")
    emulator.switches(unsorted_order="creation")
    must(database.psql("INSERT INTO small_pages (a_text, a_number) SELECT 'own', a_number FROM small_pages "
                       "WHERE a_text = 'own'"))
    emulator.switches(unsorted_order="id")
    tap.equal(database.value("SELECT count(*), min(a_number), max(a_number) FROM all_types WHERE a_text = 'own'"),
              "80|301|340", "INSERT ... SELECT from the same table ends, and doubles it")
    tap.equal(must(database.psql("WITH w AS (DELETE FROM small_pages WHERE a_text = 'own' "
                                 "RETURNING record_id) SELECT count(*) FROM w")).out, "80",
              "DELETE ... RETURNING over pages")
    tap.equal(len(rows_with(emulator, "own")), 0, "deletes all of them")
    # a join that brings a row twice writes it once
    must(database.psql("INSERT INTO all_types (a_text) VALUES ('twice'); CREATE TABLE pairs (t text, n int); "
                       "INSERT INTO pairs VALUES ('twice', 1), ('twice', 2)"))
    emulator.forget()
    must(database.psql("UPDATE all_types SET a_number = n FROM pairs WHERE a_text = t"))
    tap.equal(len(emulator.sent()), 1, "a row that a join brings twice is written once")
    emulator.forget()
    must(database.psql("DELETE FROM all_types USING pairs WHERE a_text = t; DROP TABLE pairs; "
                       "DROP FOREIGN TABLE small_pages"))
    tap.equal(len(emulator.sent()), 1, "and deleted once")


@case(WORK)
def ignored(emulator, database):
    ident = database.value("INSERT INTO all_types (a_text, a_number, a_select, some_emails) "
                           "VALUES ('kept', 1, 'One', '{Upper@Example.com}') RETURNING record_id")
    emulator.switches(clear_ignored=True)
    result = database.psql(f"UPDATE all_types SET a_number = NULL WHERE record_id = '{ident}'")
    tap.ok(result.code == 0 and "WARNING" in result.err and '"a_number"' in result.err and ident in result.err,
           "a value that did not take is a WARNING", result)
    result = database.psql("ALTER SERVER attio OPTIONS (ADD on_ignored_write 'error'); UPDATE all_types "
                           f"SET a_number = NULL, a_text = 'both' WHERE record_id = '{ident}'")
    tap.ok(result.refused("nevertheless written", "1 write to Attio stays"),
           "or by on_ignored_write an error, which says that the row is written", result)
    result = must(database.psql("ALTER SERVER attio OPTIONS (SET on_ignored_write 'ignore'); UPDATE all_types "
                                f"SET a_select = NULL WHERE record_id = '{ident}'"))
    tap.equal(result.err, "", "or nothing")
    emulator.switches(clear_ignored=False)
    result = must(database.psql("ALTER SERVER attio OPTIONS (DROP on_ignored_write); "
                                "INSERT INTO all_types (a_text, a_number, a_currency, a_rating, a_checkbox, a_date, "
                                "a_timestamp, a_select, some_selects, a_status, "
                                "an_email, some_emails, some_domains, a_phone, a_name, a_location__locality) "
                                "VALUES (' blanks ', 1.25, 0.1, 5, false, '2024-02-29', '2024-02-29 "
                                "01:02:03.456789+02', 'One', '{Red}', "
                                "'Lead', 'A@B.com', '{X@Y.com,z@y.com}', '{Sub.Example.com}', '+44 20 7183 8750', 'Ada "
                                "King Lovelace', 'London')"))
    tap.equal(result.err, "", "forms that Attio brings values into are no difference")


# 67 bytes, and dots in others: any name may come
LONG = ("of_a_slug_that_is_longer_than_any_name_that_the_server_has_room_for")


@case(WORK)
def long_slugs(emulator, database):
    for slug, kind in ((f"name_{LONG}", "personal-name"),
                       (f"place_{LONG}", "location"),
                       (f"number_{LONG}", "number"),
                       ("dotted.name", "personal-name")):
        emulator.mutate({"do": "add", "kind": "objects", "slug": "all_types", "attribute": slug, "type": kind})
    must(database.psql("CREATE SCHEMA long; IMPORT FOREIGN SCHEMA objects LIMIT TO (all_types) FROM "
                       "SERVER attio INTO long; ALTER SERVER attio OPTIONS (ADD on_ignored_write 'error')"))

    def column(slug, part=""):
        """The column's name, whatever the import made of it."""
        options = f"'attribute={slug}'" + (f", 'property={part}'" if part else "")
        return database.value("SELECT quote_ident(attname) FROM pg_attribute "
                              "WHERE attrelid = 'long.all_types'::regclass "
                              f"AND attfdwoptions @> ARRAY[{options}] ORDER BY attnum LIMIT 1")

    for slug in (f"name_{LONG}", "dotted.name"):
        first, last = column(slug, "first_name"), column(slug, "last_name")
        must(database.psql(f"INSERT INTO long.all_types (a_text, {first}, {last}) VALUES ('long', 'Ada', 'King')"))
        must(database.psql(f"UPDATE long.all_types SET {last} = 'Lovelace' WHERE a_text = 'long'"))
        tap.equal(database.value(f"SELECT {first}, {last} FROM long.all_types WHERE a_text = 'long'"), "Ada|Lovelace",
                  f"a part of attribute {slug[:15]} is written, the other stays")
        must(database.psql("DELETE FROM long.all_types WHERE a_text = 'long'"))
    server_log = ServerLog(database)
    number, place = column(f"number_{LONG}"), column(f"place_{LONG}", "locality")
    must(database.psql(f"INSERT INTO long.all_types (a_text, {number}, {place}) VALUES ('long', 1, 'Bern'); "
                       f"UPDATE long.all_types SET {number} = {number} + 1, {place} = 'Basel' WHERE a_text = 'long'"))
    tap.equal(database.value(f"SELECT {number}, {place} FROM long.all_types WHERE a_text = 'long'"), "2|Basel",
              "and so are others with long slugs")
    if server_log.there:
        tap.ok(any("before" in line and ": 1" in line and "Bern" in line for line in server_log.writes()),
               "the log has what they were", server_log.writes())
    # what Attio does not show is not what is empty
    row = emulator.get("/v2/objects/all_types/records/"
                       + database.value("SELECT record_id FROM all_types WHERE a_text = 'long'"))
    del row["values"]["a_name"]
    emulator.faults({"match": {"method": "GET", "path": "records/[^/]*$"}, "status": 200,
                     "body": json.dumps({"data": row})})
    emulator.forget()
    result = database.psql("UPDATE long.all_types SET a_name__first_name = 'Ada' WHERE a_text = 'long'")
    tap.ok("cannot be written partially" in result.err and emulator.sent() == [],
           "an attribute that the answer lacks is not written in part", result)
    must(database.psql("UPDATE long.all_types SET a_name__first_name = 'Ada', a_name__last_name = 'King' "
                       "WHERE a_text = 'long'"))
    tap.equal(len(emulator.sent()), 1, "but whole")
    emulator.faults()
    must(database.psql("DELETE FROM all_types WHERE a_text = 'long'; DROP SCHEMA long CASCADE; ALTER SERVER attio "
                       "OPTIONS (DROP on_ignored_write)"))
    for slug in (f"name_{LONG}", f"place_{LONG}", f"number_{LONG}", "dotted.name"):
        emulator.mutate({"do": "archive", "kind": "objects", "slug": "all_types", "attribute": slug})


@case(WORK)
def read_after_write(emulator, database):
    emulator.switches(query_lag_ms=400)
    must(database.psql("INSERT INTO all_types (a_text) VALUES ('lagging')"))
    tap.equal(must(database.psql("INSERT INTO all_types (a_text) VALUES ('lagging'); SELECT count(*) FROM all_types "
                                 "WHERE a_text = 'lagging'")).out, "2", "a read after a write waits until it is shown")
    emulator.switches(query_lag_ms=3000)
    result = must(database.psql("ALTER SERVER attio OPTIONS (ADD read_after_write_timeout '300ms'); "
                                "INSERT INTO all_types (a_text) VALUES ('lagging'); SELECT count(*) FROM all_types "
                                "WHERE a_text = 'lagging'; "
                                "SELECT count(*) FROM all_types WHERE a_text = 'lagging'"))
    tap.ok(result.out != "3\n3" and result.err.count("may not yet show") == 1, "for so long, and then warns once",
           result)
    result = must(database.psql("ALTER SERVER attio OPTIONS (SET read_after_write_timeout '0'); "
                                "INSERT INTO all_types (a_text) VALUES ('lagging'); SELECT count(*) FROM all_types "
                                "WHERE a_text = 'lagging'"))
    tap.equal(result.err, "", "0 takes answers as they come")
    emulator.switches(query_lag_ms=0)
    must(database.psql("ALTER SERVER attio OPTIONS (DROP read_after_write_timeout)"))


@case(WORK)
def tables(emulator, database):
    member = database.value("SELECT email_address FROM workspace_members LIMIT 1")
    must(database.psql("""CREATE FOREIGN TABLE forms (record_id uuid, a_text text DEFAULT 'by default',
            a_number numeric,
        doubled numeric OPTIONS (attribute 'a_currency') GENERATED ALWAYS AS (a_number * 2) STORED, reference text
            OPTIONS (attribute 'a_reference'), actor text OPTIONS (attribute 'an_actor'),
        whole jsonb OPTIONS (attribute 'some_emails')) SERVER attio OPTIONS (object 'all_types')"""))
    ident = database.value("INSERT INTO forms (a_number) VALUES (21) RETURNING record_id")
    row = emulator.get(f"/v2/objects/all_types/records/{ident}")["values"]
    tap.equal((row["a_text"][0]["value"], row["a_currency"][0]["currency_value"]), ("by default", 42),
              "DEFAULT and generated columns")
    must(database.psql(f"UPDATE forms SET a_number = 4 WHERE record_id = '{ident}'"))
    tap.equal(emulator.get(f"/v2/objects/all_types/records/{ident}")["values"]["a_currency"][0]["currency_value"], 8,
              "a generated column follows an UPDATE")
    email = database.value("SELECT email_addresses[1] FROM people WHERE email_addresses <> '{}' LIMIT 1")
    must(database.psql(f"UPDATE forms SET reference = '{email}', actor = '{member}' WHERE record_id = '{ident}'"))
    row = emulator.get(f"/v2/objects/all_types/records/{ident}")["values"]
    tap.ok(row["a_reference"] and row["an_actor"], "references and actors by e-mail", row)
    must(database.psql(f"""UPDATE forms SET whole = '[{{"email_address": "b@x.com"}}, "a@x.com"]'
                WHERE record_id = '{ident}'"""))
    tap.equal([v["email_address"]
               for v in emulator.get(f"/v2/objects/all_types/records/{ident}")["values"]["some_emails"]],
              ["b@x.com", "a@x.com"], "a jsonb column writes the values as Attio takes them")
    emulator.forget()
    must(database.psql(f"UPDATE forms SET whole = whole, a_text = a_text WHERE record_id = '{ident}'"))
    tap.equal(emulator.sent(), [], "and the same again writes nothing")
    must(database.psql(f"UPDATE forms SET whole = NULL WHERE record_id = '{ident}'"))
    tap.equal(emulator.get(f"/v2/objects/all_types/records/{ident}")["values"]["some_emails"], [], "NULL clears it")
    must(database.psql("DROP FOREIGN TABLE forms"))
    # partitions: rows do not move between here and there
    must(database.psql("""CREATE TABLE parted (record_id uuid, a_text text, a_number numeric)
            PARTITION BY LIST (a_text);
        CREATE FOREIGN TABLE parted_there PARTITION OF parted FOR VALUES IN ('there') SERVER attio
            OPTIONS (object 'all_types');
        CREATE TABLE parted_here PARTITION OF parted FOR VALUES IN ('here');
        INSERT INTO parted (a_text) VALUES ('there'), ('here')"""))
    emulator.forget()
    for name, sql, words in (("out of a foreign partition", "UPDATE parted SET a_text = 'here' WHERE a_text = 'there'",
                              "violates partition constraint"),
                             ("into one", "UPDATE parted SET a_text = 'there' WHERE a_text = 'here'", "there"),
                             ("by id",
                              "UPDATE parted_there SET a_text = 'here' WHERE record_id = gen_random_uuid() "
                              "OR a_text = 'there'", "violates partition constraint"),
                             ("by INSERT", "INSERT INTO parted_there (a_text) VALUES ('here')",
                              "violates partition constraint")):
        result = database.psql(sql)
        tap.ok(result.refused(words), f"a row that would move {name} is refused", result)
    tap.equal(emulator.sent(), [], "before any request that writes")
    must(database.psql("DROP TABLE parted; DELETE FROM all_types WHERE a_text = 'there'"))
    result = database.psql("BEGIN; INSERT INTO all_types (a_text) VALUES ('prepared'); PREPARE TRANSACTION 'x'")
    tap.ok("cannot PREPARE" in result.err, "PREPARE TRANSACTION after a write is refused", result)


@case(WORK)
def log(emulator, database):
    server_log = ServerLog(database)
    if not server_log.there:
        tap.note("skipped: the server's log is not at hand")
        return
    ident = database.value("INSERT INTO all_types (a_text, a_number) VALUES ('logged', 1) RETURNING record_id")
    must(database.psql("UPDATE all_types SET a_number = a_number + 1 WHERE a_text = 'logged'; DELETE FROM all_types "
                       "WHERE a_text = 'logged';"
                       "SET attio_fdw.log_writes = off; INSERT INTO all_types (a_text) VALUES ('not logged')"))
    lines = server_log.writes()
    mine = [line for line in lines if ident in line]
    tap.ok(len(mine) == 3 and "POST" in mine[0] and "before a_number: 1, after" in mine[1] and '"value":2' in mine[1]
           and "request id" in mine[1],
           "the log of writes holds the values before and after", mine)
    tap.ok("DELETE" in mine[2] and "a_text: logged" in mine[2] and "a_number: 2" in mine[2],
           "of a DELETE the whole row", mine[2:])
    tap.ok(not any("not logged" in line for line in lines), "log_writes = off leaves it out")


run()
