# SPDX-License-Identifier: GPL-2.0
"""`out` in a chain that mangle POSTROUTING jumps to: it sees what every filter has let through."""

import pytest

from hosts import Refused
from router import DNAT, IN, out

OPTIONS = "--trigger-match 3000 --trigger-relate tcp:113"
# iptables takes no -i in the built-in chain itself.
POSTROUTING = (
    "-t mangle -N triggers",
    "-t mangle -A POSTROUTING -j triggers",
    out(OPTIONS, "-t mangle -A triggers -i br-lan -o wan"),
)

NATIVE = """table inet firewall {
    chain forward {
        type filter hook forward priority 10; policy accept;
        ip saddr %s oifname "wan" reject
        ip6 saddr %s oifname "wan" reject
    }
}
"""


@pytest.fixture
def native(router, lan2, tmp_path):
    """A function that has a native ruleset reject lan2's packets, behind all of iptables."""
    path = tmp_path / "firewall.nft"
    path.write_text(NATIVE % (lan2.ip, lan2.ip6))
    yield lambda: router.run("/usr/sbin/nft", "-f", str(path))
    router.run("/usr/sbin/nft", "delete", "table", "inet", "firewall")


@pytest.mark.parametrize("family", [4, 6])
def test_opens_for_whom_every_filter_lets_through(router, lan1, lan2, wan, native, family):
    """Nothing opens for a host that a filter rejects, iptables' own or another one."""
    dst = wan.ip if family == 4 else wan.ip6
    reject = "-A FORWARD -i br-lan -s %s -j REJECT" % (lan2.ip if family == 4 else lan2.ip6)
    router.load(reject, *POSTROUTING, family=family)
    for rejects in (None, native):
        if rejects:
            router.load(*POSTROUTING, family=family)
            rejects()
        with pytest.raises(Refused):
            lan2.connect("udp:3000", dst=dst)
        assert router.triggers() == []
    lan1.connect("udp:3000", dst=dst)
    assert router.owners() == [lan1.ip if family == 4 else lan1.ip6]


def test_opens_what_other_rules_have_accepted(router, lan1, lan2, wan):
    """No rule in front can keep a packet from it, nor is the router's own traffic the LAN's."""
    router.load("-A FORWARD -i br-lan -o wan -j ACCEPT", *POSTROUTING, DNAT, IN)
    router.connect("udp:3000")
    assert router.triggers() == []
    lan1.connect("udp:3000")
    assert wan.who_answers("tcp:113") == lan1.ip
    # A call that was let in, and its answers, pass there, too.
    assert router.owners() == [lan1.ip]
