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

/* A lookup under way; @link: the entry that comes next. */
struct trigger_ports_walk {
	struct trigger_ports_node	*node;
	struct trigger_ports_slot	*slot;
	struct hlist_node		*link;
	unsigned int			shift;
	u16				port;
};

unsigned int trigger_ports_blocks(u16 min, u16 max);
int trigger_ports_add(struct trigger_ports_node __rcu **root, u16 min, u16 max,
		      void *data, struct trigger_ports_entry *entries);
void trigger_ports_remove(struct trigger_ports_entry *entries, unsigned int n);
u16 trigger_ports_last(const struct trigger_ports_node *root, u16 port);

/* Starts a lookup of @port below @root (from rcu_dereference()). */
static inline struct trigger_ports_walk
trigger_ports_begin(struct trigger_ports_node *root, u16 port)
{
	return (struct trigger_ports_walk){
		.node = root, .shift = TRIGGER_PORTS_TOP, .port = port,
	};
}

/*
 * The next entry that covers the port, NULL: there is none left. Under RCU.
 * The slot of the node at hand comes first, then the one below it.
 */
static inline struct trigger_ports_entry *
trigger_ports_next(struct trigger_ports_walk *walk)
{
	struct trigger_ports_entry *entry;

	while (!walk->link) {
		if (walk->slot)
			walk->node = rcu_dereference(walk->slot->child);
		if (!walk->node)
			return NULL;
		walk->slot = &walk->node->slot[(walk->port >> walk->shift) &
					       (TRIGGER_PORTS_SLOTS - 1)];
		walk->shift -= TRIGGER_PORTS_BITS;
		walk->link = rcu_dereference(hlist_first_rcu(&walk->slot->entries));
	}
	entry = hlist_entry(walk->link, struct trigger_ports_entry, link);
	walk->link = rcu_dereference(hlist_next_rcu(walk->link));
	return entry;
}

#endif /* _TRIGGER_PORTS_H */
