# SPDX-License-Identifier: GPL-2.0
"""The rulesets that are compared. All of them open udp ports from FIRST_PORT on.

With N active triggers there are ports_of(N) ports, every second one, and owner
number k has port number k modulo that. A packet to TRIGGER_PORT opens port
number 0. Who wants the other ports opened has filled them in beforehand.
"""

from procfile import line, write_all

TRIGGER_PORT = 3000
FIRST_PORT = 20000
LAST_PORT = 29999
CLOSED_PORT = 50001
FIRST_OWNER = 10 << 24 | 1 << 16
FIRST_SOURCE = 203 << 24
LONG = 1000000

OUT = "-A FORWARD -i lan -o wan -p udp"
OPENS = "-j TRIGGER --trigger-type out --trigger-match %d --trigger-timeout %d" % (
    TRIGGER_PORT, LONG)
DNAT = "-A PREROUTING -i wan -p udp"
OURS = "-i wan -j TRIGGER --trigger-type "


def ports_of(n):
    return min(max(n // 10, 1), 1000)


def port(number):
    return FIRST_PORT + 2 * number


def address(number):
    return ".".join(str(number >> shift & 255) for shift in (24, 16, 8, 0))


def owner(number):
    return address(FIRST_OWNER + number)


def source(number):
    """Of inbound connections."""
    return address(FIRST_SOURCE + number)


class Iptables:
    """Rules of iptables; here none at all, but masquerading as everywhere."""

    name = "none"
    none = "none"           # what it is compared with: no rule, and a static one
    static = "static"
    prerouting = ()
    forward = ()
    sized = False           # whether there is something in it that N is the number of
    sizes = ()              # the values of N, if not all
    lets_in = False         # whether new connections arrive at an owner
    miss_port = CLOSED_PORT

    def __init__(self, network, backend):
        self.network = network
        self.router = network.router
        self.restore = "/usr/sbin/iptables-%s-restore" % backend

    def load(self, n):
        """Put the rules there, and nothing else; N active triggers."""
        self.load_rules(self.forward)

    def ports(self, n):
        """How many ports are open."""
        return ports_of(n)

    def unload(self):
        """Leave nothing behind but rules, which the next ones replace."""

    def load_rules(self, forward, unused=(), prerouting=None):
        """Replace all rules. unused are those of a chain that no packet reaches."""
        if prerouting is None:
            prerouting = self.prerouting
        lines = ["*nat", ":PREROUTING ACCEPT", ":INPUT ACCEPT", ":OUTPUT ACCEPT",
                 ":POSTROUTING ACCEPT", *prerouting, "-A POSTROUTING -o wan -j MASQUERADE",
                 "COMMIT",
                 "*filter", ":INPUT DROP", ":FORWARD ACCEPT", ":OUTPUT ACCEPT", ":unused -",
                 *forward, *unused, "COMMIT", ""]
        self.router.run(self.restore, stdin="\n".join(lines))

    def counters(self):
        """What it counts by itself."""
        return {}


class Match(Iptables):
    """What finding the packets costs without doing anything with them."""

    name = "match"
    prerouting = (DNAT,)
    forward = (OUT, "-A FORWARD -i wan")


class Static(Iptables):
    name = "static"
    lets_in = True
    prerouting = (DNAT + " --dport %d:%d -j DNAT --to-destination %s"
                  % (FIRST_PORT, LAST_PORT, owner(0)),)


class StaticAccepted(Static):
    """With the rule that a firewall needs beside it, as ours has its `in` rule."""

    name = "static, accepted"
    forward = ("-A FORWARD -i wan -p udp --dport %d:%d -d %s -j ACCEPT"
               % (FIRST_PORT, LAST_PORT, owner(0)),)


class Ours(Iptables):
    name = "ours"
    sized = True
    lets_in = True
    prerouting = ("-A PREROUTING " + OURS + "dnat",)
    in_rule = ("-A FORWARD " + OURS + "in",)
    wide = ()

    def load(self, n):
        # One rule for each port. Only the first is on the packets' way: the others
        # stand for all the rules that other ways of opening would need.
        n_ports = self.ports(n)
        opens = [OPENS + " --trigger-relate udp:%d" % port(i) for i in range(n_ports)]
        opens += [OPENS + " --trigger-relate udp:" + wide for wide in self.wide]
        self.load_rules((OUT + " " + opens[0], *self.in_rule),
                        ["-A unused -p udp " + each for each in opens[1:]])
        set_limits(n + 10000)
        write_all(self.router, "/\n")
        lines = [line(owner(i), open="udp:%d" % port(i % n_ports), timeout=LONG, expires=LONG)
                 for i in range(n)]
        lines += [line(owner(n), open="udp:" + wide, timeout=LONG, expires=LONG)
                  for wide in self.wide]
        write_all(self.router, "".join("+" + each for each in lines))
        assert self.counters()["triggers"] == n + len(self.wide)

    def counters(self):
        first = self.router.read("/proc/net/xt_trigger").split("\n", 1)[0]
        return {name: int(value) for name, value in
                (word.split("=") for word in first.split()[1:])}


class Shadow(Ours):
    name = "ours, shadow"
    prerouting = (Ours.prerouting[0] + " --trigger-shadow",)


class ShadowAlone(Shadow):
    """Without the rule of FORWARD that accepts, which a static DNAT has not, either."""

    name = "ours, dnat alone, shadow"
    sizes = (1000,)
    in_rule = ()


class Contested(Ours):
    """One port, and all owners in line for it."""

    name = "ours, contested"
    sizes = (10000,)

    def ports(self, n):
        return 1


class Wide(Ours):
    """Ports in wide ranges beside them, and a closed port between these."""

    name = "ours, wide"
    sizes = (1000,)
    wide = ("1024-19999", "1024-9999", "30000-49999", "40000-49999", "49001-49999", "50002-65535")


def set_limits(n):
    for name in ("max_triggers", "max_per_host"):
        with open("/sys/module/xt_TRIGGER/parameters/" + name, "w") as file:
            file.write("%d\n" % n)
