#!/usr/bin/env python3
"""Creates on bad ways: what a server lets go is sent again, what may be done never is, and an error says of no row that
it is not written which is.
"""
import json
import os
import re
import sys
import tempfile
import threading
import time
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import QUICK, Database, Emulator, Meanwhile, must, start_psql  # noqa: E402
from cases import case, run, tap  # noqa: E402
from front import (HAS_NGINX, RST_STREAM, ConnectProxy, Front, Sockets, ask, certificates, close_gently, frame,
                   http2_answer, http2_goaway,  # noqa: E402
                   http2_requests, read_request)


def texts(emulator):
    """What the emulator was sent in creates."""
    return [text_of(entry["body"]) for entry in emulator.log() if entry["method"] == "POST"
            and entry["path"].endswith("/records")]


def text_of(body):
    """The one value of a create, whatever its attribute is called in the request."""
    return next(iter(json.loads(body)["data"]["values"].values()))


def insert(rows, name="row"):
    return (f"SET attio_fdw.log_writes = off; INSERT INTO all_types (a_text) SELECT '{name} ' || i "
            f"FROM generate_series(1, {rows}) i")


def check(emulator, result, rows, name):
    """None doubled; and what the error says is true.  The number of creates that the emulator saw."""
    seen = [json.dumps(text) for text in texts(emulator)]
    tap.equal(len(seen), len(set(seen)), f"{name}: no create is seen twice")
    if result.code == 0:
        tap.equal(len(seen), rows, f"{name}: all rows are written")
        return len(seen)
    done = int(re.search(r"(\d+) rows? of this statement (?:is|are) written", result.err).group(1))
    maybe = re.search(r", (\d+) more may be", result.err)
    maybe = int(maybe.group(1)) if maybe else 0
    tap.ok(done <= len(seen) <= done + maybe, f"{name}: {len(seen)} seen, {done} written, {maybe} may be", result)
    return len(seen)


class Relay:
    """Carries requests to an emulator; a create's answer is what "mode" says."""

    def __init__(self, emulator):
        self.emulator = emulator
        self.mode = None

    def __call__(self, connection, _number):
        while True:
            head, body = read_request(connection)
            if not head:
                return
            creates = head.startswith(b"POST") and head.split(b" ")[1].endswith(b"/records")
            answer = ask(self.emulator, head, body)
            if creates:
                answer = self.spoilt(answer)
            connection.sendall(answer if creates else answer.replace(b"Connection: close\r\n", b"", 1))
            if creates or b"Content-Length" not in answer:
                return

    def spoilt(self, answer):
        if self.mode == "long header":
            return answer.replace(b"\r\n", b"\r\nX-Long: " + b"x" * 200000 + b"\r\n", 1)
        if self.mode == "many headers":
            return answer.replace(b"\r\n", b"\r\n" + b"".join(b"X-%d: %s\r\n" % (i, b"y" * 1000) for i in range(90)), 1)
        if self.mode == "rubbish":
            return b"\x00\x01\x02 rubbish\r\n\r\n"
        return answer


def import_one(database):
    must(database.psql("IMPORT FOREIGN SCHEMA objects LIMIT TO (all_types) FROM SERVER attio INTO crm"))


@case
def odd_answers():
    """An error says "not written" only of what surely is not."""
    with Emulator() as emulator:
        relay = Relay(emulator)
        with Sockets(relay) as server, Database("attio_creates_odd", server, QUICK, schema=None) as database:
            import_one(database)
            for what in ("long header", "many headers", "rubbish"):
                emulator.forget()
                relay.mode = what
                result = database.psql(insert(2, what))
                written = len(texts(emulator))
                tap.ok(result.refused("08007") and written > 0,
                       f"{what}: the create may be written ({written} seen)", result)
                tap.ok("out of memory" not in result.err, f"{what}: nothing of memory", result)
                check(emulator, result, 2, what)
                plain = re.search(r"not written: (.*)", result.err)
                tap.ok(plain is None or not any(f"row {i}" in plain.group(1) for i in range(1, written + 1)),
                       f"{what}: none called not written that is", result)


class Coming:
    """A server that goes away, and comes back at the same port."""

    def __init__(self, relay):
        self.relay = relay
        self.server = Sockets(relay)
        self.url, self.port = self.server.url, self.server.port

    def go(self):
        self.server.stop()

    def come(self):
        self.server = Sockets(self.relay, port=self.port)

    def while_away(self, database, seconds, sql):
        """The outcome of a statement of a session that is warm, when the server has gone for so long, or for ever."""
        def action():
            self.go()
            if seconds:
                threading.Timer(seconds, self.come).start()
        away = Meanwhile(action)
        return database.psql(f"SELECT count(*) FROM all_types WHERE a_text = 'x';\n{away.line}{sql}")


@case
def server_away():
    """What never left is sent later: the server goes away from a session that is warm, and comes back."""
    with Emulator() as emulator:
        server = Coming(Relay(emulator))
        try:
            with Database("attio_creates_away", server, QUICK, schema=None) as database:
                import_one(database)
                emulator.forget()
                result = server.while_away(database, 3, insert(1, "away"))
                tap.ok(result.code == 0 and len(texts(emulator)) == 1,
                       "a connection refused at first: the create is sent when there is one", result)
                must(database.psql("ALTER SERVER attio OPTIONS (ADD max_retries '1')"))
                result = server.while_away(database, 0, insert(2, "gone"))
                tap.ok("08001" in result.err and "may be" not in result.err
                       and "0 rows of this statement are written, 2 are not" in result.err,
                       "a connection refused for good is 08001, not written", result)
        finally:
            server.server.stop()


@case
def http2_refusals():
    """What HTTP/2 says of a request that it does not answer."""
    with Emulator() as emulator, tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        keys = certificates(folder)
        strikes = []
        seen = []

        def relay_first(connection, number):
            """The first connection reads, over HTTP/1.1; those that follow create, over HTTP/2."""
            if connection.selected_alpn_protocol() != "h2":
                Relay(emulator)(connection, number)
                return
            for stream, body in http2_requests(connection):
                strike = strikes.pop(0) if strikes else None
                if strike:
                    connection.sendall(strike(stream))
                    close_gently(connection)
                    return
                seen.append(text_of(body))
                row = {"id": {"record_id": str(uuid.uuid4())}, "values": {}}
                connection.sendall(http2_answer(stream, json.dumps({"data": row}).encode()))

        with Sockets(relay_first, keys, protocol=lambda number: "http/1.1" if number in readers else "h2") as server:
            readers = {1}
            with Database("attio_creates_refused", server,
                          f"{QUICK}, ca_file '{keys['ca']}', on_ignored_write 'ignore'", schema=None) as database:
                must(database.psql("CREATE FOREIGN TABLE all_types (record_id uuid, a_text text) SERVER attio "
                                   "OPTIONS (object 'all_types')"))
                for strike, name, again in ((lambda stream: http2_goaway(max(stream - 2, 0)), "a GOAWAY below it",
                                             True),
                                            (lambda stream: http2_goaway(2**31 - 1) + http2_goaway(max(stream - 2, 0)),
                                             "two GOAWAYs, the last below it", True),
                                            (http2_goaway, "a GOAWAY that counts it", False),
                                            (lambda stream: http2_goaway(2**31 - 1), "a GOAWAY above it", False),
                                            (lambda stream: b"", "a close without a word", False),
                                            (lambda stream: frame(RST_STREAM, 0, stream, (2).to_bytes(4, "big")),
                                             "an internal error", False)):
                    # as the first request of a connection, and as the second, where libcurl itself would try another
                    # one
                    for before in (0, 1):
                        readers.add(server.count + 1)
                        strikes[:] = [None] * before + [strike]
                        seen.clear()
                        result = database.psql((insert(1, "earlier") + ";") * before + insert(1, name))
                        asked = sum(name in str(text) for text in seen)
                        where = "on a new connection" if before == 0 else "on one that was used"
                        tap.equal(len(seen) - asked, before, f"{name}, {where}: the earlier one is created once")
                        if again:
                            tap.ok(result.code == 0 and asked == 1, f"{name}, {where}: the create is sent again",
                                   (result, seen))
                        else:
                            tap.ok("08007" in result.err and asked == 0, f"{name}, {where}: it is not", (result, seen))


def no_nginx():
    """Is there none?  Then what needs it is skipped."""
    if not HAS_NGINX:
        tap.skip("creates through nginx", "nginx is not installed")
    return not HAS_NGINX


@case
def proxy_refusals():
    """Through a proxy that refuses, nothing has left."""
    if no_nginx():
        return
    with Emulator() as emulator, Front(emulator) as front, ConnectProxy() as proxy:
        with Database("attio_creates_proxy", front, f"{QUICK}, ca_file '{front.ca}', proxy '{proxy.url}'",
                      schema=None) as database:
            import_one(database)
            for answer, name, succeeds in ((b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n",
                                            "407", False),
                                           (b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n", "502", True)):
                emulator.forget()
                # the definitions over a tunnel; the create needs another
                proxy.requests.clear()
                proxy.answers = [None, answer, None if succeeds else answer]
                result = database.psql("SELECT count(*) FROM all_types WHERE a_text = 'x'; " + insert(1, name))
                if succeeds:
                    tap.ok(result.code == 0 and len(texts(emulator)) == 1,
                           f"the proxy's {name} once: the create is sent over another tunnel", result)
                else:
                    tap.ok("08001" in result.err and "proxy" in result.err and "may" not in result.err
                           and not texts(emulator),
                           f"the proxy's {name} is 08001: nothing has left", result)


@case
def connections_let_go():
    """A server that lets connections go, as all do after a time."""
    if no_nginx():
        return
    rows = 1500
    for count in (100, 1000):
        with Emulator() as emulator, Front(emulator, f"keepalive_requests {count};") as front:
            emulator.switches(writes_per_second=100000, reads_per_second=100000)
            with Database("attio_creates_goaway", front, f"{QUICK}, ca_file '{front.ca}'", schema=None) as database:
                import_one(database)
                emulator.forget()
                front.forget()
                result = database.psql(insert(rows))
                tap.equal(result.code, 0, f"{rows} creates, {count} requests a connection: the INSERT succeeds")
                check(emulator, result, rows, f"GOAWAY after {count}")
                log = [line for line in front.log() if line[3] == "POST"]
                tap.ok({line[1] for line in log} == {"HTTP/2.0"}, "over HTTP/2", log[:3])
                tap.note(f"{len({line[0] for line in log})} connections")


@case
def front_restarts():
    if no_nginx():
        return
    rows = 1500
    for strike, name in ((Front.reload, "reloads"), (Front.kill_worker, "workers killed")):
        with Emulator() as emulator, Front(emulator) as front:
            emulator.switches(writes_per_second=100000, reads_per_second=100000)
            with Database("attio_creates_goaway", front, f"{QUICK}, ca_file '{front.ca}'", schema=None) as database:
                import_one(database)
                emulator.forget()
                process = start_psql(insert(rows), database.name)
                strikes = 0
                while process.poll() is None and strikes < 200:
                    time.sleep(0.5)
                    strike(front)
                    strikes += 1
                result = type("R", (), {"code": process.wait(), "err": process.stderr.read()})
                tap.note(f"{strikes} {name}: {'all rows' if result.code == 0 else result.err[:100]}")
                check(emulator, result, rows, name)


run()
