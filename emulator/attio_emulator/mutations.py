"""Changes of the workspace behind the client's back (POST /_emulator/mutate, and before and after a fault).

A mutation is a JSON object with "do" and the target's "kind" and "slug":

  delete   "ids": [...] or "positions": [...] in the present unsorted order
  update   likewise; the row becomes the last updated
  insert   "count": how many new rows; "first": true gives ids before all others
  rename   "attribute": slug, "to": slug; with "attribute" left out, the target itself
  add      "attribute": slug, "type": type, other options of model.Attribute
  archive  "attribute": slug
  change   "attribute": slug, "type": type, "multi": whether it holds several values; its values stay as they are
  hide     "attribute": slug: defined, but no row shows it (as where the plan does not cover it)
  set      "ids" or "positions", "attribute": slug, "values": [value objects' own members]
"""
from stage.control import one_of

from .ids import timestamp, uuid_of
from .model import KINDS, Row
from .values import SYSTEM, wrap


def rows_of(target, mutation, switches):
    if "ids" in mutation:
        return list(mutation["ids"])
    ids = target.ids_in_order(switches["unsorted_order"])
    return [ids[i] for i in mutation.get("positions", []) if -len(ids) <= i < len(ids)]


def delete_rows(target, mutation, ids):
    for ident in ids:
        target.delete(ident)


def update_rows(target, mutation, ids):
    for ident in ids:
        target.touch(target.row(ident))


def set_rows(target, mutation, ids):
    attribute = target.attribute(mutation["attribute"])
    for ident in ids:
        row = target.row(ident)
        row.values[attribute.slug] = [wrap(v, attribute.kind, row.created, SYSTEM) for v in mutation["values"]]
        target.touch(row)


def insert_rows(target, mutation, ids):
    for _ in range(mutation.get("count", 1)):
        target.clock += 1
        ident = uuid_of("inserted", target.id, target.clock)
        if mutation.get("first"):
            ident = "00000000" + ident[8:]
        if mutation.get("last"):
            ident = "ffffffff" + ident[8:]
        created = timestamp(10**11 + target.clock)
        row = Row(ident, created, created, {})
        for slug, kind, value in ((target.key, "text", ident), ("created_at", "timestamp", created)):
            row.values[slug] = [wrap({"value": value}, kind, created, SYSTEM)]
        if target.kind == "lists":
            row.parent_object = target.parents[0]
            row.parent_record_id = uuid_of("parent", target.clock)
        target.insert(row)


def rename(target, mutation, ids):
    if "attribute" in mutation:
        target.rename_attribute(target.attribute(mutation["attribute"]), mutation["to"])
    else:
        target.rename(mutation["to"])


def add_attribute(target, mutation, ids):
    one_of("type", mutation.get("type"), KINDS)
    options = {k: v for k, v in mutation.items() if k not in ("do", "kind", "slug", "attribute", "type")}
    target.clock += 1
    target.add(mutation["attribute"], mutation["type"], ident=uuid_of("added", target.id, target.clock), **options)
    target.redefined()


def archive(target, mutation, ids):
    target.attribute(mutation["attribute"]).archived = True
    target.redefined()


def change(target, mutation, ids):
    attribute = target.attribute(mutation["attribute"])
    attribute.kind = one_of("type", mutation.get("type", attribute.kind), KINDS)
    attribute.multi = mutation.get("multi", attribute.multi)
    target.redefined()


def hide(target, mutation, ids):
    target.attribute(mutation["attribute"]).hidden = True
    target.redefined()


VERBS = {"delete": delete_rows, "update": update_rows, "insert": insert_rows, "rename": rename, "add": add_attribute,
         "archive": archive, "change": change, "hide": hide, "set": set_rows}


def mutate(emulator, mutation):
    workspace = emulator.data
    with workspace.lock:
        kind = one_of("kind", mutation.get("kind"), ("objects", "lists"))
        targets = workspace.objects if kind == "objects" else workspace.lists
        target = workspace.target(kind, one_of("slug", mutation.get("slug"), {t.slug for t in targets}))
        do = one_of("do", mutation.get("do"), VERBS)
        if "attribute" in mutation and do != "add":
            known = {a.slug for a in target.attributes} | {a.id for a in target.attributes}
            one_of("attribute", mutation["attribute"], known)
        VERBS[do](target, mutation, rows_of(target, mutation, emulator.switches))
