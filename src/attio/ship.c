/*
 * ship.c
 *		What of a condition may be sent to Attio.
 *
 * Owns: the verdict on one comparison (docs/invariants.md 1.1 to 1.3).  Where
 * docs/attio-api.md 12 says that something is unknown, the worst of all plausible
 * behaviours is assumed.  Makes no request.
 */
#include "attio/ship.h"

#include "attio/literal.h"
#include "attio/traits.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

/* Does the column show all values of an attribute, and all of them are meant? */
static bool
is_array(const Comparison *comparison)
{
	return comparison->column->array && !comparison->any_value;
}

static bool
is_pattern(TermOp op)
{
	return op == OP_LIKE || op == OP_ILIKE || op == OP_PREFIX;
}

/* Can it be asked for rows that have another value, or none of several? */
static bool
can_differ(const RemoteRelation *relation, const Comparison *comparison, const FilterTraits *traits)
{
	if (comparison->matches_null && !relation->remote.not_matches_empty)
		return false;
	return comparison->days == 0 && !comparison->lowered && !comparison->column->multi && traits->can_differ != NULL &&
		   traits->can_differ(&relation->remote, comparison->type);
}

/* Is there a condition for this operator and a type of operand? */
static bool
can_compare(const RemoteRelation *relation, const Comparison *comparison, const FilterTraits *traits)
{
	if ((OidIsValid(comparison->collation) && !get_collation_isdeterministic(comparison->collation)) ||
		!filter_takes(traits, comparison->type))
		return false;
	if (comparison->lowered && !traits->value.patterns)
		return false;
	switch (comparison->op)
	{
		case OP_EQ:
			return !is_array(comparison);
		case OP_IN:
			/* of lower(text) only pieces are known, which arrays have not */
			return !is_array(comparison) && (!comparison->lowered || traits->value.lowered);
		case OP_NE:
		case OP_NOT_IN:
			return can_differ(relation, comparison, traits);
		case OP_LT:
		case OP_LE:
		case OP_GT:
		case OP_GE:
			return traits->value.ranges;
		case OP_HAS_ALL:
		case OP_HAS_ANY:
			return is_array(comparison);
		default:
			return is_pattern(comparison->op) && traits->value.patterns && !is_array(comparison);
	}
}

/* Is there anything to send about this operand?  Of others than constants that shows when the scan starts. */
static bool
says_something(const Comparison *comparison, const FilterTraits *traits)
{
	TermOp op = comparison->op;

	if (!comparison->is_known || comparison->type == UUIDOID || comparison->days > 0)
		return true;
	if (is_pattern(op))
		return filter_pattern(op, TextDatumGetCString(comparison->value)) != NIL;
	if (op > OP_GE || filter_never(traits, op, comparison->type, comparison->value))
		return true;
	return filter_compare(traits, op == OP_NE ? OP_EQ : op, comparison->type, comparison->value) != NULL;
}

/* What a comparison with an operand is worth. */
static Verdict
judge_operand(const RemoteRelation *relation, const Comparison *comparison, const FilterTraits *traits)
{
	if (!can_compare(relation, comparison, traits) || !says_something(comparison, traits))
		return VERDICT_LOCAL;
	if (!comparison->is_known || comparison->op == OP_NE || comparison->op >= OP_IN || comparison->days > 0 ||
		comparison->lowered || comparison->column->multi || traits->is_exact == NULL)
		return VERDICT_SUPERSET;
	return traits->is_exact(&relation->remote, comparison->op, comparison->type, comparison->value) ? VERDICT_EXACT
																									: VERDICT_SUPERSET;
}

/* What is asked of a checkbox. */
static Verdict
judge_boolean(const RemoteRelation *relation, const Comparison *comparison, const FilterTraits *traits)
{
	if (traits->value.operands != OPERANDS_BOOLEAN || comparison->column->multi ||
		(comparison->op == OP_NOT_TRUE && !relation->remote.not_matches_empty))
		return VERDICT_LOCAL;
	/* Whether "false" matches unset ones is unknown. */
	return comparison->op == OP_TRUE ? VERDICT_EXACT : VERDICT_SUPERSET;
}

/*
 * Is there a value?  By $not_empty, or by ranges around a pivot.  What finds more
 * rows than it should finds too few where it is negated.
 */
static Verdict
judge_presence(const RemoteRelation *relation, const Comparison *comparison, const FilterTraits *traits)
{
	bool is_wider = (traits->not_empty == NOT_EMPTY_WIDER);

	if ((traits->pivot == NULL && traits->not_empty == NOT_EMPTY_NONE) || comparison->column->multi ||
		comparison->lowered || comparison->days > 0)
		return VERDICT_LOCAL;
	if (comparison->op == OP_IS_NULL && (is_wider || !relation->remote.not_matches_empty))
		return VERDICT_LOCAL;
	return is_wider ? VERDICT_SUPERSET : VERDICT_EXACT;
}

/*
 * What this comparison is worth when it is sent; VERDICT_LOCAL: it cannot be.
 * The operator may be replaced by one that it implies.
 */
Verdict
ship_comparison_to_attio(const RemoteRelation *relation, Comparison *comparison)
{
	const FilterTraits *traits = filter_traits(comparison->column->property);

	/* only times are cut, and only one of them can be */
	if (comparison->days > 0 && (!traits->value.finer || comparison->column->multi))
		return VERDICT_LOCAL;
	comparison->is_uncertain = traits->is_uncertain;
	/* Of lower(text) the pieces are known, as those of ILIKE. */
	if (comparison->lowered && (is_pattern(comparison->op) || (comparison->op == OP_EQ && !traits->value.lowered)))
		comparison->op = OP_ILIKE;
	switch (comparison->op)
	{
		case OP_TRUE:
		case OP_FALSE:
		case OP_NOT_TRUE:
			return judge_boolean(relation, comparison, traits);
		case OP_NOT_NULL:
		case OP_IS_NULL:
			return judge_presence(relation, comparison, traits);
		default:
			return judge_operand(relation, comparison, traits);
	}
}
