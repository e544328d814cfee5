/*
 * entity_fields.h
 *		What rows of persons, companies and opportunities hold, and by what they
 *		can be asked for.
 *
 * Data of endpoints.c, which alone includes this.  Source: docs/affinity-api.md.
 * A company is what Affinity calls an organization.
 */
#ifndef AFFINITY_ENTITY_FIELDS_H
#define AFFINITY_ENTITY_FIELDS_H

#include "affinity/kinds.h"
#include "catalog/pg_type.h"
#include "remote/resource.h"

/* clang-format off */

/* ----- members that must be asked for ----- */

static const Extra interaction_dates = {"interaction dates", "with_interaction_dates=true", "interaction_dates", .leaves_rows_out = true};
static const Extra current_companies = {"current companies", "with_current_organizations=true", "current_organization_ids"};
static const Extra opportunities_of = {"opportunities", "with_opportunities=true", "opportunity_ids"};
/* of persons the documentation says that listings leave them out; of companies no sample of a listing has them */
static const Extra companies_of_person = {"companies", NULL, "organization_ids"};
static const Extra persons_of_company = {"persons", NULL, "person_ids"};

#define DATE_FIELD(name_, path_) {.name = name_, .type = TIMESTAMPTZOID, .path = path_, .extra = &interaction_dates}
#define DATE_FIELDS \
	DATE_FIELD("first_email_date", "interaction_dates.first_email_date"), \
	DATE_FIELD("last_email_date", "interaction_dates.last_email_date"), \
	DATE_FIELD("first_event_date", "interaction_dates.first_event_date"), \
	DATE_FIELD("last_event_date", "interaction_dates.last_event_date"), \
	DATE_FIELD("next_event_date", "interaction_dates.next_event_date"), \
	DATE_FIELD("last_chat_message_date", "interaction_dates.last_chat_message_date"), \
	/* the documentation has it with this mistake, too */ \
	DATE_FIELD("last_interaction_date", "interaction_dates.last_interaction_date|interaction_dates.last_interacton_date")

/* whether a bound is part of the range is not known, nor how exactly times are read */
#define DATE_SLACK 1
#define DATE_PARAM(kind_) \
	{.name = "min_" kind_, .column = kind_, .rule = PARAM_FROM, .verdict = VERDICT_SUPERSET, .slack = DATE_SLACK}, \
	{.name = "max_" kind_, .column = kind_, .rule = PARAM_BEFORE, .verdict = VERDICT_SUPERSET, .slack = DATE_SLACK}
/* there are none of last_chat_message_date */
#define DATE_PARAMS \
	DATE_PARAM("first_email_date"), DATE_PARAM("last_email_date"), DATE_PARAM("last_interaction_date"), \
	DATE_PARAM("first_event_date"), DATE_PARAM("last_event_date"), DATE_PARAM("next_event_date")

#define ONE_ROW(path_) {.list = {"GET", path_, .may_be_gone = true}, .paging = {PAGING_NONE, .rows = "", .single = true}}

/* ----- persons ----- */

static const FieldDef person_fields[] = {
	{.name = "id", .type = INT8OID, .path = "id", .not_null = true},
	{.name = "type", .type = TEXTOID, .path = "type", .words = person_types},
	{.name = "first_name", .type = TEXTOID, .path = "first_name"},
	{.name = "last_name", .type = TEXTOID, .path = "last_name"},
	{.name = "primary_email", .type = TEXTOID, .path = "primary_email"},
	{.name = "emails", .type = TEXTARRAYOID, .path = "emails"},
	{.name = "company_ids", .type = INT8ARRAYOID, .path = "organization_ids", .extra = &companies_of_person},
	{.name = "current_company_ids", .type = INT8ARRAYOID, .path = "current_organization_ids", .extra = &current_companies},
	{.name = "opportunity_ids", .type = INT8ARRAYOID, .path = "opportunity_ids", .extra = &opportunities_of},
	DATE_FIELDS,
};
static const Way person_by_id = ONE_ROW("/persons/{person}");
static const ParamDef person_params[] = {
	{.name = "{person}", .column = "id", .rule = PARAM_EQUAL, .verdict = VERDICT_EXACT, .way = &person_by_id},
	DATE_PARAMS,
};

/* ----- companies ----- */

static const FieldDef company_fields[] = {
	{.name = "id", .type = INT8OID, .path = "id", .not_null = true},
	{.name = "name", .type = TEXTOID, .path = "name"},
	{.name = "domain", .type = TEXTOID, .path = "domain"},
	{.name = "domains", .type = TEXTARRAYOID, .path = "domains"},
	{.name = "global", .type = BOOLOID, .path = "global"},
	{.name = "person_ids", .type = INT8ARRAYOID, .path = "person_ids", .extra = &persons_of_company},
	{.name = "opportunity_ids", .type = INT8ARRAYOID, .path = "opportunity_ids", .extra = &opportunities_of},
	DATE_FIELDS,
};
static const Way company_by_id = ONE_ROW("/organizations/{organization}");
static const ParamDef company_params[] = {
	{.name = "{organization}", .column = "id", .rule = PARAM_EQUAL, .verdict = VERDICT_EXACT, .way = &company_by_id},
	DATE_PARAMS,
};

/* ----- opportunities ----- */

static const FieldDef opportunity_fields[] = {
	{.name = "id", .type = INT8OID, .path = "id", .not_null = true},
	{.name = "name", .type = TEXTOID, .path = "name"},
	{.name = "person_ids", .type = INT8ARRAYOID, .path = "person_ids"},
	{.name = "company_ids", .type = INT8ARRAYOID, .path = "organization_ids"},
};
static const Way opportunity_by_id = ONE_ROW("/opportunities/{opportunity}");
static const ParamDef opportunity_params[] = {
	{.name = "{opportunity}", .column = "id", .rule = PARAM_EQUAL, .verdict = VERDICT_EXACT, .way = &opportunity_by_id},
};

/* clang-format on */

#endif /* AFFINITY_ENTITY_FIELDS_H */
