// SPDX-License-Identifier: GPL-2.0
/*
 * Events: what is sent, and when nothing is. That the messages say what happens in
 * the table, listener.c finds out in each test that has one.
 */
#include <xt_trigger_event.h>

#include "listener.h"
#include "unit.h"
#include "world.h"

#define SENT	(listener_received[XT_TRIGGER_EVENT_OPENED] + \
		 listener_received[XT_TRIGGER_EVENT_CLOSED])

static struct xt_trigger_tginfo info = {
	.type = XT_TRIGGER_OUT, .timeout = 600, .name = "default",
	.n_relate = 1, .relate = { { 113, 113, IPPROTO_TCP } },
};

static void begin(void)
{
	world_begin();
	world_rule[0].family = info.flags ? NFPROTO_IPV6 : NFPROTO_IPV4;
	world_rule[0].info = info;
	world_rule[0].rule = trigger_rule_get(&world.rules,
					      world_rule[0].family, &info);
	check(!IS_ERR(world_rule[0].rule));
	world_rule[0].users = 1;
}

static struct trigger_set *set(void)
{
	return &world_rule[0].rule->set;
}

/* Open by the first packet of a connection of host @owner with @peer. */
static void open(unsigned int owner, unsigned int peer)
{
	struct nf_conn *ct = &world_conn[owner + WORLD_OWNERS * (peer % 10)];
	struct nf_conntrack_tuple *tuple =
		&ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple;

	memset(ct, 0, sizeof(*ct));
	ct->ct_general.use.refs = 1;
	ct->timeout = 120 * HZ;
	tuple->src.u3 = world_owner(set()->family, owner);
	tuple->dst.u3 = world_peer(set()->family, peer);
	tuple->src.u.all = htons(1024 + peer);
	tuple->dst.u.all = htons(6667);
	tuple->dst.protonum = IPPROTO_UDP;
	world_packet(&world_rule[0], ct);
}

UNIT_TEST(event_nobody_listens)
{
	unsigned long needed, quiet;
	u32 seq;

	begin();
	needed = shim_allocations;
	open(0, 0);
	needed = shim_allocations - needed;
	listener_end();

	seq = world.table.event_seq;
	quiet = shim_allocations;
	open(1, 0);
	quiet = shim_allocations - quiet;
	check_equal(quiet, needed - 1);
	quiet = shim_allocations;
	trigger_close_all(&world.table);
	check_equal(shim_allocations, quiet);
	check_equal(world.table.event_seq, seq);
	world_end();
}

/* The allocations of an opening fail, one after the other. */
static void open_without_memory(void)
{
	unsigned long sent, k, lost = 0;
	u32 seq;

	begin();
	for (k = 1; k < 20; k++) {
		sent = SENT;
		seq = world.table.event_seq;
		shim_fail_in = k;
		open(0, 0);
		shim_fail_in = 0;
		check_equal(world.table.event_seq - seq, world.table.pool.count);
		lost += world.table.event_seq - seq - (SENT - sent);
		world_check();
		trigger_close_all(&world.table);
		world_check();
	}
	check_equal(lost, 1);
	world_end();
}

/*
 * What finds no memory is lost, and that is all: it has opened, and closes. Of what
 * cannot open for want of memory nothing is told.
 */
UNIT_TEST(event_no_memory)
{
	struct xt_trigger_tginfo small = info;

	open_without_memory();
	info.flags = XT_TRIGGER_F_SESSION | XT_TRIGGER_F_PEER_HOST;
	open_without_memory();
	info = small;
}

/* What ends together is one message; what opens and closes on the way is not. */
UNIT_TEST(event_together)
{
	unsigned long sent;
	unsigned int i;

	begin();
	for (i = 0; i < WORLD_OWNERS; i++)
		open(i, 0);
	sent = SENT;
	trigger_close_all(&world.table);
	check_equal(SENT, sent + 1);
	check(listener_told == LISTENER_NO_RULE);
	world_check();
	trigger_close_all(&world.table);
	check_equal(SENT, sent + 1);	/* there was nothing */

	for (i = 0; i < WORLD_OWNERS; i++)
		open(i, 0);
	sent = SENT;
	trigger_close_set(set());
	check_equal(SENT, sent + 1);
	check_equal(listener_told, set()->label);
	world_check();
	world_end();
}

/* The largest message has room for all. */
UNIT_TEST(event_largest)
{
	struct xt_trigger_tginfo small = info;
	struct trigger *t;
	unsigned int i;

	info.flags = XT_TRIGGER_F_SESSION | XT_TRIGGER_F_PEER_HOST;
	strcpy(info.name, "a-name-of-thirty-one-characters");
	info.n_relate = XT_TRIGGER_ITEMS_MAX;
	for (i = 0; i < XT_TRIGGER_ITEMS_MAX; i++)
		info.relate[i] = (struct xt_trigger_range){
			1 + 10 * i, 5 + 10 * i, XT_TRIGGER_PROTO_ALL,
		};
	begin();
	for (i = 0; i < 20; i++)
		open(0, i);
	check_equal(world_snapshot(&t, 1), 1);
	check_equal(t->n_peers, TRIGGER_PEERS_MAX);
	check_equal(trigger_sessions(t), TRIGGER_SESSIONS_MAX);
	rcu_read_lock();
	trigger_close(t);
	rcu_read_unlock();
	world_check();
	world_end();
	info = small;
}
