/*
 * activity.h
 *		What was asked of services: totals, the last requests, and what runs now.
 *
 * Kept for all backends where memory is shared (base/shared.h), else for this
 * one.  Holds no key and no body.
 */
#ifndef REMOTE_ACTIVITY_H
#define REMOTE_ACTIVITY_H

#include "base/compat.h"
#include "http/http.h"

/* Totals of one server. */
typedef struct ActivityTotals
{
	Oid database;
	Oid server; /* 0 = free */
	int64 requests;
	int64 retries;
	int64 refused; /* answered 429 in the end */
	int64 failed;  /* no answer, or another error */
	int64 wire_bytes;
	int64 bytes;
	double seconds;  /* in requests */
	double governed; /* seconds waited for the rate limit */
} ActivityTotals;

#define ACTIVITY_PATH 160
#define ACTIVITY_REQUEST_ID 64

/* One request. */
typedef struct ActivityRequest
{
	TimestampTz at; /* when the answer came; 0 = none */
	int pid;
	Oid role;
	Oid database;
	Oid server;
	char method[8];
	char path[ACTIVITY_PATH];
	char request_id[ACTIVITY_REQUEST_ID]; /* "" = none */
	int status;                           /* 0 = no answer */
	int retries;
	int64 wire_bytes;
	int64 bytes;
	double seconds;
} ActivityRequest;

/* One scan that runs. */
typedef struct ActivityScan
{
	int pid; /* 0 = free */
	Oid role;
	Oid database;
	Oid table;
	TimestampTz started;
	int64 pages;
	int64 rows;
	int64 bytes;
	bool waiting; /* for an answer */
} ActivityScan;

#define ACTIVITY_SERVERS 32
#define ACTIVITY_REQUESTS 256
#define ACTIVITY_SCANS 128

extern void activity_init(void);
extern bool activity_is_shared(void);
extern void activity_note(Oid server, HttpExchange *exchange, const char *id_header);
extern int activity_totals(ActivityTotals *totals);
extern int activity_requests(ActivityRequest *requests);
extern int activity_scans(ActivityScan *scans);
extern void activity_reset(void);

/* A running scan's entry; ends with the current memory context.  NULL where there is no room. */
typedef struct ActivityHandle ActivityHandle;

extern ActivityHandle *activity_begin(Oid table);
extern void activity_page(ActivityHandle *handle, int64 rows, int64 bytes);
extern void activity_waits(ActivityHandle *handle, bool waiting);

#endif /* REMOTE_ACTIVITY_H */
