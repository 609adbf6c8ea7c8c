/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Time as this module keeps it: ticks of about 8 ms since some point before
 * boot. A stamp is the lower 32 bits: it holds a year (the longest timeout), is
 * read and written in one piece on every machine, and costs one load to take.
 * Jiffies do not run while the machine is suspended.
 */
#ifndef _TRIGGER_CLOCK_H
#define _TRIGGER_CLOCK_H

#include <linux/bits.h>
#include <linux/jiffies.h>
#include <linux/log2.h>
#include <linux/math64.h>
#include <linux/param.h>

#define TRIGGER_TICK_SHIFT	(ilog2(HZ) > 6 ? ilog2(HZ) - 6 : 0)

/* Ticks in a second, and a little more where HZ is not a power of two. */
#define TRIGGER_SECOND		DIV_ROUND_UP(HZ, 1 << TRIGGER_TICK_SHIFT)

/* Ticks before boot: more than the age of anything that is restored. */
#define TRIGGER_BEFORE_BOOT	BIT_ULL(33)

/*
 * Ticks that a stamp may be ahead of a clock that was read before: a CPU may
 * stand still for that long between reading the clock and comparing (a guest
 * that is paused). With the longest timeout it fits in a stamp.
 */
#define TRIGGER_AHEAD_MAX	(10 * 86400 * TRIGGER_SECOND)

/* Return the time in ticks. Any context. */
static inline u64 trigger_clock_now(void)
{
	u64 jiffies_now = get_jiffies_64();

	return (jiffies_now >> TRIGGER_TICK_SHIFT) + TRIGGER_BEFORE_BOOT;
}

/* Return the time as a stamp. Any context. */
static inline u32 trigger_clock_stamp(void)
{
	u64 jiffies_now = get_jiffies_64();

	return jiffies_now >> TRIGGER_TICK_SHIFT;
}

/* Convert @secs (at most XT_TRIGGER_SECS_MAX) to ticks, rounded up. */
static inline u32 trigger_clock_ticks(u32 secs)
{
	u64 jiffies_long = (u64)secs * HZ;

	return (jiffies_long + (1 << TRIGGER_TICK_SHIFT) - 1) >>
	       TRIGGER_TICK_SHIFT;
}

/* Convert @ticks to seconds, rounded down. */
static inline u64 trigger_clock_secs(u64 ticks)
{
	return div_u64(ticks << TRIGGER_TICK_SHIFT, HZ);
}

/* Return the ticks from stamp @then to @now, 0 if @then is ahead of @now. */
static inline u32 trigger_clock_elapsed(u32 now, u32 then)
{
	u32 ticks = now - then;

	return ticks > U32_MAX - TRIGGER_AHEAD_MAX ? 0 : ticks;
}

#endif /* _TRIGGER_CLOCK_H */
