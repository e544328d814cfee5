#!/usr/bin/env python3
"""Servers that do what no honest one does: answers that never begin or never end, and bodies that are refused before a
byte of them was taken.  Nothing waits for ever, no create is doubled, and the key is gone when the session is.
"""
import json
import os
import sys
import tempfile
import threading
import time
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import FAST, Database, must, timed  # noqa: E402
from cases import case, run, tap  # noqa: E402
from front import (HEADERS, SETTINGS, Sockets, certificates, close_gently, frame, http2_answer, http2_goaway,
                   http2_requests, read_exactly,  # noqa: E402
                   read_head, read_request, reset)

TABLE = "CREATE FOREIGN TABLE all_types (record_id uuid, a_text text) SERVER attio OPTIONS (object 'all_types'{})"
READ = "SELECT count(a_text) FROM all_types"
CREATE = "INSERT INTO all_types (a_text) VALUES ('x')"
ATTRIBUTE = {"id": {"attribute_id": str(uuid.uuid4())}, "api_slug": "a_text", "title": "Text", "type": "text",
             "is_system_attribute": False,
             "is_writable": True, "is_required": False, "is_unique": False, "is_multiselect": False,
             "is_archived": False, "config": {}}
OBJECT = {"id": {"workspace_id": str(uuid.uuid4()), "object_id": str(uuid.uuid4())}, "api_slug": "all_types",
          "singular_noun": "x", "plural_noun": "x"}


def definition(path):
    """What is asked before rows are."""
    return {"data": [ATTRIBUTE] if b"/attributes" in path else OBJECT}


def answer(value):
    body = json.dumps(value).encode()
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body


class Tricks:
    """Definitions are answered; what asks for rows or writes meets the trick."""

    def __init__(self):
        self.trick = None
        self.asked = []

    def __call__(self, connection, _number):
        while True:
            head, body = read_request(connection)
            if not head:
                return
            if head.startswith(b"GET"):
                connection.sendall(answer(definition(head.split(b" ")[1])))
            else:
                self.asked.append(body)
                self.trick(connection)
                return


def interim(connection):
    while True:
        connection.sendall(b"HTTP/1.1 102 Processing\r\n\r\n" * 50)


def trickle(connection):
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        connection.sendall(b"1\r\n \r\n")
        time.sleep(0.2)


def many_chunks(connection):
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
    connection.sendall(b"1\r\n \r\n" * 3000)


@case
def http1():
    """Over HTTP/1.1."""
    tricks = Tricks()
    with Sockets(tricks) as server, Database("attio_lying", server,
                                             f"{FAST}, request_timeout '1s', on_ignored_write 'ignore'",
                                             schema=None) as database:
        must(database.psql(TABLE.format("")))
        tricks.trick = interim
        result, took = timed(lambda: database.psql(f"SET statement_timeout = '60s'; {READ}"))
        tap.ok("headers are too large" in result.err and took < 45,
               f"interim answers without end are an error: {took:.1f} s", result)
        tricks.asked.clear()
        result, took = timed(lambda: database.psql(f"SET statement_timeout = '60s'; {CREATE}"))
        tap.ok("08007" in result.err and len(tricks.asked) == 1 and took < 45,
               f"a create that got them may be there: {took:.1f} s", result)
        tricks.trick = trickle
        result, took = timed(lambda: database.psql(f"SET statement_timeout = '4s'; {READ}"))
        tap.ok("57014" in result.err and 3.5 < took < 30,
               f"a body that comes byte by byte has progress; statement_timeout ends it: {took:.1f} s", result)
        must(database.psql("ALTER SERVER attio OPTIONS (ADD max_response_size '1kB')"))
        tricks.trick = many_chunks
        result, took = timed(lambda: database.psql(f"SET statement_timeout = '30s'; {READ}"))
        tap.ok("54000" in result.err and "1024 bytes" in result.err, f"so does max_response_size: {took:.1f} s", result)


def refuse(connection, _number):
    read_head(connection)
    connection.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 100000000000\r\n\r\n")
    while True:
        connection.sendall(b"x" * 10000)


@case
def endless_proxy():
    """A proxy whose refusal does not end."""
    with Sockets(refuse) as proxy:
        server = type("Server", (), {"url": "https://127.0.0.1:9"})
        options = f"{FAST}, connect_timeout '3s', request_timeout '1s', max_retries '0', proxy '{proxy.url}'"
        with Database("attio_lying_proxy", server, options, schema=None) as database:
            must(database.psql(TABLE.format("")))
            for limit, code, name in (("1s", "57014", "statement_timeout"), ("30s", "08001", "connect_timeout")):
                # a backend that hears nothing is let go by its proxy
                letting_go = threading.Timer(60,
                                             lambda: [reset(connection) for connection in proxy.open
                                                      if connection.fileno() >= 0])
                letting_go.start()
                result, took = timed(lambda: database.psql(f"SET statement_timeout = '{limit}'; {READ}"))
                letting_go.cancel()
                tap.ok(code in result.err and took < 45,
                       f"a proxy whose refusal does not end: {name} ends it: {took:.1f} s", result)


@case
def http2():
    """Over HTTP/2."""
    tricks = Tricks()
    tricks.trick = many_chunks
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        keys = certificates(folder)
        created = []
        narrow = [False]
        goodbye = [None]

        def serve2(connection, number):
            """Definitions over HTTP/1.1; writes over HTTP/2, on connections whose second request finds that no byte of
            a body is taken.
            """
            if connection.selected_alpn_protocol() != "h2":
                tricks(connection, number)
                return
            for stream, body in http2_requests(connection):
                created.append(body)
                if goodbye[0] and len(created) == 2:
                    connection.sendall(goodbye[0])
                    close_gently(connection)
                    return
                row = {"id": {"record_id": str(uuid.uuid4())}, "values": {}}
                connection.sendall(http2_answer(stream, json.dumps({"data": row}).encode()))
                if not narrow[0]:
                    continue
                narrow[0] = False
                connection.sendall(frame(SETTINGS, 0, 0, b"\0\4\0\0\0\0"))       # INITIAL_WINDOW_SIZE 0
                while True:
                    head = read_exactly(connection, 9)
                    read_exactly(connection, int.from_bytes(head[:3], "big"))
                    if head[3] == HEADERS:
                        time.sleep(0.5)
                        close_gently(connection)
                        return

        readers = {1}
        with Sockets(serve2, keys, protocol=lambda number: "http/1.1" if number in readers else "h2") as server:
            with Database("attio_lying_http2", server,
                          f"{FAST}, ca_file '{keys['ca']}', on_ignored_write 'ignore', request_timeout '3s'",
                          schema=None) as database:
                must(database.psql(TABLE.format("")))
                for name, statement in (("a create", CREATE),
                                        ("an UPDATE",
                                         "UPDATE all_types SET a_text = 'y' WHERE record_id = "
                                         "'b2bb2ea0-0000-4000-8000-000000000001'")):
                    readers.add(server.count + 1)
                    narrow[0] = True
                    created.clear()
                    result, took = timed(lambda: database.psql(f"SET statement_timeout = '40s'; {CREATE}; "
                                                               f"SELECT pg_sleep(0.3); {statement}"))
                    tap.ok(len(created) in (1, 2) and all(created),
                           f"{name} of which no byte was taken is sent whole or not at all: {took:.1f} s",
                           (result, created))
                # as the second request of a connection, where an honest server has to name the first
                for name, said, again in (("with the last that it may name", http2_goaway(1), True),
                                          ("without any stream", http2_goaway(0), False),
                                          ("because of an error", http2_goaway(1, 2), False)):
                    readers.add(server.count + 1)
                    goodbye[0] = said
                    created.clear()
                    result = database.psql(f"{CREATE}; {CREATE}")
                    tap.ok((result.code == 0) == again and len(created) == (3 if again else 2)
                           and ("08007" in result.err) != again,
                           f"a server that goes away {name}: the create is {'' if again else 'not '}sent again",
                           (result, created))


run()
