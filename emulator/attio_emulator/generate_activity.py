"""More of what people did (flag --activity): more documents than one page holds, of all shapes."""
import datetime

from .generate_resources import Filler

FIRST = 60      # documents before these are generate_resources' own
PROVIDERS = ("attio", "dropbox", "box", "google-drive", "microsoft-onedrive")
KINDS = ("file", "file", "folder", "connected-file", "connected-folder")
TALKS = (("Call about the offer", "They compare us with two others.\nDecision this month."),
         ("Demo", "Their team lead wants to see the reports."), ("Lunch", "Budget is there, the contract is with legal."),
         ("Call", "Nobody picked up.\nTry again on Monday."))
SPEAKERS = ("Mira", "Jonas", "Ünïcode “Q”", "")


def with_offset(point):
    """The same moment in another zone, as the documents show it."""
    if "datetime" not in point:
        return point
    moment = datetime.datetime.strptime(point["datetime"][:19], "%Y-%m-%dT%H:%M:%S") - datetime.timedelta(hours=4)
    return {"datetime": moment.strftime("%Y-%m-%dT%H:%M:%S.000-04:00"), "timezone": "America/New_York"}


class More(Filler):
    """The further documents, each the same in every workspace of the same seed."""

    def fill_to(self, count):
        workspace, firms = self.workspace, list(self.companies.rows)
        self.firms = firms
        for i in range(FIRST, count):
            target = self.people if i % 3 else self.companies
            record = list(target.rows)[i % len(target.rows)] if i % 2 else next(iter(target.rows))
            workspace.notes.append(self.note(i, target, record))
            workspace.tasks.append(self.more_task(i, target, record))
            workspace.comments += self.thread(i, person=self.persons[0] if i % 2 else None)
            workspace.meetings.append(self.more_meeting(i))
            workspace.files.append(self.more_file(i))
            for number in range(1 if i % 3 == 0 else 0):
                self.add_recording(i, number)
        workspace.comments += self.entry_threads(count - FIRST, FIRST)
        self.add_deal_notes(count)
        # one meeting with more recordings than a page holds
        for number in range(count // 4):
            self.add_recording(0, number + 1)

    def add_deal_notes(self, count):
        """A note in three on a deal, each deal having some."""
        deals = self.workspace.target("objects", "deals")
        records = list(deals.rows)
        for i in range(count // 3):
            title, content = TALKS[i % len(TALKS)]
            self.workspace.notes.append(dict(
                self.note(i, deals, records[i % len(records)]), id=self.ident("note_id", f"deal {i}"), title=title,
                content_plaintext=content, content_markdown=content, created_at=self.at(66 * i % 7300)))

    def more_task(self, i, target, record):
        task = self.task(i, target, record)
        if i % 4 == 0:
            task["assignees"] = [{"referenced_actor_type": "workspace-member", "referenced_actor_id": self.actor(i + j)["id"]}
                                 for j in range(i % 3)]
            task["linked_records"] = [{"target_object_id": "companies", "target_record_id": self.firms[j]} for j in range(i % 3)]
        return task

    def more_meeting(self, i):
        meeting = self.meeting(i)
        if i % 5 == 4:      # at the same time as the one before
            meeting.update({key: self.workspace.meetings[-1][key] for key in ("start", "end", "is_all_day")})
        elif i % 6 == 3:
            meeting.update({key: with_offset(meeting[key]) for key in ("start", "end")})
        meeting["participants"] = [
            {"status": each["status"], "is_organizer": each["is_organizer"], "email_address": each["email_address"]}
            for each in meeting["participants"] + [
                {"status": "pending", "is_organizer": False, "email_address": f"p{(i + j) % 20}@example.org"}
                for j in range(i % 4)]]
        if i % 11 == 10:
            meeting["participants"] = []
        if i % 4 == 1:
            meeting["linked_records"].append({"object_slug": "companies", "object_id": self.companies.id,
                                              "record_id": self.firms[i % len(self.firms)]})
        if i % 9 == 8:
            meeting["linked_records"] = []
        return meeting

    def add_recording(self, i, number):
        recording = self.recording(i)
        if number:
            recording["id"] = dict(self.ident("call_recording_id", f"{i}/{number}"), meeting_id=recording["id"]["meeting_id"])
        recording["status"] = ("completed", "processing", "failed")[(i + number) % 3]
        self.workspace.recordings.append(recording)
        self.workspace.transcripts[recording["id"]["call_recording_id"]] = [
            {"speech": f"Sentence {n} of {number}." if n % 7 else "", "start_time": n * 1.37 + i / 1000,
             "end_time": n * 1.37 + 1 if n % 5 else n * 2, "speaker": {"name": SPEAKERS[n % 4]}}
            for n in range((0, 20, 21, 45)[(i + number) % 4])]

    def more_file(self, i):
        file, kind = self.file(i), KINDS[i % len(KINDS)]
        if i % 2:
            file["record_id"] = self.persons[0]
        elif i % 8 == 0:
            file.update(object_id=self.companies.id, object_slug="companies", record_id=self.firms[i % 3])
        file["file_type"] = kind
        if kind.startswith("connected"):
            for key in ("name", "content_type", "content_size", "parent_folder_id"):
                del file[key]
            file.update(storage_provider=PROVIDERS[1 + i // 5 % 4], external_provider_file_id=f"ext-{i}",
                        microsoft_drive_id=f"drive-{i}" if i // 5 % 4 == 3 else None)
        elif kind == "folder":
            del file["content_type"], file["content_size"]
            file["name"] = f"Folder {i}"
        if kind in ("file", "folder") and i % 3 == 0:
            folders = [f for f in self.workspace.files if f["file_type"] == "folder" and f["record_id"] == file["record_id"]]
            file["parent_folder_id"] = folders[i % len(folders)]["id"]["file_id"] if folders else None
        if kind == "file" and i % 7 == 0:
            file["content_type"] = file["content_size"] = None
        return file


def fill(workspace, count):
    More(workspace).fill_to(count)
