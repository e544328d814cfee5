#!/usr/bin/env python3
"""TLS, compression, connections kept over statements, and where the key must not show."""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import Database, Emulator, Workspace, must  # noqa: E402
from cases import case, run, tap  # noqa: E402


WORK = Workspace(options="")


@case(WORK)
def connections(emulator, database):
    """One connection for all statements of a session."""
    emulator.forget()
    must(database.psql("SELECT count(name) FROM people; SELECT count(name) FROM deals; SELECT count(*) FROM lists;"))
    used = {entry["connection"] for entry in emulator.log()}
    tap.equal(len(used), 1, "five requests of three statements go over one connection")
    emulator.forget()
    must(database.psql("SELECT count(name) FROM people; SELECT attio_fdw_disconnect(); SELECT count(name) "
                       "FROM people;"))
    used = {entry["connection"] for entry in emulator.log()}
    tap.equal(len(used), 2, "after attio_fdw_disconnect() over another")


@case(WORK)
def gzip(emulator, database):
    def bytes_of(plan):
        scan = json.loads(plan)[0]["Plan"]["Plans"][0]
        return scan["Attio Bytes Received"], scan["Attio Bytes Decoded"]

    explain = "EXPLAIN (ANALYZE, FORMAT JSON) SELECT count(name) FROM people"
    received, decoded = bytes_of(database.value(explain))
    tap.ok(received == decoded, "without compression, what is received is what is decoded")
    emulator.switches(gzip=True)
    received, again = bytes_of(database.value(explain))
    tap.ok(again == decoded and received * 5 < decoded, f"with gzip {received} bytes for {decoded}", (received, again))
    tap.equal(database.value("SELECT count(name) FROM people"), "200", "and the rows are the same")
    emulator.switches(gzip=False)


@case(WORK)
def key(emulator, database):
    """A log line per request, when asked for; never the key."""
    result = database.psql("SET client_min_messages = log; SET attio_fdw.log_requests = on; SELECT count(name) "
                           "FROM people")
    tap.ok("POST /v2/objects/" in result.err and "HTTP 200" in result.err, "log_requests", result.err)
    tap.ok("emulator-key" not in result.err, "without the key")
    result = database.psql("SET client_min_messages = debug5; SELECT count(name) FROM people")
    tap.ok("emulator-key" not in result.err, "no key at debug5")

    # the emulator saw the key in the header, and nowhere else
    tap.ok(all("emulator-key" not in entry["path"] + entry["body"] for entry in emulator.log()),
           "no key in path or body")


@case(WORK)
def key_in_server_log(_emulator, database):
    must(database.psql("SELECT count(name) FROM people"))
    server_log = os.path.join(os.environ["ATTIO_SANDBOX"], "server.log")
    if os.access(server_log, os.R_OK):
        with open(server_log, encoding="utf-8", errors="replace") as log:
            shown = [line for line in log if "emulator-key" in line and "USER MAPPING" not in line]
        tap.equal(shown, [], "no key in the server's log outside of the statements that set it")
    else:
        tap.skip("the server's log", "not readable")


@case
def tls():
    tls = os.path.join(os.environ["ATTIO_SANDBOX"], "tls")
    with Emulator("--tls", tls) as emulator:
        # the database server, another user perhaps, reads the certificate
        os.chmod(tls, 0o755)
        with_ca = f", ca_file '{tls}/ca.pem'"
        with Database("attio_tls", type("E", (), {"url": emulator.url}), with_ca) as database:
            tap.equal(database.value("SELECT count(name) FROM people"), "200", "over TLS, with ca_file")
            must(database.psql("ALTER SERVER attio OPTIONS (DROP ca_file)"))
            result = database.psql("SELECT count(name) FROM people")
            tap.ok("08001" in result.err and "certificate" in result.err, "an unknown authority is refused", result)
            must(database.psql("ALTER SERVER attio OPTIONS (ADD ca_file '/nonexistent.pem')"))
            result = database.psql("SELECT count(name) FROM people")
            tap.ok("08001" in result.err, "a missing ca_file is an error", result)
            other = emulator.url.replace("127.0.0.1", "localhost")
            must(database.psql(f"ALTER SERVER attio OPTIONS (SET base_url '{other}', SET ca_file '{tls}/ca.pem')"))
            tap.equal(database.value("SELECT count(name) FROM people"), "200", "by a name that is in the certificate")


run()
