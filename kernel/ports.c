// SPDX-License-Identifier: GPL-2.0
/* The map from a port to the ranges that cover it: changes. See ports.h. */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "ports.h"

/* Return how many of the ports from @port to @max the next entry stands for. */
static u32 step(u32 port, u32 max)
{
	return port % TRIGGER_PORTS_BLOCK || max - port < TRIGGER_PORTS_BLOCK - 1 ?
	       1 : TRIGGER_PORTS_BLOCK;
}

/* Return how many entries @min..@max needs in trigger_ports_add(). Any context. */
unsigned int trigger_ports_entries(u16 min, u16 max)
{
	unsigned int n = 0;
	u32 port;

	for (port = min; port <= max; port += step(port, max))
		n++;
	return n;
}

/* Compute the word of @map's bits of which @port is the first. */
static unsigned long covered_word(const struct trigger_ports_map *map,
				  u32 port)
{
	const struct trigger_ports_block *block =
		&map->block[port / TRIGGER_PORTS_BLOCK];
	const struct trigger_ports_singles *singles =
		rcu_dereference_protected(block->singles, 1);
	unsigned long word = 0;
	unsigned int i;

	if (!hlist_empty(&block->whole))
		return ~0UL;
	if (!singles)
		return 0;
	port %= TRIGGER_PORTS_BLOCK;
	for (i = 0; i < BITS_PER_LONG; i++) {
		if (!hlist_empty(&singles->port[port + i]))
			word |= BIT(i);
	}
	return word;
}

/*
 * Set the bits of @min..@max. A word is written at once: a port that stays
 * covered never looks as if it were not.
 */
static void update_covered(struct trigger_ports_map *map, u32 min, u32 max)
{
	unsigned int i;

	for (i = BIT_WORD(min); i <= BIT_WORD(max); i++)
		WRITE_ONCE(map->covered[i],
			   covered_word(map, i * BITS_PER_LONG));
}

static void free_rcu(struct rcu_head *rcu)
{
	kvfree(container_of(rcu, struct trigger_ports_map, rcu));
}

/* Find or make the list for the @n ports from @port on. NULL: no memory. */
static struct hlist_head *list_get(struct trigger_ports_map *map,
				   u32 port, u32 n)
{
	struct trigger_ports_block *block =
		&map->block[port / TRIGGER_PORTS_BLOCK];
	struct trigger_ports_singles *singles =
		rcu_dereference_protected(block->singles, 1);

	if (n > 1)
		return &block->whole;
	if (!singles) {
		singles = kzalloc(sizeof(*singles), GFP_KERNEL_ACCOUNT);
		if (!singles)
			return NULL;
		rcu_assign_pointer(block->singles, singles);
	}
	singles->used++;
	return &singles->port[port % TRIGGER_PORTS_BLOCK];
}

/* Free the list of the @n ports from @port on with its last entry. */
static void list_put(struct trigger_ports_map *map, u32 port, u32 n)
{
	struct trigger_ports_block *block =
		&map->block[port / TRIGGER_PORTS_BLOCK];
	struct trigger_ports_singles *singles =
		rcu_dereference_protected(block->singles, 1);

	if (n > 1 || --singles->used)
		return;
	RCU_INIT_POINTER(block->singles, NULL);
	kfree_rcu(singles, rcu);
}

/*
 * Map the ports @min..@max (host byte order, 1 <= @min <= @max) to @data, in
 * the map at @anchor, which is made if there is none.
 * @entries: trigger_ports_entries() of them, which stay the caller's, and in
 * use until trigger_ports_remove() and an RCU grace period after it.
 * Process context, changes serialised by the caller. -ENOMEM: nothing is
 * mapped, but @entries may be in use by lookups until a grace period is over.
 */
int trigger_ports_add(struct trigger_ports_map __rcu **anchor, u16 min, u16 max,
		      void *data, struct trigger_ports_entry *entries)
{
	struct trigger_ports_map *map = rcu_dereference_protected(*anchor, 1);
	struct trigger_ports_entry *entry = entries;
	u32 port, n;

	if (!map) {
		map = kvzalloc(sizeof(*map), GFP_KERNEL_ACCOUNT);
		if (!map)
			return -ENOMEM;
		rcu_assign_pointer(*anchor, map);
	}
	for (port = min; port <= max; port += n, entry++) {
		struct hlist_head *list;

		n = step(port, max);
		list = list_get(map, port, n);
		if (!list) {
			trigger_ports_remove(anchor, min, port - 1, entries);
			return -ENOMEM;
		}
		entry->data = data;
		hlist_add_head_rcu(&entry->link, list);
		map->used++;
	}
	update_covered(map, min, max);
	return 0;
}

/*
 * Remove what trigger_ports_add() has added, and the map with its last
 * entry. Lookups may still see both until a grace period is over. Changes
 * serialised as above.
 */
void trigger_ports_remove(struct trigger_ports_map __rcu **anchor, u16 min,
			  u16 max, struct trigger_ports_entry *entries)
{
	struct trigger_ports_map *map = rcu_dereference_protected(*anchor, 1);
	u32 port, n;

	for (port = min; port <= max; port += n, entries++) {
		n = step(port, max);
		hlist_del_rcu(&entries->link);
		map->used--;
		list_put(map, port, n);
	}
	update_covered(map, min, max);
	if (map->used)
		return;
	RCU_INIT_POINTER(*anchor, NULL);
	call_rcu(&map->rcu, free_rcu);
}

/* Whether the same ranges are in both lists. */
static bool same_ranges(const struct hlist_head *a,
			const struct hlist_head *b)
{
	struct trigger_ports_at at = { rcu_dereference(hlist_first_rcu(a)) };
	struct trigger_ports_at bt = { rcu_dereference(hlist_first_rcu(b)) };

	/* Both lists have the same order: that in which the ranges were added. */
	while (at.link && bt.link &&
	       trigger_ports_data(&at) == trigger_ports_data(&bt)) {
		trigger_ports_next(&at);
		trigger_ports_next(&bt);
	}
	return !at.link && !bt.link;
}

/*
 * Return the last port, in the block of @port, up to which the same ranges
 * cover all ports from @port on. Under RCU, @map from rcu_dereference().
 */
u16 trigger_ports_last(const struct trigger_ports_map *map, u16 port)
{
	u16 end = port | (TRIGGER_PORTS_BLOCK - 1);
	const struct trigger_ports_singles *singles;

	if (!map)
		return end;
	singles = rcu_dereference(map->block[port / TRIGGER_PORTS_BLOCK].singles);
	if (!singles)
		return end;
	while (port < end &&
	       same_ranges(&singles->port[port % TRIGGER_PORTS_BLOCK],
			   &singles->port[(port + 1) % TRIGGER_PORTS_BLOCK]))
		port++;
	return port;
}
