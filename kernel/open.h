/* SPDX-License-Identifier: GPL-2.0 */
/* How an active trigger opens: by a packet of its owner. */
#ifndef _TRIGGER_OPEN_H
#define _TRIGGER_OPEN_H

#include "trigger.h"

struct nf_conn;
struct trigger_room;

struct trigger *trigger_open_insert(struct trigger_set *set,
				    const struct trigger_room *room, u8 proto,
				    u16 port, u64 since, u32 refreshed,
				    gfp_t gfp);
void trigger_open_packet(struct trigger_set *set, struct nf_conn *ct);

#endif /* _TRIGGER_OPEN_H */
