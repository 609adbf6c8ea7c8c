// SPDX-License-Identifier: GPL-2.0
/* Names of hosts. See names.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"
#include "tool.h"

/* More than a router has; a file that others fill is to have an end. */
#define NAMES_MAX	65536

static int compare_addrs(const struct line_addr *a, const struct line_addr *b)
{
	if (a->len != b->len)
		return a->len < b->len ? -1 : 1;
	return memcmp(a->bytes, b->bytes, a->len);
}

static int compare(const void *a, const void *b)
{
	const struct name *one = a, *other = b;
	int order = compare_addrs(&one->addr, &other->addr);

	if (order)
		return order;
	return one->order < other->order ? -1 : one->order > other->order;
}

void names_sort(struct names *names)
{
	size_t i, kept = 0;

	if (!names->n)
		return;
	qsort(names->list, names->n, sizeof(*names->list), compare);
	for (i = 1; i < names->n; i++) {
		if (compare_addrs(&names->list[kept].addr, &names->list[i].addr))
			names->list[++kept] = names->list[i];
	}
	names->n = kept + 1;
}

/* Add @from as the name of @addr, without what a name does not have. */
static void add(struct names *names, const char *addr, const char *from)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	struct name name = { .order = names->n };
	size_t len = 0;

	if (names->n == NAMES_MAX || !line_parse_addr(addr, &name.addr))
		return;
	for (; *from && len < sizeof(name.name) - 1; from++) {
		if (strchr(allowed, *from))
			name.name[len++] = *from;
	}
	if (!len)
		return;
	if (names->n == names->size) {
		names->size = 2 * names->size + 64;
		names->list = tool_realloc(names->list, names->size *
					   sizeof(*names->list));
	}
	names->list[names->n++] = name;
}

#define WORDS_MAX	5

/* The first words of @line; the others are NULL. */
static void split(char *line, char *words[WORDS_MAX])
{
	unsigned int i;

	for (i = 0; i < WORDS_MAX; i++)
		words[i] = strtok_r(i ? NULL : line, " \t\r\n", &line);
}

/* "192.168.1.10 alice.lan alice # a comment" */
void names_read_hosts(struct names *names, const char *path)
{
	FILE *file = fopen(path, "re");
	char *line = NULL, *words[WORDS_MAX];
	size_t size = 0;

	if (!file)
		return;
	while (getline(&line, &size, file) > 0) {
		line[strcspn(line, "#")] = '\0';
		split(line, words);
		if (words[0] && words[1])
			add(names, words[0], words[1]);
	}
	free(line);
	fclose(file);
}

/* "1732633200 02:00:00:00:00:10 192.168.1.10 alice 01:..."; no name is "*". */
void names_read_leases(struct names *names, const char *path)
{
	FILE *file = fopen(path, "re");
	char *line = NULL, *words[WORDS_MAX];
	size_t size = 0;

	if (!file)
		return;
	while (getline(&line, &size, file) > 0) {
		split(line, words);
		if (words[2] && words[3])
			add(names, words[2], words[3]);
	}
	free(line);
	fclose(file);
}

void names_load(struct names *names)
{
	names_read_hosts(names, "/etc/hosts");
	/* Where Debian's dnsmasq has them, and where OpenWrt's. */
	names_read_leases(names, "/var/lib/misc/dnsmasq.leases");
	names_read_leases(names, "/tmp/dhcp.leases");
	names_sort(names);
}

void names_free(struct names *names)
{
	free(names->list);
	*names = (struct names){ 0 };
}

const char *names_find(const struct names *names, const char *addr)
{
	size_t low = 0, high = names->n, middle;
	struct line_addr wanted;
	int order;

	if (!line_parse_addr(addr, &wanted))
		return NULL;
	while (low < high) {
		middle = low + (high - low) / 2;
		order = compare_addrs(&wanted, &names->list[middle].addr);
		if (!order)
			return names->list[middle].name;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}
