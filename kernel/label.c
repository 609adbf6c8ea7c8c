// SPDX-License-Identifier: GPL-2.0
/* What tells rules apart outside of the kernel. See label.h. */
#include <linux/compiler.h>
#include <linux/crc32.h>
#include <linux/kernel.h>
#include <linux/netfilter.h>
#include <linux/string.h>

#include "label.h"
#include "proto.h"

/* Add the formatted text, of at most 63 characters, to *@crc. */
static __printf(2, 3) void add(u32 *crc, const char *format, ...)
{
	char text[64];
	va_list args;
	int len;

	va_start(args, format);
	len = vscnprintf(text, sizeof(text), format, args);
	va_end(args);
	*crc = crc32_le(*crc, text, len);
}

static void add_list(u32 *crc, const char *option,
		     const struct xt_trigger_range *item, u8 n, u8 all)
{
	u8 i;

	for (i = 0; i < n; i++, item++) {
		if (i)
			add(crc, ",");
		else
			add(crc, " --trigger-%s ", option);
		if (item->proto == all)
			add(crc, "all:");
		else if (item->proto != XT_TRIGGER_MATCH_ANY)
			add(crc, "%s:", trigger_proto_name(item->proto));
		add(crc, "%u", item->min);
		if (item->max != item->min)
			add(crc, "-%u", item->max);
	}
}

/*
 * Return the CRC-32 (zlib's) of @family, a space, and the options of @info, an
 * `out` rule, exactly as iptables-save prints them: userspace/libxt_TRIGGER.c
 * writes the same text. An option that is added later and not given changes
 * nothing. Any context.
 */
u32 trigger_label(const struct xt_trigger_tginfo *info, u8 family)
{
	u32 timeout_default = info->flags & XT_TRIGGER_F_SESSION ?
			      0 : XT_TRIGGER_TIMEOUT_DEFAULT;
	u32 crc = ~0;

	add(&crc, "%s --trigger-type out",
	    family == NFPROTO_IPV4 ? "ipv4" : "ipv6");
	if (strcmp(info->name, XT_TRIGGER_NAME_DEFAULT))
		add(&crc, " --trigger-name %s", info->name);
	add_list(&crc, "match", info->match, info->n_match,
		 XT_TRIGGER_MATCH_ALL);
	add_list(&crc, "relate", info->relate, info->n_relate,
		 XT_TRIGGER_PROTO_ALL);
	if (info->timeout != timeout_default)
		add(&crc, " --trigger-timeout %u", info->timeout);
	if (info->lifetime)
		add(&crc, " --trigger-lifetime %u", info->lifetime);
	if (info->flags & XT_TRIGGER_F_REFRESH_BOTH)
		add(&crc, " --trigger-refresh both");
	if (info->flags & XT_TRIGGER_F_SESSION)
		add(&crc, " --trigger-session");
	if (info->flags & XT_TRIGGER_F_PEER_HOST)
		add(&crc, " --trigger-peer host");
	if (info->flags & XT_TRIGGER_F_OWNER_LAST)
		add(&crc, " --trigger-owner last");
	if (info->max)
		add(&crc, " --trigger-max %u", info->max);
	return ~crc;
}
