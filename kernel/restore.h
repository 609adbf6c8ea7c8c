/* SPDX-License-Identifier: GPL-2.0 */
/* How a saved active trigger opens again. */
#ifndef _TRIGGER_RESTORE_H
#define _TRIGGER_RESTORE_H

#include "trigger.h"

struct net;
struct nf_conntrack_tuple;

/* Seconds that a restored session trigger waits for a connection to follow. */
#define TRIGGER_RESTORE_ADOPT_SECS	60

/*
 * An active trigger as it was saved; spans in ticks.
 * @peer:     the newest first
 * @ct:       of the connections that were followed, in @net
 * @answered: a peer has answered it
 * @idle:     since the last refresh
 * @age:      since it opened
 */
struct trigger_restore {
	union nf_inet_addr	owner;
	const union nf_inet_addr *peer;
	const struct nf_conntrack_tuple *ct;
	struct net		*net;
	u8			n_peers;
	u8			n_cts;
	bool			answered;
	u8			proto;
	u16			port;
	u32			hits;
	u32			idle;
	u64			age;
};

int trigger_restore(struct trigger_set *set, const struct trigger_restore *saved);

#endif /* _TRIGGER_RESTORE_H */
