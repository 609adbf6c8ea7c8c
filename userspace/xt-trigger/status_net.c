// SPDX-License-Identifier: GPL-2.0
/* xt-trigger status: forwarding, addresses, native rulesets. See status.h. */
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "status.h"

static bool is_off(const char *path)
{
	FILE *file = fopen(path, "re");
	int c;

	if (!file)
		return false;
	c = getc(file);
	fclose(file);
	return c == '0';
}

static void check_forwarding(struct status *status)
{
	if (status->family[0].has_triggers &&
	    is_off("/proc/sys/net/ipv4/ip_forward"))
		status_tell(status, "forwarding", "This machine does not forward IPv4 packets.",
			    "sysctl -w net.ipv4.ip_forward=1");
	if (status->family[1].has_triggers &&
	    is_off("/proc/sys/net/ipv6/conf/all/forwarding"))
		status_tell(status, "forwarding", "This machine does not forward IPv6 packets.",
			    "sysctl -w net.ipv6.conf.all.forwarding=1");
}

/* The interface that a TRIGGER rule from outside names. */
static const char *wan_of_rules(const struct ruleset *set)
{
	size_t i;

	for (i = 0; i < set->n; i++) {
		const struct rule *rule = &set->rule[i];

		if (rule->type && strcmp(rule->type, "out") && rule->in)
			return rule->in;
	}
	return NULL;
}

/* The interface of the default route: "eth0 00000000 ..." */
static void wan_of_route(char wan[32])
{
	FILE *file = fopen("/proc/net/route", "re");
	char line[256], name[32];
	unsigned int to;

	if (!file)
		return;
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%31s %x", name, &to) == 2 && !to) {
			strcpy(wan, name);
			break;
		}
	}
	fclose(file);
}

void status_find_wan(struct status *status)
{
	const char *wan = wan_of_rules(&status->family[0].rules);

	if (!wan)
		wan = wan_of_rules(&status->family[1].rules);
	if (wan && strlen(wan) < sizeof(status->wan))
		strcpy(status->wan, wan);
	else
		wan_of_route(status->wan);
}

static bool is_within(uint32_t addr, uint32_t net, unsigned int bits)
{
	return addr >> (32 - bits) == net >> (32 - bits);
}

/* NULL, or why nobody outside can send to the address. */
static const char *is_not_public(uint32_t addr)
{
	if (is_within(addr, 0x64400000, 10))
		return "shared by customers of the provider (100.64.0.0/10)";
	if (is_within(addr, 0x0a000000, 8) || is_within(addr, 0xac100000, 12) ||
	    is_within(addr, 0xc0a80000, 16))
		return "private";
	return NULL;
}

static bool has_dnat(const struct ruleset *set)
{
	size_t i;

	for (i = 0; i < set->n; i++) {
		if (set->rule[i].type && !strcmp(set->rule[i].type, "dnat"))
			return true;
	}
	return false;
}

/* The addresses of the outside interface: one of them has to be public. */
static void check_address(struct status *status)
{
	const char *why = NULL, *reason;
	char text[INET_ADDRSTRLEN] = "";
	struct ifaddrs *list, *i;

	if (!*status->wan || !has_dnat(&status->family[0].rules) ||
	    getifaddrs(&list))
		return;
	for (i = list; i; i = i->ifa_next) {
		const struct sockaddr_in *in = (const void *)i->ifa_addr;

		if (!in || in->sin_family != AF_INET ||
		    strcmp(i->ifa_name, status->wan))
			continue;
		reason = is_not_public(ntohl(in->sin_addr.s_addr));
		if (!reason)
			break;
		why = reason;
		inet_ntop(AF_INET, &in->sin_addr, text, sizeof(text));
	}
	freeifaddrs(list);
	if (!i && why)
		status_tellf(status, "address",
			     "forward the ports on the router in front, or ask the provider for a public address",
			     "The address of %s, %s, is %s: nobody on the Internet can send to it.",
			     status->wan, text, why);
}

static bool all_have_sessions(const struct ruleset *set)
{
	size_t i;

	for (i = 0; i < set->n; i++) {
		if (set->rule[i].type && !strcmp(set->rule[i].type, "out") &&
		    !set->rule[i].session)
			return false;
	}
	return true;
}

static void check_flowtable(struct status *status)
{
	if (!strstr(text_string(&status->nft), "\tflowtable "))
		return;
	if (all_have_sessions(&status->family[0].rules) &&
	    all_have_sessions(&status->family[1].rules))
		return;
	status_tell(status, "flowtable",
		    "There is a flowtable, whose packets refresh nothing: what a rule without --trigger-session has opened closes under a busy connection.",
		    "load the rules of type out with --trigger-session");
}

/* A chain of a native ruleset, as nft prints it. */
struct nft_chain {
	char	table[64];
	char	name[64];
	bool	forward;	/* at this hook */
	bool	input;
	int	priority;
	bool	refuses;
	bool	lets_dnat;	/* ct status dnat accept */
	bool	lets_mark;	/* meta mark ... accept */
};

/* iptables-nft shows its own tables there, too: these have no such name. */
static bool is_of_iptables(const char *table)
{
	static const char *const tables[] = {
		"ip filter", "ip nat", "ip mangle", "ip raw", "ip security",
		"ip6 filter", "ip6 nat", "ip6 mangle", "ip6 raw", "ip6 security",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(tables); i++) {
		if (!strcmp(table, tables[i]))
			return true;
	}
	return false;
}

/* The families that a table's packets are of. */
static bool is_for(const struct nft_chain *chain, bool ipv6)
{
	return !strncmp(chain->table, "inet ", 5) ||
	       !strncmp(chain->table, ipv6 ? "ip6 " : "ip ", ipv6 ? 4 : 3);
}

/* The number that "priority filter + 1;" stands for. */
static int parse_priority(const char *line)
{
	static const struct {
		const char *name;
		int value;
	} names[] = {
		{ "raw", -300 }, { "mangle", -150 }, { "dstnat", -100 }, { "filter", 0 },
		{ "security", 50 }, { "srcnat", 100 },
	};
	char name[16] = "", sign = '+';
	int value = 0, more = 0;
	size_t i;

	line = strstr(line, " priority ");
	if (!line)
		return 0;
	line += strlen(" priority ");
	if (sscanf(line, "%d", &value) == 1)
		return value;
	sscanf(line, "%15[a-z] %c %d", name, &sign, &more);
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (!strcmp(name, names[i].name))
			value = names[i].value;
	}
	return sign == '-' ? value - more : value + more;
}

/* The priority of the chain in which `in' gives its mark: that of its table. */
static int priority_of_in(const struct ruleset *set)
{
	size_t i;

	for (i = 0; i < set->n; i++) {
		const struct rule *rule = &set->rule[i];

		if (rule->type && !strcmp(rule->type, "in") && !strcmp(rule->table, "mangle"))
			return -150;
	}
	return 0;
}

/* A chain that lets the mark in has to see it: chains of one priority run in any order. */
static void check_mark(struct status *status, const struct nft_chain *chain)
{
	if (!chain->lets_mark)
		status_tellf(status, "front-end-ipv6",
			     "let `in' give a mark, and accept that in the chain; see xt_TRIGGER(8), BESIDE OTHER FIREWALLS",
			     "The nftables chain %s of table %s refuses IPv6 packets that `in' has accepted.",
			     chain->name, chain->table);
	else if (chain->priority <= priority_of_in(&status->family[1].rules))
		status_tellf(status, "front-end-ipv6",
			     "let `in' give its mark in the chain FORWARD of the table mangle (InTable=mangle in xt-trigger.conf(5)), or give the chain the priority filter + 1",
			     "The nftables chain %s of table %s may see IPv6 packets before `in' has given them its mark.",
			     chain->name, chain->table);
}

static void check_forward(struct status *status, const struct nft_chain *chain)
{
	if (!chain->forward || !chain->refuses || is_of_iptables(chain->table))
		return;
	if (status->family[0].has_triggers && is_for(chain, false) &&
	    !chain->lets_dnat)
		status_tellf(status, "front-end",
			     "accept `ct status dnat' in that chain; for firewalld: StrictForwardPorts=no; see xt_TRIGGER(8), BESIDE OTHER FIREWALLS",
			     "The nftables chain %s of table %s refuses IPv4 packets that `dnat' has sent to their owner.",
			     chain->name, chain->table);
	if (status->family[1].has_triggers && is_for(chain, true))
		check_mark(status, chain);
}

/* A line of a chain. */
static void take_line(struct nft_chain *chain, const char *line)
{
	if (strstr(line, "hook forward")) {
		chain->forward = true;
		chain->priority = parse_priority(line);
	}
	if (strstr(line, "hook input"))
		chain->input = true;
	if (strstr(line, "policy drop") || strstr(line, "reject") ||
	    !strcmp(line + strspn(line, "\t "), "drop"))
		chain->refuses = true;
	if (strstr(line, "ct status dnat") && strstr(line, "accept"))
		chain->lets_dnat = true;
	if (strstr(line, "mark") && strstr(line, "accept"))
		chain->lets_mark = true;
}

/* Take "inet x" of "table inet x {". */
static void take_table(char table[64], const char *line)
{
	char family[16] = "", name[40] = "";

	sscanf(line, "table %15s %39s", family, name);
	snprintf(table, 64, "%s %s", family, name);
}

/* Chains that refuse what comes to the router itself: for which families. */
static void check_input(struct status *status, const struct nft_chain *chain)
{
	if (!chain->input || !chain->refuses || is_of_iptables(chain->table))
		return;
	status->nft_input[0] |= is_for(chain, false);
	status->nft_input[1] |= is_for(chain, true);
}

/* Walk over the ruleset: "table inet x {", "\tchain y {", lines, "\t}", "}". */
static void walk(struct status *status,
		 void (*check)(struct status *status, const struct nft_chain *chain))
{
	char *text = tool_strdup(text_string(&status->nft)), *rest = text, *line;
	struct nft_chain chain = { 0 };
	char table[64] = "";

	while ((line = strsep(&rest, "\n"))) {
		if (!strncmp(line, "table ", 6)) {
			take_table(table, line);
		} else if (!strncmp(line, "\tchain ", 7)) {
			chain = (struct nft_chain){ 0 };
			strcpy(chain.table, table);
			sscanf(line, "\tchain %63s", chain.name);
		} else if (!strcmp(line, "\t}")) {
			check(status, &chain);
			chain = (struct nft_chain){ 0 };
		} else {
			take_line(&chain, line);
		}
	}
	free(text);
}

void status_nft_input(struct status *status)
{
	walk(status, check_input);
}

void status_net(struct status *status)
{
	check_forwarding(status);
	check_address(status);
	check_flowtable(status);
	walk(status, check_forward);
}
