"""Affinity's emulator: what each endpoint answers, and refuses."""
import ast
import datetime
import json
import pathlib

from affinity_emulator import times
from stage import control

from .affinity_client import KEY, AffinityTest, basic

EMULATORS = pathlib.Path(__file__).parent.parent


class Packages(AffinityTest):
    def test_neither_emulator_uses_the_other(self):
        for mine, other in (("affinity_emulator", "attio"), ("attio_emulator", "affinity")):
            for path in (EMULATORS / mine).rglob("*.py"):
                tree = ast.parse(path.read_text(encoding="utf-8"))
                for node in ast.walk(tree):
                    names = [n.name for n in node.names] if isinstance(node, ast.Import) else \
                        [node.module or ""] if isinstance(node, ast.ImportFrom) else []
                    for name in names:
                        self.assertNotIn(other, name, path)


class Keys(AffinityTest):
    def test_keys(self):
        for authorization, status in ((basic(KEY), 200), ("Bearer " + KEY, 200), (basic(KEY, "somebody"), 401),
                                      (basic("wrong"), 401), ("Bearer wrong", 401), ("Basic ?", 401), (None, 401)):
            self.assertEqual(self.call("GET", "/auth/whoami", authorization=authorization)[0], status, authorization)

    def test_rights(self):
        self.emulator.tokens["reader"] = "read"
        self.assertEqual(self.call("GET", "/persons", authorization=basic("reader"))[0], 200)
        self.assertEqual(self.call("POST", "/interactions", {}, authorization=basic("reader"))[0], 403)

    def test_whoami_and_limits(self):
        self.assertEqual(set(self.good("GET", "/auth/whoami")), {"tenant", "user", "grant"})
        self.assertEqual(set(self.good("GET", "/rate-limit")["rate"]), {"org_monthly", "api_key_per_minute"})
        self.assertEqual(self.call("GET", "/nowhere")[0], 404)


class Times(AffinityTest):
    def test_texts(self):
        moment = datetime.datetime(2022, 2, 22, 19, 15, 29, 758000, datetime.timezone.utc)
        self.assertEqual(times.show(moment), "2022-02-22T11:15:29.758-08:00")
        for text in ("2022-02-22T11:15:29.758-08:00", "2022-02-22T19:15:29.758Z", "2022-02-23T00:45:29.758+05:30",
                     "2022-02-22 19:15:29.758000"):
            self.assertEqual(times.read(text), moment, text)
        self.assertEqual(times.read("2022-02-22T19:15:29.758Z", "s"), moment.replace(microsecond=0))
        self.assertEqual(times.read("2022-02-22"), moment.replace(hour=0, minute=0, second=0, microsecond=0))
        for text in ("yesterday", "2022-13-01", "", "2022-02-22T11", "2022-02-22T25:00:00Z"):
            with self.assertRaises(ValueError):
                times.read(text)


class Listing(AffinityTest):
    def test_refused(self):
        for words, change in (
                ("type is required", {"type": None}), ("Number must be", {"type": 4}), ("Expected integer", {"type": "email"}),
                ("Exactly one", {"organization_id": None}), ("Exactly one", {"person_id": self.external}),
                ("Exactly one", {"organization_id": None, "internal_person_id": self.internal}),
                ("start_time is required", {"start_time": None}), ("end_time is required", {"end_time": None}),
                ("must be before", {"start_time": "2026-01-01T00:00:00Z"}), ("must be before", {"start_time": "2027-01-01T00:00:00Z"}),
                ("one year", {"start_time": "2024-12-31T23:59:59.999Z"}), ("ISO 8601", {"start_time": "last year"}),
                ("external or collaborator", {"organization_id": None, "person_id": self.internal}),
                ("direction only applies", {"type": 0, "direction": 1}), ("direction", {"direction": 2}),
                ("logging_type", {"logging_type": 2}), ("page_size", {"page_size": 101}), ("page_size", {"page_size": 0}),
                ("Unknown parameter: company_id", {"company_id": 1}), ("Invalid page_token", {"page_token": "x"})):
            self.bad(422, words, "GET", "/interactions", **self.listed(**change))
        self.assertEqual(self.call("GET", "/interactions", **self.listed(organization_id=None,
                                                                         person_id=self.collaborator))[0], 200)

    def test_rows_of_each_type(self):
        for kind, only in ((0, "title"), (1, "title"), (2, "direction"), (3, "subject")):
            rows = self.rows(type=kind)
            self.assertTrue(rows)
            self.assertEqual({row["type"] for row in rows}, {kind})
            self.assertIn(only, rows[0])
            self.assertEqual("notes" in rows[0], kind != 3)
            self.assertEqual([row["date"] for row in rows],
                             sorted((row["date"] for row in rows), key=times.read, reverse=True))

    def test_pages(self):
        whole = [row["id"] for row in self.rows()]
        self.assertGreater(len(whole), 200)
        self.assertEqual(len(set(whole)), len(whole))
        self.assertEqual([row["id"] for row in self.rows(page_size=7)], whole)
        token = self.good("GET", "/interactions", **self.listed(page_size=7))["next_page_token"]
        for change in ({"page_size": 8}, {"type": 2}, {"end_time": "2025-12-31T00:00:00Z"}, {"direction": 1}):
            self.bad(422, "Invalid page_token", "GET", "/interactions", page_token=token,
                     **self.listed(**{"page_size": 7, **change}))

    def test_offsets_shift(self):
        asked = self.listed(page_size=5)
        one = self.good("GET", "/interactions", **asked)
        self.mutate(do="delete", type=3, id=one["emails"][0]["id"])
        two = self.good("GET", "/interactions", page_token=one["next_page_token"], **asked)
        whole = [row["id"] for row in self.rows()]
        self.assertEqual(two["emails"][0]["id"], whole[5])
        self.assertNotIn(whole[4], [row["id"] for row in one["emails"] + two["emails"]])

    def test_choices(self):
        rows = self.rows()
        self.assertEqual([row["id"] for row in self.rows(direction=1)], [r["id"] for r in rows if r["direction"] == 1])
        mine = [r["id"] for r in rows if self.internal in [p["id"] for p in r["persons"]]]
        self.assertEqual([row["id"] for row in self.rows(internal_person_id=self.internal)], mine)
        self.assertTrue(0 < len(mine) < len(rows))
        meetings = self.rows(type=0)
        manual = [r["id"] for r in meetings if r["logging_type"] == 1]
        self.assertEqual([row["id"] for row in self.rows(type=0, logging_type=1)], manual)
        self.assertTrue(0 < len(manual) < len(meetings))
        self.assertEqual(len(self.rows(type=0, logging_type=0)), len(meetings))

    def test_entities(self):
        dumped = control.control(self.emulator, "GET", "/_emulator/dump", "")[1]
        for name, ident in (("person_id", self.external), ("organization_id", self.organization),
                            ("opportunity_id", self.opportunity)):
            wanted = {r["id"] for r in dumped["interactions"] if r["type"] == 3 and [name, ident] in r["of"]
                      and times.read("2025-01-01") <= times.read(r["date"]) < times.read("2026-01-01")}
            found = self.rows(**{"organization_id": None, name: ident})
            self.assertEqual({row["id"] for row in found}, wanted, name)

    def test_planned_meetings(self):
        found = [row for firm in self.account.organizations
                 for row in self.rows(type=0, organization_id=firm, start_time="2026-01-01T00:00:01Z",
                                      end_time="2027-01-01T00:00:01Z")]
        self.assertTrue(found)


class One(AffinityTest):
    def test_one(self):
        row = self.rows()[0]
        self.assertEqual(self.good("GET", f"/interactions/{row['id']}", type=3), row)
        self.bad(404, "not found", "GET", "/interactions/999999999", type=3)
        self.bad(422, "type is required", "GET", f"/interactions/{row['id']}")

    def test_ids_are_unique_with_their_type_only(self):
        kinds = {}
        for kind, ident in self.account.interactions:
            kinds.setdefault(ident, set()).add(kind)
        self.assertTrue(any(len(each) > 1 for each in kinds.values()))


class Entities(AffinityTest):
    def test_listings(self):
        self.assertEqual(len(self.entities("persons")), len(self.account.persons))
        outside = [each for each in self.account.organizations.values() if each.outside]
        self.assertEqual(len(self.entities("organizations")), len(self.account.organizations) - len(outside))
        self.assertEqual(len(self.entities("opportunities")), len(self.account.opportunities))
        self.assertEqual(self.entities("persons", page_size=7), self.entities("persons"))
        self.bad(422, "page_size", "GET", "/persons", page_size=501)
        self.bad(422, "Unknown parameter", "GET", "/opportunities", with_opportunities="true")

    def test_a_term_alone_searches_outside(self):
        outside = next(each for each in self.account.organizations.values() if each.outside)
        term = outside.domains[0] if outside.domains else outside.name
        self.assertIn(outside.id, [row["id"] for row in self.entities("organizations", term=term)])
        self.assertEqual([row for row in self.entities("organizations", term=term, with_opportunities="true")
                          if row["id"] == outside.id], [])

    def test_dates(self):
        for what, key in (("persons", "person_id"), ("organizations", "organization_id"),
                          ("opportunities", "opportunity_id")):
            every, dated = self.entities(what), self.entities(what, with_interaction_dates="true")
            self.assertTrue(0 < len(dated) < len(every), what)
            of_dated = {row["id"] for row in dated}
            for row in every:
                self.assertEqual(row["id"] in of_dated, bool(self.account.index().get((key, row["id"]))))
            texts = [row["interaction_dates"]["last_email_date"] for row in dated]
            middle = sorted(filter(None, texts), key=times.read)[len(texts) // 3]
            late = [row["id"] for row, text in zip(dated, texts) if text and times.read(text) >= times.read(middle)]
            found = self.entities(what, with_interaction_dates="true", min_last_email_date=middle)
            self.assertEqual([row["id"] for row in found], late)
            self.assertEqual([row["id"] for row in self.entities(what, min_last_email_date=middle)], late)
            early = [row["id"] for row, text in zip(dated, texts) if text and times.read(text) <= times.read(middle)]
            self.assertEqual([row["id"] for row in self.entities(what, max_last_email_date=middle)], early)

    def test_dates_are_those_of_interactions(self):
        person = self.entities("persons", with_interaction_dates="true", with_interaction_persons="true")[-1]
        emails = self.account.of_entity("person_id", person["id"], 3)
        self.assertEqual(times.read(person["interaction_dates"]["first_email_date"]), emails[0].date)
        self.assertEqual(set(person["interactions"]["first_email"]), {"date", "person_ids"})
        self.bad(422, "needs", "GET", "/persons", with_interaction_persons="true")

    def test_one(self):
        for what, ident in (("persons", self.external), ("organizations", self.organization),
                            ("opportunities", self.opportunity)):
            self.assertEqual(self.good("GET", f"/{what}/{ident}")["id"], ident)
            self.assertIn("interaction_dates", self.good("GET", f"/{what}/{ident}", with_interaction_dates="true"))
            self.bad(404, "not found", "GET", f"/{what}/1")

    def test_what_is_only_shown_when_asked_for(self):
        self.assertNotIn("opportunity_ids", self.entities("persons")[0])
        self.assertIn("opportunity_ids", self.entities("persons", with_opportunities="true")[0])
        self.assertIn("current_organization_ids", self.entities("persons", with_current_organizations="true")[0])


class Writes(AffinityTest):
    def body(self, **change):
        body = {"type": 0, "person_ids": [self.internal, self.external], "content": "Hello",
                "date": "2025-06-01T10:00:00.123-07:00", **change}
        return {name: value for name, value in body.items() if value is not None}

    def test_create(self):
        for kind, members in ((0, {"title", "start_time"}), (1, {"title", "attendees"}), (2, {"direction"})):
            made = self.good("POST", "/interactions", self.body(type=kind))
            self.assertLessEqual(members, set(made))
            self.assertNotIn("content", made)
            self.assertEqual(made["manual_creator_id"], self.account.user)
            self.assertEqual(self.good("GET", f"/interactions/{made['id']}", type=kind), made)
        received = self.good("POST", "/interactions", self.body(type=2, direction=1))
        self.assertEqual(received["direction"], 1)
        contents = control.control(self.emulator, "GET", "/_emulator/contents", "")[1]["contents"]
        self.assertEqual([each["content"] for each in contents], ["Hello"] * 4)

    def test_create_refused(self):
        for words, change in (
                ("type is required", {"type": None}), ("Only meetings", {"type": 3}), ("person_ids is required", {"person_ids": None}),
                ("person_ids is required", {"person_ids": []}), ("internal person", {"person_ids": [self.external]}),
                ("not a person", {"person_ids": [self.internal, 1]}), ("content is required", {"content": None}),
                ("date is required", {"date": None}), ("ISO 8601", {"date": "soon"}), ("direction only", {"direction": 1}),
                ("direction must", {"type": 2, "direction": 2}), ("Unknown parameter", {"title": "x"})):
            self.bad(422, words, "POST", "/interactions", self.body(**change))

    def test_update_and_delete(self):
        made = self.good("POST", "/interactions", self.body())
        path = f"/interactions/{made['id']}"
        changed = self.good("PUT", path, {"type": 0, "person_ids": [self.internal, self.collaborator],
                                          "date": "2024-06-01T00:00:00Z", "content": "Anew"})
        self.assertEqual([p["id"] for p in changed["persons"]], [self.internal, self.collaborator])
        self.assertEqual(times.read(changed["date"]), times.read("2024-06-01"))
        self.bad(422, "person_ids is required", "PUT", path, {"type": 0, "content": "x"})
        self.bad(422, "Only meetings", "PUT", path, {"type": 3, "person_ids": [self.internal]})
        self.bad(404, "not found", "PUT", path, {"type": 1, "person_ids": [self.internal]})
        self.assertEqual(self.good("DELETE", path, type=0), {"success": True})
        self.bad(404, "not found", "DELETE", path, type=0)

    def test_mentions(self):
        made = self.good("POST", "/interactions", self.body(content="Ask @[Ada](443)"))
        self.bad(422, "mentions", "PUT", f"/interactions/{made['id']}",
                 {"type": 0, "person_ids": [self.internal], "content": "x"})


class Control(AffinityTest):
    def test_mutations(self):
        self.mutate(do="insert", type=0, id=5, date="2027-05-01T00:00:00Z", person_ids=[self.external], title="Later")
        self.assertEqual(self.good("GET", "/interactions/5", type=0)["title"], "Later")
        self.mutate(do="update", type=0, id=5, title="Now")
        self.assertEqual(self.good("GET", "/interactions/5", type=0)["title"], "Now")
        self.mutate(do="delete", type=0, id=5)
        self.bad(404, "", "GET", "/interactions/5", type=0)
        self.mutate(do="person", id=5, first_name="New", organization_ids=[self.organization])
        self.assertIn(5, self.good("GET", f"/organizations/{self.organization}")["person_ids"])
        self.mutate(do="forget", what="persons", id=5)
        self.bad(404, "", "GET", "/persons/5")
        for mutation in ({"do": "nothing"}, {"do": "insert"}, {"do": "forget", "what": "lists", "id": 1}):
            status, _ = control.control(self.emulator, "POST", "/_emulator/mutate", json.dumps({"mutations": [mutation]}))
            self.assertEqual(status, 400)

    def test_the_dump_is_whole(self):
        dumped = control.control(self.emulator, "GET", "/_emulator/dump", "")[1]
        self.assertEqual(len(dumped["interactions"]), len(self.account.interactions))
        self.assertEqual(len(dumped["persons"]), len(self.account.persons))
        json.dumps(dumped)

    def test_the_same_for_the_same_seed(self):
        one = control.control(self.emulator, "GET", "/_emulator/dump", "")[1]
        self.setUp()
        self.assertEqual(one, control.control(self.emulator, "GET", "/_emulator/dump", "")[1])
