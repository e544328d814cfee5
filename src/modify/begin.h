/*
 * begin.h
 *		A statement that writes begins.
 */
#ifndef MODIFY_BEGIN_H
#define MODIFY_BEGIN_H

#include "modify/modify_plan.h"
#include "modify/modify_state.h"

/* The first of the guard rails, before anything is asked: an ERROR where every row would be written. */
extern void modify_check_qualified(Relation rel, CmdType operation, const ModifyPlan *plan, ParamListInfo params);

/*
 * The state of a statement that may write these columns, of which it names some.
 * Reads the definitions, which a DELETE does not need.  Raises ERROR where
 * writing is not allowed.
 */
extern ModifyState *modify_begin(EState *estate, ResultRelInfo *target, CmdType operation, List *columns,
								 const Bitmapset *named, bool skips_conflicts);

#endif /* MODIFY_BEGIN_H */
