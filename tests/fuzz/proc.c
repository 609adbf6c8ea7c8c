// SPDX-License-Identifier: GPL-2.0
/*
 * Commands by chance for /proc/net/xt_trigger, right and wrong ones, in writes
 * that end anywhere, with reads in between: `proc SEED COUNT`. It wants the
 * rules that `proc rules` lists, for both families. A command that is right
 * must be carried out, unless a limit is reached; one that is not may be
 * refused with the documented errors only.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fuzz.h"

#define PROC_FILE	"/proc/net/xt_trigger"
#define FILES		3
#define FIELDS		13
#define FIELD_SIZE	768
#define LINES_MAX	6
#define TEXT_SIZE	(LINES_MAX * 8192)

/* The rules that lines are made for; seconds and ports as they are written. */
static const struct rule {
	const char *options;
	const char *name;
	const char *open;
	const char *trigger;
	unsigned int timeout;
	unsigned int lifetime;
	bool session;
	bool peer_host;
} rules[] = {
	{ "--trigger-match 3000 --trigger-relate tcp:113",
	  "default", "tcp:113", "udp:3000", 600, 0, false, false },
	{ "--trigger-match udp:1-65535,tcp:6667 --trigger-relate tcp:114"
	  " --trigger-session",
	  "default", "tcp:114", "tcp:6667", 0, 0, true, false },
	{ "--trigger-match all:1-65535,sctp:7000-7010 --trigger-relate udp:5000-5010"
	  " --trigger-peer host --trigger-timeout 31536000",
	  "default", "udp:5000-5010", "sctp:7005", 31536000, 0, false, true },
	{ "--trigger-name games --trigger-relate all:2000-2010,sctp:9"
	  " --trigger-timeout 60 --trigger-lifetime 3600 --trigger-owner last",
	  "games", "tcp:2000-2010,udp:2000-2010,sctp:9", "1", 60, 3600, false,
	  false },
	{ "--trigger-name games --trigger-match 1,9-65535"
	  " --trigger-relate tcp:1-65535,udp:1-65535,sctp:1-65535"
	  " --trigger-peer host --trigger-session --trigger-timeout 30",
	  "games", "tcp:1-65535,udp:1-65535,sctp:1-65535", "dccp:9", 30, 0,
	  true, true },
	{ "--trigger-name 0123456789abcdefghijABCDEFGHIJ_"
	  " --trigger-relate tcp:7 --trigger-timeout 1 --trigger-max 3",
	  "0123456789abcdefghijABCDEFGHIJ_", "tcp:7", "udplite:1", 1, 0, false,
	  false },
};

static const char *const keys[FIELDS] = {
	"name", "family", "owner", "open", "trigger", "peer", "timeout",
	"expires", "lifetime", "age", "session", "hits", "state",
};
enum { NAME, FAMILY, OWNER, OPEN, TRIGGER, PEER, TIMEOUT, EXPIRES, LIFETIME,
       AGE, SESSION, HITS, STATE };

static const char *const odd_values[] = {
	"", "0", "1", "00", "-1", "+1", "4294967295", "4294967296", "31536000",
	"31536001", "18446744073709551616", "any", "default", "ipv4", "ipv6",
	"0.0.0.0", "255.255.255.255", "1.2.3", "1.2.3.4.5", "01.2.3.4", "::",
	"::1", "::ffff:1.2.3.4", "1::2::3", "fe80::1%1", "tcp:0", "tcp:65536",
	"tcp:1-", "tcp:-1", "tcp:5-4", "tcp:1-65535", "icmp:1", "tcp:1,", ",",
	"=", "a=b", "open", "waiting", "1.2.3.4,1.2.3.4", "tcp:1,tcp:1",
};

struct line {
	char field[FIELDS][FIELD_SIZE];
};

static int files[FILES] = { -1, -1, -1 };
static bool in_line[FILES];		/* what was written last has no newline */

/* Making lines. */

static void make_addr(char *to, bool v6)
{
	if (v6)
		sprintf(to, "2001:db8:%x::%x", between(1, 9), between(1, 99));
	else
		sprintf(to, "10.0.%u.%u", below(9), between(1, 99));
}

static void make_peers(char *to, const struct rule *rule, bool v6)
{
	unsigned int n = one_in(4) ? between(1, 16) : 1;

	if (!rule->peer_host) {
		strcpy(to, "any");
		return;
	}
	make_addr(to, v6);
	while (--n) {
		to += strlen(to);
		*to++ = ',';
		make_addr(to, v6);
	}
}

static void make_line(struct line *line)
{
	const struct rule *rule = &PICK(rules);
	bool v6 = one_in(2);

	strcpy(line->field[NAME], rule->name);
	strcpy(line->field[FAMILY], v6 ? "ipv6" : "ipv4");
	make_addr(line->field[OWNER], v6);
	strcpy(line->field[OPEN], rule->open);
	strcpy(line->field[TRIGGER], rule->trigger);
	make_peers(line->field[PEER], rule, v6);
	sprintf(line->field[TIMEOUT], "%u", rule->timeout);
	sprintf(line->field[EXPIRES], "%u",
		rule->timeout ? between(1, rule->timeout) : 0);
	sprintf(line->field[LIFETIME], "%u", rule->lifetime);
	sprintf(line->field[AGE], "%u",
		rule->lifetime ? below(rule->lifetime) : (uint32_t)any());
	sprintf(line->field[SESSION], "%u", rule->session ? below(9) : 0);
	sprintf(line->field[HITS], "%u", (uint32_t)any());
	strcpy(line->field[STATE], one_in(2) ? "open" : "waiting");
}

/* "+", and all of it */
static char *put_open(char *to, const struct line *line)
{
	unsigned int i;

	for (i = 0; i < FIELDS; i++)
		to += sprintf(to, "%c%s=%s", i ? ' ' : '+', keys[i],
			      line->field[i]);
	return to;
}

/* "-", and some of what it may ask for, in any order */
static char *put_close(char *to, const struct line *line)
{
	unsigned int order[] = { NAME, FAMILY, OWNER, OPEN, PEER }, i, j, at;
	unsigned int n = between(1, ARRAY_SIZE(order));

	for (i = 0; i < n; i++) {
		j = between(i, ARRAY_SIZE(order) - 1);
		at = order[j];
		order[j] = order[i];
		to += sprintf(to, "%c%s=%s", i ? ' ' : '-', keys[at],
			      line->field[at]);
	}
	return to;
}

/* Another value, or another key. */
static void change_line(struct line *line)
{
	unsigned int i = below(FIELDS);

	switch (below(3)) {
	case 0:
		strcpy(line->field[i], PICK(odd_values));
		break;
	case 1:
		memmove(line->field[i], line->field[below(FIELDS)], FIELD_SIZE);
		break;
	default:
		change_bytes(line->field[i], strlen(line->field[i]));
	}
}

/* Other characters; @len of them, then fewer or more. */
static char *change_text(char *text, size_t len)
{
	size_t at = below(len + 1);

	switch (below(4)) {
	case 0:
		change_bytes(text, len);
		return text + len;
	case 1:
		return text + at;
	case 2:		/* said twice */
		memmove(text + len, text + at, len - at);
		return text + len + len - at;
	default:	/* longer than any line may be */
		memset(text + len, "x =,"[below(4)], 5000);
		return text + len + 5000;
	}
}

/* A command with its newline, mostly. *is_right: it must be carried out. */
static char *put_command(char *to, bool *is_right)
{
	struct line line;
	char *end;

	make_line(&line);
	while (one_in(3)) {
		change_line(&line);
		*is_right = false;
	}
	if (one_in(50))
		end = to + sprintf(to, "/");
	else if (one_in(3))
		end = put_close(to, &line);
	else
		end = put_open(to, &line);
	if (one_in(4)) {
		end = change_text(to, end - to);
		*is_right = false;
	}
	if (!one_in(50))
		*end++ = '\n';
	else
		*is_right = false;
	fuzz_done++;
	return end;
}

static size_t make_text(char *text, bool *is_right)
{
	unsigned int n = between(1, LINES_MAX);
	size_t len = one_in(4) ? recall(text, TEXT_SIZE / 2) : 0;
	char *end = text;

	*is_right = true;
	if (len) {
		*is_right = false;
		fuzz_done++;
		return change_text(text, len) - text;
	}
	while (n--)
		end = put_command(end, is_right);
	return end - text;
}

/* Writing and reading. */

static void check_error(bool is_right)
{
	if (errno == ENOSPC || errno == ENOMEM)
		return;
	if (is_right || (errno != EINVAL && errno != ENOENT))
		found("a %s command meets %s", is_right ? "right" : "wrong",
		      strerror(errno));
}

/* What is refused is left out, to the end of its line. */
static void write_text(int fd, const char *text, size_t len, bool is_right)
{
	size_t at = 0, chunk;
	const char *newline;
	ssize_t done;

	while (at < len) {
		chunk = one_in(3) ? between(1, len - at) : len - at;
		done = write(fd, text + at, chunk);
		if (done > (ssize_t)chunk || !done)
			found("a write of %zu bytes returned %zd", chunk, done);
		if (done > 0) {
			at += done;
			continue;
		}
		check_error(is_right);
		newline = memchr(text + at, '\n', len - at);
		at = newline ? (size_t)(newline + 1 - text) : len;
	}
}

/* Some of the file, from somewhere. */
static void read_some(int fd)
{
	static char buffer[20000];
	ssize_t len;

	if (one_in(2)) {
		len = pread(fd, buffer, between(1, sizeof(buffer)), below(50000));
	} else {
		lseek(fd, 0, SEEK_SET);
		len = read(fd, buffer, between(20, sizeof(buffer)));
		if (len > 0 && memcmp(buffer, "# triggers=", 11))
			found("the file begins with \"%.20s\"", buffer);
	}
	if (len < 0)
		found("a read meets %s", strerror(errno));
	if (memchr(buffer, 0, len))
		found("a NUL is read");
}

static void fuzz_file(unsigned int i)
{
	static char text[TEXT_SIZE];
	bool is_right;
	size_t len;

	if (files[i] < 0 || one_in(4)) {
		if (files[i] >= 0)
			close(files[i]);
		files[i] = open(PROC_FILE, O_RDWR | O_CLOEXEC);
		if (files[i] < 0)
			cannot(PROC_FILE ": %m");
		in_line[i] = false;
	}
	len = make_text(text, &is_right);
	cover_begin();
	write_text(files[i], text, len, is_right && !in_line[i]);
	if (cover_end())
		keep(text, len);
	if (len)
		in_line[i] = text[len - 1] != '\n';
	if (one_in(8))
		read_some(files[i]);
}

int main(int argc, char **argv)
{
	unsigned int i;

	if (argc == 2 && !strcmp(argv[1], "rules")) {
		for (i = 0; i < ARRAY_SIZE(rules); i++)
			puts(rules[i].options);
		return 0;
	}
	fuzz_start("proc", argc, argv);
	while (fuzz_done < fuzz_count)
		fuzz_file(below(FILES));
	return fuzz_end();
}
