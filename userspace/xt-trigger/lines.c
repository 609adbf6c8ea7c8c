// SPDX-License-Identifier: GPL-2.0
/* A list of lines. See lines.h. */
#include <stdlib.h>
#include <string.h>

#include "lines.h"

void lines_add(struct lines *lines, const char *line)
{
	/* More room at each power of two. */
	if (!(lines->n & (lines->n - 1)))
		lines->line = tool_realloc(lines->line, (2 * lines->n + 1) *
					   sizeof(*lines->line));
	lines->line[lines->n++] = tool_strdup(line);
}

bool lines_has(const struct lines *lines, const char *line)
{
	size_t i;

	for (i = 0; i < lines->n; i++) {
		if (!strcmp(lines->line[i], line))
			return true;
	}
	return false;
}

bool lines_equal(const struct lines *a, const struct lines *b)
{
	size_t i;

	if (a->n != b->n)
		return false;
	for (i = 0; i < a->n; i++) {
		if (strcmp(a->line[i], b->line[i]))
			return false;
	}
	return true;
}

void lines_free(struct lines *lines)
{
	size_t i;

	for (i = 0; i < lines->n; i++)
		free(lines->line[i]);
	free(lines->line);
	lines->line = NULL;
	lines->n = 0;
}
