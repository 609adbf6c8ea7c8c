/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * Events of the xt_TRIGGER kernel module: a generic netlink family that has one
 * multicast group and no commands. xt_trigger.yaml describes the same as a YNL
 * specification.
 *
 * A listener resolves the family by its name, joins the group and then reads
 * /proc/net/xt_trigger. Only CAP_NET_ADMIN over the network namespace may join.
 * Each message has a struct genlmsghdr, whose cmd is an enum xt_trigger_event,
 * and attributes. nlmsg_seq and nlmsg_pid are 0.
 *
 * A message is of one of two forms:
 * - One active trigger: it has XT_TRIGGER_A_ID and all that the active
 *   trigger's line in the proc file says.
 * - Active triggers that ended, were parked or came back together: it has
 *   XT_TRIGGER_A_COUNT and no XT_TRIGGER_A_ID. XT_TRIGGER_A_RULE tells whose
 *   they were; without it, they are of any rule. Who keeps a list reads the
 *   proc file again.
 *
 * Numbers are in host byte order. An address has 4 bytes (IPv4) or 16 (IPv6) in
 * network byte order; an attribute that repeats is a list. The value of a
 * constant never changes, and new ones are appended: a listener ignores
 * messages and attributes that it does not know, and takes an attribute that it
 * does not find as unknown.
 */
#ifndef _XT_TRIGGER_EVENT_H
#define _XT_TRIGGER_EVENT_H

#define XT_TRIGGER_GENL_NAME	"xt_trigger"
#define XT_TRIGGER_GENL_VERSION	1
#define XT_TRIGGER_GENL_GROUP	"events"

/* What has happened: genlmsghdr.cmd. */
enum xt_trigger_event {
	XT_TRIGGER_EVENT_UNSPEC,
	/* It was opened by a packet, or restored. */
	XT_TRIGGER_EVENT_OPENED,
	/* It is no longer there; XT_TRIGGER_A_REASON tells why. */
	XT_TRIGGER_EVENT_CLOSED,
	/* Its rule went away, and it lets nobody in until the rule is back. */
	XT_TRIGGER_EVENT_PARKED,
	/* Its rule is back, and it is open again. */
	XT_TRIGGER_EVENT_UNPARKED,

	__XT_TRIGGER_EVENT_MAX,
};

#define XT_TRIGGER_EVENT_MAX	(__XT_TRIGGER_EVENT_MAX - 1)

/* Why it closed: the counter of the proc file that has counted it. */
enum xt_trigger_reason {
	XT_TRIGGER_REASON_UNSPEC,
	/* its timeout or its lifetime was over */
	XT_TRIGGER_REASON_EXPIRED,
	/* none of its connections was alive any more (--trigger-session) */
	XT_TRIGGER_REASON_ENDED,
	/* it was closed by hand, or its rule stayed away */
	XT_TRIGGER_REASON_CLOSED,
	/* it made room for another one at a limit */
	XT_TRIGGER_REASON_EVICTED,

	__XT_TRIGGER_REASON_MAX,
};

#define XT_TRIGGER_REASON_MAX	(__XT_TRIGGER_REASON_MAX - 1)

/* The field `state` of the proc file. */
enum xt_trigger_state {
	XT_TRIGGER_STATE_UNSPEC,
	/* open for the owner */
	XT_TRIGGER_STATE_OPEN,
	/* another owner holds all of its ports */
	XT_TRIGGER_STATE_WAITING,
	/* its rule is away */
	XT_TRIGGER_STATE_PARKED,

	__XT_TRIGGER_STATE_MAX,
};

#define XT_TRIGGER_STATE_MAX	(__XT_TRIGGER_STATE_MAX - 1)

/*
 * The attributes of a message. XT_TRIGGER_A_MAX is the highest that this
 * header knows. Behind the type stands the field of the proc file, if it has
 * one. In a message of the first form all are there but REASON (closed only),
 * COUNT, and what is marked "or absent".
 */
enum xt_trigger_attr {
	XT_TRIGGER_A_UNSPEC,
	/*
	 * u32: one more than in the message before it in this namespace,
	 * modulo 2^32. A gap is a loss. In every message.
	 */
	XT_TRIGGER_A_SEQ,
	/* u8: enum xt_trigger_reason; in every message that says closed */
	XT_TRIGGER_A_REASON,
	/* u32: how many active triggers the message is about; second form */
	XT_TRIGGER_A_COUNT,
	/* u32 `rule`: the CRC-32 of its rule's family and options; both forms */
	XT_TRIGGER_A_RULE,
	/* u64 `id`: unique in the namespace while the module is loaded */
	XT_TRIGGER_A_ID,
	/* string `name`: NUL-terminated, at most 31 characters */
	XT_TRIGGER_A_NAME,
	/* u8 `family`: AF_INET (2) or AF_INET6 (10) */
	XT_TRIGGER_A_FAMILY,
	/* binary `owner`: address */
	XT_TRIGGER_A_OWNER,
	/* nest `open`: enum xt_trigger_range_attr; repeats, at most 30 times */
	XT_TRIGGER_A_OPEN,
	/* u8 `trigger`: the protocol of the packet that opened it, IPPROTO_* */
	XT_TRIGGER_A_PROTO,
	/*
	 * u16 `trigger`: its destination port; or absent, where the protocol
	 * has no ports
	 */
	XT_TRIGGER_A_PORT,
	/*
	 * binary `peer`: address; repeats, at most 16 times; or absent, where
	 * any peer is let in
	 */
	XT_TRIGGER_A_PEER,
	/* u32 `timeout`: seconds; 0: none */
	XT_TRIGGER_A_TIMEOUT,
	/* u32 `expires`: seconds left of the timeout; 0: none */
	XT_TRIGGER_A_EXPIRES,
	/* u32 `lifetime`: seconds; 0: none */
	XT_TRIGGER_A_LIFETIME,
	/* u32 `age`: seconds since it was opened */
	XT_TRIGGER_A_AGE,
	/* u8 `session`: live connections that are followed */
	XT_TRIGGER_A_SESSION,
	/* u32 `hits`: new inbound connections that were let in */
	XT_TRIGGER_A_HITS,
	/*
	 * u8 `state`: enum xt_trigger_state; in closed, the one before it. It
	 * says WAITING behind another owner of the same rule; who holds the
	 * ports by another rule, the proc file tells.
	 */
	XT_TRIGGER_A_STATE,
	/* u8 `answered`: 1: a peer has answered; 0: none has */
	XT_TRIGGER_A_ANSWERED,
	/*
	 * nest `ct`: enum xt_trigger_ct_attr; repeats, at most 8 times; or
	 * absent, where no connection is followed
	 */
	XT_TRIGGER_A_CT,
	/* pad: has no meaning; may stand in front of a u64 */
	XT_TRIGGER_A_PAD,

	__XT_TRIGGER_A_MAX,
};

#define XT_TRIGGER_A_MAX	(__XT_TRIGGER_A_MAX - 1)

/* In XT_TRIGGER_A_OPEN: a range of related ports, 1 <= FIRST <= LAST. */
enum xt_trigger_range_attr {
	XT_TRIGGER_RANGE_A_UNSPEC,
	/* u8: IPPROTO_* */
	XT_TRIGGER_RANGE_A_PROTO,
	/* u16: the first port */
	XT_TRIGGER_RANGE_A_FIRST,
	/* u16: the last port */
	XT_TRIGGER_RANGE_A_LAST,

	__XT_TRIGGER_RANGE_A_MAX,
};

#define XT_TRIGGER_RANGE_A_MAX	(__XT_TRIGGER_RANGE_A_MAX - 1)

/* In XT_TRIGGER_A_CT: a connection as its owner sees it, before any NAT. */
enum xt_trigger_ct_attr {
	XT_TRIGGER_CT_A_UNSPEC,
	/* u8: IPPROTO_* */
	XT_TRIGGER_CT_A_PROTO,
	/* binary: address; where it comes from */
	XT_TRIGGER_CT_A_SRC,
	/* u16: source port; or absent, where the protocol has no ports */
	XT_TRIGGER_CT_A_SPORT,
	/* binary: address; where it goes to */
	XT_TRIGGER_CT_A_DST,
	/* u16: destination port; or absent, where the protocol has no ports */
	XT_TRIGGER_CT_A_DPORT,

	__XT_TRIGGER_CT_A_MAX,
};

#define XT_TRIGGER_CT_A_MAX	(__XT_TRIGGER_CT_A_MAX - 1)

#endif /* _XT_TRIGGER_EVENT_H */
