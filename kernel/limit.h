/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The limits of a rule, a host and a namespace. What is full makes room as
 * conntrack does: one whose peer has never answered makes way.
 */
#ifndef _TRIGGER_LIMIT_H
#define _TRIGGER_LIMIT_H

#include "trigger.h"

/* The most entries that one packet looks at, or closes, in one scope. */
#define TRIGGER_LIMIT_SCAN_MAX	32

unsigned int trigger_limit_table(void);
int trigger_limit_make_room(struct trigger_set *set,
			    const union nf_inet_addr *owner, u64 now,
			    bool evict);

#endif /* _TRIGGER_LIMIT_H */
