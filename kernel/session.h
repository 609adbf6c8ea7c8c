/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The conntrack entries that an active trigger follows.
 *
 * An active trigger holds a reference to each: conntrack entries are recycled
 * without a grace period, so nothing less tells one connection from the next.
 * A reference keeps memory, not the connection: conntrack's own timeouts,
 * `conntrack -D` and `-F` work as ever, and the collector lets go within a
 * second. A namespace's end waits for conntrack entries; the table's exit runs
 * before conntrack's (it was registered later) and lets go of all of them.
 *
 * Slots are written under the table's lock, and read without it.
 */
#ifndef _TRIGGER_SESSION_H
#define _TRIGGER_SESSION_H

#include <linux/types.h>

struct nf_conn;

/* What became of a connection. */
enum trigger_session_state {
	TRIGGER_SESSION_NONE,	/* the slot is empty */
	TRIGGER_SESSION_NEW,	/* its first packet is still on its way */
	TRIGGER_SESSION_ALIVE,
	TRIGGER_SESSION_ENDED,	/* closed, timed out, or deleted */
};

enum trigger_session_state trigger_session_state(const struct nf_conn *ct);
enum trigger_session_state trigger_session_peek(struct nf_conn * const *slot);
bool trigger_session_replied(struct nf_conn * const *slot);
void trigger_session_set(struct nf_conn **slot, struct nf_conn *ct);

#endif /* _TRIGGER_SESSION_H */
