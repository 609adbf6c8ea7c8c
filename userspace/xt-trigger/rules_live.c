// SPDX-License-Identifier: GPL-2.0
/* What iptables-save shows. See rules_live.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rules_live.h"
#include "run.h"

const char *rules_live_program(enum rules_family family, bool restore)
{
	if (family == RULES_IPV4)
		return restore ? "iptables-restore" : "iptables-save";
	return restore ? "ip6tables-restore" : "ip6tables-save";
}

char *rules_live_jump(enum rules_table table)
{
	const struct rules_place *place = &rules_places[table];
	struct text text = {};

	text_printf(&text, "-A %s -m comment --comment " RULES_JUMP_COMMENT " -j %s",
		    place->hook, place->chain);
	return text.data;
}

/* If @line is PREFIX WORD..., return WORD...; else NULL. */
static const char *behind(const char *line, const char *prefix, const char *word)
{
	size_t len = strlen(prefix);

	if (strncmp(line, prefix, len) || strncmp(line + len, word, strlen(word)))
		return NULL;
	line += len + strlen(word);
	return *line == ' ' ? line : NULL;
}

/* Whether the rule goes to @chain: nothing follows a jump's target. */
static bool goes_to(const char *line, const char *chain)
{
	size_t len = strlen(line), chain_len = strlen(chain);

	if (len < chain_len + 4 || strcmp(line + len - chain_len, chain))
		return false;
	line += len - chain_len - 4;
	return !strncmp(line, " -j ", 4) || !strncmp(line, " -g ", 4);
}

static bool is_out(const char *line)
{
	static const char type[] = "--trigger-type out ";
	const char *options = rules_options(line);

	return options && !strncmp(options, type, strlen(type));
}

static void take_rule(struct rules_chain *chain, enum rules_table table, const char *line)
{
	const char *name = rules_places[table].chain;
	char *jump;

	if (behind(line, "-A ", name)) {
		lines_add(&chain->lines, line);
	} else if (goes_to(line, name)) {
		jump = rules_live_jump(table);
		if (!strcmp(line, jump))
			chain->jumps++;
		else
			chain->foreign = true;
		free(jump);
	}
}

/* A line of a table: of each of our places there, and of others. */
static void take_line(struct rules_live *live, const char *name, const char *line)
{
	bool is_rule = !strncmp(line, "-A ", 3), is_ours = false;
	enum rules_table table;

	for (table = 0; table < RULES_TABLES; table++) {
		if (strcmp(rules_places[table].table, name))
			continue;
		is_ours = true;
		if (behind(line, ":", rules_places[table].chain))
			live->chain[table].exists = true;
		else if (is_rule)
			take_rule(&live->chain[table], table, line);
	}
	if (!is_ours || !is_rule)
		return;
	if (!strcmp(rules_places[RULES_NAT].table, name))
		lines_add(&live->nat, line);
	if (is_out(line) && !behind(line, "-A ", rules_places[RULES_MANGLE].chain))
		lines_add(&live->out, line);
}

void rules_live_parse(struct rules_live *live, const char *text)
{
	struct text line = {}, table = {};

	while (*text) {
		size_t len = strcspn(text, "\n");

		text_clear(&line);
		text_add(&line, text, len);
		if (*text == '*') {
			text_clear(&table);
			text_puts(&table, line.data + 1);
		} else {
			take_line(live, text_string(&table), line.data);
		}
		text += len + (text[len] == '\n');
	}
	text_free(&line);
	text_free(&table);
}

void rules_live_read(struct rules_live *live, enum rules_family family)
{
	const char *argv[] = { rules_live_program(family, false), NULL };
	struct text out = {}, err = {};
	int status = run_program(argv, NULL, &out, &err);

	*live = (struct rules_live){ .missing = status != 0 };
	if (status == RUN_NOT_FOUND)
		text_puts(&err, "there is no such program (package iptables)");
	else if (status == RUN_FAILED)
		text_puts(&err, strerror(errno));
	if (live->missing) {
		live->reason = tool_strdup(text_string(&err));
		live->reason[strcspn(live->reason, "\n")] = '\0';
	} else {
		rules_live_parse(live, text_string(&out));
	}
	text_free(&out);
	text_free(&err);
}

void rules_live_free(struct rules_live *live)
{
	enum rules_table table;

	for (table = 0; table < RULES_TABLES; table++)
		lines_free(&live->chain[table].lines);
	lines_free(&live->nat);
	lines_free(&live->out);
	free(live->reason);
	live->reason = NULL;
}

bool rules_live_any(const struct rules_live *live)
{
	enum rules_table table;

	for (table = 0; table < RULES_TABLES; table++) {
		if (live->chain[table].exists || live->chain[table].jumps)
			return true;
	}
	return false;
}
