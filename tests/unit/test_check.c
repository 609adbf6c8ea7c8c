// SPDX-License-Identifier: GPL-2.0
/* kernel/check.c: valid and nearly valid rules, against the oracle. */
#include "../../kernel/rule.h"

#include "oracle.h"
#include "rules.h"
#include "unit.h"

/* Protocols that --trigger-relate takes, and some that it does not. */
static const u8 protos[] = { 6, 17, 132, 0, 33, 136, 1, 255 };

static void random_list(struct xt_trigger_range *item, u8 n, bool with_proto)
{
	u32 port = random_from(1, 100);
	u8 i;

	for (i = 0; i < n; i++, item++) {
		item->min = port;
		if (one_in(2))
			port += random_below(4000);
		item->max = port;
		port += random_from(1, 20);
		if (with_proto)
			item->proto = protos[random_below(4)];
	}
}

void random_info(struct xt_trigger_tginfo *info)
{
	static const char * const names[] = {
		"default", "a", "wan-2", "A.b_c-9", "0123456789012345678901234567890",
	};

	memset(info, 0, sizeof(*info));
	info->type = one_in(4) ? random_from(2, 3) : XT_TRIGGER_OUT;
	strcpy(info->name, names[random_below(ARRAY_SIZE(names))]);
	if (info->type == XT_TRIGGER_DNAT && one_in(2))
		info->flags = XT_TRIGGER_F_SHADOW;
	if (info->type != XT_TRIGGER_OUT)
		return;
	info->flags = random_below(16);
	info->n_relate = random_from(1, 15);
	random_list(info->relate, info->n_relate, true);
	info->n_match = random_below(16);
	random_list(info->match, info->n_match, false);
	info->max = one_in(2) ? random_below(65536) : 0;
	if (!(info->flags & XT_TRIGGER_F_SESSION) || one_in(2))
		info->timeout = one_in(4) ? 31536000 : random_from(1, 1000);
	if (one_in(2))
		info->lifetime = one_in(4) ? 31536000 : random_from(1, 1000);
}

/* One change that matters, or may. */
static void disturb(struct xt_trigger_tginfo *info)
{
	struct xt_trigger_range *list = one_in(2) ? info->relate : info->match;
	struct xt_trigger_range *item = &list[random_below(one_in(2) ? 15 : 3)];
	u8 *bytes = (u8 *)info;

	switch (random_below(16)) {
	case 0:
		info->type = random_below(6);
		break;
	case 1:
		info->flags ^= BIT(random_below(8));
		break;
	case 2:
		info->n_relate = random_below(18);
		break;
	case 3:
		info->n_match = random_below(18);
		break;
	case 4:
		info->timeout = random_from(31535999, 31536001);
		break;
	case 5:
		info->timeout = 0;
		break;
	case 6:
		info->lifetime = random_from(31535999, 31536001);
		break;
	case 7:
		info->name[random_below(32)] = random_number();
		break;
	case 8:
		item->min = random_below(3);
		break;
	case 9:
		item->max = random_number();
		break;
	case 10:
		item->proto = protos[random_below(ARRAY_SIZE(protos))];
		break;
	case 11:
		item->pad = one_in(2);
		break;
	case 12:
		if (one_in(2))
			info->pad = BIT(random_below(16));
		else
			info->pad2 = BIT(random_below(32));
		break;
	case 13:	/* they touch, or do not quite */
		item->min = list[random_below(15)].max + random_below(2);
		break;
	case 14:
		item->max = list[random_below(15)].min - random_below(2);
		item->min = item->max;
		break;
	default:
		bytes[random_below(offsetof(struct xt_trigger_tginfo, kernel))] ^=
			BIT(random_below(8));
		break;
	}
}

static void check_info(const struct xt_trigger_tginfo *info, bool valid)
{
	const char *option = NULL;
	const char *why = trigger_info_invalid(info, &option);

	unit_log("type %u flags %x relate %u match %u timeout %u: %s: %s",
		 info->type, info->flags, info->n_relate, info->n_match,
		 info->timeout, option ?: "(none)", why ?: "valid");
	check_equal(!why, valid);
	check(!why || option);
}

UNIT_TEST(check)
{
	unsigned int turn, changes, valid = 0;
	struct xt_trigger_tginfo info = {};

	check_info(&info, false);
	for (turn = 0; turn < 20000; turn++) {
		random_info(&info);
		check_info(&info, true);
		changes = random_from(1, 3);
		while (changes--)
			disturb(&info);
		valid += oracle_info_valid(&info);
		check_info(&info, oracle_info_valid(&info));
	}
	/* Both kinds are met. */
	check(valid > turn / 20 && valid < turn - turn / 20);
}

UNIT_TEST(check_names)
{
	char name[40] = "", first[2] = "";
	unsigned int c, len;

	check(!trigger_name_valid(""));
	for (c = 1; c < 256; c++) {
		first[0] = c;
		check_equal(trigger_name_valid(first),
			    oracle_name_valid(first, sizeof(first)));
		strcpy(name, "a?b");
		name[1] = c;
		check_equal(trigger_name_valid(name),
			    oracle_name_valid(name, 4));
	}
	memset(name, 0, sizeof(name));
	for (len = 1; len < sizeof(name); len++) {
		name[len - 1] = 'x';
		check_equal(trigger_name_valid(name), len <= 31);
	}
}
