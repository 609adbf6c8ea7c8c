// SPDX-License-Identifier: GPL-2.0
/* kernel/command.c: lines that are commands, and lines that are not quite. */
#include "../../kernel/command.h"
#include <arpa/inet.h>
#include <stdlib.h>

#include "unit.h"

/* What a line of 0.1 does not have. */
#define NEW_FIELDS \
	" id=5 rule=9f3c01d2 answered=1 " \
	"ct=tcp:192.168.1.10:40122-198.51.100.7:6667"
#define LINE \
	"+name=default family=ipv4 owner=192.168.1.10 open=tcp:113 " \
	"trigger=tcp:6667 peer=198.51.100.7 timeout=600 expires=7 lifetime=0 " \
	"age=2 session=1 hits=1 state=open" NEW_FIELDS

/* Parses a copy that is as long as the line, so that a step beyond is seen. */
static char *parsed;

static int parse(struct trigger_command *command, const char *line)
{
	free(parsed);
	parsed = strdup(line);
	unit_log("%s", line);
	return trigger_command_parse(command, parsed);
}

static void forget(void)
{
	free(parsed);
	parsed = NULL;
}

static void check_addr(const union nf_inet_addr *addr, int family,
		       const char *text)
{
	union nf_inet_addr expected = {};

	check(inet_pton(family, text, &expected) == 1);
	check(nf_inet_addr_cmp(addr, &expected));
}

static void good_open(void)
{
	struct trigger_command command;

	check_equal(parse(&command, LINE), 0);
	check_equal(command.verb, TRIGGER_OPEN);
	check(!strcmp(command.name, "default"));
	check(!strcmp(command.open, "tcp:113"));
	check_equal(command.family, NFPROTO_IPV4);
	check_addr(&command.owner, AF_INET, "192.168.1.10");
	check_equal(command.n_ranges, 1);
	check_equal(command.range[0].proto, IPPROTO_TCP);
	check_equal(command.range[0].min, 113);
	check_equal(command.range[0].max, 113);
	check_equal(command.proto, IPPROTO_TCP);
	check_equal(command.port, 6667);
	check_equal(command.n_peers, 1);
	check(!command.peer_any);
	check_addr(&command.peer[0], AF_INET, "198.51.100.7");
	check_equal(command.timeout, 600);
	check_equal(command.expires, 7);
	check_equal(command.lifetime, 0);
	check_equal(command.age, 2);
	check_equal(command.session, 1);
	check_equal(command.hits, 1);
	check_equal(command.id, 5);
	check_equal(command.rule, 0x9f3c01d2);
	check(command.answered);
	check_equal(command.n_cts, 1);
	check_equal(command.ct[0].dst.protonum, IPPROTO_TCP);
	check_equal(command.ct[0].src.l3num, NFPROTO_IPV4);
	check_addr(&command.ct[0].src.u3, AF_INET, "192.168.1.10");
	check_equal(ntohs(command.ct[0].src.u.all), 40122);
	check_addr(&command.ct[0].dst.u3, AF_INET, "198.51.100.7");
	check_equal(ntohs(command.ct[0].dst.u.all), 6667);
}

/* A line of 0.1 counts as answered, and names no rule. */
static void good_old_line(void)
{
	struct trigger_command command;
	char line[sizeof(LINE)];

	snprintf(line, sizeof(line), "%.*s",
		 (int)(strstr(LINE, NEW_FIELDS) - LINE), LINE);
	check_equal(parse(&command, line), 0);
	check(command.answered);
	check(!(command.given & BIT(TRIGGER_FIELD_RULE)));
	check_equal(command.n_cts, 0);
}

static void good_connections(void)
{
	struct trigger_command command;

	check_equal(parse(&command,
			  "+name=x family=ipv6 owner=2001:db8::1 open=tcp:1 "
			  "trigger=47 peer=any timeout=0 expires=0 "
			  "lifetime=0 age=0 session=2 hits=0 state=open "
			  "id=18446744073709551615 rule=00000000 answered=0 "
			  "ct=udp:[2001:db8::1]:1-[2001:db8::2]:65535,47:[2001:db8::1]-[::1]"),
		    0);
	check_equal(command.id, U64_MAX);
	check(!command.answered);
	check_equal(command.n_cts, 2);
	check_addr(&command.ct[0].dst.u3, AF_INET6, "2001:db8::2");
	check_equal(ntohs(command.ct[0].dst.u.all), 65535);
	check_equal(command.ct[1].dst.protonum, 47);
	check_addr(&command.ct[1].dst.u3, AF_INET6, "::1");
	check_equal(command.ct[1].dst.u.all, 0);
	check_equal(parse(&command, "-id=7 rule=0123abcd"), 0);
	check_equal(command.id, 7);
	check_equal(command.rule, 0x0123abcd);
}

static void good_open_ipv6(void)
{
	struct trigger_command command;

	check_equal(parse(&command,
			  "+name=x family=ipv6 owner=2001:db8::1 "
			  "open=tcp:5000-5010,udp:5000-5010,sctp:1-65535 "
			  "trigger=47 peer=2001:db8::2,::ffff:1.2.3.4 "
			  "timeout=0 expires=0 lifetime=31536000 age=31535999 "
			  "session=8 hits=4294967295 state=waiting"), 0);
	check_addr(&command.owner, AF_INET6, "2001:db8::1");
	check_equal(command.n_peers, 2);
	check_addr(&command.peer[1], AF_INET6, "::ffff:1.2.3.4");
	check_equal(command.n_ranges, 3);
	check_equal(command.range[2].proto, IPPROTO_SCTP);
	check_equal(command.range[2].min, 1);
	check_equal(command.range[2].max, 65535);
	check_equal(command.proto, 47);
	check_equal(command.port, 0);
	check_equal(command.hits, 4294967295U);

	/* A host may send to port 0: that line can be written back, too. */
	check_equal(parse(&command,
			  "+name=x family=ipv6 owner=2001:db8::1 open=tcp:1 "
			  "trigger=udp:0 peer=any timeout=0 expires=0 "
			  "lifetime=0 age=0 session=0 hits=0 state=open"), 0);
	check_equal(command.proto, IPPROTO_UDP);
	check_equal(command.port, 0);
}

static void good_close(void)
{
	struct trigger_command command;

	check_equal(parse(&command, "/"), 0);
	check_equal(command.verb, TRIGGER_CLOSE_ALL);
	check_equal(command.given, 0);
	check_equal(parse(&command, "-owner=192.168.1.10"), 0);
	check_equal(command.verb, TRIGGER_CLOSE);
	check_equal(command.given, BIT(TRIGGER_FIELD_OWNER));
	check_equal(command.family, NFPROTO_IPV4);
	/* In any order. */
	check_equal(parse(&command, "-peer=any open=udp:7 name=a"), 0);
	check(command.peer_any);
	check_equal(command.given, BIT(TRIGGER_FIELD_PEER) |
				   BIT(TRIGGER_FIELD_OPEN) |
				   BIT(TRIGGER_FIELD_NAME));
}

UNIT_TEST(command_good)
{
	good_open();
	good_open_ipv6();
	good_old_line();
	good_connections();
	good_close();
	forget();
}

/* A line in which @from is @to instead is none. */
static void bad(const char *from, const char *to)
{
	struct trigger_command command;
	char line[4096];
	char *at;

	check_equal(parse(&command, LINE), 0);
	at = strstr(LINE, from);
	check(at);
	snprintf(line, sizeof(line), "%.*s%s%s", (int)(at - LINE), LINE, to,
		 at + strlen(from));
	check_equal(parse(&command, line), -EINVAL);
}

static const char * const not_commands[] = {
	"", " ", "x", "//", "/ ", " /", "#", "# triggers=0", "-", "+", "- ",
	"name=default", "-name", "-name=", "-=", "-owner=", "-owner=any",
	"-owner=192.168.1", "-owner=192.168.1.10 ", " -owner=192.168.1.10",
	"- owner=192.168.1.10", "-owner=192.168.1.10  name=a",
	"-owner=192.168.1.10\tname=a", "-owner=192.168.1.10,192.168.1.11",
	"-owner=192.168.1.10 owner=192.168.1.10", "-Owner=192.168.1.10",
	"-owner=192.168.1.10/32", "-owner=::1%eth0", "-owner==1.2.3.4",
	"-owner=192.168.1.10 family=ipv6", "-family=ipv6 owner=192.168.1.10",
	"-owner=192.168.1.10 peer=2001:db8::1", "-family=ip", "-family=",
	"-id=", "-id=x", "-id=07", "-id=18446744073709551616", "-rule=",
	"-rule=1234567", "-rule=123456789", "-rule=0123ABCD", "-rule=0x123456",
	"-answered=1", "-ct=-",
	"-timeout=600", "-state=open", "-trigger=tcp:6667", "-age=2",
	"-open=113", "-open=tcp", "-open=tcp:", "-open=tcp:0", "-open=:113",
	"-open=tcp:65536", "-open=tcp:1-", "-open=tcp:-1", "-open=tcp:2-1",
	"-open=tcp:1-1", "-open=tcp:1-2-3", "-open=all:113", "-open=dccp:1",
	"-open=tcp:1,", "-open=,tcp:1", "-open=tcp:1,,tcp:2", "-open=tcp:01",
	"-open=tcp:1 ,tcp:2", "-open=TCP:1", "-open=6:1", "-open=tcp:1:2",
	"-peer=", "-peer=any,1.2.3.4", "-peer=1.2.3.4,", "-peer=1.2.3.4,any",
	"-peer=1.2.3.4,::1", "-peer=1.2.03.4", "-owner=01.2.3.4",
	"-owner=192.168.1.010", "-owner=192.168.1.00", "-name=_a", "-name=a/b", "-name=\xe4",
	"-name=01234567890123456789012345678901",
};

static void too_many(void)
{
	struct trigger_command command;
	char line[4096];
	size_t len;
	int n;

	len = sprintf(line, "-open=tcp:10001-10002");
	for (n = 2; n <= TRIGGER_RANGES_MAX + 1; n++) {
		len += sprintf(line + len, ",sctp:%d-65535", 10000 + n);
		check_equal(parse(&command, line),
			    n <= TRIGGER_RANGES_MAX ? 0 : -EINVAL);
	}
	len = sprintf(line, "-peer=2001:db8:1111:1111:1111:1111:1111:1001");
	for (n = 2; n <= TRIGGER_PEERS_MAX + 1; n++) {
		len += sprintf(line + len,
			       ",2001:db8:1111:1111:1111:1111:1111:%d",
			       1000 + n);
		check_equal(parse(&command, line),
			    n <= TRIGGER_PEERS_MAX ? 0 : -EINVAL);
	}
	/* Longer than anything that is one. */
	memset(line, '1', sizeof(line) - 1);
	memcpy(line, "-open=", 6);
	line[sizeof(line) - 1] = '\0';
	check_equal(parse(&command, line), -EINVAL);
}

/* Whether @cut, the beginning of LINE, has all fields of 0.1 or more. */
static bool ends_a_line(const char *cut)
{
	static const char * const ends[] = {
		" state=open", " id=5", " rule=9f3c01d2", " answered=1",
		" ct=tcp:192.168.1.10:40122-198.51.100.7:6",
		" ct=tcp:192.168.1.10:40122-198.51.100.7:66",
		" ct=tcp:192.168.1.10:40122-198.51.100.7:666",
	};
	size_t i, len = strlen(cut), end;

	for (i = 0; i < ARRAY_SIZE(ends); i++) {
		end = strlen(ends[i]);
		if (len >= end && !strcmp(cut + len - end, ends[i]))
			return true;
	}
	return false;
}

UNIT_TEST(command_bad)
{
	struct trigger_command command;
	char cut[sizeof(LINE)];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(not_commands); i++)
		check_equal(parse(&command, not_commands[i]), -EINVAL);
	/* No part of a line is one. */
	for (i = 0; i < strlen(LINE); i++) {
		memcpy(cut, LINE, i);
		cut[i] = '\0';
		/* But for those that end with a field of 0.2, or before it. */
		check_equal(parse(&command, cut), ends_a_line(cut) ? 0 : -EINVAL);
	}
	bad("rule=9f3c01d2", "rule=9f3c01d");
	bad("answered=1", "answered=2");
	bad("answered=1 ", "");
	bad(" ct=", " more=1 ct=");
	bad("ct=tcp:192.168.1.10:40122-", "ct=tcp:192.168.1.10-");
	bad("ct=tcp:192.168.1.10:40122-", "ct=tcp:[192.168.1.10]:40122-");
	bad("ct=tcp:192.168.1.10:40122-", "ct=6:192.168.1.10-");
	bad("ct=tcp:192.168.1.10:40122-", "ct=tcp:[2001:db8::1]:40122-");
	bad("ct=tcp:192.168.1.10:40122-", "ct=tcp:2001:db8::1:40122-");
	bad("ct=tcp:192.168.1.10:40122-", "ct=tcp:192.168.1.10:65536-");
	bad("ct=tcp:192.168.1.10:40122-198.51.100.7:6667", "ct=");
	bad("ct=tcp:192.168.1.10:40122-198.51.100.7:6667", "ct=-,-");
	bad("198.51.100.7:6667", "198.51.100.7:6667,");
	bad("state=open", "state=open ");
	bad("state=open", "state=opened");
	bad("state=open", "state=open more=1");
	bad("+name", "+ name");
	bad("name=default family=ipv4", "family=ipv4 name=default");
	bad("name=default ", "");
	bad("timeout=600 expires=7", "timeout=600 expires=601");
	bad("timeout=600 expires=7", "timeout=0 expires=7");
	bad("timeout=600 expires=7", "timeout=600 expires=0");
	bad("timeout=600", "timeout=0600");
	bad("timeout=600", "timeout=31536001");
	bad("timeout=600", "timeout=18446744073709551616");
	bad("timeout=600", "timeout=-1");
	bad("timeout=600", "timeout=");
	bad("lifetime=0 age=2", "lifetime=2 age=2");
	bad("age=2", "age=4294967296");
	bad("session=1", "session=9");
	bad("hits=1", "hits=4294967296");
	bad("hits=1", "hits=1x");
	bad("family=ipv4", "family=ipv6");
	bad("peer=198.51.100.7", "peer=2001:db8::1");
	bad("trigger=tcp:6667", "trigger=tcp");
	bad("trigger=tcp:6667", "trigger=tcp:00");
	bad("trigger=tcp:6667", "trigger=6");
	bad("trigger=tcp:6667", "trigger=256");
	bad("trigger=tcp:6667", "trigger=47:1");
	too_many();
	forget();
}

/* Writes the line that the proc file would have for @command. */
static size_t write_end(int family, const union nf_inet_addr *addr, __be16 port,
			char *line)
{
	char text[INET6_ADDRSTRLEN];

	return sprintf(line, family == AF_INET ? "%s:%u" : "[%s]:%u",
		       inet_ntop(family, addr, text, sizeof(text)), ntohs(port));
}

static size_t write_ct(int family, const struct nf_conntrack_tuple *ct,
		       char *line, size_t n)
{
	size_t len = sprintf(line, "%s%s:", n ? "," : "",
			     ct->dst.protonum == IPPROTO_TCP ? "tcp" : "udp");

	len += write_end(family, &ct->src.u3, ct->src.u.all, line + len);
	line[len++] = '-';
	return len + write_end(family, &ct->dst.u3, ct->dst.u.all, line + len);
}

static size_t write_line(const struct trigger_command *command, char *line,
			 bool waiting)
{
	int family = command->family == NFPROTO_IPV4 ? AF_INET : AF_INET6;
	char addr[INET6_ADDRSTRLEN];
	size_t len, i;

	len = sprintf(line, "+name=%s family=%s owner=%s open=%s trigger=",
		      command->name, family == AF_INET ? "ipv4" : "ipv6",
		      inet_ntop(family, &command->owner, addr, sizeof(addr)),
		      command->open);
	if (command->port)
		len += sprintf(line + len, "%s:%u",
			       command->proto == IPPROTO_TCP ? "tcp" : "udp",
			       command->port);
	else
		len += sprintf(line + len, "%u", command->proto);
	len += sprintf(line + len, " peer=%s", command->peer_any ? "any" : "");
	for (i = 0; i < command->n_peers; i++)
		len += sprintf(line + len, "%s%s", i ? "," : "",
			       inet_ntop(family, &command->peer[i], addr,
					 sizeof(addr)));
	len += sprintf(line + len,
		       " timeout=%u expires=%u lifetime=%u age=%u session=%u hits=%u state=%s",
		       command->timeout, command->expires, command->lifetime,
		       command->age, command->session, command->hits,
		       waiting ? "waiting" : "open");
	len += sprintf(line + len, " id=%llu rule=%08x answered=%u ct=%s",
		       (unsigned long long)command->id, command->rule,
		       command->answered, command->n_cts ? "" : "-");
	for (i = 0; i < command->n_cts; i++)
		len += write_ct(family, &command->ct[i], line + len, i);
	return len;
}

static void random_addr(u8 family, union nf_inet_addr *addr)
{
	unsigned int i;

	memset(addr, 0, sizeof(*addr));
	for (i = 0; i < (family == NFPROTO_IPV4 ? 1 : 4); i++)
		addr->all[i] = one_in(4) ? 0 : random_number();
}

static void random_command(struct trigger_command *command, char *open)
{
	static const char * const protos[] = { "tcp", "udp", "sctp" };
	unsigned int i, n = random_from(1, TRIGGER_RANGES_MAX);
	size_t len = 0;

	memset(command, 0, sizeof(*command));
	command->name = one_in(2) ? "default" : "A.b_c-d";
	command->family = one_in(2) ? NFPROTO_IPV4 : NFPROTO_IPV6;
	random_addr(command->family, &command->owner);
	for (i = 0; i < n; i++) {
		u16 min = random_from(1, 65535);
		u16 max = one_in(2) ? min : random_from(min, 65535);

		len += sprintf(open + len, "%s%s:%u", i ? "," : "",
			       protos[random_below(3)], min);
		if (max > min)
			len += sprintf(open + len, "-%u", max);
	}
	command->open = open;
	command->proto = one_in(2) ? IPPROTO_TCP : IPPROTO_UDP;
	if (one_in(4))
		command->proto = 47;
	else
		command->port = random_from(1, 65535);
	command->peer_any = one_in(2);
	if (!command->peer_any)
		command->n_peers = random_from(1, TRIGGER_PEERS_MAX);
	for (i = 0; i < command->n_peers; i++)
		random_addr(command->family, &command->peer[i]);
	command->timeout = one_in(2) ? 0 : random_from(1, 31536000);
	if (command->timeout)
		command->expires = random_from(1, command->timeout);
	command->lifetime = one_in(2) ? 0 : random_from(1, 31536000);
	command->age = random_below(command->lifetime ?: U32_MAX);
	command->session = random_below(9);
	command->hits = random_number();
	command->id = (u64)random_number() << 32 | random_number();
	command->rule = random_number();
	command->answered = one_in(2);
	command->n_cts = random_below(TRIGGER_SESSIONS_MAX + 1);
	for (i = 0; i < command->n_cts; i++) {
		struct nf_conntrack_tuple *ct = &command->ct[i];

		ct->dst.protonum = one_in(2) ? IPPROTO_TCP : IPPROTO_UDP;
		random_addr(command->family, &ct->src.u3);
		random_addr(command->family, &ct->dst.u3);
		ct->src.u.all = random_number();
		ct->dst.u.all = random_number();
	}
}

UNIT_TEST(command_random)
{
	struct trigger_command command, back;
	char line[4096], again[4096], open[1024];
	unsigned int turn;
	bool waiting;
	size_t len;

	for (turn = 0; turn < 8000; turn++) {
		waiting = one_in(2);
		random_command(&command, open);
		len = write_line(&command, line, waiting);
		check_equal(parse(&back, line), 0);
		write_line(&back, again, waiting);
		check(!strcmp(line, again));
		/* A character changed or cut out: no memory is touched wrongly. */
		if (one_in(2))
			line[random_below(len)] = random_number();
		else
			line[random_below(len)] = "=, :+-./09a"[random_below(11)];
		parse(&back, line);
	}
	forget();
}
