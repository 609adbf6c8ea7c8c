# SPDX-License-Identifier: GPL-2.0
"""Parking: what a rule had opened waits for the rule, closed to everybody."""

import pytest

from hosts import SLOW, ipv4, udp, wait_until
from island import RULES as ISLAND_RULES
from island import Island
from lab import OTHER_OWNERS, SILENT, WAN2
from procfile import as_commands, line, lines, meanwhile, opened, owners, read_all, refused, write
from procfile import write_all
from reloads import HOST, LAST, PLAIN, RULES, SESSION, Unharmed, flood
from router import BASE_FILTER, DNAT, IN, out

OTHER = out("--trigger-match 4000 --trigger-relate tcp:113")


def park(router, *rules):
    """Load these rules in place of all, and wait until the active triggers of others are parked."""
    before = {t.id for t in router.triggers()}
    router.load(*rules)
    # nf_tables destroys a rule a moment later.
    wait_until(lambda: router.triggers(state="parked"), "parked")
    assert {t.id for t in router.triggers()} == before
    router.check_counters()


def unpark(router, *rules):
    """Load these rules, with which everything is open again."""
    router.load(*rules)
    assert router.counters()["parked"] == 0 and not router.triggers(state="parked")
    router.check_counters()


# --- flush and load again


def test_nobody_is_let_in_meanwhile(router, lan1, lan2, wan, busy):
    """While its rule is away nothing is open; afterwards all is as it was, under traffic."""
    count = router.counting()
    ports = {"tcp:113": lan1.ip, "tcp:114": lan1.ip, "tcp:115": lan2.ip}
    with meanwhile(lan1, flood(lan1, 3000, wan.ip)):
        for _ in range(3):
            unharmed = Unharmed(router)
            park(router, DNAT, IN)
            counters = router.counters()
            assert (counters["triggers"], counters["parked"]) == (0, len(unharmed.triggers))
            for port in ports:
                assert wan.who_answers(port) is None
            assert wan.who_answers("udp:5000", src=WAN2) is None
            busy.echo()
            unpark(router, *RULES)
            unharmed.check()
            for port, owner in ports.items():
                assert wan.who_answers(port) == owner
            assert wan.who_answers("udp:5000", src=WAN2) == lan1.ip
    assert count("refreshed") > 0 and count("opened") == 0
    # The connection is followed still.
    busy.close()
    assert wan.who_answers("tcp:114") is None


def test_in_lets_nobody_in_either(router, lan1, wan):
    """Without DNAT, on IPv6: the owner's address is known, and nothing goes there."""
    rule = out("--trigger-match 6667 --trigger-relate tcp:113")
    router.load(rule, IN, family=6)
    lan1.connect("tcp:6667", dst=wan.ip6)
    assert wan.who_answers("tcp:113", dst=lan1.ip6) == lan1.ip6
    router.load(IN, family=6)
    wait_until(lambda: router.triggers(state="parked"), "parked")
    assert wan.who_answers("tcp:113", dst=lan1.ip6) is None
    router.load(rule, IN, family=6)
    assert wan.who_answers("tcp:113", dst=lan1.ip6) == lan1.ip6
    router.check_counters()


def test_rules_come_back_one_by_one(router, lan1, lan2, wan, busy):
    """iptables -F, and each rule appended anew, as scripts do."""
    unharmed = Unharmed(router)
    router.iptables("-F FORWARD")
    router.iptables("-t nat -F PREROUTING")
    wait_until(lambda: router.counters()["parked"] == len(unharmed.triggers), "all are parked")
    for rule in BASE_FILTER[:1] + RULES + BASE_FILTER[1:]:
        router.iptables(rule)
    assert router.counters()["parked"] == 0
    unharmed.check()
    router.check_counters()
    assert wan.who_answers("tcp:113") == lan1.ip
    assert wan.who_answers("tcp:115") == lan2.ip
    busy.echo()


def test_only_its_own_rule_parks(router, lan1, wan, busy):
    """What other rules have open is open meanwhile, and listed in front."""
    unharmed = Unharmed(router)
    park(router, *RULES[1:])
    assert wan.who_answers("tcp:113") is None
    assert wan.who_answers("tcp:114") == lan1.ip
    states = [(t.open, t.state) for t in router.triggers()]
    assert states[-2:] == [("tcp:113", "parked")] * 2
    assert {port for port, state in states if state != "parked"} == {
        "tcp:114", "udp:5000", "tcp:115"}
    unpark(router, *RULES)
    assert [(t.open, t.state) for t in router.triggers(open="tcp:113")] == [
        ("tcp:113", "open"), ("tcp:113", "waiting")]
    assert unharmed.count("opened") == unharmed.count("closed") == 0


# --- how it ends


def test_without_grace_it_closes_at_once(router, lan1, wan):
    """reload_grace=0."""
    router.set_parameter("reload_grace", 0)
    router.load(PLAIN, DNAT, IN)
    lan1.send("udp:3000")
    count = router.counting()
    router.load(DNAT, IN)
    router.wait_closed()
    assert (count("closed"), router.counters()["parked"]) == (1, 0)
    router.load(PLAIN, DNAT, IN)
    assert router.triggers() == [] and wan.who_answers("tcp:113") is None


def test_setting_no_grace_closes_what_is_parked(router, lan1, wan):
    """For good, also where another grace is set at once."""
    router.load(PLAIN, DNAT, IN)
    lan1.send("udp:3000")
    park(router, DNAT, IN)
    count = router.counting()
    router.set_parameter("reload_grace", 0)
    router.set_parameter("reload_grace", 30)
    assert router.triggers() == []
    assert (count("closed"), count("parked")) == (1, -1)
    router.load(PLAIN, DNAT, IN)
    assert router.triggers() == [] and wan.who_answers("tcp:113") is None
    router.check_counters()


def test_the_grace_is_fixed_when_it_is_parked(router, lan1):
    """A shorter or longer one, set later, is for what is parked from then on."""
    router.load(PLAIN, OTHER)
    lan1.send("udp:3000")
    lan1.send("udp:4000")
    park(router, OTHER)
    router.set_parameter("reload_grace", 1)
    router.load()
    # The other rule's closes after a second; this one's stays.
    wait_until(lambda: len(router.triggers()) == 1, "the later one closes")
    unpark(router, PLAIN)
    assert router.trigger().state == "open"


def test_who_comes_back_too_late(router, lan1, wan):
    """Behind the grace it closes, counted as closed."""
    router.set_parameter("reload_grace", 1)
    router.load(PLAIN, DNAT, IN)
    lan1.send("udp:3000")
    count = router.counting()
    park(router, DNAT, IN)
    assert count("closed") == 0
    router.wait_closed()
    assert (count("closed"), count("expired"), count("triggers")) == (1, 0, -1)
    router.load(PLAIN, DNAT, IN)
    assert router.triggers() == [] and wan.who_answers("tcp:113") is None
    router.check_counters()


def test_a_rule_that_changed(router, lan1, wan):
    """It is another rule: what the old one had opened closes behind its grace."""
    router.set_parameter("reload_grace", 2)
    router.load(PLAIN, DNAT, IN)
    lan1.send("udp:3000")
    changed = PLAIN + " --trigger-timeout 599"
    park(router, changed, DNAT, IN)
    assert wan.who_answers("tcp:113") is None
    count = router.counting()
    lan1.send("udp:3000")
    assert [(t.timeout, t.state) for t in router.triggers()] == [(599, "open"), (600, "parked")]
    assert wan.who_answers("tcp:113") == lan1.ip
    wait_until(lambda: router.counters()["parked"] == 0, "the old one closes")
    assert (count("closed"), count("opened")) == (1, 1)
    assert router.trigger().timeout == 599
    router.check_counters()


def test_closed_by_hand(router, busy):
    """`/` closes what is parked, and nothing comes back."""
    park(router, DNAT, IN)
    count = router.counting()
    parked = router.counters()["parked"]
    write(router, "/\n")
    assert router.triggers() == []
    assert (count("closed"), count("parked")) == (parked, -parked)
    router.load(*RULES)
    assert router.triggers() == []
    router.check_counters()
    busy.echo()


def test_closed_by_conditions(router, lan1, lan2, busy):
    """Every condition matches what is parked as it matches what is open."""
    park(router, DNAT, IN)
    gone = router.trigger(owner=lan2.ip, open="udp:5000")
    write(router, "-id=%d\n" % gone.id)
    assert gone.id not in {t.id for t in router.triggers()}
    write(router, "-owner=%s open=tcp:113\n" % lan2.ip)
    assert router.owners(open="tcp:113") == [lan1.ip]
    write(router, "-rule=%s\n" % router.trigger(open="tcp:114").rule)
    assert router.triggers(open="tcp:114") == []
    write(router, "-peer=%s\n" % WAN2)
    assert router.triggers(open="udp:5000") == []
    write(router, "-name=default family=ipv4 open=tcp:115\n")
    unpark(router, *RULES)
    assert [(t.owner, t.open) for t in router.triggers()] == [(lan1.ip, "tcp:113")]


def test_time_runs_meanwhile(router, lan1, lan2):
    """Timeout and lifetime count as expired, the end of the sessions as ended."""
    timeout = PLAIN + " --trigger-timeout %d" % (5 * SLOW)
    lifetime = out("--trigger-match 4000 --trigger-relate tcp:115"
                   " --trigger-lifetime %d" % (5 * SLOW))
    router.load(timeout, lifetime, SESSION)
    lan1.send("udp:3000")
    lan1.send("udp:4000")
    irc = lan1.connect("tcp:6667")
    lasting = lan2.connect("tcp:6667")
    count = router.counting()
    park(router)
    irc.close()
    wait_until(lambda: len(router.triggers()) == 1, "all but one are over")
    assert router.trigger().owner == lan2.ip
    assert (count("expired"), count("ended"), count("closed")) == (2, 1, 0)
    unpark(router, timeout, lifetime, SESSION)
    assert router.trigger().session == 1
    lasting.close()
    router.wait_closed()
    assert count("ended") == 2
    router.check_counters()


def test_the_module_unloads_at_once(router, lan1, unload):
    """What is parked holds neither the module nor a connection."""
    router.load(SESSION, DNAT, IN)
    lan1.connect("tcp:6667")
    park(router)
    unload()
    router.load(SESSION, DNAT, IN)
    assert router.triggers() == []
    lan1.connect("tcp:6667")
    assert router.trigger().state == "open"


def test_a_namespace_ends_with_what_is_parked(lab, unload):
    """It holds no namespace either: behind its end the module can be removed."""
    island = Island(lab.router.backend)
    island.inhabit(20)
    count = island.counters()["triggers"]
    for family in (4, 6):
        island.load(base=(), family=family, nat=())
    wait_until(lambda: island.counters()["parked"] == count, "all are parked")
    island.end()
    unload()


# --- save and restore


def test_saved_and_restored(router, lan1, wan):
    """A line of what is parked opens again where its rule is loaded, and nowhere else."""
    router.load(PLAIN, DNAT, IN)
    lan1.send("udp:3000")
    park(router, OTHER, DNAT, IN)
    saved = as_commands(router.read("/proc/net/xt_trigger"))
    assert " state=parked " in saved
    assert refused(router, saved) == "ENOENT"
    assert [t.state for t in router.triggers()] == ["parked"]
    router.load(PLAIN, DNAT, IN)
    write(router, "/\n")
    count = router.counting()
    write_all(router, saved)
    assert router.trigger().state == "open" and wan.who_answers("tcp:113") == lan1.ip
    assert count("opened") == 1
    router.check_counters()


def test_restored_through_another_rule(router, lan1):
    """What another rule opens anew is independent of what is parked."""
    router.load(PLAIN)
    lan1.send("udp:3000")
    again = out("--trigger-match 3000,3001 --trigger-relate tcp:113")
    park(router, again)
    write(router, "+" + line(lan1.ip))
    assert [t.state for t in router.triggers()] == ["open", "parked"]
    router.load(PLAIN, again)
    assert [t.state for t in router.triggers()] == ["open", "open"]
    router.check_counters()


# --- the place in line


@pytest.mark.parametrize("option, holder", [("", "lan1"), (" --trigger-owner last", "lan2")])
def test_the_place_in_line(router, lan1, lan2, wan, option, holder):
    """Who opened meanwhile is behind what comes back, with `last` in front of it."""
    first, second = PLAIN + option, OTHER + option
    hosts = {"lan1": lan1, "lan2": lan2}
    router.load(first, second, DNAT, IN)
    lan1.send("udp:3000")
    park(router, second, DNAT, IN)
    count = router.counting()
    lan2.send("udp:4000")
    assert count("waited") == 0 and wan.who_answers("tcp:113") == lan2.ip
    unpark(router, first, second, DNAT, IN)
    assert wan.who_answers("tcp:113") == hosts[holder].ip
    waiting = router.trigger(state="waiting")
    assert waiting.owner != hosts[holder].ip
    write(router, "-owner=%s\n" % hosts[holder].ip)
    assert wan.who_answers("tcp:113") == waiting.owner


def test_its_own_queue(router, lan1, lan2, wan):
    """Owners of one rule keep their order, and who comes later stands where it belongs."""
    router.load(PLAIN, LAST, DNAT, IN)
    order = [lan1.ip, lan2.ip] + OTHER_OWNERS[:2]
    for owner in order[:3]:
        host = lan1 if owner == lan1.ip else lan2
        host.send("udp:3000", src=owner)
        host.send("udp:8000", src=owner)
    park(router, DNAT, IN)
    unpark(router, PLAIN, LAST, DNAT, IN)
    for port in (3000, 8000):
        lan2.send("udp:%d" % port, src=order[3])
    for owner in order:
        assert wan.who_answers("tcp:113") == owner
        write(router, "-owner=%s open=tcp:113\n" % owner)
    for owner in reversed(order):
        assert wan.who_answers("tcp:115") == owner
        write(router, "-owner=%s open=tcp:115\n" % owner)


# --- limits


def trigger_as(host, port, *sources):
    host.send_raw(SILENT, *(ipv4(source, SILENT, 17, udp(4000, port)) for source in sources))
    host.settle()


def test_a_full_table(router, lan1):
    """4096 that are parked are as many as may be there; the oldest make way, answered or not."""
    everybody = owners(4096)
    router.load(PLAIN, OTHER)
    write_all(router, "".join("+" + line(owner) for owner in everybody))
    park(router, OTHER)
    assert router.counters()["parked"] == 4096
    count = router.counting()
    new = ["172.16.0.%d" % n for n in range(1, 11)]
    trigger_as(lan1, 4000, *new)
    assert (count("opened"), count("evicted"), count("parked")) == (10, 10, -10)
    counters = router.counters()
    assert counters["triggers"] + counters["parked"] == counters["max"]
    assert router.owners() == new + everybody[10:]
    unpark(router, PLAIN, OTHER)
    assert router.owners() == everybody[10:] + new
    # Now the oldest one that is unanswered goes: an open one as any other.
    trigger_as(lan1, 4000, "172.16.0.11")
    assert router.owners(open="tcp:113")[-1] == "172.16.0.11"
    assert count("evicted") == 11
    router.check_counters()


def test_what_is_parked_goes_before_any_other(router, lan1, lan2):
    """Before unanswered ones that are older; by the age, whichever rule it is of."""
    second = out("--trigger-match 5000 --trigger-relate tcp:115")
    router.load(PLAIN, OTHER, second)
    router.set_parameter("max_triggers", 4)
    trigger_as(lan1, 4000, "10.0.0.1")
    lan1.connect("udp:5000")
    lan1.connect("udp:3000")
    lan2.connect("udp:5000")
    park(router, OTHER)
    count = router.counting()
    left = ["10.0.0.1", "10.0.0.2", "10.0.0.3"]
    for n, gone in enumerate([(lan1.ip, "tcp:115"), (lan1.ip, "tcp:113"), (lan2.ip, "tcp:115")]):
        assert gone in {(t.owner, t.open) for t in router.triggers(state="parked")}
        trigger_as(lan1, 4000, "10.0.0.%d" % (n + 2))
        assert gone not in {(t.owner, t.open) for t in router.triggers(state="parked")}
    assert router.owners() == left + ["10.0.0.4"]
    assert (count("evicted"), count("refused_full")) == (3, 0)
    router.check_counters()


def test_a_host_at_its_limit(router, lan1, lan2):
    """Of a host that is at its limit, what is parked goes first; no other host's does."""
    router.load(PLAIN, OTHER)
    router.set_parameter("max_per_host", 1)
    lan2.connect("udp:3000")
    lan1.connect("udp:3000")
    park(router, OTHER)
    count = router.counting()
    lan1.connect("udp:4000")
    assert [(t.owner, t.state) for t in router.triggers()] == [
        (lan1.ip, "open"), (lan2.ip, "parked")]
    assert (count("evicted"), count("refused_host")) == (1, 0)
    # Back, it counts: its own rule finds the host full.
    unpark(router, PLAIN, OTHER)
    lan2.connect("udp:4000")
    assert router.owners() == [lan2.ip, lan1.ip]
    assert count("refused_host") >= 1
    router.check_counters()


def test_a_restore_takes_the_place_of_what_is_parked(router, lan1):
    """It evicts nothing that is open, but what is parked makes way."""
    router.load(PLAIN, OTHER)
    router.set_parameter("max_triggers", 2)
    lan1.send("udp:3000")
    park(router, OTHER)
    lan1.send("udp:4000")
    count = router.counting()
    write(router, "+" + line("10.0.0.1", trigger="udp:4000"))
    assert router.owners() == [lan1.ip, "10.0.0.1"] and count("evicted") == 1
    assert refused(router, "+" + line("10.0.0.2", trigger="udp:4000")) == "ENOSPC"
    router.check_counters()


# --- reading


def test_reading_while_rules_go_and_come(module, kernel_log):
    """Each one that lives through the read is listed once, whatever parks and comes back."""
    island = Island("nft")
    island.inhabit(250, families=(4,))
    ids = {t.id for t in island.triggers()}

    def reload(turn):
        island.load(*ISLAND_RULES[turn % 2:] if turn % 3 else (), base=(), nat=())

    with meanwhile(island, reload) as turns:
        while turns.value < 20:
            with opened(island) as fd:
                text = read_all(fd, 700)
            found = [int(each.split(" id=")[1].split()[0]) for each in lines(text)]
            assert len(found) == len(set(found)) and set(found) == ids
    island.check_counters()
    island.end()
    kernel_log.check()


def test_parked_ones_are_listed_last(router, lan1, lan2):
    """In the order in which they opened, as the others."""
    router.load(PLAIN, HOST, OTHER)
    for port in (3000, 7000, 4000):
        for host in (lan1, lan2):
            host.send("udp:%d" % port)
    park(router, HOST)
    assert [(t.open, t.owner, t.state) for t in router.triggers()] == [
        ("udp:5000", lan1.ip, "open"), ("udp:5000", lan2.ip, "waiting")] + [
            ("tcp:113", owner, "parked") for owner in (lan1.ip, lan2.ip) * 2]
