/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What port triggers hold open, when they change. The kernel keeps what a rule
 * has opened as long as a rule with these TRIGGER options is there, and also
 * for a moment without one: it cannot know that the interface or the source
 * is another one now. So it is told.
 */
#ifndef _RULES_HELD_H
#define _RULES_HELD_H

#include "rules_apply.h"

/*
 * Add the `out' rules of family @family that were applied last in this network
 * namespace. They are remembered until the next boot, also while a firewall has
 * flushed them, or they were removed.
 */
void rules_held_read(struct lines *applied, enum rules_family family);

/*
 * Add the number (rule=) of each rule in @applied whose port trigger is not the
 * same any more: it is gone, or has another rule, or one more or less. Not where
 * another one with the same TRIGGER options stays as it was, or where a rule of
 * somebody else has these: @others.
 */
void rules_held_changed(struct lines *numbers, enum rules_family family,
			const struct lines *applied, const struct lines *wanted,
			const struct lines *others);

/*
 * After @plan was carried out: close what is open of the port triggers that
 * have changed, and remember those that are there now. @numbers: of the rules
 * that were closed. Return a status.
 */
int rules_held_close(const struct rules_plan *plan, struct lines *numbers);

#endif /* _RULES_HELD_H */
