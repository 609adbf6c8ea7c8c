// SPDX-License-Identifier: GPL-2.0
/* xt-trigger restore: open again what a file has. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "json.h"
#include "options.h"
#include "proc.h"
#include "restore.h"
#include "state.h"

static const char help[] =
	"Usage: xt-trigger restore [OPTION...] [FILE]\n\n"
	"Opens again what `xt-trigger save' has written to FILE, or what comes on stdin,\n"
	"with the time that is left of it. The rules must be loaded. What is not restored\n"
	"is told, with the reason.\n\n"
	"  -j, --json      tells it as a JSON object\n"
	"  -r, --received  FILE came from another machine: the time since it was\n"
	"                  written here counts, by this machine's clock alone\n"
	"  -h, --help      this text\n";

/*
 * A file on its way back.
 * @name:    of the file, in messages
 * @fd:      of the proc file
 * @n:	     lines so far
 * @seconds: how old it is, unless @unknown
 * @unknown: why its age is not known, or NULL
 * @received: both are so since the file's modification; what it says itself is of
 *	     another machine's clocks
 * @changed: the numbers of rules whose lines are left out, or NULL
 */
struct restoring {
	const char		*name;
	int			fd;
	unsigned long		n;
	struct state_time	now;
	uint64_t		seconds;
	const char		*unknown;
	bool			received;
	const struct lines	*changed;
	unsigned long		restored;
	unsigned long		left_out;
	struct text		command;
	bool			to_json;
	struct json		json;
};

/* Write the line; an older module is asked with less of it. */
static int open_again(struct restoring *restoring, const char *s,
		      const struct line *line)
{
	enum state_fields fields;
	int error = EINVAL;

	for (fields = 0; fields < STATE_FIELDS && error == EINVAL; fields++) {
		state_command(&restoring->command, s, line, restoring->seconds,
			      fields);
		error = proc_write(restoring->fd, restoring->command.data);
	}
	return error;
}

/* Restore the line @s, of which @fields is a copy; NULL, or why it is not. */
static const char *restore_line(struct restoring *restoring, const char *s,
				char *fields)
{
	struct line line;
	const char *wrong = line_parse(&line, fields);
	int error;

	if (wrong)
		return wrong;
	if (restoring->changed && line.text[LINE_RULE] &&
	    lines_has(restoring->changed, line.text[LINE_RULE]))
		return "its port trigger was changed";
	wrong = state_over(&line, restoring->seconds, restoring->unknown);
	if (wrong)
		return wrong;
	error = open_again(restoring, s, &line);
	return error ? proc_reason(error) : NULL;
}

static void leave_out(struct restoring *restoring, const char *s,
		      const char *reason)
{
	restoring->left_out++;
	if (!restoring->to_json) {
		tool_warn("%s:%lu: not restored: %s", restoring->name,
			  restoring->n, reason);
		return;
	}
	json_object(&restoring->json, NULL);
	json_number(&restoring->json, "line", restoring->n);
	json_string(&restoring->json, "text", s);
	json_string(&restoring->json, "reason", reason);
	json_end(&restoring->json);
}

/* A line of the file, of @len bytes, without its newline. */
static void take_line(struct restoring *restoring, char *s, size_t len)
{
	struct state_time saved;
	const char *reason;
	char *fields;

	if (*s == '#' && !restoring->received && state_parse_head(&saved, s))
		restoring->unknown = state_elapsed(&saved, &restoring->now,
						   &restoring->seconds);
	if (*s == '#' || !len)
		return;
	if (*s == '+')	/* a command, as it is written to the proc file */
		s++, len--;
	fields = tool_strdup(s);
	reason = strlen(s) == len ? restore_line(restoring, s, fields) :
				    "a NUL byte";
	if (reason)
		leave_out(restoring, s, reason);
	else
		restoring->restored++;
	free(fields);
}

static int take_file(struct restoring *restoring, FILE *in)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t len;
	int status = STATUS_DONE;

	while ((len = getline(&line, &size, in)) > 0) {
		restoring->n++;
		if (line[len - 1] == '\n')
			line[--len] = '\0';
		take_line(restoring, line, len);
	}
	if (ferror(in))
		status = tool_error("%s: %s", restoring->name, strerror(errno));
	free(line);
	return status;
}

/* How old the file is, as long as no line of it tells. */
static void find_age(struct restoring *restoring, FILE *in)
{
	struct stat info;

	if (restoring->received && !fstat(fileno(in), &info))
		restoring->unknown = state_since((uint64_t)info.st_mtim.tv_sec * 1000 +
						 info.st_mtim.tv_nsec / 1000000,
						 &restoring->now, &restoring->seconds);
	else
		restoring->unknown = state_elapsed(NULL, &restoring->now,
						   &restoring->seconds);
}

static int restore(struct restoring *restoring, FILE *in)
{
	int status;

	state_now(&restoring->now);
	find_age(restoring, in);
	restoring->fd = proc_open_writing();
	if (restoring->fd < 0)
		return STATUS_FAILED;
	if (restoring->to_json) {
		restoring->json.out = stdout;
		json_object(&restoring->json, NULL);
		json_array(&restoring->json, "left_out");
	}
	status = take_file(restoring, in);
	if (restoring->to_json) {
		json_end(&restoring->json);
		json_number(&restoring->json, "restored", restoring->restored);
		json_end(&restoring->json);
	} else {
		printf("restored %lu of %lu\n", restoring->restored,
		       restoring->restored + restoring->left_out);
	}
	close(restoring->fd);
	text_free(&restoring->command);
	return restoring->left_out ? STATUS_FAILED : status;
}

/* Its lines open ports: nobody else may be able to write them. */
static bool is_ours(FILE *in, const char *name)
{
	struct stat info;

	if (fstat(fileno(in), &info)) {
		tool_warn("%s: %s", name, strerror(errno));
		return false;
	}
	if (!S_ISREG(info.st_mode))
		return true;
	if ((info.st_uid == 0 || info.st_uid == geteuid()) &&
	    !(info.st_mode & (S_IWGRP | S_IWOTH)))
		return true;
	tool_warn("%s: others than root can write to it, so it is not restored",
		  name);
	return false;
}

static int restore_from(struct restoring *restoring, FILE *in)
{
	return is_ours(in, restoring->name) ? restore(restoring, in) : STATUS_FAILED;
}

static int restore_path(struct restoring *restoring, const char *path)
{
	FILE *in = fopen(path, "re");
	int status;

	if (!in)
		return tool_error("%s: %s", path, strerror(errno));
	restoring->name = path;
	status = restore_from(restoring, in);
	fclose(in);
	return status;
}

int restore_file(const char *path, const struct lines *changed)
{
	struct restoring restoring = { .changed = changed };

	return restore_path(&restoring, path);
}

int restore_command(int argc, char **argv)
{
	struct restoring restoring = { .name = "stdin" };
	const struct option_spec options[] = {
		{ "json", 'j', &restoring.to_json, NULL },
		{ "received", 'r', &restoring.received, NULL },
		{ 0 },
	};
	int first = options_parse(argc, argv, options, help);

	if (first < 0)
		return options_status(first);
	if (argc - first > 1)
		return tool_usage(argv[0], "`%s' is one file too many",
				  argv[first + 1]);
	if (restoring.received && (first == argc || !strcmp(argv[first], "-")))
		return tool_usage(argv[0], "--received: it needs a FILE, whose time of writing counts");
	if (first == argc || !strcmp(argv[first], "-"))
		return restore_from(&restoring, stdin);
	return restore_path(&restoring, argv[first]);
}
