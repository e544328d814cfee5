/*
 * write_row.h
 *		How Attio's records and entries are written.
 */
#ifndef ATTIO_WRITE_ROW_H
#define ATTIO_WRITE_ROW_H

#include "remote/writing.h"

/* Attio's slot of Service. */
extern const WriteMethods attio_writing;

#endif /* ATTIO_WRITE_ROW_H */
