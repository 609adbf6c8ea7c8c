// SPDX-License-Identifier: GPL-2.0
/*
 * The table as several CPUs use it: wherever one looks at something without
 * the lock, another may change it. No model can say what comes of it, but the
 * table must not contradict itself, nothing that is freed may be touched, and
 * a reader meets everything that lives through the read, once.
 */
#include "unit.h"
#include "world.h"

#define READERS	3
#define IDS	1000

/*
 * A reader of the whole table, that pauses now and then.
 * @began: ids that were there when it began
 * @met:   ids that it has met
 */
struct reader {
	struct trigger_listing	listing;
	bool			running;
	u64			began[IDS];
	unsigned int		n_began;
	u64			met[IDS];
	unsigned int		n_met;
};

static struct reader reader[READERS];
static bool busy[READERS];

static bool has(const u64 *ids, unsigned int n, u64 id)
{
	while (n--) {
		if (ids[n] == id)
			return true;
	}
	return false;
}

static void reader_begin(struct reader *r)
{
	r->n_met = 0;
	r->n_began = world_ids(r->began, IDS);
	r->running = true;
}

static void reader_end(struct reader *r)
{
	unsigned int n, i;
	u64 id[IDS];

	n = world_ids(id, IDS);
	for (i = 0; i < n; i++) {
		if (has(r->began, r->n_began, id[i]) &&
		    !has(r->met, r->n_met, id[i])) {
			unit_log("id %llu is missed", id[i]);
			check(false);
		}
	}
	r->running = false;
}

/* A few steps; another CPU may read on meanwhile, but not with this file. */
static void read_on(void)
{
	unsigned int i = random_below(READERS), steps = random_from(1, 10);
	struct reader *r = &reader[i];
	struct trigger *t;

	if (busy[i] || (!r->running && shim_mutexes))
		return;
	busy[i] = true;
	if (!r->running) {
		reader_begin(r);
		check(!trigger_listing_start(&r->listing, &world.rules));
		rcu_read_lock();
		t = trigger_listing_first(&r->listing, &world.table);
	} else {
		rcu_read_lock();
		t = trigger_listing_resume(&r->listing, &world.table);
	}
	while (t && steps--) {
		if (trigger_listing_has(&r->listing, t)) {
			check(!has(r->met, r->n_met, t->id));
			check(r->n_met < IDS);
			r->met[r->n_met++] = t->id;
			trigger_lookup_is_waiting(t);
		}
		t = trigger_listing_next(&r->listing, &world.table);
	}
	trigger_listing_pause(&r->listing);
	rcu_read_unlock();
	if (!t)
		reader_end(r);
	busy[i] = false;
}

/* What one CPU does at a time. */

static void packet(void)
{
	struct world_rule *r = &world_rule[random_below(WORLD_RULES)];
	struct nf_conn *ct = world_random_conn();

	if (!r->rule || world_ends_of(ct)->family != r->family)
		return;
	/* The packet's own reference. */
	nf_conntrack_get(&ct->ct_general);
	world_packet(r, ct);
	nf_ct_put(ct);
}

static void inbound(void)
{
	struct world_rule *r = &world_rule[random_below(WORLD_RULES)];
	struct nf_conn *ct = world_random_conn();
	union nf_inet_addr owner, peer;
	struct trigger *t;
	u16 port = random_from(1, 60);

	if (!r->rule)
		return;
	owner = world_owner(r->family, random_below(WORLD_OWNERS));
	peer = world_peer(r->family, random_below(WORLD_PEERS));
	nf_conntrack_get(&ct->ct_general);
	rcu_read_lock();
	if (one_in(2))
		t = world_by_port(&r->rule->name->ports, IPPROTO_TCP, port,
				    &peer);
	else
		t = world_by_owner(&r->rule->name->ports, IPPROTO_TCP, port,
				     &owner, &peer);
	if (t) {
		check(t->set->family == r->family);
		world_hit(t);
		if (t->set->refresh_both)
			trigger_refresh_in(t, ct);
		trigger_sessions(t);
	}
	rcu_read_unlock();
	nf_ct_put(ct);
}

static void close_one(void)
{
	struct world_rule *r = &world_rule[random_below(WORLD_RULES)];
	union nf_inet_addr owner;
	struct trigger *t;

	if (!r->rule)
		return;
	owner = world_owner(r->family, random_below(WORLD_OWNERS));
	rcu_read_lock();
	t = trigger_hash_find(&r->rule->set, &owner);
	if (t)
		trigger_close(t);
	rcu_read_unlock();
}

static void tend_one(void)
{
	struct world_rule *r = &world_rule[random_below(WORLD_RULES)];
	union nf_inet_addr owner;
	struct trigger *t;

	if (!r->rule)
		return;
	owner = world_owner(r->family, random_below(WORLD_OWNERS));
	rcu_read_lock();
	t = trigger_hash_find(&r->rule->set, &owner);
	if (t)
		trigger_gc_one(t);
	rcu_read_unlock();
}

static void restore(void)
{
	struct world_rule *r = &world_rule[random_below(WORLD_RULES)];
	union nf_inet_addr peer[2];
	struct trigger_restore saved = {
		.peer = peer,
		.proto = IPPROTO_TCP,
		.port = 80,
		.age = random_below(1000),
	};

	if (shim_mutexes)
		return;
	mutex_lock(&world.rules.mutex);
	if (r->rule) {
		saved.owner = world_owner(r->family, random_below(WORLD_OWNERS));
		peer[0] = world_peer(r->family, random_below(WORLD_PEERS));
		saved.n_peers = r->rule->set.peer_host;
		trigger_restore(&r->rule->set, &saved);
	}
	mutex_unlock(&world.rules.mutex);
}

static void change_rule(void)
{
	unsigned int i = random_below(WORLD_RULES);

	/* Who loads what is parked waits for readers. */
	if (shim_mutexes || (world_rule[i].parked && shim_readers))
		return;
	if (world_rule[i].users && one_in(2))
		world_unload(i);
	else if (world_rule[i].users < 3)
		world_load(i);
}

static void change_limits(void)
{
	world_set_grace(one_in(4) ? 0 : random_from(1, 40));
	*shim_param_max_triggers = one_in(2) ? 30 : random_from(0, 20);
	*shim_param_max_per_host = one_in(2) ? 30 : random_from(0, 5);
}

static void act(void)
{
	switch (random_below(24)) {
	case 0 ... 8:
		packet();
		break;
	case 9 ... 12:
		inbound();
		break;
	case 13:
		close_one();
		break;
	case 14:
		tend_one();
		break;
	case 15:
		restore();
		break;
	case 16 ... 18:
		world_change_conn(world_random_conn());
		break;
	case 19:
		shim_jiffies += random_from(1, one_in(20) ? 40 * HZ : HZ / 4);
		break;
	case 20:
		if (one_in(10))
			trigger_gc_run(&world.table);
		else if (one_in(10) && !shim_mutexes)
			trigger_rule_gc(&world.rules);
		break;
	case 21:
		read_on();
		break;
	case 22:
		if (one_in(30))
			change_limits();
		break;
	default:
		if (one_in(10))
			change_rule();
		break;
	}
	if (!shim_readers && one_in(20))
		shim_grace_period();
}

static void others(void)
{
	if (one_in(30))
		act();
}

UNIT_TEST(table_interleaved)
{
	unsigned int turn, i;

	world_begin();
	for (i = 0; i < WORLD_RULES; i++)
		world_load(i);
	for (turn = 0; turn < 20000; turn++) {
		shim_interleave = others;
		act();
		shim_interleave = NULL;
		check(!shim_rcu_depth && !shim_readers && !shim_mutexes);
		if (one_in(4))
			world_check();
	}
	for (i = 0; i < READERS; i++)
		trigger_listing_end(&reader[i].listing);
	world_end();
}

/* The same without others: what is to be met is known exactly. */
UNIT_TEST(walk)
{
	unsigned int turn, i;

	world_begin();
	*shim_param_max_triggers = 30;
	for (i = 0; i < WORLD_RULES; i++)
		world_load(i);
	for (turn = 0; turn < 20000; turn++) {
		act();
		read_on();
	}
	for (i = 0; i < READERS; i++)
		trigger_listing_end(&reader[i].listing);
	world_end();
}
