// SPDX-License-Identifier: GPL-2.0
/* What is wrong with the port triggers, or worth a look. See rules.h. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "rules.h"
#include "rules_nat.h"
#include "run.h"
#include "text.h"

void rules_check_print(const struct conf *conf, const struct rules_warnings *warnings)
{
	struct text text = {};
	size_t i;

	for (i = 0; i < conf->n_errors; i++) {
		const struct conf_error *error = &conf->errors[i];

		text_clear(&text);
		text_puts(&text, error->file);
		if (error->line)
			text_printf(&text, ":%u", error->line);
		text_puts(&text, ":");
		if (*error->section)
			text_printf(&text, " %s", error->section);
		if (*error->key)
			text_printf(&text, " %s=%s", error->key, error->value);
		else if (*error->value)
			text_printf(&text, " %s", error->value);
		if (*error->section || *error->key || *error->value)
			text_puts(&text, ":");
		tool_warn("%s %s", text.data, error->reason);
	}
	for (i = 0; i < warnings->text.n; i++) {
		const char *section = warnings->section.line[i];

		tool_warn("warning: %s%s%s", section, *section ? ": " : "",
			  warnings->text.line[i]);
	}
	text_free(&text);
}

void rules_check_json(struct json *json, const struct conf *conf,
		      const struct rules_warnings *warnings)
{
	size_t i;

	json_array(json, "errors");
	for (i = 0; i < conf->n_errors; i++) {
		const struct conf_error *error = &conf->errors[i];

		json_object(json, NULL);
		json_string(json, "file", error->file);
		json_number(json, "line", error->line);
		json_string(json, "section", error->section);
		json_string(json, "key", error->key);
		json_string(json, "value", error->value);
		json_string(json, "reason", error->reason);
		json_end(json);
	}
	json_end(json);
	json_array(json, "warnings");
	for (i = 0; i < warnings->text.n; i++) {
		json_object(json, NULL);
		json_string(json, "section", warnings->section.line[i]);
		json_string(json, "text", warnings->text.line[i]);
		json_end(json);
	}
	json_end(json);
}

static void warn(struct rules_warnings *warnings, const struct conf_trigger *trigger,
		 const char *format, ...) PRINTF(3, 4);
static void warn(struct rules_warnings *warnings, const struct conf_trigger *trigger,
		 const char *format, ...)
{
	char section[CONF_SECTION_LEN + 16] = "", text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (trigger)
		snprintf(section, sizeof(section), "[Trigger %s]", trigger->name);
	lines_add(&warnings->section, section);
	lines_add(&warnings->text, text);
}

/* The first rule of each trigger of a family that is enabled, "" for others. */
static void first_rules(const struct conf *conf, enum rules_family family,
			struct lines *first)
{
	size_t i;

	for (i = 0; i < conf->n_triggers; i++) {
		struct lines rules = {};

		if (conf->triggers[i].values.enable)
			rules_make_trigger(&conf->triggers[i], family, &rules);
		lines_add(first, rules.n ? rules.line[0] : "");
		lines_free(&rules);
	}
}

/* Two triggers whose rules the module cannot tell apart. */
static void warn_of_equals(struct rules_warnings *warnings, const struct conf *conf,
			   enum rules_family family, struct lines *warned)
{
	struct lines first = {};
	size_t i, j;

	first_rules(conf, family, &first);
	for (i = 0; i < conf->n_triggers; i++) {
		for (j = 0; j < i && *first.line[i]; j++) {
			if (!*first.line[j] || strcmp(rules_options(first.line[i]),
						      rules_options(first.line[j])))
				continue;
			if (lines_has(warned, conf->triggers[i].name))
				continue;
			warn(warnings, &conf->triggers[i],
			     "all TRIGGER options are those of [Trigger %s]: the two share what they open, and their maximum",
			     conf->triggers[j].name);
			lines_add(warned, conf->triggers[i].name);
		}
	}
	lines_free(&first);
}

static void warn_of_nat(struct rules_warnings *warnings, const struct rules_plan *plan,
			enum rules_family family)
{
	const struct lines *dnat = &plan->want[family][RULES_NAT].lines;
	const char *rule = rules_nat_taker(&plan->live[family].nat, dnat);

	if (rule)
		warn(warnings, NULL,
		     "%s: a rule in front of ours takes every port from outside, and leaves nothing to open: iptables -t nat %s",
		     rules_family_name(family), rule);
}

/* firewalld with its nftables backend rejects what only `in` has accepted. */
static void warn_of_firewalld(struct rules_warnings *warnings, const struct rules_plan *plan,
			      enum rules_family family)
{
	static const char *const argv[] = { "nft", "list", "chains", "inet", NULL };
	const struct rules_chain *want = plan->want[family];
	struct text out = {}, err = {};

	if (!want[RULES_FILTER].lines.n || want[RULES_NAT].lines.n)
		return;
	if (!run_program(argv, NULL, &out, &err) &&
	    strstr(text_string(&out), "table inet firewalld {"))
		warn(warnings, NULL,
		     "%s: firewalld rejects what `in' accepts without NAT; FirewallBackend=iptables in firewalld.conf does not",
		     rules_family_name(family));
	text_free(&out);
	text_free(&err);
}

void rules_check_find(struct rules_warnings *warnings, const struct conf *conf,
		      const struct rules_plan *plan)
{
	struct lines warned = {};
	enum rules_family family;

	for (family = 0; family < RULES_FAMILIES; family++) {
		warn_of_equals(warnings, conf, family, &warned);
		warn_of_nat(warnings, plan, family);
		warn_of_firewalld(warnings, plan, family);
	}
	lines_free(&warned);
}

void rules_check_free(struct rules_warnings *warnings)
{
	lines_free(&warnings->section);
	lines_free(&warnings->text);
}
