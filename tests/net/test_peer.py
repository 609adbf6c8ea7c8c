# SPDX-License-Identifier: GPL-2.0
"""--trigger-peer: which remote hosts may use the related ports."""

from hosts import wait_until
from lab import OTHER_PEERS, WAN2
from router import DNAT, IN, out

HOST = out("--trigger-match 6667 --trigger-relate tcp:113 --trigger-peer host")


def test_host_lets_in_who_was_contacted(router, lan1, wan):
    """Only the remote host that the owner has contacted gets in."""
    router.load(HOST, DNAT, IN)
    lan1.connect("tcp:6667", dst=wan.ip)
    assert router.trigger().peer == wan.ip
    assert wan.who_answers("tcp:113") == lan1.ip
    assert wan.who_answers("tcp:113", src=WAN2) is None


def test_any_lets_in_everyone(router, lan1, wan):
    """`any` is the default."""
    router.load(HOST.replace("host", "any"), DNAT, IN)
    lan1.connect("tcp:6667", dst=wan.ip)
    assert router.trigger().peer == "any"
    assert wan.who_answers("tcp:113", src=WAN2) == lan1.ip
    assert "--trigger-peer" not in router.iptables("-S")


def test_host_with_several_peers(router, lan1, wan):
    """All the peers that one owner has contacted get in, through one active trigger."""
    router.load(HOST, DNAT, IN)
    lan1.connect("tcp:6667", dst=wan.ip)
    lan1.connect("tcp:6667", dst=WAN2)
    assert sorted(router.trigger().peer.split(",")) == [wan.ip, WAN2]
    assert wan.who_answers("tcp:113") == lan1.ip
    assert wan.who_answers("tcp:113", src=WAN2) == lan1.ip
    assert wan.who_answers("tcp:113", src=OTHER_PEERS[0]) is None


def test_two_owners_of_one_port_at_once(router, lan1, lan2, wan):
    """Two owners whose peers differ both have the port: the peer tells them apart."""
    router.load(HOST, DNAT, IN)
    count = router.counting()
    lan1.connect("tcp:6667", dst=wan.ip)
    lan2.connect("tcp:6667", dst=WAN2)
    assert wan.who_answers("tcp:113", src=wan.ip) == lan1.ip
    assert wan.who_answers("tcp:113", src=WAN2) == lan2.ip
    assert {t.state for t in router.triggers()} == {"open"}
    assert count("waited") == 0


def test_two_owners_with_one_peer_in_common(router, lan1, lan2, wan):
    """The first owner has the common peer; each owner keeps its other peers."""
    router.load(HOST, DNAT, IN)
    lan1.connect("tcp:6667", dst=wan.ip)
    lan2.connect("tcp:6667", dst=wan.ip)
    assert router.trigger(owner=lan2.ip).state == "waiting"
    assert wan.who_answers("tcp:113", src=wan.ip) == lan1.ip
    lan2.connect("tcp:6667", dst=WAN2)
    assert router.trigger(owner=lan2.ip).state == "open"
    assert wan.who_answers("tcp:113", src=wan.ip) == lan1.ip
    assert wan.who_answers("tcp:113", src=WAN2) == lan2.ip


def test_a_common_peer_is_handed_over(router, lan1, lan2, wan):
    """When the owner's trigger closes, the common peer reaches the next owner."""
    router.load(HOST + " --trigger-session", DNAT, IN)
    first = lan1.connect("tcp:6667")
    lan2.connect("tcp:6667")
    assert wan.who_answers("tcp:113") == lan1.ip
    first.close()
    assert wan.who_answers("tcp:113") == lan2.ip


def test_contact_outside_the_rule_makes_no_peer(router, lan1, wan):
    """A remote host that is contacted on another port is not a peer."""
    router.load(HOST, DNAT, IN)
    lan1.connect("tcp:6667", dst=wan.ip)
    lan1.connect("tcp:6668", dst=WAN2)
    assert router.trigger().peer == wan.ip
    assert wan.who_answers("tcp:113", src=WAN2) is None


def test_an_uninvited_caller_becomes_no_peer(router, lan1, wan):
    """Also with --trigger-refresh both, only the owner's packets add peers."""
    router.load(HOST + " --trigger-refresh both", DNAT, IN)
    lan1.connect("tcp:6667", dst=wan.ip)
    assert wan.who_answers("tcp:113", src=WAN2) is None
    assert wan.who_answers("tcp:113") == lan1.ip
    assert router.trigger().peer == wan.ip
    assert wan.who_answers("tcp:113", src=WAN2) is None


def test_the_newest_sixteen_peers_count(router, lan1, wan):
    """Only the newest sixteen peers get in."""
    router.load(HOST, DNAT, IN)
    peers = OTHER_PEERS[:17]
    for peer in peers:
        lan1.send("udp:6667", dst=peer)
    wait_until(lambda: peers[-1] in router.trigger().peer.split(","), "the last is a peer")
    assert sorted(router.trigger().peer.split(",")) == sorted(peers[1:])
    assert wan.who_answers("tcp:113", src=peers[0]) is None
    assert wan.who_answers("tcp:113", src=peers[1]) == lan1.ip
    assert wan.who_answers("tcp:113", src=peers[16]) == lan1.ip


def test_a_peer_contacted_again_is_new_again(router, lan1, wan):
    """The peer that was not contacted for the longest time is dropped."""
    router.load(HOST, DNAT, IN)
    peers = OTHER_PEERS[:17]
    for peer in peers[:16]:
        lan1.send("udp:6667", dst=peer)
    # A contact that goes on is noted once a second.
    wait_until(lambda: router.trigger().age >= 1, "a second later")
    lan1.send("udp:6667", dst=peers[0])
    lan1.send("udp:6667", dst=peers[16])
    wait_until(lambda: peers[-1] in router.trigger().peer.split(","), "the last is a peer")
    assert wan.who_answers("tcp:113", src=peers[0]) == lan1.ip
    assert wan.who_answers("tcp:113", src=peers[1]) is None
