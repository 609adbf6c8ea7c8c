# SPDX-License-Identifier: GPL-2.0
"""The README's rule in INPUT: a stream from outside may begin before the trigger."""

from hosts import ipv4, udp, wait_until
from recipes import README
from router import DNAT, IN, out

OUT = out("--trigger-match 3000 --trigger-relate udp:5000")
DROP = README.rules("The rules")[3]


def dropped(router):
    """Whether the rule has dropped a packet."""
    count, = [int(line.split()[0]) for line in
              router.iptables("-L INPUT -v -x -n").splitlines() if " DROP " in line]
    return count > 0


def test_with_the_rule(router, lan1, wan):
    """The router drops the stream until the host triggers; then it reaches the host."""
    router.load(OUT, DNAT, IN, DROP)
    wan.send_raw(router.ip, ipv4(wan.ip, router.ip, 17, udp(7000, 5000)))
    wait_until(lambda: dropped(router), "the rule drops the packet")
    lan1.send("udp:3000")
    assert wan.who_answers("udp:5000", sport=7000) == lan1.ip


def test_without_the_rule(router, lan1, wan):
    """The router takes the stream for its own as long as it goes on; a new one reaches the host."""
    router.load(OUT, DNAT, IN)
    assert wan.who_answers("udp:5000", sport=7000) is None
    lan1.send("udp:3000")
    assert wan.who_answers("udp:5000", sport=7000) is None
    assert wan.who_answers("udp:5000", sport=7001) == lan1.ip
