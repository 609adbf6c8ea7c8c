/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The connections that an active trigger follows.
 *
 * A session holds a reference to the conntrack entry of its connection: entries
 * are recycled without a grace period, so nothing less tells one connection
 * from the next. The reference keeps memory, not the connection: conntrack's
 * own timeouts, `conntrack -D` and `-F` work as ever, and the collector puts
 * the reference within a second. A namespace's end waits for conntrack entries;
 * the table's exit runs before conntrack's (it was registered later) and puts
 * all of them.
 *
 * An entry that is not confirmed yet is its packet's alone: NFQUEUE drops, and
 * bridges warn of, those that have another reference (see
 * nf_ct_drop_unconfirmed() of nfnetlink_queue). Until then a session is
 * pending: it holds the tuple that conntrack will find the entry by. The next
 * packet, or the collector, exchanges it for the entry. A connection that is
 * deleted before that counts as new for two seconds.
 *
 * Sessions are written under the table's lock, and read without it.
 */
#ifndef _TRIGGER_SESSION_H
#define _TRIGGER_SESSION_H

#include <linux/compiler.h>
#include <linux/types.h>

struct net;
struct nf_conn;
struct nf_conntrack_tuple;

/*
 * @ref: 0: no connection. Else the address of a struct nf_conn that has a
 *       reference, or, with TRIGGER_SESSION_PENDING, of a pending tuple, which
 *       session.c defines.
 */
struct trigger_session {
	unsigned long	ref;
};

#define TRIGGER_SESSION_PENDING	1UL

enum trigger_session_state {
	TRIGGER_SESSION_NONE,	/* no connection */
	TRIGGER_SESSION_NEW,	/* its first packet is still on its way */
	TRIGGER_SESSION_ALIVE,
	TRIGGER_SESSION_ENDED,	/* closed, timed out, or deleted */
};

/* Of a connection. */
enum trigger_session_state trigger_session_ct_state(const struct nf_conn *ct);
bool trigger_session_ct_answered(const struct nf_conn *ct);

/* Of a session. */
enum trigger_session_state
trigger_session_state(const struct trigger_session *session);
bool trigger_session_answered(const struct trigger_session *session);
bool trigger_session_match_pending(const struct trigger_session *session,
				   const struct nf_conn *ct);
bool trigger_session_tuple(const struct trigger_session *session,
			   struct nf_conntrack_tuple *tuple);
struct trigger_session trigger_session_get(struct nf_conn *ct);
struct trigger_session
trigger_session_find_get(struct net *net,
			 const struct nf_conntrack_tuple *tuple);
struct trigger_session trigger_session_set(struct trigger_session *session,
					   struct trigger_session to);
struct trigger_session trigger_session_clear(struct trigger_session *session);
void trigger_session_put(struct trigger_session session);
void trigger_session_confirm(struct trigger_session *session);

/* Whether @session has no connection. Any context. */
static inline bool trigger_session_empty(const struct trigger_session *session)
{
	return !READ_ONCE(session->ref);
}

/* Whether the entry of @session was not confirmed when it was set. Any context. */
static inline bool
trigger_session_is_pending(const struct trigger_session *session)
{
	return READ_ONCE(session->ref) & TRIGGER_SESSION_PENDING;
}

/* Whether @session is of @ct. Under RCU or the table's lock. */
static inline bool trigger_session_match(const struct trigger_session *session,
					 const struct nf_conn *ct)
{
	return READ_ONCE(session->ref) == (unsigned long)ct ||
	       (trigger_session_is_pending(session) &&
		trigger_session_match_pending(session, ct));
}

#endif /* _TRIGGER_SESSION_H */
