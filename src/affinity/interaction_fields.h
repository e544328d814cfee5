/*
 * interaction_fields.h
 *		What rows of interactions hold, and by what they can be asked for.
 *
 * Data of endpoints.c, which alone includes this.  Source: docs/affinity-api.md.
 */
#ifndef AFFINITY_INTERACTION_FIELDS_H
#define AFFINITY_INTERACTION_FIELDS_H

#include "affinity/kinds.h"
#include "catalog/pg_type.h"
#include "remote/resource.h"

/* clang-format off */

/* the keys at the end show what was asked for: rows say it of persons only */
static const FieldDef interaction_fields[] = {
	{.name = "id", .type = INT8OID, .path = "id", .not_null = true},
	{.name = "type", .type = TEXTOID, .path = "type", .not_null = true, .words = interaction_types,
	 .sent_words = written_types, .write = FIELD_ON_CREATE, .is_required = true, .always_sent = true, .path_part = "type"},
	{.name = "date", .type = TIMESTAMPTZOID, .path = "date", .write = FIELD_WRITABLE, .is_required = true, .not_null = true},
	{.name = "start_time", .type = TIMESTAMPTZOID, .path = "start_time"},
	{.name = "end_time", .type = TIMESTAMPTZOID, .path = "end_time"},
	{.name = "title", .type = TEXTOID, .path = "title"},
	{.name = "subject", .type = TEXTOID, .path = "subject"},
	{.name = "direction", .type = TEXTOID, .path = "direction", .words = interaction_directions, .write = FIELD_ON_CREATE,
	 .only_of = "type", .only_value = "chat-message"},
	{.name = "person_ids", .type = INT8ARRAYOID, .path = "persons[].id", .write = FIELD_WRITABLE, .sent_as = "person_ids",
	 .is_required = true, .always_sent = true},
	{.name = "from_person_id", .type = INT8OID, .path = "from.id"},
	{.name = "to_person_ids", .type = INT8ARRAYOID, .path = "to[].id"},
	{.name = "cc_person_ids", .type = INT8ARRAYOID, .path = "cc[].id"},
	{.name = "attendees", .type = TEXTARRAYOID, .path = "attendees"},
	{.name = "manual_creator_id", .type = INT8OID, .path = "manual_creator_id"},
	{.name = "logging_type", .type = TEXTOID, .path = "logging_type", .words = interaction_logging_types},
	{.name = "note_ids", .type = INT8ARRAYOID, .path = "notes"},
	{.name = "updated_at", .type = TIMESTAMPTZOID, .path = "updated_at"},
	/* for writing only: no answer shows it */
	{.name = "content", .type = TEXTOID, .path = "content", .write = FIELD_WRITABLE, .is_required = true,
	 .changes_form = true},
	{.name = "person_id", .type = INT8OID, .source = FIELD_GIVEN, .path = "person_id"},
	{.name = "company_id", .type = INT8OID, .source = FIELD_GIVEN, .path = "organization_id"},
	{.name = "opportunity_id", .type = INT8OID, .source = FIELD_GIVEN, .path = "opportunity_id"},
	{.name = "internal_person_id", .type = INT8OID, .source = FIELD_GIVEN, .path = "internal_person_id", .among = "persons[].id|from.id|to[].id|cc[].id"},
};

static const Way interaction_by_id = {
	.list = {"GET", "/interactions/{interaction}", .may_be_gone = true},
	.paging = {PAGING_NONE, .rows = "", .single = true},
};

/* of the three entities a listing takes one; chat messages and emails alone have a direction */
static const ParamDef interaction_params[] = {
	{.name = "{interaction}", .column = "id", .rule = PARAM_EQUAL, .verdict = VERDICT_EXACT, .way = &interaction_by_id},
	{.name = "person_id", .column = "person_id", .rule = PARAM_EQUAL, .verdict = VERDICT_EXACT, .together = "person", .either = "entity"},
	{.name = "opportunity_id", .column = "opportunity_id", .rule = PARAM_EQUAL, .verdict = VERDICT_EXACT, .together = "opportunity", .either = "entity"},
	{.name = "organization_id", .column = "company_id", .rule = PARAM_EQUAL, .verdict = VERDICT_EXACT, .together = "company", .either = "entity"},
	{.name = "type", .column = "type", .rule = PARAM_EQUAL, .verdict = VERDICT_SUPERSET, .words = interaction_types, .all_words = true, .every_way = true, .example = "meeting"},
	{.name = "start_time", .column = "date", .rule = PARAM_FROM, .verdict = VERDICT_SUPERSET, .required = true, .max_days = 365, .grain = 1, .inclusive = "remote_start_time", .otherwise = "earliest_date"},
	{.name = "end_time", .column = "date", .rule = PARAM_BEFORE, .verdict = VERDICT_SUPERSET, .max_days = 365, .grain = 1, .ahead = "latest_after"},
	{.name = "internal_person_id", .column = "internal_person_id", .rule = PARAM_EQUAL, .verdict = VERDICT_SUPERSET},
	{.name = "direction", .column = "direction", .rule = PARAM_EQUAL, .verdict = VERDICT_SUPERSET, .words = interaction_directions, .only_of = "type", .only_values = "2|3"},
	{.name = "logging_type", .column = "logging_type", .rule = PARAM_EQUAL, .verdict = VERDICT_SUPERSET, .words = interaction_logging_types},
};

/* clang-format on */

#endif /* AFFINITY_INTERACTION_FIELDS_H */
