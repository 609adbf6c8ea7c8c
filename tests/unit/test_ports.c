// SPDX-License-Identifier: GPL-2.0
/* kernel/ports.c: random ranges, against an array of them, and its bits. */
#include "../../kernel/ports.h"
#include <linux/slab.h>

#include "unit.h"

#define RANGES		60

struct range {
	u16 min;
	u16 max;
	unsigned int n;
	struct trigger_ports_entry *entries;	/* NULL: not in the map */
};

static struct range range[RANGES];
static struct trigger_ports_map *map;

/* The one that is being mapped or unmapped: a lookup may find a part of it. */
static const struct range *changing;

/* A range of a random width, often at the edge of a block or of all ports. */
static void choose(struct range *r)
{
	u32 width = 1 << random_below(17), min = random_from(1, 65535), max;

	if (one_in(3))
		min = (min & ~0xfU << (4 * random_below(3))) + random_below(2);
	max = min + (one_in(2) ? random_below(width) : width - 1);
	r->min = clamp_t(u32, min, 1, 65535);
	r->max = clamp_t(u32, max, r->min, 65535);
	if (one_in(20)) {
		r->min = 1;
		r->max = one_in(2) ? 65535 : random_from(1, 65535);
	}
}

/* The entries of @r by the definition: the whole blocks, and what is left. */
static unsigned int entries(const struct range *r)
{
	u32 first = round_up(r->min, 256), end = (r->max + 1) & ~255;

	if (first >= end)
		return r->max - r->min + 1;
	return first - r->min + (end - first) / 256 + r->max + 1 - end;
}

/*
 * A lookup of @port meets each range that covers it, once, and none unless its
 * bit is set.
 */
static void look_up(u16 port)
{
	unsigned int met[RANGES] = {}, steps = 0, i, covering = 0;
	struct trigger_ports_at at = {};
	bool covered;

	rcu_read_lock();
	covered = trigger_ports_covered(rcu_dereference(map), port);
	if (map)
		trigger_ports_first(&at, map, port);
	for (; at.link; trigger_ports_next(&at)) {
		met[(struct range *)trigger_ports_data(&at) - range]++;
		steps++;
		check_equal(trigger_ports_is_last(&at), !at.more && !at.link->next);
	}
	rcu_read_unlock();
	for (i = 0; i < RANGES; i++) {
		bool covers = range[i].entries && range[i].min <= port &&
			      port <= range[i].max;

		if (&range[i] == changing && covers) {
			check(met[i] <= 1);
			covering += met[i];
			continue;
		}
		covering += covers;
		if (met[i] != covers) {
			unit_log("port %u: range %d-%d met %u times", port,
				 range[i].min, range[i].max, met[i]);
			check(met[i] == covers);
		}
	}
	check_equal(steps, covering);
	if (covered == !!covering)
		return;
	unit_log("port %u: %u ranges, bit %u", port, covering, covered);
	/* A bit may be set too early or too long, as the range changes. */
	check(changing && changing->min <= port && port <= changing->max);
	for (i = 0; i < RANGES; i++)
		check(!met[i] || &range[i] == changing);
}

/* What another CPU does while a range is mapped or unmapped. */
static void look_on(void)
{
	const struct range *r = &range[random_below(RANGES)];

	look_up(random_from(changing->min, changing->max));
	if (r->entries)
		look_up(random_from(r->min, r->max));
}

static void map_range(struct range *r)
{
	choose(r);
	r->n = trigger_ports_entries(r->min, r->max);
	unit_log("map %d-%d, %u entries", r->min, r->max, r->n);
	check_equal(r->n, entries(r));
	check(r->n <= 764);
	/* One more would be found by the sanitizer. */
	r->entries = kcalloc(r->n, sizeof(*r->entries), GFP_KERNEL);
	changing = r;
	shim_interleave = one_in(4) ? look_on : NULL;
	check(!trigger_ports_add(&map, r->min, r->max, r, r->entries));
	shim_interleave = NULL;
	changing = NULL;
}

static void unmap_range(struct range *r)
{
	unit_log("unmap %d-%d", r->min, r->max);
	changing = r;
	shim_interleave = one_in(4) ? look_on : NULL;
	trigger_ports_remove(&map, r->min, r->max, r->entries);
	shim_interleave = NULL;
	changing = NULL;
	shim_grace_period();
	kfree(r->entries);
	r->entries = NULL;
}

/* The bits from @min to @max are those of the ports that some range covers. */
static void check_covered(u32 min, u32 max)
{
	static bool covered[TRIGGER_PORTS];
	u32 port;
	int i;

	memset(covered + min, false, max - min + 1);
	for (i = 0; i < RANGES; i++) {
		u32 from = max_t(u32, range[i].min, min);
		u32 to = min_t(u32, range[i].max, max);

		if (range[i].entries && from <= to)
			memset(covered + from, true, to - from + 1);
	}
	for (port = min; port <= max; port++) {
		if (trigger_ports_covered(map, port) == covered[port])
			continue;
		unit_log("port %u: bit %u", port, !covered[port]);
		check(false);
	}
}

static void check_covered_around(const struct range *r)
{
	check_covered(max_t(int, r->min - 300, 0), min_t(u32, r->max + 300, 65535));
}

/* All ports up to trigger_ports_last() have the same ranges. */
static void check_last(u16 port)
{
	u32 last;
	int i;

	rcu_read_lock();
	last = trigger_ports_last(rcu_dereference(map), port);
	rcu_read_unlock();
	check(last >= port);
	for (i = 0; i < RANGES; i++) {
		const struct range *r = &range[i];

		if (!r->entries)
			continue;
		if (r->min > port && r->min <= last) {
			unit_log("%u is last of %u, but %d-%d begins", last,
				 port, r->min, r->max);
			check(false);
		}
		check(r->max < port || r->max >= last || r->min > last);
	}
	/* It is worth it: it ends where a block or a range does. */
	for (i = 0; i < RANGES && last % 256 != 255; i++) {
		const struct range *r = &range[i];

		if (r->entries && (r->max == last || r->min == last + 1))
			return;
	}
	check_equal(last % 256, 255);
}

static void look_around(const struct range *r)
{
	static const int off[] = { -1, 0, 1, 15, 16 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(off); i++) {
		look_up(r->min + off[i]);
		look_up(r->max + off[i]);
		check_last(r->min + off[i]);
		check_last(r->max + off[i]);
	}
}

UNIT_TEST(ports)
{
	unsigned int turn, i;
	struct range *r;

	check_last(1);
	for (turn = 0; turn < 6000; turn++) {
		r = &range[random_below(turn % 1000 < 500 ? RANGES : 4)];
		if (r->entries)
			unmap_range(r);
		else
			map_range(r);
		check_covered_around(r);
		look_around(r);
		for (i = 0; i < 5; i++)
			look_up(random_number());
		check_last(random_number());
	}
	for (turn = 0; turn < 65536; turn++)
		look_up(turn);
	check_covered(0, 65535);
	for (i = 0; i < RANGES; i++) {
		if (range[i].entries)
			unmap_range(&range[i]);
	}
	/* The map and its blocks went with what was in them. */
	check(!map);
	check_equal(shim_allocated, 0);
}

static struct trigger_ports_entry spare[764];

static bool map_one(void)
{
	int err;

	err = trigger_ports_add(&map, 4097, 61438, NULL, spare);
	if (!err)
		trigger_ports_remove(&map, 4097, 61438, spare);
	else
		check_equal(err, -ENOMEM);
	check_covered(0, 65535);
	return !err;
}

UNIT_TEST(ports_no_memory)
{
	struct range *r = &range[0];

	unit_fail_each_allocation(map_one);
	check(!map);
	/* Beside another range, which stays. */
	map_range(r);
	unit_fail_each_allocation(map_one);
	look_around(r);
	unmap_range(r);
	check(!map);
}
