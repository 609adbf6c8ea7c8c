/* SPDX-License-Identifier: GPL-2.0 */
/*
 * In which order the proc file lists active triggers: in that in which they opened,
 * those that were parked when reading began behind the others. What parks or comes
 * back meanwhile keeps its place, so that it is neither missed nor listed twice.
 */
#ifndef _TRIGGER_LISTING_H
#define _TRIGGER_LISTING_H

#include "rule.h"
#include "walk.h"

/*
 * @walk:   where reading is
 * @parked: the numbers of the rules that were parked, in their order, or NULL
 * @last:   the second walk, over those that were parked
 */
struct trigger_listing {
	struct trigger_walk	walk;
	u64			*parked;
	unsigned int		n_parked;
	bool			last;
};

int trigger_listing_start(struct trigger_listing *listing,
			  struct trigger_rules *rules);
void trigger_listing_end(struct trigger_listing *listing);
struct trigger *trigger_listing_first(struct trigger_listing *listing,
				      struct trigger_table *table);
struct trigger *trigger_listing_next(struct trigger_listing *listing,
				     struct trigger_table *table);
struct trigger *trigger_listing_resume(struct trigger_listing *listing,
				       struct trigger_table *table);
void trigger_listing_pause(struct trigger_listing *listing);
bool trigger_listing_has(const struct trigger_listing *listing,
			 const struct trigger *t);

#endif /* _TRIGGER_LISTING_H */
