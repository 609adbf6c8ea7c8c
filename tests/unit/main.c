// SPDX-License-Identifier: GPL-2.0
/* unit TEST [SEED]: runs one test; without a name, lists them. See unit.h. */
#include <stdlib.h>

#include "unit.h"

static struct unit_test *tests;

void unit_add(struct unit_test *test)
{
	test->next = tests;
	tests = test;
}

int main(int argc, char **argv)
{
	struct unit_test *test;

	if (argc > 2)
		random_seed(strtoull(argv[2], NULL, 10));
	shim_last_words = unit_show_log;
	/* Shortly before the lower half of jiffies wraps, as a kernel boots. */
	shim_jiffies = (u32)(-300 * 250);
	for (test = tests; test; test = test->next) {
		if (argc < 2)
			printf("%s\n", test->name);
		else if (!strcmp(test->name, argv[1]))
			break;
	}
	if (argc < 2)
		return 0;
	if (!test) {
		fprintf(stderr, "no test %s\n", argv[1]);
		return 2;
	}
	test->run();
	shim_grace_period();
	check_equal(shim_allocated, 0);
	check(!shim_locks && !shim_mutexes);
	return 0;
}
