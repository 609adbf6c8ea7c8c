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

#include "gc.h"
#include "limit.h"
#include "listing.h"
#include "lookup.h"
#include "net.h"
#include "peer.h"
#include "proc.h"
#include "proto.h"
#include "table.h"
#include "write.h"

#define PROC_FILE	"xt_trigger"

/*
 * An open file.
 * @net:     its namespace, which lives as long as the file is open
 * @listing: where reading is
 * @pos:     the seq_file position of @listing; 0 is the comment line
 * @mutex:   one write at a time
 * @writer:  made by the first write
 */
struct proc_file {
	struct net		*net;
	struct trigger_listing	listing;
	loff_t			pos;
	struct mutex		mutex;	/* writer */
	struct trigger_write	*writer;
};

static const char * const stat_name[TRIGGER_STATS] = {
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

static struct trigger_table *seq_table(const struct seq_file *seq)
{
	const struct proc_file *open = seq->private;

	return &trigger_net(open->net)->table;
}

static void show_counters(struct seq_file *seq, struct trigger_table *table)
{
	enum trigger_stat stat;
	u32 count, parked;

	count = trigger_table_count(table, &parked);
	seq_printf(seq, "# triggers=%u max=%u", count, trigger_limit_table());
	for (stat = 0; stat < TRIGGER_STATS; stat++)
		seq_printf(seq, " %s=%llu", stat_name[stat],
			   trigger_table_stat(table, stat));
	seq_printf(seq, " parked=%u\n", parked);
}

static void show_addr(struct seq_file *seq, u8 family,
		      const union nf_inet_addr *addr)
{
	if (family == NFPROTO_IPV4)
		seq_printf(seq, "%pI4", &addr->ip);
	else
		seq_printf(seq, "%pI6c", &addr->in6);
}

/* Show the peers of @t. Return whether there was one. */
static bool show_peers(struct seq_file *seq, const struct trigger *t)
{
	const struct trigger_peer *peer;
	const char *comma = "";
	unsigned int left = TRIGGER_PEERS_MAX;

	if (!t->set->peer_host) {
		seq_puts(seq, "any");
		return true;
	}
	hlist_for_each_entry_rcu(peer, &t->peers, node) {
		if (!left--)	/* about to be deleted */
			break;
		seq_puts(seq, comma);
		show_addr(seq, t->set->family, &peer->queue->addr);
		comma = ",";
	}
	return *comma;
}

static void show_trigger(struct seq_file *seq, const struct trigger *t)
{
	const char *name = trigger_proto_name(t->proto);

	if (name)
		seq_printf(seq, "%s:%u", name, t->port);
	else
		seq_printf(seq, "%u", t->proto);
}

/* Show one end of a connection: IPv6 in brackets, @port if there is one. */
static void show_end(struct seq_file *seq, u8 family,
		     const union nf_inet_addr *addr, bool has_port, __be16 port)
{
	if (family == NFPROTO_IPV4)
		seq_printf(seq, "%pI4", &addr->ip);
	else
		seq_printf(seq, "[%pI6c]", &addr->in6);
	if (has_port)
		seq_printf(seq, ":%u", ntohs(port));
}

/* Show the connections that @t follows, "-" if there are none. */
static void show_cts(struct seq_file *seq, const struct trigger *t)
{
	struct nf_conntrack_tuple tuple;
	u8 family = t->set->family, i;
	const char *name, *comma = "";

	for (i = 0; i < t->set->sessions; i++) {
		if (!trigger_session_tuple(&t->session[i], &tuple))
			continue;
		seq_puts(seq, comma);
		comma = ",";
		name = trigger_proto_name(tuple.dst.protonum);
		if (name)
			seq_printf(seq, "%s:", name);
		else
			seq_printf(seq, "%u:", tuple.dst.protonum);
		show_end(seq, family, &tuple.src.u3, name, tuple.src.u.all);
		seq_putc(seq, '-');
		show_end(seq, family, &tuple.dst.u3, name, tuple.dst.u.all);
	}
	if (!*comma)
		seq_putc(seq, '-');
}

/* Whether @t was alive when it was read. Under RCU. */
static bool is_alive(const struct trigger *t)
{
	smp_rmb(); /* what was read, before this; pairs with its closing */
	return !READ_ONCE(t->dead);
}

static const char *state_of(const struct trigger *t)
{
	if (trigger_is_parked(t))
		return "parked";
	return trigger_lookup_is_waiting(t) ? "waiting" : "open";
}

static int seq_show(struct seq_file *seq, void *v)
{
	const struct proc_file *open = seq->private;
	const struct trigger_rule *rule;
	const struct trigger *t = v;
	u64 now = trigger_clock_now();

	if (v == SEQ_START_TOKEN) {
		show_counters(seq, seq_table(seq));
		return 0;
	}
	if (!trigger_listing_has(&open->listing, t) || !trigger_is_open(t, now))
		return SEQ_SKIP;
	rule = t->set->rule;
	seq_printf(seq, "name=%s family=%s owner=", t->set->name,
		   t->set->family == NFPROTO_IPV4 ? "ipv4" : "ipv6");
	show_addr(seq, t->set->family, &t->owner);
	seq_printf(seq, " open=%s trigger=", rule->open);
	show_trigger(seq, t);
	seq_puts(seq, " peer=");
	if (!show_peers(seq, t))	/* it is opening or closing */
		return SEQ_SKIP;
	seq_printf(seq, " timeout=%u expires=%u lifetime=%u age=%llu session=%u hits=%u state=%s id=%llu rule=%08x answered=%u ct=",
		   rule->info.timeout, trigger_expires_secs(t, now),
		   rule->info.lifetime, trigger_clock_secs(trigger_age(t, now)),
		   trigger_sessions(t), (u32)atomic_read(&t->hits),
		   state_of(t), t->id, t->set->label, READ_ONCE(t->answered));
	show_cts(seq, t);
	seq_putc(seq, '\n');
	return is_alive(t) ? 0 : SEQ_SKIP;
}

static void *seq_next(struct seq_file *seq, void *v, loff_t *pos)
{
	struct trigger_table *table = seq_table(seq);
	struct proc_file *open = seq->private;

	open->pos = ++*pos;
	if (v == SEQ_START_TOKEN)
		return trigger_listing_first(&open->listing, table);
	return trigger_listing_next(&open->listing, table);
}

/*
 * Start reading at the comment line, with nothing shown or counted that is over.
 * -ENOMEM.
 */
static int read_anew(struct proc_file *open)
{
	struct trigger_net *tn = trigger_net(open->net);

	trigger_gc_run(&tn->table);
	trigger_rule_gc(&tn->rules);
	return trigger_listing_start(&open->listing, &tn->rules);
}

static void *seq_start(struct seq_file *seq, loff_t *pos)
	__acquires(RCU)
{
	struct trigger_table *table = seq_table(seq);
	struct proc_file *open = seq->private;
	void *v = SEQ_START_TOKEN;
	bool resume = *pos && open->pos == *pos;
	loff_t at = 0;
	int err = resume ? 0 : read_anew(open);

	rcu_read_lock();	/* seq_stop() is called for an error, too */
	if (err)
		return ERR_PTR(err);
	if (resume)
		return trigger_listing_resume(&open->listing, table);
	while (v && at < *pos)
		v = seq_next(seq, v, &at);
	return v;
}

static void seq_stop(struct seq_file *seq, void *v)
	__releases(RCU)
{
	struct proc_file *open = seq->private;

	if (v != SEQ_START_TOKEN && !IS_ERR(v))
		trigger_listing_pause(&open->listing);
	rcu_read_unlock();
}

static const struct seq_operations seq_ops = {
	.start	= seq_start,
	.next	= seq_next,
	.stop	= seq_stop,
	.show	= seq_show,
};

/*
 * Hold the namespace, as the files of proc_create_net() do: its end, and that of
 * all namespaces behind it, never waits for a reader or a writer.
 */
static int proc_file_open(struct inode *inode, struct file *file)
{
	/* A file of /proc/net has the namespace as its folder's data. */
	struct net *net = maybe_get_net(proc_get_parent_data(inode));
	struct proc_file *open;

	if (!net)
		return -ENXIO;
	open = __seq_open_private(file, &seq_ops, sizeof(*open));
	if (!open) {
		put_net(net);
		return -ENOMEM;
	}
	open->net = net;
	mutex_init(&open->mutex);
	return 0;
}

static int proc_file_release(struct inode *inode, struct file *file)
{
	struct seq_file *seq = file->private_data;
	struct proc_file *open = seq->private;
	struct net *net = open->net;

	trigger_listing_end(&open->listing);
	trigger_write_free(open->writer);
	seq_release_private(inode, file);
	put_net(net);
	return 0;
}

/*
 * A read or write may take for ever, if the caller's memory does (FUSE). Unloading
 * is refused meanwhile: it would wait for the call, and nothing could end that. While
 * the module goes, the file is as good as gone: -EIO, as then.
 */
static ssize_t proc_file_read(struct file *file, char __user *to, size_t size,
			      loff_t *pos)
{
	ssize_t done;

	if (!try_module_get(THIS_MODULE))
		return -EIO;
	done = seq_read(file, to, size, pos);
	module_put(THIS_MODULE);
	return done;
}

/* The opener must be root of the namespace; the writer need not be. */
static ssize_t proc_file_write(struct file *file, const char __user *from,
			       size_t size, loff_t *pos)
{
	struct seq_file *seq = file->private_data;
	struct proc_file *open = seq->private;
	ssize_t done = -ENOMEM;

	if (!file_ns_capable(file, open->net->user_ns, CAP_NET_ADMIN))
		return -EPERM;
	if (!try_module_get(THIS_MODULE))
		return -EIO;
	if (mutex_lock_killable(&open->mutex)) {
		done = -EINTR;
		goto out;
	}
	if (!open->writer)
		open->writer = trigger_write_new();
	if (open->writer)
		done = trigger_write(open->writer, trigger_net(open->net),
				     from, size);
	mutex_unlock(&open->mutex);
out:
	module_put(THIS_MODULE);
	return done;
}

static const struct proc_ops proc_file_ops = {
	.proc_open	= proc_file_open,
	.proc_read	= proc_file_read,
	.proc_write	= proc_file_write,
	.proc_lseek	= seq_lseek,
	.proc_release	= proc_file_release,
};

/* Make the file of @net, for trigger_proc_own(). NULL: no memory. */
struct proc_dir_entry *trigger_proc_init(struct net *net)
{
	return proc_create(PROC_FILE, 0640, net->proc_net,
			   &proc_file_ops);
}

/*
 * Give the file of @net to the root of the namespace's owner, once: a namespace
 * may be made before its owner's users are mapped, and what an administrator
 * changes later stays. Process context.
 */
void trigger_proc_own(const struct net *net)
{
	struct trigger_net_core *core = trigger_net_core(net);
	kuid_t uid = make_kuid(net->user_ns, 0);
	kgid_t gid = make_kgid(net->user_ns, 0);

	if (READ_ONCE(core->owned) || !uid_valid(uid) || !gid_valid(gid))
		return;
	proc_set_user(core->file, uid, gid);
	WRITE_ONCE(core->owned, true);
}

/* Remove it. No read or write is under way: they hold namespace and module. */
void trigger_proc_exit(struct net *net)
{
	remove_proc_entry(PROC_FILE, net->proc_net);
}
