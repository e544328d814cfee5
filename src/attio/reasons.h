/*
 * reasons.h
 *		The reasons that an answer of Attio's gives for an error.
 */
#ifndef ATTIO_REASONS_H
#define ATTIO_REASONS_H

#include "base/json.h"

extern char *reasons_text(JsonTree *answer);

#endif /* ATTIO_REASONS_H */
