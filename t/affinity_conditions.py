#!/usr/bin/env python3
"""Conditions on interactions: days in a list, an id beside a company, and companies that Affinity does not know."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from affinity import Account  # noqa: E402
from attio_test import must  # noqa: E402
from cases import case, run, tap  # noqa: E402

ACCOUNT = Account()
ROWS = "SELECT id, type, date FROM interactions WHERE company_id = {} AND {} ORDER BY 1, 2"


def known(database):
    """A company with interactions, its number, and some of them: id, type, date."""
    for company in database.value("SELECT id FROM companies ORDER BY id LIMIT 20").splitlines():
        found = database.value(ROWS.format(company, "date >= '2024-01-01' AND date < '2026-01-01'")).splitlines()
        if len(found) > 5:
            return company, [line.split("|") for line in found]
    raise AssertionError("no company has interactions")


@case(ACCOUNT)
def days_in_a_list(emulator, database):
    company, rows = known(database)
    some = sorted({row[2] for row in rows})[::3]
    wanted = ["|".join(row) for row in rows if row[2] in some]
    listed = ", ".join(f"'{date}'" for date in some)
    for condition in (f"date IN ({listed})", f"date IN ({listed}, NULL, 'infinity')",
                      f"date = ANY (ARRAY(SELECT unnest(ARRAY[{listed}])::timestamptz))",
                      f"date IN ({listed}) AND date > '2020-01-01'", f"date IN ({listed}) AND date IN ({listed}, '2030-01-01')"):
        tap.equal(database.value(ROWS.format(company, condition)).splitlines(), wanted, condition[:60])
    emulator.forget()
    tap.equal(database.value(f"SELECT count(*) FROM interactions WHERE company_id = {company} AND date IN ('2024-02-29', '2024-03-05 12:00Z')"),
              database.value(f"SELECT count(*) FROM interactions WHERE company_id = {company} AND date >= '2024-02-29' AND date <= '2024-03-06' "
                             "AND (date = '2024-02-29' OR date = '2024-03-05 12:00Z')"), "between the first and the last")
    tap.ok(all("start_time=2024-02-2" in line and "end_time=2024-03-0" in line for line in emulator.asked("/interactions")),
           "and that is asked for", emulator.asked())
    emulator.forget()
    for nothing in ("'{}'", "'{NULL}'", "'{infinity,-infinity}'", "NULL"):
        tap.equal(database.value(f"SELECT count(*) FROM interactions WHERE company_id = {company} AND date = ANY ({nothing}::timestamptz[])"),
                  "0", f"nothing: {nothing}")
    tap.equal(emulator.asked("/interactions"), [], "without a request")
    plan = must(database.psql(f"EXPLAIN (COSTS OFF) SELECT id FROM interactions WHERE company_id = {company} AND date IN ({listed})")).out
    tap.ok("Rechecked" in plan and "Windows" in plan, "as the plan says", plan)
    tap.equal(database.value(f"""SET plan_cache_mode = force_generic_plan; PREPARE q(timestamptz[]) AS
        SELECT count(*) FROM interactions WHERE company_id = {company} AND date = ANY ($1); EXECUTE q(ARRAY[{listed}]::timestamptz[])"""),
              str(len(wanted)), "as a parameter")
    joined = f"""SELECT i.id, i.type, i.date FROM unnest(ARRAY[{listed}]::timestamptz[]) t(d) JOIN interactions i ON i.date = t.d
        WHERE i.company_id = {company} ORDER BY 1, 2"""
    tap.equal(database.value(joined).splitlines(), wanted, "a join by them")
    tap.ok("Lookup" not in must(database.psql(f"EXPLAIN (COSTS OFF) {joined}")).out, "looks up no bounds")


@case(ACCOUNT)
def an_id_beside_a_company(_emulator, database):
    company, rows = known(database)
    ident, kind, _ = rows[0]
    result = database.psql(f"SELECT id FROM interactions WHERE company_id = {company} AND id = {ident} AND type = '{kind}'")
    tap.ok(result.code != 0 and "cannot be combined" in result.err and 'or add a condition on column "date"' in result.err,
           "the error says what helps", result)
    tap.equal(database.value(f"SELECT id FROM interactions WHERE company_id = {company} AND id = {ident} AND type = '{kind}' "
                             "AND date BETWEEN '2024-01-01' AND '2026-01-01'"), ident, "and it does")


@case(ACCOUNT)
def companies_that_are_not_there(emulator, database):
    company, _ = known(database)
    must(database.psql(f"CREATE TABLE mine AS SELECT {company}::bigint AS company_id UNION ALL SELECT 77"))
    query = """SELECT count(*) > 5 FROM mine m JOIN interactions i ON i.company_id = m.company_id
        WHERE i.date BETWEEN '2024-01-01' AND '2026-01-01'"""
    first = query.replace("mine m JOIN", "there m JOIN")
    first = f"""WITH there AS MATERIALIZED (SELECT c.id AS company_id FROM mine m JOIN companies c ON c.id = m.company_id) {first}"""
    for switch, state in (("empty", None), ("missing", "P0002"), ("refused", "22023")):
        emulator.switches(unknown_entity=switch)
        result = database.psql(query)
        if state is None:
            tap.equal(result.out, "t", "no rows of it")
        else:
            tap.ok(result.code != 0 and f"ERROR:  {state}:" in result.err and "HINT:  Affinity was asked for company_id 77" in result.err,
                   f"{switch}: the error names it", result)
        tap.equal(database.value(first), "t", "those that are there are looked up first")
    emulator.switches(error_body="empty")
    tap.ok("company_id 77" in database.psql(query).err, "also where Affinity says nothing")
    emulator.reset()


run()
