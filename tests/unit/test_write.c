// SPDX-License-Identifier: GPL-2.0
/* kernel/write.c: commands, however they are cut into writes. */
#include <linux/uaccess.h>
#include <stdlib.h>

#include "../../kernel/write.h"
#include "unit.h"
#include "world.h"

static struct trigger_rule *rule;

static void begin(u16 max)
{
	struct xt_trigger_tginfo info = {
		.type = XT_TRIGGER_OUT,
		.n_relate = 1,
		.relate = { { .min = 113, .max = 113, .proto = IPPROTO_TCP } },
		.n_match = 1,
		.match = { { .min = 6660, .max = 6669 } },
		.timeout = 600,
		.max = max,
		.name = "a",
	};

	world_begin();
	*shim_param_max_triggers = 4096;
	*shim_param_max_per_host = 64;
	rule = trigger_rule_get(&world.rules, NFPROTO_IPV4, &info);
	check(!IS_ERR(rule));
}

static void end(void)
{
	trigger_rule_put(rule);
	world_end();
}

/* A line that opens for host @i. */
static size_t open_line(char *line, unsigned int i)
{
	return sprintf(line, "+name=a family=ipv4 owner=10.0.%u.%u open=tcp:113 "
		       "trigger=tcp:6667 peer=any timeout=600 expires=600 "
		       "lifetime=0 age=1 session=0 hits=0 state=open\n",
		       i / 256, i % 256);
}

/* One write of @text, from a copy without a byte to spare. */
static ssize_t write_all(struct trigger_write *writer, const char *text,
			 size_t size)
{
	char *copy = malloc(size ?: 1);
	ssize_t done;

	memcpy(copy, text, size);
	done = trigger_write(writer, &world, copy, size);
	free(copy);
	return done;
}

static ssize_t write_line(const char *line)
{
	struct trigger_write *writer = trigger_write_new();
	ssize_t done;

	check(writer);
	unit_log("write: %s", line);
	done = write_all(writer, line, strlen(line));
	trigger_write_free(writer);
	return done;
}

/* @line does what it says if it returns all of its length. */
#define good(line, left) do {						\
	check_equal(write_line(line), strlen(line));			\
	check_equal(world.table.pool.count, left);			\
} while (0)

#define bad(line, err, left) do {					\
	check_equal(write_line(line), err);				\
	check_equal(world.table.pool.count, left);			\
} while (0)

static void open_hosts(unsigned int n)
{
	char line[256];

	while (n--) {
		open_line(line, n);
		check_equal(write_line(line), strlen(line));
	}
}

/* What is open to some peers is not open to any, and the other way round. */
static void peers_only(void)
{
	struct xt_trigger_tginfo info = {
		.type = XT_TRIGGER_OUT,
		.flags = XT_TRIGGER_F_PEER_HOST,
		.n_relate = 1,
		.relate = { { .min = 113, .max = 113, .proto = IPPROTO_TCP } },
		.timeout = 600,
		.name = "a",
	};
	struct trigger_rule *other;

	begin(0);
	other = trigger_rule_get(&world.rules, NFPROTO_IPV4, &info);
	check(!IS_ERR(other));
	open_hosts(1);
	good("+name=a family=ipv4 owner=10.0.0.9 open=tcp:113 trigger=tcp:1 peer=1.2.3.4,1.2.3.5 timeout=600 expires=600 lifetime=0 age=1 session=0 hits=0 state=open\n", 2);
	good("-peer=1.2.3.6\n", 2);
	good("-peer=1.2.3.5,1.2.3.6\n", 2);
	good("-peer=any owner=10.0.0.9\n", 2);
	good("-peer=1.2.3.5,1.2.3.4\n", 1);
	good("-peer=any\n", 0);
	trigger_rule_put(other);
	end();
}

/* A rule takes back only what a packet of a protocol that it lists has opened. */
UNIT_TEST(write_trigger_protocols)
{
	static const struct {
		const char *trigger;
		bool lists;
	} lines[] = {
		{ "tcp:21", true }, { "udp:21", false }, { "sctp:21", false },
		{ "tcp:53", true }, { "udp:53", true }, { "sctp:53", false },
		{ "dccp:53", false },
		{ "sctp:80", true }, { "tcp:80", false },
		{ "udp:99", true }, { "sctp:99", true }, { "dccp:99", true },
		{ "udplite:99", true },
		{ "tcp:100", true }, { "udp:100", false },
		{ "tcp:0", false }, { "1", false },
	};
	struct xt_trigger_tginfo info = {
		.type = XT_TRIGGER_OUT,
		.n_relate = 1,
		.relate = { { .min = 113, .max = 113, .proto = IPPROTO_TCP } },
		.n_match = 5,
		.match = {
			{ .min = 21, .max = 21, .proto = IPPROTO_TCP },
			{ .min = 53, .max = 53, .proto = XT_TRIGGER_MATCH_ALL },
			{ .min = 80, .max = 80, .proto = IPPROTO_SCTP },
			{ .min = 99, .max = 99, .proto = XT_TRIGGER_MATCH_ANY },
			{ .min = 99, .max = 100, .proto = IPPROTO_TCP },
		},
		.timeout = 600,
		.name = "b",
	};
	struct trigger_rule *listing;
	char line[256];
	unsigned int i;

	begin(0);
	listing = trigger_rule_get(&world.rules, NFPROTO_IPV4, &info);
	check(!IS_ERR(listing));
	for (i = 0; i < ARRAY_SIZE(lines); i++) {
		sprintf(line, "+name=b family=ipv4 owner=10.0.0.1 open=tcp:113 "
			"trigger=%s peer=any timeout=600 expires=600 lifetime=0 "
			"age=1 session=0 hits=0 state=open\n", lines[i].trigger);
		if (lines[i].lists)
			good(line, 1);
		else
			bad(line, -ENOENT, 0);
		good("/\n", 0);
	}
	trigger_rule_put(listing);
	end();
}

UNIT_TEST(write)
{
	char line[256];

	begin(0);
	good("/\n", 0);
	open_hosts(10);
	check_equal(world.table.pool.count, 10);
	open_hosts(10);			/* again: they only live longer */
	check_equal(world.table.pool.count, 10);
	good("-owner=10.0.0.3\n", 9);
	good("-owner=10.0.0.3\n", 9);
	good("-owner=10.0.0.4 name=b\n", 9);
	good("-owner=10.0.0.4 name=a family=ipv4 open=tcp:113 peer=any\n", 8);
	good("-family=ipv6\n", 8);
	good("-peer=1.2.3.4\n", 8);
	good("-open=tcp:112\n", 8);
	good("-open=tcp:113-114\n", 8);
	good("-open=udp:113\n", 8);
	bad("-owner=10.0.0.5", 15, 8);	/* waits for its end, which never comes */
	bad("/", 1, 8);
	bad("-owner=10.0.0.5 \n", -EINVAL, 8);
	bad("-\n", -EINVAL, 8);
	bad("\n", -EINVAL, 8);
	good("-open=tcp:113\n", 0);

	/* What no rule could have opened. */
	bad("+name=b family=ipv4 owner=10.0.0.1 open=tcp:113 trigger=tcp:6667 peer=any timeout=600 expires=600 lifetime=0 age=1 session=0 hits=0 state=open\n", -ENOENT, 0);
	bad("+name=a family=ipv6 owner=::1 open=tcp:113 trigger=tcp:6667 peer=any timeout=600 expires=600 lifetime=0 age=1 session=0 hits=0 state=open\n", -ENOENT, 0);
	bad("+name=a family=ipv4 owner=10.0.0.1 open=tcp:114 trigger=tcp:6667 peer=any timeout=600 expires=600 lifetime=0 age=1 session=0 hits=0 state=open\n", -ENOENT, 0);
	bad("+name=a family=ipv4 owner=10.0.0.1 open=tcp:113 trigger=tcp:6670 peer=any timeout=600 expires=600 lifetime=0 age=1 session=0 hits=0 state=open\n", -ENOENT, 0);
	bad("+name=a family=ipv4 owner=10.0.0.1 open=tcp:113 trigger=tcp:6667 peer=1.2.3.4 timeout=600 expires=600 lifetime=0 age=1 session=0 hits=0 state=open\n", -ENOENT, 0);
	bad("+name=a family=ipv4 owner=10.0.0.1 open=tcp:113 trigger=tcp:6667 peer=any timeout=601 expires=600 lifetime=0 age=1 session=0 hits=0 state=open\n", -ENOENT, 0);
	bad("+name=a family=ipv4 owner=10.0.0.1 open=tcp:113 trigger=tcp:6667 peer=any timeout=600 expires=600 lifetime=9 age=1 session=0 hits=0 state=open\n", -ENOENT, 0);
	bad("+name=a family=ipv4 owner=10.0.0.1 open=tcp:113 trigger=tcp:6667 peer=any timeout=600 expires=600 lifetime=0 age=1 session=1 hits=0 state=open\n", -ENOENT, 0);
	end();

	peers_only();

	begin(2);
	open_hosts(2);
	open_line(line, 2);
	bad(line, -ENOSPC, 2);
	end();
}

/* A line that is refused, and why. */
static size_t bad_line(char *line, int *err)
{
	size_t len;

	*err = -EINVAL;
	switch (random_below(5)) {
	case 0:
		*err = -ENOENT;
		return sprintf(line, "+name=b family=ipv4 owner=10.0.0.1 open=tcp:113 trigger=tcp:6667 peer=any timeout=600 expires=600 lifetime=0 age=1 session=0 hits=0 state=open\n");
	case 1:		/* a NUL hides what is behind it */
		len = sprintf(line, "-owner=10.9.9.9");
		line[len++] = '\0';
		return len + sprintf(line + len, "\n");
	case 2:		/* too long */
		len = random_from(4096, 4200);
		memset(line, 'x', len);
		line[len++] = '\n';
		return len;
	case 3:
		return sprintf(line, "\n");
	default:
		return sprintf(line, "-owner=any\n");
	}
}

/* Several lines, the last of which may be bad, in random writes. */
static void write_in_pieces(void)
{
	static char text[30000];
	struct trigger_write *writer = trigger_write_new();
	size_t size = 0, at = 0, bad_at, chunk, lines = random_below(30), i;
	int err = 0;
	ssize_t done = 0;

	check(writer);
	for (i = 0; i < lines; i++)
		size += open_line(text + size, i);
	bad_at = size;
	if (one_in(2))
		size += bad_line(text + size, &err);
	if (err && one_in(2))	/* what follows is not carried out */
		size += sprintf(text + size, "/\n");

	while (at < size) {
		chunk = min(size - at, (size_t)random_from(1, one_in(2) ? 20 : 9000));
		done = write_all(writer, text + at, chunk);
		unit_log("%zu at %zu of %zu: %zd (bad at %zu: %d)", chunk, at,
			 size, done, bad_at, err);
		if (done <= 0)
			break;
		check(done <= chunk);
		at += done;
	}
	check_equal(world.table.pool.count, lines);
	if (err) {
		check_equal(done, err);
		check(at >= bad_at && at < size);
	} else {
		check_equal(at, size);
	}
	trigger_write_free(writer);
	check_equal(write_line("/\n"), 2);
}

UNIT_TEST(write_in_pieces)
{
	unsigned int turn;

	begin(0);
	for (turn = 0; turn < 2000; turn++)
		write_in_pieces();
	end();
}

/* Memory of the user's that ends: what came before it is done. */
UNIT_TEST(write_fault)
{
	struct trigger_write *writer = trigger_write_new();
	char text[1024];
	size_t len;

	begin(0);
	len = open_line(text, 1);
	len += open_line(text + len, 2);
	shim_user_end = text;
	check_equal(trigger_write(writer, &world, text, len), -EFAULT);
	shim_user_end = text + len / 2;
	check_equal(trigger_write(writer, &world, text, len), -EFAULT);
	check_equal(world.table.pool.count, 0);
	shim_user_end = NULL;
	check_equal(trigger_write(writer, &world, text, len), len);
	check_equal(world.table.pool.count, 2);
	trigger_write_free(writer);
	end();
}
