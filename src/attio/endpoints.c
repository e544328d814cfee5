/*
 * endpoints.c
 *		The one table of endpoints whose rows can be a table.
 *
 * Owns: the facts of docs/attio-api.md 4 and 11.1 that a scan needs.  The first
 * two rows are the templates of records and entries; the others are tables by
 * their own name.  Must not know how pages are fetched.
 */
#include "remote/resource.h"

#include "catalog/pg_type.h"

/* clang-format off */
static const FieldDef record_fields[] = {
	{"record_id", UUIDOID, FIELD_MEMBER, "id.record_id", true},
	{"web_url", TEXTOID, FIELD_MEMBER, "web_url", false},
};
static const FieldDef entry_fields[] = {
	{"entry_id", UUIDOID, FIELD_MEMBER, "id.entry_id", true},
	{"parent_record_id", UUIDOID, FIELD_MEMBER, "parent_record_id", true},
	{"parent_object", TEXTOID, FIELD_MEMBER, "parent_object", true},
};
static const FieldDef member_fields[] = {
	{"workspace_member_id", UUIDOID, FIELD_MEMBER, "id.workspace_member_id", true},
	{"first_name", TEXTOID, FIELD_MEMBER, "first_name", false},
	{"last_name", TEXTOID, FIELD_MEMBER, "last_name", false},
	{"email_address", TEXTOID, FIELD_MEMBER, "email_address", false},
	{"access_level", TEXTOID, FIELD_MEMBER, "access_level", false},
	{"avatar_url", TEXTOID, FIELD_MEMBER, "avatar_url", false},
	{"created_at", TIMESTAMPTZOID, FIELD_MEMBER, "created_at", false},
};
static const FieldDef object_fields[] = {
	{"object_id", UUIDOID, FIELD_MEMBER, "id.object_id", true},
	{"api_slug", TEXTOID, FIELD_MEMBER, "api_slug", false},
	{"singular_noun", TEXTOID, FIELD_MEMBER, "singular_noun", false},
	{"plural_noun", TEXTOID, FIELD_MEMBER, "plural_noun", false},
	{"created_at", TIMESTAMPTZOID, FIELD_MEMBER, "created_at", false},
};
static const FieldDef list_fields[] = {
	{"list_id", UUIDOID, FIELD_MEMBER, "id.list_id", true},
	{"api_slug", TEXTOID, FIELD_MEMBER, "api_slug", false},
	{"name", TEXTOID, FIELD_MEMBER, "name", false},
	{"parent_object", TEXTARRAYOID, FIELD_MEMBER, "parent_object", false},
	{"workspace_access", TEXTOID, FIELD_MEMBER, "workspace_access", false},
	{"workspace_member_access", JSONBOID, FIELD_MEMBER, "workspace_member_access", false},
	{"created_by", UUIDOID, FIELD_MEMBER, "created_by_actor.id", false},
	{"created_by__actor_type", TEXTOID, FIELD_MEMBER, "created_by_actor.type", false},
	{"created_at", TIMESTAMPTZOID, FIELD_MEMBER, "created_at", false},
};
static const FieldDef attribute_fields[] = {
	{"attribute_id", UUIDOID, FIELD_MEMBER, "id.attribute_id", true},
	{"target", TEXTOID, FIELD_TARGET, NULL, true},
	{"target_id", UUIDOID, FIELD_TARGET_ID, NULL, true},
	{"target_slug", TEXTOID, FIELD_TARGET_SLUG, NULL, false},
	{"position", INT4OID, FIELD_POSITION, NULL, true},
	{"api_slug", TEXTOID, FIELD_MEMBER, "api_slug", false},
	{"title", TEXTOID, FIELD_MEMBER, "title", false},
	{"description", TEXTOID, FIELD_MEMBER, "description", false},
	{"type", TEXTOID, FIELD_MEMBER, "type", false},
	{"is_system_attribute", BOOLOID, FIELD_MEMBER, "is_system_attribute", false},
	{"is_writable", BOOLOID, FIELD_MEMBER, "is_writable", false},
	{"is_required", BOOLOID, FIELD_MEMBER, "is_required", false},
	{"is_unique", BOOLOID, FIELD_MEMBER, "is_unique", false},
	{"is_multiselect", BOOLOID, FIELD_MEMBER, "is_multiselect", false},
	{"is_archived", BOOLOID, FIELD_MEMBER, "is_archived", false},
	{"is_default_value_enabled", BOOLOID, FIELD_MEMBER, "is_default_value_enabled", false},
	{"default_value", JSONBOID, FIELD_MEMBER, "default_value", false},
	{"relationship", JSONBOID, FIELD_MEMBER, "relationship", false},
	{"config", JSONBOID, FIELD_MEMBER, "config", false},
	{"created_at", TIMESTAMPTZOID, FIELD_MEMBER, "created_at", false},
};
static const FieldDef option_fields[] = {
	{"option_id", UUIDOID, FIELD_MEMBER, "id.option_id", true},
	{"target", TEXTOID, FIELD_TARGET, NULL, true},
	{"target_id", UUIDOID, FIELD_TARGET_ID, NULL, true},
	{"target_slug", TEXTOID, FIELD_TARGET_SLUG, NULL, false},
	{"attribute_id", UUIDOID, FIELD_ATTRIBUTE_ID, NULL, true},
	{"attribute_slug", TEXTOID, FIELD_ATTRIBUTE_SLUG, NULL, true},
	{"position", INT4OID, FIELD_POSITION, NULL, true},
	{"title", TEXTOID, FIELD_MEMBER, "title", false},
	{"is_archived", BOOLOID, FIELD_MEMBER, "is_archived", false},
};
static const FieldDef status_fields[] = {
	{"status_id", UUIDOID, FIELD_MEMBER, "id.status_id", true},
	{"target", TEXTOID, FIELD_TARGET, NULL, true},
	{"target_id", UUIDOID, FIELD_TARGET_ID, NULL, true},
	{"target_slug", TEXTOID, FIELD_TARGET_SLUG, NULL, false},
	{"attribute_id", UUIDOID, FIELD_ATTRIBUTE_ID, NULL, true},
	{"attribute_slug", TEXTOID, FIELD_ATTRIBUTE_SLUG, NULL, true},
	{"position", INT4OID, FIELD_POSITION, NULL, true},
	{"title", TEXTOID, FIELD_MEMBER, "title", false},
	{"is_archived", BOOLOID, FIELD_MEMBER, "is_archived", false},
	{"celebration_enabled", BOOLOID, FIELD_MEMBER, "celebration_enabled", false},
	{"target_time_in_status", INTERVALOID, FIELD_MEMBER, "target_time_in_status", false},
};

#define FIELDS(fields) fields, lengthof(fields)

const ResourceDef resources[] = {
	{"records", "POST", "/v2/objects/%s/records/query", PAGING_OFFSET_BODY, 500, SPREAD_ONE, NULL,
	 "id.record_id", "values", "record_permission:read object_configuration:read",
	 FIELDS(record_fields), NULL},
	{"entries", "POST", "/v2/lists/%s/entries/query", PAGING_OFFSET_BODY, 500, SPREAD_ONE, NULL,
	 "id.entry_id", "entry_values", "list_entry:read list_configuration:read",
	 FIELDS(entry_fields), NULL},
	{"workspace_members", "GET", "/v2/workspace_members", PAGING_NONE, 0, SPREAD_ONE, NULL,
	 "id.workspace_member_id", NULL, "user_management:read",
	 FIELDS(member_fields), "the people who use the workspace; actor references point here"},
	{"objects", "GET", "/v2/objects", PAGING_NONE, 0, SPREAD_ONE, NULL,
	 "id.object_id", NULL, "object_configuration:read",
	 FIELDS(object_fields), "the objects of the workspace"},
	{"lists", "GET", "/v2/lists", PAGING_NONE, 0, SPREAD_ONE, NULL,
	 "id.list_id", NULL, "list_configuration:read",
	 FIELDS(list_fields), "the lists that the key can see, in sidebar order"},
	{"attributes", "GET", "/v2/%s/attributes?show_archived=true", PAGING_OFFSET_QUERY, 50, SPREAD_TARGETS, NULL,
	 "id.attribute_id", NULL, "object_configuration:read list_configuration:read",
	 FIELDS(attribute_fields), "the attributes of all objects and lists, archived ones marked"},
	{"select_options", "GET", "/v2/%s/options?show_archived=true", PAGING_NONE, 0, SPREAD_ATTRIBUTES, "select",
	 "id.option_id", NULL, "object_configuration:read list_configuration:read",
	 FIELDS(option_fields), "the options of all select attributes, archived ones marked"},
	{"statuses", "GET", "/v2/%s/statuses?show_archived=true", PAGING_NONE, 0, SPREAD_ATTRIBUTES, "status",
	 "id.status_id", NULL, "object_configuration:read list_configuration:read",
	 FIELDS(status_fields), "the statuses of all status attributes in their order, archived ones marked"},
};
/* clang-format on */

const int nresources = lengthof(resources);
const ResourceDef *const resource_records = &resources[0];
const ResourceDef *const resource_entries = &resources[1];

/* A resource that can be a table by its own name, or NULL. */
const ResourceDef *
resource_by_name(const char *name)
{
	for (int i = 2; i < nresources; i++)
		if (strcmp(resources[i].name, name) == 0)
			return &resources[i];
	return NULL;
}

/* A field of a resource by its name, or NULL. */
const FieldDef *
resource_field(const ResourceDef *resource, const char *name)
{
	for (int i = 0; i < resource->nfields; i++)
		if (strcmp(resource->fields[i].name, name) == 0)
			return &resource->fields[i];
	return NULL;
}

/* The attribute that holds a row's id, such as record_id (docs/attio-api.md 5.2). */
const char *
resource_id_attribute(const ResourceDef *resource)
{
	const char *dot = strrchr(resource->id_path, '.');

	return dot == NULL ? resource->id_path : dot + 1;
}
