#!/usr/bin/env python3
"""Connections that are cut after so many bytes, this way or that, by a close or a reset: in each phase of the
handshake, within a request and within an answer.  A scan has every row once; a create is never doubled, and what is
said of it is true.

ATTIO_CUTS says how many cuts there are of each kind, ATTIO_SEED where.
"""
import os
import random
import re
import select
import socket
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from world import FAR_ADDRESS, World, missing  # noqa: E402
from attio_test import QUICK, Database, Emulator, must  # noqa: E402
from cases import case, run, tap  # noqa: E402
from front import Front, Sockets, reset  # noqa: E402

if missing():
    tap.skip_all(missing())
CUTS = int(os.environ.get("ATTIO_CUTS", "12"))
SEED = int(os.environ.get("ATTIO_SEED", "1"))
ROWS = 6


class Cutter(Sockets):
    """Carries connections to a front; the next of them is cut, if one is to be."""

    def __init__(self, front):
        self.target = (FAR_ADDRESS, front.port)
        self.cut = None         # (of what the server says, after so many bytes, by a reset)
        self.done = 0
        super().__init__(self.carry, address=FAR_ADDRESS)
        self.url = self.url.replace("http:", "https:")

    def carry(self, connection, _number):
        cut, self.cut = self.cut, None
        with socket.create_connection(self.target) as server:
            passed = {connection: 0, server: 0}
            while True:
                for source in select.select([connection, server], [], [], 60)[0]:
                    data = source.recv(16384)
                    other = server if source is connection else connection
                    counts = cut is not None and cut[0] == (source is server)
                    if counts and passed[source] + len(data) > cut[1]:
                        other.sendall(data[:cut[1] - passed[source]])
                        self.done += 1
                        time.sleep(0.02)        # what was handed on arrives
                        if cut[2]:
                            reset(connection)
                        return
                    if not data:
                        return
                    passed[source] += len(data)
                    other.sendall(data)


def told(error):
    """How many rows are written, those that may be and those that are not, as an error of a statement with several rows
    says.
    """
    done = int(re.search(r"(\d+) rows? of this statement (?:is|are) written", error).group(1))
    lists = {}
    for name in ("may be written", "not written"):
        found = re.search(rf"^(?:CONTEXT:.*)?{name}: (.*)$", error, re.MULTILINE)
        lists[name] = {int(each) for each in re.findall(r"row (\d+)", found.group(1))} if found else set()
    return done, lists["may be written"], lists["not written"]


def places(largest):
    """Where to cut: in the first bytes, and anywhere."""
    rng = random.Random(SEED)
    anywhere = [int(largest ** rng.random()) if rng.random() < 0.5 else rng.randrange(largest) for _ in range(CUTS - 3)]
    return [0, 1, 200] + anywhere


def cuts(of_server, of_client):
    return [(is_server, place, hard) for is_server, largest in ((True, of_server), (False, of_client))
            for place in places(largest) for hard in (True, False)]


def scans(words, cutter, database):
    wrong, cases = [], cuts(60000, 3000)
    cutter.done = 0
    for cut in cases:
        cutter.cut = cut
        result = database.psql("SELECT count(DISTINCT record_id), count(*) FROM people")
        if (result.out, result.err) != ("200|200", ""):
            wrong.append((cut, result))
    tap.equal(wrong, [], f"{words}: a scan whose connection is cut has every row once")
    tap.ok(cutter.done >= len(cases) * 0.6, f"{words}: which most of them were", f"{cutter.done} of {len(cases)}")
    tap.note(f"{words}: {cutter.done} scans cut of {len(cases)}")


def insert(emulator, cutter, database, number, cut):
    """The definitions come over the first connection; the first of those for creates is cut."""
    flag = os.path.join(emulator.folder.name, "now")

    def arm():
        while not os.path.exists(flag):
            time.sleep(0.005)
        os.unlink(flag)
        cutter.cut = cut
    cutter.cut = None
    thread = threading.Thread(target=arm, daemon=True)
    thread.start()
    result = database.psql("SET attio_fdw.log_writes = off; SELECT record_id FROM all_types LIMIT 0; "
                           "SELECT count(name) FROM deals;\n"
                           f"\\! touch '{flag}'\nSELECT pg_sleep(0.15);"
                           f"INSERT INTO all_types (a_text) SELECT 'cut {number} ' || i "
                           f"FROM generate_series(1, {ROWS}) i")
    thread.join()
    return result


def is_true(rows, result):
    """Is what a statement says of its rows so?"""
    if len(rows) != len(set(rows)):
        return False
    if result.code == 0:
        return len(rows) == ROWS
    if "08007" not in result.err or "of this statement" not in result.err:
        return False
    done, maybe, undone = told(result.err)
    return len(set(rows) - maybe) == done and not set(rows) & undone


def creates(words, emulator, cutter, database):
    cases, results, seen = cuts(6000, 4000), [], {}
    emulator.forget()
    cutter.done = 0
    for number, cut in enumerate(cases):
        results.append(insert(emulator, cutter, database, number, cut))
    time.sleep(1)
    for entry in emulator.log():
        if entry["method"] == "POST" and entry["path"].endswith("/records"):
            number, row = re.search(r"cut (\d+) (\d+)", entry["body"]).groups()
            seen.setdefault(int(number), []).append(int(row))
    wrong = [(cut, sorted(seen.get(number, [])), result)
             for number, (cut, result) in enumerate(zip(cases, results)) if not is_true(seen.get(number, []), result)]
    tap.equal(wrong, [],
              f"{words}: of creates whose connection is cut, none is doubled, and what is said of them is true")
    tap.ok(cutter.done >= len(cases) * 0.5, f"{words}: which most of them were", f"{cutter.done} of {len(cases)}")
    tap.note(f"{words}: {cutter.done} INSERTs cut of {len(cases)}, {sum(1 for result in results if result.code)} "
             "of them 08007")


@case
def cut_connections():
    with World(), Emulator() as emulator:
        for http2 in (True, False):
            words = "HTTP/2" if http2 else "HTTP/1.1"
            with Front(emulator, location="proxy_ignore_client_abort on;", address=FAR_ADDRESS,
                       http2=http2) as front, Cutter(front) as cutter, \
                    Database("attio_cuts", cutter, f"{QUICK}, ca_file '{front.ca}'") as database:
                must(database.psql("ALTER FOREIGN TABLE people OPTIONS (ADD page_size '50')"))
                scans(words, cutter, database)
                creates(words, emulator, cutter, database)
            emulator.reset()


run()
