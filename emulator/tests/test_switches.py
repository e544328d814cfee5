"""Each switch shows its behaviours."""
import time

from attio_emulator.switches import SWITCHES

from .client import EmulatorTest, plain

TESTED = set()


def switch_test(name):
    TESTED.add(name)
    return lambda function: function


class Switches(EmulatorTest):
    def texts(self, tree):
        return {v for r in self.query("all_types", tree) for v in plain(r, "a_text")}

    @switch_test("text_equality")
    def test_text_equality(self):
        self.assertEqual(self.texts({"a_text": "PLAIN"}), set())
        self.switch(text_equality="ignore_case")
        self.assertEqual(self.texts({"a_text": "PLAIN"}), {"plain"})
        self.assertEqual(self.texts({"a_text": {"$in": ["PLAIN"]}}), {"plain"})

    @switch_test("starts_with_case")
    def test_starts_with_case(self):
        self.assertEqual(self.texts({"a_text": {"$starts_with": "PLA"}}), {"plain"})
        self.switch(starts_with_case="exact")
        self.assertEqual(self.texts({"a_text": {"$starts_with": "PLA"}}), set())

    @switch_test("ends_with_case")
    def test_ends_with_case(self):
        self.assertEqual(self.texts({"a_text": {"$ends_with": "AIN"}}), {"plain"})
        self.switch(ends_with_case="exact")
        self.assertEqual(self.texts({"a_text": {"$ends_with": "AIN"}}), set())

    @switch_test("folding")
    def test_folding(self):
        self.create("all_types", a_text="ÉCLAIR")
        self.assertEqual(self.texts({"a_text": {"$contains": "éclair"}}), {"ÉCLAIR"})
        self.switch(folding="ascii")
        self.assertEqual(self.texts({"a_text": {"$contains": "éclair"}}), set())

    @switch_test("wildcards")
    def test_wildcards(self):
        self.assertEqual(self.texts({"a_text": {"$contains": "p%n"}}), set())
        self.switch(wildcards="like")
        self.assertEqual(self.texts({"a_text": {"$starts_with": "p%n"}}), {"plain"})
        self.assertEqual(self.texts({"a_text": {"$starts_with": "pl_in"}}), {"plain"})

    @switch_test("trimming")
    def test_trimming(self):
        self.assertEqual(self.texts({"a_text": "blanks"}), set())
        self.switch(trimming="both")
        self.assertEqual(self.texts({"a_text": "blanks"}), {"  blanks  "})

    @switch_test("empty_string_is_empty")
    def test_empty_string_is_empty(self):
        everyone = len(self.ids("people"))
        self.assertEqual(len(self.ids("people", {"name": {"last_name": {"$not_empty": True}}})), everyone)
        self.switch(empty_string_is_empty=True)
        self.assertLess(len(self.ids("people", {"name": {"last_name": {"$not_empty": True}}})), everyone)

    @switch_test("not_matches_empty")
    def test_not_matches_empty(self):
        with_empty = self.ids("all_types", {"$not": {"a_rating": 0}})
        self.switch(not_matches_empty=False)
        self.assertEqual(len(with_empty) - len(self.ids("all_types", {"$not": {"a_rating": 0}})), 1)

    @switch_test("unknown_title")
    def test_unknown_title(self):
        self.assertEqual(self.ids("deals", {"stage": "Nowhere"}), [])
        self.switch(unknown_title="error")
        self.refused("value_not_found", "deals", {"stage": "Nowhere"})

    @switch_test("filters")
    def test_filters(self):
        everyone = len(self.ids("deals"))
        self.switch(filters="ignored")
        self.assertEqual(len(self.ids("deals", {"stage": "Lead"})), everyone)
        self.refused("unknown_filter_attribute_slug", "deals", {"nope": "x"})
        self.switch(filters="refused")
        self.refused("filter_error", "deals", {"stage": "Lead"})
        self.assertEqual(len(self.ids("deals")), everyone)

    @switch_test("option_lists")
    def test_option_lists(self):
        path = "/v2/objects/deals/attributes/stage/statuses"
        whole = [s["title"] for s in self.good("GET", path)]
        self.switch(option_lists="cut")
        self.assertEqual([s["title"] for s in self.good("GET", path)], whole[:len(whole) // 2])
        self.switch(option_lists="empty")
        self.assertEqual(self.good("GET", path), [])
        self.switch(option_lists="refused")
        self.bad(403, "unauthorized", "GET", path)
        self.switch(option_lists="gone")
        self.bad(404, "not_found", "GET", path)
        self.assertEqual(len(self.ids("deals", {"stage": whole[0]})) > 0, True)     # filters know them all the same

    @switch_test("several_conditions")
    def test_several_conditions(self):
        tree = {"some_emails": {"email_address": {"$starts_with": "m0", "$ends_with": "@example.org"},
                                "email_local_specifier": {"$starts_with": "m1"}}}
        self.assertEqual(self.ids("all_types", tree), [])
        self.switch(several_conditions="any_value")
        self.assertTrue(self.ids("all_types", tree))

    @switch_test("time_precision")
    def test_time_precision(self):
        tree = {"a_timestamp": {"$eq": "2024-02-29T23:59:59.999999999Z"}}
        self.assertTrue(self.ids("all_types", tree))
        for precision in ("us", "ms"):
            self.switch(time_precision=precision)
            self.assertEqual(self.ids("all_types", tree), [])
        self.assertTrue(self.ids("all_types", {"a_timestamp": {"$eq": "2026-05-15T21:51:42.783999Z"}}))

    @switch_test("null_order")
    def test_null_order(self):
        def place(direction):
            rows = self.query("all_types", sorts=[{"attribute": "a_rating", "direction": direction}])
            return [bool(plain(r, "a_rating")) for r in rows].index(False) == 0
        seen = {}
        for order in ("first", "last", "smallest", "largest"):
            self.switch(null_order=order)
            seen[order] = (place("asc"), place("desc"))
        self.assertEqual(seen, {"first": (True, True), "last": (False, False), "smallest": (True, False),
                                "largest": (False, True)})

    @switch_test("text_order")
    def test_text_order(self):
        for text in ("b", "A", "a", "B", "\uffee", "\U0001d518"):
            self.create("with_defaults", name=text)
        seen = {}
        for order in ("code_point", "case_blind", "utf16"):
            self.switch(text_order=order)
            seen[order] = [plain(r, "name")[0] for r in self.query("with_defaults",
                                                                   sorts=[{"attribute": "name", "direction": "asc"}])]
        self.assertEqual(seen["code_point"], sorted(seen["code_point"]))
        self.assertEqual([t.lower() for t in seen["case_blind"][:4]], ["a", "a", "b", "b"])
        self.assertGreater(seen["code_point"].index("\U0001d518"), seen["code_point"].index("\uffee"))
        self.assertLess(seen["utf16"].index("\U0001d518"), seen["utf16"].index("\uffee"))

    @switch_test("tie_order")
    def test_tie_order(self):
        sorts = [{"attribute": "is_expansion", "direction": "asc"}]
        by_id = self.ids("deals", sorts=sorts)
        self.switch(tie_order="reverse_id")
        self.assertNotEqual(self.ids("deals", sorts=sorts), by_id)
        self.switch(tie_order="random")
        self.assertGreater(len({tuple(self.ids("deals", sorts=sorts)) for _ in range(10)}), 1)

    @switch_test("unsorted_order")
    def test_unsorted_order(self):
        orders = []
        for order in ("id", "creation", "hash", "updated", "updated_desc"):
            self.switch(unsorted_order=order)
            orders.append(tuple(self.ids("people")))
            self.assertEqual(sorted(orders[-1]), sorted(orders[0]))
        self.assertEqual(len(set(orders[:3])), 3)
        self.switch(unsorted_order="updated_desc")
        record = self.query("people", limit=1, offset=5)[0]
        self.good("PUT", self.path(record), {"data": {"values": {"job_title": "Moved"}}})
        self.assertEqual(self.ids("people")[0], record["id"]["record_id"])

    @switch_test("sorts")
    def test_sorts(self):
        def numbers(**body):
            rows = self.query("deals", sorts=[{"attribute": "value", "direction": "desc"}] + body.pop("more", []),
                              **body)
            return [value["currency_value"] for row in rows for value in row["values"]["value"]]
        followed = numbers()
        self.assertEqual(followed, sorted(followed, reverse=True))
        self.switch(sorts="ignored")
        self.assertEqual(self.ids("deals", sorts=[{"attribute": "value", "direction": "desc"}]), self.ids("deals"))
        self.switch(sorts="as_text")
        self.assertNotEqual(numbers(), followed)
        self.assertEqual(sorted(numbers()), sorted(followed))
        path, by_id = "/v2/objects/deals/records/query", {"attribute": "record_id", "direction": "asc"}
        self.switch(sorts="refused_by_id")
        self.assertEqual(numbers(), followed)
        self.bad(400, "filter_error", "POST", path, {"sorts": [{"attribute": "value", "direction": "desc"}, by_id]})
        self.switch(sorts="refused")
        self.bad(400, "filter_error", "POST", path, {"sorts": [{"attribute": "value", "direction": "desc"}]})
        self.ids("deals")

    @switch_test("definition_limit")
    def test_definition_limit(self):
        path = "/v2/objects/all_types/attributes?limit=50&offset="
        everything = self.good("GET", path + "0")
        self.switch(definition_limit=20)
        self.assertEqual(self.good("GET", path + "0") + self.good("GET", path + "20"), everything[:40])

    @switch_test("max_limit")
    def test_max_limit(self):
        self.switch(max_limit=10)
        self.bad(400, "validation_type", "POST", "/v2/objects/people/records/query", {"limit": 11})
        self.assertEqual(len(self.ids("people")), 10)

    @switch_test("over_limit")
    def test_over_limit(self):
        self.switch(max_limit=10, over_limit="clamp")
        self.assertEqual(len(self.ids("people", limit=11)), 10)

    @switch_test("max_offset")
    def test_max_offset(self):
        path, body = "/v2/objects/people/records/query", {"limit": 1, "offset": 3}
        self.good("POST", path, body)
        self.switch(max_offset=2)
        self.bad(400, "validation_type", "POST", path, body)
        self.good("POST", path, {"limit": 1, "offset": 2})

    @switch_test("max_in")
    def test_max_in(self):
        some = self.ids("people")[:3]
        self.switch(max_in=2)
        self.refused("validation_type", "people", {"record_id": {"$in": some}})
        self.assertEqual(self.ids("people", {"record_id": {"$in": some[:2]}}), some[:2])

    @switch_test("max_or")
    def test_max_or(self):
        arms = [{"stage": "Lead"}] * 3
        self.ids("deals", {"$or": arms})
        self.switch(max_or=2)
        self.refused("filter_error", "deals", {"$or": arms})

    @switch_test("max_body")
    def test_max_body(self):
        self.switch(max_body=100)
        self.bad(413, "validation_type", "POST", "/v2/objects/deals/records/query", {"filter": {"name": "x" * 200}})
        self.ids("deals", {"name": "x"})

    @switch_test("app_actor_in_filter")
    def test_app_actor_in_filter(self):
        tree = {"an_actor": {"referenced_actor_type": "app"}}
        self.assertTrue(self.ids("all_types", tree))
        self.switch(app_actor_in_filter=False)
        self.refused("validation_type", "all_types", tree)

    @switch_test("query_lag_ms")
    def test_query_lag(self):
        self.switch(query_lag_ms=150)
        before = len(self.ids("with_defaults"))
        record = self.create("with_defaults", name="Late")
        self.assertEqual(len(self.ids("with_defaults")), before)
        self.good("GET", self.path(record))     # by id it is there
        time.sleep(0.25)
        self.assertEqual(len(self.ids("with_defaults")), before + 1)

    @switch_test("background_change")
    def test_background_change(self):
        domain = next(c for c in self.query("companies") if c["values"]["domains"])
        address = "new@" + domain["values"]["domains"][0]["domain"]
        self.assertEqual(self.create("people", name="A, B", email_addresses=[address])["values"]["company"], [])
        self.switch(background_change=True)
        linked = self.create("people", name="C, D", email_addresses=["other@" + address.split("@")[1]])
        company = self.good("GET", self.path(linked))["values"]["company"]
        self.assertEqual(company[0]["target_record_id"], domain["id"]["record_id"])
        self.assertEqual(company[0]["created_by_actor"]["type"], "system")

    @switch_test("clear_ignored")
    def test_clear_ignored(self):
        record = self.create("with_defaults", name="X", origin="app")
        cleared = self.good("PUT", self.path(record), {"data": {"values": {"origin": []}}})
        self.assertEqual(cleared["values"]["origin"], [])
        record = self.create("with_defaults", name="Y", origin="app")
        self.switch(clear_ignored=True)
        kept = self.good("PUT", self.path(record), {"data": {"values": {"origin": []}}})
        self.assertEqual(plain(kept, "origin"), ["app"])

    @switch_test("fifth_decimal")
    def test_fifth_decimal(self):
        self.assertEqual(plain(self.create("all_types", a_number=1.00005), "a_number"), [1.0001])
        self.switch(fifth_decimal="error")
        self.bad(400, "validation_type", "POST", "/v2/objects/all_types/records",
                 {"data": {"values": {"a_number": 1.00005}}})

    @switch_test("unknown_slug")
    def test_unknown_slug(self):
        body = {"data": {"values": {"name": "X", "nope": "y"}}}
        self.bad(400, "value_not_found", "POST", "/v2/objects/with_defaults/records", body)
        self.switch(unknown_slug="ignore")
        self.good("POST", "/v2/objects/with_defaults/records", body)

    @switch_test("score_limit")
    def test_score_limit(self):
        self.switch(score_limit=50)
        self.ids("people")
        path, body = "/v2/objects/people/records/query", {"sorts": [{"attribute": "created_at", "direction": "asc"}]}
        for _ in range(3):      # it never clears
            self.bad(429, "rate_limit_exceeded", "POST", path, body)
        self.assertRegex(self.headers["Retry-After"], r"^\w{3}, \d\d \w{3} \d{4} .* GMT$")

    @switch_test("reads_per_second")
    def test_reads_per_second(self):
        self.switch(reads_per_second=5)
        statuses = [self.call("GET", "/v2/objects")[0] for _ in range(8)]
        self.assertEqual(statuses, [200] * 5 + [429] * 3)
        self.assertEqual(self.call("DELETE", "/v2/notes/x")[0], 404)     # writes have a bucket of their own

    @switch_test("writes_per_second")
    def test_writes_per_second(self):
        self.switch(writes_per_second=2)
        for status in (200, 200, 429):
            self.assertEqual(self.call("POST", "/v2/objects/with_defaults/records",
                                       {"data": {"values": {"name": "X"}}})[0], status)
        self.ids("people")

    @switch_test("owner_member_id")
    def test_owner_member_id(self):
        ever = {"last_interaction": {"owner_member_id": {"$not_empty": True}}}
        owners = [r["values"]["last_interaction"][0]["owner_actor"]["type"] for r in self.query("people", ever)]
        self.assertEqual(set(owners), {"workspace-member"})
        self.switch(owner_member_id="any_actor")
        owners = [r["values"]["last_interaction"][0]["owner_actor"]["type"] for r in self.query("people", ever)]
        self.assertEqual(set(owners), {"workspace-member", "app"})      # the system has no id

    @switch_test("plan_gated")
    def test_plan_gated(self):
        ever = {"last_interaction": {"interaction_type": {"$not_empty": True}}}
        self.assertTrue(self.query("people", ever))
        self.switch(plan_gated="missing")
        rows = self.query("people")
        self.assertFalse([r for r in rows if "last_interaction" in r["values"] or "avatar_url" in r["values"]])
        self.assertTrue(all("job_title" in r["values"] for r in rows))
        self.assertEqual(self.query("people", ever), [])
        self.switch(plan_gated="empty")
        self.assertEqual([r["values"]["last_interaction"] for r in self.query("people")], [[]] * len(rows))
        self.assertEqual(self.query("people", ever), [])

    @switch_test("disabled_objects")
    def test_disabled_objects(self):
        self.switch(disabled_objects=["deals"])
        self.bad(400, "standard_object_disabled", "POST", "/v2/objects/deals/records/query", {})

    @switch_test("row_shape")
    def test_row_shape(self):
        last = self.query("all_types")[-1]
        for shape, values in (("no_values", ...), ("null_values", None), ("list_values", []),
                              ("text_values", "values")):
            self.switch(row_shape=shape)
            rows = self.query("all_types")
            self.assertEqual(rows[-1].get("values", ...), values)
            self.assertEqual(rows[-1]["id"], last["id"])
            self.assertIsInstance(rows[0]["values"], dict)
        for shape, option in (("bare_options", {"is_archived": False}), ("texts_for_options", "One"),
                              ("null_options", None)):
            self.switch(row_shape=shape)
            self.assertEqual(self.query("all_types")[-1]["values"]["a_select"][0]["option"], option)
        self.switch(row_shape="texts_for_values")
        self.assertTrue(all(isinstance(v,
                                       str) for each in self.query("all_types")[-1]["values"].values() for v in each))

    @switch_test("parameters")
    def test_parameters(self):
        everything = self.good("GET", "/v2/meetings?limit=200")
        self.assertLess(len(self.good("GET", "/v2/meetings?participants=p1@example.org")), len(everything))
        self.switch(parameters="ignored")
        self.assertEqual(self.good("GET", "/v2/meetings?limit=200&participants=p1@example.org"), everything)
        self.bad(400, "validation_type", "GET", "/v2/files?object=people")      # what is required stays so

    @switch_test("sort_parameter")
    def test_sort_parameter(self):
        told = self.good("GET", "/v2/tasks?sort=created_at:desc")
        self.switch(sort_parameter="ignored")
        self.assertEqual(self.good("GET", "/v2/tasks?sort=created_at:desc"), told[::-1])

    @switch_test("listing_order")
    def test_listing_order(self):
        told = self.good("GET", "/v2/notes?limit=50")
        self.switch(listing_order="reversed")
        self.assertEqual(self.good("GET", "/v2/notes?limit=50"), told[::-1])
        self.switch(listing_order="hash")
        mixed = self.good("GET", "/v2/notes?limit=50")
        self.assertNotEqual(mixed, told)
        self.assertCountEqual([n["id"]["note_id"] for n in mixed], [n["id"]["note_id"] for n in told])

    @switch_test("cursor_pages")
    def test_cursor_pages(self):
        everything = [m["id"] for m in self.good("GET", "/v2/meetings")]
        for how, first, second in (("short", everything[:2], everything[2:4]), ("empty", [], everything[:4]),
                                   ("repeating", everything[:4], everything[3:7]),
                                   ("circle", everything[:4], everything[4:8])):
            self.switch(cursor_pages=how)
            pages, cursor = [], None
            while len(pages) < 2:
                _, page = self.call("GET", "/v2/meetings?limit=4" + (f"&cursor={cursor}" if cursor else ""))
                pages.append([m["id"] for m in page["data"]])
                cursor = page["pagination"]["next_cursor"]
            self.assertEqual(pages, [first, second], how)
        _, page = self.call("GET", "/v2/meetings?limit=200")
        _, first = self.call("GET", f"/v2/meetings?limit=200&cursor={page['pagination']['next_cursor']}")
        self.assertEqual(first, page)

    @switch_test("gzip")
    def test_gzip(self):
        self.assertIn("gzip", self.emulator.switches)     # shown over HTTP by t/transport.py

    @switch_test("unknown_parameters")
    def test_unknown_parameters(self):
        self.assertEqual(self.good("GET", "/v2/notes?titel=x"), self.good("GET", "/v2/notes"))
        self.switch(unknown_parameters="refused")
        self.bad(400, "validation_type", "GET", "/v2/notes?titel=x")
        self.bad(400, "validation_type", "GET", "/v2/objects?limit=2")
        self.good("GET", "/v2/notes?limit=5&offset=5&parent_object=people&parent_record_id=" + self.ids("people")[0])

    def test_every_switch_has_a_test(self):
        self.assertEqual(TESTED, set(SWITCHES))

    def test_illegal_values(self):
        from stage import control
        for body in ('{"null_order": "middle"}', '{"no_such_switch": 1}', '{"max_limit": "many"}', '{"gzip": 1}'):
            self.assertEqual(control.control(self.emulator, "POST", "/_emulator/switches", body)[0], 400)
