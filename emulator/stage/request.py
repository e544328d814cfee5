"""One request, as the functions of a service see it."""
import json
import re
import time
import urllib.parse


class Request:
    """What was asked, of what, under which switches.  A service may use a subclass of its own."""

    def __init__(self, emulator, method, target, headers, body):
        self.emulator = emulator
        self.service = emulator.service
        self.data = emulator.data
        self.switches = emulator.switches
        self.method = method
        parts = urllib.parse.urlsplit(target)
        self.path = parts.path
        self.query = dict(urllib.parse.parse_qsl(parts.query, keep_blank_values=True))
        self.headers = headers          # only its get() is used, with names in lower case
        self.body = body
        self.at = time.time()
        self.serial = 0                 # the number of the request since the reset
        self.args = {}                  # the named parts of the route's path
        self.answer_headers = {}
        self.notes = {}                 # for the log
        self.document = None

    def token(self):
        return self.service.token(self)

    def scopes(self):
        """What the request's key may do, or None: no key, or an unknown one."""
        return self.emulator.tokens.get(self.token())

    def json(self):
        """The body, which is a JSON object (an empty one is taken for {})."""
        if self.document is None:
            try:
                document = json.loads(self.body or b"{}")
            except ValueError:
                raise self.service.invalid("body", [], "Invalid JSON") from None
            if not isinstance(document, dict):
                raise self.service.invalid("body", [], "Expected object")
            self.document = document
        return self.document

    def number(self, name, default, low, high=None, where="query"):
        """An integer of the query string or of the body."""
        value = (self.query if where == "query" else self.json()).get(name, default)
        if isinstance(value, str) and re.fullmatch(r"-?\d+", value):
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.service.invalid(where, [name], "Expected integer")
        if value < low or (high is not None and value > high):
            raise self.service.invalid(where, [name], f"Number must be between {low} and {high}")
        return value

    def required(self, name):
        """A parameter of the query string that must be there."""
        if name not in self.query:
            raise self.service.invalid("query", [name], "Required")
        return self.query[name]

    def flag(self, name):
        return self.query.get(name, "false").lower() == "true"
