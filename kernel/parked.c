// SPDX-License-Identifier: GPL-2.0
/* The parked active triggers. See parked.h. */
#include <linux/slab.h>

#include "host.h"
#include "parked.h"

static struct trigger *trigger_of(const struct rb_node *node,
				  enum trigger_scope scope)
{
	return container_of(node, struct trigger_parked, node[scope])->trigger;
}

static void insert(struct trigger_parked *parked, enum trigger_scope scope)
{
	struct rb_root_cached *root =
		&trigger_host_pool(parked->trigger, scope)->parked;
	struct rb_node **link = &root->rb_root.rb_node, *parent = NULL;
	bool leftmost = true;

	while (*link) {
		parent = *link;
		if (parked->trigger->since < trigger_of(parent, scope)->since) {
			link = &parent->rb_left;
		} else {
			link = &parent->rb_right;
			leftmost = false;
		}
	}
	rb_link_node(&parked->node[scope], parent, link);
	rb_insert_color_cached(&parked->node[scope], root, leftmost);
}

/* Park @t, which is neither parked nor dead. Lock held. -ENOMEM: it is not. */
int trigger_parked_add(struct trigger *t)
{
	struct trigger_table *table = t->set->table;
	struct trigger_parked *parked;
	enum trigger_scope scope;

	lockdep_assert_held(&table->lock);
	parked = kmalloc(sizeof(*parked), GFP_ATOMIC | __GFP_NOWARN);
	if (!parked)
		return -ENOMEM;
	parked->trigger = t;
	for (scope = 0; scope < TRIGGER_SCOPES; scope++)
		insert(parked, scope);
	WRITE_ONCE(t->parked, parked);
	WRITE_ONCE(table->parked, table->parked + 1);
	return 0;
}

/* Let @t, which is parked, be as before. Lock held. */
void trigger_parked_del(struct trigger *t)
{
	struct trigger_table *table = t->set->table;
	struct trigger_parked *parked = t->parked;
	enum trigger_scope scope;

	lockdep_assert_held(&table->lock);
	for (scope = 0; scope < TRIGGER_SCOPES; scope++)
		rb_erase_cached(&parked->node[scope],
				&trigger_host_pool(t, scope)->parked);
	WRITE_ONCE(t->parked, NULL);
	WRITE_ONCE(table->parked, table->parked - 1);
	kfree(parked);
}

/* Return the one of @pool, that of a @scope, that opened first, or NULL. Lock held. */
struct trigger *trigger_parked_oldest(const struct trigger_pool *pool,
				      enum trigger_scope scope)
{
	struct rb_node *first = rb_first_cached(&pool->parked);

	return first ? trigger_of(first, scope) : NULL;
}
