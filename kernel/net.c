// SPDX-License-Identifier: GPL-2.0
/* The life of a network namespace's share. See net.h. */
#include <linux/slab.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "net.h"
#include "proc.h"

static unsigned int trigger_net_id __read_mostly;

/*
 * What the core keeps for us, and frees with the namespace.
 * @owned: @file has its owner; from then on it is the administrator's to change
 */
struct trigger_pernet {
	struct trigger_net	*tn;
	struct proc_dir_entry	*file;
	bool			owned;
};

static struct trigger_net *trigger_net_alloc(void)
{
	struct trigger_net *tn = kzalloc(sizeof(*tn), GFP_KERNEL_ACCOUNT);
	int err = -ENOMEM;

	if (!tn)
		return ERR_PTR(err);
	refcount_set(&tn->refs, 1);
	err = trigger_table_init(&tn->table);
	if (err)
		goto err_free;
	err = trigger_rules_init(&tn->rules, &tn->table);
	if (err)
		goto err_table;
	return tn;

err_table:
	trigger_table_exit(&tn->table);
err_free:
	kfree(tn);
	return ERR_PTR(err);
}

/* Lets go of a reference. Process context. */
void trigger_net_put(struct trigger_net *tn)
{
	if (!refcount_dec_and_test(&tn->refs))
		return;
	trigger_rules_exit(&tn->rules);
	trigger_table_exit(&tn->table);
	kfree(tn);
}

/* The share of @net, before its exit. Process context. */
struct trigger_net *trigger_net(struct net *net)
{
	struct trigger_pernet *pernet = net_generic(net, trigger_net_id);

	return pernet->tn;
}

/* The same, with a reference, for a rule. */
struct trigger_net *trigger_net_get(struct net *net)
{
	struct trigger_pernet *pernet = net_generic(net, trigger_net_id);

	/* Who loads a rule has been mapped by now. */
	if (!READ_ONCE(pernet->owned))
		WRITE_ONCE(pernet->owned, trigger_proc_own(pernet->file, net));
	refcount_inc(&pernet->tn->refs);
	return pernet->tn;
}

static int __net_init trigger_net_init(struct net *net)
{
	struct trigger_pernet *pernet = net_generic(net, trigger_net_id);
	struct trigger_net *tn = trigger_net_alloc();

	if (IS_ERR(tn))
		return PTR_ERR(tn);
	pernet->tn = tn;
	pernet->file = trigger_proc_init(net);
	if (!pernet->file) {
		trigger_net_put(tn);
		return -ENOMEM;
	}
	pernet->owned = trigger_proc_own(pernet->file, net);
	return 0;
}

/*
 * Runs before conntrack's exit, which waits for all of its entries: it was
 * registered later. No packet of the namespace is under way any more.
 */
static void __net_exit trigger_net_exit(struct net *net)
{
	struct trigger_pernet *pernet = net_generic(net, trigger_net_id);

	trigger_proc_exit(net);
	trigger_table_close(&pernet->tn->table);
	trigger_net_put(pernet->tn);
}

static struct pernet_operations trigger_net_ops = {
	.init	= trigger_net_init,
	.exit	= trigger_net_exit,
	.id	= &trigger_net_id,
	.size	= sizeof(struct trigger_pernet),
};

int trigger_net_register(void)
{
	return register_pernet_subsys(&trigger_net_ops);
}

void trigger_net_unregister(void)
{
	unregister_pernet_subsys(&trigger_net_ops);
}
