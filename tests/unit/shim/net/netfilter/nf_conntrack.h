/* SPDX-License-Identifier: GPL-2.0 */
/* A conntrack entry, as far as sessions look at it. */
#ifndef _SHIM_NF_CONNTRACK_H
#define _SHIM_NF_CONNTRACK_H

#include "linux/bits.h"
#include "linux/jiffies.h"
#include "linux/netfilter.h"
#include "linux/refcount.h"
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_conntrack_sctp.h>
#include <linux/netfilter/nf_conntrack_tcp.h>
#include <net/netfilter/nf_conntrack_tuple.h>

struct nf_conntrack {
	refcount_t use;
};

struct nf_conn {
	struct nf_conntrack ct_general;
	struct nf_conntrack_tuple_hash tuplehash[IP_CT_DIR_MAX];
	unsigned long status;
	u32 timeout;
	union {
		struct {
			u8 state;
		} tcp;
		struct {
			enum sctp_conntrack state;
		} sctp;
	} proto;
};

/* All there are; those that conntrack finds are confirmed. */
extern struct nf_conn *shim_conns;
extern unsigned int shim_n_conns;

static inline struct nf_conn *
nf_ct_tuplehash_to_ctrack(const struct nf_conntrack_tuple_hash *hash)
{
	return container_of((struct nf_conntrack_tuple_hash *)hash,
			    struct nf_conn, tuplehash[hash->tuple.dst.dir]);
}

static inline struct net *nf_ct_net(const struct nf_conn *ct)
{
	return NULL;
}

static inline u8 nf_ct_protonum(const struct nf_conn *ct)
{
	return ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple.dst.protonum;
}

/* Who has only RCU may find another connection where this one was. */
static inline bool nf_ct_is_dying(const struct nf_conn *ct)
{
	shim_yield();
	return test_bit(IPS_DYING_BIT, &ct->status);
}

static inline bool nf_ct_is_confirmed(const struct nf_conn *ct)
{
	return test_bit(IPS_CONFIRMED_BIT, &ct->status);
}

static inline bool nf_ct_is_expired(const struct nf_conn *ct)
{
	return (s32)(ct->timeout - (u32)shim_jiffies) <= 0;
}

static inline void nf_conntrack_get(struct nf_conntrack *general)
{
	refcount_inc(&general->use);
}

/*
 * The last reference gone, the memory becomes another connection. That frees an entry,
 * for which no packet is to wait.
 */
static inline void nf_ct_put(struct nf_conn *ct)
{
	shim_assert(!shim_locks || refcount_read(&ct->ct_general.use) > 1,
		    "the last reference to a connection is put under a lock");
	if (refcount_dec_and_test(&ct->ct_general.use)) {
		ct->status = IPS_CONFIRMED | IPS_SEEN_REPLY | IPS_ASSURED;
		ct->timeout = (u32)shim_jiffies + 1000 * HZ;
		ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple.dst.protonum = IPPROTO_UDP;
	}
}

#endif /* _SHIM_NF_CONNTRACK_H */
