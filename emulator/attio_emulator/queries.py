"""Queries of records and entries: filter, sorts, limit and offset, in the body of a POST."""
import json
import time

from stage.paging import window
from stage.emulator import compact

from . import errors
from .filters import compile_filter
from .paging import OFFSET_IN_BODY
from .sorts import sort_ids, stands_in_order


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


def query_window(request):
    """(limit, offset); a body that is too large is a 413."""
    switches = request.switches
    if switches["max_body"] and len(request.body) > switches["max_body"]:
        raise errors.ApiError(413, "invalid_request_error", "validation_type", "Request body too large.")
    maximum = switches["max_limit"]
    refused_above = None if switches["over_limit"] == "clamp" else maximum
    limit, offset = window(request, OFFSET_IN_BODY, min(500, maximum), refused_above,
                           last=switches["max_offset"] or None)
    return min(limit, maximum), offset


def ordered_ids(target, ids, switches):
    """Ids of some rows in the order of queries without sorts."""
    wanted = set(ids)
    ordered = [i for i in target.ids_in_order(switches["unsorted_order"]) if i in wanted]
    # a query that lags still sees rows that were deleted since
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
    parts = [tree] + list(tree.get("$and") or [] if isinstance(tree, dict) else [])
    for part in parts:
        condition = part.get(target.key) if isinstance(part, dict) and len(part) == 1 else None
        if isinstance(condition, dict) and list(condition) == ["$in"] and isinstance(condition["$in"], list):
            return [ident for ident in dict.fromkeys(condition["$in"]) if ident in target.rows]
    return target.rows


def sorts_by_creation(sorts):
    """The one sort that large workspaces answer without making all rows."""
    ascending = [s for s in sorts if isinstance(s, dict) and s.get("direction") == "asc" and len(s) == 2]
    return [s.get("attribute") for s in ascending] in (["created_at", "record_id"], ["created_at", "entry_id"])


def followed_sorts(sorts, switches):
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
    """For the log, where sorts are not followed: are the rows of the page in the order asked for even so?"""
    if request.switches["sorts"] in ("ignored", "as_text") and isinstance(sorts, list) and sorts:
        rows = {ident: target.row(ident) for ident in ids if ident in target.rows}
        request.notes["in_order"] = stands_in_order(request.workspace, target, rows, ids, sorts, request.switches)


def query(request, kind, name):
    """The answer to a query.  Ids in order, and whole pages as bytes, are kept until something changes."""
    target = request.target(kind, request.args[name])
    body = request.json()
    limit, offset = query_window(request)
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
        asked, sorts = sorts, followed_sorts(sorts, switches)
        random = sorts and switches["tie_order"] == "random"
        volatile = random or switches["query_lag_ms"] or not isinstance(sorts, list)
        key = None if volatile else json.dumps([tree, sorts, switches], sort_keys=True)
        ids = target.selected.get(key) if key is not None else None
        if ids is not None:
            note_order(request, target, ids[offset:offset + limit], asked)
            return request.workspace.page(target, ids, offset, limit, key)
        ids, lagging = selected_ids(request, target, tree, sorts)
        note_order(request, target, ids[offset:offset + limit], asked)
        if lagging is not None:
            rows = [target.document(lagging[i]) for i in ids[offset:offset + limit]]
            return compact({"data": rows})
        if key is not None and len(target.selected) < 64:
            target.selected[key] = ids
        return request.workspace.page(target, ids, offset, limit, key)


def query_records(request):
    return query(request, "objects", "object")


def query_entries(request):
    return query(request, "lists", "list")
