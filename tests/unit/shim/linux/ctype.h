/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's characters are those of Latin-1, whatever sign a char has. */
#ifndef _SHIM_CTYPE_H
#define _SHIM_CTYPE_H

#include "linux/types.h"

static inline bool isascii(int c)
{
	return (u8)c < 0x80;
}

static inline bool isdigit(int c)
{
	return c >= '0' && c <= '9';
}

static inline bool isalpha(int c)
{
	u8 lower = (u8)c | 0x20;

	return (lower >= 'a' && lower <= 'z') ||
	       ((u8)c >= 0xc0 && (u8)c != 0xd7 && (u8)c != 0xf7);
}

static inline bool isalnum(int c)
{
	return isalpha(c) || isdigit(c);
}

#endif /* _SHIM_CTYPE_H */
