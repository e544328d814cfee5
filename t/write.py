#!/usr/bin/env python3
"""Writing: each type there and back, random statements beside a local twin, faults, guard rails, roles.

What is in Attio is read from the emulator's own API, not through the extension.
"""
import json
import os
import random
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import QUICK, Workspace, must  # noqa: E402
from cases import case, run, tap  # noqa: E402

SEED = int(os.environ.get("ATTIO_SEED", "20261122"))


def record(emulator, ident, slug="all_types"):
    return emulator.get(f"/v2/objects/{slug}/records/{ident}")["values"]


def prepare(_emulator, database):
    must(database.psql("""CREATE FOREIGN TABLE upsert_companies (record_id uuid, name text, domains text[],
            categories text[]) SERVER attio OPTIONS (object 'companies', matching_attribute 'domains');
        CREATE FOREIGN TABLE upsert_entries (entry_id uuid, parent_record_id uuid, status text) SERVER attio
            OPTIONS (list 'sales_pipeline', matching_attribute 'parent_record')"""))


WORK = Workspace("--scale", "60", options=QUICK, before=prepare)


class Known:
    """Rows that others refer to."""

    def __init__(self, database):
        self.person = database.value("SELECT record_id FROM people LIMIT 1")
        self.company = database.value("SELECT record_id FROM companies LIMIT 1")
        self.member = database.value("SELECT workspace_member_id FROM workspace_members LIMIT 1")


def shows(values, wanted):
    """Are these the values, as far as the wanted ones say?"""
    def fits(have, want):
        return all(fits(have.get(k), v) if isinstance(v, dict) else have.get(k) == v for k, v in want.items())
    return len(values) == len(wanted) and all(fits(h, w) for h, w in zip(values, wanted))


def count(database, tag):
    return database.value(f"SELECT count(*) FROM all_types WHERE a_text = '{tag}'")


def types_of(known):
    """Column, value in SQL, another, what the API shows of the first."""
    person, member = known.person, known.member
    return (
        ("a_text", "'two words'", "'other'", [{"value": "two words"}]),
        ("a_number", "1234.5678", "-0.5", [{"value": 1234.5678}]),
        ("a_currency", "99.95", "0", [{"currency_value": 99.95}]),
        ("a_rating", "4", "1", [{"value": 4}]),
        ("a_checkbox", "true", "false", [{"value": True}]),
        ("a_date", "'2024-02-29'", "'2000-01-01'", [{"value": "2024-02-29"}]),
        ("a_timestamp", "'2024-02-29 23:59:59.123Z'", "'1999-12-31Z'", [{"value": "2024-02-29T23:59:59.123000000Z"}]),
        ("a_select", "'One'", "NULL", [{"option": {"title": "One"}}]),
        ("some_selects", "'{Red}'", "'{}'", [{"option": {"title": "Red"}}]),
        ("a_status", "'Lead'", "'Lost'", [{"status": {"title": "Lead"}}]),
        ("a_reference", f"'{person}'", "NULL", [{"target_object": "people", "target_record_id": person}]),
        ("an_actor", f"'{member}'", "NULL",
         [{"referenced_actor_type": "workspace-member", "referenced_actor_id": member}]),
        ("some_actors", f"'{{{member}}}'", "'{}'", [{"referenced_actor_id": member}]),
        ("an_email", "'one@example.com'", "'two@example.com'", [{"email_address": "one@example.com"}]),
        ("some_emails", "'{b@example.com,a@example.com}'", "'{c@example.com}'",
         [{"email_address": "b@example.com"}, {"email_address": "a@example.com"}]),
        ("a_domain", "'one.com'", "'two.com'", [{"domain": "one.com"}]),
        ("some_domains", "'{one.com,two.com}'", "'{two.com}'", [{"domain": "one.com"}, {"domain": "two.com"}]),
        ("a_phone", "'+442071838750'", "'+442071838751'", [{"phone_number": "+442071838750"}]),
        ("a_name", "'Grace Brewster Hopper'", "'Ada'",
         [{"first_name": "Grace", "last_name": "Brewster Hopper", "full_name": "Grace Brewster Hopper"}]),
        ("a_name__last_name", "'Only'", "'Other'", [{"first_name": "", "last_name": "Only", "full_name": "Only"}]),
        ("a_location__locality", "'Berlin'", "'Paris'", [{"locality": "Berlin", "line_1": None}]),
        ("a_location", "'10 Downing Street, London'", "NULL", [{}]),
    )


@case(WORK)
def types(emulator, database):
    """Each type: insert, read back through the API, update, clear."""
    known = Known(database)
    person, company = known.person, known.company
    for column, value, other, wanted in types_of(known):
        slug = column.split("__")[0]
        ident = database.value(f"INSERT INTO all_types ({column}) VALUES ({value}) RETURNING record_id")
        tap.ok(shows(record(emulator, ident)[slug], wanted), f"{column}: inserted as {value}",
               record(emulator, ident)[slug])
        tap.equal(database.value(f"SELECT {column} IS NOT DISTINCT FROM {value} FROM all_types "
                                 f"WHERE record_id = '{ident}'") if column != "a_location" else "t", "t",
                  f"{column}: read back")
        must(database.psql(f"UPDATE all_types SET {column} = {other} WHERE record_id = '{ident}'"))
        tap.equal(database.value(f"SELECT {column} IS NOT DISTINCT FROM {other} FROM all_types "
                                 f"WHERE record_id = '{ident}'"), "t", f"{column}: updated to {other}")
        empty = "'{}'" if "[]" in database.value(f"SELECT pg_typeof({column}) FROM all_types LIMIT 1") else "NULL"
        must(database.psql(f"UPDATE all_types SET {column} = {empty} WHERE record_id = '{ident}'"))
        tap.equal(record(emulator, ident)[slug], [], f"{column}: cleared")
        must(database.psql(f"DELETE FROM all_types WHERE record_id = '{ident}'"))
    tap.equal(database.value("INSERT INTO all_types (some_references, some_references__target_object) "
                             f"VALUES ('{{{person},{company}}}', '{{people,companies}}') "
                             "RETURNING some_references__target_object"), "{people,companies}",
              "references to several objects")
    result = database.psql(f"INSERT INTO all_types (some_references) VALUES ('{{{person}}}')")
    tap.ok("23502" in result.err and "target_object" in result.err, "they need the objects", result)


@case(WORK)
def differences(emulator, database):
    """Only what differs is sent."""
    ident = database.value("INSERT INTO all_types (a_text, a_number, a_name, a_location__locality) "
                           "VALUES ('x', 1, 'Grace Hopper', 'Berlin') RETURNING record_id")
    emulator.forget()
    must(database.psql(f"UPDATE all_types SET a_text = 'y' WHERE record_id = '{ident}'"))
    slugs = {a["id"]["attribute_id"]: a["api_slug"] for a in emulator.get("/v2/objects/all_types/attributes?limit=500")}
    sent = [{slugs[key]: values for key, values in json.loads(e["body"])["data"]["values"].items()}
            for e in emulator.sent()]
    tap.equal(sent, [{"a_text": [{"value": "y"}]}], "an UPDATE of one column sends one attribute, by its id")
    emulator.forget()
    must(database.psql("UPDATE all_types SET a_text = 'y', a_number = 1.0, a_name = 'Grace Hopper' "
                       f"WHERE record_id = '{ident}'"))
    tap.equal(emulator.sent(), [], "one that changes nothing sends nothing")
    must(database.psql("UPDATE all_types SET a_text = 'z', a_number = a_number, a_name = a_name, a_name__first_name = "
                       "a_name__first_name, a_name__last_name = 'Murray', "
                       "a_location__locality = a_location__locality, some_selects = some_selects "
                       f"WHERE record_id = '{ident}'"))
    tap.equal([sorted(slugs[key] for key in json.loads(e["body"])["data"]["values"]) for e in emulator.sent()],
              [["a_name", "a_text"]], "an ORM that sets every column sends what differs")
    tap.ok(shows(record(emulator, ident)["a_name"],
                 [{"first_name": "Grace", "last_name": "Murray", "full_name": "Grace Murray"}]),
           "a name is written whole",
           record(emulator, ident)["a_name"])


@case(WORK)
def addresses(emulator, database):
    """An address is written in part."""
    ident = database.value("INSERT INTO all_types (a_text, a_location__locality) VALUES ('x', 'Berlin') "
                           "RETURNING record_id")
    emulator.mutate({"do": "set", "kind": "objects", "slug": "all_types", "ids": [ident], "attribute": "a_location",
                     "values": [{"line_1": "1 Main St", "locality": "Berlin", "country_code": "DE", "latitude": "52.5",
                                 "longitude": "13.4"}]})
    must(database.psql(f"UPDATE all_types SET a_location__region = 'BE' WHERE record_id = '{ident}'"))
    tap.ok(shows(record(emulator, ident)["a_location"],
                 [{"line_1": "1 Main St", "locality": "Berlin", "region": "BE", "country_code": "DE",
                   "latitude": None}]),
           "an address keeps its other lines and loses its coordinates", record(emulator, ident)["a_location"])


@case(WORK)
def entries(_emulator, database):
    company = Known(database).company
    entry = database.value(f"INSERT INTO sales_pipeline (parent_record_id) VALUES ('{company}') "
                           "RETURNING entry_id, parent_object").split("|")
    tap.equal(entry[1], "companies", "an entry takes its list's only parent object")
    must(database.psql(f"DELETE FROM sales_pipeline WHERE entry_id = '{entry[0]}'"))
    tap.equal(database.value(f"SELECT count(*) FROM sales_pipeline WHERE entry_id = '{entry[0]}'"), "0",
              "and can be deleted")
    result = database.psql("INSERT INTO sales_pipeline (entry_id) VALUES (NULL)")
    tap.ok("23502" in result.err, "an entry needs a parent", result)
    result = database.psql(f"UPDATE sales_pipeline SET parent_record_id = '{company}' WHERE created_at > '2000-01-01'")
    tap.ok("cannot be written" in result.err, "which cannot change", result)


@case(WORK)
def many_rows(emulator, database):
    """COPY, INSERT ... SELECT, batches."""
    emulator.forget()
    must(database.psql("SET attio_fdw.allow_copy = on; COPY all_types (a_text, a_number) FROM stdin;\n"
                       + "".join(f"copied\t{i}\n" for i in range(100)) + "\\.\n"))
    tap.equal(database.value("SELECT count(*), sum(a_number) FROM all_types WHERE a_text = 'copied'"), "100|4950",
              "COPY")
    must(database.psql("INSERT INTO all_types (a_text, a_number) SELECT 'selected', i FROM generate_series(1, 50) i"))
    tap.equal(database.value("SELECT count(*), sum(a_number) FROM all_types WHERE a_text = 'selected'"), "50|1275",
              "INSERT ... SELECT")
    must(database.psql("UPDATE all_types SET a_number = a_number + 1000 WHERE a_text IN ('copied', 'selected')"))
    tap.equal(database.value("SELECT count(*), sum(a_number) FROM all_types WHERE a_text IN ('copied', 'selected')"),
              "150|156225", "an UPDATE that could see its own writes")
    must(database.psql("DELETE FROM all_types WHERE a_text IN ('copied', 'selected')"))
    tap.equal(database.value("SELECT count(*) FROM all_types WHERE a_text IN ('copied', 'selected')"), "0",
              "DELETE of many")


COLUMNS = ("a_text", "a_number", "a_rating", "a_checkbox", "a_date", "a_timestamp", "a_select", "some_selects",
           "a_name",
           "some_emails", "an_email")


def made_up_values(rng):
    """For each column a function that makes up a value of it."""
    return {"a_number": lambda: str(rng.randrange(-999, 999) / 4), "a_rating": lambda: str(rng.randrange(6)),
            "a_checkbox": lambda: rng.choice(["true", "false"]),
              "a_date": lambda: f"'20{rng.randrange(10, 30)}-0{rng.randrange(1, 10)}-11'",
            "a_timestamp": lambda: f"'2024-05-06 07:{rng.randrange(10, 60)}:09.{rng.randrange(100, 999)}Z'",
              "a_select": lambda: "'One'", "some_selects": lambda: rng.choice(["'{Red}'", "'{}'"]),
            "a_name": lambda: rng.choice(["'Ada Lovelace'", "'Grace Hopper'", "'Plato'"]),
              "some_emails": lambda: rng.choice(["'{a@example.com}'", "'{b@example.com,a@example.com}'", "'{}'"]),
            "an_email": lambda: rng.choice(["'x@example.com'", "'y@example.com'"])}


def made_up_statements(rng):
    """Statements on @all_types, whose rows are called tag1, tag2 ..."""
    columns, values = COLUMNS, made_up_values(rng)
    tags = 0
    statements = []
    for _ in range(int(os.environ.get("ATTIO_WRITES", "150"))):
        kind = rng.choice(["INSERT", "INSERT", "UPDATE", "UPDATE", "DELETE"])
        chosen = rng.sample(columns[1:], rng.randrange(1, 5))
        if kind == "INSERT":
            tags += 1
            # what is not given is empty: '{}' in arrays
            given = {c: values[c]() for c in chosen}
            for c in ("some_selects", "some_emails"):
                given.setdefault(c, "'{}'")
            statements.append(f"INSERT INTO @all_types (a_text, {', '.join(given)}) "
                              f"VALUES ('tag{tags}', {', '.join(given.values())})")
            continue
        condition = rng.choice([f"a_text = 'tag{rng.randrange(1, tags + 2)}'",
                                f"a_text LIKE 'tag%' AND a_number > {rng.randrange(-200, 200)}",
                                f"a_text LIKE 'tag%{rng.randrange(10)}' AND a_rating = {rng.randrange(6)}",
                                "a_text LIKE 'tag%1' AND a_name = 'Plato'"])
        if kind == "DELETE":
            statements.append(f"DELETE FROM @all_types WHERE {condition} AND a_text LIKE 'tag%7'")
        else:
            settings = ", ".join(f"{c} = {values[c]() if rng.random() < 0.8 or c.startswith('some') else 'NULL'}"
                                 for c in chosen)
            statements.append(f"UPDATE @all_types SET {settings} WHERE {condition}")
    return statements


@case(WORK)
def beside_a_twin(_emulator, database):
    """Random statements leave the same in a local twin."""
    statements, columns = made_up_statements(random.Random(SEED)), COLUMNS
    must(database.psql("CREATE SCHEMA twin; CREATE TABLE twin.all_types AS SELECT " + ", ".join(columns)
                       + " FROM all_types WITH NO DATA"))
    for schema in ("twin.", "crm."):
        must(database.psql("SET attio_fdw.log_writes = off;\n"
                           + "\n".join(s.replace("@all_types", schema + "all_types") + ";" for s in statements)))
    listed = ", ".join(columns)
    difference = database.value(f"SELECT count(*) FROM ((SELECT {listed} FROM twin.all_types "
                                f"EXCEPT ALL SELECT {listed} FROM crm.all_types WHERE a_text LIKE 'tag%') UNION ALL "
                                f"(SELECT {listed} FROM crm.all_types WHERE a_text LIKE 'tag%' "
                                f"EXCEPT ALL SELECT {listed} FROM twin.all_types)) s")
    tap.equal(difference, "0", f"{len(statements)} random statements (seed {SEED}) leave equal tables")
    tap.note(f"{database.value('SELECT count(*) FROM twin.all_types')} rows are left")


@case(WORK)
def lost_creates(emulator, database):
    """A create whose answer is lost is not sent again, and may exist."""
    for name, fault in (("after it was sent", {"reset": "headers"}),
                        ("in its body", {"reset": "body"}),
                        ("with HTTP 502", {"status": 502})):
        emulator.faults({"match": {"method": "POST", "path": "records$"}, **fault})
        emulator.forget()
        result = database.psql("INSERT INTO all_types (a_text) VALUES ('lost')")
        tap.ok("08007" in result.err and "may or may not exist" in result.err and len(emulator.sent()) == 1,
               f"a create that broke {name}: sent once, and said so", result)
    emulator.faults()
    database.psql("DELETE FROM all_types WHERE a_text = 'lost'")
    emulator.faults({"match": {"method": "POST", "path": "records$"}, "status": 429, "headers": {"Retry-After": "0"},
                     "times": 2})
    must(database.psql("INSERT INTO all_types (a_text) VALUES ('limited')"))
    emulator.faults()
    tap.equal(count(database, "limited"), "1", "a create refused for the rate limit is sent again, and made once")
    # a kept-alive connection that the server closes after it read the request
    emulator.faults({"match": {"method": "POST", "path": "records$", "nth": 2}, "reset": "before"})
    emulator.forget()
    result = database.psql("INSERT INTO all_types (a_text) VALUES ('kept 1'); INSERT INTO all_types (a_text) "
                           "VALUES ('kept 2');")
    tap.ok("08007" in result.err and len([e for e in emulator.sent()]) <= 2,
           "nor does libcurl send a create again on a new connection", (result, len(emulator.sent())))
    emulator.faults()


@case(WORK)
def repeated(emulator, database):
    """What may be sent again is."""
    ident = database.value("INSERT INTO all_types (a_text) VALUES ('changing') RETURNING record_id")
    for name, fault in (("a reset", {"reset": "headers"}),
                        ("HTTP 503", {"status": 503, "headers": {"Retry-After": "0"}}),
                        ("429", {"status": 429, "headers": {"Retry-After": "0"}})):
        emulator.faults({"match": {"method": "PUT"}, "times": 1, **fault})
        must(database.psql(f"UPDATE all_types SET a_text = 'changed by {name}' WHERE record_id = '{ident}'"))
        tap.equal(record(emulator, ident)["a_text"][0]["value"], f"changed by {name}",
                  f"an UPDATE is repeated after {name}")
    emulator.faults({"match": {"method": "DELETE"}, "times": 1, "reset": "headers"})
    must(database.psql(f"DELETE FROM all_types WHERE record_id = '{ident}'"))
    emulator.faults({"match": {"method": "PUT"}, "status": 409,
                     "body": '{"code":"concurrent_write_conflict","message":"busy"}'})
    result = database.psql("UPDATE deals SET priority = 2 WHERE priority = 3")
    tap.ok("40001" in result.err, "a conflict is a serialization failure", result)
    emulator.faults()


@case(WORK)
def failing_row(emulator, database):
    """A failing row among many: what is done is said, and true."""
    must(database.psql("INSERT INTO all_types (a_text, a_number) SELECT 'many', i FROM generate_series(1, 60) i"))
    emulator.faults({"match": {"method": "PUT", "nth": 30}, "status": 400, "body": '{"code":"x","message":"no"}'})
    emulator.forget()
    result = database.psql("UPDATE all_types SET a_number = a_number + 1000 WHERE a_text = 'many'")
    emulator.faults()
    done = int(database.value("SELECT count(*) FROM all_types WHERE a_text = 'many' AND a_number > 1000"))
    tap.ok(f"{done} rows of this statement are written" in result.err and 0 < done < 60,
           f"an error in the middle says that {done} rows are written", result)
    tap.ok(f"{done} writes to Attio stay" in result.err, "and so does the warning of the abort", result)
    emulator.faults({"match": {"method": "POST", "path": "records$", "nth": 20}, "status": 400,
                     "body": '{"code":"x","message":"no"}'})
    result = database.psql("INSERT INTO all_types (a_text) SELECT 'batch' FROM generate_series(1, 40)")
    emulator.faults()
    tap.ok(f"{count(database, 'batch')} rows of this statement are written" in result.err, "in a batch too", result)


@case(WORK)
def transactions(_emulator, database):
    result = database.psql("BEGIN; INSERT INTO all_types (a_text) VALUES ('t1'); SAVEPOINT s; "
                           "INSERT INTO all_types (a_text) VALUES ('t2'); ROLLBACK TO s; COMMIT;")
    tap.ok(result.code == 0 and result.err.count("1 write to Attio stays") == 1,
           "a savepoint rolled back warns of its own write", result)
    result = database.psql("BEGIN; SAVEPOINT s; INSERT INTO all_types (a_text) VALUES ('t3'); RELEASE s; "
                           "INSERT INTO all_types (a_text) VALUES ('t4'); ROLLBACK;")
    tap.ok("2 writes to Attio stay" in result.err or result.err.count("1 write to Attio stays") == 2,
           "a transaction rolled back warns of all", result)
    result = database.psql("BEGIN; INSERT INTO all_types (a_text) VALUES ('t5'); COMMIT;")
    tap.ok("stay" not in result.err, "one that commits does not", result)


def refusals(person):
    """What is refused, the statement, and words of the error."""
    return (
        ("DELETE without WHERE", "DELETE FROM people", "without WHERE"),
        ("UPDATE without WHERE", "UPDATE people SET job_title = 'x'", "without WHERE"),
        ("WHERE true", "DELETE FROM people WHERE true", "without WHERE"),
        ("too many rows",
         "SET attio_fdw.max_rows_written = 20; UPDATE people SET job_title = 'x' WHERE created_at > '2000-01-01'",
         "more than 20 rows"),
        ("read_only", "SET attio_fdw.read_only = on; INSERT INTO all_types (a_text) VALUES ('x')", "read_only"),
        ("a read-only column", "INSERT INTO people (created_at) VALUES (now())", "cannot be written"),
        ("an id of one's own", "INSERT INTO people (record_id) VALUES (gen_random_uuid())", "cannot be written"),
        ("a title that does not exist", "UPDATE deals SET stage = 'Wonn' WHERE value > 1000", "Valid values are"),
        ("a phone number without +", "INSERT INTO all_types (a_phone) VALUES ('012345')", "begins with +"),
        ("infinity", "INSERT INTO all_types (a_date) VALUES ('infinity')", "finite"),
        ("NaN", "INSERT INTO all_types (a_number) VALUES ('NaN')", "finite"),
        ("NULL in an array", "INSERT INTO all_types (some_selects) VALUES ('{Red,NULL}')", "must not be NULL"),
        ("one bad row of a batch",
         "INSERT INTO all_types (a_phone) SELECT CASE WHEN i = 9 THEN '9' ELSE '+442071838750' END "
         "FROM generate_series(1, 10) i", "begins with +"),
        ("ON CONFLICT where nothing is unique", "INSERT INTO deals (name) VALUES ('x') ON CONFLICT DO NOTHING",
         "never conflict"),
        ("ON CONFLICT DO UPDATE",
         "INSERT INTO people (name) VALUES ('x') ON CONFLICT (record_id) DO UPDATE SET job_title = 'x'", "42P10"),
        ("a required attribute", "INSERT INTO deals (value) VALUES (1)", "must have a value"),
        ("NULL in a required attribute", "UPDATE deals SET name = NULL WHERE value > 1000", "must have a value"),
        ("an actor who is no member", f"INSERT INTO all_types (an_actor) VALUES ('{person}')",
         "id of a workspace member"),
        ("TRUNCATE", "TRUNCATE people", "cannot truncate"),
        ("MERGE", "MERGE INTO people USING (SELECT 1) s ON false WHEN NOT MATCHED THEN INSERT (name) VALUES ('x')",
         "MERGE"),
        ("another resource", "DELETE FROM workspace_members WHERE first_name = 'x'", "workspace_members"))


@case(WORK)
def guard_rails(emulator, database):
    """Nothing is sent."""
    refused = refusals(Known(database).person)
    emulator.forget()
    for name, sql, words in refused:
        result = database.psql(sql)
        tap.ok(result.refused(words), f"{name} is refused", result)
    tap.equal(emulator.sent(), [], "all of that before any request that writes")


@case(WORK)
def settings_and_options(_emulator, database):
    result = database.psql("SET attio_fdw.allow_unqualified_writes = on; UPDATE deals SET priority = 5")
    tap.ok(result.code == 0 and database.value("SELECT count(*) FROM deals WHERE priority IS DISTINCT FROM 5") == "0",
           "allow_unqualified_writes", result)
    result = database.psql("SET attio_fdw.dry_run = on; UPDATE deals SET priority = 1 WHERE priority = 5; DELETE "
                           "FROM deals WHERE priority = 5; INSERT INTO deals (name) VALUES ('x')")
    tap.equal(database.value("SELECT count(*) FROM deals WHERE priority IS DISTINCT FROM 5"), "0",
              "dry_run changes nothing")
    must(database.psql("ALTER FOREIGN TABLE deals OPTIONS (ADD updatable 'false')"))
    result = database.psql("UPDATE deals SET priority = 1 WHERE priority = 5")
    tap.ok(result.code != 0, "option updatable of the table", result)
    must(database.psql("ALTER FOREIGN TABLE deals OPTIONS (DROP updatable)"))


@case(WORK)
def upsert(emulator, database):
    """A second table over the same object, whose INSERT matches."""
    tap.ok("PUT /v2/objects/companies/records?matching_attribute=domains"
           in database.value("EXPLAIN INSERT INTO upsert_companies (name) VALUES ('x')"),
           "EXPLAIN says that an INSERT matches")
    first = database.value("INSERT INTO upsert_companies (name, domains) VALUES ('Matched', '{matched.com}') "
                           "RETURNING record_id")
    again = database.value("INSERT INTO upsert_companies (name, domains) VALUES ('Matched again', '{matched.com}') "
                           "RETURNING record_id, name").split("|")
    tap.equal(again, [first, "Matched again"], "an INSERT that matches updates")
    tap.equal(database.value("SELECT count(*) FROM companies WHERE 'matched.com' = ANY (domains)"), "1",
              "and makes no second row")
    emulator.faults({"match": {"method": "PUT", "path": "matching"}, "times": 1, "reset": "headers"})
    must(database.psql("INSERT INTO upsert_companies (name, domains) VALUES ('Repeated', '{matched.com}')"))
    tap.equal(database.value("SELECT name FROM companies WHERE 'matched.com' = ANY (domains)"), "Repeated",
              "it may be repeated")
    must(database.psql("INSERT INTO upsert_companies (name, domains) SELECT 'Usage ' || i, ARRAY['usage' || i % 5 || "
                       "'.com'] FROM generate_series(1, 5) i"))
    tap.equal(database.value("SELECT count(*) FROM companies WHERE name LIKE 'Usage %'"), "5", "many at once")
    result = database.psql("INSERT INTO upsert_companies (name) VALUES ('x')")
    tap.ok("23502" in result.err, "a row without the matching value is refused", result)


@case(WORK)
def upsert_of_others(_emulator, database):
    """What an upsert matches by."""
    must(database.psql("ALTER FOREIGN TABLE upsert_companies OPTIONS (SET matching_attribute 'categories')"))
    result = database.psql("INSERT INTO upsert_companies (name, categories) VALUES ('x', '{SaaS}')")
    tap.ok("is not unique" in result.err, "an attribute that is not unique is refused", result)
    alone = database.value("INSERT INTO companies (name) VALUES ('Alone') RETURNING record_id")
    one = database.value(f"INSERT INTO upsert_entries (parent_record_id) VALUES ('{alone}') RETURNING entry_id")
    two = database.value(f"INSERT INTO upsert_entries (parent_record_id) VALUES ('{alone}') RETURNING entry_id")
    tap.equal(two, one, "an entry is matched by its parent")
    must(database.psql("DELETE FROM companies WHERE name IN ('Repeated', 'Alone') OR name LIKE 'Usage %'"))


@case(WORK)
def triggers(_emulator, database):
    must(database.psql("CREATE FUNCTION shout() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.a_text := "
                       "upper(NEW.a_text); RETURN NEW; END $$;"
                       "CREATE TRIGGER shout BEFORE INSERT OR UPDATE ON all_types FOR EACH ROW EXECUTE "
                       "FUNCTION shout();"
                       "INSERT INTO all_types (a_text, a_number) VALUES ('loud', 1); UPDATE all_types SET a_number = 2 "
                       "WHERE a_text = 'LOUD'; DROP TRIGGER shout ON all_types;"))
    tap.equal(database.value("SELECT a_number FROM all_types WHERE a_text = 'LOUD'"), "2", "BEFORE triggers")


@case(WORK)
def views_and_roles(emulator, database):
    must(database.psql("CREATE VIEW cheap AS SELECT record_id, a_text, a_number FROM all_types "
                       "WHERE a_number < 10 WITH CHECK OPTION"))
    emulator.forget()
    result = database.psql("INSERT INTO cheap (a_text, a_number) VALUES ('dear', 100)")
    tap.ok("44000" in result.err and not emulator.sent(), "WITH CHECK OPTION, before the request", result)
    must(database.psql("INSERT INTO cheap (a_text, a_number) VALUES ('fair', 5); UPDATE cheap SET a_number = 6 "
                       "WHERE a_text = 'fair'"))
    tap.equal(database.value("SELECT a_number FROM all_types WHERE a_text = 'fair'"), "6", "an updatable view")
    scribe = database.role("scribe",
                           "GRANT USAGE ON SCHEMA crm TO %; GRANT SELECT ON ALL TABLES IN SCHEMA crm TO %; "
                           "GRANT INSERT, SELECT ON cheap TO %")
    result = database.psql(f"SET ROLE {scribe}; INSERT INTO crm.all_types (a_text) VALUES ('theirs')")
    tap.ok("42501" in result.err, "a role without the privilege writes nothing", result)
    must(database.psql(f"SET ROLE {scribe}; INSERT INTO crm.cheap (a_text, a_number) VALUES ('through the view', 1)"))
    tap.equal(count(database, "through the view"), "1", "the owner of a view writes with the owner's key")
    must(database.psql(f"GRANT INSERT ON crm.all_types TO {scribe}"))
    result = database.psql(f"SET ROLE {scribe}; INSERT INTO crm.all_types (a_text) VALUES ('theirs')")
    tap.ok("42704" in result.err and "user mapping" in result.err, "nor does one without a mapping", result)


@case(WORK)
def partitions(_emulator, database):
    """Some are local and some are remote."""
    must(database.psql("""CREATE TABLE routed (record_id uuid, a_text text, a_number numeric)
            PARTITION BY LIST (a_text);
        CREATE FOREIGN TABLE remote_part PARTITION OF routed FOR VALUES IN ('remote') SERVER attio
            OPTIONS (object 'all_types');
        CREATE TABLE local_part PARTITION OF routed FOR VALUES IN ('local');
        INSERT INTO routed (a_text, a_number) VALUES ('remote', 41), ('local', 2), ('remote', 42);
        SET attio_fdw.allow_copy = on;
        COPY routed (a_text, a_number) FROM stdin;\nremote\t43\nlocal\t3\n\\.
        UPDATE routed SET a_number = a_number + 100 WHERE a_text IN ('remote', 'local')"""))
    tap.equal(database.value("SELECT sum(a_number) FROM routed WHERE a_text = 'remote'"), "426",
              "rows routed to a foreign partition, and updated with the others")
    gone = database.value("DELETE FROM routed WHERE a_text IN ('remote', 'local') AND a_number < 142 "
                          "RETURNING a_text, a_number")
    tap.equal(sorted(gone.split("\n")), ["local|102", "local|103", "remote|141"], "and deleted with the others")
    must(database.psql("DROP TABLE routed; DELETE FROM all_types WHERE a_text = 'remote'"))


@case(WORK)
def statement_triggers(_emulator, database):
    """Triggers of the statement run when the rows are written."""
    must(database.psql("CREATE TABLE seen (n int); CREATE FUNCTION look() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                       "INSERT INTO seen SELECT count(*) FROM crm.all_types "
                       "WHERE a_number = 77; RETURN NULL; END $$; CREATE TRIGGER look AFTER UPDATE "
                       "ON all_types EXECUTE FUNCTION look();"
                       "INSERT INTO all_types (a_text) VALUES ('looked at'); UPDATE all_types SET a_number = 77 "
                       "WHERE a_text = 'looked at'; DROP TRIGGER look ON all_types"))
    tap.equal(database.value("SELECT n FROM seen"), "1", "an AFTER STATEMENT trigger sees what was written")


run()
