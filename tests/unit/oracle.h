/* SPDX-License-Identifier: GPL-2.0 */
/* What a valid rule is, written a second time, from the ABI header's words. */
#ifndef _ORACLE_H
#define _ORACLE_H

#include <stdbool.h>

#include <xt_TRIGGER.h>

bool oracle_name_valid(const char *name, unsigned int size);
bool oracle_info_valid(const struct xt_trigger_tginfo *info);

#endif /* _ORACLE_H */
