// SPDX-License-Identifier: GPL-2.0
/* Events: messages as the kernel makes them, and as somebody else could. */
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

#include "event.h"
#include "netlink.h"
#include "unit.h"

static uint32_t buffer[2048];

static struct nlmsghdr *begin(uint8_t what)
{
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct genlmsghdr *head;

	message->nlmsg_type = 0x20;
	head = mnl_nlmsg_put_extra_header(message, sizeof(*head));
	head->cmd = what;
	return message;
}

static void put_addr(struct nlmsghdr *message, uint16_t type, const char *addr)
{
	unsigned char bytes[16];
	int family = strchr(addr, ':') ? AF_INET6 : AF_INET;

	check_equal(inet_pton(family, addr, bytes), 1);
	mnl_attr_put(message, type, family == AF_INET ? 4 : 16, bytes);
}

static void put_range(struct nlmsghdr *message, uint8_t proto, uint16_t first, uint16_t last)
{
	struct nlattr *nest = mnl_attr_nest_start(message, XT_TRIGGER_A_OPEN);

	mnl_attr_put_u8(message, XT_TRIGGER_RANGE_A_PROTO, proto);
	mnl_attr_put_u16(message, XT_TRIGGER_RANGE_A_FIRST, first);
	mnl_attr_put_u16(message, XT_TRIGGER_RANGE_A_LAST, last);
	mnl_attr_nest_end(message, nest);
}

static void put_ct(struct nlmsghdr *message, uint8_t proto, const char *src, uint16_t sport,
		   const char *dst, uint16_t dport)
{
	struct nlattr *nest = mnl_attr_nest_start(message, XT_TRIGGER_A_CT);

	mnl_attr_put_u8(message, XT_TRIGGER_CT_A_PROTO, proto);
	put_addr(message, XT_TRIGGER_CT_A_SRC, src);
	mnl_attr_put_u16(message, XT_TRIGGER_CT_A_SPORT, sport);
	put_addr(message, XT_TRIGGER_CT_A_DST, dst);
	mnl_attr_put_u16(message, XT_TRIGGER_CT_A_DPORT, dport);
	mnl_attr_nest_end(message, nest);
}

/* A whole message, but for the attribute @without. */
static struct nlmsghdr *make(uint8_t what, unsigned int without)
{
	struct nlmsghdr *message = begin(what);
	unsigned int type;

	for (type = 1; type <= XT_TRIGGER_A_MAX; type++) {
		if (type == without)
			continue;
		switch (type) {
		case XT_TRIGGER_A_SEQ:
			mnl_attr_put_u32(message, type, UINT32_MAX);
			break;
		case XT_TRIGGER_A_REASON:
			mnl_attr_put_u8(message, type, XT_TRIGGER_REASON_EVICTED);
			break;
		case XT_TRIGGER_A_RULE:
			mnl_attr_put_u32(message, type, 0x07be55a1);
			break;
		case XT_TRIGGER_A_ID:
			mnl_attr_put_u64(message, type, 5);
			break;
		case XT_TRIGGER_A_NAME:
			mnl_attr_put_strz(message, type, "default");
			break;
		case XT_TRIGGER_A_FAMILY:
			mnl_attr_put_u8(message, type, AF_INET);
			break;
		case XT_TRIGGER_A_OWNER:
			put_addr(message, type, "192.168.1.10");
			break;
		case XT_TRIGGER_A_OPEN:
			put_range(message, 6, 113, 113);
			put_range(message, 17, 5000, 5010);
			break;
		case XT_TRIGGER_A_PROTO:
			mnl_attr_put_u8(message, type, 6);
			break;
		case XT_TRIGGER_A_PORT:
			mnl_attr_put_u16(message, type, 6667);
			break;
		case XT_TRIGGER_A_PEER:
			put_addr(message, type, "198.51.100.7");
			put_addr(message, type, "198.51.100.8");
			break;
		case XT_TRIGGER_A_TIMEOUT:
		case XT_TRIGGER_A_EXPIRES:
		case XT_TRIGGER_A_LIFETIME:
		case XT_TRIGGER_A_AGE:
		case XT_TRIGGER_A_HITS:
			mnl_attr_put_u32(message, type, 100 + type);
			break;
		case XT_TRIGGER_A_SESSION:
		case XT_TRIGGER_A_ANSWERED:
			mnl_attr_put_u8(message, type, 1);
			break;
		case XT_TRIGGER_A_STATE:
			mnl_attr_put_u8(message, type, XT_TRIGGER_STATE_WAITING);
			break;
		case XT_TRIGGER_A_CT:
			put_ct(message, 6, "192.168.1.10", 40122, "198.51.100.7", 6667);
			put_ct(message, 6, "192.168.1.10", 40123, "198.51.100.8", 6667);
			break;
		}
	}
	return message;
}

static char *text_of(const struct line *line)
{
	static char text[4096];
	enum line_field field;

	*text = '\0';
	for (field = 0; field < LINE_FIELDS; field++) {
		if (line->text[field])
			sprintf(text + strlen(text), "%s%s=%s", field ? " " : "",
				line_field_name(field), line->text[field]);
	}
	return text;
}

UNIT_TEST(tool_event_is_the_line)
{
	struct event event = { 0 };
	struct nlmsghdr *message;

	check(event_parse(&event, make(XT_TRIGGER_EVENT_CLOSED, 0)));
	check_string(event_name(event.what), "closed");
	check_string(event_reason(event.reason), "evicted");
	check(event.has_seq && event.seq == UINT32_MAX && !event.count);
	check_string(text_of(&event.line),
		     "name=default family=ipv4 owner=192.168.1.10 open=tcp:113,udp:5000-5010 "
		     "trigger=tcp:6667 peer=198.51.100.7,198.51.100.8 timeout=113 "
		     "expires=114 lifetime=115 age=116 session=1 hits=118 state=waiting id=5 "
		     "rule=07be55a1 answered=1 ct=tcp:192.168.1.10:40122-198.51.100.7:6667,"
		     "tcp:192.168.1.10:40123-198.51.100.8:6667");
	check_string(event.rule, "07be55a1");
	message = make(XT_TRIGGER_EVENT_OPENED, XT_TRIGGER_A_CT);
	put_ct(message, 17, "2001:db8::10", 1, "2001:db8::7", 2);
	check(event_parse(&event, message));
	check_string(event.line.text[LINE_CT], "udp:[2001:db8::10]:1-[2001:db8::7]:2");
	event_free(&event);
}

/* What makes an active trigger must be there; the rest is unknown, or none. */
UNIT_TEST(tool_event_without_an_attribute)
{
	struct event event = { 0 };
	unsigned int without;
	bool whole;

	for (without = 1; without <= XT_TRIGGER_A_MAX; without++) {
		switch (without) {
		case XT_TRIGGER_A_ID:
		case XT_TRIGGER_A_NAME:
		case XT_TRIGGER_A_FAMILY:
		case XT_TRIGGER_A_OWNER:
		case XT_TRIGGER_A_OPEN:
		case XT_TRIGGER_A_PROTO:
		case XT_TRIGGER_A_STATE:
			whole = false;
			break;
		default:
			whole = true;
		}
		check_equal(event_parse(&event, make(XT_TRIGGER_EVENT_OPENED, without)), whole);
	}
	check(event_parse(&event, make(XT_TRIGGER_EVENT_OPENED, XT_TRIGGER_A_PEER)));
	check_string(event.line.text[LINE_PEER], "any");
	check(event_parse(&event, make(XT_TRIGGER_EVENT_OPENED, XT_TRIGGER_A_CT)));
	check_string(event.line.text[LINE_CT], "-");
	check(event_parse(&event, make(XT_TRIGGER_EVENT_OPENED, XT_TRIGGER_A_PORT)));
	check_string(event.line.text[LINE_TRIGGER], "tcp");
	check(event_parse(&event, make(XT_TRIGGER_EVENT_OPENED, XT_TRIGGER_A_RULE)));
	check_string(event.line.text[LINE_RULE], NULL);
	event_free(&event);
}

UNIT_TEST(tool_event_together)
{
	struct event event = { 0 };
	struct nlmsghdr *message = begin(XT_TRIGGER_EVENT_PARKED);

	mnl_attr_put_u32(message, XT_TRIGGER_A_COUNT, 12);
	mnl_attr_put_u32(message, XT_TRIGGER_A_RULE, 0xff);
	mnl_attr_put_u32(message, XT_TRIGGER_A_MAX + 1, 1);	/* of a later version */
	check(event_parse(&event, message));
	check_equal(event.count, 12);
	check_string(event.rule, "000000ff");
	check_string(event_name(event.what), "parked");
	check_string(event_reason(event.reason), NULL);
	check(!event.has_seq);
	event_free(&event);
}

UNIT_TEST(tool_event_unknown)
{
	struct event event = { 0 };
	struct nlmsghdr *message;

	check(!event_parse(&event, make(0, 0)));
	check(!event_parse(&event, make(XT_TRIGGER_EVENT_MAX + 1, 0)));
	message = begin(XT_TRIGGER_EVENT_OPENED);
	check(!event_parse(&event, message));
	message = make(XT_TRIGGER_EVENT_OPENED, XT_TRIGGER_A_ID);
	mnl_attr_put_u32(message, XT_TRIGGER_A_ID, 5);	/* too short */
	check(!event_parse(&event, message));
	message = make(XT_TRIGGER_EVENT_OPENED, XT_TRIGGER_A_NAME);
	mnl_attr_put_str(message, XT_TRIGGER_A_NAME, "unended");
	check(!event_parse(&event, message));
	message = make(XT_TRIGGER_EVENT_OPENED, XT_TRIGGER_A_NAME);
	mnl_attr_put_strz(message, XT_TRIGGER_A_NAME, "a state=open");
	check(!event_parse(&event, message));
	message = make(XT_TRIGGER_EVENT_OPENED, XT_TRIGGER_A_NAME);
	mnl_attr_put_strz(message, XT_TRIGGER_A_NAME, "\033[2J");
	check(!event_parse(&event, message));
	message = make(XT_TRIGGER_EVENT_OPENED, XT_TRIGGER_A_OWNER);
	mnl_attr_put(message, XT_TRIGGER_A_OWNER, 5, "12345");
	check(!event_parse(&event, message));
	message = make(XT_TRIGGER_EVENT_OPENED, 0);
	put_range(message, 6, 0, 5);
	check(!event_parse(&event, message));
	/* An array that is cut off is read to its end and no further. */
	message = make(XT_TRIGGER_EVENT_OPENED, 0);
	message->nlmsg_len = MNL_NLMSG_HDRLEN + 3;
	check(!event_parse(&event, message));
	event_free(&event);
}

UNIT_TEST(tool_netlink_messages)
{
	uint32_t bytes[12] = { 20, 0, 0, 0, 7, 17 };	/* the second one is not aligned */
	const char *rest = (const char *)bytes;
	size_t left = 37;

	check(netlink_next(&rest, &left) == (const void *)bytes);
	check(netlink_next(&rest, &left) == (const void *)(bytes + 5) && !left);
	check(!netlink_next(&rest, &left));
	rest = (const char *)bytes;
	left = sizeof(bytes);
	for (bytes[0] = 0; bytes[0] < 16; bytes[0]++)
		check(!netlink_next(&rest, &left));
	bytes[0] = sizeof(bytes) + 1;
	check(!netlink_next(&rest, &left));
	bytes[0] = 0xb1b1b1b1;
	check(!netlink_next(&rest, &left));
}

UNIT_TEST(tool_netlink_family)
{
	struct netlink_family family;
	struct nlmsghdr *message = begin(CTRL_CMD_NEWFAMILY);
	struct nlattr *groups, *group;

	mnl_attr_put_u16(message, CTRL_ATTR_FAMILY_ID, 0x1c);
	mnl_attr_put_strz(message, CTRL_ATTR_FAMILY_NAME, "xt_trigger");
	check(netlink_parse_family(message, "events", &family));
	check(family.id == 0x1c && !family.group);
	groups = mnl_attr_nest_start(message, CTRL_ATTR_MCAST_GROUPS);
	group = mnl_attr_nest_start(message, 1);
	mnl_attr_put_strz(message, CTRL_ATTR_MCAST_GRP_NAME, "others");
	mnl_attr_put_u32(message, CTRL_ATTR_MCAST_GRP_ID, 7);
	mnl_attr_nest_end(message, group);
	group = mnl_attr_nest_start(message, 2);
	mnl_attr_put_u32(message, CTRL_ATTR_MCAST_GRP_ID, 8);
	mnl_attr_put_strz(message, CTRL_ATTR_MCAST_GRP_NAME, "events");
	mnl_attr_nest_end(message, group);
	mnl_attr_nest_end(message, groups);
	check(netlink_parse_family(message, "events", &family));
	check_string(family.name, "xt_trigger");
	check_equal(family.group, 8);
	check(!netlink_parse_family(begin(CTRL_CMD_NEWFAMILY), "events", &family));
}
