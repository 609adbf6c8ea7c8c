# SPDX-License-Identifier: GPL-2.0-only
"""Rulesets as router firmware has written them since 2003 load and work unchanged."""

from router import MASQUERADE
from hosts import wait_until

ESTABLISHED = "-A FORWARD -m state --state RELATED,ESTABLISHED -j ACCEPT"
LAN_OUT = "-A FORWARD -i br-lan -o wan -j ACCEPT"

DD_WRT = """
-t nat -A PREROUTING -d 198.51.100.1 -j TRIGGER --trigger-type dnat
-N trigger_out
-A FORWARD -i wan -o br-lan -j TRIGGER --trigger-type in
-A FORWARD -i br-lan -j trigger_out
-A trigger_out -p tcp --dport 6660:6669 -j TRIGGER --trigger-type out \
    --trigger-proto tcp --trigger-match 6660-6669 --trigger-relate 113-113
-A trigger_out -p udp --dport 3000:4000 -j TRIGGER --trigger-type out \
    --trigger-proto udp --trigger-match 3000-4000 --trigger-relate 5000-6000
"""

TOMATO = """
-t nat -A PREROUTING -d 198.51.100.1 -j TRIGGER --trigger-type dnat
-N triggers
-A FORWARD -i wan -j TRIGGER --trigger-type in
-A FORWARD -i br-lan -j triggers
-A triggers -p tcp -m tcp --dport 6660:6669 -j TRIGGER --trigger-type out \
    --trigger-proto tcp --trigger-match 6660-6669 --trigger-relate 113-113
-A triggers -p udp -m udp --dport 3000:4000 -j TRIGGER --trigger-type out \
    --trigger-proto udp --trigger-match 3000-4000 --trigger-relate 5000-6000
"""

# Some wrote a rule's ports on all three types.
WITH_SUPERFLUOUS_OPTIONS = """
-t nat -A PREROUTING -d 198.51.100.1 -j TRIGGER --trigger-type dnat \
    --trigger-proto tcp --trigger-match 6667 --trigger-relate 113
-A FORWARD -i wan -o br-lan -j TRIGGER --trigger-type in \
    --trigger-proto tcp --trigger-match 6667 --trigger-relate 113
-A FORWARD -i br-lan -p tcp --dport 6667 -j TRIGGER --trigger-type out \
    --trigger-proto tcp --trigger-match 6667 --trigger-relate 113
-A FORWARD -i br-lan -p udp --dport 3000 -j TRIGGER --trigger-type out \
    --trigger-proto all --trigger-match 3000 --trigger-relate 5000:6000 --trigger-timeout 60
"""


def run_as_firmware_does(router, script):
    """One iptables call for each line, from empty chains on; LAN hosts may go out last."""
    router.load(base=())
    for line in script.strip().split("\n") + [ESTABLISHED, LAN_OUT]:
        router.iptables(line)
    for kind in ("tcp -j REJECT --reject-with tcp-reset", "udp -j REJECT"):
        router.iptables("-A FORWARD -p " + kind)
    assert MASQUERADE in router.iptables("-t nat -S")


def check(router, lan1, lan2, wan):
    assert wan.who_answers("tcp:113") is None
    assert wan.who_answers("udp:5500") is None
    lan1.connect("tcp:6665")
    lan2.connect("udp:3500")
    assert wan.who_answers("tcp:113") == lan1.ip
    assert wan.who_answers("udp:5000") == lan2.ip
    assert wan.who_answers("udp:6000") == lan2.ip
    for other in ("tcp:112", "tcp:114", "udp:113", "udp:4999", "udp:6001"):
        assert wan.who_answers(other) is None


def test_dd_wrt_rules(router, lan1, lan2, wan):
    """DD-WRT's rules, with the chain trigger_out, open ports as they always did."""
    run_as_firmware_does(router, DD_WRT)
    check(router, lan1, lan2, wan)


def test_tomato_rules(router, lan1, lan2, wan):
    """Tomato's rules, with the chain triggers, open ports as they always did."""
    run_as_firmware_does(router, TOMATO)
    check(router, lan1, lan2, wan)


def test_superfluous_options_of_old_firmware(router, lan1, lan2, wan):
    """Rules that repeat the ports on dnat and in load, and work the same."""
    run_as_firmware_does(router, WITH_SUPERFLUOUS_OPTIONS)
    lan1.connect("tcp:6667")
    lan2.connect("udp:3000")
    assert wan.who_answers("tcp:113") == lan1.ip
    assert wan.who_answers("udp:5000") == lan2.ip
    assert wan.who_answers("tcp:6000") == lan2.ip


def test_the_default_timeout_is_ten_minutes(router, lan1):
    """A rule that names no timeout closes after 600 seconds."""
    run_as_firmware_does(router, DD_WRT)
    lan1.connect("tcp:6665")
    assert router.trigger().timeout == 600


def test_flushing_the_user_chain_closes(router, lan1, wan):
    """`iptables -F trigger_out` closes what its rules opened."""
    run_as_firmware_does(router, DD_WRT)
    lan1.connect("tcp:6665")
    assert wan.who_answers("tcp:113") == lan1.ip
    router.iptables("-F trigger_out")
    wait_until(lambda: wan.who_answers("tcp:113") is None, "closed with its rules")
