#!/usr/bin/env python3
"""Tasks and the records that they are linked with: read by parameters and ids; written under the promises of records.

What is in Attio is read from the emulator's own API, not through the extension.
"""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import QUICK, ServerLog, Workspace, must  # noqa: E402
from cases import case, run, tap  # noqa: E402

MISSING = "00000000-0000-4000-8000-000000000000"
WORK = Workspace("--scale", "60", "--activity", "1100", options=QUICK, schema="workspace")


def tasks(emulator):
    """All of them, by Attio's own pages."""
    found = []
    while True:
        page = emulator.get(f"/v2/tasks?limit=1000&offset={len(found)}")
        found += page
        if len(page) < 1000:
            return found


def task(emulator, ident):
    return emulator.get(f"/v2/tasks/{ident}")


def ident_of(one):
    return one["id"]["task_id"]


def sent(emulator, *methods):
    return [(e["method"], e["path"], json.loads(e["body"])["data"] if e["body"] else None)
            for e in emulator.log() if e["method"] in methods and "/v2/" in e["path"]]


def asked(emulator):
    """Reads of tasks: without those that look for a row behind a short page."""
    return [e["path"] for e in emulator.log() if e["method"] == "GET" and "/v2/tasks" in e["path"]
            and "limit=1&" not in e["path"] and not e["path"].endswith("limit=1")]


class Known:
    """Rows that others refer to."""

    def __init__(self, emulator):
        members = emulator.get("/v2/workspace_members")
        # two that have a task in common
        common = next(t for t in tasks(emulator) if len({a["referenced_actor_id"] for a in t["assignees"]}) > 1)
        self.member, self.other = [a["referenced_actor_id"] for a in common["assignees"][:2]]
        emails = {m["id"]["workspace_member_id"]: m["email_address"] for m in members}
        self.email, self.other_email = emails[self.member], emails[self.other]
        linked = [r for t in tasks(emulator) for r in t["linked_records"]]
        self.person = next(r["target_record_id"] for r in linked if r["target_object_id"] == "people")
        self.company = next(r["target_record_id"] for r in linked if r["target_object_id"] == "companies")


@case(WORK)
def reading(emulator, database):
    there = tasks(emulator)
    tap.ok(len(there) > 1000, "more tasks than the largest page holds", len(there))
    emulator.forget()
    tap.equal(database.value("SELECT count(*), count(DISTINCT task_id) FROM tasks"), f"{len(there)}|{len(there)}", "each once")
    tap.ok({"/v2/tasks?limit=500&offset=0", "/v2/tasks?limit=500&offset=499"} <= set(asked(emulator)),
           "by pages that overlap", asked(emulator))
    links = sum(len(t["linked_records"]) for t in there)
    tap.equal(database.value("SELECT count(*), count(DISTINCT task_id) FROM task_records"),
              f"{links}|{sum(1 for t in there if t['linked_records'])}", "a row for each linked record")


@case(WORK)
def by_parameters(emulator, database):
    known, there = Known(emulator), tasks(emulator)

    def check(condition, wanted, parameters, name, table="tasks"):
        emulator.forget()
        tap.equal(database.value(f"SELECT count(*) FROM {table} WHERE {condition}"), str(wanted), name)
        tap.ok(all(all(p in path for p in parameters) for path in asked(emulator)) and asked(emulator),
               f"{name}: asked for by {parameters}", asked(emulator))

    def assigned(*idents):
        return [t for t in there if {a["referenced_actor_id"] for a in t["assignees"]} & set(idents)]

    check("is_completed", sum(t["is_completed"] for t in there), ["is_completed=true"], "completed ones")
    check("NOT is_completed", sum(not t["is_completed"] for t in there), ["is_completed=false"], "open ones")
    check(f"'{known.member}' = ANY (assignees)", len(assigned(known.member)), [f"assignee={known.member}"], "those of a member")
    check(f"assignees && ARRAY['{known.member}', '{known.other}']::uuid[]", len(assigned(known.member, known.other)),
          ["assignee="], "those of two members, each once")
    check("assignees = '{}'", sum(not t["assignees"] for t in there), ["assignee="], "those of nobody")
    check(f"NOT is_completed AND '{known.member}' = ANY (assignees) AND deadline_at IS NULL",
          len([t for t in assigned(known.member) if not t["is_completed"] and t["deadline_at"] is None]),
          ["is_completed=false", f"assignee={known.member}"], "two conditions sent, one checked locally")
    link = {"target_object_id": "people", "target_record_id": known.person}
    check(f"object = 'people' AND record_id = '{known.person}'", sum(t["linked_records"].count(link) for t in there),
          ["linked_object=people", f"linked_record_id={known.person}"], "tasks of a record", "task_records")
    check(f"object = 'people' AND record_id IN ('{known.person}', '{known.company}')",
          sum(t["linked_records"].count(link) for t in there), ["linked_object=people"], "of one of two", "task_records")
    members = f"assignees && ARRAY['{known.member}', '{known.other}']::uuid[]"
    check(members, sum(len(t["linked_records"]) for t in assigned(known.member, known.other)), ["assignee="],
          "all records of tasks that two listings return", "task_records")
    tap.ok(any(len(t["linked_records"]) > 1 and len(t["assignees"]) > 1 for t in assigned(known.member)),
           "some of which have several")
    emulator.forget()
    both = sum(1 for t in there if {r["target_object_id"] for r in t["linked_records"]} >= {"people"}
               and known.company in [r["target_record_id"] for r in t["linked_records"]])
    tap.equal(database.value("SELECT count(*) FROM tasks WHERE 'people' = ANY (linked_objects) "
                             f"AND '{known.company}' = ANY (linked_record_ids)"), str(both),
              "conditions on two arrays may be met by two records")
    tap.ok(not any("linked" in path for path in asked(emulator)), "so nothing is sent", asked(emulator))


@case(WORK)
def newest(emulator, database):
    there = [ident_of(t) for t in sorted(tasks(emulator), key=lambda t: t["created_at"])]
    for way, wanted in (("DESC", there[::-1][:7]), ("ASC", there[:7])):
        emulator.forget()
        tap.equal(database.value(f"SELECT array_agg(task_id) FROM (SELECT task_id FROM tasks ORDER BY created_at {way} LIMIT 7) s"),
                  "{" + ",".join(wanted) + "}", f"seven by created_at {way}")
        tap.ok(len(asked(emulator)) == 1 and f"sort=created_at%3A{way.lower()}" in asked(emulator)[0].replace(":", "%3A"),
               "by one request in that order", asked(emulator))


@case(WORK)
def by_id(emulator, database):
    one = next(t for t in tasks(emulator) if t["linked_records"] and t["assignees"])
    emulator.forget()
    tap.equal(database.value(f"SELECT content_plaintext, assignees FROM tasks WHERE task_id = '{ident_of(one)}'"),
              one["content_plaintext"] + "|{" + ",".join(a["referenced_actor_id"] for a in one["assignees"]) + "}", "a task")
    tap.equal(asked(emulator), [f"/v2/tasks/{ident_of(one)}"], "by one request")
    emulator.forget()
    tap.equal(database.value(f"SELECT record_id FROM task_records WHERE task_id = '{ident_of(one)}' LIMIT 1"),
              one["linked_records"][0]["target_record_id"], "its records")
    tap.equal(asked(emulator), [f"/v2/tasks/{ident_of(one)}"], "likewise")
    tap.equal(must(database.psql(f"SELECT * FROM tasks WHERE task_id = '{MISSING}'")).out, "", "one that is not there")
    emulator.forget()
    tap.equal(database.value(f"SELECT count(*) FROM tasks WHERE task_id = '{ident_of(one)}' AND is_completed IS NULL"), "0",
              "other conditions are checked locally")


@case(WORK)
def joined(emulator, database):
    known, there = Known(emulator), tasks(emulator)
    wanted = sum(r["target_object_id"] == "companies" for t in there for r in t["linked_records"])
    tap.equal(database.value("SELECT count(*) FROM task_records r JOIN tasks t USING (task_id) WHERE r.object = 'companies'"),
              str(wanted), "records and their tasks")
    emulator.forget()
    tap.equal(database.value(f"SELECT count(*) FROM (VALUES ('{known.person}'::uuid), ('{known.person}'), ('{MISSING}')) v (id), "
                             "LATERAL (SELECT * FROM task_records WHERE object = 'people' AND record_id = v.id OFFSET 0) t"),
              str(2 * sum(t["linked_records"].count({"target_object_id": "people", "target_record_id": known.person})
                          for t in there)), "records given one by one")


@case(WORK)
def explained(_emulator, database):
    plan = database.psql("EXPLAIN (COSTS OFF) SELECT content_plaintext FROM tasks WHERE NOT is_completed AND assignees = '{}' "
                         "AND deadline_at < '2026-01-01'").out
    tap.ok("Attio Request: GET /v2/tasks\n" in plan and "Attio Parameters: is_completed=false&assignee=" in plan
           and "Attio Local: (deadline_at" in plan and "Attio Rechecked: " in plan, "parameters and what is left", plan)
    plan = database.psql(f"EXPLAIN (COSTS OFF) UPDATE tasks SET is_completed = true WHERE task_id = '{MISSING}'").out
    tap.ok("Attio Write: PATCH /v2/tasks/{id}" in plan and "without reading first" in plan, "an update by id", plan)
    plan = database.psql("EXPLAIN (COSTS OFF) UPDATE tasks SET linked_record_ids = '{}', linked_objects = '{}' "
                         f"WHERE task_id = '{MISSING}'").out
    tap.ok("GET /v2/tasks/{task_id}" in plan, "values that are sent together are read first", plan)


def insert(database, columns, values, returning="task_id"):
    return database.psql(f"INSERT INTO tasks (content_plaintext{columns}) VALUES ('New'{values}) RETURNING {returning}")


@case(WORK)
def inserting(emulator, database):
    known = Known(emulator)
    emulator.forget()
    ident = must(insert(database, "", "")).out
    least = {"content": "New", "format": "plaintext", "deadline_at": None, "is_completed": False, "linked_records": [],
             "assignees": []}
    tap.equal(sent(emulator, "POST"), [("POST", "/v2/tasks", least)], "all that Attio requires is sent")
    tap.equal(task(emulator, ident)["content_plaintext"], "New", "and stored")
    emulator.forget()
    got = must(insert(database, ", deadline_at, is_completed, assignees, linked_objects, linked_record_ids",
                      f", '2026-02-28 12:00:00.5Z', true, '{{{known.member},{known.other}}}', '{{people,companies}}', "
                      f"'{{{known.person},{known.company}}}'",
                      "assignees, linked_objects, linked_record_ids, is_completed, completed_at IS NOT NULL")).out
    tap.equal(got, f"{{{known.member},{known.other}}}|{{people,companies}}|{{{known.person},{known.company}}}|t|t",
              "arrays are shown as Attio made them")
    actor = "workspace-member"
    tap.equal(sent(emulator, "POST")[0][2], {
        **least, "deadline_at": "2026-02-28T12:00:00.5Z", "is_completed": True,
        "assignees": [{"referenced_actor_type": actor, "referenced_actor_id": m} for m in (known.member, known.other)],
        "linked_records": [{"target_object": "people", "target_record_id": known.person},
                           {"target_object": "companies", "target_record_id": known.company}]},
              "and sent as objects, element by element")
    for columns, values, word in (
            (", linked_objects", ", '{people}'", "must have the same number of elements"),
            (", linked_record_ids", f", '{{{known.person}}}'", "must have the same number of elements"),
            (", linked_objects, linked_record_ids", f", '{{people,people}}', '{{{known.person}}}'", "the same number"),
            (", linked_objects, linked_record_ids", ", '{people}', '{NULL}'", "cannot hold this value: NULL"),
            (", assignees", f", '{{{{{known.member}}},{{{known.other}}}}}'", "one dimension"),
            (", completed_at", ", now()", 'column "completed_at" of foreign table "tasks" cannot be written')):
        emulator.forget()
        wrong = insert(database, columns, values)
        tap.ok(word in wrong.err, f"refused: {columns} {values}", wrong)
        tap.equal(sent(emulator, "POST"), [], "before anything is sent")
    wrong = database.psql("INSERT INTO tasks (is_completed) VALUES (true)")
    tap.ok('field "content_plaintext" of foreign table "tasks" must have a value' in wrong.err, "a task has a content", wrong)
    wrong = insert(database, ", assignees", f", '{{{MISSING}}}'")
    tap.ok("ERROR" in wrong.err and "POST /v2/tasks" in wrong.err, "somebody who is no member is Attio's error", wrong)
    wrong = database.psql("INSERT INTO task_records (task_id) VALUES (NULL)")
    tap.ok('foreign table "task_records" does not allow inserts' in wrong.err, "task_records is read only", wrong)


@case(WORK)
def by_email(emulator, database):
    known = Known(emulator)
    must(database.psql("CREATE FOREIGN TABLE by_email (task_id uuid, content_plaintext text, assignees text[]) SERVER attio "
                       "OPTIONS (resource 'tasks')"))
    emulator.forget()
    got = database.value("INSERT INTO by_email (content_plaintext, assignees) VALUES "
                         f"('E-mail', '{{{known.email},{known.other}}}') RETURNING assignees")
    tap.equal(got, f"{{{known.member},{known.other}}}", "answered by ids")
    tap.equal(sent(emulator, "POST")[0][2]["assignees"],
              [{"workspace_member_email_address": known.email},
               {"referenced_actor_type": "workspace-member", "referenced_actor_id": known.other}], "sent by e-mail or id")
    must(database.psql(f"UPDATE by_email SET assignees = '{{{known.other_email}}}' WHERE content_plaintext = 'E-mail'"))
    tap.equal(database.value(f"SELECT count(*) FROM tasks WHERE content_plaintext = 'E-mail' AND assignees = '{{{known.other}}}'"),
              "1", "an update, too")


@case(WORK)
def updating(emulator, database):
    known = Known(emulator)
    ident = must(insert(database, ", assignees, linked_objects, linked_record_ids",
                        f", '{{{known.member}}}', '{{people}}', '{{{known.person}}}'")).out

    def changed(assignment, body, name, returning="is_completed"):
        emulator.forget()
        must(database.psql(f"UPDATE tasks SET {assignment} WHERE task_id = '{ident}' RETURNING {returning}"))
        tap.equal(sent(emulator, "PATCH"), [("PATCH", f"/v2/tasks/{ident}", body)], name)

    changed("is_completed = true", {"is_completed": True}, "it is done")
    tap.equal(database.value(f"SELECT completed_at IS NOT NULL FROM tasks WHERE task_id = '{ident}'"), "t", "seen at once")
    changed("deadline_at = '2026-03-01'", {"deadline_at": "2026-03-01T00:00:00Z"}, "a deadline")
    changed("deadline_at = NULL", {"deadline_at": None}, "none")
    changed("assignees = '{}'", {"assignees": []}, "assigned to nobody")
    changed("assignees = NULL", {"assignees": []}, "NULL is nobody, too")
    both = [{"target_object": "people", "target_record_id": known.person},
            {"target_object": "companies", "target_record_id": known.company}]
    changed(f"linked_objects = '{{people,companies}}', linked_record_ids = '{{{known.person},{known.company}}}'",
            {"linked_records": both}, "two records")
    changed("linked_objects = linked_objects[2:2], linked_record_ids = linked_record_ids[2:2]",
            {"linked_records": both[1:]}, "one of them")
    another = database.value("SELECT record_id FROM task_records WHERE object = 'companies' AND record_id <> "
                             f"'{known.company}' LIMIT 1")
    changed(f"linked_record_ids = '{{{another}}}'", {"linked_records": [{"target_object": "companies", "target_record_id": another}]},
            "what belongs together is sent together, though one column alone is assigned")
    emulator.forget()
    wrong = database.psql(f"UPDATE tasks SET linked_record_ids = '{{}}' WHERE task_id = '{ident}'")
    tap.ok("the same number of elements" in wrong.err and sent(emulator, "PATCH") == [], "and must fit together", wrong)
    must(database.psql("CREATE FOREIGN TABLE half (task_id uuid, linked_record_ids uuid[]) SERVER attio OPTIONS (resource 'tasks')"))
    wrong = database.psql(f"UPDATE half SET linked_record_ids = '{{}}' WHERE task_id = '{ident}'")
    tap.ok('column "linked_record_ids" of foreign table "half" cannot be written alone' in wrong.err
           and "linked_objects" in wrong.err, "a table without the other column says so", wrong)
    emulator.forget()
    must(database.psql(f"UPDATE tasks SET is_completed = is_completed, assignees = assignees WHERE task_id = '{ident}'"))
    tap.equal(sent(emulator, "PATCH"), [], "what stays is not sent")
    wrong = database.psql(f"UPDATE tasks SET content_plaintext = 'x' WHERE task_id = '{ident}'")
    tap.ok("cannot be written" in wrong.err and "only for new rows" in wrong.err, "the content cannot change", wrong)
    tap.equal(must(database.psql(f"UPDATE tasks SET is_completed = true WHERE task_id = '{MISSING}' RETURNING 1")).out, "",
              "a task that is gone is no row")
    seen = database.psql(f"BEGIN; UPDATE tasks SET is_completed = false WHERE task_id = '{ident}'; "
                         f"SELECT is_completed FROM tasks WHERE content_plaintext = 'New' AND task_id = '{ident}'; COMMIT").out
    tap.equal(seen, "f", "a transaction sees what it wrote")


@case(WORK)
def guards(emulator, database):
    for statement, word in (("UPDATE tasks SET is_completed = true", "without WHERE"), ("DELETE FROM tasks", "without WHERE"),
                            ("SET attio_fdw.max_rows_written = 5; DELETE FROM tasks WHERE is_completed", "max_rows_written"),
                            ("SET attio_fdw.read_only = on; DELETE FROM tasks WHERE is_completed", "read_only"),
                            ("COPY tasks (content_plaintext) FROM STDIN;\nx\n\\.", "allow_copy")):
        emulator.forget()
        wrong = database.psql(statement)
        tap.ok(word in wrong.err, f"refused: {statement}", wrong)
        tap.equal(sent(emulator, "POST", "PATCH", "DELETE"), [], "and nothing is sent")
    dry = database.psql("SET client_min_messages = notice; SET attio_fdw.dry_run = on; "
                        "INSERT INTO tasks (content_plaintext) VALUES ('Dry')")
    tap.ok('"assignees":[]' in dry.err and sent(emulator, "POST") == [], "a dry run shows what would be sent", dry)
    rolled = database.psql("BEGIN; INSERT INTO tasks (content_plaintext) VALUES ('Rolled back'); ROLLBACK")
    tap.ok("WARNING" in rolled.err and database.value("SELECT count(*) FROM tasks WHERE content_plaintext = 'Rolled back'")
           == "1", "ROLLBACK undoes nothing, and says so", rolled)


@case(WORK)
def lost_creates(emulator, database):
    """A create whose answer is lost is never sent twice; an update is."""
    for fault in ({"status": 503, "body": "{}"}, {"reset": "headers"}, {"reset": "body"}, {"truncate": 20}):
        before = len(tasks(emulator))
        emulator.forget()
        emulator.faults({"match": {"method": "POST", "path": "/v2/tasks"}, "times": 1, **fault})
        lost = insert(database, "", "")
        emulator.faults()
        tap.ok("ERROR" in lost.err, f"{fault}: an error", lost)
        tap.equal(len(sent(emulator, "POST")), 1, "sent once")
        tap.ok(len(tasks(emulator)) - before <= 1, "and created at most once")
    ident = ident_of(tasks(emulator)[3])
    emulator.faults({"match": {"method": "PATCH", "path": "/v2/tasks"}, "times": 1, "status": 503, "body": "{}"})
    must(database.psql(f"UPDATE tasks SET deadline_at = '2030-01-01' WHERE task_id = '{ident}'"))
    emulator.faults()
    tap.ok(task(emulator, ident)["deadline_at"].startswith("2030-01-01"), "an update is sent again")


@case(WORK)
def partly(emulator, database):
    """An error among several rows says which are written."""
    idents = [ident_of(t) for t in tasks(emulator)[:3]]
    emulator.faults({"match": {"method": "PATCH", "path": f"/v2/tasks/{idents[1]}"}, "status": 400, "body": json.dumps({
        "status_code": 400, "type": "invalid_request_error", "code": "validation_type", "message": "No."})})
    wrong = database.psql("UPDATE tasks SET deadline_at = '2031-01-01' WHERE task_id = ANY "
                          f"('{{{','.join(idents)}}}')")
    emulator.faults()
    tap.ok("No." in wrong.err and "of this statement" in wrong.err, "Attio's message, and what became of the others", wrong)
    done = sum((task(emulator, i)["deadline_at"] or "").startswith("2031") for i in idents)
    tap.ok(f"{done} row" in wrong.err, f"{done} written", wrong)


@case(WORK)
def deleting(emulator, database):
    ident = must(insert(database, "", "")).out
    emulator.forget()
    must(database.psql(f"DELETE FROM tasks WHERE task_id = '{ident}'"))
    tap.equal([(e["method"], e["path"]) for e in emulator.log()], [("DELETE", f"/v2/tasks/{ident}")], "by one request")
    tap.equal(must(database.psql(f"DELETE FROM tasks WHERE task_id = '{ident}' RETURNING task_id")).out, "", "twice is none")
    must(database.psql("DELETE FROM tasks WHERE content_plaintext = 'New'"))
    tap.equal([t for t in tasks(emulator) if t["content_plaintext"] == "New"], [], "by a condition")


@case(WORK)
def logged(_emulator, database):
    log = ServerLog(database)
    ident = must(insert(database, "", "")).out
    must(database.psql("UPDATE tasks SET is_completed = true WHERE content_plaintext = 'New'"))
    told = "\n".join(log.writes())
    tap.ok("table tasks" in told and ident in told and "is_completed" in told, "each write is in the log", told)


run()
