/* SPDX-License-Identifier: GPL-2.0 */
/*
 * xt-trigger: what all of its commands share.
 *
 * Each command is one file (list.c, monitor.c, ...) with one entry,
 * int NAME_command(int argc, char **argv), whose argv[0] is the command's name
 * and whose return value is the exit status. main.c has the table of them.
 *
 *	tool.h	  exit statuses, messages, memory
 *	options.h what is common to the command lines
 *	text.h	  a string that grows
 *	json.h	  writes JSON
 *	run.h	  runs a program, without a shell
 *	line.h	  takes a line of the proc file apart
 *	proc.h	  reads and writes the proc file
 *	filter.h  KEY=VALUE on the command line
 *	entry.h	  an active trigger, as it is shown
 *	table.h	  columns
 *	names.h	  names of hosts
 *	state.h	  saved files, and what time does to them
 *	event.h	  the kernel's events
 *	netlink.h the socket that they come from
 *	save.h	  writes a saved file
 *	ruleset.h the rules of iptables
 *	status.h  what `status' looks at
 *
 * What is printed for people goes to stdout; stdout has nothing but JSON with
 * --json. Errors and warnings go to stderr and begin with "xt-trigger: ". A
 * message is one sentence that names what is wrong, and why.
 */
#ifndef _TOOL_H
#define _TOOL_H

#include <stdbool.h>
#include <stddef.h>

/* The Makefile says which version this is. */
#ifndef XT_TRIGGER_VERSION
#define XT_TRIGGER_VERSION	"unknown"
#endif

/* Exit statuses. */
enum {
	STATUS_DONE	= 0,
	STATUS_FAILED	= 1,	/* not all of it could be done */
	STATUS_USAGE	= 2,	/* wrong command line */
};

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof(*(array)))
#define PRINTF(string, first)	__attribute__((format(printf, string, first)))

/* Print "xt-trigger: ", the message and a newline on stderr. */
void tool_warn(const char *format, ...) PRINTF(1, 2);

/* The same; return STATUS_FAILED. */
int tool_error(const char *format, ...) PRINTF(1, 2);

/* The same, and where help is; return STATUS_USAGE. @command: argv[0]. */
int tool_usage(const char *command, const char *format, ...) PRINTF(2, 3);

/* Memory; without any, the program says so and ends with STATUS_FAILED. */
void *tool_alloc(size_t size);	/* zeroed */
void *tool_realloc(void *memory, size_t size);
char *tool_strdup(const char *string);

int list_command(int argc, char **argv);
int monitor_command(int argc, char **argv);
int close_command(int argc, char **argv);
int save_command(int argc, char **argv);
int restore_command(int argc, char **argv);
int stats_command(int argc, char **argv);
int rules_command(int argc, char **argv);
int status_command(int argc, char **argv);

#endif /* _TOOL_H */
