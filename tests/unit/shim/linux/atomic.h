/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_ATOMIC_H
#define _SHIM_ATOMIC_H

#include "linux/types.h"

typedef struct {
	int counter;
} atomic_t;

#define ATOMIC_INIT(n)	{ (n) }

static inline int atomic_read(const atomic_t *v)
{
	return v->counter;
}

static inline void atomic_set(atomic_t *v, int n)
{
	v->counter = n;
}

static inline void atomic_inc(atomic_t *v)
{
	v->counter = (int)((unsigned int)v->counter + 1);
}

static inline void atomic_dec(atomic_t *v)
{
	v->counter = (int)((unsigned int)v->counter - 1);
}

typedef struct {
	s64 counter;
} atomic64_t;

static inline s64 atomic64_read(const atomic64_t *v)
{
	return v->counter;
}

static inline void atomic64_inc(atomic64_t *v)
{
	v->counter = (s64)((u64)v->counter + 1);
}

#endif /* _SHIM_ATOMIC_H */
