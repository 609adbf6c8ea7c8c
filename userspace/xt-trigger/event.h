/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's events, from their messages: see xt_trigger_event.h. */
#ifndef _EVENT_H
#define _EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/netlink.h>

#include <xt_trigger_event.h>

#include "line.h"
#include "text.h"

/*
 * Zeroed memory may be given to event_parse(), and what it has filled, again.
 * @reason:  XT_TRIGGER_REASON_UNSPEC: it does not tell
 * @has_seq: @seq is there
 * @count:   how many the message is about; 0: one, which is in @line
 * @rule:    "": it does not tell
 * @text:    the line of the proc file, which @line points into
 */
struct event {
	enum xt_trigger_event	what;
	enum xt_trigger_reason	reason;
	bool			has_seq;
	uint32_t		seq;
	uint32_t		count;
	char			rule[9];
	struct line		line;
	struct text		text;
};

/*
 * Parse a message of the family, whose length was checked. Return whether it is
 * an event that we know, and whole.
 */
bool event_parse(struct event *event, const struct nlmsghdr *message);

void event_free(struct event *event);

/* "opened", "closed", "parked", "unparked" */
const char *event_name(enum xt_trigger_event what);

/* "expired", "ended", "closed", "evicted"; NULL: none of them */
const char *event_reason(enum xt_trigger_reason reason);

#endif /* _EVENT_H */
