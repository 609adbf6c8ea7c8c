// SPDX-License-Identifier: GPL-2.0
/* An active trigger, as it is shown. See entry.h. */
#include <inttypes.h>
#include <string.h>

#include "entry.h"
#include "tool.h"

static void put_number(struct json *json, const struct line *line,
		       enum line_field field)
{
	if (line->text[field])
		json_number(json, line_field_name(field), line->number[field]);
	else
		json_null(json, line_field_name(field));
}

static void put_string(struct json *json, const struct line *line,
		       enum line_field field)
{
	if (line->text[field])
		json_string(json, line_field_name(field), line->text[field]);
	else
		json_null(json, line_field_name(field));
}

static void put_item(struct json *json, const char *key, const char *s, size_t len)
{
	char item[128];

	if (len >= sizeof(item))
		len = sizeof(item) - 1;
	memcpy(item, s, len);
	item[len] = '\0';
	json_string(json, key, item);
}

/* The items of a list that commas part. */
static void put_list(struct json *json, const char *key, const char *list)
{
	size_t len;

	json_array(json, key);
	for (; list && *list; list += len + !!list[len]) {
		len = strcspn(list, ",");
		put_item(json, NULL, list, len);
	}
	json_end(json);
}

static void put_open(struct json *json, const char *open)
{
	struct line_range range;

	json_array(json, "open");
	while (*open && line_range_next(&open, &range)) {
		json_object(json, NULL);
		put_item(json, "protocol", range.protocol, range.protocol_len);
		json_number(json, "first", range.first);
		json_number(json, "last", range.last);
		json_end(json);
	}
	json_end(json);
}

/* "tcp:6667", or the number of a protocol that has no ports. */
static void put_trigger(struct json *json, const char *trigger)
{
	size_t len = strcspn(trigger, ":");
	uint64_t port;

	json_object(json, "trigger");
	put_item(json, "protocol", trigger, len);
	if (trigger[len] && line_parse_number(trigger + len + 1, UINT16_MAX, &port))
		json_number(json, "port", port);
	else
		json_null(json, "port");
	json_end(json);
}

static void put_port(struct json *json, const char *key, int port)
{
	if (port < 0)
		json_null(json, key);
	else
		json_number(json, key, port);
}

/* null: the module does not tell. */
static void put_connections(struct json *json, const char *list)
{
	struct line_ct ct;

	if (!list) {
		json_null(json, "ct");
		return;
	}
	json_array(json, "ct");
	while (*list && line_ct_next(&list, &ct)) {
		json_object(json, NULL);
		json_string(json, "protocol", ct.protocol);
		json_string(json, "source", ct.from.addr);
		put_port(json, "source_port", ct.from.port);
		json_string(json, "destination", ct.to.addr);
		put_port(json, "destination_port", ct.to.port);
		json_end(json);
	}
	json_end(json);
}

static void put_host(struct json *json, const char *host)
{
	if (host)
		json_string(json, "host", host);
	else
		json_null(json, "host");
}

void entry_json(struct json *json, const char *key, const struct line *line,
		const struct names *names)
{
	static const enum line_field numbers[] = {
		LINE_TIMEOUT, LINE_EXPIRES, LINE_LIFETIME, LINE_AGE,
		LINE_SESSION, LINE_HITS,
	};
	size_t i;

	json_object(json, key);
	put_number(json, line, LINE_ID);
	put_string(json, line, LINE_RULE);
	put_string(json, line, LINE_NAME);
	put_string(json, line, LINE_FAMILY);
	put_string(json, line, LINE_OWNER);
	put_host(json, names_find(names, line->text[LINE_OWNER]));
	put_open(json, line->text[LINE_OPEN]);
	put_trigger(json, line->text[LINE_TRIGGER]);
	if (strcmp(line->text[LINE_PEER], "any"))
		put_list(json, "peer", line->text[LINE_PEER]);
	else
		json_null(json, "peer");
	for (i = 0; i < ARRAY_SIZE(numbers); i++)
		put_number(json, line, numbers[i]);
	put_string(json, line, LINE_STATE);
	if (line->text[LINE_ANSWERED])
		json_bool(json, "answered", line->number[LINE_ANSWERED]);
	else
		json_null(json, "answered");
	put_connections(json, line->text[LINE_CT]);
	json_end(json);
}

const char *entry_owner(const struct line *line, const struct names *names)
{
	const char *name = names_find(names, line->text[LINE_OWNER]);

	return name ? name : line->text[LINE_OWNER];
}

void entry_duration(struct text *text, uint64_t seconds)
{
	static const struct {
		unsigned int	seconds;
		char		letter;
	} units[] = { { 86400, 'd' }, { 3600, 'h' }, { 60, 'm' }, { 1, 's' } };
	size_t i = 0;

	while (i < ARRAY_SIZE(units) - 1 && seconds < units[i].seconds)
		i++;
	text_printf(text, "%" PRIu64 "%c", seconds / units[i].seconds,
		    units[i].letter);
	if (i == ARRAY_SIZE(units) - 1)
		return;
	seconds = seconds % units[i].seconds / units[i + 1].seconds;
	text_printf(text, " %" PRIu64 "%c", seconds, units[i + 1].letter);
}

void entry_left(struct text *text, const struct line *line)
{
	uint64_t timeout = line->number[LINE_TIMEOUT];
	uint64_t lifetime = line->number[LINE_LIFETIME];
	uint64_t age = line->number[LINE_AGE], left = UINT64_MAX;
	bool session = line->number[LINE_SESSION] || !timeout;

	if (timeout)
		left = line->number[LINE_EXPIRES];
	if (lifetime && left > (lifetime > age ? lifetime - age : 0))
		left = lifetime > age ? lifetime - age : 0;
	if (session)
		text_puts(text, "session");
	if (left == UINT64_MAX)
		return;
	if (session)
		text_puts(text, " ");
	entry_duration(text, left);
}

void entry_words(struct text *text, const struct line *line,
		 const struct names *names)
{
	const char *peer = line->text[LINE_PEER];

	if (line->text[LINE_ID])
		text_printf(text, "id %s: ", line->text[LINE_ID]);
	text_printf(text, "%s %s", entry_owner(line, names), line->text[LINE_OPEN]);
	if (strcmp(peer, "any"))
		text_printf(text, " for %s", peer);
}
