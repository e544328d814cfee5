/*
 * activity_fields.h
 *		What rows of what people do hold (meetings, files, comments and so on), and by
 *		what they can be asked for.
 *
 * Data of endpoints.c, which alone includes this.  Source: docs/attio-api.md 11.2.
 */
#ifndef ATTIO_ACTIVITY_FIELDS_H
#define ATTIO_ACTIVITY_FIELDS_H

#include "catalog/pg_type.h"
#include "remote/resource.h"

/* clang-format off */

#define NOTE_SCOPES(right_) "note:" right_ " object_configuration:read record_permission:read"
#define TASK_SCOPES(right_) "task:" right_ " object_configuration:read record_permission:read user_management:read"

/* ----- notes ----- */

static const FieldDef note_fields[] = {
	{.name = "note_id", .type = UUIDOID, .path = "id.note_id", .not_null = true},
	{.name = "parent_object", .type = TEXTOID, .path = "parent_object", .not_null = true, .write = FIELD_ON_CREATE, .is_required = true, .changes_form = true},
	{.name = "parent_record_id", .type = UUIDOID, .path = "parent_record_id", .not_null = true, .write = FIELD_ON_CREATE, .is_required = true},
	{.name = "title", .type = TEXTOID, .path = "title", .write = FIELD_WRITABLE, .is_required = true},
	{.name = "content_plaintext", .type = TEXTOID, .path = "content_plaintext", .write = FIELD_ON_CREATE, .sent_as = "content", .sent_with = "format=plaintext", .is_required = true, .changes_form = true},
	{.name = "content_markdown", .type = TEXTOID, .path = "content_markdown", .write = FIELD_ON_CREATE, .sent_as = "content", .sent_with = "format=markdown", .changes_form = true},
	{.name = "tags", .type = JSONBOID, .path = "tags"},
	{.name = "meeting_id", .type = UUIDOID, .path = "meeting_id", .write = FIELD_ON_CREATE},
	{.name = "created_at", .type = TIMESTAMPTZOID, .path = "created_at", .is_always_set = true, .write = FIELD_ON_CREATE},
	{.name = "created_by", .type = UUIDOID, .path = "created_by_actor.id"},
	{.name = "created_by__actor_type", .type = TEXTOID, .path = "created_by_actor.type"},
};
static const Way note_by_id = {
	.list = {"GET", "/v2/notes/{note_id}", .scopes = NOTE_SCOPES("read"), .may_be_gone = true},
	.paging = {PAGING_NONE, .rows = "data", .single = true},
};
static const ParamDef note_params[] = {
	{.name = "{note_id}", .column = "note_id", .rule = PARAM_EQUAL, .verdict = VERDICT_EXACT, .way = &note_by_id},
	{.name = "parent_object", .column = "parent_object", .rule = PARAM_EQUAL, .verdict = VERDICT_SUPERSET, .together = "parent"},
	{.name = "parent_record_id", .column = "parent_record_id", .rule = PARAM_EQUAL, .verdict = VERDICT_SUPERSET, .together = "parent"},
};

/* ----- tasks ----- */

static const FieldDef task_fields[] = {
	{.name = "task_id", .type = UUIDOID, .path = "id.task_id", .not_null = true},
	{.name = "content_plaintext", .type = TEXTOID, .path = "content_plaintext", .write = FIELD_ON_CREATE, .sent_as = "content", .sent_with = "format=plaintext", .is_required = true},
	{.name = "deadline_at", .type = TIMESTAMPTZOID, .path = "deadline_at", .write = FIELD_WRITABLE, .unset = "null"},
	{.name = "is_completed", .type = BOOLOID, .path = "is_completed", .write = FIELD_WRITABLE, .unset = "false"},
	{.name = "completed_at", .type = TIMESTAMPTZOID, .path = "completed_at"},
	{.name = "assignees", .type = UUIDARRAYOID, .path = "assignees[].referenced_actor_id", .write = FIELD_WRITABLE, .sent_with = "assignees[].referenced_actor_type=workspace-member", .sent_email = "assignees[].workspace_member_email_address", .unset = "[]"},
	{.name = "linked_objects", .type = TEXTARRAYOID, .path = "linked_records[].target_object_id", .write = FIELD_WRITABLE, .sent_as = "linked_records[].target_object", .unset = "[]", .changes_form = true},
	{.name = "linked_record_ids", .type = UUIDARRAYOID, .path = "linked_records[].target_record_id", .write = FIELD_WRITABLE},
	{.name = "created_at", .type = TIMESTAMPTZOID, .path = "created_at", .not_null = true},
	{.name = "created_by", .type = UUIDOID, .path = "created_by_actor.id"},
	{.name = "created_by__actor_type", .type = TEXTOID, .path = "created_by_actor.type"},
};
static const Way task_by_id = {
	.list = {"GET", "/v2/tasks/{task_id}", .scopes = TASK_SCOPES("read"), .may_be_gone = true},
	.paging = {PAGING_NONE, .rows = "data", .single = true},
};
static const ParamDef task_params[] = {
	{.name = "{task_id}", .column = "task_id", .rule = PARAM_EQUAL, .verdict = VERDICT_EXACT, .way = &task_by_id},
	{.name = "is_completed", .column = "is_completed", .rule = PARAM_EQUAL, .verdict = VERDICT_SUPERSET},
	{.name = "assignee", .column = "assignees", .rule = PARAM_EQUAL, .verdict = VERDICT_SUPERSET, .of_null = ""},
	{.name = "sort", .column = "created_at", .rule = PARAM_ORDER, .ascending = "created_at:asc", .descending = "created_at:desc"},
};
static const FieldDef task_record_fields[] = {
	{.name = "task_id", .type = UUIDOID, .path = "../id.task_id", .not_null = true},
	{.name = "object", .type = TEXTOID, .path = "target_object_id", .not_null = true},
	{.name = "record_id", .type = UUIDOID, .path = "target_record_id", .not_null = true},
	{.name = "content_plaintext", .type = TEXTOID, .path = "../content_plaintext"},
	{.name = "deadline_at", .type = TIMESTAMPTZOID, .path = "../deadline_at"},
	{.name = "is_completed", .type = BOOLOID, .path = "../is_completed"},
	{.name = "assignees", .type = UUIDARRAYOID, .path = "../assignees[].referenced_actor_id"},
	{.name = "created_at", .type = TIMESTAMPTZOID, .path = "../created_at", .not_null = true},
};
static const Way records_of_task = {
	.list = {"GET", "/v2/tasks/{task_id}", .scopes = TASK_SCOPES("read"), .may_be_gone = true},
	.paging = {PAGING_NONE, .rows = "data", .each = "linked_records", .single = true},
};
static const ParamDef task_record_params[] = {
	{.name = "{task_id}", .column = "task_id", .rule = PARAM_EQUAL, .verdict = VERDICT_EXACT, .way = &records_of_task},
	{.name = "linked_object", .column = "object", .rule = PARAM_EQUAL, .verdict = VERDICT_SUPERSET, .together = "record"},
	{.name = "linked_record_id", .column = "record_id", .rule = PARAM_EQUAL, .verdict = VERDICT_SUPERSET, .together = "record"},
	{.name = "is_completed", .column = "is_completed", .rule = PARAM_EQUAL, .verdict = VERDICT_SUPERSET},
	{.name = "assignee", .column = "assignees", .rule = PARAM_EQUAL, .verdict = VERDICT_SUPERSET, .of_null = ""},
	{.name = "sort", .column = "created_at", .rule = PARAM_ORDER, .ascending = "created_at:asc", .descending = "created_at:desc"},
};

/* ----- meetings ----- */

/* of the attribute that each listing is given */
static const FieldDef interaction_fields[] = {
	{.name = "object", .type = TEXTOID, .source = FIELD_GIVEN, .path = "object", .not_null = true},
	{.name = "record_id", .type = UUIDOID, .path = "id.record_id", .not_null = true},
	{.name = "attribute", .type = TEXTOID, .source = FIELD_GIVEN, .path = "attribute", .not_null = true},
	{.name = "type", .type = TEXTOID, .source = FIELD_VALUE, .path = "type"},
	{.name = "interacted_at", .type = TIMESTAMPTZOID, .source = FIELD_VALUE, .path = "", .not_null = true},
	{.name = "owner_member_id", .type = UUIDOID, .source = FIELD_VALUE, .path = "owner_member_id"},
	{.name = "owner_type", .type = TEXTOID, .source = FIELD_VALUE, .path = "owner_actor_type"},
};
static const ParamDef interaction_params[] = {
	{.name = "object", .column = "object", .rule = PARAM_CHOICE, .verdict = VERDICT_EXACT},
	{.name = "attribute", .column = "attribute", .rule = PARAM_CHOICE, .verdict = VERDICT_EXACT},
};
static const FieldDef meeting_fields[] = {
	{.name = "meeting_id", .type = UUIDOID, .path = "id.meeting_id", .not_null = true},
	{.name = "title", .type = TEXTOID, .path = "title", .write = FIELD_ON_CREATE, .is_required = true},
	{.name = "description", .type = TEXTOID, .path = "description", .write = FIELD_ON_CREATE, .unset = "\"\""},
	{.name = "is_all_day", .type = BOOLOID, .path = "is_all_day", .write = FIELD_ON_CREATE, .unset = "false"},
	{.name = "start_at", .type = TIMESTAMPTZOID, .path = "start.datetime|start.date", .not_null = true, .write = FIELD_ON_CREATE, .sent_as = "start.datetime"},
	{.name = "start_timezone", .type = TEXTOID, .path = "start.timezone", .write = FIELD_ON_CREATE},
	{.name = "start_date", .type = DATEOID, .path = "start.date", .write = FIELD_ON_CREATE},
	{.name = "end_at", .type = TIMESTAMPTZOID, .path = "end.datetime|end.date", .not_null = true, .write = FIELD_ON_CREATE, .sent_as = "end.datetime"},
	{.name = "end_timezone", .type = TEXTOID, .path = "end.timezone", .write = FIELD_ON_CREATE},
	{.name = "end_date", .type = DATEOID, .path = "end.date", .write = FIELD_ON_CREATE},
	{.name = "participants", .type = TEXTARRAYOID, .path = "participants[].email_address", .write = FIELD_ON_CREATE, .unset = "[]"},
	{.name = "participants__status", .type = TEXTARRAYOID, .path = "participants[].status", .write = FIELD_ON_CREATE},
	{.name = "participants__is_organizer", .type = BOOLARRAYOID, .path = "participants[].is_organizer", .write = FIELD_ON_CREATE},
	{.name = "linked_objects", .type = TEXTARRAYOID, .path = "linked_records[].object_slug", .write = FIELD_ON_CREATE, .sent_as = "linked_records[].object"},
	{.name = "linked_record_ids", .type = UUIDARRAYOID, .path = "linked_records[].record_id", .write = FIELD_ON_CREATE},
	/* of a new meeting only: by what it is known to who makes it */
	{.name = "external_ref", .type = TEXTOID, .path = "external_ref", .write = FIELD_ON_CREATE, .changes_form = true, .is_required = true},
	{.name = "created_at", .type = TIMESTAMPTZOID, .path = "created_at", .is_always_set = true},
	{.name = "created_by", .type = UUIDOID, .path = "created_by_actor.id"},
	{.name = "created_by__actor_type", .type = TEXTOID, .path = "created_by_actor.type"},
};
static const FieldDef meeting_participant_fields[] = {
	{.name = "meeting_id", .type = UUIDOID, .path = "../id.meeting_id", .not_null = true},
	{.name = "start_at", .type = TIMESTAMPTZOID, .path = "../start.datetime|../start.date", .not_null = true},
	{.name = "email_address", .type = TEXTOID, .path = "email_address"},
	{.name = "is_organizer", .type = BOOLOID, .path = "is_organizer"},
	{.name = "status", .type = TEXTOID, .path = "status"},
};
static const FieldDef meeting_record_fields[] = {
	{.name = "meeting_id", .type = UUIDOID, .path = "../id.meeting_id", .not_null = true},
	{.name = "start_at", .type = TIMESTAMPTZOID, .path = "../start.datetime|../start.date", .not_null = true},
	{.name = "object", .type = TEXTOID, .path = "object_slug", .not_null = true},
	{.name = "record_id", .type = UUIDOID, .path = "record_id", .not_null = true},
};

#define ONE_MEETING {"GET", "/v2/meetings/{meeting_id}", .scopes = "meeting:read record_permission:read", .may_be_gone = true}

static const Way meeting_by_id = {.list = ONE_MEETING, .paging = {PAGING_NONE, .rows = "data", .single = true}};
static const Way participants_of_meeting = {.list = ONE_MEETING, .paging = {PAGING_NONE, .rows = "data", .each = "participants", .single = true}};
static const Way records_of_meeting = {.list = ONE_MEETING, .paging = {PAGING_NONE, .rows = "data", .each = "linked_records", .single = true}};

static const ParamDef meeting_params[] = {
	{.name = "{meeting_id}", .column = "meeting_id", .rule = PARAM_EQUAL, .verdict = VERDICT_EXACT, .way = &meeting_by_id},
	{.name = "participants", .column = "participants", .rule = PARAM_ANY, .verdict = VERDICT_SUPERSET, .max_values = 50, .has_commas = true},
	{.name = "ends_from", .column = "end_at", .rule = PARAM_FROM, .verdict = VERDICT_SUPERSET, .implied_by = "start_at"},
	{.name = "starts_before", .column = "start_at", .rule = PARAM_BEFORE, .verdict = VERDICT_SUPERSET, .implied_by = "end_at"},
	{.name = "sort", .column = "start_at", .rule = PARAM_ORDER, .ascending = "start_asc", .descending = "start_desc"},
};

/* a meeting does not end before it begins, so what begins from a moment on ends from then on */
#define BY_START \
	{.name = "ends_from", .column = "start_at", .rule = PARAM_FROM, .verdict = VERDICT_SUPERSET}, \
	{.name = "starts_before", .column = "start_at", .rule = PARAM_BEFORE, .verdict = VERDICT_SUPERSET}, \
	{.name = "sort", .column = "start_at", .rule = PARAM_ORDER, .ascending = "start_asc", .descending = "start_desc"}

static const ParamDef meeting_participant_params[] = {
	{.name = "{meeting_id}", .column = "meeting_id", .rule = PARAM_EQUAL, .verdict = VERDICT_EXACT, .way = &participants_of_meeting},
	{.name = "participants", .column = "email_address", .rule = PARAM_ANY, .verdict = VERDICT_SUPERSET, .max_values = 50, .has_commas = true},
	BY_START,
};
static const ParamDef meeting_record_params[] = {
	{.name = "{meeting_id}", .column = "meeting_id", .rule = PARAM_EQUAL, .verdict = VERDICT_EXACT, .way = &records_of_meeting},
	{.name = "linked_object", .column = "object", .rule = PARAM_EQUAL, .verdict = VERDICT_SUPERSET, .together = "record"},
	{.name = "linked_record_id", .column = "record_id", .rule = PARAM_EQUAL, .verdict = VERDICT_SUPERSET, .together = "record"},
	BY_START,
};

/* ----- recordings and what was said ----- */

static const FieldDef call_recording_fields[] = {
	{.name = "call_recording_id", .type = UUIDOID, .path = "id.call_recording_id", .not_null = true},
	{.name = "meeting_id", .type = UUIDOID, .path = "id.meeting_id", .not_null = true, .write = FIELD_ON_CREATE, .sent_as = "{meeting}", .is_required = true},
	{.name = "status", .type = TEXTOID, .path = "status"},
	{.name = "web_url", .type = TEXTOID, .path = "web_url"},
	{.name = "created_at", .type = TIMESTAMPTZOID, .path = "created_at", .is_always_set = true},
	{.name = "created_by", .type = UUIDOID, .path = "created_by_actor.id"},
	{.name = "created_by__actor_type", .type = TEXTOID, .path = "created_by_actor.type"},
	/* of a new recording only: where Attio finds the video */
	{.name = "video_url", .type = TEXTOID, .path = "video_url", .write = FIELD_ON_CREATE, .changes_form = true, .is_required = true},
};
static const ParamDef call_recording_params[] = {
	{.name = "{meeting}", .column = "meeting_id", .rule = PARAM_EQUAL, .verdict = VERDICT_EXACT, .required = true, .of_parents = true},
};
static const FieldDef transcript_fields[] = {
	{.name = "meeting_id", .type = UUIDOID, .source = FIELD_GIVEN, .path = "meeting", .not_null = true},
	{.name = "call_recording_id", .type = UUIDOID, .source = FIELD_GIVEN, .path = "recording", .not_null = true},
	{.name = "position", .type = INT4OID, .source = FIELD_POSITION, .not_null = true},
	{.name = "speaker", .type = TEXTOID, .path = "speaker.name"},
	{.name = "speech", .type = TEXTOID, .path = "speech"},
	{.name = "start_time", .type = INTERVALOID, .path = "start_time"},
	{.name = "end_time", .type = INTERVALOID, .path = "end_time"},
};
static const ParamDef transcript_params[] = {
	{.name = "{meeting}", .column = "meeting_id", .rule = PARAM_EQUAL, .verdict = VERDICT_EXACT, .required = true, .together = "recording"},
	{.name = "{recording}", .column = "call_recording_id", .rule = PARAM_EQUAL, .verdict = VERDICT_EXACT, .required = true, .together = "recording"},
};

/* ----- files ----- */

static const FieldDef file_fields[] = {
	{.name = "file_id", .type = UUIDOID, .path = "id.file_id", .not_null = true},
	{.name = "object", .type = TEXTOID, .path = "object_slug", .not_null = true, .write = FIELD_ON_CREATE, .sent_as = "object", .is_required = true},
	{.name = "record_id", .type = UUIDOID, .path = "record_id", .not_null = true, .write = FIELD_ON_CREATE, .is_required = true},
	{.name = "file_type", .type = TEXTOID, .path = "file_type", .write = FIELD_ON_CREATE, .is_required = true},
	{.name = "name", .type = TEXTOID, .path = "name", .write = FIELD_ON_CREATE},
	{.name = "content_type", .type = TEXTOID, .path = "content_type"},
	{.name = "content_size", .type = INT8OID, .path = "content_size"},
	{.name = "storage_provider", .type = TEXTOID, .path = "storage_provider", .write = FIELD_ON_CREATE},
	{.name = "external_provider_file_id", .type = TEXTOID, .path = "external_provider_file_id", .write = FIELD_ON_CREATE},
	{.name = "microsoft_drive_id", .type = TEXTOID, .path = "microsoft_drive_id", .write = FIELD_ON_CREATE},
	{.name = "parent_folder_id", .type = UUIDOID, .path = "parent_folder_id", .write = FIELD_ON_CREATE},
	{.name = "created_at", .type = TIMESTAMPTZOID, .path = "created_at", .is_always_set = true},
	{.name = "created_by", .type = UUIDOID, .path = "created_by_actor.id"},
	{.name = "created_by__actor_type", .type = TEXTOID, .path = "created_by_actor.type"},
};
static const Way file_by_id = {
	.list = {"GET", "/v2/files/{file_id}", .scopes = "file:read object_configuration:read record_permission:read", .may_be_gone = true},
	.paging = {PAGING_NONE, .rows = "data", .single = true},
};
static const ParamDef file_params[] = {
	{.name = "{file_id}", .column = "file_id", .rule = PARAM_EQUAL, .verdict = VERDICT_EXACT, .way = &file_by_id},
	{.name = "object", .column = "object", .rule = PARAM_EQUAL, .verdict = VERDICT_SUPERSET, .required = true, .together = "record"},
	{.name = "record_id", .column = "record_id", .rule = PARAM_EQUAL, .verdict = VERDICT_SUPERSET, .required = true, .together = "record"},
	{.name = "storage_provider", .column = "storage_provider", .rule = PARAM_EQUAL, .verdict = VERDICT_SUPERSET},
	{.name = "parent_folder_id", .column = "parent_folder_id", .rule = PARAM_EQUAL, .verdict = VERDICT_SUPERSET},
};

/* ----- threads and comments: of one record or of one entry ----- */

/*
 * These columns show what was asked for; the comments of a thread, if it has any, say what it is about.  None is asked
 * for by its id.
 */
static const FieldDef thread_fields[] = {
	{.name = "thread_id", .type = UUIDOID, .path = "id.thread_id", .not_null = true},
	{.name = "object", .type = TEXTOID, .source = FIELD_GIVEN, .path = "object"},
	{.name = "record_id", .type = UUIDOID, .source = FIELD_GIVEN, .path = "record_id", .among = "comments[].record.record_id", .unless = "comments[].entry.entry_id"},
	{.name = "list", .type = TEXTOID, .source = FIELD_GIVEN, .path = "list"},
	{.name = "entry_id", .type = UUIDOID, .source = FIELD_GIVEN, .path = "entry_id", .among = "comments[].entry.entry_id|comments[].record.record_id"},
	{.name = "created_at", .type = TIMESTAMPTZOID, .path = "created_at", .is_always_set = true},
};
static const FieldDef comment_fields[] = {
	{.name = "comment_id", .type = UUIDOID, .path = "id.comment_id", .not_null = true},
	{.name = "thread_id", .type = UUIDOID, .path = "thread_id", .not_null = true, .write = FIELD_ON_CREATE},
	{.name = "object", .type = TEXTOID, .source = FIELD_GIVEN, .path = "object", .named_by = "record.object_id", .names = "objects", .unless = "entry.entry_id", .write = FIELD_ON_CREATE, .sent_as = "record.object"},
	{.name = "object_id", .type = UUIDOID, .path = "record.object_id"},
	{.name = "record_id", .type = UUIDOID, .path = "record.record_id", .write = FIELD_ON_CREATE},
	{.name = "list", .type = TEXTOID, .source = FIELD_GIVEN, .path = "list", .named_by = "entry.list_id", .names = "lists", .write = FIELD_ON_CREATE, .sent_as = "entry.list"},
	{.name = "list_id", .type = UUIDOID, .path = "entry.list_id"},
	{.name = "entry_id", .type = UUIDOID, .path = "entry.entry_id", .write = FIELD_ON_CREATE},
	{.name = "content_plaintext", .type = TEXTOID, .path = "content_plaintext", .write = FIELD_ON_CREATE, .sent_as = "content", .sent_with = "format=plaintext", .is_required = true},
	{.name = "author", .type = UUIDOID, .path = "author.id", .write = FIELD_ON_CREATE, .sent_with = "author.type=workspace-member", .is_required = true},
	{.name = "author__actor_type", .type = TEXTOID, .path = "author.type"},
	{.name = "resolved_at", .type = TIMESTAMPTZOID, .path = "resolved_at"},
	{.name = "resolved_by", .type = UUIDOID, .path = "resolved_by.id"},
	{.name = "resolved_by__actor_type", .type = TEXTOID, .path = "resolved_by.type"},
	{.name = "created_at", .type = TIMESTAMPTZOID, .path = "created_at", .is_always_set = true, .write = FIELD_ON_CREATE},
};

/* the comments of one thread: the answer holds it, not a list of it */
static const Way comments_of_thread = {
	.list = {"GET", "/v2/threads/{thread_id}", .scopes = "comment:read", .may_be_gone = true},
	.paging = {PAGING_NONE, .rows = "data.comments"},
};
static const Way comment_by_id = {
	.list = {"GET", "/v2/comments/{comment_id}", .scopes = "comment:read", .may_be_gone = true},
	.paging = {PAGING_NONE, .rows = "data", .single = true},
};

/* those of an entry are not among those of its record */
#define OF_RECORD_OR_ENTRY \
	{.name = "list", .column = "list", .rule = PARAM_EQUAL, .verdict = VERDICT_EXACT, .together = "entry", .either = "place", .example = "sales"}, \
	{.name = "entry_id", .column = "entry_id", .rule = PARAM_EQUAL, .verdict = VERDICT_EXACT, .together = "entry", .either = "place"}, \
	{.name = "object", .column = "object", .rule = PARAM_EQUAL, .verdict = VERDICT_EXACT, .together = "record", .either = "place", .example = "people"}, \
	{.name = "record_id", .column = "record_id", .rule = PARAM_EQUAL, .verdict = VERDICT_EXACT, .together = "record", .either = "place"}

static const ParamDef thread_params[] = {
	OF_RECORD_OR_ENTRY,
};
static const ParamDef comment_params[] = {
	{.name = "{comment_id}", .column = "comment_id", .rule = PARAM_EQUAL, .verdict = VERDICT_EXACT, .way = &comment_by_id},
	{.name = "{thread_id}", .column = "thread_id", .rule = PARAM_EQUAL, .verdict = VERDICT_EXACT, .way = &comments_of_thread},
	OF_RECORD_OR_ENTRY,
};

/* clang-format on */

#endif /* ATTIO_ACTIVITY_FIELDS_H */
