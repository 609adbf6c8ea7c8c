/* SPDX-License-Identifier: GPL-2.0 */
/* The number by which the proc file names a rule (rule=). */
#ifndef _RULES_ID_H
#define _RULES_ID_H

#include <stdint.h>

#include "rules_make.h"

/*
 * Of the rule that iptables-save prints as @line: the CRC-32 of the family, a
 * space and the TRIGGER options. @line has the target TRIGGER.
 */
uint32_t rules_id(enum rules_family family, const char *line);

#endif /* _RULES_ID_H */
