# SPDX-License-Identifier: GPL-2.0
"""A native nftables ruleset beside our iptables rules: what it has to let in, and why."""

import pytest

from hosts import CommandFailed, wait_until
from recipes import FIREWALLS, README

OUT, DNAT, IN = README.rules("The rules")[:3]
TIMEOUT = OUT.replace("--trigger-session", "--trigger-timeout 2")

# What `in` accepts has a mark behind these three.
MARKED = FIREWALLS.rules("nftables", "ip6tables")

RULESET = FIREWALLS.file("/etc/nftables.conf", "nftables")
LET_IN_MAPPED = '        iifname "wan" ct status dnat accept\n'
LET_IN_MARKED = '        iifname "wan" meta mark & 0x100 == 0x100 accept\n'
NO_MAPPED = RULESET.replace(LET_IN_MAPPED, "").replace(LET_IN_MARKED, "")
MAPPED = RULESET.replace(LET_IN_MARKED, "")
ONLY_MARKED = RULESET.replace(LET_IN_MAPPED, "")

# Newer kernels want the ports of a bridge, older ones the bridge.
FLOWTABLE = """    flowtable fast {
        hook ingress priority filter;
        devices = { br-lan, lan1, lan2, wan };
    }
"""


@pytest.fixture
def nft(router):
    """A function that loads a native ruleset into the router."""
    yield router.nft
    router.run("/usr/sbin/nft", "delete", "table", "inet", "firewall")


def load(router, *rules, family=4):
    """Only our rules; who may pass is the native ruleset's business."""
    router.load(*rules, family=family, base=(), nat=())
    router.iptables("-P FORWARD ACCEPT", family)


def test_mapped_connections(router, lan1, wan, nft):
    """What the last chain drops is lost, though `in` has accepted it: it must know the mapped."""
    load(router, OUT, DNAT, IN)
    nft(NO_MAPPED)
    counts = router.counting()
    irc = lan1.connect("tcp:6667")
    assert wan.who_answers("tcp:113") is None
    assert counts("dnat") == 1
    nft(MAPPED)
    assert wan.who_answers("tcp:113") == lan1.ip
    assert wan.who_answers("tcp:112") is None
    irc.close()
    router.wait_closed()
    assert wan.who_answers("tcp:113") is None


def test_marked_connections(router, lan1, wan, nft):
    """Without NAT the mark tells what `in` has accepted."""
    load(router, OUT, *MARKED, family=6)
    nft(ONLY_MARKED)
    assert wan.who_answers("tcp:113", dst=lan1.ip6) is None
    irc = lan1.connect("tcp:6667", dst=wan.ip6)
    assert wan.who_answers("tcp:113", dst=lan1.ip6) == lan1.ip6
    assert wan.who_answers("tcp:112", dst=lan1.ip6) is None
    irc.close()
    router.wait_closed()
    assert wan.who_answers("tcp:113", dst=lan1.ip6) is None


def test_reload(router, lan1, wan, nft):
    """Replacing one's own table closes nothing; `flush ruleset` deletes iptables-nft's rules, and
    what they had opened is open again when they are back."""
    load(router, OUT, DNAT, IN)
    nft(MAPPED)
    irc = lan1.connect("tcp:6667")
    nft(MAPPED)
    assert wan.who_answers("tcp:113") == lan1.ip
    nft("flush ruleset\n" + MAPPED)
    if router.backend == "nft":
        wait_until(lambda: router.counters()["parked"] == 1, "parked")
        assert wan.who_answers("tcp:113") is None
        load(router, OUT, DNAT, IN)
    assert wan.who_answers("tcp:113") == lan1.ip
    irc.close()
    router.wait_closed()
    router.check_counters()


def test_what_nft_saves(router, lan1, wan, nft):
    """`nft list ruleset` cannot be loaded again, or has lost our rules; iptables-save has them."""
    load(router, OUT, DNAT, IN)
    nft(MAPPED)
    lan1.connect("tcp:6667")
    saved = router.run(router.tool("iptables-save"))
    listed = router.run("/usr/sbin/nft", "list", "ruleset")
    own = router.run("/usr/sbin/nft", "list", "table", "inet", "firewall")
    load(router)
    try:
        nft(listed)
    except CommandFailed:
        assert router.backend == "nft"
    assert "TRIGGER" not in router.run(router.tool("iptables-save"))
    router.run(router.tool("iptables-restore"), stdin=saved)
    assert router.run(router.tool("iptables-save")).count("-j TRIGGER") == 3
    nft("delete table inet firewall\n" + own)


@pytest.mark.time_limit(240)
@pytest.mark.parametrize("rule", [OUT, TIMEOUT], ids=["session", "timeout"])
def test_flowtable(router, lan1, wan, nft, rule):
    """Packets of a flowtable refresh nothing; a session goes on, and its end is seen."""
    load(router, rule, DNAT, IN)
    # The flowtable's rule has to come before the one that accepts what it is to take.
    first = "        ct state established,related accept\n"
    ruleset = MAPPED.replace(first, "        ct state established flow add @fast\n" + first)
    nft(ruleset.replace("    chain forward", FLOWTABLE + "    chain forward"))
    irc = lan1.connect("tcp:6667")
    wait_until(lambda: irc.echo() or "[OFFLOAD]" in router.conntrack("-L"), "offloaded")
    if rule is TIMEOUT:
        wait_until(lambda: irc.echo() or not router.triggers(), "closed under a busy connection")
        assert wan.who_answers("tcp:113") is None
    else:
        counts = router.counting()
        for _ in range(20):
            irc.echo()
        assert counts("refreshed") <= 1
        assert wan.who_answers("tcp:113") == lan1.ip
        # Some kernels keep a closed connection in the flowtable until it was idle for 30 s.
        irc.close()
        router.wait_closed(90)
