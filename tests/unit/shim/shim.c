// SPDX-License-Identifier: GPL-2.0
/* What stands in for the kernel: what does not fit in a header. See shim.h. */
#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "linux/inet.h"
#include "linux/module.h"
#include "linux/rbtree.h"
#include "linux/rculist.h"
#include "linux/rhashtable.h"
#include "linux/slab.h"
#include "linux/string.h"
#include "linux/uaccess.h"
#include "linux/workqueue.h"
#include <net/genetlink.h>
#include <net/netfilter/nf_conntrack_core.h>

unsigned int shim_cpu;
unsigned int shim_locks;
unsigned long shim_lockings;
unsigned int shim_mutexes;
unsigned int shim_rcu_depth;
unsigned int shim_readers;

void (*shim_last_words)(void);

void shim_die(const char *file, int line, const char *what)
{
	fflush(stdout);
	fprintf(stderr, "%s:%d: %s\n", file, line, what);
	if (shim_last_words)
		shim_last_words();
	abort();
}

/* Other CPUs. */

void (*shim_interleave)(void);

/*
 * Another CPU may come in: not while this one holds the lock that all changes
 * need, and no third one into the second.
 */
void shim_yield(void)
{
	void (*others)(void) = shim_interleave;
	unsigned int depth = shim_rcu_depth, cpu = shim_cpu;

	if (!others || shim_locks)
		return;
	shim_interleave = NULL;
	shim_rcu_depth = 0;
	shim_cpu = !cpu;
	others();
	shim_assert(!shim_rcu_depth && !shim_locks,
		    "the other CPU is left in a section");
	shim_cpu = cpu;
	shim_rcu_depth = depth;
	shim_interleave = others;
}

void shim_might_sleep(void)
{
	shim_assert(!shim_locks, "sleeps with a spinlock held");
	shim_assert(!shim_rcu_depth, "sleeps in a read section");
}

/* RCU. */

unsigned long shim_grace_periods;
static struct rcu_head *shim_waiting;

void shim_rcu_check(const char *file, int line)
{
	if (!shim_rcu_depth && !shim_locks)
		shim_die(file, line, "a list is read without RCU or the lock");
}

void call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head))
{
	head->func = func;
	head->next = shim_waiting;
	shim_waiting = head;
}

void shim_grace_period(void)
{
	struct rcu_head *head, *next = shim_waiting;

	shim_assert(!shim_readers, "a grace period ends in a read section");
	shim_waiting = NULL;
	shim_grace_periods++;
	while ((head = next)) {
		next = head->next;
		if ((uintptr_t)head->func < 4096)
			kfree((char *)head - (uintptr_t)head->func);
		else
			head->func(head);
	}
}

/* Trees. */

static void rb_replace(struct rb_root *root, struct rb_node *old,
		       struct rb_node *node)
{
	if (!old->parent)
		root->rb_node = node;
	else if (old->parent->rb_left == old)
		old->parent->rb_left = node;
	else
		old->parent->rb_right = node;
	if (node)
		node->parent = old->parent;
}

void rb_erase_cached(struct rb_node *node, struct rb_root_cached *root)
{
	struct rb_node *next = node->rb_right;

	while (next && next->rb_left)
		next = next->rb_left;
	if (!node->rb_left || !next) {
		rb_replace(&root->rb_root, node, next ? node->rb_right : node->rb_left);
	} else {	/* the next one takes its place */
		rb_replace(&root->rb_root, next, next->rb_right);
		rb_replace(&root->rb_root, node, next);
		next->rb_left = node->rb_left;
		next->rb_left->parent = next;
		next->rb_right = node->rb_right;
		if (next->rb_right)
			next->rb_right->parent = next;
	}
	memset(node, 0xee, sizeof(*node));
	root->rb_leftmost = root->rb_root.rb_node;
	while (root->rb_leftmost && root->rb_leftmost->rb_left)
		root->rb_leftmost = root->rb_leftmost->rb_left;
}

/* Memory. */

unsigned long shim_steps;
unsigned long shim_steps_most;
unsigned long shim_allocated;
unsigned long shim_allocations;
unsigned long shim_fail_in;
unsigned long shim_failed;

bool shim_fails(void)
{
	shim_allocations++;
	if (!shim_fail_in || --shim_fail_in)
		return false;
	shim_failed++;
	return true;
}

void *kcalloc(size_t n, size_t size, gfp_t flags)
{
	void *p;

	if (flags & GFP_KERNEL)
		shim_might_sleep();
	if (shim_fails())
		return NULL;
	p = calloc(n, size);
	shim_assert(p, "out of memory, really");
	shim_allocated++;
	return p;
}

void *kzalloc(size_t size, gfp_t flags)
{
	return kcalloc(1, size, flags);
}

void kfree(const void *p)
{
	if (p)
		shim_allocated--;
	free((void *)p);
}

/* Parameters. */

int param_set_uint(const char *value, const struct kernel_param *param)
{
	*(unsigned int *)param->arg = strtoul(value, NULL, 10);
	return 0;
}

int param_get_uint(char *to, const struct kernel_param *param)
{
	return sprintf(to, "%u\n", *(unsigned int *)param->arg);
}

/* Time, and work for later. */

uint64_t shim_jiffies;
static struct delayed_work *shim_queue;

bool queue_delayed_work(struct workqueue_struct *queue, struct delayed_work *w,
			unsigned long delay)
{
	if (w->queued)
		return false;
	w->queued = true;
	w->due = shim_jiffies + delay;
	w->next = shim_queue;
	shim_queue = w;
	return true;
}

static bool shim_unqueue(struct delayed_work *w)
{
	struct delayed_work **at;

	if (!w->queued)
		return false;
	for (at = &shim_queue; *at != w; at = &(*at)->next)
		;
	*at = w->next;
	w->queued = false;
	return true;
}

bool cancel_delayed_work_sync(struct delayed_work *w)
{
	shim_might_sleep();
	return shim_unqueue(w);
}

static struct delayed_work *shim_next_due(void)
{
	struct delayed_work *w, *first = NULL;

	for (w = shim_queue; w; w = w->next) {
		if (!first || w->due < first->due)
			first = w;
	}
	return first;
}

void shim_advance(uint64_t span)
{
	uint64_t until = shim_jiffies + span;
	struct delayed_work *w;

	while ((w = shim_next_due()) && w->due <= until) {
		if (shim_jiffies < w->due)
			shim_jiffies = w->due;
		shim_unqueue(w);
		w->work.func(&w->work);
	}
	shim_jiffies = until;
}

/* Hashes. */

unsigned int shim_buckets = 1024;

int rhashtable_init(struct rhashtable *ht,
		    const struct rhashtable_params *params)
{
	static u32 seed;

	ht->bucket = kcalloc(shim_buckets, sizeof(*ht->bucket), GFP_KERNEL);
	if (!ht->bucket)
		return -ENOMEM;
	ht->buckets = shim_buckets;
	ht->count = 0;
	ht->seed = seed += 0x9e3779b9;
	return 0;
}

void rhashtable_destroy(struct rhashtable *ht)
{
	shim_might_sleep();
	shim_assert(!ht->count, "a hash goes with objects in it");
	kfree(ht->bucket);
	ht->bucket = NULL;
}

static void *shim_object(struct rhash_head *link,
			 const struct rhashtable_params *params)
{
	return (char *)link - params->head_offset;
}

static struct rhash_head **shim_bucket(struct rhashtable *ht,
				       struct rhash_head *link,
				       const struct rhashtable_params *params)
{
	void *object = shim_object(link, params);

	return &ht->bucket[params->obj_hashfn(object, params->key_len,
					      ht->seed) % ht->buckets];
}

int shim_rhashtable_insert(struct rhashtable *ht, struct rhash_head *link,
			   const struct rhashtable_params *params)
{
	struct rhash_head **bucket = shim_bucket(ht, link, params);

	/* The real one may have to grow. */
	if (shim_fails())
		return -ENOMEM;
	link->next = *bucket;
	WRITE_ONCE(*bucket, link);
	ht->count++;
	return 0;
}

int shim_rhashtable_remove(struct rhashtable *ht, struct rhash_head *link,
			   const struct rhashtable_params *params)
{
	struct rhash_head **at = shim_bucket(ht, link, params);

	while (*at && *at != link)
		at = &(*at)->next;
	shim_assert(*at, "removed from a hash that it is not in");
	WRITE_ONCE(*at, link->next);
	ht->count--;
	return 0;
}

void *shim_rhashtable_lookup(struct rhashtable *ht, const void *key,
			     const struct rhashtable_params *params)
{
	struct rhashtable_compare_arg arg = { .ht = ht, .key = key };
	u32 hash = params->hashfn(key, params->key_len, ht->seed);
	struct rhash_head *link;

	for (link = ht->bucket[hash % ht->buckets]; link; link = link->next) {
		if (!params->obj_cmpfn(&arg, shim_object(link, params)))
			return shim_object(link, params);
	}
	return NULL;
}

/* Strings. */

int vscnprintf(char *to, size_t size, const char *format, va_list args)
{
	int n;

	if (!size)
		return 0;
	n = vsnprintf(to, size, format, args);
	return n < (int)size ? n : (int)size - 1;
}

int scnprintf(char *to, size_t size, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vscnprintf(to, size, format, args);
	va_end(args);
	return n;
}

u32 crc32_le(u32 crc, const void *p, size_t len)
{
	const u8 *byte = p;
	int bit;

	while (len--) {
		crc ^= *byte++;
		for (bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return crc;
}

ssize_t strscpy(char *to, const char *from, size_t size)
{
	size_t len = strnlen(from, size);

	if (!size)
		return -E2BIG;
	if (len == size) {
		memcpy(to, from, size - 1);
		to[size - 1] = '\0';
		return -E2BIG;
	}
	memcpy(to, from, len + 1);
	return len;
}

void *memchr_inv(const void *start, int c, size_t bytes)
{
	const u8 *p = start;

	for (; bytes; bytes--, p++) {
		if (*p != (u8)c)
			return (void *)p;
	}
	return NULL;
}

/* As long as it is called with all of a string, and without a delimiter. */
static int shim_pton(int family, const char *src, int srclen, u8 *dst,
		     int delim, const char **end)
{
	shim_assert(srclen == -1 && delim == -1, "not as it is called here");
	if (end)
		*end = src + strlen(src);
	return inet_pton(family, src, dst) == 1;
}

int in4_pton(const char *src, int srclen, u8 *dst, int delim, const char **end)
{
	return shim_pton(AF_INET, src, srclen, dst, delim, end);
}

int in6_pton(const char *src, int srclen, u8 *dst, int delim, const char **end)
{
	return shim_pton(AF_INET6, src, srclen, dst, delim, end);
}

/* Memory of users. */

const char *shim_user_end;

unsigned long copy_from_user(void *to, const char *from, unsigned long n)
{
	unsigned long readable = n;

	shim_might_sleep();
	if (shim_user_end && from + n > shim_user_end)
		readable = from < shim_user_end ? shim_user_end - from : 0;
	memcpy(to, from, readable);
	memset((char *)to + readable, 0, n - readable);
	return n - readable;
}

/* Netlink. */

void (*shim_receive)(const struct sk_buff *skb);

/* Conntrack. */

struct nf_conn *shim_conns;
unsigned int shim_n_conns;

struct nf_conntrack_tuple_hash *
nf_conntrack_find_get(struct net *net, const struct nf_conntrack_zone *zone,
		      const struct nf_conntrack_tuple *tuple)
{
	struct nf_conn *ct;

	shim_yield();
	for (ct = shim_conns; ct < shim_conns + shim_n_conns; ct++) {
		struct nf_conntrack_tuple_hash *hash =
			&ct->tuplehash[IP_CT_DIR_ORIGINAL];

		if (!refcount_read(&ct->ct_general.use) ||
		    !nf_ct_is_confirmed(ct) || nf_ct_is_dying(ct) ||
		    nf_ct_is_expired(ct) ||
		    !nf_ct_tuple_equal(&hash->tuple, tuple))
			continue;
		nf_conntrack_get(&ct->ct_general);
		return hash;
	}
	return NULL;
}
