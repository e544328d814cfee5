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
	{"", TEXTOID, FORM_PLAIN, IMPORT_DEFAULT, false, {"value"}, FILTER_TEXT, "value", .write = WRITE_TEXT, .write_key = "value"},
};
static const PropertyDef number_properties[] = {
	{"", NUMERICOID, FORM_PLAIN, IMPORT_DEFAULT, false, {"value"}, FILTER_NUMBER, "value", .write = WRITE_NUMBER, .write_key = "value"},
};
static const PropertyDef currency_properties[] = {
	{"", NUMERICOID, FORM_PLAIN, IMPORT_DEFAULT, false, {"currency_value"}, FILTER_NUMBER, "currency_value", .write = WRITE_NUMBER, .write_key = "currency_value"},
	{"currency_code", TEXTOID, FORM_PLAIN, IMPORT_ALL, false, {"currency_code"}},
};
static const PropertyDef rating_properties[] = {
	{"", INT2OID, FORM_PLAIN, IMPORT_DEFAULT, false, {"value"}, FILTER_NUMBER, "value", .write = WRITE_NUMBER, .write_key = "value"},
};
static const PropertyDef checkbox_properties[] = {
	{"", BOOLOID, FORM_PLAIN, IMPORT_DEFAULT, false, {"value"}, FILTER_BOOL, "value", .write = WRITE_BOOLEAN, .write_key = "value"},
};
static const PropertyDef date_properties[] = {
	{"", DATEOID, FORM_PLAIN, IMPORT_DEFAULT, false, {"value"}, FILTER_DATE, "value", .write = WRITE_DATE, .write_key = "value"},
};
static const PropertyDef timestamp_properties[] = {
	{"", TIMESTAMPTZOID, FORM_PLAIN, IMPORT_DEFAULT, false, {"value"}, FILTER_TIME, "value", .write = WRITE_TIME, .write_key = "value"},
};
static const PropertyDef select_properties[] = {
	{"", TEXTOID, FORM_PLAIN, IMPORT_DEFAULT, false, {"option.title"}, FILTER_CHOICE, "option", .write = WRITE_TITLE, .write_key = "option"},
	{"active_from", TIMESTAMPTZOID, FORM_PLAIN, IMPORT_DEFAULT_SINGLE, false, {"active_from"}, FILTER_TIME, "active_from"},
	{"option_id", UUIDOID, FORM_PLAIN, IMPORT_ALL, false, {"option.id.option_id"}, FILTER_CHOICE_ID, "option", .write = WRITE_CHOICE, .write_key = "option"},
};
static const PropertyDef status_properties[] = {
	{"", TEXTOID, FORM_PLAIN, IMPORT_DEFAULT, false, {"status.title"}, FILTER_CHOICE, "status", .write = WRITE_TITLE, .write_key = "status"},
	{"active_from", TIMESTAMPTZOID, FORM_PLAIN, IMPORT_DEFAULT_SINGLE, false, {"active_from"}, FILTER_TIME, "active_from"},
	{"status_id", UUIDOID, FORM_PLAIN, IMPORT_ALL, false, {"status.id.status_id"}, FILTER_CHOICE_ID, "status", .write = WRITE_CHOICE, .write_key = "status"},
};
static const PropertyDef record_reference_properties[] = {
	{"", UUIDOID, FORM_PLAIN, IMPORT_DEFAULT, false, {"target_record_id"}, FILTER_REFERENCE, "target_record_id", .write = WRITE_REFERENCE, .write_key = "target_record_id"},
	{"target_object", TEXTOID, FORM_PLAIN, IMPORT_DEFAULT_SEVERAL, false, {"target_object"}, FILTER_WORD, "target_object", .write = WRITE_REFERENCE_OBJECT, .write_key = "target_object"},
};
static const PropertyDef actor_reference_properties[] = {
	{"", UUIDOID, FORM_PLAIN, IMPORT_DEFAULT, false, {"referenced_actor_id"}, FILTER_ACTOR, "referenced_actor_id", .write = WRITE_ACTOR, .write_key = "referenced_actor_id"},
	{"actor_type", TEXTOID, FORM_PLAIN, IMPORT_DEFAULT, false, {"referenced_actor_type"}, FILTER_ACTOR_TYPE, "referenced_actor_type", .write = WRITE_ACTOR_TYPE, .write_key = "referenced_actor_type"},
};
static const PropertyDef email_address_properties[] = {
	{"", TEXTOID, FORM_PLAIN, IMPORT_DEFAULT, false, {"email_address"}, FILTER_LOWER, "email_address", .write = WRITE_TEXT, .write_key = "email_address"},
	{"first", TEXTOID, FORM_PLAIN, IMPORT_DEFAULT_MULTI, true, {"email_address"}, FILTER_LOWER, "email_address"},
	{"original_email_address", TEXTOID, FORM_PLAIN, IMPORT_ALL, false, {"original_email_address"}},
	{"email_domain", TEXTOID, FORM_PLAIN, IMPORT_ALL, false, {"email_domain"}, FILTER_LOWER, "email_domain"},
	{"email_root_domain", TEXTOID, FORM_PLAIN, IMPORT_ALL, false, {"email_root_domain"}, FILTER_LOWER, "email_root_domain"},
	{"email_local_specifier", TEXTOID, FORM_PLAIN, IMPORT_ALL, false, {"email_local_specifier"}},
};
static const PropertyDef domain_properties[] = {
	{"", TEXTOID, FORM_PLAIN, IMPORT_DEFAULT, false, {"domain"}, FILTER_LOWER, "domain", .write = WRITE_TEXT, .write_key = "domain"},
	{"first", TEXTOID, FORM_PLAIN, IMPORT_DEFAULT_MULTI, true, {"domain"}, FILTER_LOWER, "domain"},
	{"root_domain", TEXTOID, FORM_PLAIN, IMPORT_ALL, false, {"root_domain"}, FILTER_LOWER, "root_domain"},
};
static const PropertyDef phone_number_properties[] = {
	{"", TEXTOID, FORM_ONE_OF, IMPORT_DEFAULT, false, {"phone_number", "normalized_phone_number"}, FILTER_PHONE, "phone_number", .write = WRITE_PHONE, .write_key = "original_phone_number"},
	{"first", TEXTOID, FORM_ONE_OF, IMPORT_DEFAULT_MULTI, true, {"phone_number", "normalized_phone_number"}, FILTER_PHONE, "phone_number"},
	{"original_phone_number", TEXTOID, FORM_PLAIN, IMPORT_ALL, false, {"original_phone_number"}},
	{"country_code", TEXTOID, FORM_PLAIN, IMPORT_ALL, false, {"country_code"}, FILTER_WORD, "country_code"},
};
static const PropertyDef personal_name_properties[] = {
	{"", TEXTOID, FORM_PLAIN, IMPORT_DEFAULT, false, {"full_name"}, FILTER_TEXT_EQ, "full_name", .write = WRITE_NAME, .write_key = "full_name"},
	{"first_name", TEXTOID, FORM_PLAIN, IMPORT_DEFAULT, false, {"first_name"}, FILTER_TEXT_EQ, "first_name", .write = WRITE_NAME, .write_key = "first_name"},
	{"last_name", TEXTOID, FORM_PLAIN, IMPORT_DEFAULT, false, {"last_name"}, FILTER_TEXT_EQ, "last_name", .write = WRITE_NAME, .write_key = "last_name"},
};
static const PropertyDef location_properties[] = {
	{"", TEXTOID, FORM_LINES, IMPORT_DEFAULT, false,
	 {"line_1", "line_2", "line_3", "line_4", "locality", "region", "postcode", "country_code"}, .write = WRITE_PLACE_LINE},
	{"locality", TEXTOID, FORM_PLAIN, IMPORT_DEFAULT, false, {"locality"}, FILTER_TEXT_EQ, "locality", .write = WRITE_PLACE, .write_key = "locality"},
	{"region", TEXTOID, FORM_PLAIN, IMPORT_DEFAULT, false, {"region"}, FILTER_TEXT_EQ, "region", .write = WRITE_PLACE, .write_key = "region"},
	{"country_code", TEXTOID, FORM_PLAIN, IMPORT_DEFAULT, false, {"country_code"}, FILTER_WORD, "country_code", .write = WRITE_PLACE, .write_key = "country_code"},
	{"line_1", TEXTOID, FORM_PLAIN, IMPORT_ALL, false, {"line_1"}, FILTER_TEXT_EQ, "line_1", .write = WRITE_PLACE, .write_key = "line_1"},
	{"line_2", TEXTOID, FORM_PLAIN, IMPORT_ALL, false, {"line_2"}, FILTER_TEXT_EQ, "line_2", .write = WRITE_PLACE, .write_key = "line_2"},
	{"line_3", TEXTOID, FORM_PLAIN, IMPORT_ALL, false, {"line_3"}, FILTER_TEXT_EQ, "line_3", .write = WRITE_PLACE, .write_key = "line_3"},
	{"line_4", TEXTOID, FORM_PLAIN, IMPORT_ALL, false, {"line_4"}, FILTER_TEXT_EQ, "line_4", .write = WRITE_PLACE, .write_key = "line_4"},
	{"postcode", TEXTOID, FORM_PLAIN, IMPORT_ALL, false, {"postcode"}, FILTER_TEXT_EQ, "postcode", .write = WRITE_PLACE, .write_key = "postcode"},
	{"latitude", FLOAT8OID, FORM_PLAIN, IMPORT_ALL, false, {"latitude"}, .write = WRITE_PLACE, .write_key = "latitude"},
	{"longitude", FLOAT8OID, FORM_PLAIN, IMPORT_ALL, false, {"longitude"}, .write = WRITE_PLACE, .write_key = "longitude"},
};
static const PropertyDef interaction_properties[] = {
	{"", TIMESTAMPTZOID, FORM_PLAIN, IMPORT_DEFAULT, false, {"interacted_at"}, FILTER_TIME, "interacted_at"},
	{"owner_member_id", UUIDOID, FORM_MEMBER_ACTOR, IMPORT_DEFAULT, false, {"owner_actor.type", "owner_actor.id"}, FILTER_MEMBER, "owner_member_id"},
	{"interaction_type", TEXTOID, FORM_PLAIN, IMPORT_ALL, false, {"interaction_type"}, FILTER_WORD, "interaction_type"},
	{"owner_actor_type", TEXTOID, FORM_PLAIN, IMPORT_ALL, false, {"owner_actor.type"}},
	{"owner_actor_id", UUIDOID, FORM_PLAIN, IMPORT_ALL, false, {"owner_actor.id"}},
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
	TYPE_NAMING("interaction", false, interaction_properties),
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
