/*
 * filter.c
 *		From the terms of a plan and the values of its operands to Attio's filters.
 *
 * Owns: AND, OR, NOT, NULL operands, arrays, keys in batches, references.  A
 * term becomes true (nothing to send), false (no row can match), or a filter.
 * What cannot be sent without losing rows becomes true: the executor checks
 * every condition again.
 */
#include "scan/filter.h"

#include "catalog/pg_type.h"
#include "scan/filter_value.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/uuid.h"

/* Arms of an $or that stands for an $in. */
#define MAX_ARMS 50

/* Objects that a reference may point to and still be sent. */
#define MAX_OBJECTS 5

typedef enum MadeKind
{
	MADE_TRUE,
	MADE_FALSE,
	MADE_TREE
} MadeKind;

typedef struct Made
{
	MadeKind kind;
	JsonTree *tree;
} Made;

static const Made made_true = {MADE_TRUE, NULL};
static const Made made_false = {MADE_FALSE, NULL};

static Made make_term(const FilterInput *input, List *term);

static Made
made_tree(JsonTree *tree)
{
	Made made = {MADE_TREE, tree};

	return made;
}

/* Give a tree to another as well; both own it. */
static JsonTree *
share(JsonTree *tree)
{
	return json_object_get(tree);
}

/* ----- AND, OR ----- */

static Made
combine(List *trees, bool conjunction)
{
	JsonTree *whole;
	JsonTree *arms;
	ListCell *lc;

	if (trees == NIL)
		return conjunction ? made_true : made_false;
	if (list_length(trees) == 1)
		return made_tree((JsonTree *) linitial(trees));
	whole = json_make_object();
	arms = json_object_new_array();
	foreach(lc, trees)
		json_object_array_add(arms, share((JsonTree *) lfirst(lc)));
	json_object_object_add(whole, conjunction ? "$and" : "$or", arms);
	return made_tree(whole);
}

/* An AND drops what is true and ends at what is false; an OR the other way round. */
static Made
make_group(const FilterInput *input, List *term, bool conjunction)
{
	List *trees = NIL;

	for (int i = 1; i < list_length(term); i++)
	{
		Made made = make_term(input, (List *) list_nth(term, i));

		if (made.kind == (conjunction ? MADE_FALSE : MADE_TRUE))
			return made;
		if (made.kind == MADE_TREE)
			trees = lappend(trees, made.tree);
	}
	return combine(trees, conjunction);
}

/* ----- one condition ----- */

/* What a condition is about, resolved against the definitions. */
typedef struct Subject
{
	const char *slug;
	const AttributeDef *attribute; /* NULL in EXPLAIN */
	const PropertyDef *property;
} Subject;

/* {slug: {field: condition}} */
static JsonTree *
about(const Subject *subject, const char *field, JsonTree *condition)
{
	JsonTree *fields = json_make_object();
	JsonTree *whole = json_make_object();

	json_object_object_add(fields, field, share(condition));
	json_object_object_add(whole, subject->slug, share(fields));
	return whole;
}

static Made
made_about(const Subject *subject, JsonTree *condition)
{
	return condition == NULL ? made_true : made_tree(about(subject, subject->property->filter_field, condition));
}

static Made
negated(Made made)
{
	JsonTree *whole;

	if (made.kind != MADE_TREE)
		return made_true;
	whole = json_make_object();
	json_object_object_add(whole, "$not", share(made.tree));
	return made_tree(whole);
}

/* The objects that a reference may point to; NIL when they are not known or too many. */
static List *
referenced_objects(const FilterInput *input, const Subject *subject)
{
	List *slugs = NIL;
	ListCell *lc;

	if (subject->attribute == NULL || list_length(subject->attribute->allowed_objects) > MAX_OBJECTS)
		return NIL;
	foreach(lc, subject->attribute->allowed_objects)
	{
		const char *slug = metadata_object_slug(input->session, (const char *) lfirst(lc));

		if (slug == NULL)
			return NIL;
		slugs = lappend(slugs, unconstify(char *, slug));
	}
	return slugs;
}

/* A reference travels as object and id together. */
static Made
make_reference(const FilterInput *input, const Subject *subject, const char *op, JsonTree *ids)
{
	List *trees = NIL;
	List *objects = referenced_objects(input, subject);
	ListCell *lc;

	if (input->session == NULL)
		objects = list_make1("(object)");
	if (objects == NIL)
		return made_true;
	foreach(lc, objects)
	{
		JsonTree *condition = json_make_object();
		JsonTree *fields = json_make_object();
		JsonTree *whole = json_make_object();

		json_object_object_add(condition, op, share(ids));
		json_object_object_add(fields, "target_object", json_object_new_string((const char *) lfirst(lc)));
		json_object_object_add(fields, "target_record_id", share(condition));
		json_object_object_add(whole, subject->slug, share(fields));
		trees = lappend(trees, whole);
	}
	return combine(trees, false);
}

static JsonTree *
uuid_literal(Datum value)
{
	return json_object_new_string(DatumGetCString(DirectFunctionCall1(uuid_out, value)));
}

static Made
make_comparison(const FilterInput *input, const Subject *subject, TermOp op, Oid type, Datum value)
{
	FilterClass class = subject->property->filter;

	if (class == FILTER_REFERENCE)
		return make_reference(input, subject, "$eq", uuid_literal(value));
	if (op == OP_NE)
		return negated(made_about(subject, filter_compare(class, OP_EQ, type, value)));
	return made_about(subject, filter_compare(class, op, type, value));
}

static Made
make_pattern(const Subject *subject, TermOp op, const char *pattern)
{
	List *trees = NIL;
	ListCell *lc;

	foreach(lc, filter_pattern(op, pattern))
		trees = lappend(trees, about(subject, subject->property->filter_field, (JsonTree *) lfirst(lc)));
	return combine(trees, true);
}

/* ----- arrays ----- */

typedef struct Elements
{
	Oid type;
	Datum *values; /* without NULLs and doubles */
	int n;
	bool had_null;
} Elements;

static Elements
elements_of(const FilterOperand *operand)
{
	ArrayType *array = DatumGetArrayTypeP(operand->value);
	Elements elements = {0};
	int16 length;
	bool byval;
	char align;
	Datum *all;
	bool *nulls;
	int n;

	elements.type = ARR_ELEMTYPE(array);
	get_typlenbyvalalign(elements.type, &length, &byval, &align);
	deconstruct_array(array, elements.type, length, byval, align, &all, &nulls, &n);
	elements.values = (Datum *) palloc(sizeof(Datum) * Max(n, 1));
	for (int i = 0; i < n; i++)
	{
		bool known = nulls[i];

		elements.had_null = elements.had_null || nulls[i];
		for (int j = 0; j < elements.n && !known && n <= FILTER_MAX_IN; j++)
			known = datumIsEqual(elements.values[j], all[i], byval, length);
		if (!known)
			elements.values[elements.n++] = all[i];
	}
	return elements;
}

/* {"$in": [...]} for those that have it; NULL where a value cannot be sent. */
static JsonTree *
in_condition(const Elements *elements, FilterClass class)
{
	JsonTree *list = json_object_new_array();
	JsonTree *condition = json_make_object();

	json_object_object_add(condition, "$in", list);
	for (int i = 0; i < elements->n; i++)
	{
		char *word;

		if (class == FILTER_REFERENCE)
		{
			json_object_array_add(list, uuid_literal(elements->values[i]));
			continue;
		}
		word = TextDatumGetCString(elements->values[i]);
		if (!filter_safe_text(word))
			return NULL;
		json_object_array_add(list, json_object_new_string(word));
	}
	return condition;
}

static Made
make_in(const FilterInput *input, const Subject *subject, const Elements *elements)
{
	FilterClass class = subject->property->filter;
	List *trees = NIL;

	if (elements->n == 0)
		return made_false;
	if (elements->n > ((class == FILTER_TEXT || class == FILTER_REFERENCE) ? FILTER_MAX_IN : MAX_ARMS))
		return made_true;
	if (class == FILTER_REFERENCE)
		return make_reference(input, subject, "$in", json_at(in_condition(elements, class), "$in"));
	if (class == FILTER_TEXT)
		return made_about(subject, in_condition(elements, class));
	for (int i = 0; i < elements->n; i++)
	{
		Made made = make_comparison(input, subject, OP_EQ, elements->type, elements->values[i]);

		if (made.kind != MADE_TREE)
			return made_true;
		trees = lappend(trees, made.tree);
	}
	return combine(trees, false);
}

/* NOT IN: none of them; a NULL among them makes it never true. */
static Made
make_not_in(const FilterInput *input, const Subject *subject, const Elements *elements)
{
	List *trees = NIL;

	if (elements->had_null)
		return made_false;
	if (elements->n > MAX_ARMS)
		return made_true;
	for (int i = 0; i < elements->n; i++)
	{
		Made made = make_comparison(input, subject, OP_NE, elements->type, elements->values[i]);

		if (made.kind == MADE_TREE)
			trees = lappend(trees, made.tree);
	}
	return combine(trees, true);
}

/* ----- terms ----- */

/* The attribute that the plan means, under its present slug; false when it is gone or has changed. */
static bool
resolve(const FilterInput *input, List *term, Subject *subject)
{
	const char *id = strVal(lsecond(term));
	const char *slug = strVal(lthird(term));
	const char *property = strVal(list_nth(term, 4));
	const AttributeDef *attribute;

	if (input->session == NULL)
	{
		subject->slug = slug;
		subject->property = attribute_property(attribute_type(strVal(lfourth(term))), property);
		return true;
	}
	attribute = id[0] != '\0' ? attribute_by_id(input->definitions, id) : attribute_by_slug(input->definitions, slug);
	/* The operand was checked against the type that the column's options say. */
	if (attribute == NULL || attribute->type == NULL || attribute->multiselect ||
		strcmp(attribute->type_name, strVal(lfourth(term))) != 0)
		return false;
	subject->slug = attribute->slug;
	subject->attribute = attribute;
	subject->property = attribute_property(attribute->type, property);
	return subject->property != NULL && subject->property->filter != FILTER_NOTHING;
}

static Made
make_boolean(const Subject *subject, bool wanted)
{
	JsonTree *condition = json_make_object();

	json_object_object_add(condition, "$eq", json_object_new_boolean(wanted));
	return made_about(subject, condition);
}

static Made
make_not_null(const Subject *subject)
{
	FilterClass class = subject->property->filter;
	const char *field = subject->property->filter_field;

	return combine(list_make2(about(subject, field, filter_beside_pivot(class, true)),
							  about(subject, field, filter_beside_pivot(class, false))),
				   false);
}

/* For plain EXPLAIN: the operand is not known before the scan starts. */
static Made
make_unknown(const Subject *subject, TermOp op, int index)
{
	static const char *const names[] = {"$eq",      "$not $eq", "$lt",     "$lte",         "$gt", "$gte", "$in",
										"$not $in", "pattern",  "pattern", "$starts_with", "",    "",     ""};
	JsonTree *condition = json_make_object();

	json_object_object_add(condition, names[op], json_object_new_string(psprintf("operand %d", index + 1)));
	return made_about(subject, condition);
}

static Made
make_condition(const FilterInput *input, List *term)
{
	List *op_and_index = (List *) list_nth(term, 5);
	TermOp op = (TermOp) linitial_int(op_and_index);
	int index = lsecond_int(op_and_index);
	const FilterOperand *operand = index >= 0 ? &input->operands[index] : NULL;
	Subject subject = {0};
	Elements elements;

	/* NULL compares with nothing. */
	if (operand != NULL && operand->isnull)
		return made_false;
	if (!resolve(input, term, &subject))
		return made_true;
	if (operand != NULL && !operand->known)
		return make_unknown(&subject, op, index);
	switch (op)
	{
		case OP_IN:
			elements = elements_of(operand);
			return make_in(input, &subject, &elements);
		case OP_NOT_IN:
			elements = elements_of(operand);
			return make_not_in(input, &subject, &elements);
		case OP_LIKE:
		case OP_ILIKE:
		case OP_PREFIX:
			return make_pattern(&subject, op, TextDatumGetCString(operand->value));
		case OP_TRUE:
		case OP_FALSE:
			return make_boolean(&subject, op == OP_TRUE);
		case OP_NOT_NULL:
			return make_not_null(&subject);
		default:
			return make_comparison(input, &subject, op, operand->type, operand->value);
	}
}

/* The ids that a key term allows, without NULLs and doubles. */
static Elements
key_elements(const FilterOperand *operand)
{
	Elements elements = {0};

	if (operand->isnull || !operand->known)
		return elements;
	if (operand->type == UUIDOID)
	{
		elements.type = UUIDOID;
		elements.values = (Datum *) palloc(sizeof(Datum));
		elements.values[0] = operand->value;
		elements.n = 1;
		return elements;
	}
	return elements_of(operand);
}

static JsonTree *
key_filter(const FilterInput *input, const Datum *ids, int n)
{
	Elements some = {UUIDOID, unconstify(Datum *, ids), n, false};
	JsonTree *whole = json_make_object();

	json_object_object_add(whole, resource_id_attribute(input->relation->resource),
						   share(in_condition(&some, FILTER_REFERENCE)));
	return whole;
}

static JsonTree *
unknown_key(const FilterInput *input)
{
	JsonTree *whole = json_make_object();

	json_object_object_add(whole, resource_id_attribute(input->relation->resource), json_object_new_string("operand"));
	return whole;
}

static Made
make_key(const FilterInput *input, List *term)
{
	Elements ids = key_elements(&input->operands[intVal(lsecond(term))]);

	if (!input->operands[intVal(lsecond(term))].known)
		return made_tree(unknown_key(input));
	if (ids.n == 0)
		return made_false;
	if (ids.n > FILTER_MAX_IN)
		return made_true;
	return made_tree(key_filter(input, ids.values, ids.n));
}

static Made
make_term(const FilterInput *input, List *term)
{
	switch ((TermKind) intVal(linitial(term)))
	{
		case TERM_AND:
			return make_group(input, term, true);
		case TERM_OR:
			return make_group(input, term, false);
		case TERM_CONDITION:
			return make_condition(input, term);
		case TERM_KEY:
			return make_key(input, term);
	}
	return made_true;
}

/* ----- keys in batches ----- */

static int
compare_uuids(const void *a, const void *b)
{
	return memcmp(DatumGetUUIDP(*(const Datum *) a)->data, DatumGetUUIDP(*(const Datum *) b)->data, UUID_LEN);
}

/* Sorted, each once: a repeated key gives its rows once. */
static void
sort_keys(Elements *keys)
{
	int n = 0;

	qsort(keys->values, keys->n, sizeof(Datum), compare_uuids);
	for (int i = 0; i < keys->n; i++)
		if (n == 0 || compare_uuids(&keys->values[n - 1], &keys->values[i]) != 0)
			keys->values[n++] = keys->values[i];
	keys->n = n;
}

/* The first key term of the outermost AND, or NIL. */
static List *
outer_key(List *term)
{
	for (int i = 1; i < list_length(term); i++)
	{
		List *arm = (List *) list_nth(term, i);

		if (intVal(linitial(arm)) == TERM_KEY)
			return arm;
	}
	return NIL;
}

/* One filter for each batch of keys, with all other conditions beside it. */
static List *
batch_filters(const FilterInput *input, const Elements *keys, JsonTree *others)
{
	List *filters = NIL;

	for (int at = 0; at < keys->n; at += FILTER_MAX_IN)
	{
		JsonTree *some = key_filter(input, keys->values + at, Min(keys->n - at, FILTER_MAX_IN));
		List *both = others == NULL ? list_make1(some) : list_make2(some, others);

		filters = lappend(filters, combine(both, true).tree);
	}
	return filters;
}

/*
 * The filters of a scan whose plan has this term (the outermost is always an
 * AND).  May ask for the slugs of objects.
 */
FilterSet
filter_build(const FilterInput *input, List *term)
{
	FilterSet set = {false, NIL};
	List *key = term == NIL ? NIL : outer_key(term);
	List *others = NIL;
	Made made;

	if (term == NIL)
		return set;
	for (int i = 0; i < list_length(term); i++)
		if (i == 0 || list_nth(term, i) != key)
			others = lappend(others, list_nth(term, i));
	made = make_term(input, others);
	set.nothing = (made.kind == MADE_FALSE);
	if (set.nothing)
		return set;
	if (key != NIL)
	{
		Elements keys = key_elements(&input->operands[intVal(lsecond(key))]);

		if (!input->operands[intVal(lsecond(key))].known)
		{
			List *both = list_make1(unknown_key(input));

			set.filters = list_make1(combine(made.kind == MADE_TREE ? lappend(both, made.tree) : both, true).tree);
			return set;
		}
		sort_keys(&keys);
		set.nothing = (keys.n == 0);
		set.filters = batch_filters(input, &keys, made.tree);
	}
	else if (made.kind == MADE_TREE)
		set.filters = list_make1(made.tree);
	return set;
}
