// SPDX-License-Identifier: GPL-2.0
/* A table with aligned columns. See table.h. */
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "line.h"
#include "table.h"
#include "tool.h"

/* Between two columns. */
#define GAP	2

unsigned int table_width(void)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size;
	uint64_t width;

	if (columns && line_parse_number(columns, 10000, &width) && width)
		return width;
	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_col)
		return size.ws_col;
	return 0;
}

void table_begin(struct table *table)
{
	unsigned int i;

	for (i = 0; table->columns[i].title; i++)
		table->widths[i] = strlen(table->columns[i].title);
	table->n_columns = i;
	table->n_sample = 0;
	table->begun = false;
	table->sample = tool_alloc(TABLE_SAMPLE * i * sizeof(char *));
	if (!table->end)
		table->end = "\n";
}

static unsigned int total(const struct table *table)
{
	unsigned int i, sum = GAP * (table->n_columns - 1);

	for (i = 0; i < table->n_columns; i++)
		sum += table->widths[i];
	return sum;
}

/* The widest of the columns that may become narrower, or -1. */
static int widest(const struct table *table)
{
	unsigned int i;
	int found = -1;

	for (i = 0; i < table->n_columns; i++) {
		if (!table->columns[i].least ||
		    table->widths[i] <= table->columns[i].least)
			continue;
		if (found < 0 || table->widths[i] > table->widths[found])
			found = i;
	}
	return found;
}

static void fit(struct table *table)
{
	int column;

	while (table->width && total(table) > table->width) {
		column = widest(table);
		if (column < 0)
			break;
		table->widths[column]--;
	}
}

/*
 * How many bytes of @cell stand on one line of a column: up to its width, if it
 * goes on then behind a comma or a space, where there is one.
 */
static unsigned int piece(const struct table *table, unsigned int column,
			  const char *cell)
{
	unsigned int width = table->widths[column], len = strlen(cell), i;

	if (len <= width || !table->width)
		return len;
	for (i = width; i; i--) {
		if (cell[i - 1] == ',' || cell[i - 1] == ' ')
			return i;
	}
	return width;
}

/* Print a line of the row, and pass by it; whether something is left. */
static bool print_line(struct table *table, const char **rest)
{
	unsigned int i, len, at = 0, start = 0, place;
	bool more = false;

	for (i = 0; i < table->n_columns; i++) {
		len = piece(table, i, rest[i]);
		place = start;
		if (table->columns[i].right && len < table->widths[i])
			place += table->widths[i] - len;
		/* A cell may be too wide, where lines may be of any width. */
		if (place < at)
			place = at + GAP;
		if (len)
			at = place + fprintf(table->out, "%*s%.*s", place - at,
					     "", len, rest[i]) - (place - at);
		start += table->widths[i] + GAP;
		rest[i] += len;
		more |= *rest[i];
	}
	fputs(table->end, table->out);
	return more;
}

static void print_row(struct table *table, const char *const *cells)
{
	const char *rest[TABLE_COLUMNS_MAX];
	unsigned int i;

	for (i = 0; i < table->n_columns; i++)
		rest[i] = cells[i];
	do {
		if (table->max && table->lines == table->max)
			return;
		table->lines++;
	} while (print_line(table, rest));
	table->rows++;
}

/* Print the title and the rows that have waited for the widths. */
static void print_sample(struct table *table)
{
	const char *titles[TABLE_COLUMNS_MAX];
	unsigned int i, n;

	table->begun = true;
	if (!table->n_sample)
		return;
	fit(table);
	for (i = 0; i < table->n_columns; i++)
		titles[i] = table->columns[i].title;
	print_row(table, titles);
	table->rows = 0;	/* the title is none */
	for (n = 0; n < table->n_sample; n++)
		print_row(table, (const char *const *)
				 &table->sample[n * table->n_columns]);
}

void table_row(struct table *table, const char *const *cells)
{
	unsigned int i, len;
	char **sample;

	if (table->begun) {
		print_row(table, cells);
		return;
	}
	sample = &table->sample[table->n_sample++ * table->n_columns];
	for (i = 0; i < table->n_columns; i++) {
		sample[i] = tool_strdup(cells[i]);
		len = strlen(cells[i]);
		if (table->widths[i] < len)
			table->widths[i] = len;
	}
	if (table->n_sample == TABLE_SAMPLE)
		print_sample(table);
}

void table_end(struct table *table)
{
	unsigned int i;

	if (!table->begun)
		print_sample(table);
	for (i = 0; i < table->n_sample * table->n_columns; i++)
		free(table->sample[i]);
	free(table->sample);
	table->sample = NULL;
}
