#!/usr/bin/env python3
"""Affinity's persons, companies and opportunities: cells, dates of interactions, lookups by id, requests."""
import json
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from affinity import Account  # noqa: E402
from attio_test import must  # noqa: E402
from cases import case, run, tap  # noqa: E402

KINDS = ("first_email", "last_email", "first_event", "last_event", "next_event", "last_chat_message", "last_interaction")
DATES = ", ".join(f"{kind}_date timestamptz" for kind in KINDS)
# what the tables are called by Affinity, the columns of a local copy, and where these are in the emulator's dump
TABLES = {
    "persons": ("persons", f"id bigint, type text, first_name text, last_name text, primary_email text, emails text[], "
                f"current_company_ids bigint[], opportunity_ids bigint[], {DATES}",
                {"current_company_ids": "current_organization_ids"}),
    "companies": ("organizations", f"id bigint, name text, domain text, domains text[], global boolean, "
                  f"opportunity_ids bigint[], {DATES}", {}),
    "opportunities": ("opportunities", "id bigint, name text, person_ids bigint[], company_ids bigint[]",
                      {"company_ids": "organization_ids"}),
}
PATHS = {"persons": "/persons", "companies": "/organizations", "opportunities": "/opportunities"}
WITH = "with_interaction_dates=true"


def make_copies(emulator, database):
    """A table of what is served, by the name of each foreign table with _copy behind it."""
    dump = emulator.dump()
    for table, (name, columns, renamed) in TABLES.items():
        rows = [{**row, **row["interaction_dates"], **{column: row[member] for column, member in renamed.items()}}
                for row in dump[name]]
        must(database.psql(f"CREATE TABLE {table}_copy AS SELECT * FROM "
                           f"json_to_recordset($json${json.dumps(rows)}$json$) AS r({columns})"))
    set_person_types(database, dump, "number")


def set_person_types(database, dump, kind):
    """What persons are shown as: the number 0 stands for two of the words."""
    others = [str(row["id"]) for row in dump["persons"] if row["type"] == "collaborator"]
    word = "external" if kind == "number" else "collaborator"
    must(database.psql(f"UPDATE persons_copy SET type = '{word}' WHERE id IN ({', '.join(others)})"))


def names_of(table):
    return ", ".join(column.split()[0] for column in TABLES[table][1].split(", "))


def same(database, sql, name):
    """The same of the foreign tables as of their copies; "persons" and so on are replaced."""
    copy = re.sub(r"\b(persons|companies|opportunities)\b", r"\1_copy", sql)
    tap.equal(database.value(sql), database.value(copy), name)


def listings(emulator):
    """What was asked: each listing or row once, without its pages, sorted; and the number of requests."""
    asked = emulator.asked()
    return sorted({re.sub(r"(?<=[?&])(page_size|page_token)=[^&]*(&|$)", "", line).rstrip("?&") for line in asked}), len(asked)


ACCOUNT = Account("--scale", "150", before=make_copies)
# Conditions on dates, of which each says whether rows without interactions can meet it.
CONDITIONS = [("last_interaction_date > '2025-06-01'", False), ("last_interaction_date <= '2025-06-01 12:00:00+02'", False),
              ("first_email_date BETWEEN '2017-01-01' AND '2020-01-01'", False), ("next_event_date IS NOT NULL", False),
              ("last_email_date >= now() - interval '12 years' AND last_event_date < '2030-01-01'", False),
              ("last_chat_message_date > '2020-01-01'", False), ("last_interaction_date IS NULL", True),
              ("last_email_date > '2024-01-01' OR next_event_date > '2020-01-01'", False),
              ("coalesce(last_interaction_date, '2000-01-01') < '2023-01-01'", True),
              ("last_email_date < '2024-01-01' OR id % 3 = 0", True)]
DEFAULTS = {"entity_order": "id", "pages": "full", "last_token": "null", "token_name": "next_page_token", "bare_lists": "unasked",
            "person_kind": "number", "interaction_dates": "null", "empty_members": "null", "date_bounds": "inclusive",
            "time_precision": "us", "parameters": "followed", "unknown_parameters": "refused", "listed_ids": "shown",
            "header_case": "mixed", "requests_per_minute": 0, "gzip": False, "one_entity_dates": "shown",
            "listed_dates": "shown"}
SWITCHES = [{"entity_order": "hash"}, {"entity_order": "reversed"}, {"pages": "short"}, {"pages": "empty"},
            {"pages": "trailing"}, {"last_token": "absent"}, {"token_name": "nextPageToken"}, {"bare_lists": "always"},
            {"bare_lists": "never"}, {"person_kind": "word"}, {"interaction_dates": "absent"}, {"empty_members": "absent"},
            {"date_bounds": "exclusive"}, {"time_precision": "s"}, {"time_precision": "ms"}, {"parameters": "ignored"},
            {"unknown_parameters": "ignored"}, {"listed_ids": "missing"}, {"header_case": "lower", "requests_per_minute": 90000},
            {"gzip": True}, {"one_entity_dates": "refused"}, {"one_entity_dates": "ignored"},
            {"one_entity_dates": "missing"}]


def check_cells(database, what):
    """All cells; the dates with conditions on them; rows by their ids."""
    for table in TABLES:
        same(database, f"SELECT {names_of(table)} FROM {table} ORDER BY id", f"{what}: all cells of {table}")
    for table in ("persons", "companies"):
        for condition, _ in CONDITIONS[:3]:
            same(database, f"SELECT {names_of(table)} FROM {table} WHERE {condition} ORDER BY id", f"{what}: {table}, {condition}")
        ids = "(SELECT array_agg(id) FROM (SELECT id FROM TABLE_copy ORDER BY id % 7, id LIMIT 5) t)".replace("TABLE", table)
        ids = database.value(f"SELECT {ids}")
        same(database, f"SELECT {names_of(table)} FROM {table} WHERE id = ANY ('{ids}') ORDER BY id", f"{what}: {table} by ids")


@case(ACCOUNT)
def cells(_emulator, database):
    check_cells(database, "as documented")
    tap.ok(int(database.value("SELECT count(*) FROM companies WHERE last_interaction_date IS NULL")) > 2,
           "there are companies without interactions")
    for table in ("persons", "companies"):
        for condition, _ in CONDITIONS:
            same(database, f"SELECT {names_of(table)} FROM {table} WHERE {condition} ORDER BY id", f"{table}, {condition}")
            same(database, f"SELECT count(*) FROM {table} WHERE {condition}", f"count of {table}, {condition}")
    same(database, "SELECT c.id, array_agg(o.id ORDER BY o.id) FROM companies c JOIN opportunities o ON c.id = ANY (o.company_ids) "
         "GROUP BY 1 ORDER BY 1", "a join")


@case(ACCOUNT)
def switches(emulator, database):
    for values in SWITCHES:
        emulator.switches(**values)
        if "person_kind" in values:
            set_person_types(database, emulator.dump(), "word")
        check_cells(database, ", ".join(f"{name} {value}" for name, value in values.items()))
        if "person_kind" in values:
            set_person_types(database, emulator.dump(), "number")
        emulator.switches(**DEFAULTS)


@case(ACCOUNT)
def requests(emulator, database):
    emulator.asked()
    pages = -(-int(database.value("SELECT count(*) FROM persons_copy")) // 500)
    for table, path in PATHS.items():
        database.value(f"SELECT id FROM {table}")
        tap.equal(listings(emulator), ([f"GET {path}"], pages), f"{table}: what is not wanted is not asked for")
    database.value("SELECT count(*) FROM persons")
    tap.equal(listings(emulator), (["GET /persons"], pages), "nor to count rows")
    database.value("SELECT id, opportunity_ids, current_company_ids FROM persons")
    tap.equal(listings(emulator)[0], ["GET /persons?with_current_organizations=true&with_opportunities=true"],
              "options are sent where their columns are wanted")
    for condition, is_met in CONDITIONS:
        database.value(f"SELECT id FROM companies WHERE {condition}")
        asked = listings(emulator)[0]
        tap.equal({WITH in line for line in asked}, {True, False} if is_met else {True}, f"{condition}: which listings")
    database.value("SELECT id FROM companies WHERE last_email_date >= '2025-01-01' AND last_email_date <= '2025-02-01'")
    tap.equal(listings(emulator)[0], ["GET /organizations?min_last_email_date=2024-12-31T23%3A59%3A59Z"
                                      f"&max_last_email_date=2025-02-01T00%3A00%3A01.000001Z&{WITH}"], "bounds become parameters")
    database.value("SELECT id FROM companies WHERE last_chat_message_date >= '2025-01-01' AND name = 'Affinity'")
    tap.equal(listings(emulator)[0], [f"GET /organizations?{WITH}"], "where there is one; a name never does")


@case(ACCOUNT)
def by_id(emulator, database):
    ids = database.value("SELECT string_agg(id::text, ',') FROM (SELECT id FROM companies_copy ORDER BY last_interaction_date "
                         "NULLS FIRST LIMIT 3) c").split(",")
    emulator.asked()
    same(database, f"SELECT id, name FROM companies WHERE id = {ids[0]}", "one company")
    tap.equal(listings(emulator), ([f"GET /organizations/{ids[0]}"], 1), "is one request")
    some = ", ".join(ids)
    wanted = f"SELECT id, name, last_email_date, last_interaction_date FROM companies WHERE id IN ({some}) ORDER BY id"
    same(database, wanted, "some with their dates")
    tap.equal(listings(emulator), (sorted(f"GET /organizations/{ident}?{WITH}" for ident in ids), 3), "are a request each")
    none = database.value("SELECT id FROM companies_copy WHERE last_interaction_date IS NULL LIMIT 1")
    for how, asked in (("missing", [f"GET /organizations/{none}", f"GET /organizations/{none}?{WITH}"]),
                       ("refused", ["GET /organizations", f"GET /organizations/{none}?{WITH}", f"GET /organizations?{WITH}"]),
                       ("ignored", ["GET /organizations", f"GET /organizations/{none}?{WITH}", f"GET /organizations?{WITH}"])):
        emulator.switches(one_entity_dates=how)
        emulator.asked()
        same(database, f"SELECT id, last_interaction_date FROM companies WHERE id = {none}", f"one without dates, {how}")
        tap.equal(listings(emulator)[0], asked, f"{how}: what is asked")
    emulator.switches(**DEFAULTS)
    same(database, "SELECT id FROM persons WHERE id = 1", "a person that there is not")
    off = "SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_nestloop = off;"
    for how in ("shown", "ignored"):
        emulator.switches(one_entity_dates=how)
        same(database, f"{off} SELECT o.id, c.name, c.last_event_date FROM opportunities_copy o JOIN companies c "
             "ON c.id = o.company_ids[1] ORDER BY 1, 2".replace("opportunities_copy", "opportunities"), f"a join by id, {how}")
    emulator.switches(**DEFAULTS)
    emulator.asked()


@case(ACCOUNT)
def dates_that_are_not_told(emulator, database):
    emulator.switches(listed_dates="ignored")
    for table in ("persons", "companies"):
        for sql in ("SELECT id, last_email_date FROM TABLE", "SELECT count(last_email_date) FROM TABLE",
                    "SELECT id FROM TABLE WHERE last_email_date IS NULL",
                    "SELECT id FROM TABLE WHERE last_email_date > '2020-01-01'"):
            wrong = database.psql(sql.replace("TABLE", table))
            tap.ok(f'Affinity does not tell column "last_email_date" of foreign table "{table}", although it was asked to'
                   in wrong.err and f"asked for with {WITH}" in wrong.err, f"{table}: {sql}", wrong)
        same(database, f"SELECT id FROM {table} ORDER BY id", f"{table}: without dates")
    for how in ("ignored", "refused"):
        emulator.switches(one_entity_dates=how)
        wrong = database.psql("SELECT last_email_date FROM companies WHERE id = (SELECT min(id) FROM companies_copy)")
        tap.ok("although it was asked to" in wrong.err, f"by its id, {how}, and in the listing", wrong)
    emulator.switches(one_entity_dates="shown")
    same(database, "SELECT id, last_email_date FROM companies WHERE id = (SELECT min(id) FROM companies_copy)", "by its id")
    emulator.switches(**DEFAULTS)


@case(ACCOUNT)
def what_listings_leave_out(emulator, database):
    must(database.psql("ALTER FOREIGN TABLE persons ADD company_ids bigint[]"))
    emulator.switches(listed_ids="missing")
    wrong = database.psql("SELECT id, company_ids FROM persons")
    tap.ok('Affinity does not tell column "company_ids" of foreign table "persons" in a listing' in wrong.err,
           "what the listing leaves out is no NULL", wrong)
    ident = database.value("SELECT id FROM persons WHERE type = 'external' LIMIT 1")
    shown = emulator.get(f"/persons/{ident}")["organization_ids"]
    tap.equal(database.value(f"SELECT company_ids FROM persons WHERE id = {ident}"), "{" + ",".join(map(str, shown)) + "}",
              "by its id a person tells it")
    emulator.switches(listed_ids="shown")
    tap.equal(database.value(f"SELECT company_ids FROM persons WHERE type = 'external' AND id <> 0 ORDER BY id = {ident} DESC LIMIT 1"),
              "{" + ",".join(map(str, shown)) + "}", "and where listings have it, they do")


run()
