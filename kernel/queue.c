// SPDX-License-Identifier: GPL-2.0
/* The order in a queue. See queue.h. */
#include "queue.h"

/* Return trigger.since for one that opens at @now, behind all others. Lock held. */
u64 trigger_queue_next_since(struct trigger_table *table, u64 now)
{
	table->last_since = max(now << 24, table->last_since + 1);
	return table->last_since;
}

/* Return the @since of an active trigger in the queue of its set. */
u64 trigger_queue_since(const struct list_head *link)
{
	return container_of(link, struct trigger, in[TRIGGER_IN_SET].all)->since;
}

/*
 * Add @link to @queue at its rank; @since returns that of a link. Lock held. One
 * that opens now goes to one of the ends: only a restored one is looked for.
 */
void trigger_queue_add(const struct trigger_set *set, struct list_head *queue,
		       struct list_head *link,
		       u64 (*since)(const struct list_head *))
{
	s64 rank = trigger_queue_rank(set, since(link));
	struct list_head *at = queue->prev;

	if (at != queue && rank < trigger_queue_rank(set, since(queue->next)))
		at = queue;
	while (at != queue && rank < trigger_queue_rank(set, since(at)))
		at = at->prev;
	list_add_rcu(link, at);
}
