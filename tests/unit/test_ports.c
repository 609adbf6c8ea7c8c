// SPDX-License-Identifier: GPL-2.0
/* kernel/ports.c: random ranges, against an array of them. */
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
static struct trigger_ports_node *root;

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

/* The blocks of @r by the definition: the fewest aligned ones. */
static unsigned int blocks(const struct range *r)
{
	u32 port = r->min;
	unsigned int n = 0;

	while (port <= r->max) {
		u32 size = 4096;

		while (port % size || port + size - 1 > r->max)
			size /= 16;
		port += size;
		n++;
	}
	return n;
}

static void map(struct range *r)
{
	choose(r);
	r->n = trigger_ports_blocks(r->min, r->max);
	unit_log("map %d-%d, %u blocks", r->min, r->max, r->n);
	check_equal(r->n, blocks(r));
	check(r->n <= 15 + 3 * 30);
	/* One more would be found by the sanitizer. */
	r->entries = kcalloc(r->n, sizeof(*r->entries), GFP_KERNEL);
	check(!trigger_ports_add(&root, r->min, r->max, r, r->entries));
}

static void unmap(struct range *r)
{
	unit_log("unmap %d-%d", r->min, r->max);
	trigger_ports_remove(r->entries, r->n);
	shim_grace_period();
	kfree(r->entries);
	r->entries = NULL;
}

/* A lookup of @port meets each range that covers it, once. */
static void look_up(u16 port)
{
	unsigned int met[RANGES] = {}, steps = 0, i, covering = 0;
	const struct trigger_ports_entry *entry;
	struct trigger_ports_at at;
	bool more;

	rcu_read_lock();
	more = trigger_ports_first(&at, rcu_dereference(root), port);
	for (; more; more = trigger_ports_below(&at, port)) {
		hlist_for_each_entry_rcu(entry, &at.slot->entries, link) {
			met[(struct range *)entry->data - range]++;
			steps++;
		}
	}
	rcu_read_unlock();
	for (i = 0; i < RANGES; i++) {
		bool covers = range[i].entries && range[i].min <= port &&
			      port <= range[i].max;

		covering += covers;
		if (met[i] != covers) {
			unit_log("port %u: range %d-%d met %u times", port,
				 range[i].min, range[i].max, met[i]);
			check(met[i] == covers);
		}
	}
	check_equal(steps, covering);
}

/* All ports up to trigger_ports_last() have the same ranges. */
static void check_last(u16 port)
{
	u32 last, i;

	rcu_read_lock();
	last = trigger_ports_last(rcu_dereference(root), port);
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
	/* It is worth it: no block that nothing cuts is cut. */
	if (!root)
		check_equal(last, 65535);
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
			unmap(r);
		else
			map(r);
		look_around(r);
		for (i = 0; i < 5; i++)
			look_up(random_number());
		check_last(random_number());
	}
	for (turn = 0; turn < 65536; turn++)
		look_up(turn);
	for (i = 0; i < RANGES; i++) {
		if (range[i].entries)
			unmap(&range[i]);
	}
	/* All nodes went with what was in them. */
	check(!root);
	check_equal(shim_allocated, 0);
}

static struct trigger_ports_entry spare[128];

static bool map_one(void)
{
	int err;

	err = trigger_ports_add(&root, 4097, 61438, NULL, spare);
	if (!err)
		trigger_ports_remove(spare, trigger_ports_blocks(4097, 61438));
	else
		check_equal(err, -ENOMEM);
	return !err;
}

UNIT_TEST(ports_no_memory)
{
	struct range *r = &range[0];

	unit_fail_each_allocation(map_one);
	check(!root);
	/* Beside another range, which stays. */
	map(r);
	unit_fail_each_allocation(map_one);
	look_around(r);
	unmap(r);
	check(!root);
}
