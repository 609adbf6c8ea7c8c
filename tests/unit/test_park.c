// SPDX-License-Identifier: GPL-2.0
/*
 * Parking beyond what the model of test_table.c says: memory that is short, the
 * end of the grace, the order of eviction, and what it costs. No connection has a
 * part in it, so active triggers are restored.
 */
#include "unit.h"
#include "world.h"

#define OWNERS	300

/* Links followed with the lock held, at the very most. */
#define STEPS_MAX	100

static struct trigger_rule *rule[2];

static struct trigger_rule *try_load(unsigned int i)
{
	struct xt_trigger_tginfo info = {
		.type = XT_TRIGGER_OUT,
		.name = "a",
		.n_relate = 2,
		.relate = {
			{ .min = 113, .max = 113, .proto = IPPROTO_TCP },
			{ .min = 1000, .max = 3000, .proto = XT_TRIGGER_PROTO_ALL },
		},
		.timeout = 600 + i,
	};

	return trigger_rule_get(&world.rules, NFPROTO_IPV4, &info);
}

static void load(unsigned int i)
{
	rule[i] = try_load(i);
	check(!IS_ERR(rule[i]));
}

static union nf_inet_addr owner(unsigned int i)
{
	union nf_inet_addr addr = { .all = { htonl(0x0a000001 + i) } };

	return addr;
}

/* Open for owner @n in rule @i, @age ticks ago. */
static int open_for(unsigned int i, unsigned int n, u64 age)
{
	struct trigger_restore saved = {
		.owner = owner(n), .age = age, .answered = one_in(2),
	};

	return trigger_restore(&rule[i]->set, &saved);
}

static struct trigger *find(unsigned int i, unsigned int n)
{
	union nf_inet_addr addr = owner(n);
	struct trigger *t;

	rcu_read_lock();
	t = trigger_hash_find(&rule[i]->set, &addr);
	rcu_read_unlock();
	return t;
}

static bool is_let_in(unsigned int n)
{
	union nf_inet_addr to = owner(n), peer = owner(1000);
	bool found;

	rcu_read_lock();
	found = world_by_owner(&rule[0]->name->ports, IPPROTO_TCP, 2000, &to,
			       &peer);
	rcu_read_unlock();
	return found;
}

static void begin(unsigned int opened)
{
	unsigned int i;

	world_begin();
	*shim_param_max_triggers = OWNERS;
	*shim_param_max_per_host = 2;
	load(0);
	load(1);
	for (i = 0; i < opened; i++)
		check(!open_for(0, i, 1000 + OWNERS - i));
}

static void check_sums(unsigned int parked, unsigned int closed)
{
	u32 now_parked, count = trigger_table_count(&world.table, &now_parked);

	check_equal(now_parked, parked);
	check_equal(count, world.table.pool.count - parked);
	check_equal(trigger_table_stat(&world.table, TRIGGER_CLOSED), closed);
	world_check();
}

static void end(void)
{
	trigger_rule_put(rule[1]);
	world_end();
}

UNIT_TEST(park_without_memory)
{
	unsigned int i, n = 5;

	begin(n);
	shim_fail_in = 3;
	trigger_rule_put(rule[0]);
	check(!shim_fail_in);
	check_sums(n - 1, 1);
	load(0);
	for (i = 0; i < n; i++)
		check_equal(is_let_in(i), i != 2);
	check_sums(0, 1);

	/* It is the only one: then nothing is left to be parked. */
	for (i = 1; i < n; i++) {
		rcu_read_lock();
		if (find(0, i))
			trigger_close(find(0, i));
		rcu_read_unlock();
	}
	shim_fail_in = 1;
	trigger_rule_put(rule[0]);
	check_sums(0, n);
	check(list_empty(&world.rules.parked));
	end();
}

/* A packet that came through the rule before it was destroyed opens nothing. */
UNIT_TEST(park_in_flight)
{
	struct nf_conn *ct = &world_conn[0];

	begin(1);
	memset(ct, 0, sizeof(*ct));
	ct->ct_general.use.refs = 1;
	ct->status = IPS_CONFIRMED;
	ct->timeout = shim_jiffies + 100 * HZ;
	ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple.src.u3 = owner(1);
	ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple.dst.protonum = IPPROTO_UDP;
	trigger_rule_put(rule[0]);
	rcu_read_lock();
	trigger_open_packet(&rule[0]->set, ct);
	rcu_read_unlock();
	check_equal(open_for(0, 1, 0), -ENOENT);
	check_sums(1, 0);
	load(0);
	check(is_let_in(0) && !is_let_in(1));
	rcu_read_lock();
	trigger_open_packet(&rule[0]->set, ct);
	rcu_read_unlock();
	check(is_let_in(1));
	trigger_rule_put(rule[0]);
	end();
}

static unsigned int failures;

/* Whether the parked rule could be loaded; then it is put again. */
static bool load_again(void)
{
	struct trigger_rule *loaded = try_load(0);

	if (IS_ERR(loaded)) {
		check_equal(PTR_ERR(loaded), -ENOMEM);
		check_sums(2, 0);
		check(!is_let_in(0) && find(0, 0)->parked);
		failures++;
		return false;
	}
	check(loaded == rule[0]);
	check(is_let_in(0) && is_let_in(1) && !find(0, 0)->parked);
	shim_fail_in = 0;
	trigger_rule_put(loaded);
	return true;
}

UNIT_TEST(unpark_without_memory)
{
	begin(2);
	/* So that the maps are made anew. */
	trigger_rule_put(rule[1]);
	trigger_rule_put(rule[0]);
	check_sums(2, 0);
	unit_fail_each_allocation(load_again);
	check(failures);
	load(0);
	check_sums(0, 0);
	load(1);
	trigger_rule_put(rule[0]);
	end();
}

UNIT_TEST(park_grace)
{
	begin(3);
	world_set_grace(10);
	trigger_rule_put(rule[0]);
	world_set_grace(1);	/* it is fixed by then */
	shim_advance(9 * HZ);
	check_sums(3, 0);
	load(0);
	check_sums(0, 0);

	/* Too late, if only just, and not yet noticed. */
	trigger_rule_put(rule[0]);
	shim_jiffies += HZ + HZ / 16;
	load(0);
	check(!is_let_in(0));
	check_sums(0, 3);

	/* The work item notices. */
	check(!open_for(0, 0, 0));
	trigger_rule_put(rule[0]);
	check_sums(1, 3);
	shim_advance(2 * HZ);
	check_sums(0, 4);
	check(list_empty(&world.rules.parked));

	/* What is parked goes with the last of it, and is looked for no more. */
	load(0);
	check(!open_for(0, 0, 0));
	world_set_grace(100);
	trigger_rule_put(rule[0]);
	rcu_read_lock();
	trigger_close(find(0, 0));
	rcu_read_unlock();
	check(!list_empty(&world.rules.parked));
	shim_advance(HZ);
	check(list_empty(&world.rules.parked));
	check(!world.rules.gc.queued);

	/* 0 ends it, also if that is not for long. */
	load(0);
	check(!open_for(0, 0, 0));
	trigger_rule_put(rule[0]);
	world_set_grace(0);
	world_set_grace(100);
	load(0);
	check_sums(0, 6);
	check(!open_for(0, 0, 0));
	world_set_grace(0);
	trigger_rule_put(rule[0]);
	check_sums(0, 7);
	end();
}

/* The oldest goes first, whichever rule it is of; and it is found at once. */
UNIT_TEST(park_evicts_by_age)
{
	unsigned int i, age[OWNERS];

	begin(0);
	for (i = 0; i < OWNERS; i++) {
		age[i] = 1000 + i * 7919 % OWNERS;
		check(!open_for(one_in(2), i, age[i]));
	}
	trigger_rule_put(rule[0]);
	trigger_rule_put(rule[1]);
	check_sums(OWNERS, 0);
	load(1);
	/* One of the two is open again: its own stay. */
	for (i = 1000 + OWNERS; i-- > 1000; ) {
		unsigned int n, expected = OWNERS;

		for (n = 0; n < OWNERS; n++) {
			if (age[n] == i && find(0, n))
				expected = n;
		}
		if (expected == OWNERS)
			continue;
		shim_steps_most = 0;
		check(!open_for(1, OWNERS + i, 0));
		check(shim_steps_most <= STEPS_MAX);
		check(!find(0, expected));
	}
	check_equal(open_for(1, 2 * OWNERS + 1000, 0), -ENOSPC);
	check_sums(0, 0);
	end();
}

/* Of a host at its limit its own go, and with a limit of 0 nobody's. */
UNIT_TEST(park_and_hosts)
{
	begin(2);
	trigger_rule_put(rule[0]);
	*shim_param_max_per_host = 1;
	check(!open_for(1, 1, 0));
	check(find(0, 0) && !find(0, 1));
	check_sums(1, 0);
	*shim_param_max_per_host = 0;
	check_equal(open_for(1, 0, 0), -ENOSPC);
	*shim_param_max_per_host = 10;
	*shim_param_max_triggers = 0;
	check_equal(open_for(1, 0, 0), -ENOSPC);
	check_sums(1, 0);
	end();
}
