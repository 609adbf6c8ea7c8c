/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The lists of ports of --trigger-match and --trigger-relate, as the command
 * line has them: "tcp:113,udp:5000-6000,21".
 */
#ifndef _ITEMS_H
#define _ITEMS_H

#include <stdbool.h>

#include <xtables.h>

#include "xt_TRIGGER.h"

#define ARRAY_LEN(a)	(sizeof(a) / sizeof((a)[0]))

/* Ends the program: option @opt (without its dashes) may not be @value. */
#define refuse(opt, value, reason, ...) \
	xtables_error(PARAMETER_PROBLEM, "TRIGGER: --%s \"%s\": " reason, \
		      opt, value, ##__VA_ARGS__)

/* In which list an item stands: its protocol has a number of that list. */
enum items_list {
	ITEMS_MATCH,
	ITEMS_RELATE,
};

/* Longest text of an item, "sctp:65535-65535", and its NUL. */
#define ITEMS_TEXT_LEN	17

bool items_scan_number(const char **s, unsigned int *value);
__u8 items_parse_proto(enum items_list list, const char *opt, const char *name);
bool items_parse(enum items_list list, const char *text, __u8 proto,
		 struct xt_trigger_range *ranges, __u8 *n);
void items_format(char *buf, enum items_list list,
		  const struct xt_trigger_range *range);
void items_check_overlap(const struct xt_trigger_range *relate, unsigned int n);
bool items_covered(const struct xt_trigger_range *ranges, unsigned int n,
		   const struct xt_trigger_range *others, unsigned int n_others);

#endif /* _ITEMS_H */
