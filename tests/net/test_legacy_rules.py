# SPDX-License-Identifier: GPL-2.0
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

# Others named no protocol at all, and meant tcp and udp.
WITHOUT_PROTOCOL = """
-t nat -N PREROUTING_WAN
-t nat -N PREROUTING_RULE
-N FORWARD_WAN
-t nat -I PREROUTING -j PREROUTING_RULE
-t nat -I PREROUTING -j PREROUTING_WAN
-I FORWARD -j FORWARD_WAN
-t nat -A PREROUTING_WAN -p tcp --dport 113:114 -j TRIGGER --trigger-type dnat \
    --trigger-timeout 300
-t nat -A PREROUTING_WAN -p udp --dport 113:114 -j TRIGGER --trigger-type dnat \
    --trigger-timeout 300
-A FORWARD_WAN -p tcp --dport 113:114 -j TRIGGER --trigger-type in --trigger-match 6667 \
    --trigger-relate 113-114 --trigger-timeout 300
-A FORWARD_WAN -p udp --dport 113:114 -j TRIGGER --trigger-type in --trigger-match 6667 \
    --trigger-relate 113-114 --trigger-timeout 300
-t nat -A PREROUTING_RULE -s 192.168.1.0/24 -p tcp --dport 6667 -j TRIGGER \
    --trigger-type out --trigger-match 6667 --trigger-relate 113-114 --trigger-timeout 300
"""

# Realtek's has an option for each of the two protocols.
REALTEK = """
-N port_trigger
-t nat -N port_trigger
-A FORWARD -j port_trigger
-t nat -A PREROUTING -j port_trigger
-A port_trigger -o wan -m iprange --src-range 0.0.0.0-255.255.255.255 -j TRIGGER \
    --trigger-type out --trigger-mproto tcp --trigger-match 554-554 \
    --trigger-rproto udp --trigger-relate 6970-6999
-A port_trigger -o wan -m iprange --src-range 0.0.0.0-255.255.255.255 -j TRIGGER \
    --trigger-type out --trigger-mproto all --trigger-match 7175-7175 \
    --trigger-rproto all --trigger-relate 51200-51201
-t nat -A port_trigger -i wan -j TRIGGER --trigger-type dnat
-A port_trigger -i wan -j TRIGGER --trigger-type in
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


def test_options_that_old_firmware_repeats(router, lan1, lan2, wan):
    """Rules that repeat the ports on dnat and in load, and work the same."""
    run_as_firmware_does(router, WITH_SUPERFLUOUS_OPTIONS)
    lan1.connect("tcp:6667")
    lan2.connect("udp:3000")
    assert wan.who_answers("tcp:113") == lan1.ip
    assert wan.who_answers("udp:5000") == lan2.ip
    assert wan.who_answers("tcp:6000") == lan2.ip


def test_rules_without_a_protocol(router, lan1, lan2, wan):
    """Without --trigger-proto tcp and udp open."""
    run_as_firmware_does(router, WITHOUT_PROTOCOL)
    assert wan.who_answers("tcp:113") is None
    lan2.connect("udp:6667")
    assert router.triggers() == []
    lan1.connect("tcp:6667")
    assert router.trigger().timeout == 300
    for where in ("tcp:113", "udp:113", "tcp:114", "udp:114"):
        assert wan.who_answers(where) == lan1.ip
    assert wan.who_answers("tcp:115") is None


def test_realtek_rules(router, lan1, lan2, wan):
    """--trigger-mproto triggers, --trigger-rproto opens."""
    run_as_firmware_does(router, REALTEK)
    lan1.connect("udp:554")
    assert router.triggers() == []
    lan1.connect("tcp:554")
    assert wan.who_answers("udp:6970") == lan1.ip
    assert wan.who_answers("tcp:6970") is None
    lan2.connect("udp:7175")
    assert wan.who_answers("tcp:51200") == lan2.ip
    assert wan.who_answers("udp:51201") == lan2.ip
    lan1.connect("tcp:7175")
    assert router.owners(open="tcp:51200-51201,udp:51200-51201") == [lan2.ip, lan1.ip]


def test_the_default_timeout_is_ten_minutes(router, lan1):
    """A rule that names no timeout closes after 600 seconds."""
    run_as_firmware_does(router, DD_WRT)
    lan1.connect("tcp:6665")
    assert router.trigger().timeout == 600


def test_flushing_the_user_chain_closes(router, lan1, wan):
    """After `iptables -F trigger_out` nobody gets in by what its rules opened."""
    run_as_firmware_does(router, DD_WRT)
    lan1.connect("tcp:6665")
    assert wan.who_answers("tcp:113") == lan1.ip
    router.iptables("-F trigger_out")
    wait_until(lambda: wan.who_answers("tcp:113") is None, "closed with its rules")
