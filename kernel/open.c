// SPDX-License-Identifier: GPL-2.0
/* How an active trigger opens. See open.h. */
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/slab.h>
#include <net/netfilter/nf_conntrack.h>

#include "close.h"
#include "due.h"
#include "event.h"
#include "gc.h"
#include "hash.h"
#include "host.h"
#include "limit.h"
#include "lock.h"
#include "lookup.h"
#include "open.h"
#include "peer.h"
#include "proto.h"
#include "queue.h"
#include "refresh.h"

static const union nf_inet_addr *owner_of(const struct nf_conn *ct)
{
	return &ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple.src.u3;
}

/* Add @t to the pool of @scope, if it has one. Lock held. */
static void pool_add(struct trigger *t, enum trigger_scope scope)
{
	struct trigger_pool *pool = trigger_host_pool(t, scope);

	if (!pool) {
		INIT_LIST_HEAD(&t->in[scope].unanswered);
		return;
	}
	if (scope == TRIGGER_IN_SET)
		trigger_queue_add(t->set, &pool->all, &t->in[scope].all,
				  trigger_queue_since);
	else
		list_add_tail_rcu(&t->in[scope].all, &pool->all);
	list_add_tail(&t->in[scope].unanswered, &pool->unanswered);
	WRITE_ONCE(pool->count, pool->count + 1);
}

/*
 * Insert an active trigger in @set, whose owner has none there, in the @room that was
 * made for it, opened at @since by a packet to @port (host byte order) of @proto. Lock
 * and RCU held. NULL: no memory, nothing is open.
 */
struct trigger *trigger_open_insert(struct trigger_set *set,
				    const struct trigger_room *room, u8 proto,
				    u16 port, u64 since, u32 refreshed,
				    gfp_t gfp)
{
	struct trigger_table *table = set->table;
	enum trigger_scope scope;
	struct trigger *t;

	t = kzalloc(struct_size(t, session, set->sessions), gfp);
	if (!t)
		return NULL;
	t->host = room->host ? trigger_host_get(room->host) :
		  trigger_host_new(table, set->family, room->owner, gfp);
	if (!t->host)
		goto err_free;
	t->owner = *room->owner;
	t->set = set;
	t->proto = proto;
	t->port = port;
	t->since = since;
	t->id = ++table->last_id;
	t->refreshed = refreshed;
	refcount_set(&t->refs, 1);
	if (trigger_hash_add(t))
		goto err_host;

	for (scope = 0; scope < TRIGGER_SCOPES; scope++)
		pool_add(t, scope);
	trigger_due_add(t, trigger_clock_now());
	trigger_count(table, TRIGGER_OPENED);
	if (table->pool.count == 1)
		trigger_gc_start(table);
	return t;

err_host:
	trigger_host_put(table, t->host);
err_free:
	kfree(t);
	return NULL;
}

/*
 * Whether @t, which has just opened, has to wait: another owner stands in front
 * of it in its own queue, or holds the first of its ports. One port is enough for
 * a counter. Under RCU, lock not held: what is in the queues of other sets does
 * not delay its holder.
 */
static bool has_to_wait(const struct trigger *t, const struct nf_conn *ct,
			u64 now)
{
	const union nf_inet_addr *peer =
		&ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple.dst.u3;
	const struct trigger_set *set = t->set;
	const struct trigger_ports_map *map;
	const struct trigger *owner;

	if (trigger_peer_is_behind(t, now))
		return true;
	map = trigger_lookup_map(set->ports, set->ranges->proto,
				 set->ranges->min);
	if (!map)
		return false;
	owner = trigger_lookup_owner(map, set->ranges->min,
				     set->peer_host ? peer : NULL);
	return owner && !trigger_addr_equal(&owner->owner, &t->owner);
}

/* Open, or note what the packet changes if it is open by now. Under RCU. */
static void open_locked(struct trigger_set *set, struct nf_conn *ct)
{
	const struct nf_conntrack_tuple *tuple =
		&ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple;
	struct trigger_table *table = set->table;
	struct trigger_session replaced = {};
	struct trigger_room room;
	struct trigger *t, *opened = NULL;
	u64 now;

	trigger_lock_take(table);
	now = trigger_clock_now();
	if (table->gone || set->gone || set->parked)
		goto out;
	t = trigger_hash_find(set, owner_of(ct));
	if (t && !trigger_close_expired(t, now)) {
		replaced = trigger_refresh_locked(t, ct, now);
		goto out;
	}
	if (trigger_limit_make_room(set, owner_of(ct), now, true, &room))
		goto out;
	t = trigger_open_insert(set, &room, tuple->dst.protonum,
				trigger_proto_port(tuple),
				trigger_queue_next_since(table, now), now,
				TRIGGER_GFP);
	if (!t)
		goto out;
	trigger_refresh_first(t, ct, now);
	/* No memory: open to nobody, or for no time. */
	if ((set->peer_host && !t->n_peers) ||
	    (set->session && trigger_session_empty(&t->session[0]))) {
		trigger_close_quiet(t, TRIGGER_CLOSED);
		goto out;
	}
	trigger_limit_evict(&room);
	trigger_event_opened(t);
	opened = t;
out:
	trigger_lock_release(table);
	trigger_session_put(replaced);
	if (opened && has_to_wait(opened, ct, now))
		trigger_count(table, TRIGGER_WAITED);
}

/*
 * Whether @t is open at @now. The packet's connection @ct, which has not ended,
 * answers for the sessions if it is one of them. Under RCU.
 */
static bool is_open_for(const struct trigger *t, const struct nf_conn *ct,
			u64 now)
{
	return !trigger_is_expired(t, now) &&
	       (!t->set->session || trigger_session_match(&t->session[0], ct) ||
		trigger_has_session(t, now));
}

/* Open, or refresh @t, the owner's in @set (NULL: none). Under RCU. */
static noinline void open_or_refresh(struct trigger_set *set, struct trigger *t,
				     struct nf_conn *ct)
{
	u64 now = trigger_clock_now();

	/* What a closing connection still sends opens nothing anew. */
	if (set->session &&
	    trigger_session_ct_state(ct) == TRIGGER_SESSION_ENDED)
		return;
	if (!t || !is_open_for(t, ct, now) ||
	    trigger_refresh_needs_lock(t, ct, now))
		open_locked(set, ct);
	else
		trigger_refresh(t, ct, now);
}

/*
 * A packet of @ct, a connection of a LAN host, triggers @set: open, or refresh.
 * Under RCU (any hook), softirqs on or off. Where it cannot open, a counter says
 * so, or there was no memory; the packet continues in any case.
 *
 * Most packets find an active trigger in which they write nothing.
 */
void trigger_open_packet(struct trigger_set *set, struct nf_conn *ct)
{
	struct trigger *t = trigger_hash_find_inline(set, owner_of(ct));

	if (!t || !trigger_refresh_is_idle(t, trigger_clock_stamp()))
		open_or_refresh(set, t, ct);
}
