// SPDX-License-Identifier: GPL-2.0
/* Walks over all active triggers of a table. See walk.h. */
#include <linux/sched.h>

#include "walk.h"

/* How many are visited in one turn under RCU. */
#define WALK_BATCH	256

/* Return the first behind @prev in the table's list, NULL: none. Under RCU. */
static struct trigger *next_behind(struct trigger_table *table,
				   struct list_head *prev)
{
	struct list_head *next = rcu_dereference(list_next_rcu(prev));

	if (next == &table->pool.all)
		return NULL;
	return list_entry(next, struct trigger, in[TRIGGER_IN_TABLE].all);
}

static struct trigger *walk_to(struct trigger_walk *walk, struct trigger *t)
{
	walk->at = t;
	walk->id = t ? t->id : U64_MAX;
	return t;
}

/* Start at the oldest; NULL: the table is empty. Under RCU. */
struct trigger *trigger_walk_begin(struct trigger_table *table,
				   struct trigger_walk *walk)
{
	trigger_walk_end(walk);
	return walk_to(walk, next_behind(table, &table->pool.all));
}

/* Go to the next; NULL: that was the last. In the same RCU section. */
struct trigger *trigger_walk_next(struct trigger_table *table,
				  struct trigger_walk *walk)
{
	return walk_to(walk, next_behind(table,
					 &walk->at->in[TRIGGER_IN_TABLE].all));
}

/* Keep the place, so that the RCU section may end. */
void trigger_walk_pause(struct trigger_walk *walk)
{
	if (!walk->at)
		return;
	walk->paused = refcount_inc_not_zero(&walk->at->refs);
	if (!walk->paused)
		walk->at = NULL;
}

/*
 * Return to where the walk paused: to that trigger if it is still there, else to
 * the one behind it; NULL: there is none. In a new RCU section.
 */
struct trigger *trigger_walk_resume(struct trigger_table *table,
				    struct trigger_walk *walk)
{
	struct trigger *t = walk->at;
	bool dead = !t || READ_ONCE(t->dead);

	trigger_walk_end(walk);
	if (!dead)
		return walk_to(walk, t);
	list_for_each_entry_rcu(t, &table->pool.all, in[TRIGGER_IN_TABLE].all) {
		if (t->id >= walk->id)
			return walk_to(walk, t);
	}
	return walk_to(walk, NULL);
}

/* End a walk, paused or not. */
void trigger_walk_end(struct trigger_walk *walk)
{
	if (walk->paused)
		trigger_put(walk->at);
	walk->paused = false;
	walk->at = NULL;
}

/* Pause, let others run, and resume. Process context, under RCU. */
struct trigger *trigger_walk_resched(struct trigger_table *table,
				     struct trigger_walk *walk)
{
	trigger_walk_pause(walk);
	rcu_read_unlock();
	cond_resched();
	rcu_read_lock();
	return trigger_walk_resume(table, walk);
}

/* Call @visit, under RCU, for each active trigger, with pauses. Process context. */
void trigger_walk_all(struct trigger_table *table,
		      void (*visit)(struct trigger *t, void *data), void *data)
{
	struct trigger_walk walk = {};
	unsigned int n = 0;
	struct trigger *t;

	rcu_read_lock();
	t = trigger_walk_begin(table, &walk);
	while (t) {
		if (++n % WALK_BATCH == 0) {
			t = trigger_walk_resched(table, &walk);
			if (!t)
				break;
		}
		visit(t, data);
		t = trigger_walk_next(table, &walk);
	}
	rcu_read_unlock();
}
