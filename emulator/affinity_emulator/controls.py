"""Control paths that only this emulator has.

  GET  dump      all that is served, in a neutral form: not by pages, and under no switch
  GET  contents  what was written as content: [{"id", "type", "content"}]
"""
from . import times
from .entities import KEYS, opportunities_with, persons_of


def person_of(account, person):
    return {"id": person.id, "type": person.kind, "first_name": person.first, "last_name": person.last,
            "primary_email": person.primary, "emails": person.emails, "organization_ids": person.organizations,
            "current_organization_ids": person.current,
            "opportunity_ids": opportunities_with(account, "persons", person.id)}


def organization_of(account, each):
    return {"id": each.id, "name": each.name, "domain": each.domains[0] if each.domains else None,
            "domains": each.domains, "global": each.shared, "person_ids": persons_of(account, each),
            "opportunity_ids": opportunities_with(account, "organizations", each.id)}


def opportunity_of(account, each):
    return {"id": each.id, "name": each.name, "person_ids": each.persons, "organization_ids": each.organizations}


def interaction_of(account, each):
    return {"id": each.id, "type": each.kind, "date": times.show(each.date), "person_ids": each.persons,
            "manual_creator_id": each.manual_creator, "logging_type": int(each.manual), "notes": each.notes,
            "title": each.title, "start_time": times.show(each.start), "end_time": times.show(each.end),
            "updated_at": times.show(each.updated), "attendees": each.attendees, "direction": each.direction,
            "subject": each.subject, "from": each.sender, "to": each.to, "cc": each.cc, "content": each.content,
            "of": sorted([name, ident] for name, ident in account.entities_of(each))}


def dates_of(account, what, ident):
    return {f"{kind}_date": times.show(each.date) if each else None
            for kind, each in account.dates_of(KEYS[what], ident).items()}


def dump(emulator, body):
    account = emulator.data
    shown = {"now": times.show(account.now)}
    with account.lock:
        for what, form in (("persons", person_of), ("organizations", organization_of), ("opportunities", opportunity_of)):
            shown[what] = [dict(form(account, each), interaction_dates=dates_of(account, what, each.id))
                           for each in getattr(account, what).values() if not getattr(each, "outside", False)]
        shown["interactions"] = [interaction_of(account, each) for each in account.interactions.values()]
    return shown


def contents(emulator, body):
    return {"contents": [{"id": each.id, "type": each.kind, "content": each.content}
                         for each in emulator.data.interactions.values() if each.content is not None]}


CONTROLS = {("GET", "dump"): dump, ("GET", "contents"): contents}
