// SPDX-License-Identifier: GPL-2.0
/* The module, and how a rule becomes part of a ruleset. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>
#include <linux/netfilter/x_tables.h>
#include <linux/string.h>
#include <net/netfilter/nf_conntrack.h>

#include "check.h"
#include "event.h"
#include "net.h"
#include "pernet.h"
#include "proc.h"
#include "role.h"
#include "rule.h"

MODULE_LICENSE("GPL");
MODULE_AUTHOR("The xt_TRIGGER maintainers");
MODULE_VERSION("0.1.0");
MODULE_DESCRIPTION("Xtables: port triggering (\"TRIGGER\" target)");
MODULE_ALIAS("ipt_TRIGGER");
MODULE_ALIAS("ip6t_TRIGGER");

static unsigned int tg(struct sk_buff *skb,
		       const struct xt_action_param *par)
{
	const struct xt_trigger_tginfo *info = par->targinfo;

	switch (info->type) {
	case XT_TRIGGER_OUT:
		return trigger_role_out(skb, par);
	case XT_TRIGGER_DNAT:
		return trigger_role_dnat(skb, par);
	default:
		return trigger_role_in(skb, par);
	}
}

static int refuse(const char *what, const char *why)
{
	pr_info_ratelimited("%s: %s\n", what, why);
	return -EINVAL;
}

/*
 * Whether the rule stands where its type may. par->hook_mask is 0 for a user
 * chain of iptables-nft, or one that nothing jumps to: there the packet's own
 * hook decides.
 */
static int check_place(const struct xt_tgchk_param *par)
{
	const struct xt_trigger_tginfo *info = par->targinfo;

	switch (info->type) {
	case XT_TRIGGER_OUT:
		if (par->hook_mask & ~TRIGGER_HOOKS_OUT)
			return refuse("--trigger-type out",
				      "only in PREROUTING, FORWARD, OUTPUT and POSTROUTING");
		break;
	case XT_TRIGGER_DNAT:
		if (strcmp(par->table, "nat") ||
		    par->hook_mask & ~TRIGGER_HOOKS_DNAT)
			return refuse("--trigger-type dnat",
				      "only in the nat table's PREROUTING");
		break;
	case XT_TRIGGER_IN:
		if (par->hook_mask & ~TRIGGER_HOOKS_IN)
			return refuse("--trigger-type in",
				      "only in FORWARD and INPUT");
		break;
	}
	return 0;
}

/* Get what the rule needs: a trigger_rule, or a trigger_name. */
static int attach(struct trigger_net *tn, u8 family,
		  struct xt_trigger_tginfo *info)
{
	if (info->type == XT_TRIGGER_OUT)
		info->kernel = trigger_rule_get(&tn->rules, family, info);
	else
		info->kernel = trigger_rule_get_name(&tn->rules, family, info->name);
	return PTR_ERR_OR_ZERO(info->kernel);
}

/* Put what the rule holds, and return the namespace's part that it was in. */
static struct trigger_net *detach(const struct xt_trigger_tginfo *info)
{
	struct trigger_rules *rules;

	if (info->type == XT_TRIGGER_OUT) {
		struct trigger_rule *rule = info->kernel;

		rules = rule->name->in;
		trigger_rule_put(rule);
	} else {
		struct trigger_name *name = info->kernel;

		rules = name->in;
		trigger_rule_put_name(name);
	}
	return container_of(rules, struct trigger_net, rules);
}

static int tg_check(const struct xt_tgchk_param *par)
{
	struct xt_trigger_tginfo *info = par->targinfo;
	const char *option, *why;
	struct trigger_net *tn;
	int err;

	why = trigger_check_info(info, &option);
	if (why)
		return refuse(option, why);
	err = check_place(par);
	if (err)
		return err;

	/* The users of a namespace that loads rules have been mapped. */
	trigger_proc_own(par->net);
	tn = trigger_net(par->net);
	trigger_net_get(tn);
	err = attach(tn, par->family, info);
	if (err)
		goto err_net;
	/* Without it the namespace's packets would have no conntrack entry. */
	err = nf_ct_netns_get(par->net, par->family);
	if (err)
		goto err_detach;
	return 0;

err_detach:
	detach(info);
err_net:
	trigger_net_put(tn);
	return err;
}

/* May run after the namespace's exit: only what the rule holds is there. */
static void tg_destroy(const struct xt_tgdtor_param *par)
{
	nf_ct_netns_put(par->net, par->family);
	trigger_net_put(detach(par->targinfo));
}

static struct xt_target tg_reg[] __read_mostly = {
	{
		.name		= "TRIGGER",
		.family		= NFPROTO_IPV4,
		.target		= tg,
		.checkentry	= tg_check,
		.destroy	= tg_destroy,
		.targetsize	= sizeof(struct xt_trigger_tginfo),
		.usersize	= offsetof(struct xt_trigger_tginfo, kernel),
		.me		= THIS_MODULE,
	},
	{
		.name		= "TRIGGER",
		.family		= NFPROTO_IPV6,
		.target		= tg,
		.checkentry	= tg_check,
		.destroy	= tg_destroy,
		.targetsize	= sizeof(struct xt_trigger_tginfo),
		.usersize	= offsetof(struct xt_trigger_tginfo, kernel),
		.me		= THIS_MODULE,
	},
};

static int __init trigger_init(void)
{
	int err = trigger_pernet_register();

	if (err)
		return err;
	/* Who hears of the family finds the proc files there. */
	err = trigger_event_register();
	if (err)
		goto err_pernet;
	err = xt_register_targets(tg_reg, ARRAY_SIZE(tg_reg));
	if (err)
		goto err_event;
	return 0;

err_event:
	trigger_event_unregister();
err_pernet:
	trigger_pernet_unregister();
	return err;
}

static void __exit trigger_exit(void)
{
	xt_unregister_targets(tg_reg, ARRAY_SIZE(tg_reg));
	trigger_pernet_unregister();
	/* Until now the tables had events to tell. */
	trigger_event_unregister();
	/* Rules and triggers are freed by RCU callbacks of this module. */
	rcu_barrier();
}

module_init(trigger_init);
module_exit(trigger_exit);
