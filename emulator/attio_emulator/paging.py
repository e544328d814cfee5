"""Attio's styles of paging (docs/attio-api.md 3): by offset, in the query string or in the body; by cursor."""
import hashlib

from stage.paging import Style, make_cursor, page, put, window

OFFSET = Style()
OFFSET_IN_BODY = Style(where="body")
CURSOR = Style(place="cursor", next=("pagination", "next_cursor"))


def asked(request):
    """The parameters that a listing follows."""
    query = dict(request.query)
    if request.switches["parameters"] == "ignored":
        query = {name: value for name, value in query.items() if name in ("limit", "offset", "cursor", "sort")}
    if request.switches["sort_parameter"] == "ignored":
        query.pop("sort", None)
    return query


def in_order(request, documents):
    """Documents of a listing in the order that it has by itself."""
    order = request.switches["listing_order"]
    if order == "hash":
        return sorted(documents, key=lambda d: hashlib.md5(repr(d["id"]).encode()).digest())
    return documents[::-1] if order == "reversed" else documents


def listing(request, documents, style, default, maximum):
    """The answer to a listing, with pages as the switch says."""
    how = request.switches["cursor_pages"]
    if not style.next or how == "full":
        return page(request, documents, style, default, maximum)
    limit, offset = window(request, style, default, maximum)
    size = max(limit // 2, 1) if how == "short" else limit
    empty = how == "empty" and offset % 1 == 0      # half an offset: the empty page before it was told
    begin = int(offset) - (1 if how == "repeating" and offset else 0)
    rows = [] if empty else documents[begin:begin + size]
    follows = offset + 0.5 if empty else begin + size
    if how == "circle" and follows >= len(documents):
        follows = 0
    answer = {style.rows: rows}
    put(answer, style.next, make_cursor(follows) if follows < len(documents) else None)
    return answer
