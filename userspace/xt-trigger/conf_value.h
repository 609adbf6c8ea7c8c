/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The values of xt-trigger.conf(5). Each parser takes the whole text behind the
 * "=", without blanks around it and never empty. It returns NULL and stores the
 * value, or returns why it is none (a text that lives until the next call).
 *
 * Only numbers, words of a list, and characters that are checked one by one come
 * out of here: the rules are written from these, never from the text of a file.
 */
#ifndef _CONF_VALUE_H
#define _CONF_VALUE_H

#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>

#include "xt_TRIGGER.h"

/* Families, as a set. */
#define CONF_IPV4	1u
#define CONF_IPV6	2u
#define CONF_ANY	(CONF_IPV4 | CONF_IPV6)

#define CONF_TEXT_LEN	257		/* bytes, with the NUL */
#define CONF_NAME_LEN	XT_TRIGGER_NAME_LEN
#define CONF_SECTION_LEN	65	/* TR-181's Alias has 64 */
#define CONF_LIST_MAX	16

/* Protocols of a port item; CONF_PROTO_NONE: it names none. */
enum conf_proto {
	CONF_PROTO_NONE,
	CONF_PROTO_ALL,
	CONF_PROTO_TCP,
	CONF_PROTO_UDP,
	CONF_PROTO_SCTP,
};

struct conf_ports {
	unsigned int n;			/* 0 with @any: whatever the port */
	bool any;
	struct {
		enum conf_proto proto;
		unsigned int min, max;
	} item[XT_TRIGGER_ITEMS_MAX];
};

struct conf_names {
	unsigned int n;
	char name[CONF_LIST_MAX][IFNAMSIZ];
};

struct conf_sources {
	unsigned int n;			/* 0: any */
	struct {
		unsigned int family;	/* CONF_IPV4 or CONF_IPV6 */
		unsigned int prefix;
		union {
			struct in_addr in;
			struct in6_addr in6;
		} addr;
	} item[CONF_LIST_MAX];
};

const char *conf_parse_bool(const char *text, void *to);
const char *conf_parse_text(const char *text, void *to);
const char *conf_parse_name(const char *text, void *to);
const char *conf_parse_interfaces(const char *text, void *to);
const char *conf_parse_family(const char *text, void *to);
const char *conf_parse_nat(const char *text, void *to);
const char *conf_parse_sources(const char *text, void *to);
const char *conf_parse_protocol(const char *text, void *to);
const char *conf_parse_port(const char *text, void *to);
const char *conf_parse_open(const char *text, void *to);
const char *conf_parse_timeout(const char *text, void *to);
const char *conf_parse_lifetime(const char *text, void *to);
const char *conf_parse_refresh(const char *text, void *to);
const char *conf_parse_peer(const char *text, void *to);
const char *conf_parse_owner(const char *text, void *to);
const char *conf_parse_max(const char *text, void *to);
const char *conf_parse_in_table(const char *text, void *to);
const char *conf_parse_mark(const char *text, void *to);

/* The name of a protocol, as the options have it. */
const char *conf_proto_name(enum conf_proto proto);

/* Why @name is no name of a section, or NULL. */
const char *conf_section_invalid(const char *name);

#endif /* _CONF_VALUE_H */
