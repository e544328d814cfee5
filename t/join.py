#!/usr/bin/env python3
"""Joins by lookups, counts and ANALYZE on large tables: how many requests they make, whatever Attio's behaviour; and
that what a join remembers is not used where it may be old.
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import QUICK, Workspace, must  # noqa: E402
from cases import case, run, tap  # noqa: E402


def queries(emulator, word=""):
    return [e for e in emulator.log() if e["path"].endswith("/query") and word in e["path"]]


def prepare_mails(_emulator, database):
    must(database.psql("ALTER FOREIGN TABLE people OPTIONS (ADD estimated_rows '100000')"))


def prepare_analyze(_emulator, database):
    must(database.psql("ALTER FOREIGN TABLE people OPTIONS (ADD page_size '100', ADD estimated_rows '1'); "
                       "ALTER FOREIGN TABLE deals OPTIONS (ADD estimated_rows '1')"))


LARGE = Workspace("--scale", "400000", name="attio_large")
WORK = Workspace("--scale", "400", options=QUICK, before=prepare_mails)
ANALYZED = Workspace("--scale", "4000", name="attio_analyzed", before=prepare_analyze)


@case(LARGE)
def large(emulator, database):
    """A hundred thousand companies."""
    companies = emulator.get("/v2/objects/companies")["id"]["object_id"]
    must(database.psql("ALTER FOREIGN TABLE companies OPTIONS (ADD estimated_rows '100000'); ALTER FOREIGN TABLE deals "
                       "OPTIONS (ADD estimated_rows '200000'); ALTER FOREIGN TABLE people "
                       "OPTIONS (ADD estimated_rows '400000')"))
    for name, sql in (("INNER",
                       "SELECT count(c.name) FROM (SELECT * FROM deals LIMIT 300) d JOIN companies c "
                       "ON c.record_id = d.associated_company"),
                      ("LEFT",
                       "SELECT count(*) FROM (SELECT * FROM deals LIMIT 300) d LEFT JOIN companies c "
                       "ON c.record_id = d.associated_company"),
                      ("SEMI",
                       "SELECT count(*) FROM (SELECT * FROM deals LIMIT 300) d WHERE EXISTS (SELECT FROM companies c "
                       "WHERE c.record_id = d.associated_company)"),
                      ("ANTI",
                       "SELECT count(*) FROM (SELECT * FROM deals LIMIT 300) d WHERE NOT EXISTS (SELECT "
                       "FROM companies c WHERE c.record_id = d.associated_company)")):
        emulator.forget()
        rows = int(database.value(sql))
        tap.ok(0 < len(queries(emulator, companies)) <= 3 and (rows == 0 if name == "ANTI" else rows == 300),
               f"{name}: 300 deals with 100,000 companies: {len(queries(emulator, companies))} requests for companies",
               rows)
    emulator.forget()
    database.value("SELECT count(*) FROM (SELECT * FROM companies LIMIT 20) c JOIN people p "
                   "ON p.record_id = ANY (c.team)")
    tap.ok(len(queries(emulator)) <= 2, "keys in arrays: one request for each side", len(queries(emulator)))
    plan = database.value("EXPLAIN SELECT count(*) FROM people p JOIN companies c ON c.record_id = p.company")
    tap.ok("Hash Join" in plan and "Attio Join" not in plan, "400,000 with 100,000 are two scans and a hash join", plan)
    emulator.forget()
    tap.equal(database.value("SET attio_fdw.push_count = on; SELECT count(*) FROM companies"), "100000",
              "count(*) of 100,000")
    asked = [e for e in queries(emulator)]
    tap.ok(len(asked) <= 40 and all('"limit":1,' in e["body"] for e in asked[1:]),
           f"by a page and {len(asked) - 1} requests of a row each", asked[:3])


@case(WORK)
def mails(emulator, database):
    """Addresses have no $in, so each key is an arm of an OR."""
    must(database.psql("CREATE TABLE subscribers AS SELECT i AS id, 'user' || i || '@example.com' AS email "
                       "FROM generate_series(1, 4800) i;"
                       "INSERT INTO subscribers SELECT 10000 + row_number() OVER (), unnest(email_addresses) "
                       "FROM people LIMIT 200; ANALYZE subscribers"))
    people = emulator.get("/v2/objects/people")["id"]["object_id"]
    results = {}
    for name, sql in (("INNER",
                       "SELECT count(*) FROM subscribers u JOIN people p ON u.email = ANY (p.email_addresses)"),
                      ("LEFT",
                       "SELECT count(p.record_id) FROM subscribers u LEFT JOIN people p "
                       "ON u.email = ANY (p.email_addresses)"),
                      ("SEMI",
                       "SELECT count(*) FROM subscribers u WHERE EXISTS (SELECT FROM people p "
                       "WHERE u.email = ANY (p.email_addresses))"),
                      ("ANTI",
                       "SELECT count(*) FROM subscribers u WHERE NOT EXISTS (SELECT FROM people p "
                       "WHERE u.email = ANY (p.email_addresses))")):
        emulator.forget()
        results[name] = int(database.value(sql))
        asked = [e for e in queries(emulator, people) if '"limit":1,' not
                 in e["body"]]     # 1: was a page of a round number of rows cut?
        tap.ok(0 < len(asked) <= 50 and len(queries(emulator, people)) <= 55,
               f"{name}: 5,000 users by e-mail: {len(asked)} requests")
    total = int(database.value("SELECT count(*) FROM subscribers"))
    tap.ok(results["INNER"] == results["LEFT"] >= results["SEMI"] > 0 and results["SEMI"] + results["ANTI"] == total,
           "and their rows agree", results)
    emulator.forget()
    database.value("SELECT count(*) FROM subscribers u JOIN people p ON u.email = ANY (p.email_addresses) "
                   "WHERE u.id <= 20")
    tap.equal(len(queries(emulator, people)), 1, "20 users: one request")
    # so many arms may be too many: then fewer are asked for, and the rows are right
    for arms in (60, 30, 1):
        emulator.switches(max_or=arms)
        emulator.forget()
        tap.equal(database.value("SELECT count(*) FROM subscribers u JOIN people p "
                                 "ON u.email = ANY (p.email_addresses) WHERE u.id % 25 = 0"),
                  database.value("SET attio_fdw.enable_batched_join = off; SELECT count(*) FROM subscribers u "
                                 "JOIN people p ON u.email = ANY (p.email_addresses) WHERE u.id % 25 = 0"),
                  f"where Attio refuses more than {arms} arms the rows are right")
    emulator.switches(max_or=0)
    # what was remembered before a write is not used after it
    must(database.psql("""CREATE FUNCTION rename(who uuid) RETURNS boolean LANGUAGE plpgsql AS $$
            BEGIN UPDATE crm.people SET job_title = 'renamed' WHERE record_id = who; RETURN true; END $$;
        CREATE TABLE picks AS SELECT g AS id, record_id AS who FROM generate_series(1, 3) g, (SELECT record_id
            FROM people LIMIT 1) p;
        ALTER SERVER attio OPTIONS (ADD join_batch_size '1')"""))
    # 8 keys are a batch, then 16: the write comes in the second one, and the third must not use what the first asked for
    join = ("SELECT string_agg(coalesce(p.job_title, '-'), ',' ORDER BY o.id) "
            "FROM (SELECT id, who, CASE WHEN id = 10010 THEN rename(who) END FROM "
            "(SELECT * FROM picks UNION ALL SELECT g + 3, gen_random_uuid() FROM generate_series(1, 9) g "
            "UNION ALL SELECT id + 10009, who FROM picks UNION ALL SELECT g + 20000, gen_random_uuid() "
            "FROM generate_series(1, 25) g UNION ALL SELECT id + 30000, who FROM picks) a OFFSET 0) o "
            "JOIN people p ON p.record_id = o.who")
    forced = "SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_nestloop = off;"
    plan = database.value(forced + "EXPLAIN " + join)
    tap.ok("Attio Join" in plan and "Attio Keys per Request: 1" in plan, "a join in batches, beside writes", plan)
    seen = database.value(forced + join).split(",")
    tap.ok(len(seen) == 9 and "renamed" not in seen[:3], "what is joined before a write is as it was", seen)
    tap.equal(seen[6:], ["renamed"] * 3,
              "keys that were asked for before a write of the same session are asked for again after it")
    must(database.psql("ALTER SERVER attio OPTIONS (DROP join_batch_size); DROP TABLE subscribers, picks"))


@case(WORK)
def faults(emulator, database):
    """Lookups that are slow, refused, broken: the right rows or an error."""
    forced = "SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_nestloop = off;"
    query = ("SELECT count(*), count(p.record_id) FROM (SELECT record_id AS r, email_addresses[1] AS e FROM people) l "
             "LEFT JOIN people p ON l.e = ANY (p.email_addresses)")
    wanted = database.value("SET attio_fdw.enable_batched_join = off; " + query)
    for window in (1, 3, 32):
        must(database.psql(f"ALTER SERVER attio OPTIONS ({'ADD' if window == 1 else 'SET'} "
                           f"max_concurrent_requests '{window}')"))
        tap.equal(database.value(forced + query), wanted, f"{window} requests at once")
    must(database.psql("ALTER SERVER attio OPTIONS (DROP max_concurrent_requests)"))
    for name, fault in (("HTTP 502", {"status": 502}),
                        ("a reset", {"reset": "headers"}),
                        ("429", {"status": 429, "headers": {"Retry-After": "0"}}),
                        ("a truncated answer", {"truncate": 500})):
        emulator.faults({"match": {"path": "query", "nth": [2, 4]}, "times": 2, **fault})
        tap.equal(database.value(forced + query), wanted, f"{name} in a lookup: asked again")
    # a condition beside the keys is refused: the keys are not
    must(database.psql("CREATE TABLE sold AS SELECT record_id FROM deals LIMIT 450"))
    refused = ("SELECT count(*) FROM sold s JOIN deals d USING (record_id) "
               "WHERE d.stage IN ('Lead', 'Lost', 'In Progress', 'On hold')")
    wanted_of_refused = database.value("SET attio_fdw.enable_batched_join = off; " + refused)
    emulator.switches(max_or=3)
    emulator.forget()
    tap.equal(database.value(forced + refused), wanted_of_refused, "a lookup whose other condition Attio refuses")
    sent = queries(emulator)
    tap.ok(sent[0]["status"] == 400 and len(sent) > 1
           and all(e["status"] == 200 and "$in" in e["body"] and "$or" not in e["body"] for e in sent[1:]),
           "asks for the keys without it, from then on", [(e["status"], e["body"][:200]) for e in sent])
    emulator.switches(max_or=0)
    must(database.psql("DROP TABLE sold"))
    emulator.faults({"match": {"path": "query", "nth": 3}, "body": '{"data": [{"id": {}}]}'})
    result = database.psql(forced + query)
    tap.ok(result.refused("without its id"), "an odd answer is an error", result)
    emulator.faults({"match": {"path": "query", "nth": 3}, "silence": True})
    result = database.psql(forced + "SET statement_timeout = '300ms'; " + query)
    emulator.faults()
    tap.ok("57014" in result.err, "a cancel ends a lookup", result)
    emulator.forget()
    tap.equal(database.value(forced + "SET work_mem = '64kB'; " + query), wanted, "with the least work_mem")
    tap.ok(len(queries(emulator)) <= 12, f"batches are still batches: {len(queries(emulator))} requests")
    tap.equal(database.value(forced
                             + "SET work_mem = '64kB'; SELECT count(*) FROM people a JOIN people b "
                               "ON b.company = a.company"),
              database.value("SET attio_fdw.enable_batched_join = off; SELECT count(*) FROM people a JOIN people b "
                             "ON b.company = a.company"), "many matches, and little memory to remember keys")


@case(WORK)
def counts(emulator, database):
    must(database.psql("ALTER FOREIGN TABLE deals OPTIONS (ADD estimated_rows '100000')"))
    exact = "SELECT count(*) FROM deals WHERE value >= 1000"
    wanted = database.value(exact)
    for switch in ({}, {"unsorted_order": "hash"}, {"unsorted_order": "updated_desc"}, {"null_order": "first"},
                   {"text_equality": "ignore_case"}, {"over_limit": "clamp"}, {"time_precision": "ms"}):
        emulator.switches(**switch)
        tap.equal(database.value("SET attio_fdw.push_count = on; " + exact), wanted,
                  f"a count with an exact condition under {switch}")
    emulator.switches(unsorted_order="id", null_order="last", text_equality="exact", over_limit="error",
                      time_precision="ns")
    # an offset that is refused is no end (with a number of rows that is not round: a round one would be asked behind)
    emulator.mutate({"do": "insert", "kind": "objects", "slug": "people", "count": 1})
    for largest in (0, 5000, 401, 250, 100):
        emulator.switches(max_offset=largest)
        tap.equal(database.value("SET attio_fdw.push_count = on; SELECT count(*) FROM people"), "401",
                  f"where no offset above {largest or 'any'} is allowed")
    emulator.switches(max_offset=0)
    result = database.psql("SET statement_timeout = '300ms'; SET attio_fdw.push_count = on; SELECT count(*) "
                           "FROM people")
    tap.ok(result.code == 0, "a count ends", result)
    emulator.faults({"match": {"path": "query"}, "silence": True})
    result = database.psql("SET statement_timeout = '300ms'; SET attio_fdw.push_count = on; SELECT count(*) "
                           "FROM people")
    emulator.faults()
    tap.ok("57014" in result.err, "or is cancelled", result)


@case(ANALYZED)
def analyze(_emulator, database):
    """Estimates of typical conditions, from a sample."""
    result = must(database.psql("SET client_min_messages = info; SET default_statistics_target = 10; "
                                "ALTER FOREIGN TABLE people OPTIONS (SET page_size '100', DROP estimated_rows);"
                                "ALTER FOREIGN TABLE deals OPTIONS (DROP estimated_rows); ANALYZE VERBOSE people; "
                                "ANALYZE VERBOSE deals; ANALYZE workspace_members"))
    tap.ok("3000 of 4000 rows read by" in result.err and "requests to Attio" in result.err,
           "ANALYZE VERBOSE says what it read and asked", result.err)
    tap.equal(database.value("SELECT reltuples FROM pg_class WHERE relname = 'people' AND relkind = 'f'"), "4000",
              "the number of rows is known")
    for table, condition in (("people", "name IS NOT NULL"),
                             ("people", "job_title = 'CEO'"),
                             ("people", "job_title IN ('CEO', 'CTO')"),
                             ("people", "company IS NULL"),
                             ("people", "created_at >= '2024-06-01Z'"),
                             ("people", "name > 'M'"),
                             ("deals", "stage = 'Lead'"),
                             ("deals", "value BETWEEN 1000 AND 3000"),
                             ("deals", "value IS NULL"),
                             ("deals", "stage = 'Won 🎉' AND value > 500"),
                             ("people", "email_addresses__first LIKE 'a%'")):
        plan = database.value(f"EXPLAIN SELECT * FROM {table} WHERE {condition}")
        estimate = int(plan.split("rows=")[1].split(" ")[0])
        rows = int(database.value(f"SELECT count(*) FROM {table} WHERE {condition}"))
        tap.ok(max(rows, 5) / 3 <= max(estimate, 2) <= max(rows, 5) * 3,
               f"{table}: {condition}: {estimate} rows estimated of {rows}")
    stranger = database.role("stranger", "GRANT USAGE ON SCHEMA crm TO %")
    result = database.psql(f"ALTER FOREIGN TABLE deals OWNER TO {stranger}; ANALYZE deals;")
    tap.ok("user mapping" in result.err, "ANALYZE asks with the key of the table's owner", result)
    must(database.psql("ALTER FOREIGN TABLE deals OWNER TO CURRENT_USER"))


run()
