// SPDX-License-Identifier: GPL-2.0
/* Changes our chains. See rules_apply.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rules_apply.h"
#include "run.h"

static void plan_chain(struct rules_chain *want, const struct rules_chain *is,
		       const struct conf *conf, enum rules_family family,
		       enum rules_table table)
{
	rules_make(conf, family, table, &want->lines);
	/* A jump that somebody has placed stays, and needs its chain. */
	want->foreign = is->foreign;
	want->exists = want->lines.n || is->foreign;
	want->jumps = want->lines.n && !is->foreign;
}

void rules_plan_make(struct rules_plan *plan, const struct conf *conf)
{
	enum rules_family family;
	enum rules_table table;

	memset(plan, 0, sizeof(*plan));
	for (family = 0; family < RULES_FAMILIES; family++) {
		rules_live_read(&plan->live[family], family);
		for (table = 0; table < RULES_TABLES; table++)
			plan_chain(&plan->want[family][table],
				   &plan->live[family].chain[table], conf, family, table);
	}
}

void rules_plan_free(struct rules_plan *plan)
{
	enum rules_family family;
	enum rules_table table;

	for (family = 0; family < RULES_FAMILIES; family++) {
		rules_live_free(&plan->live[family]);
		for (table = 0; table < RULES_TABLES; table++)
			lines_free(&plan->want[family][table].lines);
	}
}

static bool is_same(const struct rules_chain *a, const struct rules_chain *b)
{
	return a->exists == b->exists && a->jumps == b->jumps &&
	       lines_equal(&a->lines, &b->lines);
}

bool rules_plan_done(const struct rules_plan *plan)
{
	enum rules_family family;
	enum rules_table table;

	for (family = 0; family < RULES_FAMILIES; family++) {
		for (table = 0; table < RULES_TABLES; table++) {
			if (!is_same(&plan->live[family].chain[table],
				     &plan->want[family][table]))
				return false;
		}
	}
	return true;
}

/* Deletes or adds jumps of ours until there are as many as @to has. */
static void change_jumps(struct text *text, enum rules_table table,
			 unsigned int from, unsigned int to)
{
	char *jump = rules_live_jump(table);
	const char *rule = jump + strlen("-A ");

	for (; from > to; from--)
		text_printf(text, "-D %s\n", rule);
	for (; from < to; from++)
		text_printf(text, "-%c %s\n", rules_places[table].first ? 'I' : 'A', rule);
	free(jump);
}

void rules_change_text(struct text *text, enum rules_table table,
		       const struct rules_chain *from, const struct rules_chain *to)
{
	const struct rules_place *place = &rules_places[table];
	size_t i;

	/* The second line makes the chain, or empties it. */
	text_printf(text, "*%s\n:%s - [0:0]\n", place->table, place->chain);
	change_jumps(text, table, from->jumps, to->jumps);
	for (i = 0; i < to->lines.n; i++)
		text_printf(text, "%s\n", to->lines.line[i]);
	if (!to->exists)
		text_printf(text, "-X %s\n", place->chain);
	text_puts(text, "COMMIT\n");
}

/* What a program has to say, as one line. */
static void add_said(struct text *text, const char *said)
{
	while (*said) {
		size_t len = strcspn(said, "\n");

		/* Comments are about other rules. */
		if (len && *said != '#')
			text_printf(text, "%s%.*s", text->len ? " " : "", (int)len, said);
		said += len + (said[len] == '\n');
	}
}

/* Run iptables-restore; return whether it did it. @why: an empty text. */
static bool restore(enum rules_family family, const char *input, struct text *why)
{
	const char *argv[] = {
		rules_live_program(family, true), "--noflush", "-w", NULL
	};
	struct text err = {};
	int status = run_program(argv, input, NULL, &err);

	if (status == RUN_NOT_FOUND)
		text_puts(why, "there is no such program (package iptables)");
	else if (status == RUN_FAILED)
		text_puts(why, strerror(errno));
	else if (status)
		add_said(why, text_string(&err));
	if (status && !why->len)
		text_printf(why, "it ended with status %d", status);
	text_free(&err);
	return !status;
}

/* One table from one state to the other; what fails is said. */
static bool change(enum rules_family family, enum rules_table table,
		   const struct rules_chain *from, const struct rules_chain *to)
{
	struct text input = {}, why = {};
	bool done;

	if (is_same(from, to))
		return true;
	rules_change_text(&input, table, from, to);
	done = restore(family, input.data, &why);
	if (!done)
		tool_warn("%s, table %s: %s", rules_live_program(family, true),
			  rules_places[table].table, why.data);
	text_free(&input);
	text_free(&why);
	return done;
}

/* Of the steps: nat of IPv4, nat of IPv6, filter of IPv4, ... */
#define STEPS	(RULES_TABLES * RULES_FAMILIES)

static enum rules_family step_family(unsigned int step)
{
	return step % RULES_FAMILIES;
}

static enum rules_table step_table(unsigned int step)
{
	return step / RULES_FAMILIES;
}

/* Put the tables in front of @step back. */
static void undo(const struct rules_plan *plan, unsigned int step)
{
	bool undone = true;

	while (step--) {
		enum rules_family family = step_family(step);
		enum rules_table table = step_table(step);

		undone &= change(family, table, &plan->want[family][table],
				 &plan->live[family].chain[table]);
	}
	if (undone)
		tool_warn("the rules are as they were");
	else
		tool_warn("the rules could not be put back as they were");
}

static int check_readable(const struct rules_plan *plan)
{
	enum rules_family family;
	enum rules_table table;

	for (family = 0; family < RULES_FAMILIES; family++) {
		const struct rules_live *live = &plan->live[family];

		for (table = 0; live->missing && table < RULES_TABLES; table++) {
			if (plan->want[family][table].exists)
				return tool_error("%s: %s", rules_live_program(family, false),
						  live->reason);
		}
	}
	return STATUS_DONE;
}

/* iptables does not say so when the module is what it lacks. */
static void explain(void)
{
	static const char *const argv[] = { "modprobe", "xt_TRIGGER", NULL };
	struct text err = {}, why = {};

	if (access("/sys/module/xt_TRIGGER", F_OK) && run_program(argv, NULL, NULL, &err) > 0) {
		add_said(&why, text_string(&err));
		tool_warn("the kernel module xt_TRIGGER cannot be loaded: %s",
			  text_string(&why));
	}
	text_free(&err);
	text_free(&why);
}

int rules_plan_apply(const struct rules_plan *plan)
{
	unsigned int step;

	if (check_readable(plan))
		return STATUS_FAILED;
	for (step = 0; step < STEPS; step++) {
		enum rules_family family = step_family(step);
		enum rules_table table = step_table(step);

		if (change(family, table, &plan->live[family].chain[table],
			   &plan->want[family][table]))
			continue;
		explain();
		undo(plan, step);
		return STATUS_FAILED;
	}
	return STATUS_DONE;
}
