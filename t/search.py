#!/usr/bin/env python3
"""The table search: records by a text, the best first; one request for each text and object."""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import KEY, QUICK, Workspace, must  # noqa: E402
from cases import case, run, tap  # noqa: E402

PATH = "/v2/objects/records/search"
WORK = Workspace("--scale", "80", options=QUICK)


def asked(emulator):
    """(text, objects, limit) of each search since the last time."""
    bodies = [json.loads(entry["body"]) for entry in emulator.log() if entry["path"] == PATH]
    emulator.forget()
    wrong = [body for body in bodies if body["request_as"] != {"type": "workspace"} or len(body) != 4]
    return wrong or sorted((body["query"], body["objects"], body["limit"]) for body in bodies)


def hits(emulator, text, slug):
    """The rows that the table should have, as the API tells them."""
    body = {"query": text, "objects": [slug], "request_as": {"type": "workspace"}, "limit": 25}
    return [{"query": text, "object": slug, "position": i, "record_id": hit["id"]["record_id"], "title": hit["record_text"],
             "email_addresses": hit.get("email_addresses"), "phone_numbers": hit.get("phone_numbers"),
             "domains": hit.get("domains"), "image_url": hit["record_image"]}
            for i, hit in enumerate(emulator.call("POST", PATH, body, key=KEY)["data"], 1)]


def rows(database, where, order="query, object, position"):
    return json.loads(database.value(f"SELECT coalesce(json_agg(t ORDER BY {order}), '[]') FROM search t WHERE {where}"))


@case(WORK)
def each_cell(emulator, database):
    wanted = hits(emulator, "ada", "companies") + hits(emulator, "ada", "people")
    asked(emulator)
    found = rows(database, "query = 'ada' AND object = ANY ('{people,companies}')")
    tap.equal(found, wanted, f"{len(wanted)} rows, as they are ranked")
    tap.equal(asked(emulator), [("ada", ["companies"], 25), ("ada", ["people"], 25)], "by a request for each object")
    tap.ok(len(wanted) > 3 and any(row["email_addresses"] for row in wanted), "some with addresses")
    domain = database.value("SELECT domains[1] FROM companies WHERE domains <> '{}' LIMIT 1")
    found = rows(database, f"query = '{domain}' AND object = 'companies'")
    tap.equal(found, hits(emulator, domain, "companies"), "a domain")
    tap.ok(found and any(domain in row["domains"] for row in found), "finds its company", found)
    tap.equal(len(rows(database, "query = 'a' AND object = 'people'")), 25, "there are 25 rows of an object at most")
    tap.equal(len(rows(database, "query = '' AND object = 'people'")), 25, "an empty text finds some rows")
    ident = emulator.get("/v2/objects/people")["id"]["object_id"]
    tap.equal([row["record_id"] for row in rows(database, f"query = 'ada' AND object = '{ident}'")],
              [row["record_id"] for row in wanted if row["object"] == "people"], "an object by its id")


@case(WORK)
def all_objects(emulator, database):
    slugs = [each["api_slug"] for each in emulator.get("/v2/objects")]
    wanted = [row for slug in sorted(slugs) for row in hits(emulator, "an", slug)]
    asked(emulator)
    tap.equal(sorted(rows(database, "query = 'an'"), key=lambda row: (row["object"], row["position"])), wanted,
              "without an object: of all")
    tap.equal(asked(emulator), sorted(("an", [slug], 25) for slug in slugs), "by a request for each")
    plan = database.value("EXPLAIN (COSTS OFF) SELECT * FROM search WHERE query = 'an'")
    tap.ok("Attio Walks: search over objects" in plan, "as EXPLAIN says", plan)
    emulator.call("POST", "/_emulator/tokens", {"few": "record_permission:read object_configuration:read"})
    must(database.psql("ALTER USER MAPPING FOR CURRENT_USER SERVER attio OPTIONS (SET api_key 'few')"))
    tap.equal(len(rows(database, "query = 'an'")), len(wanted), "lists need not be readable")
    must(database.psql(f"ALTER USER MAPPING FOR CURRENT_USER SERVER attio OPTIONS (SET api_key '{KEY}')"))
    emulator.switches(disabled_objects=["deals"])
    tap.equal(rows(database, "query = 'an' AND object = 'deals'"), [], "an object that is switched off has no rows")
    emulator.switches(disabled_objects=[])


@case(WORK)
def joined(emulator, database):
    must(database.psql("CREATE TABLE leads (name text, kind text);"
                       "INSERT INTO leads VALUES ('ada', 'people'), ('bob', 'people'), ('inc', 'companies'), (NULL, 'people')"))
    asked(emulator)
    found = database.value("""SELECT l.name, p.record_id FROM leads l JOIN search s ON s.query = l.name AND s.object = 'people'
        JOIN people p ON p.record_id = s.record_id ORDER BY 1, 2""").split("\n")
    tap.equal(asked(emulator), [(name, ["people"], 25) for name in ("ada", "bob", "inc")], "each text is searched for once")
    tap.equal(sorted(found), sorted(f"{name}|{row['record_id']}" for name in ("ada", "bob", "inc")
                                    for row in hits(emulator, name, "people")), "joined with records")
    asked(emulator)
    database.value("SELECT count(*) FROM leads l JOIN search s ON s.query = l.name AND s.object = l.kind")
    tap.equal(asked(emulator), [("ada", ["people"], 25), ("bob", ["people"], 25), ("inc", ["companies"], 25)],
              "text and object of a row of the other table")


@case(WORK)
def limits(emulator, database):
    people = [row["record_id"] for row in hits(emulator, "a", "people")]
    asked(emulator)
    for tail, first, size, limit in (("LIMIT 3", 0, 3, 3), ("OFFSET 2 LIMIT 3", 2, 3, 5), ("LIMIT 1", 0, 1, 1),
                                     ("OFFSET 23", 23, 2, 25), ("LIMIT 40", 0, 25, 25),
                                     ("ORDER BY position DESC LIMIT 2", -2, 2, 25)):
        found = database.value(f"SELECT record_id FROM search WHERE query = 'a' AND object = 'people' {tail}").split("\n")
        some = people[first:][:size]
        tap.equal(found, some[::-1] if "DESC" in tail else some, tail)
        tap.equal(asked(emulator), [("a", ["people"], limit)], f"asks for {limit}")
    database.value("SELECT title FROM search WHERE query = 'a' AND object = 'people' AND title <> 'x' LIMIT 2")
    tap.equal(asked(emulator), [("a", ["people"], 25)], "not where rows are checked here")
    must(database.psql("ALTER FOREIGN TABLE search OPTIONS (ADD page_size '2'); "))
    tap.equal(len(rows(database, "query = 'a' AND object = 'people'")), 25, "the size of a page is none of a search's")
    tap.equal(asked(emulator), [("a", ["people"], 25)], "which has one")
    must(database.psql("ALTER FOREIGN TABLE search OPTIONS (DROP page_size)"))
    tap.equal(database.value("SET attio_fdw.push_limit = off; SELECT count(*) FROM (SELECT FROM search WHERE query = 'a' "
                             "AND object = 'people' LIMIT 4) t"), "4", "without push_limit")
    tap.equal(asked(emulator), [("a", ["people"], 25)], "all are asked for")


@case(WORK)
def any_text(emulator, database):
    for text in ('a"b', "a\\\\b", "{query}", '{"x":1}', "é—🎉", "a\tb\nc", "50%", "O'Neil"):
        quoted = "E'" + text.replace("\\", "\\\\").replace("'", "''").replace("\n", "\\n").replace("\t", "\\t") + "'"
        asked(emulator)
        rows(database, f"query = {quoted} AND object = 'people'")
        tap.equal(asked(emulator), [(text, ["people"], 25)], f"searched as it is: {text!r}")
    tap.equal(rows(database, "query = 'ADA' AND object = 'people'") != [], True, "case is the service's matter")
    tap.equal(rows(database, "query = 'ada' AND query = 'bob' AND object = 'people'"), [], "two texts are of no row")
    tap.equal(rows(database, "query = NULL AND object = 'people'"), [], "NULL is no text")


@case(WORK)
def mistakes(emulator, database):
    for where, code, words in (("true", "HV000", "WHERE query = 'ada'"), ("object = 'people'", "HV000", 'column "query"'),
                               ("query LIKE 'a%'", "HV000", 'column "query"'),
                               ("query = 'a' AND object = 'nope'", "", "not found"),
                               ("query = repeat('x', 257) AND object = 'people'", "22023", "256")):
        result = database.psql(f"SELECT * FROM search WHERE {where}")
        tap.ok(result.refused(code, words), where, result)
    for write in ("INSERT INTO search (query) VALUES ('a')", "DELETE FROM search WHERE query = 'a'"):
        result = database.psql(write)
        tap.ok(result.refused("55000", "does not allow"), write, result)
    for body in ('{"data": [7]}', '{"data": {}}', '{"rows": []}', '{"data": [{"id": {"record_id": "x"}}]}'):
        emulator.faults({"match": {"path": PATH}, "status": 200, "body": body, "content_type": "application/json"})
        result = database.psql("SELECT * FROM search WHERE query = 'a' AND object = 'people'")
        tap.ok(result.refused("HV000") or "22P02" in result.err, f"an odd answer: {body}", result)
    emulator.faults()


run()
