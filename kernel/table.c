// SPDX-License-Identifier: GPL-2.0
/* The life of a table, and its counters. See table.h. */
#include <linux/percpu.h>

#include "close.h"
#include "gc.h"
#include "hash.h"
#include "host.h"
#include "lock.h"
#include "peer.h"
#include "table.h"

/* Make an empty table of @net. Process context. -ENOMEM: nothing is left. */
int trigger_table_init(struct trigger_table *table, struct net *net)
{
	int err;

	table->net = net;
	spin_lock_init(&table->lock);
	INIT_LIST_HEAD(&table->dead);
	trigger_pool_init(&table->pool);
	trigger_gc_init(table);
	table->stats = alloc_percpu(struct trigger_stats);
	if (!table->stats)
		return -ENOMEM;
	err = trigger_hash_init(table);
	if (err)
		goto err_stats;
	err = trigger_peer_init(table);
	if (err)
		goto err_hash;
	err = trigger_host_init(table);
	if (err)
		goto err_peer;
	return 0;

err_peer:
	trigger_peer_exit(table);
err_hash:
	trigger_hash_exit(table);
err_stats:
	free_percpu(table->stats);
	return err;
}

/*
 * Close everything and put every connection; nothing opens from now on. Process
 * context. Rules may still hold sets of the table.
 */
void trigger_table_close(struct trigger_table *table)
{
	trigger_lock_take(table);
	table->gone = true;
	trigger_lock_release(table);
	trigger_gc_stop(table);
	trigger_close_pool(table, &table->pool, TRIGGER_IN_TABLE);
}

/* Free what trigger_table_init() made. It is closed, and its sets are gone. */
void trigger_table_exit(struct trigger_table *table)
{
	trigger_host_exit(table);
	trigger_peer_exit(table);
	trigger_hash_exit(table);
	free_percpu(table->stats);
}

/*
 * Return how many active triggers are not parked; *@parked: how many are. Any
 * context, lock not held.
 */
u32 trigger_table_count(struct trigger_table *table, u32 *parked)
{
	u32 count;

	trigger_lock_take(table);
	count = table->pool.count - table->parked;
	*parked = table->parked;
	trigger_lock_release(table);
	return count;
}

/* Return how often @stat has happened. Any context. */
u64 trigger_table_stat(const struct trigger_table *table,
		       enum trigger_stat stat)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += atomic64_read(&per_cpu_ptr(table->stats, cpu)->count[stat]);
	return sum;
}
