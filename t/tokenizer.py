#!/usr/bin/env python3
"""The tokenizer accepts and refuses what the server's parser does: on every prefix of a page, and on mutated pages.

Structure everywhere; contents of strings where they are wanted.  ATTIO_MUTATIONS (1,000,000) and ATTIO_SEED change it.
"""
import json
import os
import random
import sys
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import KEY, MODULES, ROOT, Workspace, must  # noqa: E402
from cases import case, run, tap  # noqa: E402

MUTATIONS = int(os.environ.get("ATTIO_MUTATIONS", "1000000"))
SEED = int(os.environ.get("ATTIO_SEED", "1"))

# Everything a page could hold that a real one rarely does.
ODD = r'''{ "pagination" : {"next_cursor":null} , "data":
[ {"id":{"record_id":"3a4da5ae-862e-4a96-8241-ce4687fb4237"},"values":
{"name":[{"full_name":"\u00e9\ud83d\ude80\\\"\/\b\f\n\r\t","first_name":""}],
"a_number":[{"value":-0.5e+10},{"value":0},{"value":1E-2}],"a_text":[{"value":"é🚀"}],
"n\u0061me":[{"value":"key with an escape"}],
"other":[[],{},[[]],[true,false,null],{"a":{"b":[1,2.5,{"c":"\u0041"}]}}]},"web_url":null},
{"values":{},"id":{}},	7 , "x", [ ] ,null ] ,"tail":[-1.0e5]}'''


def prepare(_emulator, database):
    must(database.psql(f"\\set module '{MODULES}/attio_fdw_test.so'\n\\i {ROOT}/test/module/functions.sql"))


WORK = Workspace(options="", before=prepare)


def page(emulator, limit):
    """A page as it comes."""
    call = urllib.request.Request(emulator.url + "/v2/objects/all_types/records/query", method="POST",
                                  data=json.dumps({"limit": limit, "offset": 2}).encode(),
                                  headers={"Authorization": "Bearer " + KEY})
    with urllib.request.urlopen(call) as answer:
        return answer.read().decode()


def quoted(text):
    return "$page$" + text + "$page$"


@case(WORK)
def prefixes(emulator, database):
    for name, text in (("a real page", page(emulator, 3)),
                       ("an odd page", ODD),
                       ("an escaped page", json.dumps(json.loads(page(emulator, 1))))):
        size = len(text.encode()) + 1
        result = database.psql(f"SELECT attio_test_prefixes({quoted(text)})")
        tap.equal(result.out or result.err, str(size), f"every prefix of {name}")


@case(WORK)
def documents(_emulator, database):
    """Documents that are JSON or nearly so, whole."""
    documents = ["", " ", "{}", "[]", "null", "nul", "true ", "truex", '"a"', '"a', "1", "01", "-", "-1", "1.", "1.5",
                 "1e", "1e5",
                 "1E+05", "+1", ".5", "[1,]", "[,1]", "{,}", '{"a"}', '{"a":}', '{"a":1,}', '{"a" : 1 }', "{1:2}",
                 "[1 2]", '["a" "b"]',
                 "[]]", "[[]", "{}{}", "\ufeff{}", '["\\u12"]', '["\\x"]', '["\\u0000"]', '["\\ud800"]', '["\\udc00"]',
                 "[1]\n", "\t[1]",
                 "[1_000]", "[nan]", "[tru]", '["\x01"]', '["\x7f"]', "[\u00a01]", '{"a":1 "b":2}',
                 "[" * 200 + "]" * 200]
    for document in documents:
        result = database.psql(f"SELECT attio_test_prefixes({quoted(document)})")
        if result.code != 0:
            tap.ok(False, f"document {document!r}", result.err)
    tap.ok(True, f"{len(documents)} small documents and their prefixes")


@case(WORK)
def mutations(emulator, database):
    tap.note(f"ATTIO_SEED={SEED} ATTIO_MUTATIONS={MUTATIONS}")
    rng = random.Random(SEED)
    accepted = 0
    texts = [(ODD, MUTATIONS // 2),
             (page(emulator, 1), MUTATIONS // 4),
             (json.dumps(json.loads(page(emulator, 1))), MUTATIONS - MUTATIONS // 2 - MUTATIONS // 4)]
    wrong = []
    for text, count in texts:
        result = database.psql(f"SELECT attio_test_mutations({quoted(text)}, {count}, {rng.randrange(2**31)})",
                               timeout=900)
        if result.code != 0:
            wrong.append(result.err[:2000])
        else:
            accepted += int(result.out)
    tap.ok(not wrong, f"{MUTATIONS} mutated pages: the same verdicts, the same strings", "\n".join(wrong))
    tap.ok(MUTATIONS // 20 < accepted < MUTATIONS, "some of them are still JSON, some not", accepted)
    tap.note(f"{accepted} of {MUTATIONS} were still JSON")


run()
