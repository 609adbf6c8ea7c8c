/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_LOG2_H
#define _SHIM_LOG2_H

/* Of a positive number; a constant of a constant. */
#define ilog2(n)	(63 - __builtin_clzll(n))

#endif /* _SHIM_LOG2_H */
