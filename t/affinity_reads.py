#!/usr/bin/env python3
"""Affinity's interactions as a table: each rule of the API and of its SDK once, and how many requests a query takes."""
import datetime
import os
import sys
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from affinity import Account  # noqa: E402
from attio_test import count_requests, must  # noqa: E402
from cases import case, run, tap  # noqa: E402

DELAY = 0.1
# the emulator counts from now on, so that meetings are planned ahead of now; no test waits for the rate
ACCOUNT = Account("--now", "today", "--scale", "100", options=", requests_per_minute '100000'")
TYPES = ["meeting", "call", "chat-message", "email"]
BUSY = 64779194     # the organization with the most interactions


def listings(emulator):
    """What was asked for since the last time: parameters of each request for interactions, first pages only."""
    asked = [dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(line.split(" ")[1]).query))
             for line in emulator.asked("/interactions?")]
    return [each for each in asked if "page_token" not in each]


def windows(asked, kind="0"):
    """The windows of one type, the first asked first."""
    return [(each["start_time"], each["end_time"]) for each in asked if each["type"] == kind]


def rows(database, sql):
    return must(database.psql(sql)).out.splitlines()


def moment(text):
    return datetime.datetime.fromisoformat(text)


def plan(database, sql):
    return database.psql(f"EXPLAIN (COSTS OFF) {sql}").out


def of(emulator, name, ident):
    """The interactions of an entity, as the emulator has them."""
    return [each for each in emulator.dump()["interactions"] if [name, ident] in each["of"]]


@case(ACCOUNT)
def what_is_required(emulator, database):
    """Without an entity, or without a lower bound, nothing is asked; the error shows a query that works."""
    emulator.asked()
    for condition, missed in (("", '"company_id" and "date", or "opportunity_id" and "date", or "person_id" and "date", or "id"'),
                              ("date > '2025-01-01'", '"company_id", or "opportunity_id", or "person_id", or "id"'),
                              (f"company_id = {BUSY}", 'without a lower bound on column "date"'),
                              (f"company_id = {BUSY} AND date < '2025-01-01'", 'without a lower bound on column "date"'),
                              (f"(company_id = {BUSY} OR person_id = 5) AND date > '2025-01-01'", '"company_id", or'),
                              ("internal_person_id = 443 AND date > '2025-01-01'", '"company_id", or')):
        wrong = database.psql("SELECT * FROM interactions" + (f" WHERE {condition}" if condition else ""))
        tap.ok(missed in wrong.err, f"missed: {condition or 'any condition'}", wrong)
        works = wrong.err.split("A query that works: ")[1].split(". A join")[0]
        tap.ok(database.psql(works.replace("*", "count(*)")).code == 0, f"the query of the hint works: {works}")
    tap.ok("The server option earliest_date can give a lower bound." in
           database.psql(f"SELECT * FROM interactions WHERE company_id = {BUSY}").err, "the option is named")
    emulator.asked()
    wrong = database.psql(f"SELECT * FROM interactions WHERE company_id = {BUSY} AND person_id = 5 AND date > '2025-01-01'")
    tap.ok('"company_id" and "person_id"' in wrong.err and "cannot be combined" in wrong.err, "two entities", wrong)
    tap.equal(emulator.asked(), [], "nothing is asked then")


@case(ACCOUNT)
def windows_of_a_span(emulator, database):
    """365 days are one window, 1000 days three for each type; a range that ends before it starts asks nothing."""
    on = f"FROM interactions WHERE company_id = {BUSY}"
    emulator.asked()
    must(database.psql(f"SELECT * {on} AND date > '2024-01-01' AND date < '2024-12-31'"))
    asked = listings(emulator)
    tap.equal(sorted(each["type"] for each in asked), list("0123"), "a listing for each type")
    tap.equal({(each["start_time"], each["end_time"]) for each in asked}, {("2024-01-01T00:00:00Z", "2024-12-31T00:00:00Z")},
              "365 days in one window")
    tap.equal({each.get("organization_id") for each in asked}, {str(BUSY)}, "a company is an organization on the wire")
    must(database.psql(f"SELECT * {on} AND date > '2023-01-01' AND date < timestamptz '2023-01-01' + interval '1000 days'"))
    found = sorted(windows(listings(emulator)))     # which are under way together
    tap.equal(found, [("2023-01-01T00:00:00Z", "2023-09-28T00:00:02Z"), ("2023-09-28T00:00:01Z", "2024-09-27T00:00:01Z"),
                      ("2024-09-27T00:00:00Z", "2025-09-27T00:00:00Z")], "1000 days in three, which overlap")
    tap.equal(rows(database, f"SELECT count(*) {on} AND date > '2025-01-01' AND date < '2024-01-01'"), ["0"], "an empty range")
    tap.equal(rows(database, f"SELECT count(*) {on} AND date > '2025-01-01' AND type = NULL"), ["0"], "a type that is NULL")
    tap.equal(listings(emulator), [], "asks nothing")
    must(database.psql(f"SELECT * {on} AND date = '2025-03-01 10:00'"))
    tap.equal(windows(listings(emulator)), [("2025-03-01T09:59:59Z", "2025-03-01T10:00:01Z")], "a moment is a small window")
    must(database.psql(f"ALTER SERVER affinity OPTIONS (ADD remote_start_time 'inclusive'); "
                       f"SELECT * {on} AND date >= '2023-01-01' AND date < '2024-01-01'"))
    tap.equal(windows(listings(emulator)), [("2023-01-01T00:00:00Z", "2024-01-01T00:00:00Z")],
              "where it is known that the begin is included, a year that begins with it is one window")
    must(database.psql("ALTER SERVER affinity OPTIONS (DROP remote_start_time)"))


@case(ACCOUNT)
def begins_too_late(emulator, database):
    """A begin that no parameter can say is one, and not a missing one: no row is that late."""
    emulator.asked()
    for condition in ("date >= 'infinity'", "date = 'infinity'", "date > '12000-01-01'", "date > '12000-01-01' AND date < '12001-01-01'",
                      "date >= date 'infinity'", "date > '9999-12-31 23:59:59.5' AND date <= 'infinity'"):
        sql = f"SELECT count(*) FROM interactions WHERE company_id = {BUSY} AND type = 'call' AND {condition}"
        tap.equal(rows(database, sql), ["0"], condition)
    tap.ok(len(listings(emulator)) <= 6, "by one request at most")
    tap.equal(rows(database, f"SELECT count(i.id) FROM (VALUES (timestamptz 'infinity')) AS v(since) LEFT JOIN interactions i"
                             f" ON i.company_id = {BUSY} AND i.type = 'call' AND i.date > v.since AND i.date > '2025-01-01'"),
              ["0"], "of a join")


@case(ACCOUNT)
def the_end(emulator, database):
    """date <= now() ends at now; without an end planned meetings are rows, and windows go on until one is empty."""
    started = moment(emulator.dump()["now"])
    planned = [each for each in emulator.dump()["interactions"] if each["type"] == 0 and moment(each["date"]) > started]
    outside = {each["id"] for each in emulator.dump()["persons"] if each["type"] != "internal"}
    person = next(ident for each in planned for name, ident in each["of"] if name == "person_id" and ident in outside)
    planned = [each for each in planned if ["person_id", person] in each["of"]]
    on = f"FROM interactions WHERE person_id = {person} AND type = 'meeting' AND date > now() - interval '100 days'"
    emulator.asked()
    now = database.value("SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD')")
    must(database.psql(f"SELECT * {on} AND date <= now()"))
    found = windows(listings(emulator))
    tap.ok(len(found) == 1 and found[0][1].startswith(now), "the end is now", found)
    must(database.psql(f"SELECT * {on}"))
    found = sorted(windows(listings(emulator)))
    year = int(now[:4])
    tap.ok(len(found) == 3 and found[1][1].startswith(str(year + 1)) and found[2][1].startswith(str(year + 2)),
           "else a year ahead, and a window more behind one that has rows", found)
    tap.equal(database.value(f"SELECT count(*) {on} AND date > '{started}'"), str(len(planned)), "which are rows")
    emulator.mutate(*({"do": "insert", "type": 0, "date": f"{year + 1 + n}-12-20T10:00:00.000Z", "person_ids": planned[0]["person_ids"]}
                      for n in range(3)))
    right = database.value(f"SELECT count(*) {on} AND date < '{year + 9}-01-01'")
    emulator.asked()
    tap.equal(database.value(f"SELECT count(*) {on}"), right, "those of later years, too")
    tap.equal(database.value(f"SELECT max(date)::date {on}"), f"{year + 3}-12-20", "the last of them")
    listings(emulator)
    must(database.psql(f"ALTER SERVER affinity OPTIONS (ADD latest_after '10d'); SELECT * {on}"))
    ahead = database.value("SELECT to_char(now() AT TIME ZONE 'UTC' + interval '10 days', 'YYYY-MM-DD')")
    found = windows(listings(emulator))
    tap.ok(len(found) > 0 and found[0][1].startswith(ahead), "latest_after says how far at least", (found, ahead))
    for value, words in (("10", "needs a unit"), ("-1d", "whole numbers from 0"), ("soon", "whole numbers")):
        wrong = database.psql(f"ALTER SERVER affinity OPTIONS (SET latest_after '{value}')")
        tap.ok(words in wrong.err, f"latest_after {value}", wrong)
    must(database.psql("ALTER SERVER affinity OPTIONS (DROP latest_after)"))
    emulator.reset()


@case(ACCOUNT)
def earliest_date(emulator, database):
    wrong = database.psql("ALTER SERVER affinity OPTIONS (ADD earliest_date '2020-02-30')")
    tap.ok("A valid value is a date" in wrong.err, "a date that there is none of", wrong)
    must(database.psql("ALTER SERVER affinity OPTIONS (ADD earliest_date '2022-01-01')"))
    on = f"FROM interactions WHERE company_id = {BUSY}"
    right = [each for each in of(emulator, "organization_id", BUSY) if moment(each["date"]) >= moment("2022-01-01T00:00:00+00:00")]
    tap.equal(database.value(f"SELECT count(*) {on}"), str(len(right)), "the option gives a lower bound")
    emulator.asked()
    must(database.psql(f"SELECT * {on} AND date < '2022-06-01'"))
    tap.equal(windows(listings(emulator)), [("2021-12-31T23:59:59Z", "2022-06-01T00:00:00Z")], "beside an upper one, too")
    must(database.psql(f"SELECT * {on} AND date > '2021-06-01' AND date < '2021-07-01'"))
    tap.equal(windows(listings(emulator)), [("2021-06-01T00:00:00Z", "2021-07-01T00:00:00Z")], "a condition counts instead")
    person, ours = (database.value(f"SELECT min(id) FROM persons WHERE type = '{kind}'") for kind in ("external", "internal"))
    made = must(database.psql("INSERT INTO interactions (type, person_ids, content, date) SELECT 'call', "
                              f"'{{{person}, {ours}}}', 'x', d FROM unnest('{{2021-12-31 23:59:59+00, "
                              "2021-12-31 23:59:59.999+00, 2022-01-01 00:00:00+00}'::timestamptz[]) d RETURNING id")).out.split()
    texts = ", ".join(f"'{ident}'" for ident in made)
    on = f"FROM interactions WHERE person_id = {person} AND type = 'call' AND id::text IN ({texts})"
    tap.equal(database.value(f"SELECT id {on}"), made[2], "rows of the second before it are asked for, and not returned")
    tap.equal(database.value(f"SELECT count(*) {on}"), "1", "nor counted")
    tap.equal(database.value(f"SELECT count(*) {on} AND date >= '2021-12-31 23:59:59+00'"), "3", "a condition returns them")
    tap.equal(database.value(f"SELECT count(*) FROM interactions WHERE id = {made[0]} AND type = 'call'"), "1", "and their ids do")
    must(database.psql("ALTER SERVER affinity OPTIONS (DROP earliest_date)"))


@case(ACCOUNT)
def parameters(emulator, database):
    """Which conditions are sent, and that all are checked here."""
    on = f"FROM interactions WHERE company_id = {BUSY} AND date > '2024-01-01' AND date < '2024-06-01'"
    for condition, sent, kinds in (
            ("type = 'email'", {}, "3"), ("type IN ('call', 'email')", {}, "13"), ("(type = 'call' OR type = 'email')", {}, "13"),
            ("type = 'fax'", {}, "0123"), ("type LIKE 'm%'", {}, "0123"),
            ("direction = 'sent'", {"direction": "0"}, "23"), ("direction = 'received' AND type = 'email'", {"direction": "1"}, "3"),
            ("direction IS NULL", {}, "0123"), ("logging_type = 'manual'", {"logging_type": "1"}, "0123"),
            ("internal_person_id = 443", {"internal_person_id": "443"}, "0123")):
        emulator.asked()
        result = must(database.psql(f"SELECT count(*) {on} AND {condition}"))
        asked = listings(emulator)
        tap.equal("".join(sorted(each["type"] for each in asked)), kinds, f"{condition}: the types that are asked for")
        rest = [{name: each[name] for name in ("direction", "logging_type", "internal_person_id") if name in each} for each in asked]
        tap.ok(all(each == sent for each in rest), f"{condition}: sent", rest)
        emulator.switches(parameters="ignored", direction_of_events="ignored")
        tap.equal(database.value(f"SELECT count(*) {on} AND {condition}"), result.out, f"{condition}: checked here, too")
        emulator.switches(parameters="followed", direction_of_events="refused")
    inside = database.value(f"SELECT person_ids[cardinality(person_ids)] {on} AND type = 'meeting' LIMIT 1")
    tap.equal(rows(database, f"SELECT DISTINCT company_id, person_id, opportunity_id, internal_person_id {on} AND internal_person_id = {inside}"),
              [f"{BUSY}|||{inside}"], "keys show what was asked for")


@case(ACCOUNT)
def one_by_its_id(emulator, database):
    """An id and a type are one GET; an id alone is one for each type; what is not there is no row."""
    one = next(each for each in emulator.dump()["interactions"] if each["type"] == 0)
    emulator.asked()
    tap.equal(rows(database, f"SELECT id, type FROM interactions WHERE id = {one['id']} AND type = 'meeting'"),
              [f"{one['id']}|meeting"], "one by its id and type")
    tap.equal(emulator.asked(), [f"GET /interactions/{one['id']}?type=0"], "is one GET")
    database.psql(f"SELECT * FROM interactions WHERE id = {one['id']}")
    tap.equal(sorted(emulator.asked()), [f"GET /interactions/{one['id']}?type={n}" for n in range(4)], "without a type four")
    tap.equal(rows(database, "SELECT id FROM interactions WHERE id = 1 AND type IN ('call', 'email')"), [], "none that is not there")
    tap.equal(rows(database, f"SELECT count(*) FROM (VALUES ({one['id']}), ({one['id']}), (1)) v (n) "
                            "JOIN interactions ON id = n AND type = 'meeting'"), ["2"], "joined by id")


@case(ACCOUNT)
def shapes(emulator, database):
    """Members and tokens that Affinity's documentation, its SDK and samples show; borders; repeats come once."""
    sql = (f"SELECT count(*), count(DISTINCT (type, id)), min(date), max(date), count(title), count(subject), count(direction), "
           f"sum(cardinality(person_ids)) FROM interactions WHERE company_id = {BUSY} AND date > '2023-01-01' AND date < '2026-01-01'")
    right = rows(database, sql)
    mine = [each for each in of(emulator, "organization_id", BUSY)]
    tap.ok(right[0].split("|")[0] == right[0].split("|")[1], "each comes once", right)
    tap.ok(len(mine) > 300, "of many", len(mine))
    for name, value in (("rows_name", "interactions"), ("rows_name", "data"), ("token_name", "nextPageToken"), ("last_token", "absent"),
                        ("pages", "short"), ("pages", "empty"), ("pages", "trailing"), ("bare_lists", "always"), ("order", "oldest"),
                        ("order", "hash"), ("start_border", "exclusive"), ("end_border", "inclusive"), ("time_precision", "s"),
                        ("page_size_over", "clamped"), ("person_kind", "word"), ("empty_members", "absent")):
        emulator.switches(**{name: value})
        tap.equal(rows(database, sql), right, f"{name} {value}")
        emulator.reset()
    emulator.switches(start_border="exclusive", end_border="exclusive", time_precision="s", order="hash")
    tap.equal(rows(database, sql), right, "borders that belong to no window")


@case(ACCOUNT)
def the_newest(emulator, database):
    """The newest of ten years need few windows; the order is right over all of them."""
    on = f"FROM interactions WHERE company_id = {BUSY} AND date > now() - interval '10 years'"
    emulator.asked()
    newest = rows(database, f"SELECT date, type, id {on} AND date <= now() ORDER BY date DESC LIMIT 10")
    tap.equal(len({each["start_time"] for each in listings(emulator)}), 1, "the newest 10 of ten years: one window")
    tap.equal(newest, rows(database, f"SET attio_fdw.push_sort = off; SELECT date, type, id {on} AND date <= now() ORDER BY date DESC LIMIT 10"),
              "the same as where all is sorted here")
    emulator.asked()
    oldest = database.value(f"SELECT min(date) {on}")
    emulator.asked()
    must(database.psql(f"SELECT date, type, id {on} AND date >= '{oldest}' ORDER BY date LIMIT 1"))
    tap.equal(len({each["start_time"] for each in listings(emulator)}), 1, "the oldest: one window, too")
    for switches in ({}, {"order": "hash", "start_border": "exclusive", "end_border": "inclusive", "time_precision": "s"}):
        emulator.switches(**switches)
        for order in ("date DESC", "date", "date DESC, id, type", "date, type DESC, id"):
            got = rows(database, f"SELECT date, type, id {on} ORDER BY {order}, type, id LIMIT 100000")
            tap.equal(got, rows(database, f"SET attio_fdw.push_sort = off; SELECT date, type, id {on} ORDER BY {order}, type, id LIMIT 100000"),
                      f"ORDER BY {order}: {len(got)} rows in order {switches}")
    emulator.reset()
    shown = plan(database, f"SELECT date {on} ORDER BY date DESC LIMIT 3")
    tap.ok("Affinity Sorts: date desc, window by window" in shown, "EXPLAIN says so", shown)
    shown = plan(database, f"SELECT date FROM interactions WHERE company_id = {BUSY} AND date >= '2025-01-01' ORDER BY date DESC LIMIT 3")
    tap.ok("of at most 365 days, from 2025-01-01 00:00:00+00 to " in shown and ", and on until one has no rows" in shown,
           "and names the end", shown)
    tap.equal(database.psql(f"BEGIN; DECLARE c SCROLL CURSOR FOR SELECT id {on} ORDER BY date DESC LIMIT 300; FETCH 2 FROM c; "
                            "MOVE 290 IN c; MOVE ABSOLUTE 0 IN c; FETCH 2 FROM c").out.splitlines()[:2],
              rows(database, f"SELECT id {on} ORDER BY date DESC LIMIT 2"), "a cursor that goes back")
    lateral = rows(database, f"SELECT v.n, x.id FROM (VALUES (1), (2)) v (n), LATERAL (SELECT id, v.n + 0 {on} ORDER BY date DESC LIMIT 3) x")
    tap.equal([row.split("|")[1] for row in lateral], rows(database, f"SELECT id {on} ORDER BY date DESC LIMIT 3") * 2, "a scan that begins again")


@case(ACCOUNT)
def counted(emulator, database):
    """100 companies, four types, 365 days: 400 listings, eight at a time, none twice."""
    ids = ", ".join(str(n) for n in range(1, 101))
    on = "date > '2024-01-01' AND date < '2024-12-31'"
    for sql, name in ((f"SELECT count(*) FROM interactions WHERE company_id IN ({ids}, 1, 2, 3) AND {on}", "a list"),
                      (f"SELECT count(*) FROM generate_series(1::bigint, 100) n JOIN interactions ON company_id = n AND {on}", "a join")):
        emulator.faults({"delay_ms": int(DELAY * 1000)})
        _, *counts, most = count_requests(emulator, lambda q=sql: must(database.psql(q)), "/interactions?", DELAY)
        emulator.faults()
        tap.equal(counts, [400, 400], f"{name}: 400 requests, none twice")
        tap.ok(6 <= most <= 8, f"{name}: {most} under way together")


@case(ACCOUNT)
def of_several(emulator, database):
    """An interaction of two companies comes once for each; a join gives the entity."""
    both = next(each for each in emulator.dump()["interactions"] if sum(name == "organization_id" for name, _ in each["of"]) > 1)
    ids = [ident for name, ident in both["of"] if name == "organization_id"]
    kind = TYPES[both["type"]]
    on = f"date >= '{both['date']}' AND date <= '{both['date']}' AND id = {both['id']} AND type = '{kind}'"
    tap.equal(rows(database, f"SELECT company_id FROM interactions WHERE company_id IN ({', '.join(map(str, ids))}) AND {on} ORDER BY 1"),
              [str(ident) for ident in sorted(ids)], "once for each company that was asked for")
    joined = rows(database, "SELECT c.id, count(*) FROM companies c JOIN interactions i ON i.company_id = c.id "
                           "AND i.date > '2025-01-01' AND i.date < '2025-12-01' GROUP BY 1 ORDER BY 1")
    right, low, high = {}, moment("2025-01-01T00:00:00+00:00"), moment("2025-12-01T00:00:00+00:00")
    for each in emulator.dump()["interactions"]:
        for name, ident in each["of"]:
            if name == "organization_id" and low < moment(each["date"]) < high:
                right[ident] = right.get(ident, 0) + 1
    tap.equal(joined, [f"{ident}|{count}" for ident, count in sorted(right.items())], "the interactions of all companies")
    tap.equal(rows(database, "SELECT count(*) FROM interactions a JOIN interactions b USING (type, id) "
                            f"WHERE a.company_id = {ids[0]} AND b.company_id = {ids[1]} AND a.id = {both['id']} AND a.type = '{kind}' "
                            f"AND a.date = '{both['date']}' AND b.date = '{both['date']}'"), ["1"], "joined with itself")
    wrong = database.psql("SELECT * FROM interactions WHERE person_id = 443 AND date > '2025-01-01'")
    tap.ok("external or collaborator" in wrong.err and "22023" in wrong.err, "an internal person is refused in Affinity's words", wrong)


@case(ACCOUNT)
def administration(emulator, database):
    """What is there beside the tables: the check of the key, the account, the statements of the import."""
    found = {row.split("|")[0]: row.split("|")[1:] for row in rows(database, "SELECT * FROM attio_fdw_check('affinity')")}
    tap.ok(found["key"][0] == "ok" and "Tenant" in found["key"][1], "the check says whose key it is", found)
    must(database.psql("ALTER USER MAPPING FOR CURRENT_USER SERVER affinity OPTIONS (SET api_key 'another-key')"))
    found = {row.split("|")[0]: row.split("|")[1:] for row in rows(database, "SELECT * FROM attio_fdw_check('affinity')")}
    tap.ok(found["key"][0] == "error" and "another-key" not in str(found), "and that a key is wrong", found)
    must(database.psql("ALTER USER MAPPING FOR CURRENT_USER SERVER affinity OPTIONS (SET api_key 'affinity-key')"))
    tap.equal(rows(database, "SELECT tenant_subdomain, grant_type FROM whoami"), ["tenant|api_key"], "whoami")
    tap.equal(len(rows(database, "SELECT * FROM rate_limit")), 1, "rate_limit")
    emulator.asked()
    must(database.psql("SELECT attio_fdw_ddl('affinity', 'interactions')"))
    tap.equal(emulator.asked(), [], "statements of tables take no request")
    wrong = database.psql("IMPORT FOREIGN SCHEMA affinity LIMIT TO (persons) FROM SERVER affinity INTO public OPTIONS (columns 'all')")
    tap.ok("invalid option" in wrong.err and "columns" in wrong.err, "there are no options of the import", wrong)


@case(ACCOUNT)
def whole_rows(emulator, database):
    on = f"FROM interactions i WHERE company_id = {BUSY} AND date > '2025-01-01' AND date < '2025-03-01'"
    tap.equal(database.value(f"SELECT count(i) {on}"), database.value(f"SELECT count(*) {on}"), "whole rows")
    tap.equal(rows(database, f"SELECT DISTINCT tableoid::regclass {on}"), ["interactions"], "tableoid")
    wrong = database.psql(f"SELECT * {on} AND ctid = '(0,1)'")
    tap.ok("cannot be" in wrong.err or "not compared" in wrong.err, "ctid is refused", wrong)
    must(database.psql("CREATE TABLE parts (id bigint, type text, date timestamptz, company_id bigint) PARTITION BY LIST (type); "
                       "CREATE FOREIGN TABLE part_1 PARTITION OF parts FOR VALUES IN ('call') SERVER affinity OPTIONS (resource 'interactions'); "
                       "CREATE FOREIGN TABLE part_2 PARTITION OF parts FOR VALUES IN ('email') SERVER affinity OPTIONS (resource 'interactions')"))
    warned = database.psql("SET client_min_messages = warning; "
                           f"SELECT count(*) FROM parts WHERE company_id = {BUSY} AND date > '2025-01-01' AND date < '2025-02-01'")
    tap.ok('both list all rows of resource "interactions"' in warned.err, "partitions that list the same are warned of", warned)
    tap.equal(database.value(f"SELECT count(*) FROM (SELECT 1 {on} UNION ALL SELECT 1 {on}) q"),
              str(2 * int(database.value(f"SELECT count(*) {on}"))), "below UNION ALL")


run()
