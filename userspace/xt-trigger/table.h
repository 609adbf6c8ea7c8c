/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A table with aligned columns, of any number of rows in bounded memory: the
 * first rows decide how wide the columns are. Where the lines have a width, a
 * cell that is wider than its column goes on in the lines below.
 */
#ifndef _TABLE_H
#define _TABLE_H

#include <stdbool.h>
#include <stdio.h>

#define TABLE_COLUMNS_MAX	8
#define TABLE_SAMPLE		256

/*
 * @least: how narrow it may become to fit; 0: it stays as wide as it is
 */
struct table_column {
	const char	*title;
	unsigned int	least;
	bool		right;
};

/*
 * @columns: its end has no title
 * @width:   of a line; 0: as wide as it is
 * @max:     lines that are printed, the title's included; 0: all
 * @end:     what ends a line
 * @rows:    how many rows have been printed whole
 */
struct table {
	FILE				*out;
	const struct table_column	*columns;
	unsigned int			width;
	unsigned int			max;
	const char			*end;
	unsigned long			rows;
	unsigned int			lines;
	unsigned int			n_columns;
	unsigned int			n_sample;
	bool				begun;
	unsigned int			widths[TABLE_COLUMNS_MAX];
	char				**sample;
};

void table_begin(struct table *table);

/* @cells: one for each column; ASCII. */
void table_row(struct table *table, const char *const *cells);

/* Print what is left. A table without rows prints nothing. */
void table_end(struct table *table);

/* How wide a line of stdout is: $COLUMNS, or the terminal; 0: any. */
unsigned int table_width(void);

#endif /* _TABLE_H */
