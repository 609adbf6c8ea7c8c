/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What an active trigger is, and what it stands in: the types of the table.
 *
 * The table of a network namespace knows no packets and no rules. A rule lends
 * it a struct trigger_set, which says what the rule's active triggers open and
 * for how long. An active trigger is found in two ways:
 * - by set and owner, in a hash (hash.h): the owner's next packet refreshes it,
 *   and `in` asks whether a packet's destination is an owner;
 * - by port: the map of ports (ports.h) leads to the few sets that open a port,
 *   and each set has its active triggers in a queue (queue.h), whose head owns
 *   the port. With `--trigger-peer host` each peer has a queue (peer.h).
 * So no packet's cost depends on the number of active triggers, of owners in a
 * queue, or of ports in a range; see lookup.h for what is over but still there.
 *
 * Locking: trigger_table.lock, with softirqs off, protects all changes but those
 * of the fields that are marked "any CPU". Readers hold RCU.
 */
#ifndef _TRIGGER_TRIGGER_H
#define _TRIGGER_TRIGGER_H

#include <linux/atomic.h>
#include <linux/netfilter.h>
#include <linux/rculist.h>
#include <linux/refcount.h>
#include <linux/rhashtable.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "clock.h"
#include "pool.h"
#include "ports.h"
#include "session.h"
#include "stat.h"

struct net;
struct trigger_host;
struct trigger_parked;
struct trigger_rule;

/* The newest connections that an active trigger follows (--trigger-session). */
#define TRIGGER_SESSIONS_MAX	8

/* The last contacted peers that an active trigger keeps (--trigger-peer host). */
#define TRIGGER_PEERS_MAX	16

/* Turns of the collector that lists exist for; who is due later is put off in the last. */
#define TRIGGER_DUE_TURNS	64

/* @list: of turn n at n % TRIGGER_DUE_TURNS. @next: the first that is not over. */
struct trigger_due {
	struct list_head	list[TRIGGER_DUE_TURNS];
	u64			next;
};

/*
 * @gone:	nothing opens any more
 * @triggers:	by set and owner (hash.c)
 * @queues:	by set and peer (peer.c)
 * @hosts:	addresses and /64s (host.c)
 * @parked:	how many of those in @pool are parked
 * @dead:	what died since the lock was taken (lock.c)
 * @last_id, @last_since: what trigger.id and .since had last
 * @net:	where its events go; until its exit, not with a reference
 * @event_seq:	the number of the next event
 * @due:	when each is visited by @gc (due.c)
 */
struct trigger_table {
	spinlock_t			lock;	/* all changes */
	bool				gone;
	struct rhashtable		triggers;
	struct rhashtable		queues;
	struct rhashtable		hosts;
	struct trigger_pool		pool;
	u32				parked;
	struct list_head		dead;
	u64				last_id;
	u64				last_since;
	struct net			*net;
	u32				event_seq;
	struct trigger_stats __percpu	*stats;
	struct trigger_due		due;
	struct delayed_work		gc;
};

/*
 * What all active triggers of one rule share. Everything but @pool, @gone and
 * @parked is fixed once it is in use.
 * @rule:		that lends it; the table never looks into it
 * @name, @label:	what the proc file and events call it
 * @ports:		the maps in which @ranges are found
 * @sessions:		connections that each active trigger follows: one, until
 *			the peer has answered, or TRIGGER_SESSIONS_MAX
 * @plain:		each is open to everybody until its timeout: there is no
 *			session, peer or lifetime to look at
 * @gone:		nothing opens any more
 * @parked:		nothing opens until the rule is back
 * @timeout, @lifetime:	ticks, 0 for none
 * @max:		owners at once, 0 for no limit
 */
struct trigger_set {
	struct trigger_table		*table;
	struct trigger_rule		*rule;
	const char			*name;
	u32				label;
	const struct trigger_ports	*ports;
	const struct trigger_range	*ranges;
	u8				n_ranges;
	u8				family;
	u8				sessions;
	bool				session;
	bool				peer_host;
	bool				owner_last;
	bool				refresh_both;
	bool				plain;
	bool				gone;
	bool				parked;
	u32				timeout;
	u32				lifetime;
	u32				max;
	struct trigger_pool		pool;
};

/* How memory is taken with the lock held, for a packet. */
#define TRIGGER_GFP	(GFP_ATOMIC | __GFP_NOWARN)

/* In trigger.next_session: restored, and waiting for a connection to follow. */
#define TRIGGER_ADOPTING	U8_MAX

/*
 * An active trigger.
 * @peers:	the newest first, RCU
 * @refreshed:	stamp of the last refresh that was counted, at most one a second;
 *		any CPU. A refresh in the second behind it writes nothing.
 * @grace:	stamp until which a connection that is not confirmed yet, or the
 *		one to come after a restore, keeps it open; without sessions,
 *		until which the one that is followed is not replaced
 * @next_session: the one that is set next, or TRIGGER_ADOPTING
 * @answered:	a peer has answered: it is never evicted
 * @stamp_only:	answered, and its set is plain: a packet of its owner changes
 *		nothing but @refreshed
 * @dead:	unlinked; only a reader that has not noticed still sees it
 * @proto, @port: what triggered (host byte order), 0: the protocol has no ports
 * @since:	its place in queues: the tick at which it opened, times 1 << 24,
 *		plus a number that tells those of one tick apart
 * @parked:	NULL: it is not; only the holder of the lock looks into it
 * @id:		rises with each insertion; the table's list is in its order
 * @hits:	new inbound connections; any CPU
 * @session:	set->sessions of them
 */
struct trigger {
	/* One cache line: all that most packets need. */
	struct rhash_head	node;
	struct trigger_set	*set;
	union nf_inet_addr	owner;
	struct hlist_head	peers;
	u32			refreshed;
	u32			grace;
	u8			n_peers;
	u8			next_session;
	bool			answered;
	bool			stamp_only;
	bool			dead;
	u8			proto;
	u16			port;
	u64			since;
	/* The rest. */
	u64			id;
	struct trigger_host	*host;
	struct trigger_parked	*parked;
	struct list_head	due;
	struct {
		struct list_head	all;
		union {
			struct list_head	unanswered;
			struct rcu_head		rcu;	/* once put */
		};
	} in[TRIGGER_SCOPES];
	atomic_t		hits;
	refcount_t		refs;
	struct trigger_session	session[];
};

bool trigger_has_session(const struct trigger *t, u32 now);
unsigned int trigger_sessions(const struct trigger *t);
u32 trigger_expires_secs(const struct trigger *t, u64 now);
void trigger_set_answered(struct trigger *t);
bool trigger_check_answered(struct trigger *t);
void trigger_put(struct trigger *t);

/* Count an event. Any context. */
static inline void trigger_count(const struct trigger_table *table,
				 enum trigger_stat stat)
{
	trigger_stat_inc(table->stats, stat);
}

/* Whether two addresses of one family are equal; both are padded with zeros. */
static inline bool trigger_addr_equal(const union nf_inet_addr *a,
				      const union nf_inet_addr *b)
{
	return nf_inet_addr_cmp(a, b);
}

/* Return the ticks that @t has been active at @now, 0 if @now is before that. */
static inline u64 trigger_age(const struct trigger *t, u64 now)
{
	u64 opened = t->since >> 24;

	return now > opened ? now - opened : 0;
}

/*
 * Whether the timeout or the lifetime of @t is over at @now. It never closes
 * early, since it closes a second late: a refresh may have written nothing.
 */
static inline bool trigger_is_expired(const struct trigger *t, u64 now)
{
	const struct trigger_set *set = t->set;

	if (set->timeout &&
	    trigger_clock_elapsed(now, READ_ONCE(t->refreshed)) >=
	    set->timeout + TRIGGER_SECOND)
		return true;
	return set->lifetime && trigger_age(t, now) >= set->lifetime;
}

/* Whether the rule of @t is away. Under RCU or the lock. */
static inline bool trigger_is_parked(const struct trigger *t)
{
	return READ_ONCE(t->parked);
}

/*
 * Whether @t is open at @now. This, not the collector, decides what is let in.
 * Under RCU or the lock.
 */
static inline bool trigger_is_open(const struct trigger *t, u64 now)
{
	return !trigger_is_expired(t, now) &&
	       (!t->set->session || trigger_has_session(t, now));
}

#endif /* _TRIGGER_TRIGGER_H */
