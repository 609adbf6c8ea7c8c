// SPDX-License-Identifier: GPL-2.0
/* kernel/clock.h; built for several HZ. */
#include "../../kernel/clock.h"
#include "unit.h"

static const u32 spans[] = {
	0, 1, 2, 59, 60, 599, 600, 86399, 86400, 31535999, 31536000,
};

/* A span of seconds is never cut short, and at most a tick longer. */
static void check_spans(void)
{
	const u64 tick = 1 << TRIGGER_TICK_SHIFT;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(spans); i++) {
		u64 as_jiffies = (u64)spans[i] * HZ;
		u64 ticks = trigger_clock_ticks(spans[i]);

		check(ticks * tick >= as_jiffies);
		check(ticks * tick < as_jiffies + tick);
		check_equal(trigger_clock_secs(ticks), spans[i]);
		if (spans[i])
			check_equal(trigger_clock_secs(ticks - 1), spans[i] - 1);
	}
	/* A year fits in half of what a stamp can tell apart. */
	check(trigger_clock_ticks(31536000) < U32_MAX / 2 + U32_MAX / 2);
	check(TRIGGER_SECOND * tick >= HZ);
	check(TRIGGER_SECOND <= 130 && TRIGGER_SECOND >= 62);
}

static void check_now(void)
{
	static const u64 uptimes[] = {
		0, 1, 1000, U32_MAX - 1ULL, U32_MAX, U32_MAX + 1ULL,
		1ULL << 34, 1ULL << 40,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(uptimes); i++) {
		u64 before, after;

		shim_jiffies = uptimes[i];
		before = trigger_clock_now();
		/* What is restored with the largest age opened after tick 0. */
		check(before >= TRIGGER_BEFORE_BOOT);
		shim_jiffies += (u64)HZ << TRIGGER_TICK_SHIFT;
		after = trigger_clock_now();
		check_equal(after - before, HZ);
	}
	/* A place in line is a tick times 1 << 24: a century of uptime fits. */
	shim_jiffies = 100ULL * 365 * 86400 * HZ;
	check(trigger_clock_now() < 1ULL << (63 - 24));
}

static void check_elapsed(void)
{
	static const u32 starts[] = {
		0, 1, 1000, U32_MAX / 2, U32_MAX - 1000, U32_MAX - 1, U32_MAX,
	};
	static const u32 ticks[] = { 0, 1, 125, 600 * 125, 365 * 86400 * 125U };
	static const u32 ahead[] = { 1, 2, 125, 3600 * 125, 86400 * 125 };
	size_t i, j;

	/* The longest timeout, its second more, and a collector that is late. */
	check(trigger_clock_ticks(31536000) + 3600 * TRIGGER_SECOND <
	      U32_MAX - TRIGGER_AHEAD_MAX);
	for (i = 0; i < ARRAY_SIZE(starts); i++) {
		for (j = 0; j < ARRAY_SIZE(ticks); j++)
			check_equal(trigger_clock_elapsed(starts[i] + ticks[j],
						    starts[i]), ticks[j]);
		for (j = 0; j < ARRAY_SIZE(ahead); j++)
			check_equal(trigger_clock_elapsed(starts[i],
						    starts[i] + ahead[j]), 0);
	}
}

UNIT_TEST(clock)
{
	check_spans();
	check_now();
	check_elapsed();
}
