// SPDX-License-Identifier: GPL-2.0
/* The limits, and what is evicted when one is reached. See limit.h. */
#include <linux/module.h>

#include "close.h"
#include "host.h"
#include "limit.h"
#include "parked.h"

static unsigned int max_triggers __read_mostly = 4096;
module_param(max_triggers, uint, 0644);
MODULE_PARM_DESC(max_triggers, "active triggers in one network namespace");

static unsigned int max_per_host __read_mostly = 64;
module_param(max_per_host, uint, 0644);
MODULE_PARM_DESC(max_per_host,
		 "active triggers of one owner (IPv6: of one /64)");

/* Return how many active triggers a namespace may hold. Any context. */
unsigned int trigger_limit_table(void)
{
	return READ_ONCE(max_triggers);
}

static const enum trigger_stat refusal[TRIGGER_SCOPES] = {
	[TRIGGER_IN_SET]	= TRIGGER_REFUSED_RULE,
	[TRIGGER_IN_HOST]	= TRIGGER_REFUSED_HOST,
	[TRIGGER_IN_TABLE]	= TRIGGER_REFUSED_FULL,
};

static u32 limit_of(const struct trigger_set *set, enum trigger_scope scope)
{
	switch (scope) {
	case TRIGGER_IN_SET:
		return set->max ?: U32_MAX;
	case TRIGGER_IN_HOST:
		return READ_ONCE(max_per_host);
	default:
		return READ_ONCE(max_triggers);
	}
}

static struct trigger_pool *pool_of(struct trigger_set *set,
				    struct trigger_host *host,
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

/* Close what is over among the oldest of @pool. Lock held. */
static void expire(struct trigger_pool *pool, enum trigger_scope scope, u64 now)
{
	unsigned int left = TRIGGER_LIMIT_SCAN_MAX;
	struct trigger *t, *next;

	list_for_each_entry_safe(t, next, &pool->all, in[scope].all) {
		/* A host goes with its last trigger, and @pool with it. */
		bool last = pool->count == 1;

		trigger_close_expired(t, now);
		if (last || !--left)
			break;
	}
}

/* Find the oldest of @pool whose peer has not answered, or NULL. Lock held. */
static struct trigger *find_unanswered(struct trigger_pool *pool,
				       enum trigger_scope scope)
{
	unsigned int left = TRIGGER_LIMIT_SCAN_MAX;
	struct trigger *t, *next;

	list_for_each_entry_safe(t, next, &pool->unanswered,
				 in[scope].unanswered) {
		if (!trigger_check_answered(t))
			return t;
		if (!--left)
			break;
	}
	return NULL;
}

/* Find the one of @pool that makes way: see trigger_limit_make_room(). Lock held. */
static struct trigger *find_victim(struct trigger_pool *pool,
				   enum trigger_scope scope, bool evict)
{
	struct trigger *parked = trigger_parked_oldest(pool, scope);

	if (parked || !evict)
		return parked;
	return find_unanswered(pool, scope);
}

/*
 * Make room in @scope for one more of @owner in @set: close what is over, else
 * evict one. -ENOSPC: refused, and counted.
 */
static int make_room(struct trigger_set *set, const union nf_inet_addr *owner,
		     enum trigger_scope scope, u64 now, bool evict)
{
	u32 limit = limit_of(set, scope);
	struct trigger *victim = NULL;
	struct trigger_pool *pool;

	pool = pool_of(set, trigger_host_find(set->table, set->family, owner),
		       scope);
	if (pool && pool->count >= limit) {
		expire(pool, scope, now);
		pool = pool_of(set, trigger_host_find(set->table, set->family,
						      owner), scope);
	}
	if ((pool ? pool->count : 0) < limit)
		return 0;
	/* A limit of 0: nothing opens, whatever could make way. */
	if (pool && limit)
		victim = find_victim(pool, scope, evict);
	if (!victim) {
		trigger_count(set->table, refusal[scope]);
		return -ENOSPC;
	}
	trigger_close_locked(victim, TRIGGER_EVICTED);
	return 0;
}

/*
 * Make room for one more of @owner in @set, where a limit is reached: the oldest
 * one that is parked makes way, else the oldest one that is unanswered; of this
 * host, of this rule, of the table. A host that is refused has evicted nobody
 * else's; one that a rule refuses, at most one of its own.
 * Lock and RCU held. @evict false: what is open makes no way. -ENOSPC: a limit
 * refuses, and a counter says which.
 */
int trigger_limit_make_room(struct trigger_set *set,
			    const union nf_inet_addr *owner, u64 now,
			    bool evict)
{
	static const enum trigger_scope order[] = {
		TRIGGER_IN_HOST, TRIGGER_IN_SET, TRIGGER_IN_TABLE,
	};
	unsigned int i;
	int err;

	for (i = 0; i < ARRAY_SIZE(order); i++) {
		err = make_room(set, owner, order[i], now, evict);
		if (err)
			return err;
	}
	return 0;
}
