/*
 * async.h
 *		Several scans below one Append, side by side.
 */
#ifndef ATTIO_ASYNC_H
#define ATTIO_ASYNC_H

#include "base/compat.h"

extern void foreign_async_request(AsyncRequest *request);
extern void foreign_async_configure_wait(AsyncRequest *request);
extern void foreign_async_notify(AsyncRequest *request);

#endif /* ATTIO_ASYNC_H */
