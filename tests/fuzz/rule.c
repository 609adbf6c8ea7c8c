// SPDX-License-Identifier: GPL-2.0
/*
 * Rules by chance. See rule.h. What is valid is said once more here, from the
 * header and not from the module: the two must agree about every input.
 */
#include <ctype.h>
#include <netinet/in.h>
#include <string.h>

#include "fuzz.h"
#include "rule.h"

#define PRE_ROUTING	(1 << 0)
#define LOCAL_IN	(1 << 1)
#define FORWARD		(1 << 2)
#define LOCAL_OUT	(1 << 3)
#define POST_ROUTING	(1 << 4)

const struct table tables[4] = {
	{ "filter", LOCAL_IN | FORWARD | LOCAL_OUT },
	{ "nat", PRE_ROUTING | LOCAL_IN | LOCAL_OUT | POST_ROUTING },
	{ "mangle", PRE_ROUTING | LOCAL_IN | FORWARD | LOCAL_OUT |
		    POST_ROUTING },
	{ "raw", PRE_ROUTING | LOCAL_OUT },
};

/* Making. */

static const uint16_t odd_ports[] = {
	0, 1, 2, 255, 256, 32767, 32768, 65534, 65535,
};
static const uint8_t odd_protos[] = { 0, 1, 6, 17, 33, 132, 136, 254, 255 };
static const uint8_t relate_protos[] = {
	XT_TRIGGER_PROTO_ALL, IPPROTO_TCP, IPPROTO_UDP, IPPROTO_SCTP,
};
static const uint8_t match_protos[] = {
	XT_TRIGGER_MATCH_ANY, XT_TRIGGER_MATCH_ALL, IPPROTO_TCP, IPPROTO_UDP,
	IPPROTO_SCTP,
};
static const uint32_t odd_secs[] = {
	0, 1, 600, XT_TRIGGER_SECS_MAX, XT_TRIGGER_SECS_MAX + 1, INT32_MAX,
	UINT32_MAX,
};
static const char first_chars[] =
	"ABCXYZabcxyz0123456789";
static const char more_chars[] =
	"ABCXYZabcxyz0123456789_.-";

static uint16_t odd_port(void)
{
	return one_in(2) ? PICK(odd_ports) : any();
}

static void make_name(char *name)
{
	size_t len = one_in(2) ? between(1, 3) : between(1, 31), i;

	memset(name, 0, XT_TRIGGER_NAME_LEN);
	if (one_in(2)) {
		strcpy(name, XT_TRIGGER_NAME_DEFAULT);
		return;
	}
	name[0] = first_chars[below(sizeof(first_chars) - 1)];
	for (i = 1; i < len; i++)
		name[i] = more_chars[below(sizeof(more_chars) - 1)];
}

/* Ranges that leave each other room. */
static uint8_t make_list(struct xt_trigger_range *list, bool relate)
{
	uint8_t n = one_in(4) ? between(1, XT_TRIGGER_ITEMS_MAX) : between(1, 3);
	uint32_t room = 65535 / n, i;

	for (i = 0; i < n; i++) {
		list[i].min = between(i * room + 1, (i + 1) * room);
		list[i].max = one_in(2) ? list[i].min :
					  between(list[i].min, (i + 1) * room);
		list[i].proto = relate ? PICK(relate_protos) : PICK(match_protos);
	}
	return n;
}

static void make_valid_rule(struct xt_trigger_tginfo *info)
{
	memset(info, 0, sizeof(*info));
	make_name(info->name);
	info->type = between(XT_TRIGGER_OUT, XT_TRIGGER_IN);
	switch (info->type) {
	case XT_TRIGGER_OUT:
		info->flags = any() & XT_TRIGGER_F_OUT;
		info->n_relate = make_list(info->relate, true);
		if (one_in(2))
			info->n_match = make_list(info->match, false);
		info->max = one_in(2) ? 0 : any();
		info->timeout = between(!(info->flags & XT_TRIGGER_F_SESSION),
					XT_TRIGGER_SECS_MAX);
		info->lifetime = one_in(2) ? 0 : between(1, XT_TRIGGER_SECS_MAX);
		break;
	case XT_TRIGGER_DNAT:
		info->flags = any() & XT_TRIGGER_F_DNAT;
		break;
	}
}

static void change_item(struct xt_trigger_range *list)
{
	struct xt_trigger_range *item = &list[below(XT_TRIGGER_ITEMS_MAX)];

	switch (below(5)) {
	case 0:
		item->min = odd_port();
		break;
	case 1:
		item->max = odd_port();
		break;
	case 2:
		item->proto = PICK(odd_protos);
		break;
	case 3:
		item->pad = 1 << below(8);
		break;
	default:
		*item = list[below(XT_TRIGGER_ITEMS_MAX)];
	}
}

static void change_name(char *name)
{
	switch (below(4)) {
	case 0:
		name[below(XT_TRIGGER_NAME_LEN)] = any();
		break;
	case 1:
		name[0] = more_chars[below(sizeof(more_chars))];
		break;
	case 2:
		memset(name, 'a', XT_TRIGGER_NAME_LEN);
		break;
	default:
		name[below(XT_TRIGGER_NAME_LEN)] = 0;
	}
}

static void change_rule(struct xt_trigger_tginfo *info)
{
	switch (below(13)) {
	case 0:
		info->type = one_in(2) ? below(5) : any();
		break;
	case 1:
		info->flags ^= 1 << below(8);
		break;
	case 2:
		info->n_relate = one_in(2) ? below(18) : any();
		break;
	case 3:
		info->n_match = one_in(2) ? below(18) : any();
		break;
	case 4:
		info->max = odd_port();
		break;
	case 5:
		info->timeout = PICK(odd_secs);
		break;
	case 6:
		info->lifetime = PICK(odd_secs);
		break;
	case 7:
		change_name(info->name);
		break;
	case 8:
	case 9:
		change_item(info->relate);
		break;
	case 10:
		change_item(info->match);
		break;
	case 11:
		*(one_in(2) ? (uint8_t *)&info->pad : (uint8_t *)&info->pad2) =
			1 << below(8);
		break;
	default:
		change_bytes(info, USER_SIZE);
	}
}

/* Judging. */

static bool is_zero(const void *data, size_t len)
{
	const uint8_t *byte = data;

	while (len--) {
		if (byte[len])
			return false;
	}
	return true;
}

static bool name_is_valid(const char *name)
{
	size_t len = 0;

	while (len < XT_TRIGGER_NAME_LEN && name[len]) {
		if (!isalnum((unsigned char)name[len]) &&
		    !(len && memchr("_.-", name[len], 3)))
			return false;
		len++;
	}
	return len && len < XT_TRIGGER_NAME_LEN &&
	       is_zero(name + len, XT_TRIGGER_NAME_LEN - len);
}

static bool list_is_valid(const struct xt_trigger_range *list, uint8_t n)
{
	uint8_t i;

	if (n > XT_TRIGGER_ITEMS_MAX)
		return false;
	for (i = 0; i < n; i++) {
		if (list[i].min < 1 || list[i].max < list[i].min || list[i].pad)
			return false;
	}
	return is_zero(list + n, (XT_TRIGGER_ITEMS_MAX - n) * sizeof(*list));
}

/* tcp 1, udp 2, sctp 4, none 0 */
static unsigned int protos_of(const struct xt_trigger_range *item)
{
	switch (item->proto) {
	case XT_TRIGGER_PROTO_ALL:
		return 1 | 2;
	case IPPROTO_TCP:
		return 1;
	case IPPROTO_UDP:
		return 2;
	case IPPROTO_SCTP:
		return 4;
	default:
		return 0;
	}
}

static bool relate_is_valid(const struct xt_trigger_range *list, uint8_t n)
{
	uint8_t i, j;

	if (!n || !list_is_valid(list, n))
		return false;
	for (i = 0; i < n; i++) {
		if (!protos_of(&list[i]))
			return false;
		for (j = i + 1; j < n; j++) {
			if (protos_of(&list[i]) & protos_of(&list[j]) &&
			    !(list[i].max < list[j].min ||
			      list[j].max < list[i].min))
				return false;
		}
	}
	return true;
}

static bool match_is_valid(const struct xt_trigger_range *list, uint8_t n)
{
	if (!list_is_valid(list, n))
		return false;
	while (n--) {
		if (!memchr(match_protos, list[n].proto, sizeof(match_protos)))
			return false;
	}
	return true;
}

static bool out_is_valid(const struct xt_trigger_tginfo *info)
{
	return !(info->flags & ~XT_TRIGGER_F_OUT) &&
	       relate_is_valid(info->relate, info->n_relate) &&
	       match_is_valid(info->match, info->n_match) &&
	       (info->timeout || info->flags & XT_TRIGGER_F_SESSION) &&
	       info->timeout <= XT_TRIGGER_SECS_MAX &&
	       info->lifetime <= XT_TRIGGER_SECS_MAX;
}

static bool rule_is_valid(const struct xt_trigger_tginfo *info)
{
	struct xt_trigger_tginfo bare = {
		.type = info->type, .flags = info->flags,
	};

	if (!name_is_valid(info->name) || info->pad || info->pad2)
		return false;
	memcpy(bare.name, info->name, sizeof(bare.name));
	switch (info->type) {
	case XT_TRIGGER_OUT:
		return out_is_valid(info);
	case XT_TRIGGER_DNAT:
		return !(info->flags & ~XT_TRIGGER_F_DNAT) &&
		       !memcmp(info, &bare, USER_SIZE);
	case XT_TRIGGER_IN:
		return !info->flags && !memcmp(info, &bare, USER_SIZE);
	default:
		return false;
	}
}

static bool place_is_valid(const struct xt_trigger_tginfo *info,
			   const char *table, unsigned int hooks)
{
	switch (info->type) {
	case XT_TRIGGER_OUT:
		return !(hooks & LOCAL_IN);
	case XT_TRIGGER_DNAT:
		return !strcmp(table, "nat") && !(hooks & ~PRE_ROUTING);
	default:
		return !(hooks & ~(LOCAL_IN | FORWARD));
	}
}

bool make_rule(struct xt_trigger_tginfo *info, const char *table,
	       unsigned int hooks, bool only_valid)
{
	do {
		if (only_valid || one_in(2) || !recall(info, sizeof(*info)))
			make_valid_rule(info);
	} while (only_valid && !place_is_valid(info, table, hooks));
	while (!only_valid && one_in(2))
		change_rule(info);
	/* The kernel's own part is nobody else's business. */
	info->kernel = one_in(2) ? NULL : (void *)any();
	return rule_is_valid(info) && place_is_valid(info, table, hooks);
}
