/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_SLAB_H
#define _SHIM_SLAB_H

#include "linux/kernel.h"

#define GFP_ATOMIC		0
#define GFP_KERNEL		1	/* may sleep */
#define GFP_KERNEL_ACCOUNT	1
#define GFP_NOWAIT		0
#define __GFP_NOWARN		0
#define __GFP_ACCOUNT		0
#define __GFP_ZERO		0

void *kzalloc(size_t size, gfp_t flags);
void *kcalloc(size_t n, size_t size, gfp_t flags);
void kfree(const void *p);

#define kmalloc(size, flags)		kzalloc(size, flags)
#define kvzalloc(size, flags)		kzalloc(size, flags)
#define kvcalloc(n, size, flags)	kcalloc(n, size, flags)
#define kvmalloc_array(n, size, flags)	kcalloc(n, size, flags)
#define kvfree(p)			kfree(p)

#endif /* _SHIM_SLAB_H */
