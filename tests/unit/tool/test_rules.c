// SPDX-License-Identifier: GPL-2.0
/* What becomes of port triggers, and of what iptables-save shows. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rules_held.h"
#include "rules_id.h"
#include "rules_nat.h"
#include "text.h"
#include "unit.h"

static struct conf conf;

#define ENDS	"[Default]\nInterface=lan\nOutInterface=wan\n"
#define IRC	"[Trigger irc]\nProtocol=tcp\nPort=6660-6669\nOpen=tcp:113\n"	\
		"Session=yes\nPeer=host\n"
#define OUT_IRC								\
	"-m comment --comment irc -j TRIGGER --trigger-type out "	\
	"--trigger-match tcp:6660-6669 --trigger-relate tcp:113 "	\
	"--trigger-session --trigger-peer host\n"

/* The rules that become of @text, one on each line. */
static const char *made(const char *text, enum rules_family family, enum rules_table table)
{
	static struct text all;
	struct lines lines = {};
	size_t i;

	unit_about(text);
	conf_init(&conf);
	conf_text(&conf, "a.conf", text, strlen(text));
	if (conf.n_errors)
		unit_fail(__FILE__, __LINE__, "%u: %s", conf.errors[0].line,
			  conf.errors[0].reason);
	rules_make(&conf, family, table, &lines);
	text_clear(&all);
	text_puts(&all, "");
	for (i = 0; i < lines.n; i++)
		text_printf(&all, "%s\n", lines.line[i]);
	lines_free(&lines);
	conf_free(&conf);
	return all.data;
}

UNIT_TEST(rules_of_one_trigger)
{
	check_string(made(ENDS IRC, RULES_IPV4, RULES_MANGLE),
		     "-A XT_TRIGGER_OUT -i lan -o wan " OUT_IRC);
	check_string(made(ENDS IRC, RULES_IPV6, RULES_MANGLE),
		     "-A XT_TRIGGER_OUT -i lan -o wan " OUT_IRC);
	check_string(made(ENDS IRC, RULES_IPV4, RULES_NAT),
		     "-A XT_TRIGGER_DNAT -i wan -j TRIGGER --trigger-type dnat\n");
	/* Without NAT66, `out' and `in' do it. */
	check_string(made(ENDS IRC, RULES_IPV6, RULES_NAT), "");
	check_string(made(ENDS IRC, RULES_IPV6, RULES_FILTER),
		     "-A XT_TRIGGER_IN -m conntrack ! --ctstate NEW -j RETURN\n"
		     "-A XT_TRIGGER_IN -i wan -j MARK --set-xmark 0x100/0x100\n"
		     "-A XT_TRIGGER_IN -i wan -j TRIGGER --trigger-type in\n"
		     "-A XT_TRIGGER_IN -i wan -j MARK --set-xmark 0x0/0x100\n");
}

/* `in' gives its mark in front of all that filters, and filter accepts the mark. */
UNIT_TEST(rules_in_mangle)
{
	static const char text[] = ENDS "InTable=mangle\nMark=0x200\n" IRC;

	check_string(made(text, RULES_IPV6, RULES_EARLY),
		     "-A XT_TRIGGER_IN -m conntrack ! --ctstate NEW -j RETURN\n"
		     "-A XT_TRIGGER_IN -i wan -j MARK --set-xmark 0x200/0x200\n"
		     "-A XT_TRIGGER_IN -i wan -j TRIGGER --trigger-type in\n"
		     "-A XT_TRIGGER_IN -i wan -j MARK --set-xmark 0x0/0x200\n");
	check_string(made(text, RULES_IPV6, RULES_FILTER),
		     "-A XT_TRIGGER_IN -m conntrack ! --ctstate NEW -j RETURN\n"
		     "-A XT_TRIGGER_IN -i wan -m mark --mark 0x200/0x200 -j ACCEPT\n");
	check_string(made(ENDS IRC, RULES_IPV6, RULES_EARLY), "");
}

UNIT_TEST(rules_of_none)
{
	enum rules_family family;
	enum rules_table table;

	for (family = 0; family < RULES_FAMILIES; family++) {
		for (table = 0; table < RULES_TABLES; table++)
			check_string(made(ENDS IRC "Enable=no\n", family, table), "");
	}
	/* A family that a trigger does not name, or has no source of, has no rule. */
	for (table = 0; table < RULES_TABLES; table++) {
		check_string(made(ENDS IRC "Family=ipv4\nNAT=any\n", RULES_IPV6, table), "");
		check_string(made(ENDS IRC "Source=10.1.0.0/16\nNAT=any\n", RULES_IPV6, table), "");
	}
}

/* Two lines of a table of what stands behind IRC, and what the rule becomes. */
static const struct {
	const char *keys, *options;
} options[] = {
	{ "Port=7", "--trigger-match 7 --trigger-relate all:9" },
	{ "Port=7,udp:8-9\nProtocol=all", "--trigger-match all:7,udp:8-9 --trigger-relate all:9" },
	{ "Port=any", "--trigger-relate all:9" },
	{ "Port=any\nProtocol=sctp", "--trigger-match sctp:1-65535 --trigger-relate all:9" },
	{ "Port=7\nName=line2", "--trigger-name line2 --trigger-match 7 --trigger-relate all:9" },
	{ "Port=7\nTimeout=600", "--trigger-match 7 --trigger-relate all:9" },
	{ "Port=7\nTimeout=601", "--trigger-match 7 --trigger-relate all:9 --trigger-timeout 601" },
	{ "Port=7\nTimeout=600\nSession=yes",
	  "--trigger-match 7 --trigger-relate all:9 --trigger-timeout 600 --trigger-session" },
	{ "Port=7\nTimeout=none\nSession=yes",
	  "--trigger-match 7 --trigger-relate all:9 --trigger-session" },
	{ "Port=7\nLifetime=5\nRefresh=both\nPeer=host\nOwner=last\nMax=3",
	  "--trigger-match 7 --trigger-relate all:9 --trigger-lifetime 5 --trigger-refresh both "
	  "--trigger-peer host --trigger-owner last --trigger-max 3" },
};

UNIT_TEST(rules_options)
{
	struct text text = {}, expected = {};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(options); i++) {
		text_clear(&text);
		text_printf(&text, ENDS "[Trigger x]\nOpen=9\n%s\n", options[i].keys);
		text_clear(&expected);
		text_printf(&expected, "-A XT_TRIGGER_OUT -i lan -o wan -m comment --comment x "
			    "-j TRIGGER --trigger-type out %s\n", options[i].options);
		check_string(made(text.data, RULES_IPV4, RULES_MANGLE), expected.data);
	}
	text_free(&text);
	text_free(&expected);
}

UNIT_TEST(rules_of_sources_and_interfaces)
{
	static const char text[] =
		"[Trigger a.b]\nInterface=lan1,lan2\nOutInterface=w1,w+\nPort=1\nOpen=tcp:2\n"
		"Source=10.1.2.3/16,2001:DB8::0001,10.9.9.9\n";
#define OUT_AB " -m comment --comment \"a.b\" -j TRIGGER --trigger-type out "	\
	       "--trigger-match 1 --trigger-relate tcp:2\n"
#define OUT_PAIRS(source)						\
	"-A XT_TRIGGER_OUT -s " source " -i lan1 -o w1" OUT_AB		\
	"-A XT_TRIGGER_OUT -s " source " -i lan1 -o w+" OUT_AB		\
	"-A XT_TRIGGER_OUT -s " source " -i lan2 -o w1" OUT_AB		\
	"-A XT_TRIGGER_OUT -s " source " -i lan2 -o w+" OUT_AB

	check_string(made(text, RULES_IPV4, RULES_MANGLE),
		     OUT_PAIRS("10.1.0.0/16") OUT_PAIRS("10.9.9.9/32"));
	check_string(made(text, RULES_IPV6, RULES_MANGLE), OUT_PAIRS("2001:db8::1/128"));
	check_string(made(text, RULES_IPV4, RULES_NAT),
		     "-A XT_TRIGGER_DNAT -i w1 -j TRIGGER --trigger-type dnat\n"
		     "-A XT_TRIGGER_DNAT -i w+ -j TRIGGER --trigger-type dnat\n");
}

/* Each WAN and name once, however many triggers have it. */
UNIT_TEST(rules_of_several_lines)
{
	static const char text[] =
		"[Default]\nInterface=lan\nMark=no\nShadow=yes\n"
		"[Trigger a]\nOutInterface=w1\nName=w1\nPort=1\nOpen=1\n"
		"[Trigger b]\nOutInterface=w2\nName=w2\nPort=1\nOpen=1\nNAT=no\n"
		"[Trigger c]\nOutInterface=w1\nName=w1\nPort=2\nOpen=1\n"
		"[Trigger d]\nOutInterface=w1\nPort=2\nOpen=1\nEnable=no\n"
		"[Trigger e]\nOutInterface=w1\nPort=2\nOpen=3\nNAT=ipv6\n";

	check_string(made(text, RULES_IPV4, RULES_NAT),
		     "-A XT_TRIGGER_DNAT -i w1 -j TRIGGER --trigger-type dnat --trigger-name w1 "
		     "--trigger-shadow\n");
	check_string(made(text, RULES_IPV6, RULES_NAT),
		     "-A XT_TRIGGER_DNAT -i w1 -j TRIGGER --trigger-type dnat --trigger-shadow\n");
	check_string(made(text, RULES_IPV4, RULES_FILTER),
		     "-A XT_TRIGGER_IN -m conntrack ! --ctstate NEW -j RETURN\n"
		     "-A XT_TRIGGER_IN -i w1 -j TRIGGER --trigger-type in --trigger-name w1\n"
		     "-A XT_TRIGGER_IN -i w1 -j TRIGGER --trigger-type in\n"
		     "-A XT_TRIGGER_IN -i w2 -j TRIGGER --trigger-type in --trigger-name w2\n");
}

/* zlib's CRC-32 of "ipv4 --trigger-type out ...". */
UNIT_TEST(rules_numbers)
{
	check_equal(rules_id(RULES_IPV4, "-A XT_TRIGGER_OUT -i lan -m comment --comment "
			     "\" -j TRIGGER \" -o wan -j TRIGGER --trigger-type out "
			     "--trigger-match tcp:6660-6669 --trigger-relate tcp:113 "
			     "--trigger-session --trigger-peer host"), 0x27575ae4);
	check_equal(rules_id(RULES_IPV6, "-A X -j TRIGGER --trigger-type in"), 0xb759702e);
	check(!rules_options("-A X -m comment --comment TRIGGER -j ACCEPT"));
}

/* --- what iptables-save shows */

static const char saved[] =
	"# Generated by iptables-save v1.8.9\n"
	"*raw\n:XT_TRIGGER_IN - [0:0]\n-A PREROUTING -j XT_TRIGGER_IN\nCOMMIT\n"
	"*mangle\n:POSTROUTING ACCEPT [0:0]\n:XT_TRIGGER_OUT - [0:0]\n:XT_TRIGGER_IN - [0:0]\n"
	"-A FORWARD -m comment --comment xt-trigger -j XT_TRIGGER_IN\n"
	"-A POSTROUTING -m comment --comment xt-trigger -j XT_TRIGGER_OUT\n"
	"-A XT_TRIGGER_OUT -i lan -j TRIGGER --trigger-type out --trigger-relate tcp:1\n"
	"-A XT_TRIGGER_OUTSIDE -j ACCEPT\nCOMMIT\n"
	"*filter\n:XT_TRIGGER_IN - [0:0]\n:XT_TRIGGER_INSIDE - [0:0]\n"
	"-A ufw-before-forward -i wan -j XT_TRIGGER_IN\n"
	"-A FORWARD -m comment --comment \"-j XT_TRIGGER_IN\" -j ACCEPT\n"
	"-A FORWARD -j XT_TRIGGER_INSIDE\nCOMMIT\n"
	"*nat\n:XT_TRIGGER_DNATS - [0:0]\n-A PREROUTING -j XT_TRIGGER_DNATS\nCOMMIT\n";

UNIT_TEST(rules_live)
{
	struct rules_live live = {};
	struct rules_chain *chain;

	rules_live_parse(&live, saved);
	chain = &live.chain[RULES_MANGLE];
	check(chain->exists && chain->jumps == 1 && !chain->foreign);
	check_equal(chain->lines.n, 1);
	check_string(chain->lines.line[0], "-A XT_TRIGGER_OUT -i lan -j TRIGGER "
		     "--trigger-type out --trigger-relate tcp:1");
	chain = &live.chain[RULES_EARLY];
	check(chain->exists && chain->jumps == 1 && !chain->foreign);
	chain = &live.chain[RULES_FILTER];
	check(chain->exists && chain->jumps == 0 && chain->foreign);
	check_equal(chain->lines.n, 0);
	chain = &live.chain[RULES_NAT];
	check(!chain->exists && chain->jumps == 0 && !chain->foreign);
	check_equal(live.nat.n, 1);
	check(rules_live_any(&live));
	rules_live_free(&live);

	live = (struct rules_live){};
	rules_live_parse(&live, "*filter\n-A INPUT -g XT_TRIGGER_IN\nCOMMIT");
	check(live.chain[RULES_FILTER].foreign && !rules_live_any(&live));
	rules_live_free(&live);
}

/* Rules of others that open, too, wherever they stand; ours are not among them. */
UNIT_TEST(rules_live_others)
{
	struct rules_live live = {};

	rules_live_parse(&live, "*mangle\n:XT_TRIGGER_OUT - [0:0]\n"
			 "-A XT_TRIGGER_OUT -j TRIGGER --trigger-type out --trigger-relate tcp:1\n"
			 "-A FORWARD -j TRIGGER --trigger-type out --trigger-relate tcp:2\n"
			 "-A FORWARD -j ACCEPT\nCOMMIT\n"
			 "*filter\n-A FORWARD -j TRIGGER --trigger-type in\n"
			 "-A trigger_out -j TRIGGER --trigger-type out --trigger-relate tcp:3\nCOMMIT\n");
	check_equal(live.out.n, 2);
	check_string(live.out.line[0],
		     "-A FORWARD -j TRIGGER --trigger-type out --trigger-relate tcp:2");
	check_string(live.out.line[1],
		     "-A trigger_out -j TRIGGER --trigger-type out --trigger-relate tcp:3");
	rules_live_free(&live);
}

/* --- what is closed */

/* A rule of section @name with the match @match; @port tells the TRIGGER options. */
#define RULE(match, name, port)						\
	"-A XT_TRIGGER_OUT " match "-m comment --comment " name " -j TRIGGER "	\
	"--trigger-type out --trigger-relate tcp:" port "\n"
#define A	RULE("-i lan -o wan ", "a", "1")
#define A2	RULE("-i lan2 -o wan ", "a", "1")
#define AS	RULE("-s 10.1.0.1/32 -i lan -o wan ", "a", "1")
#define B	RULE("-i lan -o wan ", "b", "2")
#define ALIKE	RULE("-i lan -o wan ", "\"al.ike\"", "1")	/* as A's */

/* @closed: the ports of the rules in question, as they are named. */
static const struct {
	const char *applied, *wanted, *others, *closed;
} changes[] = {
	{ "", "", "", "" },
	{ "", A, "", "" },
	{ A B, A B, "", "" },
	{ A B, B A, "", "" },
	{ A B, B, "", "1" },
	{ A B, "", "", "1 2" },
	{ A, AS, "", "1" },
	{ A, A2, "", "1" },
	{ A, A A2, "", "1" },
	{ A A2, A2 A, "", "" },
	{ A A2, A, "", "1" },
	{ A, RULE("-i lan -o wan ", "a", "2"), "", "1" },
	{ A, RULE("-i lan -o wan ", "c", "1"), "", "1" },
	{ A, RULE("-i lan -o wan ", "ab", "1"), "", "1" },
	/* What another section with this rule holds stays, unless that changes, too. */
	{ A ALIKE, ALIKE, "", "" },
	{ A ALIKE, A, "", "" },
	{ A ALIKE, AS ALIKE, "", "" },
	{ A ALIKE, A2, "", "1" },
	{ A ALIKE, "", "", "1" },
	{ A, ALIKE, "", "1" },
	/* And so does what somebody else's rule holds. */
	{ A B, "", "-A FORWARD -j TRIGGER --trigger-type out --trigger-relate tcp:1\n", "2" },
	{ A, "", "-A FORWARD -j TRIGGER --trigger-type out --trigger-relate tcp:11\n", "1" },
	/* What stands in our chain and opens nothing. */
	{ "-A XT_TRIGGER_OUT -j ACCEPT\n", "", "", "" },
};

static void take_lines(struct lines *lines, const char *text)
{
	struct text line = {};

	for (; *text; text += strcspn(text, "\n") + 1) {
		text_clear(&line);
		text_add(&line, text, strcspn(text, "\n"));
		lines_add(lines, line.data);
	}
	text_free(&line);
}

/* "1 2" as the numbers of the rules that open these ports. */
static void take_numbers(struct lines *numbers, const char *ports)
{
	char rule[128], number[16];

	for (; *ports; ports += 1 + (ports[1] == ' ')) {
		snprintf(rule, sizeof(rule), "-A X -j TRIGGER --trigger-type out "
			 "--trigger-relate tcp:%c", *ports);
		snprintf(number, sizeof(number), "%08x", rules_id(RULES_IPV6, rule));
		lines_add(numbers, number);
	}
}

UNIT_TEST(rules_held)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(changes); i++) {
		struct lines applied = {}, wanted = {}, others = {}, closed = {}, is = {};
		char about[16];

		snprintf(about, sizeof(about), "line %zu", i);
		unit_about(about);
		take_lines(&applied, changes[i].applied);
		take_lines(&wanted, changes[i].wanted);
		take_lines(&others, changes[i].others);
		take_numbers(&closed, changes[i].closed);
		rules_held_changed(&is, RULES_IPV6, &applied, &wanted, &others);
		check(lines_equal(&is, &closed));
		lines_free(&applied);
		lines_free(&wanted);
		lines_free(&others);
		lines_free(&closed);
		lines_free(&is);
	}
}

/* The text that changes a chain with one rule and a jump into @to, and back. */
static const char *changed(enum rules_table table, const struct rules_chain *from,
			   const struct rules_chain *to)
{
	static struct text text;

	text_clear(&text);
	rules_change_text(&text, table, from, to);
	return text.data;
}

UNIT_TEST(rules_changes)
{
	struct rules_chain none = {}, ours = { .exists = true, .jumps = 1 };
	struct rules_chain theirs = { .exists = true, .foreign = true };
	struct rules_chain twice = { .exists = true, .jumps = 2 };

	lines_add(&ours.lines, "-A XT_TRIGGER_IN -j ACCEPT");
	check_string(changed(RULES_FILTER, &none, &ours),
		     "*filter\n:XT_TRIGGER_IN - [0:0]\n"
		     "-I FORWARD -m comment --comment xt-trigger -j XT_TRIGGER_IN\n"
		     "-A XT_TRIGGER_IN -j ACCEPT\nCOMMIT\n");
	check_string(changed(RULES_FILTER, &ours, &none),
		     "*filter\n:XT_TRIGGER_IN - [0:0]\n"
		     "-D FORWARD -m comment --comment xt-trigger -j XT_TRIGGER_IN\n"
		     "-X XT_TRIGGER_IN\nCOMMIT\n");
	check_string(changed(RULES_FILTER, &twice, &ours),
		     "*filter\n:XT_TRIGGER_IN - [0:0]\n"
		     "-D FORWARD -m comment --comment xt-trigger -j XT_TRIGGER_IN\n"
		     "-A XT_TRIGGER_IN -j ACCEPT\nCOMMIT\n");
	/* Theirs stays, and so does what it jumps to. */
	check_string(changed(RULES_FILTER, &ours, &theirs),
		     "*filter\n:XT_TRIGGER_IN - [0:0]\n"
		     "-D FORWARD -m comment --comment xt-trigger -j XT_TRIGGER_IN\nCOMMIT\n");
	/* `dnat' and `out' stand behind what is there. */
	check_string(changed(RULES_NAT, &none, &twice),
		     "*nat\n:XT_TRIGGER_DNAT - [0:0]\n"
		     "-A PREROUTING -m comment --comment xt-trigger -j XT_TRIGGER_DNAT\n"
		     "-A PREROUTING -m comment --comment xt-trigger -j XT_TRIGGER_DNAT\nCOMMIT\n");
	lines_free(&ours.lines);
}

/* --- what stands in front of `dnat' */

#define JUMP	"-A PREROUTING -m comment --comment xt-trigger -j XT_TRIGGER_DNAT\n"
#define DMZ	"-A PREROUTING -i wan -j DNAT --to-destination 192.168.1.2\n"

static const struct {
	const char *rules;	/* of nat */
	int taker;		/* which of them takes every port; -1: none */
} tables[] = {
	{ "", -1 },
	{ DMZ, 0 },
	{ DMZ JUMP, 0 },
	{ JUMP DMZ, -1 },
	{ "-A PREROUTING -i wan -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.0.0.1\n", -1 },
	{ "-A PREROUTING -i wan -p tcp -j DNAT --to-destination 10.0.0.1\n" JUMP, 0 },
	{ "-A PREROUTING -i wan -p gre -j DNAT --to-destination 10.0.0.1\n" JUMP, -1 },
	{ "-A PREROUTING -i wan -p tcp -m multiport --dports 80,81 -j DNAT --to-destination 10.0.0.1\n", -1 },
	{ "-A PREROUTING -i lan -j DNAT --to-destination 10.0.0.1\n" JUMP, -1 },
	{ "-A PREROUTING -i w+ -j DNAT --to-destination 10.0.0.1\n" JUMP, 0 },
	{ "-A PREROUTING -i p+ -j DNAT --to-destination 10.0.0.1\n" JUMP, -1 },
	{ "-A PREROUTING ! -i lan -j DNAT --to-destination 10.0.0.1\n" JUMP, 0 },
	{ "-A PREROUTING ! -i wan -j DNAT --to-destination 10.0.0.1\n" JUMP, -1 },
	{ "-A PREROUTING -d 198.51.100.1/32 -j DNAT --to-destination 10.0.0.1\n" JUMP, 0 },
	{ "-A PREROUTING ! -d 198.51.100.1/32 -j DNAT --to-destination 10.0.0.1\n" JUMP, -1 },
	{ "-A PREROUTING -s 203.0.113.0/24 -i wan -j DNAT --to-destination 10.0.0.1\n" JUMP, -1 },
	{ "-A PREROUTING -i wan -m comment --comment \"a -i lan --dport 1\" -j DNAT --to-destination 1.1.1.1\n", 0 },
	{ "-A PREROUTING -i wan -m comment --comment \"x \\\" -j DNAT \\\" y\" -j RETURN\n" JUMP, -1 },
	{ "-A PREROUTING -i wan -j ACCEPT\n" JUMP, 0 },
	{ "-A OUTPUT -j DNAT --to-destination 10.0.0.1\n" JUMP, -1 },
	/* Chains that are jumped to, once each, in circles that cannot be too. */
	{ "-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER\n" JUMP
	  "-A DOCKER ! -i docker0 -p tcp -m tcp --dport 80 -j DNAT --to-destination 172.17.0.2:80\n", -1 },
	{ "-A PREROUTING -j zone_wan\n" JUMP "-A zone_wan -j dmz\n"
	  "-A dmz -j DNAT --to-destination 10.0.0.1\n", 3 },
	{ "-A PREROUTING -p tcp -m tcp --dport 80 -j dmz\n" JUMP
	  "-A dmz -j DNAT --to-destination 10.0.0.1\n", -1 },
	{ "-A PREROUTING -j a\n" "-A a -j b\n" "-A b -j a\n" DMZ, 3 },
	{ "-A PREROUTING -j a\n" DMZ "-A a -j XT_TRIGGER_DNAT\n", -1 },
};

UNIT_TEST(rules_nat_takers)
{
	struct lines dnat = {};
	size_t i;

	lines_add(&dnat, "-A XT_TRIGGER_DNAT -i wan -j TRIGGER --trigger-type dnat");
	for (i = 0; i < ARRAY_SIZE(tables); i++) {
		struct text text = {};
		struct rules_live live = {};
		const char *taker;

		unit_about(tables[i].rules);
		text_printf(&text, "*nat\n%sCOMMIT\n", tables[i].rules);
		rules_live_parse(&live, text.data);
		taker = rules_nat_taker(&live.nat, &dnat);
		if (tables[i].taker < 0)
			check(!taker);
		else
			check(taker == live.nat.line[tables[i].taker]);
		rules_live_free(&live);
		text_free(&text);
	}
	/* Nothing to be taken from. */
	lines_free(&dnat);
	unit_about(NULL);
	lines_add(&dnat, "-A PREROUTING -j DNAT --to-destination 10.0.0.1");
	check(!rules_nat_taker(&dnat, &(struct lines){}));
	lines_free(&dnat);
}
