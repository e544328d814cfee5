/*
 * optional.h
 *		Columns that a scan reads where nothing can go wrong.
 */
#ifndef SCAN_OPTIONAL_H
#define SCAN_OPTIONAL_H

#include "remote/table.h"

extern List *optional_columns(const RemoteRelation *relation, List *attnums, List *definitions);

#endif /* SCAN_OPTIONAL_H */
