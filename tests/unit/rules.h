/* SPDX-License-Identifier: GPL-2.0 */
/* Random rules. */
#ifndef _RULES_H
#define _RULES_H

#include <xt_TRIGGER.h>

/* A valid rule of any type. */
void random_info(struct xt_trigger_tginfo *info);

#endif /* _RULES_H */
