// SPDX-License-Identifier: GPL-2.0
/* Who owns a port, and what an owner has open. See lookup.h. */
#include "close.h"
#include "hash.h"
#include "lock.h"
#include "lookup.h"
#include "peer.h"

/* How many that are over a lookup tries to close. */
#define EXPIRE_MAX	32

/* The first open one of a queue, NULL if there is none, and its rank. */
struct candidate {
	struct trigger	*t;
	s64		rank;
};

/*
 * Pass @t, which is over: close it, so that the next packet does not meet it, if
 * no other CPU holds the lock. Return whether to go on from @t.
 */
static noinline bool pass_expired(struct trigger *t, unsigned int *passed)
{
	struct trigger_table *table = t->set->table;

	if (++*passed > EXPIRE_MAX || !trigger_lock_try(table))
		return *passed < TRIGGER_LOOKUP_PASS_MAX;
	if (!t->dead)
		trigger_close_expired(t, trigger_clock_now());
	trigger_lock_release(table);
	return true;
}

/* find_first() for a set in which each peer has a queue. */
static noinline struct candidate
find_first_for_peer(const struct trigger_set *set,
		    const union nf_inet_addr *peer)
{
	const struct trigger_peer_queue *queue;
	const struct trigger_peer *p;
	unsigned int passed = 0;
	u64 now = trigger_clock_now();

	queue = peer ? trigger_peer_find_queue(set, peer) : NULL;
	if (!queue)
		goto none;
	list_for_each_entry_rcu(p, &queue->peers, in_queue) {
		if (trigger_is_open(p->trigger, now))
			return (struct candidate){
				p->trigger, trigger_queue_rank(set, p->since),
			};
		if (!pass_expired(p->trigger, &passed))
			break;
	}
none:
	return (struct candidate){ };
}

/* Find the first open one in the queue of @set for @peer (NULL: for any). */
static struct candidate find_first(const struct trigger_set *set,
				   const union nf_inet_addr *peer)
{
	u64 now = trigger_clock_now();
	unsigned int passed = 0;
	struct trigger *t;

	if (set->peer_host)
		return find_first_for_peer(set, peer);
	list_for_each_entry_rcu(t, &set->pool.all, in[TRIGGER_IN_SET].all) {
		if (trigger_is_open(t, now))
			return (struct candidate){
				t, trigger_queue_rank(set, t->since),
			};
		if (!pass_expired(t, &passed))
			break;
	}
	return (struct candidate){ };
}

/* As trigger_lookup_owner(), for sets of all kinds. */
struct trigger *trigger_lookup_owner_any(const struct trigger_ports_map *map,
					 u16 port,
					 const union nf_inet_addr *peer)
{
	struct candidate first, best = { };
	struct trigger_ports_at at;

	trigger_ports_first(&at, map, port);
	for (; at.link; trigger_ports_next(&at)) {
		first = find_first(trigger_ports_data(&at), peer);
		if (first.t && (!best.t || first.rank < best.rank))
			best = first;
	}
	return best.t;
}

/* Find what @owner has open in @set for @peer, or NULL. */
static struct trigger *find_in_set(struct trigger_set *set,
				   const union nf_inet_addr *owner,
				   const union nf_inet_addr *peer)
{
	struct trigger *t = trigger_queue_head(set);

	if (t && !trigger_addr_equal(&t->owner, owner))
		t = trigger_hash_find(set, owner);
	if (t && trigger_is_open(t, trigger_clock_now()) &&
	    (!set->peer_host || trigger_peer_find(t, peer)))
		return t;
	return NULL;
}

/* As trigger_lookup_owned(), for sets of all kinds. */
struct trigger *trigger_lookup_owned_any(const struct trigger_ports_map *map,
					 u16 port,
					 const union nf_inet_addr *owner,
					 const union nf_inet_addr *peer)
{
	struct trigger_ports_at at;
	struct trigger *t;

	trigger_ports_first(&at, map, port);
	for (; at.link; trigger_ports_next(&at)) {
		t = find_in_set(trigger_ports_data(&at), owner, peer);
		if (t)
			return t;
	}
	return NULL;
}

/* Whether @t owns one of its ports for @peer (NULL: for any). */
static bool owns_a_port(const struct trigger *t, const union nf_inet_addr *peer)
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
			const struct trigger *owner = NULL;

			if (trigger_ports_covered(map, port))
				owner = trigger_lookup_owner(map, port, peer);
			if (!owner ||
			    trigger_addr_equal(&owner->owner, &t->owner))
				return true;
		}
	}
	return false;
}

/*
 * Whether other owners hold all that @t opens. Looks at each port at which
 * another range begins or ends: for process context.
 */
bool trigger_lookup_is_waiting(const struct trigger *t)
{
	const struct trigger_peer *p;

	if (!t->set->peer_host)
		return !owns_a_port(t, NULL);
	if (hlist_empty(&t->peers))
		return false;
	hlist_for_each_entry_rcu(p, &t->peers, node) {
		if (owns_a_port(t, &p->queue->addr))
			return false;
	}
	return true;
}
