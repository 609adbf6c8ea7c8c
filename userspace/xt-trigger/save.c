// SPDX-License-Identifier: GPL-2.0
/* xt-trigger save: write what is open to a file. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "options.h"
#include "proc.h"
#include "save.h"
#include "state.h"

static const char help[] =
	"Usage: xt-trigger save [FILE]\n"
	"       xt-trigger save --watch [--run PROGRAM] FILE\n\n"
	"Writes what is open, and the time, for `xt-trigger restore': to stdout, or to\n"
	"FILE, which only its owner can read then and which is replaced as a whole.\n\n"
	"  -w, --watch  go on: write it again whenever something opens or closes, at most\n"
	"               once a second, and every ten seconds while something is open\n"
	"  -r, --run PROGRAM  run it behind that, with the file's name, and wait for it;\n"
	"               every ten seconds also while nothing is open\n"
	"  -h, --help   this text\n";

/*
 * Write the state to @out, and the number of its lines to *@n; @name: what it is
 * called in messages.
 */
static int write_state(FILE *out, const char *name, size_t *n)
{
	struct text head = { 0 };
	struct state_time now;
	struct proc proc;
	int status = proc_open(&proc);

	if (status)
		return status;
	/* Before the lines are read: what goes by meanwhile counts as gone. */
	state_now(&now);
	state_head(&head, &now);
	fputs(head.data, out);
	text_free(&head);
	for (*n = 0; proc_next(&proc); ++*n)
		fprintf(out, "%s\n", proc.text);
	status = proc_close(&proc);
	if (fflush(out) || ferror(out))
		return tool_error("%s: %s", name, strerror(errno));
	return status;
}

/* Make sure that the new name is on the disk. */
static void sync_dir(const char *path)
{
	char *dir = tool_strdup(path), *slash = strrchr(dir, '/');
	int fd;

	if (slash)
		slash[slash == dir] = '\0';
	fd = open(slash ? dir : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
	free(dir);
}

/* Write to a new file of mode 0600 beside @path, and then put it there. */
static int replace(const char *path, size_t *n)
{
	struct text temporary = { 0 };
	int fd, status = STATUS_FAILED;
	FILE *out;

	text_printf(&temporary, "%s.XXXXXX", path);
	fd = mkostemp(temporary.data, O_CLOEXEC);
	if (fd < 0) {
		tool_warn("%s: %s", path, strerror(errno));
		text_free(&temporary);
		return STATUS_FAILED;
	}
	out = fdopen(fd, "w");
	if (out)
		status = write_state(out, path, n);
	if (!status && fsync(fd))
		status = tool_error("%s: %s", path, strerror(errno));
	if (out)
		fclose(out);
	if (!status && rename(temporary.data, path))
		status = tool_error("%s: %s", path, strerror(errno));
	if (status)
		unlink(temporary.data);
	else
		sync_dir(path);
	text_free(&temporary);
	return status;
}

/* What is no file that could be replaced (a pipe, a device) is written to. */
static int write_to(const char *path, size_t *n)
{
	FILE *out = fopen(path, "we");
	int status;

	if (!out)
		return tool_error("%s: %s", path, strerror(errno));
	status = write_state(out, path, n);
	if (fclose(out) && !status)
		status = tool_error("%s: %s", path, strerror(errno));
	return status;
}

int save_to(const char *path, size_t *n)
{
	char target[PATH_MAX];
	struct stat info;

	if (!stat(path, &info) && !S_ISREG(info.st_mode))
		return write_to(path, n);
	/* A link stays one. */
	return replace(realpath(path, target) ? target : path, n);
}

int save_command(int argc, char **argv)
{
	bool watch = false;
	const char *program = NULL;
	const struct option_spec options[] = {
		{ "watch", 'w', &watch, NULL },
		{ "run", 'r', NULL, &program },
		{ 0 },
	};
	int first = options_parse(argc, argv, options, help);
	bool to_stdout;
	size_t n;

	if (first < 0)
		return options_status(first);
	if (argc - first > 1)
		return tool_usage(argv[0], "`%s' is one file too many",
				  argv[first + 1]);
	to_stdout = first == argc || !strcmp(argv[first], "-");
	if (watch && to_stdout)
		return tool_usage(argv[0], "--watch needs a file");
	if (program && !watch)
		return tool_usage(argv[0], "--run goes with --watch");
	if (watch)
		return save_watch(argv[first], program);
	return to_stdout ? write_state(stdout, "stdout", &n) :
			   save_to(argv[first], &n);
}
