// SPDX-License-Identifier: GPL-2.0
/* How a network namespace begins and ends for this module. See pernet.h. */
#include <linux/err.h>
#include <net/net_namespace.h>

#include "net.h"
#include "pernet.h"
#include "proc.h"
#include "table.h"

static int __net_init net_init(struct net *net)
{
	struct trigger_net_core *core = trigger_net_core(net);

	core->tn = trigger_net_new(net);
	if (IS_ERR(core->tn))
		return PTR_ERR(core->tn);
	core->file = trigger_proc_init(net);
	if (!core->file) {
		trigger_net_put(core->tn);
		return -ENOMEM;
	}
	trigger_proc_own(net);
	return 0;
}

/*
 * Runs before conntrack's exit, which waits for all of its entries: it was
 * registered later. No packet of the namespace is under way any more.
 */
static void __net_exit net_exit(struct net *net)
{
	struct trigger_net *tn = trigger_net(net);

	trigger_proc_exit(net);
	trigger_table_close(&tn->table);
	trigger_rule_close(&tn->rules);
	trigger_net_put(tn);
}

static struct pernet_operations pernet_ops = {
	.init	= net_init,
	.exit	= net_exit,
	.id	= &trigger_net_id,
	.size	= sizeof(struct trigger_net_core),
};

/* Begin for all namespaces that are there, and that come. Process context. */
int trigger_pernet_register(void)
{
	return register_pernet_subsys(&pernet_ops);
}

/* End for all of them. Process context. */
void trigger_pernet_unregister(void)
{
	unregister_pernet_subsys(&pernet_ops);
}
