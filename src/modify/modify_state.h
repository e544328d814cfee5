/*
 * modify_state.h
 *		The state of one statement that writes; private to this folder.
 */
#ifndef ATTIO_MODIFY_STATE_H
#define ATTIO_MODIFY_STATE_H

#include "modify/encode.h"
#include "foreign/fdwapi.h"
#include "modify/send.h"
#include "row/reader.h"
#include "utils/hsearch.h"
#include "utils/rel.h"

#define ROW_JUNK "wholerow"

/* What crosses from planner to executor: a List of Nodes. */
typedef enum ModifyPlanIndex
{
	MODIFY_PLAN_COLUMNS,         /* IntList: attribute numbers that may be assigned */
	MODIFY_PLAN_NAMED,           /* IntList: of an UPDATE, those that the statement assigns */
	MODIFY_PLAN_QUALIFICATION,   /* Integer: Qualification of an UPDATE or DELETE */
	MODIFY_PLAN_SKIPS_CONFLICTS, /* Integer: INSERT ... ON CONFLICT DO NOTHING */
	MODIFY_PLAN_OPEN,            /* List: conditions that may qualify it by the values of parameters */
	MODIFY_PLAN_TARGET           /* Integer: the table's number in them */
} ModifyPlanIndex;

typedef struct ModifyState
{
	MemoryContext context; /* lives as long as the statement */
	Relation rel;
	RemoteRelation *relation;
	Session *session;
	List *definitions;
	CmdType operation;
	Encoder *encoder;         /* NULL of a DELETE */
	Bitmapset *writable;      /* columns that may be written */
	AttrNumber parent_record; /* columns of an entry's parent; 0 = none */
	AttrNumber parent_object;
	AttrNumber moved_junk; /* of a MERGE that brings rows: where they come from; 0 = they are new */
	AttrNumber key_junk;
	AttrNumber row_junk;
	const char **column_slugs; /* of each column; NULL until the log wants them */
	bool collects;
	WriteQueue *collected; /* NULL = none */
	int64 shown;           /* writes of a dry run */
	Sender sender;
	/* for RETURNING: the answer read as a row; no reader where nobody wants to know */
	bool is_answer_prepared;
	List *answer_columns;     /* IntList: attribute numbers */
	List *answer_definitions; /* newer than those that the rows were encoded by, where an answer shows that */
	int id_leaf;              /* of its row */
	RowReader *reader;
	Projection *projection;
	TokPage page;
} ModifyState;

/* target.c: which tables and columns are written, without a request. */
extern char *target_key_junk(const RemoteRelation *relation, Relation rel);
extern bool target_is_updatable(const RemoteRelation *relation, Relation rel);
extern List *target_all_columns(Relation rel);
extern Bitmapset *target_column_set(List *columns);
extern void target_set_callbacks(FdwRoutine *routine);

/* qualified.c: does the statement pick rows of the target by a column of theirs? */
typedef enum Qualification
{
	QUALIFIED,
	WITHOUT_WHERE,
	WITHOUT_CONDITION /* there are conditions, but none that is about the target's columns and can be false */
} Qualification;

extern Qualification qualification(PlannerInfo *root, Index rtindex, Relation rel, List **open);
extern bool qualification_by_params(Relation rel, Index rtindex, List *open, ParamListInfo params);

/* direct.c: UPDATE and DELETE by ids, without reading first. */
extern void direct_set_callbacks(FdwRoutine *routine);

/* bodies.c: what is sent of one row. */
extern void row_find_parent(ModifyState *state);
extern Write *row_insert(ModifyState *state, TupleTableSlot *slot);
extern Write *row_update(ModifyState *state, TupleTableSlot *slot, TupleTableSlot *plan_slot);
extern Write *row_update_direct(ModifyState *state, TupleTableSlot *slot, const char *id);
extern Write *row_delete(ModifyState *state, TupleTableSlot *plan_slot);

/* checks.c: what must hold before a row is sent. */
extern void checks_new_row(EState *estate, ResultRelInfo *target, TupleTableSlot *slot, CmdType operation);
extern bool checks_has_triggers(const ResultRelInfo *target, CmdType operation);
extern void checks_transition_tables(const ResultRelInfo *target, CmdType operation);
extern void checks_begin_routing(ModifyState *state, ModifyTableState *mtstate);
extern void checks_routed_row(const ModifyState *state, TupleTableSlot *plan_slot);

/* answer.c: what Attio made of it, as a row. */
extern void answer_prepare(ModifyState *state, const ResultRelInfo *target, List *conditions);
extern void answer_read(ModifyState *state, const char *body, const char *request, TupleTableSlot *slot);

/* modify.c */
extern ModifyState *modify_begin(EState *estate, ResultRelInfo *target, CmdType operation, List *columns,
								 const Bitmapset *named, bool skips_conflicts);
extern void modify_show(ModifyState *state, const Write *write);
extern void modify_send_queue(ModifyState *state, WriteQueue *queue, TextStore *answers);
extern void modify_warn_shown(const ModifyState *state);
extern void modify_check_count(const ModifyState *state, EState *estate, int64 rows);

/* All rows have been read: send what was collected of them, and count only what is written. */
extern void modify_send_collected(ModifyTableState *mtstate);

#endif /* ATTIO_MODIFY_STATE_H */
