// SPDX-License-Identifier: GPL-2.0
/* What the unit tests and the fuzzers share. See unit.h. */
#include <stdarg.h>

#include "unit.h"

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

void unit_show_log(void)
{
	unsigned long i = log_lines > LOG_LINES ? log_lines - LOG_LINES : 0;

	for (; i < log_lines; i++)
		fprintf(stderr, "  %lu: %s\n", i, log_line[i % LOG_LINES]);
}

static u64 random_state = 1;

void random_seed(u64 seed)
{
	random_state = seed;
}

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
