"""Attio on the stage: its flags, keys, limits, headers and error bodies.  The endpoints are in api.py."""
import base64
import time

from stage.clock import midnight
from stage.service import Service

from . import api, errors, generate_activity, shapes
from .generate import generate
from .load import load
from .mutations import mutate
from .request import AttioRequest
from .paging import CURSOR
from .switches import SWITCHES


def load_recording(emulator, body):
    """POST /_emulator/load {"path": a recording on this machine}: serve it from now on, until the reset."""
    emulator.data = load(body["path"])


class Attio(Service):
    name = "attio-emulator"
    description = "A local stand-in for Attio's REST API: a workspace in memory, served on 127.0.0.1."
    scopes = api.ALL_SCOPES
    routes = api.COMPILED
    switches = SWITCHES
    controls = {("POST", "load"): load_recording}
    next_cursor = CURSOR.next
    request_class = AttioRequest

    def add_flags(self, parser):
        parser.add_argument("--seed", default="attio", help="seed of the generated workspace (default: attio)")
        parser.add_argument("--scale", type=int, default=200, help="records of the object people (default: 200)")
        parser.add_argument("--bench", type=int, default=0,
                            help="add an object bench with so many records of 15 attributes")
        parser.add_argument("--activity", type=int, default=0,
                            help="notes, tasks, threads, meetings, files of which there are at least so many")
        parser.add_argument("--now", default="2026-01-01", metavar="DATE", type=midnight,
                            help="the day that generated times count from, or `today` (default: 2026-01-01)")
        parser.add_argument("--load", metavar="FILE", help="serve this recording instead of a generated workspace")

    def build(self, arguments):
        if arguments.load:
            return load(arguments.load)
        workspace = generate(arguments.seed, arguments.scale, arguments.bench, arguments.now)
        if arguments.activity:
            generate_activity.fill(workspace, arguments.activity)
        return workspace

    def rates(self, request):
        """Queries and searches count as reads (field: one client sends them through its read limiter)."""
        read = request.method == "GET" or request.path.endswith(("/query", "/search"))
        limit = request.switches["reads_per_second" if read else "writes_per_second"]
        return [("reads" if read else "writes", limit, 1)] if limit else []

    def token(self, request):
        kind, _, value = request.headers.get("authorization", "").partition(" ")
        if kind.lower() == "basic":     # docs: the token as user, an empty password
            try:
                value = base64.b64decode(value).decode().partition(":")[0]
            except ValueError:
                return ""
        return value.strip()

    def authorize(self, request, scopes):
        if scopes is None:
            return
        granted = request.scopes()
        if granted is None:
            raise errors.unauthorized()
        lacking = [scope for scope in api.scopes_of(request, scopes) if not api.grants(granted.split(), scope)]
        if lacking:
            raise errors.missing_scope(lacking)

    def reads_rows(self, path):
        return path.endswith("/query")

    def headers(self, request, status):
        headers = {"x-attio-execution-id": f"{request.serial:08x}"}
        if self.tells_moment(request, status):
            moment = request.at - (request.switches["query_lag_ms"] / 1000 if request.path.endswith("/query") else 0)
            headers["x-accurate-at"] = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(moment)) + \
                f".{int(moment % 1 * 1000000):06d}000Z"
        return headers

    @staticmethod
    def tells_moment(request, status):
        """Does the answer say of which moment it is: not of a key, nor of an error, a create, a DELETE (recorded)?"""
        if status >= 400 or request.path == "/v2/self" or request.method == "DELETE":
            return False
        return request.method != "POST" or request.path.endswith("/query")

    def finish(self, request, body):
        return shapes.reshape(request, body)

    def no_endpoint(self, request):
        return errors.no_endpoint(request.method, request.path)

    def invalid(self, where, path, message):
        return (errors.bad_query if where == "query" else errors.bad_body)(path, message)

    def rate_limited(self, line):
        return errors.rate_limited()

    def failed(self, error):
        return errors.ApiError(500, "emulator_error", "emulator_failed", repr(error))

    def mutate(self, emulator, mutation):
        mutate(emulator, mutation)

    def switched(self, emulator):
        emulator.data.forget_pages()


ATTIO = Attio()
