/* SPDX-License-Identifier: GPL-2.0 */
/* A list of lines. */
#ifndef _LINES_H
#define _LINES_H

#include <stdbool.h>
#include <stddef.h>

#include "tool.h"

/* Zeroed memory is an empty list. Lines have no newline. */
struct lines {
	char	**line;
	size_t	n;
};

void lines_add(struct lines *lines, const char *line);
bool lines_has(const struct lines *lines, const char *line);
bool lines_equal(const struct lines *a, const struct lines *b);
void lines_free(struct lines *lines);

#endif /* _LINES_H */
