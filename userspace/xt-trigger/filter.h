/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Conditions, KEY=VALUE, with the keys and the meaning that they have when they
 * are written to the proc file.
 */
#ifndef _FILTER_H
#define _FILTER_H

#include <stdbool.h>

#include "line.h"

/* @text: the value of each field that has a condition, else NULL. */
struct filter {
	const char		*text[LINE_FIELDS];
	struct line_addr	owner;
	bool			any;	/* there is a condition */
};

/*
 * Parse the operands of argv[0], from argv[@first] on. Return STATUS_DONE, or
 * STATUS_USAGE with a message.
 */
int filter_parse(struct filter *filter, int argc, char **argv, int first);

/* Whether @line meets all conditions. */
bool filter_match(const struct filter *filter, const struct line *line);

#endif /* _FILTER_H */
