/*
 * mux.c
 *		One pollable descriptor for all of libcurl's sockets and its timers.
 *
 * Owns: an epoll set with a timerfd in it.  Elsewhere there is no such
 * descriptor (fd is -1) and the client polls in short slices.
 */
#include "http/mux.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/epoll.h>
#include <sys/timerfd.h>

#define MUX_MAX_EVENTS 16
#define NANOSECONDS INT64_C(1000000000)

/* An event's data: whose it is, and the descriptor. */
static uint64_t
event_data(int owner, int fd)
{
	return (uint64_t) owner << 32 | (uint32_t) fd;
}

static int64_t
monotonic_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * NANOSECONDS + now.tv_nsec;
}

/* Let the timer fire at the first of the deadlines. */
static bool
arm_timer(HttpMux *mux)
{
	struct itimerspec spec;
	int64_t first = 0;

	for (int i = 0; i < MUX_TIMERS; i++)
		if (mux->deadlines[i] != 0 && (first == 0 || mux->deadlines[i] < first))
			first = mux->deadlines[i];
	if (first == mux->armed)
		return true;
	mux->armed = first;
	memset(&spec, 0, sizeof(spec));
	spec.it_value.tv_sec = first / NANOSECONDS;
	spec.it_value.tv_nsec = first % NANOSECONDS;
	return timerfd_settime(mux->timer, TFD_TIMER_ABSTIME, &spec, NULL) == 0;
}

/* A set that is closed. */
void
mux_init(HttpMux *mux)
{
	memset(mux, 0, sizeof(*mux));
	mux->fd = mux->timer = -1;
}

/* Open an empty set.  On failure nothing stays open. */
bool
mux_open(HttpMux *mux)
{
	struct epoll_event event;

	mux_init(mux);
	memset(&event, 0, sizeof(event));
	event.events = EPOLLIN;
	mux->fd = epoll_create1(EPOLL_CLOEXEC);
	mux->timer = mux->fd < 0 ? -1 : timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	event.data.u64 = event_data(0, mux->timer);
	if (mux->timer >= 0 && epoll_ctl(mux->fd, EPOLL_CTL_ADD, mux->timer, &event) == 0)
		return true;
	mux_close(mux);
	return false;
}

/* Close it; harmless when it is closed. */
void
mux_close(HttpMux *mux)
{
	int saved = errno;

	if (mux->timer >= 0)
		close(mux->timer);
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
	if (mux->fd < 0)
		return true;
	mux->deadlines[owner] = timeout_ms < 0 ? 0 : monotonic_now() + timeout_ms * INT64_C(1000000);
	return arm_timer(mux);
}

/* The timer fired: an event for each owner whose deadline is over.  Returns their number. */
static int
fired_timers(HttpMux *mux, MuxEvent *events)
{
	uint64_t fired;
	int64_t now = monotonic_now();
	int n = 0;

	while (read(mux->timer, &fired, sizeof(fired)) > 0)
		;
	for (int i = 0; i < MUX_TIMERS; i++)
	{
		if (mux->deadlines[i] == 0 || mux->deadlines[i] > now)
			continue;
		mux->deadlines[i] = 0;
		memset(&events[n], 0, sizeof(MuxEvent));
		events[n].owner = i;
		events[n++].socket = -1;
	}
	mux->armed = 0;
	(void) arm_timer(mux);
	return n;
}

/*
 * What is ready now, without waiting: up to "max" events, which must be more
 * than there are timers; their number as the result.  A timer that fired is
 * quiet again until it is set anew.
 */
int
mux_ready(HttpMux *mux, MuxEvent *events, int max)
{
	struct epoll_event ready[MUX_MAX_EVENTS];
	int most = max - (MUX_TIMERS - 1);
	int nready = epoll_wait(mux->fd, ready, most < MUX_MAX_EVENTS ? most : MUX_MAX_EVENTS, 0);
	int n = 0;

	for (int i = 0; i < nready; i++)
	{
		int fd = (int) (uint32_t) ready[i].data.u64;

		if (fd == mux->timer)
		{
			n += fired_timers(mux, &events[n]);
			continue;
		}
		events[n].owner = (int) (ready[i].data.u64 >> 32);
		events[n].socket = fd;
		events[n].readable = (ready[i].events & EPOLLIN) != 0;
		events[n].writable = (ready[i].events & EPOLLOUT) != 0;
		events[n].broken = (ready[i].events & (EPOLLERR | EPOLLHUP)) != 0;
		n++;
	}
	return n;
}

#else /* no epoll: the client polls */

void
mux_init(HttpMux *mux)
{
	memset(mux, 0, sizeof(*mux));
	mux->fd = mux->timer = -1;
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
}

bool
mux_watch(HttpMux *mux, int owner, int socket, bool readable, bool writable)
{
	return true;
}

bool
mux_forget(HttpMux *mux, int socket)
{
	return true;
}

bool
mux_set_timer(HttpMux *mux, int owner, long timeout_ms)
{
	return true;
}

int
mux_ready(HttpMux *mux, MuxEvent *events, int max)
{
	return 0;
}

#endif
