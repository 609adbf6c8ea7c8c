// SPDX-License-Identifier: GPL-2.0
/* The peers of an active trigger, and the queues of peers. See peer.h. */
#include <linux/slab.h>

#include "hash.h"
#include "peer.h"
#include "queue.h"

static u32 obj_hash(const void *data, u32 len, u32 seed)
{
	const struct trigger_peer_queue *queue = data;

	return trigger_hash(queue->set, &queue->addr, seed);
}

static int obj_cmp(struct rhashtable_compare_arg *arg, const void *obj)
{
	const struct trigger_hash_key *key = arg->key;
	const struct trigger_peer_queue *queue = obj;

	return queue->set != key->set ||
	       !trigger_addr_equal(&queue->addr, key->addr);
}

static const struct rhashtable_params queue_params = {
	.head_offset		= offsetof(struct trigger_peer_queue, node),
	.key_len		= sizeof(struct trigger_hash_key),
	.hashfn			= trigger_hash_key,
	.obj_hashfn		= obj_hash,
	.obj_cmpfn		= obj_cmp,
	.automatic_shrinking	= true,
};

/* Find the queue of the peer at @addr in @set, or NULL. Under RCU or the lock. */
struct trigger_peer_queue *
trigger_peer_find_queue(const struct trigger_set *set,
			const union nf_inet_addr *addr)
{
	struct trigger_hash_key key = { .set = set, .addr = addr };

	return rhashtable_lookup(&set->table->queues, &key, queue_params);
}

/* Find the queue, or make it; NULL: no memory. */
static struct trigger_peer_queue *queue_get(const struct trigger_set *set,
					    const union nf_inet_addr *addr,
					    gfp_t gfp)
{
	struct trigger_peer_queue *queue = trigger_peer_find_queue(set, addr);

	if (queue)
		return queue;
	queue = kzalloc(sizeof(*queue), gfp);
	if (!queue)
		return NULL;
	queue->set = set;
	queue->addr = *addr;
	INIT_LIST_HEAD(&queue->peers);
	if (rhashtable_insert_fast(&set->table->queues, &queue->node,
				   queue_params)) {
		kfree(queue);
		return NULL;
	}
	return queue;
}

static u64 peer_since(const struct list_head *link)
{
	return container_of(link, struct trigger_peer, in_queue)->since;
}

/*
 * Add @addr to the peers of @t, queued by @since. Lock and RCU held. There may
 * be too many then: the caller calls trigger_peer_evict(), or
 * trigger_peer_del_newest() if it wants none of several. -ENOMEM: not added.
 */
int trigger_peer_add(struct trigger *t, const union nf_inet_addr *addr,
		     u64 since, u32 contacted, gfp_t gfp)
{
	struct trigger_peer *peer;

	peer = kzalloc(sizeof(*peer), gfp);
	if (!peer)
		return -ENOMEM;
	peer->queue = queue_get(t->set, addr, gfp);
	if (!peer->queue) {
		kfree(peer);
		return -ENOMEM;
	}
	peer->trigger = t;
	peer->since = since;
	peer->contacted = contacted;
	trigger_queue_add(t->set, &peer->queue->peers, &peer->in_queue,
			  peer_since);
	hlist_add_head_rcu(&peer->node, &t->peers);
	WRITE_ONCE(t->n_peers, t->n_peers + 1);
	return 0;
}

/* Delete @peer, and its queue with the last one in it. Lock held. */
void trigger_peer_del(struct trigger_peer *peer)
{
	struct trigger_peer_queue *queue = peer->queue;

	hlist_del_rcu(&peer->node);
	list_del_rcu(&peer->in_queue);
	if (list_empty(&queue->peers)) {
		rhashtable_remove_fast(&queue->set->table->queues, &queue->node,
				       queue_params);
		kfree_rcu(queue, rcu);
	}
	WRITE_ONCE(peer->trigger->n_peers, peer->trigger->n_peers - 1);
	kfree_rcu(peer, rcu);
}

/* Delete the @n peers of @t that were added last. Lock held. */
void trigger_peer_del_newest(struct trigger *t, unsigned int n)
{
	while (n--)
		trigger_peer_del(hlist_entry(t->peers.first,
					     struct trigger_peer, node));
}

/* Return the peer of @t that has not been contacted for longest. */
static struct trigger_peer *peer_oldest(const struct trigger *t, u32 now)
{
	struct trigger_peer *peer, *oldest = NULL;
	u32 idle, most = 0;

	hlist_for_each_entry(peer, &t->peers, node) {
		idle = trigger_clock_elapsed(now, READ_ONCE(peer->contacted));
		if (idle >= most) {
			most = idle;
			oldest = peer;
		}
	}
	return oldest;
}

/*
 * While @t has more than TRIGGER_PEERS_MAX peers, delete the one that has not
 * been contacted for longest. Lock held.
 */
void trigger_peer_evict(struct trigger *t, u32 now)
{
	while (t->n_peers > TRIGGER_PEERS_MAX)
		trigger_peer_del(peer_oldest(t, now));
}

static bool is_in_front(const struct trigger *first, const struct trigger *t,
			u64 now)
{
	return first && first != t && trigger_is_open(first, now);
}

/*
 * Whether another owner stands at the head of the queue of @t's set, or of those
 * of all its peers. Who opens the same ports by another rule is not looked at.
 * Under RCU, lock held or not.
 */
bool trigger_peer_is_behind(const struct trigger *t, u64 now)
{
	const struct trigger_peer *peer, *head;

	if (!t->set->peer_host)
		return is_in_front(trigger_queue_head(t->set), t, now);
	hlist_for_each_entry_rcu(peer, &t->peers, node) {
		head = list_first_or_null_rcu(&peer->queue->peers,
					      struct trigger_peer, in_queue);
		if (!is_in_front(head ? head->trigger : NULL, t, now))
			return false;
	}
	return t->n_peers;
}

/* Make the empty hash of @table. Process context. -ENOMEM. */
int trigger_peer_init(struct trigger_table *table)
{
	return rhashtable_init(&table->queues, &queue_params);
}

/* Free it; no queue is left. Process context. */
void trigger_peer_exit(struct trigger_table *table)
{
	rhashtable_destroy(&table->queues);
}
