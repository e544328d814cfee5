/*
 * made_up.c
 *		A service of some endpoints that nobody offers, served by test/module/made_up.py.
 *
 * It shows that the shared rooms know no service: nothing outside of test/ knows
 * this one.  A library of its own holds it, with a handler and a validator of its
 * own beside those of attio_fdw.
 *
 * Shelves have bigint ids and can be written; books stand on a shelf, which must
 * be named, and come in crates.  The stock is what stands in no shelf: crates by
 * offset, whose books are known by their crate.  Loans are asked for by shelf and
 * kind or by desk and hall, in pages at offsets and by cursor; visits are listed
 * for each shelf; finds are asked for by a body, and come at once, as many as it
 * says.  Guests tell their dates and loans only where they are asked
 * for, and without a visit none comes then; their shelves only one guest tells.
 */
#include "../../attio_fdw.c"

#include "base/errors.h"
#include "catalog/pg_foreign_server.h"
#include "catalog/pg_type.h"
#include "remote/request.h"
#include "remote/resource.h"

extern PGDLLEXPORT Datum made_up_handler(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum made_up_validator(PG_FUNCTION_ARGS);

PG_FUNCTION_INFO_V1(made_up_handler);
PG_FUNCTION_INFO_V1(made_up_validator);

/* clang-format off */
static const FieldDef shelf_fields[] = {
	{.name = "id", .type = INT8OID, .path = "id", .not_null = true},
	{.name = "name", .type = TEXTOID, .path = "label.text", .write = FIELD_WRITABLE, .is_required = true},
	{.name = "places", .type = INT4OID, .path = "places", .write = FIELD_WRITABLE},
};
static const FieldDef book_fields[] = {
	{.name = "shelf_id", .type = INT8OID, .source = FIELD_GIVEN, .path = "shelf", .not_null = true},
	{.name = "id", .type = INT8OID, .path = "id", .not_null = true},
	{.name = "title", .type = TEXTOID, .path = "title"},
	{.name = "language", .type = TEXTOID, .path = "language"},
};
static const FieldDef stock_fields[] = {
	{.name = "crate", .type = INT8OID, .path = "../crate", .not_null = true},
	{.name = "labels", .type = TEXTARRAYOID, .path = "../labels[].text"},
	{.name = "position", .type = INT4OID, .source = FIELD_POSITION, .not_null = true},
	{.name = "title", .type = TEXTOID, .path = "title"},
	{.name = "authors", .type = TEXTARRAYOID, .path = "authors[].name.last"},
	{.name = "author_list", .type = JSONBOID, .path = "authors"},
	{.name = "published", .type = TIMESTAMPTZOID, .path = "published.moment|published.day"},
	{.name = "reading_time", .type = INTERVALOID, .path = "seconds"},
};
static const FieldDef loan_fields[] = {
	{.name = "id", .type = INT8OID, .path = "id", .not_null = true},
	{.name = "shelf_id", .type = INT8OID, .path = "shelf"},
	{.name = "kind", .type = TEXTOID, .source = FIELD_GIVEN, .path = "kind"},
	{.name = "desk_id", .type = INT8OID, .path = "desk"},
	{.name = "hall", .type = TEXTOID, .path = "hall"},
	{.name = "day", .type = INT4OID, .path = "day", .not_null = true},
	{.name = "until", .type = INT4OID, .path = "until"},
	{.name = "readers", .type = TEXTARRAYOID, .path = "readers"},
	{.name = "keepers", .type = TEXTARRAYOID, .path = "keepers"},
	{.name = "note", .type = TEXTOID, .path = "note"},
	{.name = "place", .type = TEXTOID, .path = "place"},
	{.name = "floor", .type = INT4OID, .path = "floor"},
};
static const FieldDef visit_fields[] = {
	{.name = "shelf_id", .type = INT8OID, .source = FIELD_GIVEN, .path = "shelf", .not_null = true},
	{.name = "id", .type = INT8OID, .path = "id", .not_null = true},
	{.name = "came_at", .type = TIMESTAMPTZOID, .path = "came_at", .not_null = true},
	{.name = "who", .type = TEXTOID, .path = "who"},
};
static const Extra guest_dates = {"dates", "with_dates=true", "dates", .leaves_rows_out = true};
static const Extra guest_loans = {"loans", "with_loans=true", "loans"};
static const Extra guest_shelves = {"shelves", NULL, "shelves"};
static const FieldDef guest_fields[] = {
	{.name = "id", .type = INT8OID, .path = "id", .not_null = true},
	{.name = "name", .type = TEXTOID, .path = "name"},
	{.name = "hall", .type = TEXTOID, .path = "hall"},
	{.name = "first_visit", .type = TIMESTAMPTZOID, .path = "dates.first", .extra = &guest_dates},
	{.name = "last_visit", .type = TIMESTAMPTZOID, .path = "dates.last", .extra = &guest_dates},
	{.name = "loans", .type = INT8ARRAYOID, .path = "loans", .extra = &guest_loans},
	{.name = "shelves", .type = INT8ARRAYOID, .path = "shelves", .extra = &guest_shelves},
};
static const Way guest_by_id = {
	.list = {"GET", "/guests/{guest}", .may_be_gone = true},
	.paging = {PAGING_NONE, .rows = "", .single = true},
};
static const ParamDef guest_params[] = {
	{.name = "{guest}", .column = "id", .rule = PARAM_EQUAL, .verdict = VERDICT_EXACT, .way = &guest_by_id},
	{.name = "hall", .column = "hall", .rule = PARAM_EQUAL},
	{.name = "from", .column = "last_visit", .rule = PARAM_FROM},
	{.name = "before", .column = "last_visit", .rule = PARAM_BEFORE},
};
static const FieldDef find_fields[] = {
	{.name = "shelf_id", .type = INT8OID, .source = FIELD_GIVEN, .path = "shelf", .not_null = true},
	{.name = "words", .type = TEXTOID, .source = FIELD_GIVEN, .path = "words", .not_null = true},
	{.name = "position", .type = INT4OID, .source = FIELD_POSITION, .not_null = true},
	{.name = "title", .type = TEXTOID, .path = "title"},
};
static const ParamDef find_params[] = {
	{.name = "{words}", .column = "words", .rule = PARAM_EQUAL, .verdict = VERDICT_EXACT, .required = true},
	{.name = "{shelf}", .column = "shelf_id", .rule = PARAM_EQUAL, .verdict = VERDICT_EXACT, .required = true, .of_parents = true},
};
static const ParamDef loan_params[] = {
	{.name = "shelf", .column = "shelf_id", .rule = PARAM_EQUAL, .together = "shelf", .either = "place"},
	{.name = "kind", .column = "kind", .rule = PARAM_EQUAL, .together = "shelf", .either = "place", .example = "lent"},
	{.name = "desk", .column = "desk_id", .rule = PARAM_EQUAL, .together = "desk", .either = "place"},
	{.name = "hall", .column = "hall", .rule = PARAM_EQUAL, .together = "desk", .either = "place", .example = "north"},
	{.name = "readers", .column = "readers", .rule = PARAM_ANY, .max_values = 2, .has_commas = true},
	{.name = "keeper", .column = "keepers", .rule = PARAM_EQUAL, .of_null = ""},
	{.name = "note", .column = "note", .rule = PARAM_EQUAL, .of_null = "none"},
	{.name = "until_from", .column = "until", .rule = PARAM_FROM, .implied_by = "day"},
	{.name = "day_before", .column = "day", .rule = PARAM_BEFORE, .implied_by = "until"},
	{.name = "place", .column = "place", .rule = PARAM_EQUAL, .together = "where"},
	{.name = "floor", .column = "floor", .rule = PARAM_EQUAL, .together = "where"},
	{.name = "sort", .column = "day", .rule = PARAM_ORDER, .ascending = "day_asc", .descending = "day_desc"},
};
static const ParamDef visit_params[] = {
	{.name = "{shelf}", .column = "shelf_id", .rule = PARAM_EQUAL, .verdict = VERDICT_EXACT, .required = true, .of_parents = true},
	{.name = "after", .column = "came_at", .rule = PARAM_FROM, .max_days = 10},
	{.name = "before", .column = "came_at", .rule = PARAM_BEFORE, .max_days = 10},
	{.name = "who", .column = "who", .rule = PARAM_EQUAL},
	{.name = "sort", .column = "came_at", .rule = PARAM_ORDER, .descending = "newest"},
};
static const ParamDef stock_params[] = {
	{.name = "keyword", .column = "title", .rule = PARAM_EQUAL, .verdict = VERDICT_SUPERSET},
};
static const ParamDef shelf_params[] = {
	{.name = "ids", .column = "id", .rule = PARAM_ANY, .verdict = VERDICT_EXACT, .max_values = 4},
};
static const ParamDef book_params[] = {
	{.name = "{shelf}", .column = "shelf_id", .rule = PARAM_EQUAL, .verdict = VERDICT_EXACT, .required = true},
	{.name = "language", .column = "language", .rule = PARAM_EQUAL, .verdict = VERDICT_SUPERSET},
};

#define ROWS(fields_, params_) \
	.fields = fields_, .nfields = lengthof(fields_), .params = params_, .nparams = lengthof(params_)

/* Shelves 1 to 4: as if they had been read. */
static List *
four_shelves(Session *session, ScanCost *cost)
{
	List *shelves = NIL;

	for (int i = 1; i <= 4; i++)
		shelves = lappend(shelves, list_make1(given_make("shelf", psprintf("%d", i))));
	return shelves;
}

static const ResourceDef made_up_resources[] = {
	{
		.name = "shelves",
		.list = {"GET", "/shelves"},
		.create = {"POST", "/shelves", .nature = HTTP_ONCE},
		.update = {"PUT", "/shelves/{id}", .nature = HTTP_REPEAT},
		.delete = {"DELETE", "/shelves/{id}", .nature = HTTP_REPEAT},
		.paging = {PAGING_CURSOR, .limit = "page_size", .place = "page_token", .max_page = 5, .rows = "shelves",
				   .next = "page.next_token"},
		.abilities = CAN_LOOKUP,
		.id_path = "id",
		.id_type = INT8OID,
		ROWS(shelf_fields, shelf_params),
	},
	{
		.name = "books",
		.list = {"GET", "/shelves/{shelf}/books"},
		.paging = {PAGING_CURSOR, .limit = "page_size", .place = "page_token", .max_page = 2, .rows = "crates",
				   .each = "books", .next = "page.next_token"},
		.abilities = CAN_LOOKUP,
		.id_path = "id",
		.id_type = INT8OID,
		ROWS(book_fields, book_params),
	},
	{
		.name = "stock",
		.list = {"GET", "/stock"},
		.paging = {PAGING_OFFSET, .limit = "limit", .place = "offset", .max_page = 4, .rows = "crates", .each = "books"},
		.id_path = "../crate",
		.id_type = INT8OID,
		ROWS(stock_fields, stock_params),
	},
	{
		.name = "loans",
		.list = {"GET", "/loans"},
		.paging = {PAGING_OFFSET, .limit = "limit", .place = "offset", .max_page = 5, .rows = "loans"},
		.abilities = CAN_LOOKUP,
		.id_path = "id",
		.id_type = INT8OID,
		ROWS(loan_fields, loan_params),
	},
	{
		.name = "loans_by_cursor",
		.list = {"GET", "/loans_by_cursor"},
		.paging = {PAGING_CURSOR, .limit = "page_size", .place = "page_token", .max_page = 5, .rows = "loans",
				   .next = "page.next_token"},
		.abilities = CAN_LOOKUP,
		.id_path = "id",
		.id_type = INT8OID,
		ROWS(loan_fields, loan_params),
	},
	/* without ids */
	{
		.name = "loan_notes",
		.list = {"GET", "/loans"},
		.paging = {PAGING_NONE, .rows = "loans"},
		.abilities = CAN_LOOKUP,
		ROWS(loan_fields, loan_params),
	},
	{
		.name = "visits",
		.list = {"GET", "/shelves/{shelf}/visits", .may_be_gone = true},
		.paging = {PAGING_OFFSET, .limit = "limit", .place = "offset", .max_page = 5, .rows = "visits"},
		.abilities = CAN_LOOKUP,
		.id_path = "id",
		.id_type = INT8OID,
		ROWS(visit_fields, visit_params),
		.parents = four_shelves,
		.walked = "shelves",
	},
	{
		.name = "guests",
		.list = {"GET", "/guests"},
		.paging = {PAGING_CURSOR, .limit = "page_size", .place = "page_token", .max_page = 5, .rows = "guests",
				   .next = "page.next_token"},
		.abilities = CAN_LOOKUP,
		.id_path = "id",
		.id_type = INT8OID,
		ROWS(guest_fields, guest_params),
	},
	{
		.name = "finds",
		.list = {"POST", "/finds", .body = "{\"look\":{\"for\":\"{words}\"},\"where\":[{\"shelf\":\"{shelf}\"}]}"},
		.paging = {PAGING_NONE, .in_body = true, .limit = "most", .max_page = 6, .rows = "finds"},
		.abilities = CAN_LOOKUP | CAN_LIMIT,
		ROWS(find_fields, find_params),
		.parents = four_shelves,
		.walked = "shelves",
	},
	{.name = NULL},
};

static const OptionDef made_up_own_options[] = {
	{"reads_per_second", ForeignServerRelationId, OPTION_INT, GUARD_NONE, "1000", 1, 10000, NULL, "reads"},
	{"writes_per_second", ForeignServerRelationId, OPTION_INT, GUARD_NONE, "1000", 1, 10000, NULL, "writes"},
	{"requests_per_minute", ForeignServerRelationId, OPTION_INT, GUARD_NONE, "100000", 1, 100000, NULL, "requests"},
	{"kept_requests", ForeignServerRelationId, OPTION_INT, GUARD_NONE, "0", 0, INT_MAX, NULL, "kept"},
};
/* clang-format on */

static const OptionSet made_up_options = {
	.default_url = "https://library.invalid",
	.options = made_up_own_options,
	.noptions = lengthof(made_up_own_options),
};

static const char *const made_up_passing[] = {NULL};

static const HttpLimits made_up_limits = {{
	[LIMIT_MINUTE] = {"Library-Limit", "Library-Left", "Library-Again"},
	[LIMIT_MONTH] = {"Library-Month-Limit", "Library-Month-Left", "Library-Month-Again"},
}};

/* {"oops": {"number": 17, "text": "..."}} */
static void
made_up_refusal(Session *session, HttpExchange *exchange, const RequestSubject *subject, Refusal *refusal)
{
	JsonTree *answer = json_read(exchange->body, exchange->length);
	const char *text = json_string_at(answer, "oops.text");

	refusal->of_service = (text != NULL);
	refusal->kinds = exchange->status == 404   ? REFUSAL_ABSENT | REFUSAL_GONE
					 : exchange->status == 422 ? REFUSAL_REQUEST
											   : 0;
	refusal->sqlstate = exchange->status == 404 ? ERRCODE_NO_DATA_FOUND : ERRCODE_FDW_ERROR;
	refusal->message = text == NULL ? "(nothing)" : clean_text(text, strlen(text), 200);
	refusal->reasons = "";
}

static const Service made_up_service = {
	.title = "Library",
	.wrapper = "made_up",
	.handler = "made_up_handler",
	.options = &made_up_options,
	.authorization = "Bearer %s",
	.user_agent = "made_up",
	.passing = made_up_passing,
	.limits = &made_up_limits,
	.minute_option = "requests_per_minute",
	.reserve_option = "kept_requests",
	.account_path = "/shelves/1",
	.explain_refusal = made_up_refusal,
	.resources = made_up_resources,
};

/* The callbacks of made_up, as those of attio_fdw. */
Datum
made_up_handler(PG_FUNCTION_ARGS)
{
	static bool is_registered = false;

	if (!is_registered)
		register_service(&made_up_service);
	is_registered = true;
	PG_RETURN_POINTER(make_callbacks());
}

Datum
made_up_validator(PG_FUNCTION_ARGS)
{
	options_validate(&made_up_options, untransformRelOptions(PG_GETARG_DATUM(0)), PG_GETARG_OID(1));
	PG_RETURN_VOID();
}
