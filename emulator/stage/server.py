"""HTTP: connections, and the faults that strike an answer.

An answer goes out in one write, and TCP_NODELAY is set: otherwise each request on a
kept-alive connection would wait 40 ms for nothing.
"""
import gzip
import http.server
import json
import select
import socket
import struct
import sys
import threading
import time

from . import control, faults


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

    def read_body(self):
        length = int(self.headers.get("content-length") or 0)
        return self.rfile.read(length) if length else b""

    def handle_request(self):
        self.reading = False
        self.server.begin()
        try:
            self.answer_request(self.command)
        finally:
            self.server.begin(-1)
            self.reading = True

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_request

    def answer_request(self, method):
        body = self.read_body()
        if control.is_control(self.path):
            self.answer_control(method, body)
            return
        emulator = self.server.emulator
        request = emulator.request(method, self.path, self.headers, body)
        fault = emulator.faults.strike(method, self.path)
        for mutation in fault.get("before", []):
            emulator.service.mutate(emulator, mutation)
        entry = {"method": method, "path": self.path, "body": body.decode("utf-8", "replace"), "at": request.at,
                 "status": None, "bytes": 0, "connection": self.client_address[1],
                 "rows": emulator.service.reads_rows(self.path)}
        request.serial = emulator.log.add(entry)
        self.arrived = False
        status, answer, headers = (fault["status"], b"{}", {}) if faults.is_refusal(fault) else emulator.answer(request)
        status = fault.get("status", status)
        entry.update(request.notes, status=status, bytes=len(answer))
        for mutation in fault.get("after", []):
            emulator.service.mutate(emulator, mutation)
        if not self.was_delayed(fault):
            return
        headers = dict(emulator.service.headers(request, status), **headers)
        self.send(status, faults.body_of(fault, answer, emulator.service.next_cursor), fault, headers)

    def answer_control(self, method, body):
        self.arrived = False
        if control.must_settle(method, self.path):
            self.server.settle()
        status, value = control.control(self.server.emulator, method, self.path, body)
        self.send(status, json.dumps(value).encode(), {}, {})

    def was_delayed(self, fault):
        """Waits as the fault says.  False: no answer is wanted any more."""
        if fault.get("reset") == "before":
            self.hang_up()
            return False
        delay = 3_600_000 if fault.get("silence") else self.server.emulator.latency_ms + fault.get("delay_ms", 0)
        return not (delay and self.server.emulator.stopping.wait(delay / 1000))

    def hang_up(self):
        """Close with a reset, not a polite end."""
        self.close_connection = True
        try:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
        except OSError:
            pass

    def head(self, status, length, content_type, headers, fault):
        lines = [f"HTTP/1.1 {status} {self.responses.get(status, ('',))[0]}",
                 f"Content-Type: {content_type}",
                 f"Date: {self.date_time_string()}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if fault.get("no_length"):
            lines.append("Connection: close")
        elif status != 204:
            lines.append(f"Content-Length: {length}")
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    def send(self, status, body, fault, headers):
        headers = dict(headers, **faults.headers_of(fault))
        if not fault.get("gzip_broken") and self.wants_gzip() and len(body) > 1000:
            body = gzip.compress(body, 1)
            headers["Content-Encoding"] = "gzip"
        content_type = fault.get("content_type", "application/json; charset=utf-8")
        try:
            self.send_pieces(self.head(status, len(body), content_type, headers, fault), body, fault)
            self.wfile.flush()
        except OSError:
            self.close_connection = True

    def wants_gzip(self):
        return self.server.emulator.switches.get("gzip") and "gzip" in self.headers.get("accept-encoding", "")

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


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    settle_s = 1.0

    def __init__(self, address, emulator, tls=None):
        super().__init__(address, Handler)
        self.emulator = emulator
        self.handlers = set()
        self.counting = threading.Lock()
        if tls is not None:
            self.socket = tls.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    def begin(self, count=1):
        """Count a request that is under way, or with -1 is not any more."""
        with self.counting:
            self.emulator.under_way += count

    def settle(self):
        """Wait until what clients sent, and may have left, is in the log.

        Otherwise a request that was given up would count as one of the next statement's.
        """
        deadline = time.monotonic() + self.settle_s
        calm = 0
        while calm < 2 and len(self.handlers) > 1 and time.monotonic() < deadline:
            calm = 0 if any(handler.unread() for handler in list(self.handlers)) else calm + 1
            time.sleep(0.005)

    def handle_error(self, request, client_address):
        # that clients hang up is expected; anything else is a defect of the emulator
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)
