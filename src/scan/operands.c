/*
 * operands.c
 *		The values that a scan's conditions compare with.
 *
 * Owns: when they are evaluated, and which of them a join hands over.
 */
#include "scan/scan_state.h"

#include "executor/executor.h"
#include "nodes/nodeFuncs.h"
#include "scan/scan_plan.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"

/* The operand that a join hands over; -1 = none. */
int
scan_looked_up_operand(const ForeignScanState *node)
{
	List *lookup = (List *) list_nth(((ForeignScan *) node->ss.ps.plan)->fdw_private, SCAN_PLAN_LOOKUP);

	return lookup == NIL ? -1 : linitial_int(lookup);
}

/* The values of the operands now, in the filter's memory context. */
Operand *
scan_evaluate_operands(AttioScan *state, ForeignScanState *node)
{
	ExprContext *econtext = node->ss.ps.ps_ExprContext;
	List *exprs = ((ForeignScan *) node->ss.ps.plan)->fdw_exprs;
	Operand *operands = (Operand *) palloc0(sizeof(Operand) * Max(list_length(exprs), 1));

	for (int i = 0; i < list_length(exprs); i++)
	{
		Operand *operand = &operands[i];
		int16 length;
		bool byval;
		Datum value;

		operand->known = true;
		operand->type = exprType((Node *) list_nth(exprs, i));
		if (i == scan_looked_up_operand(node))
		{
			operand->value = state->keys;
			operand->isnull = (state->keys == (Datum) 0);
			continue;
		}
		value = ExecEvalExprSwitchContext((ExprState *) list_nth(state->operand_states, i), econtext, &operand->isnull);
		get_typlenbyval(operand->type, &length, &byval);
		if (!operand->isnull)
			operand->value = datumCopy(value, byval, length);
	}
	ResetExprContext(econtext);
	return operands;
}
