// SPDX-License-Identifier: GPL-2.0
/* What this module keeps for each network namespace. See net.h. */
#include <linux/slab.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "net.h"
#include "table.h"

/* What net_generic() finds it by. */
unsigned int trigger_net_id __read_mostly;

/* Return what the core keeps for @net. Before its exit has ended. */
struct trigger_net_core *trigger_net_core(const struct net *net)
{
	return net_generic(net, trigger_net_id);
}

/* Return the table and rules of @net, without a reference. As above. */
struct trigger_net *trigger_net(const struct net *net)
{
	return trigger_net_core(net)->tn;
}

/* Make an empty one for @net, with a reference. Process context. ERR_PTR(-ENOMEM). */
struct trigger_net *trigger_net_new(struct net *net)
{
	struct trigger_net *tn = kzalloc(sizeof(*tn), GFP_KERNEL_ACCOUNT);
	int err;

	if (!tn)
		return ERR_PTR(-ENOMEM);
	refcount_set(&tn->refs, 1);
	err = trigger_table_init(&tn->table, net);
	if (err)
		goto err_free;
	err = trigger_rule_init(&tn->rules, &tn->table);
	if (err)
		goto err_table;
	return tn;

err_table:
	trigger_table_exit(&tn->table);
err_free:
	kfree(tn);
	return ERR_PTR(err);
}

/* Get a reference. Any context. */
void trigger_net_get(struct trigger_net *tn)
{
	refcount_inc(&tn->refs);
}

/* Put a reference. Process context. */
void trigger_net_put(struct trigger_net *tn)
{
	if (!refcount_dec_and_test(&tn->refs))
		return;
	trigger_rule_exit(&tn->rules);
	trigger_table_exit(&tn->table);
	kfree(tn);
}
