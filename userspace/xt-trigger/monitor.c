// SPDX-License-Identifier: GPL-2.0
/* xt-trigger monitor: events as they come. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "entry.h"
#include "event.h"
#include "filter.h"
#include "netlink.h"
#include "options.h"
#include "tool.h"

static const char help[] =
	"Usage: xt-trigger monitor [OPTION...] [KEY=VALUE...]\n\n"
	"Prints what opens and closes, as it happens, until ^C: all of it, or what meets\n"
	"all conditions. Says when events were lost, and goes on over a reload of the\n"
	"module. Keys: name, family, owner, open, peer, id, rule.\n\n"
	"  -j, --json     one JSON object a line\n"
	"  -n, --numeric  addresses instead of names of hosts\n"
	"  -h, --help     this text\n";

/*
 * @has_seq: @seq is the number of the last event
 * @told:    events that cannot be understood were told of
 */
struct monitor {
	struct netlink	netlink;
	struct filter	filter;
	struct names	names;
	struct event	event;
	bool		json;
	bool		has_seq;
	uint32_t	seq;
	bool		told;
};

static void put_time(struct json *json)
{
	struct timespec now;
	char date[32], text[48];
	struct tm tm;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text, sizeof(text), "%s.%03ldZ", date, now.tv_nsec / 1000000);
	json_string(json, "time", text);
}

static void print_time(void)
{
	time_t now = time(NULL);
	char text[32];
	struct tm tm;

	localtime_r(&now, &tm);
	strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm);
	printf("%s ", text);
}

static void put_string(struct json *json, const char *key, const char *value)
{
	if (value && *value)
		json_string(json, key, value);
	else
		json_null(json, key);
}

static void put_count(struct json *json, uint64_t count)
{
	if (count)
		json_number(json, "count", count);
	else
		json_null(json, "count");
}

/* What has no active trigger in it; @count: 0: it is not known. */
static void tell(struct monitor *monitor, const char *event, uint64_t count,
		 const char *words)
{
	struct json json = { .out = stdout, .compact = true };

	if (monitor->json) {
		json_object(&json, NULL);
		json_string(&json, "event", event);
		put_time(&json);
		put_count(&json, count);
		json_end(&json);
		return;
	}
	print_time();
	if (count)
		printf("%-9s%" PRIu64 " %s\n", event, count, words);
	else
		printf("%-9s%s\n", event, words);
}

static void tell_json(struct monitor *monitor, const struct event *event)
{
	struct json json = { .out = stdout, .compact = true };

	json_object(&json, NULL);
	json_string(&json, "event", event_name(event->what));
	put_time(&json);
	put_string(&json, "reason", event_reason(event->reason));
	put_count(&json, event->count);
	put_string(&json, "rule", event->rule);
	if (event->count)
		json_null(&json, "trigger");
	else
		entry_json(&json, "trigger", &event->line, &monitor->names);
	json_end(&json);
}

static void tell_words(struct monitor *monitor, const struct event *event)
{
	const char *reason = event_reason(event->reason);
	struct text words = { 0 };

	if (!event->count)
		entry_words(&words, &event->line, &monitor->names);
	else
		text_printf(&words, "%" PRIu32 " together", event->count);
	if (event->count && *event->rule)
		text_printf(&words, ", of rule %s", event->rule);
	print_time();
	printf("%-9s%s", event_name(event->what), words.data);
	if (reason)
		printf(" (%s)", reason);
	putchar('\n');
	text_free(&words);
}

/* What ended together may have met the conditions, unless its rule tells. */
static bool is_wanted(const struct monitor *monitor, const struct event *event)
{
	const char *rule = monitor->filter.text[LINE_RULE];

	if (!event->count)
		return filter_match(&monitor->filter, &event->line);
	return !rule || !*event->rule || !strcmp(rule, event->rule);
}

/* Each event has the number behind the last one's, if none was lost. */
static void check_seq(struct monitor *monitor, const struct event *event)
{
	uint32_t lost = event->seq - monitor->seq - 1;

	if (!event->has_seq)
		return;
	if (monitor->has_seq && lost)
		tell(monitor, "lost", lost, "events; `xt-trigger list' has what is open");
	monitor->has_seq = true;
	monitor->seq = event->seq;
}

static void take_event(struct monitor *monitor, const struct nlmsghdr *message)
{
	struct event *event = &monitor->event;

	if (!event_parse(event, message)) {
		if (!monitor->told)
			tool_warn("there are events that cannot be understood; is xt-trigger older than the module?");
		monitor->told = true;
		return;
	}
	check_seq(monitor, event);
	if (!is_wanted(monitor, event))
		return;
	if (monitor->json)
		tell_json(monitor, event);
	else
		tell_words(monitor, event);
}

static void take_news(enum netlink_news news, const struct nlmsghdr *message,
		      void *data)
{
	struct monitor *monitor = data;

	switch (news) {
	case NETLINK_EVENT:
		take_event(monitor, message);
		break;
	case NETLINK_LOST:
		/* How many, the next event's number tells. */
		if (!monitor->has_seq)
			tell(monitor, "lost", 0, "events; `xt-trigger list' has what is open");
		break;
	case NETLINK_GONE:
		tell(monitor, "unloaded", 0, "the module, and all that was open");
		break;
	case NETLINK_BACK:
		monitor->has_seq = false;
		tell(monitor, "loaded", 0, "the module");
		break;
	}
}

static int monitor_events(struct monitor *monitor)
{
	int status = netlink_open(&monitor->netlink), error;

	if (status)
		return status;
	setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
	/* What has changed before is in no event: a program reads the list now. */
	if (monitor->json)
		tell(monitor, "listening", 0, "");
	do {
		error = netlink_receive(&monitor->netlink, take_news, monitor);
	} while (!error && !ferror(stdout));
	netlink_close(&monitor->netlink);
	event_free(&monitor->event);
	return error ? tool_error("events: %s", strerror(error)) : STATUS_DONE;
}

int monitor_command(int argc, char **argv)
{
	static struct monitor monitor;
	bool numeric = false;
	const struct option_spec options[] = {
		{ "json", 'j', &monitor.json, NULL },
		{ "numeric", 'n', &numeric, NULL },
		{ 0 },
	};
	int first = options_parse(argc, argv, options, help), status;

	if (first < 0)
		return options_status(first);
	status = filter_parse(&monitor.filter, argc, argv, first);
	if (status)
		return status;
	if (!numeric)
		names_load(&monitor.names);
	status = monitor_events(&monitor);
	names_free(&monitor.names);
	return status;
}
