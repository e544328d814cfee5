/*
 * mux.c
 *		One pollable descriptor for all of libcurl's sockets and its timers.
 *
 * Owns: an epoll set with timerfds in it.  Elsewhere there is no such
 * descriptor (fd is -1) and the client polls in short slices.
 */
#include "http/mux.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/epoll.h>
#include <sys/timerfd.h>

#define MUX_MAX_EVENTS 16

/* An event's data: whose it is, and the descriptor. */
static uint64_t
event_data(int owner, int fd)
{
	return (uint64_t) owner << 32 | (uint32_t) fd;
}

static bool
add_timer(HttpMux *mux, int owner)
{
	struct epoll_event event;
	int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);

	mux->timers[owner] = timer;
	memset(&event, 0, sizeof(event));
	event.events = EPOLLIN;
	event.data.u64 = event_data(owner, timer);
	return mux->fd >= 0 && timer >= 0 && epoll_ctl(mux->fd, EPOLL_CTL_ADD, timer, &event) == 0;
}

/* A set that is closed. */
void
mux_init(HttpMux *mux)
{
	mux->fd = -1;
	for (int i = 0; i < MUX_TIMERS; i++)
		mux->timers[i] = -1;
}

/* Open an empty set.  On failure nothing stays open. */
bool
mux_open(HttpMux *mux)
{
	bool good;

	mux_init(mux);
	mux->fd = epoll_create1(EPOLL_CLOEXEC);
	good = (mux->fd >= 0);
	for (int i = 0; i < MUX_TIMERS && good; i++)
		good = add_timer(mux, i);
	if (!good)
		mux_close(mux);
	return good;
}

/* Close it; harmless when it is closed. */
void
mux_close(HttpMux *mux)
{
	int saved = errno;

	for (int i = 0; i < MUX_TIMERS; i++)
		if (mux->timers[i] >= 0)
			close(mux->timers[i]);
	if (mux->fd >= 0)
		close(mux->fd);
	mux_init(mux);
	errno = saved;
}

/* Watch an owner's socket for these conditions, whether or not it is watched already. */
bool
mux_watch(HttpMux *mux, int owner, int socket, bool readable, bool writable)
{
	struct epoll_event event;

	memset(&event, 0, sizeof(event));
	event.events = (readable ? EPOLLIN : 0) | (writable ? EPOLLOUT : 0);
	event.data.u64 = event_data(owner, socket);
	if (epoll_ctl(mux->fd, EPOLL_CTL_MOD, socket, &event) == 0)
		return true;
	return errno == ENOENT && epoll_ctl(mux->fd, EPOLL_CTL_ADD, socket, &event) == 0;
}

/* Stop watching a socket; one that is closed already has left by itself. */
bool
mux_forget(HttpMux *mux, int socket)
{
	return epoll_ctl(mux->fd, EPOLL_CTL_DEL, socket, NULL) == 0 || errno == ENOENT || errno == EBADF;
}

/* Make the descriptor readable after timeout_ms, for this owner; negative disarms, 0 is at once. */
bool
mux_set_timer(HttpMux *mux, int owner, long timeout_ms)
{
	struct itimerspec spec;

	memset(&spec, 0, sizeof(spec));
	if (timeout_ms > 0)
	{
		spec.it_value.tv_sec = timeout_ms / 1000;
		spec.it_value.tv_nsec = (timeout_ms % 1000) * 1000000;
	}
	else if (timeout_ms == 0)
		spec.it_value.tv_nsec = 1;
	return timerfd_settime(mux->timers[owner], 0, &spec, NULL) == 0;
}

/*
 * What is ready now, without waiting: up to "max" events, their number as the
 * result.  A timer that fired is quiet again until it is set anew.
 */
int
mux_ready(HttpMux *mux, MuxEvent *events, int max)
{
	struct epoll_event ready[MUX_MAX_EVENTS];
	int nready = epoll_wait(mux->fd, ready, max < MUX_MAX_EVENTS ? max : MUX_MAX_EVENTS, 0);

	for (int i = 0; i < nready; i++)
	{
		int fd = (int) (uint32_t) ready[i].data.u64;
		uint64_t fired;

		events[i].owner = (int) (ready[i].data.u64 >> 32);
		events[i].socket = fd == mux->timers[events[i].owner] ? -1 : fd;
		events[i].readable = (ready[i].events & EPOLLIN) != 0;
		events[i].writable = (ready[i].events & EPOLLOUT) != 0;
		events[i].broken = (ready[i].events & (EPOLLERR | EPOLLHUP)) != 0;
		while (events[i].socket < 0 && read(fd, &fired, sizeof(fired)) > 0)
			;
	}
	return nready < 0 ? 0 : nready;
}

#else /* no epoll: the client polls */

void
mux_init(HttpMux *mux)
{
	mux->fd = -1;
	for (int i = 0; i < MUX_TIMERS; i++)
		mux->timers[i] = -1;
}

bool
mux_open(HttpMux *mux)
{
	mux_init(mux);
	return true;
}

void
mux_close(HttpMux *mux)
{
	(void) mux;
}

bool
mux_watch(HttpMux *mux, int owner, int socket, bool readable, bool writable)
{
	(void) mux, (void) owner, (void) socket, (void) readable, (void) writable;
	return true;
}

bool
mux_forget(HttpMux *mux, int socket)
{
	(void) mux, (void) socket;
	return true;
}

bool
mux_set_timer(HttpMux *mux, int owner, long timeout_ms)
{
	(void) mux, (void) owner, (void) timeout_ms;
	return true;
}

int
mux_ready(HttpMux *mux, MuxEvent *events, int max)
{
	(void) mux, (void) events, (void) max;
	return 0;
}

#endif
