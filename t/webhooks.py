#!/usr/bin/env python3
"""Webhooks: read by pages that have a smallest size, written, and their secret, which is shown once and logged nowhere.

What is in Attio is read from the emulator's own API, not through the extension.
"""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import QUICK, ServerLog, Workspace, must  # noqa: E402
from cases import case, run, tap  # noqa: E402

MISSING = "00000000-0000-4000-8000-000000000000"
SECRET = "0" * 64                  # the emulator's, of all webhooks
EVENTS = '[{"event_type": "note.created", "filter": null}]'
WORK = Workspace("--scale", "20", options=QUICK)


def webhooks(emulator):
    return emulator.get("/v2/webhooks?limit=100")


def webhook(emulator, ident):
    return emulator.get(f"/v2/webhooks/{ident}")


def sent(emulator, *methods):
    return [(e["method"], e["path"], json.loads(e["body"])["data"] if e["body"] else None)
            for e in emulator.log() if e["method"] in methods and "/v2/" in e["path"]]


def asked(emulator):
    return [e["path"] for e in emulator.log() if e["method"] == "GET" and "/v2/webhooks" in e["path"]]


def insert(database, url, returning="webhook_id", events=EVENTS):
    return database.psql(f"INSERT INTO webhooks (target_url, subscriptions) VALUES ('{url}', '{events}') RETURNING {returning}")


@case(WORK)
def reading(emulator, database):
    wanted = [{"webhook_id": w["id"]["webhook_id"], "target_url": w["target_url"], "subscriptions": w["subscriptions"],
               "status": w["status"], "secret": None} for w in webhooks(emulator)]
    tap.ok(len(wanted) > 10, "more than the smallest page holds", len(wanted))
    read = "SELECT jsonb_agg(to_jsonb(w) - 'created_at') FROM webhooks w"
    emulator.forget()
    tap.equal(json.loads(database.value(read)), wanted, "each cell, in order")
    tap.equal(asked(emulator), ["/v2/webhooks?limit=100&offset=0"], "by one request")
    tap.equal(database.value("SELECT count(*) FROM webhooks WHERE created_at IS NULL"), "0", "each has a time")


@case(WORK)
def small_pages(emulator, database):
    """No request asks for fewer rows than Attio allows, whatever the query and the table want."""
    count = len(webhooks(emulator))
    must(database.psql("ALTER FOREIGN TABLE webhooks OPTIONS (ADD page_size '2')"))
    emulator.forget()
    tap.equal(database.value("SELECT count(*), count(DISTINCT webhook_id) FROM webhooks"), f"{count}|{count}", "each once")
    # one more may be asked for ahead
    paths = asked(emulator)     # what is under way at the same time arrives in any order
    tap.ok(paths[0] == "/v2/webhooks?limit=10&offset=0" and "/v2/webhooks?limit=10&offset=9" in paths and
           all("limit=10&" in path for path in paths), "by pages of ten", paths)
    must(database.psql("ALTER FOREIGN TABLE webhooks OPTIONS (DROP page_size)"))
    for query in ("SELECT 1 FROM webhooks LIMIT 1", "SELECT 1 FROM webhooks WHERE target_url LIKE 'https:%' LIMIT 3"):
        emulator.forget()
        must(database.psql(query))
        tap.ok(asked(emulator) != [] and all(int(path.split("limit=")[1].split("&")[0]) >= 10 for path in asked(emulator)),
               query, asked(emulator))
    # exactly ten: a short page of a round number of rows is followed by a request for the row behind it
    gone = [w["id"]["webhook_id"] for w in webhooks(emulator)[10:]]
    for ident in gone:
        emulator.call("DELETE", f"/v2/webhooks/{ident}", None, "emulator-key")
    emulator.forget()
    tap.equal(database.value("SELECT count(*) FROM webhooks"), "10", "ten")
    tap.equal(asked(emulator), ["/v2/webhooks?limit=100&offset=0", "/v2/webhooks?limit=10&offset=10"], "and no more")


@case(WORK)
def by_id(emulator, database):
    one = webhooks(emulator)[3]
    emulator.forget()
    tap.equal(database.value(f"SELECT target_url FROM webhooks WHERE webhook_id = '{one['id']['webhook_id']}'"),
              one["target_url"], "one webhook")
    tap.equal(asked(emulator), [f"/v2/webhooks/{one['id']['webhook_id']}"], "by one request")
    tap.equal(must(database.psql(f"SELECT * FROM webhooks WHERE webhook_id = '{MISSING}'")).out, "", "one that is not there")


@case(WORK)
def inserting(emulator, database):
    emulator.forget()
    row = must(insert(database, "https://example.com/new", "webhook_id, status, created_at IS NOT NULL, secret")).out.split("|")
    tap.equal(row[1:], ["active", "t", SECRET], "RETURNING shows the secret")
    tap.equal(sent(emulator, "POST"), [("POST", "/v2/webhooks", {
        "target_url": "https://example.com/new", "subscriptions": json.loads(EVENTS)})], "what is sent")
    tap.equal(database.value(f"SELECT target_url, secret IS NULL FROM webhooks WHERE webhook_id = '{row[0]}'"),
              "https://example.com/new|t", "later it is not shown")
    again = insert(database, "https://example.com/new")
    tap.ok("23505" in again.err, "the same once more is refused", again)
    for url, events, state in (("http://example.com", EVENTS, "22023"),
                               ("https://example.com/x", '[{"event_type": "no.such", "filter": null}]', "22023")):
        wrong = insert(database, url, events=events)
        tap.ok(state in wrong.err, f"refused by Attio: {url}", wrong)
    for columns, values, word in (("target_url", "'https://x.com'", 'field "subscriptions"'),
                                  ("subscriptions", f"'{EVENTS}'", 'field "target_url"'),
                                  ("target_url, subscriptions, status", f"'https://x.com', '{EVENTS}', 'inactive'", '"status"'),
                                  ("target_url, subscriptions, secret", f"'https://x.com', '{EVENTS}', 'mine'", '"secret"')):
        emulator.forget()
        wrong = database.psql(f"INSERT INTO webhooks ({columns}) VALUES ({values})")
        tap.ok(wrong.refused(word) and sent(emulator, "POST") == [], f"refused before: {columns}", wrong)


@case(WORK)
def updating(emulator, database):
    ident = webhooks(emulator)[4]["id"]["webhook_id"]
    changed = '[{"event_type": "task.created", "filter": null}]'
    for assignment, body in (("target_url = 'https://example.com/moved'", {"target_url": "https://example.com/moved"}),
                             (f"subscriptions = '{changed}'", {"subscriptions": json.loads(changed)})):
        emulator.forget()
        told = must(database.psql(f"UPDATE webhooks SET {assignment} WHERE webhook_id = '{ident}' RETURNING secret IS NULL")).out
        tap.equal(told, "t", "an update shows no secret")
        tap.equal(sent(emulator, "PATCH"), [("PATCH", f"/v2/webhooks/{ident}", body)], assignment)
    tap.equal((webhook(emulator, ident)["target_url"], webhook(emulator, ident)["subscriptions"]),
              ("https://example.com/moved", json.loads(changed)), "stored")
    emulator.forget()
    must(database.psql(f"UPDATE webhooks SET subscriptions = subscriptions, status = status WHERE webhook_id = '{ident}'"))
    tap.equal(sent(emulator, "PATCH"), [], "nothing differs: nothing is sent")
    wrong = database.psql("UPDATE webhooks SET status = 'inactive' WHERE target_url = 'https://example.com/moved'")
    tap.ok('"status"' in wrong.err and "cannot be written" in wrong.err, "the status is Attio's", wrong)
    tap.equal(must(database.psql(f"UPDATE webhooks SET target_url = 'https://x.com' WHERE webhook_id = '{MISSING}' RETURNING 1")).out,
              "", "one that is not there")


@case(WORK)
def deleting(emulator, database):
    ident = must(insert(database, "https://example.com/short")).out
    emulator.forget()
    must(database.psql(f"DELETE FROM webhooks WHERE webhook_id = '{ident}'"))
    tap.equal(sent(emulator, "GET", "DELETE"), [("DELETE", f"/v2/webhooks/{ident}", None)], "by one request")
    tap.equal([w for w in webhooks(emulator) if w["id"]["webhook_id"] == ident], [], "gone")
    tap.ok("without WHERE" in database.psql("DELETE FROM webhooks").err, "DELETE needs WHERE")


@case(WORK)
def created_once(emulator, database):
    for fault in ({"status": 503, "body": "{}"}, {"reset": "body"}):
        emulator.forget()
        emulator.faults({"match": {"method": "POST", "path": "/v2/webhooks"}, "times": 1, **fault})
        lost = insert(database, f"https://example.com/{len(str(fault))}")
        emulator.faults()
        tap.ok("ERROR" in lost.err and len(sent(emulator, "POST")) == 1, f"{fault}: an error, and not sent again", lost)


@case(WORK)
def secret_is_not_logged(_emulator, database):
    """Of a create the log has what was sent; nothing that Attio's answer holds but the id."""
    log = ServerLog(database)
    told = ""
    for statement in (
            f"INSERT INTO webhooks (target_url, subscriptions) VALUES ('https://example.com/l', '{EVENTS}') RETURNING webhook_id",
            "UPDATE webhooks SET target_url = 'https://example.com/m' WHERE target_url = 'https://example.com/l' RETURNING secret",
            "DELETE FROM webhooks WHERE target_url = 'https://example.com/m' RETURNING secret",
            f"BEGIN; INSERT INTO webhooks (target_url, subscriptions) VALUES ('https://example.com/r', '{EVENTS}'); ROLLBACK",
            "SET client_min_messages = notice; SET attio_fdw.dry_run = on; "
            f"INSERT INTO webhooks (target_url, subscriptions) VALUES ('https://example.com/d', '{EVENTS}')"):
        done = must(database.psql("SET attio_fdw.log_requests = on; SET client_min_messages = debug5; SET log_min_messages = debug1; "
                                  "SET log_error_verbosity = verbose; SET attio_fdw.log_writes = on; " + statement))
        told += done.out + done.err
    tap.ok("https://example.com/l" in told, "writes are told of")
    tap.ok(SECRET not in told, "the secret is in no message")
    with open(log.path, encoding="utf-8", errors="replace") as file:
        file.seek(log.start)
        lines = [line for line in file if f" {database.name} " in line]
    tap.ok(any("https://example.com/l" in line for line in lines), "the log has the writes")
    tap.equal([line for line in lines if SECRET in line], [], "and not the secret")


run()
