# SPDX-License-Identifier: GPL-2.0
"""--trigger-owner: the owner of a port that several LAN hosts have opened."""

import pytest

from hosts import wait_until
from lab import OTHER_OWNERS
from router import DNAT, IN, out

OPTIONS = "--trigger-match 6667 --trigger-relate tcp:113 "
FIRST = out(OPTIONS + "--trigger-session")
LAST = out(OPTIONS + "--trigger-session --trigger-owner last")


def test_first_belongs_to_who_opened_first(router, lan1, lan2, wan):
    """The second host waits; the proc file shows it and counts it."""
    router.load(FIRST, DNAT, IN)
    count = router.counting()
    lan1.connect("tcp:6667")
    lan2.connect("tcp:6667")
    assert wan.who_answers("tcp:113") == lan1.ip
    assert router.trigger(owner=lan1.ip).state == "open"
    assert router.trigger(owner=lan2.ip).state == "waiting"
    assert (count("opened"), count("waited")) == (2, 1)


def test_first_hands_over_along_the_queue(router, lan1, lan2, wan):
    """When the owner's trigger closes, the next host in the queue takes over."""
    router.load(FIRST, DNAT, IN)
    owners = [(lan1, lan1.ip), (lan2, OTHER_OWNERS[1]), (lan2, lan2.ip), (lan2, OTHER_OWNERS[0])]
    line = [(ip, host.connect("tcp:6667", src=ip)) for host, ip in owners]
    for ip, irc in line:
        assert wan.who_answers("tcp:113") == ip
        assert router.owners(state="open") == [ip]
        irc.close()
    assert wan.who_answers("tcp:113") is None


def test_a_host_that_left_the_queue_is_passed_over(router, lan1, lan2, wan):
    """A waiting host whose trigger has closed does not take over."""
    router.load(FIRST, DNAT, IN)
    first = lan1.connect("tcp:6667")
    second = lan2.connect("tcp:6667")
    lan2.connect("tcp:6667", src=OTHER_OWNERS[0])
    second.close()
    assert wan.who_answers("tcp:113") == lan1.ip
    first.close()
    assert wan.who_answers("tcp:113") == OTHER_OWNERS[0]


def test_first_is_not_stolen_by_further_packets(router, lan1, lan2, wan):
    """Further packets of a waiting host do not move it forward."""
    router.load(FIRST, DNAT, IN)
    lan1.connect("tcp:6667")
    for _ in range(3):
        lan2.connect("tcp:6667").echo()
    assert wan.who_answers("tcp:113") == lan1.ip


def test_a_waiting_host_does_not_refresh_the_owners(router, lan1, lan2, wan):
    """A waiting host's packets do not refresh the owner's trigger; it takes over in the end."""
    router.load(out("--trigger-match 3000 --trigger-relate tcp:113 --trigger-timeout 1"),
                DNAT, IN)
    lan1.send("udp:3000")
    lan2.send("udp:3000")
    assert wan.who_answers("tcp:113") == lan1.ip

    def lan2_has_it():
        lan2.send("udp:3000")
        return wan.who_answers("tcp:113") == lan2.ip

    wait_until(lan2_has_it, "lan2 takes over")
    assert router.owners() == [lan2.ip]


def test_last_belongs_to_who_opened_last(router, lan1, lan2, wan):
    """With `last` the newest host has the port, and the other one waits."""
    router.load(LAST, DNAT, IN)
    lan1.connect("tcp:6667")
    assert wan.who_answers("tcp:113") == lan1.ip
    lan2.connect("tcp:6667")
    assert wan.who_answers("tcp:113") == lan2.ip
    assert router.trigger(owner=lan1.ip).state == "waiting"
    assert router.trigger(owner=lan2.ip).state == "open"


def test_last_gives_back(router, lan1, lan2, wan):
    """When the newest host's trigger closes, the host before it has the port again."""
    router.load(LAST, DNAT, IN)
    lan1.connect("tcp:6667")
    lan2.connect("tcp:6667").close()
    assert wan.who_answers("tcp:113") == lan1.ip


def test_last_is_who_opened_not_who_refreshed(router, lan1, lan2, wan):
    """A further packet of the earlier host refreshes its trigger and does not change the order."""
    router.load(LAST, DNAT, IN)
    lan1.connect("tcp:6667")
    lan2.connect("tcp:6667")
    lan1.connect("tcp:6667").echo()
    assert wan.who_answers("tcp:113") == lan2.ip


def test_two_rules_on_one_trigger_port_open_each_their_own(router, lan1, wan):
    """One packet, two rules: the owner has two active triggers."""
    router.load(out("--trigger-match 6667 --trigger-relate tcp:113"),
                out("--trigger-match 6667 --trigger-relate udp:5000"), DNAT, IN)
    lan1.connect("tcp:6667")
    assert sorted(t.open for t in router.triggers(owner=lan1.ip)) == ["tcp:113", "udp:5000"]
    assert wan.who_answers("tcp:113") == lan1.ip
    assert wan.who_answers("udp:5000") == lan1.ip


def test_one_owner_through_two_rules_with_the_same_port(router, lan1, wan):
    """Two triggers of one owner on one port: it stays open until both have closed."""
    router.load(out("--trigger-match 6667 --trigger-relate tcp:113 --trigger-session"),
                out("--trigger-match 6668 --trigger-relate tcp:113 --trigger-session"), DNAT, IN)
    first, second = lan1.connect("tcp:6667"), lan1.connect("tcp:6668")
    assert len(router.triggers(owner=lan1.ip)) == 2
    first.close()
    assert wan.who_answers("tcp:113") == lan1.ip
    second.close()
    assert wan.who_answers("tcp:113") is None


def test_one_owner_through_one_rule_has_one(router, lan1):
    """Any number of connections of one owner make one active trigger."""
    router.load(FIRST, DNAT, IN)
    count = router.counting()
    for _ in range(5):
        lan1.connect("tcp:6667")
    assert router.trigger().session == 5
    assert count("opened") == 1


def test_rules_with_equal_options_are_one_rule(router, lan1):
    """Two rules whose TRIGGER options are equal share what they open."""
    options = "--trigger-match 6667 --trigger-relate tcp:113"
    router.load(out(options), out(options, "-A FORWARD -i br-lan -p tcp"))
    lan1.connect("tcp:6667")
    assert len(router.triggers()) == 1


def test_one_of_two_equal_rules_may_go(router, lan1, wan):
    """An active trigger stays open while one of the equal rules is loaded."""
    options = "--trigger-match 6667 --trigger-relate tcp:113"
    other = out(options, "-A FORWARD -i br-lan -p tcp")
    router.load(out(options), other, DNAT, IN)
    lan1.connect("tcp:6667")
    router.iptables(other.replace("-A", "-D"))
    assert wan.who_answers("tcp:113") == lan1.ip
    router.iptables(out(options).replace("-A", "-D"))
    wait_until(lambda: wan.who_answers("tcp:113") is None, "closed with the last rule")


def test_ranges_that_overlap_in_part(router, lan1, lan2, wan):
    """Each port has its own owner; a host that owns one of its ports is not waiting."""
    router.load(out("--trigger-match 3000 --trigger-relate tcp:5000-5010"),
                out("--trigger-match 3001 --trigger-relate tcp:5005-5015"), DNAT, IN)
    lan1.send("udp:3000")
    lan2.send("udp:3001")
    assert [wan.who_answers("tcp:%d" % port) for port in (5000, 5005, 5010, 5011, 5015)] == [
        lan1.ip, lan1.ip, lan1.ip, lan2.ip, lan2.ip]
    assert {t.state for t in router.triggers()} == {"open"}


def test_waiting_is_who_has_none_of_its_ports(router, lan1, lan2):
    """A host waits when other hosts together own all of its ports."""
    router.load(out("--trigger-match 3000 --trigger-relate tcp:5000-5004"),
                out("--trigger-match 3001 --trigger-relate tcp:5005-5009"),
                out("--trigger-match 3002 --trigger-relate tcp:5002-5007"))
    lan1.send("udp:3000")
    lan1.send("udp:3001")
    lan2.send("udp:3002")
    assert router.trigger(owner=lan2.ip).state == "waiting"


@pytest.mark.parametrize("newer, has_it", [("first", "lan1"), ("last", "lan2")])
def test_a_first_rule_and_another_rule_on_one_port(lab, newer, has_it):
    """The newer trigger's rule decides whether it goes to the front or to the end."""
    lab.router.load(out("--trigger-match 3000 --trigger-relate tcp:113"),
                    out("--trigger-match 3001 --trigger-relate tcp:113 --trigger-owner " + newer),
                    DNAT, IN)
    lab.lan1.send("udp:3000")
    lab.lan2.send("udp:3001")
    assert lab.wan.who_answers("tcp:113") == getattr(lab, has_it).ip
