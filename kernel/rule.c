// SPDX-License-Identifier: GPL-2.0
/* When rules and names are made and freed. See rule.h. */
#include <linux/jhash.h>
#include <linux/kernel.h>
#include <linux/netfilter.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "close.h"
#include "label.h"
#include "proto.h"
#include "rule.h"

/* What makes a rule: the target data as far as userspace knows it. */
#define TRIGGER_INFO_SIZE	offsetof(struct xt_trigger_tginfo, kernel)

/* Jiffies between two looks at what is parked. */
#define GC_INTERVAL	(HZ / 2)

struct rule_key {
	const struct xt_trigger_tginfo	*info;
	u8				family;
};

static u32 key_hash(const void *data, u32 len, u32 seed)
{
	const struct rule_key *key = data;

	BUILD_BUG_ON(TRIGGER_INFO_SIZE % sizeof(u32));
	return jhash2((const u32 *)key->info, TRIGGER_INFO_SIZE / sizeof(u32),
		      seed ^ key->family);
}

static u32 obj_hash(const void *data, u32 len, u32 seed)
{
	const struct trigger_rule *rule = data;
	struct rule_key key = { &rule->info, rule->set.family };

	return key_hash(&key, len, seed);
}

static int obj_cmp(struct rhashtable_compare_arg *arg, const void *obj)
{
	const struct rule_key *key = arg->key;
	const struct trigger_rule *rule = obj;

	return rule->set.family != key->family ||
	       memcmp(&rule->info, key->info, TRIGGER_INFO_SIZE);
}

static const struct rhashtable_params rule_params = {
	.head_offset		= offsetof(struct trigger_rule, node),
	.key_len		= sizeof(struct rule_key),
	.hashfn			= key_hash,
	.obj_hashfn		= obj_hash,
	.obj_cmpfn		= obj_cmp,
	.automatic_shrinking	= true,
};

/* Names. */

static struct trigger_name *
name_get(struct trigger_rules *rules, u8 family,
	 const char *string)
{
	struct trigger_name *name;

	list_for_each_entry(name, &rules->names, list) {
		if (name->family == family && !strcmp(name->name, string))
			goto found;
	}
	name = kzalloc(sizeof(*name), GFP_KERNEL_ACCOUNT);
	if (!name)
		return ERR_PTR(-ENOMEM);
	name->in = rules;
	name->family = family;
	strscpy(name->name, string, sizeof(name->name));
	INIT_LIST_HEAD(&name->rules);
	list_add_tail(&name->list, &rules->names);
found:
	name->users++;
	return name;
}

static void name_put(struct trigger_name *name)
{
	if (--name->users)
		return;
	list_del(&name->list);
	kfree_rcu(name, rcu);
}

/* Find the name @string of @family, or make it. Process context. ERR_PTR(-ENOMEM). */
struct trigger_name *trigger_rule_get_name(struct trigger_rules *rules, u8 family,
					   const char *string)
{
	struct trigger_name *name;

	mutex_lock(&rules->mutex);
	name = name_get(rules, family, string);
	mutex_unlock(&rules->mutex);
	return name;
}

/* Put a reference to @name. Process context. */
void trigger_rule_put_name(struct trigger_name *name)
{
	struct trigger_rules *rules = name->in;

	mutex_lock(&rules->mutex);
	name_put(name);
	mutex_unlock(&rules->mutex);
}

/* Rules. */

/* Write what a rule opens, as the proc file has it: "tcp:113,udp:5000-6000". */
static char *ranges_string(const struct trigger_range *ranges, u8 n)
{
	/* The longest item, with its comma: "sctp:10000-65535," */
	size_t size = n * sizeof("sctp:10000-65535,");
	char *string = kzalloc(size, GFP_KERNEL_ACCOUNT);
	size_t len = 0;
	u8 i;

	if (!string)
		return NULL;
	for (i = 0; i < n; i++) {
		len += scnprintf(string + len, size - len, "%s%s:%u",
				 i ? "," : "", trigger_proto_name(ranges[i].proto),
				 ranges[i].min);
		if (ranges[i].min != ranges[i].max)
			len += scnprintf(string + len, size - len, "-%u",
					 ranges[i].max);
	}
	return string;
}

static u8 append_range(struct trigger_range *ranges, u8 n, u8 proto,
		       const struct xt_trigger_range *item)
{
	ranges[n] = (struct trigger_range){
		.proto = proto, .min = item->min, .max = item->max,
	};
	return n + 1;
}

/* Return the related items of @info, `all` written out. NULL: no memory. */
static struct trigger_range *
make_ranges(const struct xt_trigger_tginfo *info, u8 *n)
{
	struct trigger_range *ranges;
	u8 i;

	ranges = kcalloc(2 * info->n_relate, sizeof(*ranges),
			 GFP_KERNEL_ACCOUNT);
	if (!ranges)
		return NULL;
	for (i = 0; i < info->n_relate; i++) {
		const struct xt_trigger_range *item = &info->relate[i];

		if (item->proto == XT_TRIGGER_PROTO_ALL) {
			*n = append_range(ranges, *n, IPPROTO_TCP, item);
			*n = append_range(ranges, *n, IPPROTO_UDP, item);
		} else {
			*n = append_range(ranges, *n, item->proto, item);
		}
	}
	return ranges;
}

static void rule_free(struct trigger_rule *rule)
{
	kvfree(rule->entries);
	kfree(rule->ranges);
	kfree(rule->open);
	kfree(rule);
}

static void rule_free_rcu(struct rcu_head *rcu)
{
	rule_free(container_of(rcu, struct trigger_rule, rcu));
}

/* Return the map of ports of @rule's name that @range goes into. */
static struct trigger_ports_map __rcu **
rule_map(struct trigger_rule *rule, const struct trigger_range *range)
{
	return &rule->name->ports.map[trigger_proto_index(range->proto)];
}

/* Remove the first @n of the rule's ranges from the maps of its name. */
static void rule_unmap_ports(struct trigger_rule *rule, u8 n)
{
	struct trigger_ports_entry *entries = rule->entries;
	const struct trigger_range *range = rule->ranges;

	for (; n--; range++) {
		trigger_ports_remove(rule_map(rule, range),
				     range->min, range->max, entries);
		entries += trigger_ports_entries(range->min, range->max);
	}
	rule->unmapped = get_state_synchronize_rcu();
}

/*
 * Add all of the rule's ranges to the maps of its name. -ENOMEM: none. They are in
 * none; lookups that found them there before may have to end.
 */
static int rule_map_ports(struct trigger_rule *rule)
{
	const struct trigger_range *range = rule->ranges;
	struct trigger_ports_entry *entries = rule->entries;
	int err;
	u8 i;

	for (i = 0; i < rule->set.n_ranges; i++, range++) {
		err = trigger_ports_add(rule_map(rule, range),
					range->min, range->max, &rule->set,
					entries);
		if (err) {
			rule_unmap_ports(rule, i);
			return err;
		}
		entries += trigger_ports_entries(range->min, range->max);
	}
	return 0;
}

/* Return the entries that @n of @range need in the maps. NULL: no memory. */
static struct trigger_ports_entry *
alloc_entries(const struct trigger_range *range, u8 n)
{
	unsigned int entries = 0;

	for (; n--; range++)
		entries += trigger_ports_entries(range->min, range->max);
	return kvcalloc(entries, sizeof(struct trigger_ports_entry),
			GFP_KERNEL_ACCOUNT);
}

/* Make a rule of @info that is not yet in use. NULL: no memory. */
static struct trigger_rule *
rule_alloc(struct trigger_rules *rules, u8 family,
	   const struct xt_trigger_tginfo *info)
{
	struct trigger_rule *rule = kzalloc(sizeof(*rule), GFP_KERNEL_ACCOUNT);
	struct trigger_set *set;

	if (!rule)
		return NULL;
	memcpy(&rule->info, info, TRIGGER_INFO_SIZE);
	set = &rule->set;
	set->table = rules->table;
	set->rule = rule;
	set->label = trigger_label(info, family);
	trigger_pool_init(&set->pool);
	rule->ranges = make_ranges(info, &set->n_ranges);
	if (!rule->ranges)
		goto err;
	rule->open = ranges_string(rule->ranges, set->n_ranges);
	if (!rule->open)
		goto err;
	rule->entries = alloc_entries(rule->ranges, set->n_ranges);
	if (!rule->entries)
		goto err;
	set->ranges = rule->ranges;
	set->family = family;
	set->session = info->flags & XT_TRIGGER_F_SESSION;
	set->peer_host = info->flags & XT_TRIGGER_F_PEER_HOST;
	set->owner_last = info->flags & XT_TRIGGER_F_OWNER_LAST;
	set->refresh_both = info->flags & XT_TRIGGER_F_REFRESH_BOTH;
	set->sessions = set->session ? TRIGGER_SESSIONS_MAX : 1;
	set->timeout = trigger_clock_ticks(info->timeout);
	set->lifetime = trigger_clock_ticks(info->lifetime);
	set->max = info->max;
	set->plain = !set->session && !set->peer_host && !set->lifetime;
	return rule;
err:
	rule_free(rule);
	return NULL;
}

static struct trigger_rule *
rule_new(struct trigger_rules *rules, u8 family,
	 const struct xt_trigger_tginfo *info)
{
	struct trigger_rule *rule = rule_alloc(rules, family, info);
	int err = -ENOMEM;

	if (!rule)
		return ERR_PTR(err);
	rule->name = name_get(rules, family, info->name);
	if (IS_ERR(rule->name)) {
		err = PTR_ERR(rule->name);
		goto err_free;
	}
	rule->set.ports = &rule->name->ports;
	rule->set.name = rule->name->name;
	err = rhashtable_insert_fast(&rules->hash, &rule->node,
				     rule_params);
	if (err)
		goto err_name;
	err = rule_map_ports(rule);
	if (err)
		goto err_hash;
	list_add_tail(&rule->list, &rule->name->rules);
	rule->number = ++rules->last_number;
	return rule;

err_hash:
	rhashtable_remove_fast(&rules->hash, &rule->node, rule_params);
err_name:
	name_put(rule->name);
err_free:
	/* Lookups may have found a part of it in the map. */
	call_rcu(&rule->rcu, rule_free_rcu);
	return ERR_PTR(err);
}

/* Close what @rule has open, and free it; its ports are in no map. */
static void rule_destroy(struct trigger_rule *rule)
{
	struct trigger_rules *rules = rule->name->in;

	rhashtable_remove_fast(&rules->hash, &rule->node, rule_params);
	list_del(&rule->list);
	trigger_close_set(&rule->set);
	name_put(rule->name);
	call_rcu(&rule->rcu, rule_free_rcu);
}

/* Parking, see park.h. */

static void start_gc(struct trigger_rules *rules)
{
	queue_delayed_work(system_power_efficient_wq, &rules->gc, GC_INTERVAL);
}

/* Park @rule, which has lost its last user. Return whether it is worth it. */
static bool rule_park(struct trigger_rule *rule)
{
	struct trigger_rules *rules = rule->name->in;

	if (!trigger_park_grace(&rule->grace) || !trigger_park_set(&rule->set))
		return false;
	list_move_tail(&rule->list, &rules->parked);
	start_gc(rules);
	return true;
}

/*
 * Let @rule, which is parked, be loaded again. Return it; NULL: it was too late,
 * and it is gone; ERR_PTR(-ENOMEM): it stays parked.
 */
static struct trigger_rule *rule_unpark(struct trigger_rule *rule)
{
	int err;

	if (trigger_park_is_over(&rule->grace)) {
		rule_destroy(rule);
		return NULL;
	}
	cond_synchronize_rcu(rule->unmapped);
	err = rule_map_ports(rule);
	if (err)
		return ERR_PTR(err);
	list_move_tail(&rule->list, &rule->name->rules);
	trigger_park_end(&rule->set);
	return rule;
}

static bool may_stay_parked(const struct trigger_rule *rule)
{
	return READ_ONCE(rule->set.pool.count) &&
	       !trigger_park_is_over(&rule->grace);
}

/* Free the parked rules that are too late, or have nothing left. Process context. */
void trigger_rule_gc(struct trigger_rules *rules)
{
	struct trigger_rule *rule, *next;

	mutex_lock(&rules->mutex);
	list_for_each_entry_safe(rule, next, &rules->parked, list) {
		if (!may_stay_parked(rule))
			rule_destroy(rule);
	}
	mutex_unlock(&rules->mutex);
}

static void gc_work(struct work_struct *work)
{
	struct trigger_rules *rules =
		container_of(to_delayed_work(work), struct trigger_rules, gc);

	trigger_rule_gc(rules);
	mutex_lock(&rules->mutex);
	if (!list_empty(&rules->parked))
		start_gc(rules);
	mutex_unlock(&rules->mutex);
}

/* All rules. */

/*
 * The `out` rule that @info (valid, see trigger_check_info()) describes: the
 * one that is there or parked, or a new one. Process context. ERR_PTR(-ENOMEM).
 */
struct trigger_rule *trigger_rule_get(struct trigger_rules *rules, u8 family,
				      const struct xt_trigger_tginfo *info)
{
	struct rule_key key = { info, family };
	struct trigger_rule *rule;

	mutex_lock(&rules->mutex);
	rule = rhashtable_lookup_fast(&rules->hash, &key, rule_params);
	if (rule && !rule->users)
		rule = rule_unpark(rule);
	if (!rule)
		rule = rule_new(rules, family, info);
	if (!IS_ERR(rule))
		rule->users++;
	mutex_unlock(&rules->mutex);
	return rule;
}

/*
 * Put a reference to @rule. With the last one its active triggers are parked, or
 * close. Process context.
 */
void trigger_rule_put(struct trigger_rule *rule)
{
	struct trigger_rules *rules = rule->name->in;

	mutex_lock(&rules->mutex);
	if (--rule->users)
		goto out;
	rule_unmap_ports(rule, rule->set.n_ranges);
	if (!rule_park(rule))
		rule_destroy(rule);
out:
	mutex_unlock(&rules->mutex);
}

/* Make @rules empty, for @table. Process context. -ENOMEM. */
int trigger_rule_init(struct trigger_rules *rules, struct trigger_table *table)
{
	mutex_init(&rules->mutex);
	INIT_LIST_HEAD(&rules->names);
	INIT_LIST_HEAD(&rules->parked);
	INIT_DELAYED_WORK(&rules->gc, gc_work);
	rules->table = table;
	return rhashtable_init(&rules->hash, &rule_params);
}

/*
 * Free what is parked; the table is closed for good, so that nothing more is
 * parked. Rules may still be there. Process context.
 */
void trigger_rule_close(struct trigger_rules *rules)
{
	trigger_rule_gc(rules);
	cancel_delayed_work_sync(&rules->gc);
}

/* Free @rules; no rule and no name is left. Process context. */
void trigger_rule_exit(struct trigger_rules *rules)
{
	rhashtable_destroy(&rules->hash);
}
