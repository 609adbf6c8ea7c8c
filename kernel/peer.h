/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The peers of an active trigger (--trigger-peer host), and the queue of each
 * peer: all who have contacted it through one set.
 */
#ifndef _TRIGGER_PEER_H
#define _TRIGGER_PEER_H

#include "trigger.h"

/*
 * A peer of an active trigger, and its place in that peer's queue.
 * @contacted:	stamp of the last packet to it that was noted; any CPU
 */
struct trigger_peer {
	struct hlist_node	node;	/* trigger.peers */
	struct list_head	in_queue;
	struct trigger		*trigger;
	struct trigger_peer_queue *queue;
	u64			since;
	u32			contacted;
	struct rcu_head		rcu;
};

/* Who has contacted @addr through @set, in the order of queue.h. */
struct trigger_peer_queue {
	struct rhash_head	node;
	const struct trigger_set *set;
	union nf_inet_addr	addr;
	struct list_head	peers;
	struct rcu_head		rcu;
};

/* Find the peer of @t at @addr, or NULL. Under RCU. */
static inline struct trigger_peer *
trigger_peer_find(const struct trigger *t, const union nf_inet_addr *addr)
{
	struct trigger_peer *peer;

	hlist_for_each_entry_rcu(peer, &t->peers, node) {
		if (trigger_addr_equal(&peer->queue->addr, addr))
			return peer;
	}
	return NULL;
}

struct trigger_peer_queue *
trigger_peer_find_queue(const struct trigger_set *set,
			const union nf_inet_addr *addr);
int trigger_peer_add(struct trigger *t, const union nf_inet_addr *addr,
		     u64 since, u32 contacted, gfp_t gfp);
void trigger_peer_del(struct trigger_peer *peer);
void trigger_peer_del_newest(struct trigger *t, unsigned int n);
void trigger_peer_evict(struct trigger *t, u32 now);
bool trigger_peer_is_behind(const struct trigger *t, u64 now);
int trigger_peer_init(struct trigger_table *table);
void trigger_peer_exit(struct trigger_table *table);

#endif /* _TRIGGER_PEER_H */
