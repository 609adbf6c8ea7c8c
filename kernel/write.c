// SPDX-License-Identifier: GPL-2.0
/* Writing /proc/net/xt_trigger: commands, one a line. See write.h, command.h. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kernel.h>
#include <linux/netfilter.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "close.h"
#include "command.h"
#include "net.h"
#include "peer.h"
#include "restore.h"
#include "walk.h"
#include "write.h"

/* Bytes of the longest line, its newline included. */
#define LINE_MAX_LEN	4096

/*
 * What an open file that is written to needs: all the memory that writing
 * takes, however much is written.
 * @len: bytes of @line that wait for the rest of their line
 */
struct trigger_write {
	struct trigger_command	command;
	size_t			len;
	char			line[LINE_MAX_LEN];
};

struct trigger_write *trigger_write_new(void)
{
	return kzalloc(sizeof(struct trigger_write), GFP_KERNEL_ACCOUNT);
}

/*
 * A line without an end may have lost its end: closing for 192.168.1.1 what
 * was meant for 192.168.1.10 is worse than doing nothing.
 */
void trigger_write_free(struct trigger_write *writer)
{
	if (writer && writer->len)
		pr_info_ratelimited("proc file: the last line has no newline, it was not carried out\n");
	kfree(writer);
}

/* Whether @range is within one of what @set opens. */
static bool opens(const struct trigger_set *set,
		  const struct trigger_range *range)
{
	u8 i;

	for (i = 0; i < set->n_ranges; i++) {
		const struct trigger_range *open = &set->ranges[i];

		if (open->proto == range->proto && open->min <= range->min &&
		    open->max >= range->max)
			return true;
	}
	return false;
}

/* Whether @t meets all conditions of @command. Under RCU. */
static bool matches(const struct trigger *t,
		    const struct trigger_command *command)
{
	const struct trigger_set *set = t->set;
	u8 i;

	if (command->name &&
	    strcmp(set->name, command->name))
		return false;
	if (command->family && set->family != command->family)
		return false;
	if (command->given & BIT(TRIGGER_FIELD_OWNER) &&
	    !trigger_addr_equal(&t->owner, &command->owner))
		return false;
	if (command->given & BIT(TRIGGER_FIELD_ID) && t->id != command->id)
		return false;
	if (command->given & BIT(TRIGGER_FIELD_RULE) &&
	    set->label != command->rule)
		return false;
	if (command->peer_any && set->peer_host)
		return false;
	for (i = 0; i < command->n_peers; i++) {
		if (!trigger_peer_find(t, &command->peer[i]))
			return false;
	}
	for (i = 0; i < command->n_ranges; i++) {
		if (!opens(set, &command->range[i]))
			return false;
	}
	return true;
}

static void close_matching(struct trigger *t, void *data)
{
	if (matches(t, data))
		trigger_close(t);
}

/* Whether a packet of the protocol and to the port of @command triggers @rule. */
static bool could_trigger(const struct trigger_rule *rule,
			  const struct trigger_command *command)
{
	return !rule->info.n_match ||
	       trigger_rule_match(&rule->info, command->proto, command->port);
}

/* Whether @rule could have opened what @command has, with a session or not. */
static bool could_open(const struct trigger_rule *rule,
		       const struct trigger_command *command,
		       bool session)
{
	if (command->given & BIT(TRIGGER_FIELD_RULE) &&
	    rule->set.label != command->rule)
		return false;
	return rule->set.session == session &&
	       rule->set.peer_host == !command->peer_any &&
	       rule->info.timeout == command->timeout &&
	       rule->info.lifetime == command->lifetime &&
	       !strcmp(rule->open, command->open) &&
	       could_trigger(rule, command);
}

/* Find the first rule that could have opened @command, or NULL. Mutex held. */
static struct trigger_rule *
find_rule(struct trigger_rules *rules,
	  const struct trigger_command *command, bool session)
{
	struct trigger_name *name;
	struct trigger_rule *rule;

	list_for_each_entry(name, &rules->names, list) {
		if (name->family != command->family ||
		    strcmp(name->name, command->name))
			continue;
		list_for_each_entry(rule, &name->rules, list) {
			if (could_open(rule, command, session))
				return rule;
		}
	}
	return NULL;
}

static int open_again(struct trigger_net *tn,
		      const struct trigger_command *command)
{
	struct trigger_restore saved = {
		.owner	 = command->owner,
		.n_peers = command->n_peers,
		.proto	 = command->proto,
		.port	 = command->port,
		.hits	 = command->hits,
		.idle	 = trigger_clock_ticks(command->timeout - command->expires),
		.age	 = min_t(u64, TRIGGER_BEFORE_BOOT,
				 (u64)command->age * TRIGGER_SECOND),
		.peer	 = command->peer,
		.ct	 = command->ct,
		.n_cts	 = command->n_cts,
		.answered = command->answered,
		.net	 = tn->table.net,
	};
	struct trigger_rule *rule;
	int err = -ENOENT;

	mutex_lock(&tn->rules.mutex);
	rule = find_rule(&tn->rules, command, command->session);
	/* One without a live session may still be one that follows them. */
	if (!rule && !command->session)
		rule = find_rule(&tn->rules, command, true);
	if (rule)
		err = trigger_restore(&rule->set, &saved);
	mutex_unlock(&tn->rules.mutex);
	return err;
}

/* Carry out one line, which ends in NUL. All of it is done, or nothing. */
static int run_line(struct trigger_net *tn,
		    struct trigger_command *command, char *line)
{
	int err = trigger_command_parse(command, line);

	if (err)
		return err;
	switch (command->verb) {
	case TRIGGER_OPEN:
		return open_again(tn, command);
	case TRIGGER_CLOSE:
		trigger_walk_all(&tn->table, close_matching, command);
		return 0;
	default:
		trigger_close_all(&tn->table);
		return 0;
	}
}

/*
 * Carry out the complete lines in writer->line, and keep the rest.
 * *@done: the bytes of them that were carried out. Return the error of the
 * line behind those, -EINTR for a signal; the rest is forgotten then.
 */
static int run_lines(struct trigger_write *writer,
		     struct trigger_net *tn, size_t *done)
{
	size_t at = 0, len;
	char *end;
	int err = 0;

	while ((end = memchr(writer->line + at, '\n', writer->len - at))) {
		len = end - (writer->line + at);
		*end = '\0';
		err = strlen(writer->line + at) == len ?
		      run_line(tn, &writer->command,
			       writer->line + at) : -EINVAL;
		if (err)
			break;
		at += len + 1;
		cond_resched();
		if (signal_pending(current)) {
			err = -EINTR;
			break;
		}
	}
	*done = at;
	if (!err && writer->len - at == LINE_MAX_LEN)
		err = -EINVAL;	/* a line without an end */
	writer->len = err ? 0 : writer->len - at;
	memmove(writer->line, writer->line + at, writer->len);
	return err;
}

/*
 * Carry out what is written, line by line; a line may come in several
 * writes. Process context, one call at a time for each @writer.
 *
 * Stop at the first line that cannot be carried out, and return the bytes in
 * front of it: a write that begins there gets its error. That is
 * -EINVAL (syntax), -ENOENT, -ENOSPC or -ENOMEM, or -EFAULT. Stop for a
 * signal, too, behind the line that it is at.
 */
ssize_t trigger_write(struct trigger_write *writer,
		      struct trigger_net *tn,
		      const char __user *from, size_t size)
{
	size_t taken = 0, kept, chunk, done;
	int err;

	while (taken < size) {
		kept = writer->len;
		chunk = min(size - taken, LINE_MAX_LEN - kept);
		if (copy_from_user(writer->line + kept, from + taken, chunk))
			return taken ? taken : -EFAULT;
		writer->len += chunk;
		err = run_lines(writer, tn, &done);
		if (err) {
			/*
			 * Back to the start of the bad line: in this chunk, or
			 * in an earlier one; not in an earlier write, whose
			 * bytes were taken.
			 */
			taken += done;
			return taken > kept ? taken - kept : err;
		}
		taken += chunk;
	}
	return taken;
}
