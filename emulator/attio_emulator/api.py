"""The endpoints: from a request to an answer.

A route is a row of ROUTES: method, path pattern, scopes, function.  Each function
takes a Request and returns a JSON value or bytes that are JSON already.
"""
import base64
import json
import re
import time
import urllib.parse

from . import definitions, errors, resources, shapes, writes
from .filters import compile_filter
from .model import sorted_objects
from .sorts import sort_ids, stands_in_order

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
        self.query = dict(urllib.parse.parse_qsl(parts.query, keep_blank_values=True))
        self.headers = headers
        self.body = body
        self.args = {}
        self.answer_headers = {}
        self.notes = {}     # for the log

    def token(self):
        """The token's scopes, or None: no token, or one that nobody gave out."""
        return self.emulator.tokens.get(self.token_value())

    def token_value(self):
        header = self.headers.get("authorization", "")
        kind, _, value = header.partition(" ")
        if kind.lower() == "basic":     # docs: the token as user, an empty password
            try:
                value = base64.b64decode(value).decode().partition(":")[0]
            except ValueError:
                return ""
        return value.strip()

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


def view_filter(target, ident):
    for view in target.views:
        if view["id"]["view_id"] == ident:
            return view["filter"]
    raise errors.not_found(f'View with ID "{ident}" was not found.')


def query_filter(target, body):
    """The filter of a body: its own, or a view's; both is 400."""
    if "filter_view_id" in body:
        if "filter" in body:
            raise errors.bad_body(["filter_view_id"], "filter and filter_view_id exclude each other")
        return view_filter(target, body["filter_view_id"])
    return body.get("filter") or {}


def query_score(target, tree, sorts):
    """The formula is not published; a plain listing costs 0, a sort some 100 (recorded)."""
    if not tree and not sorts:
        return 0
    return 80 + 28 * len(sorts) + 10 * json.dumps(tree).count("$") + len(target.rows) // 100


def query_limits(request, body):
    switches = request.switches
    if switches["max_body"] and len(request.body) > switches["max_body"]:
        raise errors.ApiError(413, "invalid_request_error", "validation_type", "Request body too large.")
    maximum = switches["max_limit"]
    limit = request.number(body, "limit", min(500, maximum), 1, None if switches["over_limit"] == "clamp" else maximum, errors.bad_body)
    return min(limit, maximum), request.number(body, "offset", 0, 0, switches["max_offset"] or None, errors.bad_body)


def ordered_ids(target, ids, switches):
    """Ids of some rows in the order of queries without sorts."""
    wanted = set(ids)
    ordered = [i for i in target.ids_in_order(switches["unsorted_order"]) if i in wanted]
    # rows that are gone meanwhile are still seen by a query that lags
    return ordered + [i for i in ids if i not in target.rows]


def selected_ids(request, target, tree, sorts):
    """The ids a query answers, in order, and the rows as it sees them (None: as they are)."""
    switches = request.switches
    lagging = target.rows_as_of(time.time() - switches["query_lag_ms"] / 1000) if switches["query_lag_ms"] else None
    if lagging is None and not tree and not sorts:
        return target.ids_in_order(switches["unsorted_order"]), None
    if lagging is None and not tree and sorts_by_creation(sorts) and switches["tie_order"] == "id":
        return target.ids_in_order("creation"), None
    rows = lagging if lagging is not None else {ident: target.row(ident) for ident in candidates(target, tree)}
    meets = compile_filter(request.workspace, target, tree, switches)
    found = {ident: row for ident, row in rows.items() if meets(row)}
    if sorts:
        return sort_ids(request.workspace, target, found, sorts, switches), lagging
    return ordered_ids(target, list(found), switches), lagging


def candidates(target, tree):
    """The ids that a filter can match: those it names, where it does; large workspaces need not look at the others."""
    for part in [tree] + [p for p in (tree.get("$and") or [] if isinstance(tree, dict) else []) if isinstance(p, dict)]:
        condition = part.get("record_id" if target.kind == "objects" else "entry_id") if isinstance(part, dict) and len(part) == 1 else None
        if isinstance(condition, dict) and list(condition) == ["$in"] and isinstance(condition["$in"], list):
            return [ident for ident in dict.fromkeys(condition["$in"]) if ident in target.rows]
    return target.rows


def sorts_by_creation(sorts):
    """The one sort that large workspaces answer without making all rows."""
    return [s.get("attribute") for s in sorts if isinstance(s, dict) and s.get("direction") == "asc" and len(s) == 2] in (
        ["created_at", "record_id"], ["created_at", "entry_id"])


def heeded_sorts(sorts, switches):
    """Those of the sorts that the order follows, or 400."""
    if not isinstance(sorts, list) or switches["sorts"] in ("followed", "as_text"):
        return sorts
    if switches["sorts"] == "ignored":
        return []
    named = [s.get("attribute") for s in sorts if isinstance(s, dict)]
    if sorts and (switches["sorts"] == "refused" or "record_id" in named or "entry_id" in named):
        raise errors.invalid("filter_error", "Error in sort.", path=["sorts"])
    return sorts


def note_order(request, target, ids, sorts):
    """Where sorts are not followed: do the rows of the page stand in the order asked for all the same?  For the log."""
    if request.switches["sorts"] in ("ignored", "as_text") and isinstance(sorts, list) and sorts:
        rows = {ident: target.row(ident) for ident in ids if ident in target.rows}
        request.notes["in_order"] = stands_in_order(request.workspace, target, rows, ids, sorts, request.switches)


def query(request, kind, name):
    target = request.target(kind, request.args[name])
    body = request.json()
    limit, offset = query_limits(request, body)
    tree, sorts = query_filter(target, body), body.get("sorts") or []
    switches = request.switches
    with request.workspace.lock:
        compile_filter(request.workspace, target, tree, switches)
        if switches["filters"] == "refused" and body.get("filter"):
            raise errors.invalid("filter_error", "Error in filter.", path=[])
        if switches["filters"] == "ignored" and "filter" in body:
            tree = {}
        score = query_score(target, tree, sorts)
        request.answer_headers["x-attio-record-query-score"] = str(score)
        if switches["score_limit"] and score > switches["score_limit"]:
            raise errors.rate_limited()
        asked, sorts = sorts, heeded_sorts(sorts, switches)
        volatile = (sorts and switches["tie_order"] == "random") or switches["query_lag_ms"] or not isinstance(sorts, list)
        key = None if volatile else json.dumps([tree, sorts, switches], sort_keys=True)
        ids = target.selected.get(key) if key is not None else None
        if ids is not None:
            note_order(request, target, ids[offset:offset + limit], asked)
            return request.workspace.page(target, ids, offset, limit, key)
        ids, lagging = selected_ids(request, target, tree, sorts)
        note_order(request, target, ids[offset:offset + limit], asked)
        if lagging is not None:
            rows = [target.document(lagging[i]) for i in ids[offset:offset + limit]]
            return json.dumps({"data": rows}, ensure_ascii=False, separators=(",", ":")).encode()
        if key is not None and len(target.selected) < 64:
            target.selected[key] = ids
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
OBJECT_WRITE = "object_configuration:read-write"
LIST_WRITE = "list_configuration:read-write"
RECORD_WRITE = "record_permission:read-write " + OBJECT
ENTRY_WRITE = "list_entry:read-write " + LIST
BY_TARGET = "{target}:read"             # which of the two it is, the path says
BY_TARGET_WRITE = "{target}:read-write"

ROUTES = [
    ("GET", "/v2/self", None, get_self),
    ("GET", "/v2/objects", OBJECT, list_objects),
    ("POST", "/v2/objects", OBJECT_WRITE, definitions.create_object),
    ("GET", "/v2/objects/{object}", OBJECT, get_object),
    ("PATCH", "/v2/objects/{object}", OBJECT_WRITE, definitions.change_object),
    ("GET", "/v2/lists", LIST, list_lists),
    ("POST", "/v2/lists", LIST_WRITE, definitions.create_list),
    ("GET", "/v2/lists/{list}", LIST, get_list),
    ("PATCH", "/v2/lists/{list}", LIST_WRITE, definitions.change_list),
    ("GET", "/v2/workspace_members", "user_management:read", list_members),
    ("GET", "/v2/workspace_members/{member}", "user_management:read", get_member),
    ("GET", "/v2/{target}/{identifier}/attributes", BY_TARGET, list_attributes),
    ("POST", "/v2/{target}/{identifier}/attributes", BY_TARGET_WRITE, definitions.create_attribute),
    ("GET", "/v2/{target}/{identifier}/attributes/{attribute}", BY_TARGET, get_attribute),
    ("PATCH", "/v2/{target}/{identifier}/attributes/{attribute}", BY_TARGET_WRITE, definitions.change_attribute),
    ("GET", "/v2/{target}/{identifier}/attributes/{attribute}/options", BY_TARGET, list_options),
    ("POST", "/v2/{target}/{identifier}/attributes/{attribute}/options", BY_TARGET_WRITE, definitions.create_choice("select")),
    ("PATCH", "/v2/{target}/{identifier}/attributes/{attribute}/options/{choice}", BY_TARGET_WRITE,
     definitions.change_choice("select")),
    ("GET", "/v2/{target}/{identifier}/attributes/{attribute}/statuses", BY_TARGET, list_statuses),
    ("POST", "/v2/{target}/{identifier}/attributes/{attribute}/statuses", BY_TARGET_WRITE, definitions.create_choice("status")),
    ("PATCH", "/v2/{target}/{identifier}/attributes/{attribute}/statuses/{choice}", BY_TARGET_WRITE,
     definitions.change_choice("status")),
    ("POST", "/v2/objects/{object}/records/query", "record_permission:read " + OBJECT, query_records),
    ("POST", "/v2/objects/{object}/records", RECORD_WRITE, writes.create_record),
    ("PUT", "/v2/objects/{object}/records", RECORD_WRITE, writes.assert_record),
    ("GET", "/v2/objects/{object}/records/{id}", "record_permission:read " + OBJECT, get_record),
    ("PATCH", "/v2/objects/{object}/records/{id}", RECORD_WRITE, writes.change_record("prepend")),
    ("PUT", "/v2/objects/{object}/records/{id}", RECORD_WRITE, writes.change_record("set")),
    ("DELETE", "/v2/objects/{object}/records/{id}", RECORD_WRITE, writes.delete_row("objects", "object", "Record")),
    ("POST", "/v2/lists/{list}/entries/query", "list_entry:read " + LIST, query_entries),
    ("POST", "/v2/lists/{list}/entries", ENTRY_WRITE, writes.create_entry),
    ("PUT", "/v2/lists/{list}/entries", ENTRY_WRITE, writes.assert_entry),
    ("GET", "/v2/lists/{list}/entries/{id}", "list_entry:read " + LIST, get_entry),
    ("PATCH", "/v2/lists/{list}/entries/{id}", ENTRY_WRITE, writes.change_entry("prepend")),
    ("PUT", "/v2/lists/{list}/entries/{id}", ENTRY_WRITE, writes.change_entry("set")),
    ("DELETE", "/v2/lists/{list}/entries/{id}", ENTRY_WRITE, writes.delete_row("lists", "list", "List entry")),
] + resources.ROUTES


def compile_route(pattern):
    pattern = pattern.replace("{target}", "(?P<target>objects|lists)")
    return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", pattern))


COMPILED = [(method, compile_route(path), scopes, function) for method, path, scopes, function in ROUTES]


def granted(token, scope):
    """`x:read-write` includes `x:read` (recorded)."""
    return scope in token.split() or (scope.endswith(":read") and scope + "-write" in token.split())


def check_token(request, scopes):
    if scopes is None:
        return
    token = request.token()
    if token is None:
        raise errors.unauthorized()
    if "{target}" in scopes:
        scopes = scopes.replace("{target}", "object_configuration" if request.args["target"] == "objects" else "list_configuration")
    lacking = [scope for scope in scopes.split() if not granted(token, scope)]
    if lacking:
        raise errors.missing_scope(lacking)


def is_read(request):
    """Queries and searches count as reads (field: one client sends them through its read limiter)."""
    return request.method == "GET" or request.path.endswith(("/query", "/search"))


def find_route(request):
    for method, pattern, scopes, function in COMPILED:
        found = pattern.fullmatch(request.path)
        # "records/query" is no record
        if method == request.method and found and found.groupdict().get("id") != "query":
            request.args = {k: urllib.parse.unquote(v) for k, v in found.groupdict().items()}
            return scopes, function
    raise errors.no_endpoint(request.method, request.path)


def answer(request):
    """(status, body bytes, headers) of a request under /v2."""
    try:
        scopes, function = find_route(request)
        request.emulator.limits.take(is_read(request), request.switches)
        check_token(request, scopes)
        result, status = function(request), 200
        if isinstance(result, tuple):
            status, result, *more = result
            request.answer_headers.update(more[0] if more else {})
        if not isinstance(result, bytes):
            result = json.dumps(result, ensure_ascii=False, separators=(",", ":")).encode()
        return status, shapes.reshape(request, result), request.answer_headers
    except errors.ApiError as error:
        return error.status, json.dumps(error.body, ensure_ascii=False).encode(), dict(request.answer_headers, **error.headers)
