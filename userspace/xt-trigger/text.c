// SPDX-License-Identifier: GPL-2.0
/* A string that grows. See text.h. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

char *text_room(struct text *text, size_t len)
{
	if (text->size - text->len <= len) {
		text->size = 2 * text->size + len + 64;
		text->data = tool_realloc(text->data, text->size);
		text->data[text->len] = '\0';
	}
	return text->data + text->len;
}

void text_added(struct text *text, size_t len)
{
	text->len += len;
	text->data[text->len] = '\0';
}

void text_add(struct text *text, const char *data, size_t len)
{
	memcpy(text_room(text, len), data, len);
	text_added(text, len);
}

void text_puts(struct text *text, const char *string)
{
	text_add(text, string, strlen(string));
}

void text_printf(struct text *text, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	va_start(args, format);
	vsnprintf(text_room(text, len), len + 1, format, args);
	va_end(args);
	text_added(text, len);
}

const char *text_string(const struct text *text)
{
	return text->data ? text->data : "";
}

void text_clear(struct text *text)
{
	text->len = 0;
	if (text->data)
		*text->data = '\0';
}

void text_free(struct text *text)
{
	free(text->data);
	*text = (struct text){ 0 };
}
