/*
 * filter.c
 *		From the terms of a plan and the values of its operands to Attio's filters.
 *
 * Owns: AND, OR, and keys in batches.  What cannot be sent without losing rows
 * becomes true: the executor checks every condition again.
 */
#include "attio/filter.h"

#include "attio/condition.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"

static Made write_clause(Writer *writer, const Clause *clause);

/* All arms but one of an AND or OR.  An AND drops what is true and ends at what is false; an OR the other way round. */
static Made
write_arms(Writer *writer, const Clause *clause, const Clause *but)
{
	bool conjunction = (clause->kind == CLAUSE_AND);
	List *trees = NIL;
	ListCell *lc;

	foreach(lc, clause->arms)
	{
		const Clause *arm = (const Clause *) lfirst(lc);
		Made made;

		if (arm == but)
			continue;
		made = write_clause(writer, arm);
		if (made.kind == (conjunction ? MADE_FALSE : MADE_TRUE))
			return made;
		if (made.kind == MADE_TREE && !(conjunction && condition_joins(arm, made.tree, trees)))
			trees = lappend(trees, made.tree);
	}
	return made_group(trees, conjunction);
}

/* ----- keys and parents ----- */

static const char *
id_attribute(const Writer *writer)
{
	return resource_id_name(writer->relation->resource);
}

/* So many of the ids, from one on. */
static JsonTree *
key_filter(const Writer *writer, const Elements *ids, int from, int n)
{
	Elements some = {UUIDOID, ids->values + from, n, false};
	JsonTree *whole = json_make_object();

	json_put(whole, id_attribute(writer), uuids_condition(&some));
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

/* The row's own id; too many of them are not sent below an OR. */
static Made
write_key(Writer *writer, const Clause *clause)
{
	const Operand *operand = &writer->operands[clause->operand];
	Elements ids = elements_of_operand(operand);

	if (!operand->known)
		return made_tree(unknown_key(id_attribute(writer)));
	if (ids.n == 0)
		return made_false;
	if (ids.n <= FILTER_MAX_IN)
		return made_tree(key_filter(writer, &ids, 0, ids.n));
	writer->incomplete = true;
	return made_true;
}

/* {"path": [[list, "parent_record"], [object, "record_id"]], "constraints": {"value": condition}} */
static JsonTree *
parent_filter(const Writer *writer, const char *object, JsonTree *condition)
{
	const char *const steps[][2] = {{target_identifier(writer->relation->target), "parent_record"},
									{object, "record_id"}};
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
write_parent(Writer *writer, const Clause *clause)
{
	const Operand *operand = &writer->operands[clause->operand];
	Elements ids = elements_of_operand(operand);
	List *objects = ids.n > FILTER_MAX_IN ? NIL : known_parents(writer->known);
	List *trees = NIL;
	ListCell *lc;

	if (!operand->known)
		return made_tree(unknown_key("parent_record_id"));
	if (ids.n == 0)
		return made_false;
	if (objects == NIL || list_length(objects) > FILTER_MAX_OBJECTS)
	{
		writer->incomplete = true;
		return made_true;
	}
	foreach(lc, objects)
		trees = lappend(trees, parent_filter(writer, (const char *) lfirst(lc), uuids_condition(&ids)));
	return made_group(trees, false);
}

/* One clause, whatever it is. */
static Made
write_clause(Writer *writer, const Clause *clause)
{
	switch (clause->kind)
	{
		case CLAUSE_AND:
		case CLAUSE_OR:
			return write_arms(writer, clause, NULL);
		case CLAUSE_CONDITION:
		case CLAUSE_ACTOR:
			return write_condition(writer, clause);
		case CLAUSE_KEY:
			return write_key(writer, clause);
		case CLAUSE_PARENT:
			return write_parent(writer, clause);
	}
	return made_true;
}

/* ----- keys in batches ----- */

/* The first key of the outermost AND, or NULL. */
static const Clause *
outer_key(const Clause *whole)
{
	ListCell *lc;

	foreach(lc, whole->arms)
		if (((const Clause *) lfirst(lc))->kind == CLAUSE_KEY)
			return (const Clause *) lfirst(lc);
	return NULL;
}

/* An ask that all arms but one make together with a filter of their own. */
static Ask *
ask_with(JsonTree *tree, Made others)
{
	if (others.kind == MADE_TREE)
		tree = made_group(list_make2(tree, others.tree), true).tree;
	return ask_by_filter(tree);
}

/* One ask for each batch of keys, with all other conditions beside it. */
static void
add_key_batches(Writer *writer, const Clause *key, Made others, AskSet *set)
{
	const Operand *operand = &writer->operands[key->operand];
	/* A page that is not full says that it is the last. */
	int size = Min(FILTER_MAX_IN, Max(writer->relation->page_size - 1, 1));
	Elements keys;

	if (!operand->known)
	{
		set->asks = list_make1(ask_with(unknown_key(id_attribute(writer)), others));
		return;
	}
	keys = keys_of_operand(operand);
	set->nothing = (keys.n == 0);
	for (int at = 0; at < keys.n; at += size)
		set->asks = lappend(set->asks, ask_with(key_filter(writer, &keys, at, Min(keys.n - at, size)), others));
}

/* ----- other values in batches ----- */

/* The arm that asks for so many of the values, from one on. */
static Made
write_some(Writer *writer, const Clause *arm, const Elements *all, int from, int n)
{
	Operand *operand = &writer->operands[arm->operand];

	operand->value = elements_array(all, from, n);
	operand->isnull = false;
	return write_clause(writer, arm);
}

/* Values that one filter may ask for in this arm; 0: it cannot be taken apart. */
static int
values_per_filter(const Writer *writer, const Clause *arm)
{
	switch (arm->kind)
	{
		case CLAUSE_PARENT:
			return FILTER_MAX_IN;
		case CLAUSE_CONDITION:
		case CLAUSE_ACTOR:
			return !arm->is_lost && !arm->is_missing && (arm->op == OP_IN || arm->op == OP_HAS_ANY)
					   ? filter_max_in(writer, arm)
					   : 0;
		default:
			return 0;
	}
}

/* Is the table known to have fewer pages than that?  Then it is read whole. */
static bool
has_fewer_pages(const RemoteRelation *relation, int filters)
{
	return relation->known_rows >= 0 && filters > relation->known_rows / relation->page_size + 1;
}

/* The arm of the outermost AND whose values need the most filters, if more than one; or NULL. */
static const Clause *
outer_values(const Writer *writer, const Clause *whole)
{
	const Clause *largest = NULL;
	int most = 1;
	ListCell *lc;

	if (!resource_can(writer->relation->resource, CAN_FILTER))
		return NULL;
	foreach(lc, whole->arms)
	{
		const Clause *arm = (const Clause *) lfirst(lc);
		int size = values_per_filter(writer, arm);
		int filters;

		if (size == 0 || !writer->operands[arm->operand].known)
			continue;
		filters = (elements_of_operand(&writer->operands[arm->operand]).n + size - 1) / size;
		if (filters > most)
		{
			most = filters;
			largest = arm;
		}
	}
	return has_fewer_pages(writer->relation, most) ? NULL : largest;
}

/*
 * One ask for each portion of the values that the arm asks for, with all other
 * conditions beside it.  Where some of them cannot be asked for none is: only
 * the other conditions are sent.
 */
static void
add_portions(Writer *writer, const Clause *arm, Made others, AskSet *set)
{
	int size = values_per_filter(writer, arm);
	Elements values = elements_of_operand(&writer->operands[arm->operand]);
	Made made = made_false;

	for (int at = 0; at < values.n && made.kind != MADE_TRUE; at += size)
	{
		CHECK_FOR_INTERRUPTS();
		made = write_some(writer, arm, &values, at, Min(values.n - at, size));
		if (made.kind == MADE_TREE)
			set->asks = lappend(set->asks, ask_with(made.tree, others));
	}
	if (made.kind == MADE_TRUE)
		set->asks = others.kind == MADE_TREE ? list_make1(ask_by_filter(others.tree)) : NIL;
	else
		set->nothing = (set->asks == NIL);
}

/* What the conditions of a scan ask for. */
static void
write_scan(Writer *writer, const Clause *whole, AskSet *set)
{
	const Clause *key = outer_key(whole);
	const Clause *values = key != NULL ? NULL : outer_values(writer, whole);
	Made made = write_arms(writer, whole, key != NULL ? key : values);

	set->nothing = (made.kind == MADE_FALSE);
	if (set->nothing)
		return;
	if (key != NULL)
		add_key_batches(writer, key, made, set);
	else if (values != NULL)
		add_portions(writer, values, made, set);
	else if (made.kind == MADE_TREE)
		set->asks = list_make1(ask_by_filter(made.tree));
}

/* ----- lookups ----- */

/* The same key by key, where some of them cannot be sent: those that can; false where one needs everything. */
static bool
write_single(Writer *writer, const Clause *arm, const Elements *all, int from, int n, List **trees)
{
	for (int i = from; i < from + n; i++)
	{
		Made made = write_some(writer, arm, all, i, 1);

		if (made.kind == MADE_TRUE)
			return false;
		if (made.kind == MADE_TREE)
			*trees = lappend(*trees, made.tree);
	}
	return true;
}

/* One ask for each so many of the keys that a join looks up by the last arm. */
static void
write_lookup(Writer *writer, const AskInput *input, const Clause *whole, AskSet *set)
{
	const Clause *arm = (const Clause *) llast(whole->arms);
	Elements keys = elements_of_operand(&writer->operands[input->looked_up]);
	Made others = write_arms(writer, whole, arm);
	int size = input->keys_per_request;
	bool everything = (size == 0);

	writer->looks_up = true;
	set->nothing = others.kind == MADE_FALSE || keys.n == 0;
	if (input->without_others)
		others = made_true;
	for (int at = 0; at < keys.n && !everything && !set->nothing; at += size)
	{
		int n = Min(size, keys.n - at);
		Made made = write_some(writer, arm, &keys, at, n);
		List *trees = NIL;

		if (made.kind == MADE_TREE)
			trees = list_make1(made.tree);
		else if (made.kind == MADE_TRUE)
			everything = !write_single(writer, arm, &keys, at, n, &trees);
		if (trees != NIL && !everything)
			set->asks = lappend(set->asks, ask_with(made_group(trees, false).tree, others));
	}
	if (everything && !set->nothing)
		set->asks = others.kind == MADE_TREE && size > 0 ? list_make1(ask_by_filter(others.tree)) : NIL;
	else
		set->nothing = set->nothing || set->asks == NIL;
}

/* ----- the ways in ----- */

/*
 * What a scan asks for, in the current memory context; "known" holds what
 * filter_needs() found to be needed.  Makes no request, tells nobody anything.
 */
AskSet
filter_write(const AskInput *input, const Clause *whole, const FilterNeeds *known)
{
	AskSet set = {0};
	Writer writer = {.relation = input->relation, .known = known};

	if (whole->arms == NIL)
		return set;
	writer.operands = (Operand *) palloc(sizeof(Operand) * Max(input->noperands, 1));
	memcpy(writer.operands, input->operands, sizeof(Operand) * input->noperands);
	if (input->looked_up < 0)
		write_scan(&writer, whole, &set);
	else
		write_lookup(&writer, input, whole, &set);
	set.incomplete = writer.incomplete;
	return set;
}

/*
 * What a scan asks for by these clauses.  May ask for the slugs of objects, for
 * options and for members; without a session it asks nothing, and names stand for
 * what is not known: plain EXPLAIN.
 */
AskSet
filter_asks(Session *session, const AskInput *input, const Clause *whole)
{
	FilterNeeds needs = {0};

	if (session == NULL)
		return filter_write(input, whole, &filter_names);
	filter_needs(whole, input, &needs);
	filter_learn(session, input, &needs);
	return filter_write(input, whole, &needs);
}

JsonTree *
filter_named_ids(const ResourceDef *resource, JsonTree *filter)
{
	JsonTree *arms = json_member(filter, "$and");
	JsonTree *ids = json_member(json_member(filter, resource_id_name(resource)), "$in");

	for (int i = 0; i < json_length_at(arms, "") && ids == NULL; i++)
		ids = filter_named_ids(resource, json_element(arms, i));
	return ids;
}
