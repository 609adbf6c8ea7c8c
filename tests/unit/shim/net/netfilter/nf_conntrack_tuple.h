/* SPDX-License-Identifier: GPL-2.0 */
/* Addresses and ports of a connection. */
#ifndef _SHIM_NF_CONNTRACK_TUPLE_H
#define _SHIM_NF_CONNTRACK_TUPLE_H

#include "linux/netfilter.h"
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
	} dst;
};

struct nf_conntrack_tuple_hash {
	struct nf_conntrack_tuple tuple;
};

#endif /* _SHIM_NF_CONNTRACK_TUPLE_H */
