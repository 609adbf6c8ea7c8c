// SPDX-License-Identifier: GPL-2.0
/* Lines of the proc file: of version 0.1, of today, and of tomorrow. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "filter.h"
#include "line.h"
#include "unit.h"

#define OLD	"name=default family=ipv4 owner=192.168.1.10 open=tcp:113 "	\
		"trigger=tcp:6667 peer=198.51.100.7 timeout=0 expires=0 "	\
		"lifetime=0 age=2 session=1 hits=1 state=open"
#define NEW	OLD " id=5 rule=9f3c01d2 answered=1 "				\
		"ct=tcp:192.168.1.10:40122-198.51.100.7:6667"

static const char *parse(struct line *line, const char *s)
{
	static char copy[4096];

	check(snprintf(copy, sizeof(copy), "%s", s) < (int)sizeof(copy));
	return line_parse(line, copy);
}

UNIT_TEST(tool_line_old)
{
	struct line line;

	check_string(parse(&line, OLD), NULL);
	check_string(line.text[LINE_OWNER], "192.168.1.10");
	check_equal(line.number[LINE_AGE], 2);
	check_string(line.text[LINE_STATE], "open");
	check_string(line.text[LINE_ID], NULL);
	check_string(line.text[LINE_CT], NULL);
}

UNIT_TEST(tool_line_new)
{
	struct line line;

	check_string(parse(&line, NEW), NULL);
	check_equal(line.number[LINE_ID], 5);
	check_string(line.text[LINE_RULE], "9f3c01d2");
	check_equal(line.number[LINE_ANSWERED], 1);
	check_string(line.text[LINE_CT], "tcp:192.168.1.10:40122-198.51.100.7:6667");
}

UNIT_TEST(tool_line_ct)
{
	const char *list = "tcp:192.168.1.10:40122-198.51.100.7:6667,"
			   "udp:[2001:db8::10]:1-[2001:db8::7]:0,1:192.0.2.1-192.0.2.2,"
			   "58:[2001:db8::10]-[2001:db8::7]";
	struct line_ct ct;

	check(line_ct_next(&list, &ct));
	check_string(ct.protocol, "tcp");
	check_string(ct.from.addr, "192.168.1.10");
	check_equal(ct.from.port, 40122);
	check_string(ct.to.addr, "198.51.100.7");
	check_equal(ct.to.port, 6667);
	check(line_ct_next(&list, &ct));
	check_string(ct.from.addr, "2001:db8::10");
	check(ct.from.port == 1 && ct.to.port == 0);
	check(line_ct_next(&list, &ct));
	check_string(ct.to.addr, "192.0.2.2");
	check(ct.from.port == -1 && ct.to.port == -1);
	check(line_ct_next(&list, &ct) && !*list);
	check_string(ct.protocol, "58");
	check_string(ct.to.addr, "2001:db8::7");
	check_equal(ct.to.port, -1);
}

/* What a later module appends is passed by, wherever it stands. */
UNIT_TEST(tool_line_unknown_fields)
{
	struct line line;

	check_string(parse(&line, "shape=round " NEW " colour=red,green x="), NULL);
	check_equal(line.number[LINE_ID], 5);
	check_string(parse(&line, OLD " state2=parked"), NULL);
}

/* Replace @old in a line by @new, and parse it. */
static const char *parse_with(struct line *line, const char *old, const char *new)
{
	const char *at = strstr(NEW, old);
	char text[4096];

	check(at);
	snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - NEW), NEW, new,
		 at + strlen(old));
	return parse(line, text);
}

UNIT_TEST(tool_line_bad_values)
{
	static const struct {
		const char *old, *new, *wrong;
	} cases[] = {
		{ "family=ipv4", "family=ipv5", "a bad value of family" },
		{ "owner=192.168.1.10", "owner=192.168.1", "a bad value of owner" },
		{ "owner=192.168.1.10", "owner=alice", "a bad value of owner" },
		{ "open=tcp:113", "open=tcp:0", "a bad value of open" },
		{ "open=tcp:113", "open=tcp:65536", "a bad value of open" },
		{ "open=tcp:113", "open=tcp:113,", "a bad value of open" },
		{ "open=tcp:113", "open=:113", "a bad value of open" },
		{ "open=tcp:113", "open=tcp:113-112", "a bad value of open" },
		{ "open=tcp:113", "open=tcp", "a bad value of open" },
		{ "open=tcp:113", "open=", "a bad value of open" },
		{ "peer=198.51.100.7", "peer=198.51.100.7,", "a bad value of peer" },
		{ "peer=198.51.100.7", "peer=", "a bad value of peer" },
		{ "timeout=0", "timeout=", "a bad value of timeout" },
		{ "timeout=0", "timeout=-1", "a bad value of timeout" },
		{ "age=2", "age=2s", "a bad value of age" },
		{ "hits=1", "hits=18446744073709551616", "a bad value of hits" },
		{ "hits=1", "hits=1 hits=1", "a bad value of hits" },
		{ "state=open", "state=", "a bad value of state" },
		{ "id=5", "id=five", "a bad value of id" },
		{ "rule=9f3c01d2", "rule=9F3C01D2", "a bad value of rule" },
		{ "rule=9f3c01d2", "rule=9f3c01d", "a bad value of rule" },
		{ "ct=tcp:", "ct=tcp", "a bad value of ct" },
		{ "ct=tcp:", "ct=:", "a bad value of ct" },
		{ "40122-198", "40122198", "a bad value of ct" },
		{ "40122-198", "-198", "a bad value of ct" },
		{ "40122-198", "65536-198", "a bad value of ct" },
		{ "51.100.7:6667", "51.100.7:6667,", "a bad value of ct" },
		{ "198.51.100.7:6667", "2001:db8::1:6667", "a bad value of ct" },
		{ "198.51.100.7:6667", "[2001:db8::1:6667", "a bad value of ct" },
		{ "198.51.100.7:6667", "[2001:db8::1]6667", "a bad value of ct" },
		{ "198.51.100.7:6667", "[198.51.100.7]:6667", "a bad value of ct" },
		{ " age=2", " age", "no KEY=VALUE" },
		{ " age=2", "  age=2", "no KEY=VALUE" },
		{ " age=2", " =2 age=2", "no KEY=VALUE" },
		{ " age=2", "", "it has not all fields" },
		{ "state=open", "state=op\033en", "a byte that is not printable ASCII" },
		{ "state=open", "state=op\x80n", "a byte that is not printable ASCII" },
		{ "state=open", "state=op\tn", "a byte that is not printable ASCII" },
	};
	struct line line;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		check_string(parse_with(&line, cases[i].old, cases[i].new),
			     cases[i].wrong);
	check_string(parse(&line, ""), "no KEY=VALUE");
	check_string(parse_with(&line, "hits=1", "hits=18446744073709551615"), NULL);
	check_equal(line.number[LINE_HITS], UINT64_MAX);
	check_string(parse_with(&line, "owner=192.168.1.10", "owner=2001:db8::1"), NULL);
	check_string(parse_with(&line, "open=tcp:113", "open=47:1-65535,sctp:2"), NULL);
}

UNIT_TEST(tool_line_counters)
{
	char head[] = "# triggers=2 max=4096 opened=18446744073709551615 new_one=7";
	struct line_counters counters;
	char many[4096] = "# ";
	int i;

	check(line_parse_counters(&counters, head));
	check_equal(counters.n, 4);
	check_equal(line_counter(&counters, "max")->value, 4096);
	check_equal(line_counter(&counters, "opened")->value, UINT64_MAX);
	check_equal(line_counter(&counters, "new_one")->value, 7);
	check(!line_counter(&counters, "min"));
	for (i = 0; i < 2 * LINE_COUNTERS_MAX; i++)
		sprintf(many + strlen(many), "%sc%d=1", i ? " " : "", i);
	check(line_parse_counters(&counters, many));
	check_equal(counters.n, LINE_COUNTERS_MAX);
}

UNIT_TEST(tool_line_no_counters)
{
	static const char *const bad[] = {
		"", "#", "# ", "triggers=2", "# triggers", "# triggers=x",
		"# triggers=2  max=1", "# tri\"ggers=2", "# 2=2", "# t\033=2",
	};
	struct line_counters counters;
	char copy[64];
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		strcpy(copy, bad[i]);
		check(!line_parse_counters(&counters, copy));
	}
}

static bool matches(const char *condition, const char *s)
{
	char name[] = "list", copy[128], *argv[] = { name, copy, NULL };
	struct filter filter;
	struct line line;

	snprintf(copy, sizeof(copy), "%s", condition);
	check_equal(filter_parse(&filter, 2, argv, 1), 0);
	check_string(parse(&line, s), NULL);
	return filter_match(&filter, &line);
}

/* What version 0.1 cannot be asked for. */
UNIT_TEST(tool_filter_new_fields)
{
	check(matches("id=5", NEW) && matches("id=05", NEW));
	check(!matches("id=6", NEW) && !matches("id=5", OLD));
	check(matches("rule=9f3c01d2", NEW) && !matches("rule=9f3c01d3", NEW));
	check(matches("owner=192.168.1.10", OLD) && !matches("owner=192.168.1.1", OLD));
	check(!matches("peer=any", NEW) && !matches("open=tcp:114", NEW));
	check(!matches("open=udp:113", NEW) && !matches("open=tc:113", NEW));
}
