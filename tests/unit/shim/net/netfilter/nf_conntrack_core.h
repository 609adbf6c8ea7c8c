/* SPDX-License-Identifier: GPL-2.0 */
/* Conntrack's table: all the connections of the test that are confirmed. */
#ifndef _SHIM_NF_CONNTRACK_CORE_H
#define _SHIM_NF_CONNTRACK_CORE_H

#include <net/netfilter/nf_conntrack_zones.h>

struct nf_conntrack_tuple_hash *
nf_conntrack_find_get(struct net *net, const struct nf_conntrack_zone *zone,
		      const struct nf_conntrack_tuple *tuple);

#endif /* _SHIM_NF_CONNTRACK_CORE_H */
