/* SPDX-License-Identifier: GPL-2.0 */
/* The counters of the proc file: each CPU has its own, and they are added up. */
#ifndef _TRIGGER_STAT_H
#define _TRIGGER_STAT_H

#include <linux/atomic.h>
#include <linux/percpu.h>

/* The counters of a namespace, in the order in which the proc file has them. */
enum trigger_stat {
	TRIGGER_OPENED,
	TRIGGER_REFRESHED,
	/* how they end */
	TRIGGER_EXPIRED,
	TRIGGER_ENDED,
	TRIGGER_CLOSED,
	/* what could not open */
	TRIGGER_REFUSED_FULL,
	TRIGGER_REFUSED_HOST,
	TRIGGER_REFUSED_RULE,
	TRIGGER_EVICTED,
	TRIGGER_WAITED,
	/* new inbound connections */
	TRIGGER_DNAT,
	TRIGGER_ACCEPTED,
	TRIGGER_LOCAL,
	TRIGGER_STATS,
};

struct trigger_stats {
	atomic64_t	count[TRIGGER_STATS];
};

/*
 * Add one to @stat. Any context. Where a word has 32 bits another CPU could read one
 * half of a counter before, and one behind the carry: there it is atomic.
 */
static inline void trigger_stat_inc(struct trigger_stats __percpu *stats,
				    enum trigger_stat stat)
{
	if (BITS_PER_LONG == 64)
		this_cpu_inc(stats->count[stat].counter);
	else
		atomic64_inc(raw_cpu_ptr(&stats->count[stat]));
}

#endif /* _TRIGGER_STAT_H */
