/*
 * optional.h
 *		Columns that a scan reads where nothing can go wrong.
 */
#ifndef ATTIO_OPTIONAL_H
#define ATTIO_OPTIONAL_H

#include "remote/table.h"

extern List *optional_columns(const RemoteRelation *relation, List *attnums, List *definitions);

#endif /* ATTIO_OPTIONAL_H */
