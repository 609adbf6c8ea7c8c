/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Makes our chains what they should be, by iptables-restore and
 * ip6tables-restore. Nothing else is changed.
 */
#ifndef _RULES_APPLY_H
#define _RULES_APPLY_H

#include "rules_live.h"
#include "text.h"

/*
 * Both families, as iptables-save shows them, and what their chains should be.
 */
struct rules_plan {
	struct rules_live	live[RULES_FAMILIES];
	struct rules_chain	want[RULES_FAMILIES][RULES_TABLES];
};

/* @conf without triggers: no chains. Nothing is changed yet. */
void rules_plan_make(struct rules_plan *plan, const struct conf *conf);
void rules_plan_free(struct rules_plan *plan);

/* Whether all is as it should be. */
bool rules_plan_done(const struct rules_plan *plan);

/*
 * Carry it out. If one table fails, those before it are put back as they were,
 * and that is said. Return a status.
 */
int rules_plan_apply(const struct rules_plan *plan);

/* The text for iptables-restore that makes @from what @to is. */
void rules_change_text(struct text *text, enum rules_table table,
		       const struct rules_chain *from, const struct rules_chain *to);

#endif /* _RULES_APPLY_H */
