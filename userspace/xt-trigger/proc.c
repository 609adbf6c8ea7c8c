// SPDX-License-Identifier: GPL-2.0
/* The proc file. See proc.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proc.h"
#include "text.h"
#include "tool.h"

/* The unit tests have another one. */
#ifndef MODULE_DIR
#define MODULE_DIR	"/sys/module/xt_TRIGGER"
#endif

bool proc_module_version(char *version, size_t size)
{
	FILE *file = fopen(MODULE_DIR "/version", "re");

	*version = '\0';
	if (!file)
		return !access(MODULE_DIR, F_OK);
	if (!fgets(version, size, file))
		*version = '\0';
	version[strcspn(version, "\n")] = '\0';
	fclose(file);
	return true;
}

/* Say why the file cannot be opened. */
static int no_file(int error)
{
	if (error == ENOENT && access(MODULE_DIR, F_OK))
		return tool_error("the kernel module xt_TRIGGER is not loaded; a TRIGGER rule of iptables loads it, or: modprobe xt_TRIGGER");
	if (error == EACCES || error == EPERM)
		return tool_error("only root of this network namespace may use " PROC_FILE "; try sudo");
	return tool_error(PROC_FILE ": %s", strerror(error));
}

int proc_open(struct proc *proc)
{
	size_t size = 0;
	ssize_t len;

	*proc = (struct proc){ .file = fopen(PROC_FILE, "re") };
	if (!proc->file)
		return no_file(errno);
	len = getline(&proc->head, &size, proc->file);
	if (len > 0)
		proc->head[strcspn(proc->head, "\n")] = '\0';
	if (len > 0 && line_parse_counters(&proc->counters, proc->head))
		return STATUS_DONE;
	if (len < 0 && ferror(proc->file))
		tool_error(PROC_FILE ": %s", strerror(errno));
	else
		tool_error(PROC_FILE ": the first line has no counters; is xt-trigger older than the module?");
	proc_close(proc);
	return STATUS_FAILED;
}

bool proc_next(struct proc *proc)
{
	const char *wrong;
	ssize_t len;

	while ((len = getline(&proc->text, &proc->size, proc->file)) > 0) {
		if (proc->text[len - 1] == '\n')
			proc->text[--len] = '\0';
		if (proc->fields_size < proc->size) {
			proc->fields_size = proc->size;
			proc->fields = tool_realloc(proc->fields, proc->size);
		}
		memcpy(proc->fields, proc->text, len + 1);
		wrong = line_parse(&proc->line, proc->fields);
		if (!wrong)
			return true;
		if (!proc->bad)
			tool_warn(PROC_FILE ": a line cannot be understood: %s", wrong);
		proc->bad = true;
	}
	if (ferror(proc->file)) {
		tool_warn(PROC_FILE ": %s", strerror(errno));
		proc->bad = true;
	}
	return false;
}

/* Whether the module is too old for a condition; said once. */
static bool is_unknown(struct proc *proc, const struct filter *filter)
{
	enum line_field field;

	for (field = LINE_FIELDS_OLD; field < LINE_FIELDS; field++) {
		if (filter->text[field] && !proc->line.text[field]) {
			tool_warn("the module is too old for the condition `%s'",
				  line_field_name(field));
			proc->bad = true;
			return true;
		}
	}
	return false;
}

bool proc_find(struct proc *proc, const struct filter *filter)
{
	while (proc_next(proc)) {
		if (is_unknown(proc, filter))
			return false;
		if (filter_match(filter, &proc->line))
			return true;
	}
	return false;
}

int proc_close(struct proc *proc)
{
	int status = proc->bad ? STATUS_FAILED : STATUS_DONE;

	if (proc->file)
		fclose(proc->file);
	free(proc->head);
	free(proc->text);
	free(proc->fields);
	*proc = (struct proc){ 0 };
	return status;
}

int proc_open_writing(void)
{
	int fd = open(PROC_FILE, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		no_file(errno);
	return fd;
}

int proc_write(int fd, const char *command)
{
	struct text line = { 0 };
	ssize_t n;
	int error = 0;

	text_puts(&line, command);
	text_puts(&line, "\n");
	do {
		n = write(fd, line.data, line.len);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		error = errno;
	else if ((size_t)n != line.len)
		error = EINVAL;	/* a newline in it */
	text_free(&line);
	return error;
}

const char *proc_reason(int error)
{
	switch (error) {
	case ENOENT:
		return "no rule that could have opened it is loaded";
	case ENOSPC:
		return "a limit is reached";
	case EINVAL:
		return "the module does not understand it";
	case EPERM:
		return "only root of this network namespace may do that";
	default:
		return strerror(error);
	}
}
