// SPDX-License-Identifier: GPL-2.0-only
/*
 * iptables and ip6tables plugin of the TRIGGER target (port triggering).
 *
 * The words of the command line go into one struct xt_trigger_tginfo. An option
 * is checked by itself as it is read, in any order. What needs more than one
 * option is checked at the end; so are the lists of ports, whose services' names
 * need to know the protocol. The kernel compares rules byte by byte, so what a
 * rule does not use stays zero.
 */
#include <ctype.h>
#include <getopt.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <xtables.h>

#include "xt_TRIGGER.h"

#define ARRAY_LEN(a)	(sizeof(a) / sizeof((a)[0]))

enum {
	O_TYPE,
	O_NAME,
	O_MATCH,
	O_MPROTO,
	O_RELATE,
	O_PROTO,
	O_RPROTO,
	O_TIMEOUT,
	O_LIFETIME,
	O_REFRESH,
	O_SESSION,
	O_PEER,
	O_OWNER,
	O_MAX,
	O_SHADOW,
};

/*
 * Values are strings for libxtables: its own number parser reads octal and
 * hexadecimal, its messages about strings do not name the option.
 */
static const struct xt_option_entry trigger_opts[] = {
	{.name = "trigger-type", .id = O_TYPE, .type = XTTYPE_STRING},
	{.name = "trigger-name", .id = O_NAME, .type = XTTYPE_STRING},
	{.name = "trigger-match", .id = O_MATCH, .type = XTTYPE_STRING},
	{.name = "trigger-mproto", .id = O_MPROTO, .type = XTTYPE_STRING},
	{.name = "trigger-relate", .id = O_RELATE, .type = XTTYPE_STRING},
	{.name = "trigger-proto", .id = O_PROTO, .type = XTTYPE_STRING},
	{.name = "trigger-rproto", .id = O_RPROTO, .type = XTTYPE_STRING,
	 .excl = 1 << O_PROTO},
	{.name = "trigger-timeout", .id = O_TIMEOUT, .type = XTTYPE_STRING},
	{.name = "trigger-lifetime", .id = O_LIFETIME, .type = XTTYPE_STRING},
	{.name = "trigger-refresh", .id = O_REFRESH, .type = XTTYPE_STRING},
	{.name = "trigger-session", .id = O_SESSION, .type = XTTYPE_NONE},
	{.name = "trigger-peer", .id = O_PEER, .type = XTTYPE_STRING},
	{.name = "trigger-owner", .id = O_OWNER, .type = XTTYPE_STRING},
	{.name = "trigger-max", .id = O_MAX, .type = XTTYPE_STRING},
	{.name = "trigger-shadow", .id = O_SHADOW, .type = XTTYPE_NONE},
	XTOPT_TABLEEND,
};

#define F_ANY_TYPE	(1 << O_TYPE | 1 << O_NAME)
#define F_PROTO		(1 << O_PROTO | 1 << O_RPROTO)
#define F_OUT		(F_ANY_TYPE | 1 << O_MATCH | 1 << O_MPROTO | \
			 1 << O_RELATE | F_PROTO | 1 << O_TIMEOUT | \
			 1 << O_LIFETIME | 1 << O_REFRESH | 1 << O_SESSION | \
			 1 << O_PEER | 1 << O_OWNER | 1 << O_MAX)

/* What each type takes. */
static const unsigned int opts_taken[] = {
	[XT_TRIGGER_OUT]  = F_OUT,
	[XT_TRIGGER_DNAT] = F_ANY_TYPE | 1 << O_SHADOW,
	[XT_TRIGGER_IN]   = F_ANY_TYPE,
};

/*
 * What router firmware writes on dnat and in rules too, where it never had a
 * meaning.
 */
#define F_IGNORED	(1 << O_MATCH | 1 << O_MPROTO | 1 << O_RELATE | \
			 F_PROTO | 1 << O_TIMEOUT)

static const char *const type_words[] = {"out", "dnat", "in", NULL};
static const char *const refresh_words[] = {"out", "both", NULL};
static const char *const peer_words[] = {"any", "host", NULL};
static const char *const owner_words[] = {"first", "last", NULL};

/* The two lists of ports. */
enum list {
	L_MATCH,
	L_RELATE,
};

static const char *const list_names[] = {"trigger-match", "trigger-relate"};

/* The protocols, and what each is in an item of either list. */
static const struct {
	const char *name;
	__u8 number[2];
} protos[] = {
	{"tcp", {IPPROTO_TCP, IPPROTO_TCP}},
	{"udp", {IPPROTO_UDP, IPPROTO_UDP}},
	{"sctp", {IPPROTO_SCTP, IPPROTO_SCTP}},
	{"all", {XT_TRIGGER_MATCH_ALL, XT_TRIGGER_PROTO_ALL}},
};

/*
 * What is read of a rule and used at its end.
 * @text:  the two lists as they are written; NULL: not given
 * @proto: of the items that name none, in either list; zero, without an option,
 *         is XT_TRIGGER_MATCH_ANY and XT_TRIGGER_PROTO_ALL
 * @raw:   the rule goes into the raw table
 */
struct words {
	const char *text[2];
	__u8 proto[2];
	bool raw;
};

/* Longest text of an item, "sctp:65535-65535", and its NUL. */
#define ITEM_LEN	17

/* Ends the program: option @opt (without its dashes) may not be @value. */
#define refuse(opt, value, reason, ...) \
	xtables_error(PARAMETER_PROBLEM, "TRIGGER: --%s \"%s\": " reason, \
		      opt, value, ##__VA_ARGS__)

static void trigger_help(void)
{
	printf(
"TRIGGER target options (port triggering):\n"
"  --trigger-type out|dnat|in     open ports to the LAN host that sent the\n"
"                                 packet; send inbound connections to it;\n"
"                                 accept them (mandatory)\n"
"  --trigger-name NAME            table to write to or to read from (%s)\n"
" out:\n"
"  --trigger-relate [PROTO:]PORT[-PORT][,...]\n"
"                                 what to open, up to %u items (mandatory)\n"
"  --trigger-proto PROTO          tcp, udp, sctp or all (tcp and udp): what to\n"
"                                 open where the item names none (all)\n"
"  --trigger-rproto PROTO         another name of --trigger-proto\n"
"  --trigger-match [PROTO:]PORT[-PORT][,...]\n"
"                                 destination ports that trigger (every packet)\n"
"  --trigger-mproto PROTO         the protocol that triggers where the item of\n"
"                                 --trigger-match names none\n"
"  --trigger-timeout SECONDS      close so long after the last refresh (%u;\n"
"                                 none with --trigger-session)\n"
"  --trigger-lifetime SECONDS     close so long after opening (unlimited)\n"
"  --trigger-refresh out|both     refreshed by the owner's packets, or by\n"
"                                 inbound connections too (out)\n"
"  --trigger-session              close when the triggering connections end\n"
"  --trigger-peer any|host        open to all, or to contacted hosts only (any)\n"
"  --trigger-owner first|last     who has a port that several hosts opened\n"
"                                 (first)\n"
"  --trigger-max NUMBER           at most so many owners at once (unlimited)\n"
" dnat:\n"
"  --trigger-shadow               take the router's own listening ports too\n",
	       XT_TRIGGER_NAME_DEFAULT, XT_TRIGGER_ITEMS_MAX,
	       XT_TRIGGER_TIMEOUT_DEFAULT);
}

static void trigger_init(struct xt_entry_target *target)
{
	struct xt_trigger_tginfo *info = (void *)target->data;

	strcpy(info->name, XT_TRIGGER_NAME_DEFAULT);
}

/* Returns the place of the option's value in @words; refuses other values. */
static unsigned int parse_word(const struct xt_option_call *cb,
			       const char *const *words)
{
	char list[64] = "";
	unsigned int i;

	for (i = 0; words[i] != NULL; i++) {
		if (strcasecmp(cb->arg, words[i]) == 0)
			return i;
		if (i > 0)
			strcat(list, ", ");
		strcat(list, words[i]);
	}
	refuse(cb->entry->name, cb->arg, "must be one of: %s", list);
}

/*
 * Reads the decimal number at *@s and moves *@s behind it. A number that is
 * too large for everything here comes out as one that still is. Returns false
 * where there is no digit.
 */
static bool scan_number(const char **s, unsigned int *value)
{
	if (!isdigit((unsigned char)**s))
		return false;
	for (*value = 0; isdigit((unsigned char)**s); ++*s)
		if (*value <= XT_TRIGGER_SECS_MAX)
			*value = *value * 10 + (**s - '0');
	return true;
}

static unsigned int parse_number(const struct xt_option_call *cb,
				 unsigned int max)
{
	const char *s = cb->arg;
	unsigned int value;

	if (!scan_number(&s, &value) || *s != '\0' || value < 1 || value > max)
		refuse(cb->entry->name, cb->arg,
		       "must be a number from 1 to %u", max);
	return value;
}

static void parse_name(const struct xt_option_call *cb, char *name)
{
	const char *s;

	if (!isalnum((unsigned char)cb->arg[0]))
		refuse(cb->entry->name, cb->arg,
		       "must begin with a letter or a digit");
	for (s = cb->arg; *s != '\0'; s++)
		if (!isalnum((unsigned char)*s) && strchr("_.-", *s) == NULL)
			refuse(cb->entry->name, cb->arg,
			       "may contain letters, digits, \"_\", \".\" and \"-\" only");
	if (s - cb->arg >= XT_TRIGGER_NAME_LEN)
		refuse(cb->entry->name, cb->arg,
		       "is longer than %u characters", XT_TRIGGER_NAME_LEN - 1);
	memset(name, 0, XT_TRIGGER_NAME_LEN);
	strcpy(name, cb->arg);
}

/* Returns the index in protos[] of the @len characters at @s, or -1. */
static int find_proto(const char *s, size_t len)
{
	unsigned int i;

	for (i = 0; i < ARRAY_LEN(protos); i++)
		if (strlen(protos[i].name) == len &&
		    strncasecmp(protos[i].name, s, len) == 0)
			return i;
	return -1;
}

/* NULL: an item of --trigger-match that names none. */
static const char *proto_name(enum list list, __u8 number)
{
	unsigned int i;

	for (i = 0; i < ARRAY_LEN(protos); i++)
		if (protos[i].number[list] == number)
			return protos[i].name;
	return NULL;
}

/* Reads the protocol for the items of @list that name none. */
static __u8 parse_proto(const struct xt_option_call *cb, enum list list)
{
	int i = find_proto(cb->arg, strlen(cb->arg));

	if (i < 0)
		refuse(cb->entry->name, cb->arg,
		       "must be one of: tcp, udp, sctp, all");
	return protos[i].number[list];
}

/*
 * Returns the port of a service of @proto ("all": of tcp or udp; NULL: of tcp,
 * udp or sctp), or -1.
 */
static int service_port(const char *name, const char *proto)
{
	unsigned int i, n = proto == NULL ? 3 : 2;
	int port = -1;

	if (proto != NULL && strcmp(proto, "all") != 0)
		return xtables_service_to_port(name, proto);
	for (i = 0; i < n && port < 0; i++)
		port = xtables_service_to_port(name, protos[i].name);
	return port;
}

/*
 * Reads "PORT", "PORT-PORT", "PORT:PORT" or the name of a service of @proto at
 * @ports, the end of @item, into @range.
 */
static void parse_ports(const char *opt, const char *item, const char *ports,
			const char *proto, struct xt_trigger_range *range)
{
	unsigned int min, max;
	const char *s = ports;
	bool legal;

	legal = scan_number(&s, &min);
	max = min;
	if (legal && (*s == '-' || *s == ':')) {
		s++;
		legal = scan_number(&s, &max);
	}
	if (!legal || *s != '\0') {
		int port = service_port(ports, proto);

		if (port < 0)
			refuse(opt, item,
			       "is no port, no range of ports and no service's name");
		min = max = port;
	}
	if (min < 1 || min > 65535 || max < 1 || max > 65535)
		refuse(opt, item, "ports go from 1 to 65535");
	if (min > max)
		refuse(opt, item, "the range runs backwards");
	range->min = min;
	range->max = max;
}

/*
 * Reads one item of @list into @range, whose protocol is the one for items that
 * name none. Returns whether the item names its own.
 */
static bool parse_item(enum list list, const char *item,
		       struct xt_trigger_range *range)
{
	const char *colon = strchr(item, ':');
	const char *ports = item;
	bool named = colon != NULL && !isdigit((unsigned char)item[0]);

	if (named) {
		int proto = find_proto(item, colon - item);

		if (proto < 0)
			refuse(list_names[list], item,
			       "the protocol must be one of: tcp, udp, sctp, all");
		range->proto = protos[proto].number[list];
		ports = colon + 1;
	}
	parse_ports(list_names[list], item, ports,
		    proto_name(list, range->proto), range);
	return named;
}

/*
 * Reads the comma-separated items of @list into @ranges, and their number into
 * *@n. Returns whether one of them names a protocol.
 */
static bool parse_list(const struct words *words, enum list list,
		       struct xt_trigger_range *ranges, __u8 *n)
{
	const char *text = words->text[list];
	char *copy = strdup(text);	/* libxtables 1.8.7 has none of its own */
	char *item, *rest = copy;
	bool named = false;

	if (copy == NULL)
		xtables_error(RESOURCE_PROBLEM, "TRIGGER: out of memory");
	while ((item = strsep(&rest, ",")) != NULL) {
		if (*n == XT_TRIGGER_ITEMS_MAX)
			refuse(list_names[list], text, "has more than %u items",
			       XT_TRIGGER_ITEMS_MAX);
		if (*item == '\0')
			refuse(list_names[list], text, "has an empty item");
		ranges[*n].proto = words->proto[list];
		named |= parse_item(list, item, &ranges[(*n)++]);
	}
	free(copy);
	return named;
}

/*
 * Reads both lists, as far as they are given. Returns whether an item of them
 * names a protocol.
 */
static bool parse_lists(const struct words *words, struct xt_trigger_tginfo *info)
{
	bool named = false;

	if (words->text[L_MATCH] != NULL)
		named |= parse_list(words, L_MATCH, info->match, &info->n_match);
	if (words->text[L_RELATE] != NULL)
		named |= parse_list(words, L_RELATE, info->relate,
				    &info->n_relate);
	return named;
}

static void set_flag(struct xt_trigger_tginfo *info, __u8 flag, bool on)
{
	if (on)
		info->flags |= flag;
}

static void parse_option(struct xt_option_call *cb)
{
	struct xt_trigger_tginfo *info = cb->data;
	struct words *words = cb->udata;

	xtables_option_parse(cb);
	switch (cb->entry->id) {
	case O_TYPE:
		info->type = XT_TRIGGER_OUT + parse_word(cb, type_words);
		break;
	case O_NAME:
		parse_name(cb, info->name);
		break;
	case O_MATCH:
		words->text[L_MATCH] = cb->arg;
		break;
	case O_MPROTO:
		words->proto[L_MATCH] = parse_proto(cb, L_MATCH);
		break;
	case O_RELATE:
		words->text[L_RELATE] = cb->arg;
		break;
	case O_PROTO:
	case O_RPROTO:
		words->proto[L_RELATE] = parse_proto(cb, L_RELATE);
		break;
	case O_TIMEOUT:
		info->timeout = parse_number(cb, XT_TRIGGER_SECS_MAX);
		break;
	case O_LIFETIME:
		info->lifetime = parse_number(cb, XT_TRIGGER_SECS_MAX);
		break;
	case O_REFRESH:
		set_flag(info, XT_TRIGGER_F_REFRESH_BOTH,
			 parse_word(cb, refresh_words));
		break;
	case O_SESSION:
		set_flag(info, XT_TRIGGER_F_SESSION, true);
		break;
	case O_PEER:
		set_flag(info, XT_TRIGGER_F_PEER_HOST,
			 parse_word(cb, peer_words));
		break;
	case O_OWNER:
		set_flag(info, XT_TRIGGER_F_OWNER_LAST,
			 parse_word(cb, owner_words));
		break;
	case O_MAX:
		info->max = parse_number(cb, 65535);
		break;
	case O_SHADOW:
		set_flag(info, XT_TRIGGER_F_SHADOW, true);
		break;
	}
}

/* Whether the command that @argv has is for the raw table. */
static bool is_raw_table(char **argv)
{
	const char *table = NULL;

	for (; *argv != NULL; argv++) {
		size_t len = strcspn(*argv, "=");

		if (len > strlen("--t") && strncmp(*argv, "--table", len) == 0)
			table = (*argv)[len] == '=' ? *argv + len + 1 : argv[1];
		else if (strncmp(*argv, "-t", 2) == 0)
			table = (*argv)[2] != '\0' ? *argv + 2 : argv[1];
	}
	return table != NULL && strcmp(table, "raw") == 0;
}

/*
 * Reads one option. libxtables would make the xt_option_call by itself
 * (.x6_parse), but only this function is told the command's words, and so the
 * table.
 */
static int trigger_parse(int c, char **argv, int invert, unsigned int *flags,
			 const void *entry __attribute__((unused)),
			 struct xt_entry_target **target)
{
	const struct xtables_target *self = (const void *)
		((char *)target - offsetof(struct xtables_target, t));
	struct words *words = self->udata;
	struct xt_option_call cb = {
		.entry = &trigger_opts[c],
		.arg = optarg,
		.ext_name = self->name,
		.data = (*target)->data,
		.xflags = *flags,
		.invert = invert,
		.udata = words,
	};

	words->raw = is_raw_table(argv);
	parse_option(&cb);
	*flags = cb.xflags;
	return 1;
}

/* Writes the item as the command line has it, "tcp:113" or "6660-6669". */
static void format_item(char *buf, enum list list,
			const struct xt_trigger_range *range)
{
	const char *proto = proto_name(list, range->proto);
	int len = 0;

	if (proto != NULL)
		len = snprintf(buf, ITEM_LEN, "%s:", proto);
	len += snprintf(buf + len, ITEM_LEN - len, "%u", range->min);
	if (range->max != range->min)
		snprintf(buf + len, ITEM_LEN - len, "-%u", range->max);
}

static bool protos_meet(__u8 a, __u8 b)
{
	return a == b ||
	       (a == XT_TRIGGER_PROTO_ALL && b != IPPROTO_SCTP) ||
	       (b == XT_TRIGGER_PROTO_ALL && a != IPPROTO_SCTP);
}

static void check_no_overlap(const struct xt_trigger_range *a,
			     const struct xt_trigger_range *b)
{
	char one[ITEM_LEN], other[ITEM_LEN];

	if (!protos_meet(a->proto, b->proto) ||
	    a->max < b->min || b->max < a->min)
		return;
	format_item(one, L_RELATE, a);
	format_item(other, L_RELATE, b);
	refuse(list_names[L_RELATE], other, "overlaps with %s", one);
}

static void check_relate(const struct xt_trigger_tginfo *info)
{
	unsigned int i, j;

	if (info->n_relate == 0)
		xtables_error(PARAMETER_PROBLEM,
			      "TRIGGER: --trigger-relate is missing (--trigger-type out needs it)");
	for (i = 0; i < info->n_relate; i++)
		for (j = 0; j < i; j++)
			check_no_overlap(&info->relate[j], &info->relate[i]);
}

/* Whether all ports of @range are among those of the @n @ranges. */
static bool covers(const struct xt_trigger_range *ranges, unsigned int n,
		   const struct xt_trigger_range *range)
{
	unsigned int port = range->min, i = 0;

	while (i < n && port <= range->max) {
		if (ranges[i].min <= port && port <= ranges[i].max) {
			port = ranges[i].max + 1;
			i = 0;
		} else {
			i++;
		}
	}
	return port > range->max;
}

/* Whether the two lists are the same ports. */
static bool matches_what_opens(const struct xt_trigger_tginfo *info)
{
	unsigned int i;

	for (i = 0; i < info->n_match; i++)
		if (!covers(info->relate, info->n_relate, &info->match[i]))
			return false;
	for (i = 0; i < info->n_relate; i++)
		if (!covers(info->match, info->n_match, &info->relate[i]))
			return false;
	return true;
}

/*
 * Warns of a rule that loads and may never open anything. @old: it has the form
 * of old firmware. Some firmware writes the ports to open into both lists, and
 * selects packets by --dport alone.
 */
static void warn(const struct xt_trigger_tginfo *info, bool raw, bool old)
{
	if (raw)
		fprintf(stderr,
			"TRIGGER: warning: --trigger-type out does nothing in the raw table, where no packet has a connection yet\n");
	if (old && matches_what_opens(info))
		fprintf(stderr,
			"TRIGGER: warning: --trigger-match and --trigger-relate are the same ports: only packets to these ports trigger\n");
}

/* Takes back, with a warning, what old firmware gives without need. */
static void ignore_options(struct xt_trigger_tginfo *info, unsigned int ignored)
{
	const struct xt_option_entry *opt;

	fprintf(stderr, "TRIGGER: warning: ignored with --trigger-type %s:",
		type_words[info->type - XT_TRIGGER_OUT]);
	for (opt = trigger_opts; opt->name != NULL; opt++)
		if (ignored & 1 << opt->id)
			fprintf(stderr, " --%s", opt->name);
	fprintf(stderr, "\n");

	info->n_relate = 0;
	info->n_match = 0;
	info->timeout = 0;
	memset(info->relate, 0, sizeof(info->relate));
	memset(info->match, 0, sizeof(info->match));
}

/* Runs after all options were read. */
static void trigger_check(struct xt_fcheck_call *cb)
{
	struct xt_trigger_tginfo *info = cb->data;
	const struct words *words = cb->udata;
	const struct xt_option_entry *opt;
	unsigned int foreign;
	bool named;

	if (info->type == 0)
		xtables_error(PARAMETER_PROBLEM,
			      "TRIGGER: --trigger-type is missing (out, dnat or in)");

	foreign = cb->xflags & ~opts_taken[info->type];
	for (opt = trigger_opts; opt->name != NULL; opt++)
		if (foreign & ~F_IGNORED & 1 << opt->id)
			xtables_error(PARAMETER_PROBLEM,
				      "TRIGGER: --%s: not with --trigger-type %s",
				      opt->name,
				      type_words[info->type - XT_TRIGGER_OUT]);
	named = parse_lists(words, info);
	if (foreign)
		ignore_options(info, foreign);

	if (info->type != XT_TRIGGER_OUT)
		return;
	check_relate(info);
	if (info->n_match == 0 && cb->xflags & 1 << O_MPROTO)
		info->match[info->n_match++] = (struct xt_trigger_range){
			.min = 1, .max = 65535, .proto = words->proto[L_MATCH],
		};
	if (info->timeout == 0 && !(info->flags & XT_TRIGGER_F_SESSION))
		info->timeout = XT_TRIGGER_TIMEOUT_DEFAULT;
	warn(info, words->raw, cb->xflags & F_PROTO && !named &&
			       !(cb->xflags & 1 << O_MPROTO));
}

static void show_list(const char *opt, enum list list,
		      const struct xt_trigger_range *ranges, unsigned int n)
{
	char text[ITEM_LEN];
	unsigned int i;

	for (i = 0; i < n; i++) {
		format_item(text, list, &ranges[i]);
		if (i == 0)
			printf(" %s %s", opt, text);
		else
			printf(",%s", text);
	}
}

/*
 * Prints the options that differ from their defaults, always in this order,
 * each with @prefix in front of its name: the one text of a rule, for
 * iptables-save and for iptables -L.
 */
static void trigger_show(const struct xt_entry_target *target,
			 const char *prefix)
{
	const struct xt_trigger_tginfo *info = (const void *)target->data;
	const __u32 timeout_default = info->flags & XT_TRIGGER_F_SESSION ?
				      0 : XT_TRIGGER_TIMEOUT_DEFAULT;
	char opt[32];

	printf(" %stype %s", prefix, type_words[info->type - XT_TRIGGER_OUT]);
	if (strcmp(info->name, XT_TRIGGER_NAME_DEFAULT) != 0)
		printf(" %sname %s", prefix, info->name);
	snprintf(opt, sizeof(opt), "%smatch", prefix);
	show_list(opt, L_MATCH, info->match, info->n_match);
	snprintf(opt, sizeof(opt), "%srelate", prefix);
	show_list(opt, L_RELATE, info->relate, info->n_relate);
	if (info->type == XT_TRIGGER_OUT && info->timeout != timeout_default)
		printf(" %stimeout %u", prefix, info->timeout);
	if (info->lifetime != 0)
		printf(" %slifetime %u", prefix, info->lifetime);
	if (info->flags & XT_TRIGGER_F_REFRESH_BOTH)
		printf(" %srefresh both", prefix);
	if (info->flags & XT_TRIGGER_F_SESSION)
		printf(" %ssession", prefix);
	if (info->flags & XT_TRIGGER_F_PEER_HOST)
		printf(" %speer host", prefix);
	if (info->flags & XT_TRIGGER_F_OWNER_LAST)
		printf(" %sowner last", prefix);
	if (info->max != 0)
		printf(" %smax %u", prefix, info->max);
	if (info->flags & XT_TRIGGER_F_SHADOW)
		printf(" %sshadow", prefix);
}

static void trigger_save(const void *ip __attribute__((unused)),
			 const struct xt_entry_target *target)
{
	trigger_show(target, "--trigger-");
}

static void trigger_print(const void *ip __attribute__((unused)),
			  const struct xt_entry_target *target,
			  int numeric __attribute__((unused)))
{
	printf(" trigger");
	trigger_show(target, "");
}

static struct xtables_target trigger_target = {
	.version	= XTABLES_VERSION,
	.name		= "TRIGGER",
	.revision	= 0,
	.family		= NFPROTO_UNSPEC,
	.size		= XT_ALIGN(sizeof(struct xt_trigger_tginfo)),
	.userspacesize	= offsetof(struct xt_trigger_tginfo, kernel),
	.udata_size	= sizeof(struct words),
	.help		= trigger_help,
	.init		= trigger_init,
	.parse		= trigger_parse,
	.x6_fcheck	= trigger_check,
	.x6_options	= trigger_opts,
	.print		= trigger_print,
	.save		= trigger_save,
};

static void __attribute__((constructor)) trigger_register(void)
{
	xtables_register_target(&trigger_target);
}
