/*
 * compat.h
 *		Every difference between PostgreSQL majors, once.
 *
 * Owns: the shims that let one source build on PostgreSQL 15 to 18.  Nothing
 * else in the tree tests PG_VERSION_NUM.  To support a new major: extend the
 * range below, build, and mend what breaks here.
 */
#ifndef BASE_COMPAT_H
#define BASE_COMPAT_H

#include "postgres.h"

#if PG_VERSION_NUM < 150000 || PG_VERSION_NUM >= 190000
#error "attio_fdw supports PostgreSQL 15 to 18"
#endif

/* Only what the server calls is visible; 15 has no macro of its own for that. */
#if PG_VERSION_NUM < 160000
#undef PGDLLEXPORT
#define PGDLLEXPORT __attribute__((visibility("default")))
#endif

#include "access/stratnum.h"
#include "access/sysattr.h"
#include "catalog/pg_foreign_server.h"
#include "commands/explain.h"
#include "common/jsonapi.h"
#include "executor/executor.h"
#include "fmgr.h"
#include "foreign/foreign.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "nodes/execnodes.h"
#include "nodes/pathnodes.h"
#include "optimizer/appendinfo.h"
#include "optimizer/inherit.h"
#include "optimizer/optimizer.h"
#include "optimizer/pathnode.h"
#include "parser/parsetree.h"
#include "rewrite/rewriteHandler.h"
#include "storage/latch.h"
#include "storage/sinval.h"
#include "utils/acl.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/pg_locale.h"
#include "utils/rel.h"
#include "utils/wait_event.h"

#if PG_VERSION_NUM >= 160000
#include "rewrite/rewriteManip.h"
#include "varatt.h"
#endif
#if PG_VERSION_NUM >= 170000
#include "storage/dsm_registry.h"
#endif
#if PG_VERSION_NUM >= 180000
#include "commands/explain_format.h"
#include "commands/explain_state.h"
#include "utils/wait_classes.h"
#endif

/* The magic block; 18 also records name and version of the module. */
#if PG_VERSION_NUM >= 180000
#define COMPAT_MODULE_MAGIC(name_, version_) PG_MODULE_MAGIC_EXT(.name = (name_), .version = (version_))
#else
#define COMPAT_MODULE_MAGIC(name_, version_) PG_MODULE_MAGIC
#endif

/* create_foreignscan_path: 17 added fdw_restrictinfo, 18 disabled_nodes. */
static inline ForeignPath *
compat_create_foreignscan_path(PlannerInfo *root, RelOptInfo *rel, double rows, Cost startup_cost, Cost total_cost,
							   List *pathkeys, Relids required_outer, List *fdw_private)
{
#if PG_VERSION_NUM >= 180000
	return create_foreignscan_path(root, rel, NULL, rows, 0, startup_cost, total_cost, pathkeys, required_outer, NULL,
								   NIL, fdw_private);
#elif PG_VERSION_NUM >= 170000
	return create_foreignscan_path(root, rel, NULL, rows, startup_cost, total_cost, pathkeys, required_outer, NULL, NIL,
								   fdw_private);
#else
	return create_foreignscan_path(root, rel, NULL, rows, startup_cost, total_cost, pathkeys, required_outer, NULL,
								   fdw_private);
#endif
}

/* A path that is worse than any kind that is switched off: 18 counts these before it compares costs. */
static inline void
compat_set_worst_path(ForeignPath *path)
{
#if PG_VERSION_NUM >= 180000
	path->path.disabled_nodes = 1000;
#endif
}

/* create_foreign_upper_path: 17 and 18 as create_foreignscan_path. */
static inline ForeignPath *
compat_create_foreign_upper_path(PlannerInfo *root, RelOptInfo *rel, PathTarget *target, double rows, Cost startup_cost,
								 Cost total_cost, List *fdw_private)
{
#if PG_VERSION_NUM >= 180000
	return create_foreign_upper_path(root, rel, target, rows, 0, startup_cost, total_cost, NIL, NULL, NIL, fdw_private);
#elif PG_VERSION_NUM >= 170000
	return create_foreign_upper_path(root, rel, target, rows, startup_cost, total_cost, NIL, NULL, NIL, fdw_private);
#else
	return create_foreign_upper_path(root, rel, target, rows, startup_cost, total_cost, NIL, NULL, fdw_private);
#endif
}

/* An expression over the root of an inheritance tree, as it is over one of its members. */
static inline Node *
compat_over_child(PlannerInfo *root, Node *node, RelOptInfo *child, RelOptInfo *parent)
{
#if PG_VERSION_NUM >= 160000
	return adjust_appendrel_attrs_multilevel(root, node, child, parent);
#else
	return adjust_appendrel_attrs_multilevel(root, node, child->relids, parent->relids);
#endif
}

/* Is the operator <=, = or >= of some order? */
static inline bool
compat_operator_takes_equals(Oid operator)
{
	ListCell *lc;

#if PG_VERSION_NUM >= 180000
	foreach(lc, get_op_index_interpretation(operator))
	{
		CompareType type = ((OpIndexInterpretation *) lfirst(lc))->cmptype;

		if (type == COMPARE_LE || type == COMPARE_EQ || type == COMPARE_GE)
			return true;
	}
#else
	foreach(lc, get_op_btree_interpretation(operator))
	{
		int strategy = ((OpBtreeInterpretation *) lfirst(lc))->strategy;

		if (strategy == BTLessEqualStrategyNumber || strategy == BTEqualStrategyNumber ||
			strategy == BTGreaterEqualStrategyNumber)
			return true;
	}
#endif
	return false;
}

/* SetOp: the columns it compares. */
#if PG_VERSION_NUM >= 180000
#define COMPAT_SETOP_COLUMNS cmpColIdx
#else
#define COMPAT_SETOP_COLUMNS dupColIdx
#endif

/* Does this pathkey descend? */
static inline bool
compat_pathkey_is_desc(PathKey *pathkey)
{
#if PG_VERSION_NUM >= 180000
	return pathkey->pk_cmptype == COMPARE_GT;
#else
	return pathkey->pk_strategy == BTGreaterStrategyNumber;
#endif
}

/* A piece of shared memory that any backend may ask for, from 17 on; else NULL. */
static inline void *
compat_named_segment(const char *name, Size size, void (*init)(void *memory))
{
#if PG_VERSION_NUM >= 170000
	bool found;

	return GetNamedDSMSegment(name, size, init, &found);
#else
	(void) name, (void) size, (void) init;
	return NULL;
#endif
}

/*
 * Does the running server's Append serve interrupts while it waits for
 * asynchronous scans?  Since 15.13, 16.9, 17.5 and 18 (measured: a cancel took
 * 6 s, the whole time-out, on 15.10 and 15.12, and 20 ms on 15.13).
 */
static inline bool
compat_append_is_interruptible(void)
{
	int version = atoi(GetConfigOption("server_version_num", false, false));

	return version >= 180000 || (version >= 170005 && version < 180000) || (version >= 160009 && version < 170000) ||
		   (version >= 150013 && version < 160000);
}

/* The relation that stands for an outer join itself, from 16 on; else 0. */
static inline Index
compat_ojrelid(const SpecialJoinInfo *sjinfo)
{
#if PG_VERSION_NUM >= 160000
	return sjinfo == NULL ? 0 : sjinfo->ojrelid;
#else
	(void) sjinfo;
	return 0;
#endif
}

/* An expression over the nullable side of that outer join, as it is above it. */
static inline Node *
compat_add_nulling(Node *node, const Bitmapset *relids, Index ojrelid)
{
#if PG_VERSION_NUM >= 160000
	return ojrelid == 0 ? node : add_nulling_relids(node, relids, bms_make_singleton(ojrelid));
#else
	(void) relids, (void) ojrelid;
	return node;
#endif
}

/* Does this collation compare bytes? */
static inline bool
compat_collation_is_c(Oid collation)
{
#if PG_VERSION_NUM >= 180000
	return pg_newlocale_from_collation(collation)->collate_is_c;
#else
	return lc_collate_is_c(collation);
#endif
}

/* The role whose user mapping a scan uses: a view's owner, else the caller. */
static inline Oid
compat_scan_user(ForeignScanState *node)
{
	ForeignScan *plan = (ForeignScan *) node->ss.ps.plan;
	Oid checked_as;

#if PG_VERSION_NUM >= 160000
	checked_as = plan->checkAsUser;
#else
	int rtindex = plan->scan.scanrelid;

	if (rtindex == 0)
		rtindex = bms_next_member(plan->fs_relids, -1);
	checked_as = exec_rt_fetch(rtindex, node->ss.ps.state)->checkAsUser;
#endif
	return OidIsValid(checked_as) ? checked_as : GetUserId();
}

/* The role whose user mapping the scan that is being planned will use. */
static inline Oid
compat_planned_user(PlannerInfo *root, RelOptInfo *rel)
{
	(void) root;
	return OidIsValid(rel->userid) ? rel->userid : GetUserId();
}

/* Let this backend plan anew what it has planned of this table.  Nobody else is told. */
static inline void
compat_forget_plans(Oid table)
{
	SharedInvalidationMessage message = {0};

	message.rc.id = SHAREDINVALRELCACHE_ID;
	message.rc.dbId = MyDatabaseId;
	message.rc.relId = table;
	LocalExecuteInvalidationMessage(&message);
}

/* The role whose user mapping a write uses. */
static inline Oid
compat_modify_user(ResultRelInfo *target, EState *estate)
{
	Oid checked_as;

#if PG_VERSION_NUM >= 160000
	checked_as = ExecGetResultRelCheckAsUser(target, estate);
#else
	/* a partition that rows are routed to has no entry of its own; its parent's counts */
	Index rtindex =
		target->ri_RangeTableIndex > 0 ? target->ri_RangeTableIndex : target->ri_RootResultRelInfo->ri_RangeTableIndex;

	checked_as = exec_rt_fetch(rtindex, estate)->checkAsUser;
#endif
	return OidIsValid(checked_as) ? checked_as : GetUserId();
}

/* Does this column have values in the service?  Dropped ones have none, nor those that the server computes on reading (18). */
static inline bool
compat_is_stored(Form_pg_attribute attribute)
{
	return !attribute->attisdropped && attribute->attgenerated != 'v';
}

/* A named wait event where the server has them (17), else plain Extension. */
static inline uint32
compat_wait_event(const char *name)
{
#if PG_VERSION_NUM >= 170000
	return WaitEventExtensionNew(name);
#else
	(void) name;
	return PG_WAIT_EXTENSION;
#endif
}

/* May this role use this foreign server? */
static inline AclResult
compat_server_aclcheck(Oid serverid, Oid roleid, AclMode mode)
{
#if PG_VERSION_NUM >= 160000
	return object_aclcheck(ForeignServerRelationId, serverid, roleid, mode);
#else
	return pg_foreign_server_aclcheck(serverid, roleid, mode);
#endif
}

/* Does the foreign server belong to this role? */
static inline bool
compat_server_ownercheck(Oid serverid, Oid roleid)
{
#if PG_VERSION_NUM >= 160000
	return object_ownercheck(ForeignServerRelationId, serverid, roleid);
#else
	return pg_foreign_server_ownercheck(serverid, roleid);
#endif
}

/*
 * Would the server's own JSON parser accept these bytes?  With "content", the
 * contents of strings are decoded too (escapes, surrogates, U+0000).
 */
static inline bool
compat_server_accepts_json(const char *text, int len, bool content)
{
	JsonParseErrorType result;
#if PG_VERSION_NUM >= 170000
	JsonLexContext lex;

	makeJsonLexContextCstringLen(&lex, text, len, PG_UTF8, content);
	result = pg_parse_json(&lex, &nullSemAction);
	freeJsonLexContext(&lex);
#else
	JsonLexContext *lex = makeJsonLexContextCstringLen((char *) text, len, PG_UTF8, content);

	result = pg_parse_json(lex, &nullSemAction);
	if (lex->strval != NULL)
	{
		pfree(lex->strval->data);
		pfree(lex->strval);
	}
	pfree(lex);
#endif
	return result == JSON_SUCCESS;
}

/* Remembers the one scalar of a document, as the server reads it. */
#if PG_VERSION_NUM >= 160000
static inline JsonParseErrorType
compat_keep_scalar(void *state, char *token, JsonTokenType type)
{
	*(char **) state = type == JSON_TOKEN_STRING ? token : NULL;
	return JSON_SUCCESS;
}
#else
static inline void
compat_keep_scalar(void *state, char *token, JsonTokenType type)
{
	*(char **) state = type == JSON_TOKEN_STRING ? token : NULL;
}
#endif

/* What the server makes of a JSON string with its quotes; NULL when it refuses it. */
static inline char *
compat_server_reads_string(const char *text, int len)
{
	char *result = NULL;
	JsonSemAction action = {0};
	JsonParseErrorType outcome;

	action.semstate = &result;
	action.scalar = compat_keep_scalar;
#if PG_VERSION_NUM >= 170000
	outcome = pg_parse_json(makeJsonLexContextCstringLen(NULL, text, len, PG_UTF8, true), &action);
#else
	outcome = pg_parse_json(makeJsonLexContextCstringLen((char *) text, len, PG_UTF8, true), &action);
#endif
	return outcome == JSON_SUCCESS ? result : NULL;
}

/*
 * The header of a row that the executor made of a whole-row Var.  The minor
 * releases of November 2026 made DatumGetHeapTupleHeader() a function: a
 * library that calls it does not load on the minors before.  What the function
 * adds is a look at values that may be no rows; a whole-row Var's always is one.
 */
#define compat_row_header(row) ((HeapTupleHeader) PG_DETOAST_DATUM(row))

/* A function that returns a set, all rows at once.  Minors of 15 renamed it, and kept the old name. */
#if PG_VERSION_NUM < 160000
#define compat_materialize(fcinfo) SetSingleFuncCall(fcinfo, 0)
#else
#define compat_materialize(fcinfo) InitMaterializedSRF(fcinfo, 0)
#endif

/* Intervals without an end came with 17. */
#if PG_VERSION_NUM < 170000
#define compat_interval_is_infinite(span) false
#else
#define compat_interval_is_infinite(span) INTERVAL_NOT_FINITE(span)
#endif

/*
 * The columns of a target that an UPDATE assigns, generated ones that follow
 * too, as attribute numbers of this relation, which may be a child of the
 * target.  A minor of 15 brought get_rel_all_updated_cols(), and filled the
 * generated ones at another place than those before: so 15 computes both.
 */
#if PG_VERSION_NUM < 160000
/* The columns that the statement assigns, in the attribute numbers of this child of its target. */
static inline Bitmapset *
compat_assigned_columns(PlannerInfo *root, Index rtindex)
{
	AppendRelInfo *child = root->append_rel_array ? root->append_rel_array[rtindex] : NULL;
	Bitmapset *parents;
	Bitmapset *columns = NULL;
	ListCell *lc;

	if (child == NULL || rtindex == (Index) root->parse->resultRelation)
		return bms_copy(planner_rt_fetch(rtindex, root)->updatedCols);
	parents = compat_assigned_columns(root, child->parent_relid);
	foreach(lc, child->translated_vars)
	{
		int parent_column = foreach_current_index(lc) + 1 - FirstLowInvalidHeapAttributeNumber;
		const Var *column = (const Var *) lfirst(lc);

		if (column != NULL && bms_is_member(parent_column, parents))
			columns = bms_add_member(columns, column->varattno - FirstLowInvalidHeapAttributeNumber);
	}
	return columns;
}

/* These, and the generated columns that are computed from them. */
static inline Bitmapset *
compat_updated_columns(PlannerInfo *root, Index rtindex, Relation rel)
{
	TupleDesc tupdesc = RelationGetDescr(rel);
	Bitmapset *assigned = compat_assigned_columns(root, rtindex);
	Bitmapset *columns = bms_copy(assigned);

	for (int i = 1; i <= tupdesc->natts && tupdesc->constr != NULL && tupdesc->constr->has_generated_stored; i++)
	{
		Bitmapset *used = NULL;

		if (TupleDescAttr(tupdesc, i - 1)->attisdropped || TupleDescAttr(tupdesc, i - 1)->attgenerated == '\0')
			continue;
		pull_varattnos(build_column_default(rel, i), 1, &used);
		if (bms_overlap(used, assigned))
			columns = bms_add_member(columns, i - FirstLowInvalidHeapAttributeNumber);
	}
	return columns;
}
#else
#define compat_updated_columns(root, rtindex, rel) get_rel_all_updated_cols(root, find_base_rel(root, rtindex))
#endif

#endif /* BASE_COMPAT_H */
