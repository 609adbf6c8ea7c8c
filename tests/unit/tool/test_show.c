// SPDX-License-Identifier: GPL-2.0
/* What is shown: tables, JSON, names, and whole commands on a file of lines. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "entry.h"
#include "names.h"
#include "table.h"
#include "tool.h"
#include "unit.h"

#define HEAD	"# triggers=2 max=4096 opened=5 refreshed=812 closed=1 parked=1\n"
#define FIRST	"name=default family=ipv4 owner=192.168.1.10 open=tcp:113 "	\
		"trigger=tcp:6667 peer=198.51.100.7 timeout=0 expires=0 "	\
		"lifetime=0 age=2 session=1 hits=1 state=open id=5 "		\
		"rule=9f3c01d2 answered=1 "					\
		"ct=tcp:192.168.1.10:40122-198.51.100.7:6667\n"
#define SECOND	"name=default family=ipv6 owner=2001:db8::11 open=tcp:5000,udp:5000-5010 "	\
		"trigger=47 peer=any timeout=600 expires=598 lifetime=0 age=560 "	\
		"session=0 hits=0 state=parked id=18446744073709551615 "	\
		"rule=07be55a1 answered=0 ct=- colour=red\n"

UNIT_TEST(tool_list_table)
{
	unit_write("proc", HEAD FIRST SECOND);
	check_equal(unit_command(list_command, "list -n"), STATUS_DONE);
	check_string(unit_read("err"), "");
	check_string(unit_read("out"),
		"                  ID  OWNER         OPEN                    PEER          LEFT     HITS  STATE\n"
		"                   5  192.168.1.10  tcp:113                 198.51.100.7  session     1  open\n"
		"18446744073709551615  2001:db8::11  tcp:5000,udp:5000-5010  any           9m 58s      0  parked\n"
		"2 of at most 4096\n");
	check_equal(unit_command(list_command, "list -n id=5"), STATUS_DONE);
	check(strstr(unit_read("out"), "1 of 3 match, at most 4096 can be open\n"));
}

UNIT_TEST(tool_list_json)
{
	unit_write("proc", HEAD FIRST SECOND);
	check_equal(unit_command(list_command, "list --json"), STATUS_DONE);
	check_string(unit_read("out"), "[\n"
		"  {\"id\": 5, \"rule\": \"9f3c01d2\", \"name\": \"default\", "
		"\"family\": \"ipv4\", \"owner\": \"192.168.1.10\", \"host\": null, "
		"\"open\": [{\"protocol\": \"tcp\", \"first\": 113, \"last\": 113}], "
		"\"trigger\": {\"protocol\": \"tcp\", \"port\": 6667}, "
		"\"peer\": [\"198.51.100.7\"], \"timeout\": 0, \"expires\": 0, "
		"\"lifetime\": 0, \"age\": 2, \"session\": 1, \"hits\": 1, "
		"\"state\": \"open\", \"answered\": true, "
		"\"ct\": [{\"protocol\": \"tcp\", \"source\": \"192.168.1.10\", "
		"\"source_port\": 40122, \"destination\": \"198.51.100.7\", "
		"\"destination_port\": 6667}]},\n"
		"  {\"id\": 18446744073709551615, \"rule\": \"07be55a1\", "
		"\"name\": \"default\", \"family\": \"ipv6\", "
		"\"owner\": \"2001:db8::11\", \"host\": null, "
		"\"open\": [{\"protocol\": \"tcp\", \"first\": 5000, \"last\": 5000}, "
		"{\"protocol\": \"udp\", \"first\": 5000, \"last\": 5010}], "
		"\"trigger\": {\"protocol\": \"47\", \"port\": null}, "
		"\"peer\": null, \"timeout\": 600, \"expires\": 598, "
		"\"lifetime\": 0, \"age\": 560, \"session\": 0, \"hits\": 0, "
		"\"state\": \"parked\", \"answered\": false, \"ct\": []}\n]\n");
}

/* One line that is none spoils no other; the status says it. */
UNIT_TEST(tool_list_bad_line)
{
	unit_write("proc", HEAD "name=default\n" FIRST "\n");
	check_equal(unit_command(list_command, "list -n"), STATUS_FAILED);
	check(strstr(unit_read("out"), "192.168.1.10"));
	check_string(unit_read("err"),
		     "xt-trigger: proc: a line cannot be understood: it has not all fields\n");
}

UNIT_TEST(tool_list_other_head)
{
	unit_write("proc", "version 9\n" FIRST);
	check_equal(unit_command(list_command, "list"), STATUS_FAILED);
	check(strstr(unit_read("err"), "is xt-trigger older than the module?"));
	unit_write("proc", "");
	check_equal(unit_command(list_command, "list"), STATUS_FAILED);
}

/* A regular file takes what is written at its start: enough to see the commands. */
UNIT_TEST(tool_close_by_id)
{
	unit_write("proc", HEAD FIRST SECOND);
	check_equal(unit_command(close_command, "close -n owner=192.168.1.10"), STATUS_DONE);
	check_string(unit_read("out"), "closed id 5: 192.168.1.10 tcp:113 for 198.51.100.7\n");
	check(!strncmp(unit_read("proc"), "-id=5\n", 6));
	unit_write("proc", HEAD FIRST SECOND);
	check_equal(unit_command(close_command, "close -n --all"), STATUS_DONE);
	check(!strncmp(unit_read("proc"), "/\n", 2));
}

UNIT_TEST(tool_stats_of_other_modules)
{
	unit_write("proc", "# triggers=2 max=4096 opened=5 invented=7\n");
	check_equal(unit_command(stats_command, "stats --prometheus"), STATUS_DONE);
	check(strstr(unit_read("out"), "\nxt_trigger_opened_total 5\n"));
	check(!strstr(unit_read("out"), "closed_total"));
	check_equal(unit_command(stats_command, "stats --json"), STATUS_DONE);
	check_string(unit_read("out"), "{\n  \"triggers\": 2,\n  \"max\": 4096,\n"
		     "  \"opened\": 5,\n  \"invented\": 7\n}\n");
}

static void check_duration(uint64_t seconds, const char *expected)
{
	struct text text = { 0 };

	entry_duration(&text, seconds);
	check_string(text.data, expected);
	text_free(&text);
}

UNIT_TEST(tool_durations)
{
	check_duration(0, "0s");
	check_duration(59, "59s");
	check_duration(60, "1m 0s");
	check_duration(598, "9m 58s");
	check_duration(3600, "1h 0m");
	check_duration(86399, "23h 59m");
	check_duration(86400, "1d 0h");
	check_duration(31536000, "365d 0h");
}

UNIT_TEST(tool_json_strings)
{
	FILE *out = fopen("json", "w");
	struct json json = { .out = out, .compact = true };

	json_array(&json, NULL);
	json_string(&json, NULL, "a\"\\/\n\t\x01\x7f");
	json_string(&json, NULL, "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
	/* No UTF-8: a lone byte, a cut one, too long a form, a half pair, too large. */
	json_string(&json, NULL, "\x80");
	json_string(&json, NULL, "\xe2\x82");
	json_string(&json, NULL, "\xc0\xaf");
	json_string(&json, NULL, "\xed\xa0\x80");
	json_string(&json, NULL, "\xf4\x90\x80\x80");
	json_end(&json);
	check(!fclose(out));
	check_string(unit_read("json"),
		"[\"a\\\"\\\\/\\u000a\\u0009\\u0001\\u007f\", "
		"\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\", \"\\ufffd\", "
		"\"\\ufffd\\ufffd\", \"\\ufffd\\ufffd\", "
		"\"\\ufffd\\ufffd\\ufffd\", \"\\ufffd\\ufffd\\ufffd\\ufffd\"]\n");
}

UNIT_TEST(tool_names)
{
	struct names names = { 0 };

	unit_write("hosts", "192.168.1.10\talice.lan alice # mine\n#192.168.1.11 no\n"
		   "192.168.1.10 second\n::1 localhost\nx y\n192.168.1.12\n");
	unit_write("leases", "1 02:00 192.168.1.10 lease *\n1 02:00 192.168.1.11 b\x1bo'b *\n"
		   "duid 00:01\n1 5 2001:db8::1 six *\n1 02:00 192.168.1.13 * *\n");
	names_read_hosts(&names, "hosts");
	names_read_leases(&names, "leases");
	names_read_hosts(&names, "nowhere");
	names_sort(&names);
	check_string(names_find(&names, "192.168.1.10"), "alice.lan");
	check_string(names_find(&names, "192.168.1.11"), "bob");
	check_string(names_find(&names, "192.168.1.12"), NULL);
	check_string(names_find(&names, "192.168.1.13"), NULL);
	check_string(names_find(&names, "2001:db8:0::1"), "six");
	check_string(names_find(&names, "::1"), "localhost");
	check_string(names_find(&names, "nonsense"), NULL);
	check_equal(names.n, 4);
	names_free(&names);
	check_string(names_find(&names, "192.168.1.10"), NULL);
}

/* A word of any length, with a comma somewhere. */
static void fill(char *word, char letter, size_t size)
{
	size_t len = 1 + random_below(size - 1);

	memset(word, letter, len);
	word[random_below(len)] = ',';
	word[0] = letter;
	word[len] = '\0';
}

/* Whatever is in the cells: all of it is printed, and no line is too wide. */
static void check_table(unsigned int width, unsigned int n)
{
	static const struct table_column columns[] = {
		{ "A", 0, true }, { "LIST", 6, false }, { "NAME", 5, false }, { 0 },
	};
	FILE *out = fopen("table", "w");
	struct table table = { .out = out, .columns = columns, .width = width };
	char list[200], name[100];
	const char *cells[] = { "17", list, name };
	size_t printed = 0, given = 0;
	const char *s;

	table_begin(&table);
	while (n--) {
		fill(list, 'l', sizeof(list));
		fill(name, 'n', sizeof(name));
		table_row(&table, cells);
		given += strlen(list) + strlen(name);
	}
	table_end(&table);
	check(!fclose(out));
	for (s = unit_read("table"); *s; s += strcspn(s, "\n") + 1) {
		check(!width || strcspn(s, "\n") <= width);
		check(!strchr(" \n", s[strcspn(s, "\n") - 1]));
	}
	for (s = unit_read("table"); *s; s++)
		printed += *s == 'l' || *s == 'n' || *s == ',';
	check_equal(printed, given);
}

/* A table that may have so many lines says how many rows were whole. */
UNIT_TEST(tool_table_that_is_cut)
{
	static const struct table_column columns[] = { { "A", 0, false }, { "B", 2, false }, { 0 } };
	static const char *const one[] = { "x", "y" }, *const two[] = { "x", "abcd" };
	FILE *out = fopen("table", "w");
	struct table table = { .out = out, .columns = columns, .width = 5, .max = 4 };

	table_begin(&table);
	table_row(&table, one);
	table_row(&table, one);
	table_row(&table, two);
	table_end(&table);
	check(!fclose(out));
	check_string(unit_read("table"), "A  B\nx  y\nx  y\nx  ab\n");
	check_equal(table.rows, 2);
}

UNIT_TEST(tool_table)
{
	unsigned int round;

	for (round = 0; round < 30; round++) {
		check_table(20 + random_below(100), 1 + random_below(20));
		check_table(0, 1 + random_below(20));
	}
	check_table(40, 2 * TABLE_SAMPLE);
}
