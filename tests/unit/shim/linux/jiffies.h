/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_JIFFIES_H
#define _SHIM_JIFFIES_H

#include "linux/kernel.h"
#include "linux/param.h"
#include "linux/types.h"

#define jiffies	((unsigned long)shim_jiffies)

static inline u64 get_jiffies_64(void)
{
	return shim_jiffies;
}

#endif /* _SHIM_JIFFIES_H */
