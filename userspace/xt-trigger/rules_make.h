/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What becomes of the port triggers of xt-trigger.conf(5): one chain of ours in
 * each place that needs one, and what stands in it. All text is exactly as
 * iptables-save prints it, so that it can be compared.
 */
#ifndef _RULES_MAKE_H
#define _RULES_MAKE_H

#include "conf.h"
#include "lines.h"

/*
 * Tables and hooks in the order in which they are changed: `out`, which opens, last.
 * RULES_EARLY is mangle, too: its FORWARD, in front of all that filters.
 */
enum rules_table {
	RULES_NAT,
	RULES_FILTER,
	RULES_EARLY,
	RULES_MANGLE,
	RULES_TABLES,
};

enum rules_family {
	RULES_IPV4,
	RULES_IPV6,
	RULES_FAMILIES,
};

/*
 * @table: its name
 * @chain: ours
 * @hook:  the chain of the table that jumps to it
 * @first: the jump stands in front of what @hook has, not behind it
 */
struct rules_place {
	const char	*table;
	const char	*chain;
	const char	*hook;
	bool		first;
};

extern const struct rules_place rules_places[RULES_TABLES];

/* "ipv4", "ipv6": as the proc file has them. */
const char *rules_family_name(enum rules_family family);

/* The jump that we add. Who places one by hand does not write this comment. */
#define RULES_JUMP_COMMENT	"xt-trigger"

/* Add the rules of our chain in @table; none where it is not needed. */
void rules_make(const struct conf *conf, enum rules_family family,
		enum rules_table table, struct lines *lines);

/* Add the `out` rules of one trigger, enabled or not. */
void rules_make_trigger(const struct conf_trigger *trigger,
			enum rules_family family, struct lines *lines);

/*
 * The TRIGGER options of a rule that iptables-save has printed, or NULL if it
 * has another target.
 */
const char *rules_options(const char *line);

#endif /* _RULES_MAKE_H */
