"""A workspace from recorded answers: objects, lists, records and entries as they came.

Definitions were not recorded, so they are inferred from the values: the type from
`attribute_type`, multiselect from a second value.  An attribute that is empty in
every row is taken for text.
"""
import json

from .model import NOW, Choice, Row, Workspace

# Empty everywhere in the recording, but known from docs/attio-api.md 6.6.
KNOWN_TYPES = {
    "phone_numbers": ("phone-number", True), "primary_location": ("location", False),
    "associated_deals": ("record-reference", True), "associated_users": ("record-reference", True),
    "associated_workspaces": ("record-reference", True), "team": ("record-reference", True),
    "domains": ("domain", True), "email_addresses": ("email-address", True), "categories": ("select", True),
    "twitter_follower_count": ("number", False), "strongest_connection_user": ("actor-reference", False),
    "strongest_connection_strength": ("select", False), "strongest_connection_strength_legacy": ("number", False),
}


def infer_type(slug, rows, member):
    kind, multi = KNOWN_TYPES.get(slug, ("interaction", False) if slug.endswith("_interaction") else ("text", False))
    for row in rows:
        found = row[member].get(slug) or []
        if found:
            kind = found[0]["attribute_type"]
            multi = multi or len(found) > 1
    return kind, multi


def choices_of(slug, rows, member, kind):
    choices = {}
    for row in rows:
        for value in row[member].get(slug) or []:
            choice = value[{"select": "option", "status": "status"}[kind]]
            ident = choice["id"].get("option_id") or choice["id"].get("status_id")
            choices.setdefault(ident, Choice(ident, choice["title"], choice["is_archived"],
                                             choice.get("target_time_in_status"),
                                             choice.get("celebration_enabled", False),
                                             kind="option" if kind == "select" else "status"))
    return list(choices.values())


def fill_target(target, rows, member, key):
    slugs = []
    for row in rows:
        slugs += [slug for slug in row[member] if slug not in slugs]
    for slug in slugs:
        kind, multi = infer_type(slug, rows, member)
        choices = choices_of(slug, rows, member, kind) if kind in ("select", "status") else ()
        target.add(slug, kind, multi=multi, choices=choices, system=slug in (key, "created_at", "created_by"),
                   default=NOW if slug == "created_at" else None)
    for row in rows:
        target.insert(Row(row["id"][key], row[member]["created_at"][0]["value"], row["created_at"], row[member],
                          row.get("parent_object"), row.get("parent_record_id")))
        target.documents[row["id"][key]] = row


def load(path):
    """Read a recording (the shape of shared/recorded/workspace.json)."""
    with open(path, encoding="utf-8") as file:
        recording = json.load(file)
    workspace = Workspace("recorded", slug="recorded", ident=recording["objects"][0]["id"]["workspace_id"])
    for item in recording["objects"]:
        target = workspace.object(item["api_slug"], ident=item["id"]["object_id"])
        target.singular, target.plural = item["singular_noun"], item["plural_noun"]
        fill_target(target, recording["records"].get(item["api_slug"], []), "values", "record_id")
    for item in recording["lists"]:
        target = workspace.list(item["api_slug"], ident=item["id"]["list_id"])
        target.name, target.parents = item["name"], item["parent_object"]
        fill_target(target, recording["entries"].get(item["api_slug"], []), "entry_values", "entry_id")
    return workspace
