/* SPDX-License-Identifier: GPL-2.0 */
/* The protocols that have ports, and what the proc file calls them. */
#ifndef _TRIGGER_PROTO_H
#define _TRIGGER_PROTO_H

#include <linux/in.h>
#include <linux/types.h>
#include <net/netfilter/nf_conntrack_tuple.h>

/* NULL: a protocol without ports. Those with a name are what --trigger-match sees. */
static inline const char *trigger_proto_name(u8 proto)
{
	switch (proto) {
	case IPPROTO_TCP:
		return "tcp";
	case IPPROTO_UDP:
		return "udp";
	case IPPROTO_SCTP:
		return "sctp";
	case IPPROTO_DCCP:
		return "dccp";
	case IPPROTO_UDPLITE:
		return "udplite";
	default:
		return NULL;
	}
}

/* Where packets of @tuple go: host byte order, 0 if the protocol has no ports. */
static inline u16 trigger_proto_port(const struct nf_conntrack_tuple *tuple)
{
	return trigger_proto_name(tuple->dst.protonum) ?
	       ntohs(tuple->dst.u.all) : 0;
}

#endif /* _TRIGGER_PROTO_H */
