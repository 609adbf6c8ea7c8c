/* SPDX-License-Identifier: GPL-2.0 */
/* There is one zone. */
#ifndef _SHIM_NF_CONNTRACK_ZONES_H
#define _SHIM_NF_CONNTRACK_ZONES_H

#include <net/netfilter/nf_conntrack.h>

struct nf_conntrack_zone {
	u16 id;
};

static inline const struct nf_conntrack_zone *nf_ct_zone(const struct nf_conn *ct)
{
	static const struct nf_conntrack_zone zone;

	return &zone;
}

static inline bool nf_ct_zone_equal(const struct nf_conn *a,
				    const struct nf_conntrack_zone *b,
				    enum ip_conntrack_dir dir)
{
	return nf_ct_zone(a)->id == b->id;
}

static const struct nf_conntrack_zone nf_ct_zone_dflt __attribute__((unused));

#endif /* _SHIM_NF_CONNTRACK_ZONES_H */
