// SPDX-License-Identifier: GPL-2.0
/* The hash of active triggers by set and owner. See hash.h. */
#include "hash.h"

/* Find the active trigger of @owner in @set, or NULL. Under RCU or the lock. */
struct trigger *trigger_hash_find(const struct trigger_set *set,
				  const union nf_inet_addr *owner)
{
	return trigger_hash_find_inline(set, owner);
}

/* Add @t. Lock held. -ENOMEM and other errors of rhashtable: not added. */
int trigger_hash_add(struct trigger *t)
{
	return rhashtable_insert_fast(&t->set->table->triggers, &t->node,
				      trigger_hash_params);
}

/* Delete @t, which was added. Lock held. */
void trigger_hash_del(struct trigger *t)
{
	rhashtable_remove_fast(&t->set->table->triggers, &t->node,
			       trigger_hash_params);
}

/* Make the empty hash of @table. Process context. -ENOMEM. */
int trigger_hash_init(struct trigger_table *table)
{
	return rhashtable_init(&table->triggers, &trigger_hash_params);
}

/* Free it; nothing is in it. Process context. */
void trigger_hash_exit(struct trigger_table *table)
{
	rhashtable_destroy(&table->triggers);
}
