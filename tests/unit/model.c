// SPDX-License-Identifier: GPL-2.0
/* A model of the table, slow and simple. See model.h. */
#include "model.h"
#include "unit.h"
#include "world.h"

#define ANY	WORLD_PEERS

struct model model[WORLD_MAX];
unsigned int model_n;
u64 model_count[TRIGGER_STATS];
u64 model_over;
u64 model_now;

static u64 highest_since;

/* What was over and not collected when we last looked, at most. */
static unsigned int model_waiting;

static union nf_inet_addr owner_addr(const struct model *m)
{
	return world_owner(m->rule->family, m->owner);
}

struct model *model_find(const struct world_rule *r, unsigned int owner)
{
	unsigned int i;

	for (i = 0; i < model_n; i++) {
		if (model[i].rule == r && model[i].owner == owner)
			return &model[i];
	}
	return NULL;
}

void model_forget(struct model *m)
{
	*m = model[--model_n];
}

/* Open or closed? */

enum expectation { OPEN, CLOSED, EITHER };

static enum expectation expect_time(const struct model *m)
{
	const struct trigger_set *set = m->set;

	if (set->lifetime && model_now - m->opened >= set->lifetime)
		return CLOSED;
	if (!set->timeout || model_now - m->last < set->timeout)
		return OPEN;
	return model_now - m->last < set->timeout + TRIGGER_SECOND ? EITHER : CLOSED;
}

/* Of one that is gone the memory is another one's. */
static enum trigger_session_state state_of(const struct nf_conn *ct)
{
	return refcount_read(&ct->ct_general.use) ? trigger_session_ct_state(ct) :
						    TRIGGER_SESSION_ENDED;
}

static enum expectation expect_session(const struct model *m)
{
	unsigned int i;
	bool maybe = m->unsure;

	if (m->adopting_until)
		return model_now < m->adopting_until ? OPEN : CLOSED;
	for (i = 0; i < m->n_met && !m->unsure; i++) {
		if (!m->met[i])
			continue;
		switch (state_of(m->met[i])) {
		case TRIGGER_SESSION_ALIVE:
			return OPEN;
		case TRIGGER_SESSION_NEW:
			if (model_now - m->met_at[i] < 2 * TRIGGER_SECOND)
				return OPEN;
			maybe = true;
			break;
		default:
			maybe |= !m->held[i];
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
		state = state_of(m->met[i]);
		if (state == TRIGGER_SESSION_ENDED) {
			m->unsure |= !m->held[i];
			m->met[i] = NULL;
		}
		if (state == TRIGGER_SESSION_NEW &&
		    model_now - m->met_at[i] >= 2 * TRIGGER_SECOND)
			m->unsure = true;
	}
}

/*
 * The collector has freed the places of those that ended, and holds those that
 * are confirmed by now.
 */
void model_forget_ended(struct model *m)
{
	unsigned int i;

	for (i = m->n_met; i--; ) {
		if (m->met[i]) {
			m->held[i] |= nf_ct_is_confirmed(m->met[i]);
			continue;
		}
		m->met[i] = m->met[--m->n_met];
		m->met_at[i] = m->met_at[m->n_met];
		m->held[i] = m->held[m->n_met];
	}
}

void model_meet_conn(struct model *m, struct nf_conn *ct, bool inbound)
{
	bool room = false;
	unsigned int i;

	for (i = 0; i < m->n_met; i++) {
		if (m->met[i] == ct) {
			m->held[i] |= nf_ct_is_confirmed(ct);
			return;
		}
	}
	for (i = 0; i < m->n_met; i++)
		room |= !m->met[i];
	/* An inbound one takes the place of nothing that lives. */
	if (m->n_met == TRIGGER_SESSIONS_MAX && inbound && !room)
		return;
	m->adopting_until = 0;
	if (m->n_met == TRIGGER_SESSIONS_MAX) {
		m->unsure = true;
		return;
	}
	m->met[m->n_met] = ct;
	m->held[m->n_met] = nf_ct_is_confirmed(ct);
	m->met_at[m->n_met++] = model_now;
}

/*
 * Compares the open ones with the model, and drops from the model what is not
 * open any longer: in the table it may wait for the collector. One that could
 * come back, since a connection is confirmed late, is closed by hand.
 */
void model_compare(void)
{
	struct trigger *found[4 * WORLD_MAX];
	unsigned int n, i, j, open = 0, gone = 0, must = 0;
	u64 closed;

	model_now = trigger_clock_now();
	n = world_snapshot(found, ARRAY_SIZE(found));
	rcu_read_lock();
	for (i = 0; i < model_n; ) {
		struct model *m = &model[i];
		bool there = false, is_open;

		for (j = 0; j < n; j++)
			there |= found[j] == m->t;
		is_open = there && trigger_is_open(m->t, model_now);
		/* Closed with its rule, unless it was over by then. */
		if (!there && m->parked && model_now >= m->rule->until) {
			must += expect(m) == OPEN;
			gone++;
			model_forget(m);
			continue;
		}
		if (is_open ? expect(m) == CLOSED : expect(m) == OPEN) {
			unit_log("%s owner %u open %d, there %d: expected the other",
				 m->set->rule->open, m->owner, is_open, there);
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
			model_count[TRIGGER_CLOSED]++;
		} else {
			model_over++;
		}
		model_forget(m);
	}
	for (j = 0; j < n; j++)
		open -= !found[j]->dead && trigger_is_open(found[j], model_now);
	check_equal(open, 0);
	rcu_read_unlock();
	/* With them, those that were over and not yet collected. */
	closed = trigger_table_stat(&world.table, TRIGGER_CLOSED) -
		 model_count[TRIGGER_CLOSED];
	check(closed >= must && closed <= gone + model_waiting);
	model_count[TRIGGER_CLOSED] += closed;
	model_over += gone - closed;
	model_waiting = n - model_n;
}

/* Who has what? */

bool model_covers(const struct world_rule *r, u8 proto, u32 port)
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

struct model_peer *model_find_peer(struct model *m, unsigned int peer)
{
	unsigned int i;

	for (i = 0; i < m->n_peers; i++) {
		if (m->peer[i].peer == peer)
			return &m->peer[i];
	}
	return NULL;
}

/* Whether @m lets @peer in; *@since: its place in line for it. */
bool model_admits(struct model *m, unsigned int peer, u64 *since)
{
	struct model_peer *p;

	*since = m->since;
	if (!(m->rule->info.flags & XT_TRIGGER_F_PEER_HOST))
		return true;
	p = model_find_peer(m, peer);
	if (!p)
		return false;
	*since = p->since;
	return true;
}

struct model *model_owner_of(const struct trigger_name *name, u8 proto,
			     u32 port, unsigned int peer)
{
	bool best_last = false, last;
	u64 best_since = 0, since;
	struct model *best = NULL;
	unsigned int i;

	for (i = 0; i < model_n; i++) {
		struct model *m = &model[i];

		if (m->parked || m->rule->rule->name != name ||
		    !model_covers(m->rule, proto, port) ||
		    !model_admits(m, peer, &since))
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
				if (!model_covers(m->rule, protos[p], port))
					continue;
				holder = model_owner_of(name, protos[p], port,
							peer);
				if (!holder || holder->owner == m->owner)
					return false;
			}
		}
	}
	return true;
}

bool model_waits(struct model *m)
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

/* Opening. */

/* The real trigger that has just been refreshed or opened. */
struct trigger *model_real(const struct world_rule *r, unsigned int owner)
{
	union nf_inet_addr addr = world_owner(r->family, owner);
	struct trigger *t;

	rcu_read_lock();
	t = trigger_hash_find(&r->rule->set, &addr);
	rcu_read_unlock();
	return t;
}

u64 model_place(u64 since)
{
	check(since > highest_since);
	check((since >> 24) >= model_now);
	highest_since = since;
	return since;
}

/* What is noted about a peer, to a second. */
void model_meet_peer(struct model *m, unsigned int peer, u64 since, bool fresh)
{
	union nf_inet_addr addr = world_peer(m->rule->family, peer);
	struct model_peer *p = model_find_peer(m, peer), *gone = NULL;
	struct trigger_peer *real_peer;
	unsigned int i;

	if (p) {
		p->contacted = model_now;
		return;
	}
	if (m->n_peers == TRIGGER_PEERS_MAX && !fresh)
		return;
	rcu_read_lock();
	real_peer = trigger_peer_find(m->t, &addr);
	check(real_peer);
	if (m->n_peers == TRIGGER_PEERS_MAX) {
		u64 oldest = model_now;

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
	p->contacted = model_now;
	p->since = since ?: real_peer->since;
	check_equal(real_peer->since, p->since);
	if (!since)
		model_place(p->since);
	rcu_read_unlock();
}

static bool is_answered(const struct trigger *t)
{
	unsigned int i;

	for (i = 0; i < t->set->sessions; i++) {
		if (trigger_session_answered(&t->session[i]))
			return true;
	}
	return t->answered;
}

static bool same_host(const struct model *m, const struct world_rule *r,
		      unsigned int owner)
{
	union nf_inet_addr a = owner_addr(m), b = world_owner(r->family, owner);

	return m->rule->family == r->family && !memcmp(&a, &b, sizeof(a));
}

static bool same_network(const struct model *m, const struct world_rule *r,
			 unsigned int owner)
{
	union nf_inet_addr a = owner_addr(m), b = world_owner(r->family, owner);

	return m->rule->family == NFPROTO_IPV6 && r->family == NFPROTO_IPV6 &&
	       a.all[0] == b.all[0] && a.all[1] == b.all[1];
}

static bool in_scope(const struct model *m, enum trigger_scope scope,
		     const struct world_rule *r, unsigned int owner)
{
	return scope == TRIGGER_IN_TABLE ||
	       (scope == TRIGGER_IN_SET && m->rule == r) ||
	       (scope == TRIGGER_IN_HOST && same_host(m, r, owner)) ||
	       (scope == TRIGGER_IN_NETWORK && same_network(m, r, owner));
}

static u32 limit(enum trigger_scope scope, const struct world_rule *r)
{
	switch (scope) {
	case TRIGGER_IN_SET:
		return r->info.max ?: U32_MAX;
	case TRIGGER_IN_HOST:
		return *shim_param_max_per_host;
	case TRIGGER_IN_NETWORK:
		return max(*shim_param_max_triggers / 2, 1U);
	default:
		return *shim_param_max_triggers;
	}
}

/* Parked ones by their age, behind them the unanswered ones as they were inserted. */
static bool goes_first(const struct model *m, const struct model *other)
{
	if (m->parked != other->parked)
		return m->parked;
	return m->parked ? m->since < other->since : m->t->id < other->t->id;
}

static bool is_one_of(const struct trigger *t, struct trigger *const *those,
		      unsigned int n)
{
	while (n--) {
		if (those[n] == t)
			return true;
	}
	return false;
}

static void evict_all(struct trigger *const *victims, unsigned int n)
{
	unsigned int i = 0;

	model_count[TRIGGER_EVICTED] += n;
	while (i < model_n) {
		if (is_one_of(model[i].t, victims, n))
			model_forget(&model[i]);
		else
			i++;
	}
}

/*
 * Whether there is room for one more: one scope behind the other, each that is
 * full evicts its oldest parked one, with @evict its oldest unanswered one, or
 * refuses, so that nobody is evicted.
 */
bool model_make_room(const struct world_rule *r, unsigned int owner, bool evict)
{
	static const struct {
		enum trigger_scope	scope;
		enum trigger_stat	refusal;
	} order[] = {
		{ TRIGGER_IN_HOST,	TRIGGER_REFUSED_HOST },
		{ TRIGGER_IN_NETWORK,	TRIGGER_REFUSED_HOST },
		{ TRIGGER_IN_SET,	TRIGGER_REFUSED_RULE },
		{ TRIGGER_IN_TABLE,	TRIGGER_REFUSED_FULL },
	};
	struct trigger *victim[TRIGGER_SCOPES];
	unsigned int i, o, n, victims = 0;

	for (o = 0; o < ARRAY_SIZE(order); o++) {
		struct model *oldest = NULL;
		bool may_go;

		n = 0;
		for (i = 0; i < model_n; i++) {
			struct model *m = &model[i];

			if (!in_scope(m, order[o].scope, r, owner) ||
			    is_one_of(m->t, victim, victims))
				continue;
			n++;
			may_go = m->parked || (evict && !is_answered(m->t));
			if (may_go && (!oldest || goes_first(m, oldest)))
				oldest = m;
		}
		if (n < limit(order[o].scope, r))
			continue;
		if (!oldest || !limit(order[o].scope, r)) {
			model_count[order[o].refusal]++;
			unit_log("refused, scope %d", order[o].scope);
			return false;
		}
		unit_log("evicted, scope %d: owner %u", order[o].scope,
			 oldest->owner);
		victim[victims++] = oldest->t;
	}
	evict_all(victim, victims);
	return true;
}

struct model *model_open(struct world_rule *r, unsigned int owner)
{
	struct model *m = &model[model_n++];

	check(model_n <= WORLD_MAX);
	memset(m, 0, sizeof(*m));
	m->t = model_real(r, owner);
	check(m->t);
	m->rule = r;
	m->set = m->t->set;
	m->owner = owner;
	m->since = m->t->since;
	m->opened = model_now;
	m->last = model_now;
	m->counted = model_now;
	model_count[TRIGGER_OPENED]++;
	return m;
}

void model_touch(struct model *m)
{
	m->last = model_now;
	if (model_now - m->counted < TRIGGER_SECOND)
		return;
	m->counted = model_now;
	model_count[TRIGGER_REFRESHED]++;
}

/* Whether @m, which has just opened, is behind another one of its own rule. */
static bool is_behind(struct model *m)
{
	bool last = m->rule->info.flags & XT_TRIGGER_F_OWNER_LAST;
	unsigned int peer = ANY, i;
	u64 own, since;

	if (m->rule->info.flags & XT_TRIGGER_F_PEER_HOST)
		peer = m->peer[0].peer;
	if (!model_admits(m, peer, &own))
		return false;
	for (i = 0; i < model_n; i++) {
		if (model[i].rule == m->rule &&
		    model_admits(&model[i], peer, &since) &&
		    (last ? since > own : since < own))
			return true;
	}
	return false;
}

/*
 * @m has just opened. It counts as waiting if it is not the first of its own
 * rule, or if another owner holds the first of its ports.
 */
void model_count_waiting(struct model *m)
{
	const struct trigger_range *first = m->set->ranges;
	unsigned int peer = ANY;
	struct model *holder;

	if (m->rule->info.flags & XT_TRIGGER_F_PEER_HOST)
		peer = m->peer[0].peer;
	holder = model_owner_of(m->rule->rule->name, first->proto, first->min,
				peer);
	if (is_behind(m) || (holder && holder->owner != m->owner))
		model_count[TRIGGER_WAITED]++;
}
