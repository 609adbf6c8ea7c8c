// SPDX-License-Identifier: GPL-2.0
/* Reads and writes the lists of ports. See items.h. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "items.h"

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
 * Reads the decimal number at *@s and moves *@s behind it. A number that is
 * too large for everything here comes out as one that still is. Returns false
 * where there is no digit.
 */
bool items_scan_number(const char **s, unsigned int *value)
{
	if (!isdigit((unsigned char)**s))
		return false;
	for (*value = 0; isdigit((unsigned char)**s); ++*s)
		if (*value <= XT_TRIGGER_SECS_MAX)
			*value = *value * 10 + (**s - '0');
	return true;
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
static const char *proto_name(enum items_list list, __u8 number)
{
	unsigned int i;

	for (i = 0; i < ARRAY_LEN(protos); i++)
		if (protos[i].number[list] == number)
			return protos[i].name;
	return NULL;
}

/* Returns the number that the protocol @name, the value of @opt, has in @list. */
__u8 items_parse_proto(enum items_list list, const char *opt, const char *name)
{
	int i = find_proto(name, strlen(name));

	if (i < 0)
		refuse(opt, name, "must be one of: tcp, udp, sctp, all");
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

	legal = items_scan_number(&s, &min);
	max = min;
	if (legal && (*s == '-' || *s == ':')) {
		s++;
		legal = items_scan_number(&s, &max);
	}
	if (!legal || *s != '\0') {
		int port = service_port(ports, proto);

		if (port < 0)
			refuse(opt, item,
			       "is no port, no range of ports and no service's name%s%s%s",
			       proto != NULL ? " (protocol " : "",
			       proto != NULL ? proto : "",
			       proto != NULL ? ")" : "");
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
static bool parse_item(enum items_list list, const char *item,
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
 * Reads @text, comma-separated items of @list, into @ranges, and their number
 * into *@n, which is 0 before. @proto: of the items that name none. Returns
 * whether an item names its own.
 */
bool items_parse(enum items_list list, const char *text, __u8 proto,
		 struct xt_trigger_range *ranges, __u8 *n)
{
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
		ranges[*n].proto = proto;
		named |= parse_item(list, item, &ranges[(*n)++]);
	}
	free(copy);
	return named;
}

/* Writes the item as the command line has it, "tcp:113" or "6660-6669". */
void items_format(char *buf, enum items_list list,
		  const struct xt_trigger_range *range)
{
	const char *proto = proto_name(list, range->proto);
	int len = 0;

	if (proto != NULL)
		len = snprintf(buf, ITEMS_TEXT_LEN, "%s:", proto);
	len += snprintf(buf + len, ITEMS_TEXT_LEN - len, "%u", range->min);
	if (range->max != range->min)
		snprintf(buf + len, ITEMS_TEXT_LEN - len, "-%u", range->max);
}

/* Whether two related items have a protocol in common. */
static bool protos_meet(__u8 a, __u8 b)
{
	return a == b ||
	       (a == XT_TRIGGER_PROTO_ALL && b != IPPROTO_SCTP) ||
	       (b == XT_TRIGGER_PROTO_ALL && a != IPPROTO_SCTP);
}

static void check_no_overlap(const struct xt_trigger_range *a,
			     const struct xt_trigger_range *b)
{
	char one[ITEMS_TEXT_LEN], other[ITEMS_TEXT_LEN];

	if (!protos_meet(a->proto, b->proto) ||
	    a->max < b->min || b->max < a->min)
		return;
	items_format(one, ITEMS_RELATE, a);
	items_format(other, ITEMS_RELATE, b);
	refuse(list_names[ITEMS_RELATE], other, "overlaps with %s", one);
}

/* Refuses related items that overlap in one protocol. */
void items_check_overlap(const struct xt_trigger_range *relate, unsigned int n)
{
	unsigned int i, j;

	for (i = 0; i < n; i++)
		for (j = 0; j < i; j++)
			check_no_overlap(&relate[j], &relate[i]);
}

/* Whether all ports of @range are among those of @ranges. */
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

/* Whether all ports of @ranges are among those of @others, of any protocol. */
bool items_covered(const struct xt_trigger_range *ranges, unsigned int n,
		   const struct xt_trigger_range *others, unsigned int n_others)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		if (!covers(others, n_others, &ranges[i]))
			return false;
	return true;
}
