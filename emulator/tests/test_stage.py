"""The stage by itself: it knows no service, and the smallest one stands on it."""
import argparse
import contextlib
import io
import json
import pathlib
import re
import subprocess
import sys
import threading
import unittest
import urllib.error
import urllib.request

from stage.command import parser_of
from stage.control import control
from stage.emulator import Emulator
from stage.paging import Style, page
from stage.routes import compile_routes
from stage.server import Server
from stage.service import Service

ROOT = pathlib.Path(__file__).parent.parent.parent
STAGE = ROOT / "emulator" / "stage"
PAGES = Style(limit="page_size", place="page_token", next=("next_page_token",), rows="orders")


def list_orders(request):
    orders = [order for order in request.data if order["shop"] == request.args["shop"]]
    return page(request, orders, PAGES, default=2, maximum=5)


def create_order(request):
    order = dict(request.json(), id=len(request.data) + 1, shop=request.args["shop"])
    request.data.append(order)
    return 201, order


class Shop(Service):
    """Orders of shops."""

    name = "shop-emulator"
    scopes = "read write"
    routes = compile_routes([("GET", "/shops/{shop}/orders", "read", list_orders),
                             ("POST", "/shops/{shop}/orders", "write", create_order),
                             ("GET", "/echo", "", lambda request: {"word": request.required("word")}),
                             ("GET", "/fails", None, lambda request: 1 / 0)], shop="[a-z]+")
    switches = {"per_second": (0, int, "assumed", "requests per second; 0 = no limit")}
    next_cursor = PAGES.next

    def build(self, arguments):
        return [{"id": i, "shop": "here" if i % 2 else "there"} for i in range(1, 12)]

    def rates(self, request):
        limit = request.switches["per_second"]
        return [("all", limit, 1), ("month", 1000, 30 * 86400)] if limit else []

    def mutate(self, emulator, mutation):
        del emulator.data[mutation["delete"]]


class StageTest(unittest.TestCase):
    def setUp(self):
        self.emulator = Emulator(Shop(), lambda: Shop().build(None), {"reader": "read"})

    def ask(self, method, path, body=b"", key="emulator-key"):
        headers = {"authorization": f"Bearer {key}"}
        status, answer, _ = self.emulator.answer(self.emulator.request(method, path, headers, body))
        return status, json.loads(answer)

    def control(self, name, value):
        self.assertEqual(control(self.emulator, "POST", "/_emulator/" + name, json.dumps(value)), (200, {}))

    def test_it_names_no_service(self):
        for path in STAGE.rglob("*.py"):
            text = path.read_text(encoding="utf-8").lower()
            for word in ("attio", "affinity", "/v2/", "workspace", "record_id", "api_slug"):
                self.assertNotIn(word, text, path)

    def test_pages(self):
        ids, token = [], ""
        while token is not None:
            status, answer = self.ask("GET",
                                      "/shops/here/orders?page_size=4" + (f"&page_token={token}" if token else ""))
            self.assertEqual(status, 200)
            ids += [order["id"] for order in answer["orders"]]
            token = answer["next_page_token"]
        self.assertEqual(ids, [1, 3, 5, 7, 9, 11])
        self.assertEqual(len(self.ask("GET", "/shops/here/orders")[1]["orders"]), 2)
        for query in ("page_size=6", "page_size=x", "page_token=x"):
            self.assertEqual(self.ask("GET", "/shops/here/orders?" + query)[0], 400)

    def test_keys_and_routes(self):
        self.assertEqual(self.ask("GET", "/shops/here/orders", key="")[0], 401)
        self.assertEqual(self.ask("POST", "/shops/here/orders", key="reader")[0], 403)
        self.assertEqual(self.ask("POST", "/shops/here/orders", b'{"n": 1}'), (201, {"n": 1, "id": 12, "shop": "here"}))
        self.assertEqual(self.ask("POST", "/shops/here/orders", b"[]")[0], 400)
        self.assertEqual(self.ask("GET", "/shops/HERE/orders")[0], 404)
        self.assertEqual(self.ask("GET", "/echo?word=a%20b"), (200, {"word": "a b"}))
        self.assertEqual(self.ask("GET", "/echo")[0], 400)
        with contextlib.redirect_stderr(io.StringIO()):
            self.assertEqual(self.ask("GET", "/fails")[0], 500)

    def test_control(self):
        self.control("switches", {"per_second": 1})
        self.assertEqual([self.ask("GET", "/shops/here/orders")[0] for _ in range(2)], [200, 429])
        self.control("mutate", {"mutations": [{"delete": 0}]})
        self.assertEqual(len(self.emulator.data), 10)
        self.control("tokens", {"more": "read"})
        self.control("reset", {})
        self.assertEqual(len(self.emulator.data), 11)
        self.assertEqual(self.ask("GET", "/shops/here/orders", key="more")[0], 401)
        self.assertEqual(control(self.emulator, "POST", "/_emulator/load", "{}")[0], 404)

    def test_flags(self):
        arguments = parser_of(Shop()).parse_args(["--port", "1"])
        self.assertIsInstance(arguments, argparse.Namespace)
        self.assertFalse(hasattr(arguments, "seed"))

    def test_over_http(self):
        server = Server(("127.0.0.1", 0), self.emulator)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        self.emulator.faults.set([{"match": {"nth": 1}, "cursor": "again"}])
        request = urllib.request.Request(f"http://127.0.0.1:{server.server_address[1]}/shops/here/orders",
                                         headers={"Authorization": "Bearer emulator-key"})
        with urllib.request.urlopen(request) as answer:
            self.assertEqual(json.load(answer)["next_page_token"], "again")
        self.assertEqual(self.emulator.log.shown()[0]["status"], 200)
        server.shutdown()
        server.server_close()

    def test_the_service_of_the_docs(self):
        code = re.search(r"```python\n(.*?)```", (ROOT / "docs" / "emulator.md").read_text(encoding="utf-8"), re.S)[1]
        with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=ROOT, text=True) as process:
            url = process.stdout.readline().strip()
            try:
                request = urllib.request.Request(url + "/shops/here/orders",
                                                 headers={"Authorization": "Bearer emulator-key"})
                with urllib.request.urlopen(request) as answer:
                    self.assertEqual(len(json.load(answer)["orders"]), 50)
            finally:
                process.terminate()
