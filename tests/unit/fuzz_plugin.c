// SPDX-License-Identifier: GPL-2.0
/*
 * Any options, to the iptables plugin: the input is items with | between them,
 * each a letter for the option and its value. What the plugin takes, the kernel
 * takes; and what it saves, it takes again, as the same rule.
 */
#include <getopt.h>
#include <netdb.h>
#include <setjmp.h>
#include <stdint.h>

#include "../../userspace/items.c"
#include "../../userspace/libxt_TRIGGER.c"

/* kernel/check.c */
const char *trigger_check_info(const struct xt_trigger_tginfo *info,
				 const char **option);

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static jmp_buf refused;

static void __attribute__((noreturn))
refuse_rule(enum xtables_exittype status, const char *format, ...)
{
	(void)format;
	/* Another status is a mistake of the plugin's. */
	if (status != PARAMETER_PROBLEM)
		abort();
	longjmp(refused, 1);
}

/* One service of tcp and one of udp. The plugin asks for one protocol's. */
struct servent *getservbyname(const char *name, const char *proto)
{
	static struct servent service;
	bool irc = strcmp(name, "irc") == 0 && strcmp(proto, "tcp") == 0;
	bool biff = strcmp(name, "biff") == 0 && strcmp(proto, "udp") == 0;

	service.s_port = htons(irc ? 6667 : 512);
	return irc || biff ? &service : NULL;
}

/* Nobody is to find it by its name; it would come before there are globals. */
void xtables_register_target(struct xtables_target *me)
{
	(void)me;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static struct xtables_globals globals = {
		.program_name = "fuzz", .program_version = "", .orig_opts = NULL,
	};

	(void)argc;
	(void)argv;
	xtables_init_all(&globals, NFPROTO_IPV4);
	xt_params->exit_err = refuse_rule;
	return 0;
}

/* A target as iptables makes one. */
struct rule {
	union {
		struct xt_entry_target head;
		char bytes[sizeof(struct xt_entry_target) +
			   XT_ALIGN(sizeof(struct xt_trigger_tginfo))];
	} target __attribute__((aligned(8)));
	struct words udata;
};

static struct xt_trigger_tginfo *rule_info(struct rule *rule)
{
	return (void *)rule->target.head.data;
}

static void rule_begin(struct rule *rule)
{
	memset(rule, 0, sizeof(*rule));
	trigger_target.t = &rule->target.head;
	trigger_target.udata = &rule->udata;
	trigger_target.tflags = 0;
	trigger_target.init(&rule->target.head);
}

static void rule_option(unsigned int id, char *value)
{
	char *argv[] = {"fuzz", value, NULL};

	optarg = trigger_opts[id].type == XTTYPE_NONE ? NULL : value;
	xtables_option_tpcall(id, argv, false, &trigger_target, NULL);
}

/* Each item of @text is an option. */
static void parse_lines(struct rule *rule, char *text)
{
	char *line;

	rule_begin(rule);
	while ((line = strsep(&text, "|\n")) != NULL)
		if (line[0] >= 'a' && line[0] < 'a' + (int)ARRAY_LEN(trigger_opts) - 1)
			rule_option(line[0] - 'a', line + 1);
	xtables_option_tfcall(&trigger_target);
}

/* @text is what iptables-save has: " --option value" and so on. */
static void parse_saved(struct rule *rule, char *text)
{
	char *word = strtok(text, " ");
	unsigned int i;

	rule_begin(rule);
	while (word != NULL) {
		for (i = 0; trigger_opts[i].name != NULL; i++)
			if (strcmp(word + 2, trigger_opts[i].name) == 0)
				break;
		if (trigger_opts[i].name == NULL)
			abort();
		if (trigger_opts[i].type != XTTYPE_NONE)
			word = strtok(NULL, " ");
		rule_option(i, word);
		word = strtok(NULL, " ");
	}
	xtables_option_tfcall(&trigger_target);
}

/* What iptables-save has of @rule; the caller frees it. */
static char *save(struct rule *rule)
{
	FILE *was = stdout;
	char *text = NULL;
	size_t size = 0;

	stdout = open_memstream(&text, &size);
	trigger_target.save(NULL, &rule->target.head);
	fclose(stdout);
	stdout = was;
	return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static FILE *nowhere;
	struct rule rule, again;
	const char *option;
	FILE *was = stderr;
	char *text, *saved, *saved_again;
	bool taken = false;

	if (nowhere == NULL)
		nowhere = fopen("/dev/null", "w");
	text = malloc(size + 1);
	memcpy(text, data, size);
	text[size] = '\0';
	stderr = nowhere;	/* warnings */
	if (setjmp(refused) == 0) {
		parse_lines(&rule, text);
		taken = true;
	}
	stderr = was;
	free(text);
	if (!taken)
		return 0;

	if (trigger_check_info(rule_info(&rule), &option) != NULL)
		abort();
	saved = save(&rule);
	text = strdup(saved);
	if (setjmp(refused) != 0)
		abort();
	parse_saved(&again, text);
	if (memcmp(rule_info(&rule), rule_info(&again),
		   sizeof(struct xt_trigger_tginfo)) != 0)
		abort();
	saved_again = save(&again);
	if (strcmp(saved, saved_again) != 0)
		abort();
	free(saved_again);
	free(saved);
	free(text);
	return 0;
}
