"""The generated account: the same for the same seed, scale and day."""
import datetime
import random

from .model import (CALL, CHAT, COLLABORATOR, EMAIL, EVENTS, EXTERNAL, INTERNAL, MEETING, Account, Interaction,
                    Opportunity, Organization, Person)

DAY = datetime.timedelta(days=1)
YEARS = 3650            # days that interactions go back
AHEAD = 340             # days that meetings are planned ahead
INTERNALS = 6
FIRST = ("Ada", "Grace", "Alan", "Édith", "Žofie", "李", "Omar", "Nuala", "", "O'Neil")
LAST = ("Lovelace", "Hopper", "Turing", "Piaf", "Nováková", "小龍", "خيام", "Ní “Dhomhnaill”", "van der Berg, jr.", "\\N")
# what titles and subjects are: odd characters, nothing, very much
TEXTS = ("Intro", "Follow-up: offer", "Re: Re: Fwd: \"quoted\" & <b>bold</b>", "Tab\there", "two\nlines", "Ünïcödé – ✓ 🎉",
         "back\\slash 'single' \"double\"", "", None, "{\"json\": [1]}", "عربي מימין לשמאל", "%_\\%", "x" * 3000,
         "ends with a blank ", "John <-> Alice")
NAMES = ("Affinity", "Acme & Söhne", "Müller “GmbH”", "株式会社", "O'Reilly; DROP TABLE", "Tab\tCo", "", "Zed")


class Generator:
    def __init__(self, seed, scale, now):
        self.rng, self.scale = random.Random(f"affinity/{seed}/{scale}"), scale
        self.account = Account(now)
        self.ids = [iter(range(first, 10 ** 9, step)) for first, step in ((3000, 7), (3007, 5), (3001, 3), (417, 11))]

    def fill(self):
        self.make_organizations()
        self.make_persons()
        self.make_opportunities()
        for _ in range(40 * self.scale):
            self.make_interaction(self.some_kind(), self.moment())
        self.make_busy_year()
        self.make_same_time()
        self.make_planned()
        return self.account

    # ----- entities -----

    def make_organizations(self):
        account, count = self.account, max(8, self.scale * 2 // 5)
        for i in range(count + 4):
            ident = 64779194 + 13 * i + (5 * 10 ** 9 if i % 10 == 9 else 0)
            domains = [f"org{i}.example.com", f"org{i}.example.org"][:(1, 2, 1, 0)[i % 4]]
            each = Organization(ident, NAMES[i % len(NAMES)] + (f" {i}" if i >= len(NAMES) else ""), domains, i % 6 == 3)
            each.outside = i >= count
            each.shared = each.shared or each.outside
            account.organizations[ident] = each
        self.organizations = list(account.organizations)[:count]

    def make_persons(self):
        kinds = [INTERNAL] * INTERNALS + [COLLABORATOR] * max(3, self.scale // 20) + [EXTERNAL] * self.scale
        for i, kind in enumerate(kinds):
            ident = 443 + i * 17 + (3 * 10 ** 9 if i % 10 == 9 else 0)
            host = "tenant.example.com" if kind == INTERNAL else f"org{i % 30}.example.com"
            emails = [f"p{i}@{host}", f"p{i}@mail.example.net"][:(1, 2, 1, 1, 0)[i % 5] if kind != INTERNAL else 1]
            each = Person(ident, kind, FIRST[i % len(FIRST)], LAST[i // 3 % len(LAST)] if i % 13 != 7 else None, emails)
            if kind != INTERNAL:
                # the last organizations have nobody, and so no interactions
                known = self.organizations[:max(4, len(self.organizations) * 4 // 5)]
                each.organizations = sorted(self.rng.sample(known, (1, 1, 2, 3, 0)[i % 5]))
                each.current = each.organizations[:i % 3]
            self.account.persons[ident] = each
        by_kind = {kind: [p.id for p in self.account.persons.values() if p.kind == kind] for kind in set(kinds)}
        self.inside, self.outside = by_kind[INTERNAL], by_kind[COLLABORATOR] + by_kind[EXTERNAL]
        # the last of them have no interactions
        self.active = self.outside[:max(4, len(self.outside) * 9 // 10)]
        self.account.user = self.inside[1]

    def make_opportunities(self):
        for i in range(max(6, self.scale // 5)):
            ident = 117 + 4 * i
            persons = sorted(self.rng.sample(self.outside, i % 4) + self.rng.sample(self.inside, i % 2))
            self.account.opportunities[ident] = Opportunity(
                ident, f"Opportunity {i} “{NAMES[i % len(NAMES)]}”", persons, self.rng.sample(self.organizations, i % 3))

    # ----- interactions -----

    def some_kind(self):
        return self.rng.choice((EMAIL,) * 5 + (MEETING,) * 3 + (CHAT,) * 2 + (CALL,))

    def moment(self, low=1, high=YEARS):
        """A moment so many days ago; one in four is a whole second."""
        ago = self.rng.randrange(low * 86400000, high * 86400000)
        ago -= ago % 1000 if ago % 4 == 0 else 0
        return self.account.now - datetime.timedelta(milliseconds=ago)

    def someone(self):
        """Some have more interactions than others."""
        return self.active[int(len(self.active) * self.rng.random() ** 2)]

    def make_interaction(self, kind, date, persons=None):
        rng = self.rng
        outside = persons or list(dict.fromkeys(self.someone() for _ in range(rng.choice((1, 1, 1, 2, 3)))))
        inside = rng.sample(self.inside, rng.choice((1, 1, 2)))
        each = Interaction(next(self.ids[kind]), kind, date, outside + inside)
        if each.id % 50 == 0:
            each.id += 4 * 10 ** 9
        if rng.random() < 0.3 and kind != EMAIL:
            each.manual_creator = rng.choice(self.inside)
            each.notes = [rng.randrange(10 ** 7) for _ in range(rng.choice((0, 1, 1, 2)))]
        if kind in EVENTS:
            self.make_event(each)
        else:
            each.direction = rng.randrange(2)
        if kind == EMAIL:
            each.subject = rng.choice(TEXTS)
            sides = [outside, inside] if each.direction else [inside, outside]
            each.sender, each.to, each.cc = sides[0][0], sides[1][:2], sides[1][2:] + sides[0][1:]
        self.account.interactions[each.key] = each
        return each

    def make_event(self, each):
        rng = self.rng
        each.title = "Manually logged event" if each.manual else rng.choice(TEXTS)
        each.start = each.date if rng.random() < 0.9 else None
        each.end = each.date + rng.choice((0, 15, 30, 60)) * DAY / 1440 if each.start and rng.random() < 0.7 else None
        each.updated = each.date + DAY if rng.random() < 0.3 else None
        each.attendees = [p.primary for p in map(self.account.persons.get, each.persons) if p.primary]

    def make_busy_year(self):
        """More interactions of one organization and type in a year than a page holds."""
        busy = [p.id for p in self.account.persons.values() if self.organizations[0] in p.organizations][:4] \
            or self.active[:1]
        self.account.persons[busy[0]].organizations = sorted({self.organizations[0],
                                                              *self.account.persons[busy[0]].organizations})
        for kind, count in ((EMAIL, 230), (MEETING, 120)):
            for _ in range(count):
                self.make_interaction(kind, self.moment(1, 300), [busy[0]])

    def make_same_time(self):
        """Several at one moment, of one type and of others; some exactly years before one another."""
        moment = self.account.now - 100 * DAY
        for days in (0, 0, 0, 365, 730, 1095, 1):
            for kind in (MEETING, CALL, CHAT, EMAIL):
                self.make_interaction(kind, moment - days * DAY, [self.active[0]])

    def make_planned(self):
        """Meetings that did not take place yet, and the moment now itself."""
        for i in range(max(10, self.scale // 3)):
            self.make_interaction(MEETING, self.account.now + self.rng.randrange(1, AHEAD * 86400) * DAY / 86400)
        self.make_interaction(CALL, self.account.now, [self.active[0]])


def generate(seed, scale, now):
    return Generator(seed, scale, now).fill()
