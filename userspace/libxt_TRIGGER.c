// SPDX-License-Identifier: GPL-2.0
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
#include <string.h>
#include <strings.h>

#include "items.h"

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
"  --trigger-rproto PROTO         the same as --trigger-proto\n"
"  --trigger-match [PROTO:]PORT[-PORT][,...]\n"
"                                 destination ports that trigger (every packet)\n"
"  --trigger-mproto PROTO         the protocol that triggers where the item of\n"
"                                 --trigger-match names none\n"
"  --trigger-timeout SECONDS      close this long after the last refresh (%u;\n"
"                                 none with --trigger-session)\n"
"  --trigger-lifetime SECONDS     close this long after opening (unlimited)\n"
"  --trigger-refresh out|both     refreshed by the owner's packets, or by\n"
"                                 inbound connections too (out)\n"
"  --trigger-session              close when the triggering connections end\n"
"  --trigger-peer any|host        open to all, or to contacted hosts only (any)\n"
"  --trigger-owner first|last     which host owns a port that several hosts\n"
"                                 opened (first)\n"
"  --trigger-max NUMBER           at most this many owners at once (unlimited)\n"
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

static unsigned int parse_number(const struct xt_option_call *cb,
				 unsigned int max)
{
	const char *s = cb->arg;
	unsigned int value;

	if (!items_scan_number(&s, &value) || *s != '\0' || value < 1 || value > max)
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

/*
 * Reads both lists, as far as they are given. Returns whether an item of them
 * names a protocol.
 */
static bool parse_lists(const struct words *words, struct xt_trigger_tginfo *info)
{
	bool named = false;

	if (words->text[ITEMS_MATCH] != NULL)
		named |= items_parse(ITEMS_MATCH, words->text[ITEMS_MATCH],
				     words->proto[ITEMS_MATCH],
				     info->match, &info->n_match);
	if (words->text[ITEMS_RELATE] != NULL)
		named |= items_parse(ITEMS_RELATE, words->text[ITEMS_RELATE],
				     words->proto[ITEMS_RELATE],
				     info->relate, &info->n_relate);
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
		words->text[ITEMS_MATCH] = cb->arg;
		break;
	case O_MPROTO:
		words->proto[ITEMS_MATCH] = items_parse_proto(ITEMS_MATCH, cb->entry->name,
							    cb->arg);
		break;
	case O_RELATE:
		words->text[ITEMS_RELATE] = cb->arg;
		break;
	case O_PROTO:
	case O_RPROTO:
		words->proto[ITEMS_RELATE] = items_parse_proto(ITEMS_RELATE, cb->entry->name,
							     cb->arg);
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

/* Whether the two lists are the same ports. */
static bool matches_what_opens(const struct xt_trigger_tginfo *info)
{
	return items_covered(info->match, info->n_match,
			     info->relate, info->n_relate) &&
	       items_covered(info->relate, info->n_relate,
			     info->match, info->n_match);
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
	if (info->n_relate == 0)
		xtables_error(PARAMETER_PROBLEM,
			      "TRIGGER: --trigger-relate is missing (--trigger-type out needs it)");
	items_check_overlap(info->relate, info->n_relate);
	if (info->n_match == 0 && cb->xflags & 1 << O_MPROTO)
		info->match[info->n_match++] = (struct xt_trigger_range){
			.min = 1, .max = 65535, .proto = words->proto[ITEMS_MATCH],
		};
	if (info->timeout == 0 && !(info->flags & XT_TRIGGER_F_SESSION))
		info->timeout = XT_TRIGGER_TIMEOUT_DEFAULT;
	warn(info, words->raw, cb->xflags & F_PROTO && !named &&
			       !(cb->xflags & 1 << O_MPROTO));
}

static void show_list(const char *opt, enum items_list list,
		      const struct xt_trigger_range *ranges, unsigned int n)
{
	char text[ITEMS_TEXT_LEN];
	unsigned int i;

	for (i = 0; i < n; i++) {
		items_format(text, list, &ranges[i]);
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
	show_list(opt, ITEMS_MATCH, info->match, info->n_match);
	snprintf(opt, sizeof(opt), "%srelate", prefix);
	show_list(opt, ITEMS_RELATE, info->relate, info->n_relate);
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
