/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The hashes of a table, and what is found by them: for the files of the table
 * alone. Keyed with a random seed each (rhashtable makes it), so that nobody
 * on the network can choose addresses that fall together.
 */
#ifndef _TRIGGER_HASH_H
#define _TRIGGER_HASH_H

#include <linux/jhash.h>
#include <linux/rculist.h>

#include "table.h"

static __always_inline u32 trigger_hash(const struct trigger_set *set,
					const union nf_inet_addr *addr, u32 seed)
{
	u32 salt = (unsigned long)set / L1_CACHE_BYTES;

	if (set->family == NFPROTO_IPV4)
		return jhash_2words((__force u32)addr->ip, salt, seed);
	return jhash2(addr->all, ARRAY_SIZE(addr->all), seed ^ salt);
}

static __always_inline u32 trigger_key_hash(const void *data, u32 len, u32 seed)
{
	const struct trigger_key *key = data;

	return trigger_hash(key->set, key->addr, seed);
}

static inline u32 trigger_obj_hash(const void *data, u32 len, u32 seed)
{
	const struct trigger *t = data;

	return trigger_hash(t->set, &t->owner, seed);
}

static __always_inline int
trigger_obj_cmp(struct rhashtable_compare_arg *arg, const void *obj)
{
	const struct trigger_key *key = arg->key;
	const struct trigger *t = obj;

	return t->set != key->set || !trigger_addr_equal(&t->owner, key->addr);
}

static const struct rhashtable_params __maybe_unused trigger_params = {
	.head_offset		= offsetof(struct trigger, node),
	.key_len		= sizeof(struct trigger_key),
	.hashfn			= trigger_key_hash,
	.obj_hashfn		= trigger_obj_hash,
	.obj_cmpfn		= trigger_obj_cmp,
	.automatic_shrinking	= true,
};

static inline u32 trigger_line_hash(const void *data, u32 len, u32 seed)
{
	const struct trigger_line *line = data;

	return trigger_hash(line->set, &line->addr, seed);
}

static __always_inline int
trigger_line_cmp(struct rhashtable_compare_arg *arg, const void *obj)
{
	const struct trigger_key *key = arg->key;
	const struct trigger_line *line = obj;

	return line->set != key->set ||
	       !trigger_addr_equal(&line->addr, key->addr);
}

static const struct rhashtable_params __maybe_unused trigger_line_params = {
	.head_offset		= offsetof(struct trigger_line, node),
	.key_len		= sizeof(struct trigger_key),
	.hashfn			= trigger_key_hash,
	.obj_hashfn		= trigger_line_hash,
	.obj_cmpfn		= trigger_line_cmp,
	.automatic_shrinking	= true,
};

/* A host is an IPv4 address, or the /64 of an IPv6 one. */
struct trigger_host_key {
	u64	prefix;
	u8	family;
};

static __always_inline u32 trigger_host_key_hash(const void *data, u32 len,
						 u32 seed)
{
	const struct trigger_host_key *key = data;

	return jhash_3words(key->prefix, key->prefix >> 32, key->family, seed);
}

static inline u32 trigger_host_hash(const void *data, u32 len, u32 seed)
{
	const struct trigger_host *host = data;
	struct trigger_host_key key = { host->prefix, host->family };

	return trigger_host_key_hash(&key, len, seed);
}

static inline int trigger_host_cmp(struct rhashtable_compare_arg *arg,
				   const void *obj)
{
	const struct trigger_host_key *key = arg->key;
	const struct trigger_host *host = obj;

	return host->prefix != key->prefix || host->family != key->family;
}

static const struct rhashtable_params __maybe_unused trigger_host_params = {
	.head_offset		= offsetof(struct trigger_host, node),
	.key_len		= sizeof(struct trigger_host_key),
	.hashfn			= trigger_host_key_hash,
	.obj_hashfn		= trigger_host_hash,
	.obj_cmpfn		= trigger_host_cmp,
	.automatic_shrinking	= true,
};

static inline struct trigger_host_key
trigger_host_key(u8 family, const union nf_inet_addr *addr)
{
	struct trigger_host_key key = { .family = family };

	key.prefix = (__force u32)addr->all[0] |
		     (u64)(__force u32)addr->all[1] << 32;
	return key;
}

/*
 * The active trigger of @owner in @set, if any. Under RCU or the lock. A long
 * function, for where each packet comes by; trigger_find() is the same.
 */
static __always_inline struct trigger *
trigger_find_inline(const struct trigger_set *set, const union nf_inet_addr *owner)
{
	struct trigger_key key = { .set = set, .addr = owner };

	return rhashtable_lookup(&set->table->triggers, &key, trigger_params);
}

struct trigger *trigger_find(const struct trigger_set *set,
			     const union nf_inet_addr *owner);
struct trigger_line *trigger_line_find(const struct trigger_set *set,
				       const union nf_inet_addr *peer);
struct trigger_host *trigger_host_find(struct trigger_table *table, u8 family,
				       const union nf_inet_addr *addr);

#endif /* _TRIGGER_HASH_H */
