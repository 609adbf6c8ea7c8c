# SPDX-License-Identifier: GPL-2.0
"""The fields id, rule, answered and ct: in the file, as conditions, and in a restore."""

import re
import zlib

import pytest

from hosts import wait_until
from procfile import PROC_FILE, as_commands, line, lines, refused, write, write_all
from router import DNAT, IN, out

HOUR = 3600
PLAIN = out("--trigger-match 3000 --trigger-relate tcp:113 --trigger-timeout %d" % HOUR)

# Rules of every option, and siblings that only `rule` tells apart.
RULES = (
    "--trigger-relate tcp:113",
    "--trigger-relate all:5000-5010,sctp:1-65535 --trigger-name a.b_c-d",
    "--trigger-match 6660-6669,tcp:6697,all:7000,sctp:1 --trigger-relate tcp:113 --trigger-session",
    "--trigger-relate udp:1 --trigger-timeout 30 --trigger-lifetime 31536000",
    "--trigger-relate tcp:113 --trigger-session --trigger-timeout 600 --trigger-peer host",
    "--trigger-relate tcp:113 --trigger-owner last --trigger-refresh both --trigger-max 65535",
    "--trigger-relate " + ",".join("sctp:%d-%d" % (n, n + 9) for n in range(10000, 10150, 10)),
)


def labels(text):
    return re.findall(r" rule=([0-9a-f]{8}) ", text)


def saved_options(router, family):
    """What iptables-save prints behind "-j TRIGGER " for each `out` rule, in order."""
    text = router.run(router.tool("iptables-save", family))
    return re.findall(r"-j TRIGGER (--trigger-type out.*)", text)


@pytest.mark.parametrize("family", [4, 6])
def test_rule_is_the_crc_of_what_iptables_save_prints(router, lan1, family):
    """Any script can compute it from the saved rule."""
    options = ["--trigger-match %d " % (3000 + n) + each if "--trigger-match" not in each else each
               for n, each in enumerate(RULES)]
    router.load(*[out(each) for each in options], family=family)
    dst = None if family == 4 else "2001:db8:2::7"
    for n, each in enumerate(RULES):
        port = 3000 + n if "--trigger-match" not in each else 6667
        lan1.send("udp:%d" % port, **({"dst": dst} if dst else {}))
    saved = saved_options(router, family)
    assert len(saved) == len(RULES)
    name = "ipv4" if family == 4 else "ipv6"
    expected = {"%08x" % zlib.crc32((name + " " + each).encode()) for each in saved}
    assert len(expected) == len(RULES)
    assert set(labels(router.read(PROC_FILE))) == expected


def test_closing_by_id_and_by_rule(router, lan1, lan2):
    """Each closes what it names, and nothing else."""
    router.load(PLAIN, out("--trigger-match 4000 --trigger-relate tcp:114"))
    lan1.send("udp:3000")
    lan2.send("udp:3000")
    lan1.send("udp:4000")
    lan2.send("udp:4000")
    first, second, third, fourth = router.triggers()
    assert first.rule == second.rule != third.rule == fourth.rule
    write(router, "-id=%d\n" % second.id)
    assert [t.id for t in router.triggers()] == [first.id, third.id, fourth.id]
    write(router, "-id=%d\n" % second.id)
    write(router, "-id=%d owner=%s\n" % (first.id, lan2.ip))
    assert len(router.triggers()) == 3
    write(router, "-rule=%s owner=%s\n" % (third.rule, lan1.ip))
    assert [t.id for t in router.triggers()] == [first.id, fourth.id]
    write(router, "-rule=%s\n" % fourth.rule)
    assert [t.id for t in router.triggers()] == [first.id]


SIBLINGS = [out("--trigger-match 3000 --trigger-relate tcp:113 " + each)
            for each in ("--trigger-owner last", "--trigger-refresh both", "--trigger-max 5")] + [
                out("--trigger-match 3000-3001 --trigger-relate tcp:113"), PLAIN]


def test_a_line_finds_its_very_rule(router, lan1):
    """Rules that differ in nothing that a line of 0.1 says are told apart."""
    router.load(*SIBLINGS)
    lan1.send("udp:3000")
    saved = router.read(PROC_FILE)
    assert len(set(labels(saved))) == len(SIBLINGS)
    write(router, "/\n")
    # In another order, and while the rules stand in another one.
    router.load(*SIBLINGS[::-1])
    write_all(router, "".join(reversed(as_commands(saved).splitlines(True))))
    assert labels(router.read(PROC_FILE)) == labels(saved)[::-1]


def test_a_line_of_a_rule_that_is_not_there(bare):
    """Its other fields fit a rule that is loaded, but `rule` names another one: ENOENT."""
    bare.load(PLAIN)
    good = line("10.0.0.1", timeout=HOUR, expires=HOUR)[:-1]
    write(bare, "+" + good + "\n")
    label = bare.trigger().rule
    write(bare, "/\n")
    other = "%08x" % (int(label, 16) ^ 1)
    assert refused(bare, "+%s id=1 rule=%s answered=1 ct=-\n" % (good, other)) == "ENOENT"
    wrong = good.replace("trigger=udp:3000", "trigger=udp:3001")
    assert refused(bare, "+%s id=1 rule=%s answered=1 ct=-\n" % (wrong, label)) == "ENOENT"
    assert bare.triggers() == []
    assert refused(bare, "+%s id=1 rule=%s answered=1 ct=-\n" % (good, label)) is None
    assert bare.trigger().rule == label


def test_what_was_not_answered_can_still_be_evicted(bare):
    """A flood that was saved makes way after the restore; what was answered stays."""
    bare.load(PLAIN)
    label = None
    for n, answered in enumerate((0, 1, 0, 1)):
        text = "+" + line("10.0.0.%d" % n, timeout=HOUR, expires=HOUR)[:-1]
        write(bare, text + "\n" if label is None else
              "%s id=7 rule=%s answered=%d ct=-\n" % (text, label, answered))
        if label is None:
            label = bare.trigger().rule
            write(bare, "/\n%s id=7 rule=%s answered=0 ct=-\n" % (text, label))
    assert [t.answered for t in bare.triggers()] == [0, 1, 0, 1]
    bare.set_parameter("max_triggers", 4)
    # A line does not evict; a packet does (test_limits.py), the oldest unanswered one.
    assert refused(bare, "+" + line("10.0.0.9", timeout=HOUR, expires=HOUR)) == "ENOSPC"


def test_a_packet_evicts_what_was_restored_unanswered(router, lan1):
    """The oldest one without an answer makes room for a host that is there."""
    router.load(PLAIN)
    counts = router.counting()
    lan1.send("udp:3000")
    label = router.trigger().rule
    write(router, "/\n")
    for n, answered in ((1, 1), (2, 0), (3, 0)):
        write(router, "+%s id=1 rule=%s answered=%d ct=-\n" % (
            line("10.0.0.%d" % n, timeout=HOUR, expires=HOUR)[:-1], label, answered))
    router.set_parameter("max_triggers", 3)
    lan1.send("udp:3000")
    assert router.owners() == ["10.0.0.1", "10.0.0.3", lan1.ip]
    assert counts("evicted") == 1


@pytest.mark.parametrize("family", [4, 6])
def test_a_restored_session_follows_its_connection_at_once(router, lan1, wan, family):
    """No packet is needed: the connection is looked up, and its end closes."""
    router.load(out("--trigger-match 6667 --trigger-relate tcp:113 --trigger-session"), DNAT, IN,
                family=family, nat=() if family == 6 else None)
    dst = {} if family == 4 else {"dst": "2001:db8:2::7"}
    counts = router.counting()
    irc = lan1.connect("tcp:6667", **dst)
    saved = router.read(PROC_FILE)
    write(router, "/\n" + as_commands(saved))
    assert router.trigger().session == 1
    assert re.sub(r" (age|id)=\d+", "", lines(router.read(PROC_FILE))[0]) == \
        re.sub(r" (age|id)=\d+", "", lines(saved)[0])
    irc.close()
    wait_until(lambda: not router.triggers(), "closed with the connection")
    assert counts("ended") == 1


def test_a_connection_that_is_gone_is_waited_for(router, lan1):
    """Where conntrack does not have it, the wait for a packet begins."""
    router.load(out("--trigger-match 6667 --trigger-relate tcp:113 --trigger-session"), DNAT, IN)
    lan1.connect("tcp:6667")
    saved = as_commands(router.read(PROC_FILE))
    write(router, "/\n" + re.sub(r"(192.168.1.10):\d+-", r"\1:1-", saved))
    assert router.trigger().session == 0
    assert router.trigger().ct == "-"


def test_the_order_of_equal_ages(bare):
    """Lines are restored in the order in which they stand, and what opens comes behind."""
    bare.load(PLAIN, out("--trigger-match 8000 --trigger-relate tcp:113 --trigger-owner last"))
    addresses = ["10.0.0.%d" % n for n in (5, 3, 9, 1, 7)]
    for age in (0, 3):
        write(bare, "".join("+" + line(each, timeout=HOUR, expires=HOUR, age=age)
                            for each in addresses))
        assert bare.owners() == addresses
        assert bare.owners(state="open") == addresses[:1]
        saved = bare.read(PROC_FILE)
        write(bare, "/\n" + as_commands(saved))
        assert bare.owners() == addresses
        assert bare.owners(state="open") == addresses[:1]
        write(bare, "/\n")
