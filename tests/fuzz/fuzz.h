/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the fuzzers share. Each is called `PROGRAM SEED COUNT ...` and feeds the
 * kernel COUNT inputs; the same seed makes the same inputs. It ends with 0, with
 * 1 and a message that begins with "FOUND" when the kernel did what it must
 * not do, or with 2 when it could not work.
 *
 * Where the kernel offers KCOV, and the module is built for it, inputs that
 * reach new code are kept, and changed again.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))
#define PICK(array)		((array)[below(ARRAY_SIZE(array))])

extern uint64_t fuzz_count;	/* inputs to make */
extern uint64_t fuzz_done;	/* inputs made */

void fuzz_start(const char *kind, int argc, char **argv);
int fuzz_end(void);
_Noreturn void found(const char *format, ...)
	__attribute__((format(printf, 1, 2)));
_Noreturn void cannot(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

/* Chance, all of it from the seed. */
uint64_t any(void);
uint32_t below(uint32_t n);
uint32_t between(uint32_t first, uint32_t last);
bool one_in(uint32_t n);
void change_bytes(void *data, size_t len);

/*
 * Code that is reached: between the two calls, by this task's system calls.
 * cover_end() returns whether some of it was reached for the first time, false
 * without KCOV.
 */
void cover_begin(void);
bool cover_end(void);

/* The inputs that reached it. recall(): one of them, its length; 0: none. */
void keep(const void *data, size_t len);
size_t recall(void *data, size_t size);

#endif /* FUZZ_H */
