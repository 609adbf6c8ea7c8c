// SPDX-License-Identifier: GPL-2.0
/*
 * Any rule, to the kernel's check of rules: a valid one, of which the input
 * replaces bytes (an offset and a value each). What is valid makes a rule.
 */
#include "../../kernel/check.h"

#include "oracle.h"
#include "rules.h"
#include "unit.h"
#include "world.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static void load(const struct xt_trigger_tginfo *info)
{
	struct trigger_rule *rule;
	u8 i;

	rule = trigger_rule_get(&world.rules, NFPROTO_IPV4, info);
	check(!IS_ERR(rule));
	rcu_read_lock();
	for (i = 0; i < info->n_relate; i++) {
		world_by_port(&rule->name->ports, IPPROTO_TCP,
				info->relate[i].min, NULL);
		world_by_port(&rule->name->ports, IPPROTO_UDP,
				info->relate[i].max, NULL);
	}
	rcu_read_unlock();
	trigger_rule_put(rule);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct xt_trigger_tginfo info;
	const char *option = NULL;
	bool valid;
	size_t i;

	random_seed(size ? data[0] : 0);
	random_info(&info);
	for (i = 1; i + 1 < size; i += 2) {
		if (data[i] < offsetof(struct xt_trigger_tginfo, kernel))
			((u8 *)&info)[data[i]] = data[i + 1];
	}
	valid = oracle_info_valid(&info);
	check_equal(!trigger_check_info(&info, &option), valid);
	check(valid || option);
	if (!valid || info.type != XT_TRIGGER_OUT)
		return 0;
	shim_buckets = 16;
	world_begin();
	load(&info);
	world_end();
	check_equal(shim_allocated, 0);
	return 0;
}
