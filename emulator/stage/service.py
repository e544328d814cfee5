"""A service, as the stage knows it: facts as members, rules as methods, each with a default.

A small service gives its routes and what it serves.  emulator/tests/test_stage.py has one.
"""
import json

from .request import Request


class Refusal(Exception):
    """An answer with an error status.  What serves a request may raise it."""

    def __init__(self, status, body, headers=None):
        super().__init__(f"{status} {body}")
        self.status = status
        self.body = body                # a JSON value
        self.headers = headers or {}


class Service:
    """A subclass overrides what it does differently."""

    name = "emulator"                   # of the command and of the test certificate
    description = "A local stand-in for a service: its data in memory, served on 127.0.0.1."
    key = "emulator-key"                # a key that is known from the start
    scopes = ""                         # what this key may do, words between blanks
    routes = ()                         # compile_routes([(method, path, scopes, function), ...])
    switches = {}                       # name: (default, legal values or a type, source, meaning), see switches.py
    controls = {}                       # (method, name below /_emulator/): function(emulator, body), see control.py
    next_cursor = ()                    # where answers have the cursor of the next page; for the fault `cursor`
    request_class = Request

    # ----- what is served -----

    def add_flags(self, parser):
        """Flags of the command that only this service has (argparse)."""

    def build(self, arguments):
        """What is served: called at the start and by each reset.  Functions find it as request.data."""
        return {}

    # ----- around each request -----

    def rates(self, request):
        """The rate limits that the request counts in: (name, how many, in how many seconds)."""
        return ()

    def token(self, request):
        """The key that the request carries, or an empty text."""
        kind, _, value = request.headers.get("authorization", "").partition(" ")
        return value.strip() if kind.lower() == "bearer" else ""

    def authorize(self, request, scopes):
        """Raises a Refusal unless the request's key may do this; scopes are those of the route, None for anybody."""
        if scopes is None:
            return
        granted = request.scopes()
        if granted is None:
            raise self.refusal(401, "unauthorized", "The key is not valid.")
        if not set(scopes.split()) <= set(granted.split()):
            raise self.refusal(403, "forbidden", "The key lacks one of: " + scopes)

    def reads_rows(self, path):
        """Is a request with this path one for rows?  The log says so of each."""
        return False

    def headers(self, request, status):
        """Headers that every answer has, or that depend on its status."""
        return {}

    def finish(self, request, body):
        """The bytes of an answer that is not an error, for a last change."""
        return body

    # ----- error answers -----

    def refusal_body(self, request, body):
        """The bytes of a Refusal's body."""
        return json.dumps(body, ensure_ascii=False).encode()

    def refusal(self, status, code, message):
        return Refusal(status, {"code": code, "message": message})

    def no_endpoint(self, request):
        return self.refusal(404, "not_found", f"There is no {request.method} {request.path}.")

    def invalid(self, where, path, message):
        """What the request says is wrong: where is "query" or "body", path the members that lead to it."""
        return self.refusal(400, "invalid", f"{'.'.join(map(str, path)) or where}: {message}")

    def rate_limited(self, line):
        return self.refusal(429, "rate_limited", f"At most {line[1]} in {line[2]} s.")

    def failed(self, error):
        """The emulator itself failed."""
        return self.refusal(500, "emulator_failed", repr(error))

    # ----- control -----

    def mutate(self, emulator, mutation):
        """Changes what is served behind the client's back.  Raises ValueError for what it does not know."""
        raise ValueError("this service has no mutations")

    def switched(self, emulator):
        """Called after switches were changed."""
