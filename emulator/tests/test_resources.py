"""Definitions, the other resources, paging styles and maxima, scopes, and the errors of docs/attio-api.md 10."""
import json
import urllib.error
import urllib.request
import threading

from attio_emulator import api, parameters
from stage.server import Server

from .client import KEY, EmulatorTest


class Access(EmulatorTest):
    def test_self(self):
        self.assertTrue(self.good("GET", "/v2/self")["active"])
        self.assertEqual(self.call("GET", "/v2/self", key="wrong"), (200, {"active": False}))
        self.assertEqual(self.call("GET", "/v2/self", key=None), (200, {"active": False}))

    def test_tokens(self):
        self.bad(401, "unauthorized", "GET", "/v2/objects", key=None)
        self.bad(401, "unauthorized", "GET", "/v2/objects", key="wrong")
        self.emulator.tokens["notes"] = "note:read object_configuration:read record_permission:read"
        self.assertEqual(self.call("GET", "/v2/notes", key="notes")[0], 200)
        self.bad(403, "unauthorized", "POST", "/v2/notes", {}, key="notes")
        self.bad(403, "unauthorized", "GET", "/v2/tasks", key="notes")
        self.bad(403, "unauthorized", "GET", "/v2/lists/hiring/attributes", key="notes")

    def test_every_route_has_scopes_of_a_token(self):
        known = {scope.split(":")[0] for scope in api.ALL_SCOPES.split()}
        for method, path, scopes, _ in api.ROUTES:
            for scope in (scopes or "").replace("{target}", "object_configuration").split():
                self.assertIn(scope.split(":")[0], known, (method, path))

    def test_routes(self):
        answer = self.bad(404, "not_found", "GET", "/v2/objects/people/records")
        self.assertEqual(answer["message"], 'Could not find endpoint "GET /v2/objects/people/records".')      # recorded
        self.bad(404, "not_found", "GET", "/v2/lists/hiring/entries")
        self.bad(404, "not_found", "GET", "/v2/nothing")
        self.bad(404, "not_found", "GET", "/v2/objects/nothing")
        self.bad(404, "not_found", "GET", "/v2/objects/people/records/nothing")
        self.bad(404, "not_found", "POST", "/v2/lists/nothing/entries/query", {})


class Definitions(EmulatorTest):
    def test_lists_are_whole(self):
        objects = self.good("GET", "/v2/objects")
        # recorded
        self.assertEqual([o["id"]["object_id"] for o in objects], sorted(o["id"]["object_id"] for o in objects))
        self.assertEqual(self.good("GET", "/v2/objects/people")["api_slug"], "people")
        self.assertEqual(len(self.good("GET", "/v2/lists")), 4)
        self.assertEqual(self.good("GET", "/v2/workspace_members")[0]["access_level"], "admin")

    def test_attributes_page(self):
        path = "/v2/objects/all_types/attributes"
        everything = self.good("GET", path)
        self.assertEqual(self.good("GET", path + "?limit=5&offset=5"), everything[5:10])
        shown = [a["api_slug"] for a in self.good("GET", "/v2/objects/odd_names/attributes")]
        self.assertNotIn("gone", shown)
        self.assertIn("gone",
                      [a["api_slug"] for a in self.good("GET", "/v2/objects/odd_names/attributes?show_archived=true")])

    def test_choices(self):
        path = "/v2/objects/deals/attributes/stage/statuses"
        self.assertEqual([s["title"] for s in self.good("GET", path)][:2], ["Lead", "In Progress"])
        self.assertTrue(self.good("GET", path + "?show_archived=true")[-1]["is_archived"])
        self.bad(409, "slug_conflict", "POST", path, {"data": {"title": "Lead"}})
        made = self.good("POST", path, {"data": {"title": "Later"}})
        self.good("PATCH", f"{path}/{made['id']['status_id']}", {"data": {"title": "Much later"}})
        self.good("PATCH", f"{path}/Lead", {"data": {"title": "New lead"}})
        self.assertTrue(self.ids("deals", {"stage": "New lead"}))
        self.bad(400, "value_not_found", "PATCH", f"{path}/Nowhere", {"data": {"title": "X"}})
        self.bad(400, "validation_type", "POST", path, {"data": {"title": ""}})
        self.bad(400, "validation_type", "PATCH", f"{path}/Won 🎉", {"data": {"target_time_in_status": "1 day"}})

    def test_attributes_change(self):
        path = "/v2/objects/deals/attributes"
        new = {"title": "Extra", "description": None, "api_slug": "extra", "type": "text", "is_required": False,
               "is_unique": False,
               "is_multiselect": False, "config": {}}
        made = self.good("POST", path, {"data": new})
        self.assertEqual(self.query("deals", limit=1)[0]["values"]["extra"], [])
        self.bad(409, "slug_conflict", "POST", path, {"data": new})
        self.bad(400, "validation_type", "POST", path, {"data": dict(new, api_slug="d", type="domain")})
        self.bad(400, "validation_type", "POST", "/v2/objects/people/attributes", {"data": dict(new, is_unique=True)})
        place = f"{path}/{made['id']['attribute_id']}"
        self.good("PATCH", place, {"data": {"api_slug": "renamed"}})
        self.assertIn("renamed", self.query("deals", limit=1)[0]["values"])
        self.good("PATCH", place, {"data": {"is_archived": True}})
        self.assertNotIn("renamed", self.query("deals", limit=1)[0]["values"])
        # archived ones keep it
        self.bad(409, "slug_conflict", "POST", path, {"data": dict(new, api_slug="renamed")})
        self.bad(400, "system_edit_unauthorized", "PATCH", f"{path}/name", {"data": {"title": "X"}})

    def test_objects_and_lists_change(self):
        made = self.good("POST", "/v2/objects",
                         {"data": {"api_slug": "things", "singular_noun": "Thing", "plural_noun": "Things"}})
        self.assertEqual(self.ids("things"), [])
        self.bad(409, "slug_conflict", "POST", "/v2/objects",
                 {"data": {"api_slug": "people", "singular_noun": "a", "plural_noun": "b"}})
        self.good("PATCH", f"/v2/objects/{made['id']['object_id']}", {"data": {"api_slug": "items"}})
        self.assertEqual(self.ids("items"), [])
        body = {"data": {"name": "L", "api_slug": "l", "parent_object": "people",
                         "workspace_access": "full-access", "workspace_member_access": []}}
        self.good("POST", "/v2/lists", body)
        self.bad(409, "slug_conflict", "POST", "/v2/lists", body)
        self.bad(400, "value_not_found", "POST", "/v2/lists",
                 {"data": dict(body["data"], api_slug="m", parent_object="x")})
        place = "/v2/lists/l"
        self.bad(400, "validation_type", "PATCH", place, {"data": {"workspace_access": None}})
        member = self.good("GET", "/v2/workspace_members")[0]["id"]["workspace_member_id"]
        level = [{"workspace_member_id": member, "level": "full-access"}]
        private = self.good("PATCH", place, {"data": {"workspace_access": None, "workspace_member_access": level}})
        self.assertEqual((private["workspace_access"], private["workspace_member_access"]), (None, level))
        nobody = [dict(level[0], workspace_member_id=made["id"]["object_id"])]
        self.bad(400, "value_not_found", "PATCH", place, {"data": {"workspace_member_access": nobody}})
        self.bad(400, "validation_type", "PATCH", "/v2/objects/items", {"data": {}})

    def test_attributes_configured(self):
        path = "/v2/objects/deals/attributes"
        new = {"title": "Extra", "description": None, "api_slug": "extra", "type": "record-reference", "is_required": False,
               "is_unique": False, "is_multiselect": True, "config": {}}
        self.bad(400, "validation_type", "POST", path, {"data": dict(new, is_archived=True)})
        self.bad(400, "validation_type", "POST", path, {"data": dict(new, is_required="yes")})
        self.bad(400, "validation_type", "POST", path,
                 {"data": dict(new, type="currency", is_multiselect=False, config={"currency": {"default_currency_code": "EUR"}})})
        self.bad(400, "value_not_found", "POST", path,
                 {"data": dict(new, config={"record_reference": {"allowed_objects": ["nothing"]}})})
        back = {"object": "companies", "title": "Back", "api_slug": "back", "is_multiselect": False}
        made = self.good("POST", path, {"data": dict(new, relationship=back)})
        self.assertEqual((made["relationship"]["object_slug"], made["relationship"]["api_slug"]), ("companies", "back"))
        other = self.good("GET", "/v2/objects/companies/attributes/back")
        self.assertEqual(other["relationship"]["id"], made["id"])
        self.bad(409, "slug_conflict", "POST", path, {"data": dict(new, api_slug="extra2", relationship=back)})
        self.bad(400, "validation_type", "POST", "/v2/objects/people/attributes",
                 {"data": dict(new, default_value={"type": "static", "template": []})})
        money = dict(new, api_slug="money", type="currency", is_multiselect=False,
                     config={"currency": {"default_currency_code": "EUR", "display_type": "code"}})
        self.assertEqual(self.good("POST", path, {"data": money})["config"]["currency"], money["config"]["currency"])
        self.bad(400, "validation_type", "PATCH", path + "/money", {"data": {"type": "text"}})
        self.bad(400, "validation_type", "PATCH", path + "/money", {"data": {"title": None}})


class Paging(EmulatorTest):
    def offset_style(self, path, default, maximum):
        self.assertLessEqual(len(self.good("GET", path)), default)
        self.bad(400, "validation_type", "GET", f"{path}?limit={maximum + 1}")
        everything = self.good("GET", f"{path}?limit={maximum}")
        self.assertEqual(self.good("GET", f"{path}?limit=10&offset=3"), everything[3:13])

    def test_offset_styles(self):
        self.offset_style("/v2/notes", 10, 50)
        self.offset_style("/v2/tasks", 500, 1000)
        self.offset_style("/v2/threads", 10, 50)
        self.offset_style("/v2/webhooks", 10, 100)
        self.bad(400, "validation_type", "GET", "/v2/webhooks?limit=9")

    def test_cursor_styles(self):
        person = self.workspace.files[0]["record_id"]
        for path in ("/v2/meetings?", f"/v2/files?object=people&record_id={person}&",
                     "/v2/objects/deals/views?show_archived=true&"):
            everything = self.good("GET", path)
            seen, cursor = [], None
            while True:
                status, page = self.call("GET", f"{path}limit=1" + (f"&cursor={cursor}" if cursor else ""))
                self.assertEqual(status, 200)
                seen += page["data"]
                cursor = page["pagination"]["next_cursor"]
                if cursor is None:
                    break
            self.assertEqual(seen, everything)
        self.bad(400, "validation_type", "GET", "/v2/meetings?limit=201")
        self.bad(400, "validation_type", "GET", "/v2/meetings?cursor=nonsense")

    def test_unknown_parameters_are_ignored(self):
        self.assertEqual(self.good("GET", "/v2/notes?titel=x"), self.good("GET", "/v2/notes"))      # measured

    def test_parameters_are_those_of_routes(self):
        routes = {(method, path) for method, path, _, _ in api.ROUTES}
        self.assertEqual(set(parameters.KNOWN) - routes, set())


class Resources(EmulatorTest):
    def test_notes(self):
        person = self.ids("people")[0]
        body = {"parent_object": "people", "parent_record_id": person, "title": "T", "format": "plaintext",
                "content": "C"}
        note = self.good("POST", "/v2/notes", {"data": body})
        path = f"/v2/notes/{note['id']['note_id']}"
        self.assertEqual(self.good("GET", path), note)
        self.assertIn(note, self.good("GET", f"/v2/notes?limit=50&parent_object=people&parent_record_id={person}"))
        self.bad(400, "validation_type", "GET", "/v2/notes?parent_object=people")
        self.bad(413, "validation_type", "POST", "/v2/notes", {"data": dict(body, content="x" * 100_001)})
        self.bad(404, "not_found", "POST", "/v2/notes", {"data": dict(body, parent_record_id="x")})
        self.assertEqual(self.call("DELETE", path), (200, {}))
        self.bad(404, "not_found", "GET", path)

    def test_tasks(self):
        person, member = self.ids("people")[0], self.workspace.members[0]
        body = {"content": "Call", "format": "plaintext", "deadline_at": None, "is_completed": False,
                "linked_records": [{"target_object": "people", "target_record_id": person}],
                "assignees": [{"workspace_member_email_address": member["email_address"]}]}
        task = self.good("POST", "/v2/tasks", {"data": body})
        path = f"/v2/tasks/{task['id']['task_id']}"
        self.assertTrue(self.good("PATCH", path, {"data": {"is_completed": True}})["is_completed"])
        self.bad(400, "validation_type", "PATCH", path, {"data": {"content": "Other"}})
        self.assertIn(task["id"],
                      [t["id"] for t in self.good("GET", f"/v2/tasks?linked_object=people&linked_record_id={person}")])
        self.assertTrue(all(t["is_completed"] for t in self.good("GET", "/v2/tasks?is_completed=true")))
        self.assertTrue(all(not t["assignees"] for t in self.good("GET", "/v2/tasks?assignee=")))
        descending = self.good("GET", "/v2/tasks?sort=created_at:desc")
        self.assertEqual(descending, sorted(descending, key=lambda t: t["created_at"], reverse=True))
        self.bad(400, "validation_type", "GET", "/v2/tasks?sort=title:asc")
        self.bad(400, "validation_type", "POST", "/v2/tasks", {"data": dict(body, content="x" * 2001)})

    def test_comments(self):
        person, member = self.ids("people")[0], self.workspace.members[0]["id"]["workspace_member_id"]
        body = {"format": "plaintext", "content": "Hm", "author": {"type": "workspace-member", "id": member},
                "record": {"object": "people", "record_id": person}}
        head = self.good("POST", "/v2/comments", {"data": body})
        self.assertEqual(head["thread_id"], head["id"]["comment_id"])       # recorded
        reply = {k: v for k, v in body.items() if k != "record"} | {"thread_id": head["thread_id"]}
        self.good("POST", "/v2/comments", {"data": reply})
        thread = self.good("GET", f"/v2/threads/{head['thread_id']}")
        self.assertEqual(len(thread["comments"]), 2)
        self.assertIn(thread, self.good("GET", f"/v2/threads?limit=50&object=people&record_id={person}"))
        self.good("DELETE", f"/v2/comments/{head['id']['comment_id']}")      # the whole thread goes
        self.bad(404, "not_found", "GET", f"/v2/threads/{head['thread_id']}")
        self.bad(400, "value_not_found", "POST", "/v2/comments", {"data": reply})
        entry = self.ids("hiring", kind="lists")[0]
        on_entry = {k: v for k, v in body.items() if k != "record"} | {"entry": {"list": "hiring", "entry_id": entry}}
        made = self.good("POST", "/v2/comments", {"data": on_entry})
        on_it = self.good("GET", f"/v2/threads?list=hiring&entry_id={entry}&limit=50")
        self.assertIn(made["thread_id"], [thread["id"]["thread_id"] for thread in on_it])
        self.bad(400, "validation_type", "POST", "/v2/comments", {"data": dict(on_entry, thread_id=made["thread_id"])})
        self.assertEqual(made["entry"]["entry_id"], entry)

    def test_meetings(self):
        meetings = self.good("GET", "/v2/meetings")
        starts = [m["start"].get("datetime") or m["start"]["date"] for m in meetings]
        self.assertEqual(starts, sorted(starts))
        some = self.good("GET", "/v2/meetings?ends_from=2025-03-03T00:00:00Z&starts_before=2025-03-06T00:00:00Z")
        self.assertTrue(0 < len(some) < len(meetings))
        end = next(m["end"]["datetime"] for m in meetings if "datetime" in m["end"])
        for same in (end[:19] + "Z", end, end[:11] + f"{int(end[11:13]) + 2:02}" + end[13:19] + "%2B02:00"):
            self.assertIn(end, [m["end"].get("datetime") for m in self.good("GET", f"/v2/meetings?ends_from={same}")])
        self.bad(400, "validation_type", "GET", "/v2/meetings?ends_from=soon")
        self.assertTrue(self.good("GET", "/v2/meetings?participants=p1@example.org,nobody@x.com"))
        recording = self.workspace.recordings[0]["id"]
        path = f"/v2/meetings/{recording['meeting_id']}/call_recordings"
        self.assertEqual(len(self.good("GET", path)), 1)
        place = f"{path}/{recording['call_recording_id']}"
        speech, cursor = [], ""
        while cursor is not None:
            _, page = self.call("GET", f"{place}/transcript?cursor={cursor}" if cursor else f"{place}/transcript")
            speech += page["data"]["transcript"]
            cursor = page["pagination"]["next_cursor"]
        self.assertEqual(len(speech), 45)
        self.assertEqual(self.call("DELETE", place), (204, None))
        self.bad(404, "not_found", "GET", place)

    def test_files_and_webhooks(self):
        self.bad(400, "validation_type", "GET", "/v2/files")
        person = self.ids("people")[0]
        folder = self.good("POST", "/v2/files",
                           {"object": "people", "record_id": person, "file_type": "folder", "name": "F"})
        self.assertEqual(self.call("GET", f"/v2/files/{folder['id']['file_id']}/download")[0], 302)
        body = {"target_url": "https://x.com/h", "subscriptions": [{"event_type": "note.created", "filter": None}]}
        made = self.good("POST", "/v2/webhooks", {"data": body})
        self.assertIn("secret", made)
        self.assertNotIn("secret", self.good("GET", f"/v2/webhooks/{made['id']['webhook_id']}"))
        self.bad(409, "uniqueness_conflict", "POST", "/v2/webhooks", {"data": body})
        self.bad(400, "validation_type", "POST", "/v2/webhooks", {"data": dict(body, target_url="http://x.com")})

    def test_search(self):
        body = {"query": "ada", "objects": ["people"], "request_as": {"type": "workspace"}}
        found = self.good("POST", "/v2/objects/records/search", body)
        self.assertTrue(found and all("ada" in hit["record_text"].lower() for hit in found))
        named = [hit["record_text"].lower() for hit in found]
        self.assertEqual(named, sorted(named, key=lambda text: (text != "ada", not text.startswith("ada"))))
        address = next(hit["email_addresses"][0] for hit in found if hit["email_addresses"])
        self.assertIn(address, self.good("POST", "/v2/objects/records/search", dict(body, query=address))[0]["email_addresses"])
        self.assertEqual(len(self.good("POST", "/v2/objects/records/search", dict(body, query="", limit=3))), 3)
        for wrong in ({"objects": []}, {"objects": "people"}, {"request_as": {"type": "me"}}):
            self.bad(400, "validation_type", "POST", "/v2/objects/records/search", dict(body, **wrong))
        self.bad(400, "validation_type", "POST", "/v2/objects/records/search", dict(body, query="x" * 257))
        self.bad(400, "validation_type", "POST", "/v2/objects/records/search", dict(body, limit=26))
        self.bad(400, "value_not_found", "POST", "/v2/objects/records/search", dict(body, objects=["nope"]))


class OverHttp(EmulatorTest):
    """What only a socket shows: faults and headers."""

    def setUp(self):
        super().setUp()
        self.server = Server(("127.0.0.1", 0), self.emulator)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    def tearDown(self):
        self.emulator.stopping.set()
        self.server.shutdown()
        self.server.server_close()

    def get(self, path):
        request = urllib.request.Request(self.url + path, headers={"Authorization": "Bearer " + KEY})
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read()

    def test_headers(self):
        status, headers, body = self.get("/v2/objects")
        self.assertEqual((status, headers["Content-Type"]), (200, "application/json; charset=utf-8"))
        self.assertTrue(headers["x-attio-execution-id"] and headers["x-accurate-at"])
        self.assertIn(b'"data"', body)

    def test_retry_after_forms(self):
        for form, pattern in (("date", r"GMT$"), ("seconds", r"^1$"), ("iso", r"Z$"), (None, None)):
            self.emulator.faults.set([dict({"status": 429, "body": "{}"}, **({"retry_after": form} if form else {}))])
            status, headers, _ = self.get("/v2/objects")
            self.assertEqual(status, 429)
            if form:
                self.assertRegex(headers["Retry-After"], pattern)
            else:
                self.assertIsNone(headers["Retry-After"])

    def test_nth_and_times(self):
        self.emulator.faults.set([{"match": {"path": "objects", "nth": 2}, "status": 500, "body": "x"}])
        self.assertEqual([self.get("/v2/objects")[0] for _ in range(3)], [200, 500, 200])
        self.emulator.faults.set([{"times": 1, "status": 502, "body": "<html>", "content_type": "text/html"}])
        self.assertEqual([self.get("/v2/objects")[0] for _ in range(2)], [502, 200])

    def test_broken_connections(self):
        for fault in ({"reset": "before"}, {"reset": "headers"}, {"reset": "after_headers"}, {"reset": "body"},
                      {"truncate": 5}):
            self.emulator.faults.set([fault])
            with self.subTest(fault=fault), self.assertRaises((OSError, Exception)):
                self.get("/v2/objects")
        self.emulator.faults.set([])
        self.assertEqual(self.get("/v2/objects")[0], 200)

    def test_a_cursor_that_repeats(self):
        first = json.loads(self.get("/v2/meetings?limit=1")[2])["pagination"]["next_cursor"]
        self.emulator.faults.set([{"match": {"path": "meetings"}, "cursor": first}])
        self.assertEqual(json.loads(self.get(f"/v2/meetings?limit=1&cursor={first}")[2])["pagination"]["next_cursor"],
                         first)

    def test_log(self):
        self.get("/v2/objects")
        entry = self.emulator.log.entries[-1]
        self.assertEqual((entry["method"], entry["path"], entry["status"]), ("GET", "/v2/objects", 200))
        self.assertGreater(entry["bytes"], 100)
