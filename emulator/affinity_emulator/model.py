"""The account in memory: persons, organizations, opportunities, interactions, and who took part in what."""
import bisect
import threading

from .meter import Meter

MEETING, CALL, CHAT, EMAIL = range(4)
EVENTS = (MEETING, CALL)
EXTERNAL, INTERNAL, COLLABORATOR = "external", "internal", "collaborator"


class Person:
    def __init__(self, ident, kind, first, last, emails):
        self.id, self.kind, self.first, self.last, self.emails = ident, kind, first, last, emails
        self.primary = emails[0] if emails else None
        self.organizations = []         # ids
        self.current = []               # those of them that are current


class Organization:
    def __init__(self, ident, name, domains, shared=False):
        self.id, self.name, self.domains = ident, name, domains
        self.shared = shared            # of Affinity's global data
        self.outside = False            # in that only, not in the account


class Opportunity:
    def __init__(self, ident, name, persons, organizations):
        self.id, self.name, self.persons, self.organizations = ident, name, persons, organizations


class Interaction:
    """One of any type; members that the type does not have stay as they are here."""

    def __init__(self, ident, kind, date, persons):
        self.id, self.kind, self.date, self.persons = ident, kind, date, persons       # persons: ids
        self.manual_creator = None
        self.notes = []
        self.title = self.start = self.end = self.updated = None
        self.attendees = []
        self.direction = None
        self.subject = self.sender = None
        self.to, self.cc = [], []
        self.content = None             # what was written, which no answer shows

    @property
    def key(self):
        return self.kind, self.id

    @property
    def manual(self):
        return self.manual_creator is not None


class Account:
    """What is served.  Whoever changes it holds the lock, and calls changed()."""

    def __init__(self, now):
        self.now = now
        self.lock = threading.RLock()
        self.meter = Meter()
        self.persons, self.organizations, self.opportunities = {}, {}, {}      # by id
        self.interactions = {}          # by (type, id)
        self.user = None                # the id of the person whose key it is
        self.indexes = None

    def add(self, interaction):
        self.interactions[interaction.key] = interaction
        self.changed()

    def changed(self):
        self.indexes = None

    def next_id(self, kind):
        return max((ident for of, ident in self.interactions if of == kind), default=0) + 1

    # ----- who took part in what -----

    def exists(self, name, ident):
        return ident in {"person_id": self.persons, "opportunity_id": self.opportunities,
                         "organization_id": self.organizations}[name]

    def entities_of(self, interaction):
        """(name of the parameter, id) of all entities that it belongs to."""
        there = set()
        for ident in interaction.persons:
            there.add(("person_id", ident))
            person = self.persons.get(ident)
            there.update(("organization_id", each) for each in (person.organizations if person else ()))
            # an internal person alone does not make an interaction one of the opportunity
            if person and person.kind != INTERNAL:
                there.update(("opportunity_id", each.id) for each in self.opportunities.values()
                             if ident in each.persons)
        return there

    def is_outside(self, ident):
        return ident in self.persons and self.persons[ident].kind != INTERNAL

    def index(self):
        with self.lock:
            if self.indexes is None:
                found = {}
                for interaction in self.interactions.values():
                    for name, ident in self.entities_of(interaction):
                        found.setdefault((name, ident), {}).setdefault(interaction.kind, []).append(interaction)
                for kinds in found.values():
                    for rows in kinds.values():
                        rows.sort(key=lambda each: (each.date, each.id))
                self.indexes = found
            return self.indexes

    def of_entity(self, name, ident, kind):
        """Interactions of one type of an entity, the oldest first."""
        return self.index().get((name, ident), {}).get(kind, [])

    def between(self, name, ident, kind, start, end, with_start=True, with_end=False):
        """Those of them in a range."""
        rows, dates = self.of_entity(name, ident, kind), lambda each: each.date
        low = (bisect.bisect_left if with_start else bisect.bisect_right)(rows, start, key=dates)
        high = (bisect.bisect_right if with_end else bisect.bisect_left)(rows, end, key=dates)
        return rows[low:high]

    # ----- dates of interactions -----

    def dates_of(self, name, ident):
        """{name of the date: the interaction, or None} of an entity; an empty one if there are no interactions."""
        kinds = self.index().get((name, ident))
        if not kinds:
            return {}
        events = sorted(kinds.get(MEETING, []) + kinds.get(CALL, []), key=lambda each: each.date)
        past = [each for each in events if each.date <= self.now]
        ahead = [each for each in events if each.date > self.now]
        emails, chats = kinds.get(EMAIL, []), kinds.get(CHAT, [])
        last = sorted(past[-1:] + emails[-1:] + chats[-1:], key=lambda each: each.date)
        return {"first_email": first(emails), "last_email": first(emails[-1:]), "first_event": first(past),
                "last_event": first(past[-1:]), "next_event": first(ahead), "last_chat_message": first(chats[-1:]),
                "last_interaction": first(last[-1:])}


def first(rows):
    return rows[0] if rows else None
