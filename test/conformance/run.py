"""Walks every route of the emulator, and lets the extension read a workspace, through a validating proxy.

Fails on any request or answer that violates the specification, on a route that was not walked, and if a
deliberately wrong answer is let through.
"""
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path[:0] = [os.path.join(ROOT, "test", "lib"), os.path.join(ROOT, "emulator")]
from attio_emulator import api, parameters  # noqa: E402
from attio_test import KEY, Database, Emulator, must  # noqa: E402
from endpoints import differences, shape_of  # noqa: E402

VIOLATION = "stoplight.io/prism/errors"
# Endpoints that came after the specification, by its vendor's later documents.
NEWER = {("PATCH", "/v2/notes/{id}")}
# Answers that the specification does not list for the endpoint, and why we give them.
REVIEWED = {
    400: "filter and validation errors are recorded on endpoints whose specification lists only 404",
    403: "missing scopes are not in the specification (field: several)",
    429: "rate limits are not in the specification (docs)",
}


def patched_specification(path):
    """A copy without the known defects (tooling 3; recordings win)."""
    with open(path, encoding="utf-8") as file:
        specification = json.load(file)

    def patch(node):
        if isinstance(node, dict):
            properties = node.get("properties", {})
            kind = properties.get("attribute_type", {}).get("enum")
            # its own example has a time; every recording too
            if kind == ["timestamp"]:
                properties["value"].pop("format", None)
            # "null" among the types, or nullable, but not in the enum: null is meant, and recorded
            types = node.get("type")
            if node.pop("nullable", False) is True and isinstance(types, str):
                node["type"] = types = [types, "null"]
            if isinstance(types, list) and "null" in types and None not in node.get("enum", [None]):
                node["enum"].append(None)
            # null where nobody has resolved the thread (recorded)
            if isinstance(properties.get("resolved_by"), dict) and isinstance(properties["resolved_by"].get("type"), str):
                properties["resolved_by"]["type"] = [properties["resolved_by"]["type"], "null"]
            # a 204 has no body, whatever is written there
            if isinstance(node.get("204"), dict):
                node["204"].pop("content", None)
            for value in list(node.values()):
                patch(value)
        elif isinstance(node, list):
            for value in node:
                patch(value)
    patch(specification)
    return specification


def wrong_parameters(specification):
    """Endpoints of which the emulator knows other parameters of the query string than the specification."""
    wanted = {}
    for path, methods in specification["paths"].items():
        for method, endpoint in methods.items():
            wanted[method.upper(), shape_of(path)] = {p["name"] for p in endpoint.get("parameters", []) if p["in"] == "query"}
    known = {(method, shape_of(path)): set(names.split()) for (method, path), names in parameters.KNOWN.items()}
    routes = {(method, shape_of(path)) for method, path, _, _ in api.ROUTES}
    return [f"parameters of {' '.join(route)}: the emulator knows {sorted(known.get(route, ()))}, "
            f"the specification {sorted(wanted.get(route, ()))}"
            for route in sorted(routes) if known.get(route, set()) != wanted.get(route, set())]


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Proxy:
    """Prism between us and the emulator."""

    def __init__(self, specification, upstream):
        self.folder = tempfile.TemporaryDirectory()
        path = os.path.join(self.folder.name, "openapi.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(specification, file)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = open(os.path.join(self.folder.name, "log"), "w+", encoding="utf-8")
        self.process = subprocess.Popen([os.environ["PRISM"], "proxy", "-p", str(self.port), "-h", "127.0.0.1", "--errors", path, upstream],
                                        stdout=self.log, stderr=subprocess.STDOUT)
        deadline = time.time() + 60
        while time.time() < deadline:
            with socket.socket() as s:
                if s.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.1)
        raise RuntimeError("the proxy did not start")

    def stop(self):
        self.process.terminate()
        self.process.wait(10)
        self.log.close()
        self.folder.cleanup()


class Walker:
    def __init__(self, url, upstream=None):
        self.url = url
        self.upstream = upstream
        self.violations = []
        self.walked = set()

    def call(self, method, path, body=None, expect=200, again=False):
        request = urllib.request.Request(self.url + path, method=method, data=None if body is None else json.dumps(body).encode(),
                                         headers={"Authorization": "Bearer " + KEY, "Content-Type": "application/json"})
        opener = urllib.request.build_opener(NoRedirect)
        try:
            with opener.open(request, timeout=120) as answer:
                status, raw = answer.status, answer.read()
        except urllib.error.HTTPError as error:
            status, raw = error.code, error.read()
        text = raw.decode("utf-8", "replace")
        if '"FetchError"' in text and "hang up" in text and not again:
            # the proxy reused a connection that was just being closed; it says so, and nothing was asked
            return self.call(method, path, body, expect, again=True)
        if VIOLATION in text:
            if status in REVIEWED or (status == 500 and expect in REVIEWED):
                return None
            self.violations.append(f"{method} {path}: {text[:600]}")
            return None
        if status != expect:
            self.violations.append(f"{method} {path}: HTTP {status} instead of {expect}: {text[:300]}")
            return None
        self.note(method, path.split("?")[0])
        return json.loads(text) if text else None

    def note(self, method, path):
        for each, pattern, _, _ in api.COMPILED:
            found = pattern.fullmatch(path)
            if each == method and found and found.groupdict().get("id") != "query":
                self.walked.add((method, pattern.pattern))
                return

    def data(self, *arguments, **keywords):
        answer = self.call(*arguments, **keywords)
        return answer.get("data") if answer else None


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def walk_definitions(w):
    w.call("GET", "/v2/self")
    for kind, key in (("objects", "object_id"), ("lists", "list_id")):
        for target in w.data("GET", f"/v2/{kind}") or []:
            ident = target["id"][key]
            w.call("GET", f"/v2/{kind}/{ident}")
            w.call("GET", f"/v2/{kind}/{ident}/views?show_archived=true")
            for attribute in w.data("GET", f"/v2/{kind}/{ident}/attributes?limit=50&offset=0&show_archived=true") or []:
                path = f"/v2/{kind}/{ident}/attributes/{attribute['id']['attribute_id']}"
                w.call("GET", path)
                if attribute["type"] in ("select", "status"):
                    w.call("GET", path + ("/options" if attribute["type"] == "select" else "/statuses") + "?show_archived=true")
    for member in w.data("GET", "/v2/workspace_members") or []:
        w.call("GET", f"/v2/workspace_members/{member['id']['workspace_member_id']}")
    w.call("POST", "/v2/objects", {"data": {"api_slug": "things", "singular_noun": "Thing", "plural_noun": "Things"}})
    w.call("PATCH", "/v2/objects/things", {"data": {"plural_noun": "All things"}})
    w.call("POST", "/v2/objects", {"data": {"api_slug": "things", "singular_noun": "T", "plural_noun": "T"}}, expect=409)
    w.call("POST", "/v2/lists", {"data": {"name": "L", "api_slug": "new_list", "parent_object": "people", "workspace_access": "full-access",
                                          "workspace_member_access": []}})
    w.call("PATCH", "/v2/lists/new_list", {"data": {"name": "M"}})
    attribute = {"title": "Extra", "description": None, "api_slug": "extra", "type": "select", "is_required": False, "is_unique": False,
                 "is_multiselect": False, "config": {}}
    w.call("POST", "/v2/objects/deals/attributes", {"data": attribute})
    w.call("PATCH", "/v2/objects/deals/attributes/extra", {"data": {"title": "More"}})
    w.call("POST", "/v2/objects/deals/attributes/extra/options", {"data": {"title": "One"}})
    w.call("PATCH", "/v2/objects/deals/attributes/extra/options/One", {"data": {"is_archived": True}})
    w.call("POST", "/v2/objects/deals/attributes/stage/statuses", {"data": {"title": "Later"}})
    w.call("PATCH", "/v2/objects/deals/attributes/stage/statuses/Later", {"data": {"is_archived": True}})
    w.call("GET", "/v2/objects/nothing", expect=404)


def walk_records(w):
    for slug in ("people", "companies", "deals", "users", "workspaces", "all_types", "odd_names", "with_defaults"):
        rows = w.data("POST", f"/v2/objects/{slug}/records/query",
                      {"limit": 20, "offset": 1, "sorts": [{"attribute": "created_at", "direction": "asc"}]}) or []
        for row in rows[:2]:
            w.call("GET", f"/v2/objects/{slug}/records/{row['id']['record_id']}")
    w.call("POST", "/v2/objects/deals/records/query", {"filter": {"$or": [{"stage": "Lead"}, {"value": {"$gte": 5}}]}, "limit": 5})
    for attribute in w.data("GET", "/v2/objects/all_types/attributes") or []:
        row = w.data("POST", "/v2/objects/all_types/records/query", {"limit": 1})[0]
        w.call("GET", f"/v2/objects/all_types/records/{row['id']['record_id']}/attributes/{attribute['api_slug']}/values")
    person = w.data("POST", "/v2/objects/people/records", {"data": {"values": {
        "name": ["Conform, Anna"], "email_addresses": ["anna@conform.com"], "phone_numbers": ["+442079460000"], "job_title": ["Tester"]}}})
    path = f"/v2/objects/people/records/{person['id']['record_id']}"
    w.call("PATCH", path, {"data": {"values": {"job_title": ["Lead tester"]}}})
    w.call("PUT", path, {"data": {"values": {"email_addresses": ["anna@conform.com", "a@conform.com"]}}})
    w.call("PUT", "/v2/objects/people/records?matching_attribute=email_addresses",
           {"data": {"values": {"email_addresses": ["anna@conform.com"], "job_title": ["Head"]}}})
    w.call("GET", path + "/attributes/job_title/values?show_historic=true")
    w.call("GET", path + "/entries?limit=10")
    w.call("POST", "/v2/objects/people/records", {"data": {"values": {"company": ["nowhere.test"]}}}, expect=400)
    w.call("POST", "/v2/objects/records/search", {"query": "a", "objects": ["people", "companies", "deals"], "limit": 25,
                                                  "request_as": {"type": "workspace"}})
    body = {"data": {"parent_record_id": person["id"]["record_id"], "parent_object": "people", "entry_values": {"phase": ["Offer"]}}}
    entry = w.data("POST", "/v2/lists/hiring/entries", body)
    place = f"/v2/lists/hiring/entries/{entry['id']['entry_id']}"
    w.call("PUT", "/v2/lists/hiring/entries", body)
    w.call("GET", place)
    w.call("PATCH", place, {"data": {"entry_values": {"skills": ["C"]}}})
    w.call("PUT", place, {"data": {"entry_values": {"skills": ["SQL"]}}})
    w.call("GET", place + "/attributes/skills/values")
    for slug in ("hiring", "sales_pipeline", "mixed_parents"):
        w.call("POST", f"/v2/lists/{slug}/entries/query", {"limit": 10})
    w.call("DELETE", place)
    w.call("DELETE", path)
    w.call("DELETE", path, expect=404)


def walk_resources(w):
    person = w.data("POST", "/v2/objects/people/records/query", {"limit": 1})[0]["id"]["record_id"]
    member = w.data("GET", "/v2/workspace_members")[0]["id"]["workspace_member_id"]
    w.call("GET", "/v2/notes?limit=50&offset=0")
    note = w.data("POST", "/v2/notes", {"data": {"parent_object": "people", "parent_record_id": person, "title": "T",
                                                 "format": "markdown", "content": "# C"}})
    w.call("GET", f"/v2/notes/{note['id']['note_id']}")
    # newer than the specification, so this one goes past the proxy, too
    newer = Walker(w.upstream)
    newer.call("PATCH", f"/v2/notes/{note['id']['note_id']}", {"data": {"title": "U"}})
    w.violations += newer.violations
    w.walked |= newer.walked
    w.call("DELETE", f"/v2/notes/{note['id']['note_id']}")
    w.call("GET", "/v2/tasks?sort=created_at:desc&is_completed=false")
    task = w.data("POST", "/v2/tasks", {"data": {
        "content": "Call", "format": "plaintext", "deadline_at": None, "is_completed": False,
        "linked_records": [{"target_object": "people", "target_record_id": person}],
        "assignees": [{"referenced_actor_type": "workspace-member", "referenced_actor_id": member}]}})
    w.call("GET", f"/v2/tasks/{task['id']['task_id']}")
    w.call("PATCH", f"/v2/tasks/{task['id']['task_id']}", {"data": {"is_completed": True}})
    w.call("DELETE", f"/v2/tasks/{task['id']['task_id']}")
    w.call("GET", f"/v2/threads?object=people&record_id={person}")
    comment = w.data("POST", "/v2/comments", {"data": {"format": "plaintext", "content": "Hm", "author": {"type": "workspace-member", "id": member},
                                                       "record": {"object": "people", "record_id": person}}})
    w.call("GET", f"/v2/threads/{comment['thread_id']}")
    w.call("GET", f"/v2/comments/{comment['id']['comment_id']}")
    w.call("DELETE", f"/v2/comments/{comment['id']['comment_id']}")
    meetings = w.data("GET", "/v2/meetings?limit=20&sort=start_desc")
    w.call("GET", f"/v2/meetings/{meetings[0]['id']['meeting_id']}")
    w.call("POST", "/v2/meetings", {"data": {
        "title": "M", "description": "", "is_all_day": False, "start": {"datetime": "2026-01-01T10:00:00.000Z", "timezone": "UTC"},
        "end": {"datetime": "2026-01-01T11:00:00.000Z", "timezone": "UTC"},
        "participants": [{"email_address": "a@b.com", "is_organizer": True, "status": "accepted"}], "external_ref": "x"}})
    for meeting in meetings:
        path = f"/v2/meetings/{meeting['id']['meeting_id']}/call_recordings"
        recordings = w.data("GET", path + "?limit=10")
        if recordings:
            place = f"{path}/{recordings[0]['id']['call_recording_id']}"
            w.call("GET", place)
            w.call("GET", place + "/transcript")
            made = w.data("POST", path, {"data": {"video_url": "https://example.com/video.mp4"}})
            w.call("DELETE", f"{path}/{made['id']['call_recording_id']}", expect=204)
            break
    w.call("GET", f"/v2/files?object=people&record_id={person}")
    folder = w.data("POST", "/v2/files", {"object": "people", "record_id": person, "file_type": "folder", "name": "F"})
    for row in w.data("POST", "/v2/objects/people/records/query", {}):
        files = w.data("GET", f"/v2/files?object=people&record_id={row['id']['record_id']}")
        if files and files[0]["file_type"] == "file":
            w.call("GET", f"/v2/files/{files[0]['id']['file_id']}")
            break
    # the proxy would follow the redirect, so this one goes past it
    past = Walker(w.upstream)
    past.call("GET", f"/v2/files/{folder['id']['file_id']}/download", expect=302)
    w.violations += past.violations
    w.walked |= past.walked
    w.call("DELETE", f"/v2/files/{folder['id']['file_id']}")
    w.call("GET", "/v2/webhooks?limit=20")
    hook = w.data("POST", "/v2/webhooks", {"data": {"target_url": "https://example.com/h",
                                                    "subscriptions": [{"event_type": "note.created", "filter": None}]}})
    w.call("GET", f"/v2/webhooks/{hook['id']['webhook_id']}")
    w.call("PATCH", f"/v2/webhooks/{hook['id']['webhook_id']}", {"data": {"target_url": "https://example.com/i"}})
    w.call("DELETE", f"/v2/webhooks/{hook['id']['webhook_id']}")


# Tables that are read by keys.
JOINS = {
    "record_entries": "JOIN crm.people p ON t.object = 'people' AND t.record_id = p.record_id",
    "attribute_history": "JOIN crm.people p ON t.object = 'people' AND t.record_id = p.record_id AND t.attribute = 'name'",
    "search": "JOIN crm.people p ON t.object = 'people' AND t.query = p.name",
    "files": "JOIN crm.people p ON t.object = 'people' AND t.record_id = p.record_id",
    "threads": "JOIN crm.people p ON t.object = 'people' AND t.record_id = p.record_id",
    "comments": "JOIN crm.threads h ON h.thread_id = t.thread_id JOIN crm.people p ON h.object = 'people' AND h.record_id = p.record_id",
    "transcripts": "JOIN crm.call_recordings r ON r.meeting_id = t.meeting_id AND r.call_recording_id = t.call_recording_id",
}


def write_comments(database):
    """In each place that they can be made, and deleted."""
    must(database.psql("""
        SELECT record_id AS person FROM crm.people LIMIT 1 \\gset
        SELECT workspace_member_id AS member FROM crm.workspace_members LIMIT 1 \\gset
        INSERT INTO crm.comments (object, record_id, content_plaintext, author)
            VALUES ('people', :'person', 'Hm', :'member') RETURNING comment_id, thread_id \\gset
        INSERT INTO crm.comments (thread_id, content_plaintext, author, created_at)
            VALUES (:'thread_id', 'Yes', :'member', '2025-01-02 03:04:05.678Z');
        INSERT INTO crm.comments (list, entry_id, content_plaintext, author)
            SELECT 'sales_pipeline', entry_id, 'No', :'member' FROM crm.sales_pipeline LIMIT 1;
        DELETE FROM crm.comments WHERE comment_id = :'comment_id'"""))


def read_by_extension(url):
    """All tables of a workspace, read through the proxy; the error, if there is one."""
    with Database("attio_conformance", type("E", (), {"url": url}), schema="attio", columns="all") as database:
        tables = database.value("SELECT string_agg(quote_ident(foreign_table_name), ' ') FROM information_schema.foreign_tables").split()
        for table in tables:
            read = f"SELECT count(t) FROM crm.{table} t {JOINS.get(table, '')}"
            must(database.psql(f"{read}; ALTER FOREIGN TABLE crm.{table} OPTIONS (ADD page_order 'created_at'); {read}"))
        write_comments(database)
        return len(tables)


# What the extension writes beside records and entries: statements whose requests the specification has.
WRITES = """
    INSERT INTO crm.attio_notes (parent_object, parent_record_id, title, content_markdown, created_at)
        SELECT 'people', record_id, 'Conform', '# C', '2024-02-29Z' FROM crm.people LIMIT 1;
    INSERT INTO crm.attio_notes (parent_object, parent_record_id, title, content_plaintext)
        SELECT 'people', record_id, 'Conform', 'C' FROM crm.people LIMIT 1;
    DELETE FROM crm.attio_notes WHERE title = 'Conform';
    INSERT INTO crm.tasks (content_plaintext) VALUES ('Conform');
    INSERT INTO crm.tasks (content_plaintext, deadline_at, is_completed, assignees, linked_objects, linked_record_ids)
        SELECT 'Conform', '2026-02-28 12:00Z', true, ARRAY[workspace_member_id], '{people}', ARRAY[record_id]
        FROM crm.people, crm.workspace_members LIMIT 1;
    UPDATE crm.tasks SET is_completed = NOT is_completed, deadline_at = NULL WHERE content_plaintext = 'Conform';
    UPDATE crm.tasks SET assignees = '{}', linked_objects = '{}', linked_record_ids = '{}' WHERE content_plaintext = 'Conform';
    ALTER FOREIGN TABLE crm.tasks ALTER assignees TYPE text[];
    UPDATE crm.tasks SET assignees = ARRAY(SELECT email_address FROM crm.workspace_members) WHERE content_plaintext = 'Conform';
    SELECT count(*) FROM crm.tasks WHERE NOT is_completed AND assignees = '{}';
    SELECT count(*) FROM crm.task_records WHERE object = 'people' AND record_id = (SELECT record_id FROM crm.people LIMIT 1);
    SELECT count(*) FROM crm.task_records WHERE task_id = (SELECT task_id FROM crm.tasks LIMIT 1);
    SELECT count(*) FROM crm.attio_notes WHERE note_id = (SELECT note_id FROM crm.attio_notes LIMIT 1);
    DELETE FROM crm.tasks WHERE content_plaintext = 'Conform';
    INSERT INTO crm.webhooks (target_url, subscriptions)
        VALUES ('https://conform.com', '[{"event_type": "note.created", "filter": null}]');
    UPDATE crm.webhooks SET target_url = 'https://conform.com/2' WHERE target_url = 'https://conform.com';
    SELECT count(*) FROM crm.webhooks WHERE webhook_id = (SELECT webhook_id FROM crm.webhooks LIMIT 1);
    DELETE FROM crm.webhooks WHERE target_url = 'https://conform.com/2';
    INSERT INTO crm.objects (api_slug, singular_noun, plural_noun) VALUES ('conforms', 'Conform', 'Conforms');
    UPDATE crm.objects SET singular_noun = 'Conformity' WHERE api_slug = 'conforms';
    INSERT INTO crm.lists (api_slug, name, parent_object, workspace_access) VALUES ('conform', 'Conform', '{people}', 'full-access');
    INSERT INTO crm.lists (api_slug, name, parent_object, workspace_member_access) SELECT 'conform2', 'Conform 2', '{people}',
        jsonb_build_array(jsonb_build_object('workspace_member_id', workspace_member_id, 'level', 'full-access'))
        FROM crm.workspace_members LIMIT 1;
    UPDATE crm.lists SET name = 'Conformity' WHERE api_slug = 'conform';
    INSERT INTO crm.attributes (target, target_slug, api_slug, title, type) VALUES ('objects', 'conforms', 'kind', 'Kind', 'select'),
        ('lists', 'conform', 'state', 'State', 'status');
    INSERT INTO crm.attributes (target, target_slug, api_slug, title, type, config, default_value) VALUES ('objects', 'conforms',
        'fee', 'Fee', 'currency', '{"currency": {"default_currency_code": "EUR", "display_type": "symbol"}}',
        '{"type": "static", "template": [{"currency_value": 5}]}');
    INSERT INTO crm.attributes (target, target_slug, api_slug, title, type, config) SELECT 'objects', 'conforms', 'fee2', 'Fee', type,
        config FROM crm.attributes WHERE target_slug = 'conforms' AND api_slug = 'fee';
    INSERT INTO crm.attributes (target, target_slug, api_slug, title, type, relationship) VALUES ('objects', 'conforms', 'firm',
        'Firm', 'record-reference', '{"object": "companies", "title": "Conforms", "api_slug": "conforms", "is_multiselect": true}');
    UPDATE crm.attributes SET title = 'Sort', description = 'x', is_archived = true WHERE target_slug = 'conforms' AND api_slug = 'kind';
    INSERT INTO crm.select_options (target, target_slug, attribute_slug, title) VALUES ('objects', 'all_types', 'a_select', 'conform');
    UPDATE crm.select_options SET title = 'conform 2', is_archived = true WHERE title = 'conform';
    INSERT INTO crm.statuses (target, target_slug, attribute_slug, title, celebration_enabled, target_time_in_status)
        VALUES ('lists', 'conform', 'state', 'Begun', true, '36:00');
    UPDATE crm.statuses SET title = 'Done', target_time_in_status = NULL, is_archived = true WHERE title = 'Begun'"""


def write_by_extension(url):
    """Each of these through the proxy; raises the first error."""
    with Database("attio_conformance", type("E", (), {"url": url}), schema="attio") as database:
        for statement in WRITES.split(";"):
            must(database.psql(statement))


def main():
    problems = []
    newer = {(m, pattern.pattern) for (m, pattern, _, _), (_, path, _, _) in zip(api.COMPILED, api.ROUTES) if (m, path) in NEWER}
    specification = patched_specification(os.environ["OPENAPI"])
    problems += wrong_parameters(specification) + differences(specification)
    with Emulator("--scale", "24") as emulator:
        proxy = Proxy(specification, emulator.url)
        try:
            w = Walker(proxy.url, emulator.url)
            for walk in (walk_definitions, walk_records, walk_resources):
                try:
                    walk(w)
                except (TypeError, KeyError, IndexError) as error:
                    problems.append(f"{walk.__name__} ended early: {error!r}")     # for want of an answer, which is noted
            problems += w.violations
            missed = [f"{m} {p}" for m, p in sorted({(m, pattern.pattern) for m, pattern, _, _ in api.COMPILED} - w.walked)
                      if (m, p) not in newer]
            problems += [f"not walked: {route}" for route in missed]
            emulator.reset()
            try:
                tables = read_by_extension(proxy.url)
            except AssertionError as error:
                problems.append(f"the extension: {error}")
                tables = 0
            try:
                write_by_extension(proxy.url)
            except AssertionError as error:
                problems.append(f"the extension: {error}")
            # it can fail: a wrong answer, a wrong request
            emulator.faults({"match": {"path": "/v2/lists$"}, "body": json.dumps({"data": [{"id": {"list_id": 5}}]})})
            bad = Walker(proxy.url)
            bad.call("GET", "/v2/lists")
            emulator.faults()
            bad.call("POST", "/v2/objects/people/records/query", {"limit": "two"})
            if len(bad.violations) != 2:
                problems.append(f"deliberate violations were let through: {bad.violations}")
        finally:
            proxy.stop()
    for problem in problems:
        print("conformance:", re.sub(r"\s+", " ", problem))
    print(f"conformance: {len(w.walked)} of {len(api.COMPILED)} routes and {tables} tables checked, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
