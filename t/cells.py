#!/usr/bin/env python3
"""Every cell of every imported table against the emulator's own data, read through its API by Python.

The expectation is worked out here from the docs, with nothing of the extension: a second opinion.
With ATTIO_RECORDING (default: ../shared/recorded/workspace.json) also against a real workspace's answers.
"""
import collections
import decimal
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import FAST, KEY, ROOT, Database, Emulator, must  # noqa: E402
from activity import Activity, differing, load_twin  # noqa: E402
from cases import case, run, tap  # noqa: E402
from expected import all_rows, columns_of, expected_row, normal  # noqa: E402

RECORDING = os.environ.get("ATTIO_RECORDING", os.path.join(ROOT, "..", "shared", "recorded", "workspace.json"))


def compare_table(emulator, database, kind, slug, ident, table):
    key = "record_id" if kind == "objects" else "entry_id"
    quoted = '"' + table.replace('"', '""') + '"'
    definitions = {d["id"]["attribute_id"]: d for d in emulator.get(f"/v2/{kind}/{ident}/attributes?limit=1000")}
    columns = columns_of(database, "crm." + quoted)
    out = must(database.psql(f"SELECT to_jsonb(t) FROM crm.{quoted} t")).out
    got = {}
    rows = [json.loads(line, parse_float=decimal.Decimal) for line in out.split("\n") if line]
    for row in rows:
        got[row[key]] = row
    wanted = {r["id"][key]: expected_row(r, kind, columns, definitions) for r in all_rows(emulator, kind, ident)}
    cells, wrong = 0, []
    for ident_, expected in wanted.items():
        for name, cell in expected.items():
            cells += 1
            found = got.get(ident_, {}).get(name, "(no row)")
            if normal(found) != normal(cell):
                wrong.append(f"{ident_} {name}: got {found!r}, wanted {cell!r}")
    tap.ok(len(rows) == len(wanted) and not wrong, f"{table}: {len(rows)} rows, {cells} cells",
           "\n".join(wrong[:10]) or f"{len(rows)} rows instead of {len(wanted)}")
    # every attribute has a column, but for the id, which the key column shows
    shown = {o["attribute_id"] for o in columns.values() if "attribute_id" in o}
    lacking = [d["api_slug"] for i, d in definitions.items() if i not in shown and d["api_slug"] != key]
    tap.equal(lacking, [], f"{table}: every attribute has a column")
    return cells


def compare_resource(emulator, database, table, path, key, fields):
    rows = json.loads(database.value(f"SELECT coalesce(jsonb_agg(t), '[]') FROM crm.{table} t"))
    wanted = emulator.get(path)
    good = len(rows) == len(wanted)
    by_key = {r[key]: r for r in rows}
    for item in wanted:
        row = by_key.get(item["id"][key], {})
        good = good and all(row.get(f) == item[f] for f in fields)
    tap.ok(good, f"{table}: {len(rows)} rows")


def compare_choices(emulator, database, table, kind, key, ending):
    wanted = []
    for where in ("objects", "lists"):
        for target in emulator.get(f"/v2/{where}"):
            ident = target["id"]["object_id" if where == "objects" else "list_id"]
            for attribute in emulator.get(f"/v2/{where}/{ident}/attributes"):
                if attribute["type"] == kind:
                    path = f"/v2/{where}/{ident}/attributes/{attribute['id']['attribute_id']}/{ending}"
                    path += "?show_archived=true"
                    for position, choice in enumerate(emulator.get(path), 1):
                        wanted.append((where, target["api_slug"], attribute["api_slug"], position, choice["id"][key],
                                       choice["title"], choice["is_archived"]))
    rows = json.loads(database.value(f"SELECT coalesce(jsonb_agg(t), '[]') FROM crm.{table} t"))
    got = [(r["target"], r["target_slug"], r["attribute_slug"], r["position"], r[key], r["title"], r["is_archived"])
           for r in rows]
    tap.equal(sorted(got), sorted(wanted), f"{table}: {len(wanted)} rows in position")


def compare_search(emulator, database):
    """What an empty text finds in each object."""
    wanted = {}
    for target in emulator.get("/v2/objects"):
        body = {"query": "", "objects": [target["api_slug"]], "request_as": {"type": "workspace"}}
        for position, hit in enumerate(emulator.call("POST", "/v2/objects/records/search", body, key=KEY)["data"], 1):
            wanted[target["api_slug"], position] = {
                "query": "", "object": target["api_slug"], "position": position, "record_id": hit["id"]["record_id"],
                "title": hit["record_text"], "image_url": hit["record_image"],
                **{name: hit.get(name) for name in ("email_addresses", "phone_numbers", "domains")}}
    rows = json.loads(database.value("SELECT coalesce(jsonb_agg(t), '[]') FROM crm.search t WHERE query = ''"))
    tap.equal({(row["object"], row["position"]): row for row in rows}, wanted, f"search: {len(rows)} rows")


def compare_workspace(emulator, database):
    cells = 0
    slugs = {t["api_slug"] for t in emulator.get("/v2/objects")}
    for kind in ("objects", "lists"):
        for target in emulator.get(f"/v2/{kind}"):
            slug = target["api_slug"]
            table = slug + "_list" if kind == "lists" and slug in slugs else slug
            ident = target["id"]["object_id" if kind == "objects" else "list_id"]
            cells += compare_table(emulator, database, kind, slug, ident, table)
    compare_resource(emulator, database, "workspace_members", "/v2/workspace_members", "workspace_member_id",
                     ("first_name", "last_name", "email_address", "access_level", "avatar_url"))
    compare_resource(emulator, database, "objects", "/v2/objects", "object_id",
                     ("api_slug", "singular_noun", "plural_noun"))
    compare_resource(emulator, database, "lists", "/v2/lists", "list_id",
                     ("api_slug", "name", "parent_object", "workspace_access"))
    compare_resource(emulator, database, "webhooks", "/v2/webhooks?limit=100", "webhook_id",
                     ("target_url", "subscriptions", "status"))
    compare_search(emulator, database)
    compare_choices(emulator, database, "statuses", "status", "status_id", "statuses")
    compare_choices(emulator, database, "select_options", "select", "option_id", "options")
    return cells


def compare_import(columns):
    with Emulator() as emulator, Database("attio_cells_" + columns, emulator, columns=columns) as database:
        tap.note(f"columns {columns}: {compare_workspace(emulator, database)} cells compared")


@case
def imported_by_default():
    compare_import("default")


@case
def imported_whole():
    compare_import("all")


def compare_activity(database, table, rows, read=None):
    load_twin(database, table, rows)
    tap.equal(differing(database, table, read), "", f"{table}: {len(rows)} rows, {sum(len(r) for r in rows)} cells")


@case
def activity():
    """What people did, more of it than one page of each listing holds."""
    with Emulator("--activity", "1100") as emulator, \
            Database("attio_cells_activity", emulator, FAST, schema="workspace") as database:
        wanted = Activity(emulator)
        compare_activity(database, "attio_notes", wanted.notes())
        for table in ("tasks", "task_records", "meetings", "meeting_participants", "meeting_records"):
            compare_activity(database, table, getattr(wanted, table)())
        recordings = wanted.call_recordings()
        compare_activity(database, "call_recordings", recordings)
        some = recordings[::20]
        ids = ", ".join(f"('{r['meeting_id']}'::uuid, '{r['call_recording_id']}'::uuid)" for r in some)
        compare_activity(database, "transcripts", wanted.transcripts(some),
                         f"SELECT t.* FROM (VALUES {ids}) v (meeting, recording), LATERAL (SELECT * FROM crm.transcripts "
                         "WHERE meeting_id = meeting AND call_recording_id = recording OFFSET 0) t")
        records = [(slug, row["id"]["record_id"]) for slug, n in (("people", 200), ("companies", 20))
                   for row in all_rows(emulator, "objects", slug)[:n]]
        read = " UNION ALL ".join(
            f"SELECT * FROM crm.files WHERE object = '{slug}' AND record_id IN ("
            + ", ".join(f"'{ident}'" for each, ident in records if each == slug) + ")" for slug in ("people", "companies"))
        files = wanted.files(records)
        compare_activity(database, "files", files, read)
        places = [("objects", *record) for record in records]
        places += [("lists", "sales_pipeline", row["id"]["entry_id"])
                   for row in all_rows(emulator, "lists", "sales_pipeline")[:20]]
        for table in ("threads", "comments"):
            read = " UNION ALL ".join(
                f"SELECT * FROM crm.{table} WHERE {'object' if kind == 'objects' else 'list'} = '{slug}' AND "
                f"{'record_id' if kind == 'objects' else 'entry_id'} IN ("
                + ", ".join(f"'{ident}'" for _, each, ident in places if each == slug) + ")"
                for kind, slug in dict.fromkeys((kind, slug) for kind, slug, _ in places))
            compare_activity(database, table, getattr(wanted, table)(places), read)
        threads = [dict(row, place=str(row.get("record_id") or row.get("entry_id"))) for row in wanted.threads(places)]
        for name, rows, key, size in (("threads of a place", threads, "place", 50),
                                      ("recordings of a meeting", recordings, "meeting_id", 200),
                                      ("utterances of a recording", wanted.transcripts(some), "call_recording_id", 40),
                                      ("files of a record", files, "record_id", 200)):
            most = collections.Counter(row[key] for row in rows).most_common(1)[0][1]
            tap.ok(most > size, f"more {name} than a page holds: {most}")


@case
def recorded():
    if not os.path.exists(RECORDING):
        tap.skip("recorded workspace", f"there is no recording at hand ({os.path.relpath(RECORDING, ROOT)})")
        return
    with Emulator("--load", RECORDING) as emulator, Database("attio_recorded", emulator, columns="all") as database:
        cells = compare_workspace(emulator, database)
        tap.note(f"recorded workspace: {cells} cells compared")
        recorded = json.load(open(RECORDING, encoding="utf-8"))
        served = {r["id"]["record_id"]: r for slug in recorded["records"] for r in all_rows(emulator, "objects", slug)}
        same = all(json.dumps(served[r["id"]["record_id"]], sort_keys=True, default=float)
                   == json.dumps(r, sort_keys=True) for rows in recorded["records"].values() for r in rows)
        tap.ok(same, "the recording is served as it came")


run()
