/* SPDX-License-Identifier: GPL-2.0 */
/*
 * When the collector is to visit an active trigger: in its next turn while it follows
 * a connection, else not before its time may be over. So what waits costs nothing.
 *
 * Each active trigger is in the list of one turn. A refresh moves none: who is
 * visited too early for that is put off again.
 */
#ifndef _TRIGGER_DUE_H
#define _TRIGGER_DUE_H

#include "trigger.h"

/* A turn has so many ticks (as a shift): a quarter of a second, or little more. */
#define TRIGGER_DUE_SHIFT	5

/* The most that trigger_due_take() takes. */
#define TRIGGER_DUE_BATCH	16

void trigger_due_init(struct trigger_due *due);
void trigger_due_add(struct trigger *t, u64 now);
void trigger_due_soon(struct trigger *t, u64 now);
void trigger_due_del(struct trigger *t);
unsigned int trigger_due_take(struct trigger_table *table, u64 now,
			      struct trigger *batch[TRIGGER_DUE_BATCH]);

#endif /* _TRIGGER_DUE_H */
