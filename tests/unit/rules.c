// SPDX-License-Identifier: GPL-2.0
/* Random rules. See rules.h. */
#include <linux/in.h>

#include "rules.h"
#include "unit.h"

static const u8 relate_protos[] = {
	IPPROTO_TCP, IPPROTO_UDP, IPPROTO_SCTP, XT_TRIGGER_PROTO_ALL,
};

/* Most rules name none. */
static const u8 match_protos[] = {
	IPPROTO_TCP, IPPROTO_UDP, IPPROTO_SCTP, XT_TRIGGER_MATCH_ALL,
	XT_TRIGGER_MATCH_ANY, XT_TRIGGER_MATCH_ANY, XT_TRIGGER_MATCH_ANY,
};

static void random_list(struct xt_trigger_range *item, u8 n, const u8 *protos,
			u8 n_protos)
{
	u32 port = random_from(1, 100);
	u8 i;

	for (i = 0; i < n; i++, item++) {
		item->min = port;
		if (one_in(2))
			port += random_below(4000);
		item->max = port;
		port += random_from(1, 20);
		item->proto = protos[random_below(n_protos)];
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
	random_list(info->relate, info->n_relate, relate_protos,
		    ARRAY_SIZE(relate_protos));
	info->n_match = random_below(16);
	random_list(info->match, info->n_match, match_protos,
		    ARRAY_SIZE(match_protos));
	info->max = one_in(2) ? random_below(65536) : 0;
	if (!(info->flags & XT_TRIGGER_F_SESSION) || one_in(2))
		info->timeout = one_in(4) ? 31536000 : random_from(1, 1000);
	if (one_in(2))
		info->lifetime = one_in(4) ? 31536000 : random_from(1, 1000);
}
