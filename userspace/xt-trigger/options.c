// SPDX-License-Identifier: GPL-2.0
/* Command lines. See options.h. */
#include <assert.h>
#include <getopt.h>
#include <stdio.h>

#include "options.h"
#include "tool.h"

/* What getopt_long() is to return for the option at an index. */
#define CODE	256

int options_parse(int argc, char **argv, const struct option_spec *specs,
		  const char *help)
{
	struct option options[OPTIONS_MAX + 2] = { { "help", 0, NULL, 'h' } };
	char letters[2 * OPTIONS_MAX + 4] = ":h", *letter = letters + 2;
	int n, i, code;

	for (n = 0; specs[n].name; n++) {
		assert(n < OPTIONS_MAX);
		options[n + 1] = (struct option){
			.name	 = specs[n].name,
			.has_arg = !!specs[n].value,
			.val	 = CODE + n,
		};
		if (!specs[n].letter)
			continue;
		*letter++ = specs[n].letter;
		if (specs[n].value)
			*letter++ = ':';
	}
	opterr = 0;
	optind = 1;
	while ((code = getopt_long(argc, argv, letters, options, NULL)) != -1) {
		if (code == 'h') {
			fputs(help, stdout);
			return -1 - STATUS_DONE;
		}
		if (code == ':')
			return -1 - tool_usage(argv[0], "%s: a value is missing",
					       argv[optind - 1]);
		for (i = 0; i < n; i++) {
			if (code == CODE + i || (code == specs[i].letter && code))
				break;
		}
		if (i == n)
			return -1 - tool_usage(argv[0], "there is no option `%s'",
					       argv[optind - 1]);
		if (specs[i].flag)
			*specs[i].flag = true;
		if (specs[i].value)
			*specs[i].value = optarg;
	}
	return optind;
}
