// SPDX-License-Identifier: GPL-2.0
/*
 * Packets as fast as they go: `flood PACKETS SEED SOURCE DESTINATION PORTS...`.
 * SOURCE is the first of 60,000 addresses that they come from, in an order of
 * their own; a port is udp:N or tcp:N (a SYN), and one of eight packets goes to
 * any other port.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define SOURCES		60000
#define BATCH		64
#define PACKET_MAX	60

static bool v6;
static uint8_t source[16], destination[16];
static uint64_t state;

static _Noreturn void fail(const char *what)
{
	fprintf(stderr, "flood: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint32_t any(void)
{
	state = state * 6364136223846793005 + 1442695040888963407;
	return state >> 33;
}

static void put16(uint8_t *to, uint16_t number)
{
	to[0] = number >> 8;
	to[1] = number;
}

static void address(const char *text, uint8_t *to)
{
	if (inet_pton(v6 ? AF_INET6 : AF_INET, text, to) != 1) {
		errno = EINVAL;
		fail(text);
	}
}

static uint32_t add_words(uint32_t sum, const uint8_t *data, size_t len)
{
	size_t i;

	for (i = 0; i < len; i += 2)
		sum += data[i] << 8 | data[i + 1];
	return sum;
}

/* The checksum of TCP; UDP goes without, where that is allowed. */
static void sum_l4(uint8_t *l4, size_t len, size_t at, uint8_t proto,
		   const uint8_t *addrs, size_t size)
{
	uint32_t sum = add_words(proto + len, addrs, 2 * size);

	sum = add_words(sum, l4, len);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	put16(l4 + at, sum == 0xffff ? sum : ~sum);
}

/* Returns the packet's length. */
static size_t make(uint8_t *packet, const char *port)
{
	bool tcp = !strncmp(port, "tcp:", 4);
	size_t head = v6 ? 40 : 20, size = v6 ? 16 : 4, len = tcp ? 20 : 8;
	uint8_t *addrs = packet + (v6 ? 8 : 12), *l4 = packet + head;
	uint32_t n = any() % SOURCES;

	memset(packet, 0, PACKET_MAX);
	if (v6) {
		packet[0] = 6 << 4;
		put16(packet + 4, len);
		packet[6] = tcp ? IPPROTO_TCP : IPPROTO_UDP;
		packet[7] = 64;
	} else {
		packet[0] = 0x45;
		packet[8] = 64;
		packet[9] = tcp ? IPPROTO_TCP : IPPROTO_UDP;
	}
	memcpy(addrs, source, size);
	memcpy(addrs + size, destination, size);
	/* IPv6 hosts are in as many networks. */
	n += addrs[v6 ? 7 : size - 1] | addrs[v6 ? 6 : size - 2] << 8;
	put16(addrs + (v6 ? 6 : size - 2), n);
	put16(l4, 1024 + any() % 60000);
	put16(l4 + 2, any() % 8 ? (uint32_t)atoi(port + 4) : 20000 + any() % 40000);
	if (tcp) {
		l4[12] = 5 << 4;
		l4[13] = 0x02;
		sum_l4(l4, len, 16, IPPROTO_TCP, addrs, size);
	} else {
		put16(l4 + 4, len);
		sum_l4(l4, len, 6, IPPROTO_UDP, addrs, size);
	}
	return head + len;
}

int main(int argc, char **argv)
{
	static uint8_t packets[BATCH][PACKET_MAX];
	struct sockaddr_in to4 = { .sin_family = AF_INET };
	struct sockaddr_in6 to6 = { .sin6_family = AF_INET6 };
	struct mmsghdr messages[BATCH] = {};
	struct iovec parts[BATCH];
	int sock, i;
	long left;

	if (argc < 6) {
		fputs("usage: flood PACKETS SEED SOURCE DESTINATION PORT...\n",
		      stderr);
		return 2;
	}
	left = atol(argv[1]);
	state = strtoull(argv[2], NULL, 10);
	v6 = strchr(argv[3], ':');
	address(argv[3], source);
	address(argv[4], destination);
	memcpy(&to4.sin_addr, destination, 4);
	memcpy(&to6.sin6_addr, destination, 16);
	sock = socket(v6 ? AF_INET6 : AF_INET, SOCK_RAW, IPPROTO_RAW);
	if (sock < 0)
		fail("socket");
	for (i = 0; i < BATCH; i++) {
		parts[i].iov_base = packets[i];
		messages[i].msg_hdr.msg_iov = &parts[i];
		messages[i].msg_hdr.msg_iovlen = 1;
		messages[i].msg_hdr.msg_name = v6 ? (void *)&to6 : (void *)&to4;
		messages[i].msg_hdr.msg_namelen = v6 ? sizeof(to6) : sizeof(to4);
	}
	for (; left > 0; left -= BATCH) {
		for (i = 0; i < BATCH; i++)
			parts[i].iov_len = make(packets[i],
						argv[5 + any() % (argc - 5)]);
		/* What does not fit into a queue is lost, as on a real wire. */
		if (sendmmsg(sock, messages, BATCH, 0) < 0 &&
		    errno != ENOBUFS && errno != EPERM)
			fail("sendmmsg");
	}
	return 0;
}
