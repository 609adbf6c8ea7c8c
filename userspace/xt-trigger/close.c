// SPDX-License-Identifier: GPL-2.0
/* xt-trigger close: close what is open, and say which. */
#include <string.h>
#include <unistd.h>

#include "entry.h"
#include "filter.h"
#include "options.h"
#include "proc.h"

static const char help[] =
	"Usage: xt-trigger close [OPTION...] KEY=VALUE...\n"
	"       xt-trigger close [OPTION...] --all\n\n"
	"Closes what meets all conditions, and says what it has closed. Connections that\n"
	"are there stay. Keys: name, family, owner, open, peer, id, rule.\n\n"
	"  -a, --all      everything in this network namespace\n"
	"  -j, --json     says it as a JSON array\n"
	"  -n, --numeric  addresses instead of names of hosts\n"
	"  -h, --help     this text\n";

/*
 * What is to be closed.
 * @lines: each as it was read, with a NUL behind it
 */
struct closing {
	struct text	lines;
	struct names	names;
	bool		json;
	bool		all;
};

/* All that meets the conditions. It is read to the end before anything closes. */
static int collect(struct closing *closing, const struct filter *filter)
{
	struct proc proc;
	int status = proc_open(&proc);

	if (status)
		return status;
	while (proc_find(&proc, filter))
		text_add(&closing->lines, proc.text, strlen(proc.text) + 1);
	return proc_close(&proc);
}

/* "-id=5"; a module that has no ids is told all that it can be asked for. */
static int close_one(int fd, const struct line *line)
{
	static const enum line_field keys[] = {
		LINE_NAME, LINE_FAMILY, LINE_OWNER, LINE_OPEN, LINE_PEER,
	};
	struct text command = { 0 };
	size_t i;
	int error;

	if (line->text[LINE_ID])
		text_printf(&command, "-id=%s", line->text[LINE_ID]);
	for (i = 0; !line->text[LINE_ID] && i < ARRAY_SIZE(keys); i++)
		text_printf(&command, "%c%s=%s", i ? ' ' : '-',
			    line_field_name(keys[i]), line->text[keys[i]]);
	error = proc_write(fd, command.data);
	text_free(&command);
	return error;
}

static void say(const struct closing *closing, struct json *json,
		const struct line *line)
{
	struct text words = { 0 };

	if (closing->json) {
		entry_json(json, NULL, line, &closing->names);
		return;
	}
	entry_words(&words, line, &closing->names);
	printf("closed %s\n", words.data);
	text_free(&words);
}

/* Close each of the lines, and say so; or say it of all of them. */
static int close_each(struct closing *closing, int fd)
{
	char *s = closing->lines.data, *end = s + closing->lines.len;
	struct json json = { .out = stdout };
	int status = STATUS_DONE, error;
	struct line line;

	if (closing->json)
		json_array(&json, NULL);
	while (s < end) {
		char *next = s + strlen(s) + 1;

		if (!line_parse(&line, s)) {
			error = closing->all ? 0 : close_one(fd, &line);
			if (error)
				status = tool_error("%s %s is not closed: %s",
						    line.text[LINE_OWNER],
						    line.text[LINE_OPEN],
						    proc_reason(error));
			else
				say(closing, &json, &line);
		}
		s = next;
	}
	if (closing->json)
		json_end(&json);
	return status;
}

static int close_all(struct closing *closing)
{
	int fd = proc_open_writing(), status = STATUS_DONE, error = 0;

	if (fd < 0)
		return STATUS_FAILED;
	if (closing->all)
		error = proc_write(fd, "/");
	if (error)
		status = tool_error("nothing is closed: %s", proc_reason(error));
	else
		status = close_each(closing, fd);
	close(fd);
	return status;
}

int close_command(int argc, char **argv)
{
	struct closing closing = { 0 };
	bool numeric = false;
	const struct option_spec options[] = {
		{ "all", 'a', &closing.all, NULL },
		{ "json", 'j', &closing.json, NULL },
		{ "numeric", 'n', &numeric, NULL },
		{ 0 },
	};
	int first = options_parse(argc, argv, options, help), status;
	struct filter filter;

	if (first < 0)
		return options_status(first);
	status = filter_parse(&filter, argc, argv, first);
	if (status)
		return status;
	if (filter.any == closing.all)
		return tool_usage(argv[0], closing.all ?
				  "--all takes no conditions" :
				  "conditions are missing; --all closes everything");
	status = collect(&closing, &filter);
	if (!status && !closing.lines.len) {
		if (closing.json)
			puts("[]");
		status = tool_error(closing.all ? "nothing is open" :
				    "nothing meets these conditions");
	} else if (!status) {
		if (!numeric)
			names_load(&closing.names);
		status = close_all(&closing);
		names_free(&closing.names);
	}
	text_free(&closing.lines);
	return status;
}
