// SPDX-License-Identifier: GPL-2.0
/* The table of active triggers: how they open, stay and close. See table.h. */
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <net/netfilter/nf_conntrack.h>

#include "hash.h"
#include "session.h"
#include "table.h"

/* The most entries looked at to find one that makes room. */
#define TRIGGER_ROOM_SCAN	32

static unsigned int max_triggers __read_mostly = 4096;
module_param(max_triggers, uint, 0644);
MODULE_PARM_DESC(max_triggers, "active triggers in one network namespace");

static unsigned int max_per_host __read_mostly = 64;
module_param(max_per_host, uint, 0644);
MODULE_PARM_DESC(max_per_host,
		 "active triggers of one owner (IPv6: of one /64)");

/* The active triggers that a namespace may hold. Any context. */
unsigned int trigger_table_max(void)
{
	return READ_ONCE(max_triggers);
}

/* Pools. */

static void trigger_pool_init(struct trigger_pool *pool)
{
	pool->count = 0;
	INIT_LIST_HEAD(&pool->all);
	INIT_LIST_HEAD(&pool->unanswered);
}

static struct trigger_pool *trigger_pool(struct trigger_set *set,
					 struct trigger_host *host,
					 enum trigger_scope scope)
{
	switch (scope) {
	case TRIGGER_IN_SET:
		return &set->pool;
	case TRIGGER_IN_HOST:
		return host ? &host->pool : NULL;
	default:
		return &set->table->pool;
	}
}

/* Open or closed? */

/* Whether a connection keeps @t open. Under RCU or the lock. */
static bool trigger_has_session(const struct trigger *t, u32 now)
{
	bool grace = (s32)(READ_ONCE(t->grace) - now) > 0;
	unsigned int i;

	if (READ_ONCE(t->next_slot) == TRIGGER_ADOPTING)
		return grace;
	for (i = 0; i < t->set->slots; i++) {
		switch (trigger_session_peek(&t->slot[i])) {
		case TRIGGER_SESSION_ALIVE:
			return true;
		case TRIGGER_SESSION_NEW:
			if (grace)
				return true;
			break;
		default:
			break;
		}
	}
	return false;
}

/* The live connections that @t follows. Under RCU or the lock. */
unsigned int trigger_sessions(const struct trigger *t)
{
	unsigned int i, n = 0;

	if (!t->set->session)
		return 0;
	for (i = 0; i < t->set->slots; i++) {
		switch (trigger_session_peek(&t->slot[i])) {
		case TRIGGER_SESSION_ALIVE:
		case TRIGGER_SESSION_NEW:
			n++;
			break;
		default:
			break;
		}
	}
	return n;
}

static bool trigger_is_expired(const struct trigger *t, u64 now)
{
	const struct trigger_set *set = t->set;

	if (set->timeout &&
	    trigger_elapsed(now, READ_ONCE(t->refreshed)) >=
	    set->timeout + (READ_ONCE(t->again) ? TRIGGER_SECOND : 0))
		return true;
	return set->lifetime && now - trigger_opened(t) >= set->lifetime;
}

/*
 * Whether @t is open at @now, or only not collected yet. This, not the
 * collector, decides what is let in. Under RCU or the lock.
 */
bool trigger_is_open(const struct trigger *t, u64 now)
{
	return !trigger_is_expired(t, now) &&
	       (!t->set->session || trigger_has_session(t, now));
}

/* Closing. */

/* Lets go of a reference to @t. Any context. */
void trigger_put(struct trigger *t)
{
	if (refcount_dec_and_test(&t->refs))
		kfree_rcu(t, in[TRIGGER_IN_TABLE].rcu);
}

/* A peer of @t has replied. Lock held. */
static void trigger_answer(struct trigger *t)
{
	enum trigger_scope scope;

	WRITE_ONCE(t->answered, true);
	if (!t->set->session)	/* it was followed for this alone */
		trigger_session_set(&t->slot[0], NULL);
	for (scope = 0; scope < TRIGGER_SCOPES; scope++)
		list_del_init(&t->in[scope].unanswered);
}

static void trigger_peer_remove(struct trigger_peer *peer)
{
	struct trigger_line *line = peer->line;

	hlist_del_rcu(&peer->of);
	list_del_rcu(&peer->in_line);
	if (list_empty(&line->peers)) {
		rhashtable_remove_fast(&line->set->table->lines, &line->node,
				       trigger_line_params);
		kfree_rcu(line, rcu);
	}
	peer->trigger->n_peers--;
	kfree_rcu(peer, rcu);
}

static void trigger_host_put(struct trigger_table *table,
			     struct trigger_host *host)
{
	if (host->pool.count)
		return;
	/* Nobody looks a host up without the lock. */
	rhashtable_remove_fast(&table->hosts, &host->node, trigger_host_params);
	kfree(host);
}

/* Closes @t and counts it as @why. Lock held, @t not dead. */
static void __trigger_close(struct trigger *t, enum trigger_stat why)
{
	struct trigger_table *table = t->set->table;
	struct trigger_peer *peer;
	struct hlist_node *next;
	enum trigger_scope scope;
	unsigned int i;

	lockdep_assert_held(&table->lock);
	trigger_count(table, why);
	WRITE_ONCE(t->dead, true);
	rhashtable_remove_fast(&table->triggers, &t->node, trigger_params);
	hlist_for_each_entry_safe(peer, next, &t->peers, of)
		trigger_peer_remove(peer);
	trigger_answer(t);
	for (scope = 0; scope < TRIGGER_SCOPES; scope++) {
		list_del_rcu(&t->in[scope].all);
		trigger_pool(t->set, t->host, scope)->count--;
	}
	trigger_host_put(table, t->host);
	for (i = 0; i < t->set->slots; i++)
		trigger_session_set(&t->slot[i], NULL);
	trigger_put(t);
}

/*
 * Closes @t and counts it as @why. Under RCU, lock not held. Returns false if
 * somebody else has closed it.
 */
bool trigger_close(struct trigger *t, enum trigger_stat why)
{
	struct trigger_table *table = t->set->table;
	bool closed = false;

	spin_lock_bh(&table->lock);
	if (!t->dead) {
		__trigger_close(t, why);
		closed = true;
	}
	spin_unlock_bh(&table->lock);
	return closed;
}

/* Closes @t if its time is up; returns whether it did. Lock held. */
static bool trigger_reap(struct trigger *t, u64 now)
{
	if (trigger_is_open(t, now))
		return false;
	__trigger_close(t, trigger_is_expired(t, now) ? TRIGGER_EXPIRED :
							TRIGGER_ENDED);
	return true;
}

/* Making room. */

static u32 trigger_limit(const struct trigger_set *set, enum trigger_scope scope)
{
	switch (scope) {
	case TRIGGER_IN_SET:
		return set->max ?: U32_MAX;
	case TRIGGER_IN_HOST:
		return READ_ONCE(max_per_host);
	default:
		return READ_ONCE(max_triggers);
	}
}

/* Whether the peer of @t has answered by now. Lock held. */
static bool trigger_is_answered(struct trigger *t)
{
	unsigned int i;

	for (i = 0; i < t->set->slots && !t->answered; i++) {
		if (trigger_session_replied(&t->slot[i]))
			trigger_answer(t);
	}
	return t->answered;
}

/* Closes those among the oldest of @pool whose time is up. Lock held. */
static void trigger_pool_reap(struct trigger_pool *pool,
			      enum trigger_scope scope, u64 now)
{
	unsigned int left = TRIGGER_ROOM_SCAN;
	struct trigger *t, *next;

	list_for_each_entry_safe(t, next, &pool->all, in[scope].all) {
		/* A host goes with its last trigger, and @pool with it. */
		bool last = pool->count == 1;

		trigger_reap(t, now);
		if (last || !--left)
			break;
	}
}

/* The oldest of @pool whose peer has not answered, or NULL. Lock held. */
static struct trigger *trigger_pool_victim(struct trigger_pool *pool,
					   enum trigger_scope scope)
{
	unsigned int left = TRIGGER_ROOM_SCAN;
	struct trigger *t, *next;

	list_for_each_entry_safe(t, next, &pool->unanswered,
				 in[scope].unanswered) {
		if (!trigger_is_answered(t))
			return t;
		if (!--left)
			break;
	}
	return NULL;
}

/* Whether the end of @victim leaves room in @scope for one of @set, @host. */
static bool trigger_relieves(const struct trigger *victim,
			     const struct trigger_set *set,
			     const struct trigger_host *host,
			     enum trigger_scope scope)
{
	switch (scope) {
	case TRIGGER_IN_SET:
		return victim->set == set;
	case TRIGGER_IN_HOST:
		return victim->host == host;
	default:
		return true;
	}
}

static const enum trigger_stat trigger_refusal[TRIGGER_SCOPES] = {
	[TRIGGER_IN_SET]	= TRIGGER_REFUSED_RULE,
	[TRIGGER_IN_HOST]	= TRIGGER_REFUSED_HOST,
	[TRIGGER_IN_TABLE]	= TRIGGER_REFUSED_FULL,
};

/*
 * Sees to it that each of the three limits leaves room for one more of @owner
 * in @set: what is full lets go of what is over, else of its oldest unanswered
 * one. Nothing is evicted unless there is room everywhere then.
 * Lock and RCU held. -ENOSPC: refused, and counted.
 */
static int trigger_make_room(struct trigger_set *set,
			     const union nf_inet_addr *owner, u64 now,
			     bool evict)
{
	struct trigger *victim[TRIGGER_SCOPES] = {};
	struct trigger_host *host;
	struct trigger_pool *pool;
	enum trigger_scope scope, by;

	for (scope = 0; scope < TRIGGER_SCOPES; scope++) {
		host = trigger_host_find(set->table, set->family, owner);
		pool = trigger_pool(set, host, scope);
		if (pool && pool->count >= trigger_limit(set, scope))
			trigger_pool_reap(pool, scope, now);
	}

	host = trigger_host_find(set->table, set->family, owner);
	for (scope = 0; scope < TRIGGER_SCOPES; scope++) {
		bool relieved = false;

		pool = trigger_pool(set, host, scope);
		if ((pool ? pool->count : 0) < trigger_limit(set, scope))
			continue;
		for (by = 0; by < scope; by++)
			relieved |= victim[by] &&
				    trigger_relieves(victim[by], set, host, scope);
		if (relieved)
			continue;
		if (evict && pool)
			victim[scope] = trigger_pool_victim(pool, scope);
		if (!victim[scope]) {
			trigger_count(set->table, trigger_refusal[scope]);
			return -ENOSPC;
		}
	}

	for (scope = 0; scope < TRIGGER_SCOPES; scope++) {
		if (victim[scope])
			__trigger_close(victim[scope], TRIGGER_EVICTED);
	}
	return 0;
}

/* Opening. */

/* Puts @item in its place in the line @head. Lock held. */
#define trigger_line_up(set, head, item, member) do {			\
	s64 __rank = trigger_rank(set, (item)->since);			\
	typeof(item) __at = list_first_entry_or_null(head, typeof(*__at), \
						     member);		\
									\
	if (__at && __rank < trigger_rank(set, __at->since)) {		\
		list_add_rcu(&(item)->member, head);			\
		break;							\
	}								\
	list_for_each_entry_reverse(__at, head, member) {		\
		if (trigger_rank(set, __at->since) <= __rank)		\
			break;						\
	}								\
	list_add_rcu(&(item)->member, &__at->member);			\
} while (0)

/* The next number in line, for one that opens now. Lock held. */
static u64 trigger_next_since(struct trigger_table *table, u64 now)
{
	table->last_since = max(now << 24, table->last_since + 1);
	return table->last_since;
}

/* The host that @addr is, or is in; made if there is none. Lock held. */
static struct trigger_host *trigger_host_get(struct trigger_table *table,
					     u8 family,
					     const union nf_inet_addr *addr)
{
	struct trigger_host *host = trigger_host_find(table, family, addr);

	if (host)
		return host;
	host = kzalloc(sizeof(*host), GFP_ATOMIC | __GFP_NOWARN);
	if (!host)
		return NULL;
	host->prefix = trigger_host_key(family, addr).prefix;
	host->family = family;
	trigger_pool_init(&host->pool);
	if (rhashtable_insert_fast(&table->hosts, &host->node,
				   trigger_host_params)) {
		kfree(host);
		return NULL;
	}
	return host;
}

/*
 * A new active trigger of @owner in @set, which has none, opened at @since.
 * Lock held. NULL: no memory, nothing is open.
 */
static struct trigger *trigger_insert(struct trigger_set *set,
				      const union nf_inet_addr *owner,
				      u64 since, u32 refreshed)
{
	struct trigger_table *table = set->table;
	enum trigger_scope scope;
	struct trigger *t;

	t = kzalloc(struct_size(t, slot, set->slots), GFP_ATOMIC | __GFP_NOWARN);
	if (!t)
		return NULL;
	t->host = trigger_host_get(table, set->family, owner);
	if (!t->host)
		goto err_free;
	t->owner = *owner;
	t->set = set;
	t->since = since;
	t->id = ++table->last_id;
	t->refreshed = refreshed;
	refcount_set(&t->refs, 1);
	if (rhashtable_insert_fast(&table->triggers, &t->node, trigger_params))
		goto err_host;

	trigger_line_up(set, &set->pool.all, t, in[TRIGGER_IN_SET].all);
	list_add_tail_rcu(&t->in[TRIGGER_IN_HOST].all, &t->host->pool.all);
	list_add_tail_rcu(&t->in[TRIGGER_IN_TABLE].all, &table->pool.all);
	for (scope = 0; scope < TRIGGER_SCOPES; scope++) {
		struct trigger_pool *pool = trigger_pool(set, t->host, scope);

		list_add_tail(&t->in[scope].unanswered, &pool->unanswered);
		pool->count++;
	}
	trigger_count(table, TRIGGER_OPENED);
	if (table->pool.count == 1)
		queue_delayed_work(system_power_efficient_wq, &table->collector,
				   TRIGGER_COLLECT_JIFFIES);
	return t;

err_host:
	trigger_host_put(table, t->host);
err_free:
	kfree(t);
	return NULL;
}

/* Peers. */

static struct trigger_line *trigger_line_get(const struct trigger_set *set,
					     const union nf_inet_addr *addr)
{
	struct trigger_line *line = trigger_line_find(set, addr);

	if (line)
		return line;
	line = kzalloc(sizeof(*line), GFP_ATOMIC | __GFP_NOWARN);
	if (!line)
		return NULL;
	line->set = set;
	line->addr = *addr;
	INIT_LIST_HEAD(&line->peers);
	if (rhashtable_insert_fast(&set->table->lines, &line->node,
				   trigger_line_params)) {
		kfree(line);
		return NULL;
	}
	return line;
}

/*
 * Adds @addr to the peers of @t, in line since @since; the one that was added
 * first goes when there are too many. Lock and RCU held. -ENOMEM: not added.
 */
static int trigger_peer_add(struct trigger *t, const union nf_inet_addr *addr,
			    u64 since)
{
	struct trigger_peer *peer, *last = NULL;

	peer = kzalloc(sizeof(*peer), GFP_ATOMIC | __GFP_NOWARN);
	if (!peer)
		return -ENOMEM;
	peer->line = trigger_line_get(t->set, addr);
	if (!peer->line) {
		kfree(peer);
		return -ENOMEM;
	}
	if (t->n_peers == TRIGGER_PEERS_MAX) {
		hlist_for_each_entry(last, &t->peers, of)
			if (!last->of.next)
				break;
	}
	peer->trigger = t;
	peer->since = since;
	trigger_line_up(t->set, &peer->line->peers, peer, in_line);
	hlist_add_head_rcu(&peer->of, &t->peers);
	t->n_peers++;
	if (last)
		trigger_peer_remove(last);
	return 0;
}

/* The owner's packets. */

/*
 * Follows the packet's connection: in a free slot, else, if the connection is
 * new, in place of the one that has been followed longest. Lock held.
 */
static void trigger_follow(struct trigger *t, struct nf_conn *ct, u32 now)
{
	u8 slots = t->set->slots, next, i;

	next = t->next_slot == TRIGGER_ADOPTING ? 0 : t->next_slot;
	for (i = 0; i < slots && t->slot[next]; i++)
		next = (next + 1) % slots;
	WRITE_ONCE(t->grace, now + 2 * TRIGGER_SECOND);
	trigger_session_set(&t->slot[next], ct);
	smp_wmb(); /* the slot is filled before it counts */
	WRITE_ONCE(t->next_slot, (next + 1) % slots);
}

/*
 * Whether @ct is to be followed, and is not yet. A connection that is not
 * followed is so at its first packet, or when there is a free slot: the
 * collector frees those of ended ones. Under RCU or the lock.
 */
static bool trigger_should_follow(const struct trigger *t,
				  const struct nf_conn *ct)
{
	const struct trigger_set *set = t->set;
	bool free = false;
	u8 i;

	if (!set->session)
		return !READ_ONCE(t->slot[0]) && !READ_ONCE(t->answered);
	for (i = 0; i < set->slots; i++) {
		const struct nf_conn *followed = READ_ONCE(t->slot[i]);

		if (followed == ct)
			return false;
		free |= !followed;
	}
	return free || !nf_ct_is_confirmed(ct);
}

static bool trigger_should_answer(const struct trigger *t,
				  const struct nf_conn *ct)
{
	return !READ_ONCE(t->answered) &&
	       test_bit(IPS_SEEN_REPLY_BIT, &ct->status);
}

static bool trigger_should_meet(const struct trigger *t,
				const union nf_inet_addr *peer)
{
	return t->set->peer_host && !trigger_knows(t, peer);
}

/* Notes all that is new about @packet. Lock and RCU held. */
static void trigger_note(struct trigger *t, const struct trigger_packet *packet,
			 u64 now)
{
	if (trigger_should_meet(t, packet->peer))
		trigger_peer_add(t, packet->peer,
				 trigger_next_since(t->set->table, now));
	if (trigger_should_follow(t, packet->ct))
		trigger_follow(t, packet->ct, now);
	if (trigger_should_answer(t, packet->ct))
		trigger_answer(t);
}

/*
 * Refreshes @t, and counts it, once a second. Of all others in that second
 * only one is noted. Under RCU.
 */
static void trigger_touch(struct trigger *t, u32 now)
{
	u32 was = READ_ONCE(t->refreshed);

	if (trigger_elapsed(now, was) >= TRIGGER_SECOND) {
		if (cmpxchg(&t->refreshed, was, now) == was) {
			WRITE_ONCE(t->again, false);
			trigger_count(t->set->table, TRIGGER_REFRESHED);
		}
	} else if (!READ_ONCE(t->again) && now != was) {
		WRITE_ONCE(t->again, true);
	}
}

/* Whether others hold all that @t has just opened. Lock and RCU held. */
static bool trigger_has_to_wait(const struct trigger *t)
{
	/* Behind others of its own set: no need to look at ports. */
	if (!t->set->peer_host && t->set->pool.all.next !=
				  &t->in[TRIGGER_IN_SET].all)
		return true;
	return trigger_is_waiting(t);
}

/* Opens, for a packet whose owner had nothing open a moment ago. Under RCU. */
static void trigger_open(struct trigger_set *set,
			 const struct trigger_packet *packet, u64 now)
{
	struct trigger_table *table = set->table;
	struct trigger *t;

	spin_lock_bh(&table->lock);
	if (table->gone || set->gone)
		goto out;
	t = trigger_find(set, packet->owner);
	if (t && !trigger_reap(t, now)) {
		trigger_touch(t, now);
		trigger_note(t, packet, now);
		goto out;
	}
	if (trigger_make_room(set, packet->owner, now, true))
		goto out;
	t = trigger_insert(set, packet->owner, trigger_next_since(table, now),
			   now);
	if (!t)
		goto out;
	t->proto = packet->proto;
	t->port = packet->port;
	trigger_note(t, packet, now);
	if (set->peer_host && !t->n_peers) {	/* no memory: open to nobody */
		__trigger_close(t, TRIGGER_CLOSED);
		goto out;
	}
	if (trigger_has_to_wait(t))
		trigger_count(table, TRIGGER_WAITED);
out:
	spin_unlock_bh(&table->lock);
}

/*
 * A packet of a LAN host triggers: opens, or refreshes. Under RCU (any hook),
 * softirqs on or off. If it cannot open, a counter says so, or there was no
 * memory; the packet goes on in any case.
 */
void trigger_packet_out(struct trigger_set *set,
			const struct trigger_packet *packet)
{
	u64 now = trigger_now();
	struct trigger *t;

	/* What a closing connection still sends opens nothing anew. */
	if (set->session &&
	    trigger_session_state(packet->ct) == TRIGGER_SESSION_ENDED)
		return;
	t = trigger_find(set, packet->owner);
	if (!t || !trigger_is_open(t, now) ||
	    trigger_should_meet(t, packet->peer) ||
	    trigger_should_follow(t, packet->ct) ||
	    trigger_should_answer(t, packet->ct)) {
		trigger_open(set, packet, now);
		return;
	}
	trigger_touch(t, now);
}

/*
 * Opens @saved again in @set; if its owner has one open there, that one is
 * only extended. It counts as answered. Process context.
 * -ENOSPC: a limit refuses; -ENOENT: @set is closing; -ENOMEM. Nothing is
 * opened then.
 */
int trigger_restore(struct trigger_set *set, const struct trigger_saved *saved)
{
	struct trigger_table *table = set->table;
	u64 now = trigger_now(), since;
	bool fresh = false;
	struct trigger *t;
	int err = 0, i;

	rcu_read_lock();
	spin_lock_bh(&table->lock);
	if (table->gone || set->gone) {
		err = -ENOENT;
		goto out;
	}
	t = trigger_find(set, &saved->owner);
	if (t && !trigger_reap(t, now)) {
		if (trigger_elapsed(now, t->refreshed) > saved->idle)
			WRITE_ONCE(t->refreshed, now - saved->idle);
	} else {
		err = trigger_make_room(set, &saved->owner, now, false);
		if (err)
			goto out;
		since = ((now - saved->age) << 24) +
			((table->last_id + 1) & 0xffffff);
		t = trigger_insert(set, &saved->owner, since,
				   now - saved->idle);
		if (!t) {
			err = -ENOMEM;
			goto out;
		}
		fresh = true;
		t->proto = saved->proto;
		t->port = saved->port;
		atomic_set(&t->hits, saved->hits);
		t->grace = now + TRIGGER_ADOPT_SECS * TRIGGER_SECOND;
		t->next_slot = TRIGGER_ADOPTING;
		trigger_answer(t);
	}
	for (i = saved->n_peers - 1; i >= 0 && !err; i--) {
		if (!trigger_knows(t, &saved->peer[i]))
			err = trigger_peer_add(t, &saved->peer[i], t->since);
	}
	if (err && fresh)
		__trigger_close(t, TRIGGER_CLOSED);
out:
	spin_unlock_bh(&table->lock);
	rcu_read_unlock();
	return err;
}

/* Inbound packets. */

/* Counts a new inbound connection to @t's owner. Under RCU. */
void trigger_hit(struct trigger *t)
{
	atomic_inc(&t->hits);
}

/* A packet of a new inbound connection used @t. Under RCU. */
void trigger_used(struct trigger *t, struct nf_conn *ct)
{
	struct trigger_table *table = t->set->table;
	u64 now = trigger_now();

	if (!t->set->refresh_both)
		return;
	trigger_touch(t, now);
	if (!t->set->session || !trigger_should_follow(t, ct))
		return;
	spin_lock_bh(&table->lock);
	if (!t->dead && trigger_should_follow(t, ct))
		trigger_follow(t, ct, now);
	spin_unlock_bh(&table->lock);
}


/* The collector's share. */

/* Whether the connection in @slot need not be followed any longer. */
static bool trigger_slot_is_idle(const struct trigger *t,
				 struct nf_conn * const *slot, u32 now)
{
	switch (trigger_session_peek(slot)) {
	case TRIGGER_SESSION_ENDED:
		return true;
	case TRIGGER_SESSION_NEW:	/* dropped before it was confirmed? */
		return (s32)(READ_ONCE(t->grace) - now) <= 0;
	default:
		return false;
	}
}

/* Whether trigger_tend() has anything to do. Under RCU. */
static bool trigger_needs_tending(const struct trigger *t, u64 now)
{
	unsigned int i;

	if (!trigger_is_open(t, now))
		return true;
	for (i = 0; i < t->set->slots; i++) {
		if (trigger_slot_is_idle(t, &t->slot[i], now))
			return true;
		if (!READ_ONCE(t->answered) &&
		    trigger_session_replied(&t->slot[i]))
			return true;
	}
	return false;
}

/*
 * Closes @t if its time is up, and else lets go of what it need not follow any
 * longer. Under RCU, lock not held. Takes the lock only where there is
 * something to do.
 */
void trigger_tend(struct trigger *t, u64 now)
{
	struct trigger_table *table = t->set->table;
	unsigned int i;

	if (!trigger_needs_tending(t, now))
		return;
	spin_lock_bh(&table->lock);
	if (t->dead || trigger_reap(t, now))
		goto out;
	trigger_is_answered(t);
	for (i = 0; i < t->set->slots; i++) {
		if (trigger_slot_is_idle(t, &t->slot[i], now))
			trigger_session_set(&t->slot[i], NULL);
	}
out:
	spin_unlock_bh(&table->lock);
}

/* Sets and tables. */

/* Makes an empty set of @table; the caller fills in the rest. */
void trigger_set_init(struct trigger_set *set, struct trigger_table *table)
{
	set->table = table;
	trigger_pool_init(&set->pool);
}

/* Closes all of @pool, and counts them as closed. Process context. */
static void trigger_pool_close(struct trigger_table *table,
			       struct trigger_pool *pool,
			       enum trigger_scope scope)
{
	struct trigger *t;
	unsigned int left;

	do {
		left = TRIGGER_ROOM_SCAN;
		spin_lock_bh(&table->lock);
		while (left && !list_empty(&pool->all)) {
			t = list_first_entry(&pool->all, struct trigger,
					     in[scope].all);
			__trigger_close(t, TRIGGER_CLOSED);
			left--;
		}
		spin_unlock_bh(&table->lock);
		cond_resched();
	} while (!left);
}

/*
 * Closes all active triggers of @set, for good. Process context. @set and what
 * it points to must live on for an RCU grace period.
 */
void trigger_set_close(struct trigger_set *set)
{
	spin_lock_bh(&set->table->lock);
	set->gone = true;
	spin_unlock_bh(&set->table->lock);
	trigger_pool_close(set->table, &set->pool, TRIGGER_IN_SET);
}

static void trigger_collect(struct work_struct *work)
{
	struct trigger_table *table =
		container_of(to_delayed_work(work), struct trigger_table,
			     collector);

	trigger_table_sweep(table);
	spin_lock_bh(&table->lock);
	if (table->pool.count && !table->gone)
		queue_delayed_work(system_power_efficient_wq, &table->collector,
				   TRIGGER_COLLECT_JIFFIES);
	spin_unlock_bh(&table->lock);
}

/* Makes an empty table. Process context. -ENOMEM, and nothing is left then. */
int trigger_table_init(struct trigger_table *table)
{
	int err = -ENOMEM;

	spin_lock_init(&table->lock);
	trigger_pool_init(&table->pool);
	/*
	 * Not deferrable: an idle router, too, lets go of an ended connection
	 * within a second.
	 */
	INIT_DELAYED_WORK(&table->collector, trigger_collect);
	table->stats = alloc_percpu(struct trigger_stats);
	if (!table->stats)
		return err;
	err = rhashtable_init(&table->triggers, &trigger_params);
	if (err)
		goto err_stats;
	err = rhashtable_init(&table->lines, &trigger_line_params);
	if (err)
		goto err_triggers;
	err = rhashtable_init(&table->hosts, &trigger_host_params);
	if (err)
		goto err_lines;
	return 0;

err_lines:
	rhashtable_destroy(&table->lines);
err_triggers:
	rhashtable_destroy(&table->triggers);
err_stats:
	free_percpu(table->stats);
	return err;
}

/*
 * Closes everything and lets go of every connection; nothing opens from now
 * on. Process context. Rules may still hold sets of the table.
 */
void trigger_table_close(struct trigger_table *table)
{
	spin_lock_bh(&table->lock);
	table->gone = true;
	spin_unlock_bh(&table->lock);
	cancel_delayed_work_sync(&table->collector);
	trigger_pool_close(table, &table->pool, TRIGGER_IN_TABLE);
}

/* Frees what trigger_table_init() made; it is closed, its sets are gone. */
void trigger_table_exit(struct trigger_table *table)
{
	rhashtable_destroy(&table->hosts);
	rhashtable_destroy(&table->lines);
	rhashtable_destroy(&table->triggers);
	free_percpu(table->stats);
}

/* How often @stat has happened. Any context. */
u64 trigger_table_stat(const struct trigger_table *table,
		       enum trigger_stat stat)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu_ptr(table->stats, cpu)->count[stat]);
	return sum;
}
