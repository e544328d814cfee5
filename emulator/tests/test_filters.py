"""Filters and sorts: each type, field and operator of docs/attio-api.md 7.2, accepted and refused."""
from .client import EmulatorTest, plain

ALL = ("$eq", "$in", "$contains", "$starts_with", "$ends_with", "$gt", "$gte", "$lt", "$lte", "$not_empty")
TEXT = "$eq $contains $starts_with $ends_with"
ORDER = "$eq $gt $gte $lt $lte"

# docs/attio-api.md 7.2, written down once more: attribute -> field -> operators, and a value that fits
TABLE = {
    "a_text": {"value": (TEXT + " $in", "x")},
    "a_number": {"value": (ORDER, 1)},
    "a_rating": {"value": (ORDER, 1)},
    "a_currency": {"currency_value": (ORDER, "1.5")},
    "a_date": {"value": (ORDER, "2024-02-29")},
    "a_timestamp": {"value": (ORDER, "2024-02-29T23:59:59.999Z")},
    "a_checkbox": {"value": ("$eq", True)},
    "a_select": {"option": ("$eq", "One"), "active_from": ("$gt $gte $lt $lte", "2024-01-01")},
    "a_status": {"status": ("$eq", "Lead"), "active_from": ("$gt $gte $lt $lte", "2024-01-01T00:00:00Z")},
    "a_reference": {"target_object": ("$eq", "people"), "target_record_id": ("$eq $in", "x")},
    "an_actor": {"referenced_actor_type": ("$eq", "system")},
    "an_email": {f: (TEXT, "x") for f in ("email_address", "email_domain", "email_root_domain",
                                          "email_local_specifier")},
    "a_domain": {f: (TEXT + " $not_empty", "x") for f in ("domain", "root_domain")},
    "a_phone": {"phone_number": (TEXT, "+1"), "country_code": ("$eq $not_empty", "US")},
    "a_location": {**{f: (TEXT, "x") for f in ("line_1", "line_2", "line_3", "line_4", "locality", "region",
                                               "postcode")},
                   "country_code": ("$eq $starts_with", "CH")},
    "a_name": {f: (TEXT + " $not_empty", "x") for f in ("full_name", "first_name", "last_name")},
    "an_interaction": {"owner_member_id": ("$eq $not_empty", "x"), "interacted_at": (ORDER, "2024-01-01"),
                       "interaction_type": ("$eq $not_empty", "email")},
}
NO_SUCH_FIELD = {"a_text": "title", "a_phone": "original_phone_number", "a_location": "latitude", "an_actor": "name",
                 "a_currency": "currency_code", "an_email": "original_email_address", "a_number": "active_from"}


class Grammar(EmulatorTest):
    def test_every_type_field_and_operator(self):
        count = 0
        for slug, fields in TABLE.items():
            for field, (operators, value) in fields.items():
                for op in ALL:
                    literal = True if op == "$not_empty" else [value] if op == "$in" else value
                    tree = {slug: {field: {op: literal}}}
                    with self.subTest(tree=tree):
                        if op in operators.split():
                            self.query("all_types", tree)
                        else:
                            answer = self.refused("invalid_filter_operator", "all_types", tree)
                            self.assertEqual(answer["path"], [slug, field, op])
                    count += 1
        self.assertGreater(count, 300)

    def test_every_type_is_in_the_table(self):
        kinds = {a.kind for a in self.workspace.target("objects", "all_types").attributes if a.slug in TABLE}
        self.assertEqual(len(kinds), 17)

    def test_implicit_field(self):
        for slug in TABLE:
            field, (operators, value) = next(iter(TABLE[slug].items()))
            with self.subTest(slug=slug):
                if slug in ("a_reference", "an_actor", "a_location", "an_interaction"):
                    self.refused("invalid_filter_field", "all_types", {slug: value})
                    self.refused("invalid_filter_field", "all_types", {slug: {"$eq": value}})
                else:
                    self.assertEqual(self.ids("all_types", {slug: {field: {"$eq": value}}}),
                                     self.ids("all_types", {slug: value}))

    def test_no_such_field(self):
        for slug, field in NO_SUCH_FIELD.items():
            with self.subTest(slug=slug):
                answer = self.refused("invalid_filter_field", "all_types", {slug: {field: {"$eq": "x"}}})
                self.assertEqual(answer["path"], [slug, field])

    def test_values_of_a_wrong_type(self):
        for slug, value in (("a_text", 1), ("a_number", "1"), ("a_checkbox", "true"), ("a_date", "today"),
                            ("a_date", 1), ("a_timestamp", "2024-01-01"),
                            ("a_timestamp", "2024-01-01T00:00:00+00:00"), ("a_timestamp", 1700000000),
                            ("a_currency", "much"), ("a_number", True), ("a_text", None)):
            with self.subTest(slug=slug, value=value):
                self.refused("validation_type", "all_types", {slug: value})

    def test_unknown_attribute_names_its_path(self):
        answer = self.refused("unknown_filter_attribute_slug", "people", {"$or": [{"name": "x"}, {"email": "y"}]})
        self.assertEqual(answer["path"], ["$or", "1", "email"])     # recorded shape
        self.refused("unknown_filter_attribute_slug", "odd_names", {"gone": "x"})

    def test_not_takes_one_attribute_condition(self):
        self.refused("unknown_filter_attribute_slug", "deals", {"$not": {"$or": [{"stage": "Lead"}]}})
        self.refused("unknown_filter_attribute_slug", "deals", {"$not": {"$and": []}})
        self.refused("filter_error", "deals", {"$not": {"stage": "Lead", "name": "x"}})
        both = self.ids("deals", {"$and": [{"name": {"$contains": "renewal"}}, {"$not": {"stage": "Lead"}},
                                           {"$not": {"stage": "Lost"}}]})
        lead, lost = self.ids("deals", {"stage": "Lead"}), self.ids("deals", {"stage": "Lost"})
        self.assertEqual(sorted(both + lead + lost), self.ids("deals"))

    def test_status_has_no_in(self):
        self.refused("invalid_filter_operator", "deals", {"stage": {"$in": ["Lead"]}})

    def test_actor_id_needs_type(self):
        member = self.workspace.members[0]["id"]["workspace_member_id"]
        self.refused("filter_error", "deals", {"owner": {"referenced_actor_id": member}})
        self.assertTrue(self.ids("deals", {"owner": {"referenced_actor_type": "workspace-member",
                                                     "referenced_actor_id": member}}))
        self.assertTrue(self.ids("deals", {"owner": {"referenced_actor_type": "workspace-member"}}))

    def test_logic(self):
        everything = self.ids("deals")
        self.assertEqual(self.ids("deals", {}), everything)
        self.assertEqual(self.ids("deals", {"$and": []}), everything)
        self.assertEqual(self.ids("deals", {"$or": []}), [])
        two = self.ids("deals", {"$or": [{"stage": "Lead"}, {"stage": "Lost"}]})
        self.assertEqual(sorted(self.ids("deals", {"stage": "Lead"}) + self.ids("deals", {"stage": "Lost"})), two)
        self.assertEqual(self.ids("deals", {"stage": "Lead", "name": {"$contains": "ACME"}}),
                         [i for i in self.ids("deals", {"stage": "Lead"})
                          if i in self.ids("deals", {"name": {"$contains": "acme"}})])

    def test_ranges(self):
        rows = self.query("all_types", {"a_number": {"$gte": 0.0001, "$lt": 3.15}})
        self.assertEqual({v for r in rows for v in plain(r, "a_number")}, {0.0001, 1, 3.14})
        by_id = self.workspace.target("objects", "deals").attribute("stage").choices[0].id
        self.assertEqual(self.ids("deals", {"stage": by_id}), self.ids("deals", {"stage": "Lead"}))

    def test_keys(self):
        some = self.ids("people")[:3]
        self.assertEqual(self.ids("people", {"record_id": {"$in": some}}), some)
        self.assertEqual(self.ids("people", {"record_id": some[0]}), some[:1])
        entry = self.ids("hiring", kind="lists")[0]
        self.assertEqual(self.ids("hiring", {"entry_id": {"$eq": entry}}, kind="lists"), [entry])

    def test_references(self):
        company = self.first("people")["values"]["company"]
        if not company:
            company = next(p for p in self.query("people") if p["values"]["company"])["values"]["company"]
        target = company[0]["target_record_id"]
        found = self.query("people", {"company": {"target_object": "companies", "target_record_id": {"$in": [target]}}})
        self.assertTrue(found)
        self.assertTrue(all(plain(p, "company", "target_record_id") == [target] for p in found))

    def test_paths(self):
        person = next(p for p in self.query("people") if p["values"]["company"])
        company = person["values"]["company"][0]["target_record_id"]
        name = plain(self.good("GET", f"/v2/objects/companies/records/{company}"), "name")[0]
        by_path = self.ids("people",
                           {"path": [["people", "company"], ["companies", "name"]], "constraints": {"value": name}})
        direct = self.ids("people", {"company": {"target_object": "companies", "target_record_id": company}})
        self.assertEqual(by_path, direct)
        entry = self.first("hiring", "lists")
        parent = entry["parent_record_id"]
        found = self.query("hiring", {"path": [["hiring", "parent_record"], ["people", "record_id"]],
                                      "constraints": {"value": parent}},
                           kind="lists")
        self.assertEqual({e["parent_record_id"] for e in found}, {parent})
        found = self.query("hiring",
                           {"path": [["hiring", "parent_record"], ["people", "company"], ["companies", "name"]],
                                      "constraints": {"value": {"$contains": "a"}}}, kind="lists")
        self.assertIsInstance(found, list)
        long = [["people", "company"]] + [["companies", "team"], ["people", "company"]] * 3
        self.refused("filter_error", "people", {"path": long, "constraints": {"value": "x"}})
        self.refused("filter_error", "people", {"path": [["deals", "name"]], "constraints": {"value": "x"}})

    def test_not_empty(self):
        without = [p for p in self.query("people") if p["values"]["name"][0]["last_name"] == ""]
        self.assertTrue(without)
        self.refused("validation_type", "people", {"name": {"last_name": {"$not_empty": False}}})
        self.refused("invalid_filter_operator", "people", {"email_addresses": {"$not_empty": True}})

    def test_views(self):
        view = self.good("GET", "/v2/objects/deals/views")[0]
        rows = self.good("POST", "/v2/objects/deals/records/query", {"filter_view_id": view["id"]["view_id"]})
        self.assertEqual({r["values"]["stage"][0]["status"]["title"] for r in rows}, {"Lead", "In Progress"})
        self.bad(400, "validation_type", "POST", "/v2/objects/deals/records/query",
                 {"filter_view_id": view["id"]["view_id"], "filter": {}})
        self.assertEqual(len(self.good("GET", "/v2/objects/deals/views?show_archived=true")), 2)

    def test_limits_and_offsets(self):
        path = "/v2/objects/people/records/query"
        everything = self.ids("people")
        self.assertEqual(everything, sorted(everything))
        self.assertEqual(self.ids("people", limit=5, offset=3), everything[3:8])
        self.assertEqual(self.ids("people", offset=1000), [])
        for body in ({"limit": 501}, {"limit": 0}, {"limit": "two"}, {"offset": -1}, {"limit": True}, {"limit": 1.5}):
            with self.subTest(body=body):
                self.bad(400, "validation_type", "POST", path, body)
        self.bad(400, "validation_type", "POST", path, b"not json")
        self.bad(400, "validation_type", "POST", path, b"[]")
        self.assertEqual(self.headers, {})


class Sorting(EmulatorTest):
    def test_by_attribute(self):
        values = [plain(r, "a_number") for r in self.query("all_types",
                                                           sorts=[{"attribute": "a_number", "direction": "desc"}])]
        numbers = [v[0] for v in values if v]
        self.assertEqual(numbers, sorted(numbers, reverse=True))
        self.assertEqual(values[-1], [])

    def test_by_field(self):
        names = [p["values"]["name"][0]["last_name"] for p in
                 self.query("people", sorts=[{"attribute": "name", "field": "last_name", "direction": "asc"}])]
        self.assertEqual(names, sorted(names))

    def test_by_path(self):
        rows = self.query("people",
                          sorts=[{"path": [["people", "company"], ["companies", "name"]], "direction": "asc"}])
        names = []
        for row in rows:
            for value in row["values"]["company"]:
                names.append(plain(self.good("GET", f"/v2/objects/companies/records/{value['target_record_id']}"),
                                   "name")[0])
        self.assertEqual(names, sorted(names))
        self.query("hiring", kind="lists",
                   sorts=[{"path": [["hiring", "parent_record"], ["people", "name"]], "direction": "desc"}])

    def test_two_keys(self):
        rows = self.query("deals", sorts=[{"attribute": "created_at", "direction": "desc"},
                                          {"attribute": "record_id", "direction": "asc"}])
        keys = [(plain(r, "created_at")[0], r["id"]["record_id"]) for r in rows]
        self.assertEqual(keys, sorted(sorted(keys, key=lambda k: k[1]), key=lambda k: k[0], reverse=True))

    def test_refused(self):
        path = "/v2/objects/people/records/query"
        for sorts, code in (([{"attribute": "name"}], "validation_type"), ([{"direction": "asc"}], "validation_type"),
                            ([{"attribute": "name", "direction": "up"}], "validation_type"),
                            ([{"attribute": "nope", "direction": "asc"}], "unknown_filter_attribute_slug"),
                            ([{"attribute": "name", "field": "nope", "direction": "asc"}], "invalid_filter_field"),
                            ("name", "validation_type")):
            with self.subTest(sorts=sorts):
                self.bad(400, code, "POST", path, {"sorts": sorts})

    def test_score(self):
        self.query("people")
        self.assertEqual(self.headers["x-attio-record-query-score"], "0")
        self.query("people", sorts=[{"attribute": "created_at", "direction": "asc"}])
        self.assertGreater(int(self.headers["x-attio-record-query-score"]), 80)
