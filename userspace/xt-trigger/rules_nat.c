// SPDX-License-Identifier: GPL-2.0
/* What stands in front of `dnat`. See rules_nat.h. */
#include <stdlib.h>
#include <string.h>

#include "rules_nat.h"
#include "text.h"

#define WORD_LEN	64

/* Words of a rule, each with one value, that do not keep any port out. */
static const char *const neutral[] = {
	"-A", "-d", "-p", "-m", "--comment", "--ctstate", "--dst-type",
};

static const char *const takers[] = {
	"DNAT", "REDIRECT", "NETMAP", "ACCEPT",
};

/*
 * A rule.
 * @all:    it looks at no port, no source and nothing else that we do not know
 * @in:     of the interface; "" for all; @in_not: of all but this one
 */
struct rule {
	bool	all;
	bool	in_not;
	char	in[WORD_LEN];
	char	target[WORD_LEN];
};

static bool is_one_of(const char *word, const char *const *words, size_t n)
{
	while (n--) {
		if (!strcmp(word, words[n]))
			return true;
	}
	return false;
}

/* Read the word at *@s, quotes taken off; false at the end of the line. */
static bool next_word(const char **s, char word[WORD_LEN])
{
	bool quoted = false;
	size_t len = 0;

	*s += strspn(*s, " ");
	if (!**s)
		return false;
	for (; **s && (quoted || **s != ' '); ++*s) {
		if (**s == '"') {
			quoted = !quoted;
			continue;
		}
		if (**s == '\\' && (*s)[1])
			++*s;
		if (len < WORD_LEN - 1)
			word[len++] = **s;
	}
	word[len] = '\0';
	return true;
}

static void parse_rule(const char *line, struct rule *rule)
{
	char word[WORD_LEN], value[WORD_LEN];
	bool not = false;

	*rule = (struct rule){ .all = true };
	while (!*rule->target && next_word(&line, word)) {
		if (!strcmp(word, "!")) {
			not = true;
			continue;
		}
		if (!next_word(&line, value))
			*value = '\0';
		if (!strcmp(word, "-j") || !strcmp(word, "-g")) {
			strcpy(rule->target, value);
		} else if (!strcmp(word, "-i")) {
			strcpy(rule->in, value);
			rule->in_not = not;
		} else if (not || !is_one_of(word, neutral, ARRAY_SIZE(neutral))) {
			rule->all = false;
		} else if (!strcmp(word, "-p") && strcmp(value, "tcp") &&
			   strcmp(value, "udp") && strcmp(value, "sctp")) {
			rule->all = false;
		}
		not = false;
	}
}

/* Whether the interface that @line of ours is for is among those of @pattern. */
static bool is_in(const char *pattern, const char *name)
{
	size_t len = strlen(pattern);

	if (len && pattern[len - 1] == '+')
		return !strncmp(pattern, name, len - 1);
	return !strcmp(pattern, name);
}

/* Whether the rule is for an interface of ours. */
static bool concerns(const struct rule *rule, const struct lines *dnat)
{
	struct rule ours;
	size_t i;

	if (!rule->all)
		return false;
	for (i = 0; i < dnat->n; i++) {
		parse_rule(dnat->line[i], &ours);
		if (!*rule->in || is_in(rule->in, ours.in) != rule->in_not)
			return true;
	}
	return false;
}

/*
 * A walk through the table.
 * @seen: the chains that were entered; none of their rules takes all
 * @end:  our jump was met: nothing behind it is in front of ours
 */
struct walk {
	const struct lines *nat, *dnat;
	struct lines seen;
	bool end;
};

static const char *find(struct walk *walk, const char *chain)
{
	struct text prefix = {};
	const char *found = NULL;
	struct rule rule;
	size_t i;

	if (lines_has(&walk->seen, chain))
		return NULL;
	lines_add(&walk->seen, chain);
	text_printf(&prefix, "-A %s ", chain);
	for (i = 0; i < walk->nat->n && !found && !walk->end; i++) {
		const char *line = walk->nat->line[i];

		if (strncmp(line, prefix.data, prefix.len))
			continue;
		parse_rule(line, &rule);
		if (!strcmp(rule.target, rules_places[RULES_NAT].chain))
			walk->end = true;
		else if (!concerns(&rule, walk->dnat))
			continue;
		else if (is_one_of(rule.target, takers, ARRAY_SIZE(takers)))
			found = line;
		else
			found = find(walk, rule.target);
	}
	text_free(&prefix);
	return found;
}

const char *rules_nat_taker(const struct lines *nat, const struct lines *dnat)
{
	struct walk walk = { .nat = nat, .dnat = dnat };
	const char *found = find(&walk, rules_places[RULES_NAT].hook);

	lines_free(&walk.seen);
	return found;
}
