// SPDX-License-Identifier: GPL-2.0
/* xt-trigger rules list. See rules.h. */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "json.h"
#include "rules.h"
#include "rules_id.h"
#include "table.h"
#include "text.h"

/* Whether all rules of a trigger are there, which has some. */
static bool is_applied(const struct conf_trigger *trigger, const struct rules_plan *plan)
{
	enum rules_family family;
	bool applied = true, some = false;
	size_t i;

	for (family = 0; family < RULES_FAMILIES; family++) {
		struct lines rules = {};

		rules_make_trigger(trigger, family, &rules);
		for (i = 0; i < rules.n; i++)
			applied &= lines_has(&plan->live[family].chain[RULES_MANGLE].lines,
					     rules.line[i]);
		some |= rules.n;
		lines_free(&rules);
	}
	return applied && some;
}

static unsigned int timeout_of(const struct conf_values *values)
{
	if (values->timeout || values->session)
		return values->timeout;
	return XT_TRIGGER_TIMEOUT_DEFAULT;
}

static const char *family_word(unsigned int family)
{
	static const char *const words[] = { "no", "ipv4", "ipv6", "any" };

	return words[family];
}

/* --- for programs */

static void names_json(struct json *json, const char *key, const struct conf_names *names)
{
	unsigned int i;

	json_array(json, key);
	for (i = 0; i < names->n; i++)
		json_string(json, NULL, names->name[i]);
	json_end(json);
}

static void sources_json(struct json *json, const struct conf_sources *sources)
{
	unsigned int i;

	json_array(json, "source");
	for (i = 0; i < sources->n; i++) {
		char address[INET6_ADDRSTRLEN], text[INET6_ADDRSTRLEN + 8];

		inet_ntop(sources->item[i].family == CONF_IPV4 ? AF_INET : AF_INET6,
			  &sources->item[i].addr, address, sizeof(address));
		snprintf(text, sizeof(text), "%s/%u", address, sources->item[i].prefix);
		json_string(json, NULL, text);
	}
	json_end(json);
}

static void port_json(struct json *json, enum conf_proto proto, unsigned int first,
		      unsigned int last)
{
	json_object(json, NULL);
	json_string(json, "protocol", conf_proto_name(proto));
	json_number(json, "first", first);
	json_number(json, "last", last);
	json_end(json);
}

/* @proto: of the items that name none, and of any port */
static void ports_json(struct json *json, const char *key, const struct conf_ports *ports,
		       enum conf_proto proto)
{
	unsigned int i;

	json_array(json, key);
	if (ports->any)
		port_json(json, proto, 1, 65535);
	for (i = 0; i < ports->n; i++)
		port_json(json, ports->item[i].proto != CONF_PROTO_NONE ?
			  ports->item[i].proto : proto,
			  ports->item[i].min, ports->item[i].max);
	json_end(json);
}

/* By which the proc file names what this trigger has opened. */
static void ids_json(struct json *json, const struct conf_trigger *trigger)
{
	enum rules_family family;
	char id[16];

	json_array(json, "rule");
	for (family = 0; family < RULES_FAMILIES; family++) {
		struct lines rules = {};

		rules_make_trigger(trigger, family, &rules);
		if (rules.n) {
			snprintf(id, sizeof(id), "%08x", rules_id(family, rules.line[0]));
			json_string(json, NULL, id);
		}
		lines_free(&rules);
	}
	json_end(json);
}

static void trigger_json(struct json *json, const struct conf_trigger *trigger,
			 const struct rules_plan *plan)
{
	const struct conf_values *values = &trigger->values;

	json_object(json, NULL);
	json_string(json, "trigger", trigger->name);
	json_string(json, "file", trigger->file);
	json_number(json, "line", trigger->line);
	json_bool(json, "enable", values->enable);
	json_bool(json, "applied", is_applied(trigger, plan));
	json_string(json, "description", values->description);
	names_json(json, "interface", &values->interfaces);
	names_json(json, "outinterface", &values->out_interfaces);
	json_string(json, "family", family_word(values->family));
	json_string(json, "nat", family_word(values->nat));
	json_string(json, "name", values->name);
	sources_json(json, &values->sources);
	json_string(json, "protocol", conf_proto_name(values->protocol));
	ports_json(json, "port", &values->port, values->protocol);
	ports_json(json, "open", &values->open, CONF_PROTO_ALL);
	json_number(json, "timeout", timeout_of(values));
	json_number(json, "lifetime", values->lifetime);
	json_string(json, "refresh", values->refresh_both ? "both" : "out");
	json_bool(json, "session", values->session);
	json_string(json, "peer", values->peer_host ? "host" : "any");
	json_string(json, "owner", values->owner_last ? "last" : "first");
	json_number(json, "max", values->max);
	ids_json(json, trigger);
	json_end(json);
}

void rules_list_json(struct json *json, const struct conf *conf,
		     const struct rules_plan *plan)
{
	size_t i;

	json_bool(json, "applied", !conf->n_errors && rules_plan_done(plan));
	json_array(json, "triggers");
	for (i = 0; i < conf->n_triggers; i++)
		trigger_json(json, &conf->triggers[i], plan);
	json_end(json);
}

/* --- for people */

enum { NAME, STATE, FROM, TO, TRIGGER, OPENS, CLOSES, COLUMNS };

static const struct table_column columns[] = {
	[NAME] = { .title = "NAME" },
	[STATE] = { .title = "STATE" },
	[FROM] = { .title = "FROM" },
	[TO] = { .title = "TO" },
	[TRIGGER] = { .title = "TRIGGER", .least = 20 },
	[OPENS] = { .title = "OPENS", .least = 20 },
	[CLOSES] = { .title = "CLOSES", .least = 20 },
	{}
};

static void names_text(struct text *text, const struct conf_names *names)
{
	unsigned int i;

	for (i = 0; i < names->n; i++)
		text_printf(text, "%s%s", i ? "," : "", names->name[i]);
}

static void ports_text(struct text *text, const struct conf_ports *ports,
		       enum conf_proto proto)
{
	unsigned int i;

	if (ports->any)
		text_printf(text, "%s", conf_proto_name(proto));
	for (i = 0; i < ports->n; i++) {
		enum conf_proto own = ports->item[i].proto;

		text_puts(text, i ? "," : "");
		if (own == CONF_PROTO_NONE)
			own = proto;
		if (own != CONF_PROTO_NONE)
			text_printf(text, "%s:", conf_proto_name(own));
		text_printf(text, "%u", ports->item[i].min);
		if (ports->item[i].max != ports->item[i].min)
			text_printf(text, "-%u", ports->item[i].max);
	}
}

static void closes_text(struct text *text, const struct conf_values *values)
{
	if (values->session)
		text_puts(text, "with its session");
	if (timeout_of(values))
		text_printf(text, "%s%us idle", text->len ? ", " : "", timeout_of(values));
	if (values->lifetime)
		text_printf(text, "%s%us after opening", text->len ? ", " : "",
			    values->lifetime);
}

static void row_texts(const struct conf_trigger *trigger, const struct rules_plan *plan,
		      struct text cells[COLUMNS])
{
	const struct conf_values *values = &trigger->values;
	unsigned int i;

	for (i = 0; i < COLUMNS; i++)
		text_clear(&cells[i]);
	text_puts(&cells[NAME], trigger->name);
	text_puts(&cells[STATE], is_applied(trigger, plan) ? "applied" :
		  values->enable ? "not applied" : "disabled");
	names_text(&cells[FROM], &values->interfaces);
	names_text(&cells[TO], &values->out_interfaces);
	ports_text(&cells[TRIGGER], &values->port, values->protocol);
	ports_text(&cells[OPENS], &values->open, CONF_PROTO_ALL);
	closes_text(&cells[CLOSES], values);
	for (i = 0; i < COLUMNS; i++) {
		if (!cells[i].len)
			text_puts(&cells[i], "-");
	}
}

void rules_list_print(const struct conf *conf, const struct rules_plan *plan)
{
	struct table table = { .out = stdout, .columns = columns, .width = table_width() };
	struct text cells[COLUMNS] = {};
	const char *row[COLUMNS];
	size_t i, j;

	table_begin(&table);
	for (i = 0; i < conf->n_triggers; i++) {
		row_texts(&conf->triggers[i], plan, cells);
		for (j = 0; j < COLUMNS; j++)
			row[j] = cells[j].data;
		table_row(&table, row);
	}
	table_end(&table);
	for (j = 0; j < COLUMNS; j++)
		text_free(&cells[j]);
}
