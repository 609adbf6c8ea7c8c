// SPDX-License-Identifier: GPL-2.0
/* Runs a program. See run.h. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run.h"

#define SYSTEM_PATH	"/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin"

extern char **environ;

/* Our ends of the pipes, -1: none. */
struct pipes {
	int	in;
	int	out;
	int	err;
};

/* Look for @name in a list of directories; whether @path has it now. */
static bool find_in(const char *list, const char *name, char path[PATH_MAX])
{
	size_t len;

	for (; list; list = list[len] ? list + len + 1 : NULL) {
		len = strcspn(list, ":");
		if (!len || *list != '/')
			continue;
		if (snprintf(path, PATH_MAX, "%.*s/%s", (int)len, list, name) <
		    PATH_MAX && !access(path, X_OK))
			return true;
	}
	return false;
}

static const char *find_program(const char *name, char path[PATH_MAX])
{
	if (strchr(name, '/'))
		return access(name, X_OK) ? NULL : name;
	if (find_in(getenv("PATH"), name, path) ||
	    find_in(SYSTEM_PATH, name, path))
		return path;
	return NULL;
}

/* A pipe for the child's @fd; our end goes to *@ours. Return 0 or an error. */
static int add_pipe(posix_spawn_file_actions_t *actions, int fd, int *ours,
		    int *theirs)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC))
		return errno;
	*ours = fd ? ends[0] : ends[1];
	*theirs = fd ? ends[1] : ends[0];
	return posix_spawn_file_actions_adddup2(actions, *theirs, fd);
}

static int add_null(posix_spawn_file_actions_t *actions, int fd)
{
	return posix_spawn_file_actions_addopen(actions, fd, "/dev/null",
						O_RDWR, 0);
}

static void close_end(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* Start it with the pipes that are wanted. Return 0 or an error. */
static int spawn(pid_t *pid, const char *path, const char *const argv[],
		 struct pipes *ours, const struct pipes *wanted)
{
	struct pipes theirs = { -1, -1, -1 };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t defaults, none;
	int err;

	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attr);
	sigemptyset(&defaults);
	sigaddset(&defaults, SIGPIPE);
	sigemptyset(&none);
	posix_spawnattr_setsigdefault(&attr, &defaults);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF |
				 POSIX_SPAWN_SETSIGMASK);

	err = wanted->in ? add_pipe(&actions, 0, &ours->in, &theirs.in)
			 : add_null(&actions, 0);
	if (!err)
		err = wanted->out ? add_pipe(&actions, 1, &ours->out, &theirs.out)
				  : add_null(&actions, 1);
	if (!err && wanted->err)
		err = add_pipe(&actions, 2, &ours->err, &theirs.err);
	if (!err)
		err = posix_spawn(pid, path, &actions, &attr,
				  (char *const *)argv, environ);

	close_end(&theirs.in);
	close_end(&theirs.out);
	close_end(&theirs.err);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&actions);
	return err;
}

/* Add what can be read from *@fd to @text; close it at its end. */
static void take(int *fd, struct text *text)
{
	ssize_t n = read(*fd, text_room(text, 4096), 4096);

	if (n > 0)
		text_added(text, n);
	else if (n == 0 || errno != EINTR)
		close_end(fd);
}

/* Write of *@input what *@fd takes; close it at the end, or when nobody reads. */
static void give(int *fd, const char **input)
{
	ssize_t n = write(*fd, *input, strlen(*input));

	if (n > 0)
		*input += n;
	if (!**input || (n < 0 && errno != EINTR && errno != EAGAIN))
		close_end(fd);
}

static void talk(struct pipes *ours, const char *input, struct text *out,
		 struct text *err)
{
	if (ours->in >= 0)
		fcntl(ours->in, F_SETFL, O_NONBLOCK);
	while (ours->in >= 0 || ours->out >= 0 || ours->err >= 0) {
		struct pollfd fds[] = {
			{ .fd = ours->in, .events = POLLOUT },
			{ .fd = ours->out, .events = POLLIN },
			{ .fd = ours->err, .events = POLLIN },
		};

		if (poll(fds, ARRAY_SIZE(fds), -1) < 0)
			continue;
		if (fds[0].revents)
			give(&ours->in, &input);
		if (fds[1].revents)
			take(&ours->out, out);
		if (fds[2].revents)
			take(&ours->err, err);
	}
}

int run_program(const char *const argv[], const char *input, struct text *out,
		struct text *err)
{
	struct pipes ours = { -1, -1, -1 }, wanted = { !!input, !!out, !!err };
	struct sigaction ignore = { .sa_handler = SIG_IGN }, old;
	char path[PATH_MAX];
	const char *program = find_program(argv[0], path);
	int status, error;
	pid_t pid;

	if (!program)
		return RUN_NOT_FOUND;
	setenv("LC_ALL", "C", 1);
	fflush(NULL);
	sigaction(SIGPIPE, &ignore, &old);
	error = spawn(&pid, program, argv, &ours, &wanted);
	if (!error)
		talk(&ours, input, out, err);
	close_end(&ours.in);
	close_end(&ours.out);
	close_end(&ours.err);
	while (!error && waitpid(pid, &status, 0) < 0)
		error = errno == EINTR ? 0 : errno;
	sigaction(SIGPIPE, &old, NULL);
	if (error) {
		errno = error;
		return RUN_FAILED;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : RUN_KILLED;
}
