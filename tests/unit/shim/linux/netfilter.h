/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_NETFILTER_H
#define _SHIM_NETFILTER_H

#include "linux/types.h"
#include "linux/in.h"
#include_next <linux/netfilter.h>

static inline bool nf_inet_addr_cmp(const union nf_inet_addr *a,
				    const union nf_inet_addr *b)
{
	return a->all[0] == b->all[0] && a->all[1] == b->all[1] &&
	       a->all[2] == b->all[2] && a->all[3] == b->all[3];
}

#endif /* _SHIM_NETFILTER_H */
