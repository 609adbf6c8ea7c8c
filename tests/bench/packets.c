// SPDX-License-Identifier: GPL-2.0
/*
 * packets DEVICE MAC COUNT SRC SPORT DST DPORT: sends UDP packets on a device,
 * to the neighbour MAC, and prints what each one took of the time stamp
 * counter, a number a line. Where one CPU does everything, a packet has gone
 * all of its way when the call that sends it returns; under `-icount shift=0`
 * the counter counts instructions.
 *
 * SRC and DST are addresses, SPORT and DPORT port numbers, or BASE+STEP, or
 * BASE+STEP%MODULO: packet number i then has BASE + i * STEP % MODULO. With
 * /EACH at the end of that, so many packets in turn have the same.
 */
#include <arpa/inet.h>
#include <err.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ether.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <netpacket/packet.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <x86intrin.h>

#include "marks.h"

#ifndef PACKET_QDISC_BYPASS
#define PACKET_QDISC_BYPASS 20
#endif

struct frame {
	struct ether_header	eth;
	struct iphdr		ip;
	struct udphdr		udp;
	char			data[22];
} __attribute__((packed));

struct series {
	uint32_t	base;
	uint64_t	step;
	uint64_t	modulo;
	uint32_t	each;
};

static struct series parse(char *text, int is_address)
{
	struct series series = { .modulo = UINT32_MAX, .each = 1 };
	char *step = strchr(text, '+'), *modulo = strchr(text, '%');
	char *each = strchr(text, '/');
	struct in_addr address;

	if (each)
		series.each = strtoul(each + 1, NULL, 0);
	if (modulo) {
		*modulo = 0;
		series.modulo = strtoul(modulo + 1, NULL, 0);
	}
	if (step) {
		*step = 0;
		series.step = strtoul(step + 1, NULL, 0);
	}
	if (!is_address)
		series.base = strtoul(text, NULL, 0);
	else if (inet_pton(AF_INET, text, &address) == 1)
		series.base = ntohl(address.s_addr);
	else
		errx(2, "not an address: %s", text);
	return series;
}

static uint32_t value(const struct series *series, uint32_t i)
{
	return series->base + i / series->each * series->step % series->modulo;
}

static uint16_t ip_checksum(struct iphdr ip)
{
	uint16_t word[sizeof(ip) / 2];
	uint32_t sum = 0;
	unsigned int i;

	memcpy(word, &ip, sizeof(ip));
	for (i = 0; i < sizeof(ip) / 2; i++)
		sum += word[i];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

/* Packets that are to be told apart by their addresses and ports alone. */
static struct frame make_frame(const struct ether_addr *mac)
{
	struct frame frame = {
		.eth.ether_type = htons(ETHERTYPE_IP),
		.eth.ether_shost = { 2, 0, 0, 0, 0, 1 },
		.ip = {
			.version = 4, .ihl = 5, .ttl = 64,
			.protocol = IPPROTO_UDP,
			.tot_len = htons(sizeof(frame) - sizeof(frame.eth)),
		},
		.udp.len = htons(sizeof(frame.udp) + sizeof(frame.data)),
	};

	memcpy(frame.eth.ether_dhost, mac, ETH_ALEN);
	return frame;
}

static int open_device(const char *name)
{
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET, .sll_ifindex = if_nametoindex(name),
	};
	int fd = socket(AF_PACKET, SOCK_RAW, 0), yes = 1;

	/* Protocol 0: the socket itself receives nothing. */
	if (fd < 0 || bind(fd, (struct sockaddr *)&to, sizeof(to)))
		err(2, "%s", name);
	if (setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &yes, sizeof(yes)))
		err(2, "PACKET_QDISC_BYPASS");
	return fd;
}

int main(int argc, char **argv)
{
	struct series src, sport, dst, dport;
	const struct ether_addr *mac;
	uint32_t count, i, *took;
	struct frame *frames;
	int fd;

	if (argc != 8)
		errx(2, "usage: packets DEVICE MAC COUNT SRC SPORT DST DPORT");
	fd = open_device(argv[1]);
	mac = ether_aton(argv[2]);
	if (!mac)
		errx(2, "not a MAC address: %s", argv[2]);
	count = strtoul(argv[3], NULL, 0);
	src = parse(argv[4], 1);
	sport = parse(argv[5], 0);
	dst = parse(argv[6], 1);
	dport = parse(argv[7], 0);

	frames = calloc(count, sizeof(*frames));
	took = calloc(count, sizeof(*took));
	if (!frames || !took)
		err(2, "%u packets", count);
	for (i = 0; i < count; i++) {
		frames[i] = make_frame(mac);
		frames[i].ip.saddr = htonl(value(&src, i));
		frames[i].ip.daddr = htonl(value(&dst, i));
		frames[i].ip.check = ip_checksum(frames[i].ip);
		frames[i].udp.source = htons(value(&sport, i));
		frames[i].udp.dest = htons(value(&dport, i));
		took[i] = 1;	/* written once: no page fault later */
	}
	MARK(MARK_START);
	for (i = 0; i < count; i++) {
		uint64_t start;

		/* While ksoftirqd waits for the CPU, packets wait for it, too. */
		sched_yield();
		start = __rdtsc();
		if (send(fd, &frames[i], sizeof(frames[i]), 0) < 0)
			err(1, "packet %u", i);
		took[i] = __rdtsc() - start;
	}
	MARK(MARK_END);
	sched_yield();
	for (i = 0; i < count; i++)
		printf("%u\n", took[i]);
	return 0;
}
