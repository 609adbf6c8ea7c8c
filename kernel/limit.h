/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The limits of a rule, a host, a /64 and a namespace. What is full makes room as
 * conntrack does: one whose peer has never answered makes way.
 */
#ifndef _TRIGGER_LIMIT_H
#define _TRIGGER_LIMIT_H

#include "trigger.h"

/*
 * The most entries that one packet looks at in one scope, and the most that it closes
 * because they are over.
 */
#define TRIGGER_LIMIT_SCAN_MAX	32

/*
 * Room for one more active trigger, as long as nothing closes.
 * @owner:	whose it is to be
 * @host:	the owner's; NULL: it has no active trigger yet
 * @victim:	who makes way, at most one for each limit
 */
struct trigger_room {
	const union nf_inet_addr	*owner;
	struct trigger_host		*host;
	struct trigger			*victim[TRIGGER_SCOPES];
	unsigned int			n_victims;
};

unsigned int trigger_limit_table(void);
int trigger_limit_make_room(struct trigger_set *set,
			    const union nf_inet_addr *owner, u64 now, bool evict,
			    struct trigger_room *room);
void trigger_limit_evict(const struct trigger_room *room);

#endif /* _TRIGGER_LIMIT_H */
