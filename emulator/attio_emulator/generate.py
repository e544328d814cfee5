"""The generated workspace: deterministic in seed and scale.

Five standard objects, a custom object with all 17 types, one with awkward names,
one whose slug is a list's too, one named like a resource, and lists.
"""
import random

from . import generate_interactions, generate_resources, values
from .ids import uuid_of
from .model import Row, Workspace

FIRST = ["Ada", "Grace", "Linus", "Edsger", "Barbara", "Donald", "Zoë", "José", "Anaïs", "Søren", "Chloé", "Yuki"]
LAST = ["Lovelace", "Hopper", "Torvalds", "Dijkstra", "Liskov", "Knuth", "O'Neil", "García", "Müller", "Ōta", "Nguyễn"]
WORDS = ["Northwind", "Acme", "Globex", "Initech", "Umbrella", "Hooli", "Vandelay", "Stark", "Wayne", "Tyrell"]
TITLES = ["Engineer", "Head of Sales", "CEO", "Analyst", "Designer", "VP, Revenue", "Founder"]
CATEGORIES = ["B2B", "SaaS", "Fintech", "Health", "Retail, Online", "Energy", "~Dot-com"]
STAGES = ["Lead", "In Progress", "Won 🎉", "Lost", "~On hold"]
EMPLOYEES = ["1-10", "11-50", "51-250", "251-1K", "1K-5K", "5K-10K", "10K-50K", "50K-100K", "100K+"]
REVENUES = ["$0-$1M", "$1M-$10M", "$10M-$50M", "$50M-$100M", "$100M-$250M", "$250M-$500M", "$500M-$1B", "$1B-$10B",
            "$10B+"]
CITIES = [("London", "Greater London", "GB"), ("Berlin", None, "DE"), ("São Paulo", "SP", "BR"), ("東京", None, "JP")]

DAY = 86_400_000
LONG_TEXT = "Ten kilobytes of text. " * 446
ODD_TEXTS = [
    "", "plain", 'quotes " and \\ backslash', "line\nbreak\ttab", "emoji 🚀👩‍🚀", "RTL שלום", "null", "{}", "%_wild",
    "  blanks  ", "\u2028separator", "𝔘𝔫𝔦𝔠𝔬𝔡𝔢", "a" * 300, LONG_TEXT, "it's", "$dollar$", "İstanbul ı", "combining é",
]
ODD_NUMBERS = [0, 1, -1, 0.0001, -12345678901.2345, 123456789012345, 99999999999.9999, 1e-7, 3.14, 47500000]
ODD_TIMES = [
    "2024-02-29T23:59:59.999999999Z", "1969-12-31T23:59:59.123456789Z", "2000-01-01T00:00:00.000000000Z",
    "2026-05-15T21:51:42.783000000Z", "1999-12-31T23:59:59.999999500Z",
]
ODD_DATES = ["2024-02-29", "1900-01-01", "9999-12-31", "2000-01-01", "2026-11-22"]


class Maker:
    """Makes the rows of one object or list."""

    def __init__(self, target, count):
        self.target = target
        self.count = count
        self.workspace = target.workspace

    def age(self, index):
        """Milliseconds since the first; all within two years.  Three rows each share one, as imports do."""
        return (index // 3) * (2 * 365 * 86_400_000 // (self.count // 3 + 1))

    def created(self, index):
        return self.workspace.time(self.age(index) + 783)

    def row(self, index, ident):
        workspace = self.workspace
        rng = random.Random(f"{workspace.seed}/{self.target.slug}/{index}")
        created = self.created(index)
        member = workspace.members[rng.randrange(len(workspace.members))]["id"]["workspace_member_id"]
        self.actor = {"type": "workspace-member", "id": member} if index % 5 else values.SYSTEM
        self.when = created
        row = Row(ident, created, workspace.time(self.age(index) + 990), {})
        self.put(row, self.target.key, values.plain(ident))
        self.put(row, "created_at", values.plain(created))
        self.put(row, "created_by", values.actor(self.actor["type"], self.actor["id"]))
        self.fill(row, index, rng)
        return row

    def put(self, row, slug, *members):
        attribute = self.target.attribute(slug)
        row.values[attribute.slug] = [values.wrap(m, attribute.kind, self.when, self.actor) for m in members]

    def enrich(self, row, slug, *members):
        """What Attio finds out by itself."""
        attribute = self.target.attribute(slug)
        row.values[attribute.slug] = [values.wrap(m, attribute.kind, row.created, values.SYSTEM) for m in members]

    def enrich_socially(self, row, name, index, path):
        """Pages of other networks, most of them known, and how many follow."""
        for number, (slug, site) in enumerate((("angellist", "angel.co"), ("facebook", "facebook.com"),
                                               ("instagram", "instagram.com"), ("twitter", "x.com"))):
            if (index + number) % 4:
                self.enrich(row, slug, values.plain(f"https://{site}/{name}{index}"))
        self.put(row, "linkedin", values.plain(f"https://linkedin.com/{path}/{name}-{index}"))
        if index % 4 == 2:
            self.enrich(row, "twitter_follower_count", values.plain(index * 37))

    def choose(self, row, slug, *indexes):
        attribute = self.target.attribute(slug)
        make = values.status if attribute.kind == "status" else values.option
        # an attribute that was created later may have this slug, and no options yet
        indexes = indexes if attribute.choices else ()
        self.put(row, slug, *[make(attribute, attribute.choices[i % len(attribute.choices)]) for i in indexes])

    def refer(self, row, slug, target_slug, *indexes):
        self.put(row, slug,
                 *[values.reference(target_slug, record_of(self.workspace, target_slug, i)) for i in indexes])

    def member(self, i):
        return self.workspace.members[i % len(self.workspace.members)]["id"]["workspace_member_id"]

    def fill(self, row, index, rng):
        raise NotImplementedError


def record_of(workspace, slug, index):
    target = workspace.target("objects", slug)
    return uuid_of(workspace.seed, slug, "objects", index % max(target.expected, 1))


class People(Maker):
    def fill(self, row, index, rng):
        first, last = FIRST[index % len(FIRST)], LAST[index * 7 % len(LAST)]
        self.put(row, "name", values.personal_name(first, "" if index % 17 == 3 else last))
        addresses = [f"{first}.{index}@Example{index % 5}.com"]
        if index % 4 == 0:
            addresses.append(f"p{index}@mail.example.org")
        self.put(row, "email_addresses", *[values.email(a) for a in (addresses if index % 11 else [])])
        if index % 3 == 0:
            self.put(row, "description", values.plain(ODD_TEXTS[index // 3 % 9]))
        if index % 6 != 5:
            self.refer(row, "company", "companies", index // 4)
        self.put(row, "job_title", values.plain(TITLES[index % len(TITLES)]))
        if index % 4 == 1:
            number = f"+4420{70000000 + index}"
            self.put(row, "phone_numbers", values.phone(f"020 {70000000 + index}", "GB", number))
        city, region, country = CITIES[index % len(CITIES)]
        if index % 5:
            self.put(row, "primary_location", values.location(
                line_1=f"{index} High Street" if index % 2 else None, locality=city, region=region,
                country_code=country,
                postcode=f"{10000 + index}" if index % 3 else None, latitude="51.5260934" if index % 2 else None,
                longitude="-0.1110312" if index % 2 else None))
        if index % 3 != 1:
            self.enrich(row, "avatar_url", values.plain(f"https://assets.example.com/people/{index}.png"))
        self.enrich_socially(row, first.lower(), index, "in")
        deals = self.workspace.target("objects", "deals").expected
        near = [d for d in (index, index - 1, index - 2) if 0 <= d < deals and index < d + d % 3]
        self.refer(row, "associated_deals", "deals", *near)
        self.refer(row, "associated_users", "users",
                   *([index] if index < self.workspace.target("objects", "users").expected else []))
        generate_interactions.fill(self, row, index)


class Companies(Maker):
    def fill(self, row, index, rng):
        name = f"{WORDS[index % len(WORDS)]} {index}" if index >= len(WORDS) else WORDS[index]
        self.put(row, "name", values.plain(name))
        self.put(row, "domains", *[values.domain(f"{name.replace(' ', '-').lower()}.{tld}")
                                   for tld in (["com", "co.uk"] if index % 7 == 0 else ["com"])][: index % 9 and 2])
        self.choose(row, "categories", *range(index, index + index % 4))
        if index % 2:
            self.choose(row, "employee_range", index)
        people = self.workspace.target("objects", "people").expected
        self.refer(row, "team", "people", *[p for p in range(index * 4, index * 4 + 4) if p < people and p % 6 != 5])
        if index % 3:
            self.put(row, "funding_raised_usd", values.currency(31200000 + index * 1000.25, "USD"))
        if index % 4:
            self.put(row, "foundation_date", values.plain(f"{1980 + index % 40}-0{1 + index % 9}-1{index % 9}"))
        if index % 5:
            city, region, country = CITIES[index % len(CITIES)]
            self.put(row, "primary_location", values.location(locality=city, region=region, country_code=country))
        if index % 10 == 0:
            self.put(row, "description", values.plain(LONG_TEXT))
        elif index % 8:
            self.enrich(row, "description", values.plain(f"{name} makes what {CITIES[index % len(CITIES)][0]} needs."))
            self.enrich(row, "logo_url", values.plain(f"https://assets.example.com/logos/{index}.png"))
        self.enrich_socially(row, WORDS[index % len(WORDS)].lower(), index, "company")
        if index % 6:
            self.choose(row, "estimated_arr_usd", index // 6)
        self.refer(row, "associated_deals", "deals", *self.those_about("deals", index))
        self.refer(row, "associated_workspaces", "workspaces", *self.those_about("workspaces", index))
        generate_interactions.fill(self, row, index + 1)

    def those_about(self, slug, index):
        """Records of another object, of which each refers to the company of its own number."""
        return range(index, self.workspace.target("objects", slug).expected, self.count)


class Deals(Maker):
    def fill(self, row, index, rng):
        self.put(row, "name", values.plain(f"{WORDS[index % len(WORDS)]} renewal #{index}"))
        self.when = self.workspace.time(min(self.age(index) + index % 60 * DAY, 731 * DAY - 3_600_000))
        self.choose(row, "stage", index)
        self.when = row.created
        self.put(row, "owner", values.actor("workspace-member", self.member(index)))
        if index % 6:
            amount = [499, 1200.5, 98000, 0.0001, 250000][index % 5] * (1 + index % 7)
            self.put(row, "value", values.currency(round(amount, 4), "EUR"))
        self.refer(row, "associated_company", "companies", index)
        self.refer(row, "associated_people", "people", *range(index, index + index % 3))
        if index % 3:
            self.put(row, "close_date", values.plain(f"{self.workspace.now.year}-{1 + index % 12:02d}-{1 + index % 28:02d}"))
        if index % 2:
            self.put(row, "priority", values.plain(index % 6))
        self.put(row, "is_expansion", *([values.plain(index % 4 == 0)] if index % 5 else []))


class Users(Maker):
    def fill(self, row, index, rng):
        self.put(row, "user_id", values.plain(f"user-{index}"))
        self.put(row, "primary_email_address", values.email(f"user{index}@example.com"))
        self.refer(row, "person", "people", index)
        self.refer(row, "workspace", "workspaces", *range(index, index + index % 3))


class Workspaces(Maker):
    def fill(self, row, index, rng):
        self.put(row, "workspace_id", values.plain(f"ws-{index}"))
        self.put(row, "name", values.plain(f"Workspace {index}"))
        self.refer(row, "users", "users", *range(index, index + 2))
        self.refer(row, "company", "companies", index)
        if index % 3:
            self.put(row, "avatar_url", values.plain(f"https://assets.example.com/workspaces/{index}.png"))


class AllTypes(Maker):
    """Row 0 has a plain value everywhere, row 1 nothing, the others odd ones."""

    def fill(self, row, index, rng):
        if index == 1:
            return
        pick = lambda items: items[index % len(items)]  # noqa: E731
        several = lambda make: [make(i) for i in range(index % 4 if index else 2)]  # noqa: E731
        self.put(row, "a_text", values.plain(pick(ODD_TEXTS) if index else "plain"))
        self.put(row, "a_number", values.plain(pick(ODD_NUMBERS)))
        self.put(row, "a_currency", values.currency(pick(ODD_NUMBERS[:6]), "GBP"))
        self.put(row, "a_rating", values.plain(index % 6))
        self.put(row, "a_checkbox", values.plain(index % 2 == 0))
        self.put(row, "a_date", values.plain(pick(ODD_DATES)))
        self.put(row, "a_timestamp", values.plain(pick(ODD_TIMES)))
        self.choose(row, "a_select", index)
        self.choose(row, "some_selects", *range(index % 4))
        self.choose(row, "a_status", index)
        self.refer(row, "a_reference", "people", index)
        self.put(row, "some_references", *several(
            lambda i: values.reference(["people", "companies"][i % 2],
                                       record_of(self.workspace, ["people", "companies"][i % 2], i))))
        self.put(row, "an_actor", values.actor(*[("workspace-member", self.member(index)), ("system", None),
                                                 ("api-token", uuid_of("token", index)),
                                                 ("app", uuid_of("app", 1))][index % 4]))
        self.put(row, "some_actors", *several(lambda i: values.actor("workspace-member", self.member(i))))
        self.put(row, "an_email", values.email(f"Odd+{index}@Sub.Example.COM"))
        self.put(row, "some_emails", *several(lambda i: values.email(f"m{i}.{index}@example.org")))
        self.put(row, "a_domain", values.domain(f"Shop.Example{index}.com"))
        self.put(row, "some_domains", *several(lambda i: values.domain(f"d{i}.example{index}.net")))
        self.put(row, "a_phone", values.phone("(415) 555-2671" if index % 2 else "+84901234567",
                                              "US" if index % 2 else "VN",
                                              "+14155552671" if index % 2 else "+84901234567"))
        self.put(row, "some_phones", *several(lambda i: values.phone(f"+4479460000{i}", "GB", f"+4479460000{i}")))
        self.put(row, "a_name", values.personal_name(pick(FIRST), "" if index % 5 == 2 else pick(LAST)))
        self.put(row, "a_location", *[values.location(
            line_1='1 "Quoted" Road', line_2=None, line_3="Floor 3", line_4=None, locality="Zürich", region="ZH",
            postcode="8001", country_code="CH", latitude="47.3769", longitude="8.5417")
            if index % 3 else values.location(country_code="US")])
        self.put(row, "an_interaction", values.interaction(
            ["email", "calendar-event", "call", "meeting"][index % 4], pick(ODD_TIMES),
            ["workspace-member", "system", "app"][index % 3], None if index % 3 == 1 else self.member(index)))


class OddNames(Maker):
    def fill(self, row, index, rng):
        for attribute in self.target.attributes:
            if attribute.kind == "text" and not attribute.system and not attribute.archived:
                self.put(row, attribute.slug, values.plain(f"{attribute.slug} of {index}"))


class Bench(Maker):
    """Fifteen attributes, all set: some 5 kB a record, as tooling measured real ones."""

    def fill(self, row, index, rng):
        first, last = FIRST[index % len(FIRST)], LAST[index * 7 % len(LAST)]
        self.put(row, "name", values.personal_name(first, f"{last}-{index}"))
        self.put(row, "email_addresses", values.email(f"p{index}@example{index % 5}.com"),
                 values.email(f"q{index}@mail.example.org"))
        self.put(row, "description",
                 values.plain(f"Number {index}. " + "A sentence of ordinary length about a person. " * 3))
        self.refer(row, "company", "companies", index // 4)
        self.put(row, "job_title", values.plain(TITLES[index % len(TITLES)]))
        self.put(row, "phone_numbers", values.phone(f"020 {70000000 + index}", "GB", f"+4420{70000000 + index}"))
        self.put(row, "primary_location",
                 values.location(line_1=f"{index} High Street", locality="London", region="Greater London",
                                                          postcode="WC1X 0DS", country_code="GB", latitude="51.5260934",
                                                          longitude="-0.1110312"))
        self.put(row, "linkedin", values.plain(f"https://linkedin.com/in/{first.lower()}-{index}"))
        self.choose(row, "stage", index)
        self.put(row, "value", values.currency(index * 1000.25, "USD"))
        self.put(row, "rating", values.plain(index % 6))
        contact = generate_interactions.Contact("email", generate_interactions.distance(index, 37), index)
        self.enrich(row, "last_interaction", contact.value(self.workspace))


def define_bench(workspace, count):
    """The object `bench`, only with --bench."""
    bench = make_object(workspace, "bench", "Bench", "Bench", count)
    bench.add("name", "personal-name")
    bench.add("email_addresses", "email-address", multi=True)
    bench.add("description", "text")
    bench.add("company", "record-reference", allowed=[workspace.target("objects", "companies").id])
    bench.add("job_title", "text")
    bench.add("phone_numbers", "phone-number", multi=True)
    bench.add("primary_location", "location")
    bench.add("linkedin", "text")
    bench.add("stage", "status", choices=STAGES)
    bench.add("value", "currency", currency="USD")
    bench.add("rating", "rating")
    bench.add("last_interaction", "interaction", writable=False)


class WithDefaults(Maker):
    def fill(self, row, index, rng):
        self.put(row, "name", values.plain(f"Row {index}"))
        self.put(row, "code", values.plain(f"code-{index}"))


class Notes(Maker):
    def fill(self, row, index, rng):
        self.put(row, "name", values.plain(f"A custom object named notes, {index}"))


class Partners(Maker):
    def fill(self, row, index, rng):
        self.put(row, "name", values.plain(f"Partner {index}"))


class Entries(Maker):
    def fill(self, row, index, rng):
        parents = self.target.parents
        row.parent_object = parents[index % len(parents)]
        row.parent_record_id = record_of(self.workspace, row.parent_object, index * 2)
        for attribute in self.target.attributes:
            if attribute.kind == "status":
                self.choose(row, attribute.slug, index)
            elif attribute.kind == "rating":
                self.put(row, attribute.slug, *([values.plain(index % 6)] if index % 4 else []))
            elif attribute.kind == "text" and not attribute.system:
                self.put(row, attribute.slug, *([values.plain(f"Entry note {index}")] if index % 3 else []))
            elif attribute.kind == "select":
                self.choose(row, attribute.slug, *([index, index + 1] if attribute.multi else [index])[: index % 3 + 1])
            elif attribute.kind == "actor-reference" and not attribute.system:
                self.put(row, attribute.slug, values.actor("workspace-member", self.member(index)))


def make_object(workspace, slug, singular, plural, expected):
    target = workspace.object(slug)
    target.singular, target.plural, target.expected = singular, plural, expected
    target.add_system_attributes()
    return target


def make_list(workspace, slug, name, parents, expected):
    target = workspace.list(slug)
    target.name, target.parents, target.expected = name, parents, expected
    target.add_system_attributes()
    return target


def define_social(target):
    """Pages of people and companies elsewhere."""
    for slug in ("angellist", "facebook", "instagram", "linkedin", "twitter"):
        target.add(slug, "text", system=True)
    target.add("twitter_follower_count", "number", system=True, writable=False, gated=True)


def define_standard(workspace, scale):
    people = make_object(workspace, "people", "Person", "People", scale)
    companies = make_object(workspace, "companies", "Company", "Companies", max(scale // 4, 1))
    deals = make_object(workspace, "deals", "Deal", "Deals", max(scale // 2, 1))
    users = make_object(workspace, "users", "User", "Users", max(scale // 8, 1))
    workspaces = make_object(workspace, "workspaces", "Workspace", "Workspaces", max(scale // 16, 1))

    people.add("name", "personal-name", system=True)
    people.add("email_addresses", "email-address", multi=True, unique=True, system=True)
    people.add("description", "text", system=True)
    people.add("company", "record-reference", allowed=[companies.id], system=True, mirror=("companies", "team"))
    people.add("job_title", "text", system=True)
    people.add("avatar_url", "text", system=True, writable=False, gated=True)
    people.add("phone_numbers", "phone-number", multi=True, system=True)
    people.add("primary_location", "location", system=True)
    define_social(people)
    generate_interactions.define(people)
    people.add("associated_deals", "record-reference", multi=True, allowed=[deals.id], system=True,
               mirror=("deals", "associated_people"))
    people.add("associated_users", "record-reference", multi=True, allowed=[users.id], system=True,
               mirror=("users", "person"))

    companies.add("domains", "domain", multi=True, unique=True, system=True)
    companies.add("name", "text", system=True)
    companies.add("description", "text", system=True)
    companies.add("team", "record-reference", multi=True, allowed=[people.id], system=True,
                  mirror=("people", "company"))
    companies.add("categories", "select", multi=True, system=True, choices=CATEGORIES)
    companies.add("primary_location", "location", system=True)
    companies.add("logo_url", "text", system=True, writable=False, gated=True)
    define_social(companies)
    companies.add("estimated_arr_usd", "select", system=True, choices=REVENUES)
    companies.add("funding_raised_usd", "currency", system=True, currency="USD")
    companies.add("foundation_date", "date", system=True)
    companies.add("employee_range", "select", system=True, choices=EMPLOYEES)
    generate_interactions.define(companies)
    companies.add("associated_deals", "record-reference", multi=True, allowed=[deals.id], system=True,
                  mirror=("deals", "associated_company"))
    companies.add("associated_workspaces", "record-reference", multi=True, allowed=[workspaces.id], system=True,
                  mirror=("workspaces", "company"))

    deals.add("name", "text", required=True, system=True)
    deals.add("stage", "status", required=True, system=True, choices=STAGES)
    deals.add("owner", "actor-reference", required=True, system=True)
    deals.add("value", "currency", system=True, currency="EUR")
    deals.add("associated_people", "record-reference", multi=True, allowed=[people.id], system=True,
              mirror=("people", "associated_deals"))
    deals.add("associated_company", "record-reference", allowed=[companies.id], system=True,
              mirror=("companies", "associated_deals"))
    deals.add("close_date", "date")
    deals.add("priority", "rating")
    deals.add("is_expansion", "checkbox")
    deals.views.append({"id": {"workspace_id": workspace.id, "object_id": deals.id,
                               "view_id": uuid_of(workspace.seed, "view", "open")},
                        "title": "Open deals", "created_at": workspace.time(0),
                        "filter": {"$or": [{"stage": "Lead"}, {"stage": "In Progress"}]}})
    deals.views.append({"id": {"workspace_id": workspace.id, "object_id": deals.id,
                               "view_id": uuid_of(workspace.seed, "view", "old")},
                        "title": "Old view", "created_at": workspace.time(0), "archived": True, "filter": {}})

    users.add("user_id", "text", required=True, unique=True, system=True)
    users.add("primary_email_address", "email-address", required=True, unique=True, system=True)
    users.add("person", "record-reference", allowed=[people.id], system=True, mirror=("people", "associated_users"))
    users.add("workspace", "record-reference", multi=True, allowed=[workspaces.id], system=True)

    workspaces.add("workspace_id", "text", required=True, unique=True, system=True)
    workspaces.add("name", "text", system=True)
    workspaces.add("users", "record-reference", multi=True, allowed=[users.id], system=True)
    workspaces.add("company", "record-reference", allowed=[companies.id], system=True,
                   mirror=("companies", "associated_workspaces"))
    workspaces.add("avatar_url", "text", system=True)


def define_all_types(workspace):
    target = make_object(workspace, "all_types", "All types", "All types", 60)
    people = workspace.target("objects", "people")
    target.add("a_text", "text")
    target.add("a_number", "number")
    target.add("a_currency", "currency", currency="GBP")
    target.add("a_rating", "rating")
    target.add("a_checkbox", "checkbox")
    target.add("a_date", "date")
    target.add("a_timestamp", "timestamp")
    target.add("a_select", "select", choices=["One", "Two, too", "~Old", "Ünï"])
    target.add("some_selects", "select", multi=True, choices=["Red", "Green", "~Gone", 'Say "blue"'])
    target.add("a_status", "status", choices=STAGES)
    target.add("a_reference", "record-reference", allowed=[people.id])
    target.add("some_references", "record-reference", multi=True)
    target.add("an_actor", "actor-reference")
    target.add("some_actors", "actor-reference", multi=True)
    target.add("an_email", "email-address")
    target.add("some_emails", "email-address", multi=True)
    target.add("a_domain", "domain")
    target.add("some_domains", "domain", multi=True)
    target.add("a_phone", "phone-number")
    target.add("some_phones", "phone-number", multi=True)
    target.add("a_name", "personal-name")
    target.add("a_location", "location")
    target.add("an_interaction", "interaction", writable=False)


LONG_SLUG = "a_very_long_slug_that_goes_on_and_on_beyond_what_an_identifier_of_postgresql_holds"


def define_odd(workspace):
    odd = make_object(workspace, "odd_names", "Odd name", "Odd names", 5)
    for slug in ("order", "select", "Ünïcode Slug", "xmin", "tableoid", "web_url", "_raw", 'say_"hi"', "it's", "tier",
                 "dotted.slug", LONG_SLUG, LONG_SLUG + "_too"):
        odd.add(slug, "text", title=f'The "{slug}" attribute')
    odd.add("long_select_" + LONG_SLUG, "select", choices=["A"])
    odd.add("entry_id", "text")
    odd.add("gone", "text", archived=True)
    with_defaults = make_object(workspace, "with_defaults", "With defaults", "With defaults", 3)
    with_defaults.add("name", "text", required=True)
    with_defaults.add("code", "text", unique=True)
    with_defaults.add("origin", "text",
                      default={"type": "static", "template": [{"value": "web", "attribute_type": "text"}]})
    with_defaults.add("due", "date", default={"type": "dynamic", "template": "P1M"})
    with_defaults.add("remind_at", "timestamp", default={"type": "dynamic", "template": "PT2H"})
    with_defaults.add("owner", "actor-reference", default={"type": "dynamic", "template": "current-user"})
    make_object(workspace, "notes", "Note", "Notes", 7).add("name", "text")
    make_object(workspace, "partners", "Partner", "Partners", 9).add("name", "text")


def define_lists(workspace, scale):
    pipeline = make_list(workspace, "sales_pipeline", "Sales pipeline", ["companies"], max(scale // 5, 1))
    pipeline.add("status", "status", choices=["Prospect", "Qualified", "Contract", "Won"])
    pipeline.add("confidence", "rating")
    pipeline.add("note", "text")
    pipeline.add("account_owner", "actor-reference")
    hiring = make_list(workspace, "hiring", "Hiring", ["people"], max(scale // 10, 1))
    hiring.add("phase", "select", choices=["Applied", "Interview", "Offer", "~Waitlist"])
    hiring.add("skills", "select", multi=True, choices=["SQL", "C", "Python", "Sales"])
    partners = make_list(workspace, "partners", "Partners", ["companies"], 6)
    partners.add("level", "select", choices=["Gold", "Silver"])
    mixed = make_list(workspace, "mixed_parents", "Legacy list", ["people", "companies"], 8)
    mixed.add("note", "text")


def define_members(workspace):
    people = [("Mira", "Admin", "admin", "mira"), ("Jonas", "Seller", "member", "jonas"),
              ("Ünal", "Gone", "suspended", "uenal")]
    for i, (first, last, level, local) in enumerate(people):
        workspace.members.append({
            "id": {"workspace_id": workspace.id, "workspace_member_id": uuid_of(workspace.seed, "member", i)},
            "first_name": first,
            "last_name": last,
            "avatar_url": f"https://assets.example.com/{i}.png" if i else None,
            "email_address": f"{local}@example.com",
            "created_at": workspace.time(i * 1000),
            "access_level": level,
        })


MAKERS = {
    "people": People, "companies": Companies, "deals": Deals, "users": Users, "workspaces": Workspaces,
    "all_types": AllTypes, "odd_names": OddNames, "notes": Notes, "partners": Partners, "bench": Bench,
    "with_defaults": WithDefaults,
}


def generate(seed="attio", scale=200, bench=0, now=None):
    """A workspace whose object `people` has `scale` records; others follow.  It is two years old at `now`."""
    workspace = Workspace(seed, now=now)
    define_members(workspace)
    define_standard(workspace, scale)
    define_all_types(workspace)
    define_odd(workspace)
    define_lists(workspace, scale)
    if bench:
        define_bench(workspace, bench)
    for target in workspace.objects + workspace.lists:
        maker = (MAKERS[target.slug] if target.kind == "objects" else Entries)(target, target.expected)
        target.fill(target.expected, maker.row, maker.created)
    generate_resources.fill(workspace)
    return workspace
