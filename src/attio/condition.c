/*
 * condition.c
 *		One condition of a plan, made into what Attio reads.
 *
 * Owns: NULL operands, arrays, references, actors, titles, and the definitions
 * that a condition stands on.  What cannot be sent without losing rows becomes
 * true: the executor checks every condition again.
 */
#include "attio/condition.h"

#include "access/xact.h"
#include "attio/choices.h"
#include "attio/members.h"
#include "base/errors.h"
#include "catalog/pg_type.h"
#include "attio/literal.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/uuid.h"

/* Arms of an $or that stands for an $in. */
#define MAX_ARMS 50

/* What a condition is about, resolved against the definitions. */
typedef struct Subject
{
	const char *slug;
	const AttributeDef *attribute; /* NULL in EXPLAIN */
	const PropertyDef *property;
	bool is_missing; /* the attribute is gone, and the table says that the column is NULL */
	int days;        /* of the span that the column is cut to */
	List *numbers;   /* of the term */
} Subject;

/* ----- trees ----- */

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
about(const Subject *subject, const char *field, JsonTree *condition)
{
	JsonTree *fields = json_make_object();
	JsonTree *whole = json_make_object();

	json_put(fields, field, condition);
	json_put(whole, subject->slug, fields);
	return whole;
}

static Made
made_about(const Subject *subject, JsonTree *condition)
{
	return condition == NULL ? made_true : made_tree(about(subject, subject->property->filter_field, condition));
}

static JsonTree *
equal_to(const char *text)
{
	JsonTree *condition = json_make_object();

	json_put(condition, "$eq", json_text(text));
	return condition;
}

static Made
negated(Made made)
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

/* ----- references and actors ----- */

/* The objects that a reference may point to; NIL when they are not known or too many. */
static List *
referenced_objects(const FilterInput *input, const Subject *subject)
{
	List *slugs = NIL;
	ListCell *lc;

	if (subject->attribute == NULL || list_length(subject->attribute->allowed_objects) > FILTER_MAX_OBJECTS)
		return NIL;
	foreach(lc, subject->attribute->allowed_objects)
	{
		const char *slug = metadata_object_slug(input->session, (const char *) lfirst(lc), input->cost);

		if (slug == NULL)
			return NIL;
		slugs = lappend(slugs, unconstify(char *, slug));
	}
	return slugs;
}

/* A reference travels as object and id together. */
static Made
make_reference(const FilterInput *input, const Subject *subject, JsonTree *ids)
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
		JsonTree *fields = json_make_object();
		JsonTree *whole = json_make_object();

		json_put(fields, "target_object", json_text((const char *) lfirst(lc)));
		json_put(fields, "target_record_id", ids);
		json_put(whole, subject->slug, fields);
		trees = lappend(trees, whole);
	}
	return made_group(trees, false);
}

/*
 * The actor's type that the plan found beside the id, of a column that shows
 * the same attribute also now; NULL: none.
 */
static const char *
planned_actor_type(const FilterInput *input, const Subject *subject)
{
	const ColumnBinding *binding;
	const Operand *operand;

	if (list_length(subject->numbers) <= CONDITION_TYPE_OPERAND)
		return NULL;
	operand = &input->operands[list_nth_int(subject->numbers, CONDITION_TYPE_OPERAND)];
	if (!operand->known || operand->isnull)
		return NULL;
	if (input->session != NULL)
	{
		binding = relation_bind_number(
			input->relation, (AttrNumber) list_nth_int(subject->numbers, CONDITION_TYPE_COLUMN), input->definitions);
		if (binding->missing || binding->attribute == NULL || binding->attribute->multiselect ||
			strcmp(binding->attribute->id, subject->attribute->id) != 0 || binding->property == NULL ||
			strcmp(binding->property->name, "actor_type") != 0)
			return NULL;
	}
	return TextDatumGetCString(operand->value);
}

/*
 * An actor needs its type beside the id: another condition says it, or the id
 * is known as a workspace member's.
 */
static Made
make_actor(const FilterInput *input, const Subject *subject, Datum id)
{
	const char *type = planned_actor_type(input, subject);
	JsonTree *fields;
	JsonTree *whole;

	if (type == NULL && (input->session == NULL || workspace_has_member(input->session, uuid_text(id), input->cost)))
		type = "workspace-member";
	if (type == NULL || !filter_is_actor_type(type))
		return made_true;
	fields = json_make_object();
	whole = json_make_object();
	json_put(fields, "referenced_actor_type", json_text(type));
	json_put(fields, "referenced_actor_id", equal_to(uuid_text(id)));
	json_put(whole, subject->slug, fields);
	return made_tree(whole);
}

/* ----- titles ----- */

/* The ids of the options with this title, or with this id. */
static List *
chosen_ids(List *choices, const char *title, const char *id)
{
	List *ids = NIL;
	ListCell *lc;

	foreach(lc, choices)
	{
		const ChoiceDef *choice = (const ChoiceDef *) lfirst(lc);

		if (title != NULL ? strcmp(choice->title, title) == 0 : pg_strcasecmp(choice->id, id) == 0)
			ids = lappend(ids, pstrdup(choice->id));
	}
	return ids;
}

static void
notice_unknown_title(const FilterInput *input, const Subject *subject, List *choices, const char *title)
{
	List *titles = NIL;
	const char *nearest;
	ListCell *lc;

	if (!input->notices || title == NULL)
		return;
	foreach(lc, choices)
		titles = lappend(titles, ((ChoiceDef *) lfirst(lc))->title);
	nearest = closest_in_list(title, titles);
	ereport(NOTICE,
			(errmsg("attribute \"%s\" has no %s \"%s\"", subject->slug,
					strcmp(subject->attribute->type_name, "status") == 0 ? "status" : "option",
					clean_text(title, strlen(title), 100)),
			 nearest != NULL ? errhint("Perhaps you meant \"%s\".", clean_text(nearest, strlen(nearest), 100)) : 0));
}

/* The ids that a title or an id names in the attribute's list; tells of a title that is not there. */
static List *
ids_in_list(const FilterInput *input, const Subject *subject, TermOp op, const char *title, const char *id)
{
	const AttioRelation *relation = input->relation;
	TimestampTz started = GetCurrentStatementStartTimestamp();
	bool refused;
	List *choices = attribute_choices(input->session, relation->is_list, relation_identifier(relation),
									  subject->attribute, op == OP_NE ? started : 0, &refused, input->cost);
	List *ids = chosen_ids(choices, title, id);

	if (ids == NIL && op == OP_EQ && !refused)
	{
		choices = attribute_choices(input->session, relation->is_list, relation_identifier(relation),
									subject->attribute, started, &refused, input->cost);
		ids = chosen_ids(choices, title, id);
	}
	if (ids == NIL && !refused)
		notice_unknown_title(input, subject, choices, title);
	return ids;
}

/*
 * A title or an option's id.  The list of options is not taken as complete, so
 * what is not among them is sent all the same: if Attio refuses it, everything
 * is read.  Under NOT only an id is sent that was read in this statement: a
 * title might match more than "=" does.
 */
static Made
make_choice(const FilterInput *input, const Subject *subject, TermOp op, const char *title, const char *id)
{
	List *trees = NIL;
	List *ids = NIL;
	ListCell *lc;

	if (input->session == NULL && op == OP_NE)
		return negated(made_about(subject, equal_to(psprintf("(id of %s)", title))));
	if (title != NULL && !filter_safe_text(title))
		return made_true;
	/* "=" needs the list only to tell of what is not in it */
	if (input->session != NULL && (op == OP_NE || input->notices))
		ids = ids_in_list(input, subject, op, title, id);
	if (op != OP_NE)
		return made_about(subject, title != NULL ? filter_title(title) : equal_to(id));
	foreach(lc, ids)
		trees = lappend(trees, negated(made_about(subject, equal_to((const char *) lfirst(lc)))).tree);
	return made_group(trees, true);
}

/* ----- comparisons ----- */

static Made make_pattern(const Subject *subject, TermOp op, const char *pattern);

/*
 * A key that a join looks up and that cannot be sent as it is: blanks at its
 * ends.  A row that equals it contains what stands between them; an address is
 * never empty.
 */
static Made
make_contained(const Subject *subject, FilterClass class, Oid type, Datum value)
{
	char *word;

	if ((class != FILTER_TEXT && class != FILTER_TEXT_EQ && class != FILTER_LOWER) ||
		(type != TEXTOID && type != VARCHAROID))
		return made_true;
	word = TextDatumGetCString(value);
	if (class == FILTER_LOWER && word[strspn(word, " ")] == '\0')
		return made_false;
	return make_pattern(subject, OP_LIKE, psprintf("%%%s%%", word));
}

static Made
make_comparison(const FilterInput *input, const Subject *subject, TermOp op, Oid type, Datum value)
{
	FilterClass class = subject->property->filter;

	switch (class)
	{
		case FILTER_REFERENCE:
			return make_reference(input, subject, equal_to(uuid_text(value)));
		case FILTER_ACTOR:
			return make_actor(input, subject, value);
		case FILTER_MEMBER:
			return made_about(subject, equal_to(uuid_text(value)));
		case FILTER_CHOICE:
			return make_choice(input, subject, op, TextDatumGetCString(value), NULL);
		case FILTER_CHOICE_ID:
			return make_choice(input, subject, op, NULL, uuid_text(value));
		default:
			break;
	}
	if (subject->days > 0)
		return made_about(subject, filter_span(op, type, value, subject->days));
	if (filter_never(class, op == OP_NE ? OP_EQ : op, type, value))
		return op == OP_NE ? made_true : made_false;
	if (op == OP_NE)
		return negated(made_about(subject, filter_compare(class, OP_EQ, type, value)));
	if (op == OP_EQ && input->looks_up && filter_compare(class, op, type, value) == NULL)
		return make_contained(subject, class, type, value);
	return made_about(subject, filter_compare(class, op, type, value));
}

static Made
make_pattern(const Subject *subject, TermOp op, const char *pattern)
{
	List *trees = NIL;
	ListCell *lc;

	foreach(lc, filter_pattern(op, pattern))
		trees = lappend(trees, about(subject, subject->property->filter_field, (JsonTree *) lfirst(lc)));
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

/* Does Attio have $in for it? */
static bool
has_in(FilterClass class)
{
	return class == FILTER_TEXT || class == FILTER_REFERENCE;
}

/* Values that one filter may ask for, of those that a column of this type and property is to have one of. */
int
filter_max_in(const FilterInput *input, const char *type, const char *property)
{
	FilterClass class = attribute_property(attribute_type(type), property)->filter;

	return has_in(class) || input->looks_up ? FILTER_MAX_IN : MAX_ARMS;
}

/* Any of them: $in where Attio has it, else an $or. */
static Made
make_in(const FilterInput *input, const Subject *subject, const Elements *elements)
{
	FilterClass class = subject->property->filter;
	List *trees = NIL;

	if (elements->n == 0)
		return made_false;
	if (elements->n > (has_in(class) || input->looks_up ? FILTER_MAX_IN : MAX_ARMS))
		return made_true;
	if (class == FILTER_REFERENCE)
		return make_reference(input, subject, uuids_condition(elements));
	if (class == FILTER_TEXT)
		return made_about(subject, texts_condition(elements));
	for (int i = 0; i < elements->n; i++)
	{
		Made made = make_comparison(input, subject, OP_EQ, elements->type, elements->values[i]);

		if (made.kind == MADE_TRUE)
			return made;
		if (made.kind == MADE_TREE)
			trees = lappend(trees, made.tree);
	}
	return made_group(trees, false);
}

/* Each of them: the arms that can be sent. */
static Made
make_each(const FilterInput *input, const Subject *subject, TermOp op, const Elements *elements)
{
	List *trees = NIL;

	for (int i = 0; i < Min(elements->n, MAX_ARMS); i++)
	{
		Made made = make_comparison(input, subject, op, elements->type, elements->values[i]);

		if (made.kind == MADE_FALSE)
			return made;
		if (made.kind == MADE_TREE)
			trees = lappend(trees, made.tree);
	}
	return made_group(trees, true);
}

/* A NULL among the elements makes NOT IN never true, and no array holds it. */
static Made
make_of_array(const FilterInput *input, const Subject *subject, TermOp op, Datum value)
{
	Elements elements = array_elements(value);

	switch (op)
	{
		case OP_NOT_IN:
			return elements.had_null ? made_false : make_each(input, subject, OP_NE, &elements);
		case OP_HAS_ALL:
			return elements.had_null ? made_false : make_each(input, subject, OP_EQ, &elements);
		default:
			return make_in(input, subject, &elements);
	}
}

/* ----- the condition ----- */

/* True of every row, so that nothing need be sent and nothing checked. */
static const Made made_always = {MADE_TRUE, NULL, true};

/* Does the column show this property of an attribute of this type, and can it be asked for? */
bool
filter_is_as_planned(const ColumnBinding *binding, const char *type, const char *property)
{
	return binding->attribute != NULL && strcmp(binding->attribute->type_name, type) == 0 &&
		   binding->property != NULL && strcmp(binding->property->name, property) == 0 &&
		   binding->property->filter != FILTER_NOTHING;
}

/*
 * The attribute that the column shows now, under its present slug; false when
 * it is not what planning took it for.
 */
static bool
resolve(const FilterInput *input, List *term, Subject *subject)
{
	List *numbers = (List *) list_nth(term, 5);
	const ColumnBinding *binding;

	subject->numbers = numbers;
	subject->days = lthird_int(numbers);
	if (input->session == NULL)
	{
		subject->slug = strVal(lthird(term));
		subject->property = attribute_property(attribute_type(strVal(lfourth(term))), strVal(list_nth(term, 4)));
		return true;
	}
	binding = relation_bind_number(input->relation, (AttrNumber) list_nth_int(numbers, 4), input->definitions);
	subject->is_missing = binding->missing;
	subject->attribute = binding->attribute;
	subject->slug = binding->slug;
	subject->property = binding->property;
	if (binding->missing || (filter_is_as_planned(binding, strVal(lfourth(term)), strVal(list_nth(term, 4))) &&
							 (!binding->attribute->multiselect || list_nth_int(numbers, 3) != 0)))
		return true;
	attio_forget_plans(input->relation->table);
	return false;
}

/* Of a column that is NULL in every row. */
static Made
make_of_null(const FilterInput *input, TermOp op)
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
			return input->relation->remote.not_matches_empty ? made_true : made_false;
		default:
			return made_false;
	}
}

static Made
make_boolean(const Subject *subject, bool wanted)
{
	JsonTree *condition = json_make_object();

	json_put(condition, "$eq", json_boolean(wanted));
	return made_about(subject, condition);
}

/* On either side of a pivot: any value; on neither: none. */
static Made
make_presence(const Subject *subject, bool present)
{
	List *trees = NIL;

	for (int above = 1; above >= 0; above--)
	{
		Made made = made_about(subject, filter_beside_pivot(subject->property->filter, above));

		trees = lappend(trees, present ? made.tree : negated(made).tree);
	}
	return made_group(trees, !present);
}

/* For plain EXPLAIN: the operand is not known before the scan starts. */
static Made
make_unknown(const Subject *subject, TermOp op, int index)
{
	static const char *const names[] = {"$eq",      "$not $eq", "$lt",     "$lte",    "$gt",     "$gte",        "$in",
										"$not $in", "$eq all",  "$eq any", "pattern", "pattern", "$starts_with"};
	JsonTree *condition = json_make_object();

	Assert(op < (int) lengthof(names));
	json_put(condition, names[op], json_text(psprintf("operand %d", index + 1)));
	return made_about(subject, condition);
}

static Made
make_resolved(const FilterInput *input, const Subject *subject, TermOp op, int index)
{
	const Operand *operand = index >= 0 ? &input->operands[index] : NULL;

	if (operand != NULL && !operand->known)
		return make_unknown(subject, op, index);
	switch (op)
	{
		case OP_IN:
		case OP_NOT_IN:
		case OP_HAS_ALL:
		case OP_HAS_ANY:
			return make_of_array(input, subject, op, operand->value);
		case OP_LIKE:
		case OP_ILIKE:
		case OP_PREFIX:
			return make_pattern(subject, op, TextDatumGetCString(operand->value));
		case OP_TRUE:
		case OP_FALSE:
			return make_boolean(subject, op == OP_TRUE);
		case OP_NOT_TRUE:
			return negated(make_boolean(subject, true));
		case OP_NOT_NULL:
		case OP_IS_NULL:
			return make_presence(subject, op == OP_NOT_NULL);
		default:
			return make_comparison(input, subject, op, operand->type, operand->value);
	}
}

/*
 * What to send for a TERM_CONDITION.
 * Notes in the input where nothing can be sent.  May ask for the slugs of
 * objects and for options.
 */
Made
make_condition(FilterInput *input, List *term)
{
	List *numbers = (List *) list_nth(term, 5);
	int index = lsecond_int(numbers);
	Subject subject = {0};
	Made made = made_true;

	/* NULL compares with nothing. */
	if (index >= 0 && input->operands[index].isnull)
		return made_false;
	if (resolve(input, term, &subject))
		made = subject.is_missing ? make_of_null(input, (TermOp) linitial_int(numbers))
								  : make_resolved(input, &subject, (TermOp) linitial_int(numbers), index);
	input->incomplete = input->incomplete || (made.kind == MADE_TRUE && !made.is_certain);
	return made;
}
