// SPDX-License-Identifier: GPL-2.0
/* The rules of iptables. See ruleset.h. */
#include <stdlib.h>
#include <string.h>

#include "ruleset.h"

/* How far back jumps are followed. */
#define DEPTH_MAX	4

/* Split the next word off *@s, which may stand in quotes. NULL: there is none. */
static char *take_word(char **s)
{
	char *word, *to;

	*s += strspn(*s, " ");
	if (!**s)
		return NULL;
	word = to = *s;
	if (**s == '"') {
		for (++*s; **s && **s != '"'; ++*s) {
			if (**s == '\\' && (*s)[1])
				++*s;
			*to++ = **s;
		}
		*s += !!**s;
	} else {
		to = *s += strcspn(*s, " ");
	}
	*s += !!**s;
	*to = '\0';
	return word;
}

/* The options of a TRIGGER rule, behind -j. */
static void parse_trigger(struct rule *rule, char *s)
{
	char *word;

	rule->name = "default";
	while ((word = take_word(&s))) {
		if (!strcmp(word, "--trigger-type"))
			rule->type = take_word(&s);
		else if (!strcmp(word, "--trigger-name"))
			rule->name = take_word(&s);
		else if (!strcmp(word, "--trigger-session"))
			rule->session = true;
	}
	if (!rule->type || !rule->name)
		rule->type = rule->name = "";
}

static void parse_rule(struct rule *rule, char *s)
{
	char *word;

	while ((word = take_word(&s))) {
		if (!strcmp(word, "-i")) {
			rule->in = take_word(&s);
		} else if (!strcmp(word, "-o")) {
			rule->out = take_word(&s);
		} else if (!strcmp(word, "-p")) {
			rule->proto = take_word(&s);
		} else if (!strcmp(word, "--comment") || !strcmp(word, "-m")) {
			take_word(&s);
		} else if (!strcmp(word, "-j") || !strcmp(word, "-g")) {
			rule->target = take_word(&s);
			break;
		} else if (!strcmp(word, "--ctstate") || !strcmp(word, "--state")) {
			rule->ctstate = take_word(&s);
			rule->other = true;
		} else if (!strcmp(word, "--mark")) {
			rule->mark = take_word(&s);
			rule->other = true;
		} else {
			rule->other = true;
		}
	}
	if (rule->target && !strcmp(rule->target, "TRIGGER"))
		parse_trigger(rule, s);
}

static void add_rule(struct ruleset *set, const char *table, char *s)
{
	char *chain = take_word(&s);
	struct rule *rule;

	if (!chain)
		return;
	set->rule = tool_realloc(set->rule, (set->n + 1) * sizeof(*rule));
	rule = &set->rule[set->n++];
	*rule = (struct rule){
		.table = table,
		.chain = chain,
		.spec  = tool_strdup(s),
		.words = tool_strdup(s),
	};
	parse_rule(rule, rule->words);
}

static void add_chain(struct ruleset *set, const char *table, char *s)
{
	char *name = take_word(&s), *policy = take_word(&s);

	if (!name || !policy)
		return;
	set->chain = tool_realloc(set->chain,
				  (set->n_chains + 1) * sizeof(*set->chain));
	set->chain[set->n_chains++] = (struct chain){
		.table	= table,
		.name	= name,
		.policy = strcmp(policy, "-") ? policy : NULL,
	};
}

void ruleset_parse(struct ruleset *set, const char *text)
{
	const char *table = "";
	char *rest, *line;

	*set = (struct ruleset){ .text = tool_strdup(text) };
	rest = set->text;
	while ((line = strsep(&rest, "\n"))) {
		if (*line == '*')
			table = line + 1;
		else if (*line == ':')
			add_chain(set, table, line + 1);
		else if (!strncmp(line, "-A ", 3))
			add_rule(set, table, line + 3);
	}
}

void ruleset_free(struct ruleset *set)
{
	size_t i;

	for (i = 0; i < set->n; i++) {
		free(set->rule[i].spec);
		free(set->rule[i].words);
	}
	free(set->rule);
	free(set->chain);
	free(set->text);
	*set = (struct ruleset){ 0 };
}

const struct chain *ruleset_chain(const struct ruleset *set, const char *table,
				  const char *name)
{
	size_t i;

	for (i = 0; i < set->n_chains; i++) {
		if (!strcmp(set->chain[i].table, table) &&
		    !strcmp(set->chain[i].name, name))
			return &set->chain[i];
	}
	return NULL;
}

static bool is_same_chain(const struct rule *a, const struct rule *b)
{
	return !strcmp(a->table, b->table) && !strcmp(a->chain, b->chain);
}

/* Whether whatever meets the condition @b, meets @a. */
static bool includes(const char *a, const char *b)
{
	return !a || (b && !strcmp(a, b));
}

static bool takes(const struct rule *by, const struct rule *rule,
		  const char *const takers[])
{
	if (!by->target || by->other || !includes(by->in, rule->in) ||
	    !includes(by->out, rule->out) || !includes(by->proto, rule->proto))
		return false;
	for (; *takers; takers++) {
		if (!strcmp(*takers, by->target))
			return true;
	}
	return false;
}

/* The first rule of its chain, in front of @rule, that takes all of its packets. */
static const struct rule *find_taker(const struct ruleset *set,
				     const struct rule *rule,
				     const char *const takers[])
{
	const struct rule *by;

	for (by = set->rule; by < rule; by++) {
		if (is_same_chain(by, rule) && takes(by, rule, takers))
			return by;
	}
	return NULL;
}

static enum ruleset_way find_way(const struct ruleset *set,
				 const struct rule *rule,
				 const char *const takers[],
				 const struct rule **by, int depth)
{
	const struct chain *chain = ruleset_chain(set, rule->table, rule->chain);
	enum ruleset_way found = RULESET_NO_JUMP, way;
	const struct rule *jump, *taker = NULL;

	*by = find_taker(set, rule, takers);
	if (*by)
		return RULESET_TAKEN;
	if (!chain || chain->policy)
		return RULESET_REACHED;
	for (jump = set->rule; depth && jump < set->rule + set->n; jump++) {
		if (!jump->target || strcmp(jump->table, rule->table) ||
		    strcmp(jump->target, rule->chain))
			continue;
		way = find_way(set, jump, takers, by, depth - 1);
		if (way == RULESET_REACHED)
			return way;
		if (way == RULESET_TAKEN) {
			found = way;
			taker = *by;
		}
	}
	*by = taker;
	return found;
}

enum ruleset_way ruleset_way(const struct ruleset *set, const struct rule *rule,
			     const char *const takers[], const struct rule **by)
{
	return find_way(set, rule, takers, by, DEPTH_MAX);
}

/* Whether a rule stands in a chain that may be jumped to. */
static bool is_in_user_chain(const struct ruleset *set, const struct rule *rule)
{
	const struct chain *chain = ruleset_chain(set, rule->table, rule->chain);

	return chain && !chain->policy;
}

bool ruleset_refuses(const struct ruleset *set, const char *name)
{
	const struct chain *chain = ruleset_chain(set, "filter", name);
	size_t i;

	if (chain && chain->policy && strcmp(chain->policy, "ACCEPT"))
		return true;
	for (i = 0; i < set->n; i++) {
		const struct rule *rule = &set->rule[i];

		if (!strcmp(rule->table, "filter") && rule->target &&
		    (!strcmp(rule->target, "DROP") || !strcmp(rule->target, "REJECT")) &&
		    (!strcmp(rule->chain, name) || is_in_user_chain(set, rule)))
			return true;
	}
	return false;
}

/* Whether a rule of the table filter accepts packets that are forwarded. */
static bool accepts_forwarded(const struct rule *rule)
{
	return !strcmp(rule->table, "filter") && rule->target &&
	       !strcmp(rule->target, "ACCEPT") && strcmp(rule->chain, "INPUT") &&
	       strcmp(rule->chain, "OUTPUT");
}

bool ruleset_accepts_state(const struct ruleset *set, const char *state)
{
	size_t i;

	for (i = 0; i < set->n; i++) {
		if (accepts_forwarded(&set->rule[i]) && set->rule[i].ctstate &&
		    strstr(set->rule[i].ctstate, state))
			return true;
	}
	return false;
}

bool ruleset_accepts_mark(const struct ruleset *set)
{
	size_t i;

	for (i = 0; i < set->n; i++) {
		if (accepts_forwarded(&set->rule[i]) && set->rule[i].mark)
			return true;
	}
	return false;
}
