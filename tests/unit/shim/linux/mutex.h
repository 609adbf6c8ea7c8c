/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_MUTEX_H
#define _SHIM_MUTEX_H

#include "linux/spinlock.h"

struct mutex {
	bool held;
};

static inline void mutex_init(struct mutex *mutex)
{
	mutex->held = false;
}

static inline void mutex_lock(struct mutex *mutex)
{
	shim_might_sleep();
	shim_yield();
	shim_assert(!mutex->held, "the mutex is taken twice");
	mutex->held = true;
	shim_mutexes++;
}

static inline void mutex_unlock(struct mutex *mutex)
{
	shim_assert(mutex->held, "a mutex is let go that is not held");
	mutex->held = false;
	shim_mutexes--;
}

#endif /* _SHIM_MUTEX_H */
