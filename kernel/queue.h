/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The order in a queue: who opened first, or for `--trigger-owner last` who
 * opened last, stands at the head and owns the ports. A queue holds the active
 * triggers of one set (pool.all), or those who have contacted one peer (peer.h).
 */
#ifndef _TRIGGER_QUEUE_H
#define _TRIGGER_QUEUE_H

#include "trigger.h"

/*
 * Return the rank of @since: lower is nearer to the head. Those of a `first` set
 * stand behind all that opened before, those of a `last` set in front of all. So
 * queues of sets of both kinds can be compared.
 */
static inline s64 trigger_queue_rank(const struct trigger_set *set, u64 since)
{
	return set->owner_last ? -(s64)since : (s64)since;
}

/* Return the head of the queue of @set, open or not; NULL: none. Under RCU. */
static inline struct trigger *trigger_queue_head(struct trigger_set *set)
{
	return list_first_or_null_rcu(&set->pool.all, struct trigger,
				      in[TRIGGER_IN_SET].all);
}

u64 trigger_queue_next_since(struct trigger_table *table, u64 now);
u64 trigger_queue_since(const struct list_head *link);
void trigger_queue_add(const struct trigger_set *set, struct list_head *queue,
		       struct list_head *link,
		       u64 (*since)(const struct list_head *));

#endif /* _TRIGGER_QUEUE_H */
