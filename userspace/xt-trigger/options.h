/* SPDX-License-Identifier: GPL-2.0 */
/* What is common to the command lines of all commands. */
#ifndef _OPTIONS_H
#define _OPTIONS_H

#include <stdbool.h>

/*
 * An option: a flag, or one that has a value.
 * @letter: 0: it has only its long form
 */
struct option_spec {
	const char	*name;
	char		letter;
	bool		*flag;
	const char	**value;
};

#define OPTIONS_MAX	8

/*
 * Take the options of argv[0] off the command line; --help prints @help. They
 * may stand anywhere in front of "--". @specs: its end has no name.
 * Return the index of the first operand in @argv, or -1 - STATUS when the
 * command is over.
 */
int options_parse(int argc, char **argv, const struct option_spec *specs,
		  const char *help);

/* For `return options_status(first)` where first is below 0. */
static inline int options_status(int first)
{
	return -1 - first;
}

#endif /* _OPTIONS_H */
