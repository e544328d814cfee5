/*
 * extras.h
 *		Members of rows that come only where they are asked for.
 *
 * Which they are says Extra in resource.h.
 */
#ifndef REMOTE_EXTRAS_H
#define REMOTE_EXTRAS_H

#include "remote/ask.h"

struct RemoteRelation;

/* What the column shows one of, or NULL. */
extern const Extra *extra_of_column(const struct RemoteRelation *relation, AttrNumber attnum);

/* Those of these columns, an IntList: a List of Extra, each once. */
extern List *extras_of_columns(const struct RemoteRelation *relation, const List *columns);

/*
 * Let the asks ask for the extras of the columns that are read.  Where rows stay
 * away for that, and the conditions want these too, they are asked for without
 * them as well, behind all others: who hands out rows by their ids once has each
 * as the listing knows it that tells most.
 */
extern void extras_write(const AskInput *input, AskSet *set);

#endif /* REMOTE_EXTRAS_H */
