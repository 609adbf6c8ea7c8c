# SPDX-License-Identifier: GPL-2.0
"""`in`: a pinhole, to the owner, for its ports, its peers, and new connections only."""

import pytest

from hosts import Refused
from lab import WAN2
from router import DNAT, IN, out

TRIGGER = out("--trigger-match 3000 --trigger-relate all:113")


def forward(port, to, protocol="tcp"):
    """A port forward of the router's own, from a port nobody triggers."""
    return "-t nat -A PREROUTING -i wan -p %s --dport %d -j DNAT --to %s" % (protocol, port, to)


def test_only_to_the_owner(router, lan1, lan2, wan):
    """The same port on another LAN host stays closed."""
    router.load(TRIGGER, forward(113, lan2.ip), IN)
    lan1.send("udp:3000")
    count = router.counting()
    assert wan.who_answers("tcp:113") is None
    assert count("accepted") == 0
    router.load(TRIGGER, forward(113, lan1.ip), IN)
    assert wan.who_answers("tcp:113") == lan1.ip
    assert (count("accepted"), count("dnat")) == (1, 0)


def test_the_port_after_dnat_counts(router, lan1, wan):
    """A port forward to a related port of the owner is let in, one from it is not."""
    router.load(TRIGGER, forward(8001, lan1.ip + ":113"), forward(113, lan1.ip + ":8001"), IN)
    lan1.send("udp:3000")
    assert wan.who_answers("tcp:8001", arrives="tcp:113") == lan1.ip
    assert wan.who_answers("tcp:113", arrives="tcp:8001") is None


def test_routed_addresses_need_no_dnat(router, lan1, lan2, wan):
    """With routed IPv4 addresses out and in alone are a pinhole firewall."""
    wan.route("192.168.1.0/24 via %s" % router.ip)
    router.load(TRIGGER, IN, nat=())
    assert wan.who_answers("tcp:113", dst=lan1.ip) is None
    lan1.send("udp:3000")
    assert wan.who_answers("tcp:113", dst=lan1.ip) == lan1.ip
    assert wan.who_answers("udp:113", dst=lan1.ip) == lan1.ip
    assert wan.who_answers("udp:114", dst=lan1.ip) is None
    assert wan.who_answers("tcp:113", dst=lan2.ip) is None


def test_every_owner_has_its_own_address(router, lan1, lan2, wan):
    """Two owners of one port are both reached at their own addresses."""
    wan.route("192.168.1.0/24 via %s" % router.ip)
    router.load(TRIGGER, IN, nat=())
    lan1.send("udp:3000")
    lan2.send("udp:3000")
    assert wan.who_answers("tcp:113", dst=lan1.ip) == lan1.ip
    assert wan.who_answers("tcp:113", dst=lan2.ip) == lan2.ip


def test_only_from_its_peers(router, lan1, wan):
    """With --trigger-peer host a remote host that was not contacted is not let in."""
    wan.route("192.168.1.0/24 via %s" % router.ip)
    router.load(TRIGGER + " --trigger-peer host", IN, nat=())
    lan1.send("udp:3000", dst=wan.ip)
    assert wan.who_answers("tcp:113", dst=lan1.ip) == lan1.ip
    assert wan.who_answers("tcp:113", dst=lan1.ip, src=WAN2) is None


def test_each_owners_peers_are_its_own(router, lan1, lan2, wan):
    """A peer of one owner is not a peer of another one."""
    wan.route("192.168.1.0/24 via %s" % router.ip)
    router.load(TRIGGER + " --trigger-peer host", IN, nat=())
    lan1.send("udp:3000", dst=wan.ip)
    lan2.send("udp:3000", dst=WAN2)
    assert wan.who_answers("tcp:113", dst=lan1.ip, src=wan.ip) == lan1.ip
    assert wan.who_answers("tcp:113", dst=lan1.ip, src=WAN2) is None
    assert wan.who_answers("tcp:113", dst=lan2.ip, src=WAN2) == lan2.ip
    assert wan.who_answers("tcp:113", dst=lan2.ip, src=wan.ip) is None


def test_only_new_connections(router, lan1, wan):
    """`in` accepts the first packet of a connection and no later ones."""
    router.load(TRIGGER, DNAT, IN, "-A FORWARD -i wan -p udp --dport 113 -j REJECT")
    lan1.send("udp:3000")
    count = router.counting()
    flow = wan.connect("udp:113")
    assert flow.arrived_at == lan1.ip
    with pytest.raises(Refused):
        flow.send()
    assert (count("accepted"), router.trigger().hits) == (1, 1)


def test_only_packets_to_the_owner(router, lan1, wan):
    """Packets to port 113 of other hosts are not accepted."""
    router.load(TRIGGER, "-A FORWARD -j TRIGGER --trigger-type in",
                "-A FORWARD -i br-lan -p tcp -j REJECT --reject-with tcp-reset")
    lan1.send("udp:3000")
    assert lan1.who_answers("tcp:113") is None


def test_everything_else_continues(router, lan1, wan):
    """A packet that `in` does not accept continues with the next rule."""
    router.load(TRIGGER, IN, forward(8001, lan1.ip), "-A FORWARD -p tcp --dport 8001 -j ACCEPT")
    lan1.send("udp:3000")
    assert wan.who_answers("tcp:8001") == lan1.ip


INPUT_RULES = ("-A INPUT -i wan -j TRIGGER --trigger-type in",
               "-A INPUT -i wan -p tcp --dport 113 -m conntrack --ctstate NEW"
               " -j REJECT --reject-with tcp-reset")


def test_input_is_for_the_routers_own_triggers(router, lan1, wan):
    """In INPUT, `in` accepts what the router itself has triggered."""
    router.load(out("--trigger-match 6667 --trigger-relate tcp:113", "-A OUTPUT -o wan"),
                *INPUT_RULES)
    router.serve("tcp:113")
    assert wan.who_answers("tcp:113") is None
    router.connect("tcp:6667")
    assert router.trigger().owner == router.ip
    assert wan.who_answers("tcp:113") == router.ip


def test_input_with_dnat_for_the_routers_own_triggers(router, lan1, wan):
    """A dnat rule does not change that."""
    router.load(out("--trigger-match 6667 --trigger-relate tcp:113", "-A OUTPUT -o wan"),
                DNAT, *INPUT_RULES)
    router.serve("tcp:113")
    router.connect("tcp:6667")
    assert wan.who_answers("tcp:113") == router.ip


def test_input_is_not_opened_by_a_lan_host(router, lan1, wan):
    """A LAN host's trigger opens nothing on the router itself."""
    router.load(TRIGGER, *INPUT_RULES)
    router.serve("tcp:113")
    lan1.send("udp:3000")
    assert wan.who_answers("tcp:113") is None


@pytest.mark.parametrize("where", [
    "-A OUTPUT", "-t mangle -A PREROUTING", "-t mangle -A POSTROUTING", "-t raw -A PREROUTING",
    "-t nat -A PREROUTING", "-t nat -A POSTROUTING",
])
def test_wrong_hooks_are_refused(router, where):
    """`in` is for FORWARD and INPUT only."""
    assert router.refuses(where + " -j TRIGGER --trigger-type in")


def test_a_user_chain_called_from_a_wrong_hook(router, lan1):
    """A user chain with `in` that OUTPUT calls is refused, or does nothing there."""
    router.load(TRIGGER, "-N mine", "-A mine -j TRIGGER --trigger-type in",
                "-A OUTPUT -p tcp --dport 113 -j REJECT --reject-with tcp-reset")
    lan1.send("udp:3000")
    if not router.refuses("-I OUTPUT -j mine"):
        assert router.who_answers("tcp:113", dst=lan1.ip) is None
