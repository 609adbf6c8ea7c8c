# SPDX-License-Identifier: GPL-2.0
"""Events as the kernel sends them: each kind and reason, order, what is lost, who may listen."""

import errno
import os
import subprocess

import pytest

from hosts import ipv4, udp, wait_until
from lab import SILENT
from listener import Listener, spec
from procfile import USER, as_commands, as_other, line, owners, write, write_all
from router import DNAT, IN, MODULE, loaded, out
from tool import PROGRAM

TRIGGER = out("--trigger-match 3000 --trigger-relate tcp:113")
OTHER = out("--trigger-match 3001 --trigger-relate tcp:114,udp:5000-5010")
SESSION = out("--trigger-match 6667 --trigger-relate tcp:115 --trigger-session "
              "--trigger-peer host --trigger-lifetime 5000")

# What is not in every message about one; what only one about several has.
OPTIONAL = {"port", "peer", "ct"}
TOGETHER = {"count"}


@pytest.fixture
def listen(router):
    """On the router of the lab, which has the rule TRIGGER."""
    router.load(TRIGGER)
    with Listener(router) as listener:
        yield listener


@pytest.fixture
def hear(bare):
    """On a router without a network, which has the rule TRIGGER."""
    bare.load(TRIGGER)
    with Listener(bare) as listener:
        yield listener


def as_line(attributes):
    """The line of the proc file that an event stands for."""
    a = dict(attributes)
    v6 = a["family"] == 10

    def end(addr, port):
        return ("[%s]" % addr if v6 else addr) + ("" if port is None else ":%d" % port)

    def proto(number):
        return {6: "tcp", 17: "udp", 132: "sctp"}.get(number, str(number))

    opens = ["%s:%d" % (proto(each["proto"]), each["first"]) +
             ("" if each["first"] == each["last"] else "-%d" % each["last"])
             for each in a["open"]]
    trigger = proto(a["proto"]) + (":%d" % a["port"] if "port" in a else "")
    cts = ["%s:%s-%s" % (proto(each["proto"]), end(each["src"], each.get("sport")),
                         end(each["dst"], each.get("dport"))) for each in a.get("ct", [])]
    return ("name={name} family={words} owner={owner} open={opens} trigger={trigger} peer={peers} "
            "timeout={timeout} expires={expires} lifetime={lifetime} age={age} session={session} "
            "hits={hits} state={state} id={id} rule={rule:08x} answered={answered} "
            "ct={cts}").format(
                words="ipv6" if v6 else "ipv4", opens=",".join(opens), trigger=trigger,
                peers=",".join(a.get("peer", ["any"])), cts=",".join(cts) or "-", **a)


def listed(namespace):
    """The lines of the proc file."""
    return namespace.read("/proc/net/xt_trigger").split("\n")[1:-1]


def numbers(events):
    return [each.attributes["seq"] for each in events]


def replayed(events):
    """The ids that are open after all of it: each closes after it has opened."""
    open_ids = set()
    for event in events:
        number = event.attributes["id"]
        assert (number in open_ids) == (event.name == "closed"), event
        open_ids ^= {number}
    return open_ids


def test_it_is_what_the_line_says(router, lan1, lan2):
    """Of every kind of rule, in both families: opened and closed are the line of that moment."""
    named = out("--trigger-name x --trigger-match sctp:7 --trigger-relate sctp:7-9 "
                "--trigger-timeout 99")
    router.load(TRIGGER, OTHER, SESSION, named)
    router.load6(OTHER, SESSION)
    with Listener(router) as listener:
        lan1.send("udp:3000")
        lan2.send("udp:3001")
        lan2.send("udp:3001", src=lan2.ip6, dst=lan2.target6)
        lan1.connect("tcp:6667")
        lan1.connect("tcp:6667", dst=lan1.target6)
        lan1.connect("sctp:7")
        opened = listener.wait(6)
        # Who listens knows from its first packet on what is followed later.
        state = "|".join(["session", "answered", "ct", "expires", "age", "hits", "state"])
        assert sorted(drop(state, as_line(each.attributes)) for each in opened) == sorted(
            drop(state, each) for each in listed(router))
        assert {each.name for each in opened} == {"opened"}
        before = listed(router)
        write(router, "-family=ipv4\n-family=ipv6\n")
        closed = listener.wait(6)
        assert [as_line(each.attributes) for each in closed if "ipv4" in as_line(each.attributes)
                ] == [each for each in before if "ipv4" in each]
        assert sorted(as_line(each.attributes) for each in closed) == sorted(before)
        assert {each.attributes["reason"] for each in closed} == {"closed"}
        assert numbers(opened + closed) == list(range(numbers(opened)[0], numbers(opened)[0] + 12))


def drop(fields, text):
    return " ".join(each for each in text.split() if each.split("=")[0] not in fields.split("|"))


def test_the_specification_knows_what_is_sent(listen, router, lan1):
    """Each event has the attributes that the specification lists, by the form that it has."""
    router.load(TRIGGER, SESSION)
    lan1.send("udp:3000")
    lan1.connect("tcp:6667")
    write(router, "-owner=%s\n" % lan1.ip)
    lan1.send("udp:3000")
    write(router, "/\n")
    *single, together = listen.wait(6)
    known = {each["name"]: set(each["event"]["attributes"])
             for each in spec()["operations"]["list"]}
    for each in single:
        wanted = known[each.name] - TOGETHER
        assert wanted - OPTIONAL <= set(each.attributes) <= wanted, each
    assert set.union(*(set(each.attributes) for each in single)) == known["closed"] - TOGETHER
    assert together.name == "closed" and set(together.attributes) == {"seq", "reason", "count"}


def test_reasons(router, lan1, lan2):
    """expired, ended, evicted, closed: the counter that has counted it."""
    router.load(out("--trigger-match 3000 --trigger-relate tcp:113 --trigger-timeout 1"),
                OTHER, SESSION)
    router.set_parameter("max_per_host", 1)
    with Listener(router) as listener:
        count = router.counting()
        lan1.send("udp:3000")
        assert [each.name for each in listener.wait(1)] == ["opened"]
        expired, = listener.wait(1)
        lan1.connect("tcp:6667").close()
        ended = listener.wait(2)[1]
        lan2.send("udp:3001")
        lan2.connect("tcp:6667")
        evicted = listener.wait(3)[1]
        write(router, "-owner=%s\n" % lan2.ip)
        closed, = listener.wait(1)
        for name, each in (("expired", expired), ("ended", ended), ("evicted", evicted),
                           ("closed", closed)):
            assert (each.name, each.attributes["reason"]) == ("closed", name)
            assert count(name) == 1
        assert evicted.attributes["open"] == [{"proto": 6, "first": 114, "last": 114},
                                              {"proto": 17, "first": 5000, "last": 5010}]


def test_only_what_opens_and_closes(listen, router, lan1, lan2, wan):
    """No event for a refresh, for a connection that comes in, or for one whose turn comes."""
    router.load(TRIGGER, DNAT, IN)
    lan1.send("udp:3000")
    lan2.send("udp:3000")
    first, second = listen.wait(2)
    assert (first.attributes["state"], second.attributes["state"]) == ("open", "waiting")
    count = router.counting()

    def refreshed():
        lan1.send("udp:3000")
        return count("refreshed")

    wait_until(refreshed, "a refresh")
    assert wan.who_answers("tcp:113") == lan1.ip
    write(router, "-owner=%s\n" % lan1.ip)
    assert wan.who_answers("tcp:113") == lan2.ip
    closed, = listen.wait(1)
    assert (closed.name, closed.attributes["hits"]) == ("closed", 1)


def test_conditions_close_one_by_one(hear, bare):
    """Each that meets them is a message of its own; the others none."""
    write(bare, "".join("+" + line(owner) for owner in owners(20)))
    opened = hear.wait(20)
    write(bare, "-open=tcp:113\n")
    closed = hear.wait(20)
    assert [each.attributes["id"] for each in closed] == [each.attributes["id"] for each in opened]
    assert {each.attributes["reason"] for each in closed} == {"closed"}


def test_all_is_one_message(hear, bare):
    """`/` says how many, and nothing if there was none."""
    write(bare, "".join("+" + line(owner) for owner in owners(100)))
    hear.wait(100)
    write(bare, "/\n/\n")
    closed, = hear.wait(1)
    assert (closed.name, closed.attributes["reason"], closed.attributes["count"]) == (
        "closed", "closed", 100)
    assert "rule" not in closed.attributes


def test_a_rule_that_goes_and_comes(hear, bare):
    """What is parked with its rule, and comes back with it, is one message each."""
    write(bare, "".join("+" + line(owner) for owner in owners(3)))
    rule = hear.wait(3)[0].attributes["rule"]
    bare.load()
    parked, = hear.wait(1)
    write(bare, "-owner=10.0.0.1\n")
    closed, = hear.wait(1)
    assert (closed.name, closed.attributes["state"]) == ("closed", "parked")
    bare.load(TRIGGER)
    unparked, = hear.wait(1)
    for event, name, count in (parked, "parked", 3), (unparked, "unparked", 2):
        assert (event.name, event.attributes["count"], event.attributes["rule"]) == (
            name, count, rule)
    # Behind its grace it is one message, too, with the reason.
    bare.load()
    hear.wait(1)
    bare.set_parameter("reload_grace", 0)
    closed, = hear.wait(1)
    assert (closed.name, closed.attributes["reason"], closed.attributes["count"],
            closed.attributes["rule"]) == ("closed", "closed", 2, rule)


def test_a_restored_one_is_told(hear, bare):
    """Opened, with all that it had; one that is there already is not told again."""
    rule = out("--trigger-match 3002 --trigger-relate udp:6000 --trigger-peer host")
    bare.load(rule)
    write(bare, "+" + line("10.0.0.1", open="udp:6000", trigger="udp:3002", hits=7, age=50,
                           peer="192.0.2.1,192.0.2.2", expires=300))
    first, = hear.wait(1)
    assert as_line(first.attributes) == listed(bare)[0]
    assert (first.attributes["hits"], first.attributes["age"]) == (7, 50)
    write(bare, as_commands(bare.read("/proc/net/xt_trigger")))
    assert hear.receive() == []


def test_what_cannot_open_is_not_told(hear, bare):
    """What a limit or a missing rule refuses is no event."""
    bare.set_parameter("max_triggers", 1)
    write(bare, "+" + line("10.0.0.1"))
    hear.wait(1)
    with pytest.raises(OSError) as refused:
        write(bare, "+" + line("10.0.0.2"))
    assert refused.value.errno == errno.ENOSPC
    assert hear.receive() == []


def test_order(router, lan2):
    """Under a flood that evicts: each opens before it closes, and who replays it has the list."""
    router.set_parameter("max_triggers", 50)
    router.load(TRIGGER, OTHER)
    with Listener(router, size=8 << 20) as listener:
        for turn in range(4):
            flood(lan2, 400, port=3000 + turn % 2)
        wait_until(lambda: router.counters()["evicted"] >= 1500, "evictions")
        events = listener.receive()
        assert listener.lost == 0
        assert numbers(events) == list(range(numbers(events)[0], numbers(events)[-1] + 1))
        assert replayed(events) == {trigger.id for trigger in router.triggers()}
        assert {each.attributes["reason"] for each in events if each.name == "closed"} == {
            "evicted"}


def flood(host, count, port=3000, network="192.168.1.%d"):
    """A UDP packet from each of so many addresses to somebody who never answers."""
    host.send_raw(SILENT, *(ipv4(network % (n % 250 + 2), SILENT, 17, udp(1024 + n, port))
                            for n in range(count)))


def test_who_does_not_read_slows_nobody(router, lan2):
    """All packets of a flood pass, all of them open, and the listener knows what it has lost."""
    router.set_parameter("max_triggers", 5000)
    router.set_parameter("max_per_host", 5000)
    router.load(TRIGGER)
    with Listener(router, size=4096) as listener:
        before = sent(router)
        for first in range(0, 2000, 100):
            lan2.send_raw(SILENT, *(
                ipv4("10.1.%d.%d" % (n >> 8, n & 255), SILENT, 17, udp(1024 + n, 3000))
                for n in range(first, first + 100)))
            # More at once than the remote host's queue takes would be dropped there.
            wait_until(lambda: router.counters()["opened"] >= first + 100, "all have opened")
        assert sent(router) - before >= 2000
        events = listener.receive()
        assert 0 < len(events) < 2000 and listener.lost
        lan2.send_raw(SILENT, ipv4("10.2.0.1", SILENT, 17, udp(1024, 3000)))
        last = listener.wait(1)
        # The next number tells how many were lost.
        assert numbers(last)[0] - numbers(events)[-1] - 1 == 2000 - len(events)


def sent(router):
    """Packets that have left through wan."""
    for each in router.read("/proc/net/dev").split("\n"):
        if each.strip().startswith("wan:"):
            return int(each.split(":")[1].split()[9])
    raise AssertionError("there is no wan")


def test_numbers_are_the_namespaces_own(hear, bare, router):
    """What happens in another namespace is neither told nor counted."""
    router.load(TRIGGER)
    write(bare, "+" + line("10.0.0.1"))
    first, = hear.wait(1)
    write_all(router, "".join("+" + line(owner) for owner in owners(10)) + "/\n")
    write(bare, "+" + line("10.0.0.2"))
    second, = hear.wait(1)
    assert numbers([second])[0] == numbers([first])[0] + 1


def test_the_size_is_that_of_the_message(hear, bare):
    """A small event takes a small part of a listener's buffer."""
    write(bare, "+" + line("10.0.0.1"))
    event, = hear.wait(1)
    assert event.size < 300


@pytest.mark.parametrize("setpriv", [USER, ["--bounding-set", "-net_admin"]],
                         ids=["user", "no CAP_NET_ADMIN"])
def test_who_may_not_listen(hear, bare, setpriv):
    """Without CAP_NET_ADMIN over the namespace the group cannot be joined."""
    status, said = as_other(bare, setpriv, PROGRAM, "monitor")
    assert status == 1 and "only root of this network namespace may listen" in said


def test_root_of_another_user_namespace_may_not_listen(hear, bare):
    """All capabilities over one's own user namespace are none over this network."""
    with bare:
        done = subprocess.run(["/usr/bin/unshare", "--user", "--map-root-user", PROGRAM, "monitor"],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              universal_newlines=True)
    assert done.returncode == 1
    assert "only root of this network namespace may listen" in done.stdout


def test_asking_for_the_family_loads_nothing(bare, unload):
    """A name that anybody may ask for must not load a module."""
    unload()
    with bare:
        subprocess.run(["genl", "ctrl", "get", "name", "xt_trigger"],
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    assert not loaded()
    aliases = subprocess.run(["/sbin/modinfo", "-F", "alias", MODULE], stdout=subprocess.PIPE,
                             universal_newlines=True, check=True).stdout.split()
    assert sorted(aliases) == ["ip6t_TRIGGER", "ipt_TRIGGER"]


def test_the_module_goes_while_somebody_listens(hear, bare, unload):
    """A listener holds nothing; the group is gone with the module."""
    write(bare, "+" + line("10.0.0.1"))
    hear.wait(1)
    bare.set_parameter("reload_grace", 0)
    bare.load()
    unload()
    assert not os.path.exists("/sys/module/" + MODULE)
    closed, = hear.wait(1)
    assert (closed.attributes["reason"], closed.attributes["count"]) == ("closed", 1)
    assert "rule" in closed.attributes
