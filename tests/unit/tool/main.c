// SPDX-License-Identifier: GPL-2.0
/* tool TEST: runs one test; without a name, lists them. See unit.h. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"

static struct unit_test *tests;
static const char *about;

void unit_add(struct unit_test *test)
{
	test->next = tests;
	tests = test;
}

void unit_about(const char *what)
{
	about = what;
}

void unit_fail(const char *file, int line, const char *format, ...)
{
	va_list args;

	fprintf(stderr, "%s:%d: ", file, line);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	if (about)
		fprintf(stderr, "\n  about: %s", about);
	fputc('\n', stderr);
	exit(1);
}

void unit_check_string(const char *file, int line, const char *what, const char *is,
		       const char *should)
{
	if (strcmp(is, should))
		unit_fail(file, line, "%s is\n  \"%s\", not\n  \"%s\"", what, is, should);
}

int main(int argc, char **argv)
{
	struct unit_test *test;

	for (test = tests; test; test = test->next) {
		if (argc < 2)
			puts(test->name);
		else if (!strcmp(test->name, argv[1]))
			break;
	}
	if (argc < 2)
		return 0;
	if (!test) {
		fprintf(stderr, "no test %s\n", argv[1]);
		return 2;
	}
	test->run();
	return 0;
}
