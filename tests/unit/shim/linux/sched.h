/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_SCHED_H
#define _SHIM_SCHED_H

#include "linux/kernel.h"

static inline void cond_resched(void)
{
	shim_might_sleep();
	shim_yield();
}

/* Always, so that what it leads to happens. */
static inline bool need_resched(void)
{
	return true;
}

#endif /* _SHIM_SCHED_H */
