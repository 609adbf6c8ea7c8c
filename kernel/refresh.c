// SPDX-License-Identifier: GPL-2.0
/* What a packet changes in an active trigger that is there. See refresh.h. */
#include <linux/netfilter/nf_conntrack_common.h>
#include <net/netfilter/nf_conntrack.h>

#include "due.h"
#include "lock.h"
#include "peer.h"
#include "queue.h"
#include "refresh.h"

static const union nf_inet_addr *peer_of(const struct nf_conn *ct)
{
	return &ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple.dst.u3;
}

/* Whether @session follows nothing that lives. Under RCU or the lock. */
static bool is_free(const struct trigger_session *session)
{
	enum trigger_session_state state = trigger_session_state(session);

	return state == TRIGGER_SESSION_NONE || state == TRIGGER_SESSION_ENDED;
}

/*
 * Return the place of @ct among the sessions of @t: where it was pending, else a
 * free one, else that of the one that has been followed longest. Lock held.
 */
static u8 find_place(const struct trigger *t, const struct nf_conn *ct)
{
	u8 next = t->next_session == TRIGGER_ADOPTING ? 0 : t->next_session;
	u8 sessions = t->set->sessions, i;

	for (i = 0; i < sessions; i++) {
		if (trigger_session_match(&t->session[i], ct))
			return i;
	}
	for (i = 0; i < sessions; i++) {
		u8 place = (next + i) % sessions;

		if (is_free(&t->session[place]))
			return place;
	}
	return next;
}

/*
 * Follow @ct, and return the one whose place it takes, if any. It is not followed if
 * there is no memory. Lock held.
 */
static struct trigger_session follow(struct trigger *t, struct nf_conn *ct,
				     u64 now)
{
	struct trigger_session session = trigger_session_get(ct), replaced;
	u8 place;

	if (trigger_session_empty(&session))
		return session;
	place = find_place(t, ct);
	if (!trigger_session_match(&t->session[place], ct))
		WRITE_ONCE(t->grace, now + 2 * TRIGGER_SECOND);
	replaced = trigger_session_set(&t->session[place], session);
	/* Pairs with the acquire in trigger_has_session(). */
	smp_store_release(&t->next_session, (place + 1) % t->set->sessions);
	return replaced;
}

/*
 * Whether @ct is to be followed, and is not yet, or is pending. A connection is
 * followed from its first packet on, or when a session is empty: the collector
 * empties those that ended. Without sessions, one is followed until its answer:
 * one that gets none while it is new is replaced. Under RCU or the lock.
 */
static bool should_follow(const struct trigger *t, const struct nf_conn *ct,
			  u32 now)
{
	const struct trigger_set *set = t->set;
	bool empty = false;
	u8 i;

	if (!set->session && READ_ONCE(t->answered))
		return false;
	for (i = 0; i < set->sessions; i++) {
		if (trigger_session_match(&t->session[i], ct))
			return trigger_session_is_pending(&t->session[i]) &&
			       nf_ct_is_confirmed(ct);
		empty |= trigger_session_empty(&t->session[i]);
	}
	if (empty)
		return true;
	return !nf_ct_is_confirmed(ct) &&
	       (set->session || (s32)(READ_ONCE(t->grace) - now) <= 0);
}

/*
 * Whether @ct, an inbound connection, is to be followed, and is not yet, or is
 * pending. It takes the place of nothing that lives: else a stranger could end the
 * owner's session by so many connections as are followed. Under RCU or the lock.
 */
static bool should_follow_in(const struct trigger *t, const struct nf_conn *ct)
{
	bool room = false;
	u8 i;

	if (!t->set->session)
		return false;
	for (i = 0; i < t->set->sessions; i++) {
		if (trigger_session_match(&t->session[i], ct))
			return trigger_session_is_pending(&t->session[i]) &&
			       nf_ct_is_confirmed(ct);
		room |= is_free(&t->session[i]);
	}
	return room;
}

/*
 * Whether the peer of @ct is to be added. When there are too many, only the
 * first packet of a connection replaces another peer: else busy connections
 * with many peers would push each other out with every packet.
 */
static bool should_add_peer(const struct trigger *t, const struct nf_conn *ct)
{
	return t->set->peer_host && !trigger_peer_find(t, peer_of(ct)) &&
	       (READ_ONCE(t->n_peers) < TRIGGER_PEERS_MAX ||
		!nf_ct_is_confirmed(ct));
}

static bool should_set_answered(const struct trigger *t,
				const struct nf_conn *ct)
{
	return !READ_ONCE(t->answered) && trigger_session_ct_answered(ct);
}

/*
 * Note that the peer of @ct, which is known, was contacted: at most once a
 * second, and for each new connection. Under RCU.
 */
static void refresh_peer(const struct trigger *t, const struct nf_conn *ct,
			 u32 now)
{
	struct trigger_peer *peer = trigger_peer_find(t, peer_of(ct));

	if (peer && (trigger_clock_elapsed(now, READ_ONCE(peer->contacted)) >=
		     TRIGGER_SECOND || !nf_ct_is_confirmed(ct)))
		WRITE_ONCE(peer->contacted, now);
}

/* Refresh the stamp of @t, and count it, at most once a second. Under RCU. */
static void refresh_stamp(struct trigger *t, u32 now)
{
	u32 was = READ_ONCE(t->refreshed);

	if (trigger_clock_elapsed(now, was) >= TRIGGER_SECOND &&
	    cmpxchg(&t->refreshed, was, now) == was)
		trigger_count(t->set->table, TRIGGER_REFRESHED);
}

/* Whether a packet of @ct changes more of @t than stamps. Under RCU. */
bool trigger_refresh_needs_lock(const struct trigger *t,
				const struct nf_conn *ct, u64 now)
{
	return should_add_peer(t, ct) || should_follow(t, ct, now) ||
	       should_set_answered(t, ct);
}

/*
 * Note in @t, which has just opened, what else comes with the packet of @ct that opened
 * it. Lock and RCU held. Where there is no memory the peer or the session is missing.
 */
void trigger_refresh_first(struct trigger *t, struct nf_conn *ct, u64 now)
{
	const struct trigger_set *set = t->set;

	if (set->peer_host)
		trigger_peer_add(t, peer_of(ct),
				 trigger_queue_next_since(set->table, now), now,
				 TRIGGER_GFP);
	if (trigger_session_ct_answered(ct))
		trigger_set_answered(t);
	if (set->session || !t->answered)
		follow(t, ct, now);	/* in nobody's place */
}

/*
 * Note all that a packet of @ct changes in @t at @now. Lock and RCU held. Return the
 * connection that is not followed any longer, if any, for trigger_session_put().
 */
struct trigger_session trigger_refresh_locked(struct trigger *t,
					      struct nf_conn *ct, u64 now)
{
	struct trigger_table *table = t->set->table;

	refresh_stamp(t, now);
	if (should_add_peer(t, ct)) {
		trigger_peer_add(t, peer_of(ct),
				 trigger_queue_next_since(table, now), now,
				 TRIGGER_GFP);
		trigger_peer_evict(t, now);
	} else if (t->set->peer_host) {
		refresh_peer(t, ct, now);
	}
	if (should_set_answered(t, ct))
		trigger_set_answered(t);
	trigger_check_answered(t);	/* by one that may be replaced now */
	if (!should_follow(t, ct, now))
		return (struct trigger_session){};
	trigger_due_soon(t, now);
	return follow(t, ct, now);
}

/* Refresh the stamps of @t for a packet of @ct. Under RCU. */
void trigger_refresh(struct trigger *t, const struct nf_conn *ct, u32 now)
{
	refresh_stamp(t, now);
	if (t->set->peer_host)
		refresh_peer(t, ct, now);
}

/*
 * Refresh @t for a packet of @ct, an inbound connection that it lets in: the first
 * one, or one of a connection that nobody has answered yet
 * (--trigger-refresh both). Under RCU, softirqs on or off.
 */
void trigger_refresh_in(struct trigger *t, struct nf_conn *ct)
{
	struct trigger_table *table = t->set->table;
	struct trigger_session replaced = {};
	u64 now = trigger_clock_now();

	refresh_stamp(t, now);
	if (!should_follow_in(t, ct))
		return;
	trigger_lock_take(table);
	if (!t->dead) {
		trigger_check_answered(t);	/* by one that may be replaced now */
		if (should_follow_in(t, ct))
			replaced = follow(t, ct, now);
	}
	trigger_lock_release(table);
	trigger_session_put(replaced);
}
