/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names of hosts: those of /etc/hosts and of dnsmasq's leases, no others. A name
 * in a lease is what its host calls itself: of a name, only A-Za-z0-9._- are
 * kept, and nobody is to be told from another by it.
 */
#ifndef _NAMES_H
#define _NAMES_H

#include <stddef.h>

#include "line.h"

#define NAMES_LEN_MAX	64

/* @order: of two names of one address, the lower one counts. */
struct name {
	struct line_addr	addr;
	char			name[NAMES_LEN_MAX];
	size_t			order;
};

/* Zeroed memory has no names. @list: sorted by address. */
struct names {
	struct name	*list;
	size_t		n;
	size_t		size;
};

void names_load(struct names *names);
void names_free(struct names *names);

/* The name of @addr, as it is written in a line; NULL: it has none. */
const char *names_find(const struct names *names, const char *addr);

/* What names_load() is made of. */
void names_read_hosts(struct names *names, const char *path);
void names_read_leases(struct names *names, const char *path);
void names_sort(struct names *names);

#endif /* _NAMES_H */
