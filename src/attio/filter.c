/*
 * filter.c
 *		From the terms of a plan and the values of its operands to Attio's filters.
 *
 * Owns: AND, OR, and keys in batches.  What cannot be sent without losing rows
 * becomes true: the executor checks every condition again.
 */
#include "attio/condition.h"

#include "catalog/pg_type.h"

static Made make_term(FilterInput *input, List *term);

/* An AND drops what is true and ends at what is false; an OR the other way round. */
static Made
make_group(FilterInput *input, List *term, bool conjunction)
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
	return made_group(trees, conjunction);
}

/* ----- keys and parents ----- */

static JsonTree *
key_filter(const FilterInput *input, const Datum *ids, int n)
{
	Elements some = {UUIDOID, unconstify(Datum *, ids), n, false};
	JsonTree *whole = json_make_object();

	json_put(whole, resource_id_name(input->relation->resource), uuids_condition(&some));
	return whole;
}

/* For plain EXPLAIN: the operand is not known before the scan starts. */
static JsonTree *
unknown_key(const char *name)
{
	JsonTree *whole = json_make_object();

	json_put(whole, name, json_text("operand"));
	return whole;
}

static Made
make_key(FilterInput *input, List *term)
{
	const Operand *operand = &input->operands[intVal(lsecond(term))];
	Elements ids = operand_elements(operand);

	if (!operand->known)
		return made_tree(unknown_key(resource_id_name(input->relation->resource)));
	if (ids.n == 0)
		return made_false;
	if (ids.n <= FILTER_MAX_IN)
		return made_tree(key_filter(input, ids.values, ids.n));
	input->incomplete = true;
	return made_true;
}

/* {"path": [[list, "parent_record"], [object, "record_id"]], "constraints": {"value": condition}} */
static JsonTree *
parent_filter(const FilterInput *input, const char *object, JsonTree *condition)
{
	const char *const steps[][2] = {{relation_identifier(input->relation), "parent_record"}, {object, "record_id"}};
	JsonTree *whole = json_make_object();
	JsonTree *path = json_make_array();
	JsonTree *constraints = json_make_object();

	for (int i = 0; i < (int) lengthof(steps); i++)
	{
		JsonTree *step = json_make_array();

		json_append(step, json_text(steps[i][0]));
		json_append(step, json_text(steps[i][1]));
		json_append(path, step);
	}
	json_put(constraints, "value", condition);
	json_put(whole, "path", path);
	json_put(whole, "constraints", constraints);
	return whole;
}

/* The parents of entries: a condition along a path, one for each object that they can be of. */
static Made
make_parent(FilterInput *input, List *term)
{
	const Operand *operand = &input->operands[intVal(lsecond(term))];
	Elements ids = operand_elements(operand);
	List *objects = NIL;
	List *trees = NIL;
	ListCell *lc;

	if (!operand->known)
		return made_tree(unknown_key("parent_record_id"));
	if (ids.n == 0)
		return made_false;
	if (input->session == NULL)
		objects = list_make1("(object)");
	else if (ids.n <= FILTER_MAX_IN)
		objects = metadata_list_parents(input->session, relation_identifier(input->relation), input->cost);
	if (objects == NIL || list_length(objects) > FILTER_MAX_OBJECTS)
	{
		input->incomplete = true;
		return made_true;
	}
	foreach(lc, objects)
		trees = lappend(trees, parent_filter(input, (const char *) lfirst(lc), uuids_condition(&ids)));
	return made_group(trees, false);
}

static Made
make_term(FilterInput *input, List *term)
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
		case TERM_PARENT:
			return make_parent(input, term);
	}
	return made_true;
}

/* ----- keys in batches ----- */

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

bool
filter_has_keys(List *term)
{
	return outer_key(term) != NIL;
}

/* One ask for each batch of keys, with all other conditions beside it. */
static List *
batch_asks(const FilterInput *input, const Elements *keys, JsonTree *others)
{
	List *asks = NIL;
	/* A page that is not full says that it is the last. */
	int size = Min(FILTER_MAX_IN, Max(input->relation->page_size - 1, 1));

	for (int at = 0; at < keys->n; at += size)
	{
		JsonTree *some = key_filter(input, keys->values + at, Min(keys->n - at, size));
		List *both = others == NULL ? list_make1(some) : list_make2(some, others);

		asks = lappend(asks, ask_by_filter(made_group(both, true).tree));
	}
	return asks;
}

/* ----- other values in batches ----- */

/* The arm that asks for some of the keys. */
static Made
make_some(FilterInput *input, List *arm, int operand, const Elements *all, int from, int n)
{
	input->operands[operand].value = elements_array(all, from, n);
	input->operands[operand].isnull = false;
	return make_term(input, arm);
}

/* Values that one filter may ask for in this arm; 0: it is none that can be taken apart. */
static int
values_a_filter(const FilterInput *input, List *arm)
{
	List *numbers;

	switch ((TermKind) intVal(linitial(arm)))
	{
		case TERM_PARENT:
			return FILTER_MAX_IN;
		case TERM_CONDITION:
			numbers = (List *) list_nth(arm, 5);
			return linitial_int(numbers) == OP_IN || linitial_int(numbers) == OP_HAS_ANY
					   ? filter_max_in(input, strVal(lfourth(arm)), strVal(list_nth(arm, 4)))
					   : 0;
		default:
			return 0;
	}
}

/* The operand of such an arm. */
static int
arm_operand(List *arm)
{
	return intVal(linitial(arm)) == TERM_PARENT ? intVal(lsecond(arm)) : lsecond_int((List *) list_nth(arm, 5));
}

/* Is the table known to have fewer pages than that?  Then it is read whole. */
static bool
has_fewer_pages(const AttioRelation *relation, int filters)
{
	return relation->known_rows >= 0 && filters > relation->known_rows / relation->page_size + 1;
}

/* The arm of the outermost AND whose values need the most filters, if more than one; or NIL. */
static List *
outer_values(const FilterInput *input, List *term)
{
	List *largest = NIL;
	int most = 1;

	if (!resource_can(input->relation->resource, CAN_FILTER))
		return NIL;
	for (int i = 1; i < list_length(term); i++)
	{
		List *arm = (List *) list_nth(term, i);
		int size = values_a_filter(input, arm);
		int filters;

		if (size == 0 || !input->operands[arm_operand(arm)].known)
			continue;
		filters = (operand_elements(&input->operands[arm_operand(arm)]).n + size - 1) / size;
		if (filters > most)
		{
			most = filters;
			largest = arm;
		}
	}
	return has_fewer_pages(input->relation, most) ? NIL : largest;
}

/*
 * One filter for each portion of the values that the arm asks for, with all
 * other conditions beside it.  Where some of them cannot be asked for none is:
 * only the other conditions are sent.
 */
static void
add_portions(FilterInput *input, List *arm, Made others, AskSet *set)
{
	int operand = arm_operand(arm);
	int size = values_a_filter(input, arm);
	Operand whole = input->operands[operand];
	Elements values = operand_elements(&whole);
	Made made = made_false;

	for (int at = 0; at < values.n && made.kind != MADE_TRUE; at += size)
	{
		CHECK_FOR_INTERRUPTS();
		made = make_some(input, arm, operand, &values, at, Min(values.n - at, size));
		if (made.kind != MADE_TREE)
			continue;
		if (others.kind == MADE_TREE)
			made = made_group(list_make2(made.tree, others.tree), true);
		set->asks = lappend(set->asks, ask_by_filter(made.tree));
	}
	input->operands[operand] = whole;
	if (made.kind == MADE_TRUE)
		set->asks = others.kind == MADE_TREE ? list_make1(ask_by_filter(others.tree)) : NIL;
	else
		set->nothing = (set->asks == NIL);
	set->incomplete = input->incomplete;
}

/*
 * The filters of a scan whose plan has this term (the outermost is always an
 * AND).  May ask for the slugs of objects and for options.
 */
AskSet
filter_build(FilterInput *input, List *term)
{
	AskSet set = {false, false, NIL};
	List *key = term == NIL ? NIL : outer_key(term);
	List *values = term == NIL || key != NIL ? NIL : outer_values(input, term);
	List *others = NIL;
	Made made;

	if (term == NIL)
		return set;
	for (int i = 0; i < list_length(term); i++)
		if (i == 0 || (list_nth(term, i) != key && list_nth(term, i) != values))
			others = lappend(others, list_nth(term, i));
	made = make_term(input, others);
	set.incomplete = input->incomplete;
	set.nothing = (made.kind == MADE_FALSE);
	if (set.nothing)
		return set;
	if (key != NIL)
	{
		const Operand *operand = &input->operands[intVal(lsecond(key))];
		Elements keys;

		if (!operand->known)
		{
			List *both = list_make1(unknown_key(resource_id_name(input->relation->resource)));

			both = made.kind == MADE_TREE ? lappend(both, made.tree) : both;
			set.asks = list_make1(ask_by_filter(made_group(both, true).tree));
			return set;
		}
		keys = operand_keys(operand);
		set.nothing = (keys.n == 0);
		set.asks = batch_asks(input, &keys, made.tree);
	}
	else if (values != NIL)
		add_portions(input, values, made, &set);
	else if (made.kind == MADE_TREE)
		set.asks = list_make1(ask_by_filter(made.tree));
	return set;
}

/* ----- lookups ----- */

/* The same key by key, where some of them cannot be sent: those that can; false where one needs everything. */
static bool
make_single(FilterInput *input, List *arm, int operand, const Elements *all, int from, int n, List **trees)
{
	for (int i = from; i < from + n; i++)
	{
		Made made = make_some(input, arm, operand, all, i, 1);

		if (made.kind == MADE_TRUE)
			return false;
		if (made.kind == MADE_TREE)
			*trees = lappend(*trees, made.tree);
	}
	return true;
}

AskSet
filter_build_lookup(FilterInput *input, List *term, int operand, int keys_a_request, bool without_others)
{
	AskSet set = {false, false, NIL};
	List *arm = (List *) llast(term);
	Elements keys = operand_elements(&input->operands[operand]);
	Made others = make_term(input, list_copy_head(term, list_length(term) - 1));
	bool everything = (keys_a_request == 0);

	input->looks_up = true;
	set.nothing = others.kind == MADE_FALSE || keys.n == 0;
	if (without_others)
		others = made_true;
	for (int at = 0; at < keys.n && !everything && !set.nothing; at += keys_a_request)
	{
		int n = Min(keys_a_request, keys.n - at);
		Made made = make_some(input, arm, operand, &keys, at, n);
		List *trees = NIL;

		if (made.kind == MADE_TREE)
			trees = list_make1(made.tree);
		else if (made.kind == MADE_TRUE)
			everything = !make_single(input, arm, operand, &keys, at, n, &trees);
		if (trees == NIL || everything)
			continue;
		trees = list_make1(made_group(trees, false).tree);
		if (others.kind == MADE_TREE)
			trees = lappend(trees, others.tree);
		set.asks = lappend(set.asks, ask_by_filter(made_group(trees, true).tree));
	}
	if (everything && !set.nothing)
		set.asks = others.kind == MADE_TREE && keys_a_request > 0 ? list_make1(ask_by_filter(others.tree)) : NIL;
	else
		set.nothing = set.nothing || set.asks == NIL;
	set.incomplete = input->incomplete;
	return set;
}
