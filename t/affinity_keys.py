#!/usr/bin/env python3
"""Two services in one session: the key of one never reaches the other, nor errors, logs, plans or views."""
import base64
import contextlib
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from affinity import KEY as AFFINITY_KEY  # noqa: E402
from affinity import Affinity, AffinityDatabase  # noqa: E402
from attio_test import KEY as ATTIO_KEY  # noqa: E402
from attio_test import Emulator, must  # noqa: E402
from cases import case, run, tap  # noqa: E402
from front import Sockets, ask, read_request  # noqa: E402

AFFINITY_SENT = base64.b64encode(f":{AFFINITY_KEY}".encode()).decode()
SECRETS = (ATTIO_KEY, AFFINITY_KEY, AFFINITY_SENT)
JOIN = """SELECT count(*), count(c.name) FROM affinity.interactions i JOIN affinity.companies o ON o.id = i.company_id
    LEFT JOIN crm.companies c ON o.domain = ANY (c.domains)
    WHERE i.company_id IN (SELECT id FROM affinity.companies ORDER BY id LIMIT 3) AND i.type = 'meeting'
    AND i.date BETWEEN '2025-01-01' AND '2025-06-01'"""


class Recorder:
    """Carries requests to an emulator, and keeps every byte that came; answers with a redirect to "elsewhere" if told."""

    def __init__(self, emulator):
        self.emulator, self.heard, self.elsewhere = emulator, [], None

    def __call__(self, connection, _number):
        head, body = read_request(connection)
        if not head:
            return
        self.heard.append(head + body)
        if self.elsewhere:
            connection.sendall(f"HTTP/1.1 302 Found\r\nLocation: {self.elsewhere}{head.split(b' ')[1].decode()}\r\n"
                               "Content-Length: 0\r\nConnection: close\r\n\r\n".encode())
        else:
            connection.sendall(ask(self.emulator, head, body))

    def all(self):
        return b"".join(self.heard).decode("utf-8", "replace")


class Both:
    """Both services, each behind a recorder, in one database."""

    def __init__(self, name):
        self.name = name
        self.stack = None

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            attio = Recorder(stack.enter_context(Emulator()))
            affinity = Recorder(stack.enter_context(Affinity()))
            attio.url, affinity.url = (self.serve(stack, recorder) for recorder in (attio, affinity))
            database = stack.enter_context(AffinityDatabase(self.name, affinity))
            must(database.psql(f"""
                CREATE SERVER attio FOREIGN DATA WRAPPER attio_fdw OPTIONS (base_url '{attio.url}');
                CREATE USER MAPPING FOR CURRENT_USER SERVER attio OPTIONS (api_key '{ATTIO_KEY}');
                CREATE SCHEMA crm;
                IMPORT FOREIGN SCHEMA attio LIMIT TO (companies, people) FROM SERVER attio INTO crm;"""))
            self.stack = stack.pop_all()
        return attio, affinity, database

    @staticmethod
    def serve(stack, recorder):
        server = Sockets(recorder)
        stack.callback(server.stop)
        return server.url

    def __exit__(self, *_):
        self.stack.close()


BOTH = Both("attio_affinity_keys")


def has_secret(text):
    return [secret for secret in SECRETS if secret in text]


@case(BOTH)
def headers(attio, affinity, database):
    """What each service hears holds its own key only."""
    found = database.value(f"{JOIN}; {JOIN}; SELECT count(*) > 0 FROM crm.people; SELECT count(*) > 0 FROM affinity.persons")
    tap.equal(found.splitlines()[2:], ["t", "t"], "both are read in one session, and joined")
    must(database.psql("INSERT INTO affinity.interactions (type, person_ids, content, date) VALUES ('call', '{443}', 'x', now());"
                       "INSERT INTO crm.companies (name) VALUES ('y'); SELECT attio_fdw_check('attio'), attio_fdw_check('affinity')"))
    tap.ok(len(attio.heard) > 5 and len(affinity.heard) > 5, "both were asked", (len(attio.heard), len(affinity.heard)))
    tap.equal({line for head in attio.heard for line in head.decode().split("\r\n") if line.lower().startswith("authorization")},
              {f"Authorization: Bearer {ATTIO_KEY}"}, "Attio hears its own key")
    tap.equal({line for head in affinity.heard for line in head.decode().split("\r\n") if line.lower().startswith("authorization")},
              {f"Authorization: Basic {AFFINITY_SENT}"}, "and Affinity its own")
    tap.ok(AFFINITY_KEY not in attio.all() and AFFINITY_SENT not in attio.all() and ATTIO_KEY not in affinity.all(),
           "no part of a request to one holds the key of the other")
    tap.ok("affinity" not in attio.all().lower() and "attio" not in affinity.all().lower().replace("attio_affinity", ""),
           "nor its name")


@case(BOTH)
def redirects(attio, affinity, database):
    """A redirect to the other service is not followed."""
    for one, other, table in ((attio, affinity, "crm.companies"), (affinity, attio, "affinity.companies")):
        one.elsewhere = other.url
        other.heard.clear()
        result = database.psql(f"SELECT * FROM {table}")
        tap.ok(result.refused("302") and not has_secret(result.err), f"{table}: a redirect is an error", result)
        tap.equal(other.heard, [], "and nothing reaches where it leads")
        one.elsewhere = None


@case(BOTH)
def told(attio, affinity, database):
    """Errors, plans, views and the log hold no key."""
    texts = []
    for sql in ("SELECT * FROM affinity.interactions", "SELECT * FROM affinity.interactions WHERE company_id = 1 AND id = 2",
                f"EXPLAIN (ANALYZE, VERBOSE, SETTINGS, FORMAT JSON) {JOIN}",
                f"{JOIN}; SELECT * FROM attio_fdw_requests; SELECT * FROM attio_fdw_stats; SELECT * FROM attio_fdw_rate; "
                "SELECT * FROM attio_fdw_progress; SELECT * FROM attio_fdw_check('attio'); SELECT * FROM attio_fdw_check('affinity')",
                f"SET attio_fdw.log_requests = on; SET client_min_messages = debug5; {JOIN}"):
        result = database.psql(sql)
        texts.append(result.out + result.err)
    for server in ("attio", "affinity"):
        must(database.psql(f"ALTER USER MAPPING FOR CURRENT_USER SERVER {server} OPTIONS (SET api_key 'wrong-key-{server}')"))
    attio.heard.clear()
    affinity.heard.clear()
    for table in ("crm.companies", "affinity.companies"):
        result = database.psql(f"SELECT * FROM {table}")
        tap.ok("28000" in result.err, f"{table}: a wrong key is refused", result)
        texts.append(result.err)
    tap.ok("wrong-key-affinity" not in attio.all() and "wrong-key-attio" not in affinity.all(), "by its own service")
    tap.equal([(secret, text[:300]) for text in texts for secret in (*SECRETS, "wrong-key") if secret in text], [],
              "what a session is told holds no key")
    path = os.path.join(os.environ.get("ATTIO_SANDBOX", ""), "server.log")
    if os.path.exists(path):
        with open(path, encoding="utf-8", errors="replace") as log:
            lines = [line for line in log if f"] {database.name} " in line and "STATEMENT:" not in line]
        tap.ok(any("GET /organizations" in line for line in lines) and not any(has_secret(line) for line in lines),
               "nor does the server's log", [line for line in lines if has_secret(line)])
    else:
        tap.skip("nor does the server's log", "the log is not at hand")


@case(BOTH)
def same_key(attio, affinity, database):
    """Keys that are equal by chance are two keys: their limits have nothing to do with each other."""
    for recorder, server, scopes in ((attio, "attio", "record_permission:read object_configuration:read"), (affinity, "affinity", "read write")):
        granted = recorder.emulator
        granted.call("POST", "/_emulator/tokens", {"same-key": scopes})
        must(database.psql(f"ALTER USER MAPPING FOR CURRENT_USER SERVER {server} OPTIONS (SET api_key 'same-key')"))
    affinity.emulator.switches(monthly_limit=1, monthly_used=1)
    found = database.psql("\\set ON_ERROR_STOP off\nSELECT count(*) > 0 FROM affinity.companies; SELECT count(*) > 0 FROM affinity.companies; "
                          "SELECT count(*) > 0 FROM crm.companies; SELECT count(*) FROM attio_fdw_rate; SELECT user_id > 0 FROM affinity.whoami;"
                          "SELECT account_month_remaining FROM affinity.rate_limit")
    tap.ok(found.err.count("this month's requests") == 2, "what one service has spent is spent", found)
    tap.equal(found.out.splitlines(), ["t", "2", "t", "0"],
              "but the other is read, and what does not count")
    affinity.emulator.switches(monthly_limit=0)


run()
