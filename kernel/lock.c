// SPDX-License-Identifier: GPL-2.0
/* The lock of a table. See lock.h. */
#include "lock.h"

/*
 * Put @t, which has just died, and its connections when the lock is released. It is
 * in no list any more. Lock held.
 */
void trigger_lock_bury(struct trigger *t)
{
	list_add_tail(&t->in[TRIGGER_IN_SET].unanswered, &t->set->table->dead);
}

/*
 * Release the lock of @table, and put what died under it. RCU keeps the set of
 * each, which may be deleted as soon as nothing is in it.
 */
void trigger_lock_release(struct trigger_table *table)
	__releases(&table->lock)
{
	struct trigger *t, *next;
	LIST_HEAD(dead);
	unsigned int i;

	rcu_read_lock();
	list_splice_init(&table->dead, &dead);
	spin_unlock_bh(&table->lock);
	list_for_each_entry_safe(t, next, &dead, in[TRIGGER_IN_SET].unanswered) {
		for (i = 0; i < t->set->sessions; i++)
			trigger_session_put(trigger_session_clear(&t->session[i]));
		trigger_put(t);
	}
	rcu_read_unlock();
}
