/*
 * meetings.h
 *		The meetings of a workspace, for what is listed for each of them.
 */
#ifndef ATTIO_MEETINGS_H
#define ATTIO_MEETINGS_H

#include "remote/request.h"

/*
 * Each meeting as what is given of it, "meeting": a List of Lists of Given, in
 * the current memory context.  Asks Attio each time.  ERROR where the pages do
 * not say which meetings there are.
 */
extern List *meetings_all(Session *session, ScanCost *cost);

#endif /* ATTIO_MEETINGS_H */
