/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The port triggers of /etc/xt-trigger.conf and /etc/xt-trigger.conf.d/: files in
 * the form of systemd's, read into checked values. xt-trigger.conf(5) describes
 * them.
 */
#ifndef _CONF_H
#define _CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "conf_value.h"

#define CONF_FILE	"/etc/xt-trigger.conf"
#define CONF_STDIN	"-"

/* The keys in the order of conf_keys[]. */
enum conf_key_id {
	CONF_ENABLE,
	CONF_DESCRIPTION,
	CONF_INTERFACE,
	CONF_OUT_INTERFACE,
	CONF_FAMILY,
	CONF_NAT,
	CONF_NAME,
	CONF_SOURCE,
	CONF_PROTOCOL,
	CONF_PORT,
	CONF_OPEN,
	CONF_TIMEOUT,
	CONF_LIFETIME,
	CONF_REFRESH,
	CONF_SESSION,
	CONF_PEER,
	CONF_OWNER,
	CONF_MAX,
	CONF_SHADOW,
	CONF_MARK,
	CONF_IN_TABLE,
	CONF_RESTORE,
	CONF_KEYS,
};

/* The values of a section. */
struct conf_values {
	bool enable;
	char description[CONF_TEXT_LEN];
	struct conf_names interfaces;
	struct conf_names out_interfaces;
	unsigned int family;		/* CONF_IPV4 | CONF_IPV6 */
	unsigned int nat;		/* the families that need `dnat` */
	char name[CONF_NAME_LEN];
	struct conf_sources sources;
	unsigned int protocol;		/* of the items of @port that name none */
	struct conf_ports port;
	struct conf_ports open;
	unsigned int timeout;		/* 0: the default of the rule */
	unsigned int lifetime;		/* 0: unlimited */
	bool refresh_both;
	bool session;
	bool peer_host;
	bool owner_last;
	unsigned int max;		/* 0: unlimited */
	bool shadow;
	unsigned int mark;		/* 0: none */
	bool in_mangle;			/* `in' stands in this table */
	bool restore;

	unsigned int given;		/* bits of the keys that have a value */
	unsigned int wrong;		/* of those whose value is none */
	unsigned int line[CONF_KEYS];	/* where each key stands; 0: nowhere */
};

/* A section [Trigger NAME]. */
struct conf_trigger {
	char *name;
	const char *file;
	unsigned int line;
	struct conf_values values;
};

/* What is wrong: an empty string stands for what there is not. */
struct conf_error {
	char *file;
	unsigned int line;		/* 0: the file itself */
	char *section;
	char *key;
	char *value;
	char *reason;
	size_t place;			/* in the order in which they were found */
};

struct conf {
	struct conf_values defaults;	/* the section [Default] */
	struct conf_trigger *triggers;	/* in the order of the files */
	size_t n_triggers;
	struct conf_error *errors;
	size_t n_errors;
	char **files;			/* those that were read */
	size_t n_files;
	unsigned int default_line;	/* of [Default]; 0: there is none */
};

/*
 * Reads @path, and those of the directory @path.d whose names end in .conf, in the
 * order of their names. Each has to belong to @owner and to be writable by nobody
 * else. CONF_STDIN is a text on stdin in place of CONF_FILE. What is wrong stands in
 * @conf->errors afterwards, in the order of files and lines; without one, each
 * enabled trigger is complete.
 */
void conf_read(struct conf *conf, const char *path, uid_t owner);

/* The same for a text: conf_init(), then conf_text() for each file, the main one first. */
void conf_init(struct conf *conf);
void conf_text(struct conf *conf, const char *path, const char *text, size_t size);

void conf_free(struct conf *conf);

/* The name of a key, as the file has it. */
const char *conf_key_name(enum conf_key_id id);

#endif /* _CONF_H */
