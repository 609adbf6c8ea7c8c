/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A small world for the tests of the table: a namespace's table and rules, a
 * few hosts, and connections in every state that conntrack has them in.
 */
#ifndef _WORLD_H
#define _WORLD_H

#include <net/netfilter/nf_conntrack.h>

#include "../../kernel/close.h"
#include "../../kernel/due.h"
#include "../../kernel/gc.h"
#include "../../kernel/hash.h"
#include "../../kernel/host.h"
#include "../../kernel/limit.h"
#include "../../kernel/listing.h"
#include "../../kernel/lookup.h"
#include "../../kernel/net.h"
#include "../../kernel/open.h"
#include "../../kernel/park.h"
#include "../../kernel/peer.h"
#include "../../kernel/queue.h"
#include "../../kernel/refresh.h"
#include "../../kernel/restore.h"
#include "../../kernel/session.h"
#include "../../kernel/table.h"
#include "../../kernel/walk.h"

#define WORLD_RULES	8
#define WORLD_OWNERS	6
#define WORLD_PEERS	20
#define WORLD_CONNS	80
#define WORLD_MAX	(WORLD_RULES * WORLD_OWNERS)

/*
 * A rule that may be loaded.
 * @rule:  NULL: it is not
 * @users: iptables rules that hold it
 * @parked: it was parked when it was unloaded, and the next to be loaded is the same
 * @until: tick at which its grace ends
 */
struct world_rule {
	struct xt_trigger_tginfo	info;
	struct trigger_rule		*rule;
	unsigned int			users;
	u8				family;
	bool				parked;
	u64				until;
};

extern struct trigger_net world;
extern struct world_rule world_rule[WORLD_RULES];

/* Connections: conntrack, and thus the test, holds a reference to each. */
extern struct nf_conn world_conn[WORLD_CONNS];

/* Host @i of a family: owners are in few networks, peers elsewhere. */
union nf_inet_addr world_owner(u8 family, unsigned int i);
union nf_inet_addr world_peer(u8 family, unsigned int i);

void world_begin(void);
void world_end(void);

/* Loads rule @i once more, a new one if it is not loaded; unloads it once. */
void world_load(unsigned int i);
void world_unload(unsigned int i);

/* Connections that come, go on, and end: each is of one host with another. */
extern struct world_conn {
	u8		family;
	unsigned int	owner;
	unsigned int	peer;
} world_ends[WORLD_CONNS];

struct nf_conn *world_random_conn(void);
void world_change_conn(struct nf_conn *ct);
struct world_conn *world_ends_of(const struct nf_conn *ct);

/* A packet of @ct triggers. */
void world_packet(struct world_rule *r, struct nf_conn *ct);

/* All active triggers that are in the table, open or not. */
unsigned int world_snapshot(struct trigger **found, unsigned int max);

/* Their ids. */
unsigned int world_ids(u64 *ids, unsigned int max);

/* Ends the test if the table contradicts itself. */
void world_check(void);

/* The same for other connections than those of the world. */
void world_check_conns(const struct nf_conn *conn, unsigned int conns);

extern unsigned int *const shim_param_max_triggers;
extern unsigned int *const shim_param_max_per_host;

/* Writes reload_grace. */
int shim_set_reload_grace(const char *value);
extern unsigned int world_grace;
void world_set_grace(unsigned int secs);

/* What `dnat` asks: who owns @port for @peer? */
static inline struct trigger *
world_by_port(const struct trigger_ports *ports, u8 proto, u16 port,
	      const union nf_inet_addr *peer)
{
	const struct trigger_ports_map *map =
		trigger_lookup_map(ports, proto, port);

	return map ? trigger_lookup_owner(map, port, peer) : NULL;
}

/* What `in` asks: has @owner @port open for @peer? */
static inline struct trigger *
world_by_owner(const struct trigger_ports *ports, u8 proto, u16 port,
	       const union nf_inet_addr *owner,
	       const union nf_inet_addr *peer)
{
	const struct trigger_ports_map *map =
		trigger_lookup_map(ports, proto, port);

	return map ? trigger_lookup_owned(map, port, owner, peer) : NULL;
}

/* A new inbound connection to the owner of @t. */
static inline void world_hit(struct trigger *t)
{
	atomic_inc(&t->hits);
}

#endif /* _WORLD_H */
