#!/usr/bin/env python3
"""Statements that write to tables of activity: what they read beside it, what is refused, odd answers."""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import QUICK, Workspace, must  # noqa: E402
from cases import case, run, tap  # noqa: E402


def prepare(emulator, database):
    must(database.psql("ALTER FOREIGN TABLE attio_notes RENAME TO n"))


WORK = Workspace("--scale", "20", options=QUICK, before=prepare)


def written(emulator):
    return [e["method"] for e in emulator.log() if e["method"] in ("POST", "PATCH", "DELETE") and "/v2/" in e["path"]
            and not e["path"].endswith("/query")]


@case(WORK)
def reads_first(emulator, database):
    """Rows that a part of the statement asks for by the ids of what it writes are those from before it."""
    new = ("WITH w AS (INSERT INTO tasks (content_plaintext) VALUES ('new one') RETURNING task_id) "
           "SELECT count(*) FROM tasks WHERE task_id IN (SELECT task_id FROM w)")
    tap.equal(database.value(new), "0", "a task that the statement creates is not seen")
    changed = ("WITH w AS (UPDATE tasks SET deadline_at = '2031-01-01' WHERE content_plaintext = 'new one' RETURNING *) "
               "SELECT t.deadline_at IS NULL, w.deadline_at IS NULL FROM w JOIN tasks t USING (task_id)")
    tap.equal(database.value(changed), "t|f", "a task that it changes is seen as it was")
    some = ("WITH k AS (SELECT task_id FROM tasks LIMIT 3), w AS (INSERT INTO tasks (content_plaintext) VALUES ('x') "
            "RETURNING task_id) SELECT count(*), count(w.task_id), count(t.task_id) FROM k CROSS JOIN w "
            "LEFT JOIN LATERAL (SELECT * FROM tasks t WHERE t.task_id = k.task_id OFFSET 0) t ON true")
    tap.equal(database.value(some), "3|3|3", "tasks that are asked for one by one are all there")
    gone = ("WITH w AS (DELETE FROM tasks WHERE content_plaintext = 'new one' RETURNING task_id) "
            "SELECT count(t.task_id) FROM w LEFT JOIN LATERAL (SELECT * FROM tasks t WHERE t.task_id = w.task_id) t "
            "ON true")
    tap.equal(database.value(gone), "1", "a task that it deletes is still seen")
    comment = ("WITH w AS (INSERT INTO comments (object, record_id, content_plaintext, author) SELECT 'companies', "
               "(SELECT record_id FROM companies LIMIT 1), 'x', (SELECT workspace_member_id FROM workspace_members "
               "LIMIT 1) RETURNING comment_id) SELECT * FROM w JOIN comments USING (comment_id)")
    emulator.forget()
    tap.ok("would read foreign table \"comments\" after it has begun to write" in database.psql(comment).err,
           "what has no listing of everything is refused")
    tap.equal(written(emulator), [], "before anything is written")


@case(WORK)
def guarded(emulator, database):
    """A condition that every row meets does not count as one."""
    emulator.forget()
    for table in ("n", "call_recordings", "tasks"):
        result = database.psql(f"DELETE FROM {table} WHERE created_at IS NOT NULL")
        tap.ok("without a condition on its columns is refused" in result.err, f"all rows of {table}", result.err)
    tap.equal(written(emulator), [], "nothing is deleted")


@case(WORK)
def answers(emulator, database):
    """An answer that is not the row is an error, and no row of NULLs."""
    must(database.psql("INSERT INTO tasks (content_plaintext) VALUES ('odd')"))
    emulator.faults({"match": {"method": "PATCH"}, "status": 200, "body": "{\"data\": {}}"})
    result = database.psql("UPDATE tasks SET is_completed = true WHERE content_plaintext = 'odd' RETURNING task_id")
    tap.ok("The row was nevertheless written" in result.err, "an answer without an id", result.err)
    emulator.faults()
    result = database.psql("UPDATE tasks SET is_completed = NULL WHERE content_plaintext = 'odd'")
    tap.ok("data.is_completed: Expected boolean" in result.err, "a flag cannot be empty", result.err)


@case(WORK)
def times_as_text(emulator, database):
    """A text that is written as a time must be one."""
    must(database.psql("CREATE FOREIGN TABLE text_tasks (task_id uuid, content_plaintext text, deadline_at text) "
                       "SERVER attio OPTIONS (resource 'tasks')"))
    emulator.forget()
    result = database.psql("INSERT INTO text_tasks (content_plaintext, deadline_at) VALUES ('no time', 'garbage')")
    tap.ok("22007" in result.err and not [e for e in emulator.log() if e["method"] == "POST"], "no time: nothing is sent", result.err)
    must(database.psql("INSERT INTO text_tasks (content_plaintext, deadline_at) VALUES ('a time', '2026-02-03 04:05+02')"))
    tap.equal([json.loads(e["body"])["data"]["deadline_at"] for e in emulator.log() if e["method"] == "POST"], ["2026-02-03T02:05:00Z"],
              "a time is sent as any other")


run()
