"""What every cell of the tables of activity should be, worked out from the API's answers by docs/attio-api.md 11.2 alone.

Shares nothing with the extension, as expected.py.
"""
import decimal
import json
import urllib.parse
import urllib.request

from attio_test import KEY
from expected import all_rows, owner, time_of


def get(emulator, path):
    call = urllib.request.Request(emulator.url + path, headers={"Authorization": "Bearer " + KEY})
    with urllib.request.urlopen(call) as answer:
        return json.loads(answer.read(), parse_float=decimal.Decimal)


def by_cursor(emulator, path, limit=True):
    """The data of all pages of a listing by cursor."""
    pages, cursor = [], None
    while cursor is not None or not pages:
        query = ({"limit": 200} if limit else {}) | ({"cursor": cursor} if cursor else {})
        answer = get(emulator, path + ("&" if "?" in path else "?") + urllib.parse.urlencode(query))
        pages.append(answer["data"])
        cursor = answer["pagination"]["next_cursor"]
    return pages


def by_offset(emulator, path, limit, **parameters):
    rows = []
    while True:
        page = get(emulator, f"{path}?" + urllib.parse.urlencode(
            dict(parameters, limit=limit, offset=len(rows))))["data"]
        rows += page
        if len(page) < limit:
            return rows


def all_of(pages):
    return [row for page in pages for row in page]


def actor(name, value):
    return {name: value["id"], name + "__actor_type": value["type"]}


def point(name, value):
    return {name + "_at": value.get("datetime") or value["date"] + "T00:00:00Z", name + "_date": value.get("date"),
            name + "_timezone": value.get("timezone")}


class Activity:
    """The rows of each table, as dictionaries: a key for each column."""

    def __init__(self, emulator):
        self.emulator = emulator
        self.documents = all_of(by_cursor(emulator, "/v2/meetings"))

    def meetings(self):
        return [{
            "meeting_id": m["id"]["meeting_id"], "title": m["title"], "description": m["description"],
            "is_all_day": m["is_all_day"], **point("start", m["start"]), **point("end", m["end"]),
            "participants": [p["email_address"] for p in m["participants"]],
            "participants__status": [p["status"] for p in m["participants"]],
            "participants__is_organizer": [p["is_organizer"] for p in m["participants"]],
            "linked_objects": [r["object_slug"] for r in m["linked_records"]],
            "linked_record_ids": [r["record_id"] for r in m["linked_records"]],
            "created_at": m["created_at"], **actor("created_by", m["created_by_actor"])} for m in self.documents]

    def meeting_participants(self):
        return [{"meeting_id": m["id"]["meeting_id"], "start_at": point("start", m["start"])["start_at"], **p}
                for m in self.documents for p in m["participants"]]

    def meeting_records(self):
        return [{"meeting_id": m["id"]["meeting_id"], "start_at": point("start", m["start"])["start_at"],
                 "object": r["object_slug"], "record_id": r["record_id"]}
                for m in self.documents for r in m["linked_records"]]

    def call_recordings(self):
        return [{
            "call_recording_id": r["id"]["call_recording_id"], "meeting_id": r["id"]["meeting_id"],
            "status": r["status"], "web_url": r["web_url"], "created_at": r["created_at"],
            **actor("created_by", r["created_by_actor"])}
            for m in self.documents
            for r in all_of(by_cursor(self.emulator, f"/v2/meetings/{m['id']['meeting_id']}/call_recordings"))]

    def transcripts(self, recordings=None):
        rows = []
        for each in recordings or self.call_recordings():
            path = f"/v2/meetings/{each['meeting_id']}/call_recordings/{each['call_recording_id']}/transcript"
            speech = all_of(page["transcript"] for page in by_cursor(self.emulator, path, limit=False))
            rows += [{"meeting_id": each["meeting_id"], "call_recording_id": each["call_recording_id"], "position": i,
                      "speaker": s["speaker"]["name"], "speech": s["speech"],
                      "start_time": f"{s['start_time']:f} s", "end_time": f"{s['end_time']:f} s"}
                     for i, s in enumerate(speech, 1)]
        return rows

    def files(self, records):
        """Of these records: pairs of an object and an id."""
        return [{
            "file_id": f["id"]["file_id"], "object": f["object_slug"], "record_id": f["record_id"],
            "created_at": f["created_at"], **actor("created_by", f["created_by_actor"]),
            **{key: f.get(key) for key in (
                "file_type", "name", "content_type", "content_size", "storage_provider", "external_provider_file_id",
                "microsoft_drive_id", "parent_folder_id")}}
            for slug, record in records
            for f in all_of(by_cursor(self.emulator, f"/v2/files?object={slug}&record_id={record}"))]

    def notes(self):
        return [{
            "note_id": n["id"]["note_id"], "created_at": n["created_at"], **actor("created_by", n["created_by_actor"]),
            **{key: n[key] for key in ("parent_object", "parent_record_id", "title", "content_plaintext",
                                       "content_markdown", "tags", "meeting_id")}}
            for n in by_offset(self.emulator, "/v2/notes", 50)]

    def task_documents(self):
        return by_offset(self.emulator, "/v2/tasks", 1000)

    def tasks(self):
        return [{
            "task_id": t["id"]["task_id"], "created_at": t["created_at"], **actor("created_by", t["created_by_actor"]),
            **{key: t[key] for key in ("content_plaintext", "deadline_at", "is_completed", "completed_at")},
            "assignees": [a["referenced_actor_id"] for a in t["assignees"]],
            "linked_objects": [r["target_object_id"] for r in t["linked_records"]],
            "linked_record_ids": [r["target_record_id"] for r in t["linked_records"]]} for t in self.task_documents()]

    def task_records(self):
        return [{
            "task_id": t["id"]["task_id"], "object": r["target_object_id"], "record_id": r["target_record_id"],
            **{key: t[key] for key in ("content_plaintext", "deadline_at", "is_completed", "created_at")},
            "assignees": [a["referenced_actor_id"] for a in t["assignees"]]}
            for t in self.task_documents() for r in t["linked_records"]]

    def threads_of(self, kind, slug, ident):
        """The threads on a record or on an entry, and what their rows show of it."""
        record = kind == "objects"
        place = {"object" if record else "list": slug, "record_id" if record else "entry_id": ident}
        return place, by_offset(self.emulator, "/v2/threads", 50, **place)

    def threads(self, places):
        """Of these places: a kind, the slug of an object or list, and an id."""
        return [{"thread_id": t["id"]["thread_id"], "created_at": t["created_at"], **place}
                for each in places for place, threads in [self.threads_of(*each)] for t in threads]

    def comments(self, places):
        return [{
            "comment_id": c["id"]["comment_id"], "thread_id": c["thread_id"], "content_plaintext": c["content_plaintext"],
            **place, **c["record"], **(c["entry"] or {}), **actor("author", c["author"]), "created_at": c["created_at"],
            "resolved_at": c["resolved_at"], **(actor("resolved_by", c["resolved_by"]) if c["resolved_by"] else {})}
            for each in places for place, threads in [self.threads_of(*each)] for t in threads for c in t["comments"]]


def interactions_of(emulator):
    """The rows of interactions: a list for each (object, attribute)."""
    listings = {}
    for found in emulator.get("/v2/objects"):
        slug = found["api_slug"]
        names = [a["api_slug"] for a in emulator.get(f"/v2/objects/{slug}/attributes?limit=1000")
                 if a["type"] == "interaction" and not a["is_archived"]]
        for row in all_rows(emulator, "objects", slug) if names else []:
            for name in names:
                for value in row["values"].get(name, []):
                    listings.setdefault((slug, name), []).append(
                        {"object": slug, "record_id": row["id"]["record_id"], "attribute": name,
                         "type": value["interaction_type"], "interacted_at": time_of(value["interacted_at"]),
                         "owner_member_id": owner(value), "owner_type": value["owner_actor"]["type"]})
    return listings


def load_twin(database, table, rows):
    """A local table twin.<table> with these rows and the foreign table's columns."""
    document = json.dumps(rows, default=lambda d: float(d) if isinstance(d, decimal.Decimal) else str(d))
    database.value(f"""
        CREATE SCHEMA IF NOT EXISTS twin;
        CREATE TABLE twin.{table} AS SELECT * FROM crm.{table} WITH NO DATA;
        INSERT INTO twin.{table} SELECT * FROM jsonb_populate_recordset(NULL::twin.{table}, $json${document}$json$);
        ANALYZE twin.{table}""")


def differing(database, table, read=None):
    """Rows that differ between the twin and what this query reads: each with where it is."""
    read = read or f"SELECT * FROM crm.{table}"
    return database.value(f"""
        WITH foreign_rows AS MATERIALIZED ({read})
        SELECT 'not expected', f FROM (TABLE foreign_rows EXCEPT ALL TABLE twin.{table}) f
        UNION ALL SELECT 'missing', m FROM (TABLE twin.{table} EXCEPT ALL TABLE foreign_rows) m LIMIT 20""")
