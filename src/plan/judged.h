/*
 * judged.h
 *		What of a condition is sent, judged once for each condition.
 */
#ifndef PLAN_JUDGED_H
#define PLAN_JUDGED_H

#include "base/compat.h"
#include "nodes/pathnodes.h"
#include "remote/terms.h"

typedef struct JudgedCondition
{
	struct JudgedCondition *next;
	const Expr *clause;
	List *term;         /* NIL: nothing is sent; its operands count from 0 */
	List *operands;     /* expressions */
	Verdict verdict;    /* what the term is worth */
	bool is_uncertain;  /* the definitions may yet forbid to send what is exact */
	bool is_key;        /* it fixes the row's id */
	const char *reason; /* why nothing is sent, in a few words; "" = something is */
} JudgedCondition;

/* Of a relation of ours; what is returned must not be changed, and lives as long as the clause. */
extern const JudgedCondition *judge_condition(PlannerInfo *root, const RelOptInfo *rel, Expr *clause);

/* A term of the condition for a scan whose operands are these: the condition's are added.  NIL where nothing is sent. */
extern List *judged_term(const JudgedCondition *condition, List **operands);

/* Does the service alone decide which rows meet the relation's conditions, whatever the definitions turn out to be? */
extern bool judge_is_all_exact(PlannerInfo *root, const RelOptInfo *rel);

/* Is something sent of each of them? */
extern bool judge_is_all_sent(PlannerInfo *root, const RelOptInfo *rel);

#endif /* PLAN_JUDGED_H */
