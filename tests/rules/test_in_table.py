# SPDX-License-Identifier: GPL-2.0
"""Where `in` gives its mark, beside native chains that accept the mark, over IPv6.

A chain sees the mark only if it runs behind the one that gives it. Of two chains of one priority,
the one that was loaded last runs first.
"""

import pytest

from rulesfile import ENDS, IN, IRC
from tool import jq

NATIVE = """table inet firewall
delete table inet firewall
table inet firewall {
    chain forward {
        type filter hook forward priority %s; policy drop;
        %s
        ct state established,related accept
        iifname "br-lan" accept
        reject
    }
}
"""
ACCEPT = 'iifname "wan" meta mark & 0x100 == 0x100 accept'
MANGLE = "InTable=mangle\n"


@pytest.fixture
def load_native(router):
    """A function that loads the chain anew, so that it runs in front of what has its priority."""
    router.load6(base=())
    router.ip6tables("-P FORWARD ACCEPT")
    yield lambda *what: router.nft(NATIVE % what)
    router.run("/usr/sbin/nft", "delete", "table", "inet", "firewall")


@pytest.fixture
def open_to(rules, router, lan1, wan):
    """A function that applies the file and tells who answers at the port that lan1 has opened."""
    def answers(*parts):
        rules.apply(ENDS, *parts, IRC)
        irc = lan1.connect("tcp:6667", dst=wan.ip6)
        assert wan.who_answers("tcp:112", dst=lan1.ip6) is None
        found = wan.who_answers("tcp:113", dst=lan1.ip6)
        irc.close()
        router.wait_closed()
        return found

    return answers


def told(rules):
    """What `xt-trigger status` says of IPv6 behind another firewall."""
    found = jq(".", rules.tool.run("status", "--json").out)
    return [each["problem"] for each in found if each["cause"] == "front-end-ipv6"]


@pytest.mark.parametrize("priority,sees", [
    ("filter + 1", True), ("filter", False), ("filter - 5", False), ("mangle + 1", False)])
def test_the_priority(rules, lan1, load_native, open_to, priority, sees):
    """What sees no mark that filter gives, sees the one that mangle gives; status knows."""
    load_native(priority, ACCEPT)
    assert open_to(MANGLE) == lan1.ip6
    assert told(rules) == []
    # What came into the table filter meanwhile was loaded last.
    load_native(priority, ACCEPT)
    assert open_to(MANGLE) == lan1.ip6
    assert open_to() == (lan1.ip6 if sees else None)
    assert (told(rules) == []) == sees


def test_a_chain_of_its_own_that_accepts(rules, lan1, router, load_native, open_to):
    """It lets nothing in: the chain that drops has to. Status names that one."""
    own = "table inet own { chain forward { type filter hook forward priority filter + 1; %s; }; }"
    load_native("filter + 1", "")
    router.nft(own % ACCEPT)
    try:
        assert open_to() is open_to(MANGLE) is None
        assert told(rules) == [
            "The nftables chain forward of table inet firewall refuses IPv6 packets that `in'"
            " has accepted."]
        load_native("filter + 1", ACCEPT)
        assert open_to() == lan1.ip6
        assert told(rules) == []
    finally:
        router.run("/usr/sbin/nft", "delete", "table", "inet", "own")


def test_iptables_own_filter(rules, lan1, wan, open_to):
    """With the mark given in mangle, the table filter of both families lets it in."""
    assert open_to(MANGLE) == lan1.ip6
    lan1.connect("tcp:6667")
    assert wan.who_answers("tcp:113") == lan1.ip
    assert wan.who_answers("tcp:112") is None
    for family in (4, 6):
        assert rules.chain("mangle", family, "XT_TRIGGER_IN") == IN
        assert rules.chain("filter", family) == [
            IN[0], "-A XT_TRIGGER_IN -i wan -m mark --mark 0x100/0x100 -j ACCEPT"]


def test_back_and_forth(router, rules, lan1, wan):
    """A change of the table closes nothing and leaves nothing behind."""
    before = [rules.saved(family) for family in (4, 6)]
    rules.apply(ENDS, IRC)
    usual = [rules.saved(family) for family in (4, 6)]
    lan1.connect("tcp:6667")
    opened = router.trigger().id
    for in_table in (MANGLE, "", MANGLE):
        rules.apply(ENDS, in_table, IRC)
        assert (usual == [rules.saved(family) for family in (4, 6)]) == (not in_table)
        assert router.trigger().id == opened
        assert wan.who_answers("tcp:113") == lan1.ip
    rules.done("remove")
    assert [rules.saved(family) for family in (4, 6)] == before
