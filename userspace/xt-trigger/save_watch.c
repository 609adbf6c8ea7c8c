// SPDX-License-Identifier: GPL-2.0
/*
 * xt-trigger save --watch: keep a file up to date.
 *
 * An event only says that the file is to be written: what goes into it is read from
 * the proc file. So nothing depends on an event that was lost, and one write stands
 * for all events of its second.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "event.h"
#include "netlink.h"
#include "proc.h"
#include "run.h"
#include "save.h"
#include "tool.h"

/* Milliseconds between two writes: at least; and at most, as time_left() has it. */
#define PAUSE	1000
#define REFRESH	10000

/*
 * @changed: something has happened since the file was written
 * @written: when that was, in milliseconds
 * @lines:   how many the file has
 * @program: what is run when it was written, or NULL
 * @told:    that the program has failed
 * @failed:  it could not be written
 * @seq:     the number of the next event, if @has_seq
 */
struct watch {
	struct netlink	netlink;
	struct event	event;
	const char	*path;
	const char	*program;
	bool		told;
	bool		changed;
	uint64_t	written;
	size_t		lines;
	bool		failed;
	bool		has_seq;
	uint32_t	seq;
};

static volatile sig_atomic_t is_over;

static void end(int signal)
{
	is_over = signal;
}

/* Let a signal in only while we wait, so that no write is cut short. */
static void catch_signals(sigset_t *while_waiting)
{
	struct sigaction action = { .sa_handler = end };
	sigset_t blocked;

	sigemptyset(&blocked);
	sigaddset(&blocked, SIGTERM);
	sigaddset(&blocked, SIGINT);
	sigprocmask(SIG_BLOCK, &blocked, while_waiting);
	sigdelset(while_waiting, SIGTERM);
	sigdelset(while_waiting, SIGINT);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
}

static uint64_t now(void)
{
	struct timespec time;

	/* With the time that the machine was suspended: the file's is old then. */
	clock_gettime(CLOCK_BOOTTIME, &time);
	return (uint64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

/*
 * Milliseconds until the file is to be written; -1: something has to happen first.
 * A program is run again in any case: it may have failed, and whom it tells that
 * nothing is open cannot know otherwise that somebody still is there to tell it.
 */
static int time_left(const struct watch *watch)
{
	uint64_t gone = now() - watch->written, wait;

	if (watch->changed && !watch->failed)
		wait = PAUSE;
	else if (watch->lines || watch->failed || watch->program)
		wait = REFRESH;
	else
		return -1;
	return gone < wait ? wait - gone : 0;
}

/* It may fail for hours, as where the other router is away: that is said once. */
static void run_it(struct watch *watch)
{
	const char *const argv[] = { watch->program, watch->path, NULL };
	int status = run_program(argv, NULL, NULL, NULL);

	if (status && !watch->told)
		tool_warn("%s: %s", watch->program,
			  status == RUN_NOT_FOUND ? "there is no such program" :
			  status == RUN_FAILED ? strerror(errno) :
			  "it has failed, and is run again each time");
	watch->told = status;
}

/*
 * While the module is away nothing is open, and the file stays as it is: what
 * unloads it may restore the file behind that.
 */
static void write_file(struct watch *watch)
{
	watch->written = now();
	watch->changed = false;
	if (access(PROC_FILE, F_OK)) {
		watch->lines = 0;
		return;
	}
	watch->failed = save_to(watch->path, &watch->lines) != STATUS_DONE;
	if (!watch->failed && watch->program)
		run_it(watch);
}

static void tell_loss(void)
{
	tool_warn("events were lost; the file has what is open nevertheless");
}

/* One that we cannot understand is one that something has happened, too. */
static void take_event(struct watch *watch, const struct nlmsghdr *message)
{
	watch->changed = true;
	if (!event_parse(&watch->event, message) || !watch->event.has_seq)
		return;
	if (watch->has_seq && watch->event.seq != watch->seq)
		tell_loss();
	watch->has_seq = true;
	watch->seq = watch->event.seq + 1;
}

static void take_news(enum netlink_news news, const struct nlmsghdr *message,
		      void *data)
{
	struct watch *watch = data;

	switch (news) {
	case NETLINK_EVENT:
		take_event(watch, message);
		break;
	case NETLINK_LOST:
		/* Else the next event's number tells. */
		if (!watch->has_seq)
			tell_loss();
		watch->changed = true;
		break;
	case NETLINK_GONE:
		break;
	case NETLINK_BACK:
		watch->has_seq = false;
		watch->changed = true;
		break;
	}
}

/* Wait for what comes next, and take it. Return 0, or an errno. */
static int wait_for_news(struct watch *watch, const sigset_t *while_waiting)
{
	struct pollfd fd = { .fd = netlink_fd(&watch->netlink), .events = POLLIN };
	int left = time_left(watch), n;
	struct timespec timeout = {
		.tv_sec	 = left / 1000,
		.tv_nsec = left % 1000 * 1000000,
	};

	n = ppoll(&fd, 1, left < 0 ? NULL : &timeout, while_waiting);
	if (n < 0)
		return errno == EINTR ? 0 : errno;
	return n ? netlink_receive(&watch->netlink, take_news, watch) : 0;
}

static int run(struct watch *watch)
{
	sigset_t while_waiting;
	int error = 0;

	catch_signals(&while_waiting);
	write_file(watch);
	while (!is_over && !error) {
		error = wait_for_news(watch, &while_waiting);
		if (!error && !time_left(watch))
			write_file(watch);
	}
	if (error)
		return tool_error("events: %s", strerror(error));
	if (watch->changed)
		write_file(watch);
	return watch->failed ? STATUS_FAILED : STATUS_DONE;
}

int save_watch(const char *path, const char *program)
{
	static struct watch watch;
	struct stat info;
	int status;

	if (!stat(path, &info) && !S_ISREG(info.st_mode))
		return tool_error("%s: --watch needs a file that it can replace", path);
	watch.path = path;
	watch.program = program;
	/* In this order, so that nothing happens unseen in between. */
	status = netlink_open(&watch.netlink);
	if (status)
		return status;
	status = run(&watch);
	netlink_close(&watch.netlink);
	event_free(&watch.event);
	return status;
}
