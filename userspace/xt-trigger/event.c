// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's events. See event.h.
 *
 * An event becomes the line that the proc file would have, which then goes the
 * way of all lines: whatever a message has in it, is checked there.
 */
#include <arpa/inet.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

#include "event.h"

/* What an attribute must be; NONE: it is not looked at. */
enum type {
	NONE,
	U8,
	U16,
	U32,
	U64,
	STRING,
	ADDRESS,
	NEST,
};

static const enum type types[XT_TRIGGER_A_MAX + 1] = {
	[XT_TRIGGER_A_SEQ]	= U32,
	[XT_TRIGGER_A_REASON]	= U8,
	[XT_TRIGGER_A_COUNT]	= U32,
	[XT_TRIGGER_A_RULE]	= U32,
	[XT_TRIGGER_A_ID]	= U64,
	[XT_TRIGGER_A_NAME]	= STRING,
	[XT_TRIGGER_A_FAMILY]	= U8,
	[XT_TRIGGER_A_OWNER]	= ADDRESS,
	[XT_TRIGGER_A_OPEN]	= NEST,
	[XT_TRIGGER_A_PROTO]	= U8,
	[XT_TRIGGER_A_PORT]	= U16,
	[XT_TRIGGER_A_PEER]	= ADDRESS,
	[XT_TRIGGER_A_TIMEOUT]	= U32,
	[XT_TRIGGER_A_EXPIRES]	= U32,
	[XT_TRIGGER_A_LIFETIME]	= U32,
	[XT_TRIGGER_A_AGE]	= U32,
	[XT_TRIGGER_A_SESSION]	= U8,
	[XT_TRIGGER_A_HITS]	= U32,
	[XT_TRIGGER_A_STATE]	= U8,
	[XT_TRIGGER_A_ANSWERED]	= U8,
	[XT_TRIGGER_A_CT]	= NEST,
};

static const enum type range_types[XT_TRIGGER_RANGE_A_MAX + 1] = {
	[XT_TRIGGER_RANGE_A_PROTO]	= U8,
	[XT_TRIGGER_RANGE_A_FIRST]	= U16,
	[XT_TRIGGER_RANGE_A_LAST]	= U16,
};

static const enum type ct_types[XT_TRIGGER_CT_A_MAX + 1] = {
	[XT_TRIGGER_CT_A_PROTO]	= U8,
	[XT_TRIGGER_CT_A_SRC]	= ADDRESS,
	[XT_TRIGGER_CT_A_SPORT]	= U16,
	[XT_TRIGGER_CT_A_DST]	= ADDRESS,
	[XT_TRIGGER_CT_A_DPORT]	= U16,
};

static bool is_type(const struct nlattr *attr, enum type type)
{
	size_t len = mnl_attr_get_payload_len(attr);
	const char *data = mnl_attr_get_payload(attr);

	switch (type) {
	case U8:
		return len == 1;
	case U16:
		return len == 2;
	case U32:
		return len == 4;
	case U64:
		return len == 8;
	case STRING:
		return len && !data[len - 1];
	case ADDRESS:
		return len == 4 || len == 16;
	default:
		return true;
	}
}

/* Put @attr into @table, if it is one of those that we know; the first stays. */
static bool take(const struct nlattr *attr, const struct nlattr *table[],
		 const enum type types[], unsigned int max)
{
	unsigned int type = mnl_attr_get_type(attr);

	if (type > max || types[type] == NONE)
		return true;
	if (!is_type(attr, types[type]))
		return false;
	if (!table[type])
		table[type] = attr;
	return true;
}

/* The attributes in @nest that we know. */
static bool parse_nest(const struct nlattr *nest, const struct nlattr *table[],
		       const enum type types[], unsigned int max)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, nest) {
		if (!take(attr, table, types, max))
			return false;
	}
	return true;
}

static void add_protocol(struct text *text, uint8_t protocol)
{
	static const struct {
		uint8_t		number;
		const char	*name;
	} known[] = {
		{ IPPROTO_TCP, "tcp" }, { IPPROTO_UDP, "udp" },
		{ IPPROTO_SCTP, "sctp" }, { IPPROTO_DCCP, "dccp" },
		{ IPPROTO_UDPLITE, "udplite" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(known); i++) {
		if (known[i].number == protocol) {
			text_puts(text, known[i].name);
			return;
		}
	}
	text_printf(text, "%u", protocol);
}

static void add_addr(struct text *text, const struct nlattr *attr)
{
	char addr[INET6_ADDRSTRLEN] = "";
	int family = mnl_attr_get_payload_len(attr) == 4 ? AF_INET : AF_INET6;

	inet_ntop(family, mnl_attr_get_payload(attr), addr, sizeof(addr));
	text_puts(text, addr);
}

static bool add_range(struct text *text, const struct nlattr *nest)
{
	const struct nlattr *a[XT_TRIGGER_RANGE_A_MAX + 1] = { 0 };
	uint16_t first, last;

	if (!parse_nest(nest, a, range_types, XT_TRIGGER_RANGE_A_MAX) ||
	    !a[XT_TRIGGER_RANGE_A_PROTO] || !a[XT_TRIGGER_RANGE_A_FIRST] ||
	    !a[XT_TRIGGER_RANGE_A_LAST])
		return false;
	first = mnl_attr_get_u16(a[XT_TRIGGER_RANGE_A_FIRST]);
	last = mnl_attr_get_u16(a[XT_TRIGGER_RANGE_A_LAST]);
	add_protocol(text, mnl_attr_get_u8(a[XT_TRIGGER_RANGE_A_PROTO]));
	text_printf(text, ":%u", first);
	if (last != first)
		text_printf(text, "-%u", last);
	return true;
}

/* "192.168.1.10:40122", "[2001:db8::1]:40122"; there may be no port. */
static void add_end(struct text *text, const struct nlattr *addr,
		    const struct nlattr *port)
{
	bool ipv6 = mnl_attr_get_payload_len(addr) == 16;

	text_puts(text, ipv6 ? "[" : "");
	add_addr(text, addr);
	text_puts(text, ipv6 ? "]" : "");
	if (port)
		text_printf(text, ":%u", mnl_attr_get_u16(port));
}

static bool add_ct(struct text *text, const struct nlattr *nest)
{
	const struct nlattr *a[XT_TRIGGER_CT_A_MAX + 1] = { 0 };

	if (!parse_nest(nest, a, ct_types, XT_TRIGGER_CT_A_MAX) ||
	    !a[XT_TRIGGER_CT_A_PROTO] || !a[XT_TRIGGER_CT_A_SRC] ||
	    !a[XT_TRIGGER_CT_A_DST])
		return false;
	add_protocol(text, mnl_attr_get_u8(a[XT_TRIGGER_CT_A_PROTO]));
	text_puts(text, ":");
	add_end(text, a[XT_TRIGGER_CT_A_SRC], a[XT_TRIGGER_CT_A_SPORT]);
	text_puts(text, "-");
	add_end(text, a[XT_TRIGGER_CT_A_DST], a[XT_TRIGGER_CT_A_DPORT]);
	return true;
}

static bool add_peer(struct text *text, const struct nlattr *attr)
{
	add_addr(text, attr);
	return true;
}

/* All attributes of a type that repeats, with commas; @none: there is none. */
static bool add_list(struct text *text, const struct nlmsghdr *message,
		     unsigned int type, const char *none,
		     bool (*add)(struct text *text, const struct nlattr *attr))
{
	const struct nlattr *attr;
	bool first = true;

	mnl_attr_for_each(attr, message, GENL_HDRLEN) {
		if (mnl_attr_get_type(attr) != type)
			continue;
		if (!first)
			text_puts(text, ",");
		first = false;
		if (!add(text, attr))
			return false;
	}
	if (first)
		text_puts(text, none);
	return true;
}

static void add_number(struct text *text, const char *key,
		       const struct nlattr *attr, uint64_t missing)
{
	uint64_t number = missing;

	if (attr)
		number = mnl_attr_get_payload_len(attr) == 1 ?
			 mnl_attr_get_u8(attr) : mnl_attr_get_u32(attr);
	text_printf(text, " %s=%" PRIu64, key, number);
}

static const char *state_name(uint8_t state)
{
	switch (state) {
	case XT_TRIGGER_STATE_OPEN:
		return "open";
	case XT_TRIGGER_STATE_WAITING:
		return "waiting";
	case XT_TRIGGER_STATE_PARKED:
		return "parked";
	default:
		return "unknown";
	}
}

static const char *family_name(uint8_t family)
{
	return family == AF_INET ? "ipv4" : family == AF_INET6 ? "ipv6" : "";
}

/* The first half of the line; what must be there is there. */
static bool add_identity(struct text *text, const struct nlmsghdr *message,
			 const struct nlattr *a[])
{
	text_printf(text, "name=%s family=%s owner=",
		    mnl_attr_get_str(a[XT_TRIGGER_A_NAME]),
		    family_name(mnl_attr_get_u8(a[XT_TRIGGER_A_FAMILY])));
	add_addr(text, a[XT_TRIGGER_A_OWNER]);
	text_puts(text, " open=");
	if (!add_list(text, message, XT_TRIGGER_A_OPEN, "", add_range))
		return false;
	text_puts(text, " trigger=");
	add_protocol(text, mnl_attr_get_u8(a[XT_TRIGGER_A_PROTO]));
	if (a[XT_TRIGGER_A_PORT])
		text_printf(text, ":%u", mnl_attr_get_u16(a[XT_TRIGGER_A_PORT]));
	text_puts(text, " peer=");
	return add_list(text, message, XT_TRIGGER_A_PEER, "any", add_peer);
}

/* Make the line of the proc file of the attributes. */
static bool add_line(struct event *event, const struct nlmsghdr *message,
		     const struct nlattr *a[])
{
	struct text *text = &event->text;

	if (!a[XT_TRIGGER_A_NAME] || !a[XT_TRIGGER_A_FAMILY] ||
	    !a[XT_TRIGGER_A_OWNER] || !a[XT_TRIGGER_A_PROTO] ||
	    !a[XT_TRIGGER_A_STATE] || !add_identity(text, message, a))
		return false;
	add_number(text, "timeout", a[XT_TRIGGER_A_TIMEOUT], 0);
	add_number(text, "expires", a[XT_TRIGGER_A_EXPIRES], 0);
	add_number(text, "lifetime", a[XT_TRIGGER_A_LIFETIME], 0);
	add_number(text, "age", a[XT_TRIGGER_A_AGE], 0);
	add_number(text, "session", a[XT_TRIGGER_A_SESSION], 0);
	add_number(text, "hits", a[XT_TRIGGER_A_HITS], 0);
	text_printf(text, " state=%s",
		    state_name(mnl_attr_get_u8(a[XT_TRIGGER_A_STATE])));
	text_printf(text, " id=%" PRIu64, mnl_attr_get_u64(a[XT_TRIGGER_A_ID]));
	if (*event->rule)
		text_printf(text, " rule=%s", event->rule);
	if (a[XT_TRIGGER_A_ANSWERED])
		add_number(text, "answered", a[XT_TRIGGER_A_ANSWERED], 0);
	text_puts(text, " ct=");
	return add_list(text, message, XT_TRIGGER_A_CT, "-", add_ct) &&
	       !line_parse(&event->line, text->data);
}

/* What both forms of a message have. */
static void take_common(struct event *event, const struct nlattr *a[])
{
	if (a[XT_TRIGGER_A_SEQ]) {
		event->has_seq = true;
		event->seq = mnl_attr_get_u32(a[XT_TRIGGER_A_SEQ]);
	}
	if (a[XT_TRIGGER_A_REASON])
		event->reason = mnl_attr_get_u8(a[XT_TRIGGER_A_REASON]);
	if (a[XT_TRIGGER_A_RULE])
		snprintf(event->rule, sizeof(event->rule), "%08" PRIx32,
			 mnl_attr_get_u32(a[XT_TRIGGER_A_RULE]));
}

bool event_parse(struct event *event, const struct nlmsghdr *message)
{
	const struct nlattr *a[XT_TRIGGER_A_MAX + 1] = { 0 }, *attr;
	const struct genlmsghdr *head = mnl_nlmsg_get_payload(message);
	struct text text = event->text;

	*event = (struct event){ .text = text };
	text_clear(&event->text);
	if (mnl_nlmsg_get_payload_len(message) < GENL_HDRLEN)
		return false;
	event->what = head->cmd;
	if (!event_name(event->what))
		return false;
	mnl_attr_for_each(attr, message, GENL_HDRLEN) {
		if (!take(attr, a, types, XT_TRIGGER_A_MAX))
			return false;
	}
	take_common(event, a);
	if (a[XT_TRIGGER_A_ID])
		return add_line(event, message, a);
	if (a[XT_TRIGGER_A_COUNT])
		event->count = mnl_attr_get_u32(a[XT_TRIGGER_A_COUNT]);
	return event->count;
}

void event_free(struct event *event)
{
	text_free(&event->text);
}

const char *event_name(enum xt_trigger_event what)
{
	switch (what) {
	case XT_TRIGGER_EVENT_OPENED:
		return "opened";
	case XT_TRIGGER_EVENT_CLOSED:
		return "closed";
	case XT_TRIGGER_EVENT_PARKED:
		return "parked";
	case XT_TRIGGER_EVENT_UNPARKED:
		return "unparked";
	default:
		return NULL;
	}
}

const char *event_reason(enum xt_trigger_reason reason)
{
	switch (reason) {
	case XT_TRIGGER_REASON_EXPIRED:
		return "expired";
	case XT_TRIGGER_REASON_ENDED:
		return "ended";
	case XT_TRIGGER_REASON_CLOSED:
		return "closed";
	case XT_TRIGGER_REASON_EVICTED:
		return "evicted";
	default:
		return NULL;
	}
}
