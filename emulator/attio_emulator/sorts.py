"""Sorts by attribute, field and path (docs/attio-api.md 7.3 and 8.11), under the switches of order."""
import random

from . import errors
from .filters import FIELDS, is_path, stored


def text_key(text, switches):
    if switches["text_order"] == "case_blind":
        return text.casefold()
    if switches["text_order"] == "utf16":
        return text.encode("utf-16-be")
    return text


class Sort:
    """One item of `sorts`: reads a row's key."""

    def __init__(self, workspace, target, item, index, switches):
        path = ["sorts", str(index)]
        if not isinstance(item, dict) or item.get("direction") not in ("asc", "desc"):
            raise errors.bad_body(path + ["direction"], "Expected asc or desc")
        if ("attribute" in item) == ("path" in item):
            raise errors.bad_body(path, "Expected attribute or path")
        self.workspace = workspace
        self.switches = switches
        self.descending = item["direction"] == "desc"
        self.steps = item["path"] if "path" in item else [[target.slug, item["attribute"]]]
        if not is_path(self.steps):
            raise errors.bad_body(path + ["path"], "Expected pairs")
        self.attribute = self.resolve(target, path)
        fields = FIELDS[self.attribute.kind]
        field = item.get("field", next(iter(fields)))
        if field not in fields:
            raise errors.invalid("invalid_filter_field", f"Invalid field '{field}'.", path=path + ["field"])
        self.kind, _, self.read = fields[field]

    def resolve(self, target, path):
        """The last attribute of the way; each step exists."""
        for i, (_, slug) in enumerate(self.steps):
            last = i == len(self.steps) - 1
            if slug == "parent_record" and target.kind == "lists" and not last:
                target = self.workspace.target("objects", self.steps[i + 1][0])
            else:
                attribute = target.attribute(slug)
                if attribute is None or attribute.archived:
                    raise errors.invalid("unknown_filter_attribute_slug", f"Unknown attribute slug: {slug}.", path=path)
                if last:
                    return attribute
                target = self.workspace.target("objects", self.steps[i + 1][0])
            if target is None:
                raise errors.invalid("filter_error", "Error in sort.", path=path)
        raise errors.invalid("filter_error", "Error in sort.", path=path)

    def values(self, target, row):
        for i, (_, slug) in enumerate(self.steps):
            if i == len(self.steps) - 1:
                return self.attribute.values_of(row)
            reached = self.workspace.target("objects", self.steps[i + 1][0])
            if slug == "parent_record":
                ids = [row.parent_record_id] if row.parent_object == reached.slug else []
            else:
                found = row.values.get(target.attribute(slug).slug) or []
                ids = [v["target_record_id"] for v in found if v.get("target_object") == reached.slug]
            ids = [i_ for i_ in ids if i_ in reached.rows]
            if not ids:
                return []
            target, row = reached, reached.row(ids[0])
        return []

    def key(self, target, row):
        """What the row sorts by; None without a value.  Of several values the first counts (unknown)."""
        for value in self.values(target, row)[:1]:
            have = self.read(value)
            if isinstance(have, tuple):
                have = have[0]
            if have is None or (have == "" and self.switches["empty_string_is_empty"]):
                return None
            have = stored(self.kind, have)
            if self.switches["sorts"] == "as_text":
                return str(have)
            return text_key(have, self.switches) if isinstance(have, str) else have
        return None

    def nulls_first(self):
        order = self.switches["null_order"]
        if order in ("first", "last"):
            return order == "first"
        return (order == "smallest") != self.descending


def tied(ids, switches):
    """The order that equals keep."""
    ids = sorted(ids)
    if switches["tie_order"] == "reverse_id":
        ids.reverse()
    elif switches["tie_order"] == "random":
        random.shuffle(ids)
    return ids


def sort_ids(workspace, target, rows, items, switches):
    """The ids of `rows` (id -> Row) in the order asked for."""
    if not isinstance(items, list):
        raise errors.bad_body(["sorts"], "Expected array")
    sorts = [Sort(workspace, target, item, i, switches) for i, item in enumerate(items)]
    ids = tied(rows, switches)
    for sort in reversed(sorts):
        keys = {ident: sort.key(target, rows[ident]) for ident in ids}
        # sorted() is stable, also in reverse: equals keep their order
        full = sorted((i for i in ids if keys[i] is not None), key=keys.get, reverse=sort.descending)
        empty = [i for i in ids if keys[i] is None]
        ids = empty + full if sort.nulls_first() else full + empty
    return ids


def stands_in_order(workspace, target, rows, ids, items, switches):
    """Are the rows in the order of these sorts, had they been followed?  The order of equals does not count."""
    switches = dict(switches, sorts="followed")
    items = [i for i in items if isinstance(i, dict) and i.get("attribute") not in ("record_id", "entry_id")]
    sorts = [Sort(workspace, target, item, i, switches) for i, item in enumerate(items)]
    keys = {ident: [sort.key(target, row) for sort in sorts] for ident, row in rows.items()}
    wanted = sort_ids(workspace, target, rows, items, switches)
    return [keys[i] for i in ids if i in rows] == [keys[i] for i in wanted]
