/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The pools of active triggers: what has a limit has one, with all that count towards
 * it. limit.c chooses from them who makes way, parked.c keeps those that are parked.
 */
#ifndef _TRIGGER_POOL_H
#define _TRIGGER_POOL_H

#include <linux/list.h>
#include <linux/rbtree.h>
#include <linux/types.h>

/*
 * What has a limit, and a list of the active triggers that count towards it; in the
 * order in which they make room.
 */
enum trigger_scope {
	TRIGGER_IN_HOST,	/* one owner */
	TRIGGER_IN_NETWORK,	/* the /64 of an owner on IPv6 */
	TRIGGER_IN_SET,		/* one rule */
	TRIGGER_IN_TABLE,	/* one namespace */
	TRIGGER_SCOPES,
};

/*
 * The active triggers in one scope.
 * @all:	SET: the queue for the ports, RCU. The others: by id, TABLE with RCU.
 * @unanswered:	those whose peer has not answered yet, the oldest first
 * @parked:	those that are parked, by since (parked.c)
 */
struct trigger_pool {
	u32			count;
	struct list_head	all;
	struct list_head	unanswered;
	struct rb_root_cached	parked;
};

/* Make @pool empty. */
static inline void trigger_pool_init(struct trigger_pool *pool)
{
	pool->count = 0;
	INIT_LIST_HEAD(&pool->all);
	INIT_LIST_HEAD(&pool->unanswered);
	pool->parked = RB_ROOT_CACHED;
}

#endif /* _TRIGGER_POOL_H */
