/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Events: what opens, closes, is parked and comes back, told to whoever listens.
 * xt_trigger_event.h is what they see.
 *
 * A message is built and sent under the table's lock: so the numbers are in
 * order, and so are opening and closing. While nobody listens, there is none.
 * One that finds no memory is lost, and its number with it. netlink never waits
 * for a listener: where its buffer is full, it loses the message, and knows it.
 */
#ifndef _TRIGGER_EVENT_H
#define _TRIGGER_EVENT_H

#include "trigger.h"

int trigger_event_register(void);
void trigger_event_unregister(void);

/* One active trigger. Lock and RCU held. */
void trigger_event_opened(const struct trigger *t);
void trigger_event_closed(const struct trigger *t, enum trigger_stat why);

/*
 * Several together, which may be none: those of @set, or of any (NULL). Lock
 * held.
 */
void trigger_event_closed_all(struct trigger_table *table,
			      const struct trigger_set *set, u32 count);
void trigger_event_parked(const struct trigger_set *set, u32 count);
void trigger_event_unparked(const struct trigger_set *set, u32 count);

#endif /* _TRIGGER_EVENT_H */
