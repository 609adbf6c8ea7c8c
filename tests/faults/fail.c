// SPDX-License-Identifier: GPL-2.0
/* A system call whose nth allocation fails, for Python, which makes calls of its own. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

typedef int function(long, long, long, long, long, long);

/*
 * Calls @call, a function of libc that is a system call, and lets the @nth
 * allocation of it fail. @fd: this thread's fail-nth. Returns what it returned,
 * or -errno, and in @left what was left of @nth: 0 if one has failed.
 */
int call_failing(int fd, unsigned int nth, unsigned int *left, function *call,
		 const long args[6])
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", nth);
	int result;

	if (pwrite(fd, text, len, 0) != len)
		abort();
	result = call(args[0], args[1], args[2], args[3], args[4], args[5]);
	if (result < 0)
		result = -errno;
	len = pread(fd, text, sizeof(text) - 1, 0);
	if (len <= 0 || pwrite(fd, "0", 1, 0) != 1)
		abort();
	text[len] = '\0';
	*left = strtoul(text, NULL, 10);
	return result;
}

/* libc has no function for it. */
int finit_module(int fd, const char *params, int flags)
{
	return syscall(SYS_finit_module, fd, params, flags);
}
