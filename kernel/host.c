// SPDX-License-Identifier: GPL-2.0
/* Hosts that have active triggers, and their /64s. See host.h. */
#include <linux/jhash.h>
#include <linux/slab.h>

#include "host.h"

static u32 key_hash(const void *data, u32 len, u32 seed)
{
	const struct trigger_host_key *key = data;

	if (key->family == NFPROTO_IPV4)
		return jhash_1word((__force u32)key->addr.ip, seed);
	return jhash2(key->addr.all, ARRAY_SIZE(key->addr.all),
		      seed + key->is_network);
}

static u32 obj_hash(const void *data, u32 len, u32 seed)
{
	const struct trigger_host *host = data;

	return key_hash(&host->key, len, seed);
}

static int obj_cmp(struct rhashtable_compare_arg *arg, const void *obj)
{
	const struct trigger_host_key *key = arg->key;
	const struct trigger_host *host = obj;

	return host->key.family != key->family ||
	       host->key.is_network != key->is_network ||
	       !trigger_addr_equal(&host->key.addr, &key->addr);
}

static const struct rhashtable_params host_params = {
	.head_offset		= offsetof(struct trigger_host, node),
	.key_len		= sizeof(struct trigger_host_key),
	.hashfn			= key_hash,
	.obj_hashfn		= obj_hash,
	.obj_cmpfn		= obj_cmp,
	.automatic_shrinking	= true,
};

static struct trigger_host_key host_key(u8 family,
					const union nf_inet_addr *addr)
{
	return (struct trigger_host_key){ .addr = *addr, .family = family };
}

static struct trigger_host_key network_key(const union nf_inet_addr *addr)
{
	struct trigger_host_key key = {
		.family = NFPROTO_IPV6, .is_network = true,
	};

	key.addr.all[0] = addr->all[0];
	key.addr.all[1] = addr->all[1];
	return key;
}

/* Under RCU. */
static struct trigger_host *find(struct trigger_table *table,
				 const struct trigger_host_key *key)
{
	return rhashtable_lookup(&table->hosts, key, host_params);
}

/* Make what has @key, which is not there, without a user; NULL: no memory. */
static struct trigger_host *make(struct trigger_table *table,
				 const struct trigger_host_key *key, gfp_t gfp)
{
	struct trigger_host *host;

	host = kzalloc(sizeof(*host), gfp);
	if (!host)
		return NULL;
	host->key = *key;
	trigger_pool_init(&host->pool);
	if (rhashtable_insert_fast(&table->hosts, &host->node, host_params)) {
		kfree(host);
		return NULL;
	}
	return host;
}

static void delete(struct trigger_table *table, struct trigger_host *host)
{
	rhashtable_remove_fast(&table->hosts, &host->node, host_params);
	kfree(host);
}

/* Give the new @host its /64. -ENOMEM. */
static int join_network(struct trigger_table *table, struct trigger_host *host,
			gfp_t gfp)
{
	struct trigger_host_key key;

	if (host->key.family != NFPROTO_IPV6)
		return 0;
	key = network_key(&host->key.addr);
	host->network = find(table, &key) ?: make(table, &key, gfp);
	if (!host->network)
		return -ENOMEM;
	host->network->users++;
	return 0;
}

/*
 * Make the host at @addr, which is not there, and return it with a reference; NULL: no
 * memory. Lock and RCU held.
 */
struct trigger_host *trigger_host_new(struct trigger_table *table, u8 family,
				      const union nf_inet_addr *addr,
				      gfp_t gfp)
{
	struct trigger_host_key key = host_key(family, addr);
	struct trigger_host *host = make(table, &key, gfp);

	if (!host)
		return NULL;
	if (join_network(table, host, gfp)) {
		delete(table, host);
		return NULL;
	}
	host->users = 1;
	return host;
}

/* Return @host with a reference. Lock held. */
struct trigger_host *trigger_host_get(struct trigger_host *host)
{
	host->users++;
	return host;
}

/* Put a reference to @host; the last one frees it. Lock held. */
void trigger_host_put(struct trigger_table *table, struct trigger_host *host)
{
	struct trigger_host *network = host->network;

	if (--host->users)
		return;
	delete(table, host);
	if (network && !--network->users)
		delete(table, network);
}

/* Find the /64 of @owner, which may have no active trigger; NULL: there is none. */
static struct trigger_host *find_network(struct trigger_set *set,
					 const union nf_inet_addr *owner)
{
	struct trigger_host_key key;

	if (set->family != NFPROTO_IPV6)
		return NULL;
	key = network_key(owner);
	return find(set->table, &key);
}

/*
 * Find the pools that an active trigger of @owner in @set would be in; NULL: there is
 * none for a scope, or none yet. Return the host of @owner, or NULL. Lock and RCU held;
 * a pool, and a host, lives as long as something is in it.
 */
struct trigger_host *
trigger_host_find_pools(struct trigger_set *set,
			const union nf_inet_addr *owner,
			struct trigger_pool *pool[TRIGGER_SCOPES])
{
	struct trigger_host_key key = host_key(set->family, owner);
	struct trigger_host *host = find(set->table, &key), *network;

	network = host ? host->network : find_network(set, owner);
	pool[TRIGGER_IN_SET] = &set->pool;
	pool[TRIGGER_IN_HOST] = host ? &host->pool : NULL;
	pool[TRIGGER_IN_NETWORK] = network ? &network->pool : NULL;
	pool[TRIGGER_IN_TABLE] = &set->table->pool;
	return host;
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
