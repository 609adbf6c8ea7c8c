/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_COMPILER_H
#define _SHIM_COMPILER_H

#include "shim.h"

#define __rcu
#define __user
#define __percpu
#define __force
#define __iomem
#define __init
#define __exit
#define __net_init
#define __net_exit
#define __read_mostly
#define __must_check
#define __maybe_unused	__attribute__((unused))
#define __packed	__attribute__((packed))
#define __aligned(n)	__attribute__((aligned(n)))
#define ____cacheline_aligned
#define ____cacheline_aligned_in_smp
#undef __always_inline
#define __always_inline	inline __attribute__((always_inline))
#define noinline	__attribute__((noinline))
#define fallthrough	__attribute__((fallthrough))
#define __acquires(x)
#define __releases(x)
#define likely(x)	__builtin_expect(!!(x), 1)
#define unlikely(x)	__builtin_expect(!!(x), 0)
#define prefetch(x)	((void)(x))

#define L1_CACHE_BYTES	64
#define SMP_CACHE_BYTES	64

#define READ_ONCE(x)		(*(const volatile __typeof__(x) *)&(x))
/* Another CPU may see what is there from now on. */
#define WRITE_ONCE(x, value) do {					\
	*(volatile __typeof__(x) *)&(x) = (value);			\
	shim_yield();							\
} while (0)
#define data_race(x)		(x)
#define barrier()		__asm__ volatile("" ::: "memory")

#define smp_rmb()		shim_yield()
#define smp_wmb()		barrier()
#define smp_mb()		barrier()
#define smp_load_acquire(p)	READ_ONCE(*(p))
#define smp_store_release(p, value)	WRITE_ONCE(*(p), value)

#define cmpxchg(p, was, now) ({						\
	__typeof__(*(p)) shim_old = READ_ONCE(*(p));			\
	if (shim_old == (was))						\
		WRITE_ONCE(*(p), now);					\
	shim_old;							\
})
#define try_cmpxchg(p, was, now) ({					\
	__typeof__(*(p)) shim_seen = cmpxchg(p, *(was), now);		\
	bool shim_done = shim_seen == *(was);				\
	*(was) = shim_seen;						\
	shim_done;							\
})
#define xchg(p, now) ({							\
	__typeof__(*(p)) shim_old = READ_ONCE(*(p));			\
	WRITE_ONCE(*(p), now);						\
	shim_old;							\
})

#define __printf(string, first)	__attribute__((format(printf, string, first)))

#endif /* _SHIM_COMPILER_H */
