/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Hosts that have active triggers, and their /64s on IPv6, for their limits. A LAN is
 * one /64, and a host can take many addresses of it. Nobody looks for a host without
 * the lock.
 */
#ifndef _TRIGGER_HOST_H
#define _TRIGGER_HOST_H

#include "trigger.h"

/*
 * All active triggers of one address, or of one /64.
 * @addr:	of a /64, its first address
 * @network:	the /64 that an IPv6 address is in; else NULL
 * @users:	active triggers, or addresses of the /64
 */
struct trigger_host {
	struct rhash_head	node;
	union nf_inet_addr	addr;
	struct trigger_host	*network;
	struct trigger_pool	pool;
	u32			users;
	u8			family;
	bool			is_network;
};

struct trigger_host *trigger_host_get(struct trigger_table *table, u8 family,
				      const union nf_inet_addr *addr,
				      gfp_t gfp);
void trigger_host_put(struct trigger_table *table, struct trigger_host *host);
struct trigger_pool *trigger_host_pool(const struct trigger *t,
				       enum trigger_scope scope);
void trigger_host_find_pools(struct trigger_set *set,
			     const union nf_inet_addr *owner,
			     struct trigger_pool *pool[TRIGGER_SCOPES]);
int trigger_host_init(struct trigger_table *table);
void trigger_host_exit(struct trigger_table *table);

#endif /* _TRIGGER_HOST_H */
