// SPDX-License-Identifier: GPL-2.0
/*
 * Rules by chance in the tables of iptables-nft, by netlink (nft_compat), as no
 * plugin would: `nft SEED COUNT ipv4|ipv6`. Each rule has an answer of its own:
 * it is taken if and only if it is valid, and its transaction if all are. The
 * last tables stay.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fuzz.h"
#include "rule.h"

#define RULES_MAX	64		/* of one transaction */
#define RULE_SEQ	1000		/* the first rule's number */

struct chain {
	const char *table;
	const char *type;
	const char *name;
	int hook;			/* -1: called by none */
	int priority;
};

static const struct chain chains[] = {
	{ "filter", "filter", "INPUT", NF_INET_LOCAL_IN, 0 },
	{ "filter", "filter", "FORWARD", NF_INET_FORWARD, 0 },
	{ "filter", "filter", "OUTPUT", NF_INET_LOCAL_OUT, 0 },
	{ "filter", NULL, "mine", -1, 0 },
	{ "nat", "nat", "PREROUTING", NF_INET_PRE_ROUTING, -100 },
	{ "nat", "nat", "INPUT", NF_INET_LOCAL_IN, 100 },
	{ "nat", "nat", "OUTPUT", NF_INET_LOCAL_OUT, -100 },
	{ "nat", "nat", "POSTROUTING", NF_INET_POST_ROUTING, 100 },
	{ "nat", NULL, "mine", -1, 0 },
	{ "mangle", "filter", "PREROUTING", NF_INET_PRE_ROUTING, -150 },
	{ "mangle", "filter", "INPUT", NF_INET_LOCAL_IN, -150 },
	{ "mangle", "filter", "FORWARD", NF_INET_FORWARD, -150 },
	{ "mangle", "route", "OUTPUT", NF_INET_LOCAL_OUT, -150 },
	{ "mangle", "filter", "POSTROUTING", NF_INET_POST_ROUTING, -150 },
	{ "mangle", NULL, "mine", -1, 0 },
};
static const char *const table_names[] = { "filter", "nat", "mangle" };

static uint8_t family;
static int sock;
static bool is_valid[RULES_MAX];
static struct xt_trigger_tginfo rules[RULES_MAX];

/* Messages. */

static uint8_t batch[128 << 10];
static size_t batch_len;

static void *put(const void *data, size_t len)
{
	void *at = batch + batch_len;

	if (batch_len + NLMSG_ALIGN(len) > sizeof(batch))
		cannot("the batch is too long");
	memset(at, 0, NLMSG_ALIGN(len));
	memcpy(at, data, len);
	batch_len += NLMSG_ALIGN(len);
	return at;
}

static void put_attr(uint16_t type, const void *data, size_t len)
{
	struct nlattr attr = { .nla_len = sizeof(attr) + len, .nla_type = type };

	put(&attr, sizeof(attr));
	put(data, len);
}

static void put_string(uint16_t type, const char *string)
{
	put_attr(type, string, strlen(string) + 1);
}

static void put_number(uint16_t type, uint32_t number)
{
	number = htonl(number);
	put_attr(type, &number, sizeof(number));
}

static size_t nest(uint16_t type)
{
	struct nlattr attr = { .nla_type = NLA_F_NESTED | type };

	put(&attr, sizeof(attr));
	return batch_len - sizeof(attr);
}

static void nest_end(size_t start)
{
	((struct nlattr *)(batch + start))->nla_len = batch_len - start;
}

static size_t message(uint16_t type, uint16_t flags, uint32_t seq)
{
	struct nlmsghdr head = {
		.nlmsg_type = type, .nlmsg_flags = NLM_F_REQUEST | flags,
		.nlmsg_seq = seq,
	};
	bool is_border = type == NFNL_MSG_BATCH_BEGIN ||
			 type == NFNL_MSG_BATCH_END;
	struct nfgenmsg gen = {
		.nfgen_family = is_border ? AF_UNSPEC : family,
		.res_id = htons(is_border ? NFNL_SUBSYS_NFTABLES : 0),
	};
	size_t start = batch_len;

	put(&head, sizeof(head));
	put(&gen, sizeof(gen));
	return start;
}

static void message_end(size_t start)
{
	((struct nlmsghdr *)(batch + start))->nlmsg_len = batch_len - start;
}

static size_t command(uint8_t type, uint16_t flags, uint32_t seq)
{
	return message(NFNL_SUBSYS_NFTABLES << 8 | type, flags, seq);
}

/* What a transaction does. */

static void put_table(const char *name, uint8_t type, uint16_t flags)
{
	size_t start = command(type, flags, 0);

	put_string(NFTA_TABLE_NAME, name);
	message_end(start);
}

static void put_chain(const struct chain *chain)
{
	size_t start = command(NFT_MSG_NEWCHAIN, NLM_F_CREATE, 0), hook;

	put_string(NFTA_CHAIN_TABLE, chain->table);
	put_string(NFTA_CHAIN_NAME, chain->name);
	if (chain->hook >= 0) {
		hook = nest(NFTA_CHAIN_HOOK);
		put_number(NFTA_HOOK_HOOKNUM, chain->hook);
		put_number(NFTA_HOOK_PRIORITY, chain->priority);
		nest_end(hook);
		put_number(NFTA_CHAIN_POLICY, NF_ACCEPT);
		put_string(NFTA_CHAIN_TYPE, chain->type);
	}
	message_end(start);
}

static void put_target(const char *name, uint32_t revision, const void *data,
		       size_t len)
{
	size_t list = nest(NFTA_RULE_EXPRESSIONS), item = nest(NFTA_LIST_ELEM);
	size_t inner;

	put_string(NFTA_EXPR_NAME, "target");
	inner = nest(NFTA_EXPR_DATA);
	put_string(NFTA_TARGET_NAME, name);
	put_number(NFTA_TARGET_REV, revision);
	put_attr(NFTA_TARGET_INFO, data, len);
	nest_end(inner);
	nest_end(item);
	nest_end(list);
}

/* The n-th rule of the transaction. */
static void put_rule(unsigned int n, bool only_valid)
{
	static const size_t sizes[] = {
		0, 1, 8, USER_SIZE, sizeof(rules[0]) - 8, sizeof(rules[0]) + 1,
		sizeof(rules[0]) + 8, 2 * sizeof(rules[0]),
	};
	const struct chain *chain = &PICK(chains);
	struct xt_trigger_tginfo *info = &rules[n];
	uint8_t data[2 * sizeof(*info)] = {};
	size_t start = command(NFT_MSG_NEWRULE,
			       NLM_F_CREATE | NLM_F_APPEND | NLM_F_ACK,
			       RULE_SEQ + n);
	size_t len = sizeof(*info);
	uint32_t revision = 0;

	is_valid[n] = make_rule(info, chain->table,
				chain->hook < 0 ? 0 : 1 << chain->hook,
				only_valid);
	if (!only_valid && one_in(2000)) {	/* modprobe looks for it */
		revision = any();
		is_valid[n] &= !revision;
	}
	if (!only_valid && one_in(50)) {
		len = PICK(sizes);
		/* Rounded up to whole words, as the kernel does. */
		is_valid[n] &= (len + 7) / 8 * 8 == sizeof(*info);
	}
	memcpy(data, info, sizeof(*info));
	put_string(NFTA_RULE_TABLE, chain->table);
	put_string(NFTA_RULE_CHAIN, chain->name);
	put_target("TRIGGER", revision, data, len);
	message_end(start);
	fuzz_done++;
}

/* The tables made anew, with so many rules. */
static void make_batch(unsigned int n_rules)
{
	bool only_valid = one_in(4);
	unsigned int i;

	batch_len = 0;
	message_end(message(NFNL_MSG_BATCH_BEGIN, 0, 0));
	for (i = 0; i < ARRAY_SIZE(table_names); i++) {
		put_table(table_names[i], NFT_MSG_NEWTABLE, NLM_F_CREATE);
		put_table(table_names[i], NFT_MSG_DELTABLE, 0);
		put_table(table_names[i], NFT_MSG_NEWTABLE, NLM_F_CREATE);
	}
	for (i = 0; i < ARRAY_SIZE(chains); i++)
		put_chain(&chains[i]);
	for (i = 0; i < n_rules; i++)
		put_rule(i, only_valid);
	message_end(message(NFNL_MSG_BATCH_END, NLM_F_ACK, RULE_SEQ + RULES_MAX));
}

static void check_answer(const struct nlmsghdr *head, bool *answered)
{
	const struct nlmsgerr *answer = NLMSG_DATA(head);
	unsigned int n = answer->msg.nlmsg_seq - RULE_SEQ;

	if (head->nlmsg_type != NLMSG_ERROR)
		cannot("an unexpected message %u", head->nlmsg_type);
	if (n >= RULES_MAX)
		cannot("message %u: %s", answer->msg.nlmsg_seq,
		       strerror(-answer->error));
	if (is_valid[n] ? answer->error : !answer->error)
		found("rule %u is %svalid: %s", n, is_valid[n] ? "" : "not ",
		      answer->error ? strerror(-answer->error) : "it is taken");
	answered[n] = true;
}

/* Sends the batch and hears what the kernel says of each rule. */
static void send_batch(unsigned int n_rules)
{
	static uint8_t answers[256 << 10];
	bool answered[RULES_MAX] = {};
	unsigned int i, left = n_rules;
	struct nlmsghdr *head;
	int len;

	cover_begin();
	if (send(sock, batch, batch_len, 0) != (ssize_t)batch_len)
		cannot("send: %m");
	if (cover_end()) {
		for (i = 0; i < n_rules; i++)
			keep(&rules[i], sizeof(rules[i]));
	}
	/* All are there by now. */
	for (;;) {
		len = recv(sock, answers, sizeof(answers), MSG_DONTWAIT);
		if (len < 0 && errno == EAGAIN)
			break;
		if (len < 0)
			cannot("recv: %m");
		for (head = (void *)answers; NLMSG_OK(head, (unsigned int)len);
		     head = NLMSG_NEXT(head, len)) {
			if (((struct nlmsgerr *)NLMSG_DATA(head))->msg.nlmsg_seq ==
			    RULE_SEQ + RULES_MAX)
				continue;	/* the end of the batch */
			check_answer(head, answered);
		}
	}
	for (i = 0; i < n_rules; i++)
		left -= answered[i];
	if (left)
		found("%u of %u rules have no answer", left, n_rules);
}

int main(int argc, char **argv)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	int size = 4 << 20, one = 1;
	unsigned int n;

	fuzz_start("nft", argc, argv);
	family = argc == 4 && !strcmp(argv[3], "ipv6") ? NFPROTO_IPV6 :
							 NFPROTO_IPV4;
	sock = socket(AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER);
	if (sock < 0 ||
	    connect(sock, (void *)&kernel, sizeof(kernel)) ||
	    setsockopt(sock, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) ||
	    setsockopt(sock, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)) ||
	    setsockopt(sock, SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof(one)))
		cannot("netlink: %m");
	while (fuzz_done < fuzz_count) {
		n = between(1, RULES_MAX);
		make_batch(n);
		send_batch(n);
	}
	return fuzz_end();
}
