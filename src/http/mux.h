/*
 * mux.h
 *		One pollable descriptor for all of libcurl's sockets and its timer.
 *
 * Knows neither PostgreSQL nor libcurl.  Functions return false with errno set
 * on failure; nothing here throws, so libcurl's callbacks may call it.
 */
#ifndef ATTIO_MUX_H
#define ATTIO_MUX_H

#include <stdbool.h>

typedef struct HttpMux
{
	int fd;       /* readable when there is something to drive; -1 = none, poll instead */
	int timer_fd; /* libcurl's */
	int alarm_fd; /* the client's */
} HttpMux;

#define MUX_TIMER (-1)
#define MUX_ALARM (-2)

typedef struct MuxEvent
{
	int socket; /* or MUX_TIMER, MUX_ALARM: that one fired */
	bool readable;
	bool writable;
	bool broken;
} MuxEvent;

extern bool mux_open(HttpMux *mux);
extern void mux_close(HttpMux *mux);
extern bool mux_watch(HttpMux *mux, int socket, bool readable, bool writable);
extern bool mux_forget(HttpMux *mux, int socket);
extern bool mux_set_timer(HttpMux *mux, long timeout_ms);
extern bool mux_set_alarm(HttpMux *mux, long timeout_ms);
extern int mux_ready(HttpMux *mux, MuxEvent *events, int max);

/* Descriptors that an open mux holds, for the server's accounting. */
#ifdef __linux__
#define MUX_DESCRIPTORS 3
#else
#define MUX_DESCRIPTORS 0
#endif

#endif /* ATTIO_MUX_H */
