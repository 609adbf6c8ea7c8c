// SPDX-License-Identifier: GPL-2.0
/* xt-trigger stats: the counters. */
#include <inttypes.h>
#include <string.h>

#include "json.h"
#include "options.h"
#include "proc.h"
#include "tool.h"

static const char help[] =
	"Usage: xt-trigger stats [OPTION...]\n\n"
	"Shows the counters of this network namespace; xt_TRIGGER(8) says what each\n"
	"of them counts.\n\n"
	"  -j, --json        as a JSON object\n"
	"  -p, --prometheus  in the text format of Prometheus\n"
	"  -h, --help        this text\n";

/* A counter as a metric; several may be one metric, with a label. */
static const struct metric {
	const char	*counter;
	const char	*name;
	const char	*label;
	const char	*type;
	const char	*help;
} metrics[] = {
	{ "triggers", "active", "", "gauge", "Active triggers, open or waiting." },
	{ "parked", "parked", "", "gauge", "Active triggers whose rule is away." },
	{ "max", "limit", "", "gauge", "How many there may be." },
	{ "opened", "opened_total", "", "counter", "Active triggers opened." },
	{ "refreshed", "refreshed_total", "", "counter",
	  "Refreshes, at most one a second for each active trigger." },
	{ "expired", "closed_total", "{reason=\"expired\"}", "counter",
	  "Active triggers that are over, by reason." },
	{ "ended", "closed_total", "{reason=\"ended\"}", NULL, NULL },
	{ "closed", "closed_total", "{reason=\"closed\"}", NULL, NULL },
	{ "evicted", "closed_total", "{reason=\"evicted\"}", NULL, NULL },
	{ "refused_full", "refused_total", "{limit=\"table\"}", "counter",
	  "Openings refused at a limit." },
	{ "refused_host", "refused_total", "{limit=\"host\"}", NULL, NULL },
	{ "refused_rule", "refused_total", "{limit=\"rule\"}", NULL, NULL },
	{ "waited", "waited_total", "", "counter",
	  "Openings while another owner held the ports." },
	{ "dnat", "connections_total", "{rule=\"dnat\"}", "counter",
	  "New inbound connections let in." },
	{ "accepted", "connections_total", "{rule=\"in\"}", NULL, NULL },
	{ "local", "local_total", "", "counter",
	  "New inbound connections left to the router's own sockets." },
};

static void print_prometheus(const struct line_counters *counters)
{
	const struct line_counter *counter;
	const struct metric *metric;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(metrics); i++) {
		metric = &metrics[i];
		counter = line_counter(counters, metric->counter);
		if (!counter)	/* an older module */
			continue;
		if (metric->type)
			printf("# HELP xt_trigger_%s %s\n# TYPE xt_trigger_%s %s\n",
			       metric->name, metric->help, metric->name,
			       metric->type);
		printf("xt_trigger_%s%s %" PRIu64 "\n", metric->name,
		       metric->label, counter->value);
	}
}

static void print_json(const struct line_counters *counters)
{
	struct json json = { .out = stdout };
	unsigned int i;

	json_object(&json, NULL);
	for (i = 0; i < counters->n; i++)
		json_number(&json, counters->counter[i].name,
			    counters->counter[i].value);
	json_end(&json);
}

static void print_words(const struct line_counters *counters)
{
	unsigned int i;

	for (i = 0; i < counters->n; i++)
		printf("%-12s %10" PRIu64 "\n", counters->counter[i].name,
		       counters->counter[i].value);
}

int stats_command(int argc, char **argv)
{
	bool json = false, prometheus = false;
	const struct option_spec options[] = {
		{ "json", 'j', &json, NULL },
		{ "prometheus", 'p', &prometheus, NULL },
		{ 0 },
	};
	int first = options_parse(argc, argv, options, help), status;
	struct proc proc;

	if (first < 0)
		return options_status(first);
	if (first < argc)
		return tool_usage(argv[0], "`%s': it takes no arguments", argv[first]);
	if (json && prometheus)
		return tool_usage(argv[0], "--json and --prometheus: one of them");
	status = proc_open(&proc);
	if (status)
		return status;
	if (json)
		print_json(&proc.counters);
	else if (prometheus)
		print_prometheus(&proc.counters);
	else
		print_words(&proc.counters);
	return proc_close(&proc);
}
