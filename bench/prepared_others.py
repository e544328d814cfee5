"""What the stand-in of prepared answers (prepared.py) serves besides its object: objects and lists of four attributes, one of
them a select; tasks; and Affinity's interactions of any company, in one window of which there are many.
"""
import json
import urllib.parse
import uuid

WORKSPACE = str(uuid.UUID(int=1))
OPTIONS = ("One", "Two", "Three")
AT = "2024-01-01T00:00:00.000000000Z"


def dumps(value):
    return json.dumps(value, separators=(",", ":")).encode()


def number_of(ident):
    """Of a thing or of an attribute, by its id; None: it is another's."""
    return int(ident[-12:], 16) if ident.startswith(ident_of(0)[:8]) else None


def ident_of(number):
    return str(uuid.UUID(int=(5 << 100) + number))


def attribute(thing, place, slug, kind):
    return {"id": {"workspace_id": WORKSPACE, "object_id": ident_of(thing), "attribute_id": ident_of(1000000 + 4 * thing + place)},
            "title": slug, "description": None, "api_slug": slug, "type": kind, "is_system_attribute": place < 2, "is_writable": place > 1,
            "is_required": False, "is_unique": place == 0, "is_multiselect": False, "is_default_value_enabled": False,
            "is_archived": False, "default_value": None, "relationship": None, "created_at": AT,
            "config": {"currency": {"default_currency_code": None, "display_type": None}, "record_reference": {"allowed_object_ids": None}}}


class Others:
    """Half of the things are objects, the other half lists."""

    def __init__(self, things, rows):
        self.things, self.rows = things, rows

    def listed(self, kind):
        """The definitions of all objects, or of all lists."""
        if kind == "objects":
            return [{"id": {"workspace_id": WORKSPACE, "object_id": ident_of(n)}, "api_slug": f"thing_{n}", "singular_noun": f"Thing {n}",
                     "plural_noun": f"Things {n}", "created_at": AT} for n in range(self.things // 2)]
        return [{"id": {"workspace_id": WORKSPACE, "list_id": ident_of(n)}, "api_slug": f"list_{n}", "name": f"List {n}",
                 "parent_object": ["thing_0"], "workspace_access": "full-access", "workspace_member_access": [],
                 "created_by_actor": {"type": "system", "id": None}, "created_at": AT} for n in range(self.things // 2, self.things)]

    def attributes(self, thing, kind):
        return [attribute(thing, 0, "record_id" if kind == "objects" else "entry_id", "text"), attribute(thing, 1, "created_at", "timestamp"),
                attribute(thing, 2, "name", "text"), attribute(thing, 3, "kind", "select")]

    def task(self, ident):
        return {"id": {"workspace_id": WORKSPACE, "task_id": ident}, "content_plaintext": "Call back and send the offer", "deadline_at": None,
                "is_completed": False, "completed_at": None, "linked_records": [], "assignees": [],
                "created_by_actor": {"type": "system", "id": None}, "created_at": AT}

    def interactions(self, query):
        """A page of the e-mails of 2024; the token is the number of the row."""
        asked = query["type"] == "3" and query["start_time"] < "2024-06" < query["end_time"]
        start, size = int(query.get("page_token", 0)), int(query["page_size"])
        person = {"id": 1, "type": 0, "first_name": "Ada", "last_name": "Lovelace", "primary_email": "ada@example.com", "emails": ["ada@example.com"]}
        rows = [{"id": n + 1, "type": 3, "date": "2024-06-01T00:00:00.000-07:00", "persons": [person], "logging_type": 0, "direction": 1,
                 "subject": "About the offer", "from": person, "to": [person], "cc": []} for n in range(start, min(start + size, self.rows if asked else 0))]
        return {"emails": rows, "next_page_token": str(start + size) if rows and start + size < self.rows else None}

    def answer(self, path):
        """The answer as bytes; None: it is not for these."""
        path, _, query = path.partition("?")
        names, query = path.strip("/").split("/"), dict(urllib.parse.parse_qsl(query))
        if names == ["interactions"]:
            return dumps(self.interactions(query))
        if names[:2] == ["v2", "tasks"]:
            start = int(query.get("offset", 0))
            return dumps({"data": self.task(names[2]) if len(names) > 2 else
                          [self.task(ident_of(n)) for n in range(start, min(start + int(query.get("limit", 500)), self.rows))]})
        if len(names) < 4 or names[1] not in ("objects", "lists") or number_of(names[2]) is None:
            return None
        thing = number_of(names[2])
        if names[3] == "attributes" and len(names) == 4:
            start = int(query.get("offset", 0))
            return dumps({"data": self.attributes(thing, names[1])[start:start + int(query.get("limit", 50))]})
        if names[-1] == "options":
            return dumps({"data": [{"id": {"workspace_id": WORKSPACE, "object_id": ident_of(thing), "attribute_id": names[4],
                                           "option_id": ident_of(2000000 + 3 * thing + i)}, "title": title, "is_archived": False}
                                   for i, title in enumerate(OPTIONS)]})
        return None
