// SPDX-License-Identifier: GPL-2.0
/*
 * Any bytes, as netlink messages: an event that is taken is a line that can be shown,
 * and nothing behind the message's end is read.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "event.h"
#include "netlink.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void take(struct event *event, const struct nlmsghdr *message)
{
	struct netlink_family family;
	enum line_field field;

	if (event_parse(event, message) && !event->count) {
		for (field = 0; field < LINE_FIELDS_OLD; field++) {
			if (!event->line.text[field])
				abort();
		}
		if (!event->line.text[LINE_ID])
			abort();
	}
	netlink_parse_family(message, "events", &family);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = malloc(size ? size : 1);	/* aligned, and with an end */
	const char *rest = memcpy(copy, data, size);
	const struct nlmsghdr *message;
	struct event event = { 0 };

	while ((message = netlink_next(&rest, &size)))
		take(&event, message);
	event_free(&event);
	free(copy);
	return 0;
}
