// SPDX-License-Identifier: GPL-2.0
/* The table of a namespace, its sets, and its collector. See table.h. */
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "hash.h"
#include "life.h"
#include "session.h"
#include "table.h"

/* How many are closed at a time, with the lock held. */
#define TRIGGER_CLOSE_BATCH	32

/* Sets and tables. */

/* Makes an empty set of @table; the caller fills in the rest. */
void trigger_set_init(struct trigger_set *set, struct trigger_table *table)
{
	set->table = table;
	trigger_pool_init(&set->pool);
}

/* Closes all of @pool, and counts them as closed. Process context. */
static void trigger_pool_close(struct trigger_table *table,
			       struct trigger_pool *pool,
			       enum trigger_scope scope)
{
	struct trigger *t;
	unsigned int left;

	do {
		left = TRIGGER_CLOSE_BATCH;
		spin_lock_bh(&table->lock);
		while (left && !list_empty(&pool->all)) {
			t = list_first_entry(&pool->all, struct trigger,
					     in[scope].all);
			trigger_close_locked(t, TRIGGER_CLOSED);
			left--;
		}
		spin_unlock_bh(&table->lock);
		cond_resched();
	} while (!left);
}

/*
 * Closes all active triggers of @set, for good. Process context. @set and what
 * it points to must live on for an RCU grace period.
 */
void trigger_set_close(struct trigger_set *set)
{
	spin_lock_bh(&set->table->lock);
	set->gone = true;
	spin_unlock_bh(&set->table->lock);
	trigger_pool_close(set->table, &set->pool, TRIGGER_IN_SET);
}

/* The collector's share. */

/* Whether the connection in @slot need not be followed any longer. */
static bool trigger_slot_is_idle(const struct trigger *t,
				 struct trigger_session * const *slot,
				 u32 now)
{
	switch (trigger_session_peek(slot)) {
	case TRIGGER_SESSION_ENDED:
		return true;
	case TRIGGER_SESSION_NEW:	/* dropped before it was confirmed? */
		return (s32)(READ_ONCE(t->grace) - now) <= 0;
	default:
		return false;
	}
}

/* Whether trigger_tend() has anything to do. Under RCU. */
static bool trigger_needs_tending(const struct trigger *t, u64 now)
{
	unsigned int i;

	if (!trigger_is_open(t, now))
		return true;
	for (i = 0; i < t->set->slots; i++) {
		if (trigger_is_pending(READ_ONCE(t->slot[i])) ||
		    trigger_slot_is_idle(t, &t->slot[i], now))
			return true;
		if (!READ_ONCE(t->answered) &&
		    trigger_session_answered(&t->slot[i]))
			return true;
	}
	return false;
}

/*
 * Closes @t if its time is up, and else lets go of what it need not follow any
 * longer. Under RCU, lock not held. Takes the lock only where there is
 * something to do.
 */
void trigger_tend(struct trigger *t)
{
	struct trigger_table *table = t->set->table;
	unsigned int i;
	u64 now;

	if (!trigger_needs_tending(t, trigger_now()))
		return;
	spin_lock_bh(&table->lock);
	now = trigger_now();
	if (t->dead || trigger_reap(t, now))
		goto out;
	trigger_is_answered(t);
	for (i = 0; i < t->set->slots; i++) {
		trigger_session_settle(&t->slot[i]);
		if (trigger_slot_is_idle(t, &t->slot[i], now))
			trigger_session_set(&t->slot[i], NULL);
	}
out:
	spin_unlock_bh(&table->lock);
}

static void trigger_collect(struct work_struct *work)
{
	struct trigger_table *table =
		container_of(to_delayed_work(work), struct trigger_table,
			     collector);

	trigger_table_sweep(table);
	spin_lock_bh(&table->lock);
	if (table->pool.count && !table->gone)
		queue_delayed_work(system_power_efficient_wq, &table->collector,
				   TRIGGER_COLLECT_JIFFIES);
	spin_unlock_bh(&table->lock);
}

/* The table. */

/* Makes an empty table. Process context. -ENOMEM, and nothing is left then. */
int trigger_table_init(struct trigger_table *table)
{
	int err = -ENOMEM;

	spin_lock_init(&table->lock);
	trigger_pool_init(&table->pool);
	/*
	 * Not deferrable: an idle router, too, lets go of an ended connection
	 * within a second.
	 */
	INIT_DELAYED_WORK(&table->collector, trigger_collect);
	table->stats = alloc_percpu(struct trigger_stats);
	if (!table->stats)
		return err;
	err = rhashtable_init(&table->triggers, &trigger_params);
	if (err)
		goto err_stats;
	err = rhashtable_init(&table->lines, &trigger_line_params);
	if (err)
		goto err_triggers;
	err = rhashtable_init(&table->hosts, &trigger_host_params);
	if (err)
		goto err_lines;
	return 0;

err_lines:
	rhashtable_destroy(&table->lines);
err_triggers:
	rhashtable_destroy(&table->triggers);
err_stats:
	free_percpu(table->stats);
	return err;
}

/*
 * Closes everything and lets go of every connection; nothing opens from now
 * on. Process context. Rules may still hold sets of the table.
 */
void trigger_table_close(struct trigger_table *table)
{
	spin_lock_bh(&table->lock);
	table->gone = true;
	spin_unlock_bh(&table->lock);
	cancel_delayed_work_sync(&table->collector);
	trigger_pool_close(table, &table->pool, TRIGGER_IN_TABLE);
}

/* Frees what trigger_table_init() made; it is closed, its sets are gone. */
void trigger_table_exit(struct trigger_table *table)
{
	rhashtable_destroy(&table->hosts);
	rhashtable_destroy(&table->lines);
	rhashtable_destroy(&table->triggers);
	free_percpu(table->stats);
}

/* How often @stat has happened. Any context. */
u64 trigger_table_stat(const struct trigger_table *table,
		       enum trigger_stat stat)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu_ptr(table->stats, cpu)->count[stat]);
	return sum;
}
