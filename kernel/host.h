/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Hosts that have active triggers, for the limit of one host: an IPv4 address,
 * or the /64 of an IPv6 one. Nobody looks for a host without the lock.
 */
#ifndef _TRIGGER_HOST_H
#define _TRIGGER_HOST_H

#include "trigger.h"

/* All active triggers of one host. @prefix: the address, or its /64 */
struct trigger_host {
	struct rhash_head	node;
	u64			prefix;
	struct trigger_pool	pool;
	u8			family;
};

struct trigger_host *trigger_host_find(struct trigger_table *table, u8 family,
				       const union nf_inet_addr *addr);
struct trigger_host *trigger_host_get(struct trigger_table *table, u8 family,
				      const union nf_inet_addr *addr);
struct trigger_pool *trigger_host_pool(struct trigger *t, enum trigger_scope scope);
void trigger_host_put(struct trigger_table *table, struct trigger_host *host);
int trigger_host_init(struct trigger_table *table);
void trigger_host_exit(struct trigger_table *table);

#endif /* _TRIGGER_HOST_H */
