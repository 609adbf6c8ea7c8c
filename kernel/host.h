/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Hosts that have active triggers, and their /64s on IPv6, for their limits. A LAN is
 * one /64, and a host can take many addresses of it. Nobody looks for a host without
 * the lock.
 */
#ifndef _TRIGGER_HOST_H
#define _TRIGGER_HOST_H

#include "trigger.h"

/* @addr: of a /64, its first address */
struct trigger_host_key {
	union nf_inet_addr	addr;
	u8			family;
	bool			is_network;
};

/*
 * All active triggers of one address, or of one /64.
 * @users:	active triggers, or addresses of the /64
 * @network:	the /64 that an IPv6 address is in; else NULL
 */
struct trigger_host {
	struct rhash_head	node;
	struct trigger_host_key	key;
	u32			users;
	struct trigger_host	*network;
	struct trigger_pool	pool;
};

struct trigger_host *trigger_host_new(struct trigger_table *table, u8 family,
				      const union nf_inet_addr *addr,
				      gfp_t gfp);
struct trigger_host *trigger_host_get(struct trigger_host *host);
void trigger_host_put(struct trigger_table *table, struct trigger_host *host);
struct trigger_host *
trigger_host_find_pools(struct trigger_set *set,
			const union nf_inet_addr *owner,
			struct trigger_pool *pool[TRIGGER_SCOPES]);
int trigger_host_init(struct trigger_table *table);
void trigger_host_exit(struct trigger_table *table);

/* Return the pool of @scope that @t is in; NULL: there is none. Lock held. */
static inline struct trigger_pool *trigger_host_pool(const struct trigger *t,
						     enum trigger_scope scope)
{
	switch (scope) {
	case TRIGGER_IN_HOST:
		return &t->host->pool;
	case TRIGGER_IN_NETWORK:
		return t->host->network ? &t->host->network->pool : NULL;
	case TRIGGER_IN_SET:
		return &t->set->pool;
	default:
		return &t->set->table->pool;
	}
}

#endif /* _TRIGGER_HOST_H */
