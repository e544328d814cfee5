#!/usr/bin/env python3
"""attio_fdw_check(): the right row says what is wrong, and all others still answer."""
import datetime
import email.utils
import json
import os
import re
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import QUICK, Emulator, Workspace, must, start_psql  # noqa: E402
from cases import case, run, tap  # noqa: E402
from front import Sockets, ask, free_port, read_request  # noqa: E402

NAMES = ["connection", "tls", "answer", "key", "workspace", "clock", "round_trip", "rate"]
WORK = Workspace("--scale", "20", options=QUICK + ", max_retries '1'")


def check(database, before=""):
    """The rows, by name."""
    rows = json.loads(database.value(before + "SELECT json_agg(c) FROM attio_fdw_check('attio') c"))
    tap.ok(len({row["name"] for row in rows}) == len(rows), "each row has a name of its own", rows)
    return {row["name"]: row for row in rows}


def statuses(rows, *names):
    return [rows[name]["status"] if name in rows else None for name in names]


def not_checked(rows):
    """The rows that did not find out."""
    return sorted(name for name, row in rows.items() if row["meaning"].startswith("Not checked"))


def option(database, words):
    must(database.psql(f"ALTER SERVER attio OPTIONS ({words})"))


def key(database, value):
    must(database.psql(f"ALTER USER MAPPING FOR CURRENT_USER SERVER attio OPTIONS (SET api_key '{value}')"))


def base(database, url):
    option(database, f"SET base_url '{url}'")


@case(WORK)
def all_well(emulator, database):
    emulator.forget()
    rows = check(database)
    tap.equal(statuses(rows, *NAMES, "tables"), ["ok"] * 9, "nothing is wrong")
    tap.ok("ADD workspace_id" in rows["workspace"]["action"], "how to pin the workspace", rows["workspace"])
    tap.ok(all(row["status"] == "ok" for name, row in rows.items() if name.startswith("scope ")), "all scopes", rows)
    tap.equal(not_checked(rows), [], "all of it is checked")
    tap.equal([entry["method"] for entry in emulator.log() if entry["method"] != "GET"
              and not entry["path"].endswith("/query")], [], "it only reads")


@case(WORK)
def a_dead_key(emulator, database):
    key(database, "no-such-key")
    rows = check(database)
    tap.equal(statuses(rows, "connection", "tls", "answer", "key", "clock", "round_trip", "rate"),
              ["ok", "ok", "ok", "error", "ok", "ok", "ok"], "the key's row says so")
    tap.ok("ALTER USER MAPPING" in rows["key"]["action"], "and what to do", rows["key"])
    tap.equal(not_checked(rows), ["hidden", "scopes", "tables", "workspace"], "what needs a key is not checked")
    key(database, "emulator-key")


@case(WORK)
def a_key_with_one_scope(emulator, database):
    emulator.call("POST", "/_emulator/tokens", {"one-scope": "object_configuration:read"})
    key(database, "one-scope")
    rows = check(database)
    tap.equal(statuses(rows, *NAMES), ["ok"] * 8, "the key itself is fine")
    tap.equal(statuses(rows, "scope object_configuration:read", "scope record_permission:read",
              "scope record_permission:read-write", "scope list_entry:read", "scope user_management:read"),
              ["ok", "warning", "warning", "warning", "warning"], "each scope has its row")
    tap.ok("workspace_members" in rows["scope user_management:read"]["meaning"], "with the tables that it opens", rows)
    tap.ok("to write tables of objects" in rows["scope record_permission:read-write"]["meaning"],
           "and those that it opens for writing", rows)
    tap.equal(statuses(rows, "hidden"), ["error"], "records cannot be looked at")
    tap.ok("scope" in rows["hidden"]["meaning"] + rows["hidden"]["action"], "and it says why", rows["hidden"])
    tap.ok("lacks the scope list_configuration:read" in rows["table crm.hiring"]["meaning"],
           "tables of lists are not compared", rows.get("table crm.hiring"))
    tap.ok("table crm.people" not in rows, "and those of objects are", rows)
    option(database, "ADD updatable 'false'")
    rows = check(database)
    tap.equal(statuses(rows, "scope record_permission:read-write", "scope record_permission:read"), ["ok", "warning"],
              "nobody misses a scope to write where nobody writes")
    option(database, "DROP updatable")
    key(database, "emulator-key")


@case(WORK)
def a_wrong_workspace(emulator, database):
    option(database, "ADD workspace_id '00000000-0000-4000-8000-000000000000'")
    emulator.forget()
    rows = check(database)
    tap.equal(statuses(rows, *NAMES), ["ok", "ok", "ok", "ok", "error", "ok", "ok", "ok"], "the workspace's row says so")
    tap.equal(statuses(rows, "scope record_permission:read"), ["ok"], "scopes answer")
    tap.equal(not_checked(rows), ["hidden", "tables"], "nothing of it is read")
    tap.equal({entry["path"] for entry in emulator.log()}, {"/v2/self"}, "but who the key is")
    workspace = re.search(r"\((\S+)\)", rows["workspace"]["meaning"]).group(1)
    option(database, f"SET workspace_id '{workspace}'")
    rows = check(database)
    tap.equal((rows["workspace"]["status"], rows["workspace"]["action"]), ("ok", None), "the right one is fine")
    option(database, "DROP workspace_id")


class Relay:
    """Carries requests to an emulator, whose clock is so many seconds behind."""

    def __init__(self, emulator, behind):
        self.emulator, self.behind = emulator, behind

    def __call__(self, connection, _number):
        head, body = read_request(connection)
        while head:
            answer = ask(self.emulator, head, body)
            date = email.utils.format_datetime(datetime.datetime.fromtimestamp(time.time() - self.behind,
                                               datetime.timezone.utc), usegmt=True)
            answer, count = re.subn(rb"\r\nDate: [^\r]*", b"\r\nDate: " + date.encode(), answer, count=1)
            assert count == 1
            connection.sendall(answer.replace(b"Connection: close\r\n", b"", 1))
            head, body = read_request(connection)


@case(WORK)
def a_clock_that_is_off(emulator, database):
    for behind, words in ((600, "ahead of"), (-600, "behind")):
        with Sockets(Relay(emulator, behind)) as server:
            base(database, server.url)
            rows = check(database)
            tap.equal(statuses(rows, *NAMES, "tables"), ["ok"] * 5 + ["warning", "ok", "ok", "ok"],
                      f"the clock's row says so ({words})")
            seconds = re.search(r"is (\d+) seconds " + words, rows["clock"]["meaning"])
            tap.ok(seconds and 590 <= int(seconds.group(1)) <= 610, "and by how much", rows["clock"])
    base(database, emulator.url)


@case(WORK)
def a_proxy_in_the_way(emulator, database):
    page = "<html><body>Please log in to the network.</body></html>"
    for status in (200, 403, 502):
        emulator.faults({"status": status, "body": page, "content_type": "text/html"})
        rows = check(database, "SET attio_fdw.request_timeout = '5s';")
        tap.equal(statuses(rows, "connection", "tls", "answer", "clock", "round_trip", "rate"),
                  ["ok", "ok", "error", "ok", "ok", "ok"], f"HTTP {status}: the answer's row says so")
        tap.ok("Please log in" in rows["answer"]["meaning"], "and shows it", rows["answer"])
        tap.equal(not_checked(rows), ["hidden", "key", "scopes", "tables", "workspace"], "the others say why they do not know")
    emulator.faults({"status": 200, "body": '{"is": "something else"}', "content_type": "application/json"})
    rows = check(database)
    tap.equal(statuses(rows, "answer", "clock"), ["error", "ok"], "other JSON is not Attio's either")
    emulator.faults()


@case(WORK)
def an_unreachable_host(emulator, database):
    base(database, f"http://127.0.0.1:{free_port()}")
    rows = check(database)
    tap.equal(statuses(rows, "connection", "tls", "rate"), ["error", "ok", "ok"], "the connection's row says so")
    tap.ok("base_url" in rows["connection"]["action"], "and what to look at", rows["connection"])
    tap.equal(not_checked(rows), ["answer", "clock", "hidden", "key", "round_trip", "scopes", "tables", "workspace"],
              "the others say why they do not know")
    tap.equal([name for name, row in rows.items() if row["status"] == "error"], ["connection"], "one row is an error")
    base(database, emulator.url)


@case(WORK)
def a_certificate_that_nobody_knows(_emulator, database):
    with tempfile.TemporaryDirectory() as folder, Emulator("--tls", folder) as other:
        base(database, other.url)
        rows = check(database)
        tap.equal(statuses(rows, "connection", "tls"), ["ok", "error"], "the row of TLS says so")
        tap.ok("certificate" in rows["tls"]["meaning"], "in words", rows["tls"])
        os.chmod(folder, 0o755)
        option(database, f"ADD ca_file '{os.path.join(folder, 'ca.pem')}'")
        rows = check(database)
        tap.equal(statuses(rows, "connection", "tls", "answer"), ["ok", "ok", "ok"], "with its authority it is fine")
        option(database, "DROP ca_file")
    base(database, _emulator.url)


@case(WORK)
def no_session(_emulator, database):
    must(database.psql("DROP USER MAPPING FOR CURRENT_USER SERVER attio"))
    rows = check(database)
    tap.equal((list(rows), statuses(rows, "session")), (["session"], ["error"]), "without a user mapping one row says so")
    must(database.psql("CREATE USER MAPPING FOR CURRENT_USER SERVER attio OPTIONS (api_key 'emulator-key')"))
    result = database.psql("SELECT * FROM attio_fdw_check('nowhere')")
    tap.ok(result.refused("42704"), "a server that does not exist is a mistake", result)
    role = database.role("stranger")
    result = database.psql(f"SET ROLE {role}; SELECT * FROM attio_fdw_check('attio')")
    tap.ok(result.refused("42501"), "and so is one that the caller may not use", result)


@case(WORK)
def what_the_plan_hides(emulator, database):
    emulator.mutate({"do": "hide", "kind": "objects", "slug": "people", "attribute": "job_title"})
    rows = check(database)
    tap.ok(rows["hidden people"]["status"] == "warning" and "job_title" in rows["hidden people"]["meaning"],
           "a hidden attribute is named", rows.get("hidden people"))
    emulator.reset()


@case(WORK)
def tables_that_are_out_of_date(emulator, database):
    emulator.mutate({"do": "rename", "kind": "objects", "slug": "deals", "attribute": "value", "to": "amount"},
                    {"do": "archive", "kind": "objects", "slug": "deals", "attribute": "stage"})
    rows = check(database)
    tap.equal(statuses(rows, "table crm.deals", "tables"), ["warning", None], "the table has a row")
    tap.ok('"value" has another slug: "amount"' in rows["table crm.deals"]["meaning"]
           and 'attribute "stage" is archived' in rows["table crm.deals"]["meaning"], "with what has changed", rows)
    tap.ok("attio_fdw_sync('crm')" in rows["table crm.deals"]["action"], "and what to do", rows)
    emulator.reset()


@case(WORK)
def refused_for_the_rate(emulator, database):
    emulator.faults({"match": {"path": "/v2/self", "nth": 1}, "status": 429, "body": "{}", "retry_after": "seconds"})
    rows = check(database)
    tap.equal(statuses(rows, "connection", "key", "rate"), ["ok", "ok", "ok"], "a request that passes in the end counts as one")
    emulator.faults({"match": {"path": "/v2/self", "nth": 1}, "status": 429, "body": "{}"})
    option(database, "SET max_retries '0'")
    rows = check(database)
    tap.equal(statuses(rows, "answer", "rate"), ["error", "warning"], "one that does not is told")
    tap.ok("read_rate" in rows["rate"]["action"], "with what to do", rows["rate"])
    option(database, "SET max_retries '1'")
    emulator.faults()


@case(WORK)
def a_cancel_ends_it(emulator, database):
    emulator.faults({"match": {"path": "/v2/self"}, "silence": True})
    psql = start_psql("SELECT count(*) FROM attio_fdw_check('attio')", database.name)
    pid = database.backend("attio_fdw_check", waiting="Extension")
    must(database.psql(f"SELECT pg_cancel_backend({pid})"))
    out, err = psql.stdout.read(), psql.stderr.read()
    tap.ok(psql.wait(60) != 0 and "57014" in err and out == "", "a cancel is no finding", err)
    emulator.faults()


@case(WORK)
def in_a_transaction_that_only_reads(_emulator, database):
    tap.equal(database.value("BEGIN READ ONLY; SELECT status FROM attio_fdw_check('attio') WHERE name = 'key'; COMMIT"),
              "ok", "it works")
    tap.equal(database.value("BEGIN; SELECT count(*) FROM crm.workspace_members; SELECT status FROM "
                             "attio_fdw_check('attio') WHERE name = 'tables'; SELECT count(*) FROM "
                             "crm.workspace_members; COMMIT").split()[1], "ok", "and between other statements")


run()
