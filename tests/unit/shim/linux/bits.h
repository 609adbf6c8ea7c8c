/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_BITS_H
#define _SHIM_BITS_H

#include "linux/types.h"

#define BIT(n)		(1UL << (n))
#define BIT_ULL(n)	(1ULL << (n))

#define BITS_PER_LONG	(8 * (int)sizeof(long))
#define BIT_WORD(n)	((n) / BITS_PER_LONG)
#define BITS_TO_LONGS(n)	(((n) + BITS_PER_LONG - 1) / BITS_PER_LONG)

/* Of unsigned longs, as conntrack's status is. */
#define test_bit(n, words) \
	((READ_ONCE((words)[BIT_WORD(n)]) >> (n) % BITS_PER_LONG) & 1)

#endif /* _SHIM_BITS_H */
