/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The parked active triggers: those whose rule is away. They make way before any
 * other when a limit is reached, so each scope has them by their age.
 */
#ifndef _TRIGGER_PARKED_H
#define _TRIGGER_PARKED_H

#include <linux/rbtree.h>

#include "trigger.h"

/* What an active trigger has while it is parked. @node: in the scope's pool.parked */
struct trigger_parked {
	struct trigger	*trigger;
	struct rb_node	node[TRIGGER_SCOPES];
};

int trigger_parked_add(struct trigger *t);
void trigger_parked_del(struct trigger *t);
struct trigger *trigger_parked_first(const struct trigger_pool *pool,
				     enum trigger_scope scope);
struct trigger *trigger_parked_hindmost(const struct trigger_set *set);
struct trigger *trigger_parked_next(const struct trigger *t,
				    enum trigger_scope scope);

#endif /* _TRIGGER_PARKED_H */
