"""Writes of records and entries with the semantics of docs/attio-api.md 9: create, assert, PATCH, PUT, delete.

Nothing is stored unless all of a request is right.  What a value was before stays in the row's history.
"""
import datetime

from . import errors, values
from .ids import uuid_of
from .model import Row
from .parse import after, parse_values, unique_key
from .values import SYSTEM, wrap


class Context:
    """Who writes, when, into what."""

    def __init__(self, request):
        self.workspace = request.workspace
        self.switches = request.switches
        now = datetime.datetime.now(datetime.timezone.utc)
        self.moment = now
        self.now = now.strftime("%Y-%m-%dT%H:%M:%S.") + f"{now.microsecond // 1000:03d}000000Z"
        self.actor = {"type": "api-token", "id": uuid_of("token", request.token())}


def own(value):
    """A value's own members, without what every value carries."""
    return {k: v for k, v in value.items() if k not in values.EVERY_VALUE}


def wrapped(attribute, members, context, actor=None):
    return wrap(members, attribute.kind, context.now, actor or context.actor)


def body_values(request, member):
    """(the member `data` of the body, its values)"""
    data = request.data_of(member)
    if not isinstance(data[member], dict):
        raise errors.bad_body(["data", member], "Required")
    return data, data[member]


def parse_all(target, raw, context):
    """attribute -> own members of the values sent.  Raises before anything is stored."""
    parsed = {}
    for key, value in raw.items():
        attribute = target.attribute(key)
        if attribute is None or attribute.archived:
            if context.switches["unknown_slug"] == "ignore":
                continue
            raise errors.invalid("value_not_found", f'Cannot find attribute with slug/ID "{key}".')
        if not attribute.writable:
            raise errors.invalid("validation_type", f'Attribute with slug "{attribute.slug}" is not writable.')
        parsed[attribute] = parse_values(attribute, value, context)
    return parsed


def owner_of(target, attribute, key, but=None):
    """The row that holds a unique value, or None."""
    for ident in target.rows:
        if ident != but:
            held = target.row(ident).values.get(attribute.slug) or []
            if any(unique_key(attribute, value) == key for value in held):
                return ident
    return None


def check_unique(target, parsed, but=None):
    for attribute, members in parsed.items():
        if not attribute.unique:
            continue
        for value in members:
            holder = owner_of(target, attribute, unique_key(attribute, value), but)
            if holder is not None:
                message = f'The value provided for attribute with slug "{attribute.slug}" conflicts with one already ' \
                          f"in the system. Conflicting record: {holder}."
                raise errors.invalid("uniqueness_conflict", message)


def check_required(target, row_values):
    for attribute in target.attributes:
        if attribute.required and not attribute.archived and not row_values.get(attribute.slug):
            raise errors.invalid("missing_value",
                                 f'Required value for attribute with ID "{attribute.id}" was not provided.')


def default_of(attribute, context):
    """The own members of a default, or []."""
    default = attribute.default
    if default is None:
        return []
    if default["type"] == "static":
        return [own(v) for v in default["template"]]
    template = default["template"]
    if template == "current-user":
        return [values.actor(context.actor["type"], context.actor["id"])]
    moment = after(context.moment, template)
    if attribute.kind == "date":
        return [values.plain(moment.strftime("%Y-%m-%d"))]
    return [values.plain(moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}000000Z")]


def retire(row, slug, gone, context):
    """Values that are no longer current go into the history."""
    for value in gone:
        row.history.setdefault(slug, []).append(dict(value, active_until=context.now))


def set_values(row, attribute, members, context, actor=None):
    """The attribute's values become these, in this order; those already there keep their age."""
    old = row.values.get(attribute.slug) or []
    kept, new = [], []
    for each in members:
        same = next((v for v in old if own(v) == each and v not in kept), None)
        new.append(same or wrapped(attribute, each, context, actor))
        if same:
            kept.append(same)
    retire(row, attribute.slug, [v for v in old if v not in kept], context)
    row.values[attribute.slug] = new


def prepend_values(row, attribute, members, context):
    """PATCH: new ones in front, nothing moved, nothing doubled, nothing removed (measured)."""
    old = row.values.get(attribute.slug) or []
    present = [own(v) for v in old]
    fresh = []
    for each in members:
        if each not in present and each not in fresh:
            fresh.append(each)
    row.values[attribute.slug] = [wrapped(attribute, each, context) for each in fresh] + old


def copy_of(row):
    """A row that may be changed while the old one is still being looked at."""
    copy = Row(row.id, row.created, row.top_created, dict(row.values), row.parent_object, row.parent_record_id)
    copy.history = {slug: list(v) for slug, v in row.history.items()}
    return copy


def apply(row, parsed, mode, context):
    """mode: set (PUT), prepend (PATCH).  Single values are replaced either way."""
    for attribute, members in parsed.items():
        if attribute.multi and mode == "prepend":
            prepend_values(row, attribute, members, context)
        elif not members and not attribute.multi and context.switches["clear_ignored"]:
            continue
        else:
            set_values(row, attribute, members, context)


# ----- relationships -----

def mirror(target, before, row, parsed, context):
    """company.team and person.company, and their like: what one side says, the other shows."""
    for attribute in parsed:
        if attribute.mirror is None:
            continue
        other_slug, other_attribute = attribute.mirror
        other = context.workspace.target("objects", other_slug)
        far = other.attribute(other_attribute)
        had = {v["target_record_id"] for v in (before.values.get(attribute.slug) or [])} if before else set()
        has = {v["target_record_id"] for v in row.values.get(attribute.slug) or []}
        for ident in had - has:
            unlink(other, far, ident, row.id, context)
        for ident in has - had:
            link(target, attribute, other, far, ident, row.id, context)


def unlink(other, far, ident, gone, context):
    if ident not in other.rows:
        return
    row = copy_of(other.row(ident))
    left = [own(v) for v in row.values.get(far.slug) or [] if v["target_record_id"] != gone]
    set_values(row, far, left, context, SYSTEM)
    other.store(row)


def link(target, attribute, other, far, ident, new, context):
    row = copy_of(other.row(ident))
    old = row.values.get(far.slug) or []
    if any(v["target_record_id"] == new for v in old):
        return
    if not far.multi:
        # who held the single place loses it
        for value in old:
            if value["target_record_id"] in target.rows and value["target_record_id"] != new:
                holder = copy_of(target.row(value["target_record_id"]))
                left = [own(v) for v in holder.values.get(attribute.slug) or [] if v["target_record_id"] != ident]
                set_values(holder, attribute, left, context, SYSTEM)
                target.store(holder)
        old = []
    members = [own(v) for v in old] + [values.reference(target.slug, new)]
    set_values(row, far, members, context, SYSTEM)
    other.store(row)


def link_by_domain(target, row, context):
    """A system write after a write: a person is linked to the company of the e-mail's domain (docs; recorded)."""
    company = target.attribute("company")
    wanted = context.switches["background_change"] and target.slug == "people"
    if not wanted or company is None or row.values.get("company"):
        return
    companies = context.workspace.target("objects", "companies")
    for value in row.values.get("email_addresses") or []:
        ident = owner_of(companies, companies.attribute("domains"), value["email_domain"])
        if ident is not None:
            changed = copy_of(row)
            set_values(changed, company, [values.reference("companies", ident)], context, SYSTEM)
            target.store(changed)
            mirror(target, row, changed, [company], context)
            return


# ----- the calls -----

def new_row(target, ident, context):
    row = Row(ident, context.now, context.now, {})
    for slug, members in ((target.key, values.plain(ident)), ("created_at", values.plain(context.now)),
                          ("created_by", values.actor(context.actor["type"], context.actor["id"]))):
        attribute = target.attribute(slug)
        row.values[slug] = [wrapped(attribute, members, context)]
    return row


def create(target, parsed, context, parent=None):
    check_unique(target, parsed)
    row = new_row(target, uuid_of(context.workspace.seed, "created", target.id, target.next_number()), context)
    if parent is not None:
        row.parent_object, row.parent_record_id = parent
    for attribute in target.attributes:
        members = parsed.get(attribute)
        if members is None and not attribute.archived:
            members = default_of(attribute, context)
        if members:
            row.values[attribute.slug] = [wrapped(attribute, each, context) for each in members]
    check_required(target, row.values)
    target.store(row)
    mirror(target, None, row, parsed, context)
    link_by_domain(target, row, context)
    return row


def update(target, ident, parsed, mode, context):
    before = target.row(ident)
    check_unique(target, parsed, but=ident)
    row = copy_of(before)
    apply(row, parsed, mode, context)
    check_required(target, row.values)
    target.store(row)
    mirror(target, before, row, parsed, context)
    link_by_domain(target, row, context)
    return row


def answer(target, row):
    return b'{"data":' + target.render(row.id) + b"}"


def create_record(request):
    target = request.target("objects", request.args["object"])
    _, raw = body_values(request, "values")
    context = Context(request)
    with request.workspace.lock:
        return answer(target, create(target, parse_all(target, raw, context), context))


def assert_record(request):
    target = request.target("objects", request.args["object"])
    if "matching_attribute" not in request.query:
        raise errors.bad_query(["matching_attribute"], "Required")
    attribute = target.attribute(request.query["matching_attribute"])
    if attribute is None:
        raise errors.invalid("value_not_found", f'Cannot find attribute "{request.query["matching_attribute"]}".')
    if not attribute.unique or not attribute.writable:
        raise errors.invalid("matching_attribute_definition_not_unique",
                             f'The matching attribute "{attribute.slug}" is not unique.')
    _, raw = body_values(request, "values")
    context = Context(request)
    with request.workspace.lock:
        parsed = parse_all(target, raw, context)
        if not parsed.get(attribute):
            raise errors.invalid("missing_value", f'A value for the matching attribute "{attribute.slug}" is required.')
        holders = {owner_of(target, attribute, unique_key(attribute, v)) for v in parsed[attribute]} - {None}
        if len(holders) > 1:
            raise errors.invalid("multiple_match_results", "More than one record matches.")
        if not holders:
            return answer(target, create(target, parsed, context))
        ident = holders.pop()
        before = target.row(ident)
        check_unique(target, parsed, but=ident)
        row = copy_of(before)
        # the matching attribute gains values, the others become what was sent
        apply(row, {attribute: parsed[attribute]}, "prepend", context)
        apply(row, {a: m for a, m in parsed.items() if a is not attribute}, "set", context)
        check_required(target, row.values)
        target.store(row)
        mirror(target, before, row, parsed, context)
        return answer(target, row)


def check_same_parent(row, data):
    for key, have in (("parent_record_id", row.parent_record_id), ("parent_object", row.parent_object)):
        if data.get(key, have) != have:
            raise errors.invalid("immutable_value", "The parent of a list entry cannot be changed.")


def change_row(kind, name, mode):
    """mode: as in apply()."""
    def call(request):
        target = request.target(kind, request.args[name])
        data, raw = body_values(request, target.member)
        context = Context(request)
        with request.workspace.lock:
            ident = request.row_id(target)
            if kind == "lists":
                check_same_parent(target.row(ident), data)
            return answer(target, update(target, ident, parse_all(target, raw, context), mode, context))
    return call


def delete_row(kind, name):
    def call(request):
        target = request.target(kind, request.args[name])
        context = Context(request)
        with request.workspace.lock:
            ident = request.row_id(target)
            before = target.row(ident)
            for attribute in target.attributes:
                if attribute.mirror is not None:
                    other = context.workspace.target("objects", attribute.mirror[0])
                    for value in before.values.get(attribute.slug) or []:
                        unlink(other, other.attribute(attribute.mirror[1]), value["target_record_id"], ident, context)
            target.remove(ident)
            return {}
    return call


def entry_parent(request, target, data):
    """The parent that a body names: it exists, and its object is one of the list's."""
    slug, ident = data.get("parent_object"), data.get("parent_record_id")
    if not isinstance(slug, str) or not isinstance(ident, str):
        raise errors.bad_body(["data", "parent_record_id"], "Required")
    parent = request.workspace.target("objects", slug)
    if parent is None or parent.slug not in target.parents:
        raise errors.invalid("value_not_found", f'Object "{slug}" is not a parent of this list.')
    if ident not in parent.rows:
        raise errors.invalid("value_not_found", f'Record "{ident}" was not found.')
    return parent.slug, ident


def create_entry(request):
    target = request.target("lists", request.args["list"])
    data, raw = body_values(request, "entry_values")
    context = Context(request)
    with request.workspace.lock:
        parent = entry_parent(request, target, data)
        return answer(target, create(target, parse_all(target, raw, context), context, parent))


def assert_entry(request):
    target = request.target("lists", request.args["list"])
    data, raw = body_values(request, "entry_values")
    context = Context(request)
    with request.workspace.lock:
        parent = entry_parent(request, target, data)
        parsed = parse_all(target, raw, context)
        found = [i for i in target.rows if (target.row(i).parent_object, target.row(i).parent_record_id) == parent]
        if len(found) > 1:
            raise errors.invalid("multiple_match_results", "The parent record has more than one entry in this list.")
        if not found:
            return answer(target, create(target, parsed, context, parent))
        return answer(target, update(target, found[0], parsed, "set", context))
