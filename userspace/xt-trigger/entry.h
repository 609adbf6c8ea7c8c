/* SPDX-License-Identifier: GPL-2.0 */
/* An active trigger, as it is shown: as a JSON object, or in words. */
#ifndef _ENTRY_H
#define _ENTRY_H

#include <stdio.h>

#include "json.h"
#include "line.h"
#include "names.h"
#include "text.h"

/*
 * The object that xt-trigger(8) documents. What the module does not tell is
 * null.
 */
void entry_json(struct json *json, const char *key, const struct line *line,
		const struct names *names);

/* The owner's name, or its address. */
const char *entry_owner(const struct line *line, const struct names *names);

/* "9m 58s", "session", "session 9m 58s": how long it is open yet. */
void entry_left(struct text *text, const struct line *line);

/* "id 5: alice tcp:113 for 198.51.100.7" */
void entry_words(struct text *text, const struct line *line,
		 const struct names *names);

/* "9m 58s", "1h 2m", "3d 4h", "12s" */
void entry_duration(struct text *text, uint64_t seconds);

#endif /* _ENTRY_H */
