/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_INET_H
#define _SHIM_INET_H

#include "linux/types.h"

int in4_pton(const char *src, int srclen, u8 *dst, int delim, const char **end);
int in6_pton(const char *src, int srclen, u8 *dst, int delim, const char **end);

#endif /* _SHIM_INET_H */
