/*
 * asks.c
 *		What scans ask for, written without a server and without a request: the
 *		parameters of a made-up endpoint, and Attio's filters.
 *
 * Each case says what is asked of and what should come out; t/asks.py compares.
 */
#include "base/compat.h"

#include "attio/endpoints.h"
#include "attio/filter.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "remote/param_asks.h"
#include "remote/param_rules.h"
#include "remote/params.h"
#include "remote/table.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/tuplestore.h"

extern PGDLLEXPORT Datum attio_test_asks(PG_FUNCTION_ARGS);

PG_FUNCTION_INFO_V1(attio_test_asks);

#define MAX_CONDITIONS 5
#define MAX_KNOWN 2

/* field or attribute, operator, and the operand as text; NULL operand = NULL, no type = no operand */
typedef struct TestCondition
{
	const char *name;
	TermOp op;
	Oid type;
	const char *operand;
} TestCondition;

/* ----- a made-up endpoint ----- */

static const FieldDef event_fields[] = {
	{.name = "id", .type = INT8OID, .path = "id", .not_null = true},
	{.name = "kind", .type = TEXTOID, .path = "kind"},
	{.name = "company_id", .type = INT8OID, .source = FIELD_GIVEN, .path = "company"},
	{.name = "person_id", .type = INT8OID, .source = FIELD_GIVEN, .path = "person_id"},
	{.name = "deal_id", .type = INT8OID, .source = FIELD_GIVEN, .path = "deal_id"},
	{.name = "happened_at", .type = TIMESTAMPTZOID, .path = "happened_at"},
	{.name = "is_open", .type = BOOLOID, .path = "is_open"},
	{.name = "parent_kind", .type = TEXTOID, .path = "parent_kind"},
	{.name = "parent_id", .type = INT8OID, .path = "parent_id"},
	{.name = "label", .type = TEXTOID, .path = "label"},
	{.name = "size", .type = INT4OID, .path = "size"},
};

static const ParamDef event_params[] = {
	{.name = "{company}", .column = "company_id", .rule = PARAM_EQUAL, .required = true, .verdict = VERDICT_EXACT},
	{.name = "kinds", .column = "kind", .rule = PARAM_ANY, .max_values = 2},
	{.name = "person_id", .column = "person_id", .rule = PARAM_EQUAL, .together = "pair"},
	{.name = "deal_id", .column = "deal_id", .rule = PARAM_EQUAL, .together = "pair"},
	{.name = "after", .column = "happened_at", .rule = PARAM_FROM, .verdict = VERDICT_EXACT, .max_days = 30},
	{.name = "before", .column = "happened_at", .rule = PARAM_BEFORE, .max_days = 30},
	{.name = "open", .column = "is_open", .rule = PARAM_EQUAL},
	{.name = "parent_kind", .column = "parent_kind", .rule = PARAM_EQUAL, .together = "parent"},
	{.name = "parent_id", .column = "parent_id", .rule = PARAM_EQUAL, .together = "parent"},
	{.name = "label_before", .column = "label", .rule = PARAM_BEFORE},
	{.name = "smaller", .column = "size", .rule = PARAM_BEFORE},
};

static const ResourceDef events = {
	.name = "events",
	.list = {.method = "GET", .path = "/companies/{company}/events"},
	.id_path = "id",
	.id_type = INT8OID,
	.fields = event_fields,
	.nfields = lengthof(event_fields),
	.params = event_params,
	.nparams = lengthof(event_params),
};

/* Remarks stand on a record or on an entry, and mention people. */
static const FieldDef remark_fields[] = {
	{.name = "id", .type = INT8OID, .path = "id", .not_null = true},
	{.name = "record_id", .type = INT8OID, .path = "record_id"},
	{.name = "object", .type = TEXTOID, .source = FIELD_GIVEN, .path = "object"},
	{.name = "entry_id", .type = INT8OID, .path = "entry_id"},
	{.name = "list", .type = TEXTOID, .source = FIELD_GIVEN, .path = "list"},
	{.name = "people", .type = TEXTARRAYOID, .path = "people"},
	{.name = "assignees", .type = TEXTARRAYOID, .path = "assignees"},
	{.name = "color", .type = TEXTOID, .path = "color"},
	{.name = "start_at", .type = TIMESTAMPTZOID, .path = "start_at"},
	{.name = "end_at", .type = TIMESTAMPTZOID, .path = "end_at"},
};

static const ParamDef remark_params[] = {
	{.name = "entry_id", .column = "entry_id", .rule = PARAM_EQUAL, .together = "entry", .either = "place"},
	{.name = "list", .column = "list", .rule = PARAM_EQUAL, .together = "entry", .either = "place"},
	{.name = "record_id", .column = "record_id", .rule = PARAM_EQUAL, .together = "record", .either = "place"},
	{.name = "object",
	 .column = "object",
	 .rule = PARAM_EQUAL,
	 .together = "record",
	 .either = "place",
	 .example = "deals"},
	{.name = "people", .column = "people", .rule = PARAM_ANY, .max_values = 2, .has_commas = true},
	{.name = "assignee", .column = "assignees", .rule = PARAM_EQUAL, .of_null = ""},
	{.name = "color", .column = "color", .rule = PARAM_EQUAL, .of_null = "none"},
	{.name = "ends_from", .column = "end_at", .rule = PARAM_FROM, .implied_by = "start_at", .verdict = VERDICT_EXACT},
	{.name = "starts_before", .column = "start_at", .rule = PARAM_BEFORE, .implied_by = "end_at"},
	{.name = "sort", .column = "start_at", .rule = PARAM_ORDER, .ascending = "start_asc", .descending = "start_desc"},
};

static const ResourceDef remarks = {
	.name = "remarks",
	.list = {.method = "GET", .path = "/remarks"},
	.id_path = "id",
	.id_type = INT8OID,
	.fields = remark_fields,
	.nfields = lengthof(remark_fields),
	.params = remark_params,
	.nparams = lengthof(remark_params),
};

typedef struct ParamCase
{
	const char *name;
	TestCondition conditions[MAX_CONDITIONS];
	const char *wanted;
} ParamCase;

static const ParamCase param_cases[] = {
	{"one value", {{"company_id", OP_EQ, INT4OID, "7"}}, "[company=7]"},
	{"several values make several asks", {{"company_id", OP_IN, INT8ARRAYOID, "{7,8}"}}, "[company=7] [company=8]"},
	{"values in portions",
	 {{"company_id", OP_EQ, INT8OID, "7"}, {"kind", OP_IN, TEXTARRAYOID, "{a,b c,d}"}},
	 "kinds=a&kinds=b%20c [company=7] {kind a b c} kinds=d [company=7 kinds=d] {kind d}"},
	{"NULL meets nothing", {{"company_id", OP_EQ, INT8OID, NULL}}, "nothing"},
	{"no value meets nothing", {{"company_id", OP_IN, INT8ARRAYOID, "{}"}}, "nothing"},
	{"NULL among values", {{"company_id", OP_IN, INT8ARRAYOID, "{7,NULL,7}"}}, "[company=7]"},
	{"a second condition is checked locally",
	 {{"company_id", OP_EQ, INT8OID, "7"}, {"company_id", OP_IN, INT8ARRAYOID, "{7,8}"}},
	 "[company=7] incomplete"},
	{"true", {{"company_id", OP_EQ, INT8OID, "7"}, {"is_open", OP_TRUE}}, "open=true [company=7 open=true]"},
	{"both of a pair",
	 {{"company_id", OP_EQ, INT8OID, "7"}, {"person_id", OP_EQ, INT8OID, "1"}, {"deal_id", OP_EQ, INT8OID, "2"}},
	 "person_id=1&deal_id=2 [company=7 person_id=1 deal_id=2]"},
	{"one of a pair",
	 {{"company_id", OP_EQ, INT8OID, "7"}, {"deal_id", OP_EQ, INT8OID, "2"}},
	 "foreign table \"events\" cannot be read without a condition on column \"person_id\""},
	{"one of a pair that rows show, too, is checked locally",
	 {{"company_id", OP_EQ, INT8OID, "7"}, {"parent_kind", OP_EQ, TEXTOID, "deals"}},
	 "[company=7] incomplete"},
	{"both of such a pair",
	 {{"company_id", OP_EQ, INT8OID, "7"},
	  {"parent_kind", OP_EQ, TEXTOID, "deals"},
	  {"parent_id", OP_EQ, INT8OID, "2"}},
	 "parent_kind=deals&parent_id=2 [company=7 parent_kind=deals parent_id=2]"},
	{"a required one is missing",
	 {{"kind", OP_EQ, TEXTOID, "a"}},
	 "foreign table \"events\" cannot be read without a condition on column \"company_id\""},
	{"a span in windows, newest first",
	 {{"company_id", OP_EQ, INT8OID, "7"},
	  {"happened_at", OP_GE, TIMESTAMPTZOID, "2026-01-01 00:00:00+00"},
	  {"happened_at", OP_LT, TIMESTAMPTZOID, "2026-02-10 12:00:00.5+00"}},
	 "after=2026-01-11T12%3A00%3A00.500000Z&before=2026-02-10T12%3A00%3A00.500000Z "
	 "[company=7] "
	 "after=2026-01-01T00%3A00%3A00Z&before=2026-01-11T12%3A00%3A00.500000Z "
	 "[company=7]"},
	{"up to and with a moment",
	 {{"company_id", OP_EQ, INT8OID, "7"},
	  {"happened_at", OP_GT, TIMESTAMPTZOID, "2026-01-01 00:00:00+00"},
	  {"happened_at", OP_LE, TIMESTAMPTZOID, "2026-01-02 00:00:00+00"}},
	 "after=2026-01-01T00%3A00%3A00Z&before=2026-01-02T00%3A00%3A00.000001Z [company=7]"},
	{"an empty span",
	 {{"company_id", OP_EQ, INT8OID, "7"},
	  {"happened_at", OP_GE, TIMESTAMPTZOID, "2026-01-02 00:00:00+00"},
	  {"happened_at", OP_LT, TIMESTAMPTZOID, "2026-01-01 00:00:00+00"}},
	 "nothing"},
	{"a span without its end",
	 {{"company_id", OP_EQ, INT8OID, "7"}, {"happened_at", OP_GE, TIMESTAMPTZOID, "2026-01-01 00:00:00+00"}},
	 "foreign table \"events\" cannot be read without a condition on column \"happened_at\""},
};

/* Each on a record; an operand that is an array is compared with an array column. */
#define ON_RECORD                                                                                                      \
	{"record_id", OP_EQ, INT8OID, "7"},                                                                                \
	{                                                                                                                  \
		"object", OP_EQ, TEXTOID, "deals"                                                                              \
	}
#define RECORD_ASKED "record_id=7&object=deals"
#define RECORD_GIVEN "record_id=7 object=deals"

static const ParamCase remark_cases[] = {
	{"the first group", {ON_RECORD}, RECORD_ASKED " [" RECORD_GIVEN "]"},
	{"the second group",
	 {{"entry_id", OP_EQ, INT8OID, "8"}, {"list", OP_EQ, TEXTOID, "pipeline"}},
	 "entry_id=8&list=pipeline [entry_id=8 list=pipeline]"},
	{"both groups, of which rows show one",
	 {ON_RECORD, {"entry_id", OP_EQ, INT8OID, "8"}, {"list", OP_EQ, TEXTOID, "pipeline"}},
	 "conditions on columns \"object\" and \"entry_id\" of foreign table \"remarks\" cannot be combined (Leave one of "
	 "them out.)"},
	{"half of a special group beside a whole one",
	 {ON_RECORD, {"entry_id", OP_EQ, INT8OID, "8"}},
	 "conditions on columns \"entry_id\" and \"record_id\" of foreign table \"remarks\" cannot be combined (Leave one "
	 "of "
	 "them out.)"},
	{"half of a group beside a whole one",
	 {{"record_id", OP_EQ, INT8OID, "7"}, {"entry_id", OP_EQ, INT8OID, "8"}, {"list", OP_EQ, TEXTOID, "pipeline"}},
	 "entry_id=8&list=pipeline [entry_id=8 list=pipeline] incomplete"},
	{"half of a group",
	 {{"record_id", OP_EQ, INT8OID, "7"}},
	 "foreign table \"remarks\" cannot be read without a condition on column \"object\" "
	 "(A query that works: SELECT * FROM remarks WHERE record_id = 1 AND object = 'deals'. A join can give the values, "
	 "too.)"},
	{"no group",
	 {{"color", OP_EQ, TEXTOID, "red"}},
	 "foreign table \"remarks\" cannot be read without conditions on columns \"record_id\" and \"object\", or "
	 "\"entry_id\" and \"list\" (A query that works: SELECT * FROM remarks WHERE record_id = 1 AND object = 'deals' "
	 "AND "
	 "color = '...'. A join can give the values, too.)"},
	{"several values of a group",
	 {{"record_id", OP_IN, INT8ARRAYOID, "{7,8}"}, {"object", OP_EQ, TEXTOID, "deals"}},
	 RECORD_ASKED " [" RECORD_GIVEN
				  "] {record_id 7} record_id=8&object=deals [record_id=8 object=deals] {record_id 8}"},
	{"one value of an array",
	 {ON_RECORD, {"people", OP_EQ, TEXTOID, "a@b"}},
	 RECORD_ASKED "&people=a%40b [" RECORD_GIVEN " people=a@b]"},
	{"any of several, with commas",
	 {ON_RECORD, {"people", OP_HAS_ANY, TEXTARRAYOID, "{a,b c,d}"}},
	 RECORD_ASKED "&people=a,b%20c [" RECORD_GIVEN "] " RECORD_ASKED "&people=d [" RECORD_GIVEN " people=d]"},
	{"a value with a comma is not sent",
	 {ON_RECORD, {"people", OP_HAS_ANY, TEXTARRAYOID, "{a,\"b,c\"}"}},
	 RECORD_ASKED " [" RECORD_GIVEN "] incomplete"},
	{"of all values the first is asked for",
	 {ON_RECORD, {"people", OP_HAS_ALL, TEXTARRAYOID, "{a,b}"}},
	 RECORD_ASKED "&people=a [" RECORD_GIVEN " people=a]"},
	{"none of which says nothing",
	 {ON_RECORD, {"people", OP_HAS_ALL, TEXTARRAYOID, "{}"}},
	 RECORD_ASKED " [" RECORD_GIVEN "] incomplete"},
	{"any of none meets nothing", {ON_RECORD, {"people", OP_HAS_ANY, TEXTARRAYOID, "{}"}}, "nothing"},
	{"equal to an array",
	 {ON_RECORD, {"people", OP_EQ, TEXTARRAYOID, "{a,b}"}},
	 RECORD_ASKED "&people=a [" RECORD_GIVEN " people=a]"},
	{"equal to an empty array, which cannot be asked for",
	 {ON_RECORD, {"people", OP_EQ, TEXTARRAYOID, "{}"}},
	 RECORD_ASKED " [" RECORD_GIVEN "] incomplete"},
	{"equal to an empty array",
	 {ON_RECORD, {"assignees", OP_EQ, TEXTARRAYOID, "{}"}},
	 RECORD_ASKED "&assignee= [" RECORD_GIVEN " assignee=NULL]"},
	{"an array that is NULL",
	 {ON_RECORD, {"assignees", OP_IS_NULL}},
	 RECORD_ASKED "&assignee= [" RECORD_GIVEN " assignee=NULL]"},
	{"an empty text is not what stands for no value",
	 {ON_RECORD, {"assignees", OP_EQ, TEXTOID, ""}},
	 RECORD_ASKED " [" RECORD_GIVEN "] incomplete"},
	{"NULL", {ON_RECORD, {"color", OP_IS_NULL}}, RECORD_ASKED "&color=none [" RECORD_GIVEN " color=NULL]"},
	{"the text that stands for NULL",
	 {ON_RECORD, {"color", OP_EQ, TEXTOID, "none"}},
	 RECORD_ASKED " [" RECORD_GIVEN "] incomplete"},
	{"a bound that implies another",
	 {ON_RECORD, {"start_at", OP_GE, TIMESTAMPTZOID, "2026-01-01 00:00:00+00"}},
	 RECORD_ASKED "&ends_from=2026-01-01T00%3A00%3A00Z [" RECORD_GIVEN " ends_from=2026-01-01T00:00:00Z]"},
	{"of two such bounds the narrowest",
	 {ON_RECORD,
	  {"start_at", OP_GE, TIMESTAMPTZOID, "2026-01-01 00:00:00+00"},
	  {"end_at", OP_GE, TIMESTAMPTZOID, "2026-01-03 00:00:00+00"}},
	 RECORD_ASKED "&ends_from=2026-01-03T00%3A00%3A00Z [" RECORD_GIVEN " ends_from=2026-01-03T00:00:00Z]"},
	{"both ends",
	 {ON_RECORD,
	  {"end_at", OP_GE, TIMESTAMPTZOID, "2026-01-01 00:00:00+00"},
	  {"end_at", OP_LT, TIMESTAMPTZOID, "2026-01-03 00:00:00+00"}},
	 RECORD_ASKED "&ends_from=2026-01-01T00%3A00%3A00Z&starts_before=2026-01-03T00%3A00%3A00Z [" RECORD_GIVEN
				  " ends_from=2026-01-01T00:00:00Z starts_before=2026-01-03T00:00:00Z]"},
};

/* What of a comparison with a field can be a parameter. */
static const struct
{
	const char *name;
	const char *field;
	TermOp op;
	Oid type;
	const char *wanted;
} rule_cases[] = {
	{"equal, as the endpoint says", "company_id", OP_EQ, INT4OID, "exact"},
	{"any of several", "kind", OP_IN, TEXTOID, "rechecked"},
	{"from a moment", "happened_at", OP_GE, TIMESTAMPTZOID, "exact"},
	{"behind a moment", "happened_at", OP_GT, TIMESTAMPTZOID, "rechecked"},
	{"before a date", "happened_at", OP_LT, DATEOID, "rechecked"},
	{"not equal", "company_id", OP_NE, INT8OID, "local"},
	{"a bound where only equal is asked for", "company_id", OP_LT, INT8OID, "local"},
	{"another type", "company_id", OP_EQ, NUMERICOID, "local"},
	{"a field without parameters", "id", OP_EQ, INT8OID, "local"},
	{"before a text", "label", OP_LT, TEXTOID, "rechecked"},
	{"up to a text, behind which no next one is known", "label", OP_LE, TEXTOID, "local"},
	{"up to a number", "size", OP_LE, INT8OID, "rechecked"},
	{"up to a moment", "happened_at", OP_LE, DATEOID, "rechecked"},
	{"is it true", "is_open", OP_TRUE, InvalidOid, "rechecked"},
	{"is it NULL", "company_id", OP_IS_NULL, InvalidOid, "local"},
};

static const struct
{
	const char *name;
	const char *field;
	bool any_value;
	TermOp op;
	Oid type;
	const char *wanted;
} remark_rules[] = {
	{"a value is in an array", "people", true, OP_EQ, TEXTOID, "rechecked"},
	{"an array has one of several", "people", false, OP_HAS_ANY, TEXTOID, "rechecked"},
	{"an array has all of several", "people", false, OP_HAS_ALL, TEXTOID, "rechecked"},
	{"an array is one of several", "people", false, OP_IN, TEXTARRAYOID, "local"},
	{"an array of another type", "people", false, OP_HAS_ANY, INT8OID, "local"},
	{"an array is equal", "people", false, OP_EQ, TEXTARRAYOID, "rechecked"},
	{"an array is NULL", "people", false, OP_IS_NULL, InvalidOid, "local"},
	{"an array is NULL, which can be asked for", "assignees", false, OP_IS_NULL, InvalidOid, "rechecked"},
	{"a value is NULL, which can be asked for", "color", false, OP_IS_NULL, InvalidOid, "rechecked"},
	{"a bound of its own", "end_at", false, OP_GE, TIMESTAMPTZOID, "exact"},
	{"a bound that implies another", "start_at", false, OP_GE, TIMESTAMPTZOID, "rechecked"},
};

/* ----- Attio's filters ----- */

static const struct
{
	const char *name;
	const char *attribute_type;
	const char *property;
	TestCondition condition;
	const char *known[MAX_KNOWN]; /* of what it stands on: a slug, ids, a member */
	const char *actor_type;       /* that the same AND gives */
	const char *wanted;
} filter_cases[] = {
	{"a number", "number", "", {"n", OP_GE, NUMERICOID, "1.5"}, {NULL}, NULL, "{\"n\":{\"value\":{\"$gte\":1.5}}}"},
	{"a number that is too fine, outwards",
	 "number",
	 "",
	 {"n", OP_GT, NUMERICOID, "1.23456"},
	 {NULL},
	 NULL,
	 "{\"n\":{\"value\":{\"$gte\":1.2345}}}"},
	{"a text with blanks is not sent", "text", "", {"t", OP_EQ, TEXTOID, " a"}, {NULL}, NULL, "incomplete"},
	{"a reference to a known object",
	 "record-reference",
	 "",
	 {"r", OP_EQ, UUIDOID, "00000000-0000-4000-8000-000000000001"},
	 {"people"},
	 NULL,
	 "{\"r\":{\"target_object\":\"people\",\"target_record_id\":{\"$eq\":\"00000000-0000-4000-8000-000000000001\"}}}"},
	{"a reference to an unknown object",
	 "record-reference",
	 "",
	 {"r", OP_EQ, UUIDOID, "00000000-0000-4000-8000-000000000001"},
	 {NULL},
	 NULL,
	 "incomplete"},
	{"a title", "select", "", {"s", OP_EQ, TEXTOID, "Red"}, {NULL}, NULL, "{\"s\":{\"option\":{\"$eq\":\"Red\"}}}"},
	{"not a title: by its ids",
	 "select",
	 "",
	 {"s", OP_NE, TEXTOID, "Red"},
	 {"id1", "id2"},
	 NULL,
	 "{\"$and\":[{\"$not\":{\"s\":{\"option\":{\"$eq\":\"id1\"}}}},{\"$not\":{\"s\":{\"option\":{\"$eq\":\"id2\"}}}}]"
	 "}"},
	{"not a title that is not known", "select", "", {"s", OP_NE, TEXTOID, "Red"}, {NULL}, NULL, "incomplete"},
	{"an actor with a type",
	 "actor-reference",
	 "",
	 {"a", OP_EQ, UUIDOID, "00000000-0000-4000-8000-000000000001"},
	 {NULL},
	 "api-token",
	 "{\"a\":{\"referenced_actor_type\":\"api-token\",\"referenced_actor_id\":"
	 "{\"$eq\":\"00000000-0000-4000-8000-000000000001\"}}}"},
	{"an actor that is a member",
	 "actor-reference",
	 "",
	 {"a", OP_EQ, UUIDOID, "00000000-0000-4000-8000-000000000001"},
	 {"00000000-0000-4000-8000-000000000001"},
	 NULL,
	 "{\"a\":{\"referenced_actor_type\":\"workspace-member\",\"referenced_actor_id\":"
	 "{\"$eq\":\"00000000-0000-4000-8000-000000000001\"}}}"},
	{"an actor of no known type",
	 "actor-reference",
	 "",
	 {"a", OP_EQ, UUIDOID, "00000000-0000-4000-8000-000000000001"},
	 {NULL},
	 NULL,
	 "incomplete"},
	{"NULL meets nothing", "number", "", {"n", OP_EQ, NUMERICOID, NULL}, {NULL}, NULL, "nothing"},
	{"NaN is in no row", "number", "", {"n", OP_EQ, NUMERICOID, "NaN"}, {NULL}, NULL, "nothing"},
};

/* ----- running a case ----- */

static Operand
make_operand(const TestCondition *condition)
{
	Operand operand = {.known = true, .type = condition->type, .isnull = (condition->operand == NULL)};
	Oid input;
	Oid argument;

	if (operand.isnull)
		return operand;
	getTypeInputInfo(condition->type, &input, &argument);
	operand.value = OidInputFunctionCall(input, unconstify(char *, condition->operand), argument, -1);
	return operand;
}

static char *
asks_text(const AskSet *set)
{
	StringInfoData out;
	ListCell *lc;
	ListCell *given;

	initStringInfo(&out);
	foreach(lc, set->asks)
	{
		const Ask *ask = (const Ask *) lfirst(lc);
		const char *query = ask_query(ask);

		appendStringInfo(&out, "%s%s", out.len > 0 ? " " : "", query == NULL ? "" : query);
		if (ask->filter != NULL)
			appendStringInfoString(&out, json_write(ask->filter));
		foreach(given, ask->given)
			appendStringInfo(&out, "%s%s=%s",
							 given != list_head(ask->given) ? " "
							 : query != NULL                ? " ["
															: "[",
							 ((Given *) lfirst(given))->name,
							 ((Given *) lfirst(given))->value == NULL ? "NULL" : ((Given *) lfirst(given))->value);
		if (ask->given != NIL)
			appendStringInfoChar(&out, ']');
		foreach(given, ask->parts)
		{
			const AskPart *part = (const AskPart *) lfirst(given);
			ListCell *text;

			appendStringInfo(&out, " {%s", part->param->column);
			foreach(text, part->texts)
				appendStringInfo(&out, " %s", (char *) lfirst(text));
			appendStringInfoChar(&out, '}');
		}
	}
	if (set->nothing)
		appendStringInfoString(&out, "nothing");
	if (set->incomplete)
		appendStringInfo(&out, "%sincomplete", out.len > 0 ? " " : "");
	return out.data;
}

/* What the conditions ask for, or the message of the ERROR; with its hint, if "hint". */
static char *
run_params(const ResourceDef *resource, const TestCondition *conditions, bool hint)
{
	static const Service no_service = {.title = "Nothing"};
	RemoteRelation relation = {.name = resource->name, .resource = resource, .service = &no_service};
	Operand operands[MAX_CONDITIONS] = {{0}};
	AskInput input = {.relation = &relation, .operands = operands, .noperands = MAX_CONDITIONS, .looked_up = -1};
	MemoryContext context = CurrentMemoryContext;
	List *arms = NIL;
	char *volatile result = NULL;

	for (int i = 0; i < MAX_CONDITIONS && conditions[i].name != NULL; i++)
	{
		Condition condition = {.name = conditions[i].name,
							   .attribute_id = "",
							   .type = "",
							   .property = "",
							   .op = conditions[i].op,
							   .operand = OidIsValid(conditions[i].type) ? i : -1};

		if (OidIsValid(conditions[i].type))
			operands[i] = make_operand(&conditions[i]);
		arms = lappend(arms, term_of_condition(TERM_PARAM, &condition));
	}
	input.term = term_of_arms(TERM_AND, arms);
	PG_TRY();
	{
		AskSet set = asks_of_scan(NULL, &input);

		result = asks_text(&set);
	}
	PG_CATCH();
	{
		ErrorData *error;

		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
		result = hint ? psprintf("%s (%s)", error->message, error->hint) : error->message;
	}
	PG_END_TRY();
	return result;
}

static const char *
run_rule(const ResourceDef *resource, const char *field, bool any_value, TermOp op, Oid type)
{
	static const char *const verdicts[] = {"local", "rechecked", "exact"};
	Comparison comparison = {.op = op, .type = type, .any_value = any_value};

	return verdicts[params_ship(resource, field, &comparison)];
}

/* What is known, by what the class of the property needs. */
static void
make_known(const Clause *clause, const char *const *texts, const char *title, FilterNeeds *known)
{
	ObjectNeed *object = (ObjectNeed *) palloc0(sizeof(ObjectNeed));
	ChoiceNeed *choice = (ChoiceNeed *) palloc0(sizeof(ChoiceNeed));

	object->id = (const char *) linitial(clause->attribute->allowed_objects);
	object->slug = texts[0];
	known->objects = list_make1(object);
	choice->attribute = clause->attribute;
	choice->title = title;
	choice->negated = true;
	for (int i = 0; i < MAX_KNOWN && texts[i] != NULL; i++)
	{
		choice->ids = lappend(choice->ids, pstrdup(texts[i]));
		known->members = lappend(known->members, pstrdup(texts[i]));
	}
	known->choices = list_make1(choice);
}

static char *
run_filter(const char *type, const char *property, const TestCondition *condition, const char *const *texts,
		   const char *actor_type)
{
	RemoteRelation relation = {.name = "things", .resource = resource_records, .page_size = 500, .known_rows = -1};
	AttributeDef attribute = {.id = "a", .type_name = unconstify(char *, type)};
	Operand operands[2] = {{0}};
	Clause clause = {.kind = actor_type == NULL ? CLAUSE_CONDITION : CLAUSE_ACTOR,
					 .op = condition->op,
					 .slug = condition->name,
					 .attribute = &attribute,
					 .type_operand = 1};
	Clause whole = {.kind = CLAUSE_AND, .operand = -1};
	AskInput input = {.relation = &relation, .operands = operands, .noperands = 2, .looked_up = -1};
	FilterNeeds known = {0};
	AskSet set;

	clause.property = attribute_property(attribute_type(type), property);
	attribute.allowed_objects = list_make1(pstrdup("object"));
	whole.arms = list_make1(&clause);
	operands[0] = make_operand(condition);
	if (actor_type != NULL)
		operands[1] = (Operand){.known = true, .type = TEXTOID, .value = CStringGetTextDatum(actor_type)};
	make_known(&clause, texts, condition->operand, &known);
	set = filter_write(&input, &whole, &known);
	return asks_text(&set);
}

/* Two parameters, each with two filters, one of them also with a given; and a filter with nothing beside it. */
static char *
run_refused(void)
{
	static const char *const queries[] = {"kinds=a", "kinds=a", "kinds=b", "kinds=b", NULL};
	AskSet set = {0};

	for (int i = 0; i < (int) lengthof(queries); i++)
	{
		Ask *ask = ask_by_filter(json_make_object());

		ask->query = queries[i];
		if (i == 3)
			ask->given = list_make1(given_make("company", "7"));
		set.asks = lappend(set.asks, ask);
	}
	set.asks = asks_without_filters(set.asks);
	return asks_text(&set);
}

/* A filter whatever is asked. */
static AskSet
write_some_filter(struct Session *session, const AskInput *input)
{
	AskSet set = {.asks = list_make1(ask_by_filter(json_make_object()))};

	return set;
}

/* A lookup by a parameter of a service that has filters, too, before one was refused and after that. */
static char *
run_lookup(bool is_refused)
{
	static const Service filtering = {.title = "Filtering", .write_asks = write_some_filter};
	RemoteRelation relation = {.name = events.name, .resource = &events, .service = &filtering};
	TestCondition keys = {"company_id", OP_IN, INT8ARRAYOID, "{7,8}"};
	Condition condition = {.name = keys.name, .attribute_id = "", .type = "", .property = "", .op = keys.op};
	Operand operand = make_operand(&keys);
	AskInput input = {.relation = &relation,
					  .operands = &operand,
					  .noperands = 1,
					  .keys_per_request = 1,
					  .without_others = is_refused};
	AskSet set;

	input.term = term_of_arms(TERM_AND, list_make1(term_of_condition(TERM_PARAM, &condition)));
	set = asks_of_scan(NULL, &input);
	return asks_text(&set);
}

/* attio_test_asks() -> name, wanted, got: of each case */
Datum
attio_test_asks(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *info = (ReturnSetInfo *) fcinfo->resultinfo;

	compat_materialize(fcinfo);
#define SHOW(what, case_name, wanted_text, got_text)                                                                   \
	do                                                                                                                 \
	{                                                                                                                  \
		Datum values[3] = {CStringGetTextDatum(psprintf("%s: %s", what, case_name)), CStringGetTextDatum(wanted_text), \
						   CStringGetTextDatum(got_text)};                                                             \
		bool nulls[3] = {false};                                                                                       \
                                                                                                                       \
		tuplestore_putvalues(info->setResult, info->setDesc, values, nulls);                                           \
	} while (0)
	for (int i = 0; i < (int) lengthof(param_cases); i++)
		SHOW("parameters", param_cases[i].name, param_cases[i].wanted,
			 run_params(&events, param_cases[i].conditions, false));
	for (int i = 0; i < (int) lengthof(remark_cases); i++)
		SHOW("remarks", remark_cases[i].name, remark_cases[i].wanted,
			 run_params(&remarks, remark_cases[i].conditions, true));
	for (int i = 0; i < (int) lengthof(rule_cases); i++)
		SHOW("rules", rule_cases[i].name, rule_cases[i].wanted,
			 run_rule(&events, rule_cases[i].field, false, rule_cases[i].op, rule_cases[i].type));
	for (int i = 0; i < (int) lengthof(remark_rules); i++)
		SHOW("rules of remarks", remark_rules[i].name, remark_rules[i].wanted,
			 run_rule(&remarks, remark_rules[i].field, remark_rules[i].any_value, remark_rules[i].op,
					  remark_rules[i].type));
	for (int i = 0; i < (int) lengthof(filter_cases); i++)
		SHOW("filters", filter_cases[i].name, filter_cases[i].wanted,
			 run_filter(filter_cases[i].attribute_type, filter_cases[i].property, &filter_cases[i].condition,
						filter_cases[i].known, filter_cases[i].actor_type));
	SHOW("refused", "parameters stay where a filter was refused, each once", "kinds=a kinds=b kinds=b [company=7]",
		 run_refused());
	SHOW("refused", "a lookup by a parameter beside a filter", "{}[company=7] {}[company=8]", run_lookup(false));
	SHOW("refused", "and without the filter, not without its keys", "[company=7] [company=8] incomplete",
		 run_lookup(true));
	PG_RETURN_NULL();
}
