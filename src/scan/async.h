/*
 * async.h
 *		Several scans below one Append, side by side.
 */
#ifndef SCAN_ASYNC_H
#define SCAN_ASYNC_H

#include "base/compat.h"

extern void foreign_async_request(AsyncRequest *request);
extern void foreign_async_configure_wait(AsyncRequest *request);
extern void foreign_async_notify(AsyncRequest *request);

#endif /* SCAN_ASYNC_H */
