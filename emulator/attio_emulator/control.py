"""The control paths, under /_emulator: for tests, never part of Attio.

  GET    /_emulator/ready      {"ready": true}
  POST   /_emulator/load       {"path": a recording on this machine}: serve it from now on
  POST   /_emulator/reset      the workspace, faults, switches and log as at the start
  GET    /_emulator/log        requests since the last DELETE: method, path, status, body, bytes, at; where sorts are not
                               followed, in_order: do the page's rows stand in the order asked for all the same?
  DELETE /_emulator/log
  POST   /_emulator/faults     {"faults": [...]}, see faults.py
  POST   /_emulator/switches   {"name": value, ...}, see switches.py
  GET    /_emulator/switches   what they are set to
  POST   /_emulator/tokens     {"key": "scope scope ...", ...}: more keys, until the reset
  POST   /_emulator/mutate     {"mutations": [...]}, see below

The log, the faults and the reset wait until what clients sent before is in the log, so that a request
that was given up does not count as one of the next statement's.

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
import json

from . import switches
from .ids import timestamp, uuid_of
from .model import KINDS, Row
from .values import wrap


VERBS = ("delete", "update", "insert", "rename", "add", "archive", "hide", "set")
FAULT_MEMBERS = {"match", "times", "before", "after", "status", "body", "headers", "content_type", "body_bytes", "delay_ms", "body_delay_ms",
                 "trickle", "cursor", "reset", "truncate", "no_length", "silence", "retry_after", "gzip_broken"}


def one_of(what, value, legal):
    """The value, if it is legal; else a ValueError that names what is."""
    if value not in legal:
        raise ValueError(f"{what} is {value!r}; legal are {', '.join(sorted(str(word) for word in legal))}")
    return value


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
    workspace = emulator.workspace
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


def control(emulator, method, path, body):
    """(status, value) of a control request; what is wrong with it is a 400 that says so."""
    try:
        return obey(emulator, method, path, body)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return 400, {"error": f"missing: {error}" if isinstance(error, KeyError) else str(error)}


def obey(emulator, method, path, body):
    what = path[len("/_emulator/"):]
    body = json.loads(body) if body else {}
    if (method, what) == ("POST", "load"):
        emulator.load(body["path"])
        return 200, {}
    if (method, what) == ("GET", "ready"):
        return 200, {"ready": True}
    if (method, what) == ("POST", "reset"):
        emulator.reset()
    elif (method, what) == ("GET", "log"):
        with emulator.log_lock:
            return 200, {"requests": list(emulator.log)}
    elif (method, what) == ("DELETE", "log"):
        with emulator.log_lock:
            emulator.log.clear()
    elif (method, what) == ("POST", "faults"):
        for fault in body["faults"]:
            for member in fault:
                one_of("a fault's member", member, FAULT_MEMBERS)
        emulator.faults.set(body["faults"])
    elif (method, what) == ("POST", "switches"):
        emulator.switches.update({name: switches.check(name, value) for name, value in body.items()})
        emulator.workspace.forget_pages()
    elif (method, what) == ("GET", "switches"):
        return 200, dict(emulator.switches)
    elif (method, what) == ("POST", "tokens"):
        emulator.tokens.update(body)
    elif (method, what) == ("POST", "mutate"):
        for mutation in body["mutations"]:
            mutate(emulator, mutation)
    else:
        return 404, {"error": "no such control"}
    return 200, {}
