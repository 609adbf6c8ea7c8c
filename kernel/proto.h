/* SPDX-License-Identifier: GPL-2.0 */
/* The protocols that have ports: their names, and which of them can be opened. */
#ifndef _TRIGGER_PROTO_H
#define _TRIGGER_PROTO_H

#include <linux/in.h>
#include <linux/types.h>
#include <net/netfilter/nf_conntrack_tuple.h>

/* How many protocols can be opened. */
#define TRIGGER_PROTOS		3

/* Return 0 to TRIGGER_PROTOS - 1, or < 0 if @proto cannot be opened. */
static inline int trigger_proto_index(u8 proto)
{
	switch (proto) {
	case IPPROTO_TCP:
		return 0;
	case IPPROTO_UDP:
		return 1;
	case IPPROTO_SCTP:
		return 2;
	default:
		return -1;
	}
}

/* Return the name that the proc file uses, or NULL if @proto has no ports. */
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

/*
 * Return the destination port of @tuple in host byte order, 0 if its protocol
 * has no ports.
 */
static inline u16 trigger_proto_port(const struct nf_conntrack_tuple *tuple)
{
	return trigger_proto_name(tuple->dst.protonum) ?
	       ntohs(tuple->dst.u.all) : 0;
}

#endif /* _TRIGGER_PROTO_H */
