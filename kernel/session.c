// SPDX-License-Identifier: GPL-2.0
/* The conntrack entries that an active trigger follows. See session.h. */
#include <linux/compiler.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <net/netfilter/nf_conntrack.h>

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
 * The state of the connection in @slot. Under RCU or the table's lock.
 *
 * Without the lock the reference may be let go while we look, and the entry
 * become another connection; its memory stays a conntrack entry until the end
 * of the RCU section. If the slot still holds it afterwards, it was ours all
 * the time; if not, look again.
 */
enum trigger_session_state trigger_session_peek(struct nf_conn * const *slot)
{
	enum trigger_session_state state;
	struct nf_conn *ct;

	do {
		ct = READ_ONCE(*slot);
		if (!ct)
			return TRIGGER_SESSION_NONE;
		state = trigger_session_state(ct);
		smp_rmb(); /* what we read of it, before the second look */
	} while (READ_ONCE(*slot) != ct);
	return state;
}

/*
 * Whether the connection in @slot has seen a reply. Table's lock held; under
 * RCU alone it is a guess, for the entry may have become another connection.
 */
bool trigger_session_replied(struct nf_conn * const *slot)
{
	const struct nf_conn *ct = READ_ONCE(*slot);

	return ct && test_bit(IPS_SEEN_REPLY_BIT, &ct->status);
}

/*
 * Puts @ct (a packet's own, or NULL) into @slot, takes a reference to it, and
 * lets go of the one that was there. Table's lock held.
 */
void trigger_session_set(struct nf_conn **slot, struct nf_conn *ct)
{
	struct nf_conn *old = *slot;

	if (ct)
		nf_conntrack_get(&ct->ct_general);
	/* The new one's fields are the packet's CPU's own until now. */
	smp_store_release(slot, ct);
	if (old)
		nf_ct_put(old);
}
