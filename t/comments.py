#!/usr/bin/env python3
"""Threads and comments: by a record, an entry, a thread, an id; what is asked for that; and what can be written."""
import json
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import FAST, ServerLog, Workspace, must  # noqa: E402
from cases import case, run, tap  # noqa: E402

NOBODY = "00000000-0000-4000-8000-000000000000"

# so many people that a join has 200 keys, and threads beyond one page of the first of them
WORK = Workspace("--scale", "220", "--activity", "300", options=FAST)


class Place:
    """The person with the most threads, an entry of the first list, and a member."""

    def __init__(self, database):
        self.person = json.loads(database.value(
            "SELECT json_agg(record_id) FROM (SELECT p.record_id FROM crm.people p JOIN crm.threads t "
            "ON t.record_id = p.record_id AND t.object = 'people' GROUP BY 1 ORDER BY count(*) DESC LIMIT 1) x"))[0]
        self.entry, self.parent = database.value(
            "SELECT e.entry_id || ' ' || e.parent_record_id FROM crm.sales_pipeline e JOIN crm.threads t "
            "ON t.entry_id = e.entry_id AND t.list = 'sales_pipeline' GROUP BY 1, e.entry_id, e.parent_record_id "
            "ORDER BY count(*) DESC LIMIT 1").split()
        self.member = database.value("SELECT workspace_member_id FROM crm.workspace_members LIMIT 1")


def asked(emulator):
    """The requests for threads and comments, ids left out."""
    return [re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "ID", entry["path"]) for entry in emulator.log()
            if "/v2/threads" in entry["path"] or "/v2/comments" in entry["path"]]


def document(emulator, ident):
    return emulator.get(f"/v2/comments/{ident}")


@case(WORK)
def each_way(emulator, database):
    place = Place(database)
    thread, comment = database.value(
        f"SELECT thread_id || ' ' || comment_id FROM crm.comments WHERE object = 'people' "
        f"AND record_id = '{place.person}' AND comment_id <> thread_id LIMIT 1").split()
    record = "object=people&record_id=ID&limit=50&offset="
    entry = "list=sales_pipeline&entry_id=ID&limit=50&offset=0"
    for name, condition, wanted in (
            ("a record", f"object = 'people' AND record_id = '{place.person}'",
             {f"/v2/threads?{record}{offset}" for offset in range(0, 500, 49)}),
            ("an entry", f"list = 'sales_pipeline' AND entry_id = '{place.entry}'", None),
            ("a thread", f"thread_id = '{thread}'", {"/v2/threads/ID"}),
            ("nothing that is there", f"thread_id = '{NOBODY}'", {"/v2/threads/ID"})):
        for table in ("comments",) if "thread_id" in condition else ("threads", "comments"):
            emulator.forget()
            count = int(database.value(f"SELECT count(*) FROM crm.{table} WHERE {condition}"))
            paths = asked(emulator)
            tap.ok((count > 0) == ("nothing" not in name), f"{table} of {name}: {count} rows")
            if wanted is None:
                # a page that the statement before asked for ahead may be logged late
                tap.ok(f"/v2/threads?{entry}" in paths, "are asked for by it", paths)
            else:
                tap.ok(set(paths) <= wanted and len(set(paths)) == len(paths), "are asked for by it, each page once", paths)
    emulator.forget()
    tap.equal(database.value(f"SELECT comment_id FROM crm.comments WHERE comment_id = '{comment}'"), comment, "one comment")
    tap.equal(asked(emulator), ["/v2/comments/ID"], "is asked for by its id")
    shown = database.value(f"SELECT to_jsonb(c) FROM crm.comments c WHERE comment_id = '{comment}'")
    tap.equal({key: json.loads(shown)[key] for key in ("object", "record_id", "list_id")},
              {"object": "people", "record_id": place.person, "list_id": None}, "which shows its record")


@case(WORK)
def names_of_places(emulator, database):
    """Whatever a comment is asked for by, the columns show the same."""
    place = Place(database)
    for name, condition in (("a record", f"object = 'people' AND record_id = '{place.person}'"),
                            ("an entry", f"list = 'sales_pipeline' AND entry_id = '{place.entry}'")):
        database.psql(f"DROP TABLE IF EXISTS shown; CREATE TABLE shown AS SELECT * FROM crm.comments WHERE {condition}")
        for key in ("comment_id", "thread_id"):
            for operator in ("EXCEPT ALL", "INTERSECT ALL"):
                count = database.value(
                    f"SELECT count(*) FROM (SELECT * FROM shown {operator} SELECT c.* FROM (SELECT DISTINCT {key} FROM shown) s "
                    f"JOIN crm.comments c USING ({key})) x")
                wanted = "0" if operator == "EXCEPT ALL" else database.value("SELECT count(*) FROM shown")
                tap.equal(count, wanted, f"comments of {name} by {key}: {operator}")
    joined = ("SELECT count(*) FROM (SELECT DISTINCT object, list, thread_id FROM shown) s JOIN crm.comments c "
              "ON c.thread_id = s.thread_id AND c.list = s.list")
    tap.equal(database.value(joined), database.value("SELECT count(*) FROM shown"), "a join by the name of the place, too")
    emulator.forget()
    database.value(f"SELECT content_plaintext FROM crm.comments WHERE thread_id = '{NOBODY}'")
    tap.equal(len(emulator.log()), 1, "names that nobody wants are not asked for")


@case(WORK)
def without_a_place(emulator, database):
    place = Place(database)
    emulator.forget()
    for sql, words in (
            ("SELECT * FROM crm.threads", '"object" and "record_id", or "list" and "entry_id"'),
            (f"SELECT * FROM crm.threads WHERE thread_id = '{NOBODY}'", '"object" and "record_id", or "list" and "entry_id"'),
            ("SELECT * FROM crm.comments WHERE content_plaintext = 'x'", 'or "comment_id", or "thread_id"'),
            (f"SELECT * FROM crm.comments WHERE record_id = '{place.person}'", 'on column "object"'),
            ("SELECT * FROM crm.comments WHERE list = 'sales_pipeline'", 'on column "entry_id"'),
            (f"SELECT * FROM crm.comments WHERE comment_id = '{NOBODY}' AND object = 'people'", "cannot be combined"),
            ("UPDATE crm.comments SET author = author", "does not allow updates"),
            ("DELETE FROM crm.comments WHERE content_plaintext = 'x'", "A query that works: SELECT * FROM"),
            (f"SELECT * FROM crm.threads WHERE object = 'people' AND record_id = '{place.parent}' "
             f"AND list = 'sales_pipeline' AND entry_id = '{place.entry}'", "cannot be combined")):
        result = database.psql(sql)
        tap.ok(result.refused(words), f"{sql[:60]}: an error that says what is missing", result)
    found = re.search(r"A query that works: (.*?)\. A join", database.psql("SELECT * FROM crm.threads").err)
    tap.equal(asked(emulator), [], "before anything is asked")
    tap.equal(must(database.psql("SET search_path = crm; " + found.group(1))).code, 0, "its example works")
    result = must(database.psql("ANALYZE crm.threads"))
    tap.ok("cannot analyze" in result.err, "and it is not analyzed", result)


@case(WORK)
def joins(emulator, database):
    emulator.forget()
    database.value("SELECT count(*) FROM (SELECT record_id FROM crm.people LIMIT 200) p "
                   "JOIN crm.threads t ON t.record_id = p.record_id AND t.object = 'people'")
    first = [entry["path"] for entry in emulator.log() if "/v2/threads" in entry["path"] and "offset=0" in entry["path"]]
    tap.equal((len(first), len(set(first))), (200, 200), "200 keys: a request for each")
    plan = "\n".join(must(database.psql(
        "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) SELECT * FROM crm.people p "
        "JOIN crm.threads t ON t.record_id = p.record_id AND t.object = 'people'")).out.split("\n"))
    tap.ok("Attio Join" in plan and "Attio Lookup: t.record_id by p.record_id" in plan, "several at the same time", plan)
    emulator.forget()
    rows = database.value("SELECT count(*) FROM (SELECT record_id FROM crm.people LIMIT 20) p "
                          "CROSS JOIN LATERAL generate_series(1, 10) "
                          "JOIN crm.threads t ON t.record_id = p.record_id AND t.object = 'people'")
    first = [path for path in (e["path"] for e in emulator.log()) if "/v2/threads" in path and "offset=0" in path]
    tap.equal(len(first), 20, f"20 keys that come ten times are asked for once ({rows} rows)")
    emulator.forget()
    database.value("SELECT count(c) FROM crm.sales_pipeline e JOIN crm.threads t ON t.entry_id = e.entry_id "
                   "AND t.list = 'sales_pipeline' JOIN crm.comments c ON c.thread_id = t.thread_id")
    paths = [entry["path"] for entry in emulator.log() if "/v2/threads/" in entry["path"]]
    tap.ok(paths and len(paths) == len(set(paths)), f"comments by their thread: {len(paths)} requests, each once", paths)
    for name, sql in (("= ANY", "= ANY ('{%s,%s}')"), ("IN", "IN ('%s', '%s')")):
        emulator.forget()
        database.value("SELECT count(*) FROM crm.threads WHERE object = 'people' AND record_id " + sql % (NOBODY, NOBODY[:-1] + "1"))
        tap.equal(len(asked(emulator)), 2, f"{name}: a request for each")


@case(WORK)
def inserts(emulator, database):
    place = Place(database)
    emulator.forget()
    made = json.loads(database.value(f"""
        WITH made AS (INSERT INTO crm.comments (object, record_id, content_plaintext, author)
            VALUES ('people', '{place.person}', E'Two\\nlines', '{place.member}') RETURNING *) SELECT to_jsonb(m) FROM made m"""))
    sent = json.loads(emulator.sent()[0]["body"])["data"]
    tap.equal(sent, {"format": "plaintext", "content": "Two\nlines", "author": {"type": "workspace-member", "id": place.member},
                     "record": {"object": "people", "record_id": place.person}}, "what is sent for a record")
    tap.equal((made["object"], made["record_id"], made["thread_id"], made["author__actor_type"]),
              ("people", place.person, made["comment_id"], "workspace-member"), "and what RETURNING shows")
    tap.equal(document(emulator, made["comment_id"])["content_plaintext"], "Two\nlines", "it is there")
    emulator.forget()
    must(database.psql(f"""
        INSERT INTO crm.comments (thread_id, object, content_plaintext, author, created_at)
        VALUES ('{made["thread_id"]}', NULL, 'Reply', '{place.member}', '2024-01-02 03:04:05.678+00')"""))
    sent = json.loads(emulator.sent()[0]["body"])["data"]
    tap.equal({key: sent[key] for key in sent if key not in ("author", "format")},
              {"thread_id": made["thread_id"], "content": "Reply", "created_at": "2024-01-02T03:04:05.678Z"},
              "to answer in a thread, with a time of its own")
    emulator.forget()
    row = json.loads(database.value(f"""
        WITH made AS (INSERT INTO crm.comments (list, entry_id, content_plaintext, author)
            VALUES ('sales_pipeline', '{place.entry}', 'On it', '{place.member}') RETURNING *) SELECT to_jsonb(m) FROM made m"""))
    tap.equal((row["list"], row["entry_id"], row["record_id"]), ("sales_pipeline", place.entry, place.parent), "to an entry")
    for name, columns, values, words in (
            ("without an author", "object, record_id, content_plaintext", f"'people', '{place.person}', 'x'", 'field "author"'),
            ("without a text", "object, record_id, author", f"'people', '{place.person}', '{place.member}'",
             'field "content_plaintext"'),
            ("nowhere", "content_plaintext, author", f"'x', '{place.member}'", "data.record: Required"),
            ("that is resolved", "object, record_id, content_plaintext, author, resolved_at",
             f"'people', '{place.person}', 'x', '{place.member}', now()", 'column "resolved_at"'),
            ("on a record that is not there", "object, record_id, content_plaintext, author",
             f"'people', '{NOBODY}', 'x', '{place.member}'", "Record was not found")):
        result = database.psql(f"INSERT INTO crm.comments ({columns}) VALUES ({values})")
        tap.ok(result.refused(words), f"a comment {name} is refused", result)


@case(WORK)
def promises(emulator, database):
    """A create is sent once; guards, log and dry run hold as for records."""
    place = Place(database)
    insert = (f"INSERT INTO crm.comments (object, record_id, content_plaintext, author) "
              f"SELECT 'people', '{place.person}', 'many ' || i, '{place.member}' FROM generate_series(1, 5) i")
    emulator.forget()
    emulator.faults({"match": {"method": "POST", "path": "comments$", "nth": 3}, "reset": "headers"})
    result = database.psql(insert)
    emulator.faults()
    numbers = [json.loads(entry["body"])["data"]["content"] for entry in emulator.sent()]
    tap.ok(result.code != 0 and len(numbers) == len(set(numbers)), "a create whose answer is lost is not sent again", numbers)
    tap.ok("may be written" in result.err, "and the error says that it may be written", result)
    emulator.forget()
    must(database.psql("SET attio_fdw.dry_run = on; " + insert))
    tap.equal(emulator.sent(), [], "dry_run sends nothing")
    result = database.psql("DELETE FROM crm.comments")
    tap.ok("without WHERE is refused" in result.err, "a DELETE without WHERE is refused", result)
    log = ServerLog(database)
    must(database.psql(f"INSERT INTO crm.comments (object, record_id, content_plaintext, author) "
                       f"VALUES ('people', '{place.person}', 'logged', '{place.member}')"))
    lines = log.writes()
    tap.ok(any("/v2/comments" in line or "comments" in line for line in lines), "a write is logged", lines)


@case(WORK)
def deletes(emulator, database):
    place = Place(database)
    person = database.value(f"SELECT record_id FROM crm.people WHERE record_id <> '{place.person}' ORDER BY 1 DESC LIMIT 1")
    head = database.value(f"INSERT INTO crm.comments (object, record_id, content_plaintext, author) VALUES ('people', "
                          f"'{person}', 'head', '{place.member}') RETURNING thread_id").split("\n")[0]
    must(database.psql(f"INSERT INTO crm.comments (thread_id, content_plaintext, author) "
                       f"SELECT '{head}', 'reply ' || i, '{place.member}' FROM generate_series(1, 3) i"))
    emulator.forget()
    tap.equal(database.value(f"DELETE FROM crm.comments WHERE thread_id = '{head}' AND content_plaintext = 'reply 2' "
                             "RETURNING content_plaintext").split("\n")[0], "reply 2", "a reply is deleted")
    tap.equal([entry["method"] for entry in emulator.sent()], ["DELETE"], "by its id")
    tap.equal(database.value(f"SELECT count(*) FROM crm.comments WHERE thread_id = '{head}'"), "3", "the others stay")
    must(database.psql(f"DELETE FROM crm.comments WHERE thread_id = '{head}'"))
    tap.equal(database.value(f"SELECT count(*) FROM crm.comments WHERE thread_id = '{head}'"), "0",
              "to delete the first one deletes the thread, and what is gone already is no error")
    emulator.forget()
    result = database.psql(f"DELETE FROM crm.comments WHERE comment_id = '{NOBODY}'")
    tap.equal(result.code, 0, "one that is not there is no error either")


run()
