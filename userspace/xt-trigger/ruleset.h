/* SPDX-License-Identifier: GPL-2.0 */
/* The rules of iptables, as iptables-save prints them. */
#ifndef _RULESET_H
#define _RULESET_H

#include <stdbool.h>
#include <stddef.h>

#include "text.h"

/*
 * A rule; what it does not have is NULL.
 * @spec:  all of it behind the chain's name, as it is printed
 * @words: the same, taken apart; what the others point to
 * @in, @out, @proto: its conditions on interfaces and protocol
 * @ctstate, @mark: of the connection, of the packet
 * @other: it has more conditions than those on interfaces and protocol, or negated ones
 * @type, @name, @session: of a TRIGGER rule
 */
struct rule {
	const char	*table;
	const char	*chain;
	char		*spec;
	char		*words;
	const char	*in;
	const char	*out;
	const char	*proto;
	bool		other;
	const char	*target;
	const char	*ctstate;
	const char	*mark;
	const char	*type;
	const char	*name;
	bool		session;
};

/* A base chain has a policy, others have none. */
struct chain {
	const char	*table;
	const char	*name;
	const char	*policy;
};

/* Zeroed memory has no rules. */
struct ruleset {
	struct rule	*rule;
	size_t		n;
	struct chain	*chain;
	size_t		n_chains;
	char		*text;	/* names of tables and chains */
};

void ruleset_parse(struct ruleset *set, const char *text);
void ruleset_free(struct ruleset *set);

const struct chain *ruleset_chain(const struct ruleset *set, const char *table,
				  const char *name);

/* What is in the way of a packet to a rule. */
enum ruleset_way {
	RULESET_REACHED,
	RULESET_TAKEN,		/* a rule in front takes all of its packets */
	RULESET_NO_JUMP,	/* nothing jumps to its chain */
};

/*
 * How a packet of @rule gets to it; *@by: the rule that takes it before, if one
 * does. Targets that take a packet are in @takers, which ends in NULL.
 */
enum ruleset_way ruleset_way(const struct ruleset *set, const struct rule *rule,
			     const char *const takers[], const struct rule **by);

/*
 * Whether the table filter refuses what no rule of the base chain @name has accepted:
 * by that chain, or by one that may be jumped to.
 */
bool ruleset_refuses(const struct ruleset *set, const char *name);

/* Whether the table filter accepts forwarded packets of this state, of a mark. */
bool ruleset_accepts_state(const struct ruleset *set, const char *state);
bool ruleset_accepts_mark(const struct ruleset *set);

#endif /* _RULESET_H */
