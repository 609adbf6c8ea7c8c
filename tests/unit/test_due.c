// SPDX-License-Identifier: GPL-2.0
/* The collector: what is over is found in time, and what waits is left alone. */
#include "unit.h"
#include "world.h"

#define MANY	1000

static struct nf_conn conn[MANY];

static struct trigger_rule *load(u32 timeout, u32 lifetime, u8 flags)
{
	struct xt_trigger_tginfo info = {
		.type = XT_TRIGGER_OUT,
		.flags = flags,
		.name = "a",
		.n_relate = 1,
		.relate[0] = { .proto = IPPROTO_TCP, .min = 113, .max = 113 },
		.timeout = timeout,
		.lifetime = lifetime,
	};
	struct trigger_rule *rule;

	rule = trigger_rule_get(&world.rules, NFPROTO_IPV4, &info);
	check(!IS_ERR(rule));
	return rule;
}

static void new_conns(void)
{
	unsigned int i;

	memset(conn, 0, sizeof(conn));
	for (i = 0; i < MANY; i++) {
		struct nf_conntrack_tuple *tuple =
			&conn[i].tuplehash[IP_CT_DIR_ORIGINAL].tuple;

		conn[i].ct_general.use.refs = 1;
		conn[i].status = IPS_CONFIRMED | IPS_SEEN_REPLY | IPS_ASSURED;
		conn[i].timeout = shim_jiffies + 100000 * HZ;
		conn[i].proto.tcp.state = TCP_CONNTRACK_ESTABLISHED;
		tuple->src.u3.ip = htonl(0x0a000001 + i);
		tuple->dst.protonum = IPPROTO_TCP;
	}
}

static void send_one(struct trigger_rule *rule, unsigned int i)
{
	rcu_read_lock();
	trigger_open_packet(&rule->set, &conn[i]);
	rcu_read_unlock();
}

static void begin(void)
{
	world_begin();
	world_set_grace(0);
	*shim_param_max_triggers = MANY;
	new_conns();
}

/* Nothing is closed early, and what is over is found in two seconds. */
static void wait_until_over(u32 secs)
{
	u64 end = shim_jiffies + (u64)secs * HZ;

	while (shim_jiffies + HZ < end) {
		check_equal(world.table.pool.count, 1);
		shim_advance(min(end - shim_jiffies - HZ, (u64)random_from(1, 10 * HZ)));
	}
	shim_advance(3 * HZ);
	check_equal(world.table.pool.count, 0);
}

static void find_in_time(u32 timeout, u32 lifetime)
{
	struct trigger_rule *rule = load(timeout, lifetime, 0);
	u32 refreshed = 0;

	unit_log("timeout %u, lifetime %u", timeout, lifetime);
	send_one(rule, 0);
	/* A refresh puts it off, but not its lifetime. */
	if (timeout > 4 && !(lifetime && lifetime <= timeout)) {
		refreshed = timeout / 2;
		shim_advance((u64)refreshed * HZ);
		send_one(rule, 0);
	}
	wait_until_over(lifetime ? min(lifetime - refreshed, timeout ?: lifetime) :
			timeout + 1);
	check_equal(trigger_table_stat(&world.table, TRIGGER_EXPIRED), 1);
	trigger_rule_put(rule);
}

UNIT_TEST(due_in_time)
{
	static const u32 spans[][2] = {
		{ 1, 0 }, { 2, 0 }, { 5, 0 }, { 15, 0 }, { 16, 0 }, { 17, 0 },
		{ 40, 0 }, { 600, 0 }, { 600, 7 }, { 600, 120 }, { 86400, 0 },
		{ 600, 601 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(spans); i++) {
		begin();
		find_in_time(spans[i][0], spans[i][1]);
		world_end();
	}
}

/* Who was left alone for long is found as soon as a session has to be followed. */
UNIT_TEST(due_session)
{
	struct trigger_rule *rule;

	begin();
	rule = load(0, 0, XT_TRIGGER_F_SESSION);
	send_one(rule, 0);
	shim_advance(3600 * HZ);
	check_equal(world.table.pool.count, 1);
	conn[0].proto.tcp.state = TCP_CONNTRACK_TIME_WAIT;
	shim_advance(HZ);
	check_equal(world.table.pool.count, 0);
	trigger_rule_put(rule);

	/* One that is followed for its answer, long after it opened. */
	rule = load(3600, 0, 0);
	conn[1].status = IPS_CONFIRMED;
	send_one(rule, 1);
	conn[1].status |= IPS_DYING;
	shim_advance(60 * HZ);
	check_equal(refcount_read(&conn[1].ct_general.use), 1);
	conn[1].status = IPS_CONFIRMED;
	send_one(rule, 1);
	check_equal(refcount_read(&conn[1].ct_general.use), 2);
	conn[1].status |= IPS_DYING;
	shim_advance(HZ);
	check_equal(refcount_read(&conn[1].ct_general.use), 1);
	trigger_rule_put(rule);
	world_end();
}

/* Return how many visits @secs seconds take. */
static unsigned int visits(unsigned int secs)
{
	struct trigger *batch[TRIGGER_DUE_BATCH];
	unsigned int turn, n, sum = 0;

	for (turn = 0; turn < 2 * secs; turn++) {
		shim_jiffies += HZ / 2;
		rcu_read_lock();
		do {
			n = trigger_due_take(&world.table, trigger_clock_now(), batch);
			check(shim_steps_most <= 4 * TRIGGER_DUE_BATCH);
			sum += n;
		} while (n);
		rcu_read_unlock();
	}
	return sum;
}

/* What has no connection to follow is visited a few times a minute, all else in each turn. */
UNIT_TEST(due_visits)
{
	struct trigger_rule *rule;
	unsigned int i;

	begin();
	rule = load(600, 0, 0);
	for (i = 0; i < MANY; i++)
		send_one(rule, i);
	shim_advance(HZ);
	shim_steps_most = 0;
	check(visits(60) <= 5 * MANY);
	trigger_rule_put(rule);
	rule = load(0, 0, XT_TRIGGER_F_SESSION);
	for (i = 0; i < MANY; i++)
		send_one(rule, i);
	shim_steps_most = 0;
	check(visits(60) >= 60 * MANY);
	/* A collector that was away for long. */
	shim_jiffies += 100000ULL * HZ;
	i = visits(1);
	check(i >= MANY && i <= 4 * MANY);
	trigger_rule_put(rule);
	world_end();
}
