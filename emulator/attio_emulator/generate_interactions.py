"""Who was last in touch with a person or company, how and when, and how well they know each other.

Times count back from the workspace's `now`; what is next lies behind it.  The owner is mostly a member, sometimes one
who has left (no member any more), an app, or the system.
"""
import datetime

from . import values
from .ids import uuid_of

SLUGS = ("first_calendar_interaction", "last_calendar_interaction", "next_calendar_interaction",
         "first_email_interaction", "last_email_interaction", "first_interaction", "last_interaction",
         "next_interaction")
STRENGTHS = ["Very weak", "Weak", "Good", "Strong", "Very strong"]


def define(target):
    """The standard attributes of people and companies, in Attio's order."""
    for slug in SLUGS:
        target.add(slug, "interaction", system=True, writable=False, gated=True)
    target.add("strongest_connection_strength_legacy", "number", system=True, writable=False, gated=True)
    target.add("strongest_connection_strength", "select", system=True, writable=False, gated=True, choices=STRENGTHS)
    target.add("strongest_connection_user", "actor-reference", system=True, writable=False, gated=True)


def owner(workspace, number):
    """(type, id) of an actor."""
    if number % 23 == 7:
        return "workspace-member", uuid_of(workspace.seed, "member", "left")
    if number % 13 == 4:
        return "app", uuid_of(workspace.seed, "app", 1)
    if number % 29 == 11:
        return "system", None
    members = workspace.members
    return "workspace-member", members[number // 3 % len(members)]["id"]["workspace_member_id"]


class Contact:
    """One time that people were in touch; `days` ago, or ahead where it is negative."""

    def __init__(self, kind, days, index):
        self.kind = kind
        self.days = days
        self.when = datetime.timedelta(days=-days, hours=-1 - index % 12, milliseconds=index % 1000)
        self.number = index + days

    def value(self, workspace):
        return values.interaction(self.kind, workspace.time_from_now(self.when), *owner(workspace, self.number))


def distance(index, step):
    """Days, of which about a quarter is below 30 and none above 400."""
    return (index * step % 101) ** 2 // 25


def contacts(index):
    """slug -> Contact of the record of this number; a few records have none."""
    found, others = {}, []
    if index % 4 != 3:
        days = distance(index, 37)
        found["last_email_interaction"] = Contact("email", days, index)
        found["first_email_interaction"] = Contact("email", days + index * 13 % 700, index)
    if index % 3 == 0:
        kind = {3: "meeting", 6: "in-person-meeting"}.get(index % 9, "calendar-event")
        days = distance(index, 53)
        found["last_calendar_interaction"] = Contact(kind, days, index)
        found["first_calendar_interaction"] = Contact("calendar-event", days + index * 11 % 300, index)
    if index % 7 == 2:
        others.append(Contact("call", distance(index, 29) // 2, index))
    if index % 11 == 5:
        others.append(Contact("chat-thread", distance(index, 43) // 2, index))
    past = list(found.values()) + others
    if past:
        found["last_interaction"] = max(past, key=lambda each: each.when)
        found["first_interaction"] = min(past, key=lambda each: each.when)
    if index % 5 == 1:
        found["next_calendar_interaction"] = Contact("calendar-event", -2 - index % 30, index)
        found["next_interaction"] = found["next_calendar_interaction"]
    return found


def fill(maker, row, index):
    """Puts them into a row; the connection is with whom the last contact was, where that is a member."""
    workspace = maker.workspace
    found = contacts(index)
    for slug, contact in found.items():
        maker.enrich(row, slug, contact.value(workspace))
    if "last_interaction" not in found:
        return
    score = round(100 / (1 + found["last_interaction"].days / 20), 4)
    maker.enrich(row, "strongest_connection_strength_legacy", values.plain(score))
    kind, ident = owner(workspace, found["last_interaction"].number)
    if kind == "workspace-member":
        attribute = maker.target.attribute("strongest_connection_strength")
        maker.enrich(row, attribute.slug,
                     values.option(attribute, attribute.choices[min(int(score // 20), len(STRENGTHS) - 1)]))
        maker.enrich(row, "strongest_connection_user", values.actor(kind, ident))
