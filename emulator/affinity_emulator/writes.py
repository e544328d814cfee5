"""Interactions as they are written: meetings, calls and chat messages; e-mails are not."""
import re

from . import errors, times
from .interactions import document, existing, need_plan, type_of
from .model import CHAT, EMAIL, EVENTS, INTERNAL, Interaction

MENTION = re.compile(r"@\[[^\]]*\]\(\d+\)|<@\d+>")
CREATE = {"type", "person_ids", "content", "date", "direction"}
UPDATE = CREATE - {"direction"}


def checked_body(request, known):
    body = request.json()
    for name in body:
        if name not in known:
            raise errors.invalid(f"Unknown parameter: {name}", name)
    return body


def written_type(request):
    kind = type_of(request, "body")
    if kind == EMAIL:
        raise errors.invalid("Only meetings, calls and chat messages are supported.", "type")
    return kind


def persons_of(request, body):
    """Ids of persons that exist, at least one of them internal; each once."""
    idents = body.get("person_ids")
    if not isinstance(idents, list) or not idents:
        raise errors.invalid("person_ids is required.", "person_ids")
    persons = request.data.persons
    for ident in idents:
        if isinstance(ident, bool) or not isinstance(ident, int) or ident not in persons:
            raise errors.invalid(f"person_ids: {ident!r} is not a person.", "person_ids")
    if not any(persons[ident].kind == INTERNAL for ident in idents):
        raise errors.invalid("At least one internal person must be included.", "person_ids")
    return list(dict.fromkeys(idents))


def date_of(body):
    if not isinstance(body.get("date"), str):
        raise errors.invalid("date is required.", "date")
    try:
        moment = times.read(body["date"], "ms")
    except ValueError:
        raise errors.invalid("date is not an ISO 8601 time.", "date") from None
    return moment


def content_of(body):
    if not isinstance(body.get("content"), str) or not body["content"]:
        raise errors.invalid("content is required.", "content")
    return body["content"]


def direction_of(body, kind):
    direction = body.get("direction")
    if direction is None:
        return 0 if kind == CHAT else None
    if kind != CHAT:
        raise errors.invalid("direction only applies to chat messages.", "direction")
    if direction not in (0, 1) or isinstance(direction, bool):
        raise errors.invalid("direction must be 0 or 1.", "direction")
    return direction


def fit(account, each):
    """What of an event follows from its date and persons."""
    if each.kind in EVENTS:
        each.start = each.date
        each.attendees = [account.persons[ident].primary for ident in each.persons if account.persons[ident].primary]


def create_interaction(request):
    need_plan(request)
    body, account = checked_body(request, CREATE), request.data
    kind = written_type(request)
    persons, date, content, direction = persons_of(request, body), date_of(body), content_of(body), direction_of(body, kind)
    with account.lock:
        each = Interaction(account.next_id(kind), kind, date, persons)
        each.manual_creator, each.content, each.direction = account.user, content, direction
        each.notes = [7000000 + len(account.interactions)]
        if kind in EVENTS:
            each.title = "Manually logged event"
        fit(account, each)
        account.add(each)
    return request.switches["create_status"], document(request, each)


def update_interaction(request):
    need_plan(request)
    request.refuse_unknown(set())
    body, account = checked_body(request, UPDATE), request.data
    each = existing(request, written_type(request))
    changes = {}
    if "person_ids" in body or request.switches["put_person_ids"] == "required":
        changes["persons"] = persons_of(request, body)
    if "date" in body:
        changes["date"] = date_of(body)
    if "content" in body:
        changes["content"] = content_of(body)
        if MENTION.search(each.content or ""):
            raise errors.invalid("Content with mentions cannot be updated.", "content")
    with account.lock:
        for name, value in changes.items():
            setattr(each, name, value)
        fit(account, each)
        account.changed()
    return document(request, each)


def delete_interaction(request):
    need_plan(request)
    request.refuse_unknown({"type"})
    account = request.data
    with account.lock:
        each = existing(request, type_of(request))
        del account.interactions[each.key]
        account.changed()
    return {"success": True}
