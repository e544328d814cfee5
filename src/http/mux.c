/*
 * mux.c
 *		One pollable descriptor for all of libcurl's sockets and its timer.
 *
 * Owns: an epoll set with a timerfd in it.  Elsewhere there is no such
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

static bool
add_timer(const HttpMux *mux, int timer_fd)
{
	struct epoll_event event;

	memset(&event, 0, sizeof(event));
	event.events = EPOLLIN;
	event.data.fd = timer_fd;
	return mux->fd >= 0 && timer_fd >= 0 && epoll_ctl(mux->fd, EPOLL_CTL_ADD, timer_fd, &event) == 0;
}

/* Open an empty set.  On failure nothing stays open. */
bool
mux_open(HttpMux *mux)
{
	mux->fd = epoll_create1(EPOLL_CLOEXEC);
	mux->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	mux->alarm_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (add_timer(mux, mux->timer_fd) && add_timer(mux, mux->alarm_fd))
		return true;
	mux_close(mux);
	return false;
}

/* Close it; harmless when it is closed. */
void
mux_close(HttpMux *mux)
{
	int saved = errno;

	if (mux->timer_fd >= 0)
		close(mux->timer_fd);
	if (mux->alarm_fd >= 0)
		close(mux->alarm_fd);
	if (mux->fd >= 0)
		close(mux->fd);
	mux->fd = mux->timer_fd = mux->alarm_fd = -1;
	errno = saved;
}

/* Watch a socket for these conditions, whether or not it is watched already. */
bool
mux_watch(HttpMux *mux, int socket, bool readable, bool writable)
{
	struct epoll_event event;

	memset(&event, 0, sizeof(event));
	event.events = (readable ? EPOLLIN : 0) | (writable ? EPOLLOUT : 0);
	event.data.fd = socket;
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

/* Fire after timeout_ms; negative disarms, 0 is at once. */
static bool
set_timer(int timer_fd, long timeout_ms)
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
	return timerfd_settime(timer_fd, 0, &spec, NULL) == 0;
}

/* Make the descriptor readable after that time, for libcurl. */
bool
mux_set_timer(HttpMux *mux, long timeout_ms)
{
	return set_timer(mux->timer_fd, timeout_ms);
}

/* The same, for the client. */
bool
mux_set_alarm(HttpMux *mux, long timeout_ms)
{
	return set_timer(mux->alarm_fd, timeout_ms);
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
		int fd = ready[i].data.fd;
		uint64_t fired;

		events[i].socket = fd == mux->timer_fd ? MUX_TIMER : fd == mux->alarm_fd ? MUX_ALARM : fd;
		events[i].readable = (ready[i].events & EPOLLIN) != 0;
		events[i].writable = (ready[i].events & EPOLLOUT) != 0;
		events[i].broken = (ready[i].events & (EPOLLERR | EPOLLHUP)) != 0;
		while (events[i].socket < 0 && read(fd, &fired, sizeof(fired)) > 0)
			;
	}
	return nready < 0 ? 0 : nready;
}

#else /* no epoll: the client polls */

bool
mux_open(HttpMux *mux)
{
	mux->fd = mux->timer_fd = mux->alarm_fd = -1;
	return true;
}

void
mux_close(HttpMux *mux)
{
	(void) mux;
}

bool
mux_watch(HttpMux *mux, int socket, bool readable, bool writable)
{
	(void) mux, (void) socket, (void) readable, (void) writable;
	return true;
}

bool
mux_forget(HttpMux *mux, int socket)
{
	(void) mux, (void) socket;
	return true;
}

bool
mux_set_timer(HttpMux *mux, long timeout_ms)
{
	(void) mux, (void) timeout_ms;
	return true;
}

bool
mux_set_alarm(HttpMux *mux, long timeout_ms)
{
	(void) mux, (void) timeout_ms;
	return true;
}

int
mux_ready(HttpMux *mux, MuxEvent *events, int max)
{
	(void) mux, (void) events, (void) max;
	return 0;
}

#endif
