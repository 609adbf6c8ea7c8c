/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who owns a port, and what an owner has open. Under RCU, lock not held.
 *
 * A lookup may meet active triggers that are over, but not yet collected. It
 * closes a few of them if nobody holds the lock, and gives up behind many: then
 * it finds nobody until the collector has come by.
 */
#ifndef _TRIGGER_LOOKUP_H
#define _TRIGGER_LOOKUP_H

#include "proto.h"
#include "queue.h"
#include "trigger.h"

/* How many that are over a lookup passes before it gives up. */
#define TRIGGER_LOOKUP_PASS_MAX	1024

struct trigger *trigger_lookup_owner_any(const struct trigger_ports_map *map,
					 u16 port,
					 const union nf_inet_addr *peer);
struct trigger *trigger_lookup_owned_any(const struct trigger_ports_map *map,
					 u16 port,
					 const union nf_inet_addr *owner,
					 const union nf_inet_addr *peer);
bool trigger_lookup_is_waiting(const struct trigger *t);

/*
 * Find the map in which a rule opens @port (host byte order) of @proto, or NULL:
 * no rule does.
 */
static inline const struct trigger_ports_map *
trigger_lookup_map(const struct trigger_ports *ports, u8 proto, u16 port)
{
	const struct trigger_ports_map *map;
	int index = trigger_proto_index(proto);

	if (index < 0)
		return NULL;
	map = rcu_dereference(ports->map[index]);
	return trigger_ports_covered(map, port) ? map : NULL;
}

/*
 * Go to the first set that opens @port, and return the head of its queue if it
 * is open by its stamp alone; NULL: look closer. This look saves a new inbound
 * connection 100 of 612 instructions (tests/bench, row "hit").
 */
static __always_inline struct trigger *
trigger_lookup_first(struct trigger_ports_at *at,
		     const struct trigger_ports_map *map, u16 port)
{
	struct trigger_set *set;
	struct trigger *t;

	trigger_ports_first(at, map, port);
	if (!at->link)
		return NULL;
	set = trigger_ports_data(at);
	t = trigger_queue_head(set);
	return t && set->plain &&
	       trigger_clock_stamp() - READ_ONCE(t->refreshed) < set->timeout ?
	       t : NULL;
}

/*
 * Find who owns @port, which is in @map, for @peer, or NULL: nobody. @peer NULL
 * asks for what is open to every peer. Most ports are opened by one plain set.
 */
static __always_inline struct trigger *
trigger_lookup_owner(const struct trigger_ports_map *map, u16 port,
		     const union nf_inet_addr *peer)
{
	struct trigger_ports_at at;
	struct trigger *t = trigger_lookup_first(&at, map, port);

	return t && trigger_ports_is_last(&at) ?
	       t : trigger_lookup_owner_any(map, port, peer);
}

/*
 * Find what @owner has open for @peer at @port, which is in @map, whoever else
 * has it open; NULL: nothing. Most packets are for the head of the queue: there
 * `dnat` has sent them.
 */
static __always_inline struct trigger *
trigger_lookup_owned(const struct trigger_ports_map *map, u16 port,
		     const union nf_inet_addr *owner,
		     const union nf_inet_addr *peer)
{
	struct trigger_ports_at at;
	struct trigger *t = trigger_lookup_first(&at, map, port);

	return t && trigger_addr_equal(&t->owner, owner) ?
	       t : trigger_lookup_owned_any(map, port, owner, peer);
}

#endif /* _TRIGGER_LOOKUP_H */
