/*
 * mux.h
 *		One pollable descriptor for all of libcurl's sockets and its timers.
 *
 * Knows neither PostgreSQL nor libcurl.  Functions return false with errno set
 * on failure; nothing here throws, so libcurl's callbacks may call it.
 */
#ifndef HTTP_MUX_H
#define HTTP_MUX_H

#include <stdbool.h>
#include <stdint.h>

/* Timers of a set: one for each of libcurl's handles that share it, and the client's own. */
#define MUX_HANDLES 2
#define MUX_ALARM MUX_HANDLES
#define MUX_TIMERS (MUX_HANDLES + 1)

typedef struct HttpMux
{
	int fd;                        /* readable when there is something to drive; -1 = none, poll instead */
	int timer;                     /* fires at the first of the deadlines */
	int64_t deadlines[MUX_TIMERS]; /* nanoseconds of the monotonic clock; 0 = none */
	int64_t armed;                 /* what the timer is set to */
} HttpMux;

typedef struct MuxEvent
{
	int owner;  /* whose socket or timer: a handle's number, or MUX_ALARM */
	int socket; /* -1 = the owner's timer fired */
	bool readable;
	bool writable;
	bool broken;
} MuxEvent;

extern void mux_init(HttpMux *mux);
extern bool mux_open(HttpMux *mux);
extern void mux_close(HttpMux *mux);
extern bool mux_watch(HttpMux *mux, int owner, int socket, bool readable, bool writable);
extern bool mux_forget(HttpMux *mux, int socket);
extern bool mux_set_timer(HttpMux *mux, int owner, long timeout_ms);
extern int mux_ready(HttpMux *mux, MuxEvent *events, int max);

/* Descriptors that an open mux holds, for the server's accounting. */
#ifdef __linux__
#define MUX_DESCRIPTORS 2
#else
#define MUX_DESCRIPTORS 0
#endif

#endif /* HTTP_MUX_H */
