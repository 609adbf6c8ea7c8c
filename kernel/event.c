// SPDX-License-Identifier: GPL-2.0
/* Events. See event.h. */
#include <linux/bits.h>
#include <linux/module.h>
#include <net/genetlink.h>

#include <xt_trigger_event.h>

#include "event.h"
#include "peer.h"
#include "proto.h"

/*
 * Only CAP_NET_ADMIN over the namespace may join. Kernels that do not know
 * GENL_MCAST_CAP_NET_ADMIN, which is BIT(0), look at the other flag.
 */
static const struct genl_multicast_group groups[] = {
	{
		.name	= XT_TRIGGER_GENL_GROUP,
		.flags	= GENL_UNS_ADMIN_PERM | BIT(0),
	},
};

/* It has no alias: who asks for it does not load the module. */
static struct genl_family family __ro_after_init = {
	.name		= XT_TRIGGER_GENL_NAME,
	.version	= XT_TRIGGER_GENL_VERSION,
	.netnsok	= true,
	.module		= THIS_MODULE,
	.mcgrps		= groups,
	.n_mcgrps	= ARRAY_SIZE(groups),
};

/* Tell of the family, in all namespaces. Process context. */
int trigger_event_register(void)
{
	return genl_register_family(&family);
}

/* Nobody sends any more. Process context. */
void trigger_event_unregister(void)
{
	genl_unregister_family(&family);
}

/* Whether somebody listens: at least in one namespace, which may be another. */
static bool has_listeners(const struct trigger_table *table)
{
	return genl_has_listeners(&family, table->net, 0);
}

/* Messages. */

/* Start a message with room for @size bytes of attributes. NULL: it is lost. */
static struct sk_buff *message_new(struct trigger_table *table,
				   enum xt_trigger_event what, size_t size,
				   void **head)
{
	u32 seq = table->event_seq++;
	struct sk_buff *skb;

	lockdep_assert_held(&table->lock);
	skb = genlmsg_new(nla_total_size(sizeof(u32)) + size,
			  GFP_ATOMIC | __GFP_NOWARN);
	if (!skb)
		return NULL;
	*head = genlmsg_put(skb, 0, 0, &family, 0, what);
	if (*head && !nla_put_u32(skb, XT_TRIGGER_A_SEQ, seq))
		return skb;
	nlmsg_free(skb);
	return NULL;
}

static void message_send(const struct trigger_table *table,
			 struct sk_buff *skb, void *head)
{
	genlmsg_end(skb, head);
	genlmsg_multicast_netns(&family, table->net, skb, 0, 0, GFP_ATOMIC);
}

/* One active trigger. */

static int addr_len(u8 family)
{
	return family == NFPROTO_IPV4 ? sizeof(struct in_addr) :
					sizeof(struct in6_addr);
}

static size_t range_size(void)
{
	return nla_total_size(nla_total_size(sizeof(u8)) +
			      2 * nla_total_size(sizeof(u16)));
}

static size_t ct_size(u8 family)
{
	return nla_total_size(nla_total_size(sizeof(u8)) +
			      2 * nla_total_size(addr_len(family)) +
			      2 * nla_total_size(sizeof(u16)));
}

/* Return how many bytes put_trigger() needs. */
static size_t trigger_size(const struct trigger *t)
{
	const struct trigger_set *set = t->set;
	size_t size, addr_size = nla_total_size(addr_len(set->family));
	unsigned int i;

	/* family, proto, session, state, answered */
	size = 5 * nla_total_size(sizeof(u8));
	size += nla_total_size(sizeof(u16));	/* port */
	/* rule, timeout, expires, lifetime, age, hits */
	size += 6 * nla_total_size(sizeof(u32));
	size += nla_total_size_64bit(sizeof(u64));	/* id */
	size += nla_total_size(strlen(set->name) + 1);
	size += addr_size;	/* owner */
	size += set->n_ranges * range_size();
	size += t->n_peers * addr_size;
	for (i = 0; i < set->sessions; i++) {
		if (!trigger_session_empty(&t->session[i]))
			size += ct_size(set->family);
	}
	return size;
}

static bool put_addr(struct sk_buff *skb, int attr, u8 family,
		     const union nf_inet_addr *addr)
{
	return !nla_put(skb, attr, addr_len(family), addr);
}

static bool put_range(struct sk_buff *skb, const struct trigger_range *range)
{
	struct nlattr *nest = nla_nest_start(skb, XT_TRIGGER_A_OPEN);

	if (!nest ||
	    nla_put_u8(skb, XT_TRIGGER_RANGE_A_PROTO, range->proto) ||
	    nla_put_u16(skb, XT_TRIGGER_RANGE_A_FIRST, range->min) ||
	    nla_put_u16(skb, XT_TRIGGER_RANGE_A_LAST, range->max))
		return false;
	nla_nest_end(skb, nest);
	return true;
}

static bool put_ports(struct sk_buff *skb,
		      const struct nf_conntrack_tuple *tuple)
{
	return !nla_put_u16(skb, XT_TRIGGER_CT_A_SPORT,
			    ntohs(tuple->src.u.all)) &&
	       !nla_put_u16(skb, XT_TRIGGER_CT_A_DPORT,
			    ntohs(tuple->dst.u.all));
}

static bool put_ct(struct sk_buff *skb, u8 family,
		   const struct nf_conntrack_tuple *tuple)
{
	struct nlattr *nest = nla_nest_start(skb, XT_TRIGGER_A_CT);
	u8 proto = tuple->dst.protonum;

	if (!nest || nla_put_u8(skb, XT_TRIGGER_CT_A_PROTO, proto) ||
	    !put_addr(skb, XT_TRIGGER_CT_A_SRC, family, &tuple->src.u3) ||
	    !put_addr(skb, XT_TRIGGER_CT_A_DST, family, &tuple->dst.u3) ||
	    (trigger_proto_name(proto) && !put_ports(skb, tuple)))
		return false;
	nla_nest_end(skb, nest);
	return true;
}

/* Put the attributes that repeat. */
static bool put_lists(struct sk_buff *skb, const struct trigger *t)
{
	const struct trigger_set *set = t->set;
	const struct trigger_peer *peer;
	struct nf_conntrack_tuple tuple;
	unsigned int i;

	for (i = 0; i < set->n_ranges; i++) {
		if (!put_range(skb, &set->ranges[i]))
			return false;
	}
	hlist_for_each_entry(peer, &t->peers, node) {
		if (!put_addr(skb, XT_TRIGGER_A_PEER, set->family,
			      &peer->queue->addr))
			return false;
	}
	for (i = 0; i < set->sessions; i++) {
		if (trigger_session_tuple(&t->session[i], &tuple) &&
		    !put_ct(skb, set->family, &tuple))
			return false;
	}
	return true;
}

/* Put what changes while it is open. */
static bool put_state(struct sk_buff *skb, const struct trigger *t)
{
	u64 now = trigger_clock_now();
	u32 age = min_t(u64, trigger_clock_secs(trigger_age(t, now)), U32_MAX);
	u8 state = XT_TRIGGER_STATE_OPEN;

	if (trigger_is_parked(t))
		state = XT_TRIGGER_STATE_PARKED;
	else if (trigger_peer_is_behind(t, now))
		state = XT_TRIGGER_STATE_WAITING;
	return !nla_put_u32(skb, XT_TRIGGER_A_EXPIRES,
			    trigger_expires_secs(t, now)) &&
	       !nla_put_u32(skb, XT_TRIGGER_A_AGE, age) &&
	       !nla_put_u8(skb, XT_TRIGGER_A_SESSION, trigger_sessions(t)) &&
	       !nla_put_u32(skb, XT_TRIGGER_A_HITS, atomic_read(&t->hits)) &&
	       !nla_put_u8(skb, XT_TRIGGER_A_STATE, state) &&
	       !nla_put_u8(skb, XT_TRIGGER_A_ANSWERED, t->answered);
}

/* Put all that the proc file's line says. Return whether there was room. */
static bool put_trigger(struct sk_buff *skb, const struct trigger *t)
{
	const struct trigger_set *set = t->set;

	return !nla_put_u32(skb, XT_TRIGGER_A_RULE, set->label) &&
	       !nla_put_u64_64bit(skb, XT_TRIGGER_A_ID, t->id,
				  XT_TRIGGER_A_PAD) &&
	       !nla_put_string(skb, XT_TRIGGER_A_NAME, set->name) &&
	       !nla_put_u8(skb, XT_TRIGGER_A_FAMILY, set->family) &&
	       put_addr(skb, XT_TRIGGER_A_OWNER, set->family, &t->owner) &&
	       !nla_put_u8(skb, XT_TRIGGER_A_PROTO, t->proto) &&
	       (!trigger_proto_name(t->proto) ||
		!nla_put_u16(skb, XT_TRIGGER_A_PORT, t->port)) &&
	       !nla_put_u32(skb, XT_TRIGGER_A_TIMEOUT,
			    trigger_clock_secs(set->timeout)) &&
	       !nla_put_u32(skb, XT_TRIGGER_A_LIFETIME,
			    trigger_clock_secs(set->lifetime)) &&
	       put_state(skb, t) && put_lists(skb, t);
}

/* @reason: XT_TRIGGER_REASON_UNSPEC: it has none. */
static void tell_one(const struct trigger *t, enum xt_trigger_event what,
		     enum xt_trigger_reason reason)
{
	struct trigger_table *table = t->set->table;
	struct sk_buff *skb;
	void *head;

	if (!has_listeners(table))
		return;
	skb = message_new(table, what,
			  nla_total_size(sizeof(u8)) + trigger_size(t), &head);
	if (!skb)
		return;
	if ((reason && nla_put_u8(skb, XT_TRIGGER_A_REASON, reason)) ||
	    !put_trigger(skb, t)) {
		nlmsg_free(skb);
		return;
	}
	message_send(table, skb, head);
}

static enum xt_trigger_reason reason_of(enum trigger_stat why)
{
	switch (why) {
	case TRIGGER_EXPIRED:
		return XT_TRIGGER_REASON_EXPIRED;
	case TRIGGER_ENDED:
		return XT_TRIGGER_REASON_ENDED;
	case TRIGGER_EVICTED:
		return XT_TRIGGER_REASON_EVICTED;
	default:
		return XT_TRIGGER_REASON_CLOSED;
	}
}

/* @t has opened: all that it has from the start is there. */
void trigger_event_opened(const struct trigger *t)
{
	tell_one(t, XT_TRIGGER_EVENT_OPENED, XT_TRIGGER_REASON_UNSPEC);
}

/* @t, which is still whole, closes. @why: the counter. */
void trigger_event_closed(const struct trigger *t, enum trigger_stat why)
{
	tell_one(t, XT_TRIGGER_EVENT_CLOSED, reason_of(why));
}

/* Several together. */

static void tell_all(struct trigger_table *table, const struct trigger_set *set,
		     enum xt_trigger_event what, enum xt_trigger_reason reason,
		     u32 count)
{
	struct sk_buff *skb;
	void *head;

	if (!count || !has_listeners(table))
		return;
	skb = message_new(table, what, nla_total_size(sizeof(u8)) +
			  2 * nla_total_size(sizeof(u32)), &head);
	if (!skb)
		return;
	if ((reason && nla_put_u8(skb, XT_TRIGGER_A_REASON, reason)) ||
	    (set && nla_put_u32(skb, XT_TRIGGER_A_RULE, set->label)) ||
	    nla_put_u32(skb, XT_TRIGGER_A_COUNT, count)) {
		nlmsg_free(skb);
		return;
	}
	message_send(table, skb, head);
}

void trigger_event_closed_all(struct trigger_table *table,
			      const struct trigger_set *set, u32 count)
{
	tell_all(table, set, XT_TRIGGER_EVENT_CLOSED,
		 XT_TRIGGER_REASON_CLOSED, count);
}

void trigger_event_parked(const struct trigger_set *set, u32 count)
{
	tell_all(set->table, set, XT_TRIGGER_EVENT_PARKED,
		 XT_TRIGGER_REASON_UNSPEC, count);
}

void trigger_event_unparked(const struct trigger_set *set, u32 count)
{
	tell_all(set->table, set, XT_TRIGGER_EVENT_UNPARKED,
		 XT_TRIGGER_REASON_UNSPEC, count);
}
