// SPDX-License-Identifier: GPL-2.0
/* When the collector is to visit an active trigger. See due.h. */
#include "due.h"
#include "lock.h"

/* The ticks in front of the last turn that has a list. */
#define HORIZON	((TRIGGER_DUE_TURNS - 1) << TRIGGER_DUE_SHIFT)

/* Make an agenda with nothing due. */
void trigger_due_init(struct trigger_due *due)
{
	unsigned int i;

	for (i = 0; i < TRIGGER_DUE_TURNS; i++)
		INIT_LIST_HEAD(&due->list[i]);
	due->next = 0;
}

/* The first turn behind @now. */
static u64 turn_behind(u64 now)
{
	return (now >> TRIGGER_DUE_SHIFT) + 1;
}

/* Return the list of @turn; there is one for those from due->next on. */
static struct list_head *list_of(struct trigger_due *due, u64 turn)
{
	turn = min(turn, due->next + TRIGGER_DUE_TURNS - 1);
	return &due->list[turn % TRIGGER_DUE_TURNS];
}

/* Whether @t has to be visited in each turn. */
static bool is_followed(const struct trigger *t)
{
	return t->set->session || !trigger_session_empty(&t->session[0]);
}

/* Return the ticks from @now until @t may be over by its times, at most HORIZON. */
static u32 time_left(const struct trigger *t, u64 now)
{
	const struct trigger_set *set = t->set;
	u64 left = HORIZON, over, past;

	if (set->timeout) {
		over = set->timeout + TRIGGER_SECOND;
		past = trigger_clock_elapsed(now, READ_ONCE(t->refreshed));
		left = past < over ? min(left, over - past) : 0;
	}
	if (set->lifetime) {
		past = trigger_age(t, now);
		left = past < set->lifetime ?
		       min_t(u64, left, set->lifetime - past) : 0;
	}
	return left;
}

/* Let @t, which is new, be visited in the first turn behind @now. Lock held. */
void trigger_due_add(struct trigger *t, u64 now)
{
	struct trigger_due *due = &t->set->table->due;

	list_add_tail(&t->due, list_of(due, turn_behind(now)));
}

/*
 * The same for @t, which may follow a connection as of now. One whose set has
 * sessions is visited in each turn anyway. Lock held.
 */
void trigger_due_soon(struct trigger *t, u64 now)
{
	struct trigger_due *due = &t->set->table->due;

	list_move_tail(&t->due, list_of(due, turn_behind(now)));
}

/* Visit @t no more. Lock held. */
void trigger_due_del(struct trigger *t)
{
	list_del(&t->due);
}

/* Put @t off until it is due again. Lock held. */
static void put_off(struct trigger *t, u64 now)
{
	struct trigger_due *due = &t->set->table->due;
	u32 left = is_followed(t) ? 0 : time_left(t, now);

	list_move_tail(&t->due, list_of(due, turn_behind(now + left)));
}

/*
 * Put in @batch some of those that are due at @now, and put them off. Return how
 * many: 0, nothing is due. Under RCU, which keeps them; lock not held. The lock is
 * taken for one batch.
 */
unsigned int trigger_due_take(struct trigger_table *table, u64 now,
			      struct trigger *batch[TRIGGER_DUE_BATCH])
{
	u64 last = now >> TRIGGER_DUE_SHIFT;
	struct trigger_due *due = &table->due;
	struct list_head *list;
	unsigned int n = 0;

	trigger_lock_take(table);
	/* After a long pause each list is due, whichever turn it is of. */
	if (due->next + TRIGGER_DUE_TURNS <= last)
		due->next = last - TRIGGER_DUE_TURNS + 1;
	while (due->next <= last && n < TRIGGER_DUE_BATCH) {
		list = list_of(due, due->next);
		if (list_empty(list)) {
			due->next++;
			continue;
		}
		batch[n] = list_first_entry(list, struct trigger, due);
		put_off(batch[n++], now);
	}
	trigger_lock_release(table);
	return n;
}
