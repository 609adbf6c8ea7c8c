/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_MODULE_H
#define _SHIM_MODULE_H

#include "linux/kernel.h"
#include "linux/printk.h"

struct shim_nothing;

/* A parameter is written through shim_param_NAME. */
#define module_param(name, type, mode) \
	unsigned int *const shim_param_##name = &name
#define MODULE_PARM_DESC(name, text)	struct shim_nothing
#define MODULE_LICENSE(text)		struct shim_nothing
#define MODULE_DESCRIPTION(text)	struct shim_nothing
#define MODULE_ALIAS(text)		struct shim_nothing

#endif /* _SHIM_MODULE_H */
