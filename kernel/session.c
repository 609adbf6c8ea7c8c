// SPDX-License-Identifier: GPL-2.0
/* The connections that an active trigger follows. See session.h. */
#include <linux/compiler.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_conntrack_core.h>
#include <net/netfilter/nf_conntrack_tuple.h>
#include <net/netfilter/nf_conntrack_zones.h>

#include "session.h"

/*
 * Conntrack keeps a closed connection for up to two minutes; it counts as
 * ended once both ends have sent their FIN, or one an RST. One FIN alone
 * leaves it half open: data may still flow.
 */
static bool trigger_session_closed(const struct nf_conn *ct)
{
	switch (nf_ct_protonum(ct)) {
	case IPPROTO_TCP:
		/* Written under ct->lock; one byte, old or new will do. */
		switch (data_race(ct->proto.tcp.state)) {
		case TCP_CONNTRACK_LAST_ACK:
		case TCP_CONNTRACK_TIME_WAIT:
		case TCP_CONNTRACK_CLOSE:
			return true;
		default:
			return false;
		}
	case IPPROTO_SCTP:
		/* As above. */
		return data_race(ct->proto.sctp.state) == SCTP_CONNTRACK_CLOSED;
	default:
		return false;
	}
}

/*
 * The state of @ct, which the caller holds a reference to, or has as a
 * packet's own. Any context.
 */
enum trigger_session_state trigger_session_state(const struct nf_conn *ct)
{
	if (nf_ct_is_dying(ct))
		return TRIGGER_SESSION_ENDED;
	/* Before it is confirmed its timeout is a span, not a time. */
	if (!nf_ct_is_confirmed(ct))
		return TRIGGER_SESSION_NEW;
	if (nf_ct_is_expired(ct) || trigger_session_closed(ct))
		return TRIGGER_SESSION_ENDED;
	return TRIGGER_SESSION_ALIVE;
}

/*
 * Whether the peer of @ct has answered the host that sent its first packet. A
 * server's answer to a TCP SYN may go to a host that never sent one, as its
 * address was spoofed: there, the host has to have answered, too. Any context.
 */
bool trigger_ct_answered(const struct nf_conn *ct)
{
	return test_bit(nf_ct_protonum(ct) == IPPROTO_TCP ? IPS_ASSURED_BIT :
							    IPS_SEEN_REPLY_BIT,
			&ct->status);
}

/* What is found in conntrack once it is confirmed. */
struct trigger_pending {
	struct nf_conntrack_tuple	tuple;
	struct nf_conntrack_zone	zone;
	struct net			*net;
	struct rcu_head			rcu;
};

static struct trigger_pending *
trigger_session_pending(const struct trigger_session *session)
{
	return trigger_is_pending(session) ?
	       (void *)((unsigned long)session - TRIGGER_PENDING) : NULL;
}

static struct nf_conn *trigger_session_ct(const struct trigger_session *session)
{
	return (struct nf_conn *)session;
}

/* The entry that @pending has become, with a reference, or NULL. Under RCU. */
static struct nf_conn *trigger_pending_find(const struct trigger_pending *pending)
{
	struct nf_conntrack_tuple_hash *found;
	struct nf_conn *ct;

	found = nf_conntrack_find_get(pending->net, &pending->zone,
				      &pending->tuple);
	if (!found)
		return NULL;
	ct = nf_ct_tuplehash_to_ctrack(found);
	if (NF_CT_DIRECTION(found) == IP_CT_DIR_ORIGINAL)
		return ct;
	nf_ct_put(ct);
	return NULL;
}

/*
 * @ct (a packet's own), for trigger_session_set(), which has to follow. Any
 * context. NULL: no memory.
 */
struct trigger_session *trigger_session_new(struct nf_conn *ct)
{
	struct trigger_pending *pending;

	if (nf_ct_is_confirmed(ct)) {
		nf_conntrack_get(&ct->ct_general);
		return (struct trigger_session *)ct;
	}
	pending = kmalloc(sizeof(*pending), GFP_ATOMIC | __GFP_NOWARN);
	if (!pending)
		return NULL;
	pending->tuple = ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple;
	pending->zone = *nf_ct_zone(ct);
	pending->net = nf_ct_net(ct);
	return (void *)((unsigned long)pending + TRIGGER_PENDING);
}

/*
 * Puts @session (or NULL) into @slot, and lets go of the one that was there.
 * Table's lock held.
 */
void trigger_session_set(struct trigger_session **slot,
			 struct trigger_session *session)
{
	struct trigger_session *old = *slot;
	struct trigger_pending *pending = trigger_session_pending(old);

	/* The new one's fields are the packet's CPU's own until now. */
	smp_store_release(slot, session);
	if (pending)
		kfree_rcu(pending, rcu);
	else if (old)
		nf_ct_put(trigger_session_ct(old));
}

/* What becomes of @pending. Under RCU. */
static enum trigger_session_state
trigger_pending_state(const struct trigger_pending *pending)
{
	enum trigger_session_state state = TRIGGER_SESSION_NEW;
	struct nf_conn *ct = trigger_pending_find(pending);

	if (ct) {
		state = trigger_session_state(ct);
		nf_ct_put(ct);
	}
	return state;
}

/*
 * The state of the connection in @slot. Under RCU or the table's lock.
 *
 * Without the lock the reference may be let go while we look, and the entry
 * become another connection; its memory stays a conntrack entry until the end
 * of the RCU section. If the slot still holds it afterwards, it was ours all
 * the time; if not, look again.
 */
enum trigger_session_state
trigger_session_peek(struct trigger_session * const *slot)
{
	enum trigger_session_state state;
	struct trigger_pending *pending;
	struct trigger_session *session;

	do {
		session = READ_ONCE(*slot);
		if (!session)
			return TRIGGER_SESSION_NONE;
		pending = trigger_session_pending(session);
		state = pending ? trigger_pending_state(pending) :
			trigger_session_state(trigger_session_ct(session));
		smp_rmb(); /* what we read of it, before the second look */
	} while (READ_ONCE(*slot) != session);
	return state;
}

/*
 * Whether the connection in @slot, if there is one, has been answered. Table's
 * lock held; under RCU alone it is a guess, for the entry may have become
 * another connection.
 */
bool trigger_session_answered(struct trigger_session * const *slot)
{
	const struct trigger_session *session = READ_ONCE(*slot);
	const struct trigger_pending *pending = trigger_session_pending(session);
	bool answered = false;
	struct nf_conn *ct;

	if (!pending)
		return session && trigger_ct_answered(trigger_session_ct(session));
	ct = trigger_pending_find(pending);
	if (ct) {
		answered = trigger_ct_answered(ct);
		nf_ct_put(ct);
	}
	return answered;
}

/* Whether @session, which is pending, is to become @ct. Under RCU or the lock. */
bool trigger_pending_is_of(const struct trigger_session *session,
			   const struct nf_conn *ct)
{
	const struct trigger_pending *pending = trigger_session_pending(session);

	return nf_ct_tuple_equal(&pending->tuple,
				 &ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple) &&
	       nf_ct_zone_equal(ct, &pending->zone, IP_CT_DIR_ORIGINAL);
}

/* Exchanges what @slot has for its entry, if that is confirmed. Lock held. */
void trigger_session_settle(struct trigger_session **slot)
{
	struct trigger_pending *pending = trigger_session_pending(*slot);
	struct nf_conn *ct = pending ? trigger_pending_find(pending) : NULL;

	if (ct)
		trigger_session_set(slot, (struct trigger_session *)ct);
}
