// SPDX-License-Identifier: GPL-2.0
/* Messages and memory. See tool.h. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tool.h"

static void complain(const char *format, va_list args)
{
	/* What stdout has so far belongs in front of it. */
	fflush(stdout);
	fputs("xt-trigger: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
}

void tool_warn(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	complain(format, args);
	va_end(args);
}

int tool_error(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	complain(format, args);
	va_end(args);
	return STATUS_FAILED;
}

int tool_usage(const char *command, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	complain(format, args);
	va_end(args);
	fprintf(stderr, "Try `xt-trigger %s --help'.\n", command);
	return STATUS_USAGE;
}

static void *checked(void *memory)
{
	if (!memory) {
		tool_warn("out of memory");
		exit(STATUS_FAILED);
	}
	return memory;
}

void *tool_alloc(size_t size)
{
	return checked(calloc(1, size ? size : 1));
}

void *tool_realloc(void *memory, size_t size)
{
	return checked(realloc(memory, size ? size : 1));
}

char *tool_strdup(const char *string)
{
	return checked(strdup(string));
}
