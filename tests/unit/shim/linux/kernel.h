/* SPDX-License-Identifier: GPL-2.0 */
/* What nearly every file of the kernel has, and most other headers give. */
#ifndef _SHIM_KERNEL_H
#define _SHIM_KERNEL_H

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "linux/bits.h"
#include "linux/types.h"

#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))
#define DIV_ROUND_UP(n, d)	(((n) + (d) - 1) / (d))
#define ALIGN(x, a)		(((x) + (a) - 1) & ~((__typeof__(x))(a) - 1))
#define round_up(x, a)		ALIGN(x, a)
#define sizeof_field(type, field)	sizeof(((type *)0)->field)
#define offsetofend(type, field) \
	(offsetof(type, field) + sizeof_field(type, field))
#define container_of(p, type, field) \
	((type *)((char *)(p) - offsetof(type, field)))
#define struct_size(p, field, n) \
	(sizeof(*(p)) + (n) * sizeof((p)->field[0]))

#define BUILD_BUG_ON(condition)	_Static_assert(!(condition), #condition)
#define static_assert(condition, ...)	_Static_assert(condition, #condition)
#define WARN_ON(condition) ({						\
	shim_assert(!(condition), "WARN_ON " #condition);		\
	0;								\
})
#define WARN_ON_ONCE(condition)	WARN_ON(condition)

#define min_t(type, a, b) ({						\
	type shim_a = (a);						\
	type shim_b = (b);						\
	shim_a < shim_b ? shim_a : shim_b;				\
})
#define max_t(type, a, b) ({						\
	type shim_a = (a);						\
	type shim_b = (b);						\
	shim_a > shim_b ? shim_a : shim_b;				\
})
#define min(a, b)		min_t(__typeof__((a) + (b)), a, b)
#define max(a, b)		max_t(__typeof__((a) + (b)), a, b)
#define clamp_t(type, x, low, high)	min_t(type, max_t(type, x, low), high)
#define swap(a, b) do {							\
	__typeof__(a) shim_a = (a);					\
	(a) = (b);							\
	(b) = shim_a;							\
} while (0)

#define ERR_PTR(err)		((void *)(long)(err))
#define PTR_ERR(p)		((long)(p))
#define IS_ERR(p)		((unsigned long)(p) >= (unsigned long)-4095L)
#define IS_ERR_OR_NULL(p)	(!(p) || IS_ERR(p))
#define PTR_ERR_OR_ZERO(p)	(IS_ERR(p) ? (int)PTR_ERR(p) : 0)

int vscnprintf(char *to, size_t size, const char *format, va_list args);
int scnprintf(char *to, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif /* _SHIM_KERNEL_H */
