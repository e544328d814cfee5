/*
 * traits.c
 *		What conditions on a class of properties are like.
 *
 * Owns: the table of classes (docs/attio-api.md 7.2).  literal.c knows how the
 * values are written.
 */
#include "attio/traits.h"

#include "attio/literal.h"
#include "attio/relation.h"
#include "catalog/pg_type.h"
#include "utils/timestamp.h"

/* ----- what a comparison with a constant is worth ----- */

static bool
is_always_exact(const RemoteFacts *facts, TermOp op, Oid type, Datum value)
{
	return true;
}

static bool
is_exact_number(const RemoteFacts *facts, TermOp op, Oid type, Datum value)
{
	return literal_is_plain_number(type, value);
}

static bool
is_exact_date(const RemoteFacts *facts, TermOp op, Oid type, Datum value)
{
	return type == DATEOID;
}

/* Attio keeps more digits than we: only these two sides are the same, on whole milliseconds. */
static bool
is_exact_time(const RemoteFacts *facts, TermOp op, Oid type, Datum value)
{
	return (op == OP_GE || op == OP_LT) && type == TIMESTAMPTZOID && DatumGetTimestampTz(value) % 1000 == 0;
}

static bool
is_exact_text(const RemoteFacts *facts, TermOp op, Oid type, Datum value)
{
	return facts->text_is_exact;
}

/* ----- where $not loses no row ----- */

static bool
always_differs(const RemoteFacts *facts, Oid type)
{
	return true;
}

static bool
date_differs(const RemoteFacts *facts, Oid type)
{
	return type == DATEOID;
}

/*
 * What $not does with empty values does not matter where SQL has NULL for them;
 * an empty text is a value, and may count as empty.
 */
static bool
text_differs(const RemoteFacts *facts, Oid type)
{
	return facts->text_is_exact && facts->not_matches_empty;
}

/* ----- the table ----- */

/* clang-format off */
static const FilterTraits class_traits[] = {
	[FILTER_NOTHING] = {.value = {.operands = OPERANDS_NONE}},
	[FILTER_NUMBER] = {
		.value = {.operands = OPERANDS_NUMBER, .sorts = SORTS_AS_SQL, .ranges = true}, .pivot = "0",
		.write = literal_number, .endless = literal_endless_number, .is_exact = is_exact_number,
		.can_differ = always_differs,
	},
	[FILTER_DATE] = {
		.value = {.operands = OPERANDS_TIME, .sorts = SORTS_AS_SQL, .ranges = true}, .pivot = "\"2000-01-01\"",
		.write = literal_date, .endless = literal_endless_time, .is_exact = is_exact_date, .can_differ = date_differs,
	},
	[FILTER_TIME] = {
		.value = {.operands = OPERANDS_TIME, .sorts = SORTS_AS_SQL, .ranges = true, .finer = true},
		.pivot = "\"2000-01-01T00:00:00.000Z\"",
		.write = literal_time, .endless = literal_endless_time, .is_exact = is_exact_time,
	},
	[FILTER_BOOL] = {.value = {.operands = OPERANDS_BOOLEAN}},
	[FILTER_TEXT] = {
		.value = {.operands = OPERANDS_TEXT, .sorts = SORTS_AS_TEXT, .patterns = true}, .has_in = true,
		.write = literal_text, .is_exact = is_exact_text, .can_differ = text_differs,
	},
	[FILTER_TEXT_EQ] = {
		.value = {.operands = OPERANDS_TEXT, .sorts = SORTS_AS_TEXT, .patterns = true},
		.write = literal_text,
	},
	[FILTER_LOWER] = {
		.value = {.operands = OPERANDS_TEXT, .patterns = true, .lowered = true, .address = true},
		.write = literal_lower,
	},
	[FILTER_WORD] = {.value = {.operands = OPERANDS_TEXT}, .write = literal_text},
	[FILTER_PHONE] = {.value = {.operands = OPERANDS_TEXT, .address = true}, .write = literal_phone},
	[FILTER_CHOICE] = {
		.value = {.operands = OPERANDS_TEXT}, .writing = WRITTEN_TITLE,
		.write = literal_title, .can_differ = always_differs, /* by an id that was read in this statement */
	},
	[FILTER_CHOICE_ID] = {.value = {.operands = OPERANDS_UUID}, .writing = WRITTEN_ID},
	[FILTER_REFERENCE] = {
		.value = {.operands = OPERANDS_UUID}, .writing = WRITTEN_REFERENCE, .has_in = true, .is_uncertain = true,
		.is_exact = is_always_exact,
	},
	[FILTER_ACTOR] = {.value = {.operands = OPERANDS_UUID}, .writing = WRITTEN_ACTOR},
	[FILTER_ACTOR_TYPE] = {
		.value = {.operands = OPERANDS_TEXT}, .writing = WRITTEN_ACTOR_TYPE,
		.write = literal_actor_type,
	},
	/* the column shows members only, while Attio may take other actors' ids for owners, too */
	[FILTER_MEMBER] = {
		.value = {.operands = OPERANDS_UUID}, .writing = WRITTEN_ID, .not_empty = NOT_EMPTY_WIDER,
	},
	[FILTER_KIND] = {
		.value = {.operands = OPERANDS_TEXT}, .not_empty = NOT_EMPTY_EXACT,
		.write = literal_text,
	},
};
/* clang-format on */

/* The row of a property's class. */
const FilterTraits *
filter_traits(const PropertyDef *property)
{
	return &class_traits[property->filter];
}

const ValueTraits *
attribute_traits(const PropertyDef *property)
{
	return &filter_traits(property)->value;
}

/* ----- conditions by it ----- */

bool
filter_takes(const FilterTraits *traits, Oid type)
{
	switch (traits->value.operands)
	{
		case OPERANDS_NUMBER:
			return type == INT2OID || type == INT4OID || type == INT8OID || type == NUMERICOID;
		case OPERANDS_TIME:
			return type == TIMESTAMPTZOID || type == TIMESTAMPOID || type == DATEOID;
		case OPERANDS_TEXT:
			return type == TEXTOID || type == VARCHAROID;
		case OPERANDS_UUID:
			return type == UUIDOID;
		case OPERANDS_BOOLEAN:
		case OPERANDS_NONE:
			break;
	}
	return false;
}

JsonTree *
filter_compare(const FilterTraits *traits, TermOp op, Oid type, Datum value)
{
	if (traits->write == NULL || op > OP_GE || op == OP_NE || (op != OP_EQ && !traits->value.ranges))
		return NULL;
	return traits->write(op, type, value);
}

bool
filter_never(const FilterTraits *traits, TermOp op, Oid type, Datum value)
{
	int side = op <= OP_GE && traits->endless != NULL ? traits->endless(type, value) : 0;

	if (side == 0 || op == OP_NE)
		return false;
	return op == OP_EQ || (side > 0 ? op == OP_GT || op == OP_GE : op == OP_LT || op == OP_LE);
}

JsonTree *
filter_beside_pivot(const FilterTraits *traits, bool above)
{
	JsonTree *condition = json_make_object();

	json_put(condition, above ? "$gte" : "$lt", json_read(traits->pivot, strlen(traits->pivot)));
	return condition;
}
