"""The state of one emulator, and how it answers; without HTTP, so that unit tests can ask it."""
import json
import threading
import traceback

from . import switches
from .faults import Faults
from .limits import Limits
from .log import Log
from .routes import find_route
from .service import Refusal


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


class Emulator:
    """What the service serves, keys, switches, faults, limits, log."""

    def __init__(self, service, build, tokens=None, latency_ms=0, switched=None):
        self.service = service
        self.build = build
        self.first_tokens = dict({service.key: service.scopes}, **(tokens or {}))
        self.first_switches = dict(switches.defaults(service.switches), **(switched or {}))
        self.latency_ms = latency_ms
        self.faults = Faults()
        self.log = Log()
        self.stopping = threading.Event()
        self.under_way = 0              # requests that are not answered yet
        self.reset()

    def reset(self):
        """All as at the start."""
        self.log.reset()
        self.data = self.build()
        self.switches = dict(self.first_switches)
        self.tokens = dict(self.first_tokens)
        self.faults.set([])
        self.limits = Limits()

    def request(self, method, target, headers, body):
        return self.service.request_class(self, method, target, headers, body)

    def answer(self, request):
        """(status, bytes, headers).  A failure of the emulator itself is answered with an error, too."""
        try:
            status, body = self.serve(request)
            return status, body, request.answer_headers
        except Refusal as error:
            refusal = error
        except Exception as error:      # noqa: BLE001: whatever it is
            traceback.print_exc()
            refusal = self.service.failed(error)
        body = self.service.refusal_body(request, refusal.body)
        return refusal.status, body, dict(request.answer_headers, **refusal.headers)

    def serve(self, request):
        service = self.service
        scopes, function = find_route(request)
        full = self.limits.take(service.rates(request))
        if full:
            raise service.rate_limited(full)
        service.authorize(request, scopes)
        result, status = function(request), 200
        if isinstance(result, tuple):
            status, result, *more = result
            request.answer_headers.update(more[0] if more else {})
        return status, service.finish(request, result if isinstance(result, bytes) else compact(result))
