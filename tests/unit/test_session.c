// SPDX-License-Identifier: GPL-2.0
/* kernel/session.c: which connections are alive, and who is kept open by them. */
#include "unit.h"
#include "world.h"

static struct nf_conn conn[12];
static struct trigger_rule *rule;

static void new_conn(struct nf_conn *ct, u8 proto)
{
	memset(ct, 0, sizeof(*ct));
	ct->ct_general.use.refs = 1;
	ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple.src.u.all = htons(ct - conn);
	ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple.dst.protonum = proto;
	ct->timeout = 100 * HZ;
}

static void confirm(struct nf_conn *ct)
{
	ct->status |= IPS_CONFIRMED;
	ct->timeout = shim_jiffies + 100 * HZ;
}

UNIT_TEST(session_states)
{
	struct nf_conn *ct = &conn[0];
	u8 state;

	new_conn(ct, IPPROTO_UDP);
	check_equal(trigger_session_ct_state(ct), TRIGGER_SESSION_NEW);
	confirm(ct);
	check_equal(trigger_session_ct_state(ct), TRIGGER_SESSION_ALIVE);
	ct->timeout = shim_jiffies + 1;
	check_equal(trigger_session_ct_state(ct), TRIGGER_SESSION_ALIVE);
	ct->timeout = shim_jiffies;
	check_equal(trigger_session_ct_state(ct), TRIGGER_SESSION_ENDED);
	confirm(ct);
	ct->status |= IPS_DYING;
	check_equal(trigger_session_ct_state(ct), TRIGGER_SESSION_ENDED);

	new_conn(ct, IPPROTO_TCP);
	confirm(ct);
	for (state = TCP_CONNTRACK_NONE; state < TCP_CONNTRACK_MAX; state++) {
		bool ended = state == TCP_CONNTRACK_LAST_ACK ||
			     state == TCP_CONNTRACK_TIME_WAIT ||
			     state == TCP_CONNTRACK_CLOSE;

		unit_log("tcp state %u", state);
		ct->proto.tcp.state = state;
		check_equal(trigger_session_ct_state(ct),
			    ended ? TRIGGER_SESSION_ENDED :
				    TRIGGER_SESSION_ALIVE);
	}

	new_conn(ct, IPPROTO_SCTP);
	confirm(ct);
	ct->proto.sctp.state = SCTP_CONNTRACK_SHUTDOWN_SENT;
	check_equal(trigger_session_ct_state(ct), TRIGGER_SESSION_ALIVE);
	ct->proto.sctp.state = SCTP_CONNTRACK_CLOSED;
	check_equal(trigger_session_ct_state(ct), TRIGGER_SESSION_ENDED);
}

static void begin(void)
{
	struct xt_trigger_tginfo info = {
		.type = XT_TRIGGER_OUT,
		.flags = XT_TRIGGER_F_SESSION,
		.n_relate = 1,
		.relate = { { .min = 113, .max = 113, .proto = IPPROTO_TCP } },
		.name = "a",
	};

	world_begin();
	shim_conns = conn;
	shim_n_conns = ARRAY_SIZE(conn);
	*shim_param_max_triggers = 4096;
	*shim_param_max_per_host = 64;
	rule = trigger_rule_get(&world.rules, NFPROTO_IPV4, &info);
	check(!IS_ERR(rule));
}

static void send_one(struct nf_conn *ct)
{
	rcu_read_lock();
	trigger_open_packet(&rule->set, ct);
	rcu_read_unlock();
}

static struct trigger *who_has_it(void)
{
	union nf_inet_addr peer = { .all = { 1 } };
	struct trigger *t;

	rcu_read_lock();
	t = world_by_port(&rule->name->ports, IPPROTO_TCP, 113, &peer);
	rcu_read_unlock();
	return t;
}

/* Of more connections than it follows, the newest ones keep it open. */
UNIT_TEST(session_newest)
{
	unsigned int i;

	begin();
	for (i = 0; i < ARRAY_SIZE(conn); i++) {
		new_conn(&conn[i], IPPROTO_UDP);
		send_one(&conn[i]);
		confirm(&conn[i]);
		send_one(&conn[i]);
		check_equal(trigger_sessions(who_has_it()),
			    min(i + 1, (unsigned int)TRIGGER_SESSIONS_MAX));
	}
	for (i = 0; i < ARRAY_SIZE(conn) - 1; i++) {
		conn[i].status |= IPS_DYING;
		check(who_has_it());
	}
	shim_advance(HZ);
	check_equal(trigger_sessions(who_has_it()), 1);
	conn[i].timeout = shim_jiffies;
	check(!who_has_it());
	shim_advance(HZ);
	check_equal(trigger_table_stat(&world.table, TRIGGER_ENDED), 1);
	trigger_rule_put(rule);
	world_end();
}

static void come_in(struct nf_conn *ct)
{
	rcu_read_lock();
	trigger_refresh_in(who_has_it(), ct);
	rcu_read_unlock();
}

/* Inbound connections take free places, but never that of the owner's session. */
UNIT_TEST(session_inbound)
{
	unsigned int i;

	begin();
	new_conn(&conn[0], IPPROTO_TCP);
	send_one(&conn[0]);
	confirm(&conn[0]);
	send_one(&conn[0]);
	for (i = 1; i < ARRAY_SIZE(conn); i++) {
		new_conn(&conn[i], IPPROTO_TCP);
		come_in(&conn[i]);
		if (i % 2)
			continue;
		confirm(&conn[i]);
		come_in(&conn[i]);
	}
	check_equal(trigger_sessions(who_has_it()), TRIGGER_SESSIONS_MAX);
	check_equal(refcount_read(&conn[0].ct_general.use), 2);

	/* In place of one that has ended, before the collector comes by. */
	conn[2].status |= IPS_DYING;
	come_in(&conn[10]);
	check_equal(refcount_read(&conn[2].ct_general.use), 1);
	check_equal(refcount_read(&conn[10].ct_general.use), 2);

	/* All of them dropped or closed: the owner's session keeps it open. */
	for (i = 1; i < ARRAY_SIZE(conn); i++)
		conn[i].status |= IPS_DYING;
	shim_advance(3 * HZ);
	check_equal(trigger_sessions(who_has_it()), 1);
	conn[0].status |= IPS_DYING;
	check(!who_has_it());
	trigger_rule_put(rule);
	world_end();
}

/* Until it is confirmed, it is its packet's alone. */
UNIT_TEST(session_pending)
{
	struct nf_conn *ct = &conn[0];

	begin();
	new_conn(ct, IPPROTO_TCP);
	send_one(ct);
	send_one(ct);
	check_equal(refcount_read(&ct->ct_general.use), 1);
	check_equal(trigger_sessions(who_has_it()), 1);

	/* The collector makes it a reference, and so does its next packet. */
	confirm(ct);
	shim_jiffies += 10 * HZ;
	check(who_has_it());
	check_equal(refcount_read(&ct->ct_general.use), 1);
	trigger_gc_run(&world.table);
	check_equal(refcount_read(&ct->ct_general.use), 2);
	new_conn(&conn[1], IPPROTO_UDP);
	send_one(&conn[1]);
	confirm(&conn[1]);
	check_equal(refcount_read(&conn[1].ct_general.use), 1);
	send_one(&conn[1]);
	check_equal(refcount_read(&conn[1].ct_general.use), 2);
	check_equal(trigger_sessions(who_has_it()), 2);

	/* Another connection is not taken for it. */
	ct->status |= IPS_DYING;
	conn[1].status |= IPS_DYING;
	check(!who_has_it());

	/* It is judged at once, also where nobody has seen it again. */
	new_conn(&conn[2], IPPROTO_TCP);
	send_one(&conn[2]);
	confirm(&conn[2]);
	conn[2].proto.tcp.state = TCP_CONNTRACK_ESTABLISHED;
	check(who_has_it());
	conn[2].proto.tcp.state = TCP_CONNTRACK_CLOSE;
	check(!who_has_it());
	trigger_rule_put(rule);
	world_end();
}

/* Without memory for that nothing opens; what is open stays as it was. */
UNIT_TEST(session_no_memory)
{
	unsigned int i;

	for (i = 0; i < 5; i++) {
		begin();
		new_conn(&conn[0], IPPROTO_UDP);
		shim_fail_in = i + 1;
		send_one(&conn[0]);
		shim_fail_in = 0;
		check_equal(world.table.pool.count, 0);
		check_equal(trigger_table_stat(&world.table, TRIGGER_ENDED), 0);
		check(!who_has_it());
		send_one(&conn[0]);
		check_equal(trigger_sessions(who_has_it()), 1);
		new_conn(&conn[1], IPPROTO_UDP);
		shim_fail_in = 1;
		send_one(&conn[1]);
		shim_fail_in = 0;
		check_equal(trigger_sessions(who_has_it()), 1);
		trigger_rule_put(rule);
		world_end();
	}
}

/* A connection that is dropped before it is confirmed keeps nothing open. */
UNIT_TEST(session_dropped)
{
	begin();
	new_conn(&conn[0], IPPROTO_TCP);
	send_one(&conn[0]);
	check(who_has_it());
	shim_advance(HZ);
	check(who_has_it());
	shim_advance(2 * HZ);
	check(!who_has_it());
	check_equal(world.table.pool.count, 0);
	check_equal(refcount_read(&conn[0].ct_general.use), 1);
	/* What a closed one still sends opens nothing. */
	new_conn(&conn[1], IPPROTO_TCP);
	confirm(&conn[1]);
	conn[1].proto.tcp.state = TCP_CONNTRACK_TIME_WAIT;
	send_one(&conn[1]);
	check(!who_has_it());
	trigger_rule_put(rule);
	world_end();
}
