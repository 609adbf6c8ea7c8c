// SPDX-License-Identifier: GPL-2.0
/* How a saved active trigger opens again. See restore.h. */
#include "close.h"
#include "hash.h"
#include "limit.h"
#include "open.h"
#include "peer.h"
#include "restore.h"

/* Add the peers of @saved to @t, all or none. Lock and RCU held. -ENOMEM. */
static int restore_peers(struct trigger *t, const struct trigger_restore *saved,
			 u32 now)
{
	unsigned int added = 0;
	int i, err;

	for (i = saved->n_peers - 1; i >= 0; i--) {
		if (trigger_peer_find(t, &saved->peer[i]))
			continue;
		err = trigger_peer_add(t, &saved->peer[i], t->since, now);
		if (err) {
			trigger_peer_del_newest(t, added);
			return err;
		}
		added++;
	}
	trigger_peer_evict(t, now);
	return 0;
}

/* Move the stamp of @t to @refreshed, unless it is later. Under RCU. */
static void restore_stamp(struct trigger *t, u32 refreshed)
{
	u32 was = READ_ONCE(t->refreshed), seen;

	while ((s32)(refreshed - was) > 0) {
		seen = cmpxchg(&t->refreshed, was, refreshed);
		if (seen == was)
			break;
		was = seen;
	}
}

/* Insert @saved as one that is answered. NULL: no memory. Lock and RCU held. */
static struct trigger *insert(struct trigger_set *set,
			      const struct trigger_restore *saved, u64 now)
{
	u64 since = ((now - saved->age) << 24) +
		    ((set->table->last_id + 1) & 0xffffff);
	struct trigger *t;

	t = trigger_open_insert(set, &saved->owner, saved->proto, saved->port,
				since, now - saved->idle);
	if (!t)
		return NULL;
	atomic_set(&t->hits, saved->hits);
	WRITE_ONCE(t->grace, now + TRIGGER_RESTORE_ADOPT_SECS * TRIGGER_SECOND);
	WRITE_ONCE(t->next_session, TRIGGER_ADOPTING);
	trigger_set_answered(t);
	return t;
}

/*
 * Open @saved again in @set; if its owner has one open there, extend that one.
 * Process context.
 * -ENOSPC: a limit refuses; -ENOENT: @set is closing; -ENOMEM. Nothing is
 * opened or extended then.
 */
int trigger_restore(struct trigger_set *set, const struct trigger_restore *saved)
{
	struct trigger_table *table = set->table;
	bool fresh = false;
	struct trigger *t;
	int err = -ENOENT;
	u64 now;

	rcu_read_lock();
	spin_lock_bh(&table->lock);
	now = trigger_clock_now();
	if (table->gone || set->gone)
		goto out;
	t = trigger_hash_find(set, &saved->owner);
	if (!t || trigger_close_expired(t, now)) {
		err = trigger_limit_make_room(set, &saved->owner, now, false);
		if (err)
			goto out;
		err = -ENOMEM;
		t = insert(set, saved, now);
		if (!t)
			goto out;
		fresh = true;
	}
	err = restore_peers(t, saved, now);
	if (err && fresh)
		trigger_close_locked(t, TRIGGER_CLOSED);
	else if (!err)
		restore_stamp(t, now - saved->idle);
out:
	spin_unlock_bh(&table->lock);
	rcu_read_unlock();
	return err;
}
