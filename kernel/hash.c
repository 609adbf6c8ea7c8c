// SPDX-License-Identifier: GPL-2.0
/* What is found by the hashes of a table. See hash.h. */
#include "hash.h"
#include "table.h"

/* The active trigger of @owner in @set, if any. Under RCU or the lock. */
struct trigger *trigger_find(const struct trigger_set *set,
			     const union nf_inet_addr *owner)
{
	return trigger_find_inline(set, owner);
}

/* The line of @peer in @set, if any. Under RCU or the lock. */
struct trigger_line *trigger_line_find(const struct trigger_set *set,
				       const union nf_inet_addr *peer)
{
	struct trigger_key key = { .set = set, .addr = peer };

	return rhashtable_lookup(&set->table->lines, &key, trigger_line_params);
}

/* The host that @addr is, or is in, if any. Lock and RCU held. */
struct trigger_host *trigger_host_find(struct trigger_table *table, u8 family,
				       const union nf_inet_addr *addr)
{
	struct trigger_host_key key = trigger_host_key(family, addr);

	return rhashtable_lookup(&table->hosts, &key, trigger_host_params);
}
