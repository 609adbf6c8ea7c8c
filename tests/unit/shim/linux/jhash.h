/* SPDX-License-Identifier: GPL-2.0 */
/* Not that hash, but one. */
#ifndef _SHIM_JHASH_H
#define _SHIM_JHASH_H

#include "linux/types.h"

static inline u32 jhash2(const u32 *words, u32 n, u32 seed)
{
	u64 hash = seed + 1;

	while (n--)
		hash = (hash ^ *words++) * 0x9e3779b97f4a7c15ULL + (hash >> 29);
	return hash >> 32;
}

static inline u32 jhash_3words(u32 a, u32 b, u32 c, u32 seed)
{
	const u32 words[] = { a, b, c };

	return jhash2(words, 3, seed);
}

static inline u32 jhash_2words(u32 a, u32 b, u32 seed)
{
	return jhash_3words(a, b, 0, seed);
}

static inline u32 jhash_1word(u32 a, u32 seed)
{
	return jhash_3words(a, 0, 0, seed);
}

#endif /* _SHIM_JHASH_H */
