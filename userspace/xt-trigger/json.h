/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Writes JSON (RFC 8259), as it is told: objects and arrays that are begun and
 * ended, and values in them. Strings may hold any bytes: what JSON cannot have
 * is escaped, and what is no UTF-8 becomes U+FFFD.
 *
 *	struct json json = { .out = stdout };
 *
 *	json_object(&json, NULL);
 *	json_string(&json, "owner", "192.168.1.10");
 *	json_array(&json, "open");
 *	json_number(&json, NULL, 113);
 *	json_end(&json);
 *	json_end(&json);
 *
 * The key is NULL in an array and at the top. The end of what is at the top
 * writes a newline.
 */
#ifndef _JSON_H
#define _JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* How deep objects and arrays may stand in each other. */
#define JSON_DEPTH_MAX	32

/*
 * @compact: all on one line; else an element of the outer array, or a member
 *	     of the outer object, on each line
 */
struct json {
	FILE		*out;
	bool		compact;
	bool		more;		/* a comma goes in front of the next */
	unsigned int	depth;
	char		end[JSON_DEPTH_MAX];
};

void json_object(struct json *json, const char *key);
void json_array(struct json *json, const char *key);
void json_end(struct json *json);
void json_string(struct json *json, const char *key, const char *value);
void json_number(struct json *json, const char *key, uint64_t value);
void json_bool(struct json *json, const char *key, bool value);
void json_null(struct json *json, const char *key);

#endif /* _JSON_H */
