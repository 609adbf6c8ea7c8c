// SPDX-License-Identifier: GPL-2.0
/*
 * What a packet costs when the table is full, and what is left when memory is
 * short.
 */
#include "listener.h"
#include "unit.h"
#include "world.h"

/* Links looked at with the lock held, or by a lookup, at the very most. */
#define STEPS_MAX	500

#define MANY		10000

static struct nf_conn many_conn[MANY];
static struct xt_trigger_tginfo info;
static struct trigger_rule *rule;

static void set_owner(struct nf_conn *ct, unsigned int i)
{
	ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple.src.u3.ip = htonl(0x0a000001 + i);
}

static void make_rule(u16 min, u16 max, u8 flags)
{
	memset(&info, 0, sizeof(info));
	info.type = XT_TRIGGER_OUT;
	info.flags = flags;
	strcpy(info.name, "a");
	info.n_relate = 1;
	info.relate[0].proto = IPPROTO_TCP;
	info.relate[0].min = min;
	info.relate[0].max = max;
	info.timeout = 600;
	rule = trigger_rule_get(&world.rules, NFPROTO_IPV4, &info);
	check(!IS_ERR(rule));
}

static void many_begin(u16 min, u16 max, u8 flags)
{
	unsigned int i;

	world_begin();
	listener_end();
	*shim_param_max_triggers = MANY;
	*shim_param_max_per_host = MANY;
	make_rule(min, max, flags);
	for (i = 0; i < MANY; i++) {
		struct nf_conn *ct = &many_conn[i];

		memset(ct, 0, sizeof(*ct));
		ct->ct_general.use.refs = 1;
		set_owner(ct, i);
		ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple.dst.protonum =
			IPPROTO_UDP;
		ct->status = IPS_CONFIRMED;
		ct->timeout = shim_jiffies + 10000 * HZ;
	}
}

static void many_end(void)
{
	trigger_rule_put(rule);
	world_end();
}

static void send_one(unsigned int i)
{
	rcu_read_lock();
	trigger_open_packet(&rule->set, &many_conn[i]);
	rcu_read_unlock();
}

/* The packet is cheap, whatever comes of it. */
static void send_cheaply(unsigned int i)
{
	shim_steps_most = 0;
	send_one(i);
	unit_log("packet %u: %lu steps", i, shim_steps_most);
	check(shim_steps_most <= STEPS_MAX);
}

static u64 stat(enum trigger_stat which)
{
	return trigger_table_stat(&world.table, which);
}

static void lookups_are_cheap(unsigned int owner)
{
	const struct trigger_ports *ports = &rule->name->ports;
	union nf_inet_addr to = { .all = { htonl(0x0a000001 + owner) } };
	union nf_inet_addr peer = { .all = { htonl(0xc6336407) } };

	shim_steps = 0;
	rcu_read_lock();
	check(world_by_port(ports, IPPROTO_TCP, info.relate[0].min, &peer));
	check(world_by_owner(ports, IPPROTO_TCP, info.relate[0].max, &to,
			       &peer));
	check(!world_by_port(ports, IPPROTO_UDP, info.relate[0].min, &peer));
	check(!world_by_port(ports, IPPROTO_TCP, info.relate[0].max + 1,
			       &peer));
	rcu_read_unlock();
	check(shim_steps <= 20);
}

/* A refresh takes no lock, no memory, and follows no list. */
static void refresh_is_free(unsigned int i)
{
	unsigned long lockings = shim_lockings, allocations = shim_allocations;

	shim_steps = 0;
	send_one(i);
	check_equal(shim_lockings, lockings);
	check_equal(shim_allocations, allocations);
	check(shim_steps <= 2);
}

UNIT_TEST(bounded_packets)
{
	unsigned int i;

	many_begin(1024, 65534, 0);
	*shim_param_max_triggers = MANY - 100;
	for (i = 0; i < MANY - 100; i++)
		send_cheaply(i);
	check_equal(stat(TRIGGER_OPENED), MANY - 100);
	lookups_are_cheap(MANY - 101);
	refresh_is_free(MANY - 101);

	/* Full of unanswered ones: the oldest make room. */
	for (; i < MANY; i++)
		send_cheaply(i);
	check_equal(stat(TRIGGER_EVICTED), 100);
	check_equal(world.table.pool.count, MANY - 100);

	/* All have been answered, unseen as yet: nothing makes room. */
	for (i = 100; i < MANY; i++)
		many_conn[i].status |= IPS_SEEN_REPLY;
	for (i = 0; i < 100; i++)
		send_cheaply(i);
	/* It looks at some of them for each packet, but evicts none. */
	check_equal(stat(TRIGGER_EVICTED), 100);
	check_equal(stat(TRIGGER_REFUSED_FULL), 100);
	lookups_are_cheap(MANY - 1);

	/* All of them over, and the collector late. */
	shim_jiffies += 700 * HZ;
	for (i = 0; i < 100; i++) {
		u64 expired = stat(TRIGGER_EXPIRED);

		send_cheaply(i);
		/* So many for its room, and so many at the head of the line. */
		check(stat(TRIGGER_EXPIRED) - expired <=
		      2 * TRIGGER_LIMIT_SCAN_MAX);
	}
	check(stat(TRIGGER_EXPIRED) >= 100);
	check_equal(stat(TRIGGER_OPENED), MANY + 100);

	shim_steps_most = 0;
	trigger_gc_run(&world.table);
	check(shim_steps_most <= STEPS_MAX);
	check_equal(world.table.pool.count, 100);
	many_end();
}

/* Closing holds the lock for one batch at a time; nothing opens after it. */
UNIT_TEST(bounded_closing)
{
	struct trigger_restore saved = { .owner = { .all = { 1 } } };
	unsigned int i;

	many_begin(113, 113, 0);
	for (i = 0; i < MANY; i++)
		send_one(i);
	check_equal(world.table.pool.count, MANY);
	shim_steps_most = 0;
	trigger_close_set(&rule->set);
	check_equal(world.table.pool.count, 0);
	check_equal(stat(TRIGGER_CLOSED), MANY);
	unit_log("%lu steps", shim_steps_most);
	check(shim_steps_most <= STEPS_MAX);
	send_one(0);
	check_equal(trigger_restore(&rule->set, &saved), -ENOENT);
	check_equal(world.table.pool.count, 0);
	trigger_rule_put(rule);

	make_rule(113, 113, 0);
	for (i = 0; i < MANY; i++)
		send_one(i);
	shim_steps_most = 0;
	trigger_table_close(&world.table);
	check(shim_steps_most <= STEPS_MAX);
	send_one(0);
	check_equal(trigger_restore(&rule->set, &saved), -ENOENT);
	check_equal(world.table.pool.count, 0);
	many_end();
}

/* A rule goes and comes back: the lock is held for some of its own at a time. */
static void park_many(u8 flags)
{
	unsigned int n = MANY / 10, i;

	many_begin(113, 113, flags);
	world_set_grace(30);
	for (i = 0; i < n; i++)
		send_one(i);
	shim_steps_most = 0;
	trigger_rule_put(rule);
	check_equal(world.table.parked, n);
	check(shim_steps_most <= STEPS_MAX);
	shim_steps_most = 0;
	make_rule(113, 113, flags);
	check_equal(world.table.parked, 0);
	check_equal(world.table.pool.count, n);
	check(shim_steps_most <= STEPS_MAX);
	many_end();
}

UNIT_TEST(bounded_parking)
{
	park_many(0);
	park_many(XT_TRIGGER_F_OWNER_LAST);
}

/*
 * Many are over, and the collector is late: one is open behind them, to whom
 * the port belongs.
 */
static void end_all_but_the_last(unsigned int n, u8 flags)
{
	unsigned int i;

	many_begin(113, 113, flags);
	for (i = 0; i < n; i++) {
		many_conn[i].tuplehash[IP_CT_DIR_ORIGINAL].tuple.dst.u3.ip = 1;
		if (i == n - 1)
			shim_jiffies += 400 * HZ;
		send_one(i);
	}
	check_equal(stat(TRIGGER_WAITED), n - 1);
	shim_jiffies += 300 * HZ;
	check_equal(world.table.pool.count, n);
}

/* What is left in the table when a packet has asked whose the port is. */
static unsigned int left_by_lookup(unsigned int owner)
{
	union nf_inet_addr peer = { .all = { 1 } };
	struct trigger *t;

	rcu_read_lock();
	t = world_by_port(&rule->name->ports, IPPROTO_TCP, 113, &peer);
	check(t);
	check_equal(ntohl(t->owner.ip), 0x0a000001 + owner);
	rcu_read_unlock();
	return world.table.pool.count;
}

static void look_behind_many(u8 flags)
{
	unsigned int n = 20 * TRIGGER_LIMIT_SCAN_MAX, i;

	end_all_but_the_last(n + 1, flags);
	/* While another CPU has the lock, nothing waits for it. */
	spin_lock_bh(&world.table.lock);
	check_equal(left_by_lookup(n), n + 1);
	spin_unlock_bh(&world.table.lock);
	/* Each packet closes some of them, so that soon no one meets any. */
	for (i = 1; i <= 20; i++) {
		shim_steps_most = 0;
		check_equal(left_by_lookup(n),
			    n + 1 - i * TRIGGER_LIMIT_SCAN_MAX);
		check(shim_steps_most <= STEPS_MAX);
		check_equal(stat(TRIGGER_EXPIRED), i * TRIGGER_LIMIT_SCAN_MAX);
	}
	shim_steps = 0;
	check_equal(left_by_lookup(n), 1);
	check(shim_steps <= 20);
	world_check_conns(many_conn, MANY);
	many_end();
}

UNIT_TEST(lookup_reaps)
{
	look_behind_many(0);
	look_behind_many(XT_TRIGGER_F_PEER_HOST);
}

/* Another CPU may have opened it after we looked at the clock. */
UNIT_TEST(opened_later)
{
	many_begin(113, 113, 0);
	rule->set.lifetime = 10 * TRIGGER_SECOND;
	send_one(0);
	rcu_read_lock();
	check(trigger_is_open(trigger_queue_head(&rule->set),
			      trigger_clock_now() - 1));
	check(!trigger_is_open(trigger_queue_head(&rule->set),
			       trigger_clock_now() + 10 * TRIGGER_SECOND));
	rcu_read_unlock();
	many_end();
}

/* So many that a packet does not come by them all: it finds nobody. */
static void look_behind_too_many(u8 flags)
{
	union nf_inet_addr peer = { .all = { 1 } };
	unsigned int n = 3 * TRIGGER_LOOKUP_PASS_MAX;

	end_all_but_the_last(n + 1, flags);
	spin_lock_bh(&world.table.lock);
	rcu_read_lock();
	check(!world_by_port(&rule->name->ports, IPPROTO_TCP, 113, &peer));
	rcu_read_unlock();
	unit_log("%lu steps", shim_steps);
	check(shim_steps <= TRIGGER_LOOKUP_PASS_MAX + 20);
	spin_unlock_bh(&world.table.lock);
	trigger_gc_run(&world.table);
	check_equal(left_by_lookup(n), 1);
	many_end();
}

UNIT_TEST(lookup_gives_up)
{
	look_behind_too_many(0);
	look_behind_too_many(XT_TRIGGER_F_PEER_HOST);
}

/* Behind those that are over nobody waits, but behind one that is open. */
UNIT_TEST(waited)
{
	end_all_but_the_last(TRIGGER_LIMIT_SCAN_MAX, 0);
	send_one(MANY - 1);
	check_equal(stat(TRIGGER_WAITED), TRIGGER_LIMIT_SCAN_MAX);
	check_equal(stat(TRIGGER_EXPIRED), TRIGGER_LIMIT_SCAN_MAX - 1);

	/* Now all of them. */
	shim_jiffies += 700 * HZ;
	send_one(MANY - 2);
	check_equal(stat(TRIGGER_WAITED), TRIGGER_LIMIT_SCAN_MAX);
	check_equal(world.table.pool.count, 1);
	many_end();

	/* So many that one packet, and its lookup, do not close them. */
	end_all_but_the_last(MANY / 2, 0);
	shim_jiffies += 700 * HZ;
	send_cheaply(MANY - 1);
	check_equal(stat(TRIGGER_WAITED), MANY / 2 - 1);
	check_equal(stat(TRIGGER_EXPIRED), 2 * TRIGGER_LIMIT_SCAN_MAX);
	many_end();
}

static void set_peer(struct nf_conn *ct, unsigned int i)
{
	ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple.dst.u3.ip =
		htonl(0xc0000000 + i);
}

/* Whether @peer is one that may come in. */
static bool has_peer(unsigned int i)
{
	union nf_inet_addr owner = { .all = { htonl(0x0a000001) } };
	union nf_inet_addr peer = { .all = { htonl(0xc0000000 + i) } };
	bool has;

	rcu_read_lock();
	has = world_by_owner(&rule->name->ports, IPPROTO_TCP, 113, &owner,
			       &peer);
	check_equal(has, !!world_by_port(&rule->name->ports, IPPROTO_TCP, 113,
					   &peer));
	rcu_read_unlock();
	return has;
}

/* One host, many connections with many peers: what it costs stays the same. */
static void meet_many(u8 flags)
{
	unsigned int i, j;

	many_begin(113, 113, XT_TRIGGER_F_PEER_HOST | flags);
	for (i = 0; i < 300; i++) {
		set_owner(&many_conn[i], 0);
		set_peer(&many_conn[i], i);
		many_conn[i].status = 0;	/* the first packet of it */
		many_conn[i].timeout = 100 * HZ;
		send_cheaply(i);
		if (i % 100 == 0)
			world_check_conns(many_conn, MANY);
		if (flags & XT_TRIGGER_F_SESSION)
			continue;
		/* The newest are kept, and the first one, which goes on. */
		many_conn[0].status = IPS_CONFIRMED;
		shim_jiffies += 2 * HZ;
		send_one(0);
		for (j = 1; j <= i; j++)
			check_equal(has_peer(j), j + TRIGGER_PEERS_MAX - 1 > i);
		check(has_peer(0));
		/* An old connection does not push the newer ones' peers out. */
		if (i <= TRIGGER_PEERS_MAX)
			continue;
		many_conn[1].status = IPS_CONFIRMED;
		send_one(1);
		check(!has_peer(1));
	}
	check_equal(world.table.pool.count, 1);
	many_end();
}

UNIT_TEST(bounded_peers)
{
	meet_many(XT_TRIGGER_F_SESSION);
	meet_many(0);
}

/* Memory that ends in the middle of anything. */

static struct nf_conn conn[3];

static void new_conns(void)
{
	unsigned int i;

	memset(conn, 0, sizeof(conn));
	for (i = 0; i < ARRAY_SIZE(conn); i++) {
		conn[i].ct_general.use.refs = 1;
		set_owner(&conn[i], i / 2);
		conn[i].tuplehash[IP_CT_DIR_ORIGINAL].tuple.dst.u3.ip =
			htonl(0xc0000000 + i);
	}
}

static void close_it(struct trigger *t, void *data)
{
	trigger_close(t);
}

/* Two owners, one with two peers, and a third restored. */
static bool open_some(void)
{
	const struct trigger_ports *ports = &rule->name->ports;
	union nf_inet_addr peer[] = { { .all = { 1 } }, { .all = { 2 } } };
	struct trigger_restore saved = { .peer = peer, .age = 1 };
	unsigned long failed = shim_failed;
	unsigned int i;
	int err;

	new_conns();
	rcu_read_lock();
	for (i = 0; i < ARRAY_SIZE(conn); i++)
		trigger_open_packet(&rule->set, &conn[i]);
	rcu_read_unlock();
	saved.owner.all[0] = htonl(0x0a0000ff);
	saved.n_peers = rule->set.peer_host ? 2 : 0;
	err = trigger_restore(&rule->set, &saved);
	check(!err || err == -ENOMEM);
	/* What did not open all the way has not opened. */
	world_check_conns(conn, ARRAY_SIZE(conn));
	rcu_read_lock();
	check_equal(!err, !!world_by_owner(ports, IPPROTO_TCP, 113,
					     &saved.owner, &peer[0]));
	check_equal(!err, !!world_by_owner(ports, IPPROTO_TCP, 113,
					     &saved.owner, &peer[1]));
	rcu_read_unlock();
	check(world.table.pool.count >= (failed == shim_failed ? 3 : 2));
	trigger_walk_all(&world.table, close_it, NULL);
	check_equal(world.table.pool.count, 0);
	for (i = 0; i < ARRAY_SIZE(conn); i++)
		check_equal(refcount_read(&conn[i].ct_general.use), 1);
	return failed == shim_failed && !err;
}

/* One that is open is restored with more peers: to all of them, or it is as it was. */
static bool extend_one(void)
{
	union nf_inet_addr peer[] = { { .all = { 1 } }, { .all = { 2 } },
				      { .all = { 3 } } };
	struct trigger_restore saved = { .peer = peer, .n_peers = 1, .idle = 2 };
	unsigned long failed = shim_failed;
	unsigned int i;
	int err;

	saved.owner.all[0] = htonl(0x0a0000ff);
	err = trigger_restore(&rule->set, &saved);
	if (!err) {
		saved.n_peers = ARRAY_SIZE(peer);
		saved.idle = 1;
		err = trigger_restore(&rule->set, &saved);
		rcu_read_lock();
		for (i = 0; i < ARRAY_SIZE(peer); i++)
			check_equal(!!world_by_owner(&rule->name->ports,
						       IPPROTO_TCP, 113,
						       &saved.owner, &peer[i]),
				    !i || !err);
		check_equal(trigger_clock_elapsed(trigger_clock_now(),
					    trigger_hash_find(&rule->set, &saved.owner)->refreshed),
			    err ? 2 : 1);
		rcu_read_unlock();
	}
	check(!err || err == -ENOMEM);
	trigger_walk_all(&world.table, close_it, NULL);
	return failed == shim_failed && !err;
}

/* A table that is full: who cannot open for lack of memory has evicted nobody. */
static bool open_in_full_table(void)
{
	unsigned long failed = shim_failed;
	u64 evicted = stat(TRIGGER_EVICTED);
	unsigned int i, opened;

	new_conns();
	for (i = 0; i < ARRAY_SIZE(conn); i++)
		set_owner(&conn[i], i);
	rcu_read_lock();
	for (i = 0; i < 2; i++)
		trigger_open_packet(&rule->set, &conn[i]);
	opened = world.table.pool.count;
	trigger_open_packet(&rule->set, &conn[2]);
	rcu_read_unlock();
	check(world.table.pool.count >= opened);
	check_equal(stat(TRIGGER_EVICTED) - evicted,
		    opened == 2 && failed == shim_failed);
	trigger_walk_all(&world.table, close_it, NULL);
	return failed == shim_failed;
}

UNIT_TEST(no_memory_evicts_nobody)
{
	world_begin();
	listener_end();
	*shim_param_max_triggers = 2;
	make_rule(113, 113, XT_TRIGGER_F_PEER_HOST | XT_TRIGGER_F_SESSION);
	unit_fail_each_allocation(open_in_full_table);
	trigger_rule_put(rule);
	world_end();
}

UNIT_TEST(no_memory)
{
	world_begin();
	make_rule(113, 113, XT_TRIGGER_F_PEER_HOST | XT_TRIGGER_F_SESSION);
	unit_fail_each_allocation(open_some);
	unit_fail_each_allocation(extend_one);
	trigger_rule_put(rule);
	make_rule(113, 113, 0);
	unit_fail_each_allocation(open_some);
	trigger_rule_put(rule);
	world_end();
}
