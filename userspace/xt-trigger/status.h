/* SPDX-License-Identifier: GPL-2.0 */
/* xt-trigger status: what its parts share. */
#ifndef _STATUS_H
#define _STATUS_H

#include <stdbool.h>

#include "json.h"
#include "ruleset.h"
#include "text.h"

/*
 * A family of addresses, and its rules.
 * @rules: of the iptables backend that has those of TRIGGER
 * @other: of the other one, where both can be told apart
 * @other_backend: its name, "-legacy" or "-nft"
 */
struct status_family {
	bool		ipv6;
	struct ruleset	rules;
	bool		has_triggers;	/* there are TRIGGER rules */
	struct ruleset	other;
	const char	*other_backend;
};

/*
 * What is looked at, and what is wrong.
 * @nft:   the native ruleset, as nft prints it
 * @nft_input: whether it refuses what comes to the router, by family
 * @wan:   the interface that rules of type dnat or in name, or that has the
 *	   default route; "": not known
 * @found: how many problems
 */
struct status {
	struct status_family	family[2];
	struct text		nft;
	bool			nft_input[2];
	char			wan[32];
	bool			to_json;
	struct json		json;
	unsigned int		found;
};

/*
 * Tell of a problem: one sentence, and what helps, which is a command or a
 * sentence, too.
 * @cause: a word that programs know it by, see xt-trigger(8)
 */
void status_tell(struct status *status, const char *cause, const char *problem,
		 const char *remedy);
void status_tellf(struct status *status, const char *cause, const char *remedy,
		  const char *format, ...) PRINTF(4, 5);

/* Look at everything. The structure is zeroed, but for how to tell. */
void status_look(struct status *status);
void status_free(struct status *status);

/* "iptables" or "ip6tables" */
const char *status_iptables(const struct status_family *family);

/* Whether the module is loaded; why it is not, is told. */
bool status_module(struct status *status);

/* Read the rules, and look at them. */
void status_read_rules(struct status *status);
void status_rules(struct status *status);

/* Forwarding, addresses, and native nftables rulesets. */
void status_find_wan(struct status *status);
void status_nft_input(struct status *status);
void status_net(struct status *status);

/* The counters of what was refused. */
void status_limits(struct status *status);

#endif /* _STATUS_H */
