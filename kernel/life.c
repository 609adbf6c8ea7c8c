// SPDX-License-Identifier: GPL-2.0
/* How an active trigger is born, is open, and dies. See table.h, life.h. */
#include <linux/rculist.h>
#include <linux/slab.h>
#include <net/netfilter/nf_conntrack.h>

#include "hash.h"
#include "life.h"
#include "session.h"
#include "table.h"

/* Open or closed? */

/* Whether a connection keeps @t open. Under RCU or the lock. */
bool trigger_has_session(const struct trigger *t, u32 now)
{
	bool grace = (s32)(READ_ONCE(t->grace) - now) > 0;
	unsigned int i;

	/* Pairs with the release in trigger_follow(): then a slot is filled. */
	if (smp_load_acquire(&t->next_slot) == TRIGGER_ADOPTING)
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

/* Closing. */

/* Lets go of a reference to @t. Any context. */
void trigger_put(struct trigger *t)
{
	if (refcount_dec_and_test(&t->refs))
		kfree_rcu(t, in[TRIGGER_IN_TABLE].rcu);
}

/* A peer of @t has replied. Lock held. */
void trigger_answer(struct trigger *t)
{
	const struct trigger_set *set = t->set;
	enum trigger_scope scope;

	WRITE_ONCE(t->answered,
		   set->plain ? TRIGGER_SETTLED : TRIGGER_ANSWERED);
	if (!set->session)	/* it was followed for this alone */
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
	WRITE_ONCE(peer->trigger->n_peers, peer->trigger->n_peers - 1);
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
void trigger_close_locked(struct trigger *t, enum trigger_stat why)
{
	struct trigger_table *table = t->set->table;
	struct trigger_peer *peer;
	struct hlist_node *next;
	enum trigger_scope scope;
	unsigned int i;

	lockdep_assert_held(&table->lock);
	trigger_count(table, why);
	WRITE_ONCE(t->dead, true);
	smp_wmb(); /* before it is taken apart; pairs with trigger_is_whole() */
	rhashtable_remove_fast(&table->triggers, &t->node, trigger_params);
	hlist_for_each_entry_safe(peer, next, &t->peers, of)
		trigger_peer_remove(peer);
	trigger_answer(t);
	for (scope = 0; scope < TRIGGER_SCOPES; scope++) {
		struct trigger_pool *pool = trigger_pool(t->set, t->host, scope);

		list_del_rcu(&t->in[scope].all);
		WRITE_ONCE(pool->count, pool->count - 1);
	}
	trigger_host_put(table, t->host);
	for (i = 0; i < t->set->slots; i++)
		trigger_session_set(&t->slot[i], NULL);
	trigger_put(t);
}

/* Closes @t, by hand, if nobody else has. Under RCU, lock not held. */
void trigger_close(struct trigger *t)
{
	struct trigger_table *table = t->set->table;

	spin_lock_bh(&table->lock);
	if (!t->dead)
		trigger_close_locked(t, TRIGGER_CLOSED);
	spin_unlock_bh(&table->lock);
}

/* Closes @t if its time is up; returns whether it did. Lock held. */
bool trigger_reap(struct trigger *t, u64 now)
{
	if (trigger_is_open(t, now))
		return false;
	trigger_close_locked(t, trigger_is_expired(t, now) ? TRIGGER_EXPIRED :
							TRIGGER_ENDED);
	return true;
}

/* Opening. */

static u64 trigger_since(const struct list_head *link)
{
	return container_of(link, struct trigger, in[TRIGGER_IN_SET].all)->since;
}

static u64 trigger_peer_since(const struct list_head *link)
{
	return container_of(link, struct trigger_peer, in_line)->since;
}

/*
 * Puts @link in its place in @line, whose links have numbers by @since. Who
 * opens now goes to one of its ends: only a restored one is looked for. Lock
 * held.
 */
static void trigger_line_up(const struct trigger_set *set,
			    struct list_head *line, struct list_head *link,
			    u64 (*since)(const struct list_head *))
{
	s64 rank = trigger_rank(set, since(link));
	struct list_head *at = line->prev;

	if (at != line && rank < trigger_rank(set, since(line->next)))
		at = line;
	while (at != line && rank < trigger_rank(set, since(at)))
		at = at->prev;
	list_add_rcu(link, at);
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
 * A new active trigger of @owner in @set, which has none, opened at @since by a
 * packet to @port (host byte order) of @proto. Lock held. NULL: no memory, nothing is open.
 */
struct trigger *trigger_insert(struct trigger_set *set,
			       const union nf_inet_addr *owner, u8 proto,
			       u16 port, u64 since, u32 refreshed)
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
	t->proto = proto;
	t->port = port;
	t->since = since;
	t->id = ++table->last_id;
	t->refreshed = refreshed;
	refcount_set(&t->refs, 1);
	if (rhashtable_insert_fast(&table->triggers, &t->node, trigger_params))
		goto err_host;

	trigger_line_up(set, &set->pool.all, &t->in[TRIGGER_IN_SET].all,
			trigger_since);
	list_add_tail_rcu(&t->in[TRIGGER_IN_HOST].all, &t->host->pool.all);
	list_add_tail_rcu(&t->in[TRIGGER_IN_TABLE].all, &table->pool.all);
	for (scope = 0; scope < TRIGGER_SCOPES; scope++) {
		struct trigger_pool *pool = trigger_pool(set, t->host, scope);

		list_add_tail(&t->in[scope].unanswered, &pool->unanswered);
		WRITE_ONCE(pool->count, pool->count + 1);
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

/* The peer of @t that has not been contacted for longest. */
static struct trigger_peer *trigger_peer_oldest(const struct trigger *t,
						u32 now)
{
	struct trigger_peer *peer, *oldest = NULL;
	u32 idle, most = 0;

	hlist_for_each_entry(peer, &t->peers, of) {
		idle = trigger_elapsed(now, READ_ONCE(peer->contacted));
		if (idle >= most) {
			most = idle;
			oldest = peer;
		}
	}
	return oldest;
}

/*
 * Adds @addr to the peers of @t, in line since @since. Lock and RCU held.
 * There may be too many then: the caller calls trigger_peers_trim(), or
 * trigger_peers_undo() if it wants none of several. -ENOMEM: not added.
 */
int trigger_peer_add(struct trigger *t, const union nf_inet_addr *addr,
		     u64 since, u32 now)
{
	struct trigger_peer *peer;

	peer = kzalloc(sizeof(*peer), GFP_ATOMIC | __GFP_NOWARN);
	if (!peer)
		return -ENOMEM;
	peer->line = trigger_line_get(t->set, addr);
	if (!peer->line) {
		kfree(peer);
		return -ENOMEM;
	}
	peer->trigger = t;
	peer->since = since;
	peer->contacted = now;
	trigger_line_up(t->set, &peer->line->peers, &peer->in_line,
			trigger_peer_since);
	hlist_add_head_rcu(&peer->of, &t->peers);
	WRITE_ONCE(t->n_peers, t->n_peers + 1);
	return 0;
}

/* When @t has too many peers, those go that have not been contacted for longest. */
void trigger_peers_trim(struct trigger *t, u32 now)
{
	while (t->n_peers > TRIGGER_PEERS_MAX)
		trigger_peer_remove(trigger_peer_oldest(t, now));
}

/* Takes back the @n peers of @t that were added last. */
void trigger_peers_undo(struct trigger *t, unsigned int n)
{
	while (n--)
		trigger_peer_remove(hlist_entry(t->peers.first,
						struct trigger_peer, of));
}
