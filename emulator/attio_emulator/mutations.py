"""Changes of the workspace behind the client's back (POST /_emulator/mutate, and before and after a fault).

A mutation is a JSON object with "do" and the target's "kind" and "slug":

  delete   "ids": [...] or "positions": [...] in the present unsorted order
  update   likewise; the row becomes the last updated
  insert   "count": how many new rows; "first": true gives ids before all others
  rename   "attribute": slug, "to": slug; with "attribute" left out, the target itself
  add      "attribute": slug, "type": type, other options of model.Attribute
  archive  "attribute": slug
  hide     "attribute": slug: defined, but no row shows it (as where the plan does not cover it)
  set      "ids" or "positions", "attribute": slug, "values": [value objects' own members]
"""
from stage.control import one_of

from .ids import timestamp, uuid_of
from .model import KINDS, Row
from .values import wrap

VERBS = ("delete", "update", "insert", "rename", "add", "archive", "hide", "set")


def rows_of(target, mutation, order):
    if "ids" in mutation:
        return list(mutation["ids"])
    ids = target.ids_in_order(order)
    return [ids[i] for i in mutation.get("positions", []) if -len(ids) <= i < len(ids)]


def insert_rows(target, mutation):
    for _ in range(mutation.get("count", 1)):
        target.clock += 1
        ident = uuid_of("inserted", target.id, target.clock)
        if mutation.get("first"):
            ident = "00000000" + ident[8:]
        if mutation.get("last"):
            ident = "ffffffff" + ident[8:]
        created = timestamp(10**11 + target.clock)
        row = Row(ident, created, created, {})
        key = "record_id" if target.kind == "objects" else "entry_id"
        for slug, kind, value in ((key, "text", ident), ("created_at", "timestamp", created)):
            row.values[slug] = [wrap({"value": value}, kind, created, {"type": "system", "id": None})]
        if target.kind == "lists":
            row.parent_object = target.parents[0]
            row.parent_record_id = uuid_of("parent", target.clock)
        target.insert(row)


def mutate(emulator, mutation):
    workspace = emulator.data
    with workspace.lock:
        kind = one_of("kind", mutation.get("kind"), ("objects", "lists"))
        one_of("slug", mutation.get("slug"), {t.slug for t in (workspace.objects if kind == "objects" else workspace.lists)})
        target = workspace.target(kind, mutation["slug"])
        do = one_of("do", mutation.get("do"), VERBS)
        if "attribute" in mutation and do != "add":
            one_of("attribute", mutation["attribute"], {a.slug for a in target.attributes} | {a.id for a in target.attributes})
        if do == "add":
            one_of("type", mutation.get("type"), KINDS)
        ids = rows_of(target, mutation, emulator.switches["unsorted_order"])
        if do == "delete":
            for ident in ids:
                target.delete(ident)
        elif do == "update":
            for ident in ids:
                target.touch(target.row(ident))
        elif do == "set":
            attribute = target.attribute(mutation["attribute"])
            for ident in ids:
                row = target.row(ident)
                row.values[attribute.slug] = [wrap(v, attribute.kind, row.created, {"type": "system", "id": None})
                                              for v in mutation["values"]]
                target.touch(row)
        elif do == "insert":
            insert_rows(target, mutation)
        elif do == "rename" and "attribute" in mutation:
            rename_attribute(target, mutation["attribute"], mutation["to"])
        elif do == "rename":
            target.slug = mutation["to"]
            target.changed()
        elif do == "archive":
            target.attribute(mutation["attribute"]).archived = True
            forget_rendered(target)
        elif do == "hide":
            target.attribute(mutation["attribute"]).hidden = True
            forget_rendered(target)
        elif do == "add":
            options = {k: v for k, v in mutation.items() if k not in ("do", "kind", "slug", "attribute", "type")}
            target.clock += 1
            target.add(mutation["attribute"], mutation["type"], ident=uuid_of("added", target.id, target.clock), **options)
            forget_rendered(target)


def forget_rendered(target):
    target._rendered.clear()
    target.documents.clear()
    target.changed()


def rename_attribute(target, slug, to):
    attribute = target.attribute(slug)
    for ident in list(target.rows):
        row = target.row(ident)
        target.rows[ident] = row
        row.values[to] = row.values.pop(slug, [])
    attribute.slug = to
    forget_rendered(target)
