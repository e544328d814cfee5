"""Attio's styles of paging (docs/attio-api.md 3): by offset, in the query string or in the body; by cursor."""
from stage.paging import Style

OFFSET = Style()
OFFSET_IN_BODY = Style(where="body")
CURSOR = Style(place="cursor", next=("pagination", "next_cursor"))
