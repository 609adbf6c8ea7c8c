/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Generic netlink as far as messages are built and sent: a message is the memory that
 * was asked for and no more, and goes to shim_receive(), if somebody listens.
 */
#ifndef _SHIM_GENETLINK_H
#define _SHIM_GENETLINK_H

#include <linux/genetlink.h>
#include <linux/netlink.h>

#include "linux/cache.h"
#include "linux/netfilter.h"
#include "linux/slab.h"
#include "linux/string.h"
#include "linux/types.h"

#define THIS_MODULE	NULL
#define __ro_after_init

struct net;

/* @room: bytes at @data */
struct sk_buff {
	u32	len;
	u32	room;
	char	data[] __attribute__((aligned(8)));
};

struct genl_multicast_group {
	char	name[GENL_NAMSIZ];
	u8	flags;
};

struct genl_family {
	char		name[GENL_NAMSIZ];
	unsigned int	version;
	bool		netnsok;
	void		*module;
	const struct genl_multicast_group *mcgrps;
	u8		n_mcgrps;
};

/* Called with each message that is sent; NULL: nobody listens. */
extern void (*shim_receive)(const struct sk_buff *skb);

static inline int genl_register_family(struct genl_family *family)
{
	return 0;
}

static inline int genl_unregister_family(struct genl_family *family)
{
	return 0;
}

static inline bool genl_has_listeners(const struct genl_family *family,
				      struct net *net, unsigned int group)
{
	return shim_receive;
}

static inline int nla_total_size(int payload)
{
	return NLA_ALIGN(NLA_HDRLEN + payload);
}

/* Where 64 bits must be aligned, which is what takes more room. */
static inline int nla_total_size_64bit(int payload)
{
	return NLA_ALIGN(NLA_HDRLEN + payload) + NLA_HDRLEN;
}

static inline void *shim_skb_put(struct sk_buff *skb, u32 len)
{
	void *at = skb->data + skb->len;

	if (skb->len + NLA_ALIGN(len) > skb->room)
		return NULL;
	skb->len += NLA_ALIGN(len);
	return at;
}

static inline struct sk_buff *genlmsg_new(size_t payload, gfp_t flags)
{
	u32 room = NLMSG_HDRLEN + GENL_HDRLEN + NLMSG_ALIGN(payload);
	struct sk_buff *skb = kzalloc(sizeof(*skb) + room, flags);

	if (skb)
		skb->room = room;
	return skb;
}

static inline void nlmsg_free(struct sk_buff *skb)
{
	kfree(skb);
}

static inline void *genlmsg_put(struct sk_buff *skb, u32 portid, u32 seq,
				const struct genl_family *family, int flags,
				u8 cmd)
{
	struct nlmsghdr *head = shim_skb_put(skb, NLMSG_HDRLEN);
	struct genlmsghdr *genl = shim_skb_put(skb, GENL_HDRLEN);

	shim_assert(head && genl, "there is no room for the headers");
	head->nlmsg_pid = portid;
	head->nlmsg_seq = seq;
	genl->cmd = cmd;
	genl->version = family->version;
	return genl + 1;
}

static inline void genlmsg_end(struct sk_buff *skb, void *head)
{
	struct nlmsghdr *message = (struct nlmsghdr *)skb->data;

	message->nlmsg_len = skb->len;
}

static inline int nla_put(struct sk_buff *skb, int type, int len,
			  const void *data)
{
	struct nlattr *attr = shim_skb_put(skb, NLA_HDRLEN + len);

	if (!attr)
		return -EMSGSIZE;
	attr->nla_type = type;
	attr->nla_len = NLA_HDRLEN + len;
	if (len)
		memcpy(attr + 1, data, len);
	return 0;
}

static inline int nla_put_u8(struct sk_buff *skb, int type, u8 value)
{
	return nla_put(skb, type, sizeof(value), &value);
}

static inline int nla_put_u16(struct sk_buff *skb, int type, u16 value)
{
	return nla_put(skb, type, sizeof(value), &value);
}

static inline int nla_put_u32(struct sk_buff *skb, int type, u32 value)
{
	return nla_put(skb, type, sizeof(value), &value);
}

static inline int nla_put_u64_64bit(struct sk_buff *skb, int type, u64 value,
				    int pad)
{
	return nla_put(skb, pad, 0, NULL) ?:
	       nla_put(skb, type, sizeof(value), &value);
}

static inline int nla_put_string(struct sk_buff *skb, int type, const char *s)
{
	return nla_put(skb, type, strlen(s) + 1, s);
}

static inline struct nlattr *nla_nest_start(struct sk_buff *skb, int type)
{
	struct nlattr *nest = shim_skb_put(skb, NLA_HDRLEN);

	if (nest)
		nest->nla_type = type | NLA_F_NESTED;
	return nest;
}

static inline int nla_nest_end(struct sk_buff *skb, struct nlattr *nest)
{
	nest->nla_len = skb->data + skb->len - (char *)nest;
	return skb->len;
}

static inline int genlmsg_multicast_netns(const struct genl_family *family,
					  struct net *net, struct sk_buff *skb,
					  u32 portid, unsigned int group,
					  gfp_t flags)
{
	shim_assert(shim_locks, "events are sent in any order");
	if (shim_receive)
		shim_receive(skb);
	kfree(skb);
	return 0;
}

#endif /* _SHIM_GENETLINK_H */
