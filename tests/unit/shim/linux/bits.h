/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_BITS_H
#define _SHIM_BITS_H

#include "linux/types.h"

#define BIT(n)		(1UL << (n))
#define BIT_ULL(n)	(1ULL << (n))

/* Of unsigned longs, as conntrack's status is. */
#define test_bit(n, word)	((READ_ONCE(*(word)) >> (n)) & 1)

#endif /* _SHIM_BITS_H */
