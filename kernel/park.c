// SPDX-License-Identifier: GPL-2.0
/* How active triggers are parked, and come back. See park.h. */
#include <linux/module.h>
#include <linux/sched.h>

#include <xt_TRIGGER.h>

#include "close.h"
#include "event.h"
#include "lock.h"
#include "park.h"
#include "parked.h"

static unsigned int reload_grace __read_mostly = 30;
static unsigned int grace_epoch;

/* Set reload_grace. Setting it to 0 ends every grace; the core serialises this. */
static int set_reload_grace(const char *value, const struct kernel_param *param)
{
	int err = param_set_uint(value, param);

	if (err || reload_grace)
		return err;
	/* Pairs with the acquire in trigger_park_grace(). */
	smp_store_release(&grace_epoch, grace_epoch + 1);
	return 0;
}

static const struct kernel_param_ops reload_grace_ops = {
	.set	= set_reload_grace,
	.get	= param_get_uint,
};

module_param_cb(reload_grace, &reload_grace_ops, &reload_grace, 0644);
__MODULE_PARM_TYPE(reload_grace, "uint");
MODULE_PARM_DESC(reload_grace,
		 "seconds that a deleted rule's active triggers wait for it to come back");

/*
 * Fix in *@grace how long a set that is parked now stays so. Return false if there
 * is no grace: it is closed. Any context.
 */
bool trigger_park_grace(struct trigger_grace *grace)
{
	unsigned int secs;

	/* The epoch first: whoever sees the new one sees the 0, too. */
	grace->epoch = smp_load_acquire(&grace_epoch);
	secs = min_t(unsigned int, READ_ONCE(reload_grace), XT_TRIGGER_SECS_MAX);
	grace->until = trigger_clock_now() + trigger_clock_ticks(secs);
	return secs;
}

/* Whether @grace has ended. Any context. */
bool trigger_park_is_over(const struct trigger_grace *grace)
{
	return trigger_clock_now() >= grace->until ||
	       READ_ONCE(grace_epoch) != grace->epoch;
}

/* How many are parked, or come back, in one turn with the lock held. */
#define PARK_BATCH	32

/*
 * Return the next of @set to be parked, NULL: none is left. Those that are parked are
 * the first in its queue, as nothing opens in it. Lock held.
 */
static struct trigger *next_to_park(struct trigger_set *set)
{
	struct trigger *t = trigger_parked_hindmost(set);

	t = list_prepare_entry(t, &set->pool.all, in[TRIGGER_IN_SET].all);
	list_for_each_entry_continue(t, &set->pool.all, in[TRIGGER_IN_SET].all) {
		if (!t->parked)
			return t;
	}
	return NULL;
}

/*
 * Park some of @set, and add their number to *@n; without the memory for that they
 * close. Return whether any is left.
 */
static bool park_some(struct trigger_set *set, unsigned int *n)
{
	unsigned int left = PARK_BATCH;
	struct trigger *t;

	rcu_read_lock();
	trigger_lock_take(set->table);
	while ((t = next_to_park(set)) && left--) {
		if (trigger_parked_add(t))
			trigger_close_locked(t, TRIGGER_CLOSED);
		else
			++*n;
	}
	trigger_lock_release(set->table);
	rcu_read_unlock();
	cond_resched();
	return t;
}

/* Let some of @set come back, and add their number to *@n. Return whether any is left. */
static bool unpark_some(struct trigger_set *set, unsigned int *n)
{
	unsigned int left = PARK_BATCH;
	struct trigger *t;

	trigger_lock_take(set->table);
	while ((t = trigger_parked_first(&set->pool, TRIGGER_IN_SET)) && left--) {
		trigger_parked_del(t);
		++*n;
	}
	trigger_lock_release(set->table);
	cond_resched();
	return t;
}

/*
 * Park all active triggers of @set, whose ports are in no map any more; nothing
 * opens in it until trigger_park_end(). Return how many there are. Process
 * context; the caller serialises this with the other functions for @set.
 */
unsigned int trigger_park_set(struct trigger_set *set)
{
	unsigned int n = 0;

	trigger_lock_take(set->table);
	set->parked = true;
	trigger_lock_release(set->table);
	while (park_some(set, &n))
		;
	trigger_lock_take(set->table);
	trigger_event_parked(set, n);
	trigger_lock_release(set->table);
	return n;
}

/*
 * Let all of @set, which is parked, be open again. They stand where they stood:
 * queues are in the order in which they opened. As above.
 */
void trigger_park_end(struct trigger_set *set)
{
	unsigned int n = 0;

	while (unpark_some(set, &n))
		;
	trigger_lock_take(set->table);
	set->parked = false;
	trigger_event_unparked(set, n);
	trigger_lock_release(set->table);
}
