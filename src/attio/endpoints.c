/*
 * endpoints.c
 *		The one table of Attio's endpoints whose rows can be a table.
 *
 * Owns: the facts of docs/attio-api.md 4 and 11 that a scan and a write need.
 * Must not know how pages are fetched.
 */
#include "attio/endpoints.h"

#include "attio/activity_fields.h"
#include "attio/configuration_fields.h"
#include "attio/history_fields.h"
#include "attio/meetings.h"
#include "attio/metadata.h"

/* ----- listings for each object and list, or for each of some attributes ----- */

/* What is given of one object or list. */
static List *
given_target(const TargetDef *target)
{
	return list_make3(given_make("target", target->kind->plural), given_make("target_id", target->id),
					  given_make("target_slug", target->slug));
}

/* The attributes of one object or list that are of this type, each with what is given of it. */
static List *
attribute_parents(List *parents, Session *session, const TargetDef *target, const char *type, ScanCost *cost)
{
	TargetRefusal refusal = {0};
	ListCell *lc;

	foreach(lc, metadata_attributes(session, target, &refusal, cost))
	{
		const AttributeDef *attribute = (const AttributeDef *) lfirst(lc);
		List *given;

		if (strcmp(attribute->type_name, type) != 0)
			continue;
		given = lappend(given_target(target), given_make("attribute_id", attribute->id));
		parents = lappend(parents, lappend(given, given_make("attribute_slug", attribute->slug)));
	}
	return parents;
}

/* All objects and lists, or with a type all of their attributes of it; what is independent is asked for at once. */
static List *
parents_of_type(Session *session, const char *type, ScanCost *cost)
{
	List *targets;
	List *parents = NIL;
	ListCell *lc;
	int next = 0;

	targets = targets_read_all(session, cost);
	foreach(lc, targets)
	{
		const TargetDef *target = (const TargetDef *) lfirst(lc);

		if (type == NULL)
		{
			parents = lappend(parents, given_target(target));
			continue;
		}
		metadata_ask_ahead(session, targets, &next, cost);
		parents = attribute_parents(parents, session, target, type, cost);
	}
	return parents;
}

/* Of resources that have a listing for each object and list. */
static List *
all_targets(Session *session, ScanCost *cost)
{
	return parents_of_type(session, NULL, cost);
}

/* For each object, by its slug where it has one. */
static List *
all_objects(Session *session, ScanCost *cost)
{
	List *parents = NIL;
	ListCell *lc;

	foreach(lc, targets_known(session, &target_object, cost))
		parents = lappend(parents, list_make1(given_make("object", target_name((const TargetDef *) lfirst(lc)))));
	return parents;
}

/* For each select attribute. */
static List *
all_selects(Session *session, ScanCost *cost)
{
	return parents_of_type(session, "select", cost);
}

/* For each status attribute. */
static List *
all_statuses(Session *session, ScanCost *cost)
{
	return parents_of_type(session, "status", cost);
}

/* ----- what a new row belongs to ----- */

/* The object or list that is given by its id or slug; NULL where the workspace has none. */
static const TargetDef *
target_of_given(Session *session, const TargetKind *kind, const List *given, ScanCost *cost)
{
	const TargetDef wanted = {
		.kind = kind, .id = given_value(given, "target_id"), .slug = given_value(given, "target_slug")};
	const TargetDef *target;

	if (wanted.id == NULL && wanted.slug == NULL)
		return NULL;
	target = target_find(targets_known(session, kind, cost), &wanted);
	return target != NULL ? target : target_find(targets_read(session, kind, cost), &wanted);
}

/* Its attribute that is given by its id or slug; NULL where it has none. */
static const AttributeDef *
attribute_of_given(Session *session, const TargetDef *target, const List *given, ScanCost *cost)
{
	const char *id = given_value(given, "attribute_id");
	const char *slug = given_value(given, "attribute_slug");
	TargetRefusal refusal = {.may_be_absent = true};
	const AttributeDef *found = NULL;
	List *attributes;

	if (id == NULL && slug == NULL)
		return NULL;
	attributes = metadata_attributes(session, target, &refusal, cost);
	/* what the session knows may be older than the attribute */
	for (int i = 0; i < 2 && found == NULL; i++)
	{
		if (i > 0 && metadata_has_changed(session, target, attributes, cost))
			attributes = metadata_attributes(session, target, &refusal, cost);
		found = id != NULL ? attribute_by_id(attributes, id) : attribute_by_slug(attributes, slug);
	}
	return found;
}

List *
attio_complete_given(Session *session, List *given, ScanCost *cost)
{
	const char *plural = given_value(given, "target");
	const TargetKind *kind = plural == NULL                              ? NULL
							 : strcmp(plural, target_object.plural) == 0 ? &target_object
							 : strcmp(plural, target_list.plural) == 0   ? &target_list
																		 : NULL;
	const TargetDef *target = kind == NULL ? NULL : target_of_given(session, kind, given, cost);
	const AttributeDef *attribute = NULL;
	List *whole;

	if (target == NULL)
		return given;
	whole = given_target(target);
	attribute = attribute_of_given(session, target, given, cost);
	if (attribute != NULL)
	{
		whole = lappend(whole, given_make("attribute_id", attribute->id));
		whole = lappend(whole, given_make("attribute_slug", attribute->slug));
	}
	return list_concat_copy(whole, given);
}

/* ----- the table ----- */

#define FIELDS(fields_) .fields = fields_, .nfields = lengthof(fields_)
#define SEARCH_BODY "{\"query\":\"{query}\",\"objects\":[\"{object}\"],\"request_as\":{\"type\":\"workspace\"}}"
#define PARAMS(params_) .params = params_, .nparams = lengthof(params_)
#define CAN_QUERY (CAN_FILTER | CAN_SORT | CAN_COUNT | CAN_OFFSET | CAN_LOOKUP | CAN_LIMIT)

/* clang-format off */
const ResourceDef attio_resources[] = {
	{
		.name = "records",
		.is_template = true,
		.list = {"POST", "/v2/objects/{object}/records/query", .scopes = "record_permission:read object_configuration:read"},
		.get = {"GET", "/v2/objects/{object}/records/{id}", .scopes = "record_permission:read object_configuration:read"},
		.create = {"POST", "/v2/objects/{object}/records", .scopes = "record_permission:read-write object_configuration:read", .nature = HTTP_ONCE},
		.match = {"PUT", "/v2/objects/{object}/records?matching_attribute={matching_attribute}", .scopes = "record_permission:read-write object_configuration:read", .nature = HTTP_REPEAT},
		.update = {"PUT", "/v2/objects/{object}/records/{id}", .scopes = "record_permission:read-write object_configuration:read", .nature = HTTP_REPEAT},
		.delete = {"DELETE", "/v2/objects/{object}/records/{id}", .scopes = "record_permission:read-write object_configuration:read", .nature = HTTP_REPEAT},
		.paging = {PAGING_OFFSET, .in_body = true, .limit = "limit", .place = "offset", .filter = "filter", .sorts = "sorts", .view = "filter_view_id", .max_page = 500, .rows = "data"},
		.abilities = CAN_QUERY,
		.row_path = "data",
		.id_path = "id.record_id",
		.id_type = UUIDOID,
		.values = "values",
		.created = "created_at",
		.created_member = "value",
		.type_member = "attribute_type",
		.changed_member = "active_from",
		FIELDS(record_fields),
	},
	{
		.name = "entries",
		.is_template = true,
		.list = {"POST", "/v2/lists/{list}/entries/query", .scopes = "list_entry:read list_configuration:read"},
		.get = {"GET", "/v2/lists/{list}/entries/{id}", .scopes = "list_entry:read list_configuration:read"},
		.create = {"POST", "/v2/lists/{list}/entries", .scopes = "list_entry:read-write list_configuration:read", .nature = HTTP_ONCE},
		.match = {"PUT", "/v2/lists/{list}/entries", .scopes = "list_entry:read-write list_configuration:read", .nature = HTTP_REPEAT},
		.update = {"PUT", "/v2/lists/{list}/entries/{id}", .scopes = "list_entry:read-write list_configuration:read", .nature = HTTP_REPEAT},
		.delete = {"DELETE", "/v2/lists/{list}/entries/{id}", .scopes = "list_entry:read-write list_configuration:read", .nature = HTTP_REPEAT},
		.paging = {PAGING_OFFSET, .in_body = true, .limit = "limit", .place = "offset", .filter = "filter", .sorts = "sorts", .view = "filter_view_id", .max_page = 500, .rows = "data"},
		.abilities = CAN_QUERY,
		.row_path = "data",
		.id_path = "id.entry_id",
		.id_type = UUIDOID,
		.values = "entry_values",
		.created = "created_at",
		.created_member = "value",
		.type_member = "attribute_type",
		.changed_member = "active_from",
		.parent = "parent_record_id",
		FIELDS(entry_fields),
	},
	/* all values that one attribute of a record, or of an entry, has had: of tables with the option history */
	{
		.name = "record_history",
		.is_template = true,
		.list = {"GET", "/v2/objects/{object}/records/{record_id}/attributes/{attribute}/values?show_historic=true", .scopes = "record_permission:read object_configuration:read", .may_be_gone = true},
		.paging = {PAGING_OFFSET, .limit = "limit", .place = "offset", .max_page = 50, .rows = "data"},
		.abilities = CAN_LOOKUP,
		.values = "",
		FIELDS(record_history_fields),
		PARAMS(record_history_params),
	},
	{
		.name = "entry_history",
		.is_template = true,
		.list = {"GET", "/v2/lists/{list}/entries/{entry_id}/attributes/{attribute}/values?show_historic=true", .scopes = "list_entry:read list_configuration:read", .may_be_gone = true},
		.paging = {PAGING_OFFSET, .limit = "limit", .place = "offset", .max_page = 50, .rows = "data"},
		.abilities = CAN_LOOKUP,
		.values = "",
		FIELDS(entry_history_fields),
		PARAMS(entry_history_params),
	},
	/* the people who use the workspace; actor references point here */
	{
		.name = "workspace_members",
		.list = {"GET", "/v2/workspace_members", .scopes = "user_management:read"},
		.paging = {PAGING_NONE, .rows = "data"},
		.id_path = "id.workspace_member_id",
		.id_type = UUIDOID,
		FIELDS(member_fields),
	},
	{
		.name = "objects",
		.list = {"GET", "/v2/objects", .scopes = "object_configuration:read"},
		.create = {"POST", "/v2/objects", .scopes = "object_configuration:read-write", .nature = HTTP_ONCE},
		.update = {"PATCH", "/v2/objects/{id}", .scopes = "object_configuration:read-write", .nature = HTTP_REPEAT},
		.paging = {PAGING_NONE, .rows = "data"},
		.row_path = "data",
		.row_member = "data",
		.defines = true,
		.id_path = "id.object_id",
		.id_type = UUIDOID,
		FIELDS(object_fields),
	},
	/* those that the key can see, in sidebar order */
	{
		.name = "lists",
		.list = {"GET", "/v2/lists", .scopes = "list_configuration:read"},
		.create = {"POST", "/v2/lists", .scopes = "list_configuration:read-write", .nature = HTTP_ONCE},
		.update = {"PATCH", "/v2/lists/{id}", .scopes = "list_configuration:read-write", .nature = HTTP_REPEAT},
		.paging = {PAGING_NONE, .rows = "data"},
		.row_path = "data",
		.row_member = "data",
		.defines = true,
		.id_path = "id.list_id",
		.id_type = UUIDOID,
		FIELDS(list_fields),
	},
	/* of all objects and lists; archived ones are marked, as they are below */
	{
		.name = "attributes",
		.list = {"GET", "/v2/{target}/{target_id}/attributes?show_archived=true", .scopes = "object_configuration:read list_configuration:read", .tolerated = "standard_object_disabled"},
		.create = {"POST", "/v2/{target}/{target_id}/attributes", .scopes = "object_configuration:read-write list_configuration:read-write", .nature = HTTP_ONCE},
		.update = {"PATCH", "/v2/{target}/{target_id}/attributes/{id}", .scopes = "object_configuration:read-write list_configuration:read-write", .nature = HTTP_REPEAT},
		.paging = {PAGING_OFFSET, .limit = "limit", .place = "offset", .max_page = 50, .rows = "data"},
		.row_path = "data",
		.row_member = "data",
		.archived_by = "is_archived",
		.defines = true,
		.id_path = "id.attribute_id",
		.id_type = UUIDOID,
		FIELDS(attribute_fields),
		PARAMS(target_params),
		.parents = all_targets,
	},
	{
		.name = "select_options",
		.list = {"GET", "/v2/{target}/{target_id}/attributes/{attribute_id}/options?show_archived=true", .scopes = "object_configuration:read list_configuration:read", .tolerated = "standard_object_disabled"},
		.create = {"POST", "/v2/{target}/{target_id}/attributes/{attribute_id}/options", .scopes = "object_configuration:read-write list_configuration:read-write", .nature = HTTP_ONCE},
		.update = {"PATCH", "/v2/{target}/{target_id}/attributes/{attribute_id}/options/{id}", .scopes = "object_configuration:read-write list_configuration:read-write", .nature = HTTP_REPEAT},
		.paging = {PAGING_NONE, .rows = "data"},
		.row_path = "data",
		.row_member = "data",
		.archived_by = "is_archived",
		.defines = true,
		.id_path = "id.option_id",
		.id_type = UUIDOID,
		FIELDS(option_fields),
		PARAMS(attribute_params),
		.parents = all_selects,
	},
	/* in their order */
	{
		.name = "statuses",
		.list = {"GET", "/v2/{target}/{target_id}/attributes/{attribute_id}/statuses?show_archived=true", .scopes = "object_configuration:read list_configuration:read", .tolerated = "standard_object_disabled"},
		.create = {"POST", "/v2/{target}/{target_id}/attributes/{attribute_id}/statuses", .scopes = "object_configuration:read-write list_configuration:read-write", .nature = HTTP_ONCE},
		.update = {"PATCH", "/v2/{target}/{target_id}/attributes/{attribute_id}/statuses/{id}", .scopes = "object_configuration:read-write list_configuration:read-write", .nature = HTTP_REPEAT},
		.paging = {PAGING_NONE, .rows = "data"},
		.row_path = "data",
		.row_member = "data",
		.archived_by = "is_archived",
		.defines = true,
		.id_path = "id.status_id",
		.id_type = UUIDOID,
		FIELDS(status_fields),
		PARAMS(attribute_params),
		.parents = all_statuses,
	},
	/* saved views of all objects and lists, without archived ones, which answers do not mark */
	{
		.name = "views",
		.list = {"GET", "/v2/{target}/{target_id}/views", .scopes = "object_configuration:read list_configuration:read", .tolerated = "standard_object_disabled"},
		.paging = {PAGING_CURSOR, .limit = "limit", .place = "cursor", .max_page = 1000, .rows = "data", .next = "pagination.next_cursor", .tells_end = true},
		.id_path = "id.view_id",
		.id_type = UUIDOID,
		FIELDS(view_fields),
		PARAMS(target_params),
		.parents = all_targets,
	},
	/* the lists that a record is on */
	{
		.name = "record_entries",
		.list = {"GET", "/v2/objects/{object}/records/{record_id}/entries", .scopes = "record_permission:read object_configuration:read list_entry:read", .may_be_gone = true},
		.paging = {PAGING_OFFSET, .limit = "limit", .place = "offset", .max_page = 1000, .rows = "data"},
		.abilities = CAN_LOOKUP,
		.id_path = "entry_id",
		.id_type = UUIDOID,
		FIELDS(record_entry_fields),
		PARAMS(record_entry_params),
	},
	/* records by a text, of one object in each request */
	{
		.name = "search",
		.list = {"POST", "/v2/objects/records/search", .scopes = "record_permission:read object_configuration:read", .tolerated = "standard_object_disabled", .body = SEARCH_BODY},
		.paging = {PAGING_NONE, .in_body = true, .limit = "limit", .max_page = 25, .rows = "data"},
		.abilities = CAN_LOOKUP | CAN_LIMIT,
		.id_path = "id.record_id",
		.id_type = UUIDOID,
		FIELDS(search_fields),
		PARAMS(search_params),
		.parents = all_objects,
		.walked = "objects",
	},
	/* all values that an attribute has had, of a record or of an entry */
	{
		.name = "attribute_history",
		.list = {"GET", "/v2/objects/{object}/records/{record_id}/attributes/{attribute}/values?show_historic=true", .scopes = "record_permission:read object_configuration:read", .may_be_gone = true},
		.paging = {PAGING_OFFSET, .limit = "limit", .place = "offset", .max_page = 50, .rows = "data"},
		.abilities = CAN_LOOKUP,
		FIELDS(attribute_history_fields),
		PARAMS(attribute_history_params),
	},
	/* the key, and the workspace that it belongs to: one row */
	{
		.name = "self",
		.list = {"GET", "/v2/self", .scopes = ""},
		.paging = {PAGING_NONE, .rows = "", .single = true},
		FIELDS(self_fields),
	},
	{
		.name = "webhooks",
		.list = {"GET", "/v2/webhooks", .scopes = "webhook:read"},
		.create = {"POST", "/v2/webhooks", .scopes = "webhook:read-write", .nature = HTTP_ONCE},
		.update = {"PATCH", "/v2/webhooks/{id}", .scopes = "webhook:read-write", .nature = HTTP_REPEAT},
		.delete = {"DELETE", "/v2/webhooks/{id}", .scopes = "webhook:read-write", .nature = HTTP_REPEAT},
		.paging = {PAGING_OFFSET, .limit = "limit", .place = "offset", .max_page = 100, .min_page = 10, .rows = "data"},
		.abilities = CAN_LOOKUP,
		.row_path = "data",
		.row_member = "data",
		.id_path = "id.webhook_id",
		.id_type = UUIDOID,
		FIELDS(webhook_fields),
		PARAMS(webhook_params),
	},
	/* the oldest first */
	{
		.name = "notes",
		.list = {"GET", "/v2/notes", .scopes = NOTE_SCOPES("read")},
		.create = {"POST", "/v2/notes", .scopes = NOTE_SCOPES("read-write"), .nature = HTTP_ONCE},
		.update = {"PATCH", "/v2/notes/{id}", .scopes = NOTE_SCOPES("read-write"), .nature = HTTP_REPEAT},
		.delete = {"DELETE", "/v2/notes/{id}", .scopes = "note:read-write", .nature = HTTP_REPEAT},
		.paging = {PAGING_OFFSET, .limit = "limit", .place = "offset", .max_page = 50, .rows = "data"},
		.abilities = CAN_LOOKUP,
		.row_path = "data",
		.row_member = "data",
		.id_path = "id.note_id",
		.id_type = UUIDOID,
		FIELDS(note_fields),
		PARAMS(note_params),
	},
	/* the oldest first */
	{
		.name = "tasks",
		.list = {"GET", "/v2/tasks", .scopes = TASK_SCOPES("read")},
		.create = {"POST", "/v2/tasks", .scopes = TASK_SCOPES("read-write"), .nature = HTTP_ONCE},
		.update = {"PATCH", "/v2/tasks/{id}", .scopes = TASK_SCOPES("read-write"), .nature = HTTP_REPEAT},
		.delete = {"DELETE", "/v2/tasks/{id}", .scopes = "task:read-write", .nature = HTTP_REPEAT},
		.paging = {PAGING_OFFSET, .limit = "limit", .place = "offset", .max_page = 1000, .rows = "data"},
		.abilities = CAN_LOOKUP,
		.row_path = "data",
		.row_member = "data",
		.id_path = "id.task_id",
		.id_type = UUIDOID,
		FIELDS(task_fields),
		PARAMS(task_params),
	},
	/* a row for each record that a task is linked with */
	{
		.name = "task_records",
		.list = {"GET", "/v2/tasks", .scopes = TASK_SCOPES("read")},
		.paging = {PAGING_OFFSET, .limit = "limit", .place = "offset", .max_page = 1000, .rows = "data", .each = "linked_records"},
		.abilities = CAN_LOOKUP,
		.id_path = "../id.task_id",
		.id_type = UUIDOID,
		FIELDS(task_record_fields),
		PARAMS(task_record_params),
	},
	/* the values of all interaction attributes, with the listings that interactions.c gives */
	{
		.name = "interactions",
		.list = {"POST", "/v2/objects/{object_id}/records/query", .scopes = "record_permission:read object_configuration:read", .tolerated = "standard_object_disabled"},
		.paging = {PAGING_OFFSET, .in_body = true, .limit = "limit", .place = "offset", .filter = "filter", .sorts = "sorts", .max_page = 500, .rows = "data"},
		.abilities = CAN_FILTER | CAN_SORT | CAN_LOOKUP,
		.id_path = "id.record_id",
		.id_type = UUIDOID,
		.values = "values",
		.created = "created_at",
		.created_member = "value",
		.type_member = "attribute_type",
		.changed_member = "active_from",
		.value_of = "attribute",
		FIELDS(interaction_fields),
		PARAMS(interaction_params),
	},
	/* in the order of their begin */
	{
		.name = "meetings",
		.list = {"GET", "/v2/meetings", .scopes = "meeting:read record_permission:read"},
		.create = {"POST", "/v2/meetings", .scopes = "meeting:read-write record_permission:read", .nature = HTTP_ONCE},
		.paging = {PAGING_CURSOR, .limit = "limit", .place = "cursor", .max_page = 200, .rows = "data", .next = "pagination.next_cursor", .tells_end = true},
		.id_path = "id.meeting_id",
		.id_type = UUIDOID,
		.abilities = CAN_LOOKUP,
		.row_path = "data",
		.row_member = "data",
		FIELDS(meeting_fields),
		PARAMS(meeting_params),
	},
	/* people who are invited to meetings, and records that meetings are about: of the same documents */
	{
		.name = "meeting_participants",
		.list = {"GET", "/v2/meetings", .scopes = "meeting:read record_permission:read"},
		.paging = {PAGING_CURSOR, .limit = "limit", .place = "cursor", .max_page = 200, .rows = "data", .each = "participants", .next = "pagination.next_cursor", .tells_end = true},
		.id_path = "../id.meeting_id",
		.id_type = UUIDOID,
		.abilities = CAN_LOOKUP,
		FIELDS(meeting_participant_fields),
		PARAMS(meeting_participant_params),
	},
	{
		.name = "meeting_records",
		.list = {"GET", "/v2/meetings", .scopes = "meeting:read record_permission:read"},
		.paging = {PAGING_CURSOR, .limit = "limit", .place = "cursor", .max_page = 200, .rows = "data", .each = "linked_records", .next = "pagination.next_cursor", .tells_end = true},
		.id_path = "../id.meeting_id",
		.id_type = UUIDOID,
		.abilities = CAN_LOOKUP,
		FIELDS(meeting_record_fields),
		PARAMS(meeting_record_params),
	},
	{
		.name = "call_recordings",
		.list = {"GET", "/v2/meetings/{meeting}/call_recordings", .scopes = "meeting:read call_recording:read", .may_be_gone = true},
		.create = {"POST", "/v2/meetings/{meeting}/call_recordings", .scopes = "meeting:read call_recording:read-write", .nature = HTTP_ONCE},
		.delete = {"DELETE", "/v2/meetings/{meeting}/call_recordings/{id}", .scopes = "meeting:read call_recording:read-write", .nature = HTTP_REPEAT, .status = 204},
		.paging = {PAGING_CURSOR, .limit = "limit", .place = "cursor", .max_page = 200, .rows = "data", .next = "pagination.next_cursor", .tells_end = true},
		.abilities = CAN_LOOKUP,
		.row_path = "data",
		.row_member = "data",
		.id_path = "id.call_recording_id",
		.id_type = UUIDOID,
		FIELDS(call_recording_fields),
		PARAMS(call_recording_params),
		.parents = meetings_all,
		.walked = "meetings",
	},
	/* a row for each utterance */
	{
		.name = "transcripts",
		.list = {"GET", "/v2/meetings/{meeting}/call_recordings/{recording}/transcript", .scopes = "meeting:read call_recording:read", .may_be_gone = true},
		.paging = {PAGING_CURSOR, .place = "cursor", .rows = "data.transcript", .next = "pagination.next_cursor", .tells_end = true},
		.abilities = CAN_LOOKUP,
		FIELDS(transcript_fields),
		PARAMS(transcript_params),
	},
	/* folders and files of a record, some of them kept by another service */
	{
		.name = "files",
		.list = {"GET", "/v2/files", .scopes = "file:read object_configuration:read record_permission:read"},
		.create = {"POST", "/v2/files", .scopes = "file:read-write object_configuration:read record_permission:read", .nature = HTTP_ONCE},
		.delete = {"DELETE", "/v2/files/{id}", .scopes = "file:read-write object_configuration:read record_permission:read", .nature = HTTP_REPEAT},
		.paging = {PAGING_CURSOR, .limit = "limit", .place = "cursor", .max_page = 200, .rows = "data", .next = "pagination.next_cursor", .tells_end = true},
		.abilities = CAN_LOOKUP,
		.row_path = "data",
		.id_path = "id.file_id",
		.id_type = UUIDOID,
		FIELDS(file_fields),
		PARAMS(file_params),
	},
	/* of a record or of an entry; comments stand inside of threads */
	{
		.name = "threads",
		.list = {"GET", "/v2/threads", .scopes = "comment:read"},
		.paging = {PAGING_OFFSET, .limit = "limit", .place = "offset", .max_page = 50, .rows = "data"},
		.abilities = CAN_LOOKUP,
		.id_path = "id.thread_id",
		.id_type = UUIDOID,
		FIELDS(thread_fields),
		PARAMS(thread_params),
	},
	{
		.name = "comments",
		.list = {"GET", "/v2/threads", .scopes = "comment:read"},
		.create = {"POST", "/v2/comments", .scopes = "comment:read-write", .nature = HTTP_ONCE},
		.delete = {"DELETE", "/v2/comments/{id}", .scopes = "comment:read-write", .nature = HTTP_REPEAT},
		.paging = {PAGING_OFFSET, .limit = "limit", .place = "offset", .max_page = 50, .rows = "data", .each = "comments", .each_id = "id.thread_id"},
		.abilities = CAN_LOOKUP,
		.row_path = "data",
		.row_member = "data",
		.id_path = "id.comment_id",
		.id_type = UUIDOID,
		FIELDS(comment_fields),
		PARAMS(comment_params),
	},
	{.name = NULL},
};
/* clang-format on */

const ResourceDef *const resource_records = &attio_resources[0];
const ResourceDef *const resource_entries = &attio_resources[1];
const ResourceDef *const resource_record_history = &attio_resources[2];
const ResourceDef *const resource_entry_history = &attio_resources[3];
