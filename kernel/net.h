/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What this module keeps for each network namespace.
 *
 * It may outlive its namespace: a namespace's exit can run before its rules
 * are destroyed, so each rule holds a reference. After the exit the table is
 * closed and empty, and the proc file is gone.
 */
#ifndef _TRIGGER_NET_H
#define _TRIGGER_NET_H

#include <linux/refcount.h>

#include "rule.h"
#include "table.h"

struct net;

struct trigger_net {
	refcount_t		refs;
	struct trigger_table	table;
	struct trigger_rules	rules;
};

int trigger_net_register(void);
void trigger_net_unregister(void);
struct trigger_net *trigger_net(struct net *net);
struct trigger_net *trigger_net_get(struct net *net);
void trigger_net_put(struct trigger_net *tn);

#endif /* _TRIGGER_NET_H */
