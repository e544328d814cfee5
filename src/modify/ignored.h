/*
 * ignored.h
 *		Did Attio store what it was sent?
 */
#ifndef ATTIO_IGNORED_H
#define ATTIO_IGNORED_H

#include "modify/send.h"

extern void ignored_check(Sender *sender, const Write *write);

#endif /* ATTIO_IGNORED_H */
