#!/usr/bin/env python3
"""Listings that do not do what they are asked for: pages and rows that come again, rows of something else, an end that
is not told, members that every row has.  The rows are right, or it is an error; none is missing, and nothing is without end.
"""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from affinity import Account  # noqa: E402
from attio_test import FAST, KEY, Workspace, must  # noqa: E402
from cases import case, run, tap  # noqa: E402

SMALL = ("attio_notes", "tasks", "attribute_history", "meetings")


def prepare(emulator, database):
    """An attribute with a history of several pages."""
    must(database.psql("".join(f"ALTER FOREIGN TABLE {table} OPTIONS (ADD page_size '10');" for table in SMALL)))
    ident = database.value("SELECT record_id FROM companies ORDER BY 1 LIMIT 1")
    for i in range(35):
        emulator.call("PUT", f"/v2/objects/companies/records/{ident}", {"data": {"values": {"name": f"Name {i}"}}}, key=KEY)


WORK = Workspace("--scale", "20", "--activity", "30", options=FAST + ", max_retries '0', async_capable 'false'", before=prepare)
ACCOUNT = Account("--scale", "12", "--now", "today")


def told(emulator, path, key=KEY):
    return emulator.call("GET", path, key=key)


def answer(emulator, path, value, method="GET"):
    """From now on requests of this path are answered so."""
    emulator.faults({"match": {"method": method, "path": path}, "status": 200, "body": value})


def refused(emulator, database, query, code, words, name):
    result = database.psql(f"SET statement_timeout = '30s'; {query}")
    tap.ok(result.refused(code, words), name, result)
    emulator.faults()


@case(WORK)
def rows_again(emulator, database):
    """A row that comes twice says that another one may be missing."""
    for path, table in (("/v2/notes", "attio_notes"), ("/v2/tasks", "tasks")):
        page = told(emulator, f"{path}?limit=10")
        answer(emulator, f"^{path}\\?", json.dumps({"data": page["data"][:1] + page["data"][:9]}))
        refused(emulator, database, f"SELECT * FROM {table}", "40001", "came again", f"{table}: on one page")
        answer(emulator, f"^{path}\\?.*offset=[1-9]", json.dumps({"data": page["data"][9:] + page["data"][:9]}))
        refused(emulator, database, f"SELECT * FROM {table}", "40001", "came again", f"{table}: on the next page")
    page = emulator.call("POST", "/v2/objects/companies/records/query", {"limit": 5}, key=KEY)["data"]
    answer(emulator, "/records/query", json.dumps({"data": page + page[:1]}), "POST")
    refused(emulator, database, "SELECT name FROM companies", "40001", "came again", "records: on the only page")
    answer(emulator, "/records/query", json.dumps({"data": page[:2] + page[:1]}), "POST")
    refused(emulator, database, "SELECT name FROM companies LIMIT 3", "40001", "came again", "records: on a page of a LIMIT")


@case(WORK)
def pages_again(emulator, database):
    """A listing without ids, of which each page is the first one."""
    ident = database.value("SELECT record_id FROM companies ORDER BY 1 LIMIT 1")
    path = f"/v2/objects/companies/records/{ident}/attributes/name/values"
    page = told(emulator, f"{path}?show_historic=true&limit=10")
    query = f"SELECT * FROM attribute_history WHERE object = 'companies' AND attribute = 'name' AND record_id = '{ident}'"
    whole = database.value(f"SELECT count(*), count(DISTINCT value) FROM ({query}) t")
    tap.equal(whole, "36|36", "each value once")
    answer(emulator, path, json.dumps(page))
    refused(emulator, database, query, "40001", "moved between requests", "a history whose offset is ignored")
    answer(emulator, path, json.dumps({"data": page["data"][:3] + [None]}))
    refused(emulator, database, query, "HV000", "not an object", "a history with a row that is null")
    meeting, recording = database.value("SELECT meeting_id, call_recording_id FROM call_recordings WHERE status = 'completed' "
                                        "LIMIT 1").split("|")
    path = f"/v2/meetings/{meeting}/call_recordings/{recording}/transcript"
    speech = told(emulator, path)
    query = f"SELECT * FROM transcripts WHERE meeting_id = '{meeting}' AND call_recording_id = '{recording}'"
    emulator.faults(*({"match": {"path": path + end}, "status": 200,
                       "body": json.dumps(dict(speech, pagination={"next_cursor": cursor}))}
                      for end, cursor in (("$", "one"), ("\\?cursor=one", "two"), ("\\?cursor=two", None))))
    refused(emulator, database, query, "40001", "came again", "a transcript whose page comes again")
    emulator.switches(cursor_pages="repeating")
    refused(emulator, database, query, "40001", "came again", "a transcript of which each page begins with a row of the one before")
    emulator.reset()
    answer(emulator, path, json.dumps({"data": dict(speech["data"], transcript=[None]), "pagination": {"next_cursor": None}}))
    refused(emulator, database, query, "HV000", "not an object", "a transcript with an utterance that is null")


@case(WORK)
def no_end(emulator, database):
    """Where a full page does not tell whether one follows."""
    page = told(emulator, "/v2/meetings?limit=10")
    answer(emulator, "^/v2/meetings", json.dumps({"data": page["data"]}))
    refused(emulator, database, "SELECT * FROM meetings", "HV000", "whether a page follows", "a full page without a cursor")
    answer(emulator, "^/v2/meetings", json.dumps({"data": page["data"][:4]}))
    tap.equal(database.value("SELECT count(*) FROM meetings"), "4", "a short page may leave it out")
    emulator.faults()


@case(WORK)
def rows_of_others(emulator, database):
    """What rows say of themselves counts."""
    hits = emulator.call("POST", "/v2/objects/records/search",
                         {"query": "a", "objects": ["people"], "request_as": {"type": "workspace"}}, key=KEY)
    answer(emulator, "/v2/objects/records/search", json.dumps(hits), "POST")
    refused(emulator, database, "SELECT * FROM search WHERE query = 'a' AND object = 'companies'", "HV000",
            'row of "people" where "companies"', "hits of another object")
    answer(emulator, "/v2/objects/records/search", json.dumps(hits), "POST")
    tap.equal(database.value("SELECT count(*) FROM search WHERE query = 'a' AND object = 'people'"), str(len(hits["data"])),
              "hits of this object")
    emulator.faults()
    place = "SELECT object, record_id FROM comments JOIN (SELECT record_id FROM people) p USING (record_id) WHERE object = 'people'"
    one, other = database.value(f"SELECT DISTINCT record_id FROM ({place}) t ORDER BY 1 LIMIT 2").split("\n")
    threads = told(emulator, f"/v2/threads?object=people&record_id={one}")
    count = "SELECT count(*) FROM threads WHERE object = 'people' AND record_id = '{}'"
    tap.equal(database.value(count.format(one)), str(len(threads["data"])), "threads of a record")
    emulator.switches(parameters="ignored")
    tap.equal(database.value(count.format(one)), str(len(threads["data"])), "and no others, where all come")
    of_entry = database.value("SELECT p.parent_object, p.parent_record_id FROM comments c JOIN sales_pipeline p ON c.entry_id = p.entry_id "
                              "WHERE c.list = 'sales_pipeline' LIMIT 1").split("|")
    own = told(emulator, "/v2/threads?limit=50")["data"]
    own = [t for t in own if t["comments"][0]["entry"] is None and t["comments"][0]["record"]["record_id"] == of_entry[1]]
    tap.equal(database.value("SELECT count(*) FROM threads WHERE object = '{}' AND record_id = '{}'".format(*of_entry)), str(len(own)),
              "nor those of the record's entries")
    emulator.reset()
    answer(emulator, "^/v2/threads", json.dumps(threads))
    tap.equal(database.value(count.format(other)), "0", "threads of another record")
    emulator.faults()


@case(WORK)
def never_null(emulator, database):
    """Members that every row has: a condition on NULL would lose the row."""
    page = told(emulator, "/v2/notes?limit=5")
    slug, ident = (page["data"][0][name] for name in ("parent_object", "parent_record_id"))
    for value in ("null", "missing"):
        for row in page["data"]:
            if value == "null":
                row["parent_object"] = None
            else:
                del row["parent_object"]
        answer(emulator, "^/v2/notes", json.dumps(page))
        refused(emulator, database, f"SELECT title FROM attio_notes WHERE parent_object = '{slug}' AND parent_record_id = '{ident}'",
                "HV000", 'value for column "parent_object"', f"parent_object is {value}")
        answer(emulator, "^/v2/notes", json.dumps(page))
        tap.equal(database.value("SELECT count(title) FROM attio_notes"), "5", "what does not need it is shown")
        emulator.faults()


@case(WORK)
def names_in_messages(_emulator, database):
    """An error about conditions names the columns of the table."""
    must(database.psql("CREATE FOREIGN TABLE files_of (old text OPTIONS (field 'object'), file uuid OPTIONS (field 'file_id'), "
                       "kind text OPTIONS (field 'object'), whose uuid OPTIONS (field 'record_id')) SERVER attio OPTIONS (resource 'files');"
                       "ALTER FOREIGN TABLE files_of DROP old"))
    result = database.psql("SELECT * FROM files_of")
    tap.ok('columns "kind" and "whose", or "file"' in result.err and "WHERE kind = 'people' AND whose = " in result.err.replace("'...'", "'people'"),
           "as they are called", result)


@case(ACCOUNT)
def never_null_date(emulator, database):
    """Of interactions the date is compared."""
    ident = database.value("SELECT min(id) FROM companies")
    query = f"SELECT id FROM interactions WHERE company_id = {ident} AND type = 'email' AND date > now() - interval '300 days'"
    tap.ok(database.value(f"SELECT count(*) > 0 FROM ({query}) t") == "t", "a company with e-mails")
    listing = [entry["path"] for entry in emulator.log() if "type=3" in entry["path"]][-1]
    page = emulator.call("GET", listing, key="affinity-key")
    for row in page["emails"]:
        row["date"] = None
    answer(emulator, "^/interactions", json.dumps(page))
    refused(emulator, database, query, "HV000", 'value for column "date"', "the date is null")


run()
