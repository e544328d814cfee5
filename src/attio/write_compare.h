/*
 * write_compare.h
 *		Did Attio store what it was sent?
 */
#ifndef ATTIO_WRITE_COMPARE_H
#define ATTIO_WRITE_COMPARE_H

#include "attio/write_columns.h"

/* The names (char *) in an answer of the values that were sent, by the ids of their attributes.  Makes no request. */
extern List *names_of_sent(const RowEncoder *encoder, JsonTree *sent);

/*
 * The values, sent by the ids of their attributes, that those of the answer do
 * not show: a List of UnstoredValue.  Asks for the definitions again where the
 * answer casts doubt on them, once a statement.
 */
extern List *unstored_values(RowEncoder *encoder, JsonTree *sent, JsonTree *answered);

#endif /* ATTIO_WRITE_COMPARE_H */
