// SPDX-License-Identifier: GPL-2.0
/* The map from a port to the ranges that cover it: changes. See ports.h. */
#include <linux/kernel.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "ports.h"

/* One change under way: the entries not used yet, and what they stand for. */
struct trigger_ports_change {
	struct trigger_ports_entry	*next;
	void				*data;
	u16				min;
	u16				max;
};

/* The blocks that @min..@max is cut into below a node of blocks 1 << @shift. */
static unsigned int blocks_below(u32 min, u32 max, unsigned int shift)
{
	u32 first = ALIGN(min, 1 << shift) >> shift;
	u32 end = (max + 1) >> shift;
	unsigned int n = 0;

	if (first > end)	/* inside one block */
		return blocks_below(min, max, shift - TRIGGER_PORTS_BITS);
	if (min < first << shift)
		n += blocks_below(min, (first << shift) - 1,
				  shift - TRIGGER_PORTS_BITS);
	if (max >= end << shift)
		n += blocks_below(end << shift, max,
				  shift - TRIGGER_PORTS_BITS);
	return n + end - first;
}

/* How many entries trigger_ports_add() needs for @min..@max. Any context. */
unsigned int trigger_ports_blocks(u16 min, u16 max)
{
	return blocks_below(min, max, TRIGGER_PORTS_TOP);
}

/* Frees @node, and what is above it, as far as nothing is in it. */
static void trigger_ports_prune(struct trigger_ports_node *node)
{
	struct trigger_ports_node *parent;

	for (; node && !node->used; node = parent) {
		parent = node->parent;
		RCU_INIT_POINTER(*node->anchor, NULL);
		if (parent)
			parent->used--;
		kfree_rcu(node, rcu);
	}
}

/* The node at @anchor, made if there is none; NULL without memory. */
static struct trigger_ports_node *
trigger_ports_get(struct trigger_ports_node __rcu **anchor,
		  struct trigger_ports_node *parent)
{
	struct trigger_ports_node *node = rcu_dereference_protected(*anchor, 1);

	if (node)
		return node;
	node = kzalloc(sizeof(*node), GFP_KERNEL_ACCOUNT);
	if (!node)
		return NULL;
	node->parent = parent;
	node->anchor = anchor;
	if (parent)
		parent->used++;
	rcu_assign_pointer(*anchor, node);
	return node;
}

/* Adds the part of the range that lies in @node, whose first port is @base. */
static int trigger_ports_fill(struct trigger_ports_change *change,
			      struct trigger_ports_node __rcu **anchor,
			      struct trigger_ports_node *parent,
			      u32 base, unsigned int shift)
{
	struct trigger_ports_node *node = trigger_ports_get(anchor, parent);
	u32 first, last, i;
	int err;

	if (!node) {
		trigger_ports_prune(parent);
		return -ENOMEM;
	}
	first = max_t(u32, change->min, base) - base;
	last = min_t(u32, change->max - base, (1 << (shift + TRIGGER_PORTS_BITS)) - 1);
	for (i = first >> shift; i <= last >> shift; i++) {
		struct trigger_ports_slot *slot = &node->slot[i];
		u32 low = base + (i << shift);

		if (low >= change->min &&
		    low + (1 << shift) - 1 <= change->max) {
			change->next->node = node;
			change->next->data = change->data;
			hlist_add_head_rcu(&change->next->link, &slot->entries);
			node->used++;
			change->next++;
			continue;
		}
		err = trigger_ports_fill(change, &slot->child, node, low,
					 shift - TRIGGER_PORTS_BITS);
		if (err)
			return err;
	}
	return 0;
}

/*
 * Maps the ports @min..@max (host byte order, 1 <= @min <= @max) to @data.
 * @entries: trigger_ports_blocks() of them, which stay the caller's, and in
 * use until trigger_ports_remove() and an RCU grace period after it.
 * Process context, changes serialised by the caller. -ENOMEM: nothing is
 * mapped, but @entries may be in use by lookups until a grace period is over.
 */
int trigger_ports_add(struct trigger_ports_node __rcu **root, u16 min, u16 max,
		      void *data, struct trigger_ports_entry *entries)
{
	struct trigger_ports_change change = {
		.next = entries, .data = data, .min = min, .max = max,
	};
	int err;

	err = trigger_ports_fill(&change, root, NULL, 0, TRIGGER_PORTS_TOP);
	if (err)
		trigger_ports_remove(entries, change.next - entries);
	return err;
}

/*
 * Takes @n entries out, and the nodes that nothing is left in. Lookups may
 * still see them until a grace period is over. Changes serialised as above.
 */
void trigger_ports_remove(struct trigger_ports_entry *entries, unsigned int n)
{
	while (n--) {
		struct trigger_ports_node *node = entries[n].node;

		hlist_del_rcu(&entries[n].link);
		node->used--;
		trigger_ports_prune(node);
	}
}

/*
 * The last port of the block around @port in which every port has the same
 * entries as @port. Under RCU, @root from rcu_dereference().
 */
u16 trigger_ports_last(const struct trigger_ports_node *root, u16 port)
{
	unsigned int shift = 16;

	while (root && shift) {
		shift -= TRIGGER_PORTS_BITS;
		root = rcu_dereference(root->slot[(port >> shift) &
						  (TRIGGER_PORTS_SLOTS - 1)].child);
	}
	return port | ((1 << shift) - 1);
}
