/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What stands in for the kernel when its files are built as a program: the
 * small part of it that the table, the rules and the parsers use. It is slow
 * and suspicious: what the kernel's contracts forbid ends the program.
 *
 * There is one thread. Where another CPU could come in between (shim_yield()),
 * shim_interleave, if set, is called, and may do to the table what that CPU
 * would.
 */
#ifndef _SHIM_H
#define _SHIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Ends the program with a reason, and with what shim_last_words, if set, has to
 * say about it; the sanitizer adds the stack.
 */
extern void (*shim_last_words)(void);
void shim_die(const char *file, int line, const char *what)
	__attribute__((noreturn));

#define shim_assert(condition, what) do {				\
	if (!(condition))						\
		shim_die(__FILE__, __LINE__, what);			\
} while (0)

/* The state of this CPU, and of the others as far as it matters. */
extern unsigned int shim_cpu;		/* counts for per-CPU variables */
extern unsigned int shim_locks;		/* spinlocks held */
extern unsigned long shim_lockings;	/* how often one was taken */
extern unsigned int shim_mutexes;	/* mutexes held, by any CPU */
extern unsigned int shim_rcu_depth;	/* read sections this CPU is in */
extern unsigned int shim_readers;	/* read sections of all CPUs */

/* What is called where another CPU could come in; NULL: nothing is. */
extern void (*shim_interleave)(void);
void shim_yield(void);

void shim_might_sleep(void);
void shim_rcu_check(const char *file, int line);

/* Ends a grace period: what waits for one is freed. Outside of sections. */
void shim_grace_period(void);
extern unsigned long shim_grace_periods;	/* that have ended */

/* Links of lists followed or deleted since a lock was taken; the most ever. */
extern unsigned long shim_steps;
extern unsigned long shim_steps_most;

/*
 * Memory: what is not freed yet; what was asked for; the allocation that fails,
 * 1: the next one, 0: none; how many did.
 */
extern unsigned long shim_allocated;
extern unsigned long shim_allocations;
extern unsigned long shim_fail_in;
extern unsigned long shim_failed;
bool shim_fails(void);

/* Buckets of the hashes made from now on; with one, all of their keys meet. */
extern unsigned int shim_buckets;

/* Time: moves on, and runs the delayed work that is due. */
extern uint64_t shim_jiffies;
void shim_advance(uint64_t span);

#endif /* _SHIM_H */
