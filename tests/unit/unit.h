/* SPDX-License-Identifier: GPL-2.0 */
/* What the unit tests share: assertions, random numbers, a list of tests. */
#ifndef _UNIT_H
#define _UNIT_H

#include <linux/kernel.h>
#include <linux/string.h>

/* Ends the test as failed. */
#define check(condition)	shim_assert(condition, #condition)

#define check_equal(a, b) do {						\
	s64 unit_a = (a), unit_b = (b);					\
									\
	if (unit_a != unit_b) {						\
		unit_log("%s is %lld, %s is %lld", #a, unit_a, #b, unit_b); \
		shim_die(__FILE__, __LINE__, #a " is not " #b);		\
	}								\
} while (0)

/* Remembers what the test did last, to be shown if it fails. */
void unit_log(const char *format, ...) __attribute__((format(printf, 1, 2)));

void unit_show_log(void);

/* Random numbers, the same ones for a seed. */
void random_seed(u64 seed);
u32 random_number(void);
u32 random_below(u32 end);
u32 random_from(u32 min, u32 max);
bool one_in(u32 n);

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

/*
 * For each allocation of @run in turn: it is called with that one failing,
 * until none does. It returns whether it succeeded, and undoes what it did.
 */
void unit_fail_each_allocation(bool (*run)(void));

#endif /* _UNIT_H */
