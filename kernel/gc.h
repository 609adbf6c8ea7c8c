/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The collector: a work item of each table that runs while anything is open. It
 * closes what is over, and puts the connections that ended.
 */
#ifndef _TRIGGER_GC_H
#define _TRIGGER_GC_H

#include "trigger.h"

void trigger_gc_init(struct trigger_table *table);
void trigger_gc_start(struct trigger_table *table);
void trigger_gc_stop(struct trigger_table *table);
void trigger_gc_run(struct trigger_table *table);
void trigger_gc_one(struct trigger *t);

#endif /* _TRIGGER_GC_H */
