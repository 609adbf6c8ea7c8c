// SPDX-License-Identifier: GPL-2.0
/*
 * What a valid rule is. The plugin makes no other, but a rule need not come
 * from the plugin. See include/xt_TRIGGER.h for what each field may be.
 */
#include <linux/ctype.h>
#include <linux/in.h>
#include <linux/string.h>

#include "check.h"

/* What is wrong with the first @len characters of @name; NULL: nothing. */
static const char *chars_invalid(const char *name, size_t len)
{
	size_t i;

	if (!len)
		return "empty";
	if (!isascii(name[0]) || !isalnum(name[0]))
		return "the first character is not alphanumeric";
	for (i = 1; i < len; i++) {
		if (!isascii(name[i]) ||
		    (!isalnum(name[i]) && !strchr("_.-", name[i])))
			return "a character other than A-Za-z0-9_.-";
	}
	return NULL;
}

/* Whether @name, of any length, is one. Any context. */
bool trigger_check_name(const char *name)
{
	size_t len = strlen(name);

	return len < XT_TRIGGER_NAME_LEN && !chars_invalid(name, len);
}

static const char *name_invalid(const char *name)
{
	size_t len = strnlen(name, XT_TRIGGER_NAME_LEN);

	if (len == XT_TRIGGER_NAME_LEN)
		return "longer than 31 characters";
	if (memchr_inv(name + len, 0, XT_TRIGGER_NAME_LEN - len))
		return "not zero behind its end";
	return chars_invalid(name, len);
}

static bool proto_valid(u8 proto)
{
	return proto == IPPROTO_TCP || proto == IPPROTO_UDP ||
	       proto == IPPROTO_SCTP;
}

/* Whether the protocols of two items have one in common. */
static bool protos_overlap(u8 a, u8 b)
{
	return a == b ||
	       (a == XT_TRIGGER_PROTO_ALL && b != IPPROTO_SCTP) ||
	       (b == XT_TRIGGER_PROTO_ALL && a != IPPROTO_SCTP);
}

/* What is wrong with the items of a list, behind its @n as well; NULL: nothing */
static const char *list_invalid(const struct xt_trigger_range *item,
				u8 n)
{
	u8 i;

	if (n > XT_TRIGGER_ITEMS_MAX)
		return "more than 15 items";
	for (i = 0; i < n; i++) {
		if (!item[i].min)
			return "port 0";
		if (item[i].min > item[i].max)
			return "a range runs backwards";
		if (item[i].pad)
			return "padding is not zero";
	}
	if (memchr_inv(item + n, 0, (XT_TRIGGER_ITEMS_MAX - n) * sizeof(*item)))
		return "not zero behind the last item";
	return NULL;
}

static const char *relate_invalid(const struct xt_trigger_tginfo *info)
{
	const struct xt_trigger_range *item = info->relate;
	u8 i, j;

	if (!info->n_relate)
		return "no item";
	for (i = 0; i < info->n_relate; i++) {
		if (item[i].proto != XT_TRIGGER_PROTO_ALL &&
		    !proto_valid(item[i].proto))
			return "protocol is not tcp, udp, sctp or all";
		for (j = 0; j < i; j++) {
			if (item[i].min <= item[j].max &&
			    item[j].min <= item[i].max &&
			    protos_overlap(item[i].proto, item[j].proto))
				return "items of one protocol overlap";
		}
	}
	return NULL;
}

static const char *match_invalid(const struct xt_trigger_tginfo *info)
{
	u8 i, proto;

	for (i = 0; i < info->n_match; i++) {
		proto = info->match[i].proto;
		if (proto != XT_TRIGGER_MATCH_ANY &&
		    proto != XT_TRIGGER_MATCH_ALL && !proto_valid(proto))
			return "protocol is not tcp, udp, sctp or all";
	}
	return NULL;
}

static const char *timeout_invalid(const struct xt_trigger_tginfo *info)
{
	if (info->timeout > XT_TRIGGER_SECS_MAX)
		return "over 31536000";
	if (!info->timeout && !(info->flags & XT_TRIGGER_F_SESSION))
		return "0 without --trigger-session";
	return NULL;
}

static const char *out_invalid(const struct xt_trigger_tginfo *info,
			       const char **option)
{
	const char *why;

	*option = "flags";
	if (info->flags & ~XT_TRIGGER_F_OUT)
		return "one that --trigger-type out does not take";
	*option = "--trigger-relate";
	why = list_invalid(info->relate, info->n_relate);
	if (!why)
		why = relate_invalid(info);
	if (why)
		return why;
	*option = "--trigger-match";
	why = list_invalid(info->match, info->n_match);
	if (!why)
		why = match_invalid(info);
	if (why)
		return why;
	*option = "--trigger-timeout";
	why = timeout_invalid(info);
	if (why)
		return why;
	*option = "--trigger-lifetime";
	return info->lifetime > XT_TRIGGER_SECS_MAX ? "over 31536000" : NULL;
}

/* `dnat` and `in` take a name, and `dnat` one flag; the rest is zero. */
static const char *reader_invalid(const struct xt_trigger_tginfo *info,
				  const char **option)
{
	u8 flags = info->type == XT_TRIGGER_DNAT ? XT_TRIGGER_F_DNAT : 0;

	*option = NULL;
	if (info->flags & ~flags)
		*option = "flags";
	else if (info->n_relate || memchr_inv(info->relate, 0, sizeof(info->relate)))
		*option = "--trigger-relate";
	else if (info->n_match || memchr_inv(info->match, 0, sizeof(info->match)))
		*option = "--trigger-match";
	else if (info->timeout)
		*option = "--trigger-timeout";
	else if (info->lifetime)
		*option = "--trigger-lifetime";
	else if (info->max)
		*option = "--trigger-max";
	return *option ? "this --trigger-type does not take it" : NULL;
}

/*
 * What is wrong with @info, and in *@option the option or field that it is
 * wrong with. NULL: nothing. Any context.
 */
const char *trigger_check_info(const struct xt_trigger_tginfo *info,
			       const char **option)
{
	const char *why;

	*option = "padding";
	if (info->pad || info->pad2)
		return "not zero";
	*option = "--trigger-name";
	why = name_invalid(info->name);
	if (why)
		return why;
	switch (info->type) {
	case XT_TRIGGER_OUT:
		return out_invalid(info, option);
	case XT_TRIGGER_DNAT:
	case XT_TRIGGER_IN:
		return reader_invalid(info, option);
	default:
		*option = "--trigger-type";
		return "not out, dnat or in";
	}
}
