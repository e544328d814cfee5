"""Notes, tasks, comments, meetings and so on of the generated workspace, about the records that exist."""
import datetime

from .ids import uuid_of
from .resources import EVENT_TYPES

BEGAN = datetime.timedelta(days=306, hours=-9)      # before the workspace's now
SPEAKERS = ("Mira", "Jonas")
ZONES = (None, "Europe/London")
STATUSES = ["accepted", "tentative", "declined", "pending"]


class Filler:
    """Makes documents by their number, each of them the same in every workspace of the same seed."""

    def __init__(self, workspace):
        self.workspace = workspace
        self.people = workspace.target("objects", "people")
        self.companies = workspace.target("objects", "companies")
        self.persons = list(self.people.rows)

    def fill(self):
        workspace = self.workspace
        count = min(len(self.persons), 60)
        for i in range(count):
            target = self.people if i % 3 else self.companies
            record = list(target.rows)[i % len(target.rows)]
            workspace.notes.append(self.note(i, target, record))
            workspace.tasks.append(self.task(i, target, record))
        for i in range(count // 2):
            workspace.comments += self.thread(i)
            workspace.meetings.append(self.meeting(i))
            if i % 3 == 0:
                recording = self.recording(i)
                workspace.recordings.append(recording)
                workspace.transcripts[recording["id"]["call_recording_id"]] = self.transcript()
            workspace.files.append(self.file(i))
        workspace.comments += self.entry_threads(count // 6)
        workspace.webhooks += [self.webhook(i) for i in range(12)]

    def at(self, hours):
        return self.workspace.time_from_now(datetime.timedelta(hours=hours) - BEGAN)

    def actor(self, i):
        member = self.workspace.members[i % len(self.workspace.members)]
        return {"type": "workspace-member", "id": member["id"]["workspace_member_id"]}

    def ident(self, key, i):
        return {"workspace_id": self.workspace.id, key: uuid_of(self.workspace.seed, key, "generated", i)}

    def note(self, i, target, record):
        return {
            "id": self.ident("note_id", i), "parent_object": target.slug, "parent_record_id": record,
            "title": f"Note {i} — Ünïcode", "meeting_id": None,
            "content_plaintext": f"Line one of {i}\nLine two", "content_markdown": f"# {i}\n\nLine two",
            "tags": [{"type": "record", "object": target.slug, "record_id": record}] if i % 5 == 0 else [],
            "created_by_actor": self.actor(i), "created_at": self.at(i)}

    def task(self, i, target, record):
        link = {"target_object_id": target.slug, "target_record_id": record}
        assignee = {"referenced_actor_type": "workspace-member", "referenced_actor_id": self.actor(i)["id"]}
        return {
            "id": self.ident("task_id", i), "content_plaintext": f"Call back number {i}",
            "deadline_at": self.at(24 * i) if i % 2 else None,
            "is_completed": i % 4 == 0, "completed_at": self.at(i + 2) if i % 4 == 0 else None,
            "linked_records": [link] if i % 3 else [], "assignees": [assignee] if i % 5 else [],
            "created_by_actor": self.actor(i), "created_at": self.at(i)}

    def thread(self, i, row=None, person=None):
        """Its comments: on a person, or on this entry of the first list and so on its parent record."""
        name = f"{i}" if row is None else f"entry {i}"
        head = self.ident("comment_id", f"{name}/0")
        record, target, entry = person or self.persons[i % len(self.persons)], self.people, None
        if row is not None:
            record, target = row.parent_record_id, self.workspace.target("objects", row.parent_object)
            entry = {"entry_id": row.id, "list_id": self.workspace.lists[0].id}
        return [{
            "id": head if j == 0 else self.ident("comment_id", f"{name}/{j}"), "thread_id": head["comment_id"],
            "content_plaintext": f"Comment {j} of thread {name}", "entry": entry,
            "record": {"record_id": record, "object_id": target.id},
            "resolved_at": self.at(i + 5) if i % 4 == 0 else None,
            "resolved_by": self.actor(i + 1) if i % 4 == 0 else None,
            "created_at": self.at(i + j), "author": self.actor(j),
        } for j in range(1 + i % 3)]

    def entry_threads(self, count, first=0):
        """On the first entries of the first list, of which the very first has many."""
        target = self.workspace.lists[0]
        rows = [target.row(ident) for ident in list(target.rows)[:5]]
        return [comment for i in range(first, first + count)
                for comment in self.thread(i, rows[0 if i % 2 else i // 2 % len(rows)])]

    def meeting(self, i):
        def point(day, hour):
            if i % 7 == 0:
                return {"date": self.at(day)[:10]}
            return {"datetime": self.at(hour), "timezone": ZONES[i % 2]}
        return {
            "id": self.ident("meeting_id", i), "title": f"Meeting {i}",
            "description": "" if i % 3 else "Agenda follows",
            "is_all_day": i % 7 == 0, "start": point(24 * i, 24 * i), "end": point(24 * i + 24, 24 * i + 1),
            "participants": [{"status": STATUSES[i % 4], "is_organizer": True, "email_address": "mira@example.com"},
                             {"status": "accepted", "is_organizer": False,
                              "email_address": f"p{i}@example.org" if i % 3 else None}],
            "linked_records": [{"object_slug": "people", "object_id": self.people.id,
                                "record_id": self.persons[i % len(self.persons)]}],
            "created_at": self.at(i), "created_by_actor": self.actor(i)}

    def recording(self, i):
        return {
            "id": dict(self.ident("call_recording_id", i), meeting_id=self.ident("meeting_id", i)["meeting_id"]),
            "status": ["completed", "processing", "failed"][i % 2],
            "web_url": f"https://app.attio.com/{self.workspace.slug}/calls/{i}",
            "created_by_actor": self.actor(i), "created_at": self.at(24 * i + 2)}

    @staticmethod
    def transcript():
        return [{"speech": f"Sentence {n}.", "start_time": n * 2.5, "end_time": n * 2.5 + 2,
                 "speaker": {"name": SPEAKERS[n % 2]}} for n in range(45)]

    def file(self, i):
        return {
            "id": self.ident("file_id", i), "object_id": self.people.id, "object_slug": "people",
            "record_id": self.persons[i % 7], "storage_provider": "attio", "created_by_actor": self.actor(i),
            "created_at": self.at(i), "file_type": "file", "name": f"contract-{i}.pdf", "content_type": "application/pdf",
            "content_size": 1000 * i, "parent_folder_id": None}

    def webhook(self, i):
        return {
            "target_url": f"https://hooks.example.com/{i}",
            "subscriptions": [{"event_type": EVENT_TYPES[i], "filter": None}], "id": self.ident("webhook_id", i),
            "status": ["active", "degraded", "inactive"][i % 3], "created_at": self.at(i)}


def fill(workspace):
    Filler(workspace).fill()
