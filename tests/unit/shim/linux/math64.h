/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_MATH64_H
#define _SHIM_MATH64_H

#include "linux/types.h"

static inline u64 div_u64(u64 n, u32 divisor)
{
	return n / divisor;
}

#endif /* _SHIM_MATH64_H */
