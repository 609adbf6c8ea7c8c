/* SPDX-License-Identifier: GPL-2.0 */
/* A string that grows. */
#ifndef _TEXT_H
#define _TEXT_H

#include <stddef.h>

#include "tool.h"

/*
 * @data: NUL-terminated; NULL before there was room for anything
 * @len:  without the NUL
 * Zeroed memory is an empty text.
 */
struct text {
	char	*data;
	size_t	len;
	size_t	size;
};

void text_add(struct text *text, const char *data, size_t len);
void text_puts(struct text *text, const char *string);
void text_printf(struct text *text, const char *format, ...) PRINTF(2, 3);

/* Make room for @len more bytes at the returned address; text_added() them. */
char *text_room(struct text *text, size_t len);
void text_added(struct text *text, size_t len);

/* An empty string where nothing was added. */
const char *text_string(const struct text *text);

/* Empty it; its memory stays. */
void text_clear(struct text *text);
void text_free(struct text *text);

#endif /* _TEXT_H */
