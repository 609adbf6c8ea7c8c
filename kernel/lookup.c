// SPDX-License-Identifier: GPL-2.0
/* Who owns a port, and what an owner has open. See table.h. */
#include <linux/rculist.h>

#include "hash.h"
#include "life.h"
#include "table.h"

/* The head of a line, NULL if it is empty, and its rank. */
struct trigger_head {
	struct trigger	*t;
	s64		rank;
};

/*
 * A lookup comes by @t, whose time is up, but which is not collected yet. The
 * first of them are closed, so that the next packet does not meet them, if no
 * other CPU holds the lock: a lookup waits for nobody. Under RCU, lock not
 * held. Says whether to go on, from @t: where very many have ended together,
 * packets find nobody until the collector comes.
 */
static noinline bool trigger_pass(struct trigger *t, unsigned int *passed)
{
	struct trigger_table *table = t->set->table;

	if (++*passed > TRIGGER_SCAN_MAX || !spin_trylock_bh(&table->lock))
		return *passed < TRIGGER_PASS_MAX;
	if (!t->dead)
		trigger_reap(t, trigger_now());
	spin_unlock_bh(&table->lock);
	return true;
}

/* trigger_head() for a set in which each peer has a line of its own. */
static noinline struct trigger_head
trigger_head_for_peer(const struct trigger_set *set,
		      const union nf_inet_addr *peer)
{
	const struct trigger_line *line;
	const struct trigger_peer *p;
	unsigned int passed = 0;
	u64 now = trigger_now();

	line = peer ? trigger_line_find(set, peer) : NULL;
	if (!line)
		goto none;
	list_for_each_entry_rcu(p, &line->peers, in_line) {
		if (trigger_is_open(p->trigger, now))
			return (struct trigger_head){
				p->trigger, trigger_rank(set, p->since),
			};
		if (!trigger_pass(p->trigger, &passed))
			break;
	}
none:
	return (struct trigger_head){ };
}

/*
 * The head of @set's line for @peer (NULL: for any). Under RCU, lock not held.
 * Those whose time is up, but who are not collected yet, do not count.
 */
static struct trigger_head trigger_head(const struct trigger_set *set,
					const union nf_inet_addr *peer)
{
	u64 now = trigger_now();
	unsigned int passed = 0;
	struct trigger *t;

	if (set->peer_host)
		return trigger_head_for_peer(set, peer);
	list_for_each_entry_rcu(t, &set->pool.all, in[TRIGGER_IN_SET].all) {
		if (trigger_is_open(t, now))
			return (struct trigger_head){
				t, trigger_rank(set, t->since),
			};
		if (!trigger_pass(t, &passed))
			break;
	}
	return (struct trigger_head){ };
}

/* trigger_owning(), whatever the sets are. Under RCU, lock not held. */
struct trigger *trigger_owning_any(const struct trigger_ports_map *map,
				   u16 port, const union nf_inet_addr *peer)
{
	struct trigger_head head, best = { };
	struct trigger_ports_at at;

	trigger_ports_first(&at, map, port);
	for (; at.link; trigger_ports_next(&at)) {
		head = trigger_head(trigger_ports_data(&at), peer);
		if (head.t && (!best.t || head.rank < best.rank))
			best = head;
	}
	return best.t;
}

/* What @owner has open in @set for @peer, or NULL. Under RCU. */
static struct trigger *trigger_in_set(struct trigger_set *set,
				      const union nf_inet_addr *owner,
				      const union nf_inet_addr *peer)
{
	struct trigger *t = trigger_set_first(set);

	if (t && !trigger_addr_equal(&t->owner, owner))
		t = trigger_find(set, owner);
	if (t && trigger_is_open(t, trigger_now()) &&
	    (!set->peer_host || trigger_peer_find(t, peer)))
		return t;
	return NULL;
}

/* trigger_owned(), whatever the sets are. Under RCU. */
struct trigger *trigger_owned_any(const struct trigger_ports_map *map, u16 port,
				  const union nf_inet_addr *owner,
				  const union nf_inet_addr *peer)
{
	struct trigger_ports_at at;
	struct trigger *t;

	trigger_ports_first(&at, map, port);
	for (; at.link; trigger_ports_next(&at)) {
		t = trigger_in_set(trigger_ports_data(&at), owner, peer);
		if (t)
			return t;
	}
	return NULL;
}

/*
 * Whether @t owns one of its ports, for @peer (NULL: for any). Under RCU, lock
 * not held.
 */
static bool trigger_owns_any(const struct trigger *t,
			     const union nf_inet_addr *peer)
{
	const struct trigger_ports *ports = t->set->ports;
	const struct trigger_range *range = t->set->ranges;
	const struct trigger_range *end = range + t->set->n_ranges;

	for (; range < end; range++) {
		const struct trigger_ports_map *map =
			rcu_dereference(ports->map[trigger_proto_index(range->proto)]);
		u32 port;

		for (port = range->min; port <= range->max;
		     port = trigger_ports_last(map, port) + 1) {
			const struct trigger *owner =
				trigger_by_port(ports, range->proto, port, peer);

			if (!owner ||
			    trigger_addr_equal(&owner->owner, &t->owner))
				return true;
		}
	}
	return false;
}

/* Whether other owners hold all that @t opens. Under RCU, lock not held. */
bool trigger_is_waiting(const struct trigger *t)
{
	const struct trigger_peer *p;

	if (!t->set->peer_host)
		return !trigger_owns_any(t, NULL);
	if (hlist_empty(&t->peers))
		return false;
	hlist_for_each_entry_rcu(p, &t->peers, of) {
		if (trigger_owns_any(t, &p->line->addr))
			return false;
	}
	return true;
}
