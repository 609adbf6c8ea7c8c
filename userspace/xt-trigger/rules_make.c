// SPDX-License-Identifier: GPL-2.0
/* The rules of xt-trigger.conf(5). See rules_make.h. */
#include <arpa/inet.h>
#include <string.h>

#include "rules_make.h"
#include "text.h"

const struct rules_place rules_places[RULES_TABLES] = {
	/* Behind static forwards, which take the ports that they name. */
	[RULES_NAT] = { "nat", "XT_TRIGGER_DNAT", "PREROUTING", false },
	/* In front of what drops. */
	[RULES_FILTER] = { "filter", "XT_TRIGGER_IN", "FORWARD", true },
	/* In front of every chain that filters, whatever loaded it. */
	[RULES_EARLY] = { "mangle", "XT_TRIGGER_IN", "FORWARD", true },
	/* Behind every filter: what one has rejected is not seen here. */
	[RULES_MANGLE] = { "mangle", "XT_TRIGGER_OUT", "POSTROUTING", false },
};

const char *rules_family_name(enum rules_family family)
{
	return family == RULES_IPV4 ? "ipv4" : "ipv6";
}

/* The bit of @family in the values of keys. */
static unsigned int family_bit(enum rules_family family)
{
	return family == RULES_IPV4 ? CONF_IPV4 : CONF_IPV6;
}

const char *rules_options(const char *line)
{
	static const char target[] = " -j TRIGGER ";
	const char *options = NULL, *next;

	/* The last one: what stands in a comment comes before. */
	for (next = strstr(line, target); next; next = strstr(next + 1, target))
		options = next + strlen(target);
	return options;
}

/* --- the options of an `out` rule, in the order of iptables-save */

static void add_name(struct text *text, const struct conf_values *values)
{
	if (strcmp(values->name, XT_TRIGGER_NAME_DEFAULT))
		text_printf(text, " --trigger-name %s", values->name);
}

static void add_item(struct text *text, enum conf_proto proto, unsigned int min,
		     unsigned int max)
{
	if (proto != CONF_PROTO_NONE)
		text_printf(text, "%s:", conf_proto_name(proto));
	text_printf(text, "%u", min);
	if (max != min)
		text_printf(text, "-%u", max);
}

/* @proto: of the items that name none */
static void add_ports(struct text *text, const char *option,
		      const struct conf_ports *ports, enum conf_proto proto)
{
	unsigned int i;

	text_printf(text, " %s ", option);
	for (i = 0; i < ports->n; i++) {
		if (i)
			text_puts(text, ",");
		add_item(text, ports->item[i].proto != CONF_PROTO_NONE ?
			 ports->item[i].proto : proto,
			 ports->item[i].min, ports->item[i].max);
	}
}

static void add_match(struct text *text, const struct conf_values *values)
{
	if (!values->port.any) {
		add_ports(text, "--trigger-match", &values->port, values->protocol);
	} else if (values->protocol != CONF_PROTO_NONE) {
		text_puts(text, " --trigger-match ");
		add_item(text, values->protocol, 1, 65535);
	}
}

static void add_options(struct text *text, const struct conf_values *values)
{
	unsigned int usual = values->session ? 0 : XT_TRIGGER_TIMEOUT_DEFAULT;

	text_puts(text, "--trigger-type out");
	add_name(text, values);
	add_match(text, values);
	add_ports(text, "--trigger-relate", &values->open, CONF_PROTO_ALL);
	if (values->timeout && values->timeout != usual)
		text_printf(text, " --trigger-timeout %u", values->timeout);
	if (values->lifetime)
		text_printf(text, " --trigger-lifetime %u", values->lifetime);
	if (values->refresh_both)
		text_puts(text, " --trigger-refresh both");
	if (values->session)
		text_puts(text, " --trigger-session");
	if (values->peer_host)
		text_puts(text, " --trigger-peer host");
	if (values->owner_last)
		text_puts(text, " --trigger-owner last");
	if (values->max)
		text_printf(text, " --trigger-max %u", values->max);
}

/* --- out */

/* iptables-save puts what has other characters than these in quotes. */
static void add_comment(struct text *text, const char *comment)
{
	const char *quote = strchr(comment, '.') ? "\"" : "";

	text_printf(text, " -m comment --comment %s%s%s", quote, comment, quote);
}

static void add_source(struct text *text, const struct conf_sources *sources,
		       unsigned int i)
{
	char address[INET6_ADDRSTRLEN];
	int family = sources->item[i].family == CONF_IPV4 ? AF_INET : AF_INET6;

	inet_ntop(family, &sources->item[i].addr, address, sizeof(address));
	text_printf(text, " -s %s/%u", address, sources->item[i].prefix);
}

/* The rules of one source (-1: of all). */
static void make_source(const struct conf_trigger *trigger, int source,
			struct lines *lines)
{
	const struct conf_values *values = &trigger->values;
	struct text text = {};
	unsigned int i, j;

	for (i = 0; i < values->interfaces.n; i++) {
		for (j = 0; j < values->out_interfaces.n; j++) {
			text_clear(&text);
			text_printf(&text, "-A %s", rules_places[RULES_MANGLE].chain);
			if (source >= 0)
				add_source(&text, &values->sources, source);
			text_printf(&text, " -i %s -o %s", values->interfaces.name[i],
				    values->out_interfaces.name[j]);
			add_comment(&text, trigger->name);
			text_puts(&text, " -j TRIGGER ");
			add_options(&text, values);
			lines_add(lines, text.data);
		}
	}
	text_free(&text);
}

void rules_make_trigger(const struct conf_trigger *trigger,
			enum rules_family family, struct lines *lines)
{
	const struct conf_values *values = &trigger->values;
	unsigned int i;

	if (!(values->family & family_bit(family)))
		return;
	if (!values->sources.n)
		make_source(trigger, -1, lines);
	for (i = 0; i < values->sources.n; i++) {
		if (values->sources.item[i].family == family_bit(family))
			make_source(trigger, i, lines);
	}
}

/* --- what serves all triggers of a name on a WAN */

/* Whether the trigger has rules for @family. */
static bool is_wanted(const struct conf_trigger *trigger, enum rules_family family)
{
	const struct conf_values *values = &trigger->values;
	unsigned int i;

	if (!values->enable || !(values->family & family_bit(family)) || !values->interfaces.n)
		return false;
	for (i = 0; i < values->sources.n; i++) {
		if (values->sources.item[i].family == family_bit(family))
			return true;
	}
	return !values->sources.n;
}

static void add_once(struct lines *lines, const char *line)
{
	if (!lines_has(lines, line))
		lines_add(lines, line);
}

/* Add "-A CHAIN -i WAN -j TRIGGER ..." for each WAN and name that needs it. */
static void make_inbound(const struct conf *conf, enum rules_family family,
			 enum rules_table table, const char *wan, struct lines *lines)
{
	struct text text = {};
	size_t i;
	unsigned int j;

	for (i = 0; i < conf->n_triggers; i++) {
		const struct conf_values *values = &conf->triggers[i].values;

		if (!is_wanted(&conf->triggers[i], family))
			continue;
		if (table == RULES_NAT && !(values->nat & family_bit(family)))
			continue;
		for (j = 0; j < values->out_interfaces.n; j++) {
			if (wan && strcmp(wan, values->out_interfaces.name[j]))
				continue;
			text_clear(&text);
			text_printf(&text, "-A %s -i %s -j TRIGGER --trigger-type %s",
				    rules_places[table].chain,
				    values->out_interfaces.name[j],
				    table == RULES_NAT ? "dnat" : "in");
			add_name(&text, values);
			if (table == RULES_NAT && conf->defaults.shadow)
				text_puts(&text, " --trigger-shadow");
			add_once(lines, text.data);
		}
	}
	text_free(&text);
}

/* Each WAN of a trigger that is wanted, once. */
static void find_wans(const struct conf *conf, enum rules_family family,
		      struct lines *wans)
{
	size_t i;
	unsigned int j;

	for (i = 0; i < conf->n_triggers; i++) {
		const struct conf_names *names = &conf->triggers[i].values.out_interfaces;

		if (!is_wanted(&conf->triggers[i], family))
			continue;
		for (j = 0; j < names->n; j++)
			add_once(wans, names->name[j]);
	}
}

static void add_mark(struct lines *lines, const char *wan, unsigned int value,
		     unsigned int mask)
{
	struct text text = {};

	text_printf(&text, "-A %s -i %s -j MARK --set-xmark 0x%x/0x%x",
		    rules_places[RULES_FILTER].chain, wan, value, mask);
	lines_add(lines, text.data);
	text_free(&text);
}

/* What `in` accepts keeps the mark that the rule in front of it has given. */
static void make_marked_in(const struct conf *conf, enum rules_family family,
			   const char *wan, struct lines *lines)
{
	unsigned int mark = conf->defaults.mark;

	if (mark)
		add_mark(lines, wan, mark, mark);
	make_inbound(conf, family, RULES_FILTER, wan, lines);
	if (mark)
		add_mark(lines, wan, 0, mark);
}

/* What `in` has accepted in another table. */
static void make_accept(const struct conf *conf, const char *wan, struct lines *lines)
{
	struct text text = {};

	text_printf(&text, "-A %s -i %s -m mark --mark 0x%x/0x%x -j ACCEPT",
		    rules_places[RULES_FILTER].chain, wan, conf->defaults.mark,
		    conf->defaults.mark);
	lines_add(lines, text.data);
	text_free(&text);
}

/* The chain of that name in filter, and in mangle. */
static void make_in(const struct conf *conf, enum rules_family family,
		    enum rules_table table, struct lines *lines)
{
	bool early = conf->defaults.in_mangle;
	struct lines wans = {};
	struct text text = {};
	size_t i;

	if (early || table == RULES_FILTER)
		find_wans(conf, family, &wans);
	if (wans.n) {
		text_printf(&text, "-A %s -m conntrack ! --ctstate NEW -j RETURN",
			    rules_places[RULES_FILTER].chain);
		lines_add(lines, text.data);
		text_free(&text);
	}
	for (i = 0; i < wans.n; i++) {
		if (early && table == RULES_FILTER)
			make_accept(conf, wans.line[i], lines);
		else
			make_marked_in(conf, family, wans.line[i], lines);
	}
	lines_free(&wans);
}

static void make_out(const struct conf *conf, enum rules_family family,
		     struct lines *lines)
{
	size_t i;

	for (i = 0; i < conf->n_triggers; i++) {
		if (conf->triggers[i].values.enable)
			rules_make_trigger(&conf->triggers[i], family, lines);
	}
}

void rules_make(const struct conf *conf, enum rules_family family,
		enum rules_table table, struct lines *lines)
{
	switch (table) {
	case RULES_NAT:
		make_inbound(conf, family, table, NULL, lines);
		break;
	case RULES_FILTER:
	case RULES_EARLY:
		make_in(conf, family, table, lines);
		break;
	default:
		make_out(conf, family, lines);
	}
}
