/*
 * configuration_fields.h
 *		What rows of records, entries, and of the workspace's configuration hold.
 *
 * Data of endpoints.c, which alone includes this.  Source: docs/attio-api.md 11.1.
 */
#ifndef ATTIO_CONFIGURATION_FIELDS_H
#define ATTIO_CONFIGURATION_FIELDS_H

#include "catalog/pg_type.h"
#include "remote/resource.h"

/* clang-format off */
static const FieldDef record_fields[] = {
	{.name = "record_id", .type = UUIDOID, .path = "id.record_id", .not_null = true},
	{.name = "web_url", .type = TEXTOID, .path = "web_url"},
};
static const FieldDef entry_fields[] = {
	{.name = "entry_id", .type = UUIDOID, .path = "id.entry_id", .not_null = true},
	{.name = "parent_record_id", .type = UUIDOID, .path = "parent_record_id", .not_null = true},
	{.name = "parent_object", .type = TEXTOID, .path = "parent_object", .not_null = true},
};
static const FieldDef member_fields[] = {
	{.name = "workspace_member_id", .type = UUIDOID, .path = "id.workspace_member_id", .not_null = true},
	{.name = "first_name", .type = TEXTOID, .path = "first_name"},
	{.name = "last_name", .type = TEXTOID, .path = "last_name"},
	{.name = "email_address", .type = TEXTOID, .path = "email_address"},
	{.name = "access_level", .type = TEXTOID, .path = "access_level"},
	{.name = "avatar_url", .type = TEXTOID, .path = "avatar_url"},
	{.name = "created_at", .type = TIMESTAMPTZOID, .path = "created_at"},
};
static const FieldDef object_fields[] = {
	{.name = "object_id", .type = UUIDOID, .path = "id.object_id", .not_null = true},
	{.name = "api_slug", .type = TEXTOID, .path = "api_slug", .write = FIELD_WRITABLE, .is_required = true},
	{.name = "singular_noun", .type = TEXTOID, .path = "singular_noun", .write = FIELD_WRITABLE, .is_required = true},
	{.name = "plural_noun", .type = TEXTOID, .path = "plural_noun", .write = FIELD_WRITABLE, .is_required = true},
	{.name = "created_at", .type = TIMESTAMPTZOID, .path = "created_at"},
};
/* without workspace_access a list is private, as the column then shows */
static const FieldDef list_fields[] = {
	{.name = "list_id", .type = UUIDOID, .path = "id.list_id", .not_null = true},
	{.name = "api_slug", .type = TEXTOID, .path = "api_slug", .write = FIELD_WRITABLE, .is_required = true},
	{.name = "name", .type = TEXTOID, .path = "name", .write = FIELD_WRITABLE, .is_required = true},
	{.name = "parent_object", .type = TEXTARRAYOID, .path = "parent_object", .write = FIELD_ON_CREATE, .sent_alone = true, .is_required = true, .changes_form = true},
	{.name = "workspace_access", .type = TEXTOID, .path = "workspace_access", .write = FIELD_WRITABLE, .unset = "null"},
	{.name = "workspace_member_access", .type = JSONBOID, .path = "workspace_member_access", .write = FIELD_WRITABLE, .unset = "[]"},
	{.name = "created_by", .type = UUIDOID, .path = "created_by_actor.id"},
	{.name = "created_by__actor_type", .type = TEXTOID, .path = "created_by_actor.type"},
	{.name = "created_at", .type = TIMESTAMPTZOID, .path = "created_at"},
};
/* a part of a path that no value but these leads anywhere */
static const WordDef target_words[] = {
	{"objects", "objects"},
	{"lists", "lists"},
	{NULL, NULL},
};

/* of a row of an object or a list, and of one of an attribute: what it belongs to, by id or slug */
#define OF_TARGET \
	{.name = "target", .type = TEXTOID, .source = FIELD_GIVEN, .path = "target", .sent_words = target_words, .not_null = true, .write = FIELD_ON_CREATE, .sent_as = "{target}", .is_required = true}, \
	{.name = "target_id", .type = UUIDOID, .source = FIELD_GIVEN, .path = "target_id", .not_null = true, .write = FIELD_ON_CREATE, .sent_as = "{target_id}", .is_required = true}, \
	{.name = "target_slug", .type = TEXTOID, .source = FIELD_GIVEN, .path = "target_slug", .write = FIELD_ON_CREATE, .sent_as = "{target_id}"}
#define OF_ATTRIBUTE \
	OF_TARGET, \
	{.name = "attribute_id", .type = UUIDOID, .source = FIELD_GIVEN, .path = "attribute_id", .not_null = true, .write = FIELD_ON_CREATE, .sent_as = "{attribute_id}", .is_required = true}, \
	{.name = "attribute_slug", .type = TEXTOID, .source = FIELD_GIVEN, .path = "attribute_slug", .not_null = true, .write = FIELD_ON_CREATE, .sent_as = "{attribute_id}"}

static const FieldDef attribute_fields[] = {
	{.name = "attribute_id", .type = UUIDOID, .path = "id.attribute_id", .not_null = true},
	OF_TARGET,
	{.name = "position", .type = INT4OID, .source = FIELD_POSITION, .not_null = true},
	{.name = "api_slug", .type = TEXTOID, .path = "api_slug", .write = FIELD_WRITABLE, .is_required = true},
	{.name = "title", .type = TEXTOID, .path = "title", .write = FIELD_WRITABLE, .is_required = true},
	{.name = "description", .type = TEXTOID, .path = "description", .write = FIELD_WRITABLE, .unset = "null"},
	{.name = "type", .type = TEXTOID, .path = "type", .write = FIELD_ON_CREATE, .is_required = true},
	{.name = "is_system_attribute", .type = BOOLOID, .path = "is_system_attribute"},
	{.name = "is_writable", .type = BOOLOID, .path = "is_writable"},
	{.name = "is_required", .type = BOOLOID, .path = "is_required", .write = FIELD_WRITABLE, .unset = "false"},
	{.name = "is_unique", .type = BOOLOID, .path = "is_unique", .write = FIELD_WRITABLE, .unset = "false"},
	{.name = "is_multiselect", .type = BOOLOID, .path = "is_multiselect", .write = FIELD_ON_CREATE, .unset = "false"},
	{.name = "is_archived", .type = BOOLOID, .path = "is_archived", .write = FIELD_ON_UPDATE},
	{.name = "is_default_value_enabled", .type = BOOLOID, .path = "is_default_value_enabled"},
	{.name = "default_value", .type = JSONBOID, .path = "default_value", .write = FIELD_WRITABLE},
	{.name = "relationship", .type = JSONBOID, .path = "relationship", .write = FIELD_ON_CREATE},
	/* answers show a member of it by another name than it is sent by, and those that an attribute of its type has not as null */
	{.name = "config", .type = JSONBOID, .path = "config", .write = FIELD_WRITABLE, .sent_names = "record_reference.allowed_object_ids=allowed_objects", .unset = "{}"},
	{.name = "created_at", .type = TIMESTAMPTZOID, .path = "created_at"},
};
static const FieldDef option_fields[] = {
	{.name = "option_id", .type = UUIDOID, .path = "id.option_id", .not_null = true},
	OF_ATTRIBUTE,
	{.name = "position", .type = INT4OID, .source = FIELD_POSITION, .not_null = true},
	{.name = "title", .type = TEXTOID, .path = "title", .write = FIELD_WRITABLE, .is_required = true},
	{.name = "is_archived", .type = BOOLOID, .path = "is_archived", .write = FIELD_ON_UPDATE},
};
static const FieldDef status_fields[] = {
	{.name = "status_id", .type = UUIDOID, .path = "id.status_id", .not_null = true},
	OF_ATTRIBUTE,
	{.name = "position", .type = INT4OID, .source = FIELD_POSITION, .not_null = true},
	{.name = "title", .type = TEXTOID, .path = "title", .write = FIELD_WRITABLE, .is_required = true},
	{.name = "is_archived", .type = BOOLOID, .path = "is_archived", .write = FIELD_ON_UPDATE},
	{.name = "celebration_enabled", .type = BOOLOID, .path = "celebration_enabled", .write = FIELD_WRITABLE},
	{.name = "target_time_in_status", .type = INTERVALOID, .path = "target_time_in_status", .write = FIELD_WRITABLE},
};

/* of the listings of all objects and lists, or attributes, those that conditions leave are asked for */
#define CHOOSES_TARGET \
	{.name = "target", .column = "target", .rule = PARAM_CHOICE, .verdict = VERDICT_EXACT}, \
	{.name = "target_id", .column = "target_id", .rule = PARAM_CHOICE, .verdict = VERDICT_EXACT}, \
	{.name = "target_slug", .column = "target_slug", .rule = PARAM_CHOICE, .verdict = VERDICT_EXACT}

static const ParamDef target_params[] = {
	CHOOSES_TARGET,
};
static const ParamDef attribute_params[] = {
	CHOOSES_TARGET,
	{.name = "attribute_id", .column = "attribute_id", .rule = PARAM_CHOICE, .verdict = VERDICT_EXACT},
	{.name = "attribute_slug", .column = "attribute_slug", .rule = PARAM_CHOICE, .verdict = VERDICT_EXACT},
};

static const FieldDef view_fields[] = {
	{.name = "view_id", .type = UUIDOID, .path = "id.view_id", .not_null = true},
	{.name = "target", .type = TEXTOID, .source = FIELD_GIVEN, .path = "target", .not_null = true},
	{.name = "target_id", .type = UUIDOID, .source = FIELD_GIVEN, .path = "target_id", .not_null = true},
	{.name = "target_slug", .type = TEXTOID, .source = FIELD_GIVEN, .path = "target_slug"},
	{.name = "title", .type = TEXTOID, .path = "title"},
	{.name = "created_at", .type = TIMESTAMPTZOID, .path = "created_at"},
};
static const FieldDef self_fields[] = {
	{.name = "active", .type = BOOLOID, .path = "active", .not_null = true},
	{.name = "workspace_id", .type = UUIDOID, .path = "workspace_id"},
	{.name = "workspace_name", .type = TEXTOID, .path = "workspace_name"},
	{.name = "workspace_slug", .type = TEXTOID, .path = "workspace_slug"},
	{.name = "workspace_logo_url", .type = TEXTOID, .path = "workspace_logo_url"},
	{.name = "scope", .type = TEXTOID, .path = "scope"},
	{.name = "authorized_by", .type = UUIDOID, .path = "authorized_by_workspace_member_id"},
	{.name = "client_id", .type = TEXTOID, .path = "client_id"},
	{.name = "token_type", .type = TEXTOID, .path = "token_type"},
};
/* the secret is shown once: in the answer to the request that creates the webhook */
static const FieldDef webhook_fields[] = {
	{.name = "webhook_id", .type = UUIDOID, .path = "id.webhook_id", .not_null = true},
	{.name = "target_url", .type = TEXTOID, .path = "target_url", .not_null = true, .write = FIELD_WRITABLE, .is_required = true},
	{.name = "subscriptions", .type = JSONBOID, .path = "subscriptions", .not_null = true, .write = FIELD_WRITABLE, .is_required = true},
	{.name = "status", .type = TEXTOID, .path = "status"},
	{.name = "created_at", .type = TIMESTAMPTZOID, .path = "created_at"},
	{.name = "secret", .type = TEXTOID, .path = "secret"},
};
static const Way webhook_by_id = {
	.list = {"GET", "/v2/webhooks/{webhook_id}", .scopes = "webhook:read", .may_be_gone = true},
	.paging = {PAGING_NONE, .rows = "data", .single = true},
};
static const ParamDef webhook_params[] = {
	{.name = "{webhook_id}", .column = "webhook_id", .rule = PARAM_EQUAL, .verdict = VERDICT_EXACT, .way = &webhook_by_id},
};
static const FieldDef record_entry_fields[] = {
	{.name = "object", .type = TEXTOID, .source = FIELD_GIVEN, .path = "object", .not_null = true},
	{.name = "record_id", .type = UUIDOID, .source = FIELD_GIVEN, .path = "record_id", .not_null = true},
	{.name = "list_id", .type = UUIDOID, .path = "list_id", .not_null = true},
	{.name = "list", .type = TEXTOID, .path = "list_api_slug"},
	{.name = "entry_id", .type = UUIDOID, .path = "entry_id", .not_null = true},
	{.name = "created_at", .type = TIMESTAMPTZOID, .path = "created_at"},
};
static const ParamDef record_entry_params[] = {
	{.name = "{object}", .column = "object", .rule = PARAM_EQUAL, .verdict = VERDICT_EXACT, .required = true, .together = "record"},
	{.name = "{record_id}", .column = "record_id", .rule = PARAM_EQUAL, .verdict = VERDICT_EXACT, .required = true, .together = "record"},
};
/* a row for each record that fits, the best first; at most 25 of an object */
static const FieldDef search_fields[] = {
	{.name = "query", .type = TEXTOID, .source = FIELD_GIVEN, .path = "query", .not_null = true},
	{.name = "object", .type = TEXTOID, .source = FIELD_GIVEN, .path = "object", .said_by = "object_slug", .not_null = true},
	{.name = "position", .type = INT4OID, .source = FIELD_POSITION, .not_null = true},
	{.name = "record_id", .type = UUIDOID, .path = "id.record_id", .not_null = true},
	{.name = "title", .type = TEXTOID, .path = "record_text"},
	{.name = "email_addresses", .type = TEXTARRAYOID, .path = "email_addresses"},
	{.name = "phone_numbers", .type = TEXTARRAYOID, .path = "phone_numbers"},
	{.name = "domains", .type = TEXTARRAYOID, .path = "domains"},
	{.name = "image_url", .type = TEXTOID, .path = "record_image"},
};
static const ParamDef search_params[] = {
	{.name = "{query}", .column = "query", .rule = PARAM_EQUAL, .verdict = VERDICT_EXACT, .required = true, .example = "ada"},
	{.name = "{object}", .column = "object", .rule = PARAM_EQUAL, .verdict = VERDICT_EXACT, .required = true, .of_parents = true, .example = "people"},
};
/* clang-format on */

#endif /* ATTIO_CONFIGURATION_FIELDS_H */
