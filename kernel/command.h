/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The commands that /proc/net/xt_trigger takes, as text: a parser without
 * side effects.
 */
#ifndef _TRIGGER_COMMAND_H
#define _TRIGGER_COMMAND_H

#include <linux/types.h>

#include <net/netfilter/nf_conntrack_tuple.h>

#include <xt_TRIGGER.h>

#include "trigger.h"

/* The fields of a line, in its order. */
enum trigger_field {
	TRIGGER_FIELD_NAME,
	TRIGGER_FIELD_FAMILY,
	TRIGGER_FIELD_OWNER,
	TRIGGER_FIELD_OPEN,
	TRIGGER_FIELD_TRIGGER,
	TRIGGER_FIELD_PEER,
	TRIGGER_FIELD_TIMEOUT,
	TRIGGER_FIELD_EXPIRES,
	TRIGGER_FIELD_LIFETIME,
	TRIGGER_FIELD_AGE,
	TRIGGER_FIELD_SESSION,
	TRIGGER_FIELD_HITS,
	TRIGGER_FIELD_STATE,
	/* since 0.2; lines of 0.1 end in front of them */
	TRIGGER_FIELD_ID,
	TRIGGER_FIELD_RULE,
	TRIGGER_FIELD_ANSWERED,
	TRIGGER_FIELD_CT,
	TRIGGER_FIELDS,
};

enum trigger_verb {
	TRIGGER_CLOSE_ALL,	/* "/" */
	TRIGGER_CLOSE,		/* "-key=value ..." */
	TRIGGER_OPEN,		/* "+", and a line as it is read */
};

/* `all` counts twice. */
#define TRIGGER_RANGES_MAX	(2 * XT_TRIGGER_ITEMS_MAX)

/*
 * What a line says.
 * @given:    which fields, a bit for each enum trigger_field
 * @family:   NFPROTO_*; 0: no field tells
 * @name:     in the line's own memory
 * @open:     the same, as it was written; @range has it parsed
 * @peer_any: peer=any
 * @timeout, @expires, @lifetime, @age: seconds
 * @answered: true where the field is not given
 * @ct:       the tuples of the first packets
 */
struct trigger_command {
	enum trigger_verb	verb;
	unsigned int		given;
	const char		*name;
	const char		*open;
	u8			family;
	u8			n_ranges;
	u8			n_peers;
	u8			n_cts;
	bool			peer_any;
	bool			answered;
	u8			proto;
	u16			port;
	u32			timeout;
	u32			expires;
	u32			lifetime;
	u32			age;
	u32			session;
	u32			hits;
	u32			rule;
	u64			id;
	union nf_inet_addr	owner;
	union nf_inet_addr	peer[TRIGGER_PEERS_MAX];
	struct trigger_range	range[TRIGGER_RANGES_MAX];
	struct nf_conntrack_tuple ct[TRIGGER_SESSIONS_MAX];
};

int trigger_command_parse(struct trigger_command *command, char *line);

#endif /* _TRIGGER_COMMAND_H */
