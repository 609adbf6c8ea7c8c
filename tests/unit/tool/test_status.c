// SPDX-License-Identifier: GPL-2.0
/*
 * What xt-trigger status makes of rulesets. What it reads of this machine itself
 * (forwarding, addresses) is left out here.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "status.h"
#include "unit.h"

#define OUT	"-A FORWARD -i br-lan -o wan -j TRIGGER --trigger-type out --trigger-relate tcp:113\n"
#define IN	"-A FORWARD -i wan -j TRIGGER --trigger-type in\n"
#define EST	"-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n"
#define REJECT	"-A FORWARD -j REJECT --reject-with icmp-port-unreachable\n"
#define DNAT	"-A PREROUTING -i wan -j TRIGGER --trigger-type dnat\n"
#define NAT	"*nat\n:PREROUTING ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n"
#define MASQ	"-A POSTROUTING -o wan -j MASQUERADE\nCOMMIT\n"
#define FILTER	"*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n"
#define WELL	NAT DNAT MASQ FILTER OUT IN EST REJECT "COMMIT\n"
#define NONE	"*filter\n:INPUT DROP [0:0]\nCOMMIT\n"

#define COUNTERS "# triggers=0 max=4096 opened=0 refused_full=%d refused_host=0 refused_rule=%d\n"

static void fake(const char *program, const char *file)
{
	char script[64];

	snprintf(script, sizeof(script), "#!/bin/sh\ncat %s\n", file);
	unit_write(program, script);
	check(!chmod(program, 0755));
}

/* Programs that print the files "rules4", "rules6" and "ruleset". */
static void fake_programs(void)
{
	char here[PATH_MAX], path[PATH_MAX + 16];

	fake("iptables-save", "rules4");
	fake("ip6tables-save", "rules6");
	fake("iptables-legacy-save", "legacy");
	fake("ip6tables-legacy-save", "legacy6");
	fake("iptables-nft-save", "none");
	fake("ip6tables-nft-save", "none");
	fake("nft", "ruleset");
	check(getcwd(here, sizeof(here)));
	snprintf(path, sizeof(path), "%s:/bin:/usr/bin", here);
	check(!setenv("PATH", path, 1));
}

/* The causes that are told, with spaces between them. */
static const char *look(void)
{
	static char causes[512];
	struct status status = { .to_json = true };
	const char *s;

	status.json = (struct json){ .out = fopen("json", "w"), .compact = true };
	json_array(&status.json, NULL);
	status_look(&status);
	json_end(&status.json);
	check(!fclose(status.json.out));
	status_free(&status);
	*causes = '\0';
	for (s = unit_read("json"); (s = strstr(s, "\"cause\": \"")); ) {
		s += strlen("\"cause\": \"");
		if (!strncmp(s, "forwarding", 10) || !strncmp(s, "address", 7))
			continue;
		snprintf(causes + strlen(causes), sizeof(causes) - strlen(causes), "%s%.*s",
			 *causes ? " " : "", (int)strcspn(s, "\""), s);
	}
	return causes;
}

static void prepare(const char *rules4, const char *rules6, const char *nft)
{
	char counters[256];

	fake_programs();
	snprintf(counters, sizeof(counters), COUNTERS, 0, 0);
	unit_write("proc", counters);
	mkdir("module", 0700);
	unit_write("module/version", XT_TRIGGER_VERSION "\n");
	unit_write("rules4", rules4);
	unit_write("rules6", rules6);
	unit_write("ruleset", nft);
	unit_write("legacy", "");
	unit_write("legacy6", "");
}

UNIT_TEST(tool_status_rules)
{
	static const struct {
		const char *rules, *causes;
	} cases[] = {
		{ WELL, "" },
		{ NONE, "rules" },
		{ NAT MASQ FILTER OUT IN EST "COMMIT\n", "rules" },
		{ NAT DNAT MASQ FILTER OUT EST "COMMIT\n", "rules" },
		/* Without NAT nobody needs dnat. */
		{ FILTER OUT IN EST "COMMIT\n", "" },
		{ NAT DNAT MASQ FILTER OUT REJECT EST IN "COMMIT\n", "order" },
		{ NAT DNAT MASQ FILTER "-A FORWARD -i br-lan -j ACCEPT\n" OUT IN EST "COMMIT\n",
		  "order" },
		/* What has more conditions does not take all packets. */
		{ NAT DNAT MASQ FILTER "-A FORWARD -i br-lan -s 192.168.1.0/24 -j ACCEPT\n"
		  OUT IN EST "COMMIT\n", "" },
		{ NAT "-A PREROUTING -i wan -j DNAT --to-destination 192.168.1.9\n" DNAT MASQ
		  FILTER OUT IN EST "COMMIT\n", "order" },
		{ NAT DNAT MASQ FILTER ":ours - [0:0]\n" IN EST
		  "-A ours -j TRIGGER --trigger-type out --trigger-relate tcp:1\nCOMMIT\n", "order" },
		{ NAT DNAT MASQ FILTER OUT IN "COMMIT\n", "established" },
		{ NAT DNAT MASQ "*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n" OUT IN
		  "COMMIT\n", "input" },
		{ NAT DNAT MASQ "*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n"
		  ":block - [0:0]\n-A INPUT -j block\n-A block -j DROP\n" OUT IN EST "COMMIT\n", "" },
		{ NAT DNAT MASQ FILTER OUT IN EST "-A FORWARD -j TRIGGER --trigger-type out"
		  " --trigger-name irc --trigger-relate tcp:1\nCOMMIT\n", "rules rules" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		unit_about(cases[i].rules);
		prepare(cases[i].rules, NONE, "");
		check_string(look(), cases[i].causes);
	}
}

UNIT_TEST(tool_status_ipv6)
{
	prepare(NONE, FILTER OUT IN EST REJECT "COMMIT\n", "");
	check_string(look(), "");
	prepare(NONE, FILTER OUT EST REJECT "COMMIT\n", "");
	check_string(look(), "rules");
	check(strstr(unit_read("json"), "ip6tables -I FORWARD -i WAN") ||
	      strstr(unit_read("json"), "ip6tables -I FORWARD -i "));
}

UNIT_TEST(tool_status_legacy_rules)
{
	prepare(NONE, NONE, "");
	unit_write("legacy", WELL);
	check_string(look(), "");
}

/* The rules of the other backend, beside ours. */
UNIT_TEST(tool_status_other_backend)
{
	static const struct {
		const char *legacy, *legacy6, *causes;
	} cases[] = {
		{ FILTER EST REJECT "COMMIT\n", "", "front-end" },
		{ FILTER EST "-A FORWARD -m conntrack --ctstate DNAT -j ACCEPT\n" REJECT "COMMIT\n",
		  "", "" },
		{ FILTER EST "-A INPUT -m conntrack --ctstate DNAT -j ACCEPT\n" REJECT "COMMIT\n",
		  "", "front-end" },
		{ "*filter\n:FORWARD ACCEPT [0:0]\n-A INPUT -j DROP\nCOMMIT\n", "", "" },
		{ "", FILTER EST REJECT "COMMIT\n", "front-end-ipv6" },
		{ "", FILTER EST "-A FORWARD -m mark --mark 0x100/0x100 -j ACCEPT\n" REJECT "COMMIT\n",
		  "" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		unit_about(cases[i].legacy);
		prepare(WELL, FILTER OUT IN EST REJECT "COMMIT\n", "");
		unit_write("legacy", cases[i].legacy);
		unit_write("legacy6", cases[i].legacy6);
		check_string(look(), cases[i].causes);
	}
	check(!strstr(unit_read("json"), "ip6tables-legacy"));
	prepare(WELL, NONE, "");
	unit_write("legacy", cases[0].legacy);
	look();
	check(strstr(unit_read("json"), "iptables-legacy -I FORWARD -m conntrack --ctstate DNAT -j ACCEPT"));
}

#define CHAIN_AT(table, hook, priority, lines)	"table " table " {\n\tchain c {\n"	\
		"\t\ttype filter hook " hook " priority " priority "; " lines "\t}\n}\n"
#define CHAIN(table, hook, lines)	CHAIN_AT(table, hook, "filter + 1", lines)

UNIT_TEST(tool_status_nft)
{
	static const struct {
		const char *nft, *causes;
	} cases[] = {
		{ CHAIN("inet fw", "forward", "policy drop;\n"), "front-end front-end-ipv6" },
		{ CHAIN("ip fw", "forward", "policy drop;\n"), "front-end" },
		{ CHAIN("ip6 fw", "forward", "policy accept;\n\t\treject with icmpv6 type admin-prohibited\n"),
		  "front-end-ipv6" },
		{ CHAIN("inet fw", "forward", "policy accept;\n\t\tdrop\n"), "front-end front-end-ipv6" },
		{ CHAIN("inet fw", "forward", "policy accept;\n\t\tcounter packets 0 bytes 0\n"), "" },
		{ CHAIN("ip filter", "forward", "policy drop;\n"), "" },
		{ CHAIN("inet fw", "forward", "policy drop;\n\t\tct status dnat accept\n"),
		  "front-end-ipv6" },
		{ CHAIN("inet fw", "forward", "policy drop;\n\t\tct status dnat accept\n"
			"\t\tmeta mark & 0x00000100 == 0x00000100 accept\n"), "" },
		{ CHAIN("inet fw", "input", "policy drop;\n"), "" },
		{ "table inet off {\n\tflowtable f {\n\t\thook ingress priority filter\n\t}\n}\n",
		  "flowtable" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		unit_about(cases[i].nft);
		prepare(WELL, FILTER OUT IN EST REJECT "COMMIT\n", cases[i].nft);
		check_string(look(), cases[i].causes);
	}
}

/* A chain that accepts the mark, in front of the one that gives it, and behind. */
UNIT_TEST(tool_status_nft_priority)
{
#define MARK "policy drop;\n\t\tmeta mark & 0x00000100 == 0x00000100 accept\n"
	static const struct {
		const char *nft;
		bool from_filter, from_mangle;	/* whether it sees the mark of `in' */
	} cases[] = {
		{ CHAIN_AT("ip6 fw", "forward", "filter + 1", MARK), true, true },
		{ CHAIN_AT("ip6 fw", "forward", "10", MARK), true, true },
		{ CHAIN_AT("ip6 fw", "forward", "filter", MARK), false, true },
		{ CHAIN_AT("ip6 fw", "forward", "filter - 5", MARK), false, true },
		{ CHAIN_AT("ip6 fw", "forward", "-10", MARK), false, true },
		{ CHAIN_AT("ip6 fw", "forward", "mangle", MARK), false, false },
	};
	static const char mangle[] = FILTER OUT EST REJECT "COMMIT\n*mangle\n"
		":FORWARD ACCEPT [0:0]\n" IN "COMMIT\n";
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		unit_about(cases[i].nft);
		prepare(NONE, FILTER OUT IN EST REJECT "COMMIT\n", cases[i].nft);
		check_string(look(), cases[i].from_filter ? "" : "front-end-ipv6");
		prepare(NONE, mangle, cases[i].nft);
		check_string(look(), cases[i].from_mangle ? "" : "front-end-ipv6");
	}
}

/* The router's own services are refused by a native ruleset. */
UNIT_TEST(tool_status_nft_input)
{
	prepare(NAT DNAT MASQ "*filter\n:INPUT ACCEPT [0:0]\n" OUT IN EST "COMMIT\n", NONE,
		CHAIN("inet fw", "input", "policy drop;\n"));
	check_string(look(), "");
	unit_write("ruleset", CHAIN("ip6 fw", "input", "policy drop;\n"));
	check_string(look(), "input");
}

UNIT_TEST(tool_status_counters)
{
	char counters[256];

	prepare(WELL, NONE, "");
	snprintf(counters, sizeof(counters), COUNTERS, 3, 2);
	unit_write("proc", counters);
	check_string(look(), "limit limit");
	check(strstr(unit_read("json"), "3 openings were refused"));
}

UNIT_TEST(tool_status_version)
{
	prepare(WELL, NONE, "");
	unit_write("module/version", "0.0.1\n");
	check_string(look(), "version");
	check(strstr(unit_read("json"), "0.0.1"));
}
