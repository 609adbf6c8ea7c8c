/* SPDX-License-Identifier: GPL-2.0 */
/* Addresses and ports of a connection. */
#ifndef _SHIM_NF_CONNTRACK_TUPLE_H
#define _SHIM_NF_CONNTRACK_TUPLE_H

#include "linux/netfilter.h"
#include "linux/string.h"
#include "linux/types.h"
#include <linux/netfilter/nf_conntrack_tuple_common.h>

struct nf_conntrack_tuple {
	struct {
		union nf_inet_addr u3;
		union {
			__be16 all;
		} u;
		u16 l3num;
	} src;
	struct {
		union nf_inet_addr u3;
		union {
			__be16 all;
		} u;
		u8 protonum;
		u8 dir;
	} dst;
};

static inline bool nf_ct_tuple_equal(const struct nf_conntrack_tuple *a,
				     const struct nf_conntrack_tuple *b)
{
	return !memcmp(&a->src.u3, &b->src.u3, sizeof(a->src.u3)) &&
	       !memcmp(&a->dst.u3, &b->dst.u3, sizeof(a->dst.u3)) &&
	       a->src.u.all == b->src.u.all && a->dst.u.all == b->dst.u.all &&
	       a->dst.protonum == b->dst.protonum;
}

struct nf_conntrack_tuple_hash {
	struct nf_conntrack_tuple tuple;
};

#define NF_CT_DIRECTION(hash)	((enum ip_conntrack_dir)(hash)->tuple.dst.dir)

#endif /* _SHIM_NF_CONNTRACK_TUPLE_H */
