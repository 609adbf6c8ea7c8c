/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * The one interface between the xt_TRIGGER kernel module and its iptables
 * plugin: the private data of the TRIGGER target, revision 0.
 *
 * All numbers are in host byte order. Everything in front of @kernel is the
 * identity of a rule: two rules whose bytes are equal there are the same rule,
 * so every byte that has no meaning (padding, the tail of a list, the bytes
 * behind the name's NUL, what the type does not take) must be zero. The kernel
 * refuses a rule in which one is not.
 */
#ifndef _XT_TRIGGER_H
#define _XT_TRIGGER_H

#include <linux/types.h>

/* Seconds; the longest timeout and the longest lifetime (365 days). */
#define XT_TRIGGER_SECS_MAX	31536000

/* Seconds; --trigger-timeout of a rule that names neither it nor a session. */
#define XT_TRIGGER_TIMEOUT_DEFAULT	600

/* Bytes of a name, its terminating NUL included. */
#define XT_TRIGGER_NAME_LEN	32
#define XT_TRIGGER_NAME_DEFAULT	"default"

/* Items of --trigger-relate, and of --trigger-match. */
#define XT_TRIGGER_ITEMS_MAX	15

/* The protocol of an item of --trigger-relate: tcp and udp. */
#define XT_TRIGGER_PROTO_ALL	0

/*
 * The protocol of an item of --trigger-match: any protocol that has ports (the
 * item names none); tcp and udp ("all").
 */
#define XT_TRIGGER_MATCH_ANY	0
#define XT_TRIGGER_MATCH_ALL	255

/* The type of a rule; zero is none, so that an empty blob is refused. */
enum xt_trigger_type {
	XT_TRIGGER_OUT = 1,	/* open or refresh */
	XT_TRIGGER_DNAT,	/* send an inbound connection to the owner */
	XT_TRIGGER_IN,		/* accept an inbound connection to the owner */
};

enum xt_trigger_flags {
	/* out: open while a connection that opened or refreshed it is alive */
	XT_TRIGGER_F_SESSION	  = 1 << 0,
	/* out: only peers that the owner has contacted (--trigger-peer host) */
	XT_TRIGGER_F_PEER_HOST	  = 1 << 1,
	/* out: the last to open owns the ports (--trigger-owner last) */
	XT_TRIGGER_F_OWNER_LAST	  = 1 << 2,
	/* out: what is let in refreshes too (--trigger-refresh both) */
	XT_TRIGGER_F_REFRESH_BOTH = 1 << 3,
	/* dnat: take the ports that the router itself listens on, too */
	XT_TRIGGER_F_SHADOW	  = 1 << 4,
};

/* The flags that each type takes. */
#define XT_TRIGGER_F_OUT	(XT_TRIGGER_F_SESSION | \
				 XT_TRIGGER_F_PEER_HOST | \
				 XT_TRIGGER_F_OWNER_LAST | \
				 XT_TRIGGER_F_REFRESH_BOTH)
#define XT_TRIGGER_F_DNAT	XT_TRIGGER_F_SHADOW

/*
 * A port range, both ends included, 1 <= min <= max.
 * @proto: IPPROTO_TCP, IPPROTO_UDP or IPPROTO_SCTP; in --trigger-relate also
 *         XT_TRIGGER_PROTO_ALL; in --trigger-match also XT_TRIGGER_MATCH_ANY
 *         or XT_TRIGGER_MATCH_ALL.
 */
struct xt_trigger_range {
	__u16	min;
	__u16	max;
	__u8	proto;
	__u8	pad;
};

/*
 * @type:     enum xt_trigger_type
 * @flags:    enum xt_trigger_flags; only those that the type takes
 * @n_relate: out: 1 to XT_TRIGGER_ITEMS_MAX; else 0
 * @n_match:  out: 0 (every packet triggers) to XT_TRIGGER_ITEMS_MAX; else 0
 * @max:      out: the most owners at once, 0 for no limit; else 0
 * @timeout:  out: seconds after the last refresh, 1 to XT_TRIGGER_SECS_MAX;
 *            0, for none, only with XT_TRIGGER_F_SESSION; else 0
 * @lifetime: out: seconds after the opening, 1 to XT_TRIGGER_SECS_MAX, or 0
 *            for no limit; else 0
 * @name:     the table that the rule writes to or reads from: A-Za-z0-9_.-,
 *            the first alphanumeric, NUL-terminated and NUL-padded
 * @relate:   out: what opens, in the order given; items of one protocol do
 *            not overlap (XT_TRIGGER_PROTO_ALL counts as tcp and as udp)
 * @match:    out: the destination ports that trigger, in the order given; items
 *            may overlap
 * @kernel:   the kernel's own; userspace leaves it zero and never compares it
 *            (usersize ends in front of it)
 */
struct xt_trigger_tginfo {
	__u8	type;
	__u8	flags;
	__u8	n_relate;
	__u8	n_match;
	__u16	max;
	__u16	pad;
	__u32	timeout;
	__u32	lifetime;
	char	name[XT_TRIGGER_NAME_LEN];
	struct xt_trigger_range	relate[XT_TRIGGER_ITEMS_MAX];
	struct xt_trigger_range	match[XT_TRIGGER_ITEMS_MAX];
	__u32	pad2;

	void	*kernel __attribute__((aligned(8)));
};

#endif /* _XT_TRIGGER_H */
