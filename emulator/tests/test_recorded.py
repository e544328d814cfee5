"""Where answers were recorded, or reported, that differ from what the documents say."""
import json
import threading
import unittest
import urllib.error
import urllib.request

from stage import server

from .client import KEY, EmulatorTest, small_emulator


class RecordedTest(EmulatorTest):
    def write(self, **values):
        return self.call("POST", "/v2/objects/all_types/records", {"data": {"values": values}})

    def reasons(self, slug, **values):
        status, answer = self.call("POST", f"/v2/objects/{slug}/records", {"data": {"values": values}})
        self.assertEqual((status, answer["code"]), (400, "validation_type"), answer)
        return [(e["path"], e["message"]) for e in answer["validation_errors"]]

    def test_options_of_a_status_are_none(self):
        self.assertEqual(self.good("GET", "/v2/objects/deals/attributes/stage/options"), [])
        self.assertTrue(self.good("GET", "/v2/objects/deals/attributes/stage/statuses"))
        self.bad(400, "validation_type", "GET", "/v2/objects/deals/attributes/name/options")
        self.bad(400, "validation_type", "GET", "/v2/objects/all_types/attributes/a_select/statuses")

    def test_reasons_stand_beside_the_message(self):
        for number in ("+1 212 555 0123", "0171 2345678"):
            status, answer = self.call("POST", "/v2/objects/people/records",
                                       {"data": {"values": {"phone_numbers": [number]}}})
            self.assertEqual(status, 400)
            self.assertEqual(answer["message"], 'An invalid value was passed to attribute with slug "phone_numbers".')
            self.assertEqual([e["message"] for e in answer["validation_errors"]],
                             ["Invalid phone number, possibly due to missing country information."])
            self.assertEqual(answer["validation_errors"][0]["path"], ["data", "values", "phone_numbers"])
        place = dict.fromkeys(("line_1", "line_2", "line_3", "line_4", "locality", "region", "country_code",
                               "latitude"))
        self.assertEqual(self.reasons("all_types", a_location=place),
                         [(["data", "values", "a_location", "postcode"], "Required"),
                          (["data", "values", "a_location", "longitude"], "Required")])

    def test_an_array_is_no_value_of_a_filter(self):
        for tree in ({"domains": ["x.com"]}, {"domains": {"domain": ["x.com"]}}, {"domains": []}):
            self.refused("filter_error", "companies", tree)
        self.assertEqual(self.query("companies", {"domains": "no-such.com"}), [])

    def test_titles_that_are_not_there(self):
        answer = self.bad(400, "value_not_found", "POST", "/v2/objects/all_types/records",
                          {"data": {"values": {"a_select": "None such"}}})
        self.assertEqual(answer["message"], 'Cannot find select option with title "None such"')
        answer = self.bad(400, "value_not_found", "POST", "/v2/objects/all_types/records",
                          {"data": {"values": {"a_status": "None such"}}})
        self.assertEqual(answer["message"], 'Cannot find Status with title "None such"')

    def test_nobody_has_resolved_it(self):
        comments = [c for thread in self.good("GET", "/v2/threads?limit=50") for c in thread["comments"]]
        self.assertEqual({c["resolved_by"] is None for c in comments if c["resolved_at"] is None}, {True})
        self.assertEqual({c["resolved_by"] is None for c in comments if c["resolved_at"] is not None}, {False})

    def test_tasks_say_when_they_were_completed(self):
        for task in self.good("GET", "/v2/tasks"):
            self.assertEqual(task["completed_at"] is not None, task["is_completed"])
        task = self.good("POST", "/v2/tasks",
                         {"data": {"content": "x", "format": "plaintext", "deadline_at": None, "is_completed": False,
                                                        "linked_records": [], "assignees": []}})
        path = f"/v2/tasks/{task['id']['task_id']}"
        self.assertIsNone(task["completed_at"])
        done = self.good("PATCH", path, {"data": {"is_completed": True}})["completed_at"]
        self.assertIsNotNone(done)
        self.assertEqual(self.good("PATCH", path, {"data": {"is_completed": True}})["completed_at"], done)
        self.assertIsNone(self.good("PATCH", path, {"data": {"is_completed": False}})["completed_at"])

    def test_created_at_has_a_default(self):
        for path in ("objects/people", "lists/partners"):
            definition = self.good("GET", f"/v2/{path}/attributes/created_at")
            self.assertEqual((definition["is_default_value_enabled"], definition["default_value"]),
                             (True, {"type": "dynamic", "template": "PT0S"}))

    def test_early_times_and_large_numbers(self):
        early, large = "0999-01-01T00:00:00Z", 1e300
        record = self.create("all_types", a_number=large, a_currency=large, a_timestamp=early, a_date="0999-12-31")
        ident = record["id"]["record_id"]
        self.assertEqual(record["values"]["a_timestamp"][0]["value"][:4], "0999")
        for tree in ({"a_timestamp": {"$lt": "1000-01-01T00:00:00Z"}}, {"a_date": {"$lt": "1000-01-01"}},
                     {"a_number": {"$gte": large}},
                     {"a_currency": {"$gte": large}}):
            self.assertEqual(self.ids("all_types", tree), [ident])
        for slug, direction in (("a_timestamp", "asc"), ("a_date", "asc"), ("a_number", "desc"),
                                ("a_currency", "desc")):
            self.assertEqual(self.ids("all_types", sorts=[{"attribute": slug, "direction": direction}], limit=1),
                             [ident])
        for value in ("0000-01-01T00:00:00Z", "0001-01-01T00:00:00+02:00", "9999-12-31T23:59:59-02:00"):
            self.assertEqual(self.write(a_timestamp=value)[0], 400)
        self.assertEqual(self.call("POST", "/v2/objects/all_types/records",
                                   b'{"data":{"values":{"a_number":1e400}}}')[0], 400)


class HeaderTest(unittest.TestCase):
    """x-accurate-at, which not all answers have."""

    def ask(self, method, path, value=None):
        request = urllib.request.Request(self.url + path, method=method,
                                         data=None if value is None else json.dumps(value).encode(),
                                         headers={"Authorization": f"Bearer {KEY}"})
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.headers, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.headers, json.loads(error.read())

    def test_accurate_at(self):
        served = server.Server(("127.0.0.1", 0), small_emulator())
        threading.Thread(target=served.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{served.server_address[1]}"
        headers, made = self.ask("POST", "/v2/objects/people/records", {"data": {"values": {"name": "A, B"}}})
        path = f"/v2/objects/people/records/{made['data']['id']['record_id']}"
        self.assertNotIn("x-accurate-at", headers)
        for method, target, value, has in (("GET", "/v2/self", None, False), ("GET", path, None, True),
                                           ("GET", "/v2/objects", None, True),
                                           ("POST", "/v2/objects/people/records/query", {"limit": 1}, True),
                                           ("POST", "/v2/objects/people/records/query", {"limit": 0}, False),
                                           ("PATCH", path, {"data": {"values": {"job_title": "x"}}}, True),
                                           ("DELETE", path, None, False),
                                           ("GET", path, None, False)):
            headers, answer = self.ask(method, target, value)
            self.assertEqual("x-accurate-at" in headers, has, (method, target, answer))
        served.shutdown()
        served.server_close()


if __name__ == "__main__":
    unittest.main()
