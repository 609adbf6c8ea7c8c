/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The table of active triggers of one network namespace. It knows no packets
 * and no rules: a rule lends it a struct trigger_set, which says what its
 * active triggers open and for how long.
 *
 * Two views of one object answer every question:
 * - by set and owner, in a hash: the owner's next packet refreshes, and `in`
 *   asks whether a packet's destination is an owner;
 * - by port: the map of ports (ports.h) leads to the few sets that open a
 *   port, and each set keeps its active triggers in line, so that "who owns
 *   this port now" is the head of the best line. For `--trigger-peer host`
 *   there is one line for each peer, found by hash.
 * So nothing on the packet path depends on the number of active triggers, of
 * owners in line, or of ports in a range: but for those that have ended since
 * the collector came by (TRIGGER_PASS_MAX of life.h).
 *
 * Locking: everything is changed under trigger_table.lock (taken with softirqs
 * off), and read under RCU. Stamps are written without the lock.
 */
#ifndef _TRIGGER_TABLE_H
#define _TRIGGER_TABLE_H

#include <linux/atomic.h>
#include <linux/netfilter.h>
#include <linux/percpu.h>
#include <linux/rculist.h>
#include <linux/refcount.h>
#include <linux/rhashtable.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "clock.h"
#include "ports.h"

struct nf_conn;
struct trigger_session;

/* The newest connections that an active trigger follows (--trigger-session). */
#define TRIGGER_SESSIONS_MAX	8

/* The last contacted peers that an active trigger keeps (--trigger-peer host). */
#define TRIGGER_PEERS_MAX	16

/* Jiffies between two turns of the collector: what ends is found in a second. */
#define TRIGGER_COLLECT_JIFFIES	(HZ / 2)

/* Seconds that a restored session trigger waits for a packet to follow. */
#define TRIGGER_ADOPT_SECS	60

/* The counters of a namespace, in the order in which the proc file has them. */
enum trigger_stat {
	TRIGGER_OPENED,
	TRIGGER_REFRESHED,
	/* how they end */
	TRIGGER_EXPIRED,
	TRIGGER_ENDED,
	TRIGGER_CLOSED,
	/* what could not open */
	TRIGGER_REFUSED_FULL,
	TRIGGER_REFUSED_HOST,
	TRIGGER_REFUSED_RULE,
	TRIGGER_EVICTED,
	TRIGGER_WAITED,
	/* new inbound connections */
	TRIGGER_DNAT,
	TRIGGER_ACCEPTED,
	TRIGGER_LOCAL,
	TRIGGER_STATS,
};

struct trigger_stats {
	u64	count[TRIGGER_STATS];
};

/* The three things that have a limit, and a list of who counts towards it. */
enum trigger_scope {
	TRIGGER_IN_SET,		/* of one rule */
	TRIGGER_IN_HOST,	/* of one owner (on IPv6: of its /64) */
	TRIGGER_IN_TABLE,	/* of one namespace */
	TRIGGER_SCOPES,
};

/*
 * The active triggers in one scope.
 * @all:	TABLE: by id, RCU. SET: in line for the ports, RCU. HOST: by id.
 * @unanswered:	those whose peer has not answered yet, the oldest first
 */
struct trigger_pool {
	u32			count;
	struct list_head	all;
	struct list_head	unanswered;
};

struct trigger_table {
	spinlock_t			lock;	/* all changes */
	bool				gone;	/* nothing opens any more */
	struct rhashtable		triggers;	/* by set and owner */
	struct rhashtable		lines;		/* by set and peer */
	struct rhashtable		hosts;		/* by family and host */
	struct trigger_pool		pool;
	u64				last_id;
	u64				last_since;
	struct trigger_stats __percpu	*stats;
	struct delayed_work		collector;
};

/* Related ports of one protocol, host byte order. */
struct trigger_range {
	u8	proto;
	u16	min;
	u16	max;
};

/* For each protocol that can be opened, which sets open a port. */
#define TRIGGER_PROTOS		3
struct trigger_ports {
	struct trigger_ports_map __rcu	*map[TRIGGER_PROTOS];
};

/*
 * What all active triggers of one rule share. Everything but @pool and @gone
 * is fixed once it is in use.
 * @timeout, @lifetime:	ticks, 0 for none
 * @max:		owners at once, 0 for no limit
 * @slots:		connections that each active trigger follows: one, until
 *			the peer has answered, or TRIGGER_SESSIONS_MAX
 * @ports:		the map in which @ranges are found
 * @plain:		each is open to everybody until its timeout: there is no
 *			session, peer or lifetime to look at
 */
struct trigger_set {
	struct trigger_table		*table;
	const struct trigger_ports	*ports;
	const struct trigger_range	*ranges;
	u8				n_ranges;
	u8				family;
	u8				slots;
	bool				session;
	bool				peer_host;
	bool				owner_last;
	bool				refresh_both;
	bool				plain;
	bool				gone;
	u32				timeout;
	u32				lifetime;
	u32				max;
	struct trigger_pool		pool;
};

/* A key of the hashes: the owner of a trigger, or the peer of a line. */
struct trigger_key {
	const struct trigger_set	*set;
	const union nf_inet_addr	*addr;
};

/* All active triggers of one host. */
struct trigger_host {
	struct rhash_head	node;
	u64			prefix;		/* the address, or its /64 */
	struct trigger_pool	pool;
	u8			family;
};

/* In trigger.next_slot: restored, and waiting for a connection to follow. */
#define TRIGGER_ADOPTING	U8_MAX

/*
 * In trigger.answered. The second: and nothing is left that a packet of its
 * owner could change but the stamps, for its set is plain.
 */
#define TRIGGER_ANSWERED	1
#define TRIGGER_SETTLED		2

/*
 * An active trigger.
 * @since:	its place in line: the tick it opened at, times 1 << 24, plus a
 *		number that tells those of one tick apart
 * @id:		rises with each insertion; the table's list is in its order
 * @refreshed:	stamp of the last refresh that was counted
 * @grace:	stamp until which a connection that is not confirmed yet, or the
 *		one to come after a restore, keeps it open; without sessions,
 *		until which the one that is followed need not make way
 * @again:	refreshed once more in the second since @refreshed: it may live
 *		a second longer. So the line is written twice a second at most,
 *		and never closes early.
 * @next_slot:	the slot that is filled next, or TRIGGER_ADOPTING
 * @answered:	a peer has replied: it is never evicted; 0 or one of the above
 * @dead:	unlinked; only a reader that has not noticed still sees it
 * @slot:	the connections followed (set->slots of them), see session.h
 */
struct trigger {
	/* One cache line: all that most packets need. */
	struct rhash_head	node;
	struct trigger_set	*set;
	union nf_inet_addr	owner;
	struct hlist_head	peers;		/* the newest first, RCU */
	u32			refreshed;
	u32			grace;
	u8			n_peers;
	u8			next_slot;
	bool			again;
	u8			answered;
	bool			dead;
	u8			proto;
	u16			port;		/* that triggered, 0: it has none */
	u64			since;
	/* The rest. */
	u64			id;
	struct trigger_host	*host;
	struct {
		struct list_head	all;
		union {
			struct list_head	unanswered;
			struct rcu_head		rcu;	/* once dead */
		};
	} in[TRIGGER_SCOPES];
	atomic_t		hits;
	refcount_t		refs;
	struct trigger_session	*slot[];
};

/*
 * A peer of an active trigger: its place in that peer's line.
 * @contacted: stamp of the last packet to it that was noted
 */
struct trigger_peer {
	struct hlist_node	of;		/* trigger.peers */
	struct list_head	in_line;
	struct trigger		*trigger;
	struct trigger_line	*line;
	u64			since;
	u32			contacted;
	struct rcu_head		rcu;
};

/* Who has contacted @addr through @set, in line for the ports. */
struct trigger_line {
	struct rhash_head	node;
	const struct trigger_set *set;
	union nf_inet_addr	addr;
	struct list_head	peers;
	struct rcu_head		rcu;
};

/*
 * An active trigger as it was saved; ages in ticks.
 * @idle: since the last refresh
 * @age:  since it opened
 */
struct trigger_saved {
	union nf_inet_addr	owner;
	const union nf_inet_addr *peer;		/* the newest first */
	u8			n_peers;
	u8			proto;
	u16			port;
	u32			hits;
	u32			idle;
	u64			age;
};

/*
 * A walk over all active triggers in the order of their ids, which may pause
 * and leave RCU: one that lives through it is met exactly once.
 */
struct trigger_walk {
	struct trigger	*at;
	u64		id;
	bool		paused;
};

int trigger_table_init(struct trigger_table *table);
void trigger_table_close(struct trigger_table *table);
void trigger_table_exit(struct trigger_table *table);
void trigger_table_sweep(struct trigger_table *table);
void trigger_tend(struct trigger *t);
u64 trigger_table_stat(const struct trigger_table *table,
		       enum trigger_stat stat);
unsigned int trigger_table_max(void);

void trigger_set_init(struct trigger_set *set, struct trigger_table *table);
void trigger_set_close(struct trigger_set *set);

void trigger_packet_out(struct trigger_set *set, struct nf_conn *ct);
struct trigger *trigger_owning_any(const struct trigger_ports_map *map,
				   u16 port, const union nf_inet_addr *peer);
struct trigger *trigger_owned_any(const struct trigger_ports_map *map, u16 port,
				  const union nf_inet_addr *owner,
				  const union nf_inet_addr *peer);
void trigger_packet_in(struct trigger *t, struct nf_conn *ct);

int trigger_restore(struct trigger_set *set, const struct trigger_saved *saved);
void trigger_close(struct trigger *t);
void trigger_put(struct trigger *t);
bool trigger_has_session(const struct trigger *t, u32 now);
bool trigger_is_waiting(const struct trigger *t);
unsigned int trigger_sessions(const struct trigger *t);

struct trigger *trigger_walk_begin(struct trigger_table *table,
				   struct trigger_walk *walk);
struct trigger *trigger_walk_next(struct trigger_table *table,
				  struct trigger_walk *walk);
void trigger_walk_pause(struct trigger_walk *walk);
struct trigger *trigger_walk_resume(struct trigger_table *table,
				    struct trigger_walk *walk);
struct trigger *trigger_walk_rest(struct trigger_table *table,
				  struct trigger_walk *walk);
void trigger_walk_end(struct trigger_walk *walk);
void trigger_walk_all(struct trigger_table *table,
		      void (*visit)(struct trigger *t, void *data), void *data);

/* Where @proto stands in struct trigger_ports; < 0: it cannot be opened. */
static inline int trigger_proto_index(u8 proto)
{
	switch (proto) {
	case IPPROTO_TCP:
		return 0;
	case IPPROTO_UDP:
		return 1;
	case IPPROTO_SCTP:
		return 2;
	default:
		return -1;
	}
}

/*
 * The place in line: lower is nearer to the head. Those through a `first` set
 * go behind all, in the order in which they opened; those through a `last` set
 * go in front of all. So lines of sets of both kinds can be compared.
 */
static inline s64 trigger_rank(const struct trigger_set *set, u64 since)
{
	return set->owner_last ? -(s64)since : (s64)since;
}

/* Counts an event. Any context. */
static inline void trigger_count(const struct trigger_table *table,
				 enum trigger_stat stat)
{
	this_cpu_inc(table->stats->count[stat]);
}

/* Counts a new inbound connection to @t's owner. Under RCU. */
static inline void trigger_hit(struct trigger *t)
{
	atomic_inc(&t->hits);
}

/* The addresses of a family are zero behind their length, as conntrack's are. */
static inline bool trigger_addr_equal(const union nf_inet_addr *a,
				      const union nf_inet_addr *b)
{
	return nf_inet_addr_cmp(a, b);
}

/* @t's peer at @addr, or NULL. Under RCU. */
static inline struct trigger_peer *
trigger_peer_find(const struct trigger *t, const union nf_inet_addr *addr)
{
	struct trigger_peer *peer;

	hlist_for_each_entry_rcu(peer, &t->peers, of) {
		if (trigger_addr_equal(&peer->line->addr, addr))
			return peer;
	}
	return NULL;
}

/* The tick at which @t opened. */
static inline u64 trigger_opened(const struct trigger *t)
{
	return t->since >> 24;
}

/* How long @t has been active at @now, which may have been taken before. */
static inline u64 trigger_age(const struct trigger *t, u64 now)
{
	u64 opened = trigger_opened(t);

	return now > opened ? now - opened : 0;
}

/*
 * The map in which some rule opens @port (host byte order) of @proto. Under RCU.
 * NULL: none does. Else trigger_owning() and trigger_owned() tell more.
 */
static inline const struct trigger_ports_map *
trigger_ports_find(const struct trigger_ports *ports, u8 proto, u16 port)
{
	const struct trigger_ports_map *map;
	int index = trigger_proto_index(proto);

	if (index < 0)
		return NULL;
	map = rcu_dereference(ports->map[index]);
	return trigger_ports_covered(map, port) ? map : NULL;
}

/* The first in line of @set, for any peer, open or not; NULL: none. Under RCU. */
static inline struct trigger *trigger_set_first(struct trigger_set *set)
{
	return list_first_or_null_rcu(&set->pool.all, struct trigger,
				      in[TRIGGER_IN_SET].all);
}

/*
 * Goes to the first set that opens @port, and returns the head of its line, if
 * a look at its stamp shows that it is open; NULL: look closer. Under RCU.
 * Enough for most new connections, without a call.
 */
static __always_inline struct trigger *
trigger_first_head(struct trigger_ports_at *at,
		   const struct trigger_ports_map *map, u16 port)
{
	struct trigger_set *set;
	struct trigger *t;

	trigger_ports_first(at, map, port);
	if (!at->link)
		return NULL;
	set = trigger_ports_data(at);
	t = trigger_set_first(set);
	return t && set->plain &&
	       trigger_stamp() - READ_ONCE(t->refreshed) < set->timeout ?
	       t : NULL;
}

/*
 * Who owns @port, which some rule opens in @map, for @peer? NULL: nobody. @peer
 * NULL asks for what is open to every peer. Under RCU, lock not held. Most ports
 * are opened by one set only.
 */
static __always_inline struct trigger *
trigger_owning(const struct trigger_ports_map *map, u16 port,
	       const union nf_inet_addr *peer)
{
	struct trigger_ports_at at;
	struct trigger *t = trigger_first_head(&at, map, port);

	return t && trigger_ports_is_last(&at) ?
	       t : trigger_owning_any(map, port, peer);
}

/*
 * Has @owner @port, which some rule opens in @map, open for @peer, whoever else
 * has? NULL: no. Under RCU. Most packets are for the head of the line: there
 * `dnat` has sent them.
 */
static __always_inline struct trigger *
trigger_owned(const struct trigger_ports_map *map, u16 port,
	      const union nf_inet_addr *owner, const union nf_inet_addr *peer)
{
	struct trigger_ports_at at;
	struct trigger *t = trigger_first_head(&at, map, port);

	return t && trigger_addr_equal(&t->owner, owner) ?
	       t : trigger_owned_any(map, port, owner, peer);
}

/* Who owns @port of @proto for @peer, as above. */
static inline struct trigger *
trigger_by_port(const struct trigger_ports *ports, u8 proto, u16 port,
		const union nf_inet_addr *peer)
{
	const struct trigger_ports_map *map =
		trigger_ports_find(ports, proto, port);

	return map ? trigger_owning(map, port, peer) : NULL;
}

static inline bool trigger_is_expired(const struct trigger *t, u64 now)
{
	const struct trigger_set *set = t->set;

	if (set->timeout &&
	    trigger_elapsed(now, READ_ONCE(t->refreshed)) >=
	    set->timeout + (READ_ONCE(t->again) ? TRIGGER_SECOND : 0))
		return true;
	return set->lifetime && trigger_age(t, now) >= set->lifetime;
}

/*
 * Whether @t is open at @now, or only not collected yet. This, not the
 * collector, decides what is let in. Under RCU or the lock.
 */
static inline bool trigger_is_open(const struct trigger *t, u64 now)
{
	return !trigger_is_expired(t, now) &&
	       (!t->set->session || trigger_has_session(t, now));
}

#endif /* _TRIGGER_TABLE_H */
