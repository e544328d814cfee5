/*
 * ship.h
 *		What of a condition may be sent to Attio.
 */
#ifndef ATTIO_SHIP_H
#define ATTIO_SHIP_H

#include "attio/hint.h"
#include "remote/comparison.h"

extern Verdict ship_comparison_to_attio(const RemoteRelation *relation, Comparison *comparison);

#endif /* ATTIO_SHIP_H */
