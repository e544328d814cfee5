"""Everything that is neither a record nor an entry (docs/attio-api.md 11): notes, tasks, threads, comments,
meetings, recordings, transcripts, files, webhooks, views; attribute values, record entries, search.

Each resource is a list of documents in the workspace, oldest first, and pages in its own style.
"""
import functools
import re

from stage.paging import page

from . import errors
from .filters import nanoseconds
from .ids import uuid_of
from .paging import CURSOR, OFFSET, asked, in_order, listing
from .writes import Context

EVENT_TYPES = (
    "call-recording.created comment.created comment.resolved comment.unresolved comment.deleted list.created "
    "list.updated list.deleted list-attribute.created list-attribute.updated "
    "list-entry.created list-entry.updated list-entry.deleted "
    "object-attribute.created object-attribute.updated note.created note-content.updated note.updated note.deleted "
    "record.created record.merged record.updated record.deleted task.created task.updated task.deleted "
    "workspace-member.created").split()


def find(documents, key, ident, what):
    for document in documents:
        if document["id"][key] == ident:
            return document
    raise errors.not_found(f'{what} with ID "{ident}" was not found.')


def record_of(request, slug, ident):
    """An object and a record of it that exist, or 404."""
    target = request.target("objects", slug)
    request.existing(target, ident)
    return target


def new_id(request, key, documents):
    return {"workspace_id": request.workspace.id,
            key: uuid_of(request.workspace.seed, key, request.workspace.next_number())}


# ----- notes -----

def list_notes(request):
    notes, query = in_order(request, request.workspace.notes), asked(request)
    slug, ident = query.get("parent_object"), query.get("parent_record_id")
    if (slug is None) != (ident is None):
        raise errors.bad_query(["parent_record_id"], "parent_object and parent_record_id go together")
    if slug is not None:
        target = request.target("objects", slug)
        notes = [n for n in notes if n["parent_object"] == target.slug and n["parent_record_id"] == ident]
    return listing(request, notes, OFFSET, 10, 50)


def create_note(request):
    data = request.data_of("parent_object", "parent_record_id", "title", "format", "content")
    if data["format"] not in ("plaintext", "markdown"):
        raise errors.bad_body(["data", "format"], "Expected plaintext or markdown")
    if len(data["content"]) > 100_000:
        raise errors.ApiError(413, "invalid_request_error", "validation_type", "Note content too large.")
    target = record_of(request, data["parent_object"], data["parent_record_id"])
    context = Context(request)
    note = {
        "id": new_id(request, "note_id", request.workspace.notes), "parent_object": target.slug,
        "parent_record_id": data["parent_record_id"], "title": data["title"], "meeting_id": data.get("meeting_id"),
        "content_plaintext": data["content"], "content_markdown": data["content"], "tags": [],
        "created_by_actor": context.actor, "created_at": data.get("created_at") or context.now,
    }
    request.workspace.notes.append(note)
    return {"data": note}


def change_note(request):
    """Newer than the specification (docs/attio-api.md 11.2); which members it takes is not known: the title only."""
    note, data = find(request.workspace.notes, "note_id", request.args["id"], "Note"), request.data_of()
    unknown = set(data) - {"title"}
    if unknown:
        raise errors.bad_body(["data", sorted(unknown)[0]], "Cannot be changed")
    if not isinstance(data.get("title", ""), str):
        raise errors.bad_body(["data", "title"], "Expected string")
    note.update(data)
    return {"data": note}


# ----- tasks -----

def task_links(request, links):
    answer = []
    for link in links:
        ident = link.get("target_record_id")
        target = record_of(request, link.get("target_object", ""), ident)
        answer.append({"target_object_id": target.slug, "target_record_id": ident})
    return answer


def task_assignees(request, assignees):
    answer = []
    for each in assignees:
        ident = each.get("referenced_actor_id")
        for member in request.workspace.members:
            if member["email_address"] == each.get("workspace_member_email_address"):
                ident = member["id"]["workspace_member_id"]
        if ident not in [m["id"]["workspace_member_id"] for m in request.workspace.members]:
            raise errors.invalid("validation_type", "Assignees are workspace members.")
        answer.append({"referenced_actor_type": "workspace-member", "referenced_actor_id": ident})
    return answer


def list_tasks(request):
    query, tasks = asked(request), in_order(request, request.workspace.tasks)
    sort = query.get("sort", "created_at:asc")
    if sort not in ("created_at:asc", "created_at:desc"):
        raise errors.bad_query(["sort"], "Expected created_at:asc or created_at:desc")     # measured: 400
    if "linked_object" in query and "linked_record_id" in query:
        target = request.target("objects", query["linked_object"])
        link = {"target_object_id": target.slug, "target_record_id": query["linked_record_id"]}
        tasks = [t for t in tasks if link in t["linked_records"]]
    if "assignee" in query:
        tasks = [t for t in tasks if assigned(request, t, query["assignee"])]
    if "is_completed" in query:
        tasks = [t for t in tasks if t["is_completed"] == request.flag("is_completed")]
    if request.switches["sort_parameter"] == "followed":
        tasks = sorted(tasks, key=lambda t: t["created_at"], reverse=sort.endswith("desc"))
    return listing(request, tasks, OFFSET, 500, 1000)


def assigned(request, task, wanted):
    if wanted in ("", "null"):
        return not task["assignees"]
    ids = [m["id"]["workspace_member_id"] for m in request.workspace.members
           if wanted in (m["email_address"], m["id"]["workspace_member_id"])]
    return any(a["referenced_actor_id"] in ids for a in task["assignees"])


def create_task(request):
    data = request.data_of("content", "format", "deadline_at", "is_completed", "linked_records", "assignees")
    if data["format"] != "plaintext" or not isinstance(data["content"], str) or len(data["content"]) > 2000:
        raise errors.bad_body(["data", "content"], "At most 2000 characters of plaintext")
    context = Context(request)
    task = {
        "id": new_id(request, "task_id", request.workspace.tasks), "content_plaintext": data["content"],
        "deadline_at": data["deadline_at"], "is_completed": data["is_completed"],
        "linked_records": task_links(request, data["linked_records"]),
        "assignees": task_assignees(request, data["assignees"]), "created_by_actor": context.actor,
        "created_at": context.now,
        "completed_at": context.now if data["is_completed"] else None,
    }
    request.workspace.tasks.append(task)
    return {"data": task}


def change_task(request):
    task, data = find(request.workspace.tasks, "task_id", request.args["id"], "Task"), request.data_of()
    unknown = set(data) - {"deadline_at", "is_completed", "linked_records", "assignees"}
    if unknown:
        raise errors.bad_body(["data", sorted(unknown)[0]], "Cannot be changed")
    if not isinstance(data.get("is_completed", False), bool):
        raise errors.bad_body(["data", "is_completed"], "Expected boolean")
    changed = {k: data[k] for k in ("deadline_at", "is_completed") if k in data}
    if changed.get("is_completed", task["is_completed"]) != task["is_completed"]:
        changed["completed_at"] = Context(request).now if changed["is_completed"] else None
    if "linked_records" in data:
        changed["linked_records"] = task_links(request, data["linked_records"])
    if "assignees" in data:
        changed["assignees"] = task_assignees(request, data["assignees"])
    task.update(changed)
    return {"data": task}


# ----- threads and comments -----

def thread_documents(workspace):
    threads = {}
    for comment in workspace.comments:
        threads.setdefault(comment["thread_id"], []).append(comment)
    return [{"id": {"workspace_id": workspace.id, "thread_id": ident}, "comments": comments,
             "created_at": comments[0]["created_at"]} for ident, comments in threads.items()]


def list_threads(request):
    query, threads = asked(request), in_order(request, thread_documents(request.workspace))
    if "record_id" in query or "object" in query:
        target = request.target("objects", query.get("object", ""))
        record = {"record_id": query.get("record_id"), "object_id": target.id}
        threads = [t for t in threads if t["comments"][0]["record"] == record
                   and t["comments"][0]["entry"] is None]
    elif "entry_id" in query or "list" in query:
        target = request.target("lists", query.get("list", ""))
        entry = {"entry_id": query.get("entry_id"), "list_id": target.id}
        threads = [t for t in threads if t["comments"][0]["entry"] == entry]
    return listing(request, threads, OFFSET, 10, 50)


def get_thread(request):
    return {"data": find(thread_documents(request.workspace), "thread_id", request.args["id"], "Thread")}


def comment_place(request, data):
    """(thread id or None for a new one, record, entry) of a comment to be made: one of three places."""
    unknown = set(data) - {"format", "content", "author", "created_at", "thread_id", "record", "entry"}
    if unknown or len({"thread_id", "record", "entry"} & set(data)) > 1:
        raise errors.bad_body(["data", sorted(unknown or {"thread_id"})[0]], "Unrecognized key")
    if "thread_id" in data:
        for comment in request.workspace.comments:
            if comment["thread_id"] == data["thread_id"]:
                return data["thread_id"], comment["record"], comment["entry"]
        raise errors.invalid("value_not_found", "Thread was not found.")
    if "entry" in data:
        target = request.target("lists", data["entry"].get("list", ""))
        if data["entry"].get("entry_id") not in target.rows:
            raise errors.invalid("value_not_found", "Entry was not found.")
        row = target.row(data["entry"]["entry_id"])
        parent = request.workspace.target("objects", row.parent_object)
        record = {"record_id": row.parent_record_id, "object_id": parent.id}
        return None, record, {"entry_id": row.id, "list_id": target.id}
    if "record" not in data:
        raise errors.bad_body(["data", "record"], "Required")
    target = request.target("objects", data["record"].get("object", ""))
    if data["record"].get("record_id") not in target.rows:
        raise errors.invalid("value_not_found", "Record was not found.")
    return None, {"record_id": data["record"]["record_id"], "object_id": target.id}, None


def create_comment(request):
    data = request.data_of("format", "content", "author")
    if data["format"] != "plaintext" or data["author"].get("type") != "workspace-member":
        raise errors.bad_body(["data", "format"], "Expected plaintext by a workspace member")
    thread, record, entry = comment_place(request, data)
    context = Context(request)
    ident = new_id(request, "comment_id", request.workspace.comments)
    comment = {
        # the head comment's id equals the thread's (recorded)
        "id": ident, "thread_id": thread or ident["comment_id"], "content_plaintext": data["content"], "entry": entry,
        "record": record, "resolved_at": None, "resolved_by": None, "created_at": data.get("created_at") or context.now,
        "author": data["author"],
    }
    request.workspace.comments.append(comment)
    return {"data": comment}


def delete_comment(request):
    comments = request.workspace.comments
    comment = find(comments, "comment_id", request.args["id"], "Comment")
    if comment["thread_id"] == comment["id"]["comment_id"]:     # the first: the whole thread goes
        comments[:] = [c for c in comments if c["thread_id"] != comment["thread_id"]]
    else:
        comments.remove(comment)
    return {}


# ----- meetings, recordings, transcripts -----

@functools.lru_cache(maxsize=None)
def meeting_time(text):
    """As nanoseconds; a date is its midnight in UTC."""
    text, _, offset = re.fullmatch(r"([^+]*?)(Z|([+-]\d\d:\d\d))?", text).groups()
    minutes = int(offset[0] + "1") * (int(offset[1:3]) * 60 + int(offset[4:])) if offset else 0
    return nanoseconds(text + "Z" if "T" in text else text) - minutes * 60 * 10**9


def starts(meeting):
    return meeting_time(meeting["start"].get("datetime") or meeting["start"]["date"])


def ends(meeting):
    return meeting_time(meeting["end"].get("datetime") or meeting["end"]["date"])


def bound_of(request, name):
    try:
        return meeting_time(request.query[name])
    except (ValueError, AttributeError):
        raise errors.bad_query([name], "Invalid timestamp") from None


def list_meetings(request):
    query, meetings = asked(request), in_order(request, request.workspace.meetings)
    sort = query.get("sort", "start_asc")
    if sort not in ("start_asc", "start_desc"):
        raise errors.bad_query(["sort"], "Expected start_asc or start_desc")
    if "linked_object" in query and "linked_record_id" in query:
        target = request.target("objects", query["linked_object"])
        meetings = [m for m in meetings if any(
            r["object_id"] == target.id and r["record_id"] == query["linked_record_id"] for r in m["linked_records"])]
    if "participants" in query:
        wanted = set(query["participants"].split(","))
        meetings = [m for m in meetings if wanted & {p["email_address"] for p in m["participants"]}]
    if "ends_from" in query:        # inclusive
        meetings = [m for m in meetings if ends(m) >= bound_of(request, "ends_from")]
    if "starts_before" in query:    # exclusive
        meetings = [m for m in meetings if starts(m) < bound_of(request, "starts_before")]
    if request.switches["sort_parameter"] == "followed":
        meetings = sorted(meetings, key=starts, reverse=sort == "start_desc")
    return listing(request, meetings, CURSOR, 50, 200)


def create_meeting(request):
    data = request.data_of("title", "description", "start", "end", "is_all_day", "participants", "external_ref")
    context = Context(request)
    links = []
    for link in data.get("linked_records", []):
        target = record_of(request, link["object"], link["record_id"])
        links.append({"object_slug": target.slug, "object_id": target.id, "record_id": link["record_id"]})
    meeting = {
        "id": new_id(request, "meeting_id", request.workspace.meetings), "title": data["title"],
        "description": data["description"], "is_all_day": data["is_all_day"], "start": data["start"],
        "end": data["end"],
        "participants": [{"status": p["status"], "is_organizer": p["is_organizer"], "email_address": p["email_address"]}
                         for p in data["participants"]],
        "linked_records": links, "created_at": context.now, "created_by_actor": context.actor,
    }
    request.workspace.meetings.append(meeting)
    return {"data": meeting}


def recordings_of(request):
    find(request.workspace.meetings, "meeting_id", request.args["meeting"], "Meeting")
    return [r for r in request.workspace.recordings if r["id"]["meeting_id"] == request.args["meeting"]]


def list_recordings(request):
    return listing(request, in_order(request, recordings_of(request)), CURSOR, 50, 200)


def get_recording(request):
    return {"data": find(recordings_of(request), "call_recording_id", request.args["id"], "Call recording")}


def create_recording(request):
    recordings_of(request)
    request.data_of("video_url")
    context = Context(request)
    ident = dict(new_id(request, "call_recording_id", ()), meeting_id=request.args["meeting"])
    recording = {"id": ident, "status": "processing",
                 "web_url": f"https://app.attio.com/{request.workspace.slug}/calls/1",
                 "created_by_actor": context.actor, "created_at": context.now}
    request.workspace.recordings.append(recording)
    return {"data": recording}


def delete_recording(request):
    request.workspace.recordings.remove(find(recordings_of(request), "call_recording_id", request.args["id"],
                                             "Call recording"))
    return 204, b""


def get_transcript(request):
    recording = find(recordings_of(request), "call_recording_id", request.args["id"], "Call recording")
    speech = request.workspace.transcripts.get(request.args["id"], [])
    answer = listing(request, speech, CURSOR, 20, 20)
    answer["data"] = {"id": recording["id"], "transcript": answer["data"],
                    "raw_transcript": "\n".join(f'{s["speaker"]["name"]}: {s["speech"]}' for s in speech),
                    "web_url": recording["web_url"]}
    return answer


# ----- files -----

def list_files(request):
    if "object" not in request.query or "record_id" not in request.query:
        raise errors.bad_query(["record_id"], "object and record_id are required")
    target, query = request.target("objects", request.query["object"]), asked(request)
    files = in_order(request, request.workspace.files)
    if "record_id" in query:
        files = [f for f in files if f["object_id"] == target.id and f["record_id"] == query["record_id"]]
    if "storage_provider" in query:
        files = [f for f in files if f["storage_provider"] == query["storage_provider"]]
    if "parent_folder_id" in query:
        files = [f for f in files if f.get("parent_folder_id") == query["parent_folder_id"]]
    return listing(request, files, CURSOR, 50, 200)


def create_file(request):
    data = request.json()
    for key in ("object", "record_id", "file_type"):
        if key not in data:
            raise errors.bad_body([key], "Required")
    target = record_of(request, data["object"], data["record_id"])
    context = Context(request)
    file = {"id": new_id(request, "file_id", ()), "object_id": target.id, "object_slug": target.slug,
            "record_id": data["record_id"], "storage_provider": data.get("storage_provider", "attio"),
            "created_by_actor": context.actor, "created_at": context.now, "file_type": data["file_type"]}
    if data["file_type"] == "folder":
        file.update(name=data.get("name", ""), parent_folder_id=data.get("parent_folder_id"))
    elif data["file_type"] in ("connected-file", "connected-folder"):
        file.update(external_provider_file_id=data.get("external_provider_file_id", ""),
                    microsoft_drive_id=data.get("microsoft_drive_id"))
    else:
        raise errors.bad_body(["file_type"], "Expected folder, connected-file or connected-folder")
    request.workspace.files.append(file)
    return {"data": file}


def download_file(request):
    find(request.workspace.files, "file_id", request.args["id"], "File")
    return 302, b"", {"Location": f'https://files.example.com/{request.args["id"]}'}


# ----- webhooks -----

def check_webhook(data):
    if "target_url" in data and not str(data["target_url"]).startswith("https://"):
        raise errors.bad_body(["data", "target_url"], "Expected https")
    for subscription in data.get("subscriptions", []):
        if subscription.get("event_type") not in EVENT_TYPES or "filter" not in subscription:
            raise errors.bad_body(["data", "subscriptions"], "Unknown event type, or no filter")


def create_webhook(request):
    data = request.data_of("target_url", "subscriptions")
    check_webhook(data)
    for webhook in request.workspace.webhooks:
        if (webhook["target_url"], webhook["subscriptions"]) == (data["target_url"], data["subscriptions"]):
            raise errors.ApiError(409, "invalid_request_error", "uniqueness_conflict", "An identical webhook exists.")
    webhook = {"target_url": data["target_url"], "subscriptions": data["subscriptions"],
               "id": new_id(request, "webhook_id", ()), "status": "active", "created_at": Context(request).now}
    request.workspace.webhooks.append(webhook)
    return {"data": dict(webhook, secret="0" * 64)}     # only in the create answer


def change_webhook(request):
    webhook, data = find(request.workspace.webhooks, "webhook_id", request.args["id"], "Webhook"), request.data_of()
    check_webhook(data)
    webhook.update({k: data[k] for k in ("target_url", "subscriptions") if k in data})
    return {"data": webhook}


# ----- records' own -----

def row_values(kind, name):
    """Current values of one attribute, or with show_historic all, oldest first."""
    def call(request):
        target = request.target(kind, request.args[name])
        row = target.row(request.row_id(target))
        attribute = request.attribute_of(target)
        found = list(attribute.values_of(row))
        if request.flag("show_historic"):
            if attribute.kind == "interaction" or not attribute.writable and attribute.system:
                raise errors.invalid("validation_type", "Historic values cannot be queried for this attribute.")
            found = sorted(row.history.get(attribute.slug, []) + found,
                           key=lambda v: (v["active_from"], v["active_until"] or "~"))
        return page(request, found, OFFSET, len(found) or 1, None)
    return call


def record_entries(request):
    target = record_of(request, request.args["object"], request.args["id"])
    found = []
    for each in request.workspace.lists:
        for ident in each.ids_in_order("id"):
            row = each.row(ident)
            if (row.parent_object, row.parent_record_id) == (target.slug, request.args["id"]):
                found.append({"list_id": each.id, "list_api_slug": each.slug, "entry_id": ident,
                              "created_at": row.top_created})
    return page(request, found, OFFSET, 100, 1000)


def record_text(target, row):
    for slug in ("name", "user_id", "workspace_id"):
        for value in row.values.get(slug) or []:
            return value.get("full_name") or value.get("value") or ""
    return row.id


def texts_of(row, slug, member):
    return [value[member] for value in row.values.get(slug) or []]


def search_rank(query, label, others):
    """How well a record fits: 0 is best, None not at all (the service's own order is not known)."""
    label = label.lower()
    if label == query:
        return 0
    if label.startswith(query):
        return 1
    if query in label:
        return 2
    return 3 if any(query in each.lower() for each in others) else None


def search_hits(request, target, query):
    """(rank, the hit) of the records of one object that fit."""
    for ident in target.ids_in_order("id"):
        row = target.row(ident)
        hit = {"id": {"workspace_id": request.workspace.id, "object_id": target.id, "record_id": ident},
               "record_text": record_text(target, row), "record_image": None, "object_slug": target.slug}
        if target.slug == "people":
            hit["email_addresses"] = texts_of(row, "email_addresses", "email_address")
            hit["phone_numbers"] = texts_of(row, "phone_numbers", "phone_number")
        if target.slug == "companies":
            hit["domains"] = texts_of(row, "domains", "domain")
        others = [text for key in ("email_addresses", "phone_numbers", "domains") for text in hit.get(key, [])]
        rank = search_rank(query, hit["record_text"], others)
        if rank is not None:
            yield rank, hit


def search(request):
    body = request.json()
    for key in ("query", "objects", "request_as"):
        if key not in body:
            raise errors.bad_body([key], "Required")
    if not isinstance(body["query"], str) or len(body["query"]) > 256:
        raise errors.bad_body(["query"], "At most 256 characters")
    if not isinstance(body["objects"], list) or not body["objects"]:
        raise errors.bad_body(["objects"], "At least one")
    if not isinstance(body["request_as"], dict) or body["request_as"].get("type") not in ("workspace", "workspace-member"):
        raise errors.bad_body(["request_as"], "Expected workspace or workspace-member")
    limit = request.number("limit", 25, 1, 25, where="body")
    found = []
    for slug in body["objects"]:
        target = request.workspace.target("objects", slug)
        if target is None:
            raise errors.invalid("value_not_found", f'Object with slug/ID "{slug}" not found.')
        request.target("objects", slug)
        found += search_hits(request, target, body["query"].lower())
    return {"data": [hit for _, hit in sorted(found, key=lambda each: each[0])[:limit]]}


def list_views(kind, name):
    def call(request):
        target = request.target(kind, request.args[name])
        views = sorted(target.views, key=lambda v: v["id"]["view_id"])
        shown = [{k: v[k] for k in ("id", "title", "created_at")} for v in views
                 if request.flag("show_archived") or not v.get("archived")]
        return page(request, shown, CURSOR, 500, 1000)
    return call


def get_from(name, key, what):
    return lambda request: {"data": find(getattr(request.workspace, name), key, request.args["id"], what)}


def delete_from(name, key, what):
    def call(request):
        documents = getattr(request.workspace, name)
        documents.remove(find(documents, key, request.args["id"], what))
        return {}
    return call


def list_webhooks(request):
    return page(request, request.workspace.webhooks, OFFSET, 10, 100, minimum=10)


NOTE = "note:{rw} object_configuration:read record_permission:read"
TASK = "task:{rw} object_configuration:read record_permission:read user_management:read"
MEETING = "meeting:{rw} record_permission:read"
CALL = "meeting:read call_recording:{rw}"
FILE = "file:{rw} object_configuration:read record_permission:read"


def needs(scopes, write=False):
    return scopes.replace("{rw}", "read-write" if write else "read")


ROUTES = [
    ("GET", "/v2/notes", needs(NOTE), list_notes),
    ("POST", "/v2/notes", needs(NOTE, True), create_note),
    ("GET", "/v2/notes/{id}", needs(NOTE), get_from("notes", "note_id", "Note")),
    ("PATCH", "/v2/notes/{id}", needs(NOTE, True), change_note),
    ("DELETE", "/v2/notes/{id}", "note:read-write", delete_from("notes", "note_id", "Note")),
    ("GET", "/v2/tasks", needs(TASK), list_tasks),
    ("POST", "/v2/tasks", needs(TASK, True), create_task),
    ("GET", "/v2/tasks/{id}", needs(TASK), get_from("tasks", "task_id", "Task")),
    ("PATCH", "/v2/tasks/{id}", needs(TASK, True), change_task),
    ("DELETE", "/v2/tasks/{id}", "task:read-write", delete_from("tasks", "task_id", "Task")),
    ("GET", "/v2/threads", "comment:read", list_threads),
    ("GET", "/v2/threads/{id}", "comment:read", get_thread),
    ("POST", "/v2/comments", "comment:read-write", create_comment),
    ("GET", "/v2/comments/{id}", "comment:read", get_from("comments", "comment_id", "Comment")),
    ("DELETE", "/v2/comments/{id}", "comment:read-write", delete_comment),
    ("GET", "/v2/meetings", needs(MEETING), list_meetings),
    ("POST", "/v2/meetings", needs(MEETING, True), create_meeting),
    ("GET", "/v2/meetings/{id}", needs(MEETING), get_from("meetings", "meeting_id", "Meeting")),
    ("GET", "/v2/meetings/{meeting}/call_recordings", needs(CALL), list_recordings),
    ("POST", "/v2/meetings/{meeting}/call_recordings", needs(CALL, True), create_recording),
    ("GET", "/v2/meetings/{meeting}/call_recordings/{id}", needs(CALL), get_recording),
    ("DELETE", "/v2/meetings/{meeting}/call_recordings/{id}", needs(CALL, True), delete_recording),
    ("GET", "/v2/meetings/{meeting}/call_recordings/{id}/transcript", needs(CALL), get_transcript),
    ("GET", "/v2/files", needs(FILE), list_files),
    ("POST", "/v2/files", needs(FILE, True), create_file),
    ("GET", "/v2/files/{id}", needs(FILE), get_from("files", "file_id", "File")),
    ("DELETE", "/v2/files/{id}", needs(FILE, True), delete_from("files", "file_id", "File")),
    ("GET", "/v2/files/{id}/download", needs(FILE), download_file),
    ("GET", "/v2/webhooks", "webhook:read", list_webhooks),
    ("POST", "/v2/webhooks", "webhook:read-write", create_webhook),
    ("GET", "/v2/webhooks/{id}", "webhook:read", get_from("webhooks", "webhook_id", "Webhook")),
    ("PATCH", "/v2/webhooks/{id}", "webhook:read-write", change_webhook),
    ("DELETE", "/v2/webhooks/{id}", "webhook:read-write", delete_from("webhooks", "webhook_id", "Webhook")),
    ("GET", "/v2/objects/{object}/records/{id}/attributes/{attribute}/values",
     "record_permission:read object_configuration:read", row_values("objects", "object")),
    ("GET", "/v2/lists/{list}/entries/{id}/attributes/{attribute}/values", "list_entry:read list_configuration:read",
     row_values("lists", "list")),
    ("GET", "/v2/objects/{object}/records/{id}/entries",
     "record_permission:read object_configuration:read list_entry:read",
     record_entries),
    ("POST", "/v2/objects/records/search", "record_permission:read object_configuration:read", search),
    ("GET", "/v2/objects/{object}/views", "object_configuration:read", list_views("objects", "object")),
    ("GET", "/v2/lists/{list}/views", "list_configuration:read", list_views("lists", "list")),
]
