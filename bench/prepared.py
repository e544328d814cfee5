#!/usr/bin/env python3
"""A stand-in of prepared answers, for measuring where the emulator is too slow: one object of many attributes.

    bench/prepared.py --attributes N --records N [--latency MS] [--size BYTES] [--things N]
        prints its URL, and answers until it is killed

Object "wide" has N attributes that may be written, in turn text, number, checkbox and date.  Rows are the same each time
they are read; each text has --size bytes.  A write is answered with the row as it was sent, from a text that was made at
the start.  Nothing is kept.  What else it serves: prepared_others.py.  GET /prepared says what was asked since the last time.
"""
import argparse
import asyncio
import json
import os
import re
import subprocess
import sys
import urllib.request
import uuid

from prepared_others import Others

KINDS = ("text", "number", "checkbox", "date")
VALUES = {"text": "a text of some length, number one", "number": 1234.5, "checkbox": True, "date": "2024-02-29"}
WORKSPACE = str(uuid.UUID(int=1))
OBJECT = str(uuid.UUID(int=2))
STATED = {"active_from": "2024-01-01T00:00:00.783000000Z", "active_until": None, "created_by_actor": {"type": "system", "id": None}}


def dumps(value):
    return json.dumps(value, separators=(",", ":")).encode()


def attribute(number, slug, kind, system):
    return {"id": {"workspace_id": WORKSPACE, "object_id": OBJECT, "attribute_id": str(uuid.UUID(int=1000 + number))}, "title": slug,
            "description": None, "api_slug": slug, "type": kind, "is_system_attribute": system, "is_writable": not system,
            "is_required": False, "is_unique": slug == "record_id", "is_multiselect": False, "is_default_value_enabled": False,
            "is_archived": False, "default_value": None, "relationship": None, "created_at": "2024-01-01T00:00:00.000000000Z",
            "config": {"currency": {"default_currency_code": None, "display_type": None}, "record_reference": {"allowed_object_ids": None}}}


def ident(number):
    """The id of a row by its number."""
    return str(uuid.UUID(int=(7 << 100) + number))


class Wide:
    """The object, its definitions, and its rows as bytes."""

    def __init__(self, attributes, records, size=0):
        values = dict(VALUES, text="x" * size) if size else VALUES
        self.attributes = [attribute(0, "record_id", "text", True), attribute(1, "created_at", "timestamp", True)]
        self.attributes += [attribute(2 + i, f"a{i}", KINDS[i % len(KINDS)], False) for i in range(attributes)]
        self.by_key = {a[key] if key == "api_slug" else a["id"][key]: a for a in self.attributes for key in ("api_slug", "attribute_id")}
        self.values = {a["api_slug"]: [dict(STATED, value=values[a["type"]], attribute_type=a["type"])] for a in self.attributes[2:]}
        self.records = records
        self.row_parts = self.parts({})
        self.answers = {}

    def parts(self, changed):
        """What stands before, between and behind the id in a row."""
        mark = "00000000-dead-beef-0000-000000000000"
        row = {"id": {"workspace_id": WORKSPACE, "object_id": OBJECT, "record_id": mark}, "created_at": "2024-01-01T00:00:00.990000000Z",
               "web_url": "https://example.com/" + mark,
               "values": {"record_id": [dict(STATED, value=mark, attribute_type="text")],
                          "created_at": [dict(STATED, value="2024-01-01T00:00:00.783000000Z", attribute_type="timestamp")],
                          **self.values, **changed}}
        return dumps(row).split(mark.encode())

    def row(self, number):
        return ident(number).encode().join(self.row_parts)

    def page(self, body):
        query = json.loads(body)
        if "filter" in query and query["filter"]:
            # of ids; no other filter is understood
            numbers = sorted({int(each, 16) for each in re.findall(r"0000-0000-([0-9a-f]{12})", body.decode())})
        else:
            start = query.get("offset", 0)
            numbers = range(start, min(start + query.get("limit", 500), self.records))
        return b'{"data":[' + b",".join(self.row(n) for n in numbers) + b"]}"

    def written(self, body, row):
        """The answer to a write: all values of the row, those that were sent among them."""
        parts = self.answers.get(body)
        if parts is None:
            changed = {}
            for key, values in json.loads(body)["data"]["values"].items():
                definition = self.by_key[key]
                changed[definition["api_slug"]] = [dict(STATED, **(v if isinstance(v, dict) else {"value": v}), attribute_type=definition["type"]) for v in values]
            parts = self.answers[body] = self.parts(changed)
        return b'{"data":' + row.encode().join(parts) + b"}"


class Connection(asyncio.Protocol):
    wide = None
    others = None
    latency = 0
    created = 1 << 40
    # since the last time: requests, bytes of answers, queries by their limit, and how long the longest chain is of
    # requests that came when the one before it had been answered
    counts = {}

    @classmethod
    def forget(cls):
        cls.counts = {"requests": 0, "bytes": 0, "limits": {}, "in_a_row": 0}

    def connection_made(self, transport):
        self.transport, self.buffer = transport, b""

    def data_received(self, data):
        self.buffer += data
        while True:
            head, mark, rest = self.buffer.partition(b"\r\n\r\n")
            if not mark:
                return
            length = re.search(rb"(?i)content-length: *(\d+)", head)
            length = int(length.group(1)) if length else 0
            if len(rest) < length:
                return
            self.buffer = rest[length:]
            method, path, _ = head.split(b"\r\n", 1)[0].decode().split(" ")
            if path == "/prepared":
                body = dumps(self.counts)
                self.forget()
                self.transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
                continue
            place = self.counts["in_a_row"] + 1
            body = self.answer(method, path, rest[:length])
            self.counts["requests"] += 1
            self.counts["bytes"] += len(body or b"")
            self.send(place, b"HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
                      % (b"200 OK" if body else b"404 Not Found", len(body)) + body)

    def send(self, place, answer):
        if self.latency:
            asyncio.get_running_loop().call_later(self.latency / 1000, self.send_now, place, answer)
        else:
            self.send_now(place, answer)

    def send_now(self, place, answer):
        self.counts["in_a_row"] = max(self.counts["in_a_row"], place)
        self.transport.write(answer)

    def answer(self, method, path, body):
        other = self.others.answer(path)
        if other is not None:
            return other
        wide, path = self.wide, path.partition("?")
        names = path[0].split("/")[2:]
        if names[-1] == "query":
            limit = json.loads(body).get("limit", 500)
            self.counts["limits"][limit] = self.counts["limits"].get(limit, 0) + 1
            return wide.page(body)
        if names[-1] == "attributes":
            query = dict(each.split("=") for each in path[2].split("&"))
            start = int(query.get("offset", 0))
            return dumps({"data": wide.attributes[start:start + int(query.get("limit", 50))]})
        if method == "DELETE":
            return b"{}"
        if method == "PUT":
            return wide.written(body, names[-1])
        if names[-1] == "records":
            Connection.created += 1
            return wide.written(body, ident(Connection.created))
        if names == ["self"]:
            return dumps({"active": True, "workspace_id": WORKSPACE, "scope": "record_permission:read-write object_configuration:read"})
        definition = {"id": {"workspace_id": WORKSPACE, "object_id": OBJECT}, "api_slug": "wide", "singular_noun": "Wide", "plural_noun": "Wides",
                      "created_at": "2024-01-01T00:00:00.000000000Z"}
        if names in (["objects"], ["lists"]):
            return dumps({"data": self.others.listed(names[0]) + ([definition] if names == ["objects"] else [])})
        return dumps({"data": definition if names[0] == "objects" else []})


class Prepared:
    """The server for a test: its url; ends with the block."""

    def __init__(self, attributes, records, latency=0, **more):
        flags = dict(more, attributes=attributes, records=records, latency=latency)
        self.process = subprocess.Popen([sys.executable, os.path.abspath(__file__)] + [each for name, value in flags.items()
                                                                                       for each in (f"--{name}", str(value))],
                                        stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().strip()

    def counts(self):
        """What was asked since the last time."""
        with urllib.request.urlopen(self.url + "/prepared", timeout=60) as answer:
            return json.load(answer)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(10)
        self.process.stdout.close()


async def serve(arguments):
    Connection.wide, Connection.latency = Wide(arguments.attributes, arguments.records, arguments.size), arguments.latency
    Connection.others = Others(arguments.things, arguments.records)
    Connection.forget()
    server = await asyncio.get_running_loop().create_server(Connection, "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--attributes", type=int, default=200)
    parser.add_argument("--records", type=int, default=10000)
    parser.add_argument("--latency", type=int, default=0)
    parser.add_argument("--size", type=int, default=0)
    parser.add_argument("--things", type=int, default=0)
    asyncio.run(serve(parser.parse_args()))
