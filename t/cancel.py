#!/usr/bin/env python3
"""Ctrl-C, statement_timeout and pg_terminate_backend end a scan at once, whatever it waits for.

The test asserts "long before any time-out" (which are 60 s here); what it measured is printed.
"""
import os
import socket
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import Workspace, must, start_psql  # noqa: E402
from cases import case, run, tap  # noqa: E402

LIMIT_S = 15.0


class FullListener:
    """A port that answers no connection: its queue is full."""

    def __init__(self):
        self.listener = socket.socket()
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(0)
        self.port = self.listener.getsockname()[1]
        self.waiting = []
        for _ in range(8):
            client = socket.socket()
            client.setblocking(False)
            client.connect_ex(("127.0.0.1", self.port))
            self.waiting.append(client)
        time.sleep(0.1)

    def close(self):
        for client in self.waiting + [self.listener]:
            client.close()


class MuteListener:
    """A port that accepts and says nothing: a TLS handshake that never comes."""

    def __init__(self):
        self.listener = socket.socket()
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(16)
        self.port = self.listener.getsockname()[1]

    def close(self):
        self.listener.close()


def waiting_backend(database, pattern):
    """The pid of the backend that runs the statement and waits, once it does."""
    deadline = time.time() + 20
    while time.time() < deadline:
        pid = database.value(f"SELECT pid FROM pg_stat_activity WHERE query LIKE '%{pattern}%' AND state = 'active' "
                             "AND pid <> pg_backend_pid() AND wait_event_type = 'Extension'")
        if pid:
            return pid
        time.sleep(0.02)
    raise AssertionError("the statement never waited")


def by_signal(database, name, sql, function, words):
    process = start_psql(sql, database.name)
    pid = waiting_backend(database, "FROM " + sql.split("FROM ")[1].split(";")[0])
    time.sleep(0.2)
    started = time.time()
    must(database.psql(f"SELECT {function}({pid})"))
    process.wait(60)
    took = time.time() - started
    error = process.stderr.read()
    tap.ok(took < LIMIT_S and words in error, f"{function} while {name}", f"{took:.3f} s, {error}")
    tap.note(f"{function} while {name}: {took * 1000:.0f} ms, psql's start and end included")


def by_timeout(database, name, sql):
    started = time.time()
    result = database.psql("SET statement_timeout = '300ms'; SELECT clock_timestamp() AS before \\gset\n" + sql)
    took = time.time() - started
    tap.ok(took < LIMIT_S and "57014" in result.err and "statement timeout" in result.err,
           f"statement_timeout while {name}", f"{took:.3f} s, {result}")
    tap.note(f"statement_timeout 300 ms while {name}: {took * 1000:.0f} ms in all")


def each(database, name, sql):
    by_timeout(database, name, sql)
    by_signal(database, name, sql, "pg_cancel_backend", "57014")
    by_signal(database, name, sql, "pg_terminate_backend", "57P01")


class Stuck:
    """Servers that never answer: one whose queue is full, one that says nothing in the TLS handshake."""

    def __enter__(self):
        self.work = Workspace(options="")
        self.listeners = FullListener(), MuteListener()
        emulator, database = self.work.__enter__()
        full, mute = self.listeners
        for server, url in (("stuck", f"http://127.0.0.1:{full.port}"), ("mute", f"https://127.0.0.1:{mute.port}")):
            must(database.psql(f"""
                CREATE SERVER {server} FOREIGN DATA WRAPPER attio_fdw OPTIONS (base_url '{url}', connect_timeout '60s');
                CREATE USER MAPPING FOR CURRENT_USER SERVER {server} OPTIONS (api_key 'emulator-key');
                CREATE FOREIGN TABLE {server}_people (name text) SERVER {server} OPTIONS (object 'people');"""))
        return emulator, database

    def __exit__(self, *_):
        self.work.__exit__()
        for listener in self.listeners:
            listener.close()

    def tidy(self):
        self.work.tidy()


WORK = Stuck()


@case(WORK)
def connecting(_emulator, database):
    each(database, "connecting", "SELECT name FROM stuck_people;")
    each(database, "in the TLS handshake", "SELECT name FROM mute_people;")


@case(WORK)
def reading(emulator, database):
    emulator.faults({"match": {"path": "query"}, "silence": True})
    each(database, "waiting for the first byte", "SELECT name FROM crm.people;")
    emulator.faults({"match": {"path": "query"}, "trickle": [50, 20]})
    each(database, "reading a trickle", "SELECT count(name) FROM crm.people;")
    emulator.faults({"match": {"path": "attributes"}, "silence": True})
    each(database, "reading definitions", "SELECT name FROM crm.deals;")
    emulator.faults()


@case(WORK)
def waiting(emulator, database):
    emulator.faults({"match": {"path": "query"}, "status": 503, "headers": {"Retry-After": "50"}})
    each(database, "backing off", "SELECT name FROM crm.companies;")
    must(database.psql("ALTER SERVER attio OPTIONS (ADD read_rate '1')"))
    emulator.faults()
    each(database, "waiting for the rate limit",
         "SELECT count(*) FROM crm.people, generate_series(1, 40) i, LATERAL (SELECT FROM crm.deals LIMIT i) s;")
    must(database.psql("ALTER SERVER attio OPTIONS (DROP read_rate)"))


@case(WORK)
def afterwards(emulator, database):
    """The session goes on after a cancel, in the same transaction too."""
    emulator.faults({"match": {"path": "query"}, "silence": True, "times": 1})
    result = database.psql("""
        BEGIN;
        SAVEPOINT s;
        SET LOCAL statement_timeout = '200ms';
        \\set ON_ERROR_STOP off
        SELECT count(name) FROM people;
        ROLLBACK TO s;
        \\set ON_ERROR_STOP on
        SET LOCAL statement_timeout = 0;
        SELECT count(name) FROM people;
        COMMIT;
        SELECT count(name) FROM people;""")
    tap.equal(result.out, "200\n200", "after a cancel, the session reads on")

    # a slow answer is no error as long as it is within request_timeout
    emulator.faults({"match": {"path": "query"}, "delay_ms": 1500})
    tap.equal(database.value("SELECT count(name) FROM people"), "200", "a slow answer is waited for")
    must(database.psql("ALTER SERVER attio OPTIONS (ADD max_retries '0')"))
    result = database.psql("SET attio_fdw.request_timeout = '400ms'; SELECT count(name) FROM people")
    tap.ok("08006" in result.err, "request_timeout ends it with an error of its own", result)


run()
