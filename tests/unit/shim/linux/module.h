/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_MODULE_H
#define _SHIM_MODULE_H

#include "linux/kernel.h"
#include "linux/printk.h"

struct shim_nothing;

/* A parameter is written through shim_param_NAME. */
#define module_param(name, type, mode) \
	unsigned int *const shim_param_##name = &name

struct kernel_param {
	void *arg;
};

struct kernel_param_ops {
	int (*set)(const char *value, const struct kernel_param *param);
	int (*get)(char *to, const struct kernel_param *param);
};

int param_set_uint(const char *value, const struct kernel_param *param);
int param_get_uint(char *to, const struct kernel_param *param);

/* Writes such a parameter as text: shim_set_NAME(). */
#define module_param_cb(name, ops, address, mode)			\
	int shim_set_##name(const char *value)				\
	{								\
		struct kernel_param shim_param = { .arg = address };	\
									\
		return (ops)->set(value, &shim_param);			\
	}								\
	struct shim_nothing
#define __MODULE_PARM_TYPE(name, type)	struct shim_nothing
#define MODULE_PARM_DESC(name, text)	struct shim_nothing
#define MODULE_LICENSE(text)		struct shim_nothing
#define MODULE_DESCRIPTION(text)	struct shim_nothing
#define MODULE_ALIAS(text)		struct shim_nothing

#endif /* _SHIM_MODULE_H */
