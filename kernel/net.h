/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What this module keeps for each network namespace.
 *
 * It may outlive its namespace: a namespace's exit can run before its rules are
 * destroyed, so each rule holds a reference. After the exit the table is closed
 * and empty, and the proc file is gone.
 */
#ifndef _TRIGGER_NET_H
#define _TRIGGER_NET_H

#include <linux/refcount.h>

#include "rule.h"
#include "trigger.h"

struct net;
struct proc_dir_entry;

struct trigger_net {
	refcount_t		refs;
	struct trigger_table	table;
	struct trigger_rules	rules;
};

/*
 * What the core keeps for us, and frees with the namespace.
 * @owned: @file has its owner; from then on it is the administrator's to change
 */
struct trigger_net_core {
	struct trigger_net	*tn;
	struct proc_dir_entry	*file;
	bool			owned;
};

extern unsigned int trigger_net_id;

struct trigger_net_core *trigger_net_core(const struct net *net);
struct trigger_net *trigger_net(const struct net *net);
struct trigger_net *trigger_net_new(struct net *net);
void trigger_net_get(struct trigger_net *tn);
void trigger_net_put(struct trigger_net *tn);

#endif /* _TRIGGER_NET_H */
