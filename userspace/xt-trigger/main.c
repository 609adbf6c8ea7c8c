// SPDX-License-Identifier: GPL-2.0
/* xt-trigger(8): the table of its commands. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tool.h"

static const struct command {
	const char	*name;
	const char	*summary;
	int		(*run)(int argc, char **argv);
} commands[] = {
	{ "list", "who has what open, for whom, until when", list_command },
	{ "monitor", "what opens and closes, as it happens", monitor_command },
	{ "close", "close what is open", close_command },
	{ "save", "write what is open to a file", save_command },
	{ "restore", "open again what a file has", restore_command },
	{ "stats", "the counters", stats_command },
	{ "rules", "the port triggers of /etc/xt-trigger.conf", rules_command },
	{ "status", "why does it not work?", status_command },
};

static void help(void)
{
	size_t i;

	puts("Usage: xt-trigger [COMMAND] [OPTION...] [KEY=VALUE...]\n\n"
	     "Shows and changes what the netfilter target TRIGGER has opened.\n");
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		printf("  %-10s%s\n", commands[i].name, commands[i].summary);
	puts("\nWithout a command: list. `xt-trigger COMMAND --help' tells more;\n"
	     "xt-trigger(8) all. --version prints the version.");
}

static const struct command *find(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	}
	return NULL;
}

static int run(int argc, char **argv)
{
	const struct command *command;

	if (argc < 2 || *argv[1] == '-' || strchr(argv[1], '=')) {
		argv[0] = "list";
		return list_command(argc, argv);
	}
	command = find(argv[1]);
	if (!command) {
		tool_warn("there is no command `%s'", argv[1]);
		fputs("Try `xt-trigger --help'.\n", stderr);
		return STATUS_USAGE;
	}
	return command->run(argc - 1, argv + 1);
}

/* @option: a long option of the program itself, or NULL. */
static bool is_first(int argc, char **argv, const char *option, const char *letter)
{
	return argc == 2 && (!strcmp(argv[1], option) || !strcmp(argv[1], letter));
}

int main(int argc, char **argv)
{
	int status = STATUS_DONE;

	if (is_first(argc, argv, "--help", "-h"))
		help();
	else if (is_first(argc, argv, "--version", "-V"))
		puts("xt-trigger " XT_TRIGGER_VERSION);
	else
		status = run(argc, argv);

	errno = 0;
	if (fflush(stdout) || ferror(stdout)) {
		tool_warn("cannot write: %s", errno ? strerror(errno) : "output error");
		return status ? status : STATUS_FAILED;
	}
	return status;
}
