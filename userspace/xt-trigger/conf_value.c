// SPDX-License-Identifier: GPL-2.0
/* The values of xt-trigger.conf(5). See conf_value.h. */
#include <arpa/inet.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "conf_value.h"

#define ARRAY_LEN(a)	(sizeof(a) / sizeof((a)[0]))

/* Longest text of an item of a list. */
#define ITEM_LEN	64

static char why[256];

/* Returns a reason, as printf() makes it. */
static const char *because(const char *format, ...)
	__attribute__((format(printf, 1, 2)));
static const char *because(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(why, sizeof(why), format, args);
	va_end(args);
	return why;
}

/* As <ctype.h> has them in the C locale, whatever locale is set. */
static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_alnum(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Sets @place to the place of @text in @words, or returns a reason. */
static const char *parse_word(const char *text, const char *const *words,
			      unsigned int *place)
{
	char list[128] = "";
	unsigned int i;

	for (i = 0; words[i]; i++) {
		if (strcasecmp(text, words[i]) == 0) {
			*place = i;
			return NULL;
		}
		snprintf(list + strlen(list), sizeof(list) - strlen(list), "%s%s",
			 i > 0 ? ", " : "", words[i]);
	}
	return because("must be one of: %s", list);
}

/*
 * Reads the decimal number at *@s and moves *@s behind it. Returns false where
 * there is no digit. A number that is too large comes out as UINT32_MAX.
 */
static bool scan_number(const char **s, unsigned int *number)
{
	uint64_t value = 0;

	if (!is_digit(**s))
		return false;
	for (; is_digit(**s); ++*s)
		if (value < UINT32_MAX)
			value = value * 10 + (**s - '0');
	*number = value < UINT32_MAX ? value : UINT32_MAX;
	return true;
}

/* A number from 1 to @max, or the word @zero, which is 0. */
static const char *parse_number(const char *text, unsigned int max, const char *zero,
				unsigned int *number)
{
	const char *s = text;
	unsigned int value;

	if (strcasecmp(text, zero) == 0) {
		*number = 0;
		return NULL;
	}
	if (!scan_number(&s, &value) || *s != '\0' || value < 1 || value > max)
		return because("must be a number from 1 to %u, or %s", max, zero);
	*number = value;
	return NULL;
}

/*
 * Calls @parse_item with @index 0, 1, ... for the items of the comma-separated list
 * @text, at most @max. Sets @n to their number, or returns a reason.
 */
static const char *parse_list(const char *text, unsigned int max, unsigned int *n, void *to,
			      const char *(*parse_item)(const char *item,
							unsigned int index, void *to))
{
	unsigned int i = 0;

	for (;;) {
		size_t len = strcspn(text, ",");
		char item[ITEM_LEN];
		const char *reason;

		if (i == max)
			return because("has more than %u items", max);
		if (len == 0)
			return "has an empty item";
		if (len >= sizeof(item))
			return because("\"%.*s...\" is too long", ITEM_LEN - 1, text);
		memcpy(item, text, len);
		item[len] = '\0';
		if (strpbrk(item, " \t") != NULL)
			return because("\"%s\" has a blank in it: items have a comma, and nothing else, between them",
				       item);
		reason = parse_item(item, i++, to);
		if (reason)
			return reason;
		if (text[len] == '\0')
			break;
		text += len + 1;
	}
	*n = i;
	return NULL;
}

const char *conf_parse_bool(const char *text, void *to)
{
	static const char *const words[] = {
		"yes", "no", "true", "false", "on", "off", "1", "0", NULL
	};
	unsigned int place;

	if (parse_word(text, words, &place) != NULL)
		return "must be yes or no";
	*(bool *)to = place % 2 == 0;
	return NULL;
}

const char *conf_parse_text(const char *text, void *to)
{
	if (strlen(text) >= CONF_TEXT_LEN)
		return because("is longer than %u bytes", CONF_TEXT_LEN - 1);
	strcpy(to, text);
	return NULL;
}

/* Why @name has something else than A-Za-z0-9 first, A-Za-z0-9_.- then, or NULL. */
static const char *name_invalid(const char *name, unsigned int max)
{
	const char *s;

	if (!is_alnum(name[0]))
		return "must begin with a letter or a digit";
	for (s = name; *s != '\0'; s++)
		if (!is_alnum(*s) && strchr("_.-", *s) == NULL)
			return "may contain letters, digits, \"_\", \".\" and \"-\" only";
	if (strlen(name) > max)
		return because("is longer than %u characters", max);
	return NULL;
}

const char *conf_section_invalid(const char *name)
{
	return name_invalid(name, CONF_SECTION_LEN - 1);
}

const char *conf_parse_name(const char *text, void *to)
{
	const char *reason = name_invalid(text, CONF_NAME_LEN - 1);

	if (!reason)
		strcpy(to, text);
	return reason;
}

/* An interface's name, or the begin of several and "+". */
static const char *parse_interface(const char *item, unsigned int index, void *to)
{
	struct conf_names *names = to;
	size_t len = strlen(item);
	unsigned int i;

	if (len >= IFNAMSIZ)
		return because("\"%s\" is longer than %u characters", item, IFNAMSIZ - 1);
	for (i = 0; i < len; i++) {
		bool first = is_alnum(item[i]) || item[i] == '_';

		if (!first && (i == 0 || strchr(".-", item[i]) == NULL) &&
		    (i == 0 || i + 1 != len || item[i] != '+'))
			return because("\"%s\" is no name of an interface (letters, digits, \"_\", \".\", \"-\"; \"+\" at the end for all that begin so)",
				       item);
	}
	for (i = 0; i < index; i++)
		if (!strcmp(names->name[i], item))
			return because("names %s twice", item);
	strcpy(names->name[index], item);
	return NULL;
}

const char *conf_parse_interfaces(const char *text, void *to)
{
	struct conf_names *names = to;

	return parse_list(text, CONF_LIST_MAX, &names->n, names, parse_interface);
}

const char *conf_parse_family(const char *text, void *to)
{
	static const char *const words[] = {"ipv4", "ipv6", "any", NULL};
	unsigned int place;
	const char *reason = parse_word(text, words, &place);

	if (!reason)
		*(unsigned int *)to = place + 1;
	return reason;
}

const char *conf_parse_nat(const char *text, void *to)
{
	static const char *const words[] = {"no", "ipv4", "ipv6", "any", NULL};

	return parse_word(text, words, to);
}

/* Clears the bits of @addr behind the first @prefix ones. */
static void mask_address(unsigned char *addr, unsigned int len, unsigned int prefix)
{
	unsigned int i;

	for (i = 0; i < len; i++) {
		unsigned int keep = prefix > i * 8 ? prefix - i * 8 : 0;

		if (keep < 8)
			addr[i] &= 0xff00 >> keep;
	}
}

/* An address, or an address and the length of its prefix. */
static const char *parse_source(const char *item, unsigned int index, void *to)
{
	struct conf_sources *sources = to;
	__typeof__(&sources->item[0]) source = &sources->item[index];
	const char *slash = strchr(item, '/'), *s;
	size_t len = slash ? (size_t)(slash - item) : strlen(item);
	unsigned int max;
	char address[ITEM_LEN];

	memset(source, 0, sizeof(*source));
	memcpy(address, item, len);
	address[len] = '\0';
	if (inet_pton(AF_INET, address, &source->addr) == 1) {
		source->family = CONF_IPV4;
		max = 32;
	} else if (inet_pton(AF_INET6, address, &source->addr) == 1) {
		source->family = CONF_IPV6;
		max = 128;
	} else {
		return because("\"%s\" is no address", address);
	}
	source->prefix = max;
	if (slash) {
		s = slash + 1;
		if (!scan_number(&s, &source->prefix) || *s != '\0' ||
		    source->prefix < 1 || source->prefix > max)
			return because("\"%s\": the prefix of %s must be a number from 1 to %u",
				       item, address, max);
	}
	mask_address((unsigned char *)&source->addr, max / 8, source->prefix);
	return NULL;
}

const char *conf_parse_sources(const char *text, void *to)
{
	struct conf_sources *sources = to;

	if (strcasecmp(text, "any") == 0) {
		sources->n = 0;
		return NULL;
	}
	return parse_list(text, CONF_LIST_MAX, &sources->n, sources, parse_source);
}

static const char *const protocols[] = {
	[CONF_PROTO_NONE] = "any",
	[CONF_PROTO_ALL] = "all",
	[CONF_PROTO_TCP] = "tcp",
	[CONF_PROTO_UDP] = "udp",
	[CONF_PROTO_SCTP] = "sctp",
	NULL
};

const char *conf_proto_name(enum conf_proto proto)
{
	return protocols[proto];
}

const char *conf_parse_protocol(const char *text, void *to)
{
	return parse_word(text, protocols, to);
}

/* Reads "PORT", "PORT-PORT" or "PORT:PORT", all of it. */
static const char *parse_range(const char *item, const char *range,
			       unsigned int *min, unsigned int *max)
{
	const char *s = range;

	if (!scan_number(&s, min))
		return because("\"%s\" is no port and no range of ports", item);
	*max = *min;
	if (*s == '-' || *s == ':') {
		s++;
		if (!scan_number(&s, max))
			return because("\"%s\" is no range of ports", item);
	}
	if (*s != '\0')
		return because("\"%s\" is no port and no range of ports", item);
	if (*min < 1 || *min > 65535 || *max < 1 || *max > 65535)
		return because("\"%s\": ports go from 1 to 65535", item);
	if (*min > *max)
		return because("\"%s\": the range runs backwards", item);
	return NULL;
}

/* "[PROTOCOL:]PORT[-PORT]" */
static const char *parse_port_item(const char *item, unsigned int index, void *to)
{
	struct conf_ports *ports = to;
	const char *colon = strchr(item, ':');
	const char *range = item;
	unsigned int proto = CONF_PROTO_NONE;

	if (colon != NULL && !is_digit(item[0])) {
		char name[ITEM_LEN];

		memcpy(name, item, colon - item);
		name[colon - item] = '\0';
		if (parse_word(name, protocols + 1, &proto) != NULL)
			return because("\"%s\": the protocol must be one of: tcp, udp, sctp, all",
				       item);
		proto++;	/* "any" is none that an item names */
		range = colon + 1;
	}
	ports->item[index].proto = proto;
	return parse_range(item, range, &ports->item[index].min, &ports->item[index].max);
}

const char *conf_parse_port(const char *text, void *to)
{
	struct conf_ports *ports = to;

	ports->n = 0;
	ports->any = strcasecmp(text, "any") == 0;
	if (ports->any)
		return NULL;
	return parse_list(text, XT_TRIGGER_ITEMS_MAX, &ports->n, ports, parse_port_item);
}

static bool protocols_meet(enum conf_proto a, enum conf_proto b)
{
	return a == b || (a == CONF_PROTO_ALL && b != CONF_PROTO_SCTP) ||
	       (b == CONF_PROTO_ALL && a != CONF_PROTO_SCTP);
}

/* An item that names no protocol opens tcp and udp. Items must not overlap. */
static const char *parse_open_item(const char *item, unsigned int index, void *to)
{
	struct conf_ports *ports = to;
	const char *reason = parse_port_item(item, index, to);
	unsigned int i;

	if (reason)
		return reason;
	if (ports->item[index].proto == CONF_PROTO_NONE)
		ports->item[index].proto = CONF_PROTO_ALL;
	for (i = 0; i < index; i++)
		if (protocols_meet(ports->item[i].proto, ports->item[index].proto) &&
		    ports->item[i].min <= ports->item[index].max &&
		    ports->item[index].min <= ports->item[i].max)
			return because("\"%s\" overlaps with an item in front of it", item);
	return NULL;
}

const char *conf_parse_open(const char *text, void *to)
{
	struct conf_ports *ports = to;

	ports->any = false;
	return parse_list(text, XT_TRIGGER_ITEMS_MAX, &ports->n, ports, parse_open_item);
}

const char *conf_parse_timeout(const char *text, void *to)
{
	return parse_number(text, XT_TRIGGER_SECS_MAX, "none", to);
}

const char *conf_parse_lifetime(const char *text, void *to)
{
	return parse_number(text, XT_TRIGGER_SECS_MAX, "unlimited", to);
}

const char *conf_parse_max(const char *text, void *to)
{
	return parse_number(text, 65535, "unlimited", to);
}

/* One of two words; the second one sets the flag. */
static const char *parse_choice(const char *text, const char *off, const char *on, bool *flag)
{
	const char *const words[] = {off, on, NULL};
	unsigned int place;
	const char *reason = parse_word(text, words, &place);

	if (!reason)
		*flag = place == 1;
	return reason;
}

const char *conf_parse_refresh(const char *text, void *to)
{
	return parse_choice(text, "out", "both", to);
}

const char *conf_parse_peer(const char *text, void *to)
{
	return parse_choice(text, "any", "host", to);
}

const char *conf_parse_owner(const char *text, void *to)
{
	return parse_choice(text, "first", "last", to);
}

const char *conf_parse_in_table(const char *text, void *to)
{
	return parse_choice(text, "filter", "mangle", to);
}

/* The bits of a packet mark, decimal or hexadecimal. */
const char *conf_parse_mark(const char *text, void *to)
{
	bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	const char *digits = hex ? text + 2 : text;
	size_t len = strlen(digits);
	unsigned long long value;

	if (strcasecmp(text, "no") == 0) {
		*(unsigned int *)to = 0;
		return NULL;
	}
	if (len >= 1 && len <= 10 &&
	    strspn(digits, hex ? "0123456789abcdefABCDEF" : "0123456789") == len) {
		value = strtoull(digits, NULL, hex ? 16 : 10);
		if (value >= 1 && value <= UINT32_MAX) {
			*(unsigned int *)to = value;
			return NULL;
		}
	}
	return "must be a number from 1 to 0xffffffff, or no";
}
