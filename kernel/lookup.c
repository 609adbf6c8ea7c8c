// SPDX-License-Identifier: GPL-2.0
/* Who owns a port, and what an owner has open. See table.h. */
#include <linux/rculist.h>

#include "hash.h"
#include "table.h"

/*
 * The first in line of @set for @peer (NULL: for any), or NULL. Under RCU.
 * Those whose time is up, but who are not collected yet, do not count.
 */
static struct trigger *trigger_head(const struct trigger_set *set,
				    const union nf_inet_addr *peer, u64 now,
				    s64 *rank)
{
	const struct trigger_line *line;
	const struct trigger_peer *p;
	struct trigger *t;

	if (!set->peer_host) {
		list_for_each_entry_rcu(t, &set->pool.all,
					in[TRIGGER_IN_SET].all) {
			if (trigger_is_open(t, now)) {
				*rank = trigger_rank(set, t->since);
				return t;
			}
		}
		return NULL;
	}
	line = peer ? trigger_line_find(set, peer) : NULL;
	if (!line)
		return NULL;
	list_for_each_entry_rcu(p, &line->peers, in_line) {
		if (trigger_is_open(p->trigger, now)) {
			*rank = trigger_rank(set, p->since);
			return p->trigger;
		}
	}
	return NULL;
}

/*
 * Who owns @port (host byte order) of @proto for @peer now? Under RCU. NULL:
 * nobody. @peer NULL asks for what is open to every peer.
 */
struct trigger *trigger_by_port(const struct trigger_ports *ports, u8 proto,
				u16 port, const union nf_inet_addr *peer)
{
	int index = trigger_proto_index(proto);
	struct trigger_ports_entry *entry;
	struct trigger_ports_walk walk;
	struct trigger *t, *best = NULL;
	s64 rank, best_rank = 0;
	u64 now;

	if (index < 0)
		return NULL;
	now = trigger_now();
	walk = trigger_ports_begin(rcu_dereference(ports->root[index]), port);
	while ((entry = trigger_ports_next(&walk))) {
		t = trigger_head(entry->data, peer, now, &rank);
		if (t && (!best || rank < best_rank)) {
			best = t;
			best_rank = rank;
		}
	}
	return best;
}

/*
 * Has @owner @port (host byte order) of @proto open for @peer, whoever else
 * has? Under RCU. NULL: no.
 */
struct trigger *trigger_by_owner(const struct trigger_ports *ports, u8 proto,
				 u16 port, const union nf_inet_addr *owner,
				 const union nf_inet_addr *peer)
{
	int index = trigger_proto_index(proto);
	struct trigger_ports_entry *entry;
	struct trigger_ports_walk walk;
	struct trigger *t;

	if (index < 0)
		return NULL;
	walk = trigger_ports_begin(rcu_dereference(ports->root[index]), port);
	while ((entry = trigger_ports_next(&walk))) {
		const struct trigger_set *set = entry->data;

		if (list_empty(&set->pool.all))
			continue;
		t = trigger_find(set, owner);
		if (t && trigger_is_open(t, trigger_now()) &&
		    (!set->peer_host || trigger_peer_find(t, peer)))
			return t;
	}
	return NULL;
}

/* Whether @t owns one of its ports, for @peer (NULL: for any). Under RCU. */
static bool trigger_owns_any(const struct trigger *t,
			     const union nf_inet_addr *peer)
{
	const struct trigger_ports *ports = t->set->ports;
	const struct trigger_range *range = t->set->ranges;
	const struct trigger_range *end = range + t->set->n_ranges;

	for (; range < end; range++) {
		const struct trigger_ports_node *root =
			rcu_dereference(ports->root[trigger_proto_index(range->proto)]);
		u32 port;

		for (port = range->min; port <= range->max;
		     port = trigger_ports_last(root, port) + 1) {
			const struct trigger *owner =
				trigger_by_port(ports, range->proto, port, peer);

			if (!owner ||
			    trigger_addr_equal(&owner->owner, &t->owner))
				return true;
		}
	}
	return false;
}

/* Whether other owners hold all that @t opens. Under RCU. */
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
