"""The endpoints: from a request to an answer.

A route is a row of ROUTES: method, path pattern, scopes, function.  Each function
takes a Request and returns a JSON value or bytes that are JSON already.
"""
import base64
import json
import re
import urllib.parse

from . import errors
from .model import sorted_objects

ALL_SCOPES = (
    "user_management:read record_permission:read-write object_configuration:read-write list_entry:read-write "
    "list_configuration:read-write comment:read-write task:read-write note:read-write meeting:read-write "
    "call_recording:read-write webhook:read-write file:read-write"
)


class Request:
    """One call, as a route sees it."""

    def __init__(self, emulator, method, target, headers, body):
        self.emulator = emulator
        self.workspace = emulator.workspace
        self.switches = emulator.switches
        self.method = method
        parts = urllib.parse.urlsplit(target)
        self.path = parts.path
        self.query = dict(urllib.parse.parse_qsl(parts.query))
        self.headers = headers
        self.body = body
        self.args = {}

    def token(self):
        """The token's scopes, or None: no token, or one that nobody gave out."""
        header = self.headers.get("authorization", "")
        kind, _, value = header.partition(" ")
        if kind.lower() == "basic":     # docs: the token as user, an empty password
            try:
                value = base64.b64decode(value).decode().partition(":")[0]
            except ValueError:
                return None
        return self.emulator.tokens.get(value.strip())

    def json(self):
        try:
            body = json.loads(self.body or b"{}")
        except ValueError:
            raise errors.bad_body([], "Invalid JSON") from None
        if not isinstance(body, dict):
            raise errors.bad_body([], "Expected object")
        return body

    def number(self, source, name, default, low, high, bad):
        """A limit or offset, from a query string or a body."""
        value = source.get(name, default)
        if isinstance(value, str) and re.fullmatch(r"-?\d+", value):
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            raise bad([name], "Expected integer")
        if value < low or (high is not None and value > high):
            # 400 rather than clamping: measured on notes, tasks, meetings; assumed elsewhere
            raise bad([name], f"Number must be between {low} and {high}")
        return value

    def flag(self, name):
        return self.query.get(name, "false").lower() == "true"

    def target(self, kind, slug_or_id):
        """An object or list that exists and is enabled."""
        target = self.workspace.target(kind, slug_or_id)
        if target is None:
            what = "Object" if kind == "objects" else "List"
            raise errors.not_found(f'{what} with slug/ID "{slug_or_id}" was not found.')
        if target.disabled or target.slug in self.switches["disabled_objects"]:
            raise errors.disabled(slug_or_id)
        return target

    def attribute(self):
        target = self.target(self.args["target"], self.args["identifier"])
        attribute = target.attribute(self.args["attribute"])
        if attribute is None:
            raise errors.not_found(f'Attribute with slug/ID "{self.args["attribute"]}" was not found.')
        return attribute


def get_self(request):
    if request.token() is None:
        return {"active": False}        # HTTP 200 (spec)
    workspace = request.workspace
    return {
        "active": True,
        "scope": request.token(),
        "client_id": workspace.id,
        "token_type": "Bearer",
        "exp": None,
        "iat": 1704067200,
        "sub": workspace.id,
        "aud": workspace.id,
        "iss": "attio.com",
        "authorized_by_workspace_member_id": workspace.members[0]["id"]["workspace_member_id"]
        if workspace.members else workspace.id,
        "workspace_id": workspace.id,
        "workspace_name": workspace.slug.capitalize(),
        "workspace_slug": workspace.slug,
        "workspace_logo_url": None,
    }


def list_objects(request):
    return {"data": [o.definition() for o in sorted_objects(request.workspace) if not o.disabled]}


def get_object(request):
    return {"data": request.target("objects", request.args["object"]).definition()}


def list_lists(request):
    return {"data": [each.definition() for each in request.workspace.lists]}


def get_list(request):
    return {"data": request.target("lists", request.args["list"]).definition()}


def list_members(request):
    return {"data": request.workspace.members}


def get_member(request):
    for member in request.workspace.members:
        if member["id"]["workspace_member_id"] == request.args["member"]:
            return {"data": member}
    raise errors.not_found("Workspace member was not found.")


def list_attributes(request):
    target = request.target(request.args["target"], request.args["identifier"])
    shown = [a for a in target.attributes if request.flag("show_archived") or not a.archived]
    limit = request.number(request.query, "limit", len(shown) or 1, 1, None, errors.bad_query)
    offset = request.number(request.query, "offset", 0, 0, None, errors.bad_query)
    return {"data": [a.definition() for a in shown[offset:offset + limit]]}


def get_attribute(request):
    return {"data": request.attribute().definition()}


def list_choices(request, kind):
    attribute = request.attribute()
    if attribute.kind != kind:
        raise errors.invalid("validation_type", f'Attribute "{attribute.slug}" is not of type {kind}.')
    shown = [c for c in attribute.choices if request.flag("show_archived") or not c.archived]
    return {"data": [c.definition(attribute) for c in shown]}


def list_options(request):
    return list_choices(request, "select")


def list_statuses(request):
    return list_choices(request, "status")


def parse_sorts(target, sorts):
    if not isinstance(sorts, list):
        raise errors.bad_body(["sorts"], "Expected array")
    parsed = []
    for i, item in enumerate(sorts):
        if not isinstance(item, dict) or item.get("direction") not in ("asc", "desc"):
            raise errors.bad_body(["sorts", i, "direction"], "Expected asc or desc")
        attribute = target.attribute(item.get("attribute") or "")
        if attribute is None:
            raise errors.invalid("unknown_filter_attribute_slug", f'Unknown attribute slug: {item.get("attribute")}.',
                                 path=["sorts", str(i)])
        parsed.append((attribute, item["direction"] == "desc"))
    return parsed


def query(request, kind, name):
    target = request.target(kind, request.args[name])
    body = request.json()
    limit = request.number(body, "limit", 500, 1, request.switches["max_limit"], errors.bad_body)
    offset = request.number(body, "offset", 0, 0, None, errors.bad_body)
    if body.get("filter"):
        raise errors.invalid("filter_error", "Error in filter.", path=[])
    sorts = parse_sorts(target, body.get("sorts", []))
    with request.workspace.lock:
        if sorts:
            ids = target.ids_sorted(sorts)
            key = json.dumps(body["sorts"], sort_keys=True)
        else:
            ids = target.ids_in_order(request.switches["unsorted_order"])
            key = request.switches["unsorted_order"]
        return request.workspace.page(target, ids, offset, limit, key)


def query_records(request):
    return query(request, "objects", "object")


def query_entries(request):
    return query(request, "lists", "list")


def get_row(request, kind, name, what):
    target = request.target(kind, request.args[name])
    with request.workspace.lock:
        if request.args["id"] not in target.rows:
            raise errors.not_found(f'{what} with ID "{request.args["id"]}" was not found.')
        return b'{"data":' + target.render(request.args["id"]) + b"}"


def get_record(request):
    return get_row(request, "objects", "object", "Record")


def get_entry(request):
    return get_row(request, "lists", "list", "List entry")


OBJECT = "object_configuration:read"
LIST = "list_configuration:read"
BY_TARGET = "{target}"                  # which of the two it is, the path says

ROUTES = [
    ("GET", "/v2/self", None, get_self),
    ("GET", "/v2/objects", OBJECT, list_objects),
    ("GET", "/v2/objects/{object}", OBJECT, get_object),
    ("GET", "/v2/lists", LIST, list_lists),
    ("GET", "/v2/lists/{list}", LIST, get_list),
    ("GET", "/v2/workspace_members", "user_management:read", list_members),
    ("GET", "/v2/workspace_members/{member}", "user_management:read", get_member),
    ("GET", "/v2/{target}/{identifier}/attributes", BY_TARGET, list_attributes),
    ("GET", "/v2/{target}/{identifier}/attributes/{attribute}", BY_TARGET, get_attribute),
    ("GET", "/v2/{target}/{identifier}/attributes/{attribute}/options", BY_TARGET, list_options),
    ("GET", "/v2/{target}/{identifier}/attributes/{attribute}/statuses", BY_TARGET, list_statuses),
    ("POST", "/v2/objects/{object}/records/query", "record_permission:read " + OBJECT, query_records),
    ("GET", "/v2/objects/{object}/records/{id}", "record_permission:read " + OBJECT, get_record),
    ("POST", "/v2/lists/{list}/entries/query", "list_entry:read " + LIST, query_entries),
    ("GET", "/v2/lists/{list}/entries/{id}", "list_entry:read " + LIST, get_entry),
]


def compile_route(pattern):
    pattern = pattern.replace("{target}", "(?P<target>objects|lists)")
    return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", pattern))


COMPILED = [(method, compile_route(path), scopes, function) for method, path, scopes, function in ROUTES]


def granted(token, scope):
    """`x:read-write` includes `x:read` (recorded)."""
    return scope in token.split() or scope.replace(":read", ":read-write") in token.split()


def check_token(request, scopes):
    if scopes is None:
        return
    token = request.token()
    if token is None:
        raise errors.unauthorized()
    if scopes == BY_TARGET:
        scopes = OBJECT if request.args["target"] == "objects" else LIST
    lacking = [scope for scope in scopes.split() if not granted(token, scope)]
    if lacking:
        raise errors.missing_scope(lacking)


def answer(request):
    """(status, body bytes) of a request under /v2."""
    try:
        for method, pattern, scopes, function in COMPILED:
            found = pattern.fullmatch(request.path)
            # "records/query" is no record
            if method != request.method or not found or (method == "GET" and found.groupdict().get("id") == "query"):
                continue
            request.args = {k: urllib.parse.unquote(v) for k, v in found.groupdict().items()}
            check_token(request, scopes)
            result = function(request)
            if isinstance(result, bytes):
                return 200, result
            return 200, json.dumps(result, ensure_ascii=False, separators=(",", ":")).encode()
        raise errors.no_endpoint(request.method, request.path)
    except errors.ApiError as error:
        return error.status, json.dumps(error.body, ensure_ascii=False).encode()
