/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_SPINLOCK_H
#define _SHIM_SPINLOCK_H

#include "linux/types.h"

typedef struct {
	bool held;
} spinlock_t;

static inline void spin_lock_init(spinlock_t *lock)
{
	lock->held = false;
}

static inline void spin_lock_bh(spinlock_t *lock)
{
	shim_yield();
	shim_assert(!lock->held, "the lock is taken twice");
	lock->held = true;
	shim_locks++;
	shim_lockings++;
	shim_steps = 0;
}

/* As if another CPU held a lock that is not free. */
static inline bool spin_trylock_bh(spinlock_t *lock)
{
	shim_yield();
	if (lock->held)
		return false;
	spin_lock_bh(lock);
	return true;
}

static inline void spin_unlock_bh(spinlock_t *lock)
{
	shim_assert(lock->held, "a lock is let go that is not held");
	lock->held = false;
	shim_locks--;
	if (shim_steps > shim_steps_most)
		shim_steps_most = shim_steps;
	shim_yield();
}

#define lockdep_assert_held(lock) \
	shim_assert((lock)->held, "the lock is not held")
#define lockdep_is_held(lock)	((lock)->held)

#endif /* _SHIM_SPINLOCK_H */
