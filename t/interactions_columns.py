#!/usr/bin/env python3
"""Columns of interactions: the conditions that are sent, the rows and requests they cost, whatever Attio does where its
documents do not say.
"""
import itertools
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import FAST, KEY, Workspace, must  # noqa: E402
from cases import case, run, tap  # noqa: E402

SCALE, PAGE = 700, 50
OLD = "now() - interval '30 days'"
LAST = "last_interaction"
# What the switches may be that a condition on an interaction could depend on.
SWITCHES = {"not_matches_empty": (True, False), "several_conditions": ("same_value", "any_value"),
            "owner_member_id": ("members", "any_actor")}


def prepare(_emulator, database):
    must(database.psql(f"""
        CREATE TABLE local_people AS SELECT * FROM people;
        CREATE TABLE local_companies AS SELECT * FROM companies;
        ALTER FOREIGN TABLE people OPTIONS (ADD page_size '{PAGE}');
        ALTER FOREIGN TABLE companies OPTIONS (ADD page_size '{PAGE}');
        ALTER SERVER attio OPTIONS (ADD remote_not_matches_empty 'unknown')"""))


WORK = Workspace("--scale", str(SCALE), "--now", "today", options=FAST + ", max_concurrent_requests '1'",
                 before=prepare)


def sent(emulator, database, query, known="unknown"):
    """(rows, filters of the requests for rows) of one statement in a session of its own."""
    must(database.psql(f"ALTER SERVER attio OPTIONS (SET remote_not_matches_empty '{known}')"))
    emulator.forget()
    rows = must(database.psql(query)).out
    return rows, [json.loads(entry["body"]).get("filter") for entry in emulator.queries()]


def pages(rows):
    """Requests for so many rows, at most: each but the first begins with the last row of the page before."""
    return 1 + max(rows - 1, 0) // (PAGE - 1)


def read_for(count, asked):
    """What was read for a condition that is true of so many rows: "result", "table", or the requests."""
    if all(asked) and len(asked) <= pages(count):
        return "result"
    return "table" if not any(asked) and pages(SCALE) - 1 <= len(asked) <= pages(SCALE) else asked


# ----- what a column is called -----

@case(WORK)
def names(_emulator, database):
    shown = database.value(f"""SELECT string_agg(attname || ' ' || format_type(atttypid, -1), ', ' ORDER BY attnum)
        FROM pg_attribute WHERE attrelid = 'people'::regclass AND attname LIKE '{LAST}%'""")
    tap.equal(shown, f"{LAST} timestamp with time zone, {LAST}__owner_member_id uuid, {LAST}__type text",
              "the import makes columns of time, owner and type")
    must(database.psql(f"""
        CREATE FOREIGN TABLE by_hand (record_id uuid, {LAST}__interaction_type text, {LAST}__type text,
            kind text OPTIONS (attribute '{LAST}', property 'interaction_type')) SERVER attio OPTIONS (object 'people');
        SELECT attio_fdw_bind('by_hand')"""))
    tap.equal(database.value(f"""SELECT count(*), count(DISTINCT {LAST}__type) FROM by_hand
        WHERE {LAST}__interaction_type = {LAST}__type AND kind = {LAST}__type"""),
              database.value(f"SELECT count({LAST}__type), count(DISTINCT {LAST}__type) FROM local_people"),
              "the former name of the type still finds it")
    tap.equal(database.value(f"SELECT count(DISTINCT {LAST}__type) FROM local_people"), "6", "there are all types")


# ----- what is sent -----

def condition_of(filters):
    return filters[0] if len({json.dumps(each) for each in filters}) == 1 else filters


@case(WORK)
def filters(emulator, database):
    owner = database.value(f"SELECT {LAST}__owner_member_id FROM local_people WHERE {LAST} IS NOT NULL LIMIT 1")
    ever, member = {LAST: {"interaction_type": {"$not_empty": True}}}, {LAST: {"owner_member_id": {"$not_empty": True}}}
    lower = {"$gte": "2025-01-01T00:00:00.000Z"}
    wanted = [
        (f"{LAST}__type IS NOT NULL", "unknown", ever),
        (f"{LAST}__type IS NULL", "unknown", None),
        (f"{LAST}__type IS NULL", "true", {"$not": ever}),
        (f"{LAST}__owner_member_id IS NOT NULL", "unknown", member),
        # the owner may be an app: then the column is NULL although Attio may have an owner
        (f"{LAST}__owner_member_id IS NULL", "true", None),
        (f"{LAST}__type = 'call'", "unknown", {LAST: {"interaction_type": {"$eq": "call"}}}),
        (f"{LAST}__owner_member_id = '{owner}'", "unknown", {LAST: {"owner_member_id": {"$eq": owner}}}),
        (f"{LAST}__owner_member_id = '{owner}' AND {LAST} >= '2025-01-01Z'", "unknown",
         {LAST: {"owner_member_id": {"$eq": owner}, "interacted_at": lower}}),
        (f"{LAST} >= '2025-01-01Z' AND {LAST} < '2025-07-01Z' AND {LAST}__type = 'email'", "unknown",
         {LAST: {"interacted_at": dict(lower, **{"$lt": "2025-07-01T00:00:00.000Z"}),
                 "interaction_type": {"$eq": "email"}}}),
        # a second lower bound has no place in the object, nor have two interactions one
        (f"{LAST} >= '2025-01-01Z' AND {LAST} >= '2025-02-01Z'", "unknown",
         {"$and": [{LAST: {"interacted_at": lower}}, {LAST: {"interacted_at": {"$gte": "2025-02-01T00:00:00.000Z"}}}]}),
        (f"{LAST} >= '2025-01-01Z' AND first_interaction__owner_member_id = '{owner}'", "unknown",
         {"$and": [{LAST: {"interacted_at": lower}}, {"first_interaction": {"owner_member_id": {"$eq": owner}}}]}),
        # below OR each arm has an object of its own
        (f"({LAST}__owner_member_id = '{owner}' AND {LAST} >= '2025-01-01Z') OR {LAST}__type = 'call'", "unknown",
         {"$or": [{LAST: {"owner_member_id": {"$eq": owner}, "interacted_at": lower}},
                  {LAST: {"interaction_type": {"$eq": "call"}}}]}),
    ]
    for where, known, tree in wanted:
        rows, filters_sent = sent(emulator, database, f"SELECT count(record_id) FROM people WHERE {where}", known)
        tap.equal(rows, database.value(f"SELECT count(record_id) FROM local_people WHERE {where}"), f"rows of {where}")
        tap.equal(normal(condition_of(filters_sent)), normal(tree), f"sent for {where} ({known})")


def normal(tree):
    """The arms of $and in any order."""
    if isinstance(tree, dict):
        return {k: sorted((normal(e) for e in v), key=json.dumps) if k == "$and" else normal(v) for k, v in
                sorted(tree.items())}
    return tree


# ----- right rows, whatever Attio does -----

def conditions(owners):
    """Conditions as people ask for them; owners: a member, one that has left, an app."""
    for attribute in (LAST, "next_calendar_interaction", "first_email_interaction"):
        for owner in owners:
            yield f"{attribute}__owner_member_id = '{owner}'"
            yield f"{attribute}__owner_member_id = '{owner}' AND {attribute} > {OLD}"
            yield f"{attribute}__owner_member_id <> '{owner}' AND {attribute}__type = 'email'"
            yield f"NOT ({attribute}__owner_member_id = '{owner}' AND {attribute} >= {OLD})"
        yield f"{attribute}__owner_member_id IN ('{owners[0]}', '{owners[2]}')"
        for column in (attribute, f"{attribute}__owner_member_id", f"{attribute}__type"):
            yield f"{column} IS NULL"
            yield f"{column} IS NOT NULL"
        yield f"{attribute} < {OLD} OR {attribute} IS NULL"
        yield f"{attribute} > now() OR {attribute}__type IN ('call', 'meeting')"
        yield f"{attribute} < {OLD} AND {attribute}__type <> 'email'"
        yield f"NOT ({attribute}__type IS NULL OR {attribute} > {OLD})"


@case(WORK)
def all_switches(emulator, database):
    owners = [database.value(f"SELECT {LAST}__owner_member_id FROM local_people WHERE {LAST} IS NOT NULL LIMIT 1")]
    left = database.value(f"""SELECT {LAST}__owner_member_id FROM local_people WHERE {LAST}__owner_member_id NOT IN
        (SELECT workspace_member_id FROM workspace_members) LIMIT 1""")
    people = emulator.call("POST", "/v2/objects/people/records/query", {}, key=KEY)["data"]
    app = next(v["owner_actor"]["id"] for r in people for v in r["values"][LAST] if v["owner_actor"]["type"] == "app")
    queries = [f"SELECT count(record_id), min(record_id::text) FROM @people WHERE {where}" for where in
               conditions(owners + [left, app])]
    right = database.value(";".join(query.replace("@", "local_") for query in queries)).split("\n")
    tap.ok(sum(row.startswith("0|") for row in right) < len(right) / 4, "most conditions are true of some rows", right)
    for values in itertools.product(*SWITCHES.values()):
        settings = dict(zip(SWITCHES, values))
        emulator.switches(**settings)
        must(database.psql("ALTER FOREIGN TABLE people OPTIONS (SET page_size '500')"))
        measured = str(settings["not_matches_empty"]).lower()
        must(database.psql(f"ALTER SERVER attio OPTIONS (SET remote_not_matches_empty '{measured}')"))
        got = database.value(";".join(query.replace("@", "") for query in queries)).split("\n")
        tap.equal([(q, g) for q, g, r in zip(queries, got, right) if g != r], [], f"{len(queries)} queries, {settings}")
    must(database.psql(f"ALTER FOREIGN TABLE people OPTIONS (SET page_size '{PAGE}')"))
    emulator.switches(**{name: values[0] for name, values in SWITCHES.items()})


# ----- what it costs -----

@case(WORK)
def not_contacted(emulator, database):
    """The companies and people whom nobody has contacted lately, or ever: as many requests as their rows are pages."""
    for days in (30, 380):
        where = f"{LAST} < now() - interval '{days} days' OR {LAST} IS NULL"
        count = int(database.value(f"SELECT count(*) FROM local_people WHERE {where}"))
        query = f"SELECT count(record_id) FROM people WHERE {where}"
        rows, asked = sent(emulator, database, query, "true")
        tap.equal((int(rows), read_for(count, asked)), (count, "result"),
                  f"{days} days: where $not is known to find rows without a value, the requests of the result")
        rows, asked = sent(emulator, database, query, "unknown")
        tap.equal((int(rows), read_for(count, asked)), (count, "table"), "where it is not, those of the table")
    tap.ok(pages(count) < pages(SCALE) / 3, f"{count} of {SCALE} rows are few pages")
    emulator.switches(not_matches_empty=False)
    rows, asked = sent(emulator, database, query, "false")
    tap.equal((int(rows), read_for(count, asked)), (count, "table"), "the same where $not finds no such rows")
    emulator.switches(not_matches_empty=True)


@case(WORK)
def recent_meetings(emulator, database):
    """With whom a member had a recent meeting: one filter, rows of that member alone."""
    member = database.value("SELECT workspace_member_id FROM workspace_members ORDER BY created_at LIMIT 1")
    where = f"""last_calendar_interaction__owner_member_id = '{member}'
        AND last_calendar_interaction > now() - interval '60 days'"""
    count = int(database.value(f"SELECT count(*) FROM local_people WHERE {where}"))
    rows, asked = sent(emulator, database, f"SELECT count(record_id) FROM people WHERE {where}")
    tap.equal((int(rows), read_for(count, asked)), (count, "result"), "the requests of the result")
    tap.ok(0 < count < SCALE / 10, f"{count} of {SCALE} rows")


@case(WORK)
def joined_by_owner(emulator, database):
    """The owner's name comes from the members; a member that has left has none."""
    query = f"""SELECT coalesce(m.first_name, '-') AS who, count(*) FROM @people p LEFT JOIN workspace_members m
        ON m.workspace_member_id = p.{LAST}__owner_member_id WHERE p.{LAST} IS NOT NULL GROUP BY 1 ORDER BY 1"""
    tap.equal(database.value(query.replace("@", "")), database.value(query.replace("@", "local_")), "owners by name")
    tap.equal(len(database.value(query.replace("@", "local_")).split("\n")), 4, "three members, and nobody")


# ----- how it is measured; plans without interactions -----

@case(WORK)
def measured(emulator, database):
    """attio_fdw_measure() tells what "not contacted" needs, also where interactions are all there is to ask."""
    for truth in (True, False):
        emulator.switches(not_matches_empty=truth)
        found = database.value("SELECT answer FROM attio_fdw_measure('attio') WHERE switch = 'not_matches_empty'")
        tap.equal(found, str(truth).lower(), f"measured: {truth}")
    emulator.switches(not_matches_empty=True)


@case(WORK)
def small_plan(emulator, database):
    """Without interactions, in values or at all, columns are NULL and conditions find nothing."""
    for plan in ("missing", "empty", "shown"):
        emulator.switches(plan_gated=plan)
        for known in ("true", "unknown"):
            rows, _ = sent(emulator, database,
                           f"SELECT count(record_id), count({LAST}), count({LAST}__type) FROM people", known)
            never, _ = sent(emulator, database,
                            f"SELECT count(record_id) FROM people WHERE {LAST} < {OLD} OR {LAST} IS NULL", known)
            ever, _ = sent(emulator, database,
                           f"SELECT count(record_id) FROM people WHERE {LAST}__type IS NOT NULL", known)
            if plan != "shown":
                tap.equal((rows, never, ever), (f"{SCALE}|0|0", str(SCALE), "0"), f"{plan}, {known}")
    tap.equal(ever, database.value(f"SELECT count({LAST}) FROM local_people"), "and again with them")


run()
