// SPDX-License-Identifier: GPL-2.0
/*
 * Any bytes, written to the proc file in pieces, where rules are loaded and
 * some triggers open. The first two bytes choose the rules and the pieces.
 */
#include <stdlib.h>

#include "../../kernel/write.h"
#include "unit.h"
#include "world.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static void write_pieces(const u8 *data, size_t size, size_t piece)
{
	struct trigger_write *writer = trigger_write_new();
	size_t at = 0, n;
	ssize_t done;

	while (at < size) {
		char *copy;

		n = min(piece, size - at);
		copy = malloc(n);
		memcpy(copy, data + at, n);
		done = trigger_write(writer, &world, copy, n);
		free(copy);
		check(done && done <= (ssize_t)n);
		/* Whoever ignores an error goes on with the next piece. */
		at += done > 0 ? done : n;
	}
	trigger_write_free(writer);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	/* What the seeds in seeds/write.txt ask for. */
	static const struct xt_trigger_tginfo info[] = {
		{
			.type = XT_TRIGGER_OUT, .timeout = 600, .name = "a",
			.n_relate = 1,
			.relate = { { 113, 113, IPPROTO_TCP } },
		}, {
			.type = XT_TRIGGER_OUT, .name = "default",
			.flags = XT_TRIGGER_F_SESSION | XT_TRIGGER_F_PEER_HOST,
			.n_relate = 1, .relate = { { 5000, 5010 } },
			.n_match = 1, .match = { { 3000, 3100 } },
		}, {
			.type = XT_TRIGGER_OUT, .timeout = 1, .lifetime = 9,
			.flags = XT_TRIGGER_F_OWNER_LAST, .name = "a",
			.n_relate = 1, .max = 2,
			.relate = { { 1, 65535, IPPROTO_UDP } },
		},
	};
	struct trigger_rule *rule[ARRAY_SIZE(info)];
	size_t i;

	if (size < 2)
		return 0;
	shim_buckets = 16;
	world_begin();
	*shim_param_max_triggers = 20;
	*shim_param_max_per_host = 5;
	for (i = 0; i < ARRAY_SIZE(info); i++) {
		rule[i] = trigger_rule_get(&world.rules, data[0] & BIT(i) ?
					   NFPROTO_IPV6 : NFPROTO_IPV4, &info[i]);
		check(!IS_ERR(rule[i]));
	}
	write_pieces(data + 2, size - 2, data[1] + 1);
	world_check();
	shim_advance(3 * HZ);
	world_check();
	for (i = 0; i < ARRAY_SIZE(info); i++)
		trigger_rule_put(rule[i]);
	world_end();
	check_equal(shim_allocated, 0);
	return 0;
}
