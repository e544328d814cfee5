"""The endpoints, and the scopes that each needs.

The functions take an AttioRequest and return what stage/routes.py says.
"""
from stage.routes import compile_routes

from . import definitions, errors, parameters, queries, resources, writes

ALL_SCOPES = (
    "user_management:read record_permission:read-write object_configuration:read-write list_entry:read-write "
    "list_configuration:read-write comment:read-write task:read-write note:read-write meeting:read-write "
    "call_recording:read-write webhook:read-write file:read-write"
)


def get_self(request):
    if request.scopes() is None:
        return {"active": False}        # HTTP 200 (spec)
    workspace = request.workspace
    return {
        "active": True,
        "scope": request.scopes(),
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


def list_members(request):
    return {"data": request.workspace.members}


def get_member(request):
    for member in request.workspace.members:
        if member["id"]["workspace_member_id"] == request.args["member"]:
            return {"data": member}
    raise errors.not_found("Workspace member was not found.")


def get_row(kind, name):
    def call(request):
        target = request.target(kind, request.args[name])
        with request.workspace.lock:
            return b'{"data":' + target.render(request.row_id(target)) + b"}"
    return call


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
    ("GET", "/v2/objects", OBJECT, definitions.list_objects),
    ("POST", "/v2/objects", OBJECT_WRITE, definitions.create_object),
    ("GET", "/v2/objects/{object}", OBJECT, definitions.get_object),
    ("PATCH", "/v2/objects/{object}", OBJECT_WRITE, definitions.change_object),
    ("GET", "/v2/lists", LIST, definitions.list_lists),
    ("POST", "/v2/lists", LIST_WRITE, definitions.create_list),
    ("GET", "/v2/lists/{list}", LIST, definitions.get_list),
    ("PATCH", "/v2/lists/{list}", LIST_WRITE, definitions.change_list),
    ("GET", "/v2/workspace_members", "user_management:read", list_members),
    ("GET", "/v2/workspace_members/{member}", "user_management:read", get_member),
    ("GET", "/v2/{target}/{identifier}/attributes", BY_TARGET, definitions.list_attributes),
    ("POST", "/v2/{target}/{identifier}/attributes", BY_TARGET_WRITE, definitions.create_attribute),
    ("GET", "/v2/{target}/{identifier}/attributes/{attribute}", BY_TARGET, definitions.get_attribute),
    ("PATCH", "/v2/{target}/{identifier}/attributes/{attribute}", BY_TARGET_WRITE, definitions.change_attribute),
    ("GET", "/v2/{target}/{identifier}/attributes/{attribute}/options", BY_TARGET, definitions.list_options),
    ("POST", "/v2/{target}/{identifier}/attributes/{attribute}/options", BY_TARGET_WRITE,
     definitions.create_choice("select")),
    ("PATCH", "/v2/{target}/{identifier}/attributes/{attribute}/options/{choice}", BY_TARGET_WRITE,
     definitions.change_choice("select")),
    ("GET", "/v2/{target}/{identifier}/attributes/{attribute}/statuses", BY_TARGET, definitions.list_statuses),
    ("POST", "/v2/{target}/{identifier}/attributes/{attribute}/statuses", BY_TARGET_WRITE,
     definitions.create_choice("status")),
    ("PATCH", "/v2/{target}/{identifier}/attributes/{attribute}/statuses/{choice}", BY_TARGET_WRITE,
     definitions.change_choice("status")),
    ("POST", "/v2/objects/{object}/records/query", "record_permission:read " + OBJECT, queries.query_records),
    ("POST", "/v2/objects/{object}/records", RECORD_WRITE, writes.create_record),
    ("PUT", "/v2/objects/{object}/records", RECORD_WRITE, writes.assert_record),
    ("GET", "/v2/objects/{object}/records/{id}", "record_permission:read " + OBJECT, get_row("objects", "object")),
    ("PATCH", "/v2/objects/{object}/records/{id}", RECORD_WRITE, writes.change_row("objects", "object", "prepend")),
    ("PUT", "/v2/objects/{object}/records/{id}", RECORD_WRITE, writes.change_row("objects", "object", "set")),
    ("DELETE", "/v2/objects/{object}/records/{id}", RECORD_WRITE, writes.delete_row("objects", "object")),
    ("POST", "/v2/lists/{list}/entries/query", "list_entry:read " + LIST, queries.query_entries),
    ("POST", "/v2/lists/{list}/entries", ENTRY_WRITE, writes.create_entry),
    ("PUT", "/v2/lists/{list}/entries", ENTRY_WRITE, writes.assert_entry),
    ("GET", "/v2/lists/{list}/entries/{id}", "list_entry:read " + LIST, get_row("lists", "list")),
    ("PATCH", "/v2/lists/{list}/entries/{id}", ENTRY_WRITE, writes.change_row("lists", "list", "prepend")),
    ("PUT", "/v2/lists/{list}/entries/{id}", ENTRY_WRITE, writes.change_row("lists", "list", "set")),
    ("DELETE", "/v2/lists/{list}/entries/{id}", ENTRY_WRITE, writes.delete_row("lists", "list")),
] + resources.ROUTES

# "records/query" is not a record
COMPILED = compile_routes([parameters.checked(route) for route in ROUTES], target="objects|lists", id="(?!query(?:/|$))[^/]+")


def scopes_of(request, scopes):
    """The scopes that a route needs, for the request's path."""
    configuration = {"objects": "object_configuration", "lists": "list_configuration"}.get(request.args.get("target"))
    return [scope.replace("{target}", configuration or "") for scope in scopes.split()]


def grants(granted, scope):
    """`x:read-write` includes `x:read` (recorded)."""
    return scope in granted or (scope.endswith(":read") and scope + "-write" in granted)
