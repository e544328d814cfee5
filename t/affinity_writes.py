#!/usr/bin/env python3
"""Interactions of Affinity are created, changed and deleted by SQL, by the rules of docs/writing.md."""
import collections
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from affinity import Account  # noqa: E402
from attio_test import ServerLog, must  # noqa: E402
from cases import case, run, tap  # noqa: E402

ACCOUNT = Account()
WORDS = ("meeting", "call", "chat-message", "email")
NEW = "INSERT INTO interactions (type, person_ids, content, date)"
BY_ONE = "'{443}', 'Spoke', '2025-12-01 10:00+00'"


def refused(result, state, *words):
    return result.refused(f"ERROR:  {state}:", *words)


def written(emulator):
    """Method, path and body of the writes since the last time."""
    found = [(entry["method"], entry["path"], json.loads(entry["body"]) if entry["body"] else None) for entry in emulator.sent()]
    emulator.forget()
    return found


def of_type(emulator, *kinds):
    """Interactions of these types, by (id, type)."""
    return {(each["id"], each["type"]): each for each in emulator.dump()["interactions"] if each["type"] in kinds}


def one_of(emulator, kind):
    return next(iter(of_type(emulator, kind).values()))


def same_id(emulator):
    """Two interactions of different types with one id, neither of them an e-mail; made if there are none."""
    by_id = collections.defaultdict(list)
    for ident, kind in of_type(emulator, 0, 1, 2):
        by_id[ident].append(kind)
    return next((ident, kinds) for ident, kinds in by_id.items() if len(kinds) == 2)


@case(ACCOUNT)
def create(emulator, database):
    """A row is created by one request, and shown as the service made it."""
    emulator.reset()
    found = database.value(f"{NEW} VALUES ('meeting', {BY_ONE}), ('call', {BY_ONE}) "
                           "RETURNING type, person_ids, content, date, title, direction, company_id")
    tap.equal(found.splitlines(), [f"{word}|{{443}}||2025-12-01 10:00:00+00|Manually logged event||" for word in WORDS[:2]],
              "what is returned is what was answered, which has no content")
    tap.equal(written(emulator), [("POST", "/interactions", {"type": kind, "person_ids": [443], "content": "Spoke",
                                                             "date": "2025-12-01T10:00:00Z"}) for kind in (0, 1)],
              "types are sent as numbers")
    must(database.psql("INSERT INTO interactions (type, person_ids, content, date, direction) "
                       "VALUES ('chat-message', '{443,460}', 'Hi', '2025-12-01', 'received')"))
    tap.equal(written(emulator)[0][2], {"type": 2, "person_ids": [443, 460], "content": "Hi", "date": "2025-12-01T00:00:00Z",
                                        "direction": 1}, "and so is the direction of a chat message")
    tap.ok(all(f'"{word}"' in json.dumps(emulator.contents()) for word in ("Spoke", "Hi")), "the contents are stored")
    emulator.switches(create_status=201)
    must(database.psql(f"{NEW} VALUES ('call', {BY_ONE})"))
    tap.equal(len(written(emulator)), 1, "201 is a success, too")
    emulator.reset()


@case(ACCOUNT)
def cannot_be_created(emulator, database):
    """What cannot be written is an error before any request."""
    emulator.forget()
    tap.ok(refused(database.psql(f"{NEW} VALUES ('email', {BY_ONE})"), "22023", "email", '"chat-message"'), "an e-mail")
    tap.ok(refused(database.psql(f"{NEW} VALUES ('Meeting', {BY_ONE})"), "22023", 'Use "meeting"'), "an unknown type")
    for missing in ("type", "person_ids", "content", "date"):
        values = {"type": "'call'", "person_ids": "'{443}'", "content": "'x'", "date": "now()"}
        del values[missing]
        result = database.psql(f"INSERT INTO interactions ({', '.join(values)}) VALUES ({', '.join(values.values())})")
        tap.ok(refused(result, "23502", missing), f"a row without {missing}", result)
    result = database.psql("INSERT INTO interactions (type, person_ids, content, date, direction) "
                           "VALUES ('call', '{443}', 'x', now(), 'sent')")
    tap.ok(refused(result, "22023", "direction", "chat-message"), "a direction of a call", result)
    for column, value in (("id", "1"), ("title", "'x'"), ("company_id", "1"), ("attendees", "'{a}'"), ("logging_type", "'all'"),
                          ("start_time", "now()"), ("note_ids", "'{1}'")):
        result = database.psql(f"INSERT INTO interactions (type, person_ids, content, date, {column}) "
                               f"VALUES ('call', '{{443}}', 'x', now(), {value})")
        tap.ok(refused(result, "HV007", column), f"the column {column}", result)
    for table in ("persons", "companies", "opportunities"):
        result = database.psql(f"DELETE FROM {table} WHERE id = 1")
        tap.ok(refused(result, "55000", "does not allow deletes", "only interactions can be written"), f"a row of {table}", result)
    for table in ("whoami", "rate_limit"):
        tap.ok(refused(database.psql(f"INSERT INTO {table} DEFAULT VALUES"), "55000"), f"a row of {table}")
    tap.equal(emulator.log(), [], "nothing was requested")


@case(ACCOUNT)
def update(emulator, database):
    """Only what differs is sent, with the type and the persons, which every update needs."""
    emulator.reset()
    meeting = one_of(emulator, 0)
    where = f"WHERE id = {meeting['id']} AND type = 'meeting'"
    emulator.forget()
    found = database.value(f"UPDATE interactions SET content = 'Better', date = date {where} RETURNING id, type, content")
    tap.equal(found, f"{meeting['id']}|meeting|", "a content is written")
    tap.equal(emulator.asked(), [f"GET /interactions/{meeting['id']}?type=0", f"PUT /interactions/{meeting['id']}"],
              "after the row was read, by its id and type")
    must(database.psql(f"UPDATE interactions SET content = 'Best' {where}"))
    tap.equal(written(emulator)[0][2], {"type": 0, "person_ids": meeting["person_ids"], "content": "Best"},
              "with its persons, and not the date, which is the same")
    must(database.psql(f"UPDATE interactions SET person_ids = '{{443,460}}', date = '2025-02-03 04:05:06.789+00' {where}"))
    tap.equal(written(emulator)[0][2], {"type": 0, "person_ids": [443, 460], "date": "2025-02-03T04:05:06.789Z"},
              "other persons take their place")
    must(database.psql(f"UPDATE interactions SET person_ids = '{{443,460}}', title = title, type = 'meeting' {where}"))
    tap.equal(written(emulator), [], "where nothing differs, nothing is sent")
    for column, value in (("title", "'x'"), ("type", "'call'"), ("subject", "'x'"), ("manual_creator_id", "1")):
        result = database.psql(f"UPDATE interactions SET {column} = {value} {where}")
        tap.ok(refused(result, "HV007", column) and written(emulator) == [], f"{column} cannot be changed", result)
    mail = one_of(emulator, 3)
    emulator.forget()
    result = database.psql(f"UPDATE interactions SET date = now() WHERE id = {mail['id']} AND type = 'email'")
    tap.ok(refused(result, "0A000", "email", "leaves such rows out") and written(emulator) == [], "nor can an e-mail", result)
    result = database.psql(f"UPDATE interactions SET person_ids = '{{1}}' {where}")
    tap.ok(refused(result, "22023", "1 is not a person", "HTTP 422"), "what Affinity refuses is told in its words", result)
    emulator.reset()


@case(ACCOUNT)
def delete(emulator, database):
    """A row is deleted by its id and type; the row that was read is returned."""
    emulator.reset()
    call = one_of(emulator, 1)
    where = f"WHERE id = {call['id']} AND type = 'call'"
    emulator.forget()
    tap.equal(database.value(f"DELETE FROM interactions {where} RETURNING id, type"), f"{call['id']}|call", "a row is deleted")
    tap.equal(written(emulator), [("DELETE", f"/interactions/{call['id']}?type=1", None)], "by its id and type")
    tap.ok((call["id"], 1) not in of_type(emulator, 1), "and is gone")
    tap.equal(database.value(f"DELETE FROM interactions {where} RETURNING id"), "", "what is gone is no error")
    other = one_of(emulator, 1)
    emulator.faults({"match": {"method": "DELETE"}, "status": 200, "body": '{"success": false}'})
    result = database.psql(f"DELETE FROM interactions WHERE id = {other['id']} AND type = 'call'")
    tap.ok(refused(result, "HV000", "unexpected structure"), "an answer that says that nothing was done is an error", result)
    emulator.reset()
    other = one_of(emulator, 1)
    emulator.faults({"match": {"method": "DELETE"}, "times": 1, "reset": "headers"})
    emulator.forget()
    must(database.psql(f"DELETE FROM interactions WHERE id = {other['id']} AND type = 'call'"))
    tap.equal(len(written(emulator)), 2, "a delete whose answer was lost is sent again, and finding nothing then is no error")
    emulator.reset()


@case(ACCOUNT)
def identity(emulator, database):
    """A row is its type and its id: those of another type with the same id are others."""
    emulator.reset()
    ident, kinds = same_id(emulator)
    words = ", ".join(f"'{WORDS[kind]}'" for kind in kinds)
    emulator.forget()
    must(database.psql(f"UPDATE interactions SET date = '2025-05-05 05:05Z' WHERE id = {ident} AND type IN ({words})"))
    tap.equal(sorted((body["type"], path) for _, path, body in written(emulator)),
              sorted((kind, f"/interactions/{ident}") for kind in kinds), "both are written, each as its own type")
    must(database.psql(f"DELETE FROM interactions WHERE id = {ident} AND type = '{WORDS[kinds[0]]}'"))
    left = of_type(emulator, 0, 1, 2)
    tap.ok((ident, kinds[0]) not in left and (ident, kinds[1]) in left, "one is deleted, and the other stays")
    written(emulator)
    found = database.value(f"""WITH u AS (UPDATE interactions SET content = 'x' WHERE id = {ident} AND type = '{WORDS[kinds[1]]}'
        RETURNING id) DELETE FROM interactions WHERE id = {ident} AND type IN ({words}) RETURNING type""")
    methods = [method for method, _, _ in written(emulator)]
    tap.ok(len(methods) == 1, "a row that several parts of a statement would write is written once", (found, methods))
    emulator.reset()
    ident, kinds = same_id(emulator)
    emulator.forget()
    must(database.psql(f"UPDATE interactions i SET content = 'y' FROM (VALUES (1), (2)) v "
                       f"WHERE id = {ident} AND type IN ({words})"))
    tap.equal(len(written(emulator)), 2, "so is one that a join returns twice")
    emulator.reset()


@case(ACCOUNT)
def lost(emulator, database):
    """A create is never sent twice; what an ambiguous answer means is said."""
    for what, fault in (("no answer", {"reset": "headers"}), ("half an answer", {"truncate": 20}),
                        ("a proxy's page", {"status": 200, "body": "<html>", "content_type": "text/html"}),
                        ("an answer without an id", {"status": 200, "body": '{"type": 1}'}),
                        ("500", {"status": 500, "body": '{"message": "Oops"}'})):
        emulator.reset()
        emulator.faults({"match": {"method": "POST"}, **fault})
        result = database.psql(f"{NEW} VALUES ('call', {BY_ONE})")
        tap.ok(refused(result, "08007", "may or may not exist"), f"{what}: it is not known", result)
        tap.equal(len(written(emulator)), 1, f"{what}: and not sent again")
    for what, fault in (("429", {"status": 429, "headers": {"Retry-After": "0"}}),
                        ("a connection that breaks before it", {"reset": "before"})):
        emulator.reset()
        emulator.faults({"match": {"method": "POST"}, "times": 1, **fault})
        result = database.psql(f"{NEW} VALUES ('call', {BY_ONE}) RETURNING type")
        sent = written(emulator)
        if what == "429":
            tap.ok(result.out == "call" and len(sent) == 2, f"{what}: it is sent again", (result, sent))
        else:
            tap.ok(len(sent) <= 1, f"{what}: once at most", (result, sent))
    emulator.reset()
    emulator.faults({"match": {"method": "POST", "nth": 3}, "status": 422, "body": '{"message": "No"}'})
    result = database.psql(f"SET attio_fdw.log_writes = off; {NEW} SELECT 'call', '{{443}}', 'c' || i, now() "
                           "FROM generate_series(1, 5) i")
    tap.ok(refused(result, "22023", "written: ", "not written: "), "an error of one among many says what became of the others",
           result)
    emulator.reset()


@case(ACCOUNT)
def guards(emulator, database):
    """Dry runs, limits, missing conditions, the log, rollbacks."""
    emulator.reset()
    meeting = one_of(emulator, 0)
    where = f"WHERE id = {meeting['id']} AND type = 'meeting'"
    emulator.forget()
    result = must(database.psql(f"SET client_min_messages = notice; SET attio_fdw.dry_run = on; {NEW} VALUES ('call', {BY_ONE}); "
                                f"UPDATE interactions SET content = 'x' {where}; DELETE FROM interactions {where}"))
    tap.ok(written(emulator) == [] and "dry run: POST /interactions" in result.err
           and f"dry run: PUT /interactions/{meeting['id']}" in result.err
           and f"dry run: DELETE /interactions/{meeting['id']}?type=0" in result.err, "a dry run shows what it would send", result)
    tap.ok(refused(database.psql("DELETE FROM interactions"), "55000", "without WHERE"), "a statement needs a WHERE")
    company = next(value for name, value in meeting["of"] if name == "organization_id") if any(
        name == "organization_id" for name, _ in meeting["of"]) else emulator.dump()["organizations"][0]["id"]
    many = f"WHERE company_id = {company} AND type IN ('meeting', 'call') AND date BETWEEN '2016-01-01' AND '2026-01-01'"
    rows = int(database.value(f"SELECT count(*) FROM interactions {many}"))
    emulator.forget()
    result = database.psql(f"SET attio_fdw.max_rows_written = 1; UPDATE interactions SET content = 'x' {many}")
    tap.ok(rows > 1 and refused(result, "54000", "max_rows_written") and written(emulator) == [],
           "more rows than allowed are refused before the first", (rows, result))
    log = ServerLog(database)
    result = must(database.psql(f"BEGIN; UPDATE interactions SET content = 'logged' {where}; ROLLBACK"))
    tap.ok("01000" in result.err and str(meeting["id"]) in result.err and len(written(emulator)) == 1,
           "a rollback, which undoes nothing, warns", result)
    lines = log.writes()
    tap.ok(not log.there or (len(lines) == 1 and "PUT" in lines[0] and "logged" in lines[0] and "type" in lines[0]),
           "a write is logged", lines)
    must(database.psql("ALTER SERVER affinity OPTIONS (ADD updatable 'false')"))
    tap.ok(refused(database.psql(f"DELETE FROM interactions {where}"), "55000",
                   "ALTER SERVER affinity OPTIONS (SET updatable 'true')"), "a server can be read only")
    must(database.psql("ALTER SERVER affinity OPTIONS (DROP updatable)"))
    emulator.reset()


@case(ACCOUNT)
def statements(emulator, database):
    """COPY, prepared statements, WITH, settings of a session."""
    emulator.reset()
    emulator.forget()
    copy = "COPY interactions (type, person_ids, content, date) FROM stdin;\ncall\t{443}\tcopied\t2025-12-01 10:00+00\n\\.\n"
    tap.ok(refused(database.psql(copy), "55000", "allow_copy"), "COPY is refused as long as it is not allowed")
    must(database.psql("SET attio_fdw.allow_copy = on;\n" + copy))
    tap.equal([body["content"] for _, _, body in written(emulator)], ["copied"], "and writes then")
    found = database.value(f"""SET plan_cache_mode = force_generic_plan;
        PREPARE new(text, bigint[], text) AS {NEW} VALUES ($1, $2, $3, '2025-12-01') RETURNING type, person_ids;
        EXECUTE new('call', '{{443}}', 'one'); EXECUTE new('meeting', '{{460}}', 'two');
        PREPARE gone(bigint, text) AS DELETE FROM interactions WHERE id = $1 AND type = $2 RETURNING id;
        EXECUTE gone(1, 'call'); EXECUTE gone({one_of(emulator, 2)["id"]}, 'chat-message')""")
    tap.equal(found.splitlines()[:2], ["call|{443}", "meeting|{460}"], "prepared statements write")
    tap.equal([method for method, _, _ in written(emulator)], ["POST", "POST", "DELETE"], "each time they run")
    found = database.value(f"""WITH made AS ({NEW} VALUES ('call', {BY_ONE}) RETURNING id, type)
        SELECT type, id > 0 FROM made""")
    tap.equal(found, "call|t", "a WITH that writes returns its rows")
    written(emulator)
    must(database.psql("SET DateStyle = 'German'; SET TimeZone = 'Asia/Kolkata'; SET IntervalStyle = 'iso_8601'; "
                       f"{NEW} VALUES ('call', '{{443}}', 'settings', '01.12.2025 15:30')"))
    tap.equal(written(emulator)[0][2]["date"], "2025-12-01T10:00:00Z", "a session's settings change nothing of what is sent")
    emulator.reset()


@case(ACCOUNT)
def honest(emulator, database):
    """What is answered otherwise than it was sent is told of; a column that is needed is named."""
    emulator.reset()
    emulator.faults({"match": {"method": "POST"}, "status": 200, "body": json.dumps(
        {"id": 9, "type": 1, "date": "2025-12-01T11:00:00Z", "persons": [{"id": 460}], "notes": []})})
    result = must(database.psql(f"{NEW} VALUES ('call', {BY_ONE})"))
    tap.ok("person_ids" in result.err and "date" in result.err, "other values than were sent are a WARNING", result)
    emulator.reset()
    result = must(database.psql(f"{NEW} SELECT 'call', '{{443}}', 'c', '2025-12-01 10:00:00.5Z' FROM generate_series(1, 9)"))
    tap.ok("WARNING" not in result.err, "the same moment at another offset is the same", result)
    emulator.forget()
    for date in ("4000-01-01 BC", "20000-01-01", "infinity"):
        result = database.psql(f"{NEW} VALUES ('call', '{{443}}', 'c', '{date}')")
        tap.ok(refused(result, "22023", "date", "cannot hold this value") and written(emulator) == [],
               f"{date} is never sent as another date", result)
    must(database.psql("CREATE FOREIGN TABLE few (id bigint, type text, date timestamptz, content text) SERVER affinity "
                       "OPTIONS (resource 'interactions')"))
    meeting = one_of(emulator, 0)
    result = database.psql(f"UPDATE few SET content = 'x' WHERE id = {meeting['id']} AND type = 'meeting'")
    tap.ok(refused(result, "HV008", "person_ids"), "a table without the persons cannot be updated", result)
    must(database.psql("CREATE FOREIGN TABLE fewer (id bigint, date timestamptz) SERVER affinity "
                       "OPTIONS (resource 'interactions'); DROP FOREIGN TABLE few"))
    result = database.psql(f"DELETE FROM fewer WHERE id = {meeting['id']}")
    tap.ok(result.refused("type"), "nor rows of one without the type be deleted", result)
    tap.equal(written(emulator), [], "before anything is sent")
    must(database.psql("DROP FOREIGN TABLE fewer"))


run()
