/* SPDX-License-Identifier: GPL-2.0 */
/* Two CPUs; a per-CPU pointer is that of the first. */
#ifndef _SHIM_PERCPU_H
#define _SHIM_PERCPU_H

#include "linux/slab.h"

#define SHIM_CPUS	2
#define SHIM_CPU_BYTES	1024

#define alloc_percpu_gfp(type, gfp) ({					\
	BUILD_BUG_ON(sizeof(type) > SHIM_CPU_BYTES);			\
	(type *)kzalloc(SHIM_CPUS * SHIM_CPU_BYTES, gfp);		\
})
#define alloc_percpu(type)	alloc_percpu_gfp(type, GFP_KERNEL)
#define free_percpu(p)		kfree(p)

#define per_cpu_ptr(p, cpu) \
	((__typeof__(p))((char *)(p) + (cpu) * SHIM_CPU_BYTES))
#define this_cpu_ptr(p)		per_cpu_ptr(p, shim_cpu)
#define raw_cpu_ptr(p)		this_cpu_ptr(p)
#define this_cpu_inc(x)		((void)++*this_cpu_ptr(&(x)))
#define this_cpu_add(x, n)	((void)(*this_cpu_ptr(&(x)) += (n)))

#define for_each_possible_cpu(cpu)	for (cpu = 0; cpu < SHIM_CPUS; cpu++)

#endif /* _SHIM_PERCPU_H */
