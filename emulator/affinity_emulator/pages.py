"""Pages: a token is base64 of JSON with the parameters, page_size and an offset, so pages shift when rows come or go."""
import base64
import hashlib
import json

from . import errors

CONTROL = ("page_size", "page_token")


def params_of(request):
    return {name: value for name, value in sorted(request.query.items()) if name not in CONTROL}


def size_of(request, most):
    size = request.number("page_size", most, 1)
    if size > most and request.switches["page_size_over"] == "refused":
        raise errors.invalid(f"page_size must be at most {most}.", "page_size")
    return min(size, most)


def write_token(request, size, offset):
    token = {"params": params_of(request), "page_size": size, "offset": offset}
    return base64.b64encode(json.dumps(token, separators=(",", ":")).encode()).decode()


def read_token(request, size):
    """The offset that the request's token leads to, or 422 if anything else changed."""
    text = request.query.get("page_token")
    if text is None:
        return 0
    try:
        token = json.loads(base64.b64decode(text, validate=True))
        params, same, offset = token["params"], token["page_size"], token["offset"]
    except (ValueError, KeyError, TypeError):
        raise errors.invalid("Invalid page_token variable", "page_token") from None
    if params != params_of(request) or same != size:
        raise errors.invalid("Invalid page_token variable", "page_token")
    return offset


def hashed(rows, key):
    """In an order that is the same each time, but no order of anything."""
    return sorted(rows, key=lambda row: hashlib.md5(repr(key(row)).encode()).digest())


def page(request, rows, name, most):
    """The answer to a listing: rows are the documents that it would show on one page."""
    switches = request.switches
    size = size_of(request, most)
    offset = read_token(request, size)
    if switches["bare_lists"] == "always" or (switches["bare_lists"] == "unasked" and "page_size" not in request.query):
        return rows[:]
    how = switches["pages"]
    many = max(size // 2, 1) if how == "short" else size
    empty = how == "empty" and offset % 1 == 0      # half an offset: the empty page before it was told
    begin = int(offset) - (1 if how == "repeating" and offset and size > 1 else 0)
    shown = [] if empty else rows[begin:begin + many]
    follows = offset + 0.5 if empty else begin + many
    if how == "trailing":
        more = bool(shown)
    elif how == "circle":
        more = bool(rows)
        follows = 0 if follows >= len(rows) else follows
    else:
        more = follows < len(rows)
    answer = {name: shown}
    if more:
        answer[switches["token_name"]] = write_token(request, size, follows)
    elif switches["last_token"] == "null":
        answer[switches["token_name"]] = None
    return answer
