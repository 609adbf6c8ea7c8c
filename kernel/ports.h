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

/* A place in a lookup: a slot that has entries, and the shift below it. */
struct trigger_ports_at {
	const struct trigger_ports_slot	*slot;
	unsigned int			shift;
};

/* Finds the first place from @node on down to @port; false: none. Under RCU. */
static inline bool trigger_ports_next(struct trigger_ports_at *at,
				      const struct trigger_ports_node *node,
				      u16 port, unsigned int shift)
{
	for (; node; node = rcu_dereference(at->slot->child)) {
		at->slot = &node->slot[(port >> shift) &
				       (TRIGGER_PORTS_SLOTS - 1)];
		shift -= TRIGGER_PORTS_BITS;	/* the lowest has no child */
		if (!hlist_empty(&at->slot->entries)) {
			at->shift = shift;
			return true;
		}
	}
	return false;
}

/*
 * A lookup goes over all slots on the way down to @port that have entries:
 *
 *	more = trigger_ports_first(&at, root, port);
 *	for (; more; more = trigger_ports_below(&at, port))
 *		hlist_for_each_entry_rcu(entry, &at.slot->entries, link)
 *
 * Under RCU; @root, from rcu_dereference(), may be NULL. The first level is
 * written out: most inbound packets get no further.
 */
static inline bool trigger_ports_first(struct trigger_ports_at *at,
				       const struct trigger_ports_node *root,
				       u16 port)
{
	if (!root)
		return false;
	at->slot = &root->slot[port >> TRIGGER_PORTS_TOP];
	at->shift = TRIGGER_PORTS_TOP - TRIGGER_PORTS_BITS;
	return !hlist_empty(&at->slot->entries) ||
	       trigger_ports_next(at, rcu_dereference(at->slot->child), port,
				  TRIGGER_PORTS_TOP - TRIGGER_PORTS_BITS);
}

static inline bool trigger_ports_below(struct trigger_ports_at *at, u16 port)
{
	return trigger_ports_next(at, rcu_dereference(at->slot->child), port,
				  at->shift);
}

#endif /* _TRIGGER_PORTS_H */
