# SPDX-License-Identifier: GPL-2.0
"""A router between two generators of packets, and what each packet costs.

    owners 10.0.0.0/8 -- lan [router 198.51.100.1] wan -- everybody else

What the router sends arrives at a host that is not meant by it, by its MAC
address, and drops it at once. So all work is the router's.
"""

import collections
import statistics
import subprocess
import tempfile

from hosts import Namespace

ROUTER_IP = "198.51.100.1"
ROUTER_MAC = "02:00:00:00:00:10"
NOBODY = "02:00:00:00:00:99"

SYSCTLS = {
    "net.ipv6.conf.all.disable_ipv6": 1,
    "net.ipv6.conf.default.disable_ipv6": 1,
    "net.ipv4.ip_forward": 1,
    "net.ipv4.conf.all.rp_filter": 0,
    "net.ipv4.conf.default.rp_filter": 0,
}
# Of the router, once conntrack is there. A guest that waits for its disk lives
# through minutes under -icount: nothing may end by itself.
CONNTRACK_SYSCTLS = {
    "net.netfilter.nf_conntrack_udp_timeout": 1000000,
    "net.netfilter.nf_conntrack_udp_timeout_stream": 1000000,
}


# What a packet costs, and the number of the series that tells, from 0 on.
Cost = collections.namedtuple("Cost", "instructions series")


class Packets:
    """How to make `count` packets: addresses and ports as packets.c reads them."""

    def __init__(self, count, src, sport, dst, dport):
        self.count = count
        self.fields = (src, sport, dst, dport)


class Network:
    def __init__(self):
        self._dir = tempfile.TemporaryDirectory()
        self._program = self._dir.name + "/packets"
        subprocess.run(["gcc", "-O2", "-o", self._program, "tests/bench/packets.c"], check=True)
        self._series = -1
        self.router = Namespace()
        self.sides = {}
        for name, value in SYSCTLS.items():
            self.router.sysctl(name, value)
        for name in ("lan", "wan"):
            self.add_side(name)
        self.router.ip_commands(
            "link set lo up",
            "address add 192.168.1.1/24 dev lan",
            "address add %s/24 dev wan" % ROUTER_IP,
            "neighbour add 192.168.1.2 lladdr %s dev lan" % NOBODY,
            "neighbour add 198.51.100.2 lladdr %s dev wan" % NOBODY,
            "route add 10.0.0.0/8 via 192.168.1.2",
            "route add default via 198.51.100.2",
        )

    def add_side(self, name):
        """A device of the router, and a generator of packets at its other end."""
        side = self.sides[name] = Namespace()
        for setting, value in SYSCTLS.items():
            side.sysctl(setting, value)
        self.router.ip_commands("link add %s address %s type veth peer name eth0 netns %s"
                                % (name, ROUTER_MAC, side.path),
                                "link set %s up" % name)
        side.ip_commands("link set eth0 up")

    def command(self, packets):
        """The command that sends them, on a side."""
        return [self._program, "eth0", ROUTER_MAC, str(packets.count), *packets.fields]

    def send(self, side, packets):
        """Send from this side; what each packet cost."""
        self._series += 1
        return [int(line) for line in self.sides[side].run(*self.command(packets)).split()]

    def forwarded(self, side):
        """How many packets the router has sent to this side so far."""
        for line in self.router.read("/proc/net/dev").splitlines():
            if line.strip().startswith(side + ":"):
                return int(line.split(":")[1].split()[9])
        raise AssertionError("the router has no device " + side)

    def forget(self):
        """Forget all connections."""
        for name, value in CONNTRACK_SYSCTLS.items():
            self.router.sysctl(name, value)
        self.router.run("conntrack", "-F")

    def connections(self):
        return int(self.router.run("conntrack", "-C"))

    def cost(self, side, packets, arrive, new=True):
        """The median cost of these packets, the second time that they are sent.

        arrive says which side the router is to send all of them to (None: to
        none); new, whether each is to be the first of its connection.
        """
        for _ in range(2):
            if new:
                self.forget()
            cost = self.cost_once(side, packets, arrive)
        return cost

    def cost_once(self, side, packets, arrive):
        before = {name: self.forwarded(name) for name in self.sides}
        costs = self.send(side, packets)
        for name in self.sides:
            moved = self.forwarded(name) - before[name]
            expected = packets.count if name == arrive else 0
            assert moved == expected, "%d packets to %s, not %d" % (moved, name, expected)
        return Cost(statistics.median(costs), self._series)
