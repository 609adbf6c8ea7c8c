// SPDX-License-Identifier: GPL-2.0
/*
 * Any text, as lines of the proc file or of a saved one: what is a line can be shown,
 * filtered, and made a command that is the same line again.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "entry.h"
#include "state.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Without the time that goes by, restoring changes nothing but unknown fields. */
static void check_command(const char *s, const struct line *line)
{
	struct text command = { 0 };
	enum line_field field;
	struct line again;

	state_command(&command, s, line, 0, STATE_KNOWN_FIELDS);
	if (command.data[0] != '+' || line_parse(&again, command.data + 1))
		abort();
	for (field = 0; field < LINE_FIELDS; field++) {
		if (!line->text[field] != !again.text[field])
			abort();
		if (line->text[field] && !line_field_is_number(field) &&
		    strcmp(line->text[field], again.text[field]))
			abort();
	}
	text_free(&command);
}

static void show(const struct line *line)
{
	static FILE *out;
	struct names names = { 0 };
	struct text text = { 0 };
	struct json json = { 0 };

	if (!out)
		out = fopen("/dev/null", "w");
	json.out = out;
	entry_json(&json, NULL, line, &names);
	entry_words(&text, line, &names);
	entry_left(&text, line);
	state_over(line, 100, NULL);
	text_free(&text);
}

static void take_line(char *s)
{
	struct line_counters counters;
	struct state_time time;
	struct line line;
	char *copy = strdup(s);

	state_parse_head(&time, s);
	if (!line_parse(&line, copy)) {
		show(&line);
		check_command(s, &line);
	}
	free(copy);
	line_parse_counters(&counters, s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size), *rest = text, *s;

	while ((s = strsep(&rest, "\n")))
		take_line(s);
	free(text);
	return 0;
}
