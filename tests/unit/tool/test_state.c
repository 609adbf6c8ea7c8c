// SPDX-License-Identifier: GPL-2.0
/* Saved files, and what time does to them. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "state.h"
#include "unit.h"

#define BOOT	"11111111-2222-3333-4444-555555555555"
#define OTHER	"11111111-2222-3333-4444-666666666666"

#define LINE(times)	"name=default family=ipv4 owner=10.0.0.1 open=tcp:113 "	\
			"trigger=udp:3000 peer=any " times " session=0 hits=0 state=open"
#define TIMED	LINE("timeout=600 expires=500 lifetime=900 age=100")

static struct line *parse(const char *s)
{
	static struct line line;
	static char copy[1024];

	snprintf(copy, sizeof(copy), "%s", s);
	check_string(line_parse(&line, copy), NULL);
	return &line;
}

UNIT_TEST(tool_state_head)
{
	struct state_time time = { 1732633200250, 812040, BOOT, true }, read;
	struct text text = { 0 };

	state_head(&text, &time);
	check_string(text.data, "# xt-trigger saved=1732633200.250 boot=" BOOT
		     " uptime=812.040 clock=set\n");
	text.data[--text.len] = '\0';
	check(state_parse_head(&read, text.data));
	check_equal(read.wall, time.wall);
	check_equal(read.uptime, time.uptime);
	check_string(read.boot, BOOT);
	check(read.set);
	text_free(&text);
	state_now(&time);
	state_head(&text, &time);
	text.data[--text.len] = '\0';
	check(state_parse_head(&read, text.data));
	check_equal(read.wall, time.wall);
	check_string(read.boot, time.boot);
	text_free(&text);
}

UNIT_TEST(tool_state_no_head)
{
	static const char *const bad[] = {
		"# triggers=2", "# xt-trigger ", "# xt-trigger saved=1.000 uptime=1.000",
		"# xt-trigger saved=1 boot=" BOOT " uptime=1.000",
		"# xt-trigger saved=1.0000 boot=" BOOT " uptime=1.000",
		"# xt-trigger saved=1.000 boot=" BOOT "0 uptime=1.000",
		"# xt-trigger saved=1.000 boot=x uptime=1.000",
		"# xt-trigger saved=99999999999999999.000 boot=" BOOT " uptime=1.000",
		"# xt-trigger saved=-1.000 boot=" BOOT " uptime=1.000",
	};
	struct state_time time;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		check(!state_parse_head(&time, bad[i]));
	check(state_parse_head(&time, "# xt-trigger new=1 saved=1.000 boot=" BOOT
			       " uptime=2.001 clock=unset more"));
	check(!time.set && time.uptime == 2001);
}

UNIT_TEST(tool_state_elapsed)
{
	struct state_time saved = { 100000, 50000, BOOT, true };
	struct state_time now = { 90000, 53001, BOOT, false };
	uint64_t seconds;

	check_string(state_elapsed(&saved, &now, &seconds), NULL);
	check_equal(seconds, 4);
	now.uptime = 50000;
	check_string(state_elapsed(&saved, &now, &seconds), NULL);
	check_equal(seconds, 0);
	now.uptime = 49999;
	check(strstr(state_elapsed(&saved, &now, &seconds), "in the future"));
	/* Another boot. */
	now = (struct state_time){ 103000, 10, OTHER, true };
	check_string(state_elapsed(&saved, &now, &seconds), NULL);
	check_equal(seconds, 3);
	now.set = false;
	check(strstr(state_elapsed(&saved, &now, &seconds), "not synchronised"));
	now.set = true;
	saved.set = false;
	check(strstr(state_elapsed(&saved, &now, &seconds), "not synchronised"));
	check(state_elapsed(NULL, &now, &seconds));
}

UNIT_TEST(tool_state_since)
{
	struct state_time now = { 90000, 53001, BOOT, false };
	uint64_t seconds;

	check_string(state_since(86999, &now, &seconds), NULL);
	check_equal(seconds, 4);
	check(strstr(state_since(90001, &now, &seconds), "in the future"));
}

UNIT_TEST(tool_state_over)
{
	check_string(state_over(parse(TIMED), 499, NULL), NULL);
	check_string(state_over(parse(TIMED), 500, NULL), "its timeout is over");
	check_string(state_over(parse(LINE("timeout=900 expires=900 lifetime=900 age=100")),
				800, NULL), "its lifetime is over");
	check_string(state_over(parse(LINE("timeout=900 expires=900 lifetime=900 age=100")),
				799, NULL), NULL);
	check_string(state_over(parse(LINE("timeout=600 expires=500 lifetime=9 age=10")),
				0, NULL), "its lifetime is over");
	check_string(state_over(parse(TIMED), 0, "why"), "why");
	check_string(state_over(parse(LINE("timeout=0 expires=0 lifetime=0 age=5")), 0, "why"),
		     NULL);
	check_string(state_over(parse(TIMED), UINT64_MAX, NULL), "its timeout is over");
}

static void check_command(const char *s, uint64_t seconds, enum state_fields fields,
			  const char *expected)
{
	struct text command = { 0 };

	state_command(&command, s, parse(s), seconds, fields);
	check_string(command.data, expected);
	text_free(&command);
}

UNIT_TEST(tool_state_command)
{
	check_command(TIMED " id=5 rule=01234567 answered=1 ct=- new=1", 10, STATE_ALL_FIELDS,
		      "+" LINE("timeout=600 expires=490 lifetime=900 age=110")
		      " id=5 rule=01234567 answered=1 ct=- new=1");
	check_command(TIMED " id=5 rule=01234567 answered=1 ct=- new=1", 10, STATE_KNOWN_FIELDS,
		      "+" LINE("timeout=600 expires=490 lifetime=900 age=110")
		      " id=5 rule=01234567 answered=1 ct=-");
	check_command(TIMED " id=5 rule=01234567 answered=1 ct=- new=1", 0, STATE_OLD_FIELDS,
		      "+" TIMED);
	check_command(LINE("timeout=0 expires=0 lifetime=0 age=4294967290"), 100,
		      STATE_ALL_FIELDS,
		      "+" LINE("timeout=0 expires=0 lifetime=0 age=4294967295"));
}
