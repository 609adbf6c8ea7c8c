/* SPDX-License-Identifier: GPL-2.0 */
/* Rules by chance, valid or not, and which of the two, by include/xt_TRIGGER.h. */
#ifndef FUZZ_RULE_H
#define FUZZ_RULE_H

#include <stdbool.h>

#include <xt_TRIGGER.h>

#define USER_SIZE	offsetof(struct xt_trigger_tginfo, kernel)

/* NF_INET_* as bits; the places that a table of iptables has. */
struct table {
	const char *name;
	unsigned int hooks;
};

extern const struct table tables[4];

/*
 * Makes a rule for this table and these hooks (0: a chain that no hook calls),
 * and returns whether it is valid there: always, if @only_valid.
 */
bool make_rule(struct xt_trigger_tginfo *info, const char *table,
	       unsigned int hooks, bool only_valid);

#endif /* FUZZ_RULE_H */
