// SPDX-License-Identifier: GPL-2.0
/* Conditions. See filter.h. */
#include <string.h>

#include "filter.h"
#include "tool.h"

static const enum line_field keys[] = {
	LINE_NAME, LINE_FAMILY, LINE_OWNER, LINE_OPEN, LINE_PEER, LINE_ID,
	LINE_RULE,
};

static enum line_field find_key(const char *operand, size_t len)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		const char *name = line_field_name(keys[i]);

		if (strlen(name) == len && !memcmp(name, operand, len))
			return keys[i];
	}
	return LINE_FIELDS;
}

/* NULL, or what the value is to be. */
static const char *parse_value(struct filter *filter, enum line_field key,
			       const char *s)
{
	static const char *const wanted[LINE_FIELDS] = {
		[LINE_NAME]	= "the name of a table",
		[LINE_FAMILY]	= "ipv4 or ipv6",
		[LINE_OWNER]	= "an address",
		[LINE_OPEN]	= "PROTOCOL:PORT[-PORT],...",
		[LINE_PEER]	= "any, or addresses",
		[LINE_ID]	= "a number",
		[LINE_RULE]	= "eight hexadecimal digits",
	};

	if (!line_field_valid(key, s))
		return wanted[key];
	if (key == LINE_OWNER)
		line_parse_addr(s, &filter->owner);
	return NULL;
}

int filter_parse(struct filter *filter, int argc, char **argv, int first)
{
	enum line_field key;
	const char *value, *wanted;
	int i;

	*filter = (struct filter){ .any = first < argc };
	for (i = first; i < argc; i++) {
		value = strchr(argv[i], '=');
		if (!value)
			return tool_usage(argv[0], "`%s' is no KEY=VALUE", argv[i]);
		key = find_key(argv[i], value - argv[i]);
		if (key == LINE_FIELDS)
			return tool_usage(argv[0], "%s: there is no such key; there are name, family, owner, open, peer, id and rule",
					  argv[i]);
		if (filter->text[key])
			return tool_usage(argv[0], "%s: the key is given twice",
					  argv[i]);
		wanted = parse_value(filter, key, ++value);
		if (wanted)
			return tool_usage(argv[0], "%s: the value must be %s",
					  argv[i], wanted);
		filter->text[key] = value;
	}
	return STATUS_DONE;
}

/* Whether @wanted is within a range of @open. */
static bool opens(const char *open, const struct line_range *wanted)
{
	struct line_range range;

	while (*open && line_range_next(&open, &range)) {
		if (range.protocol_len == wanted->protocol_len &&
		    !memcmp(range.protocol, wanted->protocol,
			    range.protocol_len) &&
		    range.first <= wanted->first && range.last >= wanted->last)
			return true;
	}
	return false;
}

static bool match_open(const char *wanted, const char *open)
{
	struct line_range range;

	while (*wanted && line_range_next(&wanted, &range)) {
		if (!opens(open, &range))
			return false;
	}
	return true;
}

static bool has_peer(const char *peers, const struct line_addr *wanted)
{
	struct line_addr addr;

	while (*peers && line_addr_next(&peers, &addr)) {
		if (line_addr_equal(&addr, wanted))
			return true;
	}
	return false;
}

static bool match_peer(const char *wanted, const char *peers)
{
	struct line_addr addr;

	if (!strcmp(wanted, "any") || !strcmp(peers, "any"))
		return !strcmp(wanted, peers);
	while (*wanted && line_addr_next(&wanted, &addr)) {
		if (!has_peer(peers, &addr))
			return false;
	}
	return true;
}

static bool match_owner(const struct filter *filter, const char *owner)
{
	struct line_addr addr;

	return line_parse_addr(owner, &addr) &&
	       line_addr_equal(&addr, &filter->owner);
}

static bool match_id(const char *wanted, uint64_t id)
{
	uint64_t number;

	return line_parse_number(wanted, UINT64_MAX, &number) && number == id;
}

static bool match_field(const struct filter *filter, enum line_field key,
			const struct line *line)
{
	const char *wanted = filter->text[key], *text = line->text[key];

	if (!text)	/* an older module does not tell */
		return false;
	switch (key) {
	case LINE_OWNER:
		return match_owner(filter, text);
	case LINE_OPEN:
		return match_open(wanted, text);
	case LINE_PEER:
		return match_peer(wanted, text);
	case LINE_ID:
		return match_id(wanted, line->number[key]);
	default:
		return !strcmp(wanted, text);
	}
}

bool filter_match(const struct filter *filter, const struct line *line)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		if (filter->text[keys[i]] && !match_field(filter, keys[i], line))
			return false;
	}
	return true;
}
