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
		 "active triggers of one owner; a /64 holds half of max_triggers");

/* Return how many active triggers a namespace may hold. Any context. */
unsigned int trigger_limit_table(void)
{
	return READ_ONCE(max_triggers);
}

static const enum trigger_stat refusal[TRIGGER_SCOPES] = {
	[TRIGGER_IN_SET]	= TRIGGER_REFUSED_RULE,
	[TRIGGER_IN_HOST]	= TRIGGER_REFUSED_HOST,
	[TRIGGER_IN_NETWORK]	= TRIGGER_REFUSED_HOST,
	[TRIGGER_IN_TABLE]	= TRIGGER_REFUSED_FULL,
};

static u32 limit_of(const struct trigger_set *set, enum trigger_scope scope)
{
	switch (scope) {
	case TRIGGER_IN_SET:
		return set->max ?: U32_MAX;
	case TRIGGER_IN_HOST:
		return READ_ONCE(max_per_host);
	case TRIGGER_IN_NETWORK:
		return max(READ_ONCE(max_triggers) / 2, 1U);
	default:
		return READ_ONCE(max_triggers);
	}
}

/*
 * Close what is over among the oldest of @pool, at most *@left, and count those
 * down. Lock and RCU held.
 */
static void expire(struct trigger_pool *pool, enum trigger_scope scope, u64 now,
		   unsigned int *left)
{
	unsigned int looks = TRIGGER_LIMIT_SCAN_MAX;
	struct trigger *t, *next;

	list_for_each_entry_safe(t, next, &pool->all, in[scope].all) {
		/* A host goes with its last trigger, and @pool with it. */
		bool last = pool->count == 1;

		if (!*left || !looks--)
			break;
		if (trigger_close_expired(t, now))
			--*left;
		if (last)
			break;
	}
}

/* Close what is over at the head of the queue of @set, as above. */
static void expire_head(struct trigger_set *set, u64 now, unsigned int *left)
{
	struct trigger *t, *next;

	list_for_each_entry_safe(t, next, &set->pool.all,
				 in[TRIGGER_IN_SET].all) {
		if (!*left || !trigger_close_expired(t, now))
			break;
		--*left;
	}
}

/* Whether the limit of @scope is reached in @pool (NULL: it is empty). */
static bool is_full(const struct trigger_set *set,
		    const struct trigger_pool *pool, enum trigger_scope scope)
{
	return (pool ? pool->count : 0) >= limit_of(set, scope);
}

/* Whether a limit is reached. */
static bool any_full(const struct trigger_set *set,
		     struct trigger_pool *const pool[TRIGGER_SCOPES])
{
	enum trigger_scope scope;

	for (scope = 0; scope < TRIGGER_SCOPES; scope++) {
		if (is_full(set, pool[scope], scope))
			return true;
	}
	return false;
}

/* Close what is over in each @pool where a limit is reached, at most @left. */
static void expire_full(struct trigger_set *set, u64 now, unsigned int left,
			struct trigger_room *room,
			struct trigger_pool *pool[TRIGGER_SCOPES])
{
	enum trigger_scope scope;
	unsigned int before;

	for (scope = 0; scope < TRIGGER_SCOPES; scope++) {
		if (!pool[scope] || !is_full(set, pool[scope], scope))
			continue;
		before = left;
		expire(pool[scope], scope, now, &left);
		/* With the last of a host its pool goes. */
		if (left != before)
			room->host = trigger_host_find_pools(set, room->owner,
							     pool);
	}
}

static bool is_victim(const struct trigger_room *room,
		      const struct trigger *t)
{
	unsigned int i;

	for (i = 0; i < room->n_victims; i++) {
		if (room->victim[i] == t)
			return true;
	}
	return false;
}

/* Return how many of the victims are in @pool, that of a @scope. */
static u32 victims_in(const struct trigger_room *room,
		      const struct trigger_pool *pool, enum trigger_scope scope)
{
	unsigned int i;
	u32 n = 0;

	for (i = 0; i < room->n_victims; i++)
		n += trigger_host_pool(room->victim[i], scope) == pool;
	return n;
}

/* Find the oldest of @pool that is parked, or NULL. Lock held. */
static struct trigger *find_parked(const struct trigger_pool *pool,
				   enum trigger_scope scope,
				   const struct trigger_room *room)
{
	struct trigger *t = trigger_parked_first(pool, scope);

	while (t && is_victim(room, t))
		t = trigger_parked_next(t, scope);
	return t;
}

/* Find the oldest of @pool whose peer has not answered, or NULL. Lock held. */
static struct trigger *find_unanswered(struct trigger_pool *pool,
				       enum trigger_scope scope,
				       const struct trigger_room *room)
{
	unsigned int left = TRIGGER_LIMIT_SCAN_MAX;
	struct trigger *t, *next;

	list_for_each_entry_safe(t, next, &pool->unanswered,
				 in[scope].unanswered) {
		if (!is_victim(room, t) && !trigger_check_answered(t))
			return t;
		if (!--left)
			break;
	}
	return NULL;
}

/*
 * Choose who makes way for one more in @pool (NULL: it is empty), if the limit of
 * @scope is reached. -ENOSPC: nobody does.
 */
static int choose(const struct trigger_set *set, struct trigger_pool *pool,
		  enum trigger_scope scope, bool evict,
		  struct trigger_room *room)
{
	u32 limit = limit_of(set, scope);
	struct trigger *t;

	/* A limit of 0: nothing opens, whatever could make way. */
	if (!limit)
		return -ENOSPC;
	if (!pool || pool->count - victims_in(room, pool, scope) < limit)
		return 0;
	t = find_parked(pool, scope, room);
	if (!t && evict)
		t = find_unanswered(pool, scope, room);
	if (!t)
		return -ENOSPC;
	room->victim[room->n_victims++] = t;
	return 0;
}

/*
 * Make *@room for one more of @owner in @set: close what is over at the head of the
 * queue and where a limit is reached, at most TRIGGER_LIMIT_SCAN_MAX in all; where one
 * is reached nevertheless, choose who makes way: the oldest one that is parked, else
 * the oldest one that is unanswered; of this host, of its /64, of this rule, of the
 * table. They stay open until trigger_limit_evict(): who is refused, by a limit or for
 * lack of memory, has evicted nobody.
 * Lock and RCU held. @evict false: what is open makes no way. -ENOSPC: a limit
 * refuses, and a counter says which.
 */
int trigger_limit_make_room(struct trigger_set *set,
			    const union nf_inet_addr *owner, u64 now, bool evict,
			    struct trigger_room *room)
{
	struct trigger_pool *pool[TRIGGER_SCOPES];
	unsigned int left = TRIGGER_LIMIT_SCAN_MAX;
	enum trigger_scope scope;

	expire_head(set, now, &left);
	room->owner = owner;
	room->host = trigger_host_find_pools(set, owner, pool);
	room->n_victims = 0;
	if (!any_full(set, pool))
		return 0;
	expire_full(set, now, left, room, pool);
	for (scope = 0; scope < TRIGGER_SCOPES; scope++) {
		if (choose(set, pool[scope], scope, evict, room)) {
			trigger_count(set->table, refusal[scope]);
			return -ENOSPC;
		}
	}
	return 0;
}

/* Close the victims of @room, which is taken. Nothing closed since. Lock held. */
void trigger_limit_evict(const struct trigger_room *room)
{
	unsigned int i;

	for (i = 0; i < room->n_victims; i++)
		trigger_close_locked(room->victim[i], TRIGGER_EVICTED);
}
