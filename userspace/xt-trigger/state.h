/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Saved files: a comment line with the time of saving, then the proc file as it
 * was read. What a line loses until it is restored is the time that has gone by.
 *
 *	# xt-trigger saved=1732633200.250 boot=BOOT-ID uptime=812.040 clock=set
 */
#ifndef _STATE_H
#define _STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "line.h"
#include "text.h"

#define STATE_BOOT_LEN	37	/* a UUID and its NUL */

/*
 * A point in time.
 * @wall:   milliseconds since 1970
 * @uptime: milliseconds since boot
 * @set:    the wall clock was synchronised
 */
struct state_time {
	uint64_t	wall;
	uint64_t	uptime;
	char		boot[STATE_BOOT_LEN];
	bool		set;
};

/* Read this machine's clocks. */
void state_now(struct state_time *now);

/* The comment line, with its newline. */
void state_head(struct text *text, const struct state_time *time);

/* Parse it; @s has no newline. Return whether it is such a line. */
bool state_parse_head(struct state_time *time, const char *s);

/*
 * The seconds from @saved to @now, rounded up; @saved may be NULL. Return NULL,
 * or why nobody can tell.
 */
const char *state_elapsed(const struct state_time *saved,
			  const struct state_time *now, uint64_t *seconds);

/*
 * The seconds from @arrived, in milliseconds of this machine's wall clock, to
 * @now, rounded up. Return NULL, or why nobody can tell.
 */
const char *state_since(uint64_t arrived, const struct state_time *now,
			uint64_t *seconds);

/* Which fields state_command() takes. */
enum state_fields {
	STATE_ALL_FIELDS,
	STATE_KNOWN_FIELDS,	/* without those that we do not know */
	STATE_OLD_FIELDS,	/* those that every version has */
	STATE_FIELDS,
};

/*
 * The command that restores the line @s after so many seconds; @line is the
 * same line, parsed.
 */
void state_command(struct text *command, const char *s, const struct line *line,
		   uint64_t seconds, enum state_fields fields);

/*
 * Whether a line is still worth restoring after so many seconds; @unknown:
 * why they are not known, else NULL. Return NULL, or why it is not.
 */
const char *state_over(const struct line *line, uint64_t seconds,
		       const char *unknown);

#endif /* _STATE_H */
