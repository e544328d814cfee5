"""Affinity on the stage: its flags, keys, limits, headers and error bodies.  The endpoints are in api.py."""
import base64

from stage.clock import midnight
from stage.service import Service

from . import api, controls, errors
from .generate import generate
from .mutations import mutate
from .request import AffinityRequest
from .switches import SWITCHES


class Affinity(Service):
    name = "affinity-emulator"
    description = "A local stand-in for Affinity's REST API, version 1: an account in memory, served on 127.0.0.1."
    key = "affinity-key"
    scopes = "read write"
    routes = api.COMPILED
    switches = SWITCHES
    controls = controls.CONTROLS
    next_cursor = ("next_page_token",)
    request_class = AffinityRequest

    def add_flags(self, parser):
        parser.add_argument("--seed", default="affinity", help="seed of the generated account (default: affinity)")
        parser.add_argument("--scale", type=int, default=60,
                            help="external persons, from which the other numbers follow (default: 60)")
        parser.add_argument("--now", default="2026-01-01", metavar="DATE", type=midnight,
                            help="the day that generated times count from, or `today` (default: 2026-01-01)")

    def build(self, arguments):
        return generate(arguments.seed, arguments.scale, arguments.now)

    def rates(self, request):
        request.data.meter.take(request)
        return ()

    def token(self, request):
        kind, _, value = request.headers.get("authorization", "").partition(" ")
        if kind.lower() != "basic":
            return value.strip() if kind.lower() == "bearer" else ""
        try:
            user, _, key = base64.b64decode(value).decode().partition(":")
        except ValueError:
            return ""
        return "" if user else key      # the key is the password of nobody

    def reads_rows(self, path):
        return not path.startswith(("/auth/", "/rate-limit"))

    def headers(self, request, status):
        return request.data.meter.headers(request.switches)

    def refusal_body(self, request, body):
        return errors.shape(request.switches["error_body"], body)

    def refusal(self, status, code, message):
        return errors.refusal(status, message)

    def no_endpoint(self, request):
        return errors.refusal(404, f"There is no {request.method} {request.path}.")

    def invalid(self, where, path, message):
        return errors.invalid(f"{'.'.join(map(str, path)) or where}: {message}", path[-1] if path else None)

    def failed(self, error):
        return errors.refusal(500, repr(error))

    def mutate(self, emulator, mutation):
        mutate(emulator, mutation)


AFFINITY = Affinity()
