// SPDX-License-Identifier: GPL-2.0
/* unit TEST [SEED]: runs one test; without a name, lists them. See unit.h. */
#include <stdarg.h>
#include <stdlib.h>

#include "unit.h"

static struct unit_test *tests;

void unit_add(struct unit_test *test)
{
	test->next = tests;
	tests = test;
}

/* The last lines of the log. */
#define LOG_LINES	40
#define LOG_LINE	200
static char log_line[LOG_LINES][LOG_LINE];
static unsigned long log_lines;

void unit_log(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(log_line[log_lines++ % LOG_LINES], LOG_LINE, format, args);
	va_end(args);
}

static void show_log(void)
{
	unsigned long i = log_lines > LOG_LINES ? log_lines - LOG_LINES : 0;

	for (; i < log_lines; i++)
		fprintf(stderr, "  %lu: %s\n", i, log_line[i % LOG_LINES]);
}

static u64 random_state;

u32 random_number(void)
{
	random_state = random_state * 6364136223846793005ULL + 1442695040888963407ULL;
	return random_state >> 32;
}

u32 random_below(u32 end)
{
	return (u64)random_number() * end >> 32;
}

u32 random_from(u32 min, u32 max)
{
	return min + random_below(max - min + 1);
}

bool one_in(u32 n)
{
	return !random_below(n);
}

void unit_fail_each_allocation(bool (*run)(void))
{
	unsigned long before, failing = 1, failed;
	bool done;

	shim_grace_period();
	before = shim_allocated;
	do {
		unit_log("allocation %lu fails", failing);
		shim_fail_in = failing++;
		failed = shim_failed;
		done = run();
		shim_fail_in = 0;
		shim_grace_period();
		check_equal(shim_allocated, before);
		check(done || shim_failed > failed);
	} while (shim_failed > failed);
	check(failing > 2);
	check(done);
}

int main(int argc, char **argv)
{
	struct unit_test *test;

	random_state = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
	shim_last_words = show_log;
	/* Shortly before the lower half of jiffies wraps, as a kernel boots. */
	shim_jiffies = (u32)(-300 * 250);
	for (test = tests; test; test = test->next) {
		if (argc < 2)
			printf("%s\n", test->name);
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
	shim_grace_period();
	check_equal(shim_allocated, 0);
	check(!shim_locks && !shim_mutexes);
	return 0;
}
