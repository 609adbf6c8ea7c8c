/* SPDX-License-Identifier: GPL-2.0 */
/* /proc/net/xt_trigger of this network namespace: reading and writing. */
#ifndef _PROC_H
#define _PROC_H

#include <stdbool.h>
#include <stdio.h>

#include "filter.h"
#include "line.h"

/* The unit tests have another one. */
#ifndef PROC_FILE
#define PROC_FILE	"/proc/net/xt_trigger"
#endif

/*
 * The file, as it is read.
 * @counters: point into @head
 * @line:     the active trigger that proc_next() has found; @text has its whole
 *	      line as it is written, without the newline
 */
struct proc {
	FILE			*file;
	char			*head;
	struct line_counters	counters;
	struct line		line;
	char			*text;
	size_t			size;
	char			*fields;
	size_t			fields_size;
	bool			bad;	/* a line could not be understood */
};

/* Whether the module is loaded, and its version ("": it does not say). */
bool proc_module_version(char *version, size_t size);

/* Open it and read the counters. What is wrong is said; return a status. */
int proc_open(struct proc *proc);

/* Whether there is another active trigger. What is no line is said. */
bool proc_next(struct proc *proc);

/*
 * Whether there is another one that meets the conditions. That the module has
 * no field for one of them is said.
 */
bool proc_find(struct proc *proc, const struct filter *filter);

/* Return a status: whether all of it could be read. */
int proc_close(struct proc *proc);

/* A descriptor for proc_write(), or -1 with a message. */
int proc_open_writing(void);

/*
 * Write one command: "/", "-KEY=VALUE ..." or "+LINE", without its newline.
 * Return 0 or an errno.
 */
int proc_write(int fd, const char *command);

/* Why a command was refused, by its errno. */
const char *proc_reason(int error);

#endif /* _PROC_H */
