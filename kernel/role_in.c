// SPDX-License-Identifier: GPL-2.0
/* --trigger-type in: accepts a new connection to an owner. See role.h. */
#include <linux/netfilter/x_tables.h>
#include <linux/skbuff.h>
#include <net/netfilter/nf_conntrack.h>

#include "lookup.h"
#include "refresh.h"
#include "role.h"
#include "rule.h"

/* Accept @ct if its destination has the port open; a rule opens it in @map. */
static noinline unsigned int
accept_open(const struct trigger_ports_map *map, struct nf_conn *ct)
{
	const struct nf_conntrack_tuple *from, *to;
	struct trigger *t;

	from = &ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple;
	to = &ct->tuplehash[IP_CT_DIR_REPLY].tuple;
	t = trigger_lookup_owned(map, ntohs(to->src.u.all), &to->src.u3,
				 &from->src.u3);
	if (!t)
		return XT_CONTINUE;

	/* Until it is answered, each of its packets comes here. */
	if (t->set->refresh_both)
		trigger_refresh_in(t, ct);
	/* Count its first packet: all others find it confirmed. */
	if (!nf_ct_is_confirmed(ct)) {
		trigger_count(t->set->table, TRIGGER_ACCEPTED);
		/* A connection that `dnat` let in has been counted there. */
		if (!(ct->status & IPS_DST_NAT))
			atomic_inc(&t->hits);
	}
	return NF_ACCEPT;
}

/* Return NF_ACCEPT for what an owner has open; never drop. */
unsigned int trigger_role_in(struct sk_buff *skb, const struct xt_action_param *par)
{
	const struct xt_trigger_tginfo *info = par->targinfo;
	const struct trigger_name *name = info->kernel;
	const struct nf_conntrack_tuple *to;
	enum ip_conntrack_info ctinfo;
	struct nf_conn *ct = nf_ct_get(skb, &ctinfo);
	const struct trigger_ports_map *map;

	if (!ct || ctinfo != IP_CT_NEW || nf_ct_is_template(ct) ||
	    !(BIT(xt_hooknum(par)) & TRIGGER_HOOKS_IN))
		return XT_CONTINUE;

	/* The source of replies is where DNAT, if any, has sent it. */
	to = &ct->tuplehash[IP_CT_DIR_REPLY].tuple;
	map = trigger_lookup_map(&name->ports, to->dst.protonum,
				 ntohs(to->src.u.all));
	return map ? accept_open(map, ct) : XT_CONTINUE;
}
