/* SPDX-License-Identifier: GPL-2.0 */
/* What stands in front of `dnat` in the nat table. */
#ifndef _RULES_NAT_H
#define _RULES_NAT_H

#include "rules_make.h"

/*
 * Return the first rule in front of our jump (or, without one, of the chain in
 * which it would be the last) that takes every connection from one of the
 * interfaces that @dnat has, such as a DMZ host's; or NULL.
 * @nat: the rules of the table, as iptables-save prints them
 */
const char *rules_nat_taker(const struct lines *nat, const struct lines *dnat);

#endif /* _RULES_NAT_H */
