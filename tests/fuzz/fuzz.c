// SPDX-License-Identifier: GPL-2.0
/* What the fuzzers share. See fuzz.h. */
#include <fcntl.h>
#include <linux/kcov.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"

#define COVER_SIZE	(64 << 10)	/* words of KCOV's buffer */
#define SEEN_BITS	20		/* of the hash of code seen */
#define KEPT_MAX	4096

uint64_t fuzz_count;
uint64_t fuzz_done;

static const char *fuzz_kind;
static uint64_t fuzz_seed;
static uint64_t state;

static unsigned long *cover;
static uint8_t *seen;
static unsigned int reached;

static struct kept {
	void *data;
	size_t len;
} kept[KEPT_MAX];
static unsigned int n_kept;

static void say(const char *what, const char *format, va_list args)
{
	fprintf(stderr, "%s: %s with seed %llu, at input %llu: ", what,
		fuzz_kind, (unsigned long long)fuzz_seed,
		(unsigned long long)fuzz_done);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
}

void found(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say("FOUND", format, args);
	va_end(args);
	exit(1);
}

void cannot(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say("cannot work", format, args);
	va_end(args);
	exit(2);
}

/* If there is no KCOV, everything works without it. */
static void cover_open(void)
{
	int fd = open("/sys/kernel/debug/kcov", O_RDWR | O_CLOEXEC);
	void *words;

	if (fd < 0)
		return;
	if (ioctl(fd, KCOV_INIT_TRACE, COVER_SIZE))
		cannot("KCOV_INIT_TRACE: %m");
	words = mmap(NULL, COVER_SIZE * sizeof(*cover), PROT_READ | PROT_WRITE,
		     MAP_SHARED, fd, 0);
	if (words == MAP_FAILED)
		cannot("mmap of KCOV: %m");
	if (ioctl(fd, KCOV_ENABLE, KCOV_TRACE_PC))
		cannot("KCOV_ENABLE: %m");
	cover = words;
	seen = calloc(1, 1 << SEEN_BITS);
	if (!seen)
		cannot("no memory");
}

/* So that a guest that dies says in its last words what it died of. */
static void announce(void)
{
	FILE *log = fopen("/dev/kmsg", "w");

	if (!log)
		return;
	fprintf(log, "<6>fuzz: %s, seed %llu, %llu inputs\n", fuzz_kind,
		(unsigned long long)fuzz_seed, (unsigned long long)fuzz_count);
	fclose(log);
}

void fuzz_start(const char *kind, int argc, char **argv)
{
	fuzz_kind = kind;
	if (argc < 3)
		cannot("usage: %s SEED COUNT ...", argv[0]);
	fuzz_seed = strtoull(argv[1], NULL, 10);
	fuzz_count = strtoull(argv[2], NULL, 10);
	state = fuzz_seed;
	cover_open();
	announce();
}

int fuzz_end(void)
{
	/* Nothing else is, either. */
	if (cover && !reached)
		cannot("the module is not built for KCOV");
	printf("%s: %llu inputs", fuzz_kind, (unsigned long long)fuzz_done);
	if (cover)
		printf(", %u places reached, %u inputs kept", reached, n_kept);
	putchar('\n');
	return 0;
}

/* Chance: splitmix64. */

uint64_t any(void)
{
	uint64_t z = state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

uint32_t below(uint32_t n)
{
	return any() % n;
}

uint32_t between(uint32_t first, uint32_t last)
{
	return first + any() % ((uint64_t)last - first + 1);
}

bool one_in(uint32_t n)
{
	return !below(n);
}

void change_bytes(void *data, size_t len)
{
	static const uint8_t odd[] = { 0, 1, 0x7f, 0x80, 0xff };
	uint8_t *byte = data;
	size_t at, n;

	if (!len)
		return;
	at = below(len);
	n = between(1, len - at < 8 ? len - at : 8);
	switch (below(5)) {
	case 0:
		byte[at] ^= 1 << below(8);
		break;
	case 1:
		byte[at] = any();
		break;
	case 2:
		byte[at] = PICK(odd);
		break;
	case 3:
		memset(byte + at, PICK(odd), n);
		break;
	default:
		memmove(byte + at, byte + below(len - n + 1), n);
	}
}

/* Coverage. */

void cover_begin(void)
{
	if (cover)
		__atomic_store_n(&cover[0], 0, __ATOMIC_RELAXED);
}

bool cover_end(void)
{
	unsigned long n, i, hash;
	bool is_new = false;

	if (!cover)
		return false;
	n = __atomic_load_n(&cover[0], __ATOMIC_RELAXED);
	for (i = 1; i <= n && i < COVER_SIZE; i++) {
		hash = cover[i] * 0x9e3779b97f4a7c15 >> (64 - SEEN_BITS);
		if (seen[hash])
			continue;
		seen[hash] = 1;
		is_new = true;
		reached++;
	}
	return is_new;
}

void keep(const void *data, size_t len)
{
	struct kept *place = &kept[n_kept < KEPT_MAX ? n_kept++ :
					 below(KEPT_MAX)];

	free(place->data);
	place->data = malloc(len);
	if (!place->data)
		cannot("no memory");
	memcpy(place->data, data, len);
	place->len = len;
}

size_t recall(void *data, size_t size)
{
	const struct kept *place;

	if (!n_kept)
		return 0;
	place = &kept[below(n_kept)];
	if (place->len > size)
		return 0;
	memcpy(data, place->data, place->len);
	return place->len;
}
