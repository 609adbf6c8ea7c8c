/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_RCUPDATE_H
#define _SHIM_RCUPDATE_H

#include "linux/types.h"

static inline void rcu_read_lock(void)
{
	shim_rcu_depth++;
	shim_readers++;
}

static inline void rcu_read_unlock(void)
{
	shim_assert(shim_rcu_depth, "a read section ends that has not begun");
	shim_rcu_depth--;
	shim_readers--;
}

#define rcu_dereference(p) ({						\
	shim_assert(shim_rcu_depth, "rcu_dereference() without RCU");	\
	shim_yield();							\
	READ_ONCE(p);							\
})
#define rcu_dereference_raw(p)			READ_ONCE(p)
#define rcu_dereference_protected(p, condition) ({			\
	shim_assert(condition, "what protects a pointer is not held");	\
	(p);								\
})
#define rcu_access_pointer(p)			READ_ONCE(p)
#define rcu_assign_pointer(p, value)		WRITE_ONCE(p, value)
#define RCU_INIT_POINTER(p, value)		WRITE_ONCE(p, value)

void call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head));

#define kfree_rcu(p, field) \
	call_rcu(&(p)->field, (void (*)(struct rcu_head *)) \
			      ((char *)&(p)->field - (char *)(p)))

static inline void synchronize_rcu(void)
{
	shim_might_sleep();
	shim_grace_period();
}

#define rcu_barrier()	synchronize_rcu()

/* A grace period that is to end, and the wait for its end. */
static inline unsigned long get_state_synchronize_rcu(void)
{
	return shim_grace_periods;
}

static inline void cond_synchronize_rcu(unsigned long state)
{
	shim_might_sleep();
	if (shim_grace_periods == state)
		synchronize_rcu();
}

#endif /* _SHIM_RCUPDATE_H */
