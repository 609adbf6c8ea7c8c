// SPDX-License-Identifier: GPL-2.0
/* The files of xt-trigger.conf(5): lines, sections, keys, and who may write them. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf.h"
#include "text.h"
#include "unit.h"

static struct conf conf;

static void read_text(const char *text)
{
	unit_about(text);
	conf_init(&conf);
	conf_text(&conf, "a.conf", text, strlen(text));
}

/* Each error as "LINE: SECTION KEY=VALUE: REASON". */
static char *errors(void)
{
	static struct text text;
	size_t i;

	text_clear(&text);
	text_puts(&text, "");
	for (i = 0; i < conf.n_errors; i++) {
		const struct conf_error *error = &conf.errors[i];

		text_printf(&text, "%u: %s %s=%s: %s\n", error->line, error->section,
			    error->key, error->value, error->reason);
	}
	return text.data;
}

#define WHOLE								\
	"[Default]\nInterface=lan\nOutInterface=wan\n"			\
	"[Trigger x]\nPort=1\nOpen=tcp:2\n"

UNIT_TEST(conf_every_key)
{
	const struct conf_values *values;

	read_text("# comment\n ; another\n\n"
		  "[Default]\n"
		  "Interface = br-lan , \n"
		  "Mark=0x40000000\r\n"
		  "Shadow=on\n"
		  "Restore=yes\n"
		  "[Trigger a-B_3.x]\n"
		  "Enable=yes\n"
		  "  Description =  All of it; [x] # \"y\" = $(z)  \n"
		  "Interface=br-lan,wlan0\n"
		  "OutInterface=ppp+,eth0.7\n"
		  "Family=ipv4\n"
		  "NAT=no\n"
		  "Name=line-1\n"
		  "Source=192.168.1.77/24,10.0.0.1\n"
		  "Protocol=UDP\n"
		  "Port=6660:6669,tcp:7000,all:1-65535,9\n"
		  "Open=113,sctp:5000-5001\n"
		  "Timeout=31536000\n"
		  "Lifetime=1\n"
		  "Refresh=both\n"
		  "Session=true\n"
		  "Peer=HOST\n"
		  "Owner=last\n"
		  "Max=65535");
	check_string(errors(), "5: [Default] Interface=br-lan ,: \"br-lan \" has a blank in it: "
		     "items have a comma, and nothing else, between them\n");
	check_equal(conf.n_triggers, 1);
	check_equal(conf.default_line, 4);
	check_equal(conf.defaults.mark, 0x40000000);
	check(conf.defaults.shadow && conf.defaults.restore);
	check_string(conf.triggers[0].name, "a-B_3.x");
	check_equal(conf.triggers[0].line, 9);
	values = &conf.triggers[0].values;
	check(values->enable);
	check_string(values->description, "All of it; [x] # \"y\" = $(z)");
	check_equal(values->interfaces.n, 2);
	check_string(values->interfaces.name[1], "wlan0");
	check_string(values->out_interfaces.name[0], "ppp+");
	check_string(values->out_interfaces.name[1], "eth0.7");
	check_equal(values->family, CONF_IPV4);
	check_equal(values->nat, 0);
	check_string(values->name, "line-1");
	check_equal(values->sources.n, 2);
	check_equal(values->sources.item[0].prefix, 24);
	check_equal(values->sources.item[0].addr.in.s_addr, htonl(0xc0a80100));
	check_equal(values->sources.item[1].prefix, 32);
	check_equal(values->protocol, CONF_PROTO_UDP);
	check_equal(values->port.n, 4);
	check_equal(values->port.item[0].proto, CONF_PROTO_NONE);
	check_equal(values->port.item[0].min, 6660);
	check_equal(values->port.item[0].max, 6669);
	check_equal(values->port.item[1].proto, CONF_PROTO_TCP);
	check_equal(values->port.item[2].proto, CONF_PROTO_ALL);
	check_equal(values->open.n, 2);
	check_equal(values->open.item[0].proto, CONF_PROTO_ALL);
	check_equal(values->open.item[1].proto, CONF_PROTO_SCTP);
	check_equal(values->open.item[1].max, 5001);
	check_equal(values->timeout, 31536000);
	check_equal(values->lifetime, 1);
	check(values->refresh_both && values->session && values->peer_host && values->owner_last);
	check_equal(values->max, 65535);
	conf_free(&conf);
}

UNIT_TEST(conf_defaults)
{
	const struct conf_values *values;

	/* The section stands in front of what it takes from. */
	read_text("[Trigger x]\nPort=1\nOpen=2\nTimeout=\nMax=unlimited\nPeer=\nFamily=\n"
		  "[Default]\nInterface=lan\nOutInterface=wan\nTimeout=77\nMax=5\nPeer=host\n"
		  "Mark=no\n"
		  "[Trigger y]\nEnable=no\n");
	check_string(errors(), "");
	values = &conf.triggers[0].values;
	check_string(values->interfaces.name[0], "lan");
	check_string(values->out_interfaces.name[0], "wan");
	check_equal(values->timeout, 77);
	check_equal(values->max, 0);
	check(values->peer_host);
	check_equal(values->family, CONF_ANY);
	check_equal(values->nat, CONF_IPV4);
	check_string(values->name, "default");
	check_equal(values->protocol, CONF_PROTO_NONE);
	check(values->enable && !values->session && !values->owner_last && !values->refresh_both);
	check_equal(conf.defaults.mark, 0);
	check(!conf.triggers[1].values.enable);
	conf_free(&conf);

	read_text("[Default]\nInTable=mangle\nMark=no\n");
	check_string(errors(), "2: [Default] InTable=mangle: needs a Mark, by which the table "
		     "filter knows what `in' has accepted\n");
	conf_free(&conf);

	read_text(WHOLE);
	check_string(errors(), "");
	check_equal(conf.defaults.mark, 0x100);
	check(!conf.defaults.shadow && !conf.defaults.restore);
	check_equal(conf.triggers[0].values.timeout, 0);
	conf_free(&conf);
}

/* Nothing is an error in an empty file. */
UNIT_TEST(conf_empty)
{
	read_text("");
	check_string(errors(), "");
	check_equal(conf.n_triggers, 0);
	conf_free(&conf);
}

/* What stands behind WHOLE, and the errors. */
static const struct {
	const char *text, *errors;
} faulty[] = {
	{ "Colour=red", "7: [Trigger x] Colour=red: no such key\n" },
	{ "port=1", "7: [Trigger x] port=1: no such key\n" },
	{ "Port=2", "7: [Trigger x] Port=2: the key is there already, in line 5\n" },
	{ "Max=\nMax=", "8: [Trigger x] Max=: the key is there already, in line 7\n" },
	{ "InTable=mangle", "7: [Trigger x] InTable=mangle: this key is for [Default]\n" },
	{ "Mark=1", "7: [Trigger x] Mark=1: this key is for [Default]\n" },
	{ "[Default]", "7: [Default] =: is there already, in line 1\n" },
	{ "[Trigger x]\nColour=red", "7: [Trigger x] =: is there already, in a.conf:4\n"
	  "8: [Trigger x] Colour=red: no such key\n" },
	{ "[Rule x]\nPort=none", "7: [Rule x] =: no such section: there are [Default] and [Trigger NAME]\n" },
	{ "[trigger x]", "7: [trigger x] =: no such section: there are [Default] and [Trigger NAME]\n" },
	{ "[Trigger]", "7: [Trigger] =: the name must begin with a letter or a digit\n" },
	{ "[Trigger -a]\nPort=0", "7: [Trigger -a] =-a: the name must begin with a letter or a digit\n"
	  "8: [Trigger -a] Port=0: \"0\": ports go from 1 to 65535\n" },
	{ "[Trigger a b]", "7: [Trigger a b] =a b: the name may contain letters, digits, \"_\", \".\" and \"-\" only\n" },
	{ "[Trigger a\"]", "7: [Trigger a\"] =a\": the name may contain letters, digits, \"_\", \".\" and \"-\" only\n" },
	{ "[Trigger y", "7: [Trigger y =: the line of a section ends with \"]\"\n" },
	{ "[", "7: [ =: the line of a section ends with \"]\"\n" },
	{ "what", "7: [Trigger x] =what: is no section, no KEY=VALUE and no comment\n" },
	{ "Description=a\\\nb", "7: [Trigger x] =Description=a\\: a line does not go on in the next one\n"
	  "8: [Trigger x] =b: is no section, no KEY=VALUE and no comment\n" },
	{ "Max=3 # so many", "7: [Trigger x] Max=3 # so many: must be a number from 1 to 65535, or unlimited\n" },
	{ "Description=\x1b[1m", "7: [Trigger x] =: has a byte that is no text (UTF-8)\n" },
	{ "Description=\xc3\x28", "7: [Trigger x] =: has a byte that is no text (UTF-8)\n" },
	{ "Description=\xc2\x85", "7: [Trigger x] =: has a byte that is no text (UTF-8)\n" },
	{ "Description=\xed\xa0\x80", "7: [Trigger x] =: has a byte that is no text (UTF-8)\n" },
	{ "Description=\xf4\x90\x80\x80", "7: [Trigger x] =: has a byte that is no text (UTF-8)\n" },
	{ "Description=\xe0\x80\x80", "7: [Trigger x] =: has a byte that is no text (UTF-8)\n" },
	{ "Description=\xe0\x9f\xbf", "7: [Trigger x] =: has a byte that is no text (UTF-8)\n" },
	{ "Description=\xf0\x8f\xbf\xbf", "7: [Trigger x] =: has a byte that is no text (UTF-8)\n" },
	{ "Description=\xe2\x82", "7: [Trigger x] =: has a byte that is no text (UTF-8)\n" },
	{ "Description=a\rb", "7: [Trigger x] =: has a byte that is no text (UTF-8)\n" },
	{ "Description=Gr\xc3\xbc\xc3\x9f\x65 \xe2\x82\xac \xf0\x9f\x98\x80", "" },
	{ "Timeout=none", "7: [Trigger x] Timeout=none: goes with Session=yes only: else nothing would close it\n" },
	{ "Timeout=none\nSession=yes", "" },
	{ "Timeout=x", "7: [Trigger x] Timeout=x: must be a number from 1 to 31536000, or none\n" },
	{ "Source=10.0.0.1\nFamily=ipv6", "7: [Trigger x] Source=: has no address of the families that Family names\n" },
	{ "Source=10.0.0.1,2001:db8::1\nFamily=ipv6", "" },
	{ "OutInterface=lan", "7: [Trigger x] OutInterface=lan: is the interface of the LAN, too\n" },
	{ "[Trigger y]", "7: [Trigger y] Port=: is missing: the ports that trigger\n"
	  "7: [Trigger y] Open=: is missing: what opens\n" },
	{ "[Trigger y]\nPort=\nOpen=x", "8: [Trigger y] Port=: is missing: the ports that trigger\n"
	  "9: [Trigger y] Open=x: \"x\" is no port and no range of ports\n" },
	{ "[Trigger y]\nEnable=no\nOpen=x", "9: [Trigger y] Open=x: \"x\" is no port and no range of ports\n" },
};

UNIT_TEST(conf_errors)
{
	struct text text = {};
	size_t i;

	for (i = 0; i < sizeof(faulty) / sizeof(*faulty); i++) {
		text_clear(&text);
		text_printf(&text, WHOLE "%s\n", faulty[i].text);
		read_text(text.data);
		check_string(errors(), faulty[i].errors);
		conf_free(&conf);
	}
	text_free(&text);
}

UNIT_TEST(conf_outside_of_sections)
{
	read_text("Port=1\nwhat\n[Trigger x]\n");
	check_string(errors(), "1:  Port=1: stands in no section\n"
		     "2:  =what: is no section, no KEY=VALUE and no comment\n"
		     "3: [Trigger x] Interface=: is missing: the interface of the LAN\n"
		     "3: [Trigger x] OutInterface=: is missing: the interface to the Internet\n"
		     "3: [Trigger x] Port=: is missing: the ports that trigger\n"
		     "3: [Trigger x] Open=: is missing: what opens\n");
	conf_free(&conf);
}

UNIT_TEST(conf_nul_byte)
{
	static const char text[] = "[Trigger x]\nEnable=no\nMax=1\0Mask=\n";

	conf_init(&conf);
	conf_text(&conf, "a.conf", text, sizeof(text) - 1);
	check_string(errors(), "3: [Trigger x] =: has a byte that is no text (UTF-8)\n");
	conf_free(&conf);
}

/* A value, and what it is, or is not. NULL: it is one. */
static const struct {
	const char *key, *value, *reason;
} values[] = {
	{ "Enable", "1", NULL }, { "Enable", "OFF", NULL },
	{ "Enable", "maybe", "must be yes or no" },
	{ "Interface", "eth0:1", "\"eth0:1\" is no name of an interface" },
	{ "Interface", "-j", "\"-j\" is no name of an interface" },
	{ "Interface", "+", "\"+\" is no name of an interface" },
	{ "Interface", "a+b", "\"a+b\" is no name of an interface" },
	{ "Interface", "!lan", "\"!lan\" is no name of an interface" },
	{ "Interface", "a\"b", "is no name of an interface" },
	{ "Interface", "a;reboot", "is no name of an interface" },
	{ "Interface", "0123456789abcde", NULL },
	{ "Interface", "0123456789abcdef", "is longer than 15 characters" },
	{ "Interface", "a,,b", "has an empty item" },
	{ "Interface", ",a", "has an empty item" },
	{ "Interface", "a,", "has an empty item" },
	{ "Interface", "a,b,a", "names a twice" },
	{ "Interface", "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16", NULL },
	{ "Interface", "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17", "has more than 16 items" },
	{ "Family", "both", "must be one of: ipv4, ipv6, any" },
	{ "NAT", "ipv5", "must be one of: no, ipv4, ipv6, any" },
	{ "NAT", "any", NULL },
	{ "Name", "a.b", NULL }, { "Name", ".a", "must begin with a letter or a digit" },
	{ "Name", "0123456789012345678901234567890", NULL },
	{ "Name", "01234567890123456789012345678901", "is longer than 31 characters" },
	{ "Name", "a\nb", "may contain" },
	{ "Source", "any", NULL }, { "Source", "2001:db8::/32", NULL },
	{ "Source", "10.0.0.1/33", "the prefix of 10.0.0.1 must be a number from 1 to 32" },
	{ "Source", "10.0.0.1/0", "must be a number from 1 to 32" },
	{ "Source", "10.0.0.1/", "must be a number from 1 to 32" },
	{ "Source", "10.0.0.1/8x", "must be a number from 1 to 32" },
	{ "Source", "::1/129", "must be a number from 1 to 128" },
	{ "Source", "10.0.0.256", "\"10.0.0.256\" is no address" },
	{ "Source", "fe80::1%eth0", "is no address" },
	{ "Source", "host.example", "is no address" },
	{ "Source", "10.0.0.1 -j ACCEPT", "has a blank in it" },
	{ "Protocol", "icmp", "must be one of: any, all, tcp, udp, sctp" },
	{ "Protocol", "6", "must be one of" },
	{ "Port", "any", NULL }, { "Port", "65535", NULL },
	{ "Port", "0", "ports go from 1 to 65535" },
	{ "Port", "65536", "ports go from 1 to 65535" },
	{ "Port", "99999999999999999999999", "ports go from 1 to 65535" },
	{ "Port", "65535-65536", "ports go from 1 to 65535" },
	{ "Port", "5-4", "the range runs backwards" },
	{ "Port", "5-", "\"5-\" is no range of ports" },
	{ "Port", "-5", "is no port and no range" },
	{ "Port", "5-6-7", "is no port and no range" },
	{ "Port", "irc", "is no port and no range" },
	{ "Port", "0x50", "is no port and no range" },
	{ "Port", "tcp:", "is no port and no range" },
	{ "Port", "tcp", "is no port and no range" },
	{ "Port", "icmp:1", "the protocol must be one of: tcp, udp, sctp, all" },
	{ "Port", "any:1", "the protocol must be one of: tcp, udp, sctp, all" },
	{ "Port", ":1", "the protocol must be one of" },
	{ "Port", "tcp:1,udp:1,1,all:1", NULL },
	{ "Port", "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15", NULL },
	{ "Port", "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16", "has more than 15 items" },
	{ "Port", "1, 2", "has a blank in it" },
	{ "Port", "0000000000000000000000000000000000000000000000000000000000000000001", "is too long" },
	{ "Open", "any", "is no port and no range" },
	{ "Open", "tcp:1-5,udp:1-5,sctp:1-5", NULL },
	{ "Open", "tcp:1-5,tcp:5", "\"tcp:5\" overlaps with an item in front of it" },
	{ "Open", "udp:7,5-9", "\"5-9\" overlaps with an item in front of it" },
	{ "Open", "sctp:7,5-9", NULL }, { "Open", "5-9,sctp:7", NULL },
	{ "Timeout", "0", "must be a number from 1 to 31536000, or none" },
	{ "Timeout", "31536001", "must be a number from 1 to 31536000" },
	{ "Timeout", "4294967297", "must be a number from 1 to 31536000" },
	{ "Timeout", "1m", "must be a number" }, { "Timeout", "-1", "must be a number" },
	{ "Lifetime", "unlimited", NULL }, { "Lifetime", "0", "or unlimited" },
	{ "Max", "65536", "must be a number from 1 to 65535, or unlimited" },
	{ "Refresh", "in", "must be one of: out, both" },
	{ "Peer", "all", "must be one of: any, host" },
	{ "Owner", "every", "must be one of: first, last" },
};

static const struct {
	const char *value;
	unsigned int mark;	/* 0: it is none */
} marks[] = {
	{ "1", 1 }, { "0x1", 1 }, { "256", 256 }, { "0xffffffff", 0xffffffff },
	{ "4294967295", 0xffffffff }, { "0x100000000", 0 }, { "4294967296", 0 },
	{ "0", 0 }, { "0x", 0 }, { "1/1", 0 }, { "ff", 0 }, { "-1", 0 }, { "0x-1", 0 },
	{ "99999999999", 0 }, { " 1", 0 }, { "yes", 0 },
};

UNIT_TEST(conf_values)
{
	struct text text = {};
	const char *said;
	size_t i;

	for (i = 0; i < sizeof(values) / sizeof(*values); i++) {
		text_clear(&text);
		/* A newline is not for the file's parser. */
		if (strchr(values[i].value, '\n')) {
			char name[CONF_NAME_LEN];

			said = conf_parse_name(values[i].value, name);
			check(said && strstr(said, values[i].reason));
			continue;
		}
		text_printf(&text, "[Trigger x]\nEnable=no\n%s%s=%s\n",
			    !strcmp(values[i].key, "Enable") ? "#" : "",
			    values[i].key, values[i].value);
		if (!strcmp(values[i].key, "Enable")) {
			text_clear(&text);
			text_printf(&text, WHOLE "Enable=%s\n", values[i].value);
		}
		read_text(text.data);
		said = errors();
		if (!values[i].reason)
			check_string(said, "");
		else
			check(strstr(said, values[i].reason) && conf.n_errors == 1);
		conf_free(&conf);
	}
	text_free(&text);
}

UNIT_TEST(conf_marks)
{
	size_t i;

	for (i = 0; i < sizeof(marks) / sizeof(*marks); i++) {
		unsigned int mark = 0;
		const char *reason = conf_parse_mark(marks[i].value, &mark);

		unit_about(marks[i].value);
		check_equal(mark, marks[i].mark);
		check(!reason == !!marks[i].mark);
	}
	unit_about("no");
	check(!conf_parse_mark("no", &(unsigned int){ 7 }));
}

UNIT_TEST(conf_too_many)
{
	struct text text = {};
	unsigned int i;

	for (i = 0; i < 1001; i++)
		text_printf(&text, "[Trigger t%u]\nEnable=no\n", i);
	conf_init(&conf);
	conf_text(&conf, "a.conf", text.data, text.len);
	check_equal(conf.n_triggers, 1000);
	check_string(errors(), "2001: [Trigger t1000] =: there are more than 1000 port triggers\n");
	conf_free(&conf);
	text_free(&text);
}

UNIT_TEST(conf_long_lines)
{
	struct text text = {};
	size_t i;

	text_puts(&text, "[Trigger x]\nEnable=no\nDescription=");
	for (i = 0; i < 256; i++)
		text_puts(&text, "x");
	read_text(text.data);
	check_string(errors(), "");
	check_equal(strlen(conf.triggers[0].values.description), 256);
	conf_free(&conf);
	for (; i < 100000; i++)
		text_puts(&text, "x");
	read_text(text.data);
	check_equal(conf.n_errors, 1);
	check_string(conf.errors[0].reason, "is longer than 256 bytes");
	conf_free(&conf);
	text_free(&text);
}

/* --- files */

static char dir[64];

static const char *path(const char *name)
{
	static char buf[4][128];
	static unsigned int next;
	char *to = buf[next++ % 4];

	snprintf(to, sizeof(buf[0]), "%s/%s", dir, name);
	return to;
}

static void put(const char *name, const char *text, unsigned int mode)
{
	FILE *file = fopen(path(name), "w");

	check(file);
	fputs(text, file);
	fclose(file);
	check(!chmod(path(name), mode));
}

static void begin(void)
{
	strcpy(dir, "/tmp/xt-trigger-conf.XXXXXX");
	check(mkdtemp(dir));
	check(!mkdir(path("x.conf.d"), 0755));
	check(!chmod(path("x.conf.d"), 0755));
	put("x.conf", WHOLE, 0644);
	unit_about(dir);
}

static void end(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf '%s'", dir);
	check(!system(command));
}

/* Reads the files; there is one error, of this file and with this reason, or none. */
static void expect(const char *file, const char *reason)
{
	conf_read(&conf, path("x.conf"), geteuid());
	if (!file)
		check_string(errors(), "");
	else
		check_equal(conf.n_errors, 1);
	if (file) {
		check_string(conf.errors[0].file, path(file));
		check_string(conf.errors[0].reason, reason);
	}
}

UNIT_TEST(conf_directory)
{
	begin();
	put("x.conf.d/20-b.conf", "[Trigger b]\nPort=1\nOpen=2\n", 0600);
	put("x.conf.d/10-a.conf", "[Trigger a]\nPort=1\nOpen=2\n", 0644);
	put("x.conf.d/.hidden.conf", "[Trigger h]\n", 0666);
	put("x.conf.d/30-c.conf.dpkg-old", "[Trigger c]\n", 0666);
	put("x.conf.d/conf", "[Trigger d]\n", 0666);
	expect(NULL, NULL);
	check_equal(conf.n_triggers, 3);
	check_string(conf.triggers[0].name, "x");
	check_string(conf.triggers[1].name, "a");
	check_string(conf.triggers[2].name, "b");
	check_string(conf.triggers[2].file, path("x.conf.d/20-b.conf"));
	check_string(conf.triggers[2].values.interfaces.name[0], "lan");
	conf_free(&conf);

	put("x.conf.d/20-b.conf", "[Default]\nMax=5\n", 0644);
	conf_read(&conf, path("x.conf"), geteuid());
	check_equal(conf.n_errors, 1);
	check(strstr(conf.errors[0].reason, "is for the main file"));
	check_equal(conf.triggers[0].values.max, 0);
	conf_free(&conf);

	put("x.conf.d/20-b.conf", "[Trigger x]\nEnable=no\n", 0644);
	conf_read(&conf, path("x.conf"), geteuid());
	check_equal(conf.n_errors, 1);
	check(strstr(conf.errors[0].reason, "is there already, in "));
	check(strstr(conf.errors[0].reason, "/x.conf:4"));
	conf_free(&conf);
	end();
}

UNIT_TEST(conf_trust)
{
	begin();
	expect(NULL, NULL);
	conf_free(&conf);
	check(!chmod(path("x.conf"), 0664));
	expect("x.conf", "can be written by others than its owner (chmod go-w)");
	check_equal(conf.n_triggers, 0);
	conf_free(&conf);
	check(!chmod(path("x.conf"), 0646));
	expect("x.conf", "can be written by others than its owner (chmod go-w)");
	conf_free(&conf);
	check(!chmod(path("x.conf"), 0644));
	conf_read(&conf, path("x.conf"), geteuid() + 1);
	check_equal(conf.n_errors, 1);
	check(strstr(conf.errors[0].reason, geteuid() + 1 ? "belongs to another user" : "root"));
	conf_free(&conf);

	put("x.conf.d/a.conf", "", 0666);
	expect("x.conf.d/a.conf", "can be written by others than its owner (chmod go-w)");
	conf_free(&conf);
	check(!unlink(path("x.conf.d/a.conf")));
	check(!chmod(path("x.conf.d"), 0777));
	expect("x.conf.d", "can be written by others than its owner (chmod go-w)");
	conf_free(&conf);
	end();
}

UNIT_TEST(conf_odd_files)
{
	begin();
	check(!symlink("/nowhere", path("x.conf.d/a.conf")));
	expect("x.conf.d/a.conf", "No such file or directory");
	conf_free(&conf);
	check(!unlink(path("x.conf.d/a.conf")));
	/* Nobody writes to it: it must not be waited for. */
	check(!mkfifo(path("x.conf.d/a.conf"), 0600));
	expect("x.conf.d/a.conf", "is no regular file");
	conf_free(&conf);
	check(!unlink(path("x.conf.d/a.conf")));
	put("x.conf.d/a.conf", "", 0600);
	check(!truncate(path("x.conf.d/a.conf"), 1024 * 1024 + 1));
	expect("x.conf.d/a.conf", "is larger than a megabyte");
	conf_free(&conf);
	check(!unlink(path("x.conf.d/a.conf")));
	check(!rmdir(path("x.conf.d")));
	expect(NULL, NULL);
	conf_free(&conf);
	put("x.conf.d", "", 0644);
	expect("x.conf.d", "is no directory");
	conf_free(&conf);
	check(!unlink(path("x.conf")));
	expect("x.conf", "No such file or directory");
	conf_free(&conf);
	end();
}

/* --- the example that is installed */

static char *example(void)
{
	FILE *file = fopen(EXAMPLE, "r");
	static char text[65536];

	check(file);
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	return text;
}

UNIT_TEST(conf_example)
{
	static const char *const names[] = { "irc", "ftp", "sip", "game", "p2p" };
	char *text = example(), *enable;
	size_t i;

	read_text(text);
	unit_about("the example");
	check_string(errors(), "");
	check_equal(conf.n_triggers, sizeof(names) / sizeof(*names));
	for (i = 0; i < conf.n_triggers; i++) {
		check_string(conf.triggers[i].name, names[i]);
		check(!conf.triggers[i].values.enable);
		check(*conf.triggers[i].values.description);
	}
	conf_free(&conf);
	/* Each is complete. */
	while ((enable = strstr(text, "\nEnable=no\n")))
		memcpy(enable, "\nEnable= 1\n", 11);
	read_text(text);
	unit_about("the example, enabled");
	check_string(errors(), "");
	for (i = 0; i < conf.n_triggers; i++)
		check(conf.triggers[i].values.enable);
	conf_free(&conf);
}
