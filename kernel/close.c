// SPDX-License-Identifier: GPL-2.0
/* How an active trigger ends. See close.h. */
#include <linux/sched.h>

#include "close.h"
#include "due.h"
#include "event.h"
#include "hash.h"
#include "host.h"
#include "lock.h"
#include "parked.h"
#include "peer.h"
#include "walk.h"

/* How many are closed in one turn with the lock held. */
#define CLOSE_BATCH	32

/*
 * Close @t, which is not dead, and count it as @why, without an event: nobody was
 * told that it opened, or others close with it. Lock held. Any context.
 */
void trigger_close_quiet(struct trigger *t, enum trigger_stat why)
{
	struct trigger_table *table = t->set->table;
	struct trigger_peer *peer;
	struct hlist_node *next;
	enum trigger_scope scope;

	lockdep_assert_held(&table->lock);
	trigger_count(table, why);
	WRITE_ONCE(t->dead, true);
	smp_wmb(); /* before it is taken apart; pairs with is_alive() of proc.c */
	if (t->parked)
		trigger_parked_del(t);
	trigger_hash_del(t);
	trigger_due_del(t);
	hlist_for_each_entry_safe(peer, next, &t->peers, node)
		trigger_peer_del(peer);
	trigger_set_answered(t);
	for (scope = 0; scope < TRIGGER_SCOPES; scope++) {
		struct trigger_pool *pool = trigger_host_pool(t, scope);

		if (!pool)
			continue;
		list_del_rcu(&t->in[scope].all);
		WRITE_ONCE(pool->count, pool->count - 1);
	}
	trigger_host_put(table, t->host);
	trigger_lock_bury(t);
}

/* Close @t, which is not dead, and count it as @why. Lock and RCU held. */
void trigger_close_locked(struct trigger *t, enum trigger_stat why)
{
	trigger_event_closed(t, why);
	trigger_close_quiet(t, why);
}

/* Close @t by hand, unless it is dead. Under RCU, lock not held. */
void trigger_close(struct trigger *t)
{
	struct trigger_table *table = t->set->table;

	trigger_lock_take(table);
	if (!t->dead)
		trigger_close_locked(t, TRIGGER_CLOSED);
	trigger_lock_release(table);
}

/*
 * Close @t if its timeout, its lifetime or its last session is over at @now.
 * Return whether it was. Lock and RCU held.
 */
bool trigger_close_expired(struct trigger *t, u64 now)
{
	if (trigger_is_open(t, now))
		return false;
	trigger_close_locked(t, trigger_is_expired(t, now) ? TRIGGER_EXPIRED :
			     TRIGGER_ENDED);
	return true;
}

/*
 * Close all of @pool without an event, and count them as closed. Return how many.
 * Process context.
 */
u32 trigger_close_pool(struct trigger_table *table, struct trigger_pool *pool,
		       enum trigger_scope scope)
{
	unsigned int left;
	struct trigger *t;
	u32 closed = 0;

	do {
		left = CLOSE_BATCH;
		trigger_lock_take(table);
		while (left && !list_empty(&pool->all)) {
			t = list_first_entry(&pool->all, struct trigger,
					     in[scope].all);
			trigger_close_quiet(t, TRIGGER_CLOSED);
			left--;
		}
		closed += CLOSE_BATCH - left;
		trigger_lock_release(table);
		cond_resched();
	} while (!left);
	return closed;
}

/* Tell that @closed of @set (NULL: of any) closed together. Lock not held. */
static void tell(struct trigger_table *table, const struct trigger_set *set,
		 u32 closed)
{
	trigger_lock_take(table);
	trigger_event_closed_all(table, set, closed);
	trigger_lock_release(table);
}

static void close_one(struct trigger *t, void *data)
{
	struct trigger_table *table = t->set->table;
	u32 *closed = data;

	trigger_lock_take(table);
	if (!t->dead) {
		trigger_close_quiet(t, TRIGGER_CLOSED);
		++*closed;
	}
	trigger_lock_release(table);
}

/* Close all that is in @table by hand. Process context. */
void trigger_close_all(struct trigger_table *table)
{
	u32 closed = 0;

	trigger_walk_all(table, close_one, &closed);
	tell(table, NULL, closed);
}

/*
 * Close all active triggers of @set; nothing opens in it any more. Process
 * context. @set and what it points to must live on for an RCU grace period.
 */
void trigger_close_set(struct trigger_set *set)
{
	trigger_lock_take(set->table);
	set->gone = true;
	trigger_lock_release(set->table);
	tell(set->table, set,
	     trigger_close_pool(set->table, &set->pool, TRIGGER_IN_SET));
}
