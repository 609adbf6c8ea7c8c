// SPDX-License-Identifier: GPL-2.0
/* Rules as iptables-save prints them, and the way of a packet to one of them. */
#include <stddef.h>
#include <string.h>

#include "ruleset.h"
#include "unit.h"

static const char *const takers[] = { "ACCEPT", "DROP", "REJECT", NULL };

static const char text[] =
	"# Generated\n*nat\n:PREROUTING ACCEPT [0:0]\n"
	"-A PREROUTING -i wan -j TRIGGER --trigger-type dnat --trigger-name irc\n"
	"COMMIT\n*filter\n:FORWARD DROP [1:2]\n:ours - [0:0]\n:lost - [0:0]\n"
	"-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n"
	"-A FORWARD -i wan -m comment --comment \"a \\\"b\\\" -j DROP\" -j DROP\n"
	"-A FORWARD -j ours\n"
	"-A ours -i wan -j TRIGGER --trigger-type in\n"
	"-A ours -i br-lan ! -o lan2 -j ACCEPT\n"
	"-A ours -i br-lan -p tcp -j TRIGGER --trigger-type out --trigger-relate tcp:113"
	" --trigger-session\n"
	"-A lost -j TRIGGER --trigger-type in\n"
	"-A FORWARD -i wan -o lan2 -j TRIGGER --trigger-type in\n"
	"COMMIT\n";

UNIT_TEST(tool_ruleset_parse)
{
	struct ruleset set;
	const struct rule *rule;

	ruleset_parse(&set, text);
	check_equal(set.n, 9);
	check_equal(set.n_chains, 4);
	check_string(ruleset_chain(&set, "filter", "FORWARD")->policy, "DROP");
	check_string(ruleset_chain(&set, "filter", "ours")->policy, NULL);
	check(!ruleset_chain(&set, "nat", "FORWARD"));
	rule = &set.rule[0];
	check_string(rule->table, "nat");
	check_string(rule->in, "wan");
	check_string(rule->type, "dnat");
	check_string(rule->name, "irc");
	check_string(rule->spec, "-i wan -j TRIGGER --trigger-type dnat --trigger-name irc");
	check(!rule->other && !rule->session);
	check_string(set.rule[1].ctstate, "RELATED,ESTABLISHED");
	check_string(set.rule[2].target, "DROP");
	check(!set.rule[2].other);
	check(set.rule[5].other);
	check_string(set.rule[6].name, "default");
	check_string(set.rule[6].proto, "tcp");
	check(set.rule[6].session);
	ruleset_free(&set);
	ruleset_parse(&set, "-A\n-A \n-A X\n-A X -j\n-A X -j TRIGGER --trigger-type\n:\n:X\n*\n"
		      "-A X --comment \"open\n-A X -i \"\n");
	ruleset_free(&set);
}

static enum ruleset_way way_of(const struct ruleset *set, size_t rule, const char *taker)
{
	const struct rule *by;
	enum ruleset_way way = ruleset_way(set, &set->rule[rule], takers, &by);

	check_string(by ? by->chain : NULL, taker);
	return way;
}

UNIT_TEST(tool_ruleset_way)
{
	struct ruleset set;

	ruleset_parse(&set, text);
	check_equal(way_of(&set, 0, NULL), RULESET_REACHED);
	/* What takes what comes from wan does not take what goes through a bare jump. */
	check_equal(way_of(&set, 4, NULL), RULESET_REACHED);
	check_equal(way_of(&set, 6, NULL), RULESET_REACHED);
	check_equal(way_of(&set, 7, NULL), RULESET_NO_JUMP);
	ruleset_free(&set);
	ruleset_parse(&set, "*filter\n:FORWARD ACCEPT [0:0]\n:ours - [0:0]\n"
		      "-A FORWARD -i wan -j DROP\n-A FORWARD -i wan -j TRIGGER --trigger-type in\n"
		      "-A FORWARD -i wan -j ours\n-A ours -j TRIGGER --trigger-type in\n"
		      "-A FORWARD -o wan -j TRIGGER --trigger-type out\n-A FORWARD -j REJECT\n"
		      "-A FORWARD -p tcp -j TRIGGER --trigger-type out\n");
	check_equal(way_of(&set, 1, "FORWARD"), RULESET_TAKEN);
	check_equal(way_of(&set, 3, "FORWARD"), RULESET_TAKEN);
	check_equal(way_of(&set, 4, NULL), RULESET_REACHED);
	check_equal(way_of(&set, 6, "FORWARD"), RULESET_TAKEN);
	ruleset_free(&set);
	/* Chains that jump in circles, which iptables refuses. */
	ruleset_parse(&set, "*filter\n:a - [0:0]\n:b - [0:0]\n-A a -j b\n-A b -j a\n"
		      "-A b -j TRIGGER --trigger-type in\n");
	check_equal(way_of(&set, 2, NULL), RULESET_NO_JUMP);
	ruleset_free(&set);
}
