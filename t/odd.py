#!/usr/bin/env python3
"""Answers that are JSON and yet not Attio's: members that lack, are null, of another type, too long or too deep.

Each is an error or rows, never the end of the server, and never a wait without end.
ATTIO_ODD says how many for each endpoint, ATTIO_SEED which.
"""
import copy
import json
import os
import random
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import KEY, QUICK, Workspace, must  # noqa: E402
from cases import case, run, tap  # noqa: E402

ANSWERS = int(os.environ.get("ATTIO_ODD", "15"))
SEED = int(os.environ.get("ATTIO_SEED", "1"))
DEEP = json.loads("[" * 200 + "]" * 200)
STRANGE = [None, {}, [], "", "x" * 3000, "a.b", "\u0000", 7, -1, 1e300, True, False, [None], [[]], [{}], {"": None},
           "2024-13-45", "00000000-0000-0000-0000-000000000000"]
IMPORT = ("CREATE SCHEMA odd; IMPORT FOREIGN SCHEMA attio FROM SERVER attio INTO odd OPTIONS (columns 'all'); "
          "DROP SCHEMA odd CASCADE;")
FORGET = "SELECT attio_fdw_refresh('attio');"
WRITE = ("UPDATE all_types SET a_name__last_name = gen_random_uuid()::text WHERE a_text = 'base'; "
         "INSERT INTO all_types (a_text, a_select, some_selects, a_status) "
         "VALUES ('odd', 'One', '{Red}', 'Lead') RETURNING *;"
         "UPDATE all_types SET a_number = a_number + 1 WHERE a_text = 'base' RETURNING *;")
READ = ("SELECT count(*) FROM all_types WHERE a_select = 'One'; SELECT * FROM all_types WHERE a_number > 3 "
        "ORDER BY created_at; SELECT count(*) FROM deals WHERE stage = 'Lead'; "
        "SELECT attio_fdw_ddl('attio', 'all_types');")


def places(value, path=()):
    """The paths of all that is in there."""
    yield path
    for key, below in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from places(below, path + (key,))


def changed(rng, answer):
    """The answer with some of its members taken out or put in others' places."""
    answer = copy.deepcopy(answer)
    for _ in range(rng.choice((1, 1, 1, 2, 5))):
        # those that lie near the root change most
        found = sorted(places(answer), key=len)
        path = rng.choice(found[: rng.choice((3, 12, 60, len(found)))])
        if not path:
            if rng.random() < 0.1:
                return rng.choice(STRANGE + [DEEP])
            continue
        holder = answer
        for key in path[:-1]:
            holder = holder[key]
        if rng.random() < 0.25:
            del holder[path[-1]]
        elif rng.random() < 0.1 and isinstance(holder, list):
            holder.append(copy.deepcopy(holder[path[-1]]))
        else:
            holder[path[-1]] = copy.deepcopy(rng.choice(STRANGE + [DEEP]))
    return answer


def prepare(_emulator, database):
    must(database.psql("INSERT INTO all_types (a_text, a_number, a_name__first_name) VALUES ('base', 5, 'Ada')"))


WORK = Workspace("--scale", "20", options=QUICK + ", max_retries '0'", columns="all", before=prepare)


@case(WORK)
def odd_answers(emulator, database):
    record = database.value("SELECT record_id FROM all_types WHERE a_text = 'base'")

    def get(path):
        return emulator.call("GET", path, key=KEY)

    def post(path, body):
        return emulator.call("POST", path, body, key=KEY)

    one = get("/v2/objects/all_types/records/" + record)
    endpoints = (
        ("the key", "GET", "/v2/self$", get("/v2/self"), IMPORT),
        ("objects", "GET", "/v2/objects$", get("/v2/objects"), IMPORT + "SELECT * FROM objects;" + FORGET + READ),
        ("lists", "GET", "/v2/lists$", get("/v2/lists"),
         IMPORT + "SELECT * FROM lists;" + FORGET
         + "INSERT INTO sales_pipeline (parent_record_id) SELECT record_id FROM companies LIMIT 1;"),
        ("attributes", "GET", "/attributes", get("/v2/objects/all_types/attributes"),
         FORGET + READ + WRITE + "SELECT * FROM attributes;" + IMPORT),
        ("options", "GET", "/options", get("/v2/objects/all_types/attributes/a_select/options"),
         FORGET + READ + WRITE + "SELECT * FROM select_options;"),
        ("statuses", "GET", "/statuses", get("/v2/objects/all_types/attributes/a_status/statuses"),
         FORGET + READ + WRITE + "SELECT * FROM statuses;"),
        ("members", "GET", "/workspace_members", get("/v2/workspace_members"),
         FORGET
         + "SELECT * FROM workspace_members; UPDATE all_types SET an_actor = (SELECT workspace_member_id "
           "FROM workspace_members LIMIT 1) WHERE a_text = 'base';"),
        ("a record", "GET", "/records/[^/]*$", one, WRITE),
        ("a record that was written", "(POST|PUT)", "/records(/[^/]*)?$", one, WRITE),
        ("a page", "POST", "/query$", post("/v2/objects/all_types/records/query", {"limit": 5}),
         "SELECT * FROM all_types; SELECT count(*) FROM all_types; SELECT a_text FROM all_types "
         "WHERE record_id = '%s'; SET attio_fdw.push_count = on; SELECT count(*) FROM all_types;"
         "SELECT p.name, c.name FROM people p JOIN companies c ON c.record_id = p.company; ANALYZE all_types; "
         "SELECT count(*) FROM attio_fdw_measure('attio');" % record),
    )
    for name, method, path, answer, statements in endpoints:
        rng = random.Random(f"{SEED} {name}")
        ended = []
        result = database.psql(statements, "-v", "ON_ERROR_STOP=0")
        tap.equal(result.err, "", f"{name}: as it is, nothing is refused")
        refused = 0
        for number in range(ANSWERS):
            body = json.dumps(changed(rng, answer))
            # every method is the same fault: the path tells the requests apart, but for records
            emulator.faults(*({"match": {"method": m, "path": path}, "status": 200, "body": body}
                              for m in method.strip("()").split("|")))
            result = database.psql("SET statement_timeout = '30s';" + statements, "-v", "ON_ERROR_STOP=0")
            emulator.faults()
            refused += "ERROR" in result.err
            bad = any(words in result.err for words in ("server closed the connection", "57014", "XX000"))
            if bad or database.psql("SELECT 1").code != 0:
                ended.append((body[:1500], result.err[:1500]))
            database.psql("DROP SCHEMA IF EXISTS odd CASCADE; DELETE FROM all_types WHERE a_text = 'odd'")
        tap.ok(not ended, f"{name}: {ANSWERS} answers, {refused} of them refused in some statement", ended[:2])


run()
