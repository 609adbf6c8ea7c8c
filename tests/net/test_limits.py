# SPDX-License-Identifier: GPL-2.0
"""Limits, and the hostile LAN host."""

import pytest

from hosts import ipv4, tcp_syn, udp, wait_until
from lab import OTHER_OWNERS, SILENT
from router import DNAT, IN, out

TRIGGER = out("--trigger-match 3000 --trigger-relate tcp:113")


def spoofed(count, network="10.0.%d.%d"):
    """So many addresses that no host of the lab has."""
    return [network % (n // 250, 1 + n % 250) for n in range(count)]


def trigger_as(router, host, *owners):
    """A triggering datagram from each of these source addresses; nobody answers."""
    host.send_raw(SILENT, *(ipv4(owner, SILENT, 17, udp(4000, 3000)) for owner in owners))
    host.settle()


# --- the table: max_triggers


def test_a_full_table_evicts_the_oldest_unanswered(router, lan1):
    """A new trigger replaces the oldest one whose peer has never answered."""
    router.load(TRIGGER)
    router.set_parameter("max_triggers", 3)
    assert router.counters()["max"] == 3
    owners = spoofed(5)
    count = router.counting()
    trigger_as(router, lan1, *owners)
    assert sorted(router.owners()) == owners[2:]
    assert (count("opened"), count("evicted"), count("refused_full")) == (5, 2, 0)


def test_the_answered_are_never_evicted(router, lan1, lan2):
    """A trigger whose peer has answered is never evicted; an unanswered one makes room."""
    router.load(TRIGGER)
    router.set_parameter("max_triggers", 3)
    lan1.connect("udp:3000")
    owners = spoofed(50)
    trigger_as(router, lan2, *owners)
    assert router.owners() == [lan1.ip] + owners[-2:]


def test_a_table_full_of_answered_ones_refuses(router, lan1, lan2, wan):
    """When none can be evicted, the new one is refused and counted, and its packets pass."""
    router.load(TRIGGER, DNAT, IN)
    router.set_parameter("max_triggers", 2)
    lan1.connect("udp:3000")
    lan2.connect("udp:3000")
    count = router.counting()
    lan2.connect("udp:3000", src=OTHER_OWNERS[0]).echo()
    assert router.owners() == [lan1.ip, lan2.ip]
    assert count("refused_full") >= 1
    assert (count("opened"), count("evicted")) == (0, 0)
    assert wan.who_answers("tcp:113") == lan1.ip


def test_room_is_made_by_who_closes(router, lan1, lan2):
    """A full table accepts a new trigger as soon as another one has ended."""
    router.load(TRIGGER + " --trigger-session")
    router.set_parameter("max_triggers", 1)
    game = lan1.connect("tcp:3000")
    lan2.connect("tcp:3000")
    assert router.owners() == [lan1.ip]
    game.close()
    lan2.connect("tcp:3000")
    assert router.owners() == [lan2.ip]


def test_an_answer_that_comes_later_counts(router, lan1, lan2):
    """A trigger that is answered before the table is full is not evicted."""
    router.load(TRIGGER)
    router.set_parameter("max_triggers", 2)
    lan1.send("udp:3000")
    lan1.connect("udp:3000").echo()
    trigger_as(router, lan2, *spoofed(10))
    assert lan1.ip in router.owners()


def test_the_answer_to_a_later_connection_counts(router, lan1, lan2):
    """A rule that sees each connection's first packet alone, and a first server that is down."""
    router.load(out("--trigger-match 3000 --trigger-relate tcp:113",
                    "-t nat -A PREROUTING -i br-lan"))
    router.set_parameter("max_triggers", 2)
    trigger_as(router, lan1, lan1.ip)
    wait_until(lambda: router.triggers(age=3), "no answer for a while")
    lan1.connect("udp:3000")
    trigger_as(router, lan2, *spoofed(10))
    assert router.owners() == [lan1.ip, spoofed(10)[-1]]


def test_a_servers_answer_to_a_spoofed_address_is_none(router, lan1, lan2, wan):
    """A real server answers any SYN; the host that sent none does not answer it."""
    router.load(TRIGGER)
    router.set_parameter("max_triggers", 3)
    wan.serve("tcp:3000")
    count = router.counting()
    lan1.send_raw(wan.ip, *(ipv4(owner, wan.ip, 6, tcp_syn(owner, wan.ip, 4000 + n, 3000))
                            for n, owner in enumerate(spoofed(50))))
    lan1.settle()
    assert count("opened") == 50
    lan2.connect("tcp:3000").echo()
    assert lan2.ip in router.owners()
    assert (count("evicted"), count("refused_full")) == (48, 0)


def test_a_lower_limit_closes_nothing(router, lan1, lan2):
    """A lower limit closes nothing and lets nothing new open."""
    router.load(TRIGGER)
    lan1.connect("udp:3000")
    lan2.connect("udp:3000")
    router.set_parameter("max_triggers", 1)
    lan2.connect("udp:3000", src=OTHER_OWNERS[0])
    assert router.owners() == [lan1.ip, lan2.ip]


# --- the owner: max_per_host


RULES = [out("--trigger-match %d --trigger-relate tcp:%d" % (3000 + n, 5000 + n))
         for n in range(4)]


def test_a_host_at_its_limit_is_refused(router, lan1, lan2, wan):
    """An owner at its limit gets no more; its packets and other hosts' pass."""
    router.load(*RULES + [DNAT, IN])
    router.set_parameter("max_per_host", 2)
    lan1.connect("udp:3000")
    lan1.connect("udp:3001")
    count = router.counting()
    lan1.connect("udp:3002")
    assert count("refused_host") >= 1
    assert [t.open for t in router.triggers()] == ["tcp:5000", "tcp:5001"]
    lan2.connect("udp:3002")
    assert wan.who_answers("tcp:5002") == lan2.ip


def test_a_host_at_its_limit_evicts_its_own_oldest_unanswered(router, lan1, lan2):
    """An owner's new trigger replaces one of its own, never another host's."""
    router.load(*RULES)
    router.set_parameter("max_per_host", 2)
    lan2.send("udp:3000")
    count = router.counting()
    for port in range(3000, 3004):
        lan1.send("udp:%d" % port)
    assert [t.open for t in router.triggers(owner=lan1.ip)] == ["tcp:5002", "tcp:5003"]
    assert router.trigger(owner=lan2.ip).open == "tcp:5000"
    assert (count("evicted"), count("refused_host")) == (2, 0)


def test_a_host_at_its_limit_keeps_its_answered_ones(router, lan1):
    """Only an owner's unanswered triggers make room."""
    router.load(*RULES)
    router.set_parameter("max_per_host", 2)
    lan1.connect("udp:3000")
    lan1.send("udp:3001")
    lan1.send("udp:3002")
    assert [t.open for t in router.triggers()] == ["tcp:5000", "tcp:5002"]


def test_a_host_at_its_limit_takes_no_others_place(router, lan1, lan2):
    """A refused owner evicts nobody from a table that is full as well."""
    router.load(*RULES)
    router.set_parameter("max_per_host", 1)
    router.set_parameter("max_triggers", 2)
    lan1.connect("udp:3000")
    lan2.send("udp:3000")
    count = router.counting()
    lan1.connect("udp:3001")
    assert router.owners() == [lan1.ip, lan2.ip]
    assert count("evicted") == 0 and count("refused_host") >= 1


def test_a_host_at_its_limit_refreshes_what_it_has(router, lan1):
    """A limit applies to openings; what is open can be refreshed."""
    router.load(RULES[0].replace("-j", "-p tcp -j") + " --trigger-session")
    router.set_parameter("max_per_host", 1)
    lan1.connect("tcp:3000")
    lan1.connect("tcp:3000")
    assert router.trigger().session == 2


# --- the rule: --trigger-max


def test_a_rule_at_its_limit_refuses(router, lan1, lan2, wan):
    """--trigger-max 1: one owner at once; the next is refused and counted."""
    router.load(TRIGGER + " --trigger-max 1", DNAT, IN)
    lan1.connect("udp:3000")
    count = router.counting()
    lan2.connect("udp:3000")
    assert router.owners() == [lan1.ip]
    assert count("refused_rule") >= 1
    assert wan.who_answers("tcp:113") == lan1.ip


def test_a_rule_at_its_limit_evicts_its_oldest_unanswered(router, lan1, lan2):
    """The rule's limit makes room as the others do, among the rule's own."""
    router.load(TRIGGER + " --trigger-max 2", RULES[1])
    lan1.send("udp:3001")
    owners = spoofed(3)
    trigger_as(router, lan2, *owners)
    assert router.owners(open="tcp:113") == owners[1:]
    assert router.owners(open="tcp:5001") == [lan1.ip]


def test_a_rules_limit_is_its_own(router, lan1, lan2):
    """Another rule on the same ports is not limited by it."""
    router.load(TRIGGER + " --trigger-max 1", out("--trigger-match 3001 --trigger-relate tcp:113"))
    lan1.connect("udp:3000")
    lan2.connect("udp:3000")
    lan2.connect("udp:3001")
    assert [(t.owner, t.trigger) for t in router.triggers()] == [
        (lan1.ip, "udp:3000"), (lan2.ip, "udp:3001")]


def test_a_rules_limit_frees_with_its_owner(router, lan1, lan2):
    """When the owner's trigger closes, the next host may open."""
    router.load(TRIGGER + " --trigger-max 1 --trigger-session")
    lan1.connect("tcp:3000").close()
    lan2.connect("tcp:3000")
    assert router.owners() == [lan2.ip]


# --- the flood


@pytest.mark.parametrize("options", ["", " --trigger-session", " --trigger-peer host"])
def test_a_flood_pushes_nobody_out(router, lan1, lan2, wan, options):
    """Thousands of spoofed sources neither push a real host out nor lock one out."""
    router.load(TRIGGER + options, DNAT, IN)
    router.set_parameter("max_triggers", 64)
    lan1.connect("udp:3000")
    count = router.counting()
    trigger_as(router, lan2, *spoofed(2000))
    assert count("triggers") == 63 and router.counters()["triggers"] == 64
    assert wan.who_answers("tcp:113") == lan1.ip
    assert (count("opened"), count("evicted"), count("refused_full")) == (2000, 1937, 0)
    lan2.connect("udp:3000")
    assert router.triggers(owner=lan2.ip)
    # And once answered it stays, too.
    trigger_as(router, lan1, *spoofed(200, "10.1.%d.%d"))
    assert len(router.triggers()) == 64
    assert router.triggers(owner=lan1.ip) and router.triggers(owner=lan2.ip)


def test_a_port_scan_by_one_host_harms_itself_only(router, lan1, lan2, wan):
    """A LAN host that opens through every rule cannot take more than its share."""
    router.load(*RULES + [TRIGGER.replace("3000", "4000"), DNAT, IN])
    router.set_parameter("max_per_host", 2)
    router.set_parameter("max_triggers", 4)
    lan1.send("udp:4000")
    for _ in range(3):
        for port in range(3000, 3004):
            lan2.send("udp:%d" % port)
    assert len(router.triggers(owner=lan2.ip)) == 2
    assert wan.who_answers("tcp:113") == lan1.ip


def test_the_table_never_exceeds_its_limit(router, lan1):
    """The number of active triggers never exceeds the limit, and is what is listed."""
    router.load(TRIGGER)
    router.set_parameter("max_triggers", 16)
    for burst in range(4):
        trigger_as(router, lan1, *spoofed(40, "10.%d.%%d.%%d" % (2 + burst)))
        counters, triggers = router.status()
        assert counters["triggers"] == len(triggers) == 16
    router.load()
    wait_until(lambda: router.counters()["triggers"] == 0, "empty")
