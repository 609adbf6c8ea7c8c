# SPDX-License-Identifier: GPL-2.0
"""`dnat` behind TPROXY, which gives a packet its socket before any NAT."""

import re
import socket

import pytest

from hosts import wait_until
from router import DNAT, IN, out

TRIGGER = out("--trigger-match 3000 --trigger-relate all:113")
TPROXY = "-t mangle -A PREROUTING -i wan -p %s --dport 113 -j TPROXY --on-port 113"
IP_TRANSPARENT, IPV6_TRANSPARENT = (socket.IPPROTO_IP, 19), (socket.IPPROTO_IPV6, 75)


def sockets(router):
    """How many sockets the router's namespace has, those included that nobody can reach."""
    return int(re.search("sockets: used ([0-9]+)", router.read("/proc/net/sockstat")).group(1))


@pytest.mark.parametrize("family", [4, 6])
@pytest.mark.parametrize("port", ["tcp:113", "udp:113"])
def test_a_proxys_socket_is_let_go(router, lan1, wan, port, family):
    """The proxy keeps its port, and its sockets are gone when it has closed them."""
    router.load(TRIGGER, TPROXY % port[:3], DNAT, IN, family=family)
    address, dst = (router.ip, wan.ip) if family == 4 else (router.ip6, wan.ip6)
    lan1.send("udp:3000", dst=dst)
    before = sockets(router)
    count = router.counting()
    # The kernel may still be about to free a socket of iptables: several show what one would not.
    for _ in range(4):
        router.serve(port, address)
        for server in router.servers(port):
            server.socket.setsockopt(*(IP_TRANSPARENT if family == 4 else IPV6_TRANSPARENT), 1)
        assert wan.who_answers(port, dst=address) == address
        router.close_sockets()
    assert (count("local"), count("dnat")) == (4, 0)
    wait_until(lambda: sockets(router) <= before, "no more sockets than before")
