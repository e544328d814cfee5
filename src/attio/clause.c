/*
 * clause.c
 *		The conditions of a plan, with what their columns show now.
 *
 * Owns: whether a column still is what planning took it for, and which
 * conditions say one thing together.  Makes no request.
 */
#include "attio/clause.h"

#include "attio/traits.h"
#include "miscadmin.h"

static Clause *read_term(const AskInput *input, const List *term);

static Clause *
make_clause(ClauseKind kind)
{
	Clause *clause = (Clause *) palloc0(sizeof(Clause));

	clause->kind = kind;
	clause->operand = -1;
	return clause;
}

/* ----- columns ----- */

/* Does the column show this property of an attribute of this type, and can it be asked for? */
bool
clause_is_as_planned(const ColumnBinding *binding, const char *type, const char *property)
{
	return binding->attribute != NULL && strcmp(binding->attribute->type_name, type) == 0 &&
		   binding->property != NULL && strcmp(binding->property->name, property) == 0 &&
		   binding->property->filter != FILTER_NOTHING;
}

/* What the column shows now, under the attribute's present slug. */
static void
bind_clause(const AskInput *input, const Condition *condition, Clause *clause)
{
	const ColumnBinding *binding = column_bind(input->relation, condition->column, input->definitions);

	clause->is_missing = binding->missing;
	clause->attribute = binding->attribute;
	clause->attribute_id = binding->attribute == NULL ? "" : binding->attribute->id;
	clause->slug = binding->attribute_name;
	clause->property = binding->property;
	if (binding->missing || (clause_is_as_planned(binding, condition->type, condition->property) &&
							 (!binding->attribute->multiselect || condition->multi)))
		return;
	clause->is_lost = true;
	compat_forget_plans(input->relation->table);
}

/* A condition on a column: bound by what the column shows now or, in plain EXPLAIN, as it was planned. */
static Clause *
read_condition(const AskInput *input, const List *term)
{
	Condition condition = term_condition(term);
	Clause *clause = make_clause(CLAUSE_CONDITION);

	clause->op = condition.op;
	clause->operand = condition.operand;
	clause->days = condition.days;
	clause->multi = condition.multi;
	clause->joins_fields = attribute_type(condition.type)->joins_fields;
	if (!input->is_planned)
	{
		bind_clause(input, &condition, clause);
		return clause;
	}
	clause->slug = condition.name;
	clause->attribute_id = condition.attribute_id;
	clause->property = attribute_property(attribute_type(condition.type), condition.property);
	return clause;
}

/* ----- an actor and its type ----- */

/* A condition on the one actor of an attribute, of this kind? */
static bool
is_about_actor(const Clause *clause, FilterWriting writing)
{
	return clause->kind == CLAUSE_CONDITION && !clause->is_lost && !clause->is_missing && !clause->multi &&
		   filter_traits(clause->property)->writing == writing &&
		   (clause->op == OP_EQ || (writing == WRITTEN_ACTOR && clause->op == OP_IN));
}

/* Do both show the same attribute: of the same id, or both of no known one and named by the same slug? */
static bool
is_same_attribute(const Clause *one, const Clause *other)
{
	return pg_strcasecmp(one->attribute_id, other->attribute_id) == 0 &&
		   (one->attribute_id[0] != '\0' || strcmp(one->slug, other->slug) == 0);
}

/*
 * Attio wants an actor's type beside its id.  Of conditions that all must hold,
 * one on the id and one on the type become one on both, which the two imply
 * together; the one on the type stays beside it.  Of an attribute of several
 * actors they do not, since two of them may meet the two.
 */
static void
pair_actors(List *arms)
{
	ListCell *actor;
	ListCell *type;

	foreach(actor, arms)
	{
		Clause *clause = (Clause *) lfirst(actor);

		foreach(type, arms)
		{
			const Clause *other = (const Clause *) lfirst(type);

			if (!is_about_actor(clause, WRITTEN_ACTOR) || !is_about_actor(other, WRITTEN_ACTOR_TYPE) ||
				!is_same_attribute(clause, other))
				continue;
			clause->kind = CLAUSE_ACTOR;
			clause->type_operand = other->operand;
		}
	}
}

/* ----- terms ----- */

/* The arms of an AND or OR, without those that are parameters. */
static Clause *
read_arms(const AskInput *input, const List *term, ClauseKind kind)
{
	Clause *clause = make_clause(kind);

	check_stack_depth();
	for (int i = 1; i < list_length(term); i++)
		if (term_kind((const List *) list_nth(term, i)) != TERM_PARAM)
			clause->arms = lappend(clause->arms, read_term(input, (const List *) list_nth(term, i)));
	if (kind == CLAUSE_AND)
		pair_actors(clause->arms);
	return clause;
}

static Clause *
read_operand(const List *term, ClauseKind kind)
{
	Clause *clause = make_clause(kind);

	clause->operand = term_operand(term);
	return clause;
}

/* A term with what its columns show now. */
static Clause *
read_term(const AskInput *input, const List *term)
{
	switch (term_kind(term))
	{
		case TERM_AND:
			return read_arms(input, term, CLAUSE_AND);
		case TERM_OR:
			return read_arms(input, term, CLAUSE_OR);
		case TERM_CONDITION:
			return read_condition(input, term);
		case TERM_KEY:
			return read_operand(term, CLAUSE_KEY);
		case TERM_PARENT:
		case TERM_PARAM:
			break;
	}
	return read_operand(term, CLAUSE_PARENT);
}

/*
 * The clauses of a plan's term: a CLAUSE_AND, in the current memory context.
 * Forgets the plans of a table whose columns are not as planned.
 */
Clause *
clause_read(const AskInput *input)
{
	return input->term == NIL ? make_clause(CLAUSE_AND) : read_term(input, input->term);
}
