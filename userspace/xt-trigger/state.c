// SPDX-License-Identifier: GPL-2.0
/* Saved files. See state.h. */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/timex.h>
#include <time.h>

#include "state.h"

#define HEAD	"# xt-trigger "

static uint64_t milliseconds(clockid_t clock)
{
	struct timespec now = { 0 };

	clock_gettime(clock, &now);
	return now.tv_sec < 0 ? 0 :
	       (uint64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool is_synchronised(void)
{
	struct timex clock = { 0 };

	return adjtimex(&clock) != TIME_ERROR && !(clock.status & STA_UNSYNC);
}

static void read_boot_id(char boot[STATE_BOOT_LEN])
{
	FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");

	*boot = '\0';
	if (!file)
		return;
	if (!fgets(boot, STATE_BOOT_LEN, file))
		*boot = '\0';
	fclose(file);
}

void state_now(struct state_time *now)
{
	now->wall = milliseconds(CLOCK_REALTIME);
	/* With the time that the machine was suspended: others went on. */
	now->uptime = milliseconds(CLOCK_BOOTTIME);
	now->set = is_synchronised();
	read_boot_id(now->boot);
}

void state_head(struct text *text, const struct state_time *time)
{
	text_printf(text, HEAD "saved=%" PRIu64 ".%03u boot=%s uptime=%" PRIu64
		    ".%03u clock=%s\n", time->wall / 1000,
		    (unsigned int)(time->wall % 1000), time->boot,
		    time->uptime / 1000, (unsigned int)(time->uptime % 1000),
		    time->set ? "set" : "unset");
}

/* "812.040"; at most some thousand years. */
static bool parse_time(const char *s, uint64_t *time)
{
	char whole[16];
	uint64_t secs, millis;
	size_t len = strcspn(s, ".");

	if (!len || len >= sizeof(whole) || s[len] != '.' ||
	    strlen(s + len + 1) != 3)
		return false;
	memcpy(whole, s, len);
	whole[len] = '\0';
	if (!line_parse_number(whole, UINT64_MAX / 2000, &secs) ||
	    !line_parse_number(s + len + 1, 999, &millis))
		return false;
	*time = secs * 1000 + millis;
	return true;
}

static bool parse_boot(const char *s, char boot[STATE_BOOT_LEN])
{
	if (strlen(s) != STATE_BOOT_LEN - 1 ||
	    strspn(s, "0123456789abcdef-") != STATE_BOOT_LEN - 1)
		return false;
	strcpy(boot, s);
	return true;
}

bool state_parse_head(struct state_time *time, const char *s)
{
	bool saved = false, boot = false, uptime = false;
	char word[64];
	size_t len;

	*time = (struct state_time){ 0 };
	if (strncmp(s, HEAD, strlen(HEAD)))
		return false;
	for (s += strlen(HEAD); *s; s += len + !!s[len]) {
		len = strcspn(s, " ");
		if (len >= sizeof(word))
			continue;
		memcpy(word, s, len);
		word[len] = '\0';
		if (!strncmp(word, "saved=", 6))
			saved = parse_time(word + 6, &time->wall);
		else if (!strncmp(word, "boot=", 5))
			boot = parse_boot(word + 5, time->boot);
		else if (!strncmp(word, "uptime=", 7))
			uptime = parse_time(word + 7, &time->uptime);
		else if (!strcmp(word, "clock=set"))
			time->set = true;
	}
	return saved && boot && uptime;
}

static const char *between(uint64_t from, uint64_t to, uint64_t *seconds)
{
	if (to < from)
		return "the clock says that it was saved in the future";
	*seconds = (to - from + 999) / 1000;
	return NULL;
}

const char *state_elapsed(const struct state_time *saved,
			  const struct state_time *now, uint64_t *seconds)
{
	*seconds = 0;
	if (!saved)
		return "the file does not say when it was saved";
	if (!strcmp(saved->boot, now->boot))
		return between(saved->uptime, now->uptime, seconds);
	if (!now->set)
		return "it was saved before the last boot, and the clock is not synchronised";
	if (!saved->set)
		return "it was saved before the last boot, when the clock was not synchronised";
	return between(saved->wall, now->wall, seconds);
}

const char *state_since(uint64_t arrived, const struct state_time *now,
			uint64_t *seconds)
{
	*seconds = 0;
	return between(arrived, now->wall, seconds);
}

const char *state_over(const struct line *line, uint64_t seconds,
		       const char *unknown)
{
	uint64_t timeout = line->number[LINE_TIMEOUT];
	uint64_t lifetime = line->number[LINE_LIFETIME];

	if (unknown && (timeout || lifetime))
		return unknown;
	if (timeout && line->number[LINE_EXPIRES] <= seconds)
		return "its timeout is over";
	if (lifetime && (line->number[LINE_AGE] >= lifetime ||
			 lifetime - line->number[LINE_AGE] <= seconds))
		return "its lifetime is over";
	return NULL;
}

/* The field that @word sets; LINE_FIELDS: one that we do not know. */
static enum line_field field_of(const char *word)
{
	size_t len = strcspn(word, "=");
	enum line_field field;

	for (field = 0; field < LINE_FIELDS; field++) {
		if (strlen(line_field_name(field)) == len &&
		    !memcmp(line_field_name(field), word, len))
			break;
	}
	return field;
}

static bool is_taken(enum line_field field, enum state_fields fields)
{
	switch (fields) {
	case STATE_OLD_FIELDS:
		return field < LINE_FIELDS_OLD;
	case STATE_KNOWN_FIELDS:
		return field < LINE_FIELDS;
	default:
		return true;
	}
}

void state_command(struct text *command, const char *s, const struct line *line,
		   uint64_t seconds, enum state_fields fields)
{
	enum line_field field;
	uint64_t age;
	size_t len;

	text_clear(command);
	for (; *s; s += len + !!s[len]) {
		len = strcspn(s, " ");
		field = field_of(s);
		if (!is_taken(field, fields))
			continue;
		text_puts(command, command->len ? " " : "+");
		if (field == LINE_EXPIRES && line->number[LINE_TIMEOUT]) {
			text_printf(command, "expires=%" PRIu64,
				    line->number[LINE_EXPIRES] - seconds);
		} else if (field == LINE_AGE) {
			age = line->number[LINE_AGE] + seconds;
			text_printf(command, "age=%" PRIu64,
				    age > UINT32_MAX ? UINT32_MAX : age);
		} else {
			text_add(command, s, len);
		}
	}
}
