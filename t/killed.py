#!/usr/bin/env python3
"""A backend that is killed (signal 9) in the middle of a batch of writes: the server starts anew, and no row is written
twice.

Nobody is left to report, so what is asserted is the other side: each create was sent once, what is there is what was
sent, and the server's log names rows that are there.
"""
import os
import re
import signal
import sys


sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import QUICK, Sandbox, ServerLog, Workspace, must, start_psql, wait_until  # noqa: E402
from cases import case, run, tap  # noqa: E402

ROWS = 200
BEFORE = 60         # rows that are sent when the signal comes
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")


def creates(emulator):
    return [entry for entry in emulator.log() if entry["method"] == "POST" and entry["path"].endswith("records")]


def rows_there(emulator):
    found = emulator.call("POST", "/v2/objects/all_types/records/query", {"filter": {"a_text": "killed"}, "limit": 500},
                          key="emulator-key")["data"]
    return [(row["values"]["a_number"][0]["value"], row["id"]["record_id"]) for row in found]


WORK = Workspace(options=QUICK, sandbox=Sandbox("crash"))


@case(WORK)
def killed(emulator, database):
    server_log = ServerLog(database)
    emulator.faults({"match": {"method": "POST", "path": "records$"}, "delay_ms": 50})
    emulator.forget()
    process = start_psql("INSERT INTO all_types (a_text, a_number) SELECT 'killed', i "
                         f"FROM generate_series(1, {ROWS}) i", database.name)
    wait_until(lambda: len(creates(emulator)) >= BEFORE, f"{BEFORE} creates")
    backend = database.backend("INSERT INTO all_types")
    os.kill(backend, signal.SIGKILL)
    process.wait(60)
    tap.ok(process.returncode != 0, "the statement ended with its backend")
    wait_until(lambda: database.psql("SELECT 1").code == 0, "the server")
    must(database.psql("SELECT 1"))
    emulator.faults()

    sent, there = creates(emulator), rows_there(emulator)
    tap.ok(BEFORE <= len(sent) < ROWS, f"it was in the middle of its rows: {len(sent)} of {ROWS} sent")
    tap.equal(sorted(number for number, _ in there), list(range(1, len(sent) + 1)),
              "each row that was sent is there once, in the order of the statement")
    tap.equal(database.value("SELECT count(*), count(DISTINCT a_number) FROM all_types WHERE a_text = 'killed'"),
              f"{len(there)}|{len(there)}", "a new session reads them")
    if server_log.there:
        logged = [UUID.search(line.split(" id ")[1]).group(0) for line in server_log.writes()]
        tap.ok(set(logged) <= {ident for _, ident in there} and len(logged) == len(set(logged))
               and len(logged) >= len(sent) - 8 * 2,
               f"the server's log names {len(logged)} of the {len(there)}, each once", logged)
    else:
        tap.skip("the server's log", "it is not at hand")


run()
