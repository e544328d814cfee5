#!/usr/bin/env python3
"""Time-outs, slow lines and connections that died: what has progress goes on, what has none takes another connection,
and what fails for a while does not end a scan.  Connections and pages under way are counted; times only have bounds.
"""
import contextlib
import gzip
import os
import select
import socket
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import FAST, Database, Emulator, Meanwhile, must, timed  # noqa: E402
from cases import case, run, tap  # noqa: E402
from front import HAS_NGINX, Front, Sockets, ask, certificates, free_port, read_request  # noqa: E402

COUNT = "SELECT count(name) FROM people"
ALL = "SELECT count(DISTINCT record_id) FROM people"


def head_and_body(emulator, head, body):
    """The emulator's answer to a request, for a connection that stays."""
    head, body = ask(emulator, head, body).split(b"\r\n\r\n", 1)
    return head.replace(b"Connection: close\r\n", b"").replace(b"\r\nConnection: close", b""), body


class Relay(Sockets):
    """HTTP/1.1 before an emulator; hook(number of the query, head, body, connection) may answer in its place by
    returning True.
    """

    def __init__(self, emulator, hook=None, keys=None):
        self.emulator = emulator
        self.hook = hook
        self.lock = threading.Lock()
        self.queries = 0
        self.under_way = 0
        self.most = []      # queries under way, when each began
        super().__init__(self.relay, keys)

    def forget(self):
        with self.lock:
            self.queries = 0
            self.most = []

    def relay(self, connection, _number):
        while True:
            head, body = read_request(connection)
            if not head:
                return
            is_query = b"/records/query " in head.split(b"\r\n")[0]
            with self.lock:
                self.queries += is_query
                self.under_way += is_query
                number = self.queries
                if is_query:
                    self.most.append(self.under_way)
            try:
                if is_query and self.hook and self.hook(number, head, body, connection):
                    continue
                connection.sendall(b"\r\n\r\n".join(head_and_body(self.emulator, head, body)))
            finally:
                with self.lock:
                    self.under_way -= is_query


class Freezer(Sockets):
    """Carries bytes to a port; those connections that are there at freeze() carry nothing from then on."""

    def __init__(self, port):
        self.target = port
        self.frozen = set()
        super().__init__(self.carry)

    def freeze(self):
        self.frozen = set(range(1, self.count + 1))

    def carry(self, connection, number):
        with socket.create_connection(("127.0.0.1", self.target)) as there:
            while True:
                for source in select.select([connection, there], [], [], 0.1)[0]:
                    if number in self.frozen:
                        time.sleep(60)
                        return
                    data = source.recv(65536)
                    if not data or number in self.frozen:
                        if number in self.frozen:
                            time.sleep(60)
                        return
                    (there if source is connection else connection).sendall(data)


@case
def dead_connections():
    """Connections that have died without a word."""
    if not HAS_NGINX:
        tap.skip("connections that died", "nginx is not installed")
        return
    with Emulator() as emulator, Front(emulator) as front, Freezer(front.port) as line:
        line.url = line.url.replace("http://", "https://")
        with Database("attio_progress_dead", line, f"{FAST}, ca_file '{front.ca}', request_timeout '1500ms'",
                      schema=None) as database:
            must(database.psql("IMPORT FOREIGN SCHEMA objects LIMIT TO (people, all_types) FROM SERVER attio INTO crm"))
            write = "INSERT INTO all_types (a_text) VALUES ('{}');"
            script = "\\set ON_ERROR_STOP off\n" + COUNT + ";\n" + write.format("first") + "\n"

            def frozen(statements):
                """In one session, with connections that are warm: freeze them, then these."""
                emulator.forget()
                return database.psql(script + Meanwhile(line.freeze).line + statements)

            result, took = timed(lambda: frozen(COUNT + ";\n" + COUNT + ";\n"))
            tap.ok(result.out == "200\n200\n200" and took < 40,
                   f"reads take another connection after a time-out: {took:.1f} s", result)
            result, took = timed(lambda: frozen("UPDATE all_types SET a_text = 'second' WHERE a_text = 'first';\n"))
            tap.ok("ERROR" not in result.err, f"so does an UPDATE: {took:.1f} s", result)
            result, took = timed(lambda: frozen(write.format("lost") + "\n" + write.format("next") + "\n"))
            sent = [entry["body"] for entry in emulator.log() if entry["path"].endswith("/records")]
            tap.ok(result.err.count("ERROR") == 1 and "08007" in result.err
                   and sum("lost" in body for body in sent) == 0 and sum("next" in body for body in sent) == 1,
                   f"a create under way may be there, and is not sent again; the next goes another way: {took:.1f} s",
                   (result, sent))
            options = dict(line.split("|") for line in database.value(
                "SELECT name, \"default\" FROM attio_fdw_options() WHERE name IN ('request_timeout', 'retry_deadline', "
                "'max_retries')").split("\n"))
            seconds = {name: int(value.removesuffix("min").removesuffix("s")) * (60 if value.endswith("min") else 1)
                       for name, value in options.items()}
            tap.ok(seconds["request_timeout"] * seconds["max_retries"] < seconds["retry_deadline"],
                   "by default all retries have their time", options)


class Behind:
    """An emulator, a Relay before it and a database on that."""

    def __init__(self, name, options="", size=100, **relay):
        self.name, self.options, self.size, self.relay = name, options, size, relay
        self.stack = None

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            emulator = stack.enter_context(Emulator("--scale", "1000"))
            relay = stack.enter_context(Relay(emulator, **self.relay))
            database = stack.enter_context(Database(f"attio_progress_{self.name}", relay, FAST + self.options))
            must(database.psql(f"ALTER FOREIGN TABLE people OPTIONS (ADD page_size '{self.size}')"))
            self.stack = stack.pop_all()
        return emulator, relay, database

    def __exit__(self, *_):
        self.stack.close()


SLOW = Behind("slow", ", request_timeout '1s'")
FAILING = Behind("failing")
RIGHT = "1000"


@case(SLOW)
def trickles(emulator, relay, database):
    """An answer that goes on is in time, however long it takes."""
    def trickle(_number, head, body, connection):
        answer = b"\r\n\r\n".join(head_and_body(emulator, head, body))
        step = len(answer) // 8 + 1
        for at in range(0, len(answer), step):
            connection.sendall(answer[at:at + step])
            time.sleep(0.25)
        return True

    relay.hook = trickle
    must(database.psql("ALTER SERVER attio OPTIONS (ADD max_retries '0')"))
    result, took = timed(lambda: database.psql("SELECT count(name) FROM people WHERE name > ''"))
    tap.ok(result.code == 0 and took > 2, f"an answer of two seconds, with progress, is in time: {took:.1f} s", result)
    must(database.psql("ALTER SERVER attio OPTIONS (DROP max_retries)"))


@case(SLOW)
def stalls(emulator, relay, database):
    """One that stalls is asked for again."""
    def stall(number, head, body, connection):
        answer = b"\r\n\r\n".join(head_and_body(emulator, head, body))
        if number != 1:
            return False
        connection.sendall(answer[:2000])
        time.sleep(60)
        raise OSError

    relay.forget()
    relay.hook = stall
    result, took = timed(lambda: database.psql(ALL))
    tap.ok(result.out == RIGHT and took < 30, f"one that stalls is asked for again: {took:.1f} s", result)


@case(SLOW)
def narrow_line(_emulator, relay, database):
    """Fewer pages are under way after a time-out."""
    # eight pages at once are too many for this line: no answer while more than three are asked for
    def narrow(number, _head, _body, connection):
        for _ in range(200):
            if relay.under_way <= 3:
                return False
            if select.select([connection], [], [], 0.05)[0] and not connection.recv(1, socket.MSG_PEEK):
                break
        raise OSError

    relay.forget()
    relay.hook = narrow
    result, took = timed(lambda: database.psql(ALL))
    tap.ok(result.out == RIGHT, f"after a time-out fewer pages are under way: {took:.1f} s, {relay.most}",
           (result, relay.most))


@case(FAILING)
def fails_for_a_while(_emulator, relay, database):
    away = {"since": None}

    def bad_gateway(number, _head, _body, connection):
        if number < 3:
            return False
        if away["since"] is None:
            away["since"] = time.time()
        if time.time() - away["since"] > 10:
            return False
        connection.sendall(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
        return True

    relay.forget()
    relay.hook = bad_gateway
    result, took = timed(lambda: database.psql(ALL))
    tap.ok(result.out == RIGHT and took < 60, f"a 502 of ten seconds does not end a scan: {took:.1f} s", result)


@case(FAILING)
def cut_answers(emulator, relay, database):
    """Answers that are cut where only their end shows it."""
    def cut_at(find, encode=lambda data: data, headers=b""):
        def hook(number, head, body, connection):
            if number != 1:
                return False
            body = head_and_body(emulator, head, body)[1]
            data = encode(body[:find(body)])
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" + headers)
            if b"chunked" in headers:
                connection.sendall(b"\r\n%x\r\n" % len(data) + data + b"\r\n0\r\n\r\n")
                return True
            connection.sendall(b"Connection: close\r\n\r\n" + data)
            raise OSError
        return hook

    zipped = b"Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n"
    cuts = (("a body without a length", cut_at(lambda body: len(body) // 2)),
            ("a body without a length, behind a brace", cut_at(lambda body: body.index(b"}", len(body) // 2) + 1)),
            ("a gzip stream", cut_at(len, lambda data: gzip.compress(data)[:-4000], zipped)),
            ("a gzip stream, behind a brace",
             cut_at(lambda body: body.index(b"}", len(body) // 2) + 1, lambda data: gzip.compress(data)[:-8], zipped)))
    for name, hook in cuts:
        relay.forget()
        relay.hook = hook
        result = database.psql(ALL)
        tap.ok(result.out == RIGHT, f"{name} that is cut is asked for again", result)


@case
def nothing_there():
    """The error comes soon."""
    with Database("attio_progress_nobody", type("E", (), {"url": f"http://127.0.0.1:{free_port()}"}), FAST,
                  schema=None) as database:
        must(database.psql("CREATE FOREIGN TABLE people (record_id uuid, name text) SERVER attio "
                           "OPTIONS (object 'people')"))
        result, took = timed(lambda: database.psql(COUNT))
        tap.ok("08001" in result.err and took < 40,
               f"where there never was a connection the error comes soon: {took:.1f} s", result)


@case
def side_by_side():
    """HTTP/1.1 over TLS: connections open side by side."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        keys = certificates(folder)

        def slow(_number, _head, _body, _connection):
            time.sleep(0.4)
            return False

        with Behind("tls", f", ca_file '{keys['ca']}'", 80, hook=slow, keys=keys) as (_emulator, relay, database):
            relay.forget()
            result = database.psql(ALL)
            tap.ok(result.out == RIGHT and max(relay.most[:9]) >= 7,
                   f"once a second page is wanted, all connections open: {relay.most}", (result, relay.most))


run()
