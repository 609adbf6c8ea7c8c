# SPDX-License-Identifier: GPL-2.0
"""The main job: a LAN host's connection opens a port to that host."""

import pytest

from hosts import ipv4, tcp_syn, wait_until
from lab import SILENT, WAN2
from router import DNAT, IN, loaded, out

# Ask for ident, as an IRC server does, while the LAN host is on IRC.
IRC = out("--trigger-match 6660-6669 --trigger-relate tcp:113")


def test_opens_to_the_owner_and_to_nobody_else(router, lan1, wan):
    """The port is closed first; after a LAN host triggers, it reaches that host alone."""
    router.load(IRC, DNAT, IN)
    assert wan.who_answers("tcp:113") is None
    assert router.triggers() == []
    lan1.connect("tcp:6667")
    assert wan.who_answers("tcp:113") == lan1.ip


def test_opens_to_every_remote_host(router, lan1, wan):
    """A remote host that was not contacted may use the port, too."""
    router.load(IRC, DNAT, IN)
    lan1.connect("tcp:6667")
    assert wan.who_answers("tcp:113", src=WAN2) == lan1.ip


@pytest.mark.parametrize("port", ["tcp:112", "tcp:114", "udp:113", "tcp:6667"])
def test_leaves_other_ports_closed(router, lan1, wan, port):
    """The neighbouring ports, the other protocol and the trigger port stay closed."""
    router.load(IRC, DNAT, IN)
    lan1.connect("tcp:6667")
    assert wan.who_answers(port) is None


def test_opens_to_the_other_host_when_that_one_triggers(router, lan2, wan):
    """The owner is the host that triggered, not a host that the rules name."""
    router.load(IRC, DNAT, IN)
    lan2.connect("tcp:6669")
    assert wan.who_answers("tcp:113") == lan2.ip


def test_opens_for_udp(router, lan1, wan):
    """A UDP datagram opens UDP ports, from its first packet on, answered or not."""
    router.load(out("--trigger-match 3000 --trigger-relate udp:5000-5010"), DNAT, IN)
    lan1.send("udp:3000")
    assert wan.who_answers("udp:5005") == lan1.ip
    assert wan.who_answers("tcp:5005") is None


def test_opens_before_the_remote_host_answers(router, lan1, wan):
    """The first packet of a connection opens: the server may call back at once."""
    router.load(IRC, DNAT, IN)
    syn = tcp_syn(lan1.ip, SILENT, 50000, 6667)
    lan1.send_raw(SILENT, ipv4(lan1.ip, SILENT, 6, syn))
    wait_until(router.triggers, "open after a SYN alone")
    assert wan.who_answers("tcp:113") == lan1.ip


def test_closes_after_the_timeout_but_not_what_is_established(router, lan1, wan):
    """After the timeout new connections fail again; an established one continues."""
    router.load(out("--trigger-match 6667 --trigger-relate tcp:113 --trigger-timeout 1"),
                DNAT, IN)
    lan1.connect("tcp:6667")
    ident = wan.connect("tcp:113")
    assert ident.arrived_at == lan1.ip
    wait_until(lambda: wan.who_answers("tcp:113") is None, "closed by the timeout")
    assert router.triggers() == []
    ident.echo()
    assert router.triggers() == [], "an inbound connection opens nothing"


def test_the_owner_sees_the_remote_address(router, lan1, wan):
    """The owner sees the address of the remote host."""
    router.load(IRC, DNAT, IN)
    lan1.connect("tcp:6667")
    ident = wan.connect("tcp:113", src=WAN2)
    assert ident.came_from == (WAN2, ident.local_port)


def test_conntrack_shows_an_ordinary_dnat(router, lan1, wan):
    """`conntrack -L` shows the inbound connection like any other DNAT."""
    router.load(IRC, DNAT, IN)
    lan1.connect("tcp:6667")
    ident = wan.connect("tcp:113")
    line = router.conntrack("-L", "--dst-nat", "-p", "tcp", "--dport", "113")
    assert "src=%s dst=%s sport=%d dport=113 " % (wan.ip, router.ip, ident.local_port) in line
    assert "src=%s dst=%s sport=113 dport=%d " % (lan1.ip, wan.ip, ident.local_port) in line


def test_the_table_shows_it(router, lan1, wan):
    """One line has the owner, the open ports, the peers and the remaining time."""
    router.load(IRC, DNAT, IN)
    lan1.connect("tcp:6667")
    wan.who_answers("tcp:113")
    t = router.trigger()
    assert (t.name, t.family, t.owner, t.open, t.trigger, t.peer) == (
        "default", "ipv4", lan1.ip, "tcp:113", "tcp:6667", "any")
    assert (t.timeout, t.lifetime, t.session, t.hits, t.state) == (600, 0, 0, 1, "open")
    assert 590 < t.expires <= 600 and t.age < 10


def test_the_counters_count(router, lan1, wan):
    """The first line counts openings and accepted connections."""
    router.load(IRC, DNAT, IN)
    count = router.counting()
    lan1.connect("tcp:6667")
    lan1.connect("tcp:6667")
    wan.connect("tcp:113").echo()
    wan.connect("tcp:113").echo()
    wan.who_answers("tcp:112")
    counted = {name: count(name) for name in ("triggers", "opened", "dnat", "accepted",
                                              "local", "refused_full", "waited", "closed")}
    assert counted == {"triggers": 1, "opened": 1, "dnat": 2, "accepted": 2,
                       "local": 0, "refused_full": 0, "waited": 0, "closed": 0}
    assert router.counters()["max"] == 4096
    router.set_parameter("reload_grace", 0)
    router.load()
    wait_until(lambda: count("closed") == 1 and count("triggers") == 0, "closed with its rule")


def test_deleting_the_rule_closes(router, lan1, wan):
    """An active trigger closes when its rule is deleted, at once where nothing is to wait."""
    router.load(IRC, DNAT, IN)
    router.set_parameter("reload_grace", 0)
    lan1.connect("tcp:6667")
    assert wan.who_answers("tcp:113") == lan1.ip
    router.iptables(IRC.replace("-A FORWARD", "-D FORWARD"))
    wait_until(lambda: wan.who_answers("tcp:113") is None, "closed with its rule")
    assert router.triggers() == []


def test_loads_by_itself_and_unloads_after_use(lab, router, lan1, wan, unload):
    """The first rule loads the module; after the rules are deleted, it can be removed."""
    router.load(IRC, DNAT, IN)
    lan1.connect("tcp:6667")
    assert wan.who_answers("tcp:113") == lan1.ip
    lab.reset()
    unload()
    router.load(IRC, DNAT, IN)
    assert loaded()
    lan1.connect("tcp:6667")
    assert wan.who_answers("tcp:113") == lan1.ip


def test_ip6tables_loads_it_by_itself(lab, router, unload):
    """The first ip6tables rule loads the module, too."""
    unload()
    router.load6(IRC)
    assert loaded()
