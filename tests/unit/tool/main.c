// SPDX-License-Identifier: GPL-2.0
/*
 * tool TEST [SEED]: runs one test, in a directory of its own; without a name, lists
 * them. See unit.h.
 */
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "unit.h"

static struct unit_test *tests;
static const char *about;
static uint64_t seed = 1;
static char *content;

void unit_add(struct unit_test *test)
{
	test->next = tests;
	tests = test;
}

void unit_about(const char *what)
{
	about = what;
}

void unit_fail(const char *file, int line, const char *format, ...)
{
	va_list args;

	fprintf(stderr, "%s:%d: ", file, line);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	if (about)
		fprintf(stderr, "\n  about: %s", about);
	fputc('\n', stderr);
	exit(1);
}

void unit_check_string(const char *file, int line, const char *what, const char *is,
		       const char *should)
{
	if (!is != !should || (is && strcmp(is, should)))
		unit_fail(file, line, "%s is\n  \"%s\", not\n  \"%s\"", what,
			  is ? is : "(NULL)", should ? should : "(NULL)");
}

unsigned int random_below(unsigned int end)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (seed >> 32) % end;
}

void unit_write(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	check(file && fputs(text, file) >= 0 && !fclose(file));
}

const char *unit_read(const char *path)
{
	FILE *file = fopen(path, "r");
	size_t size = 0;

	check(file);
	free(content);
	content = NULL;
	if (getdelim(&content, &size, '\0', file) < 0)
		*content = '\0';
	fclose(file);
	return content;
}

/* Let @fd write to @path; return what it was. */
static int redirect(int fd, const char *path)
{
	int old = dup(fd), file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	check(old >= 0 && file >= 0 && dup2(file, fd) == fd);
	close(file);
	return old;
}

static void back(int fd, int old)
{
	check(dup2(old, fd) == fd);
	close(old);
}

#define WORDS_MAX	16

int unit_command(int (*command)(int argc, char **argv), const char *line)
{
	char *words[WORDS_MAX + 1] = { NULL }, *copy = strdup(line), *rest = copy;
	int argc = 0, out, err, status;

	while ((words[argc] = strsep(&rest, " ")))
		check(++argc < WORDS_MAX);
	fflush(stdout);
	out = redirect(STDOUT_FILENO, "out");
	err = redirect(STDERR_FILENO, "err");
	status = command(argc, words);
	fflush(stdout);
	back(STDOUT_FILENO, out);
	back(STDERR_FILENO, err);
	free(copy);
	return status;
}

static void enter_new_directory(const char *beside)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s.XXXXXX", beside);
	check(mkdtemp(path) && !chdir(path));
}

int main(int argc, char **argv)
{
	struct unit_test *test;

	for (test = tests; test; test = test->next) {
		if (argc < 2)
			puts(test->name);
		else if (!strcmp(test->name, argv[1]))
			break;
	}
	if (argc < 2)
		return 0;
	if (!test) {
		fprintf(stderr, "no test %s\n", argv[1]);
		return 2;
	}
	if (argc > 2)
		seed = strtoull(argv[2], NULL, 10) | 1;
	enter_new_directory(argv[0]);
	test->run();
	free(content);
	return 0;
}
