// SPDX-License-Identifier: GPL-2.0
/* --trigger-type dnat: sends a new connection to the owner. See role.h. */
#include <linux/inetdevice.h>
#include <linux/netfilter/x_tables.h>
#include <linux/netfilter_ipv6.h>
#include <linux/skbuff.h>
#include <net/inet_sock.h>
#include <net/inet_hashtables.h>
#include <net/l3mdev.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_nat.h>
#include <net/netfilter/nf_socket.h>

#include "lookup.h"
#include "refresh.h"
#include "role.h"
#include "rule.h"

/*
 * Whether @addr is an address of the router itself: most likely the first one
 * of the device that the packet came in by.
 */
static bool is_local(const struct xt_action_param *par,
		     const union nf_inet_addr *addr)
{
	const struct in_device *in;
	const struct in_ifaddr *first;

	/* Of a VRF, and of one link, an address is local to their devices only. */
	if (xt_family(par) != NFPROTO_IPV4)
		return nf_ipv6_chk_addr(xt_net(par), &addr->in6, xt_in(par), 0);
	in = __in_dev_get_rcu(xt_in(par));
	first = in ? rcu_dereference(in->ifa_list) : NULL;
	return (first && first->ifa_local == addr->ip) ||
	       __ip_dev_find(xt_net(par), addr->ip, false);
}

/* Whether a socket takes the packet as one that came in by @dev. */
static bool listens_on(struct sk_buff *skb, const struct xt_action_param *par,
		       const struct net_device *dev)
{
	struct sock *sk = NULL;

	if (xt_family(par) == NFPROTO_IPV4)
		sk = nf_sk_lookup_slow_v4(xt_net(par), skb, dev);
	else if (IS_ENABLED(CONFIG_IPV6))
		sk = nf_sk_lookup_slow_v6(xt_net(par), skb, dev);
	if (!sk)
		return false;
	sock_gen_put(sk);	/* the lookup's own, whatever skb->sk is */
	return true;
}

/*
 * Whether a socket of the router takes the packet; it may be bound to the VRF of the
 * packet's device. Costs a socket lookup, so it comes last. The kernel's lookup knows
 * tcp and udp.
 */
static bool is_listener(struct sk_buff *skb,
			const struct xt_action_param *par)
{
	const struct net_device *vrf = l3mdev_master_dev_rcu(xt_in(par));

	return listens_on(skb, par, xt_in(par)) ||
	       (vrf && listens_on(skb, par, vrf));
}

/*
 * Whether @t's owner is to get the packet, which has the tuple @to; if not, the
 * router's other rules and its own services decide.
 */
static bool may_receive(const struct trigger *t, struct sk_buff *skb,
			const struct xt_action_param *par,
			const struct nf_conntrack_tuple *to)
{
	const struct xt_trigger_tginfo *info = par->targinfo;

	/* The owner's own packets; what is on its way to the owner already. */
	if (trigger_addr_equal(&t->owner, &to->src.u3) ||
	    trigger_addr_equal(&t->owner, &to->dst.u3))
		return false;
	if (!is_local(par, &to->dst.u3))
		return false;
	if (!(info->flags & XT_TRIGGER_F_SHADOW) &&
	    is_listener(skb, par)) {
		trigger_count(t->set->table, TRIGGER_LOCAL);
		return false;
	}
	return true;
}

/*
 * Send the new connection @ct to @t's owner. Return the verdict of the NAT core,
 * as DNAT does: what is not NF_ACCEPT may have changed @ct, so that the packet
 * must not go on.
 */
static unsigned int send_to(struct nf_conn *ct, const struct trigger *t)
{
	struct nf_nat_range2 range = {
		.flags = NF_NAT_RANGE_MAP_IPS,
		.min_addr = t->owner,
		.max_addr = t->owner,
	};

	return nf_nat_setup_info(ct, &range, NF_NAT_MANIP_DST);
}

/* Send the packet to the port's owner, if any; a rule opens the port in @map. */
static noinline unsigned int
dnat_open(const struct trigger_ports_map *map, struct sk_buff *skb,
	  const struct xt_action_param *par)
{
	const struct nf_conntrack_tuple *to;
	enum ip_conntrack_info ctinfo;
	struct nf_conn *ct = nf_ct_get(skb, &ctinfo);
	unsigned int verdict;
	struct trigger *t;

	if (ctinfo != IP_CT_NEW || xt_hooknum(par) != NF_INET_PRE_ROUTING ||
	    ct->status & (IPS_TEMPLATE | IPS_CONFIRMED | IPS_DST_NAT_DONE))
		return XT_CONTINUE;
	to = &ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple;
	t = trigger_lookup_owner(map, ntohs(to->dst.u.all), &to->src.u3);
	if (!t || !may_receive(t, skb, par, to))
		return XT_CONTINUE;
	verdict = send_to(ct, t);
	if (verdict != NF_ACCEPT)
		return verdict;
	trigger_count(t->set->table, TRIGGER_DNAT);
	atomic_inc(&t->hits);
	if (t->set->refresh_both)
		trigger_refresh_in(t, ct);
	return NF_ACCEPT;
}

/* Return NF_ACCEPT, as DNAT does, for a connection that it sends on. */
unsigned int trigger_role_dnat(struct sk_buff *skb,
			       const struct xt_action_param *par)
{
	const struct xt_trigger_tginfo *info = par->targinfo;
	const struct trigger_name *name = info->kernel;
	const struct nf_conntrack_tuple *to;
	enum ip_conntrack_info ctinfo;
	struct nf_conn *ct = nf_ct_get(skb, &ctinfo);
	const struct trigger_ports_map *map;

	if (!ct)
		return XT_CONTINUE;
	to = &ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple;
	map = trigger_lookup_map(&name->ports, to->dst.protonum,
				 ntohs(to->dst.u.all));
	return map ? dnat_open(map, skb, par) : XT_CONTINUE;
}
