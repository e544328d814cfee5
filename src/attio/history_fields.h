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

/* what the import shows of a value, whatever its type (attribute.c has each) */
#define VALUE_AS_TEXT \
	"value|option.title|status.title|target_record_id|referenced_actor_id|domain|email_address|phone_number|" \
	"normalized_phone_number|currency_value|full_name|" \
	"line_1+line_2+line_3+line_4+locality+region+postcode+country_code"

/* ----- of any attribute ----- */

static const FieldDef attribute_history_fields[] = {
	{.name = "object", .type = TEXTOID, .source = FIELD_GIVEN, .path = "object"},
	{.name = "record_id", .type = UUIDOID, .source = FIELD_GIVEN, .path = "record_id"},
	{.name = "list", .type = TEXTOID, .source = FIELD_GIVEN, .path = "list"},
	{.name = "entry_id", .type = UUIDOID, .source = FIELD_GIVEN, .path = "entry_id"},
	{.name = "attribute", .type = TEXTOID, .source = FIELD_GIVEN, .path = "attribute", .not_null = true},
	{.name = "value", .type = JSONBOID, .path = ""},
	{.name = "value_text", .type = TEXTOID, .path = VALUE_AS_TEXT},
	SPAN_FIELDS,
};
static const Way history_of_entry = {
	.list = {"GET", "/v2/lists/{list}/entries/{entry_id}/attributes/{attribute}/values?show_historic=true", .scopes = "list_entry:read list_configuration:read", .may_be_gone = true},
	.paging = {PAGING_OFFSET, .limit = "limit", .place = "offset", .max_page = 50, .rows = "data"},
};
static const ParamDef attribute_history_params[] = {
	{.name = "{object}", .column = "object", .rule = PARAM_EQUAL, .verdict = VERDICT_EXACT, .required = true, .example = "deals"},
	{.name = "{record_id}", .column = "record_id", .rule = PARAM_EQUAL, .verdict = VERDICT_EXACT, .required = true},
	{.name = "{list}", .column = "list", .rule = PARAM_EQUAL, .verdict = VERDICT_EXACT, .way = &history_of_entry, .example = "sales"},
	{.name = "{entry_id}", .column = "entry_id", .rule = PARAM_EQUAL, .verdict = VERDICT_EXACT, .way = &history_of_entry},
	{.name = "{attribute}", .column = "attribute", .rule = PARAM_EQUAL, .verdict = VERDICT_EXACT, .required = true, .every_way = true, .example = "stage"},
};

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
