// SPDX-License-Identifier: GPL-2.0
/*
 * One CPU does something to a trigger, another one comes in: each pair of the
 * two, at each place where the second could.
 */
#include "unit.h"
#include "world.h"

static struct nf_conn conn[2];
static struct trigger_rule *rule;
static union nf_inet_addr owner = { .all = { 0x0a00000a } };
static union nf_inet_addr peer[2] = { { .all = { 1 } }, { .all = { 2 } } };
static struct trigger_walk walk;

/* What the first does. */

static void open_or_refresh(void)
{
	nf_conntrack_get(&conn[0].ct_general);
	rcu_read_lock();
	trigger_open_packet(&rule->set, &conn[0]);
	rcu_read_unlock();
	nf_ct_put(&conn[0]);
}

static void another_connection(void)
{
	nf_conntrack_get(&conn[1].ct_general);
	rcu_read_lock();
	trigger_open_packet(&rule->set, &conn[1]);
	rcu_read_unlock();
	nf_ct_put(&conn[1]);
}

static void come_in(void)
{
	struct trigger *t;

	nf_conntrack_get(&conn[1].ct_general);
	rcu_read_lock();
	t = world_by_owner(&rule->name->ports, IPPROTO_TCP, 113, &owner,
			     &peer[0]);
	if (t) {
		world_hit(t);
		trigger_refresh_in(t, &conn[1]);
	}
	rcu_read_unlock();
	nf_ct_put(&conn[1]);
}

static void ask(void)
{
	struct trigger *t;

	rcu_read_lock();
	t = world_by_port(&rule->name->ports, IPPROTO_TCP, 113, &peer[0]);
	if (t)
		trigger_lookup_is_waiting(t);
	rcu_read_unlock();
}

static void restore(void)
{
	struct trigger_restore saved = {
		.owner = owner, .peer = peer, .n_peers = rule->set.peer_host,
	};

	trigger_restore(&rule->set, &saved);
}

static void read_it(void)
{
	struct trigger *t;

	rcu_read_lock();
	t = trigger_walk_begin(&world.table, &walk);
	trigger_walk_pause(&walk);
	rcu_read_unlock();
	shim_yield();
	rcu_read_lock();
	t = trigger_walk_resume(&world.table, &walk);
	while (t)
		t = trigger_walk_next(&world.table, &walk);
	rcu_read_unlock();
}

static void sweep(void)
{
	trigger_gc_run(&world.table);
}

static void close_it(void)
{
	struct trigger *t;

	rcu_read_lock();
	t = trigger_hash_find(&rule->set, &owner);
	if (t)
		trigger_close(t);
	rcu_read_unlock();
}

static void close_set(void)
{
	trigger_close_set(&rule->set);
	rule->set.gone = false;		/* for the next turn */
}

static void park_for_a_moment(void)
{
	if (shim_mutexes)	/* it waits until it is its turn */
		return;
	mutex_lock(&world.rules.mutex);
	trigger_park_set(&rule->set);
	trigger_park_end(&rule->set);
	mutex_unlock(&world.rules.mutex);
	check_equal(world.table.parked, 0);
}

/* And what another does meanwhile, besides those. */

static void time_passes(void)
{
	shim_jiffies += 700 * HZ;
}

static void time_passes_and_is_noticed(void)
{
	time_passes();
	sweep();
}

static void end_conn(struct nf_conn *ct)
{
	if (ct->status & IPS_DYING)
		return;
	ct->status |= IPS_DYING;
	nf_ct_put(ct);
}

static void connections_end(void)
{
	end_conn(&conn[0]);
	end_conn(&conn[1]);
	sweep();
}

static void peers_answer(void)
{
	conn[0].status |= IPS_SEEN_REPLY;
	sweep();
}

static void (*const first[])(void) = {
	open_or_refresh, another_connection, come_in, ask, restore, read_it,
	sweep, close_it, close_set, park_for_a_moment,
};

static void (*const second[])(void) = {
	open_or_refresh, another_connection, come_in, restore, sweep, close_it,
	close_set, time_passes, time_passes_and_is_noticed, connections_end,
	peers_answer, park_for_a_moment,
};

static void new_conns(void)
{
	unsigned int i;

	memset(conn, 0, sizeof(conn));
	shim_conns = conn;
	shim_n_conns = ARRAY_SIZE(conn);
	for (i = 0; i < ARRAY_SIZE(conn); i++) {
		struct nf_conntrack_tuple *tuple =
			&conn[i].tuplehash[IP_CT_DIR_ORIGINAL].tuple;

		conn[i].ct_general.use.refs = 1;
		conn[i].status = i ? 0 : IPS_CONFIRMED;
		conn[i].timeout = shim_jiffies + 10000 * HZ;
		tuple->src.u3 = owner;
		tuple->src.u.all = htons(i);
		tuple->dst.u3 = peer[i];
		tuple->dst.protonum = IPPROTO_UDP;
	}
}

static unsigned long yields_left;
static void (*intruder)(void);

static void intrude(void)
{
	if (yields_left && !--yields_left)
		intruder();
}

/* How the trigger is when the two meet. */
enum { ABSENT, THERE, OVER, STATES };

static void prepare(unsigned int state)
{
	new_conns();
	if (state == ABSENT)
		return;
	open_or_refresh();
	if (state == OVER)
		time_passes();
}

static void clean_up(void)
{
	trigger_walk_end(&walk);
	close_it();
	shim_grace_period();
	check_equal(world.table.pool.count, 0);
	/* Whoever came last: no connection is held. */
	check(refcount_read(&conn[0].ct_general.use) <= 1);
	check(refcount_read(&conn[1].ct_general.use) <= 1);
}

/* Each pair, the second at each place in turn until there is none left. */
static void race(unsigned int state)
{
	unsigned int i, j;
	unsigned long at;

	for (i = 0; i < ARRAY_SIZE(first); i++) {
		for (j = 0; j < ARRAY_SIZE(second); j++) {
			intruder = second[j];
			for (at = 1; ; at++) {
				unit_log("flags %x, state %u: %u, then %u at %lu",
					 rule->info.flags, state, i, j, at);
				prepare(state);
				yields_left = at;
				shim_interleave = intrude;
				first[i]();
				shim_interleave = NULL;
				world_check_conns(conn, ARRAY_SIZE(conn));
				clean_up();
				if (yields_left)
					break;
			}
			check(at > 1);
		}
	}
}

UNIT_TEST(raced)
{
	static const u8 flags[] = {
		0, XT_TRIGGER_F_PEER_HOST,
		XT_TRIGGER_F_SESSION | XT_TRIGGER_F_REFRESH_BOTH,
		XT_TRIGGER_F_SESSION | XT_TRIGGER_F_REFRESH_BOTH |
		XT_TRIGGER_F_PEER_HOST,
	};
	struct xt_trigger_tginfo info = {
		.type = XT_TRIGGER_OUT,
		.n_relate = 1,
		.relate = { { .min = 113, .max = 113, .proto = IPPROTO_TCP } },
		.timeout = 600,
		.name = "a",
	};
	unsigned int i, state;

	world_begin();
	*shim_param_max_triggers = 4096;
	*shim_param_max_per_host = 64;
	for (i = 0; i < ARRAY_SIZE(flags); i++) {
		info.flags = flags[i];
		rule = trigger_rule_get(&world.rules, NFPROTO_IPV4, &info);
		check(!IS_ERR(rule));
		for (state = 0; state < STATES; state++)
			race(state);
		trigger_rule_put(rule);
	}
	world_end();
}

/*
 * A CPU reads the clock and stands still; another one refreshes meanwhile. What is
 * newer than the first one's clock is not closed.
 */
static void stand_still(void)
{
	shim_jiffies += 100 * HZ;
	open_or_refresh();
}

UNIT_TEST(raced_stalled)
{
	static void (*const looks[])(void) = {
		open_or_refresh, another_connection, come_in, ask, read_it, sweep,
	};
	struct xt_trigger_tginfo info = {
		.type = XT_TRIGGER_OUT,
		.n_relate = 1,
		.relate = { { .min = 113, .max = 113, .proto = IPPROTO_TCP } },
		.timeout = 600,
		.name = "a",
	};
	unsigned long at;
	unsigned int i;

	world_begin();
	*shim_param_max_triggers = 4096;
	*shim_param_max_per_host = 64;
	rule = trigger_rule_get(&world.rules, NFPROTO_IPV4, &info);
	check(!IS_ERR(rule));
	intruder = stand_still;
	for (i = 0; i < ARRAY_SIZE(looks); i++) {
		for (at = 1; ; at++) {
			unit_log("%u, stands still at %lu", i, at);
			new_conns();
			open_or_refresh();
			yields_left = at;
			shim_interleave = intrude;
			looks[i]();
			shim_interleave = NULL;
			check_equal(world.table.pool.count, 1);
			check_equal(trigger_table_stat(&world.table,
						       TRIGGER_EXPIRED), 0);
			clean_up();
			if (yields_left)
				break;
		}
	}
	trigger_rule_put(rule);
	world_end();
}

/*
 * A connection has ended, and its memory becomes another one while a packet
 * looks at it: what it kept open is not open.
 */
static void recycle(void)
{
	if (conn[0].status & IPS_DYING)
		connections_end();
	sweep();
}

UNIT_TEST(raced_recycled)
{
	struct xt_trigger_tginfo info = {
		.type = XT_TRIGGER_OUT,
		.flags = XT_TRIGGER_F_SESSION,
		.n_relate = 1,
		.relate = { { .min = 113, .max = 113, .proto = IPPROTO_TCP } },
		.name = "a",
	};
	unsigned long at;
	bool open;

	world_begin();
	*shim_param_max_triggers = 4096;
	*shim_param_max_per_host = 64;
	rule = trigger_rule_get(&world.rules, NFPROTO_IPV4, &info);
	check(!IS_ERR(rule));
	intruder = recycle;
	for (at = 1; ; at++) {
		unit_log("at %lu", at);
		new_conns();
		open_or_refresh();
		conn[0].status |= IPS_DYING;
		nf_ct_put(&conn[0]);
		yields_left = at;
		shim_interleave = intrude;
		rcu_read_lock();
		open = world_by_port(&rule->name->ports, IPPROTO_TCP, 113,
				       &peer[0]);
		rcu_read_unlock();
		shim_interleave = NULL;
		check(!open);
		clean_up();
		if (yields_left)
			break;
	}
	check(at > 3);
	trigger_rule_put(rule);
	world_end();
}
