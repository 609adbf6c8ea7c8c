// SPDX-License-Identifier: GPL-2.0
/*
 * Any text, as xt-trigger.conf(5). What is taken becomes rules of known words
 * alone, each one line; what is refused has a place and a reason, and none of the
 * file's bytes that a terminal would act on.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "rules_make.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void need(bool condition)
{
	if (!condition)
		abort();
}

/* Whether @text is of printable characters, and UTF-8 if any of them is not ASCII. */
static bool is_harmless(const char *text)
{
	for (; *text; text++) {
		if ((unsigned char)*text < 0x20 && *text != '\t')
			return false;
		if (*text == 0x7f)
			return false;
	}
	return true;
}

static void check_rule(const char *line, const char *chain)
{
	static const char known[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.:,/+-!\" ";
	const char *next;
	unsigned int targets = 0;

	need(strspn(line, known) == strlen(line));
	need(!strncmp(line, "-A ", 3) && !strncmp(line + 3, chain, strlen(chain)));
	for (next = strstr(line, " -j "); next; next = strstr(next + 1, " -j "))
		targets++;
	need(targets == 1);
}

static void check_rules(const struct conf *conf)
{
	enum rules_family family;
	enum rules_table table;
	size_t i;

	for (family = 0; family < RULES_FAMILIES; family++) {
		for (table = 0; table < RULES_TABLES; table++) {
			struct lines lines = {};

			rules_make(conf, family, table, &lines);
			for (i = 0; i < lines.n; i++)
				check_rule(lines.line[i], rules_places[table].chain);
			lines_free(&lines);
		}
	}
}

static void check_errors(const struct conf *conf)
{
	size_t i;

	for (i = 0; i < conf->n_errors; i++) {
		const struct conf_error *error = &conf->errors[i];

		need(error->line && *error->reason);
		need(!i || error->line >= conf->errors[i - 1].line);
		need(is_harmless(error->section) && is_harmless(error->key));
		need(is_harmless(error->value) && is_harmless(error->reason));
	}
}

/* A list of interfaces and one of sources make rules that are not worth the time. */
static size_t count_rules(const struct conf *conf)
{
	size_t n = 0, i;

	for (i = 0; i < conf->n_triggers; i++) {
		const struct conf_values *values = &conf->triggers[i].values;

		n += (values->sources.n + 1) * values->interfaces.n * values->out_interfaces.n;
	}
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct conf conf;

	conf_init(&conf);
	conf_text(&conf, "a.conf", (const char *)data, size);
	check_errors(&conf);
	if (!conf.n_errors && count_rules(&conf) < 1000)
		check_rules(&conf);
	conf_free(&conf);
	return 0;
}
