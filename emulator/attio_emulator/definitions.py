"""Definitions, read and changed: objects, lists, attributes, options, statuses (docs/attio-api.md 4.1 and 4.3)."""
import re

from stage.paging import window

from . import errors
from .ids import uuid_of
from .model import Attribute, Choice, sorted_objects
from .paging import OFFSET

# docs: domain and email-address cannot be created although the enum lists them
CREATABLE = ("text number checkbox currency date timestamp rating status select record-reference actor-reference "
             "location phone-number").split()
MULTI = "actor-reference domain email-address phone-number record-reference select".split()


# ----- reads -----

def list_objects(request):
    return {"data": [o.definition() for o in sorted_objects(request.workspace) if not o.disabled]}


def get_object(request):
    return {"data": request.target("objects", request.args["object"]).definition()}


def list_lists(request):
    return {"data": [each.definition() for each in request.workspace.lists]}


def get_list(request):
    return {"data": request.target("lists", request.args["list"]).definition()}


def list_attributes(request):
    target = request.target(request.args["target"], request.args["identifier"])
    shown = [a for a in target.attributes if request.flag("show_archived") or not a.archived]
    limit, offset = window(request, OFFSET, len(shown) or 1, None)
    limit = min(limit, request.switches["definition_limit"] or limit)
    return {"data": [a.definition() for a in shown[offset:offset + limit]]}


def get_attribute(request):
    return {"data": request.attribute().definition()}


def list_choices(request, kind):
    attribute = request.attribute()
    if attribute.kind == "status" and kind == "select":
        return {"data": []}     # measured: no error
    if attribute.kind != kind:
        raise errors.invalid("validation_type", f"This attribute is not a {kind} attribute.")
    shown = [c for c in attribute.choices if request.flag("show_archived") or not c.archived]
    lists = request.switches["option_lists"]
    if lists == "refused":
        raise errors.missing_scope(["object_configuration:read"])
    if lists == "gone":
        raise errors.not_found(f'Attribute with slug/ID "{request.args["attribute"]}" was not found.')
    shown = shown[:{"empty": 0, "cut": len(shown) // 2}.get(lists, len(shown))]
    return {"data": [c.definition(attribute) for c in shown]}


def list_options(request):
    return list_choices(request, "select")


def list_statuses(request):
    return list_choices(request, "status")


# ----- changes -----

def conflict(what):
    return errors.ApiError(409, "invalid_request_error", "slug_conflict", f"{what} is taken.")


def check_slug(slug, find):
    """The slug is one, and no object, list or attribute that find() finds has it; archived attributes keep theirs."""
    if not isinstance(slug, str) or not re.fullmatch(r"[\w -]+", slug):
        raise errors.bad_body(["data", "api_slug"], "Invalid slug")
    if find(slug):
        raise conflict(f'Slug "{slug}"')


def changed_slug(data, slug, find):
    """The slug after a change."""
    if data.get("api_slug", slug) != slug:
        check_slug(data["api_slug"], find)
    return data.get("api_slug", slug)


def in_workspace(request, kind):
    return lambda slug: request.workspace.target(kind, slug)


def check_texts(data, *names):
    """What is given of these is a text that is not empty (spec: minLength 1)."""
    for name in names:
        if name in data and (not isinstance(data[name], str) or not data[name]):
            raise errors.bad_body(["data", name], "Expected a string of at least 1 character")


def check_flags(data, *names):
    for name in names:
        if name in data and not isinstance(data[name], bool):
            raise errors.bad_body(["data", name], "Expected boolean")


def check_known(data, names):
    """Attributes have additionalProperties false (spec)."""
    for name in data:
        if name not in names.split():
            raise errors.bad_body(["data", name], "Unrecognized key")


def create_object(request):
    data = request.data_of("api_slug", "singular_noun", "plural_noun")
    check_texts(data, "singular_noun", "plural_noun")
    workspace = request.workspace
    with workspace.lock:
        check_slug(data["api_slug"], in_workspace(request, "objects"))
        target = workspace.object(data["api_slug"], ident=uuid_of("object", workspace.id, workspace.next_number()))
        target.singular, target.plural = data["singular_noun"], data["plural_noun"]
        target.add_system_attributes()
        return {"data": target.definition()}


def change_object(request):
    target, data = request.target("objects", request.args["object"]), request.data_of()
    if not {"api_slug", "singular_noun", "plural_noun"} & set(data):
        raise errors.invalid("validation_type", "You passed an empty payload. Please ensure you are updating at least one "
                                                "property in your request.")
    check_texts(data, "singular_noun", "plural_noun")
    target.rename(changed_slug(data, target.slug, in_workspace(request, "objects")))
    target.singular = data.get("singular_noun", target.singular)
    target.plural = data.get("plural_noun", target.plural)
    target.changed()
    return {"data": target.definition()}


LEVELS = ("full-access", "read-and-write", "read-only")


def set_access(request, target, data):
    """Who may do what with a list: somebody has full access (spec)."""
    access = data.get("workspace_access", target.access)
    members = data.get("workspace_member_access", target.member_access)
    if access is not None and access not in LEVELS:
        raise errors.bad_body(["data", "workspace_access"], "Invalid enum value")
    if not isinstance(members, list) or any(not isinstance(m, dict) or m.get("level") not in LEVELS for m in members):
        raise errors.bad_body(["data", "workspace_member_access"], "Invalid access levels")
    known = {m["id"]["workspace_member_id"] for m in request.workspace.members}
    for member in members:
        if member.get("workspace_member_id") not in known:
            raise errors.invalid("value_not_found",
                                 f'Workspace member with ID "{member.get("workspace_member_id")}" not found.')
    if "full-access" not in (access, *(m["level"] for m in members)):
        raise errors.invalid("validation_type", "A list must grant full access to the workspace or to a member.")
    target.access, target.member_access = access, members


def create_list(request):
    data = request.data_of("name", "api_slug", "parent_object", "workspace_access", "workspace_member_access")
    workspace = request.workspace
    with workspace.lock:
        check_slug(data["api_slug"], in_workspace(request, "lists"))
        parent = workspace.target("objects", data["parent_object"])
        if parent is None:
            raise errors.invalid("value_not_found", f'Object "{data["parent_object"]}" was not found.')
        target = workspace.list(data["api_slug"], ident=uuid_of("list", workspace.id, workspace.next_number()))
        try:
            set_access(request, target, data)
        except errors.ApiError:
            workspace.lists.remove(target)
            raise
        target.name, target.parents = data["name"], [parent.slug]
        target.add_system_attributes()
        return {"data": target.definition()}


def change_list(request):
    target, data = request.target("lists", request.args["list"]), request.data_of()
    slug = changed_slug(data, target.slug, in_workspace(request, "lists"))
    set_access(request, target, data)
    target.slug = slug
    target.name = data.get("name", target.name)
    target.changed()
    return {"data": target.definition()}


def check_default(target, data):
    """A default is null, static values, or a dynamic one; people and companies have none (spec)."""
    default = data.get("default_value")
    if default is None:
        return
    if not isinstance(default, dict) or default.get("type") not in ("static", "dynamic") or "template" not in default:
        raise errors.bad_body(["data", "default_value"], "Invalid input")
    if target.slug in ("people", "companies"):
        raise errors.invalid("validation_type", "Default values are not supported on this object.")


def shown_default(data, kind, default):
    """As definitions show it: static values name their type (spec: output-value)."""
    default = data.get("default_value", default)
    if default is None or default["type"] != "static":
        return default
    return {"type": "static", "template": [dict(value, attribute_type=kind) if isinstance(value, dict) else value
                                           for value in default["template"]]}


def set_config(request, attribute, config):
    """What the type of an attribute may be told besides (spec): both members of a currency, objects by slug or id."""
    if not isinstance(config, dict):
        raise errors.bad_body(["data", "config"], "Expected object")
    currency, reference = config.get("currency"), config.get("record_reference")
    if "currency" in config:
        if not isinstance(currency, dict) or {"default_currency_code", "display_type"} - set(currency):
            raise errors.bad_body(["data", "config", "currency"], "Required")
        attribute.currency, attribute.currency_display = currency["default_currency_code"], currency["display_type"]
    if "record_reference" in config:
        allowed = reference.get("allowed_objects") if isinstance(reference, dict) else None
        if not isinstance(allowed, list) or not allowed:
            raise errors.bad_body(["data", "config", "record_reference", "allowed_objects"], "Required")
        targets = [request.workspace.target("objects", each) for each in allowed]
        if None in targets:
            raise errors.invalid("value_not_found", "Unknown object.")
        attribute.allowed = [each.id for each in targets]


def other_side(request, data):
    """The object of the reverse attribute that is created, too; None where there is no relationship."""
    wanted = data.get("relationship")
    if wanted is None:
        return None
    for name in ("object", "title", "api_slug", "is_multiselect"):
        if not isinstance(wanted, dict) or name not in wanted:
            raise errors.bad_body(["data", "relationship", name], "Required")
    if set(wanted) - {"object", "title", "api_slug", "is_multiselect"}:
        raise errors.bad_body(["data", "relationship"], "Unrecognized key")
    if data["type"] != "record-reference" or request.args["target"] != "objects":
        raise errors.invalid("validation_type", "Relationships are of attributes of type record-reference.")
    other = request.workspace.target("objects", wanted["object"])
    if other is None:
        raise errors.invalid("value_not_found", "Unknown object.")
    check_slug(wanted["api_slug"], other.attribute)
    return other


def create_attribute(request):
    data = request.data_of("title", "description", "api_slug", "type", "is_required", "is_unique", "is_multiselect",
                           "config")
    check_texts(data, "title")
    check_known(data, "title description api_slug type is_required is_unique is_multiselect config default_value relationship")
    check_flags(data, "is_required", "is_unique", "is_multiselect")
    target = request.target(request.args["target"], request.args["identifier"])
    check_slug(data["api_slug"], target.attribute)
    if data["type"] not in CREATABLE or (data["is_multiselect"] and data["type"] not in MULTI):
        raise errors.bad_body(["data", "type"], f"Invalid type; expected one of: {', '.join(CREATABLE)}")
    if data["is_unique"] and (target.slug in ("people", "companies") or data["type"] == "select"):
        raise errors.invalid("validation_type", "Cannot set attribute as unique.")      # measured
    check_default(target, data)
    other = other_side(request, data)
    attribute = Attribute(
        target, data["api_slug"], data["type"], title=data["title"], description=data["description"],
        required=data["is_required"], unique=data["is_unique"], multi=data["is_multiselect"],
        default=shown_default(data, data["type"], None), ident=uuid_of("attribute", request.workspace.next_number()))
    set_config(request, attribute, data["config"])
    target.attributes.append(attribute)
    if other is not None:
        back = data["relationship"]
        other.add(back["api_slug"], "record-reference", title=back["title"], multi=back["is_multiselect"],
                  allowed=[target.id], mirror=(target.slug, attribute.slug),
                  ident=uuid_of("attribute", request.workspace.next_number()))
        attribute.allowed, attribute.mirror = [other.id], (other.slug, back["api_slug"])
        other.redefined()
    target.redefined()
    return {"data": attribute.definition()}


def change_attribute(request):
    attribute, data = request.attribute(), request.data_of()
    check_known(data, "title description api_slug is_required is_unique default_value config is_archived")
    check_flags(data, "is_required", "is_unique", "is_archived")
    check_texts(data, "title")
    if attribute.system:
        raise errors.invalid("system_edit_unauthorized", "Cannot update a System attribute.")
    check_default(attribute.target, data)
    slug = changed_slug(data, attribute.slug, attribute.target.attribute)
    set_config(request, attribute, data.get("config", {}))
    attribute.target.rename_attribute(attribute, slug)
    attribute.title = data.get("title", attribute.title)
    attribute.description = data.get("description", attribute.description)
    attribute.required = data.get("is_required", attribute.required)
    attribute.unique = data.get("is_unique", attribute.unique)
    attribute.archived = data.get("is_archived", attribute.archived)
    attribute.default = shown_default(data, attribute.kind, attribute.default)
    attribute.target.redefined()
    return {"data": attribute.definition()}


def choices_of(request, kind):
    attribute = request.attribute()
    if attribute.kind != kind:
        raise errors.invalid("validation_type", f'Attribute "{attribute.slug}" is not of type {kind}.')
    return attribute


DURATION = re.compile(r"P(?:(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(?:T(\d+(?:[.,]\d+)?H)?(\d+(?:[.,]\d+)?M)?(\d+(?:[.,]\d+)?S)?)?)")


def check_choice(data):
    check_texts(data, "title")
    check_flags(data, "celebration_enabled", "is_archived")
    time = data.get("target_time_in_status")
    if time is not None and (not isinstance(time, str) or not DURATION.fullmatch(time)):
        raise errors.bad_body(["data", "target_time_in_status"], "Invalid duration")


def create_choice(kind):
    def call(request):
        attribute, data = choices_of(request, kind), request.data_of("title")
        check_choice(data)
        if any(c.title == data["title"] for c in attribute.choices):
            raise conflict(f'Title "{data["title"]}"')
        choice = Choice(uuid_of("choice", attribute.id, request.workspace.next_number()), data["title"],
                        target_time=data.get("target_time_in_status"),
                        celebration=data.get("celebration_enabled", False),
                        kind="option" if kind == "select" else "status")
        attribute.choices.append(choice)
        return {"data": choice.definition(attribute)}
    return call


def change_choice(kind):
    def call(request):
        attribute, data = choices_of(request, kind), request.data_of()
        check_choice(data)
        choice = next((c for c in attribute.choices if request.args["choice"] in (c.id, c.title)), None)
        if choice is None:
            raise errors.invalid("value_not_found", f'Cannot find {kind} attribute with {kind} option title '
                                                    f'"{request.args["choice"]}".')
        if any(c.title == data.get("title") and c is not choice for c in attribute.choices):
            raise conflict(f'Title "{data["title"]}"')
        choice.title = data.get("title", choice.title)
        choice.archived = data.get("is_archived", choice.archived)
        choice.celebration = data.get("celebration_enabled", choice.celebration)
        choice.target_time = data.get("target_time_in_status", choice.target_time)
        show_everywhere(attribute, choice)
        return {"data": choice.definition(attribute)}
    return call


def show_everywhere(attribute, choice):
    """Values carry the title of their option, so a new title shows in all of them."""
    member = choice.kind
    for row in attribute.target.keep_all_rows():
        for value in row.values.get(attribute.slug) or []:
            if value[member]["id"][member + "_id"] == choice.id:
                value[member].update(title=choice.title, is_archived=choice.archived)
    attribute.target.redefined()
