/* SPDX-License-Identifier: GPL-2.0 */
/* What a valid rule is. */
#ifndef _TRIGGER_CHECK_H
#define _TRIGGER_CHECK_H

#include <linux/types.h>

#include <xt_TRIGGER.h>

const char *trigger_check_info(const struct xt_trigger_tginfo *info,
			       const char **option);
bool trigger_check_name(const char *name);

#endif /* _TRIGGER_CHECK_H */
