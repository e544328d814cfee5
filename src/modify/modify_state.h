/*
 * modify_state.h
 *		The state of one statement that writes; private to this folder.
 */
#ifndef MODIFY_MODIFY_STATE_H
#define MODIFY_MODIFY_STATE_H

#include "base/compat.h"
#include "foreign/fdwapi.h"
#include "modify/send.h"
#include "modify/target.h"
#include "remote/rowid.h"
#include "row/reader.h"
#include "utils/rel.h"

typedef struct ModifyState
{
	MemoryContext context; /* lives as long as the statement */
	Relation rel;
	WriteTarget target;             /* the table, and what is written of it */
	const RemoteRelation *relation; /* the target's */
	Session *session;               /* likewise */
	const WriteMethods *methods;
	void *writer;          /* what they have made; NULL of a DELETE */
	Bitmapset *writable;   /* columns that may be written */
	AttrNumber moved_junk; /* of a MERGE that brings rows: where they come from; 0 = they are new */
	AttrNumber key_junk;
	AttrNumber row_junk;
	bool collects;
	WriteQueue *collected; /* NULL = none */
	int64 shown;           /* writes of a dry run */
	Sender sender;
	/* for RETURNING: the answer read as a row; no reader where nobody wants to know */
	bool is_answer_prepared;
	List *answer_columns;     /* IntList: attribute numbers */
	List *parents_said;       /* Given: what the last row said of its parents, */
	List *parents;            /* and that with what is found of them; NIL = nothing more */
	List *answer_definitions; /* newer than those that the rows were encoded by, where an answer shows that */
	int id_leaf;              /* of its row */
	RowReader *reader;
	Projection *projection;
	TokPage page;
} ModifyState;

/* bodies.c: what is sent of one row.  NULL where nothing of it is to be written. */
extern Write *row_insert(ModifyState *state, TupleTableSlot *slot);
extern Write *row_update(ModifyState *state, TupleTableSlot *slot, TupleTableSlot *plan_slot);
extern Write *row_update_direct(ModifyState *state, TupleTableSlot *slot, const char *id);
extern Write *row_delete(ModifyState *state, TupleTableSlot *plan_slot);
extern Write *row_delete_direct(ModifyState *state, const char *id);

/* Which row it is, with all that its identity consists of; false where it has none. */
extern bool row_plan_identity(const ModifyState *state, TupleTableSlot *plan_slot, RowId *row);

/* checks.c: what must hold before a row is sent. */
extern void checks_new_row(EState *estate, ResultRelInfo *target, TupleTableSlot *slot, CmdType operation);
extern bool checks_has_triggers(const ResultRelInfo *target, CmdType operation);
extern void checks_transition_tables(const ResultRelInfo *target, CmdType operation);
extern void checks_begin_routing(ModifyState *state, ModifyTableState *mtstate);
extern void checks_routed_row(const ModifyState *state, TupleTableSlot *plan_slot);

/* answer.c: what the service made of it, as a row. */
extern void answer_prepare(ModifyState *state, const ResultRelInfo *target, List *conditions);
extern void answer_find_parents(ModifyState *state, TupleTableSlot *slot);
extern void
answer_read(ModifyState *state, const Answered *answered, const char *body, const char *request, TupleTableSlot *slot);

#endif /* MODIFY_MODIFY_STATE_H */
