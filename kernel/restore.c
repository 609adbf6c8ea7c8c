// SPDX-License-Identifier: GPL-2.0
/* How a saved active trigger opens again. See restore.h. */
#include "close.h"
#include "event.h"
#include "hash.h"
#include "limit.h"
#include "lock.h"
#include "open.h"
#include "peer.h"
#include "restore.h"

/*
 * Root of a namespace restores as much as the limits allow: its memory cgroup pays.
 * Before 5.15 memory that is taken with softirqs off was accounted to nobody.
 */
#define RESTORE_GFP	(TRIGGER_GFP | __GFP_ACCOUNT)

/*
 * Add the peers of @saved to @t, all or none; one that was @open already keeps
 * those that it has, and gets the newest ones that fit. Lock and RCU held.
 * -ENOMEM.
 */
static int restore_peers(struct trigger *t, const struct trigger_restore *saved,
			 bool open, u32 now)
{
	unsigned int room = open ? TRIGGER_PEERS_MAX - t->n_peers :
				   TRIGGER_PEERS_MAX;
	const union nf_inet_addr *fresh[TRIGGER_PEERS_MAX];
	unsigned int i, n = 0, added;
	int err;

	for (i = 0; i < saved->n_peers && n < room; i++) {
		if (!trigger_peer_find(t, &saved->peer[i]))
			fresh[n++] = &saved->peer[i];
	}
	/* The newest goes to the head of the list: it is added last. */
	for (added = 0; added < n; added++) {
		if (trigger_peer_find(t, fresh[n - 1 - added]))
			continue;
		err = trigger_peer_add(t, fresh[n - 1 - added], t->since,
				       now - saved->idle, RESTORE_GFP);
		if (err) {
			trigger_peer_del_newest(t, added);
			return err;
		}
	}
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

/*
 * Give @t, which is new, the @n sessions that were found, or let it wait for one.
 * Lock held.
 */
static void restore_sessions(struct trigger *t, struct trigger_session *found,
			     unsigned int n, u32 now)
{
	unsigned int i;

	WRITE_ONCE(t->grace, now + TRIGGER_RESTORE_ADOPT_SECS * TRIGGER_SECOND);
	for (i = 0; i < n; i++) {
		trigger_session_set(&t->session[i], found[i]);
		found[i].ref = 0;
	}
	/* Pairs with the acquire in trigger_has_session(). */
	smp_store_release(&t->next_session,
			  n ? n % t->set->sessions : TRIGGER_ADOPTING);
}

/* Insert @saved in the @room for it. NULL: no memory. Lock and RCU held. */
static struct trigger *insert(struct trigger_set *set,
			      const struct trigger_restore *saved,
			      const struct trigger_room *room, u64 now)
{
	struct trigger_table *table = set->table;
	u64 since = ((now - saved->age) << 24) +
		    ((table->last_id + 1) & 0xffffff);
	struct trigger *t;

	t = trigger_open_insert(set, room, saved->proto, saved->port, since,
				now - saved->idle, RESTORE_GFP);
	if (!t)
		return NULL;
	/* What opens in the same tick is queued behind it. */
	table->last_since = max(table->last_since, since);
	atomic_set(&t->hits, saved->hits);
	return t;
}

/* Look for the connections of @saved. Return how many were found. Under RCU. */
static unsigned int find_sessions(const struct trigger_set *set,
				  const struct trigger_restore *saved,
				  struct trigger_session *found)
{
	unsigned int i, n = 0;

	for (i = 0; i < saved->n_cts && n < set->sessions; i++) {
		found[n] = trigger_session_find_get(saved->net, &saved->ct[i]);
		if (!trigger_session_empty(&found[n]))
			n++;
	}
	return n;
}

/*
 * Open @saved again in @set; if its owner has one open there, extend that one.
 * Process context.
 * -ENOSPC: a limit refuses; -ENOENT: @set is closing; -ENOMEM. Nothing is
 * opened or extended then.
 */
int trigger_restore(struct trigger_set *set, const struct trigger_restore *saved)
{
	struct trigger_session found[TRIGGER_SESSIONS_MAX] = {};
	struct trigger_table *table = set->table;
	struct trigger_room room;
	bool open = true;
	struct trigger *t;
	int err = -ENOENT;
	unsigned int n;
	u64 now;

	rcu_read_lock();
	n = find_sessions(set, saved, found);
	trigger_lock_take(table);
	now = trigger_clock_now();
	if (table->gone || set->gone || set->parked)
		goto out;
	t = trigger_hash_find(set, &saved->owner);
	if (!t || trigger_close_expired(t, now)) {
		err = trigger_limit_make_room(set, &saved->owner, now, false,
					      &room);
		if (err)
			goto out;
		err = -ENOMEM;
		t = insert(set, saved, &room, now);
		if (!t)
			goto out;
		open = false;
	}
	err = restore_peers(t, saved, open, now);
	if (err) {
		if (!open)
			trigger_close_quiet(t, TRIGGER_CLOSED);
		goto out;
	}
	if (open) {
		restore_stamp(t, now - saved->idle);
		goto out;
	}
	trigger_limit_evict(&room);
	restore_sessions(t, found, n, now);
	if (saved->answered)
		trigger_set_answered(t);
	trigger_event_opened(t);
out:
	trigger_lock_release(table);
	for (n = 0; n < ARRAY_SIZE(found); n++)
		trigger_session_put(found[n]);
	rcu_read_unlock();
	return err;
}
