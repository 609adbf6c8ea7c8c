/* SPDX-License-Identifier: GPL-2.0 */
/* Writing what is open to a file: once, or whenever it changes. */
#ifndef _SAVE_H
#define _SAVE_H

#include <stddef.h>

/*
 * Write it to the file @path, and the number of its lines to *@n. What is wrong is
 * said; return a status.
 */
int save_to(const char *path, size_t *n);

/*
 * Keep the file @path up to date until SIGTERM or SIGINT. @program: what is run with
 * the file's name each time when it was written, or NULL. Return a status.
 */
int save_watch(const char *path, const char *program);

#endif /* _SAVE_H */
