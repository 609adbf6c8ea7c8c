// SPDX-License-Identifier: GPL-2.0
/* What changed port triggers hold open. See rules_held.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proc.h"
#include "rules_held.h"
#include "rules_id.h"

/* One for each network namespace; the caller's lock is for all of them. */
#define MEMORY_FILE	"/run/xt-trigger.applied"

/* --- which rules are not what they were */

/* Copy the name of the port trigger that @line is of: its comment, unquoted. */
static void get_section(const char *line, char section[CONF_SECTION_LEN])
{
	static const char option[] = " -m comment --comment ";
	const char *name = strstr(line, option);
	size_t len;

	*section = '\0';
	if (!name)
		return;
	name += strlen(option);
	name += *name == '"';
	len = strcspn(name, "\" ");
	if (len >= CONF_SECTION_LEN)
		return;
	memcpy(section, name, len);
	section[len] = '\0';
}

static bool is_same_section(const char *a, const char *b)
{
	char section_a[CONF_SECTION_LEN], section_b[CONF_SECTION_LEN];

	get_section(a, section_a);
	get_section(b, section_b);
	return !strcmp(section_a, section_b);
}

static bool is_same_rule(const char *a, const char *b)
{
	return rules_options(a) && rules_options(b) &&
	       !strcmp(rules_options(a), rules_options(b));
}

/* Whether all that @from has of the section of @line is in @in, too. */
static bool has_section(const struct lines *in, const struct lines *from,
			const char *line)
{
	size_t i;

	for (i = 0; i < from->n; i++) {
		if (is_same_section(from->line[i], line) &&
		    !lines_has(in, from->line[i]))
			return false;
	}
	return true;
}

/* Whether one that shares the rule of @line stays as it was. */
static bool is_held(const char *line, const struct lines *applied,
		    const struct lines *wanted, const struct lines *others)
{
	size_t i;

	for (i = 0; i < others->n; i++) {
		if (is_same_rule(others->line[i], line))
			return true;
	}
	for (i = 0; i < applied->n; i++) {
		if (is_same_rule(applied->line[i], line) &&
		    has_section(wanted, applied, applied->line[i]) &&
		    has_section(applied, wanted, applied->line[i]))
			return true;
	}
	return false;
}

void rules_held_changed(struct lines *numbers, enum rules_family family,
			const struct lines *applied, const struct lines *wanted,
			const struct lines *others)
{
	char number[16];
	size_t i;

	for (i = 0; i < applied->n; i++) {
		const char *line = applied->line[i];

		if (!rules_options(line) || is_held(line, applied, wanted, others))
			continue;
		snprintf(number, sizeof(number), "%08x", rules_id(family, line));
		if (!lines_has(numbers, number))
			lines_add(numbers, number);
	}
}

/* --- what was applied last */

static void memory_path(struct text *path)
{
	struct stat info;

	text_puts(path, MEMORY_FILE);
	if (!stat("/proc/self/ns/net", &info))
		text_printf(path, "-%ju", (uintmax_t)info.st_ino);
}

/* Return the rule of @line, "ipv4 -A ...", or NULL if it is of the other family. */
static const char *rule_of(const char *line, enum rules_family family)
{
	const char *name = rules_family_name(family);
	size_t len = strlen(name);

	return !strncmp(line, name, len) && line[len] == ' ' ? line + len + 1 : NULL;
}

void rules_held_read(struct lines *applied, enum rules_family family)
{
	struct text path = {};
	char *line = NULL;
	size_t size = 0;
	FILE *file;

	memory_path(&path);
	file = fopen(path.data, "re");
	while (file && getline(&line, &size, file) > 0) {
		const char *rule;

		line[strcspn(line, "\n")] = '\0';
		rule = rule_of(line, family);
		if (rule && !lines_has(applied, rule))
			lines_add(applied, rule);
	}
	if (file)
		fclose(file);
	free(line);
	text_free(&path);
}

static void write_lines(FILE *file, const struct rules_plan *plan)
{
	enum rules_family family;
	size_t i;

	for (family = 0; family < RULES_FAMILIES; family++) {
		const struct lines *lines = &plan->want[family][RULES_MANGLE].lines;

		for (i = 0; i < lines->n; i++)
			fprintf(file, "%s %s\n", rules_family_name(family), lines->line[i]);
	}
}

/* Remember what is there now, in a file that is replaced as a whole. */
static int remember(const struct rules_plan *plan)
{
	struct text path = {}, new = {};
	int status = STATUS_DONE;
	FILE *file;
	bool good;

	memory_path(&path);
	text_printf(&new, "%s.new", path.data);
	file = fopen(new.data, "we");
	if (file)
		write_lines(file, plan);
	good = file && !ferror(file);
	if (file && fclose(file))
		good = false;
	if (!good || rename(new.data, path.data))
		status = tool_error("%s: %s", path.data, strerror(errno));
	text_free(&path);
	text_free(&new);
	return status;
}

/* --- closing */

static void find_changed(struct lines *numbers, const struct rules_plan *plan)
{
	enum rules_family family;
	size_t i;

	for (family = 0; family < RULES_FAMILIES; family++) {
		const struct rules_live *live = &plan->live[family];
		const struct lines *there = &live->chain[RULES_MANGLE].lines;
		struct lines applied = {};

		rules_held_read(&applied, family);
		for (i = 0; i < there->n; i++) {
			if (!lines_has(&applied, there->line[i]))
				lines_add(&applied, there->line[i]);
		}
		rules_held_changed(numbers, family, &applied,
				   &plan->want[family][RULES_MANGLE].lines, &live->out);
		lines_free(&applied);
	}
}

static int close_rule(int fd, const char *number)
{
	struct text command = {};
	int error;

	text_printf(&command, "-rule=%s", number);
	error = proc_write(fd, command.data);
	text_free(&command);
	return error ? tool_error("what rule %s has opened is not closed: %s", number,
				  proc_reason(error)) : STATUS_DONE;
}

static int close_rules(const struct lines *numbers)
{
	int fd, status = STATUS_DONE;
	size_t i;

	/* Without the module nothing is open. */
	if (!numbers->n || access(PROC_FILE, F_OK))
		return STATUS_DONE;
	fd = proc_open_writing();
	if (fd < 0)
		return STATUS_FAILED;
	for (i = 0; i < numbers->n; i++)
		status |= close_rule(fd, numbers->line[i]);
	close(fd);
	return status;
}

int rules_held_close(const struct rules_plan *plan, struct lines *numbers)
{
	int status;

	find_changed(numbers, plan);
	status = close_rules(numbers);
	/* What could not be closed now is tried again the next time. */
	return status ? status : remember(plan);
}
