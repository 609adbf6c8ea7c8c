# SPDX-License-Identifier: GPL-2.0
"""`dnat`: which connections it sends to the owner, and what it never captures."""

import pytest

from lab import WAN2
from router import DNAT, IN, out

TRIGGER = out("--trigger-match 3000 --trigger-relate all:113")
DNAT_ANYWHERE = "-t nat -A PREROUTING -j TRIGGER --trigger-type dnat"
PROTOCOLS = pytest.mark.parametrize("port", ["tcp:113", "udp:113"])


@PROTOCOLS
def test_a_routed_connection_from_outside_is_not_captured(router, lan1, lan2, wan, port):
    """A connection to another LAN host's own address reaches that host."""
    wan.route("192.168.1.0/24 via %s" % router.ip)
    router.load(TRIGGER, DNAT, "-A FORWARD -i wan -d %s -j ACCEPT" % lan2.ip, IN)
    lan1.send("udp:3000")
    assert wan.who_answers(port, dst=lan2.ip) == lan2.ip
    assert wan.who_answers(port) == lan1.ip


@PROTOCOLS
def test_a_connection_through_the_router_is_not_captured(router, lan1, lan2, wan, port):
    """A LAN host's connection to a remote host's port 113 reaches that host."""
    router.load(TRIGGER, DNAT_ANYWHERE, IN)
    lan1.send("udp:3000")
    count = router.counting()
    assert lan2.who_answers(port) == wan.ip
    assert lan1.who_answers(port) == wan.ip
    assert count("dnat") == 0
    assert wan.who_answers(port) == lan1.ip


@PROTOCOLS
def test_the_owners_own_packets_are_not_sent_back(router, lan1, wan, port):
    """The owner's connection to the router's address is not turned round to itself."""
    router.load(TRIGGER, DNAT_ANYWHERE, "-A FORWARD -o br-lan -j ACCEPT")
    lan1.send("udp:3000")
    count = router.counting()
    assert lan1.who_answers(port, dst=router.ip) is None
    assert lan1.who_answers(port, dst=router.lan_ip) is None
    assert count("dnat") == 0


def test_another_lan_host_may_use_the_routers_address(router, lan1, lan2):
    """Another LAN host's new connection to the router's address is redirected, too."""
    router.load(TRIGGER, DNAT_ANYWHERE, "-A FORWARD -o br-lan -j ACCEPT",
                "-t nat -A POSTROUTING -s 192.168.1.0/24 -d 192.168.1.0/24 -j MASQUERADE")
    lan1.send("udp:3000")
    assert lan2.who_answers("tcp:113", dst=router.ip) == lan1.ip


@PROTOCOLS
def test_a_connection_that_is_mapped_already_is_left_alone(router, lan1, lan2, wan, port):
    """A port forward in front of the rule keeps its port."""
    # Here the nat core itself stops behind the first mapping.
    router.load(TRIGGER, "-t nat -A PREROUTING -i wan -s %s -p %s --dport 113 -j DNAT --to %s"
                % (wan.ip, port[:3], lan2.ip), DNAT,
                "-A FORWARD -d %s -j ACCEPT" % lan2.ip, IN)
    lan1.send("udp:3000")
    assert wan.who_answers(port) == lan2.ip
    assert wan.who_answers(port, src=WAN2) == lan1.ip


@PROTOCOLS
def test_a_null_mapping_is_a_mapping(router, lan1, wan, port):
    """ACCEPT in front of the rule keeps a connection for the router."""
    router.load(TRIGGER, "-t nat -A PREROUTING -s %s -j ACCEPT" % wan.ip, DNAT, IN)
    lan1.send("udp:3000")
    assert wan.who_answers(port) is None
    assert wan.who_answers(port, src=WAN2) == lan1.ip


@PROTOCOLS
def test_the_routers_own_service_keeps_its_port(router, lan1, wan, port):
    """A port on which the router listens is not redirected; it is counted as local."""
    router.load(TRIGGER, DNAT, IN)
    router.serve(port)
    lan1.send("udp:3000")
    count = router.counting()
    assert wan.who_answers(port) == router.ip
    assert (count("local"), count("dnat"), router.trigger().hits) == (1, 0, 0)


@PROTOCOLS
def test_the_routers_own_service_on_its_address(router, lan1, wan, port):
    """The same for a service that is bound to that address alone."""
    router.load(TRIGGER, DNAT, IN)
    router.serve(port, router.ip)
    lan1.send("udp:3000")
    assert wan.who_answers(port) == router.ip


@PROTOCOLS
def test_a_service_on_another_address_keeps_nothing(router, lan1, wan, port):
    """A service that only the LAN side can reach does not keep the port from the owner."""
    router.load(TRIGGER, DNAT, IN)
    router.serve(port, router.lan_ip)
    lan1.send("udp:3000")
    assert wan.who_answers(port) == lan1.ip


@PROTOCOLS
def test_shadow_takes_the_routers_ports_too(router, lan1, wan, port):
    """With --trigger-shadow an active trigger has precedence over the router's service."""
    router.load(TRIGGER, DNAT + " --trigger-shadow", IN)
    router.serve(port)
    assert wan.who_answers(port) == router.ip
    lan1.send("udp:3000")
    count = router.counting()
    assert wan.who_answers(port) == lan1.ip
    assert (count("local"), count("dnat")) == (0, 1)


def test_a_wide_range_leaves_the_routers_services(router, lan1, wan):
    """Also with all ports related, the router keeps the ports of its services."""
    router.load(out("--trigger-match 3000 --trigger-relate all:1-65535"), DNAT, IN)
    router.serve("tcp:22")
    router.serve("udp:53")
    lan1.send("udp:3000")
    assert wan.who_answers("tcp:22") == router.ip
    assert wan.who_answers("udp:53") == router.ip
    assert wan.who_answers("tcp:53") == lan1.ip
    assert wan.who_answers("udp:22") == lan1.ip


def test_the_port_is_unchanged(router, lan1, wan):
    """The destination port does not change."""
    router.load(out("--trigger-match 3000 --trigger-relate tcp:5000-5010"), DNAT, IN)
    lan1.send("udp:3000")
    for port in ("tcp:5000", "tcp:5003", "tcp:5010"):
        # The flow comes to the server on this very port, or to none.
        assert wan.connect(port).arrived_at == lan1.ip


def test_a_connection_that_in_does_not_let_in(router, lan1, wan):
    """`dnat` redirects and does not accept: FORWARD decides."""
    router.load(TRIGGER, DNAT)
    lan1.send("udp:3000")
    count = router.counting()
    assert wan.who_answers("tcp:113") is None
    assert (count("dnat"), count("accepted")) == (1, 0)


@pytest.mark.parametrize("where", [
    "-A FORWARD", "-A INPUT", "-t mangle -A PREROUTING", "-t raw -A PREROUTING",
    "-t nat -A POSTROUTING", "-t nat -A OUTPUT", "-t nat -A INPUT",
])
def test_wrong_hooks_and_tables_are_refused(router, where):
    """dnat is for nat PREROUTING only."""
    assert router.refuses(where + " -j TRIGGER --trigger-type dnat")


@pytest.mark.parametrize("hook", ["OUTPUT", "POSTROUTING"])
def test_a_user_chain_called_from_a_wrong_hook(router, lan1, hook):
    """A user chain with dnat that another hook calls is refused, or does nothing there."""
    router.load(TRIGGER, "-t nat -N mine", "-t nat -A mine -j TRIGGER --trigger-type dnat")
    lan1.send("udp:3000")
    count = router.counting()
    if not router.refuses("-t nat -I %s -j mine" % hook):
        assert router.who_answers("tcp:113", dst=router.ip) is None
        assert router.who_answers("tcp:113") == router.others[-1].ip
    assert count("dnat") == 0


@pytest.mark.parametrize("table", ["filter", "mangle"])
def test_a_user_chain_of_a_wrong_table(router, table):
    """A user chain of a table without NAT takes no dnat rule."""
    router.iptables("-t %s -N mine" % table)
    assert router.refuses("-t %s -A mine -j TRIGGER --trigger-type dnat" % table)
