// SPDX-License-Identifier: GPL-2.0
/* --trigger-type out: opens or refreshes. See role.h. */
#include <linux/netfilter/x_tables.h>
#include <linux/skbuff.h>
#include <net/netfilter/nf_conntrack.h>

#include "open.h"
#include "proto.h"
#include "role.h"
#include "rule.h"

/*
 * Whether the packet belongs to a connection that its sender has opened: one
 * in the original direction, which no DNAT has let in.
 */
static bool is_outbound(const struct nf_conn *ct,
			enum ip_conntrack_info ctinfo)
{
	if (!ct || CTINFO2DIR(ctinfo) != IP_CT_DIR_ORIGINAL ||
	    ct->status & (IPS_DST_NAT | IPS_TEMPLATE))
		return false;
	/* An ICMP error is related to its connection, but no part of it. */
	return ctinfo != IP_CT_RELATED || !nf_ct_is_confirmed(ct);
}

/* Whether a packet of @ct triggers @info. */
static bool matches(const struct xt_trigger_tginfo *info,
		    const struct nf_conn *ct)
{
	const struct nf_conntrack_tuple *tuple =
		&ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple;

	return !info->n_match ||
	       trigger_rule_match(info, tuple->dst.protonum,
				  trigger_proto_port(tuple));
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
	if (is_outbound(ct, ctinfo) && matches(info, ct))
		trigger_open_packet(&rule->set, ct);
	return XT_CONTINUE;
}
