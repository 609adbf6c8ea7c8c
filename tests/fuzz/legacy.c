// SPDX-License-Identifier: GPL-2.0
/*
 * Tables of iptables-legacy with rules by chance, loaded by setsockopt, as no
 * plugin would: `legacy SEED COUNT ipv4|ipv6`. A table loads if and only if all
 * of its rules are valid, is read back as it was written, and shows nothing of
 * the kernel's own part. The last tables that loaded stay.
 */
#include <errno.h>
#include <linux/netfilter_ipv4/ip_tables.h>
#include <linux/netfilter_ipv6/ip6_tables.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "fuzz.h"
#include "rule.h"

#define RULES_MAX	8
#define ENTRIES_MAX	(RULES_MAX + 6)		/* policies, and the end */
#define HOOKS		5

/* What the two families have in common but for the size of their matches. */
struct entry {
	uint32_t nfcache;
	uint16_t target_offset;
	uint16_t next_offset;
	uint32_t comefrom;
	/* and struct xt_counters, aligned to 8 */
};

/*
 * A table in the making.
 * @head:    the same for both families
 * @at:      where the data of each of our rules is in @entries
 * @is_valid: all of it, as far as we know
 */
struct blob {
	struct ipt_replace head;
	uint8_t entries[ENTRIES_MAX * 512];
	size_t at[RULES_MAX];
	unsigned int n_rules;
	bool is_valid;
};

_Static_assert(offsetof(struct blob, entries) == sizeof(struct ipt_replace),
	       "the entries stand right behind the head");

static int level;
static size_t match_size;
static int sock;
static unsigned int entries_now[ARRAY_SIZE(tables)];

static size_t align8(size_t size)
{
	return (size + 7) & ~(size_t)7;
}

/* Appends an entry that matches every packet; returns where its data is. */
static size_t add_entry(struct blob *blob, const char *name, const void *data,
			size_t len)
{
	size_t start = blob->head.size;
	struct entry *entry = (void *)(blob->entries + start + match_size);
	size_t offset = align8(match_size + sizeof(*entry)) +
			sizeof(struct xt_counters);
	struct xt_entry_target *target =
		(void *)(blob->entries + start + offset);

	memset(blob->entries + start, 0, offset);
	entry->target_offset = offset;
	entry->next_offset = offset + align8(sizeof(*target) + len);
	memset(target, 0, entry->next_offset - offset);
	target->u.target_size = entry->next_offset - offset;
	strcpy(target->u.user.name, name);
	memcpy(target->data, data, len);
	blob->head.size += entry->next_offset;
	blob->head.num_entries++;
	return start + offset + sizeof(*target);
}

/* One of our rules, for the chain of @hook. */
static void add_rule(struct blob *blob, const struct table *table,
		     unsigned int hook, bool only_valid)
{
	struct xt_trigger_tginfo info;
	struct xt_entry_target *target;

	blob->is_valid &= make_rule(&info, table->name, 1 << hook, only_valid);
	blob->at[blob->n_rules] = add_entry(blob, "TRIGGER", &info,
					    sizeof(info));
	target = (void *)(blob->entries + blob->at[blob->n_rules] -
			  sizeof(*target));
	if (!only_valid && one_in(2000)) {	/* modprobe looks for it */
		target->u.user.revision = between(1, 255);
		blob->is_valid = false;
	} else if (!only_valid && one_in(200)) {
		target->u.target_size -= 8;
		blob->is_valid = false;
	}
	blob->n_rules++;
	fuzz_done++;
}

static void make_blob(struct blob *blob, const struct table *table)
{
	static const struct { int verdict, pad; } accept = { -NF_ACCEPT - 1, 0 };
	unsigned int hook, rules = between(1, RULES_MAX);
	bool only_valid = one_in(4);
	static const char error[XT_FUNCTION_MAXNAMELEN + 2] = XT_ERROR_TARGET;

	memset(blob, 0, offsetof(struct blob, entries));
	blob->n_rules = 0;
	blob->is_valid = true;
	strcpy(blob->head.name, table->name);
	blob->head.valid_hooks = table->hooks;
	for (hook = 0; hook < HOOKS; hook++) {
		if (!(table->hooks & 1 << hook))
			continue;
		blob->head.hook_entry[hook] = blob->head.size;
		while (blob->n_rules < rules && one_in(2))
			add_rule(blob, table, hook, only_valid);
		blob->head.underflow[hook] = blob->head.size;
		add_entry(blob, XT_STANDARD_TARGET, &accept, sizeof(accept));
	}
	add_entry(blob, XT_ERROR_TARGET, error, sizeof(error));
}

/* What the kernel has now is what was written. */
static void read_back(const struct blob *blob)
{
	static uint8_t buffer[sizeof(struct ipt_get_entries) + sizeof(blob->entries)];
	struct ipt_get_entries *get = (void *)buffer;
	socklen_t len = sizeof(*get) + blob->head.size;
	const uint8_t *is = buffer + offsetof(struct ipt_get_entries, entrytable);
	unsigned int i;

	memset(buffer, 0x6b, sizeof(buffer));
	memset(get, 0, sizeof(*get));
	strcpy(get->name, blob->head.name);
	get->size = blob->head.size;
	if (getsockopt(sock, level, IPT_SO_GET_ENTRIES, get, &len))
		found("a table of %u bytes is not read back: %m", get->size);
	for (i = 0; i < blob->n_rules; i++) {
		const void *kernel = is + blob->at[i] + USER_SIZE;

		if (memcmp(is + blob->at[i], blob->entries + blob->at[i],
			   USER_SIZE))
			found("rule %u is read back as another one", i);
		if (memcmp(kernel, &(void *){ NULL }, sizeof(void *)))
			found("rule %u shows the kernel's own part", i);
	}
}

/* The kernel wants room for the counters of the table that is replaced. */
static void load(struct blob *blob, unsigned int *entries)
{
	static struct xt_counters counters[ENTRIES_MAX];
	int err;

	blob->head.counters = counters;
	blob->head.num_counters = *entries;
	cover_begin();
	err = setsockopt(sock, level, IPT_SO_SET_REPLACE, &blob->head,
			 sizeof(blob->head) + blob->head.size);
	err = err ? errno : 0;
	if (cover_end()) {
		unsigned int i;

		for (i = 0; i < blob->n_rules; i++)
			keep(blob->entries + blob->at[i],
			     sizeof(struct xt_trigger_tginfo));
	}
	if (blob->is_valid ? err : !err)
		found("%s table of %u rules in %s: %s",
		      blob->is_valid ? "a valid" : "an invalid", blob->n_rules,
		      blob->head.name, err ? strerror(err) : "it is taken");
	if (err)
		return;
	*entries = blob->head.num_entries;
	if (one_in(4))
		read_back(blob);
}

static unsigned int entries_of(const struct table *table)
{
	struct ipt_getinfo info = {};
	socklen_t len = sizeof(info);

	strcpy(info.name, table->name);
	if (getsockopt(sock, level, IPT_SO_GET_INFO, &info, &len))
		cannot("the table %s: %m", table->name);
	if (info.num_entries > ENTRIES_MAX)
		cannot("the table %s is not empty", table->name);
	return info.num_entries;
}

int main(int argc, char **argv)
{
	static struct blob blob;
	unsigned int i;

	fuzz_start("legacy", argc, argv);
	if (argc == 4 && !strcmp(argv[3], "ipv6")) {
		sock = socket(AF_INET6, SOCK_RAW, IPPROTO_RAW);
		level = IPPROTO_IPV6;
		match_size = sizeof(struct ip6t_ip6);
	} else {
		sock = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
		level = IPPROTO_IP;
		match_size = sizeof(struct ipt_ip);
	}
	if (sock < 0)
		cannot("socket: %m");
	for (i = 0; i < ARRAY_SIZE(tables); i++)
		entries_now[i] = entries_of(&tables[i]);

	while (fuzz_done < fuzz_count) {
		i = below(ARRAY_SIZE(tables));
		make_blob(&blob, &tables[i]);
		load(&blob, &entries_now[i]);
	}
	return fuzz_end();
}
