#!/usr/bin/env python3
"""The table of interactions: a row for each value, and requests for the listings that conditions leave, only."""
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from activity import interactions_of  # noqa: E402
from attio_test import Workspace, must, psql_command  # noqa: E402
from cases import case, run, tap  # noqa: E402

PAGE = 40
COLUMNS = "object, record_id, attribute, type, interacted_at, owner_member_id, owner_type"


def keep(emulator, database, table):
    rows = [row for listing in interactions_of(emulator).values() for row in listing]
    must(database.psql(f"DROP TABLE IF EXISTS {table}; CREATE TABLE {table} AS SELECT {COLUMNS} "
                       f"FROM jsonb_populate_recordset(NULL::interactions, $${json.dumps(rows)}$$)"))


def prepare(emulator, database):
    must(database.psql(f"ALTER FOREIGN TABLE interactions OPTIONS (ADD page_size '{PAGE}')"))
    keep(emulator, database, "local_interactions")
    must(database.psql("CREATE TABLE local_people AS SELECT * FROM people; ANALYZE local_people"))


WORK = Workspace("--scale", "200", "--now", "today", before=prepare)


def asked(emulator, database, query, settings=""):
    """(rows, queries sent) of one statement in a session that knows the definitions."""
    must(database.psql("SELECT 1"))
    emulator.forget()
    rows = must(database.psql(settings + query)).out
    return rows, emulator.queries()


def both(query):
    """The statement on Attio's table and on the copy."""
    return query.replace("@", ""), query.replace("@", "local_")


def same(emulator, database, query, name, settings=""):
    foreign, local = both(query)
    rows, queries = asked(emulator, database, foreign, settings)
    tap.equal(rows.split("\n")[:20], must(database.psql(local)).out.split("\n")[:20], name)
    return queries


ALL = f"SELECT md5(string_agg(t::text, ' ' ORDER BY t::text)), count(*) FROM (SELECT {COLUMNS} FROM @interactions %s) t"


@case(WORK)
def cells(emulator, database):
    same(emulator, database, ALL % "", "every cell of every row")
    tap.equal(database.value("SELECT count(*) FROM interactions"),
              database.value("SELECT count(*) FROM local_interactions"), "count(*) without any column")
    tap.equal(database.value(f"SELECT count(*) FROM (SELECT {COLUMNS} FROM interactions EXCEPT ALL SELECT {COLUMNS} "
                             "FROM local_interactions) t"), "0", "no row more often than it is there")
    tap.ok(int(database.value("SELECT count(*) FROM local_interactions")) > 5 * PAGE, "there are many pages")


# ----- which listings are asked, and for what -----

CHOICES = [
    # condition, attributes that may be asked (object.attribute with % as LIKE has it)
    ("object = 'people'", "people.%"),
    ("attribute = 'last_interaction'", "%.last_interaction"),
    ("object IN ('people', 'deals', 'no_such')", "people.%"),
    ("object = 'companies' AND attribute = ANY ('{first_interaction,none}')", "companies.first_interaction"),
    ("object = 'no_such'", "nothing"),
    ("object = NULL", "nothing"),
]


@case(WORK)
def choices(emulator, database):
    for condition, like in CHOICES:
        queries = same(emulator, database, ALL % f"WHERE {condition}", f"rows where {condition}")
        wanted = database.value(f"SELECT count(*) FROM (SELECT object, attribute, ceil((count(*) - 1) / {PAGE - 1}.0) "
                                f"FROM local_interactions WHERE object || '.' || attribute LIKE '{like}' "
                                "GROUP BY 1, 2) t")
        found = {next(iter_keys(q)) for q in queries}
        tap.ok(len(found) == int(wanted) or like.startswith("%") or like.startswith("people.%"),
               f"listings where {condition}", f"{sorted(found)}, wanted {wanted}")
        objects = {q["path"] for q in queries}
        tap.ok(len(objects) <= (3 if like.startswith("%") else 0 if like == "nothing" else 1),
               f"objects where {condition}", objects)


def iter_keys(query):
    """The attribute that a query is about."""
    text = json.dumps(json.loads(query["body"])["filter"])
    for word in text.replace('"', " ").split():
        if word.endswith("_interaction") or word == "last_interaction":
            yield (query["path"], word)
            return
    yield (query["path"], None)


CONDITIONS = [
    ("type = 'email'", True), ("type IN ('email', 'call')", True), ("type IS NOT NULL", True),
    ("interacted_at >= now() - interval '100 days'", True),
    ("interacted_at >= '2025-01-01Z' AND interacted_at < '2026-06-01Z'", True),
    ("owner_member_id IS NOT NULL", True), ("owner_member_id IS NULL", False),
    ("owner_member_id = (SELECT min(workspace_member_id::text)::uuid FROM workspace_members)", True),
    ("owner_member_id = '00000000-0000-4000-8000-000000000000'", True),
    ("owner_type = 'app'", False), ("owner_type <> 'workspace-member'", False),
    ("type = 'email' OR interacted_at < '2025-06-01Z'", True),
    ("NOT type = 'email'", False), ("type LIKE 'm%'", False),
    ("object = 'people' AND type = 'email' AND interacted_at >= '2025-01-01Z' AND owner_member_id IS NOT NULL", True),
    ("record_id = (SELECT record_id FROM local_interactions ORDER BY 1 LIMIT 1)", True),
    ("record_id = ANY (ARRAY(SELECT record_id FROM local_interactions ORDER BY 1 LIMIT 130))", True),
]


@case(WORK)
def conditions(emulator, database):
    listings = int(database.value("SELECT count(*) FROM (SELECT DISTINCT object, attribute FROM local_interactions) t"))
    for condition, is_sent in CONDITIONS:
        queries = same(emulator, database, ALL % f"WHERE {condition}", f"rows where {condition}")
        tap.ok(all(json.loads(q["body"]).get("filter") for q in queries) and len(queries) > 0,
               f"each query has a filter where {condition}")
        if is_sent and "now()" not in condition and "ARRAY" not in condition:
            count = database.value(f"SELECT coalesce(sum(1 + (n - 1) / {PAGE - 1}), 0) + {2 * listings} FROM (SELECT count(*) "
                                   f"AS n FROM local_interactions WHERE {condition} GROUP BY object, attribute) t")
            tap.ok(len(queries) <= int(count.split(".")[0]), f"requests where {condition}", f"{len(queries)} of {count}")


# ----- the newest -----

NEWEST = ["", "WHERE object = 'people'", "WHERE type = 'email'", "WHERE interacted_at < now()",
          "WHERE object = 'companies' AND attribute = 'last_interaction'",
          "WHERE owner_member_id IS NOT NULL AND interacted_at < '2026-01-01Z'"]
TOP = "SELECT array_agg(interacted_at) FROM (SELECT interacted_at FROM @interactions {0} ORDER BY interacted_at {1} {2}) t"


@case(WORK)
def newest(emulator, database):
    listings = int(database.value("SELECT count(*) FROM (SELECT DISTINCT object, attribute FROM local_interactions) t"))
    for where in NEWEST:
        for order, limit in (("DESC", "LIMIT 10"), ("", "LIMIT 3"), ("DESC", "LIMIT 7 OFFSET 5")):
            queries = same(emulator, database, TOP.format(where, order, limit), f"order {order} {limit} {where}")
            tap.ok(len(queries) <= listings, f"a request for each attribute at most: {order} {limit} {where}", len(queries))
            tap.ok(all("sorts" in json.loads(q["body"]) for q in queries), f"sorted: {order} {limit} {where}")
    # whatever orders and filters Attio follows
    for switches in ({"sorts": "ignored"}, {"sorts": "refused"}, {"sorts": "refused_by_id"}, {"filters": "ignored"},
                     {"filters": "refused"}, {"filters": "ignored", "null_order": "first"},
                     {"over_limit": "clamp", "max_limit": 20}, {"filters": "refused", "unsorted_order": "creation"},
                     {"filters": "ignored", "unsorted_order": "hash"}, {"plan_gated": "shown"}):
        emulator.switches(**switches)
        for where in NEWEST:
            same(emulator, database, TOP.format(where, "DESC", "LIMIT 10"), f"{switches}: newest {where}")
            same(emulator, database, ALL % where, f"{switches}: all {where}")
        same(emulator, database, ALL % f"WHERE {CONDITIONS[-1][0]}", f"{switches}: records of several filters")
        emulator.reset()


# ----- joins -----

JOINS = [
    "SELECT count(*), count(DISTINCT i.record_id), max(i.interacted_at) FROM local_people p JOIN @interactions i "
    "ON i.record_id = p.record_id WHERE p.job_title = 'CEO'",
    "SELECT count(*), count(DISTINCT i.record_id), max(i.interacted_at) FROM local_people p LEFT JOIN @interactions i "
    "ON i.record_id = p.record_id AND i.object = 'people' AND i.attribute = 'last_interaction'",
    "SELECT count(*), count(i.type) FROM (SELECT record_id FROM local_people ORDER BY 1 LIMIT 120) p "
    "LEFT JOIN @interactions i ON i.record_id = p.record_id AND i.type = 'email' AND i.interacted_at >= '2025-03-01Z'",
    "SELECT count(*) FROM local_people p WHERE NOT EXISTS (SELECT FROM @interactions i WHERE i.record_id = p.record_id "
    "AND i.attribute = 'last_email_interaction' AND i.interacted_at >= now() - interval '60 days')",
    "SELECT sum(n) FROM (SELECT record_id FROM local_people ORDER BY 1 LIMIT 5) p, LATERAL (SELECT count(*) AS n FROM "
    "@interactions i WHERE i.record_id = p.record_id AND i.object = 'people') t",
    "SELECT count(*), count(DISTINCT (o.name, i.attribute)) FROM (VALUES ('people'), ('deals')) o (name) "
    "JOIN @interactions i ON i.object = o.name",
]


@case(WORK)
def joins(emulator, database):
    for query in JOINS:
        for settings in ("", "SET enable_hashjoin = off; SET enable_mergejoin = off; ", "SET attio_fdw.push_filter = off; "):
            same(emulator, database, query, f"{settings}{query}", settings)
    for switches in ({"filters": "refused"}, {"filters": "ignored"}, {"max_in": 30}):
        emulator.switches(**switches)
        for query in JOINS:
            same(emulator, database, query, f"{switches}: {query}")
        emulator.reset()
    keys = ("SELECT count(i.type) FROM (SELECT DISTINCT record_id FROM local_people) p JOIN interactions i ON i.record_id = "
            "p.record_id AND i.object = 'people' AND i.attribute = 'last_interaction'")
    _, queries = asked(emulator, database, keys, "SET enable_hashjoin = off; SET enable_mergejoin = off; ")
    people = int(database.value("SELECT count(*) FROM local_people"))
    tap.ok(len(queries) <= 2 * (1 + people // (PAGE - 1)), "joined in batches of keys", len(queries))


# ----- what changes, and what is not there -----

@case(WORK)
def hidden(emulator, database):
    for shown in ("missing", "empty"):
        emulator.switches(plan_gated=shown)
        keep(emulator, database, "shown")
        tap.equal(database.value("SELECT count(*), count(DISTINCT attribute) FROM interactions"),
                  database.value("SELECT count(*), count(DISTINCT attribute) FROM shown"), f"plan_gated {shown}")
        tap.equal(database.value(TOP.format("", "DESC", "LIMIT 5").replace("@", "")),
                  database.value(TOP.format("", "DESC", "LIMIT 5").replace("@interactions", "shown")),
                  f"plan_gated {shown}: newest")
    emulator.reset()


@case(WORK)
def renamed(emulator, database):
    # within one session, which knows the definitions: a slug that is gone, and one that another attribute has now
    names = ("first_interaction", "last_interaction")
    query = "SELECT attribute, count(*), min(interacted_at) FROM interactions WHERE object = 'people' GROUP BY 1 ORDER BY 1"
    newest_of = "SELECT interacted_at FROM interactions WHERE object = 'people' ORDER BY interacted_at DESC LIMIT 1"
    with Between(database) as session:
        before = session.ask(query)
        emulator.mutate(*({"do": "rename", "kind": "objects", "slug": "people", "attribute": name, "to": f"{name}_too"}
                          for name in names))
        # rows of other listings may have been handed out by then
        first = session.ask(query)
        after = session.ask(query) if "40001" in first else first
        tap.equal(after.replace("_interaction_too", "_interaction"), before, "renamed attributes lose no row")
        tap.ok("last_interaction_too" in after, "they show their present slugs", after)
        emulator.mutate(*({"do": "rename", "kind": "objects", "slug": "people", "attribute": f"{name}_too", "to": name}
                          for name in names))
        first = session.ask(newest_of)
        again = session.ask(newest_of) if "40001" in first else first
        tap.equal(again, must(database.psql(newest_of)).out, "the newest under the former slugs again")


class Between:
    """One session that is asked several times."""

    def __init__(self, database):
        self.process = subprocess.Popen(psql_command("-v", "ON_ERROR_STOP=0", "-d", database.name), stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def ask(self, query):
        self.process.stdin.write(query + ";\n\\echo -- end\n")
        self.process.stdin.flush()
        lines = []
        while not lines or lines[-1] != "-- end":
            line = self.process.stdout.readline()
            assert line, lines
            lines.append(line.rstrip("\n"))
        return "\n".join(lines[:-1])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()


@case(WORK)
def disabled(emulator, database):
    emulator.switches(disabled_objects=["companies"])
    tap.equal(database.value("SELECT count(*) FROM interactions"),
              database.value("SELECT count(*) FROM local_interactions WHERE object <> 'companies'"),
              "an object that is switched off has no rows")
    emulator.reset()


@case(WORK)
def refused_writes(_emulator, database):
    for statement, word in (("INSERT INTO interactions (record_id) VALUES (gen_random_uuid())", "inserts"),
                            ("UPDATE interactions SET type = 'call' WHERE object = 'people'", "updates"),
                            ("DELETE FROM interactions WHERE object = 'people'", "deletes")):
        tap.ok(f"does not allow {word}" in database.psql(statement).err, f"no {word}")


@case(WORK)
def analyzed(_emulator, database):
    must(database.psql("ANALYZE interactions"))
    tap.equal(database.value("SELECT reltuples::bigint FROM pg_class WHERE relname = 'interactions'"),
              database.value("SELECT count(*) FROM local_interactions"), "ANALYZE counts the rows")


@case(WORK)
def explained(_emulator, database):
    plan = must(database.psql("EXPLAIN (COSTS off) SELECT * FROM interactions WHERE object = 'people' AND type = 'email'")).out
    tap.ok('"{attribute}"' in plan and "Attio Exact: (object = 'people'::text)" in plan, "EXPLAIN makes no request", plan)
    plan = must(database.psql("EXPLAIN (ANALYZE, COSTS off, TIMING off) SELECT * FROM interactions "
                              "WHERE attribute = 'last_interaction'")).out
    tap.ok("companies.last_interaction, people.last_interaction" in plan, "EXPLAIN ANALYZE tells the listings", plan)


run()
