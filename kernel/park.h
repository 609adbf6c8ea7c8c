/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Parking: what a rule had opened waits for a while, closed to everybody, for the
 * rule to be loaded again. A front end that empties its chains and fills them anew
 * so closes nothing.
 */
#ifndef _TRIGGER_PARK_H
#define _TRIGGER_PARK_H

#include "trigger.h"

/*
 * How long a set stays parked.
 * @until: tick
 * @epoch: what it was when the set was parked; it changes when reload_grace is
 *	   set to 0, which ends the grace of all that is parked
 */
struct trigger_grace {
	u64		until;
	unsigned int	epoch;
};

bool trigger_park_grace(struct trigger_grace *grace);
bool trigger_park_is_over(const struct trigger_grace *grace);
unsigned int trigger_park_set(struct trigger_set *set);
void trigger_park_end(struct trigger_set *set);

#endif /* _TRIGGER_PARK_H */
