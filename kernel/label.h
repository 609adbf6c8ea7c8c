/* SPDX-License-Identifier: GPL-2.0 */
/* What tells rules apart outside of the kernel: the field `rule` of the proc file. */
#ifndef _TRIGGER_LABEL_H
#define _TRIGGER_LABEL_H

#include <linux/types.h>

#include <xt_TRIGGER.h>

u32 trigger_label(const struct xt_trigger_tginfo *info, u8 family);

#endif /* _TRIGGER_LABEL_H */
