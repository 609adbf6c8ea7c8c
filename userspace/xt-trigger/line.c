// SPDX-License-Identifier: GPL-2.0
/* A line of the proc file. See line.h. */
#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>

#include "line.h"
#include "tool.h"
#include "xt_TRIGGER.h"

enum kind {
	WORD,
	NAME,
	FAMILY,
	NUMBER,
	RANGES,
	ADDRESS,
	PEERS,
	CRC,
	CONNECTIONS,
};

static const struct {
	const char	*name;
	enum kind	kind;
	const char	*wrong;
} fields[LINE_FIELDS] = {
	[LINE_NAME]	= { "name",	NAME,	 "a bad value of name" },
	[LINE_FAMILY]	= { "family",	FAMILY,	 "a bad value of family" },
	[LINE_OWNER]	= { "owner",	ADDRESS, "a bad value of owner" },
	[LINE_OPEN]	= { "open",	RANGES,	 "a bad value of open" },
	[LINE_TRIGGER]	= { "trigger",	WORD,	 "a bad value of trigger" },
	[LINE_PEER]	= { "peer",	PEERS,	 "a bad value of peer" },
	[LINE_TIMEOUT]	= { "timeout",	NUMBER,	 "a bad value of timeout" },
	[LINE_EXPIRES]	= { "expires",	NUMBER,	 "a bad value of expires" },
	[LINE_LIFETIME]	= { "lifetime",	NUMBER,	 "a bad value of lifetime" },
	[LINE_AGE]	= { "age",	NUMBER,	 "a bad value of age" },
	[LINE_SESSION]	= { "session",	NUMBER,	 "a bad value of session" },
	[LINE_HITS]	= { "hits",	NUMBER,	 "a bad value of hits" },
	[LINE_STATE]	= { "state",	WORD,	 "a bad value of state" },
	[LINE_ID]	= { "id",	NUMBER,	 "a bad value of id" },
	[LINE_RULE]	= { "rule",	CRC,	 "a bad value of rule" },
	[LINE_ANSWERED]	= { "answered",	NUMBER,	 "a bad value of answered" },
	[LINE_CT]	= { "ct",	CONNECTIONS, "a bad value of ct" },
};

const char *line_field_name(enum line_field field)
{
	return fields[field].name;
}

bool line_field_is_number(enum line_field field)
{
	return fields[field].kind == NUMBER;
}

bool line_parse_number(const char *s, uint64_t max, uint64_t *number)
{
	uint64_t n = 0, digit;

	if (!*s)
		return false;
	for (; *s; s++) {
		if (!isdigit((unsigned char)*s))
			return false;
		digit = *s - '0';
		if (n > (max - digit) / 10)
			return false;
		n = n * 10 + digit;
	}
	*number = n;
	return true;
}

bool line_parse_addr(const char *s, struct line_addr *addr)
{
	bool ipv6 = strchr(s, ':');

	*addr = (struct line_addr){ .len = ipv6 ? 16 : 4 };
	return inet_pton(ipv6 ? AF_INET6 : AF_INET, s, addr->bytes) == 1;
}

bool line_addr_equal(const struct line_addr *a, const struct line_addr *b)
{
	return a->len == b->len && !memcmp(a->bytes, b->bytes, a->len);
}

/* Copy the first item of *@list, and pass by it and its comma. */
static bool next_item(const char **list, char *item, size_t size)
{
	size_t len = strcspn(*list, ",");

	if (!len || len >= size)
		return false;
	memcpy(item, *list, len);
	item[len] = '\0';
	*list += len;
	/* A comma has an item behind it. */
	return !**list || *++*list;
}

static bool parse_port(const char *s, uint16_t *port)
{
	uint64_t number;

	if (!line_parse_number(s, UINT16_MAX, &number) || !number)
		return false;
	*port = number;
	return true;
}

bool line_range_next(const char **list, struct line_range *range)
{
	char item[32], *port, *last;

	range->protocol = *list;
	if (!next_item(list, item, sizeof(item)))
		return false;
	port = strchr(item, ':');
	if (!port || port == item)
		return false;
	range->protocol_len = port++ - item;
	last = strchr(port, '-');
	if (last)
		*last++ = '\0';
	return parse_port(port, &range->first) &&
	       parse_port(last ? last : port, &range->last) &&
	       range->first <= range->last;
}

bool line_addr_next(const char **list, struct line_addr *addr)
{
	char item[INET6_ADDRSTRLEN];

	return next_item(list, item, sizeof(item)) &&
	       line_parse_addr(item, addr);
}

/* "192.168.1.10:40122", "[2001:db8::1]:40122", or an address without a port. */
static bool parse_end(char *s, struct line_end *end)
{
	bool ipv6 = *s == '[';
	struct line_addr addr;
	uint64_t number;
	char *port;

	port = ipv6 ? strchr(s, ']') : strchr(s, ':');
	if (ipv6) {
		if (!port)
			return false;
		*port++ = '\0';
		s++;
		if (*port && *port != ':')
			return false;
		port = *port ? port : NULL;
	}
	if (port)
		*port++ = '\0';
	if (!line_parse_addr(s, &addr) || (addr.len == 16) != ipv6 ||
	    strlen(s) >= sizeof(end->addr) ||
	    (port && !line_parse_number(port, UINT16_MAX, &number)))
		return false;
	strcpy(end->addr, s);
	end->port = port ? (int)number : -1;
	return true;
}

bool line_ct_next(const char **list, struct line_ct *ct)
{
	char item[160], *from, *to;

	if (!next_item(list, item, sizeof(item)))
		return false;
	from = strchr(item, ':');
	to = strchr(item, '-');
	if (!from || from == item || !to || to < from ||
	    from - item >= (ptrdiff_t)sizeof(ct->protocol))
		return false;
	*from++ = '\0';
	*to++ = '\0';
	strcpy(ct->protocol, item);
	return parse_end(from, &ct->from) && parse_end(to, &ct->to);
}

static bool are_connections(const char *s)
{
	struct line_ct ct;

	if (!strcmp(s, "-"))
		return true;
	do {
		if (!line_ct_next(&s, &ct))
			return false;
	} while (*s);
	return true;
}

static bool are_ranges(const char *s)
{
	struct line_range range;

	do {
		if (!line_range_next(&s, &range))
			return false;
	} while (*s);
	return true;
}

static bool are_peers(const char *s)
{
	struct line_addr addr;

	if (!strcmp(s, "any"))
		return true;
	do {
		if (!line_addr_next(&s, &addr))
			return false;
	} while (*s);
	return true;
}

/* Of a table: as --trigger-name takes it. */
static bool is_name(const char *s)
{
	static const char first[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
	size_t len = strlen(s);

	return len && len < XT_TRIGGER_NAME_LEN && strchr(first, *s) &&
	       strspn(s, "abcdefghijklmnopqrstuvwxyz"
			 "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") == len;
}

static bool is_valid(enum kind kind, const char *s, uint64_t *number)
{
	struct line_addr addr;

	switch (kind) {
	case NAME:
		return is_name(s);
	case FAMILY:
		return !strcmp(s, "ipv4") || !strcmp(s, "ipv6");
	case NUMBER:
		return line_parse_number(s, UINT64_MAX, number);
	case RANGES:
		return are_ranges(s);
	case ADDRESS:
		return line_parse_addr(s, &addr);
	case PEERS:
		return are_peers(s);
	case CONNECTIONS:
		return are_connections(s);
	case CRC:
		return strlen(s) == 8 && strspn(s, "0123456789abcdef") == 8;
	default:
		return *s;
	}
}

bool line_field_valid(enum line_field field, const char *s)
{
	uint64_t number;

	return is_valid(fields[field].kind, s, &number);
}

/* What goes to a terminal, or into a message, is to do nothing else there. */
static bool is_printable(const char *s)
{
	for (; *s; s++) {
		if (*s < 0x20 || *s > 0x7e)
			return false;
	}
	return true;
}

static enum line_field find_field(const char *name)
{
	enum line_field field;

	for (field = 0; field < LINE_FIELDS; field++) {
		if (!strcmp(name, fields[field].name))
			break;
	}
	return field;
}

/* Split the first "key=value" off *@s; return the value, NULL: there is none. */
static char *next_pair(char **s, char **key)
{
	char *value;

	*key = strsep(s, " ");
	value = strchr(*key, '=');
	if (!value || value == *key)
		return NULL;
	*value++ = '\0';
	return value;
}

const char *line_parse(struct line *line, char *s)
{
	enum line_field field;
	char *key, *value;

	*line = (struct line){ 0 };
	if (!is_printable(s))
		return "a byte that is not printable ASCII";
	while (s) {
		value = next_pair(&s, &key);
		if (!value)
			return "no KEY=VALUE";
		field = find_field(key);
		if (field == LINE_FIELDS)
			continue;
		if (line->text[field] ||
		    !is_valid(fields[field].kind, value, &line->number[field]))
			return fields[field].wrong;
		line->text[field] = value;
	}
	for (field = 0; field < LINE_FIELDS_OLD; field++) {
		if (!line->text[field])
			return "it has not all fields";
	}
	return NULL;
}

bool line_parse_counters(struct line_counters *counters, char *s)
{
	struct line_counter *counter;
	char *key, *value;

	counters->n = 0;
	if (strncmp(s, "# ", 2) || !is_printable(s))
		return false;
	s += 2;
	while (s && counters->n < LINE_COUNTERS_MAX) {
		counter = &counters->counter[counters->n];
		value = next_pair(&s, &key);
		if (!value ||
		    key[strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789_")] ||
		    isdigit((unsigned char)*key) ||
		    !line_parse_number(value, UINT64_MAX, &counter->value))
			return false;
		counter->name = key;
		counters->n++;
	}
	return counters->n;
}

const struct line_counter *line_counter(const struct line_counters *counters,
					const char *name)
{
	unsigned int i;

	for (i = 0; i < counters->n; i++) {
		if (!strcmp(counters->counter[i].name, name))
			return &counters->counter[i];
	}
	return NULL;
}
