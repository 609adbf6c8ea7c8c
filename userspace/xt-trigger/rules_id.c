// SPDX-License-Identifier: GPL-2.0
/* The number of a rule. See rules_id.h. */
#include "rules_id.h"

/* The CRC-32 of zlib, Ethernet and others, over one more string. */
static uint32_t crc_add(uint32_t crc, const char *string)
{
	unsigned int bit;

	for (; *string; string++) {
		crc ^= (unsigned char)*string;
		for (bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return crc;
}

uint32_t rules_id(enum rules_family family, const char *line)
{
	uint32_t crc = UINT32_MAX;

	crc = crc_add(crc, rules_family_name(family));
	crc = crc_add(crc, " ");
	crc = crc_add(crc, rules_options(line));
	return ~crc;
}
