// SPDX-License-Identifier: GPL-2.0
/* Writes JSON. See json.h. */
#include <assert.h>
#include <inttypes.h>

#include "json.h"

/* The length of the UTF-8 character at @s, which ends in NUL; 0: it is none. */
static unsigned int utf8_len(const unsigned char *s)
{
	unsigned int len, i;
	uint32_t c;

	if (*s < 0x80)
		return 1;
	if (*s < 0xc2 || *s > 0xf4)
		return 0;
	len = *s < 0xe0 ? 2 : *s < 0xf0 ? 3 : 4;
	c = *s & (0x7f >> len);
	for (i = 1; i < len; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (s[i] & 0x3f);
	}
	/* Too long a form, half of a pair, or beyond Unicode. */
	if ((len == 3 && c < 0x800) || (len == 4 && c < 0x10000) ||
	    (c >= 0xd800 && c < 0xe000) || c > 0x10ffff)
		return 0;
	return len;
}

static void put_string(FILE *out, const char *string)
{
	const unsigned char *s = (const unsigned char *)string;
	unsigned int len;

	putc('"', out);
	for (; *s; s += len ? len : 1) {
		len = utf8_len(s);
		if (*s == '"' || *s == '\\')
			fprintf(out, "\\%c", *s);
		else if (*s < 0x20 || *s == 0x7f)
			fprintf(out, "\\u%04x", *s);
		else if (len)
			fwrite(s, 1, len, out);
		else
			fputs("\\ufffd", out);
	}
	putc('"', out);
}

/* What stands in front of a value. */
static void begin_value(struct json *json, const char *key)
{
	if (json->more)
		putc(',', json->out);
	if (json->depth == 1 && !json->compact)
		fputs("\n  ", json->out);
	else if (json->more)
		putc(' ', json->out);
	if (key) {
		put_string(json->out, key);
		fputs(": ", json->out);
	}
	json->more = true;
}

static void begin(struct json *json, const char *key, char start, char end)
{
	begin_value(json, key);
	assert(json->depth < JSON_DEPTH_MAX);
	json->end[json->depth++] = end;
	putc(start, json->out);
	json->more = false;
}

void json_object(struct json *json, const char *key)
{
	begin(json, key, '{', '}');
}

void json_array(struct json *json, const char *key)
{
	begin(json, key, '[', ']');
}

void json_end(struct json *json)
{
	bool empty = !json->more;

	assert(json->depth);
	if (!--json->depth && !json->compact && !empty)
		putc('\n', json->out);
	putc(json->end[json->depth], json->out);
	json->more = json->depth;
	if (!json->depth)
		putc('\n', json->out);
}

void json_string(struct json *json, const char *key, const char *value)
{
	begin_value(json, key);
	put_string(json->out, value);
}

void json_number(struct json *json, const char *key, uint64_t value)
{
	begin_value(json, key);
	fprintf(json->out, "%" PRIu64, value);
}

void json_bool(struct json *json, const char *key, bool value)
{
	begin_value(json, key);
	fputs(value ? "true" : "false", json->out);
}

void json_null(struct json *json, const char *key)
{
	begin_value(json, key);
	fputs("null", json->out);
}
