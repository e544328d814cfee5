/*
 * attribute.c
 *		The one table of attribute types.
 *
 * Owns: the facts of docs/attio-api.md 7.1 and the columns of docs/types.md, which
 * a test compares with this table.  Must not know how a scan or a filter works.
 */
#include "attio/attribute.h"

#include "catalog/pg_type.h"

/* clang-format off */
static const PropertyDef text_properties[] = {
	{.name = "", .type = TEXTOID, .members = {"value"}, .filter = FILTER_TEXT, .filter_field = "value", .write = WRITE_TEXT, .write_key = "value"},
};
static const PropertyDef number_properties[] = {
	{.name = "", .type = NUMERICOID, .members = {"value"}, .filter = FILTER_NUMBER, .filter_field = "value", .write = WRITE_NUMBER, .write_key = "value"},
};
static const PropertyDef currency_properties[] = {
	{.name = "", .type = NUMERICOID, .members = {"currency_value"}, .filter = FILTER_NUMBER, .filter_field = "currency_value", .write = WRITE_NUMBER, .write_key = "currency_value"},
	{.name = "currency_code", .type = TEXTOID, .members = {"currency_code"}, .import = IMPORT_ALL},
};
static const PropertyDef rating_properties[] = {
	{.name = "", .type = INT2OID, .members = {"value"}, .filter = FILTER_NUMBER, .filter_field = "value", .write = WRITE_NUMBER, .write_key = "value"},
};
static const PropertyDef checkbox_properties[] = {
	{.name = "", .type = BOOLOID, .members = {"value"}, .filter = FILTER_BOOL, .filter_field = "value", .write = WRITE_BOOLEAN, .write_key = "value"},
};
static const PropertyDef date_properties[] = {
	{.name = "", .type = DATEOID, .members = {"value"}, .filter = FILTER_DATE, .filter_field = "value", .write = WRITE_DATE, .write_key = "value"},
};
static const PropertyDef timestamp_properties[] = {
	{.name = "", .type = TIMESTAMPTZOID, .members = {"value"}, .filter = FILTER_TIME, .filter_field = "value", .write = WRITE_TIME, .write_key = "value"},
};
static const PropertyDef select_properties[] = {
	{.name = "", .type = TEXTOID, .members = {"option.title"}, .is_required = true, .filter = FILTER_CHOICE, .filter_field = "option", .write = WRITE_TITLE, .write_key = "option"},
	{.name = "active_from", .type = TIMESTAMPTZOID, .members = {"active_from"}, .import = IMPORT_DEFAULT_SINGLE, .filter = FILTER_TIME, .filter_field = "active_from"},
	{.name = "option_id", .type = UUIDOID, .members = {"option.id.option_id"}, .is_required = true, .import = IMPORT_ALL, .filter = FILTER_CHOICE_ID, .filter_field = "option", .write = WRITE_CHOICE, .write_key = "option"},
};
static const PropertyDef status_properties[] = {
	{.name = "", .type = TEXTOID, .members = {"status.title"}, .is_required = true, .filter = FILTER_CHOICE, .filter_field = "status", .write = WRITE_TITLE, .write_key = "status"},
	{.name = "active_from", .type = TIMESTAMPTZOID, .members = {"active_from"}, .import = IMPORT_DEFAULT_SINGLE, .filter = FILTER_TIME, .filter_field = "active_from"},
	{.name = "status_id", .type = UUIDOID, .members = {"status.id.status_id"}, .is_required = true, .import = IMPORT_ALL, .filter = FILTER_CHOICE_ID, .filter_field = "status", .write = WRITE_CHOICE, .write_key = "status"},
};
static const PropertyDef record_reference_properties[] = {
	{.name = "", .type = UUIDOID, .members = {"target_record_id"}, .filter = FILTER_REFERENCE, .filter_field = "target_record_id", .write = WRITE_REFERENCE, .write_key = "target_record_id"},
	{.name = "target_object", .type = TEXTOID, .members = {"target_object"}, .import = IMPORT_DEFAULT_SEVERAL, .filter = FILTER_WORD, .filter_field = "target_object", .write = WRITE_REFERENCE_OBJECT, .write_key = "target_object"},
};
static const PropertyDef actor_reference_properties[] = {
	{.name = "", .type = UUIDOID, .members = {"referenced_actor_id"}, .filter = FILTER_ACTOR, .filter_field = "referenced_actor_id", .write = WRITE_ACTOR, .write_key = "referenced_actor_id"},
	{.name = "actor_type", .type = TEXTOID, .members = {"referenced_actor_type"}, .filter = FILTER_ACTOR_TYPE, .filter_field = "referenced_actor_type", .write = WRITE_ACTOR_TYPE, .write_key = "referenced_actor_type"},
};
static const PropertyDef email_address_properties[] = {
	{.name = "", .type = TEXTOID, .members = {"email_address"}, .nearly_unique = true, .filter = FILTER_LOWER, .filter_field = "email_address", .write = WRITE_TEXT, .write_key = "email_address"},
	{.name = "first", .type = TEXTOID, .members = {"email_address"}, .first_only = true, .nearly_unique = true, .import = IMPORT_DEFAULT_MULTI, .filter = FILTER_LOWER, .filter_field = "email_address"},
	{.name = "original_email_address", .type = TEXTOID, .members = {"original_email_address"}, .import = IMPORT_ALL},
	{.name = "email_domain", .type = TEXTOID, .members = {"email_domain"}, .import = IMPORT_ALL, .filter = FILTER_LOWER, .filter_field = "email_domain"},
	{.name = "email_root_domain", .type = TEXTOID, .members = {"email_root_domain"}, .import = IMPORT_ALL, .filter = FILTER_LOWER, .filter_field = "email_root_domain"},
	{.name = "email_local_specifier", .type = TEXTOID, .members = {"email_local_specifier"}, .import = IMPORT_ALL},
};
static const PropertyDef domain_properties[] = {
	{.name = "", .type = TEXTOID, .members = {"domain"}, .nearly_unique = true, .filter = FILTER_LOWER, .filter_field = "domain", .write = WRITE_TEXT, .write_key = "domain"},
	{.name = "first", .type = TEXTOID, .members = {"domain"}, .first_only = true, .nearly_unique = true, .import = IMPORT_DEFAULT_MULTI, .filter = FILTER_LOWER, .filter_field = "domain"},
	{.name = "root_domain", .type = TEXTOID, .members = {"root_domain"}, .import = IMPORT_ALL, .filter = FILTER_LOWER, .filter_field = "root_domain"},
};
static const PropertyDef phone_number_properties[] = {
	{.name = "", .type = TEXTOID, .members = {"phone_number", "normalized_phone_number"}, .form = FORM_ONE_OF, .filter = FILTER_PHONE, .filter_field = "phone_number", .write = WRITE_PHONE, .write_key = "original_phone_number"},
	{.name = "first", .type = TEXTOID, .members = {"phone_number", "normalized_phone_number"}, .form = FORM_ONE_OF, .first_only = true, .import = IMPORT_DEFAULT_MULTI, .filter = FILTER_PHONE, .filter_field = "phone_number"},
	{.name = "original_phone_number", .type = TEXTOID, .members = {"original_phone_number"}, .import = IMPORT_ALL},
	{.name = "country_code", .type = TEXTOID, .members = {"country_code"}, .import = IMPORT_ALL, .filter = FILTER_WORD, .filter_field = "country_code"},
};
static const PropertyDef personal_name_properties[] = {
	{.name = "", .type = TEXTOID, .members = {"full_name"}, .filter = FILTER_TEXT_EQ, .filter_field = "full_name", .write = WRITE_NAME, .write_key = "full_name"},
	{.name = "first_name", .type = TEXTOID, .members = {"first_name"}, .filter = FILTER_TEXT_EQ, .filter_field = "first_name", .write = WRITE_NAME, .write_key = "first_name"},
	{.name = "last_name", .type = TEXTOID, .members = {"last_name"}, .filter = FILTER_TEXT_EQ, .filter_field = "last_name", .write = WRITE_NAME, .write_key = "last_name"},
};
static const PropertyDef location_properties[] = {
	{.name = "", .type = TEXTOID, .members = {"line_1", "line_2", "line_3", "line_4", "locality", "region", "postcode", "country_code"}, .form = FORM_LINES, .write = WRITE_PLACE_LINE},
	{.name = "locality", .type = TEXTOID, .members = {"locality"}, .filter = FILTER_TEXT_EQ, .filter_field = "locality", .write = WRITE_PLACE, .write_key = "locality"},
	{.name = "region", .type = TEXTOID, .members = {"region"}, .filter = FILTER_TEXT_EQ, .filter_field = "region", .write = WRITE_PLACE, .write_key = "region"},
	{.name = "country_code", .type = TEXTOID, .members = {"country_code"}, .filter = FILTER_WORD, .filter_field = "country_code", .write = WRITE_PLACE, .write_key = "country_code"},
	{.name = "line_1", .type = TEXTOID, .members = {"line_1"}, .import = IMPORT_ALL, .filter = FILTER_TEXT_EQ, .filter_field = "line_1", .write = WRITE_PLACE, .write_key = "line_1"},
	{.name = "line_2", .type = TEXTOID, .members = {"line_2"}, .import = IMPORT_ALL, .filter = FILTER_TEXT_EQ, .filter_field = "line_2", .write = WRITE_PLACE, .write_key = "line_2"},
	{.name = "line_3", .type = TEXTOID, .members = {"line_3"}, .import = IMPORT_ALL, .filter = FILTER_TEXT_EQ, .filter_field = "line_3", .write = WRITE_PLACE, .write_key = "line_3"},
	{.name = "line_4", .type = TEXTOID, .members = {"line_4"}, .import = IMPORT_ALL, .filter = FILTER_TEXT_EQ, .filter_field = "line_4", .write = WRITE_PLACE, .write_key = "line_4"},
	{.name = "postcode", .type = TEXTOID, .members = {"postcode"}, .import = IMPORT_ALL, .filter = FILTER_TEXT_EQ, .filter_field = "postcode", .write = WRITE_PLACE, .write_key = "postcode"},
	{.name = "latitude", .type = FLOAT8OID, .members = {"latitude"}, .import = IMPORT_ALL, .write = WRITE_PLACE, .write_key = "latitude"},
	{.name = "longitude", .type = FLOAT8OID, .members = {"longitude"}, .import = IMPORT_ALL, .write = WRITE_PLACE, .write_key = "longitude"},
};
static const PropertyDef interaction_properties[] = {
	{.name = "", .type = TIMESTAMPTZOID, .members = {"interacted_at"}, .filter = FILTER_TIME, .filter_field = "interacted_at"},
	{.name = "owner_member_id", .type = UUIDOID, .members = {"owner_actor.type", "owner_actor.id"}, .form = FORM_IF, .only_if = "workspace-member", .filter = FILTER_MEMBER, .filter_field = "owner_member_id"},
	{.name = "type", .type = TEXTOID, .members = {"interaction_type"}, .filter = FILTER_KIND, .filter_field = "interaction_type"},
	{.name = "interaction_type", .type = TEXTOID, .members = {"interaction_type"}, .import = IMPORT_NEVER, .filter = FILTER_KIND, .filter_field = "interaction_type"},
	{.name = "owner_actor_type", .type = TEXTOID, .members = {"owner_actor.type"}, .import = IMPORT_ALL},
	{.name = "owner_actor_id", .type = UUIDOID, .members = {"owner_actor.id"}, .import = IMPORT_ALL},
};

#define TYPE(name, multiselect, properties) {name, multiselect, properties, lengthof(properties), true}
#define TYPE_NAMING(name, multiselect, properties) {name, multiselect, properties, lengthof(properties), false}

const AttributeType attribute_types[] = {
	TYPE("text", false, text_properties),
	TYPE("number", false, number_properties),
	TYPE("currency", false, currency_properties),
	TYPE("rating", false, rating_properties),
	TYPE("checkbox", false, checkbox_properties),
	TYPE("date", false, date_properties),
	TYPE("timestamp", false, timestamp_properties),
	TYPE("select", true, select_properties),
	TYPE("status", false, status_properties),
	TYPE_NAMING("record-reference", true, record_reference_properties),
	TYPE_NAMING("actor-reference", true, actor_reference_properties),
	TYPE("email-address", true, email_address_properties),
	TYPE("domain", true, domain_properties),
	TYPE("phone-number", true, phone_number_properties),
	TYPE("personal-name", false, personal_name_properties),
	TYPE_NAMING("location", false, location_properties),
	{"interaction", false, interaction_properties, lengthof(interaction_properties), false, true},
};
/* clang-format on */

const int attribute_ntypes = lengthof(attribute_types);

/* The row of a type, or NULL for one that this version does not know. */
const AttributeType *
attribute_type(const char *name)
{
	for (int i = 0; i < attribute_ntypes; i++)
		if (strcmp(attribute_types[i].name, name) == 0)
			return &attribute_types[i];
	return NULL;
}

/* A property by its name ("" is the main one), or NULL. */
const PropertyDef *
attribute_property(const AttributeType *type, const char *name)
{
	for (int i = 0; i < type->nproperties; i++)
		if (strcmp(type->properties[i].name, name) == 0)
			return &type->properties[i];
	return NULL;
}
