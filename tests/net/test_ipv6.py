# SPDX-License-Identifier: GPL-2.0
"""IPv6: a pinhole firewall without NAT, and NAT66."""

import struct

import pytest

from hosts import ipv6, udp, wait_until
from lab import OTHER_OWNERS6, SILENT6, WAN2_6
from router import DNAT, IN, MASQUERADE, out

OPTIONS = "--trigger-match 3000 --trigger-relate all:113"
TRIGGER = out(OPTIONS)
OTHER_TRIGGER = out("--trigger-match 3001 --trigger-relate tcp:114")


def test_pinhole(router, lan1, lan2, wan):
    """out and in alone: the owner's port opens at its own address, and nothing else."""
    router.load6(TRIGGER, IN)
    assert wan.who_answers("tcp:113", dst=lan1.ip6) is None
    lan1.send("udp:3000", dst=wan.ip6)
    assert wan.who_answers("tcp:113", dst=lan1.ip6) == lan1.ip6
    assert wan.who_answers("udp:113", dst=lan1.ip6) == lan1.ip6
    assert wan.who_answers("tcp:113", dst=lan1.ip6, src=WAN2_6) == lan1.ip6
    assert wan.who_answers("tcp:114", dst=lan1.ip6) is None
    assert wan.who_answers("tcp:113", dst=lan2.ip6) is None


def test_pinhole_for_several_hosts(router, lan1, lan2, wan):
    """Every owner has its own address: both have the same port open at once."""
    router.load6(TRIGGER, IN)
    lan1.send("udp:3000", dst=wan.ip6)
    lan2.send("udp:3000", dst=wan.ip6)
    assert wan.who_answers("tcp:113", dst=lan1.ip6) == lan1.ip6
    assert wan.who_answers("tcp:113", dst=lan2.ip6) == lan2.ip6


def test_pinhole_for_peers(router, lan1, wan):
    """With --trigger-peer host only the remote host contacted gets in."""
    router.load6(TRIGGER + " --trigger-peer host", IN)
    lan1.send("udp:3000", dst=wan.ip6)
    assert router.trigger().peer == wan.ip6
    assert wan.who_answers("tcp:113", dst=lan1.ip6) == lan1.ip6
    assert wan.who_answers("tcp:113", dst=lan1.ip6, src=WAN2_6) is None


def test_pinhole_for_a_session(router, lan1, wan):
    """A session's end closes the pinhole."""
    router.load6(out("--trigger-match 6667 --trigger-relate tcp:113 --trigger-session"), IN)
    irc = lan1.connect("tcp:6667", dst=wan.ip6)
    assert wan.who_answers("tcp:113", dst=lan1.ip6) == lan1.ip6
    irc.close()
    assert wan.who_answers("tcp:113", dst=lan1.ip6) is None


def test_pinhole_closes_after_the_timeout(router, lan1, wan):
    """After the timeout nobody new gets in, and what is established goes on."""
    router.load6(TRIGGER + " --trigger-timeout 1", IN)
    lan1.send("udp:3000", dst=wan.ip6)
    flow = wan.connect("tcp:113", dst=lan1.ip6)
    wait_until(lambda: wan.who_answers("tcp:113", dst=lan1.ip6) is None, "closed")
    flow.echo()


def test_the_table_shows_ipv6(router, lan1, wan):
    """An IPv6 owner's line has its family and its address."""
    router.load6(TRIGGER, IN)
    lan1.send("udp:3000", dst=wan.ip6)
    t = router.trigger()
    assert (t.family, t.owner, t.open, t.trigger) == (
        "ipv6", lan1.ip6, "tcp:113,udp:113", "udp:3000")


def test_the_families_are_separate(router, lan1, wan):
    """What IPv4 opens is closed on IPv6, and the other way round."""
    router.load(TRIGGER, DNAT, IN)
    router.load6(TRIGGER, IN)
    lan1.send("udp:3000", dst=wan.ip)
    assert wan.who_answers("tcp:113", dst=lan1.ip6) is None
    assert wan.who_answers("tcp:113") == lan1.ip
    lan1.send("udp:3000", dst=wan.ip6)
    assert wan.who_answers("tcp:113", dst=lan1.ip6) == lan1.ip6
    assert [t.family for t in router.triggers()] == ["ipv4", "ipv6"]


def test_deleting_one_familys_rule_leaves_the_other_open(router, lan1, wan):
    """The same options in ip6tables are a rule of its own."""
    router.load(TRIGGER, DNAT, IN)
    router.set_parameter("reload_grace", 0)
    router.load6(TRIGGER, IN)
    lan1.send("udp:3000", dst=wan.ip)
    lan1.send("udp:3000", dst=wan.ip6)
    router.load6()
    router.wait_closed(family="ipv6")
    assert wan.who_answers("tcp:113") == lan1.ip


def test_extension_headers_are_walked(router, lan1, wan):
    """A datagram behind an extension header triggers by its real ports."""
    router.load6(TRIGGER, IN)
    options = struct.pack("!BBBBI", 17, 0, 1, 4, 0)
    lan1.send_raw(wan.ip6, ipv6(lan1.ip6, wan.ip6, 60, options + udp(4000, 3000)))
    wait_until(router.triggers, "open after a packet with an extension header")
    assert router.trigger().trigger == "udp:3000"


def nat66(router, *rules):
    router.load6(*rules, nat=(MASQUERADE,))


def test_nat66(router, lan1, wan):
    """Behind NAT66 dnat sends a connection to the router's address to the owner."""
    nat66(router, TRIGGER, DNAT, IN)
    assert wan.who_answers("tcp:113", dst=router.ip6) is None
    lan1.send("udp:3000", dst=wan.ip6)
    assert wan.who_answers("tcp:113", dst=router.ip6) == lan1.ip6
    assert wan.who_answers("udp:113", dst=router.ip6) == lan1.ip6
    assert wan.who_answers("tcp:114", dst=router.ip6) is None


def test_nat66_captures_nothing_that_goes_through(router, lan1, lan2, wan):
    """A connection to another LAN host's own address, or out, is not captured."""
    nat66(router, TRIGGER, DNAT.replace("-i wan ", ""), IN,
          "-A FORWARD -i wan -d %s -j ACCEPT" % lan2.ip6)
    lan1.send("udp:3000", dst=wan.ip6)
    assert wan.who_answers("tcp:113", dst=lan2.ip6) == lan2.ip6
    assert lan2.who_answers("tcp:113", dst=wan.ip6) == wan.ip6
    assert lan1.who_answers("tcp:113", dst=router.ip6) is None


@pytest.mark.parametrize("port", ["tcp:113", "udp:113"])
def test_nat66_leaves_the_routers_services(router, lan1, wan, port):
    """The router's own IPv6 service keeps its port, unless --trigger-shadow."""
    nat66(router, TRIGGER, DNAT, IN)
    router.serve(port)
    lan1.send("udp:3000", dst=wan.ip6)
    assert wan.who_answers(port, dst=router.ip6) == router.ip6
    nat66(router, TRIGGER, DNAT + " --trigger-shadow", IN)
    assert wan.who_answers(port, dst=router.ip6) == lan1.ip6


def test_nat66_owner_last(router, lan1, lan2, wan):
    """Several owners behind one address: --trigger-owner decides as on IPv4."""
    nat66(router, TRIGGER + " --trigger-owner last", DNAT, IN)
    lan1.send("udp:3000", dst=wan.ip6)
    lan2.send("udp:3000", dst=wan.ip6)
    assert wan.who_answers("tcp:113", dst=router.ip6) == lan2.ip6


def open_silently(router, host, *owners):
    """A triggering datagram from each address, which nobody answers."""
    host.send_raw(SILENT6, *(ipv6(owner, SILENT6, 17, udp(4000, 3000)) for owner in owners))
    wait_until(lambda: router.triggers(owner=owners[-1]), "the last one has opened")


def test_a_host_is_an_address(router, lan1, lan2):
    """The limit of a host is that of one address; a LAN's other addresses have their own."""
    router.load6(TRIGGER, OTHER_TRIGGER)
    router.set_parameter("max_per_host", 1)
    count = router.counting()
    for owner in (lan2.ip6, *OTHER_OWNERS6[:2]):
        lan2.connect("udp:3000", src=owner)
    lan2.connect("udp:3001", src=lan2.ip6)
    assert (count("refused_host"), count("opened")) == (1, 3)


def test_a_lan_of_eighty_hosts(router, lan1):
    """More hosts of one /64 than one of them may have open: all of them have their port."""
    router.load6(TRIGGER)
    count = router.counting()
    hosts = ["2001:db8:1::2:%x" % n for n in range(1, 81)]
    open_silently(router, lan1, *hosts)
    assert router.owners() == hosts
    assert (count("opened"), count("refused_host")) == (80, 0)


def test_a_slash_64_has_half_of_the_table(router, lan1, lan2, wan):
    """One /64 evicts its own oldest unanswered ones from its half; another /64 has room."""
    router.load6(TRIGGER, IN)
    router.set_parameter("max_triggers", 6)
    lan2.connect("udp:3000", src=lan2.ip6)
    count = router.counting()
    spoofed = ["2001:db8:1::%x" % n for n in range(0x1000, 0x1014)]
    open_silently(router, lan1, *spoofed)
    assert router.owners() == [lan2.ip6] + spoofed[-2:]
    assert (count("opened"), count("evicted"), count("refused_host")) == (20, 18, 0)
    assert wan.who_answers("tcp:113", dst=lan2.ip6) == lan2.ip6
    elsewhere = ["2001:db8:1:1::%x" % n for n in range(1, 4)]
    open_silently(router, lan1, *elsewhere)
    assert router.owners() == [lan2.ip6] + spoofed[-2:] + elsewhere
    assert (count("evicted"), count("refused_full")) == (18, 0)


def test_a_slash_64_of_answered_ones_is_refused(router, lan1, lan2):
    """What has been answered makes no way in a /64 either, and the refusal is the host's."""
    router.load6(TRIGGER)
    router.set_parameter("max_triggers", 4)
    for owner in (lan2.ip6, OTHER_OWNERS6[0]):
        lan2.connect("udp:3000", src=owner)
    count = router.counting()
    lan2.connect("udp:3000", src=OTHER_OWNERS6[1])
    assert (count("refused_host"), count("refused_full"), count("opened")) == (1, 0, 0)
    open_silently(router, lan1, "2001:db8:1:1::1")


def test_half_of_a_table_of_one(router, lan2):
    """A /64 may always have one."""
    router.load6(TRIGGER)
    router.set_parameter("max_triggers", 1)
    lan2.connect("udp:3000", dst=lan2.target6)
    assert router.owners() == [lan2.ip6]
