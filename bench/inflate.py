#!/usr/bin/env python3
"""What inflating costs beside what the link saves: CPU of the backend a row, for each encoding that servers use.

    bench/inflate.py [--rounds N] [--records N] [--write FOLDER]

Pages of the emulator are compressed once and kept; nginx speaks TLS before them.  The encodings take turns in one run.
A link that is faster than the last column says would be faster without compression.  Encodings for which Python has no
module (python3-brotli, python3-zstandard) or libcurl no support are left out.
"""
import argparse
import gzip
import http.client
import importlib
import os
import statistics
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import Database, Emulator, must  # noqa: E402
from front import HAS_NGINX, Front  # noqa: E402
from pairs import MEASURE  # noqa: E402
from tables import write_table  # noqa: E402

# name in HTTP, module, what it does with it
ENCODINGS = (
    ("gzip", "gzip", lambda _, body: gzip.compress(body, 6)),
    ("br", "brotli", lambda module, body: module.compress(body, quality=4)),
    ("zstd", "zstandard", lambda module, body: module.ZstdCompressor(level=3).compress(body)),
)
QUERIES = (("2 columns", "SELECT record_id, name FROM crm.bench"), ("all columns", "SELECT * FROM crm.bench"))
NONE = "none"


class Kept(ThreadingHTTPServer):
    """Answers of an emulator, kept as they were, in an encoding."""
    daemon_threads = True

    def __init__(self, upstream, encoding, compress):
        self.upstream, self.encoding, self.compress, self.kept = upstream.split("//")[1], encoding, compress, {}
        super().__init__(("127.0.0.1", 0), KeptAnswer)
        self.url = f"http://127.0.0.1:{self.server_port}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, *_):
        """A connection that nginx gives up is none."""

    def get(self, method, path, headers, body):
        if (method, path, body) not in self.kept:
            connection = http.client.HTTPConnection(self.upstream)
            connection.request(method, path, body, {"Authorization": headers["Authorization"], "Content-Type": "application/json"})
            answer = connection.getresponse()
            content = answer.read()
            connection.close()
            self.kept[method, path, body] = (answer.status, self.compress(content) if self.compress else content)
        return self.kept[method, path, body]


class KeptAnswer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 20

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        status, content = self.server.get(self.command, self.path, self.headers, body)
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        if self.server.compress:
            self.send_header("Content-Encoding", self.server.encoding)
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = answer

    def log_message(self, *_):
        pass


def compressors():
    """The encodings that there are here, with the function that compresses."""
    found = [(NONE, None)]
    for name, module, compress in ENCODINGS:
        try:
            found.append((name, lambda body, compress=compress, module=importlib.import_module(module): compress(module, body)))
        except ImportError:
            print(f"inflate: {name} is left out, there is no module {module}")
    return found


class Side:
    """A database that reads in one encoding."""

    def __init__(self, emulator, encoding, compress):
        self.encoding = encoding
        self.server = Kept(emulator.url, encoding, compress)
        self.front = Front(self.server)
        self.database = Database(f"attio_inflate_{encoding}", self.front,
                                 f", read_rate '10000', ca_file '{self.front.ca}', remote_max_limit '500'", schema=None)
        must(self.database.psql(f"IMPORT FOREIGN SCHEMA objects LIMIT TO (bench) FROM SERVER attio INTO crm; {MEASURE}"))

    def measure(self, query):
        """CPU (ms) and bytes received of a scan whose pages are kept."""
        timed = f"SELECT cpu FROM timed($q${query}$q$, "
        out = self.database.value(f"""SET jit = off; {timed} 1); {timed} 3);
            CREATE TEMP TABLE plan (p json); DO $d$ DECLARE p json; BEGIN EXECUTE 'EXPLAIN (ANALYZE, FORMAT JSON) {query}' INTO p; INSERT INTO plan VALUES (p); END $d$;
            SELECT p -> 0 -> 'Plan' ->> 'Attio Bytes Received' FROM plan""").split("\n")
        return float(out[-2]), float(out[-1])

    def close(self):
        self.database.drop()
        self.front.stop()
        self.server.shutdown()


def lines_of(sides, records, rounds):
    """A line for each query and encoding."""
    for name, query in QUERIES:
        runs = {side.encoding: [] for side in sides}
        for turn in range(rounds + 1):
            for side in sides if turn % 2 else reversed(sides):
                runs[side.encoding].append(side.measure(query))
        # the first round fills what is kept
        cpu = {encoding: statistics.median(run[0] for run in each[1:]) * 1000 / records for encoding, each in runs.items()}
        size = {encoding: each[-1][1] / records for encoding, each in runs.items()}
        for side in sides:
            more, saved = cpu[side.encoding] - cpu[NONE], size[NONE] - size[side.encoding]
            pays = "-" if side.encoding == NONE else "always" if more <= 0 else f"{saved * 8 / more / 1000:.1f} Gbit/s"
            yield f"| {name} | {side.encoding} | {size[side.encoding]:,.0f} | {cpu[side.encoding]:.1f} µs | {more:+.1f} µs | {pays} |"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--records", type=int, default=5000)
    parser.add_argument("--write")
    arguments = parser.parse_args()
    if not HAS_NGINX:
        print("inflate: SKIPPED, there is no nginx")
        return
    lines = [f"| of {arguments.records:,} records of 15 attributes | compression | bytes received a row | CPU a row | of it for compression | pays on links up to |", "|---|---|---|---|---|---|"]
    print("\n".join(lines), flush=True)
    with Emulator("--bench", str(arguments.records)) as emulator:
        sides = [Side(emulator, *each) for each in compressors()]
        for line in lines_of(sides, arguments.records, arguments.rounds):
            lines.append(line)
            print(line, flush=True)
        for side in sides:
            side.close()
    if arguments.write:
        write_table(arguments.write, "inflate", lines)


if __name__ == "__main__":
    main()
