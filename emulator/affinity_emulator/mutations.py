"""Changes of the account behind the client's back (POST /_emulator/mutate, and before and after a fault).

A mutation is a JSON object with "do":

  insert   an interaction: "type", "date", "person_ids", and any of "title", "direction", "subject", "from", "to", "cc";
           "id" is the next one where it is left out
  update   an interaction: "type", "id", and what changes
  delete   an interaction: "type", "id"
  person   a new person: "id", and any of "type", "first_name", "last_name", "emails", "organization_ids"
  forget   "persons", "organizations" or "opportunities" as "what", "id": it is gone
"""
from stage.control import one_of

from . import times
from .model import EVENTS, Interaction, Person

# member of a mutation: of an interaction
MEMBERS = {"person_ids": "persons", "title": "title", "direction": "direction", "subject": "subject", "from": "sender",
           "to": "to", "cc": "cc", "manual_creator_id": "manual_creator", "content": "content"}


def assign(each, mutation):
    for name, member in MEMBERS.items():
        if name in mutation:
            setattr(each, member, mutation[name])
    if "date" in mutation:
        each.date = times.read(mutation["date"])
    if each.kind in EVENTS and each.start is None:
        each.start = each.date


def insert(account, mutation):
    kind = mutation["type"]
    each = Interaction(mutation.get("id") or account.next_id(kind), kind, None, [])
    assign(each, mutation)
    account.add(each)


def update(account, mutation):
    assign(account.interactions[(mutation["type"], mutation["id"])], mutation)


def delete(account, mutation):
    account.interactions.pop((mutation["type"], mutation["id"]), None)


def person(account, mutation):
    new = Person(mutation["id"], mutation.get("type", "external"), mutation.get("first_name"), mutation.get("last_name"),
                 mutation.get("emails", []))
    new.organizations = mutation.get("organization_ids", [])
    account.persons[new.id] = new


def forget(account, mutation):
    what = one_of("what", mutation.get("what"), ("persons", "organizations", "opportunities"))
    getattr(account, what).pop(mutation["id"], None)


VERBS = {"insert": insert, "update": update, "delete": delete, "person": person, "forget": forget}


def mutate(emulator, mutation):
    account = emulator.data
    with account.lock:
        VERBS[one_of("do", mutation.get("do"), VERBS)](account, mutation)
        account.changed()
