// SPDX-License-Identifier: GPL-2.0
/*
 * Any text, as what iptables-save prints: other people's rules. What is read of it
 * becomes a change that begins and ends as one.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "rules_apply.h"
#include "rules_nat.h"
#include "text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rules_chain none = {};
	struct rules_live live = {};
	struct lines dnat = {};
	struct text text = {}, change = {};
	enum rules_table table;

	text_add(&text, (const char *)data, size);
	rules_live_parse(&live, text.data);
	lines_add(&dnat, "-A XT_TRIGGER_DNAT -i wan -j TRIGGER --trigger-type dnat");
	rules_nat_taker(&live.nat, &dnat);
	for (table = 0; table < RULES_TABLES; table++) {
		if (live.chain[table].jumps > 100)
			continue;
		text_clear(&change);
		rules_change_text(&change, table, &live.chain[table], &none);
		if (*change.data != '*' || !strstr(change.data, "\nCOMMIT\n"))
			abort();
	}
	lines_free(&dnat);
	rules_live_free(&live);
	text_free(&text);
	text_free(&change);
	return 0;
}
