/* SPDX-License-Identifier: GPL-2.0 */
/* What the unit tests of xt-trigger share: assertions, chance, a list of tests. */
#ifndef _TOOL_UNIT_H
#define _TOOL_UNIT_H

#include <stdbool.h>

/* Ends the test as failed. */
void unit_fail(const char *file, int line, const char *format, ...)
	__attribute__((noreturn, format(printf, 3, 4)));

#define check(condition) do {						\
	if (!(condition))						\
		unit_fail(__FILE__, __LINE__, "%s", #condition);	\
} while (0)

#define check_equal(a, b) do {						\
	long long unit_a = (a), unit_b = (b);				\
									\
	if (unit_a != unit_b)						\
		unit_fail(__FILE__, __LINE__, "%s is %lld, %s is %lld",	\
			  #a, unit_a, #b, unit_b);			\
} while (0)

/* Either may be NULL. */
#define check_string(a, b)						\
	unit_check_string(__FILE__, __LINE__, #a, a, b)
void unit_check_string(const char *file, int line, const char *what, const char *is,
		       const char *should);

/* A number below @end, the same ones for a seed. */
unsigned int random_below(unsigned int end);

/* Write a file of the test's own directory, which is the current one. */
void unit_write(const char *path, const char *text);

/* Read one into memory, which the next call frees. */
const char *unit_read(const char *path);

/*
 * Run a command of xt-trigger with the words of @line, which single spaces part;
 * "proc" is its proc file, and what it prints is in "out" and "err" then. Return
 * its exit status.
 */
int unit_command(int (*command)(int argc, char **argv), const char *line);

/* What a failure shows first: which line of a table it is about, say. */
void unit_about(const char *what);

struct unit_test {
	const char *name;
	void (*run)(void);
	struct unit_test *next;
};

void unit_add(struct unit_test *test);

/* A function body that follows is a test of that name. */
#define UNIT_TEST(test)							\
static void test_##test(void);						\
static void __attribute__((constructor)) add_##test(void)		\
{									\
	static struct unit_test unit = { #test, test_##test, NULL };	\
									\
	unit_add(&unit);						\
}									\
static void test_##test(void)

#endif /* _TOOL_UNIT_H */
