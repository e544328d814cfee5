#!/usr/bin/env python3
"""Notes: read by pages, by record and by id; written under the promises of records.

What is in Attio is read from the emulator's own API, not through the extension.
"""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import QUICK, Workspace, must  # noqa: E402
from cases import case, run, tap  # noqa: E402

MISSING = "00000000-0000-4000-8000-000000000000"


def prepare(emulator, database):
    """More notes than two pages hold: 60 that are generated, and 80 more, with the name that is free here."""
    company = database.value("SELECT record_id FROM companies ORDER BY 1 LIMIT 1")
    for i in range(80):
        emulator.call("POST", "/v2/notes", {"data": {
            "parent_object": "companies", "parent_record_id": company, "title": f"More {i}", "format": "plaintext",
            "content": f"Text {i}"}}, "emulator-key")
    must(database.psql("ALTER FOREIGN TABLE attio_notes RENAME TO n"))


WORK = Workspace("--scale", "60", options=QUICK, before=prepare)


def notes(emulator):
    """All of them, by Attio's own pages."""
    found = []
    while True:
        page = emulator.get(f"/v2/notes?limit=50&offset={len(found)}")
        found += page
        if len(page) < 50:
            return found


def note(emulator, ident):
    return emulator.get(f"/v2/notes/{ident}")


def sent(emulator, *methods):
    """What was sent by these methods, and bodies without their envelope."""
    return [(e["method"], e["path"], json.loads(e["body"])["data"] if e["body"] else None)
            for e in emulator.log() if e["method"] in methods and "/v2/" in e["path"]]


def asked(emulator):
    """Reads of notes, in the order of the requests."""
    return [e["path"] for e in emulator.log() if e["method"] == "GET" and "/v2/notes" in e["path"]]


def company_of(database):
    return database.value("SELECT record_id FROM companies ORDER BY 1 LIMIT 1")


@case(WORK)
def reading(emulator, database):
    emulator.forget()
    there = {n["id"]["note_id"]: n for n in notes(emulator)}
    tap.ok(len(there) > 100, "more notes than two pages hold", len(there))
    emulator.forget()
    tap.equal(database.value("SELECT count(*), count(DISTINCT note_id) FROM n"), f"{len(there)}|{len(there)}",
              "each of them once")
    tap.ok(all("limit=50" in path for path in asked(emulator) if "limit=1&" not in path), "by pages as large as Attio allows",
           asked(emulator))
    wrong = [row for row in database.psql("SELECT note_id, parent_object, parent_record_id, title FROM n").out.splitlines()
             if row.split("|") != [row.split("|")[0]] + [there[row.split("|")[0]][key]
                                                         for key in ("parent_object", "parent_record_id", "title")]]
    tap.equal(wrong, [], "with its parent and title")


@case(WORK)
def by_parameters(emulator, database):
    company = company_of(database)
    wanted = len([n for n in notes(emulator) if n["parent_record_id"] == company])
    emulator.forget()
    tap.equal(database.value(f"SELECT count(*) FROM n WHERE parent_object = 'companies' AND parent_record_id = '{company}'"),
              str(wanted), "those of one record")
    tap.ok(all(f"parent_object=companies&parent_record_id={company}" in path for path in asked(emulator)),
           "by both parameters", asked(emulator))
    for condition in (f"parent_record_id = '{company}'", "parent_object = 'companies'"):
        emulator.forget()
        must(database.psql(f"SELECT count(*) FROM n WHERE {condition}"))
        tap.ok(not any("parent" in path for path in asked(emulator)), "one without the other is not sent", asked(emulator))
    tap.equal(database.value(f"SELECT count(*) FROM n WHERE parent_object = 'people' AND parent_record_id = '{company}'"), "0",
              "no such pair, no rows")
    plan = database.psql("EXPLAIN (COSTS OFF) SELECT title FROM n WHERE parent_object = 'companies' "
                         f"AND parent_record_id = '{company}' AND title LIKE 'More%'").out
    tap.ok("Attio Request: GET /v2/notes\n" in plan and f"Attio Parameters: parent_object=companies&parent_record_id={company}"
           in plan and "Attio Local: (title" in plan, "EXPLAIN shows it", plan)


@case(WORK)
def by_id(emulator, database):
    idents = [n["id"]["note_id"] for n in notes(emulator)[:3]]
    emulator.forget()
    tap.equal(database.value(f"SELECT title FROM n WHERE note_id = '{idents[1]}'"), note(emulator, idents[1])["title"],
              "one note by its id")
    tap.equal([p for p in asked(emulator)][0], f"/v2/notes/{idents[1]}", "by one request")
    emulator.forget()
    listed = ",".join(idents + [MISSING])
    tap.equal(database.value(f"SELECT count(*) FROM n WHERE note_id = ANY ('{{{listed}}}')"), "3",
              "several, of which one is not there")
    tap.equal(sorted(asked(emulator)), sorted(f"/v2/notes/{ident}" for ident in idents + [MISSING]), "by a request each")
    emulator.faults({"match": {"method": "GET", "path": "/v2/notes/"}, "status": 404, "body": json.dumps({
        "status_code": 404, "type": "invalid_request_error", "code": "not_found",
        "message": 'Could not find endpoint "GET /v2/notes/x".'})})
    wrong = database.psql(f"SELECT * FROM n WHERE note_id = '{idents[0]}'")
    emulator.faults()
    tap.ok("ERROR" in wrong.err and "Could not find endpoint" in wrong.err, "an endpoint that is gone is no empty result", wrong)


@case(WORK)
def joined(emulator, database):
    emulator.forget()
    by_parent = {}
    for n in notes(emulator):
        by_parent[n["parent_record_id"]] = by_parent.get(n["parent_record_id"], 0) + 1
    ids = database.psql("SELECT record_id FROM companies ORDER BY 1 LIMIT 12").out.splitlines()
    emulator.forget()
    found = database.value("SELECT count(*) FROM (SELECT record_id FROM companies ORDER BY record_id LIMIT 12) c "
                           "JOIN n ON n.parent_object = 'companies' AND n.parent_record_id = c.record_id")
    tap.equal(found, str(sum(by_parent.get(i, 0) for i in ids)), "notes of records, joined")


@case(WORK)
def inserting(emulator, database):
    company = company_of(database)
    emulator.forget()
    ident, actor = database.value(
        "INSERT INTO n (parent_object, parent_record_id, title, content_plaintext) "
        f"VALUES ('companies', '{company}', 'Ä title', E'One\\ntwo') RETURNING note_id, created_by__actor_type").split("|")
    tap.equal(sent(emulator, "POST"), [("POST", "/v2/notes", {
        "parent_object": "companies", "parent_record_id": company, "title": "Ä title", "content": "One\ntwo",
        "format": "plaintext"})], "a text is sent as plaintext")
    tap.equal(note(emulator, ident)["content_plaintext"], "One\ntwo", "and stored")
    tap.equal(actor, "api-token", "RETURNING shows what Attio made of it")
    emulator.forget()
    must(database.psql("INSERT INTO n (parent_object, parent_record_id, title, content_markdown, created_at) "
                       f"VALUES ('companies', '{company}', 'M', '# Head', '2024-02-29 12:00Z')"))
    tap.equal(sent(emulator, "POST")[0][2], {"parent_object": "companies", "parent_record_id": company, "title": "M",
                                             "content": "# Head", "format": "markdown",
                                             "created_at": "2024-02-29T12:00:00Z"}, "Markdown is sent as such")
    for columns, values, word in (
            ("title, content_plaintext, content_markdown", "'T', 'a', 'b'", "only one of columns"),
            ("title", "'T'", 'field "content_plaintext" of foreign table "n" must have a value'),
            ("content_plaintext", "'T'", 'field "title" of foreign table "n" must have a value'),
            ("title, content_plaintext, tags", "'T', 'a', '[]'", 'column "tags" of foreign table "n" cannot be written'),
            ("title, content_plaintext, created_at", "'T', 'a', 'infinity'", "cannot hold this value")):
        emulator.forget()
        wrong = database.psql(f"INSERT INTO n (parent_object, parent_record_id, {columns}) "
                              f"VALUES ('companies', '{company}', {values})")
        tap.ok(word in wrong.err, f"refused: {columns}", wrong)
        tap.equal(sent(emulator, "POST"), [], "before anything is sent")
    wrong = database.psql("INSERT INTO n (parent_object, parent_record_id, title, content_plaintext) "
                          f"VALUES ('companies', '{MISSING}', 'T', 'x')")
    tap.ok("ERROR" in wrong.err and "POST /v2/notes" in wrong.err, "a record that is not there is Attio's error", wrong)
    emulator.forget()
    seen = database.psql("BEGIN; INSERT INTO n (parent_object, parent_record_id, title, content_plaintext) "
                         f"VALUES ('companies', '{company}', 'Own', 'x'); SELECT count(*) FROM n WHERE title = 'Own'; COMMIT")
    tap.equal(seen.out.splitlines()[0], "1", "a statement sees what the transaction has written")
    dry = database.psql("SET client_min_messages = notice; SET attio_fdw.dry_run = on; INSERT INTO n (parent_object, parent_record_id, title, content_plaintext) "
                        f"VALUES ('companies', '{company}', 'Dry', 'x')")
    tap.ok('"format":"plaintext"' in dry.err and "dry run: POST /v2/notes" in dry.err, "a dry run shows what would be sent", dry)
    tap.ok("ERROR" in database.psql("SET attio_fdw.read_only = on; DELETE FROM n WHERE title = 'Own'").err, "read_only")


@case(WORK)
def lost_creates(emulator, database):
    """A create whose answer is lost is never sent twice."""
    company = company_of(database)
    insert = ("INSERT INTO n (parent_object, parent_record_id, title, content_plaintext) "
              f"VALUES ('companies', '{company}', 'Lost', 'x')")
    for fault in ({"status": 503, "body": "{}"}, {"reset": "headers"}, {"reset": "body"}, {"truncate": 20},
                  {"status": 200, "body": "[]"}):
        before = len(notes(emulator))
        emulator.forget()
        emulator.faults({"match": {"method": "POST", "path": "/v2/notes"}, "times": 1, **fault})
        lost = database.psql(insert)
        emulator.faults()
        tap.ok("ERROR" in lost.err, f"{fault}: an error", lost)
        tap.equal(len(sent(emulator, "POST")), 1, "sent once")
        tap.ok(len(notes(emulator)) - before <= 1, "and created at most once")


@case(WORK)
def updating(emulator, database):
    ident = notes(emulator)[5]["id"]["note_id"]
    emulator.forget()
    tap.equal(database.value(f"UPDATE n SET title = 'New title' WHERE note_id = '{ident}' RETURNING title, note_id"),
              f"New title|{ident}", "a title is changed")
    tap.equal([(e["method"], e["path"], json.loads(e["body"])) for e in emulator.log() if e["method"] != "POST"][:1],
              [("PATCH", f"/v2/notes/{ident}", {"data": {"title": "New title"}})], "by one request")
    emulator.forget()
    must(database.psql("UPDATE n SET title = title WHERE title = 'New title'"))
    tap.equal(sent(emulator, "PATCH"), [], "what stays is not sent")
    seen = database.psql(f"BEGIN; UPDATE n SET title = 'Third' WHERE note_id = '{ident}'; "
                         f"SELECT title FROM n WHERE note_id = '{ident}'; COMMIT")
    tap.equal(seen.out.splitlines(), ["Third"], "and seen at once")
    for column in ("content_plaintext", "content_markdown", "parent_object", "created_by__actor_type"):
        wrong = database.psql(f"UPDATE n SET {column} = 'x' WHERE note_id = '{ident}'")
        tap.ok(f'column "{column}" of foreign table "n" cannot be written' in wrong.err, f"{column} cannot be changed", wrong)
    tap.equal(must(database.psql(f"UPDATE n SET title = 'x' WHERE note_id = '{MISSING}' RETURNING title")).out, "",
              "a note that is gone is no row")
    wrong = database.psql("UPDATE n SET title = 'x'")
    tap.ok("without WHERE is refused" in wrong.err, "UPDATE needs WHERE", wrong)
    wrong = database.psql("SET attio_fdw.max_rows_written = 3; UPDATE n SET title = 'x' WHERE title LIKE 'More%'")
    tap.ok("max_rows_written" in wrong.err, "and has a limit", wrong)
    tap.equal(len([n for n in notes(emulator) if n["title"] == "x"]), 0, "nothing of it was written")


@case(WORK)
def endpoint_missing(emulator, database):
    """The specification that is at hand has no update of notes: where Attio has none, that is an error."""
    ident = notes(emulator)[6]["id"]["note_id"]
    for status, body in ((404, {"status_code": 404, "type": "invalid_request_error", "code": "not_found",
                                "message": 'Could not find endpoint "PATCH /v2/notes/x".'}),
                         (405, {"status_code": 405, "type": "invalid_request_error", "code": "method_not_allowed",
                                "message": "Method not allowed."})):
        emulator.faults({"match": {"method": "PATCH", "path": "/v2/notes/"}, "status": status, "body": json.dumps(body)})
        wrong = database.psql(f"UPDATE n SET title = 'y' WHERE note_id = '{ident}'")
        emulator.faults()
        tap.ok("ERROR" in wrong.err and body["message"].rstrip(".") in wrong.err and "PATCH" in wrong.err, f"{status}", wrong)


@case(WORK)
def ignored(emulator, database):
    """A title that is accepted and not stored is told of."""
    one = notes(emulator)[7]
    emulator.faults({"match": {"method": "PATCH", "path": "/v2/notes/"}, "status": 200, "body": json.dumps({"data": one})})
    told = database.psql(f"UPDATE n SET title = 'Ignored' WHERE note_id = '{one['id']['note_id']}'")
    emulator.faults()
    tap.ok('WARNING' in told.err and 'did not store field "title" of "n" as it was sent' in told.err, "a warning", told)


@case(WORK)
def deleting(emulator, database):
    idents = [n["id"]["note_id"] for n in notes(emulator) if n["title"].startswith("More 7")]
    emulator.forget()
    must(database.psql(f"DELETE FROM n WHERE note_id = '{idents[0]}'"))
    tap.equal([(e["method"], e["path"]) for e in emulator.log()], [("DELETE", f"/v2/notes/{idents[0]}")], "by one request")
    tap.equal(must(database.psql("DELETE FROM n WHERE title LIKE 'More 7%' RETURNING title")).out.count("More 7"),
              len(idents) - 1, "several, with RETURNING")
    tap.equal(len([n for n in notes(emulator) if n["title"].startswith("More 7")]), 0, "are gone")
    tap.ok("without WHERE" in database.psql("DELETE FROM n").err, "DELETE needs WHERE")
    must(database.psql(f"DELETE FROM n WHERE note_id = '{idents[0]}'"))


run()
