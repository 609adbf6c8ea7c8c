/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_REFCOUNT_H
#define _SHIM_REFCOUNT_H

#include "linux/types.h"

typedef struct {
	unsigned int refs;
} refcount_t;

static inline void refcount_set(refcount_t *r, unsigned int n)
{
	r->refs = n;
}

static inline unsigned int refcount_read(const refcount_t *r)
{
	return r->refs;
}

static inline bool refcount_inc_not_zero(refcount_t *r)
{
	if (!r->refs)
		return false;
	r->refs++;
	return true;
}

static inline void refcount_inc(refcount_t *r)
{
	shim_assert(r->refs, "a reference to what is gone");
	r->refs++;
}

static inline bool refcount_dec_and_test(refcount_t *r)
{
	shim_assert(r->refs, "a reference is given back twice");
	return !--r->refs;
}

#endif /* _SHIM_REFCOUNT_H */
