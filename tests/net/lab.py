# SPDX-License-Identifier: GPL-2.0
"""One router lab: two LAN hosts, the router, a remote host.

    lan1 192.168.1.10  2001:db8:1::10 --+
                                        +-- br-lan [router] wan -- wan 198.51.100.7, .8
    lan2 192.168.1.11  2001:db8:1::11 --+                              2001:db8:2::7, ::8

The router is 192.168.1.1 and 2001:db8:1::1 to the LAN, 198.51.100.1 and
2001:db8:2::1 to the world. IPv4 is masqueraded: the remote host has no route to
the LAN. IPv6 is routed.

Behind SILENT and SILENT6 nothing is: packets leave through wan and nothing,
not even an error, ever comes back.
"""

import os

from hosts import Host, wait_until
from router import Router

WAN2 = "198.51.100.8"
WAN2_6 = "2001:db8:2::8"
SILENT = "198.51.100.99"
SILENT6 = "2001:db8:2::99"

# More addresses: other owners (on lan2) and other peers (on wan).
OTHER_OWNERS = ["192.168.1.%d" % n for n in range(12, 16)]
OTHER_OWNERS6 = ["2001:db8:1::%d" % n for n in range(12, 16)]
OTHER_PEERS = ["198.51.100.%d" % n for n in range(20, 40)]

WAN_MAC = "02:00:00:00:00:07"

# Quiet, immediate networks: no duplicate address detection, no router
# solicitations, no limit on the ICMP errors that tell a client "refused".
SYSCTLS = (
    ("net.ipv6.conf.all.accept_dad", 0),
    ("net.ipv6.conf.default.accept_dad", 0),
    ("net.ipv6.conf.default.router_solicitations", 0),
    ("net.ipv4.conf.all.rp_filter", 0),
    ("net.ipv4.conf.default.rp_filter", 0),
    ("net.ipv4.icmp_ratelimit", 0),
    ("net.ipv6.icmp.ratelimit", 0),
)
FORWARDING = (
    ("net.ipv4.ip_forward", 1),
    ("net.ipv6.conf.all.forwarding", 1),
)


class Lab:
    def __init__(self, backend):
        # Packets then arrive in the order in which they were sent.
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        self.router = Router(backend, "198.51.100.1", "2001:db8:2::1")
        self.lan1 = Host("lan1", "192.168.1.10", "2001:db8:1::10")
        self.lan2 = Host("lan2", "192.168.1.11", "2001:db8:1::11")
        self.wan = Host("wan", "198.51.100.7", "2001:db8:2::7")
        self.hosts = (self.router, self.lan1, self.lan2, self.wan)
        for host in self.hosts:
            host.others = [other for other in self.hosts if other is not host]
            for name, value in SYSCTLS:
                host.sysctl(name, value)
        for host in (self.lan1, self.lan2, self.router):
            host.target, host.target6 = self.wan.ip, self.wan.ip6
        self.wan.target, self.wan.target6 = self.router.ip, self.router.ip6
        for name, value in FORWARDING:
            self.router.sysctl(name, value)
        self._connect()
        self.router.flush()

    def _connect(self):
        """Plug everything together and wait until it carries packets."""
        router, lan1, lan2, wan = self.hosts
        router.ip_commands(
            "link set lo up",
            "link add br-lan type bridge",
            "link add lan1 type veth peer name eth0 netns %s" % lan1.path,
            "link add lan2 type veth peer name eth0 netns %s" % lan2.path,
            "link add wan type veth peer name eth0 address %s netns %s" % (WAN_MAC, wan.path),
            "link set lan1 master br-lan up",
            "link set lan2 master br-lan up",
            "link set br-lan up",
            "link set wan up",
            "address add %s/24 dev br-lan" % router.lan_ip,
            "address add %s/64 dev br-lan nodad" % router.lan_ip6,
            "address add %s/24 dev wan" % router.ip,
            "address add %s/64 dev wan nodad" % router.ip6,
            "neighbour add %s lladdr %s dev wan" % (SILENT, WAN_MAC),
            "neighbour add %s lladdr %s dev wan" % (SILENT6, WAN_MAC),
        )
        _configure(lan1, [lan1.ip, lan1.ip6], [router.lan_ip, router.lan_ip6])
        _configure(lan2, [lan2.ip, lan2.ip6] + OTHER_OWNERS + OTHER_OWNERS6,
                   [router.lan_ip, router.lan_ip6])
        _configure(wan, [wan.ip, WAN2] + OTHER_PEERS + [wan.ip6, WAN2_6], [])
        wan.ip_commands("route add 2001:db8:1::/64 via %s" % router.ip6)
        for host in (lan1, lan2, wan):
            for gateway in (router.ip, router.ip6):
                wait_until(lambda: _carries(host, gateway), "%s reaches %s" % (host, gateway))
        self.close_sockets()

    def close_sockets(self):
        for host in self.hosts:
            host.close_sockets()

    def reset(self):
        """As new, for the next test; fails when an active trigger stays behind."""
        self.close_sockets()
        for host in self.hosts:
            host.restore()
        self.router.flush()

    def destroy(self):
        """Give the namespaces back; the kernel takes them down a moment later."""
        self.close_sockets()
        for host in self.hosts:
            host.close()


def _configure(host, addresses, gateways):
    lines = ["link set lo up", "link set eth0 up"]
    for address in addresses:
        lines.append("address add %s dev eth0" % (address + "/64 nodad" if ":" in address
                                                  else address + "/24"))
    lines += ["route add default via %s" % gateway for gateway in gateways]
    host.ip_commands(*lines)


def _carries(host, gateway):
    """Whether a port that nobody serves is refused there, as it should."""
    return host.who_answers("tcp:1", dst=gateway) is None
