// SPDX-License-Identifier: GPL-2.0
/* xt-trigger rules: the port triggers of xt-trigger.conf(5) as rules. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "json.h"
#include "options.h"
#include "restore.h"
#include "rules.h"
#include "rules_held.h"
#include "rules_make.h"
#include "tool.h"

/* Two that change rules at the same time would each add what the other adds. */
#define LOCK_FILE	"/run/xt-trigger.lock"

static const char help[] =
"Usage: xt-trigger rules [list] [--json]\n"
"       xt-trigger rules apply [--restore STATE]\n"
"       xt-trigger rules check [--json]\n"
"       xt-trigger rules print\n"
"       xt-trigger rules remove\n\n"
"The port triggers of " CONF_FILE " and " CONF_FILE ".d/*.conf, which\n"
"xt-trigger.conf(5) describes.\n\n"
"  list         show them, and whether their rules are there\n"
"  apply        make these rules, in chains of their own\n"
"  check        say what is wrong in the files; change nothing\n"
"  print        print the rules that apply would make; change nothing\n"
"  remove       take the rules away\n\n"
"      --file FILE      read FILE and FILE.d instead; check and print take - for\n"
"                       a text on stdin in place of the main file\n"
"      --restore STATE  where [Default] says Restore=yes, open again what\n"
"                       `xt-trigger save STATE' has saved\n"
"  -j, --json           write JSON\n"
"  -h, --help           this help\n";

struct arguments {
	bool json;
	const char *file;
	const char *restore;
};

static void read_conf(struct conf *conf, const struct arguments *arguments)
{
	conf_read(conf, arguments->file ? arguments->file : CONF_FILE, 0);
}

static size_t count_enabled(const struct conf *conf)
{
	size_t n = 0, i;

	for (i = 0; i < conf->n_triggers; i++)
		n += conf->triggers[i].values.enable;
	return n;
}

/* Wait for our turn to change rules; it lasts until the program ends. */
static int lock(void)
{
	int fd = open(LOCK_FILE, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0 || flock(fd, LOCK_EX))
		return tool_error(LOCK_FILE ": %s", strerror(errno));
	return STATUS_DONE;
}

static int list(const struct arguments *arguments)
{
	struct json json = { .out = stdout };
	struct rules_warnings none = {};
	struct rules_plan plan;
	struct conf conf;
	int status;

	read_conf(&conf, arguments);
	rules_plan_make(&plan, &conf);
	if (arguments->json) {
		json_object(&json, NULL);
		rules_list_json(&json, &conf, &plan);
		rules_check_json(&json, &conf, &none);
		json_end(&json);
	} else {
		rules_list_print(&conf, &plan);
		rules_check_print(&conf, &none);
	}
	status = conf.n_errors ? STATUS_FAILED : STATUS_DONE;
	rules_plan_free(&plan);
	conf_free(&conf);
	return status;
}

static int check(const struct arguments *arguments)
{
	struct json json = { .out = stdout };
	struct rules_warnings warnings = {};
	struct rules_plan plan;
	struct conf conf;
	int status;

	read_conf(&conf, arguments);
	rules_plan_make(&plan, &conf);
	if (!conf.n_errors)
		rules_check_find(&warnings, &conf, &plan);
	if (arguments->json) {
		json_object(&json, NULL);
		rules_check_json(&json, &conf, &warnings);
		json_end(&json);
	} else {
		rules_check_print(&conf, &warnings);
		if (!conf.n_errors)
			printf("%s: port triggers: %zu, enabled: %zu, no errors\n",
			       conf.files[0], conf.n_triggers, count_enabled(&conf));
	}
	status = conf.n_errors ? STATUS_FAILED : STATUS_DONE;
	rules_check_free(&warnings);
	rules_plan_free(&plan);
	conf_free(&conf);
	return status;
}

/* What a file for iptables-restore has of one table. */
static void print_table(const struct conf *conf, enum rules_family family,
			enum rules_table table)
{
	const struct rules_place *place = &rules_places[table];
	struct lines lines = {};
	size_t i;

	rules_make(conf, family, table, &lines);
	if (lines.n) {
		printf("*%s\n:%s - [0:0]\n%s %s -j %s\n", place->table, place->chain,
		       place->first ? "-I" : "-A", place->hook, place->chain);
		for (i = 0; i < lines.n; i++)
			puts(lines.line[i]);
		puts("COMMIT");
	}
	lines_free(&lines);
}

static int print(const struct arguments *arguments)
{
	struct rules_warnings none = {};
	enum rules_family family;
	enum rules_table table;
	struct conf conf;
	int status;

	read_conf(&conf, arguments);
	rules_check_print(&conf, &none);
	for (family = 0; family < RULES_FAMILIES && !conf.n_errors; family++) {
		printf("# %s\n", family == RULES_IPV4 ? "iptables" : "ip6tables");
		for (table = 0; table < RULES_TABLES; table++)
			print_table(&conf, family, table);
	}
	status = conf.n_errors ? STATUS_FAILED : STATUS_DONE;
	conf_free(&conf);
	return status;
}

/*
 * The rules are there, whatever becomes of this: what was not restored is said.
 * @changed: the rules whose port triggers are not what they were
 */
static void restore(const struct conf *conf, const char *state,
		    const struct lines *changed)
{
	if (state && conf->defaults.restore && !access(state, F_OK))
		restore_file(state, changed);
}

static int apply(const struct arguments *arguments)
{
	struct rules_warnings warnings = {};
	struct lines changed = {};
	struct rules_plan plan;
	struct conf conf;
	int status;

	read_conf(&conf, arguments);
	if (conf.n_errors) {
		rules_check_print(&conf, &warnings);
		conf_free(&conf);
		return STATUS_FAILED;
	}
	if (lock())
		return STATUS_FAILED;
	rules_plan_make(&plan, &conf);
	rules_check_find(&warnings, &conf, &plan);
	rules_check_print(&conf, &warnings);
	status = rules_plan_apply(&plan);
	if (!status) {
		status = rules_held_close(&plan, &changed);
		restore(&conf, arguments->restore, &changed);
	}
	lines_free(&changed);
	rules_check_free(&warnings);
	rules_plan_free(&plan);
	conf_free(&conf);
	return status;
}

/*
 * What no trigger needs goes. What is open closes without its rule; it is the
 * kernel that waits a moment for it, as for any other that flushes its rules.
 */
static int remove_all(const struct arguments *arguments)
{
	struct rules_plan plan;
	struct conf none;
	int status;

	(void)arguments;
	if (lock())
		return STATUS_FAILED;
	conf_init(&none);
	rules_plan_make(&plan, &none);
	status = rules_plan_apply(&plan);
	rules_plan_free(&plan);
	return status;
}

static const struct {
	const char *name;
	bool json, restore, from_stdin;
	int (*run)(const struct arguments *arguments);
} verbs[] = {
	{ .name = "list", .json = true, .run = list },
	{ .name = "apply", .restore = true, .run = apply },
	{ .name = "check", .json = true, .from_stdin = true, .run = check },
	{ .name = "print", .from_stdin = true, .run = print },
	{ .name = "remove", .run = remove_all },
};

int rules_command(int argc, char **argv)
{
	struct arguments arguments = {};
	const struct option_spec options[] = {
		{ .name = "json", .letter = 'j', .flag = &arguments.json },
		{ .name = "file", .value = &arguments.file },
		{ .name = "restore", .value = &arguments.restore },
		{}
	};
	int first = options_parse(argc, argv, options, help);
	const char *verb;
	size_t i;

	if (first < 0)
		return options_status(first);
	verb = first < argc ? argv[first] : "list";
	if (first + 1 < argc)
		return tool_usage(argv[0], "there is too much on the command line: %s",
				  argv[first + 1]);
	for (i = 0; i < ARRAY_SIZE(verbs); i++) {
		if (strcmp(verbs[i].name, verb))
			continue;
		if (arguments.json && !verbs[i].json)
			return tool_usage(argv[0], "%s has no --json", verb);
		if (arguments.restore && !verbs[i].restore)
			return tool_usage(argv[0], "%s has no --restore", verb);
		if (arguments.file && !strcmp(arguments.file, CONF_STDIN) &&
		    !verbs[i].from_stdin)
			return tool_usage(argv[0], "%s reads no stdin", verb);
		return verbs[i].run(&arguments);
	}
	return tool_usage(argv[0], "there is no command `rules %s'", verb);
}
