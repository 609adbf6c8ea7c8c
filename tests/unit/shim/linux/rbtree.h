/* SPDX-License-Identifier: GPL-2.0 */
/* Trees of the kernel's form that nobody balances. */
#ifndef _SHIM_RBTREE_H
#define _SHIM_RBTREE_H

#include "linux/kernel.h"

struct rb_node {
	struct rb_node *parent;
	struct rb_node *rb_left;
	struct rb_node *rb_right;
};

struct rb_root {
	struct rb_node *rb_node;
};

struct rb_root_cached {
	struct rb_root rb_root;
	struct rb_node *rb_leftmost;
};

#define RB_ROOT_CACHED	((struct rb_root_cached){ { NULL }, NULL })

#define rb_first_cached(root)	((root)->rb_leftmost)

static inline void rb_link_node(struct rb_node *node, struct rb_node *parent,
				struct rb_node **link)
{
	node->parent = parent;
	node->rb_left = NULL;
	node->rb_right = NULL;
	*link = node;
}

/* The leftmost one, as whoever inserted says it is, and as it is. */
static inline void rb_insert_color_cached(struct rb_node *node,
					  struct rb_root_cached *root,
					  bool leftmost)
{
	struct rb_node *first = root->rb_root.rb_node;

	while (first->rb_left)
		first = first->rb_left;
	shim_assert(leftmost == (first == node),
		    "what is inserted is leftmost, or is not");
	root->rb_leftmost = first;
}

static inline struct rb_node *rb_last(const struct rb_root *root)
{
	struct rb_node *last = root->rb_node;

	while (last && last->rb_right)
		last = last->rb_right;
	return last;
}

/* The one behind @node in the order of the tree, or NULL. */
static inline struct rb_node *rb_next(const struct rb_node *node)
{
	struct rb_node *next = node->rb_right;

	if (next) {
		while (next->rb_left)
			next = next->rb_left;
		return next;
	}
	while (node->parent && node == node->parent->rb_right)
		node = node->parent;
	return node->parent;
}

void rb_erase_cached(struct rb_node *node, struct rb_root_cached *root);

#endif /* _SHIM_RBTREE_H */
