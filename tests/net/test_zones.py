# SPDX-License-Identifier: GPL-2.0
"""Conntrack zones: triggers know none; a name for each zone keeps them apart."""

import pytest

from lab import WAN2
from router import DNAT, IN, out

OPTIONS = "--trigger-match 6667 --trigger-relate tcp:113 --trigger-session"


@pytest.fixture
def zones(wan):
    """What goes to and comes from a remote address is in that address's zone."""
    return [rule % (address, zone) for address, zone in ((wan.ip, 1), (WAN2, 2)) for rule in (
        "-t raw -A PREROUTING -i br-lan -d %s -j CT --zone %d",
        "-t raw -A PREROUTING -i wan -s %s -j CT --zone %d")]


def test_with_one_name(router, lan1, wan, zones):
    """What is opened in one zone is open to all; its session is followed in its own."""
    router.load(*zones, out(OPTIONS), DNAT, IN)
    irc = lan1.connect("tcp:6667")
    assert "zone=1" in router.conntrack("-L", "-p", "tcp", "--dport", "6667")
    assert wan.who_answers("tcp:113") == lan1.ip
    assert wan.who_answers("tcp:113", src=WAN2) == lan1.ip
    irc.close()
    router.wait_closed()


def test_with_a_name_for_each(router, lan1, wan, zones):
    """What is opened in one zone is open to that zone."""
    rules = [rule for name, peer in (("one", wan.ip), ("two", WAN2)) for rule in (
        out("--trigger-name %s %s" % (name, OPTIONS), "-A FORWARD -i br-lan -d " + peer),
        "%s -s %s --trigger-name %s" % (DNAT, peer, name),
        "%s -s %s --trigger-name %s" % (IN, peer, name))]
    router.load(*zones, *rules)
    lan1.connect("tcp:6667")
    assert wan.who_answers("tcp:113") == lan1.ip
    assert wan.who_answers("tcp:113", src=WAN2) is None
