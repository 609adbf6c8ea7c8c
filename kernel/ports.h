/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A map from a port to all the ranges that cover it, and what each stands for.
 *
 * In front, a bit for each of the 65,536 ports says whether any range covers
 * it: most inbound packets get no further, and pay the same whatever the ranges
 * are. Behind it are two levels. A range is cut into the whole blocks of 256
 * ports that it covers, and the single ports at its ends; each of them is one
 * entry: at most 764, for 1 to 65,534. A lookup goes over two short lists, that
 * of the block and that of the port, and meets each range once.
 *
 * A map takes 12 KB, and each block that has single ports 2 KB more; kmalloc
 * makes that 16 and 4.
 *
 * Lookups run under RCU; the caller serialises changes (with the mutex of its
 * rules). Pure data structure: what an entry stands for is the caller's.
 */
#ifndef _TRIGGER_PORTS_H
#define _TRIGGER_PORTS_H

#include <linux/bitops.h>
#include <linux/rculist.h>
#include <linux/types.h>

#include "proto.h"

#define TRIGGER_PORTS		65536
#define TRIGGER_PORTS_BLOCK	256

/* One block, or one port, of one range. @link: RCU; @data: what it stands for */
struct trigger_ports_entry {
	struct hlist_node	link;
	void			*data;
};

/* A block's single ports. @used: the entries in all lists */
struct trigger_ports_singles {
	struct hlist_head	port[TRIGGER_PORTS_BLOCK];
	unsigned int		used;
	struct rcu_head		rcu;
};

/* @whole: ranges that cover all of it; @singles: the ends of others, or NULL */
struct trigger_ports_block {
	struct hlist_head			whole;
	struct trigger_ports_singles __rcu	*singles;
};

/* Related ports of one protocol, host byte order. */
struct trigger_range {
	u8	proto;
	u16	min;
	u16	max;
};

/*
 * @covered: a port's bit is set after its first entry is linked, and cleared
 *           after its last one is gone; never in between
 * @used:    the entries in all lists
 */
struct trigger_ports_map {
	unsigned long			covered[BITS_TO_LONGS(TRIGGER_PORTS)];
	struct trigger_ports_block	block[TRIGGER_PORTS / TRIGGER_PORTS_BLOCK];
	unsigned int			used;
	struct rcu_head			rcu;
};

/* One map for each protocol that can be opened; see trigger_proto_index(). */
struct trigger_ports {
	struct trigger_ports_map __rcu	*map[TRIGGER_PROTOS];
};

unsigned int trigger_ports_entries(u16 min, u16 max);
int trigger_ports_add(struct trigger_ports_map __rcu **anchor, u16 min, u16 max,
		      void *data, struct trigger_ports_entry *entries);
void trigger_ports_remove(struct trigger_ports_map __rcu **anchor, u16 min,
			  u16 max, struct trigger_ports_entry *entries);
u16 trigger_ports_last(const struct trigger_ports_map *map, u16 port);

/* Whether a range covers @port. @map from rcu_dereference(), may be NULL. */
static inline bool trigger_ports_covered(const struct trigger_ports_map *map,
					 u16 port)
{
	return map && test_bit(port, map->covered);
}

/* A place in a lookup: @link of an entry, NULL at the end; @more: another list */
struct trigger_ports_at {
	const struct hlist_node	*link;
	const struct hlist_node	*more;
};

static inline void trigger_ports_go(struct trigger_ports_at *at,
				    const struct hlist_node *link)
{
	at->link = link;
	if (!link) {
		at->link = at->more;
		at->more = NULL;
	}
}

/*
 * A lookup goes over all ranges that cover @port:
 *
 *	trigger_ports_first(&at, map, port);
 *	for (; at.link; trigger_ports_next(&at))
 *		... trigger_ports_data(&at) ...
 *
 * Under RCU; @map from rcu_dereference(), not NULL.
 */
static inline void trigger_ports_first(struct trigger_ports_at *at,
				       const struct trigger_ports_map *map,
				       u16 port)
{
	const struct trigger_ports_block *block =
		&map->block[port / TRIGGER_PORTS_BLOCK];
	const struct trigger_ports_singles *singles =
		rcu_dereference(block->singles);
	unsigned int i = port % TRIGGER_PORTS_BLOCK;

	at->more = NULL;
	if (singles)
		at->more = rcu_dereference(hlist_first_rcu(&singles->port[i]));
	trigger_ports_go(at, rcu_dereference(hlist_first_rcu(&block->whole)));
}

static inline void trigger_ports_next(struct trigger_ports_at *at)
{
	trigger_ports_go(at, rcu_dereference(hlist_next_rcu(at->link)));
}

/* Whether the range that the lookup is at is the last one. Under RCU. */
static inline bool trigger_ports_is_last(const struct trigger_ports_at *at)
{
	return !at->more && !rcu_access_pointer(hlist_next_rcu(at->link));
}

static inline void *trigger_ports_data(const struct trigger_ports_at *at)
{
	return hlist_entry(at->link, struct trigger_ports_entry, link)->data;
}

#endif /* _TRIGGER_PORTS_H */
