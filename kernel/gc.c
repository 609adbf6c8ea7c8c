// SPDX-License-Identifier: GPL-2.0
/* The collector. See gc.h. */
#include <linux/sched.h>

#include "close.h"
#include "due.h"
#include "gc.h"
#include "lock.h"
#include "walk.h"

/* Jiffies between two turns: what ends is found in a second. */
#define GC_INTERVAL	(HZ / 2)

/* Whether the connection of @session need not be followed any longer. */
static bool is_over(const struct trigger *t,
		    const struct trigger_session *session, u32 now)
{
	/* It was followed for its answer alone. */
	if (!t->set->session && READ_ONCE(t->answered))
		return !trigger_session_empty(session);
	switch (trigger_session_state(session)) {
	case TRIGGER_SESSION_ENDED:
		return true;
	case TRIGGER_SESSION_NEW:	/* dropped before it was confirmed? */
		return (s32)(READ_ONCE(t->grace) - now) <= 0;
	default:
		return false;
	}
}

/* Whether trigger_gc_one() has anything to do with the lock. Under RCU. */
static bool needs_lock(const struct trigger *t, u64 now)
{
	unsigned int i;

	if (!trigger_is_open(t, now))
		return true;
	for (i = 0; i < t->set->sessions; i++) {
		if (trigger_session_empty(&t->session[i]))
			continue;
		if (trigger_session_is_pending(&t->session[i]) ||
		    is_over(t, &t->session[i], now))
			return true;
		if (!READ_ONCE(t->answered) &&
		    trigger_session_answered(&t->session[i]))
			return true;
	}
	return false;
}

/*
 * Close @t if it is over, else put the connections that it need not follow any
 * longer. Under RCU, lock not held; takes it only if there is something to do.
 */
void trigger_gc_one(struct trigger *t)
{
	struct trigger_session over[TRIGGER_SESSIONS_MAX] = {};
	struct trigger_table *table = t->set->table;
	unsigned int i;
	u64 now;

	if (!needs_lock(t, trigger_clock_now()))
		return;
	trigger_lock_take(table);
	now = trigger_clock_now();
	if (t->dead || trigger_close_expired(t, now))
		goto out;
	trigger_check_answered(t);
	for (i = 0; i < t->set->sessions; i++) {
		trigger_session_confirm(&t->session[i]);
		if (is_over(t, &t->session[i], now))
			over[i] = trigger_session_clear(&t->session[i]);
	}
out:
	trigger_lock_release(table);
	for (i = 0; i < TRIGGER_SESSIONS_MAX; i++)
		trigger_session_put(over[i]);
}

static void visit(struct trigger *t, void *data)
{
	trigger_gc_one(t);
}

/* Visit those of @table that are due. Process context. */
static void visit_due(struct trigger_table *table)
{
	struct trigger *batch[TRIGGER_DUE_BATCH];
	u64 now = trigger_clock_now();
	unsigned int n, i;

	do {
		rcu_read_lock();
		n = trigger_due_take(table, now, batch);
		for (i = 0; i < n; i++)
			trigger_gc_one(batch[i]);
		rcu_read_unlock();
		cond_resched();
	} while (n);
}

/*
 * Visit each active trigger of @table once, so that what is over is closed and
 * counted. Process context. The lock is held for one of them at a time.
 */
void trigger_gc_run(struct trigger_table *table)
{
	trigger_walk_all(table, visit, NULL);
}

static void gc_work(struct work_struct *work)
{
	struct trigger_table *table =
		container_of(to_delayed_work(work), struct trigger_table, gc);

	visit_due(table);
	trigger_lock_take(table);
	if (table->pool.count && !table->gone)
		trigger_gc_start(table);
	trigger_lock_release(table);
}

/*
 * Make the work item of @table. It is not deferrable: an idle router, too, finds
 * an ended connection within a second.
 */
void trigger_gc_init(struct trigger_table *table)
{
	trigger_due_init(&table->due);
	INIT_DELAYED_WORK(&table->gc, gc_work);
}

/* Start the next turn; @table is not empty. Lock held. */
void trigger_gc_start(struct trigger_table *table)
{
	queue_delayed_work(system_power_efficient_wq, &table->gc, GC_INTERVAL);
}

/* Stop for good; @table->gone is set. Process context, lock not held. */
void trigger_gc_stop(struct trigger_table *table)
{
	cancel_delayed_work_sync(&table->gc);
}
