/*
 * condition.c
 *		One condition of a plan, made into what Attio reads.
 *
 * Owns: NULL operands, arrays, references, actors, titles.  Makes no request:
 * needs.c has learned what a condition stands on.  What cannot be sent without
 * losing rows becomes true: the executor checks every condition again.
 */
#include "attio/condition.h"

#include "attio/literal.h"
#include "attio/traits.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/uuid.h"

/* Arms of an $or that stands for an $in. */
#define MAX_ARMS 50

/* ----- trees ----- */

const Made made_true = {MADE_TRUE, NULL, false};
const Made made_false = {MADE_FALSE, NULL, false};

Made
made_tree(JsonTree *tree)
{
	Made made = {MADE_TREE, tree};

	return made;
}

/* {"$and": trees} or {"$or": trees}; a single tree stands for itself, none for true or false. */
Made
made_group(List *trees, bool conjunction)
{
	JsonTree *whole;
	JsonTree *arms;
	ListCell *lc;

	if (trees == NIL)
		return conjunction ? made_true : made_false;
	if (list_length(trees) == 1)
		return made_tree((JsonTree *) linitial(trees));
	whole = json_make_object();
	arms = json_make_array();
	foreach(lc, trees)
		json_append(arms, (JsonTree *) lfirst(lc));
	json_put(whole, conjunction ? "$and" : "$or", arms);
	return made_tree(whole);
}

/* {slug: {field: condition}} */
static JsonTree *
filter_about(const Clause *clause, const char *field, JsonTree *condition)
{
	JsonTree *fields = json_make_object();
	JsonTree *whole = json_make_object();

	json_put(fields, field, condition);
	json_put(whole, clause->slug, fields);
	return whole;
}

/* A condition on the property that filters call by its field; true where there is nothing to send. */
static Made
made_of_property(const Clause *clause, JsonTree *condition)
{
	return condition == NULL ? made_true : made_tree(filter_about(clause, clause->property->filter_field, condition));
}

/* {"$eq": text} */
static JsonTree *
equal_to(const char *text)
{
	JsonTree *condition = json_make_object();

	json_put(condition, "$eq", json_text(text));
	return condition;
}

/* {"$not": ...}; nothing is sent for what is no filter. */
static Made
make_negated(Made made)
{
	JsonTree *whole;

	if (made.kind != MADE_TREE)
		return made_true;
	whole = json_make_object();
	json_put(whole, "$not", made.tree);
	return made_tree(whole);
}

static char *
uuid_text(Datum value)
{
	return DatumGetCString(DirectFunctionCall1(uuid_out, value));
}

/* ----- one object for several conditions ----- */

/* Does the object have no member of these names whose own members it has, too? */
static bool
can_take_in(JsonTree *into, JsonTree *fields)
{
	JsonMember field = {0};

	while (json_next(fields, &field))
	{
		JsonMember op = {0};

		while (json_next(field.value, &op))
			if (json_has(json_member(into, field.name), op.name))
				return false;
	}
	return true;
}

/* {"interacted_at": {"$gte": ...}} and {"owner_member_id": {"$eq": ...}} in one object. */
static void
take_in(JsonTree *into, JsonTree *fields)
{
	JsonMember field = {0};

	while (json_next(fields, &field))
	{
		JsonMember op = {0};

		if (!json_has(into, field.name))
			json_put(into, field.name, field.value);
		else
			while (json_next(field.value, &op))
				json_put(json_member(into, field.name), op.name, op.value);
	}
}

/*
 * Of conditions that all must hold, those on one value go into one object, as the
 * documents show it for interactions.  Since there is one value, it says the
 * same whether all conditions of an object are on one value or not.  Returns
 * false where the tree stays by itself.
 */
bool
condition_joins(const Clause *clause, JsonTree *tree, List *trees)
{
	JsonTree *fields;
	ListCell *lc;

	if (clause->kind != CLAUSE_CONDITION || !clause->joins_fields || clause->multi)
		return false;
	fields = json_member(tree, clause->slug);
	if (!json_is_object(fields))
		return false;
	foreach(lc, trees)
	{
		JsonTree *into = json_member((JsonTree *) lfirst(lc), clause->slug);

		if (!json_is_object(into) || !can_take_in(into, fields))
			continue;
		take_in(into, fields);
		return true;
	}
	return false;
}

/* ----- references and actors ----- */

/* A reference travels as object and id together. */
static Made
make_reference(const Writer *writer, const Clause *clause, JsonTree *ids)
{
	List *trees = NIL;
	List *objects = known_objects(writer->known, clause->attribute);
	ListCell *lc;

	if (objects == NIL)
		return made_true;
	foreach(lc, objects)
	{
		JsonTree *fields = json_make_object();
		JsonTree *whole = json_make_object();

		json_put(fields, "target_object", json_text((const char *) lfirst(lc)));
		json_put(fields, "target_record_id", ids);
		json_put(whole, clause->slug, fields);
		trees = lappend(trees, whole);
	}
	return made_group(trees, false);
}

/*
 * An actor needs its type beside the id: the same AND says it, or the id is
 * known as a workspace member's.
 */
static Made
make_actor(const Writer *writer, const Clause *clause, Datum id)
{
	const Operand *operand = clause->kind == CLAUSE_ACTOR ? &writer->operands[clause->type_operand] : NULL;
	const char *type = NULL;
	JsonTree *fields;
	JsonTree *whole;

	if (operand != NULL && operand->known && !operand->isnull)
		type = TextDatumGetCString(operand->value);
	else if (known_member(writer->known, uuid_text(id)))
		type = "workspace-member";
	if (type == NULL || !filter_is_actor_type(type))
		return made_true;
	fields = json_make_object();
	whole = json_make_object();
	json_put(fields, "referenced_actor_type", json_text(type));
	json_put(fields, "referenced_actor_id", equal_to(uuid_text(id)));
	json_put(whole, clause->slug, fields);
	return made_tree(whole);
}

/* ----- titles ----- */

/*
 * A title.  The list of options is not taken as complete, so
 * what is not among them is sent all the same: if Attio refuses it, everything
 * is read.  Under NOT only an id is sent that was read in this statement: a
 * title might match more than "=" does.
 */
static Made
make_choice(const Writer *writer, const Clause *clause, TermOp op, Datum value)
{
	const char *title = TextDatumGetCString(value);
	List *trees = NIL;
	ListCell *lc;

	if (!filter_safe_text(title))
		return made_true;
	if (op != OP_NE)
		return made_of_property(clause, literal_title(OP_EQ, TEXTOID, value));
	foreach(lc, known_choice_ids(writer->known, clause->attribute, title))
		trees = lappend(trees, make_negated(made_of_property(clause, equal_to((const char *) lfirst(lc)))).tree);
	return made_group(trees, true);
}

/* ----- comparisons ----- */

static Made make_pattern(const Clause *clause, TermOp op, const char *pattern);

/*
 * A key that a join looks up and that cannot be sent as it is: blanks at its
 * ends.  A row that equals it contains what stands between them; an address is
 * never empty.
 */
static Made
make_contained(const Clause *clause, const FilterTraits *traits, Oid type, Datum value)
{
	char *word;

	if (!traits->value.patterns || !filter_takes(traits, type))
		return made_true;
	word = TextDatumGetCString(value);
	if (traits->value.lowered && word[strspn(word, " ")] == '\0')
		return made_false;
	return make_pattern(clause, OP_LIKE, psprintf("%%%s%%", word));
}

/* A value of a class whose "=" takes nothing but it. */
static Made
make_plain(const Writer *writer, const Clause *clause, TermOp op, Oid type, Datum value)
{
	const FilterTraits *traits = filter_traits(clause->property);

	if (clause->days > 0)
		return made_of_property(clause, filter_span(op, type, value, clause->days));
	if (filter_never(traits, op == OP_NE ? OP_EQ : op, type, value))
		return op == OP_NE ? made_true : made_false;
	if (op == OP_NE)
		return make_negated(made_of_property(clause, filter_compare(traits, OP_EQ, type, value)));
	if (op == OP_EQ && writer->looks_up && filter_compare(traits, op, type, value) == NULL)
		return make_contained(clause, traits, type, value);
	return made_of_property(clause, filter_compare(traits, op, type, value));
}

/* Compare with one value, with what "=" takes besides it. */
static Made
make_comparison(const Writer *writer, const Clause *clause, TermOp op, Oid type, Datum value)
{
	switch (filter_traits(clause->property)->writing)
	{
		case WRITTEN_REFERENCE:
			return make_reference(writer, clause, equal_to(uuid_text(value)));
		case WRITTEN_ACTOR:
			return make_actor(writer, clause, value);
		case WRITTEN_ID:
			return made_of_property(clause, equal_to(uuid_text(value)));
		case WRITTEN_TITLE:
			return make_choice(writer, clause, op, value);
		case WRITTEN_PLAIN:
		case WRITTEN_ACTOR_TYPE:
			break;
	}
	return make_plain(writer, clause, op, type, value);
}

/* All pieces that a pattern implies. */
static Made
make_pattern(const Clause *clause, TermOp op, const char *pattern)
{
	List *trees = NIL;
	ListCell *lc;

	foreach(lc, filter_pattern(op, pattern))
		trees = lappend(trees, filter_about(clause, clause->property->filter_field, (JsonTree *) lfirst(lc)));
	return made_group(trees, true);
}

/* ----- arrays ----- */

static JsonTree *
in_list(JsonTree *list)
{
	JsonTree *condition = json_make_object();

	json_put(condition, "$in", list);
	return condition;
}

/* {"$in": [ids]} */
JsonTree *
uuids_condition(const Elements *elements)
{
	JsonTree *list = json_make_array();

	for (int i = 0; i < elements->n; i++)
		json_append(list, json_text(uuid_text(elements->values[i])));
	return in_list(list);
}

/* {"$in": [texts]}; NULL where one of them cannot be sent. */
static JsonTree *
texts_condition(const Elements *elements)
{
	JsonTree *list = json_make_array();
	JsonTree *condition = in_list(list);

	for (int i = 0; i < elements->n; i++)
	{
		char *word = TextDatumGetCString(elements->values[i]);

		if (!filter_safe_text(word))
			return NULL;
		json_append(list, json_text(word));
	}
	return condition;
}

/* Values of an array that one filter may ask for. */
int
filter_max_in(const Writer *writer, const Clause *clause)
{
	return filter_traits(clause->property)->has_in || writer->looks_up ? FILTER_MAX_IN : MAX_ARMS;
}

/* Any of them: $in where Attio has it, else an $or. */
static Made
make_in(const Writer *writer, const Clause *clause, const Elements *elements)
{
	const FilterTraits *traits = filter_traits(clause->property);
	List *trees = NIL;

	if (elements->n == 0)
		return made_false;
	if (elements->n > filter_max_in(writer, clause))
		return made_true;
	if (traits->writing == WRITTEN_REFERENCE)
		return make_reference(writer, clause, uuids_condition(elements));
	if (traits->has_in)
		return made_of_property(clause, texts_condition(elements));
	for (int i = 0; i < elements->n; i++)
	{
		Made made = make_comparison(writer, clause, OP_EQ, elements->type, elements->values[i]);

		if (made.kind == MADE_TRUE)
			return made;
		if (made.kind == MADE_TREE)
			trees = lappend(trees, made.tree);
	}
	return made_group(trees, false);
}

/* Each of them: the arms that can be sent. */
static Made
make_each(const Writer *writer, const Clause *clause, TermOp op, const Elements *elements)
{
	List *trees = NIL;

	for (int i = 0; i < Min(elements->n, MAX_ARMS); i++)
	{
		Made made = make_comparison(writer, clause, op, elements->type, elements->values[i]);

		if (made.kind == MADE_FALSE)
			return made;
		if (made.kind == MADE_TREE)
			trees = lappend(trees, made.tree);
	}
	return made_group(trees, true);
}

/* A NULL among the elements makes NOT IN never true, and no array holds it. */
static Made
make_of_array(const Writer *writer, const Clause *clause, TermOp op, Datum value)
{
	Elements elements = elements_of_array(value);

	switch (op)
	{
		case OP_NOT_IN:
			return elements.had_null ? made_false : make_each(writer, clause, OP_NE, &elements);
		case OP_HAS_ALL:
			return elements.had_null ? made_false : make_each(writer, clause, OP_EQ, &elements);
		default:
			return make_in(writer, clause, &elements);
	}
}

/* ----- the condition ----- */

/* True of every row, so that nothing need be sent and nothing checked. */
static const Made made_always = {MADE_TRUE, NULL, true};

/* Of a column that is NULL in every row. */
static Made
make_of_null(const Writer *writer, TermOp op)
{
	switch (op)
	{
		case OP_IS_NULL:
		case OP_NOT_TRUE:
			return made_always;
		case OP_NOT_IN:
			/* true where the array is empty */
			return made_true;
		case OP_NE:
			/* IS DISTINCT FROM is sent as <> only where Attio finds rows without a value by it */
			return writer->relation->remote.not_matches_empty ? made_true : made_false;
		default:
			return made_false;
	}
}

/* A checkbox that is set, or not. */
static Made
make_boolean(const Clause *clause, bool wanted)
{
	JsonTree *condition = json_make_object();

	json_put(condition, "$eq", json_boolean(wanted));
	return made_of_property(clause, condition);
}

/* {"$not_empty": true}, or NOT that. */
static Made
make_not_empty(const Clause *clause, bool present)
{
	JsonTree *condition = json_make_object();
	Made made;

	json_put(condition, "$not_empty", json_boolean(true));
	made = made_of_property(clause, condition);
	return present ? made : make_negated(made);
}

/* Where there is no $not_empty, on either side of a pivot: any value; on neither: none. */
static Made
make_presence(const Clause *clause, bool present)
{
	List *trees = NIL;

	if (filter_traits(clause->property)->not_empty != NOT_EMPTY_NONE)
		return make_not_empty(clause, present);
	for (int above = 1; above >= 0; above--)
	{
		Made made = made_of_property(clause, filter_beside_pivot(filter_traits(clause->property), above));

		trees = lappend(trees, present ? made.tree : make_negated(made).tree);
	}
	return made_group(trees, !present);
}

/* For plain EXPLAIN: the operand is not known before the scan starts. */
static Made
make_unknown(const Clause *clause, TermOp op, int index)
{
	static const char *const names[] = {"$eq",      "$not $eq", "$lt",     "$lte",    "$gt",     "$gte",        "$in",
										"$not $in", "$eq all",  "$eq any", "pattern", "pattern", "$starts_with"};
	JsonTree *condition = json_make_object();

	Assert(op < (int) lengthof(names));
	json_put(condition, names[op], json_text(psprintf("operand %d", index + 1)));
	return made_of_property(clause, condition);
}

/* A condition whose column is as planned. */
static Made
make_bound(const Writer *writer, const Clause *clause)
{
	const Operand *operand = clause->operand >= 0 ? &writer->operands[clause->operand] : NULL;
	TermOp op = clause->op;

	if (operand != NULL && !operand->known)
		return make_unknown(clause, op, clause->operand);
	switch (op)
	{
		case OP_IN:
		case OP_NOT_IN:
		case OP_HAS_ALL:
		case OP_HAS_ANY:
			return make_of_array(writer, clause, op, operand->value);
		case OP_LIKE:
		case OP_ILIKE:
		case OP_PREFIX:
			return make_pattern(clause, op, TextDatumGetCString(operand->value));
		case OP_TRUE:
		case OP_FALSE:
			return make_boolean(clause, op == OP_TRUE);
		case OP_NOT_TRUE:
			return make_negated(make_boolean(clause, true));
		case OP_NOT_NULL:
		case OP_IS_NULL:
			return make_presence(clause, op == OP_NOT_NULL);
		default:
			return make_comparison(writer, clause, op, operand->type, operand->value);
	}
}

/*
 * What to send for a condition; notes in the writer where nothing can be sent
 * of it.  Makes no request.
 */
Made
write_condition(Writer *writer, const Clause *clause)
{
	Made made = made_true;

	/* NULL compares with nothing. */
	if (clause->operand >= 0 && writer->operands[clause->operand].isnull)
		return made_false;
	if (clause->is_missing)
		made = make_of_null(writer, clause->op);
	else if (!clause->is_lost)
		made = make_bound(writer, clause);
	writer->incomplete = writer->incomplete || (made.kind == MADE_TRUE && !made.is_certain);
	return made;
}
