/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How an active trigger is born and dies: for the files of the table alone.
 * All of it is called with the table's lock held, in any context.
 */
#ifndef _TRIGGER_LIFE_H
#define _TRIGGER_LIFE_H

#include "table.h"

/* The most entries that one packet looks at, or closes, to make way. */
#define TRIGGER_SCAN_MAX	32

/* The most that are over, but not collected, that a lookup comes by. */
#define TRIGGER_PASS_MAX	1024

static inline void trigger_pool_init(struct trigger_pool *pool)
{
	pool->count = 0;
	INIT_LIST_HEAD(&pool->all);
	INIT_LIST_HEAD(&pool->unanswered);
}

static inline struct trigger_pool *
trigger_pool(struct trigger_set *set, struct trigger_host *host,
	     enum trigger_scope scope)
{
	switch (scope) {
	case TRIGGER_IN_SET:
		return &set->pool;
	case TRIGGER_IN_HOST:
		return host ? &host->pool : NULL;
	default:
		return &set->table->pool;
	}
}

/* life.c */
struct trigger *trigger_insert(struct trigger_set *set,
			       const union nf_inet_addr *owner, u8 proto,
			       u16 port, u64 since, u32 refreshed);
int trigger_peer_add(struct trigger *t, const union nf_inet_addr *addr,
		     u64 since, u32 now);
void trigger_peers_trim(struct trigger *t, u32 now);
void trigger_peers_undo(struct trigger *t, unsigned int n);
void trigger_answer(struct trigger *t);
void trigger_close_locked(struct trigger *t, enum trigger_stat why);
bool trigger_reap(struct trigger *t, u64 now);

/* limit.c */
bool trigger_is_answered(struct trigger *t);
int trigger_make_room(struct trigger_set *set, const union nf_inet_addr *owner,
		      u64 now, bool evict);

#endif /* _TRIGGER_LIFE_H */
