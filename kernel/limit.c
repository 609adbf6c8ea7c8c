// SPDX-License-Identifier: GPL-2.0
/* The limits, and who makes room when one is reached. See table.h, life.h. */
#include <linux/module.h>

#include "hash.h"
#include "life.h"
#include "session.h"
#include "table.h"

static unsigned int max_triggers __read_mostly = 4096;
module_param(max_triggers, uint, 0644);
MODULE_PARM_DESC(max_triggers, "active triggers in one network namespace");

static unsigned int max_per_host __read_mostly = 64;
module_param(max_per_host, uint, 0644);
MODULE_PARM_DESC(max_per_host,
		 "active triggers of one owner (IPv6: of one /64)");

/* The active triggers that a namespace may hold. Any context. */
unsigned int trigger_table_max(void)
{
	return READ_ONCE(max_triggers);
}

static u32 trigger_limit(const struct trigger_set *set, enum trigger_scope scope)
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

/* Whether the peer of @t has answered by now. Lock held. */
bool trigger_is_answered(struct trigger *t)
{
	unsigned int i;

	for (i = 0; i < t->set->slots && !t->answered; i++) {
		if (trigger_session_answered(&t->slot[i]))
			trigger_answer(t);
	}
	return t->answered;
}

/* Closes those among the oldest of @pool whose time is up. Lock held. */
static void trigger_pool_reap(struct trigger_pool *pool,
			      enum trigger_scope scope, u64 now)
{
	unsigned int left = TRIGGER_SCAN_MAX;
	struct trigger *t, *next;

	list_for_each_entry_safe(t, next, &pool->all, in[scope].all) {
		/* A host goes with its last trigger, and @pool with it. */
		bool last = pool->count == 1;

		trigger_reap(t, now);
		if (last || !--left)
			break;
	}
}

/* The oldest of @pool whose peer has not answered, or NULL. Lock held. */
static struct trigger *trigger_pool_victim(struct trigger_pool *pool,
					   enum trigger_scope scope)
{
	unsigned int left = TRIGGER_SCAN_MAX;
	struct trigger *t, *next;

	list_for_each_entry_safe(t, next, &pool->unanswered,
				 in[scope].unanswered) {
		if (!trigger_is_answered(t))
			return t;
		if (!--left)
			break;
	}
	return NULL;
}

/* Whether the end of @victim leaves room in @scope for one of @set, @host. */
static bool trigger_relieves(const struct trigger *victim,
			     const struct trigger_set *set,
			     const struct trigger_host *host,
			     enum trigger_scope scope)
{
	switch (scope) {
	case TRIGGER_IN_SET:
		return victim->set == set;
	case TRIGGER_IN_HOST:
		return victim->host == host;
	default:
		return true;
	}
}

static const enum trigger_stat trigger_refusal[TRIGGER_SCOPES] = {
	[TRIGGER_IN_SET]	= TRIGGER_REFUSED_RULE,
	[TRIGGER_IN_HOST]	= TRIGGER_REFUSED_HOST,
	[TRIGGER_IN_TABLE]	= TRIGGER_REFUSED_FULL,
};

/*
 * Sees to it that each of the three limits leaves room for one more of @owner
 * in @set: what is full lets go of what is over, else of its oldest unanswered
 * one. Nothing is evicted unless there is room everywhere then.
 * Lock and RCU held. -ENOSPC: refused, and counted.
 */
int trigger_make_room(struct trigger_set *set, const union nf_inet_addr *owner,
		      u64 now, bool evict)
{
	struct trigger *victim[TRIGGER_SCOPES] = {};
	struct trigger_host *host;
	struct trigger_pool *pool;
	enum trigger_scope scope, by;

	for (scope = 0; scope < TRIGGER_SCOPES; scope++) {
		host = trigger_host_find(set->table, set->family, owner);
		pool = trigger_pool(set, host, scope);
		if (pool && pool->count >= trigger_limit(set, scope))
			trigger_pool_reap(pool, scope, now);
	}

	host = trigger_host_find(set->table, set->family, owner);
	for (scope = 0; scope < TRIGGER_SCOPES; scope++) {
		bool relieved = false;

		pool = trigger_pool(set, host, scope);
		if ((pool ? pool->count : 0) < trigger_limit(set, scope))
			continue;
		for (by = 0; by < scope; by++)
			relieved |= victim[by] &&
				    trigger_relieves(victim[by], set, host, scope);
		if (relieved)
			continue;
		if (evict && pool)
			victim[scope] = trigger_pool_victim(pool, scope);
		if (!victim[scope]) {
			trigger_count(set->table, trigger_refusal[scope]);
			return -ENOSPC;
		}
	}

	for (scope = 0; scope < TRIGGER_SCOPES; scope++) {
		if (victim[scope])
			trigger_close_locked(victim[scope], TRIGGER_EVICTED);
	}
	return 0;
}
