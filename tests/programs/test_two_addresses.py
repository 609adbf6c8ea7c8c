# SPDX-License-Identifier: GPL-2.0
"""A router with two public addresses, each for one LAN host: a name for each address."""

import pytest

from recipes import RECIPES
from router import DNAT, IN, out

RULES = RECIPES.rules("Two public addresses")
SECOND = "198.51.100.2"


@pytest.fixture
def two(router):
    """The router has the second address, and no rules."""
    router.address(SECOND + "/24", device="wan")
    router.load(nat=())


def test_with_one_name(router, lan1, lan2, wan, two):
    """A call to either address goes to the one who has the port."""
    rules = [rule for rule in RULES if "SNAT" in rule]
    for rule in rules + [out("--trigger-match 6667 --trigger-relate tcp:113"), DNAT, IN]:
        router.iptables(rule.replace("-A FORWARD", "-I FORWARD"))
    lan1.connect("tcp:6667")
    lan2.connect("tcp:6667")
    assert wan.who_answers("tcp:113") == lan1.ip
    assert wan.who_answers("tcp:113", dst=SECOND) == lan1.ip


def test_with_a_name_for_each(router, lan1, lan2, wan, two):
    """What is opened behind one address is open at that one only."""
    for rule in RULES:
        router.iptables(rule)
    assert lan2.connect("tcp:6667").came_from[0] == SECOND
    assert wan.who_answers("tcp:113") is None
    assert wan.who_answers("tcp:113", dst=SECOND) == lan2.ip
    assert lan1.connect("tcp:6667").came_from[0] == router.ip
    assert wan.who_answers("tcp:113") == lan1.ip
    assert wan.who_answers("tcp:113", dst=SECOND) == lan2.ip
