// SPDX-License-Identifier: GPL-2.0
/* What an active trigger is. See trigger.h. */
#include "trigger.h"

/* Whether a connection keeps @t open at @now. Under RCU or the lock. */
bool trigger_has_session(const struct trigger *t, u32 now)
{
	bool grace = (s32)(READ_ONCE(t->grace) - now) > 0;
	unsigned int i;

	/* Pairs with the release in follow() of refresh.c: then a session is set. */
	if (smp_load_acquire(&t->next_session) == TRIGGER_ADOPTING)
		return grace;
	for (i = 0; i < t->set->sessions; i++) {
		switch (trigger_session_state(&t->session[i])) {
		case TRIGGER_SESSION_ALIVE:
			return true;
		case TRIGGER_SESSION_NEW:
			if (grace)
				return true;
			break;
		default:
			break;
		}
	}
	return false;
}

/* Return how many live connections @t follows. Under RCU or the lock. */
unsigned int trigger_sessions(const struct trigger *t)
{
	unsigned int i, n = 0;

	if (!t->set->session)
		return 0;
	for (i = 0; i < t->set->sessions; i++) {
		switch (trigger_session_state(&t->session[i])) {
		case TRIGGER_SESSION_ALIVE:
		case TRIGGER_SESSION_NEW:
			n++;
			break;
		default:
			break;
		}
	}
	return n;
}

/*
 * Return the seconds until the timeout of @t is over, rounded up; 0: it has none.
 * Any context.
 */
u32 trigger_expires_secs(const struct trigger *t, u64 now)
{
	u32 idle = trigger_clock_elapsed(now, READ_ONCE(t->refreshed));
	u32 timeout = t->set->timeout;
	u32 left = timeout > idle ? timeout - idle : 0;

	if (!timeout)
		return 0;
	return clamp_t(u64, trigger_clock_secs(left + TRIGGER_SECOND - 1), 1,
		       trigger_clock_secs(timeout));
}

/*
 * Note that a peer of @t has answered: @t is not evicted any more. A connection that
 * was followed for this alone is put by the collector. Lock held.
 */
void trigger_set_answered(struct trigger *t)
{
	enum trigger_scope scope;

	WRITE_ONCE(t->answered, true);
	WRITE_ONCE(t->stamp_only, t->set->plain);
	/* Where there is no pool it is in no list. */
	for (scope = 0; scope < TRIGGER_SCOPES; scope++)
		list_del_init(&t->in[scope].unanswered);
}

/* Whether a peer of @t has answered by now, and note it if so. Lock held. */
bool trigger_check_answered(struct trigger *t)
{
	unsigned int i;

	for (i = 0; i < t->set->sessions && !t->answered; i++) {
		if (trigger_session_answered(&t->session[i]))
			trigger_set_answered(t);
	}
	return t->answered;
}

/* Put a reference to @t. Any context. */
void trigger_put(struct trigger *t)
{
	if (refcount_dec_and_test(&t->refs))
		kfree_rcu(t, in[TRIGGER_IN_TABLE].rcu);
}
