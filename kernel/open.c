// SPDX-License-Identifier: GPL-2.0
/* What opens and refreshes: packets of owners, and saved lines. See table.h. */
#include <linux/netfilter/nf_conntrack_common.h>
#include <net/netfilter/nf_conntrack.h>

#include "hash.h"
#include "life.h"
#include "proto.h"
#include "session.h"
#include "table.h"

/* A connection that triggers: who opened it, and with whom. */
static const union nf_inet_addr *trigger_ct_owner(const struct nf_conn *ct)
{
	return &ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple.src.u3;
}

static const union nf_inet_addr *trigger_ct_peer(const struct nf_conn *ct)
{
	return &ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple.dst.u3;
}

/* The next number in line, for one that opens now. Lock held. */
static u64 trigger_next_since(struct trigger_table *table, u64 now)
{
	table->last_since = max(now << 24, table->last_since + 1);
	return table->last_since;
}

/*
 * Follows the packet's connection: where it was pending, else in a free slot,
 * else in place of the one that has been followed longest. Lock held.
 */
static void trigger_follow(struct trigger *t, struct nf_conn *ct, u32 now)
{
	struct trigger_session *session = trigger_session_new(ct);
	u8 slots = t->set->slots, next, i;

	if (!session)
		return;
	for (i = 0; i < slots; i++) {
		if (trigger_session_is_of(&t->slot[i], ct)) {
			trigger_session_set(&t->slot[i], session);
			return;
		}
	}
	next = t->next_slot == TRIGGER_ADOPTING ? 0 : t->next_slot;
	for (i = 0; i < slots && t->slot[next]; i++)
		next = (next + 1) % slots;
	WRITE_ONCE(t->grace, now + 2 * TRIGGER_SECOND);
	trigger_session_set(&t->slot[next], session);
	/* Pairs with the acquire in trigger_has_session(). */
	smp_store_release(&t->next_slot, (next + 1) % slots);
}

/*
 * Whether @ct is to be followed, and is not yet, or only by what it would be
 * found by. A connection that is not followed is so at its first packet, or
 * when there is a free slot: the collector frees those of ended ones. Without
 * sessions, one is followed until its answer: one that gets none while it is
 * new makes way. Under RCU or the lock.
 */
static bool trigger_should_follow(const struct trigger *t,
				  const struct nf_conn *ct, u32 now)
{
	const struct trigger_set *set = t->set;
	bool free = false;
	u8 i;

	if (!set->session && READ_ONCE(t->answered))
		return false;
	for (i = 0; i < set->slots; i++) {
		if (trigger_session_is_of(&t->slot[i], ct))
			return trigger_is_pending(READ_ONCE(t->slot[i])) &&
			       nf_ct_is_confirmed(ct);
		free |= !READ_ONCE(t->slot[i]);
	}
	if (free)
		return true;
	return !nf_ct_is_confirmed(ct) &&
	       (set->session || (s32)(READ_ONCE(t->grace) - now) <= 0);
}

/*
 * The owner has sent a packet to a peer that is known: it is forgotten last.
 * Noted once a second, and for each new connection. Under RCU.
 */
static void trigger_touch_peer(const struct trigger *t,
			       const struct nf_conn *ct, u32 now)
{
	struct trigger_peer *peer = trigger_peer_find(t, trigger_ct_peer(ct));

	if (peer && (trigger_elapsed(now, READ_ONCE(peer->contacted)) >=
		     TRIGGER_SECOND || !nf_ct_is_confirmed(ct)))
		WRITE_ONCE(peer->contacted, now);
}

static bool trigger_should_answer(const struct trigger *t,
				  const struct nf_conn *ct)
{
	return !READ_ONCE(t->answered) && trigger_ct_answered(ct);
}

/*
 * Whether the packet's peer is to be added. When there are too many, only the
 * first packet of a connection adds its peer in place of another: else busy
 * connections with many peers would push each other out with every packet.
 */
static bool trigger_should_meet(const struct trigger *t,
				const struct nf_conn *ct)
{
	return t->set->peer_host &&
	       !trigger_peer_find(t, trigger_ct_peer(ct)) &&
	       (READ_ONCE(t->n_peers) < TRIGGER_PEERS_MAX ||
		!nf_ct_is_confirmed(ct));
}

/* Notes all that is new about a packet of @ct. Lock and RCU held. */
static void trigger_note(struct trigger *t, struct nf_conn *ct, u64 now)
{
	if (trigger_should_meet(t, ct)) {
		trigger_peer_add(t, trigger_ct_peer(ct),
				 trigger_next_since(t->set->table, now), now);
		trigger_peers_trim(t, now);
	} else if (t->set->peer_host) {
		trigger_touch_peer(t, ct, now);
	}
	if (trigger_should_answer(t, ct))
		trigger_answer(t);
	trigger_is_answered(t);	/* by what may have to make way now */
	if (trigger_should_follow(t, ct, now))
		trigger_follow(t, ct, now);
}

/* Whether a refresh of @t, which is settled, would write nothing. Under RCU. */
static bool trigger_is_quiet(const struct trigger *t, u32 now)
{
	u32 was = READ_ONCE(t->refreshed);

	return READ_ONCE(t->answered) == TRIGGER_SETTLED &&
	       now - was < TRIGGER_SECOND &&
	       (READ_ONCE(t->again) || now == was);
}

/*
 * Refreshes @t, and counts it, once a second. Of all others in that second
 * only one is noted. Under RCU.
 */
static void trigger_touch(struct trigger *t, u32 now)
{
	u32 was = READ_ONCE(t->refreshed);

	if (trigger_elapsed(now, was) >= TRIGGER_SECOND) {
		if (cmpxchg(&t->refreshed, was, now) == was) {
			WRITE_ONCE(t->again, false);
			trigger_count(t->set->table, TRIGGER_REFRESHED);
		}
	} else if (!READ_ONCE(t->again) && now != was) {
		WRITE_ONCE(t->again, true);
	}
}

/* Closes those in front of @set's line whose time is up. Lock held. */
static void trigger_reap_front(struct trigger_set *set, u64 now)
{
	unsigned int left = TRIGGER_SCAN_MAX;
	struct trigger *t, *next;

	list_for_each_entry_safe(t, next, &set->pool.all,
				 in[TRIGGER_IN_SET].all) {
		if (!trigger_reap(t, now) || !--left)
			break;
	}
}

/*
 * Whether other owners hold all that @t has just opened. Under RCU. The lock
 * is not held: what is in the lines of other sets does not delay its holder.
 */
static bool trigger_has_to_wait(const struct trigger *t, u64 now)
{
	const struct trigger *first = trigger_set_first(t->set);
	const struct trigger_peer *peer, *first_peer;

	/* Behind others of its own set: no need to look at ports. */
	if (t->set->peer_host) {
		peer = hlist_entry_safe(rcu_dereference(hlist_first_rcu(&t->peers)),
					struct trigger_peer, of);
		first_peer = peer ? list_first_or_null_rcu(&peer->line->peers,
							   struct trigger_peer,
							   in_line) : NULL;
		first = first_peer ? first_peer->trigger : NULL;
	}
	if (first && first != t)
		return trigger_is_open(first, now);
	return trigger_is_waiting(t);
}

/* Opens, or notes what is new if it is open by now. Under RCU. */
static void trigger_open(struct trigger_set *set, struct nf_conn *ct)
{
	const struct nf_conntrack_tuple *tuple =
		&ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple;
	struct trigger_table *table = set->table;
	struct trigger *t, *opened = NULL;
	u64 now;

	spin_lock_bh(&table->lock);
	now = trigger_now();
	if (table->gone || set->gone)
		goto out;
	t = trigger_find(set, trigger_ct_owner(ct));
	if (t && !trigger_reap(t, now)) {
		trigger_touch(t, now);
		trigger_note(t, ct, now);
		goto out;
	}
	if (trigger_make_room(set, trigger_ct_owner(ct), now, true))
		goto out;
	trigger_reap_front(set, now);
	t = trigger_insert(set, trigger_ct_owner(ct), tuple->dst.protonum,
			   trigger_proto_port(tuple),
			   trigger_next_since(table, now), now);
	if (!t)
		goto out;
	trigger_note(t, ct, now);
	/* No memory: open to nobody, or for no time. */
	if ((set->peer_host && !t->n_peers) || (set->session && !t->slot[0])) {
		trigger_close_locked(t, TRIGGER_CLOSED);
		goto out;
	}
	opened = t;
out:
	spin_unlock_bh(&table->lock);
	if (opened && trigger_has_to_wait(opened, now))
		trigger_count(table, TRIGGER_WAITED);
}

/*
 * Whether @t is open at @now. The packet's connection @ct, which has not
 * ended, answers for the sessions if it is one of them. Under RCU.
 */
static bool trigger_is_open_for(const struct trigger *t,
				const struct nf_conn *ct, u64 now)
{
	return !trigger_is_expired(t, now) &&
	       (!t->set->session || trigger_session_is_of(&t->slot[0], ct) ||
		trigger_has_session(t, now));
}

/* Opens, or notes what the packet changes, if it does. Under RCU. */
static noinline void trigger_packet_news(struct trigger_set *set,
					 struct trigger *t, struct nf_conn *ct)
{
	u64 now = trigger_now();

	/* What a closing connection still sends opens nothing anew. */
	if (set->session &&
	    trigger_session_state(ct) == TRIGGER_SESSION_ENDED)
		return;
	if (!t || !trigger_is_open_for(t, ct, now) ||
	    trigger_should_meet(t, ct) ||
	    trigger_should_follow(t, ct, now) || trigger_should_answer(t, ct)) {
		trigger_open(set, ct);
		return;
	}
	trigger_touch(t, now);
	if (set->peer_host)
		trigger_touch_peer(t, ct, now);
}

/*
 * A packet of @ct, a connection of a LAN host, triggers: opens, or refreshes.
 * Under RCU (any hook), softirqs on or off. If it cannot open, a counter says
 * so, or there was no memory; the packet goes on in any case.
 *
 * Nearly all packets find a trigger that is settled, and refreshed twice in
 * this second.
 */
void trigger_packet_out(struct trigger_set *set, struct nf_conn *ct)
{
	struct trigger *t = trigger_find_inline(set, trigger_ct_owner(ct));

	if (!t || !trigger_is_quiet(t, trigger_stamp()))
		trigger_packet_news(set, t, ct);
}

/* Adds the peers of @saved to @t, all or none. Lock and RCU held. -ENOMEM. */
static int trigger_restore_peers(struct trigger *t,
				 const struct trigger_saved *saved, u32 now)
{
	unsigned int added = 0;
	int i, err;

	for (i = saved->n_peers - 1; i >= 0; i--) {
		if (trigger_peer_find(t, &saved->peer[i]))
			continue;
		err = trigger_peer_add(t, &saved->peer[i], t->since, now);
		if (err) {
			trigger_peers_undo(t, added);
			return err;
		}
		added++;
	}
	trigger_peers_trim(t, now);
	return 0;
}

/*
 * Opens @saved again in @set; if its owner has one open there, that one is
 * only extended. It counts as answered. Process context.
 * -ENOSPC: a limit refuses; -ENOENT: @set is closing; -ENOMEM. Nothing is
 * opened or extended then.
 */
int trigger_restore(struct trigger_set *set, const struct trigger_saved *saved)
{
	struct trigger_table *table = set->table;
	bool fresh = false;
	struct trigger *t;
	u64 now, since;
	int err;

	rcu_read_lock();
	spin_lock_bh(&table->lock);
	now = trigger_now();
	if (table->gone || set->gone) {
		err = -ENOENT;
		goto out;
	}
	t = trigger_find(set, &saved->owner);
	if (!t || trigger_reap(t, now)) {
		err = trigger_make_room(set, &saved->owner, now, false);
		if (err)
			goto out;
		since = ((now - saved->age) << 24) +
			((table->last_id + 1) & 0xffffff);
		t = trigger_insert(set, &saved->owner, saved->proto,
				   saved->port, since, now - saved->idle);
		if (!t) {
			err = -ENOMEM;
			goto out;
		}
		fresh = true;
		atomic_set(&t->hits, saved->hits);
		WRITE_ONCE(t->grace, now + TRIGGER_ADOPT_SECS * TRIGGER_SECOND);
		WRITE_ONCE(t->next_slot, TRIGGER_ADOPTING);
		trigger_answer(t);
	}
	err = trigger_restore_peers(t, saved, now);
	if (err && fresh)
		trigger_close_locked(t, TRIGGER_CLOSED);
	else if (!err &&
		 trigger_elapsed(now, READ_ONCE(t->refreshed)) > saved->idle)
		WRITE_ONCE(t->refreshed, now - saved->idle);
out:
	spin_unlock_bh(&table->lock);
	rcu_read_unlock();
	return err;
}

/* Inbound packets. */

/*
 * A packet of @ct, a new inbound connection, has used @t, which that refreshes
 * (--trigger-refresh both). Under RCU.
 */
void trigger_packet_in(struct trigger *t, struct nf_conn *ct)
{
	struct trigger_table *table = t->set->table;
	u64 now = trigger_now();

	trigger_touch(t, now);
	if (!t->set->session || !trigger_should_follow(t, ct, now))
		return;
	spin_lock_bh(&table->lock);
	if (!t->dead) {
		trigger_is_answered(t);	/* by what may have to make way now */
		if (trigger_should_follow(t, ct, now))
			trigger_follow(t, ct, now);
	}
	spin_unlock_bh(&table->lock);
}
