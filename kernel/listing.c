// SPDX-License-Identifier: GPL-2.0
/* In which order the proc file lists active triggers. See listing.h. */
#include <linux/bsearch.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/sort.h>

#include "listing.h"

static int compare(const void *a, const void *b)
{
	const u64 *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/*
 * Start anew: note which of @rules are parked now. Process context, under no RCU.
 * -ENOMEM. trigger_listing_end() is to be called in any case.
 */
int trigger_listing_start(struct trigger_listing *listing,
			  struct trigger_rules *rules)
{
	const struct trigger_rule *rule;
	unsigned int n = 0;
	int err = 0;

	trigger_listing_end(listing);
	mutex_lock(&rules->mutex);
	list_for_each_entry(rule, &rules->parked, list)
		n++;
	if (!n)
		goto out;
	listing->parked = kvmalloc_array(n, sizeof(*listing->parked),
					 GFP_KERNEL_ACCOUNT);
	if (!listing->parked) {
		err = -ENOMEM;
		goto out;
	}
	list_for_each_entry(rule, &rules->parked, list)
		listing->parked[listing->n_parked++] = rule->number;
out:
	mutex_unlock(&rules->mutex);
	if (n && !err)
		sort(listing->parked, n, sizeof(*listing->parked), compare, NULL);
	return err;
}

/* End it, paused or not. Any context. */
void trigger_listing_end(struct trigger_listing *listing)
{
	trigger_walk_end(&listing->walk);
	kvfree(listing->parked);
	listing->parked = NULL;
	listing->n_parked = 0;
	listing->last = false;
}

/* Go on with the second walk behind the end of the first one. Under RCU. */
static struct trigger *go_on(struct trigger_listing *listing,
			     struct trigger_table *table, struct trigger *t)
{
	if (t || listing->last || !listing->n_parked)
		return t;
	listing->last = true;
	return trigger_walk_begin(table, &listing->walk);
}

/* Go to the first one; NULL: there is none. Under RCU. */
struct trigger *trigger_listing_first(struct trigger_listing *listing,
				      struct trigger_table *table)
{
	return go_on(listing, table,
		     trigger_walk_begin(table, &listing->walk));
}

/*
 * Go to the next one, which trigger_listing_has() or not; NULL: that was the last.
 * Process context, in the same RCU section, which may pause.
 */
struct trigger *trigger_listing_next(struct trigger_listing *listing,
				     struct trigger_table *table)
{
	struct trigger *t = trigger_walk_next(table, &listing->walk);

	/* A seek far into the file gets here for all lines in front. */
	if (t && need_resched())
		t = trigger_walk_resched(table, &listing->walk);
	return go_on(listing, table, t);
}

/* Keep the place, so that the RCU section may end. */
void trigger_listing_pause(struct trigger_listing *listing)
{
	trigger_walk_pause(&listing->walk);
}

/* Return to where it paused, or behind that. In a new RCU section. */
struct trigger *trigger_listing_resume(struct trigger_listing *listing,
				       struct trigger_table *table)
{
	return go_on(listing, table,
		     trigger_walk_resume(table, &listing->walk));
}

/* Whether @t is to be listed in the walk that @listing is in. Under RCU. */
bool trigger_listing_has(const struct trigger_listing *listing,
			 const struct trigger *t)
{
	bool parked = listing->n_parked &&
		      bsearch(&t->set->rule->number, listing->parked,
			      listing->n_parked, sizeof(*listing->parked),
			      compare);

	return parked == listing->last;
}
