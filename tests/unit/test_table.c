// SPDX-License-Identifier: GPL-2.0
/*
 * The table against a simple model of what the specification says: random
 * packets, rules, limits, restores and time, one after the other.
 *
 * The model keeps a plain array and asks every question by looking at all of
 * it. Where the specification leaves a second open (a timeout may run up to a
 * second longer), it takes what the table says, once it is within bounds.
 */
#include "../../kernel/hash.h"
#include "../../kernel/session.h"
#include "unit.h"
#include "world.h"

struct model_peer {
	unsigned int	peer;
	u64		since;
	u64		contacted;
};

/*
 * An active trigger that is open, or was when we last looked.
 * @t:        the real one; in the table as long as it is open
 * @since:    its place in line, as the table gave it
 * @last:     the last refresh
 * @counted:  the last refresh that was counted
 * @met:      connections that opened or refreshed it, NULL for those that
 *            ended, and when we first saw each; with more than are followed
 *            (@unsure), which of them are is the table's choice
 */
struct model {
	struct trigger		*t;
	struct world_rule	*rule;
	unsigned int		owner;
	u64			since;
	u64			opened;
	u64			last;
	u64			counted;
	struct model_peer	peer[TRIGGER_PEERS_MAX];
	unsigned int		n_peers;
	struct nf_conn		*met[TRIGGER_SESSIONS_MAX];
	u64			met_at[TRIGGER_SESSIONS_MAX];
	unsigned int		n_met;
	u64			adopting_until;
	bool			unsure;
	u32			hits;
};

static struct model model[WORLD_MAX];
static unsigned int n_model;
static u64 count[TRIGGER_STATS];
static u64 over;		/* expired or ended */
static u64 highest_since;
static u64 now;

static struct trigger_set *set_of(const struct model *m)
{
	return &m->rule->rule->set;
}

static union nf_inet_addr owner_addr(const struct model *m)
{
	return world_owner(m->rule->family, m->owner);
}

static struct model *find(const struct world_rule *r, unsigned int owner)
{
	unsigned int i;

	for (i = 0; i < n_model; i++) {
		if (model[i].rule == r && model[i].owner == owner)
			return &model[i];
	}
	return NULL;
}

static void forget(struct model *m)
{
	*m = model[--n_model];
}

/* Open or closed? */

enum expectation { OPEN, CLOSED, EITHER };

static enum expectation expect_time(const struct model *m)
{
	const struct trigger_set *set = set_of(m);

	if (set->lifetime && now - m->opened >= set->lifetime)
		return CLOSED;
	if (!set->timeout || now - m->last < set->timeout)
		return OPEN;
	return now - m->last < set->timeout + TRIGGER_SECOND ? EITHER : CLOSED;
}

static enum expectation expect_session(const struct model *m)
{
	unsigned int i;
	bool maybe = m->unsure;

	if (m->adopting_until)
		return now < m->adopting_until ? OPEN : CLOSED;
	for (i = 0; i < m->n_met && !m->unsure; i++) {
		if (!m->met[i])
			continue;
		switch (trigger_session_state(m->met[i])) {
		case TRIGGER_SESSION_ALIVE:
			return OPEN;
		case TRIGGER_SESSION_NEW:
			if (now - m->met_at[i] < 2 * TRIGGER_SECOND)
				return OPEN;
			maybe = true;
			break;
		default:
			break;
		}
	}
	return maybe ? EITHER : CLOSED;
}

static enum expectation expect(const struct model *m)
{
	enum expectation by_time = expect_time(m), by_session = OPEN;

	if (m->rule->info.flags & XT_TRIGGER_F_SESSION)
		by_session = expect_session(m);
	if (by_time == CLOSED || by_session == CLOSED)
		return CLOSED;
	return by_time == EITHER || by_session == EITHER ? EITHER : OPEN;
}

/*
 * One that has ended becomes another; one that is not confirmed in time may be
 * let go of.
 */
static void update_met(struct model *m)
{
	enum trigger_session_state state;
	unsigned int i;

	for (i = 0; i < m->n_met; i++) {
		if (!m->met[i])
			continue;
		state = trigger_session_state(m->met[i]);
		if (state == TRIGGER_SESSION_ENDED)
			m->met[i] = NULL;
		if (state == TRIGGER_SESSION_NEW &&
		    now - m->met_at[i] >= 2 * TRIGGER_SECOND)
			m->unsure = true;
	}
}

/* The collector has freed the places of those that ended. */
static void forget_ended(struct model *m)
{
	unsigned int i;

	for (i = m->n_met; i--; ) {
		if (m->met[i])
			continue;
		m->met[i] = m->met[--m->n_met];
		m->met_at[i] = m->met_at[m->n_met];
	}
}

static void meet_conn(struct model *m, struct nf_conn *ct)
{
	unsigned int i;

	for (i = 0; i < m->n_met; i++) {
		if (m->met[i] == ct)
			return;
	}
	m->adopting_until = 0;
	if (m->n_met == TRIGGER_SESSIONS_MAX) {
		m->unsure = true;
		return;
	}
	m->met[m->n_met] = ct;
	m->met_at[m->n_met++] = now;
}

/*
 * Compares the open ones with the model, and drops from the model what is not
 * open any longer: in the table it may wait for the collector. One that could
 * come back, since a connection is confirmed late, is closed by hand.
 */
static void compare(void)
{
	struct trigger *found[4 * WORLD_MAX];
	unsigned int n, i, j, open = 0;

	now = trigger_now();
	n = world_snapshot(found, ARRAY_SIZE(found));
	rcu_read_lock();
	for (i = 0; i < n_model; ) {
		struct model *m = &model[i];
		bool there = false, is_open;

		for (j = 0; j < n; j++)
			there |= found[j] == m->t;
		is_open = there && trigger_is_open(m->t, now);
		if (is_open ? expect(m) == CLOSED : expect(m) == OPEN) {
			unit_log("%s owner %u open %d, there %d: expected the other",
				 m->rule->rule->open, m->owner, is_open, there);
			check(false);
		}
		update_met(m);
		if (is_open) {
			check_equal(atomic_read(&m->t->hits), m->hits);
			open++;
			i++;
			continue;
		}
		if (there && m->unsure) {
			trigger_close(m->t);
			count[TRIGGER_CLOSED]++;
		} else {
			over++;
		}
		forget(m);
	}
	for (j = 0; j < n; j++)
		open -= !found[j]->dead && trigger_is_open(found[j], now);
	check_equal(open, 0);
	rcu_read_unlock();
}

/* Who has what? */

static bool covers(const struct world_rule *r, u8 proto, u32 port)
{
	u8 i;

	for (i = 0; i < r->info.n_relate; i++) {
		const struct xt_trigger_range *item = &r->info.relate[i];

		if (port >= item->min && port <= item->max &&
		    (item->proto == proto ||
		     (!item->proto &&
		      (proto == IPPROTO_TCP || proto == IPPROTO_UDP))))
			return true;
	}
	return false;
}

static struct model_peer *find_peer(struct model *m, unsigned int peer)
{
	unsigned int i;

	for (i = 0; i < m->n_peers; i++) {
		if (m->peer[i].peer == peer)
			return &m->peer[i];
	}
	return NULL;
}

#define ANY	WORLD_PEERS

/* Whether @m lets @peer in; *@since: its place in line for it. */
static bool admits(struct model *m, unsigned int peer, u64 *since)
{
	struct model_peer *p;

	*since = m->since;
	if (!(m->rule->info.flags & XT_TRIGGER_F_PEER_HOST))
		return true;
	p = find_peer(m, peer);
	if (!p)
		return false;
	*since = p->since;
	return true;
}

static struct model *owner_of(const struct trigger_name *name, u8 proto,
			      u32 port, unsigned int peer)
{
	bool best_last = false, last;
	u64 best_since = 0, since;
	struct model *best = NULL;
	unsigned int i;

	for (i = 0; i < n_model; i++) {
		struct model *m = &model[i];

		if (m->rule->rule->name != name ||
		    !covers(m->rule, proto, port) || !admits(m, peer, &since))
			continue;
		last = m->rule->info.flags & XT_TRIGGER_F_OWNER_LAST;
		if (best && (last == best_last ?
			     (last ? since < best_since : since > best_since) :
			     best_last))
			continue;
		best = m;
		best_last = last;
		best_since = since;
	}
	return best;
}

/* Whether others hold all that @m opens, for @peer. */
static bool waits_for(struct model *m, unsigned int peer)
{
	const struct trigger_name *name = m->rule->rule->name;
	static const u8 protos[] = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_SCTP };
	struct model *holder;
	unsigned int i, j, p;
	u32 port;

	/* Between the ends of all ranges nothing changes. */
	for (p = 0; p < ARRAY_SIZE(protos); p++) {
		for (i = 0; i < WORLD_RULES; i++) {
			for (j = 0; j < 2 * world_rule[i].info.n_relate; j++) {
				port = j % 2 ?
					world_rule[i].info.relate[j / 2].max + 1 :
					world_rule[i].info.relate[j / 2].min;
				if (!covers(m->rule, protos[p], port))
					continue;
				holder = owner_of(name, protos[p], port, peer);
				if (!holder || holder->owner == m->owner)
					return false;
			}
		}
	}
	return true;
}

static bool waits(struct model *m)
{
	unsigned int i;

	if (!(m->rule->info.flags & XT_TRIGGER_F_PEER_HOST))
		return waits_for(m, ANY);
	for (i = 0; i < m->n_peers; i++) {
		if (!waits_for(m, m->peer[i].peer))
			return false;
	}
	return m->n_peers;
}

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
	t = trigger_by_port(&r->rule->name->ports, proto, port, &addr);
	m = owner_of(r->rule->name, proto, port, peer);
	check(t == (m ? m->t : NULL));

	owner = random_below(WORLD_OWNERS);
	to = world_owner(r->family, owner);
	t = trigger_by_owner(&r->rule->name->ports, proto, port, &to, &addr);
	for (i = 0; i < n_model; i++) {
		if (model[i].rule->rule->name != r->rule->name ||
		    model[i].owner != owner ||
		    !covers(model[i].rule, proto, port) ||
		    !admits(&model[i], peer, &since))
			continue;
		has = true;
		if (t == model[i].t)
			break;
	}
	check_equal(!!t, has);
	check(!t || i < n_model);
	rcu_read_unlock();
}

/* What every packet and every reader could ask of each trigger. */
static void check_states(void)
{
	unsigned int i;

	rcu_read_lock();
	for (i = 0; i < n_model; i++) {
		struct model *m = &model[i];
		bool waiting = trigger_is_waiting(m->t);

		if (waiting != waits(m)) {
			unit_log("rule %d owner %u: waiting %d",
				 (int)(m->rule - world_rule), m->owner, waiting);
			check(waiting == waits(m));
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
		if (count[stat] != trigger_table_stat(&world.table, stat)) {
			unit_log("counter %d is %llu, expected %llu", stat,
				 trigger_table_stat(&world.table, stat),
				 count[stat]);
			check(false);
		}
	}
	/* Some that are over are not collected yet. */
	really_over = trigger_table_stat(&world.table, TRIGGER_EXPIRED) +
		      trigger_table_stat(&world.table, TRIGGER_ENDED);
	check_equal(world.table.pool.count - n_model, over - really_over);
}

/* Opening. */

/* The real trigger that has just been refreshed or opened. */
static struct trigger *real(const struct world_rule *r, unsigned int owner)
{
	union nf_inet_addr addr = world_owner(r->family, owner);
	struct trigger *t;

	rcu_read_lock();
	t = trigger_find(&r->rule->set, &addr);
	rcu_read_unlock();
	return t;
}

static u64 place(u64 since)
{
	check(since > highest_since);
	check((since >> 24) >= now);
	highest_since = since;
	return since;
}

/* What is noted about a peer, to a second. */
static void meet_peer(struct model *m, unsigned int peer, u64 since, bool fresh)
{
	union nf_inet_addr addr = world_peer(m->rule->family, peer);
	struct model_peer *p = find_peer(m, peer), *gone = NULL;
	struct trigger_peer *real_peer;
	unsigned int i;

	if (p) {
		p->contacted = now;
		return;
	}
	if (m->n_peers == TRIGGER_PEERS_MAX && !fresh)
		return;
	rcu_read_lock();
	real_peer = trigger_peer_find(m->t, &addr);
	check(real_peer);
	if (m->n_peers == TRIGGER_PEERS_MAX) {
		u64 oldest = now;

		for (i = 0; i < m->n_peers; i++) {
			union nf_inet_addr other =
				world_peer(m->rule->family, m->peer[i].peer);

			oldest = min(oldest, m->peer[i].contacted);
			if (trigger_peer_find(m->t, &other))
				continue;
			check(!gone);
			gone = &m->peer[i];
		}
		check(gone);
		check(gone->contacted <= oldest + TRIGGER_SECOND);
		*gone = m->peer[--m->n_peers];
	}
	p = &m->peer[m->n_peers++];
	p->peer = peer;
	p->contacted = now;
	p->since = since ?: real_peer->since;
	check_equal(real_peer->since, p->since);
	if (!since)
		place(p->since);
	rcu_read_unlock();
}

static bool is_answered(const struct trigger *t)
{
	unsigned int i;

	for (i = 0; i < t->set->slots; i++) {
		if (t->slot[i] && t->slot[i]->status & IPS_SEEN_REPLY)
			return true;
	}
	return t->answered;
}

static bool same_host(const struct model *m, const struct world_rule *r,
		      unsigned int owner)
{
	union nf_inet_addr a = owner_addr(m), b = world_owner(r->family, owner);

	return m->rule->family == r->family && a.all[0] == b.all[0] &&
	       a.all[1] == b.all[1];
}

static bool in_scope(const struct model *m, enum trigger_scope scope,
		     const struct world_rule *r, unsigned int owner)
{
	return scope == TRIGGER_IN_TABLE ||
	       (scope == TRIGGER_IN_SET && m->rule == r) ||
	       (scope == TRIGGER_IN_HOST && same_host(m, r, owner));
}

static u32 limit(enum trigger_scope scope, const struct world_rule *r)
{
	switch (scope) {
	case TRIGGER_IN_SET:
		return r->info.max ?: U32_MAX;
	case TRIGGER_IN_HOST:
		return *shim_param_max_per_host;
	default:
		return *shim_param_max_triggers;
	}
}

/*
 * Whether there is room for one more, by eviction if @evict: each scope that
 * is full names its oldest unanswered one, unless one that another has named
 * is in it. All of them go, or nothing.
 */
static bool make_room(const struct world_rule *r, unsigned int owner, bool evict)
{
	static const enum trigger_stat refusal[] = {
		TRIGGER_REFUSED_RULE, TRIGGER_REFUSED_HOST, TRIGGER_REFUSED_FULL,
	};
	struct model *victim[TRIGGER_SCOPES] = {};
	enum trigger_scope scope, by;
	unsigned int i, n;

	for (scope = 0; scope < TRIGGER_SCOPES; scope++) {
		struct model *oldest = NULL;
		bool relieved = false;

		n = 0;
		for (i = 0; i < n_model; i++) {
			struct model *m = &model[i];

			if (!in_scope(m, scope, r, owner))
				continue;
			n++;
			if (!is_answered(m->t) &&
			    (!oldest || m->t->id < oldest->t->id))
				oldest = m;
			for (by = 0; by < scope; by++)
				relieved |= victim[by] == m;
		}
		if (n < limit(scope, r) || relieved)
			continue;
		if (!evict || !oldest) {
			count[refusal[scope]]++;
			unit_log("refused, scope %d", scope);
			return false;
		}
		victim[scope] = oldest;
	}
	/* From the back: what forget() moves is not one of the others. */
	for (i = n_model; i--; ) {
		for (scope = 0; scope < TRIGGER_SCOPES; scope++) {
			if (victim[scope] != &model[i])
				continue;
			unit_log("evicted, scope %d: owner %u", scope,
				 model[i].owner);
			count[TRIGGER_EVICTED]++;
			forget(&model[i]);
			break;
		}
	}
	return true;
}

static struct model *open_model(struct world_rule *r, unsigned int owner)
{
	struct model *m = &model[n_model++];

	check(n_model <= WORLD_MAX);
	memset(m, 0, sizeof(*m));
	m->t = real(r, owner);
	check(m->t);
	m->rule = r;
	m->owner = owner;
	m->since = m->t->since;
	m->opened = now;
	m->last = now;
	m->counted = now;
	count[TRIGGER_OPENED]++;
	return m;
}

static void touch(struct model *m)
{
	m->last = now;
	if (now - m->counted < TRIGGER_SECOND)
		return;
	m->counted = now;
	count[TRIGGER_REFRESHED]++;
}

/* Whether @m is behind another one of its own rule, for all peers. */
static bool is_behind(const struct model *m)
{
	unsigned int i;

	if (m->rule->info.flags & XT_TRIGGER_F_PEER_HOST)
		return false;
	for (i = 0; i < n_model; i++) {
		if (model[i].rule == m->rule &&
		    (m->rule->info.flags & XT_TRIGGER_F_OWNER_LAST ?
		     model[i].since > m->since : model[i].since < m->since))
			return true;
	}
	return false;
}

/*
 * @m has just opened. Who is not the first of its own rule counts as waiting
 * without a closer look: another rule of its own may hold the ports.
 */
static void count_waiting(struct model *m)
{
	if (is_behind(m) || waits(m))
		count[TRIGGER_WAITED]++;
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
		 now, (int)(r - world_rule), owner, peer,
		 (int)(ct - world_conn), ct->status, trigger_session_state(ct));
	if (session && trigger_session_state(ct) == TRIGGER_SESSION_ENDED) {
		world_packet(r, ct);
		return;
	}
	m = find(r, owner);
	opens = !m;
	if (opens && !make_room(r, owner, true)) {
		world_packet(r, ct);
		return;
	}
	world_packet(r, ct);
	if (opens) {
		m = open_model(r, owner);
		place(m->since);
	} else {
		check(m->t == real(r, owner));
		touch(m);
	}
	if (r->info.flags & XT_TRIGGER_F_PEER_HOST)
		meet_peer(m, peer, 0, fresh);
	if (session)
		meet_conn(m, ct);
	if (opens)
		count_waiting(m);
}

static void restore(void)
{
	struct world_rule *r = &world_rule[random_below(WORLD_RULES)];
	unsigned int owner = random_below(WORLD_OWNERS), i;
	union nf_inet_addr peers[TRIGGER_PEERS_MAX];
	unsigned int peer[TRIGGER_PEERS_MAX];
	struct trigger_saved saved = {
		.peer = peers,
		.proto = IPPROTO_UDP,
		.port = 53,
		.hits = random_below(5),
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
		 now, (int)(r - world_rule), owner, saved.idle, saved.age,
		 saved.n_peers);
	m = find(r, owner);
	if (!m && !make_room(r, owner, false)) {
		check_equal(trigger_restore(&r->rule->set, &saved), -ENOSPC);
		return;
	}
	err = trigger_restore(&r->rule->set, &saved);
	check_equal(err, 0);
	if (!m) {
		m = open_model(r, owner);
		m->opened = now - saved.age;
		check_equal(m->since >> 24, m->opened);
		m->last = now - saved.idle;
		m->counted = m->last;
		m->hits = saved.hits;
		m->adopting_until = now + TRIGGER_ADOPT_SECS * TRIGGER_SECOND;
		check(m->t->answered);
	} else {
		m->last = max(m->last, now - saved.idle);
		m->counted = max(m->counted, now - saved.idle);
	}
	for (i = saved.n_peers; i--; ) {
		if (!find_peer(m, peer[i]))
			meet_peer(m, peer[i], m->since, true);
	}
}

static void use(void)
{
	struct nf_conn *ct = world_random_conn();
	struct model *m;

	if (!n_model)
		return;
	m = &model[random_below(n_model)];
	unit_log("rule %d owner %u is used, conn %d",
		 (int)(m->rule - world_rule), m->owner, (int)(ct - world_conn));
	rcu_read_lock();
	trigger_hit(m->t);
	if (m->rule->info.flags & XT_TRIGGER_F_REFRESH_BOTH)
		trigger_packet_in(m->t, ct);
	rcu_read_unlock();
	m->hits++;
	if (!(m->rule->info.flags & XT_TRIGGER_F_REFRESH_BOTH))
		return;
	touch(m);
	if (m->rule->info.flags & XT_TRIGGER_F_SESSION)
		meet_conn(m, ct);
}

static void close_one(void)
{
	struct model *m;

	if (!n_model)
		return;
	m = &model[random_below(n_model)];
	unit_log("close rule %d owner %u", (int)(m->rule - world_rule), m->owner);
	rcu_read_lock();
	trigger_close(m->t);
	trigger_close(m->t);
	rcu_read_unlock();
	count[TRIGGER_CLOSED]++;
	forget(m);
}

static void change_rule(void)
{
	unsigned int i = random_below(WORLD_RULES), j;
	struct world_rule *r = &world_rule[i];
	unsigned int waiting_to_go;

	if (r->users < 2 && (!r->users || one_in(2))) {
		world_load(i);
		return;
	}
	/* What is over by itself counts as closed if its rule goes first. */
	waiting_to_go = r->rule->set.pool.count;
	world_unload(i);
	if (r->users)
		return;
	for (j = n_model; j--; ) {
		if (model[j].rule != r)
			continue;
		forget(&model[j]);
		waiting_to_go--;
		count[TRIGGER_CLOSED]++;
	}
	over -= waiting_to_go;
	count[TRIGGER_CLOSED] += waiting_to_go;
}

static void change_limits(void)
{
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

	compare();
	shim_advance(HZ);
	n = world_snapshot(found, ARRAY_SIZE(found));
	for (i = 0; i < n; i++) {
		for (known = 0; known < n_model; known++) {
			if (model[known].t == found[i])
				break;
		}
		check(known < n_model);
	}
	for (i = 0; i < n_model; i++)
		forget_ended(&model[i]);
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
		if (one_in(8))
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

UNIT_TEST(table)
{
	unsigned int turn, i;

	world_begin();
	*shim_param_max_triggers = 30;
	for (i = 0; i < WORLD_RULES; i++)
		world_load(i);
	for (turn = 0; turn < 20000; turn++) {
		now = trigger_now();
		act();
		shim_cpu = one_in(2);
		compare();
		check_counters();
		if (one_in(4))
			check_states();
		if (one_in(4))
			world_check();
		if (one_in(100))
			shim_grace_period();
	}
	/* All of it has happened. */
	for (i = 0; i < TRIGGER_DNAT; i++) {
		unit_log("counter %d: %llu", i,
			 trigger_table_stat(&world.table, i));
		check(trigger_table_stat(&world.table, i));
	}
	world_end();
}
