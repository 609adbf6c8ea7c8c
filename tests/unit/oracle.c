// SPDX-License-Identifier: GPL-2.0
/* What a valid rule is. Slow and plain; see oracle.h. */
#include <string.h>

#include "oracle.h"

#define LETTERS	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define DIGITS	"0123456789"

/* In @size bytes: 1 to @size - 1 characters, then nothing but NUL. */
bool oracle_name_valid(const char *name, unsigned int size)
{
	unsigned int len = strnlen(name, size), i;

	if (len < 1 || len > XT_TRIGGER_NAME_LEN - 1 || len == size)
		return false;
	for (i = 0; i < len; i++) {
		if (!strchr(i ? LETTERS DIGITS "_.-" : LETTERS DIGITS, name[i]))
			return false;
	}
	for (i = len; i < size; i++) {
		if (name[i])
			return false;
	}
	return true;
}

static bool all_zero(const void *start, size_t bytes)
{
	const char *p = start;

	while (bytes--) {
		if (*p++)
			return false;
	}
	return true;
}

static bool list_valid(const struct xt_trigger_range *list, unsigned int n)
{
	unsigned int i;

	if (n > 15)
		return false;
	for (i = 0; i < 15; i++) {
		const struct xt_trigger_range *r = &list[i];

		if (i >= n && !all_zero(r, sizeof(*r)))
			return false;
		if (i < n && (r->min < 1 || r->max < r->min || r->pad))
			return false;
	}
	return true;
}

/* Notes that @proto has the ports of @r; false: it had one of them already. */
static bool take(unsigned char *taken, unsigned char proto,
		 const struct xt_trigger_range *r)
{
	unsigned int port;

	for (port = r->min; port <= r->max; port++) {
		if (taken[port] & proto)
			return false;
		taken[port] |= proto;
	}
	return true;
}

static bool relate_valid(const struct xt_trigger_tginfo *info)
{
	unsigned char taken[65536] = {};
	unsigned int i;

	if (!info->n_relate || !list_valid(info->relate, info->n_relate))
		return false;
	for (i = 0; i < info->n_relate; i++) {
		unsigned char proto;

		switch (info->relate[i].proto) {
		case 6:
			proto = 1;
			break;
		case 17:
			proto = 2;
			break;
		case 0:
			proto = 1 | 2;
			break;
		case 132:
			proto = 4;
			break;
		default:
			return false;
		}
		if (!take(taken, proto, &info->relate[i]))
			return false;
	}
	return true;
}

static bool match_valid(const struct xt_trigger_tginfo *info)
{
	unsigned int i;

	if (!list_valid(info->match, info->n_match))
		return false;
	for (i = 0; i < info->n_match; i++) {
		switch (info->match[i].proto) {
		case 0:
		case 6:
		case 17:
		case 132:
		case 255:
			break;
		default:
			return false;
		}
	}
	return true;
}

bool oracle_info_valid(const struct xt_trigger_tginfo *info)
{
	struct xt_trigger_tginfo rest;

	if (info->pad || info->pad2 ||
	    !oracle_name_valid(info->name, sizeof(info->name)))
		return false;
	if (info->type == 1)
		return !(info->flags & ~0xf) && relate_valid(info) &&
		       match_valid(info) && info->timeout <= 31536000 &&
		       info->lifetime <= 31536000 &&
		       (info->timeout || info->flags & 1);
	if (info->type != 2 && info->type != 3)
		return false;
	rest = *info;
	if (info->type == 2)
		rest.flags &= ~16;
	rest.type = 0;
	rest.kernel = NULL;
	memset(rest.name, 0, sizeof(rest.name));
	return all_zero(&rest, sizeof(rest));
}
