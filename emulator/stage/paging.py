"""Pages of a listing: by limit and offset, or by limit and cursor."""
import base64
import json
import typing


class Style(typing.NamedTuple):
    """The names of the parameters, and where the answer has its rows."""

    limit: str = "limit"
    place: str = "offset"       # the name of the offset, or of the cursor
    next: tuple = ()            # the members that lead to the cursor of the next page; (): pages by offset
    rows: str = "data"
    where: str = "query"        # "query" or "body"


def window(request, style, default, maximum, minimum=1, last=None):
    """(limit, offset) as the request has them, or a 400; last is the largest offset."""
    limit = request.number(style.limit, default, minimum, maximum, style.where)
    if not style.next:
        return limit, request.number(style.place, 0, 0, last, style.where)
    given = request.query if style.where == "query" else request.json()
    return limit, read_cursor(request, style, given[style.place]) if style.place in given else 0


def page(request, documents, style, default, maximum, minimum=1):
    """The answer to a listing: some of the documents, and with a cursor style the way to the next page."""
    limit, offset = window(request, style, default, maximum, minimum)
    answer = {style.rows: documents[offset:offset + limit]}
    if style.next:
        put(answer, style.next, make_cursor(offset + limit) if offset + limit < len(documents) else None)
    return answer


def make_cursor(offset):
    return base64.urlsafe_b64encode(json.dumps({"offset": offset}).encode()).decode()


def read_cursor(request, style, cursor):
    """The offset that a cursor of make_cursor() stands for, or a 400."""
    try:
        return json.loads(base64.urlsafe_b64decode(cursor))["offset"]
    except (ValueError, KeyError, TypeError):
        raise request.service.invalid(style.where, [style.place], "Invalid cursor") from None


def put(document, path, value):
    """Sets the member that the path leads to; what is missing on the way is made."""
    for name in path[:-1]:
        document = document.setdefault(name, {})
    document[path[-1]] = value
