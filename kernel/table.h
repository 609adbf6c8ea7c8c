/* SPDX-License-Identifier: GPL-2.0 */
/* The life of a table, and its counters. */
#ifndef _TRIGGER_TABLE_H
#define _TRIGGER_TABLE_H

#include "trigger.h"

int trigger_table_init(struct trigger_table *table, struct net *net);
void trigger_table_close(struct trigger_table *table);
void trigger_table_exit(struct trigger_table *table);
u32 trigger_table_count(struct trigger_table *table, u32 *parked);
u64 trigger_table_stat(const struct trigger_table *table,
		       enum trigger_stat stat);

#endif /* _TRIGGER_TABLE_H */
