/* SPDX-License-Identifier: GPL-2.0 */
/* Runs a program, without a shell. */
#ifndef _RUN_H
#define _RUN_H

#include <stddef.h>

#include "text.h"

/* Return values of run_program() beside the program's exit status. */
enum {
	RUN_NOT_FOUND	= -1,	/* there is no such program */
	RUN_FAILED	= -2,	/* it could not be started, see errno */
	RUN_KILLED	= -3,	/* a signal has ended it */
};

/*
 * Run argv[0], which is looked for in PATH and then in the directories of
 * system programs, with LC_ALL=C, and wait for its end. @argv ends in NULL.
 * @input: what it reads from stdin; NULL: nothing
 * @out, @err: what it writes is added there; NULL: it goes to our stderr for
 * @err, and is thrown away for @out
 */
int run_program(const char *const argv[], const char *input, struct text *out,
		struct text *err);

#endif /* _RUN_H */
