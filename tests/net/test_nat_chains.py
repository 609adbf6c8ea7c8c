# SPDX-License-Identifier: GPL-2.0
"""`dnat` in a native nft table that is called `nat`: only the chain's place counts.

iptables-nft refuses tables with chains that are not its own, but takes a chain in them that a
native chain can jump to.
"""

import pytest

from router import DNAT, IN, out

TRIGGER = out("--trigger-match 3000 --trigger-relate tcp:113")
CHAIN = "{ type filter hook prerouting priority %d; }"


@pytest.fixture
def reached_from(router):
    """A function that has a filter chain of this priority jump to the one that `dnat` is in."""
    if router.backend != "nft":
        pytest.skip("iptables-legacy has no native chains in its tables")
    router.load(TRIGGER, "-t nat -N mine", DNAT.replace("PREROUTING -i wan", "mine"), IN)

    def jump(priority):
        router.run("/usr/sbin/nft", "add", "chain", "ip", "nat", "filter", CHAIN % priority)
        router.run("/usr/sbin/nft", "add", "rule", "ip", "nat", "filter", "iifname", "wan",
                   "jump", "mine")

    yield jump
    router.run("/usr/sbin/nft", "delete", "chain", "ip", "nat", "filter")


@pytest.mark.parametrize("priority, arrives", [(-300, False), (-150, True), (0, False)])
def test_a_filter_chain(router, lan1, wan, reached_from, priority, arrives):
    """Between conntrack and the nat core it works as in nat PREROUTING, elsewhere not at all."""
    reached_from(priority)
    lan1.connect("udp:3000")
    count = router.counting()
    assert wan.who_answers("tcp:113") == (lan1.ip if arrives else None)
    assert count("dnat") == arrives
