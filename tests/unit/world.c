// SPDX-License-Identifier: GPL-2.0
/* A table in a small world. See world.h. */
#include "listener.h"
#include "rules.h"
#include "unit.h"
#include "world.h"

struct trigger_net world;
struct world_rule world_rule[WORLD_RULES];
struct nf_conn world_conn[WORLD_CONNS];
struct world_conn world_ends[WORLD_CONNS];

/* Two to each /64. */
union nf_inet_addr world_owner(u8 family, unsigned int i)
{
	union nf_inet_addr addr = {};

	if (family == NFPROTO_IPV4) {
		addr.all[0] = 0x0101a8c0 + (i << 24);
		return addr;
	}
	addr.all[0] = 0x20010db8;
	addr.all[1] = i / 2;
	addr.all[3] = i + 1;
	return addr;
}

union nf_inet_addr world_peer(u8 family, unsigned int i)
{
	union nf_inet_addr addr = {};

	addr.all[0] = 0x0a0000c6 + (i << 24);
	if (family == NFPROTO_IPV6)
		addr.all[3] = i;
	return addr;
}

/* Few ports, so that rules meet; some ranges are wide, one is of many. */
static void random_relate(struct xt_trigger_tginfo *info)
{
	static const u8 protos[] = { IPPROTO_TCP, IPPROTO_UDP, 0 };
	u16 min = random_from(1, 40);

	info->n_relate = 1;
	info->relate[0].proto = protos[random_below(3)];
	info->relate[0].min = min;
	info->relate[0].max = one_in(4) ? random_from(min, 65535) :
					  min + random_below(20);
	if (info->relate[0].max < 60000 && one_in(3)) {
		info->n_relate = 2;
		info->relate[1].proto = protos[random_below(3)];
		info->relate[1].min = info->relate[0].max + random_from(1, 9);
		info->relate[1].max = info->relate[1].min + random_below(5);
	}
}

static void random_rule(struct world_rule *r)
{
	struct xt_trigger_tginfo *info = &r->info;

	memset(info, 0, sizeof(*info));
	r->family = one_in(4) ? NFPROTO_IPV6 : NFPROTO_IPV4;
	info->type = XT_TRIGGER_OUT;
	strcpy(info->name, one_in(4) ? "b" : "a");
	random_relate(info);
	info->flags = one_in(3) ? 0 : random_below(16);
	if (!(info->flags & XT_TRIGGER_F_SESSION) || one_in(3))
		info->timeout = random_from(1, 20);
	if (one_in(3))
		info->lifetime = random_from(1, 60);
	if (one_in(4))
		info->max = random_from(1, 5);
}

unsigned int world_grace = 30;

/* 0 ends the grace of all that is parked. */
void world_set_grace(unsigned int secs)
{
	char value[16];
	unsigned int i;

	snprintf(value, sizeof(value), "%u\n", secs);
	check(!shim_set_reload_grace(value));
	world_grace = secs;
	unit_log("reload_grace is %u", secs);
	for (i = 0; i < WORLD_RULES && !secs; i++)
		world_rule[i].until = 0;
}

/* Whether another rule that is parked is the same as @r. */
static bool is_parked_twice(const struct world_rule *r)
{
	unsigned int i;

	for (i = 0; i < WORLD_RULES; i++) {
		if (&world_rule[i] != r && world_rule[i].parked &&
		    world_rule[i].family == r->family &&
		    !memcmp(&world_rule[i].info, &r->info, sizeof(r->info)))
			return true;
	}
	return false;
}

void world_load(unsigned int i)
{
	struct world_rule *r = &world_rule[i];
	struct trigger_rule *rule;

	if (!r->users && !r->parked) {
		random_rule(r);
		if (is_parked_twice(r))
			return;
	}
	rule = trigger_rule_get(&world.rules, r->family, &r->info);
	check(!IS_ERR(rule));
	if (rule->users != ++r->users) {	/* another one is the same */
		r->users--;
		trigger_rule_put(rule);
		return;
	}
	check(r->users == 1 || rule == r->rule);
	r->rule = rule;
	r->parked = false;
	unit_log("rule %u: family %u name %s flags %x timeout %u lifetime %u max %u opens %s",
		 i, r->family, r->info.name, r->info.flags, r->info.timeout,
		 r->info.lifetime, r->info.max, r->rule->open);
}

void world_unload(unsigned int i)
{
	struct world_rule *r = &world_rule[i];

	unit_log("unload rule %u, %u users", i, r->users);
	r->until = trigger_clock_now() + trigger_clock_ticks(world_grace);
	trigger_rule_put(r->rule);
	if (--r->users)
		return;
	/* Freed after a grace period at the earliest. */
	r->parked = !r->rule->set.gone;
	r->rule = NULL;
}

void world_begin(void)
{
	unsigned int i;

	memset(&world, 0, sizeof(world));
	memset(world_rule, 0, sizeof(world_rule));
	world_set_grace(30);
	check(!trigger_table_init(&world.table, NULL));
	check(!trigger_rule_init(&world.rules, &world.table));
	for (i = 0; i < WORLD_CONNS; i++)
		world_conn[i].ct_general.use.refs = 0;
	shim_conns = world_conn;
	shim_n_conns = WORLD_CONNS;
	listener_begin();
}

void world_end(void)
{
	unsigned int i;

	listener_end();
	trigger_table_close(&world.table);
	trigger_rule_close(&world.rules);
	check_equal(world.table.pool.count, 0);
	check_equal(world.table.parked, 0);
	/* It lets go of all connections: a namespace's end waits for that. */
	for (i = 0; i < WORLD_CONNS; i++)
		check(refcount_read(&world_conn[i].ct_general.use) <= 1);
	for (i = 0; i < WORLD_RULES; i++) {
		while (world_rule[i].users)
			world_unload(i);
	}
	shim_grace_period();
	trigger_rule_exit(&world.rules);
	trigger_table_exit(&world.table);
}

/* Connections. */

static void new_conn(struct nf_conn *ct)
{
	static const u8 protos[] = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_SCTP };
	struct nf_conntrack_tuple *tuple =
		&ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple;
	struct world_conn *ends = world_ends_of(ct);

	ends->family = one_in(4) ? NFPROTO_IPV6 : NFPROTO_IPV4;
	ends->owner = random_below(WORLD_OWNERS);
	ends->peer = random_below(WORLD_PEERS);
	ct->ct_general.use.refs = 1;
	ct->status = 0;
	tuple->src.u3 = world_owner(ends->family, ends->owner);
	tuple->dst.u3 = world_peer(ends->family, ends->peer);
	tuple->src.u.all = htons(ct - world_conn);
	tuple->dst.protonum = protos[random_below(3)];
	ct->timeout = 120 * HZ;	/* a span, until it is confirmed */
	ct->proto.tcp.state = TCP_CONNTRACK_SYN_SENT;
	if (nf_ct_protonum(ct) == IPPROTO_SCTP)
		ct->proto.sctp.state = SCTP_CONNTRACK_COOKIE_WAIT;
}

struct world_conn *world_ends_of(const struct nf_conn *ct)
{
	return &world_ends[ct - world_conn];
}

struct nf_conn *world_random_conn(void)
{
	struct nf_conn *ct = &world_conn[random_below(WORLD_CONNS)];

	if (!refcount_read(&ct->ct_general.use))
		new_conn(ct);
	return ct;
}

static void change_conn(struct nf_conn *ct)
{
	/* While it looks, another CPU may come by. */
	bool ended = trigger_session_ct_state(ct) == TRIGGER_SESSION_ENDED;

	if (ct->status & IPS_DYING)	/* conntrack has let go of it */
		return;
	if (ended) {
		ct->status |= IPS_DYING;
		nf_ct_put(ct);
		return;
	}
	if (!(ct->status & IPS_CONFIRMED)) {
		ct->status |= IPS_CONFIRMED;
		ct->timeout = shim_jiffies + random_from(1, 60) * HZ;
		return;
	}
	switch (random_below(6)) {
	case 0:
	case 1:
		ct->status |= IPS_SEEN_REPLY | IPS_ASSURED;
		if (nf_ct_protonum(ct) == IPPROTO_TCP)
			ct->proto.tcp.state = TCP_CONNTRACK_ESTABLISHED;
		break;
	case 2:
		ct->timeout = shim_jiffies + random_from(1, 60) * HZ;
		break;
	case 3:
		if (nf_ct_protonum(ct) == IPPROTO_TCP)
			ct->proto.tcp.state = random_from(TCP_CONNTRACK_FIN_WAIT,
							  TCP_CONNTRACK_CLOSE);
		break;
	case 4:
		if (nf_ct_protonum(ct) == IPPROTO_SCTP)
			ct->proto.sctp.state = SCTP_CONNTRACK_CLOSED;
		break;
	default:	/* conntrack -D */
		ct->status |= IPS_DYING;
		nf_ct_put(ct);
		break;
	}
}

/* A packet of it, or its end, which is for good. Meanwhile others may let go of it. */
void world_change_conn(struct nf_conn *ct)
{
	nf_conntrack_get(&ct->ct_general);
	change_conn(ct);
	nf_ct_put(ct);
}

void world_packet(struct world_rule *r, struct nf_conn *ct)
{
	rcu_read_lock();
	trigger_open_packet(&r->rule->set, ct);
	rcu_read_unlock();
}

/* What is in the table. */

struct snapshot {
	struct trigger **found;
	unsigned int n;
	unsigned int max;
};

static void snap(struct trigger *t, void *data)
{
	struct snapshot *s = data;

	check(s->n < s->max);
	s->found[s->n++] = t;
}

unsigned int world_snapshot(struct trigger **found, unsigned int max)
{
	struct snapshot s = { .found = found, .max = max };

	trigger_walk_all(&world.table, snap, &s);
	return s.n;
}

unsigned int world_ids(u64 *ids, unsigned int max)
{
	unsigned int n = 0;
	struct trigger *t;

	rcu_read_lock();
	list_for_each_entry_rcu(t, &world.table.pool.all,
				in[TRIGGER_IN_TABLE].all) {
		check(n < max);
		ids[n++] = t->id;
	}
	rcu_read_unlock();
	return n;
}

/* A reference for each slot, and conntrack's own while the connection lives. */
static void check_refs(struct trigger **t, unsigned int n,
		       const struct nf_conn *conn, unsigned int conns)
{
	unsigned int i, j, k, refs;

	for (i = 0; i < conns; i++) {
		unsigned int use = refcount_read(&conn[i].ct_general.use);
		bool held = use && !(conn[i].status & IPS_DYING);

		refs = 0;
		for (j = 0; j < n; j++) {
			for (k = 0; k < t[j]->set->sessions; k++)
				refs += t[j]->session[k].ref == (unsigned long)&conn[i];
		}
		check_equal(use, refs + held);
	}
}

/* Each line is in order, the pools count right, and all can be found. */
static void check_lines(struct trigger **t, unsigned int n)
{
	unsigned int i, j, in_set, in_host;
	struct trigger_peer *peer;
	struct trigger *next;
	unsigned int peers, parked = 0;

	for (i = 0; i < n; i++) {
		const struct trigger_set *set = t[i]->set;

		check(!t[i]->dead);
		check_equal(!!t[i]->parked, set->parked);
		parked += !!t[i]->parked;
		check(trigger_hash_find(set, &t[i]->owner) == t[i]);
		in_set = 0;
		in_host = 0;
		for (j = 0; j < n; j++) {
			in_set += t[j]->set == set;
			in_host += t[j]->host == t[i]->host;
			check(j <= i || t[j]->id > t[i]->id);
		}
		check_equal(set->pool.count, in_set);
		check_equal(t[i]->host->pool.count, in_host);
		next = list_next_entry(t[i], in[TRIGGER_IN_SET].all);
		check(&next->in[TRIGGER_IN_SET].all == &set->pool.all ||
		      trigger_queue_rank(set, t[i]->since) <=
		      trigger_queue_rank(set, next->since));
		peers = 0;
		hlist_for_each_entry(peer, &t[i]->peers, node) {
			check(trigger_peer_find_queue(set, &peer->queue->addr) ==
			      peer->queue);
			check(peer->trigger == t[i]);
			peers++;
		}
		check_equal(t[i]->n_peers, peers);
		check(peers <= TRIGGER_PEERS_MAX);
		/* One that is for its peers alone has at least one. */
		check_equal(set->peer_host, !!peers);
	}
	check_equal(world.table.parked, parked);
}

static u64 stat(enum trigger_stat which)
{
	return trigger_table_stat(&world.table, which);
}

void world_check_conns(const struct nf_conn *conn, unsigned int conns)
{
	struct trigger *t[1024];
	unsigned int n;

	n = world_snapshot(t, ARRAY_SIZE(t));
	check_equal(world.table.pool.count, n);
	check_equal(stat(TRIGGER_OPENED),
		    n + stat(TRIGGER_EXPIRED) + stat(TRIGGER_ENDED) +
		    stat(TRIGGER_CLOSED) + stat(TRIGGER_EVICTED));
	rcu_read_lock();
	check_lines(t, n);
	check_refs(t, n, conn, conns);
	rcu_read_unlock();
	listener_check();
}

void world_check(void)
{
	world_check_conns(world_conn, WORLD_CONNS);
}
