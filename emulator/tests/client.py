"""Calls the emulator's endpoints without a socket."""
import json
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from attio_emulator.generate import generate  # noqa: E402
from attio_emulator.service import ATTIO  # noqa: E402
from stage import control  # noqa: E402
from stage.emulator import Emulator  # noqa: E402

KEY = ATTIO.key


def small_emulator(scale=24):
    return Emulator(ATTIO, lambda: generate("test", scale))


class EmulatorTest(unittest.TestCase):
    """A small workspace, new for each test."""

    scale = 24

    def setUp(self):
        self.emulator = small_emulator(self.scale)
        self.workspace = self.emulator.data

    def call(self, method, path, body=None, key=KEY):
        """(status, document)"""
        headers = {"authorization": f"Bearer {key}"} if key else {}
        raw = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        status, answer, self.headers = self.emulator.answer(self.emulator.request(method, path, headers, raw))
        return status, json.loads(answer) if answer else None

    def good(self, method, path, body=None):
        status, answer = self.call(method, path, body)
        self.assertEqual(status, 200, answer)
        return answer.get("data", answer)

    def bad(self, status, code, method, path, body=None, key=KEY):
        got, answer = self.call(method, path, body, key)
        self.assertEqual((got, answer.get("code")), (status, code), answer)
        return answer

    def query(self, slug, tree=None, kind="objects", **body):
        path = f"/v2/{kind}/{slug}/{'records' if kind == 'objects' else 'entries'}/query"
        if tree is not None:
            body["filter"] = tree
        return self.good("POST", path, body)

    def ids(self, slug, tree=None, kind="objects", **body):
        key = "record_id" if kind == "objects" else "entry_id"
        return [row["id"][key] for row in self.query(slug, tree, kind, **body)]

    def refused(self, code, slug, tree, kind="objects"):
        path = f"/v2/{kind}/{slug}/{'records' if kind == 'objects' else 'entries'}/query"
        return self.bad(400, code, "POST", path, {"filter": tree})

    def switch(self, **values):
        status, answer = control.control(self.emulator, "POST", "/_emulator/switches", json.dumps(values))
        self.assertEqual(status, 200, answer)

    def first(self, slug, kind="objects"):
        return self.query(slug, kind=kind, limit=1)[0]

    def create(self, slug, **values):
        return self.good("POST", f"/v2/objects/{slug}/records", {"data": {"values": values}})

    def path(self, record):
        ids = record["id"]
        return f"/v2/objects/{ids['object_id']}/records/{ids['record_id']}"


def plain(record, slug, member="value"):
    """The members of a record's values."""
    return [value[member] for value in record["values"][slug]]
