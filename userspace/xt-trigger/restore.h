/* SPDX-License-Identifier: GPL-2.0 */
/* Opens again what `xt-trigger save' has written to a file. */
#ifndef _RESTORE_H
#define _RESTORE_H

#include "lines.h"

/*
 * Restore the file @path, but for the lines whose rule= is one of @changed. What
 * is done, and what is left out, is said. Return a status.
 */
int restore_file(const char *path, const struct lines *changed);

#endif /* _RESTORE_H */
