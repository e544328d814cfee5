"""Calls the endpoints of Affinity's emulator without a socket."""
import base64
import json
import os
import sys
import unittest
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from affinity_emulator.generate import generate  # noqa: E402
from affinity_emulator.service import AFFINITY  # noqa: E402
from stage import control  # noqa: E402
from stage.clock import midnight  # noqa: E402
from stage.emulator import Emulator  # noqa: E402

KEY = AFFINITY.key
NOW = midnight("2026-01-01")
YEAR = {"start_time": "2025-01-01T00:00:00Z", "end_time": "2026-01-01T00:00:00Z"}
NAMES = ("events", "events", "chat_messages", "emails")


def basic(key, user=""):
    return "Basic " + base64.b64encode(f"{user}:{key}".encode()).decode()


class AffinityTest(unittest.TestCase):
    """A small account, new for each test."""

    scale = 30

    def setUp(self):
        self.emulator = Emulator(AFFINITY, lambda: generate("test", self.scale, NOW))
        self.account = self.emulator.data
        persons = self.account.persons.values()
        self.internal = next(p.id for p in persons if p.kind == "internal")
        self.external = next(p.id for p in persons if p.kind == "external")
        self.collaborator = next(p.id for p in persons if p.kind == "collaborator")
        self.organization = next(iter(self.account.organizations))
        self.opportunity = next(each.id for each in self.account.opportunities.values()
                                if any(self.account.is_outside(ident) for ident in each.persons))

    def raw(self, method, path, body=None, authorization=basic(KEY), **query):
        """(status, bytes)"""
        target = path + ("?" + urllib.parse.urlencode(query) if query else "")
        raw = b"" if body is None else json.dumps(body).encode()
        headers = {"authorization": authorization} if authorization else {}
        self.request = self.emulator.request(method, target, headers, raw)
        status, answer, self.headers = self.emulator.answer(self.request)
        return status, answer

    def call(self, method, path, body=None, **more):
        status, answer = self.raw(method, path, body, **more)
        return status, json.loads(answer)

    def good(self, method, path, body=None, **query):
        status, answer = self.call(method, path, body, **query)
        self.assertEqual(status, 200, answer)
        return answer

    def bad(self, status, words, method, path, body=None, **query):
        got, answer = self.call(method, path, body, **query)
        self.assertEqual(got, status, answer)
        self.assertIn(words, answer["message"])

    def switch(self, **values):
        status, answer = control.control(self.emulator, "POST", "/_emulator/switches", json.dumps(values))
        self.assertEqual(status, 200, answer)

    def mutate(self, **mutation):
        status, answer = control.control(self.emulator, "POST", "/_emulator/mutate", json.dumps({"mutations": [mutation]}))
        self.assertEqual(status, 200, answer)

    def listed(self, **query):
        """The parameters of a listing of interactions that is right, with these changed; None leaves one out."""
        asked = {"type": 3, "organization_id": self.organization, "page_size": 100, **YEAR, **query}
        return {name: value for name, value in asked.items() if value is not None}

    def rows(self, **query):
        """All rows of a listing of interactions, page by page."""
        asked, token, found, pages = self.listed(**query), None, [], 0
        while True:
            answer = self.good("GET", "/interactions", **asked, **({"page_token": token} if token else {}))
            found += answer[NAMES[int(asked["type"])]]
            token, pages = answer["next_page_token"], pages + 1
            self.assertLess(pages, 1000)
            if token is None:
                return found

    def entities(self, what, **query):
        """All rows of a listing of entities."""
        asked, token, found = {"page_size": 500, **query}, None, []
        while True:
            answer = self.good("GET", "/" + what, **asked, **({"page_token": token} if token else {}))
            found += answer[what]
            token = answer["next_page_token"]
            if token is None:
                return found
