/* SPDX-License-Identifier: GPL-2.0 */
/* xt-trigger rules: what its commands share. */
#ifndef _RULES_H
#define _RULES_H

#include "rules_apply.h"

/* A warning: it is about @section, and names what to do. */
struct rules_warnings {
	struct lines section;	/* "" where it is about none */
	struct lines text;
};

/* Print errors and warnings for people, on stderr. */
void rules_check_print(const struct conf *conf, const struct rules_warnings *warnings);

/* Find what is no error and yet worth a look. Runs programs; changes nothing. */
void rules_check_find(struct rules_warnings *warnings, const struct conf *conf,
		      const struct rules_plan *plan);
void rules_check_free(struct rules_warnings *warnings);

/* The same as JSON: members "errors" and "warnings" of an object that is begun. */
struct json;
void rules_check_json(struct json *json, const struct conf *conf,
		      const struct rules_warnings *warnings);

/* Print the port triggers, for people, or as the members "applied" and "triggers". */
void rules_list_print(const struct conf *conf, const struct rules_plan *plan);
void rules_list_json(struct json *json, const struct conf *conf,
		     const struct rules_plan *plan);

#endif /* _RULES_H */
