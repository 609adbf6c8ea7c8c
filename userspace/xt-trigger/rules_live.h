/* SPDX-License-Identifier: GPL-2.0 */
/* What iptables-save shows of our chains, and of what stands beside them. */
#ifndef _RULES_LIVE_H
#define _RULES_LIVE_H

#include "rules_make.h"

/*
 * Our chain of a table.
 * @exists:  it is there
 * @lines:   its rules
 * @jumps:   how many jumps to it carry our comment
 * @foreign: somebody else's jump is there
 */
struct rules_chain {
	bool		exists;
	struct lines	lines;
	unsigned int	jumps;
	bool		foreign;
};

/*
 * One family.
 * @missing: there is no iptables-save for it, or it failed: @chain is empty
 * @reason:  why, one line
 * @nat:     all rules of the nat table
 * @out:     the `out' rules that stand elsewhere: not ours
 */
struct rules_live {
	struct rules_chain	chain[RULES_TABLES];
	bool			missing;
	char			*reason;
	struct lines		nat;
	struct lines		out;
};

void rules_live_read(struct rules_live *live, enum rules_family family);

/* The same of a text as iptables-save prints it. */
void rules_live_parse(struct rules_live *live, const char *text);
void rules_live_free(struct rules_live *live);

/* Whether anything of ours is there. */
bool rules_live_any(const struct rules_live *live);

/* The jump that we add to a table, as iptables-save prints it; to be freed. */
char *rules_live_jump(enum rules_table table);

/* "iptables" or "ip6tables" and @suffix; a constant text. */
const char *rules_live_program(enum rules_family family, bool restore);

#endif /* _RULES_LIVE_H */
