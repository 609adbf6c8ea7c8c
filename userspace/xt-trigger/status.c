// SPDX-License-Identifier: GPL-2.0
/* xt-trigger status: why does it not work? */
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "options.h"
#include "proc.h"
#include "run.h"
#include "status.h"

static const char help[] =
	"Usage: xt-trigger status [OPTION...]\n\n"
	"Looks at what has to be right for port triggering to work, and says what is not:\n"
	"one sentence for each thing, and below it what helps. Changes nothing.\n\n"
	"  -j, --json  as a JSON array\n"
	"  -h, --help  this text\n";

void status_tell(struct status *status, const char *cause, const char *problem,
		 const char *remedy)
{
	status->found++;
	if (!status->to_json) {
		printf("%s\n    %s\n", problem, remedy);
		return;
	}
	json_object(&status->json, NULL);
	json_string(&status->json, "cause", cause);
	json_string(&status->json, "problem", problem);
	json_string(&status->json, "remedy", remedy);
	json_end(&status->json);
}

void status_tellf(struct status *status, const char *cause, const char *remedy,
		  const char *format, ...)
{
	char problem[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(problem, sizeof(problem), format, args);
	va_end(args);
	status_tell(status, cause, problem, remedy);
}

const char *status_iptables(const struct status_family *family)
{
	return family->ipv6 ? "ip6tables" : "iptables";
}

void status_limits(struct status *status)
{
	static const struct {
		const char *counter, *what, *remedy;
	} limits[] = {
		{ "refused_full", "the table was full",
		  "write a larger number to /sys/module/xt_TRIGGER/parameters/max_triggers" },
		{ "refused_host",
		  "a LAN host had as many as one may have, or a /64 half of the table",
		  "write a larger number to /sys/module/xt_TRIGGER/parameters/max_per_host, for a /64 to max_triggers" },
		{ "refused_rule", "a rule had as many owners as its --trigger-max",
		  "load the rule with a larger --trigger-max" },
	};
	const struct line_counter *counter;
	struct proc proc;
	size_t i;

	if (proc_open(&proc))
		return;
	for (i = 0; i < ARRAY_SIZE(limits); i++) {
		counter = line_counter(&proc.counters, limits[i].counter);
		if (counter && counter->value)
			status_tellf(status, "limit", limits[i].remedy,
				     "Since the module was loaded, %llu openings were refused: %s.",
				     (unsigned long long)counter->value,
				     limits[i].what);
	}
	proc_close(&proc);
}

/* The native ruleset; without nft there is none. */
static void read_nft(struct status *status)
{
	static const char *const argv[] = { "nft", "list", "ruleset", NULL };
	struct text ignored = { 0 };

	if (run_program(argv, NULL, &status->nft, &ignored))
		text_clear(&status->nft);
	text_free(&ignored);
}

void status_look(struct status *status)
{
	status->family[1].ipv6 = true;
	if (!status_module(status))
		return;
	status_read_rules(status);
	read_nft(status);
	status_find_wan(status);
	status_nft_input(status);
	status_rules(status);
	status_net(status);
	status_limits(status);
}

void status_free(struct status *status)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(status->family); i++) {
		ruleset_free(&status->family[i].rules);
		ruleset_free(&status->family[i].other);
	}
	text_free(&status->nft);
}

int status_command(int argc, char **argv)
{
	static struct status status;
	const struct option_spec options[] = {
		{ "json", 'j', &status.to_json, NULL },
		{ 0 },
	};
	int first = options_parse(argc, argv, options, help);

	if (first < 0)
		return options_status(first);
	if (first < argc)
		return tool_usage(argv[0], "`%s': it takes no arguments", argv[first]);
	if (geteuid())
		return tool_error("only root can look at all that has to be right; try sudo");
	status.json.out = stdout;
	if (status.to_json)
		json_array(&status.json, NULL);
	status_look(&status);
	if (status.to_json)
		json_end(&status.json);
	else if (!status.found)
		puts("Nothing that xt-trigger knows of is in the way.");
	status_free(&status);
	return status.found ? STATUS_FAILED : STATUS_DONE;
}
