"""Which parameters of the query string each endpoint has (docs/attio-api.md 4 and 11).

Attio ignores all others (measured), so a misspelt one chooses nothing and returns everything.  The switch
`unknown_parameters` makes that an error, so that tests notice it.
"""
from . import errors

LIMIT_OFFSET = "limit offset"
LIMIT_CURSOR = "limit cursor"

# method and path: the names between blanks; endpoints that are not here have none
KNOWN = {
    ("PUT", "/v2/objects/{object}/records"): "matching_attribute",
    ("GET", "/v2/{target}/{identifier}/attributes"): "show_archived " + LIMIT_OFFSET,
    ("GET", "/v2/{target}/{identifier}/attributes/{attribute}/options"): "show_archived",
    ("GET", "/v2/{target}/{identifier}/attributes/{attribute}/statuses"): "show_archived",
    ("GET", "/v2/objects/{object}/records/{id}/attributes/{attribute}/values"): "show_historic " + LIMIT_OFFSET,
    ("GET", "/v2/lists/{list}/entries/{id}/attributes/{attribute}/values"): "show_historic " + LIMIT_OFFSET,
    ("GET", "/v2/objects/{object}/records/{id}/entries"): LIMIT_OFFSET,
    ("GET", "/v2/objects/{object}/views"): "show_archived " + LIMIT_CURSOR,
    ("GET", "/v2/lists/{list}/views"): "show_archived " + LIMIT_CURSOR,
    ("GET", "/v2/notes"): "parent_object parent_record_id " + LIMIT_OFFSET,
    ("GET", "/v2/tasks"): "linked_object linked_record_id assignee is_completed sort " + LIMIT_OFFSET,
    ("GET", "/v2/threads"): "record_id object entry_id list " + LIMIT_OFFSET,
    ("GET", "/v2/meetings"):
        "linked_object linked_record_id participants sort ends_from starts_before timezone " + LIMIT_CURSOR,
    ("GET", "/v2/meetings/{meeting}/call_recordings"): LIMIT_CURSOR,
    ("GET", "/v2/meetings/{meeting}/call_recordings/{id}/transcript"): "cursor",
    ("GET", "/v2/files"): "object record_id storage_provider parent_folder_id " + LIMIT_CURSOR,
    ("GET", "/v2/webhooks"): LIMIT_OFFSET,
}


def checked(route):
    """The route; its function refuses parameters that the endpoint does not have, where the switch says so."""
    method, path, scopes, function = route
    known = set(KNOWN.get((method, path), "").split())

    def call(request):
        unknown = sorted(set(request.query) - known)
        if unknown and request.switches["unknown_parameters"] == "refused":
            raise errors.bad_query([unknown[0]], "Unrecognized parameter")
        return function(request)
    return method, path, scopes, call
