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
	struct trigger_pool *pool = trigger_host_pool(parked->trigger, scope);
	struct rb_node **link, *parent = NULL;
	bool leftmost = true;

	if (!pool)
		return;
	link = &pool->parked.rb_root.rb_node;
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
	rb_insert_color_cached(&parked->node[scope], &pool->parked, leftmost);
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
	struct trigger_pool *pool;
	enum trigger_scope scope;

	lockdep_assert_held(&table->lock);
	for (scope = 0; scope < TRIGGER_SCOPES; scope++) {
		pool = trigger_host_pool(t, scope);
		if (pool)
			rb_erase_cached(&parked->node[scope], &pool->parked);
	}
	WRITE_ONCE(t->parked, NULL);
	WRITE_ONCE(table->parked, table->parked - 1);
	kfree(parked);
}

static struct trigger *of_node(const struct rb_node *node,
			       enum trigger_scope scope)
{
	return node ? trigger_of(node, scope) : NULL;
}

/* Return the one of @pool, that of a @scope, that opened first, or NULL. Lock held. */
struct trigger *trigger_parked_first(const struct trigger_pool *pool,
				     enum trigger_scope scope)
{
	return of_node(rb_first_cached(&pool->parked), scope);
}

/* Return the one that opened behind @t, which is parked, or NULL. Lock held. */
struct trigger *trigger_parked_next(const struct trigger *t,
				    enum trigger_scope scope)
{
	return of_node(rb_next(&t->parked->node[scope]), scope);
}

/* Return the parked one of @set that stands hindmost in its queue, or NULL. Lock held. */
struct trigger *trigger_parked_hindmost(const struct trigger_set *set)
{
	const struct rb_root_cached *parked = &set->pool.parked;

	return of_node(set->owner_last ? rb_first_cached(parked) :
		       rb_last(&parked->rb_root), TRIGGER_IN_SET);
}
