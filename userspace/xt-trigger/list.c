// SPDX-License-Identifier: GPL-2.0
/* xt-trigger list: who has what open, for whom, until when. */
#include <inttypes.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "entry.h"
#include "filter.h"
#include "options.h"
#include "proc.h"
#include "table.h"

static const char help[] =
	"Usage: xt-trigger [list] [OPTION...] [KEY=VALUE...]\n\n"
	"Shows who has what open, for whom, until when: all of it, or what meets all\n"
	"conditions. Keys: name, family, owner, open, peer, id, rule.\n\n"
	"  -j, --json     as a JSON array\n"
	"  -n, --numeric  addresses instead of names of hosts\n"
	"  -w, --watch    shows it again every second, in place, until ^C\n"
	"  -h, --help     this text\n";

static const struct table_column columns[] = {
	{ "ID", 0, true },
	{ "OWNER", 15, false },
	{ "OPEN", 12, false },
	{ "PEER", 15, false },
	{ "LEFT", 0, false },
	{ "HITS", 0, true },
	{ "STATE", 0, false },
	{ 0 },
};

/*
 * What is listed, and how.
 * @max: lines of the table to print, 0: all
 * @end: what ends each line
 */
struct listing {
	struct filter	filter;
	struct names	names;
	bool		json;
	unsigned int	max;
	const char	*end;
};

static void add_row(struct table *table, const struct line *line,
		    const struct names *names, struct text *left)
{
	const char *id = line->text[LINE_ID];
	const char *cells[] = {
		id ? id : "-",
		entry_owner(line, names),
		line->text[LINE_OPEN],
		line->text[LINE_PEER],
		NULL,
		line->text[LINE_HITS],
		line->text[LINE_STATE],
	};

	text_clear(left);
	entry_left(left, line);
	cells[4] = text_string(left);
	table_row(table, cells);
}

static uint64_t count(const struct proc *proc, const char *name)
{
	const struct line_counter *counter = line_counter(&proc->counters, name);

	return counter ? counter->value : 0;
}

/* The line under the table: how many of how many. */
static void print_sum(const struct proc *proc, const struct listing *listing,
		      unsigned long shown)
{
	uint64_t there = count(proc, "triggers") + count(proc, "parked");

	if (listing->filter.any)
		printf("%lu of %" PRIu64 " match, at most %" PRIu64 " can be open%s",
		       shown, there, count(proc, "max"), listing->end);
	else
		printf("%lu of at most %" PRIu64 "%s", shown, count(proc, "max"),
		       listing->end);
}

static int list_table(struct listing *listing)
{
	struct table table = {
		.out	 = stdout,
		.columns = columns,
		.width	 = table_width(),
		.max	 = listing->max,
		.end	 = listing->end,
	};
	unsigned long shown = 0;
	struct text left = { 0 };
	struct proc proc;
	int status = proc_open(&proc);

	if (status)
		return status;
	table_begin(&table);
	while (proc_find(&proc, &listing->filter)) {
		add_row(&table, &proc.line, &listing->names, &left);
		shown++;
	}
	table_end(&table);
	if (shown > table.rows)
		printf("... and %lu more%s", shown - table.rows, listing->end);
	print_sum(&proc, listing, shown);
	text_free(&left);
	return proc_close(&proc);
}

static int list_json(const struct listing *listing)
{
	struct json json = { .out = stdout };
	struct proc proc;
	int status = proc_open(&proc);

	if (status)
		return status;
	json_array(&json, NULL);
	while (proc_find(&proc, &listing->filter))
		entry_json(&json, NULL, &proc.line, &listing->names);
	json_end(&json);
	return proc_close(&proc);
}

/* Show it every second, over what was shown before; what is too long is cut. */
static int watch(struct listing *listing)
{
	const struct timespec second = { .tv_sec = 1 };
	struct winsize size = { 0 };
	int status;

	listing->end = "\033[K\n";	/* and clear the rest of the line */
	do {
		ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
		/* Below the table stand two lines and the cursor. */
		listing->max = size.ws_row > 5 ? size.ws_row - 3 : 2;
		fputs("\033[H", stdout);	/* to the top */
		status = list_table(listing);
		fputs("\033[J", stdout);	/* and clear what is below */
		if (status || fflush(stdout))
			break;
		nanosleep(&second, NULL);
	} while (true);
	return status;
}

static int list(struct listing *listing, bool again)
{
	if (listing->json)
		return list_json(listing);
	if (!again)
		return list_table(listing);
	fputs("\033[2J", stdout);
	return watch(listing);
}

int list_command(int argc, char **argv)
{
	struct listing listing = { .end = "\n" };
	bool numeric = false, again = false;
	const struct option_spec options[] = {
		{ "json", 'j', &listing.json, NULL },
		{ "numeric", 'n', &numeric, NULL },
		{ "watch", 'w', &again, NULL },
		{ 0 },
	};
	int first = options_parse(argc, argv, options, help), status;

	if (first < 0)
		return options_status(first);
	status = filter_parse(&listing.filter, argc, argv, first);
	if (status)
		return status;
	if (again && (listing.json || !isatty(STDOUT_FILENO)))
		return tool_usage(argv[0], "--watch: it writes to a terminal, and no JSON");
	if (!numeric)
		names_load(&listing.names);
	status = list(&listing, again);
	names_free(&listing.names);
	return status;
}
