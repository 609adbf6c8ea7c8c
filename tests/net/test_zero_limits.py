# SPDX-License-Identifier: GPL-2.0
"""A limit of 0: nothing opens, and what is open stays."""

import pytest

from router import DNAT, IN, out

TRIGGER = out("--trigger-match 3000 --trigger-relate tcp:113")
LIMITS = [("max_triggers", "refused_full"), ("max_per_host", "refused_host")]


@pytest.mark.parametrize("name, counter", LIMITS)
def test_nothing_opens(router, lan1, wan, name, counter):
    """The packet passes, the port stays closed, and the refusal is counted."""
    router.load(TRIGGER, DNAT, IN)
    router.set_parameter(name, 0)
    count = router.counting()
    lan1.send("udp:3000")
    assert (router.triggers(), count(counter)) == ([], 1)
    assert wan.who_answers("tcp:113") is None


@pytest.mark.parametrize("answered", [True, False], ids=["answered", "unanswered"])
@pytest.mark.parametrize("name", [name for name, _ in LIMITS])
def test_what_is_open_stays(router, lan1, lan2, wan, name, answered):
    """The limit closes nothing, and nobody takes the place of an active trigger."""
    router.load(TRIGGER, DNAT, IN)
    if answered:
        lan1.connect("udp:3000")
    else:
        lan1.send("udp:3000")
    router.set_parameter(name, 0)
    lan2.send("udp:3000")
    assert router.owners() == [lan1.ip]
    assert wan.who_answers("tcp:113") == lan1.ip
