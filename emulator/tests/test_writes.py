"""The write rules of docs/attio-api.md 9, value parsing of 7.1, and the errors that writes meet."""
import time

from .client import EmulatorTest, plain

# attribute of all_types -> (written, stored members)
ACCEPTED = [
    ("a_text", "x", {"value": "x"}),
    ("a_text", {"value": "x"}, {"value": "x"}),
    ("a_text", ["x"], {"value": "x"}),
    ("a_number", 5, {"value": 5}),
    ("a_number", {"value": 1.5}, {"value": 1.5}),
    ("a_currency", "499.00", {"currency_value": 499, "currency_code": "GBP"}),
    ("a_currency", {"currency_value": 1.25}, {"currency_value": 1.25, "currency_code": "GBP"}),
    ("a_rating", 3, {"value": 3}),
    ("a_checkbox", True, {"value": True}),
    ("a_checkbox", "false", {"value": False}),
    ("a_date", "2024-02-29", {"value": "2024-02-29"}),
    ("a_date", "2024", {"value": "2024-01-01"}),
    ("a_date", "2024-05", {"value": "2024-05-01"}),
    ("a_date", "2024-05-06T23:00:00-10:00", {"value": "2024-05-07"}),
    ("a_timestamp", "2024-05-06T07:08:09.123456789Z", {"value": "2024-05-06T07:08:09.123000000Z"}),
    ("a_timestamp", "2024-05-06", {"value": "2024-05-06T00:00:00.000000000Z"}),
    ("a_timestamp", "2024-05-06T07:08:09+02:00", {"value": "2024-05-06T05:08:09.000000000Z"}),
    ("an_email", " Ada@Example.COM ", {"original_email_address": "Ada@Example.COM", "email_address": "ada@example.com",
                                       "email_domain": "example.com", "email_root_domain": "example.com",
                                       "email_local_specifier": "ada"}),
    ("a_domain", "https://Shop.Acme.com/path?q=1", {"domain": "shop.acme.com", "root_domain": "acme.com"}),
    ("a_phone", "+44 20 7946 0000",
     {"original_phone_number": "+44 20 7946 0000", "country_code": "GB", "phone_number": "+442079460000"}),
    ("a_phone", {"original_phone_number": "020 7946 0001", "country_code": "GB"},
     {"original_phone_number": "020 7946 0001", "country_code": "GB", "phone_number": "+442079460001"}),
    ("a_name", "Lovelace, Ada", {"first_name": "Ada", "last_name": "Lovelace", "full_name": "Ada Lovelace"}),
    ("a_name", "Ada", {"first_name": "Ada", "last_name": "", "full_name": "Ada"}),
    ("a_name", "Lovelace, Ada, Countess",
     {"first_name": "Ada, Countess", "last_name": "Lovelace", "full_name": "Ada, Countess Lovelace"}),
    ("a_name", {"first_name": "A", "last_name": "B", "full_name": "A B"},
     {"first_name": "A", "last_name": "B", "full_name": "A B"}),
]
REFUSED = [
    ("a_text", 5), ("a_text", None), ("a_text", ["x", "y"]), ("a_number", "5"), ("a_number", True), ("a_number", None),
    ("a_currency", "lots"), ("a_currency", "1.00005"), ("a_currency", {"currency_value": 1, "currency_code": "USD"}),
    ("a_rating", 6),
    ("a_rating", 1.5), ("a_checkbox", "yes"), ("a_date", "tomorrow"), ("a_date", "2024-02-30"), ("a_timestamp", 5),
    ("an_email", "nobody"), ("a_domain", "nothing"), ("a_domain", "acme.example"), ("a_phone", "020 7946 0000"),
    ("a_phone", "+14155552671"), ("a_phone", "+1"), ("a_name", {"first_name": "A"}), ("a_location", {"locality": "X"}),
    ("some_selects", "Red"), ("an_interaction", "2024-01-01"), ("some_references", ["ada"]),
    ("an_actor", {"referenced_actor_type": "system"}),
]


class Values(EmulatorTest):
    def write(self, slug, value):
        return {"data": {"values": {slug: value}}}

    def test_accepted(self):
        for slug, written, stored in ACCEPTED:
            with self.subTest(slug=slug, written=written):
                record = self.create("all_types", **{slug: written})
                value = record["values"][slug][0]
                self.assertEqual({k: value[k] for k in stored}, stored)
                self.assertIsNone(value["active_until"])
                self.assertEqual(self.good("GET", self.path(record))["values"][slug], record["values"][slug])

    def test_refused(self):
        for slug, written in REFUSED:
            with self.subTest(slug=slug, written=written):
                self.bad(400, "validation_type", "POST", "/v2/objects/all_types/records", self.write(slug, written))

    def test_location(self):
        keys = ("line_1", "line_2", "line_3", "line_4", "locality", "region", "postcode", "country_code", "latitude",
                "longitude")
        whole = dict.fromkeys(keys, None) | {"locality": "Bern", "country_code": "CH"}
        value = self.create("all_types", a_location=whole)["values"]["a_location"][0]
        self.assertEqual({k: value[k] for k in keys}, whole)
        value = self.create("all_types", a_location="1 High Street, London, GB")["values"]["a_location"][0]
        self.assertEqual((value["line_1"], value["locality"], value["country_code"]), ("1 High Street", "London", "GB"))

    def test_choices(self):
        attribute = self.workspace.target("objects", "all_types").attribute("a_select")
        for written in ("One", {"option": "One"}, {"option": attribute.choices[0].id}):
            value = self.create("all_types", a_select=written)["values"]["a_select"][0]
            self.assertEqual(value["option"]["title"], "One")
        self.bad(400, "value_not_found", "POST", "/v2/objects/all_types/records", self.write("a_select", "Eleven"))
        self.bad(400, "value_not_found", "POST", "/v2/objects/all_types/records",
                 self.write("a_status", {"status": "Eleven"}))
        # measured: a bare id answers 200 and stores nothing
        self.assertEqual(self.create("all_types", some_selects=[attribute.choices[0].id])["values"]["some_selects"], [])

    def test_references(self):
        company = next(c for c in self.query("companies") if c["values"]["domains"])
        ident, domain = company["id"]["record_id"], company["values"]["domains"][0]["domain"]
        for written in (domain.upper(), {"target_object": "companies", "target_record_id": ident},
                        {"target_object": "companies", "domains": [{"domain": domain}]}):
            person = self.create("people", name="A, B", company=written)
            self.assertEqual(plain(person, "company", "target_record_id"), [ident])
        path = "/v2/objects/people/records"
        self.bad(400, "value_not_found", "POST", path, self.write("company", "nowhere.test"))
        self.bad(400, "value_not_found", "POST", path,
                 self.write("company", {"target_object": "companies", "target_record_id": "x"}))
        self.bad(400, "value_not_found", "POST", path,
                 self.write("company", {"target_object": "people", "target_record_id": "x"}))

    def test_actors(self):
        member = self.workspace.members[1]
        for written in (member["email_address"], {"workspace_member_email_address": member["email_address"]},
                        {"referenced_actor_type": "workspace-member",
                         "referenced_actor_id": member["id"]["workspace_member_id"]}):
            record = self.create("all_types", an_actor=written)
            self.assertEqual(plain(record, "an_actor", "referenced_actor_id"), [member["id"]["workspace_member_id"]])
        self.bad(400, "value_not_found", "POST", "/v2/objects/all_types/records",
                 self.write("an_actor", "nobody@example.com"))


class Records(EmulatorTest):
    def test_create_sets_in_order(self):
        record = self.create("people", name="A, B", email_addresses=["b@x.com", "a@x.com"])
        self.assertEqual(plain(record, "email_addresses", "email_address"), ["b@x.com", "a@x.com"])
        self.assertEqual(record["values"]["job_title"], [])

    def test_patch_prepends(self):
        record = self.create("people", name="A, B", email_addresses=["a@x.com", "b@x.com"])
        changed = self.good("PATCH", self.path(record),
                            {"data": {"values": {"email_addresses": ["c@x.com", "b@x.com", "C@x.com"]}}})
        self.assertEqual(plain(changed, "email_addresses", "email_address")[-2:], ["a@x.com", "b@x.com"])
        self.assertIn("c@x.com", plain(changed, "email_addresses", "email_address")[:2])
        same = self.good("PATCH", self.path(record), {"data": {"values": {"email_addresses": []}}})
        self.assertEqual(same["values"], changed["values"])     # [] is a no-op (measured)

    def test_put_overwrites(self):
        record = self.create("people", name="A, B", email_addresses=["a@x.com", "b@x.com"], job_title="Boss")
        changed = self.good("PUT", self.path(record), {"data": {"values": {"email_addresses": ["b@x.com", "c@x.com"]}}})
        self.assertEqual(plain(changed, "email_addresses", "email_address"), ["b@x.com", "c@x.com"])
        self.assertEqual(plain(changed, "job_title"), ["Boss"])     # not sent, not changed
        # a value that stays keeps its age
        self.assertEqual(changed["values"]["email_addresses"][0], record["values"]["email_addresses"][1])
        empty = self.good("PUT", self.path(record), {"data": {"values": {"email_addresses": [], "job_title": []}}})
        self.assertEqual((empty["values"]["email_addresses"], empty["values"]["job_title"]), ([], []))

    def test_required_and_unique(self):
        path = "/v2/objects/with_defaults/records"
        self.bad(400, "missing_value", "POST", path, {"data": {"values": {}}})
        record = self.create("with_defaults", name="X", code="A-1")
        self.bad(400, "missing_value", "PUT", self.path(record), {"data": {"values": {"name": []}}})
        self.bad(400, "uniqueness_conflict", "POST", path, {"data": {"values": {"name": "Y", "code": "A-1"}}})
        self.create("with_defaults", name="Y", code="a-1")      # text matches case and all (measured)
        person = self.create("people", name="A, B", email_addresses=["one@x.com"])
        self.bad(400, "uniqueness_conflict", "POST", "/v2/objects/people/records",
                 {"data": {"values": {"email_addresses": ["new@x.com", "ONE@x.com"]}}})
        self.assertEqual(self.ids("people", {"email_addresses": "new@x.com"}), [])      # nothing stored
        self.good("PUT", self.path(person), {"data": {"values": {"email_addresses": ["one@x.com"]}}})
        deal = {"data": {"values": {"name": "D"}}}
        self.bad(400, "missing_value", "POST", "/v2/objects/deals/records", deal)

    def test_defaults(self):
        record = self.create("with_defaults", name="X")
        self.assertEqual(plain(record, "origin"), ["web"])
        self.assertEqual(plain(record, "owner", "referenced_actor_type"), ["api-token"])
        self.assertEqual(len(plain(record, "due")[0]), 10)
        self.assertGreater(plain(record, "remind_at")[0], record["created_at"])
        self.assertEqual(plain(self.create("with_defaults", name="X", origin="app"), "origin"), ["app"])

    def test_assert(self):
        path = "/v2/objects/people/records?matching_attribute=email_addresses"
        body = {"data": {"values": {"name": "New, One", "email_addresses": ["n@x.com"]}}}
        created = self.good("PUT", path, body)
        body = {"data": {"values": {"job_title": "Boss", "email_addresses": ["N@x.com", "second@x.com"]}}}
        updated = self.good("PUT", path, body)
        self.assertEqual(updated["id"], created["id"])
        self.assertEqual(set(plain(updated, "email_addresses", "email_address")), {"n@x.com", "second@x.com"})
        self.assertEqual(plain(updated, "name", "full_name"), ["One New"])
        self.bad(400, "validation_type", "PUT", "/v2/objects/people/records", body)
        self.bad(400, "matching_attribute_definition_not_unique", "PUT",
                 "/v2/objects/people/records?matching_attribute=job_title", body)
        self.bad(400, "missing_value", "PUT", path, {"data": {"values": {"name": "X"}}})

    def test_read_only_and_unknown(self):
        path = "/v2/objects/people/records"
        for slug in ("created_at", "created_by", "record_id", "twitter_follower_count", "last_interaction"):
            self.bad(400, "validation_type", "POST", path, {"data": {"values": {slug: "x"}}})
        self.bad(400, "value_not_found", "POST", path, {"data": {"values": {"nope": "x"}}})
        self.bad(400, "validation_type", "POST", path, {"data": {}})
        by_id = self.workspace.target("objects", "people").attribute("job_title").id
        self.assertEqual(plain(self.create("people", **{by_id: "By id"}), "job_title"), ["By id"])

    def test_relationship_mirrors(self):
        company = self.create("companies", name="Acme", domains=["acme-new.com"])
        ident = company["id"]["record_id"]
        person = self.create("people", name="A, B", company="acme-new.com")
        team = self.good("GET", self.path(company))["values"]["team"]
        self.assertEqual([v["target_record_id"] for v in team], [person["id"]["record_id"]])
        other = self.create("companies", name="Other",
                            team=[{"target_object": "people", "target_record_id": person["id"]["record_id"]}])
        self.assertEqual(plain(self.good("GET", self.path(person)), "company", "target_record_id"),
                         [other["id"]["record_id"]])
        self.assertEqual(self.good("GET", f"/v2/objects/companies/records/{ident}")["values"]["team"], [])
        self.good("DELETE", self.path(person))
        self.assertEqual(self.good("GET", self.path(other))["values"]["team"], [])

    def test_delete(self):
        record = self.create("with_defaults", name="X")
        self.assertEqual(self.call("DELETE", self.path(record)), (200, {}))
        self.bad(404, "not_found", "DELETE", self.path(record))
        self.bad(404, "not_found", "GET", self.path(record))
        self.bad(404, "not_found", "PUT", self.path(record), {"data": {"values": {}}})

    def test_history(self):
        record = self.create("deals", name="D", stage="Lead", owner="mira@example.com")
        time.sleep(0.01)
        self.good("PUT", self.path(record), {"data": {"values": {"stage": "Lost"}}})
        current = self.good("GET", self.path(record) + "/attributes/stage/values")
        history = self.good("GET", self.path(record) + "/attributes/stage/values?show_historic=true")
        self.assertEqual([v["status"]["title"] for v in current], ["Lost"])
        self.assertEqual([v["status"]["title"] for v in history], ["Lead", "Lost"])
        self.assertEqual((history[0]["active_until"] is None, history[1]["active_until"]), (False, None))
        self.assertLessEqual(history[0]["active_until"], history[1]["active_from"])
        person = self.first("people")
        self.bad(400, "validation_type", "GET",
                 self.path(person) + "/attributes/last_interaction/values?show_historic=true")


class Entries(EmulatorTest):
    def entry(self, parent, slug="people", **values):
        return {"data": {"parent_record_id": parent, "parent_object": slug, "entry_values": values}}

    def test_entries(self):
        path, parent = "/v2/lists/hiring/entries", self.ids("people")[5]
        one = self.good("POST", path, self.entry(parent, phase="Offer", skills=["C", "SQL"]))
        self.assertEqual((one["parent_record_id"], one["parent_object"]), (parent, "people"))
        two = self.good("POST", path, self.entry(parent))       # several entries a parent are allowed
        self.assertNotEqual(one["id"], two["id"])
        self.bad(400, "multiple_match_results", "PUT", path, self.entry(parent))
        place = f"{path}/{one['id']['entry_id']}"
        changed = self.good("PATCH", place, {"data": {"entry_values": {"skills": ["Python"]}}})
        self.assertEqual([v["option"]["title"] for v in changed["entry_values"]["skills"]], ["Python", "C", "SQL"])
        changed = self.good("PUT", place, {"data": {"entry_values": {"skills": ["SQL"]}}})
        self.assertEqual([v["option"]["title"] for v in changed["entry_values"]["skills"]], ["SQL"])
        self.bad(400, "immutable_value", "PUT", place,
                 {"data": {"entry_values": {}, "parent_record_id": self.ids("people")[6]}})
        found = self.good("GET", f"/v2/objects/people/records/{parent}/entries")
        self.assertIn(one["id"]["entry_id"], [e["entry_id"] for e in found])
        self.assertEqual(self.call("DELETE", place), (200, {}))
        self.bad(404, "not_found", "GET", place)

    def test_parents(self):
        path = "/v2/lists/hiring/entries"
        self.bad(400, "value_not_found", "POST", path, self.entry("x"))
        self.bad(400, "value_not_found", "POST", path, self.entry(self.ids("companies")[0], "companies"))
        self.bad(400, "validation_type", "POST", path, {"data": {"entry_values": {}}})

    def test_assert(self):
        path = "/v2/lists/hiring/entries"
        parent = self.create("people", name="A, B")["id"]["record_id"]
        one = self.good("PUT", path, self.entry(parent, skills=["C"]))
        two = self.good("PUT", path, self.entry(parent, skills=["SQL"]))
        self.assertEqual(one["id"], two["id"])
        self.assertEqual([v["option"]["title"] for v in two["entry_values"]["skills"]], ["SQL"])
