/*
 * text_rows.c
 *		Lists of texts, and rows of texts that functions of ours return.
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
