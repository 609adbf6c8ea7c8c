/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Walks over all active triggers of a table in the order of their ids. A walk may
 * pause and leave RCU: one that lives through the walk is met exactly once.
 */
#ifndef _TRIGGER_WALK_H
#define _TRIGGER_WALK_H

#include "trigger.h"

/*
 * @at:     where it is; with a reference while @paused
 * @id:     the id of @at, for when that is gone
 */
struct trigger_walk {
	struct trigger	*at;
	u64		id;
	bool		paused;
};

struct trigger *trigger_walk_begin(struct trigger_table *table,
				   struct trigger_walk *walk);
struct trigger *trigger_walk_next(struct trigger_table *table,
				  struct trigger_walk *walk);
void trigger_walk_pause(struct trigger_walk *walk);
struct trigger *trigger_walk_resume(struct trigger_table *table,
				    struct trigger_walk *walk);
struct trigger *trigger_walk_resched(struct trigger_table *table,
				     struct trigger_walk *walk);
void trigger_walk_end(struct trigger_walk *walk);
void trigger_walk_all(struct trigger_table *table,
		      void (*visit)(struct trigger *t, void *data), void *data);

#endif /* _TRIGGER_WALK_H */
