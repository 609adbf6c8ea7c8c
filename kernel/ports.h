/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A map from a port to all the ranges that cover it, and what each stands for.
 *
 * A radix trie of the 16 bits of a port, four bits a level. A range is cut
 * into the fewest aligned blocks of 1, 16, 256 or 4096 ports, and each block
 * is one entry in the slot that stands for it: at most about a hundred entries
 * for the widest range. A lookup goes down at most four slots, whatever the
 * number and the width of the ranges, and meets each range that covers the
 * port once.
 *
 * Lookups run under RCU; the caller serialises changes (with the mutex of its
 * rules). Pure data structure: what an entry stands for is the caller's.
 */
#ifndef _TRIGGER_PORTS_H
#define _TRIGGER_PORTS_H

#include <linux/rculist.h>
#include <linux/types.h>

#define TRIGGER_PORTS_BITS	4
#define TRIGGER_PORTS_SLOTS	16
#define TRIGGER_PORTS_TOP	(16 - TRIGGER_PORTS_BITS)

struct trigger_ports_node;

/*
 * One block of one range.
 * @link: in the slot's list, RCU
 * @node: the node that the slot is in; for changes only
 * @data: what the range stands for
 */
struct trigger_ports_entry {
	struct hlist_node		link;
	struct trigger_ports_node	*node;
	void				*data;
};

/* @entries: ranges that cover the whole slot; @child: those that do not. */
struct trigger_ports_slot {
	struct hlist_head			entries;
	struct trigger_ports_node __rcu		*child;
};

/*
 * @parent: the node above, NULL for a root; for changes only
 * @anchor: the pointer that leads here
 * @used:   entries and children in all slots
 */
struct trigger_ports_node {
	struct trigger_ports_slot		slot[TRIGGER_PORTS_SLOTS];
	struct trigger_ports_node		*parent;
	struct trigger_ports_node __rcu		**anchor;
	unsigned int				used;
	struct rcu_head				rcu;
};

unsigned int trigger_ports_blocks(u16 min, u16 max);
int trigger_ports_add(struct trigger_ports_node __rcu **root, u16 min, u16 max,
		      void *data, struct trigger_ports_entry *entries);
void trigger_ports_remove(struct trigger_ports_entry *entries, unsigned int n);
u16 trigger_ports_last(const struct trigger_ports_node *root, u16 port);

/*
 * A lookup: all slots on the way down to @port that have entries.
 *
 *	unsigned int shift;
 *
 *	for (slot = trigger_ports_first(root, port, &shift); slot;
 *	     slot = trigger_ports_below(slot, port, &shift))
 *		hlist_for_each_entry_rcu(entry, &slot->entries, link)
 *
 * Under RCU, @node from rcu_dereference(), may be NULL. Short, for most of the
 * inbound packets meet no entry at all.
 */
static inline const struct trigger_ports_slot *
trigger_ports_next(const struct trigger_ports_node *node, u16 port,
		   unsigned int *shift)
{
	const struct trigger_ports_slot *slot;

	for (; node; node = rcu_dereference(slot->child)) {
		slot = &node->slot[(port >> *shift) & (TRIGGER_PORTS_SLOTS - 1)];
		*shift -= TRIGGER_PORTS_BITS;	/* the lowest has no child */
		if (!hlist_empty(&slot->entries))
			return slot;
	}
	return NULL;
}

static inline const struct trigger_ports_slot *
trigger_ports_first(const struct trigger_ports_node *root, u16 port,
		    unsigned int *shift)
{
	*shift = TRIGGER_PORTS_TOP;
	return trigger_ports_next(root, port, shift);
}

static inline const struct trigger_ports_slot *
trigger_ports_below(const struct trigger_ports_slot *slot, u16 port,
		    unsigned int *shift)
{
	return trigger_ports_next(rcu_dereference(slot->child), port, shift);
}

#endif /* _TRIGGER_PORTS_H */
