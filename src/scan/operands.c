/*
 * operands.c
 *		The values that a scan's conditions compare with.
 *
 * Owns: when they are evaluated.
 */
#include "scan/operands.h"

#include "executor/executor.h"
#include "nodes/nodeFuncs.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"

Operand *
scan_constant_operands(const List *exprs)
{
	Operand *operands = (Operand *) palloc0(sizeof(Operand) * Max(list_length(exprs), 1));
	const ListCell *lc;

	foreach(lc, exprs)
	{
		Operand *operand = &operands[foreach_current_index(lc)];
		const Const *constant = (const Const *) lfirst(lc);

		operand->type = exprType((const Node *) constant);
		if (!IsA(constant, Const))
			continue;
		operand->known = true;
		operand->value = constant->constvalue;
		operand->isnull = constant->constisnull;
	}
	return operands;
}

/* The values of the operands now, in the filter's memory context; a join hands one of them over. */
Operand *
scan_evaluate_operands(RemoteScan *state, ForeignScanState *node)
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
		if (i == state->plan->lookup)
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
