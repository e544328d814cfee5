#!/usr/bin/env python3
"""Meetings with who is invited and what they are about, recordings, transcripts, files: what is asked for them, what
is deleted, and what becomes of pages that lead nowhere.  t/cells.py compares their cells.
"""
import json
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import QUICK, Workspace, must  # noqa: E402
from cases import case, run, tap  # noqa: E402

WORK = Workspace("--activity", "450", options=QUICK, schema="workspace")
# a server that follows what it is asked for, whatever a case before has left
FOLLOWED = {"parameters": "followed", "sort_parameter": "followed", "listing_order": "told", "cursor_pages": "full"}
NOWHERE = "00000000-0000-4000-8000-000000000000"


def asked(emulator, action):
    """What is asked meanwhile: methods and paths with their parameters; of ids and cursors only that there is one."""
    emulator.forget()
    result = action()
    log = [re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "ID", f"{e['method']} {e['path']}")
           for e in emulator.log()]
    return result, [re.sub(r"cursor=[^&]*", "cursor", line.replace("/v2/", "/", 1)) for line in log]


def lines(database, sql):
    return must(database.psql(sql)).out.splitlines()


@case(WORK)
def pages_that_lead_nowhere(emulator, database):
    """Cursors that come twice, rows that come again."""
    recorded = "SELECT count(*) FROM crm.call_recordings WHERE meeting_id = (SELECT meeting_id FROM crm.meetings " \
               "WHERE title = 'Meeting 0')"
    reads = {"meetings": "SELECT count(*) FROM crm.meetings",
             "meeting_participants": "SELECT count(*) FROM crm.meeting_participants",
             "meeting_records": "SELECT count(*) FROM crm.meeting_records",
             "call_recordings": recorded.replace("(SELECT meeting_id", "(SELECT DISTINCT meeting_id")}
    wanted = {table: lines(database, sql) for table, sql in reads.items()}
    must(database.psql("".join(f"ALTER FOREIGN TABLE crm.{table} OPTIONS (ADD page_size '40');" for table in reads)))
    for how in ("short", "empty"):
        emulator.switches(cursor_pages=how)
        for table, sql in reads.items():
            tap.equal(lines(database, sql), wanted[table], f"{table}: all rows of {how} pages")
    for how, code, words in (("repeating", "40001", "the data changed in Attio while it was read"),
                             ("circle", "HV000", "returned the same cursor twice")):
        emulator.switches(cursor_pages=how)
        for table, sql in reads.items():
            wrong = database.psql(sql)
            tap.ok(code in wrong.err and words in wrong.err, f"{table}: {how} pages are an error", wrong)
        wrong = database.psql("SELECT count(*) FROM crm.call_recordings")
        tap.ok(code in wrong.err and words in wrong.err, f"so they are where meetings are only walked: {how}", wrong)
    must(database.psql("".join(f"ALTER FOREIGN TABLE crm.{table} OPTIONS (DROP page_size);" for table in reads)))
    emulator.switches(**FOLLOWED)


@case(WORK)
def one_meeting(emulator, database):
    ident = database.value("SELECT meeting_id FROM crm.meetings WHERE title = 'Meeting 61'")
    for table, rows in (("meetings", 1), ("meeting_participants", 3), ("meeting_records", 2)):
        found, log = asked(emulator, lambda t=table: lines(database, f"SELECT * FROM crm.{t} WHERE meeting_id = '{ident}'"))
        tap.equal((len(found), log), (rows, ["GET /meetings/ID"]), f"{table}: by the id of a meeting")
        found, log = asked(emulator, lambda t=table: lines(
            database, f"SELECT * FROM crm.{t} WHERE meeting_id = '{NOWHERE}'"))
        tap.equal((found, log), ([], ["GET /meetings/ID"]), f"{table}: a meeting that is not there has no rows")
    emulator.faults({"match": {"path": "/v2/meetings/"}, "status": 404, "body": json.dumps(
        {"status_code": 404, "type": "invalid_request_error", "code": "not_found",
         "message": f'Could not find endpoint "GET /v2/meetings/{ident}".'})})
    wrong = database.psql(f"SELECT * FROM crm.meetings WHERE meeting_id = '{ident}'")
    tap.ok("Could not find endpoint" in wrong.err, "an endpoint that is not there is an error", wrong)
    emulator.faults()


@case(WORK)
def parameters(emulator, database):
    """Conditions that become parameters, each by itself and together; the same rows where Attio ignores them."""
    record = database.value("SELECT record_id FROM crm.meeting_records LIMIT 1")
    meeting = "meeting_id, title FROM crm.meetings WHERE"
    person = "meeting_id, email_address FROM crm.meeting_participants WHERE"
    linked = "meeting_id, record_id FROM crm.meeting_records WHERE"
    for sql, wanted in (
            (f"{meeting} start_at < '2025-04-01'", "starts_before=2025-04-01T00%3A00%3A00Z"),
            (f"{meeting} start_at <= '2025-04-01'", "starts_before=2025-04-01T00%3A00%3A00.000001Z"),
            (f"{meeting} end_at < '2025-04-01'", "starts_before=2025-04-01T00%3A00%3A00Z"),
            (f"{meeting} end_at >= '2026-04-01'", "ends_from=2026-04-01T00%3A00%3A00Z"),
            (f"{meeting} start_at > '2026-04-01'", "ends_from=2026-04-01T00%3A00%3A00Z"),
            (f"{meeting} start_at BETWEEN '2025-05-01' AND '2025-06-01 12:00'",
             "ends_from=2025-05-01T00%3A00%3A00Z&starts_before=2025-06-01T12%3A00%3A00.000001Z"),
            (f"{meeting} 'p3@example.org' = ANY (participants)", "participants=p3%40example.org"),
            (f"{meeting} participants && '{{p3@example.org,p4@example.org}}'",
             "participants=p3%40example.org,p4%40example.org"),
            (f"{meeting} 'p3@example.org' = ANY (participants) AND end_at >= '2026-02-01'",
             "participants=p3%40example.org&ends_from=2026-02-01T00%3A00%3A00Z"),
            (f"{person} email_address = 'p3@example.org'", "participants=p3%40example.org"),
            (f"{person} email_address IN ('p3@example.org', 'p5@example.org') AND start_at < '2025-06-01'",
             "participants=p3%40example.org,p5%40example.org&starts_before=2025-06-01T00%3A00%3A00Z"),
            (f"{person} start_at >= '2026-04-01'", "ends_from=2026-04-01T00%3A00%3A00Z"),
            (f"{linked} object = 'people' AND record_id = '{record}'", "linked_object=people&linked_record_id=ID"),
            (f"{linked} object = 'people' AND record_id = '{record}' AND start_at < '2026-01-01'",
             "linked_object=people&linked_record_id=ID&starts_before=2026-01-01T00%3A00%3A00Z"),
            (f"{linked} object = 'people' AND record_id = '{record}' AND start_at >= '2026-01-01'",
             "linked_object=people&linked_record_id=ID&ends_from=2026-01-01T00%3A00%3A00Z")):
        found, log = asked(emulator, lambda q=sql: lines(database, f"SELECT {q} ORDER BY 1, 2"))
        where = sql.partition(" FROM ")[2]
        tap.ok(found and log == [f"GET /meetings?{wanted}&limit=200"], f"asked for: {where}", (len(found), log))
        emulator.switches(parameters="ignored")
        tap.equal(lines(database, f"SELECT {sql} ORDER BY 1, 2"), found, "the same rows where that is ignored")
        emulator.switches(**FOLLOWED)
    for where in ("'p3@example.org' <> ALL (participants)", "'a,b' = ANY (participants)", "start_at IS NULL",
                  f"'people' = ANY (linked_objects) AND '{record}' = ANY (linked_record_ids)",
                  "NOT start_at < '2025-04-01' OR title = 'x'"):
        _, log = asked(emulator, lambda w=where: lines(database, f"SELECT {meeting} {w}"))
        tap.equal(log, ["GET /meetings?limit=200"] + ["GET /meetings?limit=200&cursor"] * 2, f"not asked for: {where}")
    person = database.value("SELECT linked_record_ids[1] FROM crm.meetings WHERE linked_objects = '{people,companies}' LIMIT 1")
    tap.ok(lines(database, f"SELECT {meeting} 'companies' = ANY (linked_objects) AND '{person}' = ANY (linked_record_ids)"),
           "beside a link to an object a record of another one is found")


@case(WORK)
def orders(emulator, database):
    """The first or the last meetings are asked for in their order."""
    for sort, order in (("start_desc", "DESC"), ("start_asc", "ASC")):
        sql = f"SELECT start_at FROM crm.meetings ORDER BY start_at {order} LIMIT 5"
        found, log = asked(emulator, lambda q=sql: lines(database, q))
        tap.ok(len(log) == 1 and f"sort={sort}" in log[0], f"in one request: {sql}", log)
        tap.equal(found, sorted(found, reverse=order == "DESC"), "in order")
        emulator.switches(sort_parameter="ignored", listing_order="hash")
        tap.equal(lines(database, f"SELECT FROM attio_fdw_disconnect('attio'); {sql}"), found, "so where Attio ignores that")
        emulator.switches(**FOLLOWED)
    idents = ", ".join(f"'{i}'" for i in lines(database, "SELECT meeting_id FROM crm.meetings LIMIT 3"))
    sql = f"SELECT start_at FROM crm.meetings WHERE meeting_id IN ({idents}) ORDER BY start_at DESC LIMIT 2"
    found, log = asked(emulator, lambda: lines(database, sql))
    tap.equal((found, log), (sorted(found, reverse=True), ["GET /meetings/ID"] * 3), "one by one without an order")
    plan = database.value(f"EXPLAIN {sql}")
    tap.ok("Sort Key: start_at DESC" in plan and "Attio Sorts" not in plan, "the plan counts on none", plan)
    sql = sql.replace(idents, idents.partition(",")[0])
    found, log = asked(emulator, lambda: lines(database, sql))
    tap.equal((len(found), log), (1, ["GET /meetings/ID"]), "nor does one row need one")


@case(WORK)
def recordings(emulator, database):
    titles = "('Meeting 3', 'Meeting 6', 'Meeting 0')"
    ids = lines(database, f"SELECT meeting_id FROM crm.meetings WHERE title IN {titles}")
    path = ["GET /meetings/ID/call_recordings?limit=200"]
    some = ", ".join(f"'{ident}'" for ident in ids)
    found, log = asked(emulator, lambda: lines(
        database, f"SELECT * FROM crm.call_recordings WHERE meeting_id IN ({some}, '{NOWHERE}')"))
    tap.equal(len(found), 1 + 1 + 113, "recordings of these meetings")
    tap.equal(log, path * 4, "are asked for by meeting")
    found, log = asked(emulator, lambda: lines(
        database, f"SELECT r.* FROM crm.meetings m JOIN crm.call_recordings r USING (meeting_id) WHERE title IN {titles}"))
    tap.equal(len(found), 1 + 1 + 113, "so are those of a join")
    tap.equal([line for line in log if "call_recordings" in line], path * 3, "one request for each meeting")
    found, log = asked(emulator, lambda: lines(database, "SELECT count(*) FROM crm.call_recordings"))
    tap.equal(len([line for line in log if "call_recordings" in line]), 420, "without one all meetings are walked")
    tap.equal([line for line in log if "call_recordings" not in line],
              ["GET /meetings?limit=200"] + ["GET /meetings?limit=200&cursor"] * 2, "once")


@case(WORK)
def transcripts(emulator, database):
    wrong = database.psql("SELECT * FROM crm.transcripts")
    tap.ok('without conditions on columns "meeting_id" and "call_recording_id"' in wrong.err,
           "a transcript is of a recording of a meeting", wrong)
    wrong = database.psql(f"SELECT * FROM crm.transcripts WHERE meeting_id = '{NOWHERE}'")
    tap.ok('without a condition on column "call_recording_id"' in wrong.err, "and of a recording", wrong)
    meeting, recording = database.value(
        "SELECT meeting_id, call_recording_id FROM crm.call_recordings WHERE meeting_id = "
        "(SELECT meeting_id FROM crm.meetings WHERE title = 'Meeting 3')").split("|")
    read = "SELECT position, speaker, start_time, end_time FROM crm.transcripts WHERE " \
           f"meeting_id = '{meeting}' AND call_recording_id = '{recording}'"
    found, log = asked(emulator, lambda: lines(database, read))
    path = "GET /meetings/ID/call_recordings/ID/transcript"
    tap.equal((len(found), log), (45, [path] + [path + "?cursor"] * 2), "all pages of it")
    tap.equal(found[-1].split("|")[0], "45", "positions go on from page to page")
    tap.equal(lines(database, read.replace(recording, NOWHERE)), [], "a recording that is not there has none")


@case(WORK)
def files(emulator, database):
    for condition, words in (("true", 'conditions on columns "object" and "record_id"'),
                             ("object = 'people'", 'a condition on column "record_id"'),
                             (f"record_id = '{NOWHERE}'", 'a condition on column "object"')):
        wrong = database.psql(f"SELECT * FROM crm.files WHERE {condition}")
        tap.ok(f"without {words}" in wrong.err and "A query that works: SELECT * FROM files WHERE" in wrong.err,
               f"files where {condition}: error", wrong)
    record = database.value("SELECT linked_record_ids[1] FROM crm.meetings WHERE title = 'Meeting 0'")
    of = f"object = 'people' AND record_id = '{record}'"
    found, log = asked(emulator, lambda: lines(database, f"SELECT file_id FROM crm.files WHERE {of}"))
    path = "GET /files?object=people&record_id=ID&limit=200"
    tap.equal((len(found), log), (221, [path, path + "&cursor"]), "files of a record")
    folder = database.value(f"SELECT parent_folder_id FROM crm.files WHERE {of} AND parent_folder_id IS NOT NULL LIMIT 1")
    for condition, parameter in (("storage_provider = 'dropbox'", "storage_provider=dropbox"),
                                 (f"parent_folder_id = '{folder}'", "parent_folder_id=ID")):
        found, log = asked(emulator, lambda c=condition: lines(database, f"SELECT * FROM crm.files WHERE {of} AND {c}"))
        tap.ok(found and log == [f"GET /files?object=people&record_id=ID&{parameter}&limit=200"],
               f"files where {condition} are asked for", log)
        emulator.switches(parameters="ignored")
        tap.equal(lines(database, f"SELECT * FROM crm.files WHERE {of} AND {condition}"), found,
                  "and the same where Attio ignores that")
        emulator.switches(**FOLLOWED)
    ident = database.value(f"SELECT file_id FROM crm.files WHERE {of} LIMIT 1")
    found, log = asked(emulator, lambda: lines(database, f"SELECT file_id FROM crm.files WHERE file_id = '{ident}'"))
    tap.equal((found, log), ([ident], ["GET /files/ID"]), "a file by its id")


def quiet(database, sql):
    result = must(database.psql(sql))
    tap.equal(result.err, "", "without a warning")
    return result.out.splitlines()


@case(WORK)
def creates(emulator, database):
    record = database.value("SELECT record_id FROM crm.meeting_records WHERE object = 'companies' LIMIT 1")
    meeting = {"title": "New", "description": "", "is_all_day": False, "external_ref": "mine/1",
               "start": {"datetime": "2026-05-01T08:00:00Z", "timezone": "Europe/Paris"},
               "end": {"datetime": "2026-05-01T09:00:00Z"},
               "participants": [{"email_address": "a@b.com", "status": "accepted", "is_organizer": True},
                                {"email_address": "c@d.com", "status": "pending", "is_organizer": False}],
               "linked_records": [{"object": "companies", "record_id": record}]}
    day = {"title": "Day", "description": "All of it", "is_all_day": True, "external_ref": "mine/2", "participants": [],
           "start": {"date": "2026-05-01"}, "end": {"date": "2026-05-02"}}
    for sql, wanted in (
            ("(title, external_ref, start_at, start_timezone, end_at, participants, participants__status, "
             "participants__is_organizer, linked_objects, linked_record_ids) VALUES ('New', 'mine/1', "
             "'2026-05-01 10:00+02', 'Europe/Paris', '2026-05-01 11:00+02', '{a@b.com,c@d.com}', '{accepted,pending}', "
             f"'{{true,false}}', '{{companies}}', '{{{record}}}')", meeting),
            ("(title, external_ref, description, is_all_day, start_date, end_date) VALUES "
             "('Day', 'mine/2', 'All of it', true, '2026-05-01', '2026-05-02')", day)):
        emulator.forget()
        made = quiet(database, f"INSERT INTO crm.meetings {sql} RETURNING title, start_at < end_at, meeting_id IS NOT NULL")
        tap.equal(made, [f"{wanted['title']}|t|t"], f"a meeting is created: {wanted['title']}")
        tap.equal([json.loads(e["body"])["data"] for e in emulator.sent("POST")], [wanted], "so it was sent")
    ident = database.value("SELECT meeting_id FROM crm.meetings WHERE title = 'New'")
    emulator.forget()
    made = quiet(database, f"INSERT INTO crm.call_recordings (meeting_id, video_url) VALUES ('{ident}', "
                           "'https://example.com/v.mp4') RETURNING meeting_id, status")
    tap.equal(made, [f"{ident}|processing"], "a recording is created in a meeting")
    tap.equal([(e["path"], json.loads(e["body"])) for e in emulator.sent("POST")],
              [(f"/v2/meetings/{ident}/call_recordings", {"data": {"video_url": "https://example.com/v.mp4"}})],
              "the meeting stands in the path")
    for sql, body in (
            ("(object, record_id, file_type, name) VALUES ('companies', '%s', 'folder', 'F')",
             {"file_type": "folder", "name": "F"}),
            ("(object, record_id, file_type, storage_provider, external_provider_file_id) VALUES "
             "('companies', '%s', 'connected-file', 'dropbox', 'id:1')",
             {"file_type": "connected-file", "storage_provider": "dropbox", "external_provider_file_id": "id:1"})):
        emulator.forget()
        made = quiet(database, f"INSERT INTO crm.files {sql % record} RETURNING object, record_id, file_type")
        tap.equal(made, [f"companies|{record}|{body['file_type']}"], f"created: a {body['file_type']}")
        tap.equal([json.loads(e["body"]) for e in emulator.sent("POST")],
                  [dict(body, object="companies", record_id=record)], "so it was sent")
    wrong = database.psql(f"INSERT INTO crm.files (object, record_id, file_type, name) "
                          f"VALUES ('companies', '{record}', 'file', 'F')")
    tap.ok("file_type" in wrong.err and "folder, connected-file or connected-folder" in wrong.err,
           "bytes are not uploaded", wrong)
    for table, columns, field in (("meetings", "title", "external_ref"), ("call_recordings", "video_url", "meeting_id"),
                                  ("files", "object", "record_id")):
        wrong, log = asked(emulator, lambda t=table, c=columns: database.psql(f"INSERT INTO crm.{t} ({c}) VALUES ('x')"))
        tap.ok(f'field "{field}"' in wrong.err and not log, f"{table}: {field} is needed, before anything is sent", wrong)


@case(WORK)
def deletes(emulator, database):
    meeting, recording = database.value(
        "SELECT meeting_id, call_recording_id FROM crm.call_recordings WHERE meeting_id = "
        "(SELECT meeting_id FROM crm.meetings WHERE title = 'Meeting 9')").split("|")
    _, log = asked(emulator, lambda: must(database.psql(
        f"DELETE FROM crm.call_recordings WHERE meeting_id = '{meeting}' AND call_recording_id = '{recording}'")))
    tap.equal(log, ["GET /meetings/ID/call_recordings?limit=200", "DELETE /meetings/ID/call_recordings/ID"],
              "a recording is deleted by its meeting and its id")
    sent = [e["path"] for e in emulator.log() if e["method"] == "DELETE"]
    tap.ok(sent and sent[0].endswith(f"/v2/meetings/{meeting}/call_recordings/{recording}"), "these", sent)
    tap.equal(lines(database, f"SELECT * FROM crm.call_recordings WHERE meeting_id = '{meeting}'"), [], "it is gone")
    record = database.value("SELECT linked_record_ids[1] FROM crm.meetings WHERE title = 'Meeting 0'")
    of = f"object = 'people' AND record_id = '{record}'"
    ident = database.value(f"SELECT file_id FROM crm.files WHERE {of} LIMIT 1")
    found, log = asked(emulator, lambda: lines(
        database, f"DELETE FROM crm.files WHERE {of} AND file_id = '{ident}' RETURNING file_id"))
    tap.equal((found, log[-1]), ([ident], "DELETE /files/ID"), "a file is deleted")
    tap.equal(lines(database, f"SELECT file_id FROM crm.files WHERE {of} AND file_id = '{ident}'"), [], "it is gone, too")
    for statement in ("UPDATE crm.meetings SET title = 'x' WHERE title = 'y'", "DELETE FROM crm.meeting_records",
                      "UPDATE crm.files SET name = 'x' WHERE name = 'y'", "UPDATE crm.transcripts SET speech = ''",
                      "INSERT INTO crm.meeting_participants (email_address) VALUES ('x')"):
        wrong, log = asked(emulator, lambda s=statement: database.psql(s))
        tap.ok("does not allow" in wrong.err and not log, f"refused: {statement}", wrong)


run()
