/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A line of /proc/net/xt_trigger: an active trigger, or the counters. See
 * xt_TRIGGER(8).
 */
#ifndef _LINE_H
#define _LINE_H

#include <stdbool.h>
#include <stdint.h>

/* The fields, in the order of the file. */
enum line_field {
	LINE_NAME,
	LINE_FAMILY,
	LINE_OWNER,
	LINE_OPEN,
	LINE_TRIGGER,
	LINE_PEER,
	LINE_TIMEOUT,
	LINE_EXPIRES,
	LINE_LIFETIME,
	LINE_AGE,
	LINE_SESSION,
	LINE_HITS,
	LINE_STATE,
	/* What version 0.1 of the module does not have. */
	LINE_ID,
	LINE_RULE,
	LINE_ANSWERED,
	LINE_CT,
	LINE_FIELDS,
};

/* The fields that every version has. */
#define LINE_FIELDS_OLD		LINE_ID

/*
 * An active trigger.
 * @text:   each field as it is written, NULL where the line does not have it
 * @number: of a field that is a number
 */
struct line {
	const char	*text[LINE_FIELDS];
	uint64_t	number[LINE_FIELDS];
};

/* "tcp:113", "udp:5000-5010"; @protocol is not NUL-terminated. */
struct line_range {
	const char	*protocol;
	int		protocol_len;
	uint16_t	first;
	uint16_t	last;
};

/* One end of a connection; @port is -1 where there are none. */
struct line_end {
	char		addr[48];
	int		port;
};

/* "tcp:192.168.1.10:40122-198.51.100.7:6667"; IPv6 stands in brackets. */
struct line_ct {
	char		protocol[16];
	struct line_end	from;
	struct line_end	to;
};

/* An address; @len bytes, 4 or 16. */
struct line_addr {
	unsigned int	len;
	unsigned char	bytes[16];
};

const char *line_field_name(enum line_field field);
bool line_field_is_number(enum line_field field);

/* Whether @s is a value that the field can have. */
bool line_field_valid(enum line_field field, const char *s);

/*
 * Take apart @s, which has no newline; @line points into it. Unknown fields are
 * passed by. Return NULL, or what is wrong: a sentence that ends with a field.
 */
const char *line_parse(struct line *line, char *s);

/* Parse the first item of *@list, and pass by it and its comma. */
bool line_range_next(const char **list, struct line_range *range);
bool line_addr_next(const char **list, struct line_addr *addr);
bool line_ct_next(const char **list, struct line_ct *ct);

bool line_parse_number(const char *s, uint64_t max, uint64_t *number);
bool line_parse_addr(const char *s, struct line_addr *addr);
bool line_addr_equal(const struct line_addr *a, const struct line_addr *b);

/* The counters. */
#define LINE_COUNTERS_MAX	64

struct line_counter {
	const char	*name;
	uint64_t	value;
};

struct line_counters {
	unsigned int		n;
	struct line_counter	counter[LINE_COUNTERS_MAX];
};

/* Take apart "# triggers=2 max=4096 ..."; return whether it is that. */
bool line_parse_counters(struct line_counters *counters, char *s);

/* NULL: there is none of that name. */
const struct line_counter *line_counter(const struct line_counters *counters,
					const char *name);

#endif /* _LINE_H */
