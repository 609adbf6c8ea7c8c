/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The connections that an active trigger follows.
 *
 * It holds a reference to the conntrack entry of each: entries are recycled
 * without a grace period, so nothing less tells one connection from the next.
 * A reference keeps memory, not the connection: conntrack's own timeouts,
 * `conntrack -D` and `-F` work as ever, and the collector lets go within a
 * second. A namespace's end waits for conntrack entries; the table's exit runs
 * before conntrack's (it was registered later) and lets go of all of them.
 *
 * But an entry that is not confirmed yet is its packet's alone: NFQUEUE drops,
 * and bridges warn of, those that have another reference (see
 * nf_ct_drop_unconfirmed() of nfnetlink_queue). What is followed until then is
 * what conntrack will find it by; its next packet, or the collector, exchanges
 * it for the entry. One that is deleted before that counts as new for two
 * seconds.
 *
 * Slots are written under the table's lock, and read without it.
 */
#ifndef _TRIGGER_SESSION_H
#define _TRIGGER_SESSION_H

#include <linux/compiler.h>
#include <linux/types.h>

struct nf_conn;

/*
 * What a slot points to: a struct nf_conn, with a reference, or, with this bit
 * set, what session.c will find it by.
 */
#define TRIGGER_PENDING		1UL

struct trigger_session;

/* What became of a connection. */
enum trigger_session_state {
	TRIGGER_SESSION_NONE,	/* the slot is empty */
	TRIGGER_SESSION_NEW,	/* its first packet is still on its way */
	TRIGGER_SESSION_ALIVE,
	TRIGGER_SESSION_ENDED,	/* closed, timed out, or deleted */
};

enum trigger_session_state trigger_session_state(const struct nf_conn *ct);
bool trigger_ct_answered(const struct nf_conn *ct);

struct trigger_session *trigger_session_new(struct nf_conn *ct);
void trigger_session_set(struct trigger_session **slot,
			 struct trigger_session *session);
enum trigger_session_state
trigger_session_peek(struct trigger_session * const *slot);
bool trigger_session_answered(struct trigger_session * const *slot);
bool trigger_pending_is_of(const struct trigger_session *session,
			   const struct nf_conn *ct);
void trigger_session_settle(struct trigger_session **slot);

/* Whether @session is of a connection that was not confirmed when it came. */
static inline bool trigger_is_pending(const struct trigger_session *session)
{
	return (unsigned long)session & TRIGGER_PENDING;
}

/* Whether @slot has @ct, or what it will be found by. Under RCU or the lock. */
static inline bool trigger_session_is_of(struct trigger_session * const *slot,
					 const struct nf_conn *ct)
{
	const struct trigger_session *session = READ_ONCE(*slot);

	return session == (const void *)ct ||
	       (trigger_is_pending(session) &&
		trigger_pending_is_of(session, ct));
}

#endif /* _TRIGGER_SESSION_H */
