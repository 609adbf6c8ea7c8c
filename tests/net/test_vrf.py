# SPDX-License-Identifier: GPL-2.0
"""The router's own services where its WAN is in a VRF."""

import pytest

from hosts import wait_until
from router import DNAT, out

IN = "-A FORWARD -j TRIGGER --trigger-type in"
TRIGGER = out("--trigger-match 3000 --trigger-relate all:1024-65535",
              "-t mangle -A FORWARD -i br-lan")
BASE = ("-A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT",
        "-A FORWARD -i br-lan -j ACCEPT", "-A FORWARD -p tcp -j REJECT --reject-with tcp-reset",
        "-A FORWARD -j REJECT")
TO_WAN = ("198.51.100.0/24", "2001:db8:2::/64")
TO_LAN = ("192.168.1.0/24", "2001:db8:1::/64")


@pytest.fixture
def vrf(router, wan):
    """The router's WAN in a VRF, with routes from and to the LAN, which is in none."""
    router.set("net.ipv6.conf.wan.keep_addr_on_down", 1)
    router.ip_commands("link add vrf-wan type vrf table 10", "link set vrf-wan up",
                       "link set wan master vrf-wan")
    change_routes(router, "add")
    # The addresses come back behind the change.
    for address in (router.ip, router.ip6):
        wait_until(lambda: wan.who_answers("tcp:1", dst=address) is None, "the VRF answers")
    yield "vrf-wan"
    change_routes(router, "del")
    router.ip_commands("link del vrf-wan")


def change_routes(router, action):
    for lan, world in zip(TO_LAN, TO_WAN):
        router.ip_commands("route %s %s dev br-lan table 10" % (action, lan),
                           "route %s %s dev wan" % (action, world))


@pytest.mark.parametrize("family", [4, 6])
@pytest.mark.parametrize("protocol", ["tcp", "udp"])
def test_a_service_in_a_vrf_keeps_its_port(router, vrf, lan1, wan, protocol, family):
    """A service that is bound to the VRF keeps its port; the owner gets the others."""
    router.load(TRIGGER, DNAT, IN, base=BASE, family=family)
    address, dst = (router.ip, wan.ip) if family == 4 else (router.ip6, wan.ip6)
    lan1.send("udp:3000", dst=dst)
    router.serve(protocol + ":2222", address, device=vrf)
    count = router.counting()
    assert wan.who_answers(protocol + ":2222", dst=address) == address
    assert (count("local"), count("dnat")) == (1, 0)
    assert wan.who_answers(protocol + ":2223", dst=address) == (
        lan1.ip if family == 4 else lan1.ip6)
