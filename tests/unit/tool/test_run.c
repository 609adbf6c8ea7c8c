// SPDX-License-Identifier: GPL-2.0
/* What a program has printed, also when that is nothing. */
#include "run.h"
#include "unit.h"

static void prints(const char *word, const char *expected)
{
	const char *const argv[] = { "printf", word, NULL };
	struct text out = { 0 }, err = { 0 };

	check_equal(run_program(argv, NULL, &out, &err), 0);
	check_string(text_string(&out), expected);
	check_string(text_string(&err), "");
	text_free(&out);
	text_free(&err);
}

UNIT_TEST(tool_run_prints)
{
	prints("-A FORWARD", "-A FORWARD");
	prints("", "");
}
