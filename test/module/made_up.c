/*
 * made_up.c
 *		A service of three endpoints that nobody offers, served by test/module/made_up.py.
 *
 * It shows that the shared rooms know no service: nothing outside of test/ knows
 * this one.  A library of its own holds it, with a handler and a validator of its
 * own beside those of attio_fdw.
 *
 * Shelves have bigint ids and can be written; books stand on a shelf, which must
 * be named, and come in crates.  The stock is what stands in no shelf: crates by
 * offset, whose books are known by their crate.
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
	{.name = NULL},
};

static const OptionDef made_up_own_options[] = {
	{"reads_per_second", ForeignServerRelationId, OPTION_INT, GUARD_NONE, "1000", 1, 10000, NULL, "reads"},
	{"writes_per_second", ForeignServerRelationId, OPTION_INT, GUARD_NONE, "1000", 1, 10000, NULL, "writes"},
};
/* clang-format on */

static const OptionSet made_up_options = {
	.default_url = "https://library.invalid",
	.options = made_up_own_options,
	.noptions = lengthof(made_up_own_options),
};

static const char *const made_up_passing[] = {NULL};

/* {"oops": {"number": 17, "text": "..."}} */
static void
made_up_refusal(Session *session, HttpExchange *exchange, const RequestSubject *subject, Refusal *refusal)
{
	JsonTree *answer = json_read(exchange->body, exchange->length);
	const char *text = json_string_at(answer, "oops.text");

	refusal->of_service = (text != NULL);
	refusal->kinds = exchange->status == 404 ? REFUSAL_ABSENT | REFUSAL_GONE : 0;
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
