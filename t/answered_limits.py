#!/usr/bin/env python3
"""What answers tell of limits: which headers say something, which of several answers counts, and for how long."""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import MODULES, ROOT, Workspace, must  # noqa: E402
from cases import case, run, tap  # noqa: E402

MINUTE, MONTH = 0, 1


def prepare(_emulator, database):
    must(database.psql(f"\\set module '{MODULES}/attio_fdw_test.so'\n\\i {ROOT}/test/module/functions.sql"))


WORK = Workspace(options="", before=prepare)


def known(database, kind, *answers):
    """What is known after each of the answers."""
    return must(database.psql(f"SELECT attio_test_limits({kind}, $q${json.dumps(answers)}$q$)")).out.splitlines()


def answer(limit="9", left="5", again="30", sent=0, now=1, others=0):
    told = {"limit": limit, "left": left, "again": again}
    return {"sent": sent, "now": now, "others": others, **{name: text for name, text in told.items() if text is not None}}


@case(WORK)
def headers(_emulator, database):
    tap.equal(known(database, MINUTE, answer()), ["9 5 until 31"], "three numbers")
    for text in (None, "", "-1", "+5", " 5", "5 ", "5.0", "0x5", "five", "99999999999999999999"):
        tap.equal(known(database, MINUTE, answer(left=text)), ["nothing"], f"what is left: {text!r} says nothing")
        tap.equal(known(database, MINUTE, answer(limit=text)), ["-1 5 until 31"], f"nor does a limit of {text!r}")
    tap.equal(known(database, MINUTE, answer(left="0", again="0.5")), ["9 0 until 1.5"], "half a second")
    for text in (None, "", "-5", ".", "1e9", "soon", "3601", "1" * 400):
        tap.equal(known(database, MINUTE, answer(again=text)), ["9 5 until 61"], f"the end of a minute in {text!r}: a minute is believed")
    tap.equal(known(database, MINUTE, answer(again="3600")), ["9 5 until 3601"], "and an hour at most")
    month = 32 * 24 * 3600
    tap.equal(known(database, MONTH, answer(again=str(month)), answer(again=str(month + 1), sent=2, now=3)),
              [f"9 5 until {month + 1:g}", "9 5 until 3603"], "of a month 32 days, and else an hour")


@case(WORK)
def several(_emulator, database):
    tap.equal(known(database, MINUTE, answer(left="5", now=10), answer(left="8", sent=2, now=11)), ["9 5 until 40", "9 5 until 41"],
              "of two requests that were under way together the one that leaves less counts, whichever comes first")
    tap.equal(known(database, MINUTE, answer(left="8", now=10), answer(left="5", sent=2, now=11)), ["9 8 until 40", "9 5 until 41"],
              "and last")
    tap.equal(known(database, MINUTE, answer(left="5", now=10), answer(left="8", sent=10, now=11)), ["9 5 until 40", "9 8 until 41"],
              "one that left when the other was answered is newer, whatever it says")
    tap.equal(known(database, MINUTE, answer(left="5", others=2), answer(left="1", others=2, sent=2, now=3)), ["9 3 until 31", "9 0 until 33"],
              "less those that it may not have counted, and never below none")
    tap.equal(known(database, MINUTE, answer(left="1", now=10), answer(left=None, sent=11, now=39), answer(left=None, sent=11, now=40)),
              ["9 1 until 40", "9 1 until 40", "nothing"], "an answer that tells nothing changes nothing until the end")
    tap.equal(known(database, MINUTE, answer(left="1", now=10), answer(left="7", sent=2, now=40)), ["9 1 until 40", "9 7 until 70"],
              "behind the end what was known does not count")


run()
