/*
 * texts.c
 *		Rows of texts that wait, on disk beyond work_mem.
 *
 * Owns: the form in which writes wait to be sent, and answers to be read.
 * Must not know what the texts say.
 */
#include "modify/texts.h"

#include "catalog/pg_type.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/tuplestore.h"

/* What a reader may look at behind a text: the tokenizer does. */
#define TEXT_PADDING 32

struct TextStore
{
	MemoryContext context; /* of the store and all that is its */
	Tuplestorestate *rows;
	TupleDesc tupdesc;
	TupleTableSlot *slot;
};

/* An empty store; it lives in the current memory context until texts_end(). */
TextStore *
texts_create(int ntexts)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "attio_fdw texts", ALLOCSET_DEFAULT_SIZES);
	MemoryContext saved = MemoryContextSwitchTo(context);
	TextStore *store = (TextStore *) palloc0(sizeof(TextStore));

	Assert(ntexts <= TEXTS_MAX);
	store->context = context;
	store->tupdesc = CreateTemplateTupleDesc(ntexts);
	for (int i = 1; i <= ntexts; i++)
		TupleDescInitEntry(store->tupdesc, (AttrNumber) i, NULL, TEXTOID, -1, 0);
	store->slot = MakeSingleTupleTableSlot(store->tupdesc, &TTSOpsMinimalTuple);
	store->rows = tuplestore_begin_heap(false, false, work_mem);
	MemoryContextSwitchTo(saved);
	return store;
}

/* Add a row, of which texts may be NULL. */
void
texts_put(TextStore *store, const char *const *texts)
{
	Datum values[TEXTS_MAX];
	bool nulls[TEXTS_MAX];

	for (int i = 0; i < store->tupdesc->natts; i++)
	{
		nulls[i] = (texts[i] == NULL);
		values[i] = nulls[i] ? (Datum) 0 : PointerGetDatum(cstring_to_text(texts[i]));
	}
	tuplestore_putvalues(store->rows, store->tupdesc, values, nulls);
	for (int i = 0; i < store->tupdesc->natts; i++)
		if (!nulls[i])
			pfree(DatumGetPointer(values[i]));
}

/* A copy in the current memory context, with zeroes behind it. */
static char *
padded_copy(Datum datum)
{
	const text *value = (const text *) DatumGetPointer(datum);
	size_t length = VARSIZE_ANY_EXHDR(value);
	char *copy = (char *) MemoryContextAllocHuge(CurrentMemoryContext, length + TEXT_PADDING);

	memcpy(copy, VARDATA_ANY(value), length);
	memset(copy + length, 0, TEXT_PADDING);
	return copy;
}

/* The next row, its texts in the current memory context; false after the last. */
bool
texts_next(TextStore *store, char **texts)
{
	MemoryContext saved = MemoryContextSwitchTo(store->context);
	bool found = tuplestore_gettupleslot(store->rows, true, false, store->slot);

	MemoryContextSwitchTo(saved);
	for (int i = 0; found && i < store->tupdesc->natts; i++)
	{
		bool isnull;
		Datum value = slot_getattr(store->slot, i + 1, &isnull);

		texts[i] = isnull ? NULL : padded_copy(value);
	}
	ExecClearTuple(store->slot);
	return found;
}

/* Free it. */
void
texts_end(TextStore *store)
{
	tuplestore_end(store->rows);
	ExecDropSingleTupleTableSlot(store->slot);
	MemoryContextDelete(store->context);
}
