/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who listens to the events of the world's table: knows what is in it from them
 * alone, but for what ended together and what was lost.
 */
#ifndef _LISTENER_H
#define _LISTENER_H

#include <linux/types.h>

/* Messages that were received, by enum xt_trigger_event. */
extern unsigned long listener_received[];

/* The rule of the last message about several, or LISTENER_NO_RULE. */
#define LISTENER_NO_RULE	U64_MAX
extern u64 listener_told;

/* Joins, and reads what is there. */
void listener_begin(void);

/* Leaves, if it has joined. */
void listener_end(void);

/* Ends the test if it does not know what is in the table. */
void listener_check(void);

#endif /* _LISTENER_H */
