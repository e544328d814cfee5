/*
 * text_rows.c
 *		Texts compared, lists of them, and rows of them that functions of ours return.
 */
#include "base/text_rows.h"

#include "utils/builtins.h"
#include "utils/tuplestore.h"

bool
list_has_text(const List *texts, const char *text)
{
	const ListCell *lc;

	foreach(lc, texts)
		if (strcmp((const char *) lfirst(lc), text) == 0)
			return true;
	return false;
}

bool
texts_equal(const char *one, const char *other)
{
	return one == NULL || other == NULL ? one == other : strcmp(one, other) == 0;
}

bool
text_lists_equal(const List *some, const List *others)
{
	const ListCell *one;
	const ListCell *other;

	if (list_length(some) != list_length(others))
		return false;
	forboth(one, some, other, others)
		if (strcmp((const char *) lfirst(one), (const char *) lfirst(other)) != 0)
			return false;
	return true;
}

void
result_put_texts(ReturnSetInfo *result, const char *const *texts, int ntexts)
{
	Datum *values = (Datum *) palloc(sizeof(Datum) * ntexts);
	bool *nulls = (bool *) palloc(sizeof(bool) * ntexts);

	for (int i = 0; i < ntexts; i++)
	{
		nulls[i] = (texts[i] == NULL);
		values[i] = nulls[i] ? (Datum) 0 : CStringGetTextDatum(texts[i]);
	}
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}
