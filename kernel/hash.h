/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The hash of active triggers by set and owner. The seed is random (rhashtable
 * makes it), so that nobody on the network can choose addresses that collide.
 */
#ifndef _TRIGGER_HASH_H
#define _TRIGGER_HASH_H

#include <linux/jhash.h>

#include "trigger.h"

/* A key: an owner in a set; in peer.c, a peer in a set. */
struct trigger_hash_key {
	const struct trigger_set	*set;
	const union nf_inet_addr	*addr;
};

/* Hash @addr in @set. */
static __always_inline u32 trigger_hash(const struct trigger_set *set,
					const union nf_inet_addr *addr, u32 seed)
{
	u32 salt = (unsigned long)set / L1_CACHE_BYTES;

	if (set->family == NFPROTO_IPV4)
		return jhash_2words((__force u32)addr->ip, salt, seed);
	return jhash2(addr->all, ARRAY_SIZE(addr->all), seed ^ salt);
}

/* For rhashtable: hash a key. */
static __always_inline u32 trigger_hash_key(const void *data, u32 len, u32 seed)
{
	const struct trigger_hash_key *key = data;

	return trigger_hash(key->set, key->addr, seed);
}

/* For rhashtable: hash an active trigger. */
static inline u32 trigger_hash_obj(const void *data, u32 len, u32 seed)
{
	const struct trigger *t = data;

	return trigger_hash(t->set, &t->owner, seed);
}

/* For rhashtable: 0 if the active trigger @obj has the key. */
static __always_inline int
trigger_hash_cmp(struct rhashtable_compare_arg *arg, const void *obj)
{
	const struct trigger_hash_key *key = arg->key;
	const struct trigger *t = obj;

	return t->set != key->set || !trigger_addr_equal(&t->owner, key->addr);
}

static const struct rhashtable_params __maybe_unused trigger_hash_params = {
	.head_offset		= offsetof(struct trigger, node),
	.key_len		= sizeof(struct trigger_hash_key),
	.hashfn			= trigger_hash_key,
	.obj_hashfn		= trigger_hash_obj,
	.obj_cmpfn		= trigger_hash_cmp,
	.automatic_shrinking	= true,
};

/*
 * Find the active trigger of @owner in @set, or NULL. Under RCU or the lock.
 * Inline for the packets of owners, whom it saves 5 to 9 of 310 instructions
 * (tests/bench, row "refresh"); all others call trigger_hash_find().
 */
static __always_inline struct trigger *
trigger_hash_find_inline(const struct trigger_set *set,
			 const union nf_inet_addr *owner)
{
	struct trigger_hash_key key = { .set = set, .addr = owner };

	return rhashtable_lookup(&set->table->triggers, &key,
				 trigger_hash_params);
}

struct trigger *trigger_hash_find(const struct trigger_set *set,
				  const union nf_inet_addr *owner);
int trigger_hash_add(struct trigger *t);
void trigger_hash_del(struct trigger *t);
int trigger_hash_init(struct trigger_table *table);
void trigger_hash_exit(struct trigger_table *table);

#endif /* _TRIGGER_HASH_H */
