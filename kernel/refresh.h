/* SPDX-License-Identifier: GPL-2.0 */
/* What a packet changes in an active trigger that is there. */
#ifndef _TRIGGER_REFRESH_H
#define _TRIGGER_REFRESH_H

#include "trigger.h"

struct nf_conn;

bool trigger_refresh_needs_lock(const struct trigger *t,
				const struct nf_conn *ct, u64 now);
void trigger_refresh_first(struct trigger *t, struct nf_conn *ct, u64 now);
struct trigger_session trigger_refresh_locked(struct trigger *t,
					      struct nf_conn *ct, u64 now);
void trigger_refresh(struct trigger *t, const struct nf_conn *ct, u32 now);
void trigger_refresh_in(struct trigger *t, struct nf_conn *ct);

/* Whether a refresh of @t at @now would write nothing. Under RCU. */
static inline bool trigger_refresh_is_idle(const struct trigger *t, u32 now)
{
	return READ_ONCE(t->stamp_only) &&
	       now - READ_ONCE(t->refreshed) < TRIGGER_SECOND;
}

#endif /* _TRIGGER_REFRESH_H */
