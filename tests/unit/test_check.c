// SPDX-License-Identifier: GPL-2.0
/* kernel/check.c: valid and nearly valid rules, against the oracle. */
#include "../../kernel/check.h"

#include "oracle.h"
#include "rules.h"
#include "unit.h"

/* Protocols that both lists take, one of them, or none. */
static const u8 protos[] = { 6, 17, 132, 0, 33, 136, 1, 254, 255 };

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
	const char *why = trigger_check_info(info, &option);

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
	for (turn = 0; turn < 8000; turn++) {
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

	check(!trigger_check_name(""));
	for (c = 1; c < 256; c++) {
		first[0] = c;
		check_equal(trigger_check_name(first),
			    oracle_name_valid(first, sizeof(first)));
		strcpy(name, "a?b");
		name[1] = c;
		check_equal(trigger_check_name(name),
			    oracle_name_valid(name, 4));
	}
	memset(name, 0, sizeof(name));
	for (len = 1; len < sizeof(name); len++) {
		name[len - 1] = 'x';
		check_equal(trigger_check_name(name), len <= 31);
	}
}
