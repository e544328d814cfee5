#!/usr/bin/env python3
"""Definitions are asked for side by side: how many requests wait for one another, from the emulator's log."""
import os
import sys

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
sys.path.insert(0, os.path.join(ROOT, "test", "lib"))
from attio_test import KEY, ROOT, Workspace, must  # noqa: E402
from cases import case, run, tap  # noqa: E402

DELAY = 0.4     # seconds that each answer takes, at least


def in_a_row(log):
    """The longest chain of requests of which each began when the one before it had been answered."""
    longest, ended = 0, 0.0
    for at in sorted(entry["at"] for entry in log):
        if at >= ended:
            longest, ended = longest + 1, at + DELAY
    return longest


def at_once(log):
    """The most that were under way together."""
    times = sorted(entry["at"] for entry in log)
    return max(sum(1 for other in times if at <= other < at + DELAY) for at in times)


def watch(emulator, database, sql):
    """What it answers, and the requests that it took, each answered late."""
    emulator.forget()
    emulator.faults({"delay_ms": int(DELAY * 1000)})
    out = must(database.psql(sql)).out
    emulator.faults()
    return out, emulator.log()


def add_attributes(emulator, slug, n):
    emulator.mutate(*({"do": "add", "kind": "objects", "slug": slug, "attribute": f"more_{i}", "type": "text"}
                      for i in range(n)))


WORK = Workspace("--scale", "20")


@case(WORK)
def many_attributes(emulator, database):
    """A first statement on many attributes; whoever answers fewer than asked for is followed page by page."""
    have = len(emulator.get("/v2/objects/workspaces/attributes"))
    add_attributes(emulator, "workspaces", 200 - have)
    out, log = watch(emulator, database, "SELECT count(name) > 0 FROM workspaces")
    pages = [e for e in log if "/attributes" in e["path"]]
    tap.equal(out, "t", "a first statement on 200 attributes")
    tap.equal(in_a_row(log), 3, f"waits three times: {len(pages)} pages of attributes, and the rows")
    tap.ok(len(pages) <= 5, f"and asks for no more pages than there are: {len(pages)}")
    must(database.psql("CREATE SCHEMA again; IMPORT FOREIGN SCHEMA objects LIMIT TO (workspaces) FROM "
                       "SERVER attio INTO again OPTIONS (columns 'all')"))
    columns = ("SELECT count(*) FROM pg_attribute WHERE attrelid = 'again.workspaces'::regclass AND attnum > 0 "
               "AND attname LIKE 'more%'")
    tap.equal(database.value(columns), str(200 - have), "each attribute once")

    # whoever answers fewer than asked for is followed page by page, whatever was asked ahead
    for most in (10, 20, 30, 40):
        emulator.switches(definition_limit=most)
        must(database.psql("DROP SCHEMA again CASCADE; CREATE SCHEMA again;"
                           "IMPORT FOREIGN SCHEMA objects LIMIT TO (workspaces) FROM SERVER attio INTO again "
                           "OPTIONS (columns 'all')"))
        tap.equal(database.value(columns), str(200 - have), f"each attribute once where pages are cut at {most}")
    emulator.switches(definition_limit=0)


@case(WORK)
def an_import(emulator, database):
    for i in range(30):
        emulator.call("POST", "/v2/objects",
                      {"data": {"api_slug": f"things_{i}", "singular_noun": f"Thing {i}",
                                "plural_noun": f"Things {i}"}}, key=KEY)
    for i in range(30):
        emulator.call("POST", "/v2/lists",
                      {"data": {"api_slug": f"list_{i}", "name": f"List {i}", "parent_object": "people",
                                                     "workspace_access": "full-access", "workspace_member_access": []}},
                      key=KEY)
    must(database.psql("CREATE SCHEMA whole"))
    out, log = watch(emulator, database, "IMPORT FOREIGN SCHEMA attio FROM SERVER attio INTO whole")
    n = len(log)
    tap.ok(n > 70, f"an import of {n} requests")
    tap.ok(at_once(log) <= 9, f"{at_once(log)} under way at once, not more than max_concurrent_requests")
    tap.ok(in_a_row(log) <= n / 8 + 6, f"{in_a_row(log)} of them in a row")
    tap.equal(database.value("SELECT count(*) FROM information_schema.foreign_tables "
                             "WHERE foreign_table_schema = 'whole' AND foreign_table_name LIKE '%things%'"),
              "30", "all tables")


@case(WORK)
def all_options(emulator, database):
    """The options of all attributes."""
    n_options = database.value("SELECT count(*) FROM select_options")
    out, log = watch(emulator, database, "SELECT count(*) FROM select_options")
    definitions = [e for e in log if not e["path"].endswith("/options") and "/options?" not in e["path"]]
    tap.equal(out, n_options, f"select_options: {len(log)} requests")
    tap.ok(in_a_row(definitions) <= len(definitions) / 8 + 6,
           f"{in_a_row(definitions)} of {len(definitions)} for definitions in a row")


@case(WORK)
def a_filter(emulator, database):
    """What a filter stands on: options, statuses, objects, members."""
    conditions = ("a_select <> 'no such option' AND a_status <> 'no such status' "
                  "AND a_reference = '3a4da5ae-862e-4a96-8241-ce4687fb4237' "
                  "AND an_actor = '73cd6f98-da1e-4e72-8044-3bb7fd73c5b2'")
    out, log = watch(emulator, database, "SET client_min_messages = error; SELECT count(*) FROM all_types WHERE "
                     + conditions)
    tap.equal(out, database.value(f"SET attio_fdw.push_filter = off; SELECT count(*) FROM all_types WHERE {conditions}"),
              "a filter that stands on four lists")
    paths = [e["path"].split("?")[0].rsplit("/", 1)[1] for e in log]
    tap.equal(sorted(p for p in paths if p not in ("attributes", "query")),
              ["objects", "options", "statuses", "workspace_members"], "each is asked for once")
    tap.equal(in_a_row(log), 3, "waits three times: attributes, the four of them, the rows")


@case(WORK)
def a_cancel(emulator, database):
    """After a cancel nothing of it is left."""
    n_options = database.value("SELECT count(*) FROM select_options")
    emulator.faults({"match": {"path": "/attributes"}, "silence": True})
    result = database.psql("SET statement_timeout = '500ms'; SELECT count(*) FROM select_options")
    emulator.faults()
    tap.ok("57014" in result.err, "a cancel while definitions are under way", result)
    got = database.psql("SELECT count(*) FROM select_options").out
    tap.equal(got, n_options, "and then all of them")


run()
