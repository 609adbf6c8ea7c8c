// SPDX-License-Identifier: GPL-2.0
/* Who listens to the events of the world's table. See listener.h. */
#include <net/genetlink.h>

#include <xt_trigger_event.h>

#include "listener.h"
#include "unit.h"
#include "world.h"

#define IDS	1024

unsigned long listener_received[XT_TRIGGER_EVENT_MAX + 1];
u64 listener_told;

/*
 * @ids:      of what is open, as far as it was told
 * @together: how many have closed in messages without their ids; @gone: how many
 *            it has missed since, and forgotten
 * @lost:     a message was: it has to read the table. Only for want of memory:
 *            @failed is shim_failed when it last read
 * @seq:      the number of the next message
 * @closed:   what was told to have closed, by reason; @counted: the counters
 *            when it joined
 */
static struct {
	u64		ids[IDS];
	unsigned int	n;
	unsigned int	together;
	unsigned int	gone;
	bool		lost;
	unsigned long	failed;
	u32		seq;
	u64		closed[XT_TRIGGER_REASON_MAX + 1];
	u64		counted[TRIGGER_STATS];
} listener;

static const enum trigger_stat counter[XT_TRIGGER_REASON_MAX + 1] = {
	[XT_TRIGGER_REASON_EXPIRED]	= TRIGGER_EXPIRED,
	[XT_TRIGGER_REASON_ENDED]	= TRIGGER_ENDED,
	[XT_TRIGGER_REASON_CLOSED]	= TRIGGER_CLOSED,
	[XT_TRIGGER_REASON_EVICTED]	= TRIGGER_EVICTED,
};

/*
 * A message's attributes: of each type the last one, and how many there are.
 */
struct message {
	enum xt_trigger_event	what;
	const struct nlattr	*attr[XT_TRIGGER_A_MAX + 1];
	unsigned int		n[XT_TRIGGER_A_MAX + 1];
};

static void parse(struct message *m, const struct sk_buff *skb)
{
	const struct nlmsghdr *head = (const void *)skb->data;
	const struct genlmsghdr *genl = (const void *)(head + 1);
	const char *at = (const char *)(genl + 1);
	const struct nlattr *attr;
	unsigned int type;

	memset(m, 0, sizeof(*m));
	check_equal(head->nlmsg_len, skb->len);
	m->what = genl->cmd;
	while (at < skb->data + skb->len) {
		attr = (const void *)at;
		type = attr->nla_type & NLA_TYPE_MASK;
		check(type && type <= XT_TRIGGER_A_MAX);
		check(attr->nla_len >= NLA_HDRLEN);
		m->attr[type] = attr;
		m->n[type]++;
		at += NLA_ALIGN(attr->nla_len);
	}
	check(at == skb->data + skb->len);
}

static u64 number(const struct message *m, enum xt_trigger_attr type)
{
	u64 value = 0;

	check(m->attr[type]);
	check(m->attr[type]->nla_len <= NLA_HDRLEN + sizeof(value));
	memcpy(&value, m->attr[type] + 1, m->attr[type]->nla_len - NLA_HDRLEN);
	return value;
}

static bool is_equal(const struct message *m, enum xt_trigger_attr type,
		     const void *data, size_t len)
{
	return m->attr[type]->nla_len == NLA_HDRLEN + len &&
	       !memcmp(m->attr[type] + 1, data, len);
}

/* The one of that id, as long as it is in the table. The lock is held. */
static struct trigger *find(u64 id)
{
	struct trigger *t;

	list_for_each_entry(t, &world.table.pool.all, in[TRIGGER_IN_TABLE].all) {
		if (t->id == id)
			return t;
	}
	return NULL;
}

static unsigned int index_of(u64 id)
{
	unsigned int i;

	for (i = 0; i < listener.n && listener.ids[i] != id; i++)
		;
	return i;
}

/* It has all that the line of @t has, and each thing as often. */
static void check_fields(const struct message *m, const struct trigger *t)
{
	const struct trigger_set *set = t->set;
	size_t len = set->family == NFPROTO_IPV4 ? 4 : 16;
	unsigned int i, cts = 0;
	enum xt_trigger_attr type;

	for (type = XT_TRIGGER_A_SEQ; type < XT_TRIGGER_A_PAD; type++) {
		switch (type) {
		case XT_TRIGGER_A_REASON:
			check_equal(m->n[type], m->what == XT_TRIGGER_EVENT_CLOSED);
			break;
		case XT_TRIGGER_A_COUNT:
			check_equal(m->n[type], 0);
			break;
		case XT_TRIGGER_A_OPEN:
			check_equal(m->n[type], set->n_ranges);
			break;
		case XT_TRIGGER_A_PORT:
			check_equal(m->n[type], !!trigger_proto_name(t->proto));
			break;
		case XT_TRIGGER_A_PEER:
			check_equal(m->n[type], t->n_peers);
			break;
		case XT_TRIGGER_A_CT:
			for (i = 0; i < set->sessions; i++)
				cts += !trigger_session_empty(&t->session[i]);
			check(m->n[type] <= cts);
			break;
		default:
			check_equal(m->n[type], 1);
			break;
		}
	}
	check_equal(number(m, XT_TRIGGER_A_RULE), set->label);
	check(is_equal(m, XT_TRIGGER_A_NAME, set->name, strlen(set->name) + 1));
	check_equal(number(m, XT_TRIGGER_A_FAMILY), set->family);
	check(is_equal(m, XT_TRIGGER_A_OWNER, &t->owner, len));
	check_equal(number(m, XT_TRIGGER_A_PROTO), t->proto);
	if (m->n[XT_TRIGGER_A_PORT])
		check_equal(number(m, XT_TRIGGER_A_PORT), t->port);
	check_equal(number(m, XT_TRIGGER_A_TIMEOUT), set->rule->info.timeout);
	check_equal(number(m, XT_TRIGGER_A_LIFETIME), set->rule->info.lifetime);
	check(number(m, XT_TRIGGER_A_EXPIRES) <= set->rule->info.timeout);
	check_equal(!number(m, XT_TRIGGER_A_EXPIRES), !set->timeout);
	check_equal(number(m, XT_TRIGGER_A_AGE),
		    trigger_clock_secs(trigger_age(t, trigger_clock_now())));
	check_equal(number(m, XT_TRIGGER_A_SESSION), trigger_sessions(t));
	check_equal(number(m, XT_TRIGGER_A_HITS), atomic_read(&t->hits));
	check_equal(number(m, XT_TRIGGER_A_ANSWERED), t->answered);
	check_equal(number(m, XT_TRIGGER_A_STATE) == XT_TRIGGER_STATE_PARKED,
		    !!t->parked);
}

static void take_one(const struct message *m)
{
	u64 id = number(m, XT_TRIGGER_A_ID);
	unsigned int i = index_of(id);
	struct trigger *t = find(id);

	check(t);	/* it is still whole */
	check_fields(m, t);
	if (m->what == XT_TRIGGER_EVENT_OPENED) {
		check(i == listener.n && i < IDS);
		listener.ids[listener.n++] = id;
		return;
	}
	check_equal(m->what, XT_TRIGGER_EVENT_CLOSED);
	check(i < listener.n || listener.lost);
	if (i < listener.n)
		listener.ids[i] = listener.ids[--listener.n];
	listener.closed[number(m, XT_TRIGGER_A_REASON)]++;
}

/* Look for all in the table. */
static void forget_gone(void)
{
	unsigned int i = listener.n;

	while (i--) {
		if (find(listener.ids[i]))
			continue;
		listener.ids[i] = listener.ids[--listener.n];
		listener.gone++;
	}
}

/* A rule's are parked, or back: some may have closed since the first of them was. */
static void take_parked(const struct message *m)
{
	u64 rule = number(m, XT_TRIGGER_A_RULE), left = 0;
	struct trigger *t;

	list_for_each_entry(t, &world.table.pool.all,
			    in[TRIGGER_IN_TABLE].all)
		left += t->parked && t->set->label == rule;
	check(left <= (m->what == XT_TRIGGER_EVENT_PARKED ?
		       number(m, XT_TRIGGER_A_COUNT) : 0));
}

static void take_together(const struct message *m)
{
	check(number(m, XT_TRIGGER_A_COUNT));
	check_equal(m->n[XT_TRIGGER_A_REASON],
		    m->what == XT_TRIGGER_EVENT_CLOSED);
	if (m->what != XT_TRIGGER_EVENT_CLOSED) {
		take_parked(m);
		return;
	}
	listener.together += number(m, XT_TRIGGER_A_COUNT);
	forget_gone();
	listener_told = m->n[XT_TRIGGER_A_RULE] ?
			number(m, XT_TRIGGER_A_RULE) : LISTENER_NO_RULE;
}

static void check_seq(u32 seq)
{
	listener.lost |= seq != listener.seq;
	listener.seq = seq + 1;
}

static void receive(const struct sk_buff *skb)
{
	unsigned long steps = shim_steps;
	struct message m;

	parse(&m, skb);
	check(m.what <= XT_TRIGGER_EVENT_MAX);
	listener_received[m.what]++;
	check_equal(m.n[XT_TRIGGER_A_SEQ], 1);
	check_seq(number(&m, XT_TRIGGER_A_SEQ));
	if (m.n[XT_TRIGGER_A_ID])
		take_one(&m);
	else
		take_together(&m);
	shim_steps = steps;	/* it is not the table's work */
}

static void read_table(void)
{
	unsigned int i;

	listener.n = world_ids(listener.ids, IDS);
	listener.together = 0;
	listener.gone = 0;
	listener.lost = false;
	listener.failed = shim_failed;
	listener.seq = world.table.event_seq;
	memset(listener.closed, 0, sizeof(listener.closed));
	for (i = 0; i < TRIGGER_STATS; i++)
		listener.counted[i] = trigger_table_stat(&world.table, i);
}

void listener_begin(void)
{
	memset(&listener, 0, sizeof(listener));
	read_table();
	shim_receive = receive;
}

void listener_end(void)
{
	shim_receive = NULL;
}

static void check_reasons(void)
{
	enum xt_trigger_reason reason;
	u64 moved;

	for (reason = 1; reason <= XT_TRIGGER_REASON_MAX; reason++) {
		moved = trigger_table_stat(&world.table, counter[reason]) -
			listener.counted[counter[reason]];
		/* Nobody is told of one that could not open. */
		check(reason == XT_TRIGGER_REASON_CLOSED ?
		      listener.closed[reason] <= moved :
		      listener.closed[reason] == moved);
	}
}

void listener_check(void)
{
	if (!shim_receive)
		return;
	/* The next message's number would have told. */
	listener.lost |= world.table.event_seq != listener.seq;
	check(!listener.lost || shim_failed != listener.failed);
	if (!listener.lost) {
		forget_gone();
		check_equal(listener.n, world.table.pool.count);
		check_equal(listener.together, listener.gone);
		check_reasons();
	}
	read_table();
}
