/*
 * scan_state.h
 *		The state of one scan while it runs; in node->fdw_state.
 */
#ifndef SCAN_SCAN_STATE_H
#define SCAN_SCAN_STATE_H

#include "page/count.h"
#include "page/pager.h"
#include "row/reader.h"
#include "scan/scan_plan.h"
#include "utils/tuplestore.h"

struct SortedScan;

typedef struct RemoteScan
{
	const ScanPlan *plan;      /* as planned */
	Oid user;                  /* whose mapping; a view's owner, perhaps */
	MemoryContext context;     /* everything below lives here */
	MemoryContext run_context; /* what a scan needs while it runs: the table, the reader, the pager; NULL until then */
	MemoryContext row_context; /* datums of the present row; likewise */
	Pager *pager;              /* NULL until the first row is asked for */
	RowReader *reader;
	struct SortedScan *sort;      /* NULL where the plan counts on no order */
	List *operand_states;         /* ExprState of each operand */
	MemoryContext filter_context; /* the present filters */
	AskSet asks;
	bool notices;  /* titles that do not exist have not been told of yet */
	bool windowed; /* and left to the service */
	int64 limit;   /* -1 = none */
	int64 offset;
	int64 skip;     /* rows that the scan still leaves out */
	int64 handed;   /* rows handed out */
	int64 returned; /* likewise, over all rescans: from then on no column may show another attribute */
	ScanCost cost;  /* so far */
	bool counted;   /* its row was handed out */
	CountOutcome count_outcome;
	RemoteTable table;
	Datum keys;           /* of a lookup: what a join asks for; an array */
	int keys_per_request; /* fewer than planned where the service refused so many; 0 = cannot be asked for */
	bool without_others;  /* only the keys are asked for: the service refused them with the conditions */
	bool leaves_way;      /* to one row, which does not tell all that is wanted: the listing does */
	bool replays;         /* the rows may be wanted again, and are kept */
	bool async;           /* a row is wanted only if that takes no waiting */
	bool under_way;       /* below an Append it has begun, and not ended */
	bool ended;           /* all rows were handed out, and what it ran with was given back */
	PagerAnswer answer;   /* the pager's last */
	struct ScanDescriptors *descriptors; /* owned by async.c */
	bool has_params;                     /* what it asks for may change while the statement runs */
	bool reads_first;                    /* all rows are read before one is handed out */
	bool reads_whole;                    /* without any condition */
	bool is_stale;                       /* and are asked for anew, as an operand may have changed */
	Tuplestorestate *kept;               /* they stand in this store; NULL until then */
	bool kept_all;                       /* of a scan that keeps rows as it reads them: it has read all */
	Tuplestorestate *whole;              /* or in this one, where the statement has begun to write: all of the table */
	TupleTableSlot *kept_slot;
	int64 returned_before; /* rows, before the present keys were asked for */
	bool may_read_once;    /* all is read, whatever keys are wanted, */
	bool reads_once;       /* and from now on kept (once.c) */
	Tuplestorestate *once; /* what was read; NULL until then */
	char *once_words;      /* what it was asked for by, */
	int64 once_writes;     /* and the writes of the session before */
	TupleTableSlot *once_slot;
	bool count_kept; /* of a scan that counts: the number is known, and stays */
	int64 count;
} RemoteScan;

/* The table that is scanned; also of a scan that counts, which has no tuples of it.  Makes no request. */
extern RemoteRelation *scan_relation(const ForeignScanState *node);

/* Let the relation's rows be asked for by the way that the plan's conditions open. */
extern void scan_take_way(RemoteRelation *relation, const ScanPlan *plan);

/* The memory that it runs with, where it is not there. */
extern void scan_begin_contexts(RemoteScan *state);

/* Of the scan's service, in words behind its title; in the scan's memory context. */
extern char *scan_reason(const RemoteScan *state, const char *words);

#endif /* SCAN_SCAN_STATE_H */
