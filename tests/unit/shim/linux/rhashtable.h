/* SPDX-License-Identifier: GPL-2.0 */
/* A hash of a fixed number of buckets, which finds what the real one would. */
#ifndef _SHIM_RHASHTABLE_H
#define _SHIM_RHASHTABLE_H

#include "linux/rcupdate.h"
#include "linux/types.h"

struct rhash_head {
	struct rhash_head *next;
};

struct rhashtable;

struct rhashtable_compare_arg {
	struct rhashtable	*ht;
	const void		*key;
};

/* Those that matter here. */
struct rhashtable_params {
	u16	nelem_hint;
	u16	key_len;
	u16	key_offset;
	u16	head_offset;
	unsigned int	max_size;
	u16	min_size;
	bool	automatic_shrinking;
	u32	(*hashfn)(const void *key, u32 len, u32 seed);
	u32	(*obj_hashfn)(const void *object, u32 len, u32 seed);
	int	(*obj_cmpfn)(struct rhashtable_compare_arg *arg,
			     const void *object);
};

struct rhashtable {
	struct rhash_head **bucket;
	unsigned int buckets;
	unsigned int count;
	u32 seed;
};

int rhashtable_init(struct rhashtable *ht,
		    const struct rhashtable_params *params);
void rhashtable_destroy(struct rhashtable *ht);

int shim_rhashtable_insert(struct rhashtable *ht, struct rhash_head *link,
			   const struct rhashtable_params *params);
int shim_rhashtable_remove(struct rhashtable *ht, struct rhash_head *link,
			   const struct rhashtable_params *params);
void *shim_rhashtable_lookup(struct rhashtable *ht, const void *key,
			     const struct rhashtable_params *params);

#define rhashtable_insert_fast(ht, link, params) \
	shim_rhashtable_insert(ht, link, &(params))
#define rhashtable_remove_fast(ht, link, params) \
	shim_rhashtable_remove(ht, link, &(params))
#define rhashtable_lookup(ht, key, params) ({				\
	shim_assert(shim_rcu_depth, "rhashtable_lookup() without RCU");	\
	shim_yield();							\
	shim_rhashtable_lookup(ht, key, &(params));			\
})
#define rhashtable_lookup_fast(ht, key, params) \
	shim_rhashtable_lookup(ht, key, &(params))

#endif /* _SHIM_RHASHTABLE_H */
