#!/usr/bin/env python3
"""In which window of a limit each request has its place, where places are taken, used and given back, and answers tell."""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import MODULES, ROOT, Workspace, must  # noqa: E402
from cases import case, run, tap  # noqa: E402


def prepare(_emulator, database):
    must(database.psql(f"\\set module '{MODULES}/attio_fdw_test.so'\n\\i {ROOT}/test/module/functions.sql"))


WORK = Workspace(options="", before=prepare)
TAKE, SEND = {"do": "take"}, {"do": "send"}


def back(place):
    return {"do": "back", "place": place}


def end(**told):
    return {"do": "end", **told}


def places(database, minute, *steps):
    """What each step says: in how many seconds the turn of a place is."""
    return database.value(f"SELECT attio_test_places({minute}, $q${json.dumps(steps)}$q$)").strip()


@case(WORK)
def windows(_emulator, database):
    tap.equal(places(database, 2, *[TAKE] * 5), "0 0 60 60 120", "two requests a minute")
    tap.equal(places(database, 2, TAKE, TAKE, back(1), TAKE, TAKE), "0 0 0 60", "a place that is given back is another's")
    tap.equal(places(database, 2, TAKE, TAKE, TAKE, end(limit="50", left="50", again="5"), TAKE, TAKE), "0 0 60 60 120",
              "an answer to a request of the window before tells nothing of the next one")


@case(WORK)
def told(_emulator, database):
    tap.equal(places(database, 0, TAKE, SEND, end(limit="3", left="2", again="30"), *[TAKE] * 6), "0 of 0 0 0 30 30 30 90",
              "the limit that was told holds in windows of which nothing was told yet")
    tap.equal(places(database, 0, TAKE, TAKE, TAKE, SEND, end(limit="50", left="5", again="30"), *[TAKE] * 4), "0 0 0 of 0 0 0 0 30",
              "of what is left others have taken two")


@case(WORK)
def month(_emulator, database):
    tap.equal(places(database, 0, TAKE, SEND, end(month="3"), TAKE, SEND, end(), TAKE, SEND, end(left="9"), TAKE, SEND, TAKE, SEND),
              "0 of 0 0 of 3 0 of 2 0 of 1 0 not of 0", "a request that nobody tells of counts")


run()
