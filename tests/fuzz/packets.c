// SPDX-License-Identifier: GPL-2.0
/*
 * Packets by chance through a router: `packets SEED COUNT`. The router is the
 * network namespace that it runs in, with two tun devices: "lan", where
 * 192.168.1.0/24 and 2001:db8:1::/64 are, and "wan", where the rest of the world
 * is. All hosts of both are played here: what comes out is answered, repeated,
 * quoted in ICMP errors, changed and cut.
 *
 * No rule relates NEVER_PORT, and no LAN host uses it: if a packet of the world
 * to that port comes out at the LAN, something is open that nobody asked for.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fuzz.h"

#define NEVER_PORT	7777		/* 0x1e61 */
#define PACKET_MAX	2048
#define SEEN_PACKETS	64
#define HOSTS		16

enum side { LAN, WAN };

struct packet {
	uint8_t side;			/* where it goes in, or has come out */
	uint16_t len;
	uint8_t data[PACKET_MAX];
};

#define PACKET_HEAD	offsetof(struct packet, data)

static const uint16_t ports[] = {
	3000, 3001, 6667, 7000, 113, 114, 5000, 5010, 2000, 2005, 21, 53, 5060,
	1, 65535, 0,
};
static const uint8_t protos[] = {
	IPPROTO_TCP, IPPROTO_TCP, IPPROTO_UDP, IPPROTO_UDP, IPPROTO_SCTP,
	IPPROTO_DCCP, IPPROTO_UDPLITE, IPPROTO_ICMP, IPPROTO_ICMPV6,
	IPPROTO_GRE, IPPROTO_ESP, IPPROTO_AH, IPPROTO_IPIP, IPPROTO_RAW,
};

static int tun[2];
static struct packet seen[SEEN_PACKETS];
static unsigned int n_seen;

/* Making packets. */

static void put16(uint8_t *to, uint16_t number)
{
	to[0] = number >> 8;
	to[1] = number;
}

static uint16_t get16(const uint8_t *from)
{
	return from[0] << 8 | from[1];
}

static void put32(uint8_t *to, uint32_t number)
{
	put16(to, number >> 16);
	put16(to + 2, number);
}

static uint16_t sum16(const uint8_t *data, size_t len)
{
	uint32_t sum = 0;
	size_t i;

	for (i = 0; i + 1 < len; i += 2)
		sum += get16(data + i);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

static uint16_t some_port(enum side from)
{
	if (from == WAN && one_in(4))
		return NEVER_PORT;
	return one_in(8) ? any() : PICK(ports);
}

/* TCP's header, with any flags and options. */
static size_t put_tcp(uint8_t *to)
{
	static const uint8_t flags[] = { 0x02, 0x02, 0x12, 0x10, 0x11, 0x04,
					 0x00, 0xff };
	size_t words = one_in(4) ? between(5, 15) : 5, i;

	put32(to + 4, any());
	put32(to + 8, any());
	to[12] = (one_in(20) ? below(16) : words) << 4;
	to[13] = PICK(flags);
	put16(to + 14, any());
	for (i = 20; i < 4 * words; i++)
		to[i] = one_in(2) ? below(9) : any();
	return 4 * words;
}

static size_t put_l4(uint8_t *to, uint8_t proto, enum side from)
{
	static const uint8_t sctp_chunks[] = { 0, 1, 2, 3, 4, 6, 7, 8, 10, 14 };
	size_t len = 8, payload = one_in(10) ? below(1200) : below(32), i;

	memset(to, 0, 60);
	put16(to, some_port(LAN));
	put16(to + 2, some_port(from));
	switch (proto) {
	case IPPROTO_TCP:
		len = put_tcp(to);
		break;
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
		put16(to + 4, one_in(20) ? any() : len + payload);
		break;
	case IPPROTO_SCTP:
		put32(to + 4, any());
		to[12] = PICK(sctp_chunks);
		put16(to + 14, one_in(4) ? any() : 20);
		len = 32;
		break;
	case IPPROTO_DCCP:
		to[4] = 4;
		to[8] = below(16) << 1 | 1;
		len = 20;
		break;
	case IPPROTO_ICMP:
		to[0] = one_in(2) ? 8 : below(20);
		to[1] = one_in(2) ? 0 : below(16);
		put16(to + 2, 0);
		break;
	case IPPROTO_ICMPV6:
		to[0] = one_in(2) ? 128 : one_in(2) ? below(5) : below(256);
		to[1] = 0;
		break;
	}
	for (i = 0; i < payload; i++)
		to[len + i] = any();
	return len + payload;
}

static void put_addr(uint8_t *to, bool v6, enum side side, unsigned int host)
{
	static const uint8_t net4[2][4] = { { 192, 168, 1 }, { 198, 51, 100 } };
	static const uint8_t net6[2][8] = {
		{ 0x20, 0x01, 0x0d, 0xb8, 0, 1 }, { 0x20, 0x01, 0x0d, 0xb8, 0, 2 },
	};

	if (v6) {
		memset(to, 0, 16);
		memcpy(to, net6[side], 8);
		to[15] = host;
	} else {
		memcpy(to, net4[side], 3);
		to[3] = host;
	}
}

/* A host of the other side, or the router (1). */
static void put_addrs(uint8_t *at, bool v6, enum side from)
{
	size_t size = v6 ? 16 : 4;
	unsigned int host = between(10, 10 + HOSTS - 1);

	put_addr(at, v6, from, host);
	switch (below(4)) {
	case 0:
		put_addr(at + size, v6, from, 1);
		break;
	default:
		if (from == WAN && !v6 && one_in(2))
			put_addr(at + size, v6, WAN, 1);
		else
			put_addr(at + size, v6, !from,
				 between(10, 10 + HOSTS - 1));
	}
	if (one_in(50))
		change_bytes(at, 2 * size);
}

static void fix_ipv4(struct packet *p)
{
	size_t head = (p->data[0] & 15) * 4;

	if (head < 20 || head > p->len)
		return;
	put16(p->data + 2, p->len);
	put16(p->data + 10, 0);
	put16(p->data + 10, sum16(p->data, head));
}

static void make_ipv4(struct packet *p, uint8_t proto)
{
	size_t head = 20, i;
	uint8_t *data = p->data;

	if (one_in(10))
		head = 4 * between(5, 15);
	memset(data, 0, head);
	data[0] = 0x40 | head / 4;
	data[1] = one_in(4) ? any() : 0;
	put16(data + 4, any());
	data[8] = one_in(20) ? below(3) : 64;
	data[9] = proto;
	put_addrs(data + 12, false, p->side);
	for (i = 20; i < head; i++)
		data[i] = one_in(2) ? 1 : any();
	p->len = head + put_l4(data + head, proto, p->side);
	fix_ipv4(p);
}

/* An extension header of @type, before @next. */
static size_t put_extension(uint8_t *to, uint8_t type, uint8_t next)
{
	size_t len = 8 * between(1, 3), i;

	memset(to, 0, len);
	to[0] = next;
	switch (type) {
	case IPPROTO_FRAGMENT:
		put16(to + 2, one_in(2) ? 0 : any());
		put32(to + 4, below(4));
		return 8;
	case IPPROTO_AH:
		to[1] = len / 4 - 2;
		break;
	default:
		to[1] = one_in(10) ? any() : len / 8 - 1;
		for (i = 2; i < len; i++)
			to[i] = one_in(4) ? any() : 0;
	}
	return len;
}

static void make_ipv6(struct packet *p, uint8_t proto)
{
	static const uint8_t types[] = {
		IPPROTO_HOPOPTS, IPPROTO_ROUTING, IPPROTO_DSTOPTS,
		IPPROTO_FRAGMENT, IPPROTO_AH, IPPROTO_MH, 139, 253,
	};
	uint8_t chain[8], *data = p->data, *to = data + 40;
	unsigned int n = one_in(3) ? below(ARRAY_SIZE(chain)) : 0, i;

	for (i = 0; i < n; i++)
		chain[i] = PICK(types);
	chain[n] = one_in(50) ? IPPROTO_NONE : proto;
	memset(data, 0, 40);
	put32(data, 6 << 28 | (one_in(4) ? below(1 << 28) : 0));
	data[6] = chain[0];
	data[7] = one_in(20) ? below(3) : 64;
	put_addrs(data + 8, true, p->side);
	for (i = 0; i < n; i++)
		to += put_extension(to, chain[i], chain[i + 1]);
	to += put_l4(to, proto, p->side);
	p->len = to - data;
	put16(data + 4, p->len - 40);
}

static void make_packet(struct packet *p)
{
	p->side = below(2);
	if (one_in(2))
		make_ipv4(p, one_in(20) ? any() : PICK(protos));
	else
		make_ipv6(p, one_in(20) ? any() : PICK(protos));
}

static bool is_v6(const struct packet *p)
{
	return p->data[0] >> 4 == 6;
}

/* Where it would go back, if it is long enough to say. */
static size_t l4_of(const struct packet *p)
{
	size_t at = is_v6(p) ? 40 : (p->data[0] & 15) * 4;

	return at >= 20 && at + 8 <= p->len ? at : 0;
}

/* A reply to what has come out. */
static bool make_reply(struct packet *p)
{
	size_t size, at, l4;
	uint8_t copy[16];

	if (!n_seen)
		return false;
	*p = seen[below(n_seen)];
	size = is_v6(p) ? 16 : 4;
	at = is_v6(p) ? 8 : 12;
	l4 = l4_of(p);
	if (!l4)
		return false;
	memcpy(copy, p->data + at, size);
	memmove(p->data + at, p->data + at + size, size);
	memcpy(p->data + at + size, copy, size);
	memcpy(copy, p->data + l4, 2);
	memmove(p->data + l4, p->data + l4 + 2, 2);
	memcpy(p->data + l4 + 2, copy, 2);
	if (l4 + 14 <= p->len && one_in(2))
		p->data[l4 + 13] = one_in(2) ? 0x12 : 0x10;	/* TCP flags */
	return true;
}

/* An ICMP error about what has come out, quoting so much of it. */
static bool make_error(struct packet *p)
{
	static const uint8_t types4[] = { 3, 3, 4, 5, 11, 12 };
	static const uint8_t types6[] = { 1, 1, 2, 3, 4, 137 };
	const struct packet *about;
	size_t head, quote;
	bool v6;

	if (!n_seen)
		return false;
	about = &seen[below(n_seen)];
	v6 = is_v6(about);
	head = v6 ? 40 : 20;
	if (about->len < head)
		return false;
	p->side = about->side;
	memset(p->data, 0, head + 8);
	if (v6) {
		put32(p->data, 6u << 28);
		p->data[6] = IPPROTO_ICMPV6;
		p->data[7] = 64;
		put_addr(p->data + 8, true, p->side, between(10, 25));
		memcpy(p->data + 24, about->data + 8, 16);
	} else {
		p->data[0] = 0x45;
		p->data[8] = 64;
		p->data[9] = IPPROTO_ICMP;
		put_addr(p->data + 12, false, p->side, between(10, 25));
		memcpy(p->data + 16, about->data + 12, 4);
	}
	p->data[head] = v6 ? PICK(types6) : PICK(types4);
	p->data[head + 1] = below(5);
	quote = one_in(2) ? about->len : below(about->len + 1);
	if (quote > 1200)
		quote = 1200;
	memcpy(p->data + head + 8, about->data, quote);
	if (one_in(4))
		change_bytes(p->data + head + 8, quote);
	p->len = head + 8 + quote;
	if (v6)
		put16(p->data + 4, p->len - 40);
	else
		fix_ipv4(p);
	return true;
}

/* Cut or changed, mostly with headers that still agree with it. */
static void spoil(struct packet *p)
{
	if (one_in(2))
		p->len = below(p->len) + 1;
	else
		change_bytes(p->data, p->len < 80 ? p->len : 80);
	if (one_in(4) || p->len < 20)
		return;
	if (!is_v6(p))
		fix_ipv4(p);
	else if (p->len >= 40)
		put16(p->data + 4, p->len - 40);
}

/* In and out. */

static bool from_lan_with_never_port(const struct packet *p)
{
	static const uint8_t never[2] = { NEVER_PORT >> 8, NEVER_PORT & 255 };

	return p->side == LAN && memmem(p->data, p->len, never, sizeof(never));
}

static void check_out(const struct packet *p)
{
	size_t l4 = l4_of(p);
	uint8_t proto = is_v6(p) ? p->data[6] : p->data[9];

	if (p->side != LAN || !l4 ||
	    (!is_v6(p) && get16(p->data + 6) & 0x1fff))
		return;
	if (proto != IPPROTO_TCP && proto != IPPROTO_UDP &&
	    proto != IPPROTO_SCTP)
		return;
	if (get16(p->data + l4 + 2) == NEVER_PORT)
		found("a packet of protocol %u got in to a port that nobody related",
		      proto);
}

static void receive(void)
{
	static unsigned int next;
	static struct packet p;
	ssize_t len;

	for (p.side = LAN; p.side <= WAN; p.side++) {
		while ((len = read(tun[p.side], p.data, sizeof(p.data))) > 0) {
			p.len = len;
			check_out(&p);
			memcpy(&seen[next++ % SEEN_PACKETS], &p,
			       PACKET_HEAD + len);
			if (n_seen < SEEN_PACKETS)
				n_seen++;
		}
		if (len < 0 && errno != EAGAIN)
			cannot("read of a tun device: %m");
	}
}

static void inject(const struct packet *p)
{
	fuzz_done++;
	if (from_lan_with_never_port(p))
		return;
	cover_begin();
	/* What is no IP packet at all is refused; all else is the router's. */
	if (write(tun[p->side], p->data, p->len) < 0 && errno != EINVAL)
		cannot("write to a tun device: %m");
	if (cover_end())
		keep(p, PACKET_HEAD + p->len);
	receive();
}

/*
 * The part of @whole that begins @at bytes (times of 8) behind its header of
 * @head bytes, as a packet of its own.
 */
static void make_fragment(struct packet *part, const struct packet *whole,
			  size_t head, size_t at, size_t len, uint32_t id)
{
	bool more = head + at + len < whole->len;
	uint8_t *data = part->data, *to = data + head;

	part->side = whole->side;
	memcpy(data, whole->data, head);
	if (is_v6(whole)) {
		to[0] = data[6];
		data[6] = IPPROTO_FRAGMENT;
		to[1] = 0;
		put16(to + 2, at | more);
		put32(to + 4, id);
		to += 8;
	} else {
		put16(data + 6, more << 13 | at / 8);
	}
	memcpy(to, whole->data + head + at, len);
	part->len = to + len - data;
	if (is_v6(whole))
		put16(data + 4, part->len - 40);
	else
		fix_ipv4(part);
}

/* In up to four pieces, some missing, some twice, in any order. */
static void inject_fragments(const struct packet *whole)
{
	size_t head = is_v6(whole) ? 40 : (whole->data[0] & 15) * 4;
	size_t size, at, left;
	uint32_t id = any();
	struct packet part;
	unsigned int n, i;

	if (head < 20 || whole->len < head + 16) {
		inject(whole);
		return;
	}
	size = one_in(2) ? 8 : 8 * between(1, 1 + (whole->len - head) / 16);
	n = between(1, 4);
	for (i = 0; i < n; i++) {
		at = one_in(3) ? size * below(4) : size * i;
		if (at >= whole->len - head)
			at = 0;
		left = whole->len - head - at;
		make_fragment(&part, whole, head, at,
			      left < size || i + 1 == n ? left : size, id);
		inject(&part);
	}
}

static void fuzz_one(void)
{
	struct packet p;
	size_t len;

	switch (below(8)) {
	case 0:
		if (!make_error(&p))
			make_packet(&p);
		break;
	case 1:
	case 2:
		if (!make_reply(&p))
			make_packet(&p);
		break;
	case 3:
		len = recall(&p, sizeof(p));
		if (len <= PACKET_HEAD)
			make_packet(&p);
		else
			spoil(&p);
		break;
	default:
		make_packet(&p);
	}
	if (one_in(4))
		spoil(&p);
	if (one_in(8))
		inject_fragments(&p);
	else
		inject(&p);
}

/* The router's devices and connections. */

static int attach(const char *name)
{
	struct ifreq request = { .ifr_flags = IFF_TUN | IFF_NO_PI };
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		cannot("/dev/net/tun: %m");
	strcpy(request.ifr_name, name);
	if (ioctl(fd, TUNSETIFF, &request))
		cannot("the device %s: %m", name);
	return fd;
}

/* `conntrack -F`: all connections are new again. */
static void forget_connections(void)
{
	static int netlink = -1;
	struct {
		struct nlmsghdr head;
		struct nfgenmsg gen;
	} flush = {
		.head = {
			.nlmsg_len = sizeof(flush),
			.nlmsg_type = NFNL_SUBSYS_CTNETLINK << 8 |
				      IPCTNL_MSG_CT_DELETE,
			.nlmsg_flags = NLM_F_REQUEST,
		},
	};

	if (netlink < 0)
		netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC,
				 NETLINK_NETFILTER);
	if (send(netlink, &flush, sizeof(flush), 0) != sizeof(flush))
		cannot("flush of conntrack: %m");
}

int main(int argc, char **argv)
{
	fuzz_start("packets", argc, argv);
	tun[LAN] = attach("lan");
	tun[WAN] = attach("wan");
	while (fuzz_done < fuzz_count) {
		fuzz_one();
		if (one_in(2000))
			forget_connections();
	}
	return fuzz_end();
}
