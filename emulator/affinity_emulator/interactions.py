"""Interactions as they are read: a listing by type, entity and window; one by its id and type."""
import datetime

from . import errors, pages, times
from .model import CHAT, EMAIL, EVENTS, INTERNAL

MOST = 100
ENTITIES = ("person_id", "organization_id", "opportunity_id")
NAMES = ("events", "events", "chat_messages", "emails")
YEAR = datetime.timedelta(days=365)
KNOWN = {"type", *ENTITIES, "internal_person_id", "start_time", "end_time", "logging_type", "direction", *pages.CONTROL}


def need_plan(request):
    if request.switches["plan"] != "enterprise":
        raise errors.refusal(403, "Your plan does not include the Interactions API.")


def type_of(request, where="query"):
    value = request.query.get("type") if where == "query" else request.json().get("type")
    if value is None:
        raise errors.invalid("type is required.", "type")
    return request.number("type", None, 0, 3, where)


def entity_of(request):
    """(parameter, id) of the one entity that is asked for."""
    given = [name for name in ENTITIES if name in request.query]
    if len(given) != 1:
        raise errors.invalid("Exactly one of person_id, organization_id, opportunity_id must be specified.",
                             given[0] if given else None)
    name = given[0]
    ident = request.number(name, None, 1)
    account = request.data
    if name == "person_id" and ident in account.persons and account.persons[ident].kind == INTERNAL \
            and request.switches["person_id"] == "followed":
        raise errors.invalid("person_id must be an external or collaborator person.", name)
    if not account.exists(name, ident) and request.switches["unknown_entity"] != "empty":
        if request.switches["unknown_entity"] == "missing":
            raise errors.missing(name.removesuffix("_id").capitalize(), ident)
        raise errors.invalid(f"{name} is not valid.", name)
    return name, ident


def moment_of(request, name):
    text = request.query.get(name)
    if not text:
        raise errors.invalid(f"{name} is required.", name)
    try:
        return times.read(text, request.switches["time_precision"])
    except ValueError:
        raise errors.invalid(f"{name} is not an ISO 8601 time.", name) from None


def window_of(request):
    start, end = moment_of(request, "start_time"), moment_of(request, "end_time")
    if start >= end:
        raise errors.invalid("start_time must be before end_time.", "start_time")
    if end - start > YEAR:
        raise errors.invalid("The range of start_time and end_time must not exceed one year.", "end_time")
    return start, end


def chooser_of(request, kind):
    """A function that says whether an interaction is chosen by the optional parameters."""
    direction = request.number("direction", 0, 0, 1) if "direction" in request.query else None
    logging = request.number("logging_type", 0, 0, 1)
    internal = request.number("internal_person_id", 0, 1) if "internal_person_id" in request.query else None
    if direction is not None and kind in EVENTS:
        how = request.switches["direction_of_events"]
        if how == "refused":
            raise errors.invalid("direction only applies to chat messages and emails.", "direction")
        direction = None if how == "ignored" else 2
    if request.switches["parameters"] == "ignored":
        return lambda each: True
    return lambda each: (direction is None or each.direction == direction) and (not logging or each.manual) \
        and (internal is None or internal in each.persons)


def list_interactions(request):
    need_plan(request)
    request.refuse_unknown(KNOWN)
    kind = type_of(request)
    name, ident = entity_of(request)
    start, end = window_of(request)
    chosen, switches = chooser_of(request, kind), request.switches
    rows = request.data.between(name, ident, kind, start, end, switches["start_border"] == "inclusive",
                                switches["end_border"] == "inclusive")
    rows = [each for each in rows if chosen(each)]
    if switches["order"] == "newest":
        rows = rows[::-1]
    elif switches["order"] == "hash":
        rows = pages.hashed(rows, lambda each: each.key)
    key = NAMES[kind] if switches["rows_name"] == "kind" else switches["rows_name"]
    return pages.page(request, Documents(request, rows), key, MOST)


def get_interaction(request):
    need_plan(request)
    request.refuse_unknown({"type"})
    return document(request, existing(request, type_of(request)))


def existing(request, kind):
    found = request.data.interactions.get((kind, int(request.args["id"])))
    if found is None:
        raise errors.missing("Interaction", request.args["id"])
    return found


class Documents(list):
    """Interactions that become documents when a page is cut from them."""

    def __init__(self, request, rows):
        super().__init__(rows)
        self.request = request

    def __getitem__(self, part):
        return [document(self.request, each) for each in super().__getitem__(part)]


def person_document(request, ident):
    """A person inside an interaction."""
    person = request.data.persons.get(ident)
    if person is None:      # deleted since
        return {"id": ident, "type": 0, "first_name": None, "last_name": None, "primary_email": None, "emails": []}
    return {"id": person.id, "type": request.kind_of(person), "first_name": person.first, "last_name": person.last,
            "primary_email": person.primary, "emails": person.emails}


def document(request, each):
    switches = request.switches

    def people(idents):
        return [person_document(request, ident) for ident in idents]
    shown = {"id": each.id, "type": each.kind, "date": times.show(each.date, each.id)}
    if each.kind != EMAIL or switches["email_persons"] == "shown":
        shown["persons"] = people(each.persons)
    if each.manual or each.kind in EVENTS:
        shown["manual_creator_id"] = each.manual_creator
    if switches["logging_type"] == "shown":
        shown["logging_type"] = int(each.manual)
    if each.kind != EMAIL:
        shown["notes"] = each.notes
    if each.kind in EVENTS:
        shown.update(title=each.title, start_time=times.show(each.start, each.id), end_time=times.show(each.end, each.id),
                     updated_at=times.show(each.updated, each.id + 1), attendees=each.attendees)
    if each.kind in (CHAT, EMAIL):
        shown["direction"] = each.direction
    if each.kind == EMAIL:
        shown.update({"subject": each.subject, "from": person_document(request, each.sender) if each.sender else None,
                      "to": people(each.to), "cc": people(each.cc)})
    if switches["empty_members"] == "absent":
        shown = {name: value for name, value in shown.items() if value is not None}
    return shown
