// SPDX-License-Identifier: GPL-2.0
/*
 * The table against a simple model of what the specification says (model.h):
 * random packets, rules, limits, restores and time, one after the other.
 */
#include <xt_trigger_event.h>

#include "listener.h"
#include "model.h"
#include "unit.h"
#include "world.h"

static unsigned int parked, unparked;

/* A port near the ends of ranges, or any. */
static u16 interesting_port(void)
{
	const struct xt_trigger_tginfo *info =
		&world_rule[random_below(WORLD_RULES)].info;
	const struct xt_trigger_range *item = &info->relate[random_below(2)];

	switch (random_below(4)) {
	case 0:
		return item->min + random_below(3) - 1;
	case 1:
		return item->max + random_below(3) - 1;
	case 2:
		return random_from(1, 60);
	default:
		return random_number();
	}
}

static void ask(void)
{
	static const u8 protos[] = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_SCTP, 47 };
	const struct world_rule *r = &world_rule[random_below(WORLD_RULES)];
	unsigned int peer = random_below(WORLD_PEERS), i, owner;
	u8 proto = protos[random_below(4)];
	u16 port = interesting_port();
	union nf_inet_addr addr, to;
	const struct model *m;
	struct trigger *t;
	bool has = false;
	u64 since;

	if (!r->rule)
		return;
	addr = world_peer(r->family, peer);
	unit_log("who has proto %u port %u for peer %u?", proto, port, peer);
	rcu_read_lock();
	t = world_by_port(&r->rule->name->ports, proto, port, &addr);
	m = model_owner_of(r->rule->name, proto, port, peer);
	check(t == (m ? m->t : NULL));

	owner = random_below(WORLD_OWNERS);
	to = world_owner(r->family, owner);
	t = world_by_owner(&r->rule->name->ports, proto, port, &to, &addr);
	for (i = 0; i < model_n; i++) {
		if (model[i].parked ||
		    model[i].rule->rule->name != r->rule->name ||
		    model[i].owner != owner ||
		    !model_covers(model[i].rule, proto, port) ||
		    !model_admits(&model[i], peer, &since))
			continue;
		has = true;
		if (t == model[i].t)
			break;
	}
	check_equal(!!t, has);
	check(!t || i < model_n);
	rcu_read_unlock();
}

/* What every packet and every reader could ask of each trigger. */
static void check_states(void)
{
	unsigned int i;

	rcu_read_lock();
	for (i = 0; i < model_n; i++) {
		struct model *m = &model[i];
		bool waiting;

		check_equal(trigger_is_parked(m->t), m->parked);
		if (m->parked)
			continue;
		waiting = trigger_lookup_is_waiting(m->t);
		if (waiting != model_waits(m)) {
			unit_log("rule %d owner %u: waiting %d",
				 (int)(m->rule - world_rule), m->owner, waiting);
			check(waiting == model_waits(m));
		}
		check_equal(m->t->n_peers, m->n_peers);
		if (!(m->rule->info.flags & XT_TRIGGER_F_SESSION))
			check_equal(trigger_sessions(m->t), 0);
	}
	rcu_read_unlock();
}

static void check_counters(void)
{
	enum trigger_stat stat;
	u64 really_over;

	for (stat = 0; stat < TRIGGER_STATS; stat++) {
		if (stat == TRIGGER_EXPIRED || stat == TRIGGER_ENDED)
			continue;
		if (model_count[stat] != trigger_table_stat(&world.table, stat)) {
			unit_log("counter %d is %llu, expected %llu", stat,
				 trigger_table_stat(&world.table, stat),
				 model_count[stat]);
			check(false);
		}
	}
	/* Some that are over are not collected yet. */
	really_over = trigger_table_stat(&world.table, TRIGGER_EXPIRED) +
		      trigger_table_stat(&world.table, TRIGGER_ENDED);
	check_equal(world.table.pool.count - model_n, model_over - really_over);
}

static void packet(void)
{
	struct world_rule *r = &world_rule[random_below(WORLD_RULES)];
	struct nf_conn *ct = world_random_conn();
	unsigned int owner = world_ends_of(ct)->owner;
	unsigned int peer = world_ends_of(ct)->peer;
	bool session = r->info.flags & XT_TRIGGER_F_SESSION;
	bool fresh = !(ct->status & IPS_CONFIRMED), opens;
	struct model *m;

	if (!r->rule || world_ends_of(ct)->family != r->family)
		return;
	unit_log("at %llu: rule %d: owner %u to peer %u, conn %d status %lx state %d",
		 model_now, (int)(r - world_rule), owner, peer,
		 (int)(ct - world_conn), ct->status, trigger_session_ct_state(ct));
	if (session && trigger_session_ct_state(ct) == TRIGGER_SESSION_ENDED) {
		world_packet(r, ct);
		return;
	}
	m = model_find(r, owner);
	opens = !m;
	if (opens && !model_make_room(r, owner, true)) {
		world_packet(r, ct);
		return;
	}
	world_packet(r, ct);
	if (opens) {
		m = model_open(r, owner);
		model_place(m->since);
	} else {
		check(m->t == model_real(r, owner));
		model_touch(m);
	}
	if (r->info.flags & XT_TRIGGER_F_PEER_HOST)
		model_meet_peer(m, peer, 0, fresh);
	if (session)
		model_meet_conn(m, ct, false);
	if (opens)
		model_count_waiting(m);
}

static void restore(void)
{
	struct world_rule *r = &world_rule[random_below(WORLD_RULES)];
	unsigned int owner = random_below(WORLD_OWNERS), i;
	union nf_inet_addr peers[TRIGGER_PEERS_MAX];
	unsigned int peer[TRIGGER_PEERS_MAX];
	struct trigger_restore saved = {
		.peer = peers,
		.proto = IPPROTO_UDP,
		.port = 53,
		.hits = random_below(5),
		.answered = one_in(2),
	};
	struct model *m;
	int err;

	if (!r->rule)
		return;
	saved.owner = world_owner(r->family, owner);
	if (r->info.timeout)
		saved.idle = random_below(r->rule->set.timeout);
	saved.age = random_below(r->rule->set.lifetime ?: 100000);
	if (r->info.flags & XT_TRIGGER_F_PEER_HOST) {
		saved.n_peers = random_from(1, 4);
		for (i = 0; i < saved.n_peers; i++) {
			/* Different ones. */
			peer[i] = (i ? peer[i - 1] + 1 : random_number()) %
				  WORLD_PEERS;
			peers[i] = world_peer(r->family, peer[i]);
		}
	}
	unit_log("at %llu: restore rule %d owner %u, idle %u age %llu, %u peers",
		 model_now, (int)(r - world_rule), owner, saved.idle, saved.age,
		 saved.n_peers);
	m = model_find(r, owner);
	if (!m && !model_make_room(r, owner, false)) {
		check_equal(trigger_restore(&r->rule->set, &saved), -ENOSPC);
		return;
	}
	err = trigger_restore(&r->rule->set, &saved);
	check_equal(err, 0);
	if (!m) {
		m = model_open(r, owner);
		m->opened = model_now - saved.age;
		check_equal(m->since >> 24, m->opened);
		m->last = model_now - saved.idle;
		m->counted = m->last;
		m->hits = saved.hits;
		m->adopting_until = model_now + TRIGGER_RESTORE_ADOPT_SECS * TRIGGER_SECOND;
		check_equal(m->t->answered, saved.answered);
	} else {
		m->last = max(m->last, model_now - saved.idle);
		m->counted = max(m->counted, model_now - saved.idle);
	}
	for (i = saved.n_peers; i--; ) {
		if (!model_find_peer(m, peer[i]))
			model_meet_peer(m, peer[i], m->since, true);
	}
}

static void use(void)
{
	struct nf_conn *ct = world_random_conn();
	struct model *m;

	if (!model_n)
		return;
	m = &model[random_below(model_n)];
	if (m->parked)
		return;
	unit_log("rule %d owner %u is used, conn %d",
		 (int)(m->rule - world_rule), m->owner, (int)(ct - world_conn));
	rcu_read_lock();
	world_hit(m->t);
	if (m->rule->info.flags & XT_TRIGGER_F_REFRESH_BOTH)
		trigger_refresh_in(m->t, ct);
	rcu_read_unlock();
	m->hits++;
	if (!(m->rule->info.flags & XT_TRIGGER_F_REFRESH_BOTH))
		return;
	model_touch(m);
	if (m->rule->info.flags & XT_TRIGGER_F_SESSION)
		model_meet_conn(m, ct, true);
}

static void close_one(void)
{
	struct model *m;

	if (!model_n)
		return;
	m = &model[random_below(model_n)];
	unit_log("close rule %d owner %u", (int)(m->rule - world_rule), m->owner);
	rcu_read_lock();
	trigger_close(m->t);
	trigger_close(m->t);
	rcu_read_unlock();
	model_count[TRIGGER_CLOSED]++;
	model_forget(m);
}

/* Load rule @i. If it was parked, all that is left is open again, unless it is late. */
static void load(unsigned int i)
{
	struct world_rule *r = &world_rule[i];
	bool late = model_now >= r->until;
	unsigned int j;

	world_load(i);
	for (j = 0; j < model_n && !late && r->rule; j++) {
		if (model[j].rule != r || !model[j].parked)
			continue;
		check(model[j].set == &r->rule->set);
		model[j].parked = false;
		unparked++;
	}
}

/* Park what is open, or close it. */
static void unload(unsigned int i)
{
	struct world_rule *r = &world_rule[i];
	unsigned int waiting_to_go, j;

	/* What is over by itself counts as closed if its rule goes first. */
	waiting_to_go = r->rule->set.pool.count;
	world_unload(i);
	if (r->users)
		return;
	for (j = model_n; j--; ) {
		if (model[j].rule != r || model[j].parked)
			continue;
		if (r->parked) {
			model[j].parked = true;
			parked++;
			continue;
		}
		model_forget(&model[j]);
		waiting_to_go--;
		model_count[TRIGGER_CLOSED]++;
	}
	check_equal(r->parked, world_grace && waiting_to_go);
	if (r->parked)
		return;
	model_over -= waiting_to_go;
	model_count[TRIGGER_CLOSED] += waiting_to_go;
}

static void change_rule(void)
{
	unsigned int i = random_below(WORLD_RULES), j;
	struct world_rule *r;

	/* Most that are parked would be late. */
	for (j = 0; j < WORLD_RULES; j++) {
		if (world_rule[j].parked && one_in(2))
			i = j;
	}
	r = &world_rule[i];
	if (r->users < 2 && (!r->users || one_in(2)))
		load(i);
	else
		unload(i);
}

static void change_limits(void)
{
	world_set_grace(one_in(4) ? 0 : random_from(1, 40));
	*shim_param_max_triggers = one_in(2) ? 30 : random_from(0, 20);
	*shim_param_max_per_host = one_in(2) ? 30 : random_from(0, 5);
	unit_log("limits: %u, %u of a host", *shim_param_max_triggers,
		 *shim_param_max_per_host);
}

/* What is over now is not in the table in a second. */
static void check_collected(void)
{
	struct trigger *found[4 * WORLD_MAX];
	unsigned int n, i, known;

	model_compare();
	shim_advance(HZ);
	n = world_snapshot(found, ARRAY_SIZE(found));
	for (i = 0; i < n; i++) {
		for (known = 0; known < model_n; known++) {
			if (model[known].t == found[i])
				break;
		}
		check(known < model_n);
	}
	for (i = 0; i < model_n; i++)
		model_forget_ended(&model[i]);
}

static void wait_a_while(void)
{
	static const u32 spans[] = { 1, 2, HZ / 4, HZ, 3 * HZ, 20 * HZ, 100 * HZ };
	u32 span = random_from(1, spans[random_below(ARRAY_SIZE(spans))]);

	unit_log("%u jiffies go by", span);
	if (one_in(4)) {	/* the collector is late */
		shim_jiffies += span;
		return;
	}
	shim_advance(span);
	if (one_in(4))
		check_collected();
}

static void act(void)
{
	switch (random_below(20)) {
	case 0 ... 7:
		packet();
		break;
	case 8:
		restore();
		break;
	case 9:
	case 10:
		use();
		break;
	case 11 ... 13:
		world_change_conn(world_random_conn());
		break;
	case 14:
		if (one_in(4))
			close_one();
		break;
	case 15:
		if (one_in(3))
			change_rule();
		break;
	case 16:
		if (one_in(8))
			change_limits();
		break;
	case 17:
		wait_a_while();
		break;
	default:
		ask();
		break;
	}
}

/* Whether each way to end or to be refused was met; the last ones need luck. */
static bool all_counted(void)
{
	unsigned int i;

	for (i = 0; i < TRIGGER_DNAT; i++) {
		if (!trigger_table_stat(&world.table, i))
			return false;
	}
	return true;
}

UNIT_TEST(table)
{
	unsigned int turn, i;

	world_begin();
	*shim_param_max_triggers = 30;
	for (i = 0; i < WORLD_RULES; i++)
		load(i);
	for (turn = 0; turn < 20000 || (turn < 200000 && !all_counted()); turn++) {
		model_now = trigger_clock_now();
		act();
		shim_cpu = one_in(2);
		model_compare();
		check_counters();
		if (one_in(4))
			check_states();
		if (one_in(4))
			world_check();
		if (one_in(100))
			shim_grace_period();
	}
	/* All of it has happened. */
	unit_log("%u were parked, %u came back", parked, unparked);
	check(parked > unparked && unparked);
	check(listener_received[XT_TRIGGER_EVENT_PARKED]);
	check(listener_received[XT_TRIGGER_EVENT_UNPARKED]);
	for (i = 0; i < TRIGGER_DNAT; i++) {
		unit_log("counter %d: %llu", i,
			 trigger_table_stat(&world.table, i));
		check(trigger_table_stat(&world.table, i));
	}
	check(listener_received[XT_TRIGGER_EVENT_OPENED]);
	check(listener_received[XT_TRIGGER_EVENT_CLOSED]);
	world_end();
}
