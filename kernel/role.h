/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What each type of rule does to a packet: the three targets.
 *
 * All take the addresses and ports from the packet's conntrack entry, which
 * conntrack has read from a well-formed header: they read no header. They run
 * under RCU, in softirq or process context, and return an iptables verdict:
 * XT_CONTINUE unless said otherwise.
 */
#ifndef _TRIGGER_ROLE_H
#define _TRIGGER_ROLE_H

#include <linux/bits.h>
#include <linux/netfilter.h>

struct sk_buff;
struct xt_action_param;

/* Where each type may be used. */
#define TRIGGER_HOOKS_OUT	(BIT(NF_INET_PRE_ROUTING) | \
				 BIT(NF_INET_FORWARD) | \
				 BIT(NF_INET_LOCAL_OUT) | \
				 BIT(NF_INET_POST_ROUTING))
#define TRIGGER_HOOKS_DNAT	BIT(NF_INET_PRE_ROUTING)
#define TRIGGER_HOOKS_IN	(BIT(NF_INET_LOCAL_IN) | BIT(NF_INET_FORWARD))

unsigned int trigger_role_out(struct sk_buff *skb,
			      const struct xt_action_param *par);
unsigned int trigger_role_dnat(struct sk_buff *skb,
			       const struct xt_action_param *par);
unsigned int trigger_role_in(struct sk_buff *skb, const struct xt_action_param *par);

#endif /* _TRIGGER_ROLE_H */
