// SPDX-License-Identifier: GPL-2.0
/* How active triggers are parked, and come back. See park.h. */
#include <linux/module.h>

#include <xt_TRIGGER.h>

#include "close.h"
#include "event.h"
#include "lock.h"
#include "park.h"
#include "parked.h"
#include "walk.h"

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

/* For a walk over a table. @n: those in @set that were visited */
struct visit {
	const struct trigger_set	*set;
	unsigned int			n;
};

/* Park @t; without the memory for that it closes. Under RCU. */
static void park(struct trigger *t, void *data)
{
	struct trigger_table *table = t->set->table;
	struct visit *visit = data;

	if (t->set != visit->set)
		return;
	trigger_lock_take(table);
	if (t->dead)
		goto out;
	if (trigger_parked_add(t))
		trigger_close_locked(t, TRIGGER_CLOSED);
	else
		visit->n++;
out:
	trigger_lock_release(table);
}

static void unpark(struct trigger *t, void *data)
{
	struct trigger_table *table = t->set->table;
	struct visit *visit = data;

	if (t->set != visit->set)
		return;
	trigger_lock_take(table);
	if (t->parked) {
		trigger_parked_del(t);
		visit->n++;
	}
	trigger_lock_release(table);
}

/*
 * Park all active triggers of @set, whose ports are in no map any more; nothing
 * opens in it until trigger_park_end(). Return how many there are. Process
 * context; the caller serialises this with the other functions for @set.
 *
 * The walk visits the whole table, as it is the one that may pause.
 */
unsigned int trigger_park_set(struct trigger_set *set)
{
	struct trigger_table *table = set->table;
	struct visit visit = { .set = set };

	trigger_lock_take(table);
	set->parked = true;
	trigger_lock_release(table);
	if (READ_ONCE(set->pool.count))
		trigger_walk_all(table, park, &visit);
	trigger_lock_take(table);
	trigger_event_parked(set, visit.n);
	trigger_lock_release(table);
	return visit.n;
}

/*
 * Let all of @set, which is parked, be open again. They stand where they stood:
 * queues are in the order in which they opened. As above.
 */
void trigger_park_end(struct trigger_set *set)
{
	struct trigger_table *table = set->table;
	struct visit visit = { .set = set };

	if (READ_ONCE(set->pool.count))
		trigger_walk_all(table, unpark, &visit);
	trigger_lock_take(table);
	set->parked = false;
	trigger_event_unparked(set, visit.n);
	trigger_lock_release(table);
}
