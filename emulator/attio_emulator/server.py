"""HTTP: connections, the request log, and the faults that strike an answer.

An answer goes out in one write, and TCP_NODELAY is set: otherwise each request on a
kept-alive connection would wait 40 ms for nothing.
"""
import email.utils
import gzip
import http.server
import json
import select
import socket
import struct
import sys
import threading
import time
import traceback

from . import api, control, switches
from .faults import Faults
from .limits import Limits
from .load import load

# Control requests that wait until what was sent before them is in the log.
SETTLED = {("GET", "/_emulator/log"), ("DELETE", "/_emulator/log"), ("POST", "/_emulator/faults"), ("POST", "/_emulator/reset")}


class Emulator:
    """State of one emulator: workspace, tokens, faults, switches, log."""

    def __init__(self, build, tokens, latency_ms=0, behaviour=None):
        self.build = build
        self.first_tokens = tokens
        self.latency_ms = latency_ms
        self.first_switches = dict(switches.defaults(), **(behaviour or {}))
        self.log_lock = threading.Lock()
        self.faults = Faults()
        self.stopping = threading.Event()
        self.reset()

    def load(self, path):
        """Serve a recording instead of what was built."""
        self.workspace = load(path)

    def reset(self):
        with self.log_lock:
            self.log = []
        self.workspace = self.build()
        self.switches = dict(self.first_switches)
        self.tokens = dict(self.first_tokens)
        self.faults.set([])
        self.limits = Limits()
        self.count = 0


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = 600
    reading = True      # waiting for a request or in the midst of one
    arrived = False     # a request whose first line was read and that is not in the log yet

    def setup(self):
        super().setup()
        self.server.handlers.add(self)

    def finish(self):
        self.server.handlers.discard(self)
        super().finish()

    def parse_request(self):
        self.arrived = True
        return super().parse_request()

    def unread(self):
        """Did something come that is not in the log yet: a request, or the news that the client is gone?"""
        try:
            return self.arrived or (self.reading and bool(select.select([self.connection], [], [], 0)[0]))
        except (OSError, ValueError):
            return False        # closed

    def log_message(self, format, *args):  # noqa: A002
        pass

    def do_GET(self):
        self.handle_request("GET")

    def do_POST(self):
        self.handle_request("POST")

    def do_PUT(self):
        self.handle_request("PUT")

    def do_PATCH(self):
        self.handle_request("PATCH")

    def do_DELETE(self):
        self.handle_request("DELETE")

    def read_body(self):
        length = int(self.headers.get("content-length") or 0)
        return self.rfile.read(length) if length else b""

    def handle_request(self, method):
        self.reading = False
        try:
            self.answer_request(method)
        finally:
            self.reading = True

    def answer_request(self, method):
        emulator = self.server.emulator
        body = self.read_body()
        if self.path.startswith("/_emulator/"):
            self.arrived = False
            if (method, self.path) in SETTLED:
                self.server.settle()
            status, value = control.control(emulator, method, self.path, body)
            self.send(status, json.dumps(value).encode())
            return
        self.started = started = time.time()
        fault = emulator.faults.strike(method, self.path)
        for mutation in fault.get("before", []):
            control.mutate(emulator, mutation)
        entry = {"method": method, "path": self.path, "body": body.decode("utf-8", "replace"), "at": started,
                 "status": None, "bytes": 0, "connection": self.client_address[1]}
        with emulator.log_lock:
            emulator.log.append(entry)
            emulator.count += 1
            self.request_number = emulator.count
        self.arrived = False
        if 400 <= fault.get("status", 0) < 500:     # refused: it was not processed
            status, answer, headers = fault["status"], b"{}", {}
        else:
            request = api.Request(emulator, method, self.path, Headers(self.headers), body)
            status, answer, headers = self.answer_api(request)
            entry.update(request.notes)
        for mutation in fault.get("after", []):
            control.mutate(emulator, mutation)
        entry["status"] = fault.get("status", status)
        entry["bytes"] = len(answer)
        delay = emulator.latency_ms + fault.get("delay_ms", 0)
        if fault.get("reset") == "before":
            self.hang_up()
            return
        if fault.get("silence"):
            delay = 3_600_000
        if delay and emulator.stopping.wait(delay / 1000):
            return
        self.send(fault.get("status", status), body_of(fault, answer), fault, headers)

    def answer_api(self, request):
        """What Attio would say; where the emulator fails itself, that is an answer, too, never a closed connection."""
        try:
            return api.answer(request)
        except Exception as error:      # noqa: BLE001: whatever it is
            traceback.print_exc()
            return 500, json.dumps({"status_code": 500, "type": "emulator_error", "code": "emulator_failed", "message": repr(error)}).encode(), {}

    def hang_up(self):
        """Close with a reset, not a polite end."""
        self.close_connection = True
        try:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
        except OSError:
            pass

    def tells_moment(self, status):
        """Does the answer say of which moment it is: not of a key, nor of an error, a create, a DELETE (recorded)?"""
        if status >= 400 or self.path == "/v2/self" or self.command == "DELETE":
            return False
        return self.command != "POST" or self.path.endswith("/query")

    def accurate_at(self):
        """The moment that an answer is of; queries may lag behind."""
        moment = getattr(self, "started", time.time()) - (self.server.emulator.switches["query_lag_ms"] / 1000 if self.path.endswith("/query") else 0)
        return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(moment)) + f".{int(moment % 1 * 1000000):06d}000Z"

    def head(self, status, length, content_type, extra, fault):
        lines = [f"HTTP/1.1 {status} {self.responses.get(status, ('',))[0]}",
                 f"Content-Type: {content_type}",
                 f"Date: {self.date_time_string()}",
                 f"x-attio-execution-id: {getattr(self, 'request_number', 0):08x}"]
        if self.tells_moment(status):
            lines.append(f"x-accurate-at: {self.accurate_at()}")
        lines += [f"{name}: {value}" for name, value in extra.items()]
        if fault.get("no_length"):
            lines.append("Connection: close")
        elif status != 204:
            lines.append(f"Content-Length: {length}")
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    def send(self, status, body, fault=None, headers=None):
        fault = fault or {}
        extra = dict(headers or {}, **fault.get("headers", {}))
        if fault.get("retry_after"):
            extra["Retry-After"] = retry_after(fault["retry_after"])
        if fault.get("gzip_broken"):
            extra["Content-Encoding"] = "gzip"
        elif self.server.emulator.switches["gzip"] and "gzip" in self.headers.get("accept-encoding", "") and \
                len(body) > 1000:
            body = gzip.compress(body, 1)
            extra["Content-Encoding"] = "gzip"
        head = self.head(status, len(body), fault.get("content_type", "application/json; charset=utf-8"), extra, fault)
        try:
            self.send_pieces(head, body, fault)
            self.wfile.flush()
        except OSError:
            self.close_connection = True

    def send_pieces(self, head, body, fault):
        if fault.get("no_length"):
            self.close_connection = True
        if fault.get("reset") == "headers":
            self.wfile.write(head[: len(head) // 2])
            self.wfile.flush()
            self.hang_up()
            return
        if fault.get("reset") in ("after_headers", "body"):
            self.wfile.write(head + body[: len(body) // 2 if fault["reset"] == "body" else 0])
            self.wfile.flush()
            self.hang_up()
            return
        if "truncate" in fault:
            self.wfile.write(head + body[: fault["truncate"]])
            self.close_connection = True
            return
        if not ("body_delay_ms" in fault or "trickle" in fault):
            self.wfile.write(head + body)
            return
        self.wfile.write(head)
        self.wfile.flush()
        if self.server.emulator.stopping.wait(fault.get("body_delay_ms", 0) / 1000):
            return
        size, pause = fault.get("trickle", [len(body) or 1, 0])
        for at in range(0, len(body), size):
            self.wfile.write(body[at:at + size])
            self.wfile.flush()
            if self.server.emulator.stopping.wait(pause / 1000):
                return


def retry_after(form):
    """The forms of Retry-After that were seen or claimed: date, seconds, iso; of the next second."""
    moment = time.time() + 1
    if form == "seconds":
        return "1"
    if form == "iso":
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment))
    return email.utils.formatdate(moment, usegmt=True)


def body_of(fault, answer):
    """The fault's own body, if it has one."""
    if "body_bytes" in fault:
        return fault["body_bytes"].encode("latin-1")
    if "cursor" in fault:
        document = json.loads(answer)
        document["pagination"]["next_cursor"] = fault["cursor"]
        return json.dumps(document).encode()
    return fault["body"].encode() if "body" in fault else answer


class Headers:
    """Header lookup by lower-case name."""

    def __init__(self, headers):
        self.headers = headers

    def get(self, name, default=None):
        return self.headers.get(name, default)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    settle_s = 1.0

    def __init__(self, address, emulator, tls=None):
        super().__init__(address, Handler)
        self.emulator = emulator
        self.handlers = set()
        if tls is not None:
            self.socket = tls.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    def settle(self):
        """Wait until what clients sent, and may have left, is in the log: a request that was given up would count as one of the next statement's."""
        deadline = time.monotonic() + self.settle_s
        calm = 0
        while calm < 2 and len(self.handlers) > 1 and time.monotonic() < deadline:
            calm = 0 if any(handler.unread() for handler in list(self.handlers)) else calm + 1
            time.sleep(0.005)

    def handle_error(self, request, client_address):
        # clients hang up, that is what tests are for; anything else is a fault of ours
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)
