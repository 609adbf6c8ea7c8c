# SPDX-License-Identifier: GPL-2.0
"""A router that is a network of its own: over its loopback device it talks to itself."""

from procfile import line, write_all
from router import DNAT, IN, Router, out

# Longer than a test takes on a debug kernel.
HOUR = 3600

PLAIN = out("--trigger-match 3000 --trigger-relate tcp:113 --trigger-timeout %d" % HOUR)
SESSION = out("--trigger-match 6667 --trigger-relate tcp:114 --trigger-session",
              "-A OUTPUT -p tcp")
HOST = out("--trigger-match 6667 --trigger-relate udp:5000-5010 --trigger-peer host",
           "-A OUTPUT")
RULES = (PLAIN, SESSION, HOST, DNAT, IN)


def plain(owner):
    """The line of what PLAIN has opened for it."""
    return line(owner, timeout=HOUR, expires=HOUR)


class Island(Router):
    """A router with nothing but a loopback device, over which it talks to itself."""

    is_router = False

    def __init__(self, backend):
        super().__init__(backend, "127.0.0.1", "::1")
        self.target, self.target6 = self.ip, self.ip6
        self.others = [self]
        self.ip_commands("link set lo up")

    def inhabit(self, count, families=(4, 6)):
        """Rules, so many active triggers of each family, and live sessions."""
        for family in families:
            self.load(*RULES, family=family, base=(), nat=())
            network, dst = ("10.0.0.%d", self.ip) if family == 4 else ("2001:db8::%d", self.ip6)
            write_all(self, "".join("+" + plain(network % n) for n in range(1, count + 1)))
            self.connect("tcp:6667", dst=dst)
            self.connect("udp:6667", dst=dst)
        counters = self.counters()
        assert counters["triggers"] == counters["opened"] == len(families) * (count + 2)
        assert [t.session for t in self.triggers(open="tcp:114")] == [1] * len(families)

    def end(self):
        self.close_sockets()
        self.close()
