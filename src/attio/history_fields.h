/*
 * history_fields.h
 *		What rows hold that tell how the values of one attribute changed.
 *
 * Data of endpoints.c, which alone includes this.  Source: docs/attio-api.md 4
 * and 5.
 */
#ifndef ATTIO_HISTORY_FIELDS_H
#define ATTIO_HISTORY_FIELDS_H

#include "catalog/pg_type.h"
#include "remote/resource.h"

/* clang-format off */

/* when a value held, and whose it was */
#define SPAN_FIELDS \
	{.name = "active_from", .type = TIMESTAMPTZOID, .path = "active_from", .not_null = true}, \
	{.name = "active_until", .type = TIMESTAMPTZOID, .path = "active_until"}, \
	{.name = "created_by", .type = UUIDOID, .path = "created_by_actor.id"}, \
	{.name = "created_by__actor_type", .type = TEXTOID, .path = "created_by_actor.type"}

/* ----- tables with the option history ----- */

static const FieldDef record_history_fields[] = {
	{.name = "record_id", .type = UUIDOID, .source = FIELD_GIVEN, .path = "record_id", .not_null = true},
	SPAN_FIELDS,
};
static const ParamDef record_history_params[] = {
	{.name = "{record_id}", .column = "record_id", .rule = PARAM_EQUAL, .verdict = VERDICT_EXACT, .required = true},
};
static const FieldDef entry_history_fields[] = {
	{.name = "entry_id", .type = UUIDOID, .source = FIELD_GIVEN, .path = "entry_id", .not_null = true},
	SPAN_FIELDS,
};
static const ParamDef entry_history_params[] = {
	{.name = "{entry_id}", .column = "entry_id", .rule = PARAM_EQUAL, .verdict = VERDICT_EXACT, .required = true},
};

/* clang-format on */

#endif /* ATTIO_HISTORY_FIELDS_H */
