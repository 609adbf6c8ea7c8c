/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_PRINTK_H
#define _SHIM_PRINTK_H

#include "linux/kernel.h"

/* Checked, like printf's arguments, and said to nobody. */
#define pr_info(...) do {						\
	if (0)								\
		printf(__VA_ARGS__);					\
} while (0)
#define pr_info_ratelimited(...)	pr_info(__VA_ARGS__)

#endif /* _SHIM_PRINTK_H */
