"""Each switch of Affinity's emulator shows its behaviours."""
import json
import time

from affinity_emulator.switches import SWITCHES

from .affinity_client import AffinityTest

TESTED = set()


def switch_test(name):
    TESTED.add(name)
    return lambda function: function


class Switches(AffinityTest):
    def ids(self, **query):
        return [row["id"] for row in self.rows(**query)]

    @switch_test("order")
    def test_order(self):
        newest = self.ids()
        self.switch(order="oldest")
        self.assertEqual(self.ids(), newest[::-1])
        self.switch(order="hash")
        found = self.ids()
        self.assertEqual(sorted(found), sorted(newest))
        self.assertNotIn(found, (newest, newest[::-1]))

    @switch_test("entity_order")
    def test_entity_order(self):
        ids = [row["id"] for row in self.entities("persons")]
        self.assertEqual(ids, sorted(ids))
        self.switch(entity_order="reversed")
        self.assertEqual([row["id"] for row in self.entities("persons")], ids[::-1])
        self.switch(entity_order="hash")
        found = [row["id"] for row in self.entities("persons")]
        self.assertEqual(sorted(found), ids)
        self.assertNotIn(found, (ids, ids[::-1]))

    @switch_test("start_border")
    def test_start_border(self):
        row = self.rows()[3]
        self.assertIn(row["id"], self.ids(start_time=row["date"]))
        self.switch(start_border="exclusive")
        self.assertNotIn(row["id"], self.ids(start_time=row["date"]))

    @switch_test("end_border")
    def test_end_border(self):
        row = self.rows()[3]
        self.assertNotIn(row["id"], self.ids(end_time=row["date"]))
        self.switch(end_border="inclusive")
        self.assertIn(row["id"], self.ids(end_time=row["date"]))

    @switch_test("time_precision")
    def test_time_precision(self):
        row = next(row for row in self.rows() if not row["date"][20:23] == "000")
        self.switch(end_border="inclusive")
        self.assertIn(row["id"], self.ids(end_time=row["date"]))
        self.switch(time_precision="s")
        self.assertNotIn(row["id"], self.ids(end_time=row["date"]))

    @switch_test("date_bounds")
    def test_date_bounds(self):
        person = self.entities("persons", with_interaction_dates="true")[-1]
        asked = {"min_last_interaction_date": person["interaction_dates"]["last_interaction_date"]}
        self.assertIn(person["id"], [row["id"] for row in self.entities("persons", **asked)])
        self.switch(date_bounds="exclusive")
        self.assertNotIn(person["id"], [row["id"] for row in self.entities("persons", **asked)])

    @switch_test("one_entity_dates")
    def test_one_entity_dates(self):
        def one(row):
            return self.call("GET", f"/persons/{row['id']}", with_interaction_dates="true")
        some = self.entities("persons", with_interaction_dates="true")
        known = {row["id"] for row in some}
        none = next(row for row in self.entities("persons") if row["id"] not in known)
        self.assertIn("interaction_dates", one(some[0])[1])
        self.assertEqual(one(none)[0], 200)
        self.switch(one_entity_dates="ignored")
        self.assertNotIn("interaction_dates", one(some[0])[1])
        self.switch(one_entity_dates="refused")
        self.assertEqual(one(some[0])[0], 422)
        self.switch(one_entity_dates="missing")
        self.assertEqual((one(some[0])[0], one(none)[0]), (200, 404))

    @switch_test("page_size_over")
    def test_page_size_over(self):
        self.assertEqual(self.call("GET", "/interactions", **self.listed(page_size=500))[0], 422)
        self.switch(page_size_over="clamped")
        self.assertEqual(len(self.good("GET", "/interactions", **self.listed(page_size=500))["emails"]), 100)

    @switch_test("pages")
    def test_pages(self):
        whole = self.ids()
        for how in ("short", "empty", "trailing"):
            self.switch(pages=how)
            self.assertEqual(self.ids(page_size=20), whole, how)
        self.switch(pages="empty")
        first = self.good("GET", "/interactions", **self.listed())
        self.assertEqual((first["emails"], first["next_page_token"] is None), ([], False))
        self.switch(pages="repeating")
        found = self.ids(page_size=20)
        self.assertEqual(list(dict.fromkeys(found)), whole)
        self.assertGreater(len(found), len(whole))
        self.switch(pages="circle")
        one = self.good("GET", "/interactions", **self.listed(type=1))
        again = self.good("GET", "/interactions", page_token=one["next_page_token"], **self.listed(type=1))
        self.assertEqual(one, again)

    @switch_test("last_token")
    def test_last_token(self):
        self.assertIsNone(self.good("GET", "/interactions", **self.listed(type=1))["next_page_token"])
        self.switch(last_token="absent")
        self.assertNotIn("next_page_token", self.good("GET", "/interactions", **self.listed(type=1)))

    @switch_test("token_name")
    def test_token_name(self):
        self.switch(token_name="nextPageToken")
        answer = self.good("GET", "/interactions", **self.listed(page_size=5))
        self.assertEqual(set(answer), {"emails", "nextPageToken"})

    @switch_test("rows_name")
    def test_rows_name(self):
        for name in ("interactions", "data"):
            self.switch(rows_name=name)
            self.assertIn(name, self.good("GET", "/interactions", **self.listed()))

    @switch_test("bare_lists")
    def test_bare_lists(self):
        self.assertIsInstance(self.good("GET", "/organizations"), list)
        self.assertIsInstance(self.good("GET", "/organizations", page_size=5), dict)
        self.switch(bare_lists="always")
        self.assertGreater(len(self.good("GET", "/organizations", page_size=5)), 5)
        self.assertIsInstance(self.good("GET", "/interactions", **self.listed()), list)
        self.switch(bare_lists="never")
        self.assertIsInstance(self.good("GET", "/organizations"), dict)

    @switch_test("person_kind")
    def test_person_kind(self):
        def kinds():
            return {row["type"] for row in self.entities("persons")}
        self.assertEqual(kinds(), {0, 1})
        self.switch(person_kind="word")
        self.assertEqual(kinds(), {"external", "internal", "collaborator"})
        self.assertIn(self.rows()[0]["persons"][0]["type"], kinds())

    @switch_test("person_id")
    def test_person_id(self):
        self.switch(person_id="internal_too")
        self.assertTrue(self.rows(organization_id=None, person_id=self.internal))

    @switch_test("unknown_entity")
    def test_unknown_entity(self):
        self.assertEqual(self.rows(organization_id=1), [])
        for how, status in (("missing", 404), ("refused", 422)):
            self.switch(unknown_entity=how)
            self.bad(status, "", "GET", "/interactions", **self.listed(organization_id=1))

    @switch_test("direction_of_events")
    def test_direction_of_events(self):
        self.switch(direction_of_events="ignored")
        self.assertEqual(self.ids(type=0, direction=1), self.ids(type=0))
        self.switch(direction_of_events="none")
        self.assertEqual(self.ids(type=0, direction=1), [])

    @switch_test("parameters")
    def test_parameters(self):
        whole = self.ids()
        self.switch(parameters="ignored")
        self.assertEqual(self.ids(direction=1, logging_type=1, internal_person_id=self.internal), whole)
        self.assertTrue(self.entities("persons", min_last_email_date="2999-01-01"))

    @switch_test("unknown_parameters")
    def test_unknown_parameters(self):
        self.switch(unknown_parameters="ignored")
        self.assertEqual(self.ids(company_id=1), self.ids())

    @switch_test("email_persons")
    def test_email_persons(self):
        self.switch(email_persons="absent")
        self.assertNotIn("persons", self.rows()[0])
        self.assertIn("persons", self.rows(type=0)[0])

    @switch_test("logging_type")
    def test_logging_type(self):
        self.switch(logging_type="missing")
        self.assertNotIn("logging_type", self.rows()[0])

    @switch_test("empty_members")
    def test_empty_members(self):
        self.assertTrue(any(row["end_time"] is None for row in self.rows(type=0)))
        self.switch(empty_members="absent")
        self.assertTrue(any("end_time" not in row for row in self.rows(type=0)))
        self.assertTrue(all(None not in row.values() for row in self.entities("persons")))

    @switch_test("interaction_dates")
    def test_interaction_dates(self):
        def members():
            return {len(row["interaction_dates"]) for row in self.entities("persons", with_interaction_dates="true")}
        self.assertEqual(members(), {7})
        self.switch(interaction_dates="absent")
        self.assertGreater(len(members()), 1)

    @switch_test("opportunity_dates")
    def test_opportunity_dates(self):
        self.switch(opportunity_dates="ignored")
        rows = self.entities("opportunities", with_interaction_dates="true", min_last_email_date="2999-01-01")
        self.assertEqual(rows, self.entities("opportunities"))

    @switch_test("listed_dates")
    def test_listed_dates(self):
        some = self.entities("persons", with_interaction_dates="true")
        self.assertIn("interaction_dates", some[0])
        self.switch(listed_dates="ignored")
        rows = self.entities("persons", with_interaction_dates="true")
        self.assertEqual(rows, self.entities("persons"))
        self.assertGreater(len(rows), len(some))

    @switch_test("listed_ids")
    def test_listed_ids(self):
        self.assertIn("organization_ids", self.entities("persons")[0])
        self.switch(listed_ids="missing")
        self.assertNotIn("organization_ids", self.entities("persons")[0])
        self.assertNotIn("person_ids", self.entities("organizations")[0])
        self.assertIn("person_ids", self.good("GET", f"/organizations/{self.organization}"))

    @switch_test("error_body")
    def test_error_body(self):
        wanted = {"message": {"message"}, "errors": {"errors"}, "texts": {"errors"}, "detail": {"detail"},
                  "error": {"error"}, "error_text": {"error"}}
        for how in SWITCHES["error_body"][1]:
            self.switch(error_body=how)
            status, body = self.raw("GET", "/interactions", **self.listed(type=None))
            self.assertEqual(status, 422)
            if how in ("empty", "html"):
                self.assertNotIn(b"{", body)
                continue
            self.assertIn(b"type is required", body)
            document = json.loads(body)
            self.assertEqual(set(document) if how in wanted else type(document), wanted.get(how, list), how)

    @switch_test("plan")
    def test_plan(self):
        self.switch(plan="other")
        self.bad(403, "plan", "GET", "/interactions", **self.listed())
        self.assertTrue(self.entities("persons"))

    @switch_test("requests_per_minute")
    @switch_test("minute_s")
    def test_requests_per_minute(self):
        self.good("GET", "/auth/whoami")
        self.assertEqual(self.emulator.service.headers(self.request, 200), {})
        self.switch(requests_per_minute=3, minute_s=1)
        time.sleep(1.01)
        self.assertEqual([self.call("GET", "/persons")[0] for _ in range(4)], [200, 200, 200, 429])
        told = self.emulator.service.headers(self.request, 429)
        self.assertEqual(told, {"X-Ratelimit-Limit-User": 3, "X-Ratelimit-Limit-User-Remaining": 0,
                                "X-Ratelimit-Limit-User-Reset": 1})
        time.sleep(1.01)
        self.assertEqual(self.call("GET", "/persons")[0], 200)
        self.assertEqual(self.good("GET", "/rate-limit")["rate"]["api_key_per_minute"]["used"], 2)

    @switch_test("monthly_limit")
    @switch_test("monthly_used")
    def test_monthly_limit(self):
        self.switch(monthly_limit=100, monthly_used=98)
        self.assertEqual([self.call("GET", "/persons")[0] for _ in range(3)], [200, 200, 429])
        self.assertEqual(self.good("GET", "/rate-limit")["rate"]["org_monthly"]["remaining"], 0)
        self.assertEqual(self.emulator.service.headers(self.request, 429)["X-Ratelimit-Limit-Org-Remaining"], 0)

    @switch_test("most_at_once")
    def test_most_at_once(self):
        self.switch(most_at_once=2)
        self.emulator.under_way = 3
        self.bad(429, "concurrent", "GET", "/persons")
        self.emulator.under_way = 2
        self.assertEqual(self.call("GET", "/persons")[0], 200)

    @switch_test("retry_after")
    def test_retry_after(self):
        for how, wanted in (("absent", False), ("seconds", True), ("date", True)):
            self.switch(retry_after=how, most_at_once=1)
            self.emulator.under_way = 2
            self.call("GET", "/persons")
            self.assertEqual("Retry-After" in self.headers, wanted)

    @switch_test("header_case")
    def test_header_case(self):
        self.switch(header_case="lower", monthly_limit=5)
        self.good("GET", "/auth/whoami")
        self.assertIn("x-ratelimit-limit-org", self.emulator.service.headers(self.request, 200))

    @switch_test("put_person_ids")
    @switch_test("create_status")
    def test_writes(self):
        self.switch(put_person_ids="optional", create_status=201)
        status, made = self.call("POST", "/interactions", {"type": 0, "person_ids": [self.internal], "content": "x",
                                                           "date": "2025-01-01T00:00:00Z"})
        self.assertEqual(status, 201)
        self.good("PUT", f"/interactions/{made['id']}", {"type": 0, "content": "y"})

    @switch_test("gzip")
    def test_gzip(self):
        self.switch(gzip=True)      # which the stage follows, see its server

    def test_all_are_tested(self):
        self.assertEqual(TESTED, set(SWITCHES))
