// SPDX-License-Identifier: GPL-2.0
/* xt-trigger status: the rules of iptables. See status.h. */
#include <stdio.h>
#include <string.h>

#include "run.h"
#include "status.h"

/* Targets that end a packet's way through a table. */
static const char *const ends[] = {
	"ACCEPT", "DROP", "REJECT", "RETURN", "QUEUE", "NFQUEUE", NULL
};
static const char *const refusals[] = { "DROP", "REJECT", NULL };
static const char *const nat_ends[] = {
	"ACCEPT", "DROP", "RETURN", "DNAT", "REDIRECT", NULL
};

static bool has_triggers(const struct ruleset *set)
{
	size_t i;

	for (i = 0; i < set->n; i++) {
		if (set->rule[i].type)
			return true;
	}
	return false;
}

/* Read the rules that one program prints; whether TRIGGER is among them. */
static bool read_from(struct ruleset *set, const struct status_family *family,
		      const char *backend)
{
	struct text text = { 0 }, ignored = { 0 };
	const char *argv[] = { NULL, NULL };
	char program[32];

	snprintf(program, sizeof(program), "%s%s-save", status_iptables(family), backend);
	argv[0] = program;
	ruleset_free(set);
	if (!run_program(argv, NULL, &text, &ignored))
		ruleset_parse(set, text_string(&text));
	text_free(&text);
	text_free(&ignored);
	return has_triggers(set);
}

/* Read the rules of the backend that has none of TRIGGER. */
static void read_other(struct status_family *family)
{
	family->other_backend = "-legacy";
	if (!read_from(&family->other, family, "-legacy"))
		return;
	family->other_backend = "-nft";
	if (read_from(&family->other, family, "-nft"))
		ruleset_free(&family->other);
}

/* Of the two backends, the one that has TRIGGER rules, the default one first. */
void status_read_rules(struct status *status)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(status->family); i++) {
		struct status_family *family = &status->family[i];
		struct ruleset *set = &family->rules;

		family->has_triggers = read_from(set, family, "") ||
				       read_from(set, family, "-legacy") ||
				       read_from(set, family, "-nft");
		if (family->has_triggers)
			read_other(family);
		else
			read_from(set, family, "");
	}
}

/* The first TRIGGER rule of a type and name; NULL: there is none. */
static const struct rule *find_rule(const struct ruleset *set, const char *type,
				    const char *name)
{
	size_t i;

	for (i = 0; i < set->n; i++) {
		if (set->rule[i].type && !strcmp(set->rule[i].type, type) &&
		    (!name || !strcmp(set->rule[i].name, name)))
			return &set->rule[i];
	}
	return NULL;
}

/* Whether addresses are translated, so that `dnat' is needed. */
static bool has_nat(const struct ruleset *set)
{
	size_t i;

	for (i = 0; i < set->n; i++) {
		const char *target = set->rule[i].target;

		if (target && (!strcmp(target, "MASQUERADE") ||
			       !strcmp(target, "SNAT")))
			return true;
	}
	return false;
}

/* A rule that is missing, as the command that adds it. */
static void tell_missing(struct status *status,
			 const struct status_family *family, const char *type,
			 const char *name)
{
	char remedy[256], with_name[64] = "";

	if (strcmp(name, "default"))
		snprintf(with_name, sizeof(with_name), " --trigger-name %s", name);
	snprintf(remedy, sizeof(remedy), "%s %s -i %s -j TRIGGER --trigger-type %s%s",
		 status_iptables(family),
		 !strcmp(type, "dnat") ? "-t nat -A PREROUTING" : "-I FORWARD",
		 *status->wan ? status->wan : "WAN", type, with_name);
	status_tellf(status, "rules", remedy,
		     "There is no %s rule of type %s for the name %s: nobody from outside gets to what is opened.",
		     status_iptables(family), type, name);
}

static void check_reach(struct status *status, const struct status_family *family,
			const struct rule *rule, const char *const takers[])
{
	const struct rule *by;
	char remedy[1024];

	switch (ruleset_way(&family->rules, rule, takers, &by)) {
	case RULESET_TAKEN:
		snprintf(remedy, sizeof(remedy), "%s -t %s -I %s %s",
			 status_iptables(family), by->table, by->chain,
			 !strcmp(by->chain, rule->chain) ? rule->spec : "and the jump to its chain");
		status_tellf(status, "order", remedy,
			     "No packet gets to the %s rule of type %s in %s: the rule in front, `%s', takes all of them.",
			     status_iptables(family), rule->type, rule->chain,
			     by->spec);
		break;
	case RULESET_NO_JUMP:
		snprintf(remedy, sizeof(remedy), "%s -t %s -I %s -j %s",
			 status_iptables(family), rule->table,
			 strcmp(rule->table, "nat") ? "FORWARD" : "PREROUTING",
			 rule->chain);
		status_tellf(status, "order", remedy,
			     "No packet gets to the %s rule of type %s in %s: nothing jumps to that chain.",
			     status_iptables(family), rule->type, rule->chain);
		break;
	default:
		break;
	}
}

/* Each out rule can be reached, and has its counterparts. */
static void check_out(struct status *status, const struct status_family *family,
		      const struct rule *rule)
{
	const struct ruleset *set = &family->rules;
	const struct rule *first = find_rule(set, "out", rule->name);

	check_reach(status, family, rule, ends);
	if (rule != first)	/* once for each name */
		return;
	if (has_nat(set) && !find_rule(set, "dnat", rule->name))
		tell_missing(status, family, "dnat", rule->name);
	if (!find_rule(set, "in", rule->name))
		tell_missing(status, family, "in", rule->name);
}

static void check_triggers(struct status *status,
			   const struct status_family *family)
{
	const struct rule *rule = family->rules.rule;
	const struct rule *end = rule + family->rules.n;

	for (; rule < end; rule++) {
		if (!rule->type)
			continue;
		if (!strcmp(rule->type, "out"))
			check_out(status, family, rule);
		else if (!strcmp(rule->type, "in"))
			check_reach(status, family, rule, refusals);
		else if (!strcmp(rule->type, "dnat"))
			check_reach(status, family, rule, nat_ends);
	}
}

static void check_filter(struct status *status, const struct status_family *family)
{
	const struct ruleset *set = &family->rules;
	char remedy[256];

	if (ruleset_refuses(set, "FORWARD") && !ruleset_accepts_state(set, "ESTABLISHED")) {
		snprintf(remedy, sizeof(remedy),
			 "%s -I FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT",
			 status_iptables(family));
		status_tellf(status, "established", remedy,
			     "No %s rule in FORWARD accepts packets of established connections: only their first one gets through.",
			     status_iptables(family));
	}
	if (!ruleset_refuses(set, "INPUT") && !status->nft_input[family->ipv6]) {
		snprintf(remedy, sizeof(remedy),
			 "%s -A INPUT -i %s -m conntrack --ctstate NEW -j DROP",
			 status_iptables(family), *status->wan ? status->wan : "WAN");
		status_tellf(status, "input", remedy,
			     "The %s chain INPUT refuses nothing: new connections from outside that find nothing open reach the router's own services.",
			     status_iptables(family));
	}
}

/* The other backend's rules: what ours accept, they still have to let in. */
static void check_other(struct status *status, const struct status_family *family)
{
	const struct ruleset *set = &family->other;
	char program[32], remedy[256];

	if (!ruleset_refuses(set, "FORWARD"))
		return;
	snprintf(program, sizeof(program), "%s%s", status_iptables(family),
		 family->other_backend);
	if (find_rule(&family->rules, "dnat", NULL)) {
		if (ruleset_accepts_state(set, "DNAT"))
			return;
		snprintf(remedy, sizeof(remedy),
			 "%s -I FORWARD -m conntrack --ctstate DNAT -j ACCEPT", program);
		status_tellf(status, "front-end", remedy,
			     "The chain FORWARD of %s refuses packets that `dnat' has sent to their owner, whatever other rules accept.",
			     program);
	} else if (!ruleset_accepts_mark(set)) {
		status_tellf(status, "front-end-ipv6",
			     "let `in' give a mark in the table mangle, and accept that in the chain; see xt_TRIGGER(8), BESIDE OTHER FIREWALLS",
			     "The chain FORWARD of %s refuses packets that `in' has accepted.",
			     program);
	}
}

void status_rules(struct status *status)
{
	size_t i;

	if (!status->family[0].has_triggers && !status->family[1].has_triggers) {
		status_tell(status, "rules", "No iptables rule has the target TRIGGER, so nothing ever opens.",
			    "see EXAMPLES in xt_TRIGGER(8)");
		return;
	}
	for (i = 0; i < ARRAY_SIZE(status->family); i++) {
		if (!status->family[i].has_triggers)
			continue;
		check_triggers(status, &status->family[i]);
		check_filter(status, &status->family[i]);
		check_other(status, &status->family[i]);
	}
}
