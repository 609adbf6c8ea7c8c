// SPDX-License-Identifier: GPL-2.0
/* Hosts that have active triggers. See host.h. */
#include <linux/jhash.h>
#include <linux/slab.h>

#include "host.h"

struct host_key {
	u64	prefix;
	u8	family;
};

static u32 key_hash(const void *data, u32 len, u32 seed)
{
	const struct host_key *key = data;

	return jhash_3words(key->prefix, key->prefix >> 32, key->family, seed);
}

static u32 obj_hash(const void *data, u32 len, u32 seed)
{
	const struct trigger_host *host = data;
	struct host_key key = { host->prefix, host->family };

	return key_hash(&key, len, seed);
}

static int obj_cmp(struct rhashtable_compare_arg *arg, const void *obj)
{
	const struct host_key *key = arg->key;
	const struct trigger_host *host = obj;

	return host->prefix != key->prefix || host->family != key->family;
}

static const struct rhashtable_params host_params = {
	.head_offset		= offsetof(struct trigger_host, node),
	.key_len		= sizeof(struct host_key),
	.hashfn			= key_hash,
	.obj_hashfn		= obj_hash,
	.obj_cmpfn		= obj_cmp,
	.automatic_shrinking	= true,
};

static struct host_key host_key(u8 family, const union nf_inet_addr *addr)
{
	struct host_key key = { .family = family };

	key.prefix = (__force u32)addr->all[0] |
		     (u64)(__force u32)addr->all[1] << 32;
	return key;
}

/* Find the host of @addr, or NULL. Lock and RCU held. */
struct trigger_host *trigger_host_find(struct trigger_table *table, u8 family,
				       const union nf_inet_addr *addr)
{
	struct host_key key = host_key(family, addr);

	return rhashtable_lookup(&table->hosts, &key, host_params);
}

/*
 * Find the host of @addr, or make it; NULL: no memory. Lock and RCU held. It
 * lives until trigger_host_put() finds its pool empty.
 */
struct trigger_host *trigger_host_get(struct trigger_table *table, u8 family,
				      const union nf_inet_addr *addr)
{
	struct trigger_host *host = trigger_host_find(table, family, addr);

	if (host)
		return host;
	host = kzalloc(sizeof(*host), GFP_ATOMIC | __GFP_NOWARN);
	if (!host)
		return NULL;
	host->prefix = host_key(family, addr).prefix;
	host->family = family;
	trigger_pool_init(&host->pool);
	if (rhashtable_insert_fast(&table->hosts, &host->node, host_params)) {
		kfree(host);
		return NULL;
	}
	return host;
}

/* Return the pool of @scope that @t is in. Lock held. */
struct trigger_pool *trigger_host_pool(struct trigger *t,
				       enum trigger_scope scope)
{
	switch (scope) {
	case TRIGGER_IN_SET:
		return &t->set->pool;
	case TRIGGER_IN_HOST:
		return &t->host->pool;
	default:
		return &t->set->table->pool;
	}
}

/* Free @host if it has no active trigger left. Lock held. */
void trigger_host_put(struct trigger_table *table, struct trigger_host *host)
{
	if (host->pool.count)
		return;
	rhashtable_remove_fast(&table->hosts, &host->node, host_params);
	kfree(host);
}

/* Make the empty hash of @table. Process context. -ENOMEM. */
int trigger_host_init(struct trigger_table *table)
{
	return rhashtable_init(&table->hosts, &host_params);
}

/* Free it; no host is left. Process context. */
void trigger_host_exit(struct trigger_table *table)
{
	rhashtable_destroy(&table->hosts);
}
