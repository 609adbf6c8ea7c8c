/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the specification says of a table, for the tests to compare it with.
 *
 * The model keeps a plain array and asks every question by looking at all of
 * it. Where the specification leaves a second open (a timeout may run up to a
 * second longer), it takes what the table says, once it is within bounds.
 */
#ifndef _MODEL_H
#define _MODEL_H

#include "world.h"

struct model_peer {
	unsigned int	peer;
	u64		since;
	u64		contacted;
};

/*
 * An active trigger that is open, or was when we last looked.
 * @t:        the real one; in the table as long as it is open
 * @set:      where the real one is
 * @parked:   its rule is away
 * @since:    its place in line, as the table gave it
 * @last:     the last refresh
 * @counted:  the last refresh that was counted
 * @met:      connections that opened or refreshed it, NULL for those that
 *            ended, and when we first saw each; with more than are followed
 *            (@unsure), which of them are is the table's choice
 * @held:     whether the table has a reference to it; one that ends before that
 *            may count as new for a while (@unsure, too)
 */
struct model {
	struct trigger		*t;
	struct world_rule	*rule;
	const struct trigger_set *set;
	unsigned int		owner;
	bool			parked;
	u64			since;
	u64			opened;
	u64			last;
	u64			counted;
	struct model_peer	peer[TRIGGER_PEERS_MAX];
	unsigned int		n_peers;
	struct nf_conn		*met[TRIGGER_SESSIONS_MAX];
	u64			met_at[TRIGGER_SESSIONS_MAX];
	bool			held[TRIGGER_SESSIONS_MAX];
	unsigned int		n_met;
	u64			adopting_until;
	bool			unsure;
	u32			hits;
};

extern struct model model[WORLD_MAX];
extern unsigned int model_n;
extern u64 model_count[TRIGGER_STATS];
extern u64 model_over;			/* expired or ended */
extern u64 model_now;

struct model *model_find(const struct world_rule *r, unsigned int owner);
void model_forget(struct model *m);

/* Compares all with the table; what is over is not in the model afterwards. */
void model_compare(void);

/* Who has what? */
bool model_covers(const struct world_rule *r, u8 proto, u32 port);
bool model_admits(struct model *m, unsigned int peer, u64 *since);
struct model *model_owner_of(const struct trigger_name *name, u8 proto,
			     u32 port, unsigned int peer);
bool model_waits(struct model *m);
struct model_peer *model_find_peer(struct model *m, unsigned int peer);

/* What a packet or a saved line changes. */
bool model_make_room(const struct world_rule *r, unsigned int owner,
		     bool evict);
struct model *model_open(struct world_rule *r, unsigned int owner);
void model_touch(struct model *m);
void model_meet_peer(struct model *m, unsigned int peer, u64 since, bool fresh);
void model_meet_conn(struct model *m, struct nf_conn *ct, bool inbound);
void model_forget_ended(struct model *m);
void model_count_waiting(struct model *m);
u64 model_place(u64 since);

/* The real trigger that has just been refreshed or opened. */
struct trigger *model_real(const struct world_rule *r, unsigned int owner);

#endif /* _MODEL_H */
