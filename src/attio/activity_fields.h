/*
 * activity_fields.h
 *		What rows of meetings, recordings, transcripts and files hold, and by what
 *		they can be asked for.
 *
 * Data of endpoints.c, which alone includes this.  Source: docs/attio-api.md 11.2.
 */
#ifndef ATTIO_ACTIVITY_FIELDS_H
#define ATTIO_ACTIVITY_FIELDS_H

#include "catalog/pg_type.h"
#include "remote/resource.h"

/* clang-format off */

/* ----- meetings ----- */

static const FieldDef meeting_fields[] = {
	{.name = "meeting_id", .type = UUIDOID, .path = "id.meeting_id", .not_null = true},
	{.name = "title", .type = TEXTOID, .path = "title"},
	{.name = "description", .type = TEXTOID, .path = "description"},
	{.name = "is_all_day", .type = BOOLOID, .path = "is_all_day"},
	{.name = "start_timezone", .type = TEXTOID, .path = "start.timezone"},
	{.name = "end_timezone", .type = TEXTOID, .path = "end.timezone"},
	{.name = "created_at", .type = TIMESTAMPTZOID, .path = "created_at"},
	{.name = "created_by", .type = UUIDOID, .path = "created_by_actor.id"},
	{.name = "created_by__actor_type", .type = TEXTOID, .path = "created_by_actor.type"},
};
static const FieldDef meeting_participant_fields[] = {
	{.name = "meeting_id", .type = UUIDOID, .path = "../id.meeting_id", .not_null = true},
	{.name = "email_address", .type = TEXTOID, .path = "email_address"},
	{.name = "is_organizer", .type = BOOLOID, .path = "is_organizer"},
	{.name = "status", .type = TEXTOID, .path = "status"},
};
static const FieldDef meeting_record_fields[] = {
	{.name = "meeting_id", .type = UUIDOID, .path = "../id.meeting_id", .not_null = true},
	{.name = "object", .type = TEXTOID, .path = "object_slug", .not_null = true},
	{.name = "record_id", .type = UUIDOID, .path = "record_id", .not_null = true},
};

/* ----- files ----- */

static const FieldDef file_fields[] = {
	{.name = "file_id", .type = UUIDOID, .path = "id.file_id", .not_null = true},
	{.name = "object", .type = TEXTOID, .path = "object_slug", .not_null = true},
	{.name = "record_id", .type = UUIDOID, .path = "record_id", .not_null = true},
	{.name = "file_type", .type = TEXTOID, .path = "file_type"},
	{.name = "name", .type = TEXTOID, .path = "name"},
	{.name = "content_type", .type = TEXTOID, .path = "content_type"},
	{.name = "content_size", .type = INT8OID, .path = "content_size"},
	{.name = "storage_provider", .type = TEXTOID, .path = "storage_provider"},
	{.name = "external_provider_file_id", .type = TEXTOID, .path = "external_provider_file_id"},
	{.name = "microsoft_drive_id", .type = TEXTOID, .path = "microsoft_drive_id"},
	{.name = "parent_folder_id", .type = UUIDOID, .path = "parent_folder_id"},
	{.name = "created_at", .type = TIMESTAMPTZOID, .path = "created_at"},
	{.name = "created_by", .type = UUIDOID, .path = "created_by_actor.id"},
	{.name = "created_by__actor_type", .type = TEXTOID, .path = "created_by_actor.type"},
};
static const ParamDef file_params[] = {
	{.name = "object", .column = "object", .rule = PARAM_EQUAL, .verdict = VERDICT_SUPERSET, .required = true, .together = "record"},
	{.name = "record_id", .column = "record_id", .rule = PARAM_EQUAL, .verdict = VERDICT_SUPERSET, .required = true, .together = "record"},
	{.name = "storage_provider", .column = "storage_provider", .rule = PARAM_EQUAL, .verdict = VERDICT_SUPERSET},
	{.name = "parent_folder_id", .column = "parent_folder_id", .rule = PARAM_EQUAL, .verdict = VERDICT_SUPERSET},
};

/* clang-format on */

#endif /* ATTIO_ACTIVITY_FIELDS_H */
