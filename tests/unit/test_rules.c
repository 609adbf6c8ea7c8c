// SPDX-License-Identifier: GPL-2.0
/* kernel/rule.c: which rules are the same, what they open, what is left. */
#include "../../kernel/check.h"
#include "../../kernel/lookup.h"
#include "../../kernel/rule.h"
#include "../../kernel/table.h"

#include "rules.h"
#include "unit.h"

static struct trigger_table table;
static struct trigger_rules rules;

static void begin(void)
{
	check(!trigger_table_init(&table, NULL));
	check(!trigger_rule_init(&rules, &table));
}

static void end(void)
{
	trigger_table_close(&table);
	shim_grace_period();
	check(list_empty(&rules.names));
	trigger_rule_exit(&rules);
	trigger_table_exit(&table);
}

/* Whether @rule is among those that open @port of @proto in its name. */
static bool is_mapped(const struct trigger_name *name,
		      const struct trigger_rule *rule, u8 proto, u16 port)
{
	const struct trigger_ports_map *map;
	struct trigger_ports_at at = {};
	bool found = false;

	rcu_read_lock();
	map = trigger_lookup_map(&name->ports, proto, port);
	if (map)
		trigger_ports_first(&at, map, port);
	for (; at.link; trigger_ports_next(&at))
		found |= trigger_ports_data(&at) == &rule->set;
	rcu_read_unlock();
	return found;
}

static bool opens(const struct xt_trigger_tginfo *info, u8 proto, u16 port)
{
	u8 i;

	for (i = 0; i < info->n_relate; i++) {
		const struct xt_trigger_range *item = &info->relate[i];

		if (port >= item->min && port <= item->max &&
		    (item->proto == proto ||
		     (!item->proto && proto != IPPROTO_SCTP)))
			return true;
	}
	return false;
}

static void check_mapped(const struct trigger_rule *rule,
			 const struct xt_trigger_tginfo *info)
{
	static const u8 protos[] = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_SCTP };
	unsigned int i, off;
	size_t p;

	for (p = 0; p < ARRAY_SIZE(protos); p++) {
		for (i = 0; i < info->n_relate; i++) {
			for (off = 0; off < 3; off++) {
				u16 at = info->relate[i].min + off - 1;
				u16 to = info->relate[i].max + off - 1;

				check_equal(is_mapped(rule->name, rule,
						      protos[p], at),
					    opens(info, protos[p], at));
				check_equal(is_mapped(rule->name, rule,
						      protos[p], to),
					    opens(info, protos[p], to));
			}
		}
	}
}

static void check_set(const struct trigger_rule *rule,
		      const struct xt_trigger_tginfo *info)
{
	const struct trigger_set *set = &rule->set;

	check(!strcmp(rule->name->name, info->name));
	check_equal(set->timeout, trigger_clock_ticks(info->timeout));
	check_equal(set->lifetime, trigger_clock_ticks(info->lifetime));
	check_equal(set->max, info->max);
	check_equal(set->session, !!(info->flags & XT_TRIGGER_F_SESSION));
	check_equal(set->peer_host, !!(info->flags & XT_TRIGGER_F_PEER_HOST));
	check_equal(set->owner_last, !!(info->flags & XT_TRIGGER_F_OWNER_LAST));
	check_equal(set->refresh_both,
		    !!(info->flags & XT_TRIGGER_F_REFRESH_BOTH));
}

#define RULES	12

/* A rule that differs from @like in one thing, or in its family alone. */
static void vary(struct xt_trigger_tginfo *info,
		 const struct xt_trigger_tginfo *like)
{
	*info = *like;
	switch (random_below(6)) {
	case 0:
		info->name[strlen(info->name) - 1]++;
		break;
	case 1:
		info->relate[info->n_relate - 1].max = 65535;
		break;
	case 2:
		info->n_match = 15;
		for (u8 i = 0; i < 15; i++) {
			info->match[i].min = i + 1;
			info->match[i].max = random_from(i + 1, 65535);
		}
		break;
	case 3:
		info->lifetime ^= 1;
		break;
	case 4:
		info->max ^= BIT(random_below(16));
		break;
	default:
		break;
	}
}

static bool is_same(const struct xt_trigger_tginfo *a,
		    const struct xt_trigger_tginfo *b)
{
	return !memcmp(a, b, offsetof(struct xt_trigger_tginfo, kernel));
}

UNIT_TEST(rules)
{
	struct xt_trigger_tginfo info[RULES];
	struct trigger_rule *rule[RULES] = {};
	u8 family[RULES], users[RULES] = {};
	unsigned int turn, i, j;

	shim_buckets = 1;
	begin();
	for (turn = 0; turn < 4000; turn++) {
		i = random_below(RULES);
		unit_log("rule %u, %u users", i, users[i]);
		if (users[i] && one_in(2)) {
			trigger_rule_put(rule[i]);
			users[i]--;
			continue;
		}
		if (!users[i]) {
			do {
				random_info(&info[i]);
			} while (info[i].type != XT_TRIGGER_OUT);
			if (turn > 1000 && one_in(2))
				vary(&info[i], &info[random_below(RULES)]);
			family[i] = one_in(2) ? NFPROTO_IPV4 : NFPROTO_IPV6;
		}
		/* What is not part of a rule makes no difference. */
		info[i].kernel = (void *)(uintptr_t)random_number();
		rule[i] = trigger_rule_get(&rules, family[i], &info[i]);
		check(!IS_ERR(rule[i]));
		users[i]++;
		check_equal(rule[i]->set.family, family[i]);
		check_set(rule[i], &info[i]);
		check_mapped(rule[i], &info[i]);
		for (j = 0; j < RULES; j++) {
			if (users[j])
				check_equal(rule[j] == rule[i],
					    family[j] == family[i] &&
					    is_same(&info[j], &info[i]));
		}
		if (one_in(50))
			shim_grace_period();
	}
	for (i = 0; i < RULES; i++) {
		while (users[i]--)
			trigger_rule_put(rule[i]);
	}
	end();
}

/* A name and a rule of that name, from nothing to nothing. */
static bool make_rule(void)
{
	struct xt_trigger_tginfo info = {
		.type = XT_TRIGGER_OUT,
		.n_relate = 2,
		.timeout = 600,
		.name = "a",
		.relate = { { .min = 4097, .max = 61438 },
			    { .min = 1, .max = 1, .proto = IPPROTO_SCTP } },
	};
	struct trigger_name *name;
	struct trigger_rule *rule;
	bool done = false;

	if (trigger_table_init(&table, NULL))
		return false;
	if (trigger_rule_init(&rules, &table)) {
		trigger_table_exit(&table);
		return false;
	}
	name = trigger_rule_get_name(&rules, NFPROTO_IPV4, "a");
	rule = trigger_rule_get(&rules, NFPROTO_IPV4, &info);
	if (IS_ERR(name))
		check_equal(PTR_ERR(name), -ENOMEM);
	if (IS_ERR(rule)) {
		check_equal(PTR_ERR(rule), -ENOMEM);
		if (!IS_ERR(name))
			check(!name->ports.map[0] && !name->ports.map[1] &&
			      !name->ports.map[2]);
	} else {
		check_mapped(rule, &info);
		trigger_rule_put(rule);
		done = !IS_ERR(name);
	}
	if (!IS_ERR(name))
		trigger_rule_put_name(name);
	end();
	return done;
}

UNIT_TEST(rules_no_memory)
{
	unit_fail_each_allocation(make_rule);
}
