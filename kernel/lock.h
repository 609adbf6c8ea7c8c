/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The lock of a table. What is closed while it is held is taken apart behind it:
 * the last reference to a connection frees its conntrack entry, and packets of
 * other hosts are not to wait for that.
 */
#ifndef _TRIGGER_LOCK_H
#define _TRIGGER_LOCK_H

#include "trigger.h"

/* Take the lock of @table. Process context or softirq. */
static inline void trigger_lock_take(struct trigger_table *table)
	__acquires(&table->lock)
{
	spin_lock_bh(&table->lock);
}

/* Take it unless somebody holds it, and return whether it was taken. As above. */
static inline bool trigger_lock_try(struct trigger_table *table)
{
	return spin_trylock_bh(&table->lock);
}

void trigger_lock_bury(struct trigger *t);
void trigger_lock_release(struct trigger_table *table)
	__releases(&table->lock);

#endif /* _TRIGGER_LOCK_H */
