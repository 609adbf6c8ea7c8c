// SPDX-License-Identifier: GPL-2.0
/* --trigger-type out: opens or refreshes. See role.h. */
#include <linux/ip.h>
#include <linux/netfilter/x_tables.h>
#include <linux/skbuff.h>
#include <net/ipv6.h>
#include <net/netfilter/nf_conntrack.h>

#include "open.h"
#include "proto.h"
#include "role.h"
#include "rule.h"

/*
 * Whether the packet belongs to a connection that its sender has opened: one
 * in the original direction, which no DNAT has let in.
 */
static __always_inline bool
is_outbound(const struct nf_conn *ct, enum ip_conntrack_info ctinfo)
{
	return ct && CTINFO2DIR(ctinfo) == IP_CT_DIR_ORIGINAL &&
	       !(ct->status & (IPS_DST_NAT | IPS_TEMPLATE));
}

/*
 * Whether the packet, which is related to @ct, is a part of it: one of a connection
 * that a helper expected, which nobody has answered yet. An ICMP error is none.
 */
static bool is_part_of(const struct nf_conn *ct, const struct sk_buff *skb,
		       u8 family)
{
	unsigned int offset = 0;

	if (!nf_ct_is_confirmed(ct))
		return true;
	if (!(ct->status & IPS_EXPECTED))
		return false;
	if (family == NFPROTO_IPV4)
		return ip_hdr(skb)->protocol != IPPROTO_ICMP;
	return ipv6_find_hdr(skb, &offset, IPPROTO_ICMPV6, NULL, NULL) < 0;
}

/* Whether a packet of @ct triggers @info. */
static __always_inline bool matches(const struct xt_trigger_tginfo *info,
				    const struct nf_conn *ct)
{
	const struct nf_conntrack_tuple *tuple =
		&ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple;

	return !info->n_match ||
	       trigger_rule_match(info, tuple->dst.protonum,
				  trigger_proto_port(tuple));
}

/*
 * Open or refresh for a packet that conntrack calls related. Few are: the others do
 * not pay for what this one needs.
 */
static noinline unsigned int open_related(struct sk_buff *skb,
					  const struct xt_action_param *par)
{
	const struct xt_trigger_tginfo *info = par->targinfo;
	struct trigger_rule *rule = info->kernel;
	enum ip_conntrack_info ctinfo;
	struct nf_conn *ct = nf_ct_get(skb, &ctinfo);

	if (is_outbound(ct, ctinfo) && is_part_of(ct, skb, xt_family(par)) &&
	    matches(info, ct))
		trigger_open_packet(&rule->set, ct);
	return XT_CONTINUE;
}

unsigned int trigger_role_out(struct sk_buff *skb,
			      const struct xt_action_param *par)
{
	const struct xt_trigger_tginfo *info = par->targinfo;
	struct trigger_rule *rule = info->kernel;
	enum ip_conntrack_info ctinfo;
	struct nf_conn *ct = nf_ct_get(skb, &ctinfo);

	/*
	 * A chain of iptables-nft may be reached from any hook. par->fragoff is not
	 * looked at: a later fragment has no entry, and ip6_tables of older kernels
	 * leaves the field unset for a rule without a protocol.
	 */
	if (!(BIT(xt_hooknum(par)) & TRIGGER_HOOKS_OUT))
		return XT_CONTINUE;
	if (ctinfo == IP_CT_RELATED)
		return open_related(skb, par);
	if (is_outbound(ct, ctinfo) && matches(info, ct))
		trigger_open_packet(&rule->set, ct);
	return XT_CONTINUE;
}
