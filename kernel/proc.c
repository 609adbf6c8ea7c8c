// SPDX-License-Identifier: GPL-2.0
/* /proc/net/xt_trigger: the file, and reading it. */
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/inet.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/user_namespace.h>
#include <net/net_namespace.h>

#include "net.h"
#include "proc.h"
#include "proto.h"

#define TRIGGER_PROC_FILE	"xt_trigger"

/*
 * An open file.
 * @net:    its namespace, which lives as long as the file is open
 * @walk:   where reading is
 * @pos:    the seq_file position of @walk; 0 is the comment line
 * @mutex:  one write at a time
 * @writer: made by the first write
 */
struct trigger_file {
	struct net		*net;
	struct trigger_walk	walk;
	loff_t			pos;
	struct mutex		mutex;	/* writer */
	struct trigger_writer	*writer;
};

static const char * const trigger_stat_name[TRIGGER_STATS] = {
	[TRIGGER_OPENED]	= "opened",
	[TRIGGER_REFRESHED]	= "refreshed",
	[TRIGGER_EXPIRED]	= "expired",
	[TRIGGER_ENDED]		= "ended",
	[TRIGGER_CLOSED]	= "closed",
	[TRIGGER_REFUSED_FULL]	= "refused_full",
	[TRIGGER_REFUSED_HOST]	= "refused_host",
	[TRIGGER_REFUSED_RULE]	= "refused_rule",
	[TRIGGER_EVICTED]	= "evicted",
	[TRIGGER_WAITED]	= "waited",
	[TRIGGER_DNAT]		= "dnat",
	[TRIGGER_ACCEPTED]	= "accepted",
	[TRIGGER_LOCAL]		= "local",
};

static struct trigger_table *trigger_seq_table(const struct seq_file *seq)
{
	const struct trigger_file *open = seq->private;

	return &trigger_net(open->net)->table;
}

static void trigger_show_counters(struct seq_file *seq,
				  const struct trigger_table *table)
{
	enum trigger_stat stat;

	seq_printf(seq, "# triggers=%u max=%u", READ_ONCE(table->pool.count),
		   trigger_table_max());
	for (stat = 0; stat < TRIGGER_STATS; stat++)
		seq_printf(seq, " %s=%llu", trigger_stat_name[stat],
			   trigger_table_stat(table, stat));
	seq_putc(seq, '\n');
}

static void trigger_show_addr(struct seq_file *seq, u8 family,
			      const union nf_inet_addr *addr)
{
	if (family == NFPROTO_IPV4)
		seq_printf(seq, "%pI4", &addr->ip);
	else
		seq_printf(seq, "%pI6c", &addr->in6);
}

/* Returns whether there was any to show. */
static bool trigger_show_peers(struct seq_file *seq, const struct trigger *t)
{
	const struct trigger_peer *peer;
	const char *comma = "";
	unsigned int left = TRIGGER_PEERS_MAX;

	if (!t->set->peer_host) {
		seq_puts(seq, "any");
		return true;
	}
	hlist_for_each_entry_rcu(peer, &t->peers, of) {
		if (!left--)	/* about to be forgotten */
			break;
		seq_puts(seq, comma);
		trigger_show_addr(seq, t->set->family, &peer->line->addr);
		comma = ",";
	}
	return *comma;
}

static void trigger_show_trigger(struct seq_file *seq, const struct trigger *t)
{
	const char *name = trigger_proto_name(t->proto);

	if (name)
		seq_printf(seq, "%s:%u", name, t->port);
	else
		seq_printf(seq, "%u", t->proto);
}

/* Seconds until @t closes by its timeout, rounded up; 0: it has none. */
static u64 trigger_expires(const struct trigger *t, u64 now, u32 timeout)
{
	u32 left = t->set->timeout + (READ_ONCE(t->again) ? TRIGGER_SECOND : 0);
	u32 idle = trigger_elapsed(now, READ_ONCE(t->refreshed));

	if (!timeout)
		return 0;
	left = left > idle ? left - idle : 0;
	return clamp_t(u64, trigger_secs(left + TRIGGER_SECOND - 1), 1, timeout);
}

/* Whether what has been read of @t until now was all there. Under RCU. */
static bool trigger_is_whole(const struct trigger *t)
{
	smp_rmb(); /* what was read, before this; pairs with its closing */
	return !READ_ONCE(t->dead);
}

static int trigger_seq_show(struct seq_file *seq, void *v)
{
	const struct trigger_rule *rule;
	const struct trigger *t = v;
	u64 now = trigger_now();

	if (v == SEQ_START_TOKEN) {
		trigger_show_counters(seq, trigger_seq_table(seq));
		return 0;
	}
	if (!trigger_is_open(t, now))
		return SEQ_SKIP;
	rule = trigger_set_rule(t->set);
	seq_printf(seq, "name=%s family=%s owner=", rule->name->name,
		   t->set->family == NFPROTO_IPV4 ? "ipv4" : "ipv6");
	trigger_show_addr(seq, t->set->family, &t->owner);
	seq_printf(seq, " open=%s trigger=", rule->open);
	trigger_show_trigger(seq, t);
	seq_puts(seq, " peer=");
	if (!trigger_show_peers(seq, t))	/* it opens or closes just now */
		return SEQ_SKIP;
	seq_printf(seq, " timeout=%u expires=%llu lifetime=%u age=%llu session=%u hits=%u state=%s\n",
		   rule->info.timeout,
		   trigger_expires(t, now, rule->info.timeout),
		   rule->info.lifetime, trigger_secs(trigger_age(t, now)),
		   trigger_sessions(t), (u32)atomic_read(&t->hits),
		   trigger_is_waiting(t) ? "waiting" : "open");
	return trigger_is_whole(t) ? 0 : SEQ_SKIP;
}

static void *trigger_seq_next(struct seq_file *seq, void *v, loff_t *pos)
{
	struct trigger_table *table = trigger_seq_table(seq);
	struct trigger_file *open = seq->private;

	open->pos = ++*pos;
	if (v == SEQ_START_TOKEN)
		return trigger_walk_begin(table, &open->walk);
	v = trigger_walk_next(table, &open->walk);
	/* Who seeks far into the file gets here for all lines in front. */
	return v && need_resched() ? trigger_walk_rest(table, &open->walk) : v;
}

static void *trigger_seq_start(struct seq_file *seq, loff_t *pos)
	__acquires(RCU)
{
	struct trigger_table *table = trigger_seq_table(seq);
	struct trigger_file *open = seq->private;
	void *v = SEQ_START_TOKEN;
	loff_t at = 0;

	if (!*pos)	/* so that what is over is neither shown nor counted */
		trigger_table_sweep(table);
	rcu_read_lock();
	if (*pos && open->pos == *pos)
		return trigger_walk_resume(table, &open->walk);
	while (v && at < *pos)
		v = trigger_seq_next(seq, v, &at);
	return v;
}

static void trigger_seq_stop(struct seq_file *seq, void *v)
	__releases(RCU)
{
	struct trigger_file *open = seq->private;

	if (v != SEQ_START_TOKEN)
		trigger_walk_pause(&open->walk);
	rcu_read_unlock();
}

static const struct seq_operations trigger_seq_ops = {
	.start	= trigger_seq_start,
	.next	= trigger_seq_next,
	.stop	= trigger_seq_stop,
	.show	= trigger_seq_show,
};

/*
 * Holds the namespace, as the files of proc_create_net() do: its end, and that of
 * all namespaces behind it, never waits for a reader or a writer.
 */
static int trigger_proc_open(struct inode *inode, struct file *file)
{
	/* A file of /proc/net has the namespace as its folder's data. */
	struct net *net = maybe_get_net(proc_get_parent_data(inode));
	struct trigger_file *open;

	if (!net)
		return -ENXIO;
	open = __seq_open_private(file, &trigger_seq_ops, sizeof(*open));
	if (!open) {
		put_net(net);
		return -ENOMEM;
	}
	open->net = net;
	mutex_init(&open->mutex);
	return 0;
}

static int trigger_proc_release(struct inode *inode, struct file *file)
{
	struct seq_file *seq = file->private_data;
	struct trigger_file *open = seq->private;
	struct net *net = open->net;

	trigger_walk_end(&open->walk);
	trigger_writer_free(open->writer);
	seq_release_private(inode, file);
	put_net(net);
	return 0;
}

/*
 * A read or write may take for ever, if the caller's memory does (FUSE). Unloading
 * is refused meanwhile: it would wait for the call, and nothing could end that.
 */
static ssize_t trigger_proc_read(struct file *file, char __user *to, size_t size,
				 loff_t *pos)
{
	ssize_t done;

	if (!try_module_get(THIS_MODULE))
		return -ENODEV;
	done = seq_read(file, to, size, pos);
	module_put(THIS_MODULE);
	return done;
}

/* Who opened the file must be root of the namespace; who writes need not. */
static ssize_t trigger_proc_write(struct file *file, const char __user *from,
				  size_t size, loff_t *pos)
{
	struct seq_file *seq = file->private_data;
	struct trigger_file *open = seq->private;
	ssize_t done = -ENOMEM;

	if (!file_ns_capable(file, open->net->user_ns, CAP_NET_ADMIN))
		return -EPERM;
	if (!try_module_get(THIS_MODULE))
		return -ENODEV;
	if (mutex_lock_killable(&open->mutex)) {
		done = -EINTR;
		goto out;
	}
	if (!open->writer)
		open->writer = trigger_writer_new();
	if (open->writer)
		done = trigger_writer_write(open->writer, trigger_net(open->net),
					    from, size);
	mutex_unlock(&open->mutex);
out:
	module_put(THIS_MODULE);
	return done;
}

static const struct proc_ops trigger_proc_ops = {
	.proc_open	= trigger_proc_open,
	.proc_read	= trigger_proc_read,
	.proc_write	= trigger_proc_write,
	.proc_lseek	= seq_lseek,
	.proc_release	= trigger_proc_release,
};

/* Makes the namespace's file, for trigger_proc_own(). NULL: no memory. */
struct proc_dir_entry *trigger_proc_init(struct net *net)
{
	return proc_create(TRIGGER_PROC_FILE, 0640, net->proc_net,
			   &trigger_proc_ops);
}

/*
 * Gives @file to the root of the namespace's owner; returns whether it could: a
 * namespace may be made before its owner's users are mapped. Process context.
 */
bool trigger_proc_own(struct proc_dir_entry *file, const struct net *net)
{
	kuid_t uid = make_kuid(net->user_ns, 0);
	kgid_t gid = make_kgid(net->user_ns, 0);

	if (!uid_valid(uid) || !gid_valid(gid))
		return false;
	proc_set_user(file, uid, gid);
	return true;
}

/* Removes it. No read or write is under way: they hold namespace and module. */
void trigger_proc_exit(struct net *net)
{
	remove_proc_entry(TRIGGER_PROC_FILE, net->proc_net);
}
