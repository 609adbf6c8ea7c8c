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
 * Conntrack keeps a closed connection for up to two minutes. A connection is
 * closed once both ends have sent their FIN, or one an RST. After one FIN alone
 * data may still flow.
 */
static bool ct_is_closed(const struct nf_conn *ct)
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
 * Return the state of @ct, which has the caller's reference or is its packet's.
 * Any context.
 */
enum trigger_session_state trigger_session_ct_state(const struct nf_conn *ct)
{
	if (nf_ct_is_dying(ct))
		return TRIGGER_SESSION_ENDED;
	/* Before it is confirmed its timeout is a span, not a time. */
	if (!nf_ct_is_confirmed(ct))
		return TRIGGER_SESSION_NEW;
	if (nf_ct_is_expired(ct) || ct_is_closed(ct))
		return TRIGGER_SESSION_ENDED;
	return TRIGGER_SESSION_ALIVE;
}

/*
 * Whether the peer of @ct has answered the host that sent its first packet. A
 * server's answer to a TCP SYN with a spoofed address goes to a host that never
 * sent one: of TCP the handshake has to be complete. Any context.
 */
bool trigger_session_ct_answered(const struct nf_conn *ct)
{
	return test_bit(nf_ct_protonum(ct) == IPPROTO_TCP ? IPS_ASSURED_BIT :
			IPS_SEEN_REPLY_BIT,
			&ct->status);
}

/* What conntrack finds the entry by once it is confirmed. */
struct pending {
	struct nf_conntrack_tuple	tuple;
	struct nf_conntrack_zone	zone;
	struct net			*net;
	struct rcu_head			rcu;
};

static struct pending *session_pending(unsigned long ref)
{
	return ref & TRIGGER_SESSION_PENDING ?
	       (struct pending *)(ref - TRIGGER_SESSION_PENDING) : NULL;
}

static struct nf_conn *session_ct(unsigned long ref)
{
	return (struct nf_conn *)ref;
}

/* Return the confirmed entry of @pending with a reference, or NULL. Under RCU. */
static struct nf_conn *pending_find_get(const struct pending *pending)
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
 * Return a session of @ct (a packet's own), for trigger_session_set(). Any
 * context. It is empty if there is no memory.
 */
struct trigger_session trigger_session_get(struct nf_conn *ct)
{
	struct trigger_session session = {};
	struct pending *pending;

	if (nf_ct_is_confirmed(ct)) {
		nf_conntrack_get(&ct->ct_general);
		session.ref = (unsigned long)ct;
		return session;
	}
	pending = kmalloc(sizeof(*pending), GFP_ATOMIC | __GFP_NOWARN);
	if (!pending)
		return session;
	pending->tuple = ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple;
	pending->zone = *nf_ct_zone(ct);
	pending->net = nf_ct_net(ct);
	session.ref = (unsigned long)pending + TRIGGER_SESSION_PENDING;
	return session;
}

/*
 * Return a session of the live connection in the default zone of @net whose first
 * packet had @tuple; it is empty if there is none. Process context, under RCU.
 */
struct trigger_session
trigger_session_find_get(struct net *net,
			 const struct nf_conntrack_tuple *tuple)
{
	struct pending key = {
		.tuple = *tuple, .zone = nf_ct_zone_dflt, .net = net,
	};
	struct nf_conn *ct = pending_find_get(&key);
	struct trigger_session session = {};

	if (!ct)
		return session;
	if (trigger_session_ct_state(ct) == TRIGGER_SESSION_ALIVE)
		session.ref = (unsigned long)ct;
	else
		nf_ct_put(ct);
	return session;
}

/*
 * Replace @session by @to, and return the one that was there, which the caller is
 * to put when it has released the lock. Table's lock held.
 */
struct trigger_session trigger_session_set(struct trigger_session *session,
					   struct trigger_session to)
{
	struct trigger_session old = *session;

	/* The fields of @to are the packet's CPU's own until now. */
	smp_store_release(&session->ref, to.ref);
	return old;
}

/* Empty @session, and return what was there, as above. */
struct trigger_session trigger_session_clear(struct trigger_session *session)
{
	return trigger_session_set(session, (struct trigger_session){});
}

/*
 * Put the reference of @session, which is in no active trigger; it may be empty.
 * Table's lock not held: the last one frees the conntrack entry. Any context.
 */
void trigger_session_put(struct trigger_session session)
{
	struct pending *pending = session_pending(session.ref);

	if (pending)
		kfree_rcu(pending, rcu);
	else if (session.ref)
		nf_ct_put(session_ct(session.ref));
}

/* Under RCU. */
static enum trigger_session_state pending_state(const struct pending *pending)
{
	enum trigger_session_state state = TRIGGER_SESSION_NEW;
	struct nf_conn *ct = pending_find_get(pending);

	if (ct) {
		state = trigger_session_ct_state(ct);
		nf_ct_put(ct);
	}
	return state;
}

/*
 * Return the state of @session. Under RCU or the table's lock.
 *
 * Without the lock another CPU may put the reference meanwhile, and the entry
 * may become another connection; its memory stays a conntrack entry until the
 * end of the RCU section. If the session has the same reference afterwards, it
 * had it all the time; if not, look again.
 */
enum trigger_session_state
trigger_session_state(const struct trigger_session *session)
{
	enum trigger_session_state state;
	struct pending *pending;
	unsigned long ref;

	do {
		ref = READ_ONCE(session->ref);
		if (!ref)
			return TRIGGER_SESSION_NONE;
		pending = session_pending(ref);
		state = pending ? pending_state(pending) :
				  trigger_session_ct_state(session_ct(ref));
		smp_rmb(); /* what was read of it, before the second look */
	} while (READ_ONCE(session->ref) != ref);
	return state;
}

/*
 * Copy the tuple of the first packet of @session to @tuple; return whether its
 * connection lives. Under RCU or the table's lock.
 */
bool trigger_session_tuple(const struct trigger_session *session,
			   struct nf_conntrack_tuple *tuple)
{
	enum trigger_session_state state;
	const struct pending *pending;
	unsigned long ref;

	do {
		ref = READ_ONCE(session->ref);
		if (!ref)
			return false;
		pending = session_pending(ref);
		*tuple = pending ? pending->tuple :
			 session_ct(ref)->tuplehash[IP_CT_DIR_ORIGINAL].tuple;
		state = trigger_session_state(session);
		smp_rmb(); /* as in trigger_session_state() */
	} while (READ_ONCE(session->ref) != ref);
	return state == TRIGGER_SESSION_ALIVE || state == TRIGGER_SESSION_NEW;
}

/*
 * Whether the connection of @session, if any, has been answered. Table's lock
 * held; under RCU alone it is a guess, for the entry may have become another
 * connection.
 */
bool trigger_session_answered(const struct trigger_session *session)
{
	unsigned long ref = READ_ONCE(session->ref);
	const struct pending *pending = session_pending(ref);
	bool answered = false;
	struct nf_conn *ct;

	if (!pending)
		return ref && trigger_session_ct_answered(session_ct(ref));
	ct = pending_find_get(pending);
	if (ct) {
		answered = trigger_session_ct_answered(ct);
		nf_ct_put(ct);
	}
	return answered;
}

/*
 * Whether @session, which was pending when the caller looked, is to become @ct.
 * Under RCU or the table's lock.
 */
bool trigger_session_match_pending(const struct trigger_session *session,
				   const struct nf_conn *ct)
{
	const struct pending *pending = session_pending(READ_ONCE(session->ref));

	return pending &&
	       nf_ct_tuple_equal(&pending->tuple,
				 &ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple) &&
	       nf_ct_zone_equal(ct, &pending->zone, IP_CT_DIR_ORIGINAL);
}

/*
 * Exchange a pending @session for its entry if that is confirmed. Table's lock
 * held.
 */
void trigger_session_confirm(struct trigger_session *session)
{
	struct pending *pending = session_pending(session->ref);
	struct nf_conn *ct = pending ? pending_find_get(pending) : NULL;

	if (!ct)
		return;
	trigger_session_set(session,
			    (struct trigger_session){ .ref = (unsigned long)ct });
	kfree_rcu(pending, rcu);
}
