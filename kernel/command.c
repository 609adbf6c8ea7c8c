// SPDX-License-Identifier: GPL-2.0
/* The parser of the proc file's commands. See command.h. */
#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/inet.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/netfilter.h>
#include <linux/string.h>

#include "check.h"
#include "command.h"
#include "proto.h"

/* What '-' can ask for. */
#define CONDITIONS	(BIT(TRIGGER_FIELD_NAME) | \
				 BIT(TRIGGER_FIELD_FAMILY) | \
				 BIT(TRIGGER_FIELD_OWNER) | \
				 BIT(TRIGGER_FIELD_OPEN) | \
				 BIT(TRIGGER_FIELD_PEER) | \
				 BIT(TRIGGER_FIELD_ID) | \
				 BIT(TRIGGER_FIELD_RULE))

/* What '+' needs: the fields of a line of 0.1. */
#define REQUIRED		(BIT(TRIGGER_FIELD_ID) - 1)

/* All of @s is a decimal number of at most @max, as the file writes it. */
static bool parse_u64(const char *s, u64 max, u64 *number)
{
	u64 n = 0;

	if (!isdigit(*s) || (*s == '0' && s[1]))
		return false;
	for (; isdigit(*s); s++) {
		u8 digit = *s - '0';

		if (digit > max || n > div_u64(max - digit, 10))
			return false;
		n = n * 10 + digit;
	}
	*number = n;
	return !*s;
}

static bool parse_number(const char *s, u32 max, u32 *number)
{
	u64 n;

	if (!parse_u64(s, max, &n))
		return false;
	*number = n;
	return true;
}

/* Eight hex digits in lower case. */
static bool parse_label(const char *s, u32 *label)
{
	unsigned int i;

	*label = 0;
	for (i = 0; i < 8; i++, s++) {
		if (!isdigit(*s) && (*s < 'a' || *s > 'f'))
			return false;
		*label = *label << 4 | (isdigit(*s) ? *s - '0' : *s - 'a' + 10);
	}
	return !*s;
}

static bool parse_port(const char *s, u16 *port)
{
	u32 number;

	if (!parse_number(s, U16_MAX, &number) || !number)
		return false;
	*port = number;
	return true;
}

static bool parse_proto(const char *s, u8 *proto)
{
	static const u8 known[] = {
		IPPROTO_TCP, IPPROTO_UDP, IPPROTO_SCTP, IPPROTO_DCCP,
		IPPROTO_UDPLITE,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(known); i++) {
		if (!strcmp(s, trigger_proto_name(known[i]))) {
			*proto = known[i];
			return true;
		}
	}
	return false;
}

/* Whether a part of an IPv4 address has one: in4_pton() would take it. */
static bool has_leading_zero(const char *s)
{
	bool first = true;

	for (; *s; s++) {
		if (first && *s == '0' && isdigit(s[1]))
			return true;
		first = *s == '.';
	}
	return false;
}

/*
 * An address of the family that the line has named or shown before, if it has;
 * what is behind the address's length stays zero, as the table has it.
 */
static bool parse_addr(struct trigger_command *command, const char *s,
		       union nf_inet_addr *addr)
{
	u8 family = strchr(s, ':') ? NFPROTO_IPV6 : NFPROTO_IPV4;
	const char *end;
	int ok;

	if (command->family && command->family != family)
		return false;
	command->family = family;
	if (family == NFPROTO_IPV4)
		ok = !has_leading_zero(s) &&
		     in4_pton(s, -1, (u8 *)&addr->ip, -1, &end);
	else
		ok = in6_pton(s, -1, (u8 *)&addr->in6, -1, &end);
	return ok && !*end;
}

/* "tcp:113" or "tcp:5000-6000" */
static bool parse_range(char *s, struct trigger_range *range)
{
	char *port = strchr(s, ':'), *last;

	if (!port)
		return false;
	*port++ = '\0';
	if (!parse_proto(s, &range->proto) ||
	    trigger_proto_index(range->proto) < 0)
		return false;
	last = strchr(port, '-');
	if (last)
		*last++ = '\0';
	if (!parse_port(port, &range->min) ||
	    !parse_port(last ?: port, &range->max))
		return false;
	return last ? range->min < range->max : true;
}

/* A comma-separated list of ranges. */
static bool parse_open(struct trigger_command *command, char *s)
{
	char copy[TRIGGER_RANGES_MAX * sizeof("sctp:10000-65535,")];
	char *item, *rest = copy;

	if (strscpy(copy, s, sizeof(copy)) < 0)
		return false;
	command->open = s;
	while ((item = strsep(&rest, ","))) {
		if (command->n_ranges == TRIGGER_RANGES_MAX ||
		    !parse_range(item, &command->range[command->n_ranges]))
			return false;
		command->n_ranges++;
	}
	return true;
}

/* "any", or a comma-separated list of addresses. */
static bool parse_peers(struct trigger_command *command, char *s)
{
	char *item;

	command->peer_any = !strcmp(s, "any");
	if (command->peer_any)
		return true;
	while ((item = strsep(&s, ","))) {
		if (command->n_peers == TRIGGER_PEERS_MAX ||
		    !parse_addr(command, item, &command->peer[command->n_peers]))
			return false;
		command->n_peers++;
	}
	return true;
}

/*
 * "tcp:6667", or the number of a protocol without ports. What a host has sent
 * to port 0 triggers, too.
 */
static bool parse_trigger(struct trigger_command *command, char *s)
{
	char *port = strchr(s, ':');
	u32 proto, number;

	if (!port) {
		if (!parse_number(s, U8_MAX, &proto) || trigger_proto_name(proto))
			return false;
		command->proto = proto;
		return true;
	}
	*port++ = '\0';
	if (!parse_proto(s, &command->proto) ||
	    !parse_number(port, U16_MAX, &number))
		return false;
	command->port = number;
	return true;
}

/*
 * One end of a connection: "192.168.1.10:40122", "[2001:db8::1]:40122", or no port
 * with a protocol that has none.
 */
static bool parse_end(struct trigger_command *command, char *s, bool has_port,
		      union nf_inet_addr *addr, __be16 *port)
{
	char *last = has_port ? strrchr(s, ':') : NULL;
	u32 number = 0;
	size_t len;

	if (has_port) {
		if (!last || !parse_number(last + 1, U16_MAX, &number))
			return false;
		*last = '\0';
	}
	*port = htons(number);
	if (*s == '[') {
		len = strlen(s);
		if (s[len - 1] != ']')
			return false;
		s[len - 1] = '\0';
		return strchr(s, ':') && parse_addr(command, s + 1, addr);
	}
	return !strchr(s, ':') && parse_addr(command, s, addr);
}

/* "tcp:192.168.1.10:40122-198.51.100.7:6667": the tuple of a first packet. */
static bool parse_ct(struct trigger_command *command, char *s,
		     struct nf_conntrack_tuple *tuple)
{
	char *src = strchr(s, ':'), *dst = strchr(s, '-');
	bool has_port;
	__be16 port;
	u32 proto;

	if (!src || !dst || dst < src)
		return false;
	*src++ = '\0';
	*dst++ = '\0';
	has_port = parse_proto(s, &tuple->dst.protonum);
	if (!has_port) {
		if (!parse_number(s, U8_MAX, &proto) || trigger_proto_name(proto))
			return false;
		tuple->dst.protonum = proto;
	}
	if (!parse_end(command, src, has_port, &tuple->src.u3, &port))
		return false;
	tuple->src.u.all = port;
	if (!parse_end(command, dst, has_port, &tuple->dst.u3, &port))
		return false;
	tuple->dst.u.all = port;
	tuple->src.l3num = command->family;
	return true;
}

/* "-", or a comma-separated list of connections. */
static bool parse_cts(struct trigger_command *command, char *s)
{
	char *item;

	if (!strcmp(s, "-"))
		return true;
	while ((item = strsep(&s, ","))) {
		if (command->n_cts == TRIGGER_SESSIONS_MAX ||
		    !parse_ct(command, item, &command->ct[command->n_cts]))
			return false;
		command->n_cts++;
	}
	return true;
}

static bool parse_answered(const char *s, bool *answered)
{
	u32 number;

	if (!parse_number(s, 1, &number))
		return false;
	*answered = number;
	return true;
}

static bool parse_family(struct trigger_command *command, const char *s)
{
	u8 family;

	if (!strcmp(s, "ipv4"))
		family = NFPROTO_IPV4;
	else if (!strcmp(s, "ipv6"))
		family = NFPROTO_IPV6;
	else
		return false;
	if (command->family && command->family != family)
		return false;
	command->family = family;
	return true;
}

static bool parse_field(struct trigger_command *command,
			enum trigger_field field, char *s)
{
	switch (field) {
	case TRIGGER_FIELD_NAME:
		command->name = s;
		return trigger_check_name(s);
	case TRIGGER_FIELD_FAMILY:
		return parse_family(command, s);
	case TRIGGER_FIELD_OWNER:
		return parse_addr(command, s, &command->owner);
	case TRIGGER_FIELD_OPEN:
		return parse_open(command, s);
	case TRIGGER_FIELD_TRIGGER:
		return parse_trigger(command, s);
	case TRIGGER_FIELD_PEER:
		return parse_peers(command, s);
	case TRIGGER_FIELD_TIMEOUT:
		return parse_number(s, XT_TRIGGER_SECS_MAX, &command->timeout);
	case TRIGGER_FIELD_EXPIRES:
		return parse_number(s, XT_TRIGGER_SECS_MAX, &command->expires);
	case TRIGGER_FIELD_LIFETIME:
		return parse_number(s, XT_TRIGGER_SECS_MAX, &command->lifetime);
	case TRIGGER_FIELD_AGE:
		return parse_number(s, U32_MAX, &command->age);
	case TRIGGER_FIELD_SESSION:
		return parse_number(s, TRIGGER_SESSIONS_MAX, &command->session);
	case TRIGGER_FIELD_HITS:
		return parse_number(s, U32_MAX, &command->hits);
	case TRIGGER_FIELD_STATE:
		return !strcmp(s, "open") || !strcmp(s, "waiting") ||
		       !strcmp(s, "parked");
	case TRIGGER_FIELD_ID:
		return parse_u64(s, U64_MAX, &command->id);
	case TRIGGER_FIELD_RULE:
		return parse_label(s, &command->rule);
	case TRIGGER_FIELD_ANSWERED:
		return parse_answered(s, &command->answered);
	case TRIGGER_FIELD_CT:
		return parse_cts(command, s);
	default:
		return false;
	}
}

static const char * const field_name[TRIGGER_FIELDS] = {
	[TRIGGER_FIELD_NAME]		= "name",
	[TRIGGER_FIELD_FAMILY]		= "family",
	[TRIGGER_FIELD_OWNER]		= "owner",
	[TRIGGER_FIELD_OPEN]		= "open",
	[TRIGGER_FIELD_TRIGGER]		= "trigger",
	[TRIGGER_FIELD_PEER]		= "peer",
	[TRIGGER_FIELD_TIMEOUT]		= "timeout",
	[TRIGGER_FIELD_EXPIRES]		= "expires",
	[TRIGGER_FIELD_LIFETIME]	= "lifetime",
	[TRIGGER_FIELD_AGE]		= "age",
	[TRIGGER_FIELD_SESSION]		= "session",
	[TRIGGER_FIELD_HITS]		= "hits",
	[TRIGGER_FIELD_STATE]		= "state",
	[TRIGGER_FIELD_ID]		= "id",
	[TRIGGER_FIELD_RULE]		= "rule",
	[TRIGGER_FIELD_ANSWERED]	= "answered",
	[TRIGGER_FIELD_CT]		= "ct",
};

/* The field that is called @key, TRIGGER_FIELDS: none is. */
static enum trigger_field find_field(const char *key)
{
	enum trigger_field field;

	for (field = 0; field < TRIGGER_FIELDS; field++) {
		if (!strcmp(key, field_name[field]))
			break;
	}
	return field;
}

/* The fields of a line that only make sense together. */
static bool times_agree(const struct trigger_command *command)
{
	if (command->expires > command->timeout ||
	    (command->timeout && !command->expires))
		return false;
	return !command->lifetime || command->age < command->lifetime;
}

/* Each pair at most once, and for '+' those of 0.1 or more, in the file's order. */
static int parse_pairs(struct trigger_command *command, char *s)
{
	enum trigger_field field;
	char *pair, *value;

	while ((pair = strsep(&s, " "))) {
		value = strchr(pair, '=');
		if (!value)
			return -EINVAL;
		*value++ = '\0';
		field = find_field(pair);
		if (field == TRIGGER_FIELDS || command->given & BIT(field))
			return -EINVAL;
		/* In order: all before this one are given. */
		if (command->verb == TRIGGER_OPEN ?
		    command->given != BIT(field) - 1 :
		    !(CONDITIONS & BIT(field)))
			return -EINVAL;
		if (!parse_field(command, field, value))
			return -EINVAL;
		command->given |= BIT(field);
	}
	if (command->verb == TRIGGER_OPEN &&
	    ((command->given & REQUIRED) != REQUIRED || !times_agree(command)))
		return -EINVAL;
	return 0;
}

/*
 * Parse @line, which ends in NUL in place of its newline. It is taken apart:
 * @command points into it. Any context. -EINVAL: it is not exact syntax.
 */
int trigger_command_parse(struct trigger_command *command, char *line)
{
	memset(command, 0, sizeof(*command));
	command->answered = true;
	switch (*line++) {
	case '/':
		command->verb = TRIGGER_CLOSE_ALL;
		return *line ? -EINVAL : 0;
	case '-':
		command->verb = TRIGGER_CLOSE;
		break;
	case '+':
		command->verb = TRIGGER_OPEN;
		break;
	default:
		return -EINVAL;
	}
	return parse_pairs(command, line);
}
