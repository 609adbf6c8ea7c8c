/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a rule is, and when two rules are the same one.
 *
 * Several iptables rules whose options are all equal are one trigger_rule, and
 * so are the two copies of one that exist while a ruleset is replaced: it lives,
 * with its active triggers, as long as one of them is there, and for a while
 * behind that (park.h), in no map of ports. A name is the table that `out` rules
 * write to and `dnat` and `in` rules read from.
 *
 * trigger_rules.mutex protects all changes, in process context. Packets reach a
 * rule or a name through the target data of an iptables rule, which outlives
 * them; whoever has an active trigger reaches its rule by trigger.set->rule, under
 * RCU.
 */
#ifndef _TRIGGER_RULE_H
#define _TRIGGER_RULE_H

#include <linux/in.h>
#include <linux/mutex.h>
#include <linux/rhashtable.h>
#include <linux/workqueue.h>

#include <xt_TRIGGER.h>

#include "park.h"
#include "trigger.h"

/*
 * All rules of a network namespace.
 * @hash:   those that are parked, too
 * @names:  few, so a list
 * @parked: rules, in the order in which they were parked
 * @gc:     frees what need not stay parked
 * @last_number: what trigger_rule.number had last
 */
struct trigger_rules {
	struct mutex		mutex;	/* all changes */
	struct trigger_table	*table;
	struct rhashtable	hash;
	struct list_head	names;
	struct list_head	parked;
	struct delayed_work	gc;
	u64			last_number;
};

/*
 * @in:    where it belongs
 * @users: iptables rules and trigger_rules that hold it
 * @ports: what the rules of this name open
 * @rules: all of them that are loaded, in the order in which they came
 */
struct trigger_name {
	struct trigger_rules	*in;
	struct list_head	list;
	unsigned int		users;
	u8			family;
	char			name[XT_TRIGGER_NAME_LEN];
	struct trigger_ports	ports;
	struct list_head	rules;
	struct rcu_head		rcu;
};

/*
 * @id:      its identity: the family and the user's part of the target data
 * @list:    in the name's @rules, or parked
 * @users:   iptables rules that are this one; 0: it is parked, until @grace is over
 * @number:  no other rule of the namespace has it, nor had one before
 * @open:    what it opens, as the proc file writes it
 * @entries: its share of name->ports, for one range after the other
 * @unmapped: the grace period before which they may be in use by lookups
 */
struct trigger_rule {
	struct trigger_set		set;
	struct rhash_head		node;
	struct list_head		list;
	struct trigger_name		*name;
	struct xt_trigger_tginfo	info;
	unsigned int			users;
	struct trigger_grace		grace;
	u64				number;
	struct trigger_ports_entry	*entries;
	unsigned long			unmapped;
	struct trigger_range		*ranges;
	char				*open;
	struct rcu_head			rcu;
};

int trigger_rule_init(struct trigger_rules *rules, struct trigger_table *table);
void trigger_rule_close(struct trigger_rules *rules);
void trigger_rule_exit(struct trigger_rules *rules);
struct trigger_name *trigger_rule_get_name(struct trigger_rules *rules,
					   u8 family, const char *name);
void trigger_rule_put_name(struct trigger_name *name);
struct trigger_rule *trigger_rule_get(struct trigger_rules *rules, u8 family,
				      const struct xt_trigger_tginfo *info);
void trigger_rule_put(struct trigger_rule *rule);
void trigger_rule_gc(struct trigger_rules *rules);

/*
 * Whether a packet of @proto to @port (0: it has none) is what --trigger-match
 * of @info lists. Any context.
 */
static inline bool trigger_rule_match(const struct xt_trigger_tginfo *info,
				      u8 proto, u16 port)
{
	u8 i;

	for (i = 0; i < info->n_match; i++) {
		const struct xt_trigger_range *item = &info->match[i];

		if (port < item->min || port > item->max)
			continue;
		if (item->proto == XT_TRIGGER_MATCH_ANY)
			return true;
		if (item->proto == XT_TRIGGER_MATCH_ALL ?
		    proto == IPPROTO_TCP || proto == IPPROTO_UDP :
		    proto == item->proto)
			return true;
	}
	return false;
}

#endif /* _TRIGGER_RULE_H */
