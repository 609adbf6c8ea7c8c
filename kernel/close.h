/* SPDX-License-Identifier: GPL-2.0 */
/* How an active trigger ends. */
#ifndef _TRIGGER_CLOSE_H
#define _TRIGGER_CLOSE_H

#include "trigger.h"

void trigger_close(struct trigger *t);
void trigger_close_all(struct trigger_table *table);
void trigger_close_locked(struct trigger *t, enum trigger_stat why);
void trigger_close_quiet(struct trigger *t, enum trigger_stat why);
bool trigger_close_expired(struct trigger *t, u64 now);
void trigger_close_set(struct trigger_set *set);
u32 trigger_close_pool(struct trigger_table *table, struct trigger_pool *pool,
		       enum trigger_scope scope);

#endif /* _TRIGGER_CLOSE_H */
