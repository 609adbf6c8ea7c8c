/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_STRING_H
#define _SHIM_STRING_H

#include <string.h>

#include "linux/types.h"

ssize_t strscpy(char *to, const char *from, size_t size);
void *memchr_inv(const void *start, int c, size_t bytes);

#endif /* _SHIM_STRING_H */
